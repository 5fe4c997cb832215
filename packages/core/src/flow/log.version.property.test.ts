/** Rules 12, 14 and 16 of the log: versions that rise by an entry, the chain of hashes, and the scope of commenters. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { AppError } from '../base/index.ts';
import { commit } from './commit.ts';
import { createChance, createIds, randomOps, stateProblem } from './fixtures/randomEdits.ts';
import { clash, conflictsOf, edit, raw, smallFlow, write } from './fixtures/smallFlow.ts';
import { authorNumber, staleHistory } from './fixtures/staleHistory.ts';
import { canFold, fold, foldWithEffect } from './fold.ts';
import type { Versions } from './migrate.ts';
import { nextChain, stateText } from './snapshot.ts';
import type { IntentOp, Op } from './transaction.ts';

const base = smallFlow();

/** A made-up schema 2: `data.note` of a node is called `data.remark`, the flow says what it was made with. */
const second: Versions = {
  rules: new Set([1, 2]),
  schemas: new Map([
    [
      2,
      {
        record: (kind, record) => {
          const data = record.data as Record<string, unknown> | undefined;
          if (kind !== 'node' || data?.note === undefined) return record;
          const { note, ...rest } = data;
          return { ...record, data: { ...rest, remark: note } };
        },
        flow: (record) => ({ ...record, madeWith: 2 }),
        op: (op: Op): Op[] => (op.op === 'set' && op.kind === 'node' && op.field === 'data.note' ? [{ ...op, field: 'data.remark' }] : [op]),
      },
    ],
  ]),
};
const rise: IntentOp = { op: 'log.upgrade', schema: 2, rules: 2 };
const upgrade = (state = base) => commit(state, { ops: [rise] }, { id: 'tx_rise', logId: 'log_small', author: authorNumber(1), at: 1 }, second);

describe('rule 12 versions', () => {
  const noted = edit(base, [{ op: 'set', kind: 'node', id: 'a', field: 'data.note', to: 'n1' }], 'tx_note').state;

  test('rule 12 versions: an upgrade entry migrates the whole state, trash included, and nothing else does', () => {
    const trashed = edit(noted, [{ op: 'remove', kind: 'node', id: 'a' }], 'tx_gone').state;
    const { state, effect } = foldWithEffect(trashed, upgrade(trashed), second);
    expect([state.schema, state.rules, state.flow.madeWith, (([...state.trash].at(-1)!.record.data) as Record<string, unknown>).remark]).toEqual([2, 2, 2, 'n1']);
    expect(effect.changes.map(({ kind, field, after }) => [kind, field, after])).toEqual([['flow', 'madeWith', 2]]);
    const live = fold(noted, upgrade(noted), second);
    expect([live.node.get('a')!.data.remark, live.node.get('b') === noted.node.get('b'), stateProblem(live)]).toEqual(['n1', true, null]);
    expect(fold(live, raw([{ op: 'log.upgrade', schema: 1, rules: 1 }, { op: 'log.upgrade', schema: 2, rules: 2 }]), second).schema).toBe(2);
  });

  test('rule 12 versions: an op of the older schema is upcast, one of a newer schema than the log has no effect', () => {
    const live = fold(noted, upgrade(noted), second);
    const late = fold(live, raw([{ op: 'set', kind: 'node', id: 'a', field: 'data.note', from: 'n1', to: 'n2' }]), second);
    expect([late.node.get('a')!.data.remark, late.node.get('a')!.data.note, late.conflict.size]).toEqual(['n2', undefined, 0]);
    const early = fold(noted, raw([{ op: 'set', kind: 'node', id: 'a', field: 'data.title', from: 'A', to: 'X' }], { schema: 2 }), second);
    expect(stateText({ ...early, no: noted.no })).toBe(stateText(noted));
  });

  test('rule 12 versions: a replica that lacks the version cannot fold the upgrade nor what stands behind it', () => {
    expect([canFold(noted, upgrade(noted)), canFold(noted, upgrade(noted), second)]).toEqual([false, true]);
    const live = fold(noted, upgrade(noted), second);
    expect([canFold(live, raw([])), canFold(live, raw([]), second)]).toEqual([false, true]);
    // A malformed or powerless upgrade stops nobody.
    expect(canFold(noted, raw([{ op: 'log.upgrade', schema: 9, rules: 'x' } as never]))).toBe(true);
    expect(canFold(noted, raw([{ op: 'log.upgrade', schema: 9, rules: 9 }], { scope: 'comment' }))).toBe(true);
    expect(canFold(noted, raw([{ op: 'log.upgrade', schema: 9, rules: 0 }]))).toBe(true);
    expect(() => commit(base, { ops: [{ op: 'log.upgrade', schema: 2, rules: 1 }] }, { id: 'x', logId: 'l', author: authorNumber(1), at: 1 })).toThrow(AppError);
  });

  test('rule 12 versions: a history with an upgrade anywhere ends alike for all who know it', () => {
    for (let seed = 1; seed <= 15; seed++) {
      const steps = staleHistory(seed, 30);
      const at = createChance(seed).below(30);
      const entries = steps.map((step) => step.entry);
      entries.splice(at, 0, JSON.parse(JSON.stringify(upgrade(steps[at]!.before))));
      const ends = [1, 2].map(() => entries.reduce((state, entry) => fold(state, JSON.parse(JSON.stringify(entry)), second), steps[0]!.before));
      expect(stateText(ends[0]!), `seed ${seed}`).toBe(stateText(ends[1]!));
      expect([ends[0]!.schema, stateProblem(ends[0]!)], `seed ${seed}`).toEqual([2, null]);
    }
  });

  test('rule 12 versions: unknown fields are kept through folds, copies and removals of others', () => {
    const value = { type: 'screen', position: { x: 0, y: 0, z: 3 }, data: { title: 'D', wild: { deep: [1, null] } }, future: [{ a: 1 }], elements: { e: { type: 'link', label: 'L', shiny: true } } };
    const added = edit(base, [{ op: 'add', kind: 'node', id: 'd', value }]).state;
    const kept = edit(added, [{ op: 'set', kind: 'node', id: 'd', field: 'data.title', to: 'E' }, { op: 'set', kind: 'node', id: 'd', field: 'elements.e.label', to: 'M' }]).state.node.get('d')!;
    expect(kept).toMatchObject({ data: { title: 'E', wild: { deep: [1, null] } }, future: [{ a: 1 }], elements: { e: { label: 'M', shiny: true } } });
  });
});

describe('rule 14 chain', () => {
  const hash = (bytes: Uint8Array) => bytesToHex(sha256(bytes));

  test('rule 14 chain: depends on every byte, every id and their order', () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    const chain = (entries: [string, string][]) => entries.reduce((previous, [id, text]) => nextChain(previous, id, bytes(text), hash), '');
    const whole: [string, string][] = [['a', '{"x":1}'], ['b', '{"x":2}'], ['c', '{"x":3}']];
    const others = [whole.slice(0, 2), [whole[1]!, whole[0]!, whole[2]!], [whole[0]!, ['z', '{"x":2}'], whole[2]!], [whole[0]!, ['b', '{"x":20}'], whole[2]!]] as [string, string][][];
    const seen = new Set([chain(whole), ...others.map(chain)]);
    expect([seen.size, chain(whole)]).toEqual([5, chain([...whole])]);
    expect(nextChain('', 'a', bytes('{}'), hash)).toBe(hash(bytes(`a${hash(bytes('{}'))}`)));
  });
});

describe('rule 16 envelope', () => {
  test('rule 16 envelope: ops outside the scope of a commenter have no effect, comments have', () => {
    const entry = raw(
      [
        { op: 'set', kind: 'node', id: 'a', field: 'data.title', from: 'A', to: 'X' },
        { op: 'add', kind: 'comment', id: 'k9', value: { body: 'x', authorId: 'u', authorName: 'U', at: 1, nodeId: 'a' } },
        { op: 'remove', kind: 'node', id: 'b', from: {} },
        { op: 'version.add', id: 'v', name: 'V' },
        { op: 'set', kind: 'comment', id: 'k1', field: 'resolved', from: null, to: true },
        { op: 'log.upgrade', schema: 2, rules: 2 },
      ],
      { scope: 'comment' },
    );
    const { effect, state } = foldWithEffect(base, entry, second);
    expect(effect.changes.map(({ kind, id, field }) => [kind, id, field])).toEqual([['comment', 'k9', undefined], ['comment', 'k1', 'resolved']]);
    expect([effect.opened, state.schema]).toEqual([[], 1]);
  });

  test('rule 16 envelope: a commenter closes conflicts of comments only, and commit says so', () => {
    const body = clash(base, [{ op: 'set', kind: 'comment', id: 'k1', field: 'body', to: 'theirs' }, { op: 'set', kind: 'node', id: 'a', field: 'data.title', to: 'theirs' }], [{ op: 'set', kind: 'comment', id: 'k1', field: 'body', to: 'mine' }, { op: 'set', kind: 'node', id: 'a', field: 'data.title', to: 'mine' }]);
    const [onNode, onComment] = [body.conflicts.find(({ kind }) => kind === 'node')!, body.conflicts.find(({ kind }) => kind === 'comment')!];
    const resolve = (id: string): IntentOp => ({ op: 'conflict.resolve', id });
    expect(() => write(body.state, [resolve(onNode.id)], 'tx_r', 'comment')).toThrow(expect.objectContaining({ code: 'OP_OUT_OF_SCOPE' }));
    const done = fold(body.state, write(body.state, [resolve(onComment.id)], 'tx_r', 'comment'));
    const refused = fold(body.state, raw([resolve(onNode.id) as Op], { scope: 'comment' }));
    expect([conflictsOf(done, 'tx_mine').length, conflictsOf(refused, 'tx_mine').length]).toEqual([1, 2]);
  });

  test('rule 16 envelope: whatever a commenter sends, nothing but comments changes', () => {
    for (let seed = 1; seed <= 25; seed++) {
      const chance = createChance(seed);
      const newId = createIds(`c${seed}x`);
      let state = base;
      for (let i = 0; i < 40; i++) {
        const ops = write(state, randomOps(state, chance, newId), `tx_${i}`).ops.map((op) => (chance.below(3) ? op : { ...op, group: 'g' }));
        const { effect } = foldWithEffect(state, raw(ops, { id: `tx_c${i}`, scope: 'comment' }));
        expect(effect.changes.filter(({ kind }) => kind !== 'comment'), `seed ${seed}`).toEqual([]);
        state = fold(state, raw(ops, { id: `tx_e${i}` }));
      }
    }
  });
});
