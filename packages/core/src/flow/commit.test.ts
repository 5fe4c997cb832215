import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAppError } from '../base/index.ts';
import { checkTransaction, commit } from './commit.ts';
import { clash, edit, smallFlow, write } from './fixtures/smallFlow.ts';
import { authorNumber } from './fixtures/staleHistory.ts';
import { fold } from './fold.ts';
import { stateText } from './snapshot.ts';
import type { IntentOp } from './transaction.ts';

const base = smallFlow();
const meta = { id: 'tx_1', logId: 'log_1', author: authorNumber(1), at: 1 };
const ok: IntentOp = { op: 'set', kind: 'node', id: 'a', field: 'data.title', to: 'X' };

describe('commit', () => {
  test.each<[string, IntentOp, string, Record<string, unknown>]>([
    ['an unknown record', { op: 'set', kind: 'node', id: 'zz', field: 'data.title', to: 'X' }, 'OP_RECORD_MISSING', { kind: 'node', id: 'zz' }],
    ['an unknown record to remove', { op: 'remove', kind: 'edge', id: 'zz' }, 'OP_RECORD_MISSING', { kind: 'edge', id: 'zz' }],
    ['an unknown item', { op: 'set', kind: 'node', id: 'a', field: 'elements.zz.label', to: 'X' }, 'OP_RECORD_MISSING', { field: 'elements.zz.label' }],
    ['an unknown conflict', { op: 'conflict.resolve', id: 'zz' }, 'OP_RECORD_MISSING', { id: 'zz' }],
    ['another flow', { op: 'set', kind: 'flow', id: 'zz', field: 'name', to: 'X' }, 'OP_RECORD_MISSING', {}],
    ['an id that is taken', { op: 'add', kind: 'persona', id: 'p', value: { name: 'P' } }, 'OP_ID_TAKEN', { kind: 'persona', id: 'p' }],
    ['a field that has changed', { op: 'set', kind: 'node', id: 'a', field: 'data.title', from: 'old', to: 'X' }, 'OP_FIELD_CHANGED', { current: 'X', from: 'old' }],
    ['a record that has changed', { op: 'remove', kind: 'persona', id: 'p', from: { id: 'p', name: 'old' } }, 'OP_FIELD_CHANGED', { id: 'p' }],
    ['a field that is none', { op: 'set', kind: 'node', id: 'a', field: 'position.x', to: 1 }, 'OP_FIELD_INVALID', { field: 'position.x' }],
    ['a wrong value', { op: 'set', kind: 'node', id: 'a', field: 'type', to: 'box' }, 'OP_VALUE_INVALID', { path: 'type' }],
    ['a required field cleared', { op: 'set', kind: 'node', id: 'a', field: 'data.title', to: null }, 'OP_VALUE_INVALID', { path: 'data.title' }],
    ['a value without what it needs', { op: 'add', kind: 'node', id: 'n', value: { type: 'screen', data: { title: 'N' } } }, 'OP_VALUE_INVALID', { path: 'position' }],
    ['an id that is none', { op: 'add', kind: 'persona', id: 'a.b', value: { name: 'P' } }, 'OP_VALUE_INVALID', { path: 'id' }],
    ['a number that is none', { op: 'set', kind: 'node', id: 'a', field: 'wild', to: [Number.NaN] }, 'OP_VALUE_INVALID', { path: 'wild' }],
    ['a date', { op: 'set', kind: 'node', id: 'a', field: 'wild', to: new Date(0) }, 'OP_VALUE_INVALID', { path: 'wild' }],
    ['a reference to nothing', { op: 'add', kind: 'edge', id: 'e', value: { source: 'a', target: 'zz', data: {} } }, 'OP_REFERENCE_MISSING', { target: 'node', targetId: 'zz' }],
    ['a frame that is not there', { op: 'set', kind: 'node', id: 'b', field: 'frameId', to: 'zz' }, 'OP_REFERENCE_MISSING', { target: 'frame', targetId: 'zz' }],
    ['a persona that is not there', { op: 'set', kind: 'node', id: 'b', field: 'personaIds', to: { zz: true } }, 'OP_REFERENCE_MISSING', { target: 'persona', targetId: 'zz' }],
    ['a kind that is none', { op: 'add', kind: 'constructor' as never, id: 'n', value: {} }, 'OP_KIND_UNKNOWN', { kind: 'constructor' }],
    ['a version as a record', { op: 'add', kind: 'version', id: 'v', value: { name: 'V', no: 1, at: 1 } }, 'OP_KIND_UNKNOWN', { kind: 'version' }],
    ['an op that is none', { op: 'explode' } as never, 'OP_KIND_UNKNOWN', { op: 'explode' }],
    ['a version of the future', { op: 'log.upgrade', schema: 2, rules: 1 }, 'OP_VALUE_INVALID', { schema: 2 }],
  ])('refuses %s with a typed error and the index of the op', (_, op, code, params) => {
    const text = stateText(base);
    expect(() => commit(base, { ops: [ok, op] }, meta)).toThrow(expect.objectContaining({ code, params: expect.objectContaining({ opIndex: 1, ...params }) }));
    expect(stateText(base)).toBe(text);
  });

  test('ops see the effect of the ones before them', () => {
    const entry = write(base, [
      { op: 'add', kind: 'node', id: 'n', value: { type: 'end', position: { x: 0, y: 0 }, data: { title: 'N' } } },
      { op: 'add', kind: 'edge', id: 'cn', value: { source: 'c', target: 'n', data: {} } },
      { op: 'set', kind: 'node', id: 'n', field: 'data.title', from: 'N', to: 'End' },
      { op: 'remove', kind: 'node', id: 'c' },
      // Already gone with its node: a selection of both is no mistake.
      { op: 'remove', kind: 'edge', id: 'cn' },
    ]);
    const state = fold(base, entry);
    expect([state.node.get('n')!.data.title, state.node.has('c'), state.edge.has('cn'), state.conflict.size]).toEqual(['End', false, false, 0]);
  });

  test('writes text in NFC, drops nulls and sets that change nothing, and refuses an empty intent', () => {
    const entry = write(base, [
      { op: 'set', kind: 'node', id: 'a', field: 'data.title', to: 'Pru\u0308fung' },
      { op: 'set', kind: 'node', id: 'b', field: 'data.title', to: 'B' },
      { op: 'set', kind: 'node', id: 'b', field: 'cafe\u0301', to: 1 },
      { op: 'add', kind: 'persona', id: 'q', value: { name: 'Q', description: null, color: undefined } },
    ]);
    expect(entry.ops).toEqual([
      { op: 'set', kind: 'node', id: 'a', field: 'data.title', from: 'A', to: 'Prüfung' },
      { op: 'set', kind: 'node', id: 'b', field: 'café', from: null, to: 1 },
      { op: 'add', kind: 'persona', id: 'q', value: { id: 'q', name: 'Q' } },
    ]);
    for (const ops of [[], [{ op: 'set', kind: 'node', id: 'a', field: 'data.title', to: 'A' }]] as IntentOp[][]) {
      expect(() => commit(base, { ops }, meta)).toThrow(expect.objectContaining({ code: 'INTENT_EMPTY' }));
    }
  });

  test('does not hold on to what it was given', () => {
    const to = { x: 1, y: 2 };
    const entry = write(base, [{ op: 'set', kind: 'node', id: 'a', field: 'position', to }]);
    to.x = 99;
    expect(fold(base, entry).node.get('a')!.position).toEqual({ x: 1, y: 2 });
  });

  test('refuses an envelope that others could not read', () => {
    for (const wrong of [{ id: 'a b' }, { logId: '' }, { at: 1.5 }, { at: Number.NaN }, { author: { kind: 'robot', id: 'x', name: 'X' } }, { author: null }, { scope: 'all' }]) {
      expect(() => commit(base, { ops: [ok] }, { ...meta, ...wrong } as never), JSON.stringify(wrong)).toThrow(expect.objectContaining({ code: 'ENTRY_INVALID' }));
    }
  });

  test('whatever it is asked, it throws a typed error or makes an entry that every replica reads alike', () => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, maxDepth: 3 });
    const kind = fc.constantFrom('node', 'edge', 'frame', 'comment', 'persona', 'goal', 'version', 'flow', '__proto__', 'toString');
    const id = fc.constantFrom('a', 'b', 'ab', 'k1', 'p', 'g', 'f', 'flow_small', 'new1', 'new2', '', 'a.b', '__proto__', 'constructor');
    const field = fc.constantFrom('data.title', 'data.description', 'position', 'elements', 'elements.e1', 'elements.e9', 'elements.e1.label', 'personaIds', 'personaIds.p', 'personaIds.zz', 'frameId', 'style.color', 'meta.x', 'wild', 'data.wild', 'data', 'id', 'no', 'nodes', '__proto__', 'data.__proto__', 'a..b', '.', 'settings.language', 'name', 'body');
    const to = fc.oneof(anything, fc.constantFrom('a', 'f', true, null, { x: 1, y: 2 }, { p: true }, { e1: { type: 'link', label: 'L' } }, { type: 'link', label: 'L', note: null }, -0));
    const value = fc.oneof(anything, fc.record({ name: to, title: to, type: fc.constantFrom('screen', 'box'), position: to, size: to, data: fc.record({ title: to, wild: anything }, { requiredKeys: [] }), source: id, target: id, personaIds: to, elements: to, wild: anything }, { requiredKeys: [] }));
    const group = fc.constantFrom(undefined, 'g', '', 7);
    const likely = fc.constantFrom({ kind: 'node', id: 'a' }, { kind: 'node', id: 'b' }, { kind: 'edge', id: 'ab' }, { kind: 'comment', id: 'k1' }, { kind: 'flow', id: 'flow_small' });
    const op = fc.oneof(
      { weight: 8, arbitrary: fc.record({ target: likely, field, to }).map(({ target, ...rest }) => ({ op: 'set', ...target, ...rest })) },
      { weight: 2, arbitrary: likely.map((target) => ({ op: 'remove', ...target })) },
      fc.record({ op: fc.constant('set'), kind, id, field, to, group }),
      fc.record({ op: fc.constant('add'), kind, id, value, group }),
      fc.record({ op: fc.constant('remove'), kind, id, group }),
      fc.record({ op: fc.constant('version.add'), id, name: to, description: to, group }),
      fc.record({ op: fc.constantFrom('conflict.resolve', 'log.upgrade'), id, schema: to, rules: to }),
      anything,
    );
    let made = 0;
    fc.assert(
      fc.property(fc.array(op, { minLength: 1, maxLength: 3 }), (ops) => {
        try {
          const entry = commit(base, { ops: ops as IntentOp[] }, meta);
          made += 1;
          const own = fold(base, entry);
          expect(stateText(own)).toBe(stateText(fold(base, JSON.parse(JSON.stringify(entry)))));
          expect(own.conflict.size).toBe(0);
          // Several ops may take each other back (a title set and set back); one op alone always changes something.
          if (entry.ops.length === 1) expect(stateText({ ...own, no: base.no })).not.toBe(stateText(base));
        } catch (error) {
          if (!isAppError(error)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
    expect(made).toBeGreaterThan(100);
  });
});

describe('checkTransaction', () => {
  const file = JSON.parse(JSON.stringify(write(base, [{ op: 'remove', kind: 'node', id: 'a' }, { op: 'set', kind: 'node', id: 'b', field: 'data.title', to: 'X' }]))) as Record<string, unknown>;

  test('takes a transaction that fits', () => {
    expect(fold(base, checkTransaction(base, file)).node.has('a')).toBe(false);
  });

  test('names what does not fit, by op', () => {
    const later = edit(base, [{ op: 'set', kind: 'node', id: 'b', field: 'data.title', to: 'theirs' }]).state;
    expect(() => checkTransaction(later, file)).toThrow(expect.objectContaining({ code: 'OP_FIELD_CHANGED', params: expect.objectContaining({ opIndex: 4, current: 'theirs' }) }));
    expect(() => checkTransaction(base, { ...file, ops: [{ op: 'set', kind: 'node' }] })).toThrow(expect.objectContaining({ code: 'TRANSACTION_INVALID', params: expect.objectContaining({ opIndex: 0 }) }));
    expect(() => checkTransaction(base, 'x')).toThrow(expect.objectContaining({ code: 'TRANSACTION_INVALID' }));
    expect(() => checkTransaction(base, { ...file, schema: 2 })).toThrow(expect.objectContaining({ code: 'TRANSACTION_SCHEMA' }));
  });

  test('a conflict of the log is no error of the file', () => {
    const { state } = clash(base, [{ op: 'set', kind: 'node', id: 'c', field: 'data.title', to: 'theirs' }], [{ op: 'set', kind: 'node', id: 'c', field: 'data.title', to: 'mine' }]);
    expect(checkTransaction(state, file).ops.length).toBe(5);
  });
});
