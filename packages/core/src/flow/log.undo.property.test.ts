/** Rule 13 of the log: undo and redo of own edits, while others edit. */
import { describe, expect, test } from 'vitest';
import { canonicalJson, isEqualJson } from '../base/index.ts';
import { createChance, createIds, randomOps, stateProblem } from './fixtures/randomEdits.ts';
import { clash, edit, smallFlow } from './fixtures/smallFlow.ts';
import { readPlace, resolvePlace } from './place.ts';
import { findRecord } from './run.ts';
import { snapshotOf } from './snapshot.ts';
import type { LogState } from './state.ts';
import type { IntentOp } from './transaction.ts';
import { undoIntent } from './undo.ts';

const base = smallFlow();
const set = (field: string, to: unknown, id = 'a'): IntentOp => ({ op: 'set', kind: 'node', id, field, to });

/** The document of a state: what undo answers for (conflicts, trash and versions are not its business). */
function documentOf(state: LogState): string {
  const { flow, nodes, edges, frames, comments, personas, goals } = snapshotOf(state);
  return canonicalJson({ flow, nodes, edges, frames, comments, personas, goals });
}

describe('rule 13 undo', () => {
  test('rule 13 undo: of an edit that nobody has touched gives the document before, and redo the document after', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const chance = createChance(seed);
      const newId = createIds(`s${seed}x`);
      let state = base;
      for (let i = 0; i < 40; i++) {
        const ops = randomOps(state, chance, newId).filter((op) => op.op !== 'conflict.resolve' && op.op !== 'version.add');
        if (ops.length === 0) continue;
        const before = state;
        const done = edit(before, ops, `tx_${i}`);
        state = done.state;
        const undo = undoIntent(state, done.effect);
        expect(undo.kept, `seed ${seed} ${JSON.stringify(ops)}`).toEqual([]);
        const undone = edit(state, undo.intent!.ops, `tx_u${i}`);
        expect(documentOf(undone.state), `seed ${seed} ${JSON.stringify(ops)}`).toBe(documentOf(before));
        const redone = edit(undone.state, undoIntent(undone.state, undone.effect).intent!.ops, `tx_r${i}`);
        expect(documentOf(redone.state), `seed ${seed}`).toBe(documentOf(state));
      }
    }
  });

  test('rule 13 undo: a field that somebody changed since stays and is named; the rest goes back', () => {
    const mine = edit(base, [set('data.title', 'mine'), set('color', 'red')], 'tx_1');
    const theirs = edit(mine.state, [set('data.title', 'theirs')], 'tx_2').state;
    const { intent, kept } = undoIntent(theirs, mine.effect);
    expect(kept).toEqual([{ kind: 'node', id: 'a', field: 'data.title' }]);
    const after = edit(theirs, intent!.ops, 'tx_3').state.node.get('a')!;
    expect([after.data.title, 'color' in after]).toEqual(['theirs', false]);
  });

  test('rule 13 undo: prose goes back word by word; where somebody wrote over the same words, theirs stay and are named', () => {
    const mine = edit(base, [set('data.description', 'one two THREE four')], 'tx_1');
    const elsewhere = edit(mine.state, [set('data.description', 'zero two THREE four')], 'tx_2').state;
    const merged = undoIntent(elsewhere, mine.effect);
    expect([edit(elsewhere, merged.intent!.ops, 'tx_3').state.node.get('a')!.data.description, merged.kept]).toEqual(['zero two three four', []]);
    const same = edit(mine.state, [set('data.description', 'one two 3 four')], 'tx_2').state;
    expect(undoIntent(same, mine.effect)).toEqual({ intent: null, kept: [{ kind: 'node', id: 'a', field: 'data.description' }] });
  });

  test('rule 13 undo: an added node that somebody has connected or changed since stays and is named', () => {
    const value = { type: 'screen', position: { x: 0, y: 0 }, data: { title: 'D' } };
    const mine = edit(base, [{ op: 'add', kind: 'node', id: 'd', value }, { op: 'add', kind: 'edge', id: 'ad', value: { source: 'a', target: 'd', data: {} } }], 'tx_1');
    const connected = edit(mine.state, [{ op: 'add', kind: 'edge', id: 'db', value: { source: 'd', target: 'b', data: {} } }], 'tx_2').state;
    const plan = undoIntent(connected, mine.effect);
    expect([plan.kept, plan.intent!.ops]).toEqual([[{ kind: 'node', id: 'd' }], [{ op: 'remove', kind: 'edge', id: 'ad' }]]);
    const moved = edit(mine.state, [set('position', { x: 9, y: 9 }, 'd')], 'tx_2').state;
    expect(undoIntent(moved, mine.effect).kept).toEqual([]);
    const renamed = edit(mine.state, [set('data.title', 'E', 'd')], 'tx_2').state;
    expect(undoIntent(renamed, mine.effect).kept).toEqual([{ kind: 'node', id: 'd' }]);
  });

  test('rule 13 undo: a removed node comes back with its edges as far as their other ends are still there', () => {
    const mine = edit(base, [{ op: 'remove', kind: 'node', id: 'b' }], 'tx_1');
    const gone = edit(mine.state, [{ op: 'remove', kind: 'node', id: 'c' }, { op: 'remove', kind: 'goal', id: 'g' }], 'tx_2').state;
    const { intent, kept } = undoIntent(gone, mine.effect);
    const after = edit(gone, intent!.ops, 'tx_3').state;
    expect([after.node.has('b'), after.edge.get('ab'), after.edge.has('bc'), kept]).toEqual([true, { id: 'ab', source: 'a', target: 'b', data: { label: 'next' } }, false, [{ kind: 'edge', id: 'bc' }]]);
  });

  test('rule 13 undo: brings back what the entry had replaced unseen, and closes the conflict that told of it', () => {
    const { state, effect } = clash(base, [set('data.title', 'theirs'), set('position', { x: 4, y: 4 }, 'c'), set('data.title', 'C2', 'c')], [set('data.title', 'mine'), { op: 'remove', kind: 'node', id: 'c' }]);
    expect(state.conflict.size).toBe(2);
    const { intent, kept } = undoIntent(state, effect);
    const after = edit(state, intent!.ops, 'tx_undo').state;
    expect([after.node.get('a')!.data.title, after.node.get('c')!.data.title, after.node.get('c')!.position, after.edge.has('bc'), after.conflict.size, kept]).toEqual(['theirs', 'C2', { x: 4, y: 4 }, true, 0, []]);
  });

  test('rule 13 undo: while others edit, undo commits without error, touches only what the entry touched, and names the rest', () => {
    let named = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const chance = createChance(seed);
      const newId = createIds(`s${seed}x`);
      let state = base;
      for (let i = 0; i < 12; i++) state = edit(state, randomOps(state, chance, newId), `tx_a${i}`).state;
      for (let round = 0; round < 8; round++) {
        const mine = edit(state, randomOps(state, chance, newId), `tx_m${round}`);
        state = mine.state;
        for (let i = chance.below(12); i > 0; i--) state = edit(state, randomOps(state, chance, newId), `tx_o${round}_${i}`).state;
        const { intent, kept } = undoIntent(state, mine.effect);
        named += kept.length;
        const touched = new Set(mine.effect.changes.map((change) => `${change.kind}:${change.id}`));
        for (const item of kept) expect(touched.has(`${item.kind}:${item.id}`), `seed ${seed}`).toBe(true);
        if (!intent) continue;
        const undone = edit(state, intent.ops, `tx_u${round}`);
        expect(stateProblem(undone.state), `seed ${seed}`).toBeNull();
        expect(undone.effect.opened, `seed ${seed}`).toEqual([]);
        for (const change of undone.effect.changes) expect(touched.has(`${change.kind}:${change.id}`), `seed ${seed} ${JSON.stringify(change)}`).toBe(true);
        for (const change of mine.effect.changes) {
          if (change.field === undefined || kept.some((item) => item.id === change.id)) continue;
          const record = findRecord(undone.state, change.kind, change.id);
          const place = resolvePlace(change.kind, change.field)!;
          // What the entry left and nobody changed is back.
          const now = findRecord(state, change.kind, change.id);
          if (record && now && isEqualJson(readPlace(now, place), change.after)) expect(readPlace(record, place), `seed ${seed}`).toEqual(change.before);
        }
        state = undone.state;
      }
    }
    expect(named).toBeGreaterThan(20);
  });
});
