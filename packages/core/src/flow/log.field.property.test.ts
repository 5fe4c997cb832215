/** Rules 3, 4, 5 and 8 of the log: what an op carries, how a field merges, what happens when something is missing, shapes. */
import { describe, expect, test } from 'vitest';
import { isEqualJson } from '../base/index.ts';
import { createChance, createIds, randomOps } from './fixtures/randomEdits.ts';
import { clash, conflictsOf, edit, raw, smallFlow, write } from './fixtures/smallFlow.ts';
import { staleHistory } from './fixtures/staleHistory.ts';
import { commit } from './commit.ts';
import { fold, foldWithEffect } from './fold.ts';
import { readPlace, resolvePlace } from './place.ts';
import { findRecord, mapOf } from './run.ts';
import { stateText } from './snapshot.ts';
import { referrersOf } from './state.ts';
import type { IntentOp, Op } from './transaction.ts';

const base = smallFlow();
const set = (field: string, to: unknown, id = 'a', kind: 'node' | 'edge' | 'comment' | 'frame' = 'node'): IntentOp => ({ op: 'set', kind, id, field, to });

describe('rule 3 self-contained ops', () => {
  test('rule 3 self-contained ops: carry from and to, records as their author saw them, and their cascade as ops of its own', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const chance = createChance(seed);
      const newId = createIds('s');
      let state = base;
      for (let i = 0; i < 60; i++) {
        const entry = commit(state, { ops: randomOps(state, chance, newId) }, { id: `tx_${i}`, logId: 'log_small', author: { kind: 'user', id: 'u', name: 'U' }, at: i });
        let at = state;
        for (const op of entry.ops) {
          if (op.op === 'set') expect(isEqualJson(readPlace(findRecord(at, op.kind, op.id)!, resolvePlace(op.kind, op.field)!), op.from), `seed ${seed}`).toBe(true);
          if (op.op === 'remove') {
            expect(mapOf(at, op.kind as 'node').get(op.id)).toEqual(op.from);
            expect(referrersOf(at, op.id, op.kind as 'node')).toEqual([]);
          }
          at = fold(at, raw([{ ...op, group: undefined } as Op], { id: entry.id }));
        }
        const { state: next, effect } = foldWithEffect(state, entry);
        // On the state that its author saw an entry does all that it says, and nothing is left over.
        expect(effect.opened, `seed ${seed} ${JSON.stringify(entry.ops)}`).toEqual([]);
        expect(effect.changes.length + effect.closed.length).toBeGreaterThan(0);
        state = next;
      }
    }
  });

  test('rule 3 self-contained ops: a removed node takes its edges along and frees what else leans on it, edges first', () => {
    const entry = write(base, [{ op: 'remove', kind: 'node', id: 'a' }]);
    expect(entry.ops.map((op) => `${op.op} ${(op as { id: string }).id} ${(op as { field?: string }).field ?? ''}`.trim())).toEqual(['set k2 edgeId', 'remove ab', 'set k1 nodeId', 'remove a']);
    const frame = write(base, [{ op: 'remove', kind: 'persona', id: 'p' }, { op: 'remove', kind: 'frame', id: 'f' }, { op: 'remove', kind: 'goal', id: 'g' }]);
    expect(frame.ops.map((op) => `${op.op} ${(op as { field?: string }).field ?? ''}`.trim())).toEqual(['set personaIds.p', 'remove', 'set frameId', 'remove', 'set data.goalIds.g', 'remove']);
  });
});

describe('rule 4 set', () => {
  test('rule 4 set: current equals `to`: nothing; equals `from`: becomes `to`; without a word', () => {
    const both = clash(base, [set('data.title', 'X')], [set('data.title', 'X')]);
    expect([both.effect.changes, both.conflicts, both.state.node.get('a')!.data.title]).toEqual([[], [], 'X']);
    const other = clash(base, [set('data.description', 'zero')], [set('data.title', 'X')]);
    expect([other.conflicts, other.state.node.get('a')!.data.title, other.state.node.get('a')!.data.description]).toEqual([[], 'X', 'zero']);
  });

  test.each<[string, IntentOp, IntentOp, unknown]>([
    ['title', set('data.title', 'theirs'), set('data.title', 'mine'), 'theirs'],
    ['label', set('data.label', 'theirs', 'ab', 'edge'), set('data.label', 'mine', 'ab', 'edge'), 'theirs'],
    ['label cleared', set('data.label', null, 'ab', 'edge'), set('data.label', 'mine', 'ab', 'edge'), null],
    ['label of an item', set('elements.e1.label', 'theirs'), set('elements.e1.label', 'mine'), 'theirs'],
    ['reference', set('target', 'c', 'ab', 'edge'), set('target', 'a', 'ab', 'edge'), 'c'],
    ['unknown field', set('wild', { a: 1 }), set('wild', [2]), { a: 1 }],
    ['unknown field in a group', set('data.wild', 1), set('data.wild', 2), 1],
    ['unknown field of an item', set('elements.e1.wild', 1), set('elements.e1.wild', 2), 1],
    ['style', set('style.color', 'red', 'ab', 'edge'), set('style.color', 'blue', 'ab', 'edge'), 'red'],
  ])('rule 4 set: register (%s): mine stands, theirs goes to a conflict', (_, theirs, mine, lost) => {
    const { state, conflicts } = clash(base, [theirs], [mine]);
    const op = mine as Extract<IntentOp, { op: 'set' }>;
    expect(readPlace(findRecord(state, op.kind, op.id)!, resolvePlace(op.kind, op.field)!)).toEqual(op.to);
    expect(conflicts).toEqual([{ id: `tx_mine:0:${op.kind}:${op.id}:${op.field}`, entryId: 'tx_mine', op: 0, reason: 'field', kind: op.kind, recordId: op.id, field: op.field, lost, author: { kind: 'user', id: 'user_1', name: 'User 1' }, at: 50 }]);
  });

  test.each<[string, IntentOp, IntentOp]>([
    ['position', set('position', { x: 1, y: 1 }), set('position', { x: 2, y: 2 })],
    ['size', set('size', { width: 1, height: 1 }), set('size', { width: 2, height: 2 })],
    ['order', set('elements.e1.order', 'b00'), set('elements.e1.order', 'b01')],
    ['collapsed', set('collapsed', true, 'f', 'frame'), set('collapsed', false, 'f', 'frame')],
    ['route', set('route', [{ x: 1, y: 1 }], 'ab', 'edge'), set('route', [], 'ab', 'edge')],
  ])('rule 4 set: quiet (%s): mine stands, silently', (_, theirs, mine) => {
    const { state, conflicts } = clash(base, [theirs], [mine]);
    const op = mine as Extract<IntentOp, { op: 'set' }>;
    expect(readPlace(findRecord(state, op.kind, op.id)!, resolvePlace(op.kind, op.field)!)).toEqual(op.to);
    expect(conflicts).toEqual([]);
  });

  test('rule 4 set: prose is merged; where hunks overlap mine stands and the current text goes to a conflict', () => {
    const merged = clash(base, [set('data.description', 'ONE two three four')], [set('data.description', 'one two three FOUR')]);
    expect([merged.state.node.get('a')!.data.description, merged.conflicts]).toEqual(['ONE two three FOUR', []]);
    const overlap = clash(base, [set('data.description', 'one X three four five')], [set('data.description', 'one Y three four')]);
    expect(overlap.state.node.get('a')!.data.description).toBe('one Y three four five');
    expect(overlap.conflicts.map((conflict) => [conflict.reason, conflict.lost])).toEqual([['text', 'one X three four five']]);
    const item = clash(base, [set('elements.e1.note', 'X y z')], [set('elements.e1.note', 'x y Z')]);
    expect([item.state.node.get('a')!.elements!.e1!.note, item.conflicts]).toEqual(['X y Z', []]);
    const cleared = clash(base, [set('data.description', null)], [set('data.description', 'mine')]);
    expect([cleared.state.node.get('a')!.data.description, cleared.conflicts.map((conflict) => [conflict.reason, conflict.lost])]).toEqual(['mine', [['field', null]]]);
  });

  test('rule 4 set: every field of the table clashes as its kind says, whatever the two people wrote', () => {
    let registers = 0;
    for (let seed = 1; seed <= 60; seed++) {
      for (const { entry, before, after } of staleHistory(seed, 50)) {
        if (entry.ops.length !== 1) continue;
        const op = entry.ops[0]!;
        if (op.op !== 'set') continue;
        const record = findRecord(before, op.kind, op.id);
        const place = resolvePlace(op.kind, op.field)!;
        if (!record || place.at === 'entry') continue;
        const current = readPlace(record, place);
        if (isEqualJson(current, op.from) || isEqualJson(current, op.to)) continue;
        const conflicts = conflictsOf(after, entry.id);
        if (place.kind === 'quiet') expect(conflicts, `seed ${seed}`).toEqual([]);
        else if (place.kind !== 'prose' && conflicts[0]?.reason === 'field') {
          registers += 1;
          expect(conflicts[0].lost, `seed ${seed}`).toEqual(current);
          expect(readPlace(findRecord(after, op.kind, op.id)!, place)).toEqual(op.to);
        } else if (place.kind !== 'prose') expect(conflicts[0]?.reason, `seed ${seed} ${JSON.stringify(op)}`).toMatch(/removed|missing/);
      }
    }
    expect(registers).toBeGreaterThan(20);
  });
});

describe('rule 5 missing', () => {
  test('rule 5 missing: a set on a missing record or item has no effect and goes to a conflict', () => {
    const record = clash(base, [{ op: 'remove', kind: 'node', id: 'c' }], [set('data.title', 'X', 'c')]);
    expect([record.effect.changes, record.conflicts.map(({ reason, lost }) => [reason, lost])]).toEqual([[], [['removed', 'X']]]);
    const item = clash(base, [set('elements.e1', null)], [set('elements.e1.label', 'X')]);
    expect([item.effect.changes, item.conflicts.map(({ reason, lost, field }) => [reason, lost, field])]).toEqual([[], [['removed', 'X', 'elements.e1.label']]]);
    const whole = clash(base, [set('elements.e1', null)], [set('elements.e1', { type: 'link', label: 'X' })]);
    expect([whole.effect.changes, whole.conflicts.map(({ reason }) => reason)]).toEqual([[], ['removed']]);
    const flow = fold(base, raw([{ op: 'set', kind: 'flow', id: 'flow_other', field: 'name', from: '', to: 'X' }]));
    expect([flow.flow.name, conflictsOf(flow, 'tx_raw')[0]!.reason]).toEqual(['', 'removed']);
  });

  test('rule 5 missing: a reference to what is gone is not set, required or not', () => {
    const gone: IntentOp[] = [{ op: 'remove', kind: 'node', id: 'c' }];
    const required = clash(base, gone, [set('target', 'c', 'ab', 'edge')]);
    expect([required.state.edge.get('ab')!.target, required.conflicts.map(({ reason, lost }) => [reason, lost])]).toEqual(['b', [['missing', 'c']]]);
    const optional = clash(edit(base, [set('frameId', null)]).state, [{ op: 'remove', kind: 'frame', id: 'f' }], [set('frameId', 'f')]);
    expect([optional.state.node.get('a')!.frameId, optional.conflicts.map(({ reason, lost }) => [reason, lost])]).toEqual([undefined, [['missing', 'f']]]);
    const entry = clash(base, [{ op: 'remove', kind: 'persona', id: 'p' }], [set('personaIds.p', true, 'b')]);
    expect([entry.state.node.get('b')!.personaIds, entry.conflicts.map(({ reason, field }) => [reason, field])]).toEqual([undefined, [['missing', 'personaIds.p']]]);
    const whole = fold(base, raw([{ op: 'set', kind: 'node', id: 'b', field: 'personaIds', from: null, to: { p: true, q: true } }]));
    expect([whole.node.get('b')!.personaIds, conflictsOf(whole, 'tx_raw')[0]!.lost]).toEqual([undefined, { p: true, q: true }]);
  });

  test('rule 5 missing: an add without its required reference has no effect; without an optional one it comes without', () => {
    const edge = clash(base, [{ op: 'remove', kind: 'node', id: 'c' }], [{ op: 'add', kind: 'edge', id: 'ac', value: { source: 'a', target: 'c', data: {} } }]);
    expect([edge.state.edge.has('ac'), edge.conflicts.map(({ reason, field, lost }) => [reason, field, (lost as { id: string }).id])]).toEqual([false, [['missing', undefined, 'ac']]]);
    const value = { type: 'screen', position: { x: 0, y: 0 }, data: { title: 'D' }, frameId: 'f', personaIds: { p: true } };
    const node = clash(base, [{ op: 'remove', kind: 'frame', id: 'f' }, { op: 'remove', kind: 'persona', id: 'p' }], [{ op: 'add', kind: 'node', id: 'd', value }]);
    expect(node.state.node.get('d')).toEqual({ id: 'd', type: 'screen', position: { x: 0, y: 0 }, data: { title: 'D' } });
    expect(node.conflicts.map(({ reason, field, lost }) => [reason, field, lost])).toEqual([['missing', 'frameId', 'f'], ['missing', 'personaIds.p', true]]);
  });

  test('rule 5 missing: an add of an id that exists is a set of each field without from', () => {
    const value = (title: string, label: string) => ({ type: 'screen', position: { x: 1, y: title.length }, data: { title }, elements: { e9: { type: 'button', label, order: 'a0' } } });
    const twice = clash(base, [{ op: 'add', kind: 'node', id: 'd', value: value('Theirs', 'Go') }], [{ op: 'add', kind: 'node', id: 'd', value: value('M', 'Stop') }]);
    expect(twice.state.node.get('d')).toEqual({ id: 'd', ...value('M', 'Stop') });
    expect(twice.conflicts.map(({ reason, field, lost }) => [reason, field, lost])).toEqual([['field', 'data.title', 'Theirs'], ['field', 'elements.e9.label', 'Go']]);
    const same = clash(base, [{ op: 'add', kind: 'node', id: 'd', value: value('M', 'Go') }], [{ op: 'add', kind: 'node', id: 'd', value: value('M', 'Go') }]);
    expect([same.effect.changes, same.conflicts]).toEqual([[], []]);
  });
});

describe('rule 8 shapes', () => {
  test('rule 8 shapes: two people who add items to one list both keep theirs, in an order that both see', () => {
    const { state, conflicts } = clash(base, [set('elements.x1', { type: 'link', label: 'theirs' })], [set('elements.x2', { type: 'link', label: 'mine' })]);
    const elements = Object.entries(state.node.get('a')!.elements!).sort(([a, x], [b, y]) => (x.order < y.order ? -1 : x.order > y.order ? 1 : a < b ? -1 : 1));
    expect([elements.map(([id]) => id), conflicts]).toEqual([['e1', 'e2', 'x1', 'x2'], []]);
  });

  test('rule 8 shapes: a whole list or set is written entry by entry, so nobody loses what they did not touch', () => {
    const mine = { ...base.node.get('a')!.elements, e1: { ...base.node.get('a')!.elements!.e1!, label: 'E-mail' }, x2: { type: 'link', label: 'mine' } };
    const { state, conflicts } = clash(base, [set('elements.x1', { type: 'link', label: 'theirs' }), set('elements.e1.required', true)], [set('elements', mine)]);
    expect(Object.keys(state.node.get('a')!.elements!).sort()).toEqual(['e1', 'e2', 'x1', 'x2']);
    expect([state.node.get('a')!.elements!.e1, conflicts]).toEqual([{ order: 'a0', type: 'input', label: 'E-mail', note: 'x y z', required: true }, []]);
    const without = edit(base, [set('elements', null), set('personaIds', {})]).state.node.get('a')!;
    expect(['elements' in without, 'personaIds' in without]).toEqual([false, false]);
  });

  test('rule 8 shapes: an item that somebody changed goes, and its new form goes to a conflict; a moved one goes silently', () => {
    const changed = clash(base, [set('elements.e1.label', 'theirs')], [set('elements.e1', null)]);
    expect([changed.state.node.get('a')!.elements!.e1, changed.conflicts.map(({ reason, lost }) => [reason, (lost as { label: string }).label])]).toEqual([undefined, [['unseen', 'theirs']]]);
    const moved = clash(base, [set('elements.e1.order', 'b00')], [set('elements.e1', null)]);
    expect([moved.state.node.get('a')!.elements!.e1, moved.conflicts]).toEqual([undefined, []]);
  });

  test('rule 8 shapes: a list, set or optional group that empties is absent, and `data` stays', () => {
    let state = edit(base, [set('style.color', 'red', 'ab', 'edge')]).state;
    state = edit(state, [set('style.color', null, 'ab', 'edge'), set('data.goalIds.g', null, 'ab', 'edge'), set('data.label', null, 'ab', 'edge'), set('personaIds.p', null), set('elements.e1', null), set('elements.e2', null)]).state;
    expect(state.edge.get('ab')).toEqual({ id: 'ab', source: 'a', target: 'b', data: {} });
    expect(Object.keys(state.node.get('a')!).sort()).toEqual(['data', 'frameId', 'id', 'position', 'type']);
  });

  test.each<[string, Op]>([
    ['a group as a whole', { op: 'set', kind: 'node', id: 'a', field: 'data', from: null, to: { title: 'X' } }],
    ['inside a known field', { op: 'set', kind: 'node', id: 'a', field: 'position.x', from: 0, to: 9 }],
    ['below a text', { op: 'set', kind: 'node', id: 'a', field: 'data.title.x', from: null, to: 9 }],
    ['below a set entry', { op: 'set', kind: 'node', id: 'a', field: 'personaIds.p.x', from: null, to: 9 }],
    ['two below an item', { op: 'set', kind: 'node', id: 'a', field: 'elements.e1.x.y', from: null, to: 9 }],
    ['a prototype', { op: 'set', kind: 'node', id: 'a', field: '__proto__', from: null, to: { x: 1 } }],
    ['a prototype in a group', { op: 'set', kind: 'node', id: 'a', field: 'data.__proto__', from: null, to: { x: 1 } }],
    ['the id', { op: 'set', kind: 'node', id: 'a', field: 'id', from: 'a', to: 'z' }],
    ['a key of the file', { op: 'set', kind: 'flow', id: 'flow_small', field: 'nodes', from: null, to: {} }],
    ['a required field cleared', { op: 'set', kind: 'node', id: 'a', field: 'data.title', from: 'A', to: null }],
    ['a wrong type', { op: 'set', kind: 'node', id: 'a', field: 'position', from: null, to: { x: '1', y: 2 } }],
    ['not a number', { op: 'set', kind: 'node', id: 'a', field: 'position', from: null, to: { x: Number.NaN, y: 2 } }],
    ['an item without its type', { op: 'set', kind: 'node', id: 'a', field: 'elements.e9', from: null, to: { label: 'X', order: 'a' } }],
    ['an id of another record', { op: 'add', kind: 'persona', id: 'q', value: { id: 'r', name: 'Q' } }],
    ['a null in a value', { op: 'add', kind: 'persona', id: 'q', value: { name: 'Q', wild: null } }],
    ['a dotted key', { op: 'add', kind: 'persona', id: 'q', value: { name: 'Q', 'a.b': 1 } }],
    ['a flow that is added', { op: 'add', kind: 'flow', id: 'q', value: { name: 'Q' } }],
    ['a version that is removed', { op: 'remove', kind: 'version', id: 'q', from: {} }],
    ['the number of a version', { op: 'set', kind: 'version', id: 'q', field: 'no', from: 1, to: 2 }],
  ])('rule 8 shapes: an entry that would write %s is malformed', (_, op) => {
    const good: Op = { op: 'set', kind: 'node', id: 'b', field: 'data.title', from: 'B', to: 'written' };
    const next = fold(base, raw([good, op]));
    expect(stateText({ ...next, no: base.no })).toBe(stateText(base));
    expect(fold(base, raw([good])).node.get('b')!.data.title).toBe('written');
  });

  test('rule 8 shapes: inherited names are ordinary keys and ids', () => {
    const next = edit(base, [set('constructor', 1), set('data.toString', 'x'), { op: 'add', kind: 'persona', id: 'valueOf', value: { name: 'V' } }, set('personaIds.valueOf', true)]);
    const node = next.state.node.get('a')!;
    expect([Object.hasOwn(node, 'constructor'), Object.hasOwn(node.data, 'toString'), node.personaIds, next.effect.opened]).toEqual([true, true, { p: true, valueOf: true }, []]);
  });
});
