import { describe, expect, test } from 'vitest';
import { fold, initialState, openDocument, stateText, toDocument, type LogState, type Transaction } from '../flow/index.ts';
import { createChance, createIds, randomOps, stateProblem } from '../flow/fixtures/randomEdits.ts';
import { authorNumber } from '../flow/fixtures/staleHistory.ts';
import { edit, smallFlow } from '../flow/fixtures/smallFlow.ts';
import { mergePatches, openingPatches, patchBetween, type Patch } from './patch.ts';
import { PatchReplica } from './patchReplica.ts';

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const meta = (id: string) => ({ id, logId: 'log_1', author: authorNumber(1), at: 1 });
/** The records of a state: what a window knows of it. */
const recordsOf = (state: LogState) => stateText({ ...state, no: 0, trash: initialState('x').trash });

function openedOn(state: LogState): PatchReplica {
  const window = new PatchReplica(state.flow.id);
  for (const patch of openingPatches(state, 1, new Set(), 400)) expect(window.apply(copy(patch))).toBe('applied');
  return window;
}

describe('PatchReplica', () => {
  test('shows the engine\'s state with its own entries over it, for every order of edits, patches and merges', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const chance = createChance(seed);
      const newId = createIds(`${seed}x`);
      let engine = smallFlow();
      const window = openedOn(engine);
      expect(recordsOf(window.view), `seed ${seed}`).toBe(recordsOf(engine));
      const port: Transaction[] = [];
      let sent = engine;
      let included: string[] = [];
      let count = 0;
      for (let step = 0; step < 60; step++) {
        const turn = chance.below(6);
        if (turn < 2) port.push(copy(window.commit({ ops: randomOps(window.view, chance, newId) }, meta(`tx_w${++count}`))));
        else if (turn === 2) engine = edit(engine, randomOps(engine, chance, newId), `tx_e${++count}`).state;
        else if (turn === 3 && port.length) {
          const entry = port.shift()!;
          engine = fold(engine, entry);
          included.push(entry.id);
        } else {
          const patch = patchBetween(sent, engine, included);
          expect(window.apply(copy({ ...patch, rev: window.rev + 1 }))).toBe('applied');
          sent = engine;
          included = [];
          const expected = window.inFlight.reduce((state, entry) => fold(state, entry), engine);
          expect(recordsOf(window.view), `seed ${seed} step ${step}`).toBe(recordsOf(expected));
        }
        expect(stateProblem(window.view), `seed ${seed} step ${step}`).toBeNull();
      }
    }
  });

  test('a patch that does not follow is a gap: nothing is taken, and a new subscription goes on with what is in flight', () => {
    const engine = smallFlow();
    const window = openedOn(engine);
    window.commit({ ops: [{ op: 'set', kind: 'node', id: 'a', field: 'data.title', to: 'mine' }] }, meta('tx_1'));
    const view = window.view;
    expect(window.apply({ rev: window.rev + 2, put: [], gone: [{ kind: 'node', id: 'c' }], includes: ['tx_1'] })).toBe('resubscribe');
    expect([window.view, window.inFlight.length]).toEqual([view, 1]);
    window.restart(40);
    for (const patch of openingPatches(engine, 41)) expect(window.apply(patch)).toBe('applied');
    expect([window.view.node.get('a')!.data.title, window.view.node.size, window.rev]).toEqual(['mine', 3, 41]);
    window.reject('tx_1');
    expect(window.view.node.get('a')!.data.title).toBe('A');
  });

  test('patches merge: two as one leave the same view', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const chance = createChance(seed);
      const newId = createIds(`${seed}m`);
      const states = [smallFlow()];
      for (let i = 0; i < 12; i++) states.push(edit(states.at(-1)!, randomOps(states.at(-1)!, chance, newId), `tx_${i}`).state);
      const patches = states.slice(1).map((state, i) => patchBetween(states[i]!, state, [`tx_${i}`]));
      const merged = patches.reduce(mergePatches);
      const window = openedOn(states[0]!);
      window.apply({ ...copy(merged), rev: window.rev + 1 });
      expect(recordsOf(window.view), `seed ${seed}`).toBe(recordsOf(states.at(-1)!));
      expect(merged.includes).toEqual(patches.map((_, i) => `tx_${i}`));
    }
  });

  test('records that a patch brings again stay ===, and listeners hear only of what differs', () => {
    const engine = smallFlow();
    const window = openedOn(engine);
    const heard: unknown[] = [];
    window.subscribe(({ changed }) => heard.push(changed));
    const node = window.view.node.get('a');
    const put: Patch['put'] = [{ kind: 'node', record: copy(engine.node.get('a')!) }];
    window.apply({ rev: window.rev + 1, put, gone: [], includes: [] });
    expect([window.view.node.get('a') === node, heard]).toEqual([true, []]);
    const entry = window.commit({ ops: [{ op: 'set', kind: 'node', id: 'b', field: 'data.title', to: 'X' }] }, meta('tx_1'));
    const mine = window.view.node.get('b');
    const after = fold(engine, copy(entry));
    window.apply({ ...copy(patchBetween(engine, after, ['tx_1'])), rev: window.rev + 1 });
    expect([window.view.node.get('b') === mine, heard]).toEqual([true, [[{ kind: 'node', id: 'b' }]]]);
  });

  test('a field under the caret waits: others see their change when the hand lets go, and what is typed says what it replaced', () => {
    const engine = smallFlow();
    const window = openedOn(engine);
    window.hold('node', 'a', 'data.title');
    const theirs = edit(engine, [{ op: 'set', kind: 'node', id: 'a', field: 'data.title', to: 'theirs' }, { op: 'set', kind: 'node', id: 'a', field: 'color', to: 'red' }], 'tx_t').state;
    window.apply({ ...copy(patchBetween(engine, theirs)), rev: window.rev + 1 });
    expect([window.view.node.get('a')!.data.title, window.view.node.get('a')!.color]).toEqual(['A', 'red']);
    const entry = window.commit({ ops: [{ op: 'set', kind: 'node', id: 'a', field: 'data.title', to: 'typed' }] }, meta('tx_1'));
    expect(entry.ops[0]).toMatchObject({ from: 'A', to: 'typed' });
    const both = fold(theirs, copy(entry));
    expect([...both.conflict.values()].map(({ lost }) => lost)).toEqual(['theirs']);
    const later = edit(both, [{ op: 'set', kind: 'node', id: 'a', field: 'data.title', to: 'later' }], 'tx_l').state;
    window.apply({ ...copy(patchBetween(theirs, later, ['tx_1'])), rev: window.rev + 1 });
    expect(window.view.node.get('a')!.data.title).toBe('typed');
    window.release('node', 'a', 'data.title');
    expect([window.view.node.get('a')!.data.title, window.view.conflict.size]).toEqual(['later', 1]);
  });

  test('a node under the pointer stays where the hand has it, also when somebody moves or removes it', () => {
    const engine = smallFlow();
    const window = openedOn(engine);
    window.hold('node', 'c');
    const moved = edit(engine, [{ op: 'set', kind: 'node', id: 'c', field: 'position', to: { x: 7, y: 7 } }], 'tx_t').state;
    window.apply({ ...copy(patchBetween(engine, moved)), rev: window.rev + 1 });
    expect(window.view.node.get('c')!.position).toEqual({ x: 0, y: 0 });
    const gone = edit(moved, [{ op: 'remove', kind: 'node', id: 'c' }], 'tx_g').state;
    window.apply({ ...copy(patchBetween(moved, gone)), rev: window.rev + 1 });
    expect([window.view.node.has('c'), window.view.edge.has('bc'), stateProblem(window.view)]).toEqual([true, false, null]);
    const drop = window.commit({ ops: [{ op: 'set', kind: 'node', id: 'c', field: 'position', to: { x: 3, y: 3 } }] }, meta('tx_1'));
    window.release('node', 'c');
    expect(window.view.node.has('c')).toBe(false);
    expect([...fold(gone, copy(drop)).conflict.values()].map(({ reason, lost }) => [reason, lost])).toEqual([['removed', { x: 3, y: 3 }]]);
  });

  test('a flow is opened in patches of bounded size, records in view first', () => {
    const nodes = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`n${i}`, { id: `n${i}`, type: 'screen', position: { x: i, y: 0 }, data: { title: `Screen ${i}`, description: 'word '.repeat(40) } }]));
    const edges = Object.fromEntries(Array.from({ length: 2999 }, (_, i) => [`e${i}`, { id: `e${i}`, source: `n${i}`, target: `n${i + 1}`, data: {} }]));
    const state = openDocument({ format: 'uxflow', version: 1, id: 'flow_big', name: 'Big', nodes, edges } as never);
    const patches = openingPatches(state, 1, new Set(['n2500', 'n17']));
    expect(patches.length).toBeGreaterThan(2);
    for (const patch of patches) expect(JSON.stringify(patch).length).toBeLessThanOrEqual(256 * 1024 + 1024);
    expect(patches[0]!.put.slice(0, 2).map(({ record }) => record.id).sort()).toEqual(['n17', 'n2500']);
    const window = new PatchReplica('flow_big');
    for (const patch of patches) expect(window.apply(patch)).toBe('applied');
    expect([toDocument(window.view).name, stateProblem(window.view), window.view.edge.size]).toEqual(['Big', null, 2999]);
  });
});
