import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fieldTable, isSafeLink, openDocument, parseDocument, type FlowKind, type IntentOp, type LogState } from '../flow/index.ts';
import { allowedOps, cutCardText, findRefusedOp, MOST_CARDS, MOST_OPS_OF_A_CARD } from './allowedOps.ts';
import { acceptance, makeProposal, rebase, rejection } from './proposal.ts';
import { editGhosts } from './proposalEdit.ts';
import { validateCards } from './validator.ts';

const node = (change: object = {}) => ({ id: 'n', type: 'screen', position: { x: 0, y: 0 }, data: { title: 'Login' }, ...change });
const add = (value: Record<string, unknown>, kind = 'node'): IntentOp => ({ op: 'add', kind, id: value['id'] ?? 'n', value }) as IntentOp;
const set = (field: string, to: unknown, kind: FlowKind = 'node'): IntentOp => ({ op: 'set', kind, id: 'a', field, to });
const code = (...ops: IntentOp[]) => findRefusedOp(ops)?.code;
const flow = (): LogState => openDocument(parseDocument(JSON.stringify({ format: 'uxflow', version: 1, id: 'flow_1', name: 'Test', nodes: { a: { ...node(), id: 'a' } }, edges: {} })));
const start = { id: 'proposal_1', turnId: 'turn_1', flowId: 'flow_1', entryId: 'entry_p', createdAt: 0 };

describe('what agents may propose', () => {
  test('names only fields that exist, and everything of a list\'s items', () => {
    for (const [kind, fields] of Object.entries(allowedOps)) {
      for (const [path, rule] of Object.entries(fields)) {
        const spec = fieldTable[kind as FlowKind].get(path);
        expect(spec, `${kind}.${path}`).toBeDefined();
        if (rule.kind === 'entries' && rule.item) expect([...(spec!.item?.keys() ?? [])].sort(), path).toEqual(Object.keys(rule.item).sort());
      }
    }
  });

  test('refuses every known field that the table does not name', () => {
    const refused: string[] = [];
    for (const kind of ['node', 'edge', 'frame', 'comment', 'persona', 'goal', 'version', 'flow'] as const) {
      for (const path of fieldTable[kind].keys()) {
        if (Object.hasOwn(allowedOps[kind] ?? {}, path)) continue;
        refused.push(`${kind}.${path}`);
        expect(code(set(path, 'x', kind)), `${kind}.${path}`).toMatch(/^AGENT_(OP|FIELD)_REFUSED$/);
      }
    }
    expect(refused).toEqual(expect.arrayContaining(['node.locked', 'node.pinned', 'flow.settings.language', 'comment.body', 'version.no']));
  });

  test('lets an ordinary design pass', () => {
    const elements = { el_1: { order: 'a0', type: 'input', label: 'E-mail', required: true } };
    expect(findRefusedOp([
      add(node({ elements, links: { l: { order: 'a0', url: 'https://example.com/spec', label: 'Spec' } } })),
      add({ id: 'e', source: 'a', target: 'n', data: { label: 'ok', kind: 'yes' }, route: [{ x: 0, y: 0 }, { x: 1, y: 1 }] }, 'edge'),
      set('elements.el_1', elements.el_1), set('elements.el_1.label', 'Mail'), set('data.description', null), set('personaIds.p', true), set('name', 'Shop', 'flow'),
      { op: 'remove', kind: 'edge', id: 'f' },
    ])).toBeUndefined();
  });

  test('refuses what changes the log, settings, comments, versions and unknown fields', () => {
    expect(code({ op: 'version.add', id: 'v', name: 'v' })).toBe('AGENT_OP_REFUSED');
    expect(code({ op: 'conflict.resolve', id: 'c' })).toBe('AGENT_OP_REFUSED');
    expect(code({ op: 'log.upgrade', schema: 9, rules: 9 })).toBe('AGENT_OP_REFUSED');
    expect(code(add({ id: 'c', body: 'x', authorId: 'u', authorName: 'U', at: 1 }, 'comment'))).toBe('AGENT_OP_REFUSED');
    expect(code({ op: 'remove', kind: 'comment', id: 'c' })).toBe('AGENT_OP_REFUSED');
    expect(code({ op: 'remove', kind: 'flow', id: 'flow_1' } as unknown as IntentOp)).toBe('AGENT_OP_REFUSED');
    for (const field of ['settings.language', 'settings', 'meta.x', 'meta']) expect(code(set(field, 'x', 'flow')), field).toBe('AGENT_FIELD_REFUSED');
    for (const field of ['data', 'data.secret', '__proto__', 'constructor', 'data.__proto__', 'elements.el_1.onClick', 'links.__proto__', 'elements..label']) expect(code(set(field, 'x')), field).toBe('AGENT_FIELD_REFUSED');
    expect(code(add(node({ data: { title: 'x', script: 'y' } })))).toBe('AGENT_FIELD_REFUSED');
    expect(code(add(node({ locked: true })))).toBe('AGENT_FIELD_REFUSED');
    expect(code({ op: 'toString', kind: 'constructor', id: 'x' } as unknown as IntentOp)).toBe('AGENT_OP_REFUSED');
  });

  test('bounds lengths and counts', () => {
    expect(code(set('data.title', 'x'.repeat(2001)))).toBe('AGENT_TEXT_TOO_LONG');
    expect(code(add(node({ data: { title: 'x', description: 'x'.repeat(50_001) } })))).toBe('AGENT_TEXT_TOO_LONG');
    expect(code(set('elements', Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`el_${index}`, {}]))))).toBe('AGENT_TOO_MANY');
    expect(code(...Array.from({ length: MOST_OPS_OF_A_CARD + 1 }, () => set('data.title', 'x')))).toBe('AGENT_TOO_MANY');
    expect(cutCardText({ title: 'x'.repeat(999), reason: 'y'.repeat(9999), ops: [] })).toMatchObject({ title: expect.stringMatching(/^x{299}…$/), reason: expect.stringMatching(/^y{4999}…$/) });
  });

  test('refuses text that hides or turns around what stands beside it, but no flag and no Arabic', () => {
    expect(code(set('data.title', 'pay\u202egnp.exe'))).toBe('AGENT_TEXT_HIDDEN');
    expect(code(set('data.title', 'Login\u{e0069}\u{e0067}'))).toBe('AGENT_TEXT_HIDDEN');
    expect(code(set('data.title', '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} England'))).toBeUndefined();
    expect(code(set('data.title', 'تسجيل الدخول\u200f'))).toBeUndefined();
  });
});

describe('links', () => {
  const bad = ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'java\nscript:alert(1)', '\u0001javascript:alert(1)', ' https://x.y', 'data:text/html,x', 'file:///etc/passwd', 'vbscript:x', 'blob:https://x/1', 'ftp://x.y', 'https://user:pass@x.y', 'https:x', '//x.y', '/path', 'https://', 'https:\\\\x.y', 'ws://x', `https://x.y/${'a'.repeat(2000)}`, 'http://\u202egro.elpmaxe'];
  test('open http, https and mail addresses only', () => {
    for (const url of ['https://example.com', 'http://localhost:3000/x?y=1#z', 'mailto:team@example.com', 'HTTPS://EXAMPLE.COM', 'https://müller.de/ä']) expect(isSafeLink(url), url).toBe(true);
    for (const url of bad) expect(isSafeLink(url), url).toBe(false);
  });

  test('are refused in every way that one can be written', () => {
    for (const url of bad) {
      const item = { order: 'a0', url };
      expect(code(set('links.l.url', url)), url).toMatch(/^AGENT_(LINK_REFUSED|TEXT_)/);
      expect(code(set('links.l', item)), url).toMatch(/^AGENT_(LINK_REFUSED|TEXT_)/);
      expect(code(set('links', { l: item })), url).toMatch(/^AGENT_(LINK_REFUSED|TEXT_)/);
      expect(code(add(node({ links: { l: item } }))), url).toMatch(/^AGENT_(LINK_REFUSED|TEXT_)/);
    }
  });

  test('an address that is only shown may be a path or a template', () => {
    for (const url of ['/api/login', 'POST /orders', '{base}/x', 'https://api.example.com/v1', 'localhost:8080/x', 'api.example.com:443/x']) expect(code(set('data.url', url)), url).toBeUndefined();
    for (const url of ['javascript:alert(1)', 'java\tscript:alert(1)', 'file:///etc/passwd', 'data:x']) expect(code(set('data.url', url)), url).toBe('AGENT_LINK_REFUSED');
  });
});

describe('a refused card', () => {
  const good = { title: 'Good', reason: 'r', ops: [set('data.title', 'Sign in')] };
  const bad = { title: 'Bad', reason: 'r', ops: [set('links.l', { url: 'javascript:alert(1)' })] };

  test('is shown as held with its reason, and stays so whatever happens underneath', () => {
    const state = flow();
    const proposal = makeProposal(state, [bad, good], start);
    expect(proposal.cards.map((card) => [card.title, card.fit, card.held?.code])).toEqual([['Bad', 'held', 'AGENT_LINK_REFUSED'], ['Good', 'fits', undefined]]);
    expect(rebase(proposal, state).cards[0]).toMatchObject({ fit: 'held', held: { code: 'AGENT_LINK_REFUSED' } });
    expect(editGhosts(proposal, state, []).proposal.cards[0]).toMatchObject({ fit: 'held', held: { code: 'AGENT_LINK_REFUSED' } });
    expect(acceptance(state, proposal, ['proposal_1:1'])).toEqual({ kind: 'held', cardIds: ['proposal_1:1'] });
    const accepted = acceptance(state, proposal, ['proposal_1:2']);
    expect(accepted).toMatchObject({ kind: 'accepted', cardIds: ['proposal_1:2'] });
    expect(accepted.kind === 'accepted' && accepted.proposal.cards[0]).toMatchObject({ status: 'open', fit: 'held', held: { code: 'AGENT_LINK_REFUSED' } });
    expect(rejection(state, proposal, ['proposal_1:1']).proposal.cards[0]).toMatchObject({ status: 'rejected' });
  });

  test('does not stop a design that has others, and stops one that has none', () => {
    expect(validateCards([bad, good], flow(), 'en').status).toBe('ok');
    expect(validateCards([bad], flow(), 'en').status).toBe('error');
  });

  test('one card too many is held, and the rest is not even tried', () => {
    const many = Array.from({ length: MOST_CARDS + 50 }, (_, index) => ({ title: `${index}`, reason: '', ops: [set('data.title', `t${index}`)] }));
    const proposal = makeProposal(flow(), many, start);
    expect(proposal.cards).toHaveLength(MOST_CARDS + 1);
    expect(proposal.cards.at(-1)).toMatchObject({ fit: 'held', held: { code: 'AGENT_TOO_MANY' } });
  });
});

test('no op at all throws', () => {
  const value = fc.anything({ withNullPrototype: true });
  const path = fc.oneof(fc.string(), fc.constantFrom('links.l.url', 'elements.__proto__.x', 'data.title', 'links', 'constructor.name', '.', 'a..b'));
  const op = fc.record({ op: fc.constantFrom('add', 'set', 'remove', 'version.add', 'x'), kind: fc.constantFrom('node', 'edge', 'flow', '__proto__', 'x'), id: fc.string(), field: path, to: value, value: fc.dictionary(fc.oneof(path, fc.constantFrom('data', 'links')), value) });
  fc.assert(fc.property(fc.array(op, { maxLength: 3 }), (ops) => void findRefusedOp(ops as unknown as IntentOp[])));
});
