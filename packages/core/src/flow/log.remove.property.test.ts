/** Rules 6 and 7 of the log: what a remove takes along and leaves behind; groups that stand or fall together. */
import { describe, expect, test } from 'vitest';
import { createChance, createIds, randomOps, spliceOps, stateProblem } from './fixtures/randomEdits.ts';
import { clash, conflictsOf, edit, raw, smallFlow, write } from './fixtures/smallFlow.ts';
import { staleHistory } from './fixtures/staleHistory.ts';
import { fold, foldWithEffect } from './fold.ts';
import { equalAsideQuiet } from './quiet.ts';
import { fieldTable } from './fields.ts';
import { mapOf } from './run.ts';
import { snapshotOf, stateOfSnapshot, stateText } from './snapshot.ts';
import type { IntentOp, Op } from './transaction.ts';
import { Trash, TRASH_LIMIT } from './trash.ts';

const base = smallFlow();
const set = (field: string, to: unknown, id = 'a', kind: 'node' | 'edge' = 'node'): IntentOp => ({ op: 'set', kind, id, field, to });
const remove = (id: string, kind: 'node' | 'edge' | 'frame' | 'persona' | 'comment' | 'goal' = 'node'): IntentOp => ({ op: 'remove', kind, id });

describe('rule 6 remove', () => {
  test('rule 6 remove: a missing record: nothing; two who remove the same agree', () => {
    const { effect, conflicts } = clash(base, [remove('c')], [remove('c')]);
    expect([effect.changes, conflicts]).toEqual([[], []]);
  });

  test('rule 6 remove: a record that differs from what was seen goes, and its new form goes to a conflict; a moved one goes silently', () => {
    const changed = clash(base, [set('data.title', 'theirs', 'c')], [remove('c')]);
    expect([changed.state.node.has('c'), changed.conflicts.map(({ reason, lost }) => [reason, (lost as { data: { title: string } }).data.title])]).toEqual([false, [['unseen', 'theirs']]]);
    const moved = clash(base, [set('position', { x: 5, y: 5 }, 'c')], [remove('c')]);
    expect([moved.state.node.has('c'), moved.conflicts]).toEqual([false, []]);
  });

  test('rule 6 remove: what still refers to it is removed or cleared, a conflict each, and all of it is in the trash', () => {
    const later: IntentOp[] = [
      { op: 'add', kind: 'edge', id: 'ca', value: { source: 'c', target: 'a', data: {} } },
      { op: 'add', kind: 'comment', id: 'k3', value: { body: 'x', authorId: 'u', authorName: 'U', at: 1, edgeId: 'ca', nodeId: 'a', replyToId: 'k1' } },
    ];
    const { state, conflicts } = clash(base, later, [remove('a')]);
    expect(conflicts.map(({ reason, kind, recordId, field, op }) => [op, reason, kind, recordId, field])).toEqual([
      [3, 'cascade', 'comment', 'k3', 'edgeId'],
      [3, 'cascade', 'comment', 'k3', 'nodeId'],
      [3, 'cascade', 'edge', 'ca', undefined],
    ]);
    expect([...state.trash].map(({ kind, id, no }) => [kind, id, no])).toEqual([['edge', 'ab', 3], ['edge', 'ca', 3], ['node', 'a', 3]]);
    expect([stateProblem(state), state.comment.get('k3')]).toEqual([null, { id: 'k3', body: 'x', authorId: 'u', authorName: 'U', at: 1, replyToId: 'k1' }]);
  });

  test('rule 6 remove: an edge from a node to itself and a comment that answers itself go once', () => {
    const loop = fold(base, raw([{ op: 'add', kind: 'edge', id: 'cc', value: { source: 'c', target: 'c', data: {} } }], { id: 'tx_loop' }));
    const gone = fold(loop, raw([{ op: 'remove', kind: 'node', id: 'c', from: loop.node.get('c')! }]));
    expect(conflictsOf(gone, 'tx_raw').map(({ recordId }) => recordId)).toEqual(['bc', 'cc']);
    const self = fold(base, raw([{ op: 'set', kind: 'comment', id: 'k1', field: 'replyToId', from: null, to: 'k1' }], { id: 'tx_self' }));
    const quiet = fold(self, raw([{ op: 'remove', kind: 'comment', id: 'k1', from: self.comment.get('k1')! }]));
    expect([quiet.comment.has('k1'), conflictsOf(quiet, 'tx_raw').map(({ recordId, field }) => [recordId, field])]).toEqual([false, [['k1', 'replyToId'], ['k2', 'replyToId']]]);
  });

  test('rule 6 remove: every removed record of a history is in the trash as it was when it went', () => {
    let removed = 0;
    for (let seed = 1; seed <= 40; seed++) {
      for (const { before, after, effect } of staleHistory(seed, 60)) {
        const fresh = [...after.trash].slice(before.trash.size);
        const gone = effect.changes.filter((change) => change.field === undefined && change.after === null);
        removed += gone.length;
        for (const change of gone) {
          const item = fresh.find((one) => one.kind === change.kind && one.id === change.id);
          expect(item?.no, `seed ${seed}`).toBe(after.no);
          // What the entry itself cleared first (a reference to another record that goes) is the only difference.
          if (equalAsideQuiet(fieldTable[change.kind], item!.record, change.before as Record<string, unknown>)) continue;
          expect(Object.keys(item!.record).length).toBeLessThanOrEqual(Object.keys(change.before as object).length);
        }
      }
    }
    expect(removed).toBeGreaterThan(100);
  });

  test('rule 6 remove: the trash holds the last 2,000, oldest first, and earlier states keep theirs', () => {
    let trash = Trash.empty;
    const versions: Trash[] = [];
    for (let i = 0; i < TRASH_LIMIT + 300; i++) {
      trash = trash.with({ kind: 'node', id: `n${i}`, record: {}, no: i });
      if (i % 500 === 0) versions.push(trash);
    }
    expect([...trash].map((item) => item.no)).toEqual(Array.from({ length: TRASH_LIMIT }, (_, i) => i + 300));
    versions.forEach((version, i) => expect([[...version].length, [...version].at(-1)!.no]).toEqual([i * 500 + 1 > TRASH_LIMIT ? TRASH_LIMIT : i * 500 + 1, i * 500]));
    const reopened = stateOfSnapshot(JSON.parse(JSON.stringify(snapshotOf({ ...base, trash })))).trash;
    expect([...reopened.with({ kind: 'node', id: 'x', record: {}, no: 9999 })].map((item) => item.no)).toEqual([...trash.with({ kind: 'node', id: 'x', record: {}, no: 9999 })].map((item) => item.no));
  });
});

describe('rule 7 groups', () => {
  const ids = createIds('g');
  const splice = () => spliceOps(base, 'ab', ids);

  test('rule 7 groups: a splice that fits is made whole', () => {
    const { state, effect } = edit(base, splice());
    expect([state.edge.has('ab'), state.node.size, state.edge.size, effect.opened]).toEqual([false, 4, 3, []]);
  });

  test.each<[string, IntentOp[]]>([
    ['its edge is gone', [remove('ab', 'edge')]],
    ['an end is gone', [remove('b')]],
  ])('rule 7 groups: a splice is held as one conflict when %s, and nothing of it is left', (_, theirs) => {
    const mine = splice();
    const after = edit(base, theirs, 'tx_theirs').state;
    const { state, effect, conflicts } = clash(base, theirs, mine);
    const group = mine[0]!.group!;
    expect(conflicts.map(({ id, reason, op, lost }) => [id, reason, op, (lost as Op[]).map((one) => one.group === group)])).toEqual([[`tx_mine:group:${group}`, 'group', 0, [true, true, true, true, true]]]);
    expect(effect.changes).toEqual([]);
    expect(stateText({ ...state, no: 0, conflict: base.conflict })).toBe(stateText({ ...after, no: 0, conflict: base.conflict }));
  });

  test('rule 7 groups: the group next to a held one stands, and so do ops without a group', () => {
    const mine: IntentOp[] = [set('data.title', 'alone'), ...splice(), { op: 'add', kind: 'persona', id: 'q', value: { name: 'Q' }, group: 'other' }];
    const { state, conflicts } = clash(base, [remove('ab', 'edge')], mine);
    expect([state.node.get('a')!.data.title, state.persona.has('q'), conflicts.map(({ reason }) => reason)]).toEqual(['alone', true, ['group']]);
  });

  test('rule 7 groups: ops of a group run together at the place of the first, in their order', () => {
    const ops: Op[] = [
      { op: 'set', kind: 'node', id: 'a', field: 'data.title', from: 'A', to: '1', group: 'g' },
      { op: 'set', kind: 'node', id: 'a', field: 'data.title', from: '2', to: '3' },
      { op: 'set', kind: 'node', id: 'a', field: 'data.title', from: '1', to: '2', group: 'g' },
    ];
    const next = fold(base, raw(ops));
    expect([next.node.get('a')!.data.title, conflictsOf(next, 'tx_raw')]).toEqual(['3', []]);
  });

  test('rule 7 groups: over random entries cut into groups each group is whole or held', () => {
    let held = 0;
    let whole = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const chance = createChance(seed);
      const newId = createIds(`s${seed}x`);
      const states = [base];
      for (let i = 0; i < 40; i++) {
        const seen = states[Math.max(0, states.length - 1 - chance.below(8))]!;
        const ops = randomOps(seen, chance, newId).map((op) => ({ ...op, group: 'card' }));
        const entry = JSON.parse(JSON.stringify(write(seen, ops, `tx_${i}`)));
        const before = states.at(-1)!;
        const { state, effect } = foldWithEffect(before, entry);
        const mine = conflictsOf(state, entry.id);
        if (mine.some(({ reason }) => reason === 'group')) {
          held += 1;
          expect([mine.length, effect.changes], `seed ${seed}`).toEqual([1, []]);
        } else {
          whole += 1;
          expect(mine.some(({ reason }) => reason === 'removed' || reason === 'missing'), `seed ${seed}`).toBe(false);
          for (const op of entry.ops as Op[]) if (op.op === 'remove') expect(mapOf(before, op.kind as 'node').has(op.id)).toBe(true);
        }
        expect(stateProblem(state), `seed ${seed}`).toBeNull();
        states.push(state);
      }
    }
    expect(held).toBeGreaterThan(40);
    expect(whole).toBeGreaterThan(1000);
  });
});
