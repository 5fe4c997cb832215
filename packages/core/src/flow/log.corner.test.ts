/** Corners of the rules that chance rarely meets: the fold and its oracle must agree, and say what the rule says. */
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../base/index.ts';
import { fold } from './fold.ts';
import { naiveFold, naiveInitialState } from './naiveFold.ts';
import { snapshotOf, stateText, type Snapshot } from './snapshot.ts';
import { initialState } from './state.ts';
import type { Op, Transaction } from './transaction.ts';

const FLOW = 'flow_1';
const position = { x: 0, y: 0 };
const item = (label: string, order = 'a', more = {}) => ({ order, type: 'button', label, ...more });
const node = (id: string, more: Record<string, unknown> = {}): Op => ({ op: 'add', kind: 'node', id, value: { type: 'screen', position, data: { title: id }, ...more } });
const comment = (id: string, more: Record<string, unknown> = {}): Op => ({ op: 'add', kind: 'comment', id, value: { body: 'one two three', authorId: 'u', authorName: 'U', at: 1, ...more } });
const edge = (id: string, source: string, target: string, more: Record<string, unknown> = {}): Op => ({ op: 'add', kind: 'edge', id, value: { source, target, data: {}, ...more } });
const set = (kind: 'node' | 'edge' | 'comment' | 'flow', id: string, field: string, from: unknown, to: unknown): Op => ({ op: 'set', kind, id, field, from, to });
const remove = (kind: 'node' | 'edge' | 'comment' | 'frame', id: string, from: Record<string, unknown>): Op => ({ op: 'remove', kind, id, from });
const entry = (id: string, ops: Op[], more: Partial<Transaction> = {}): Transaction => ({ id, logId: 'log_1', author: { kind: 'user', id: 'u', name: 'U' }, at: 5, schema: 1, ops, ...more });

/** The state after the entries; both folds agree on it after each. */
function folded(...entries: Transaction[]): Snapshot {
  let fast = initialState(FLOW);
  let naive = naiveInitialState(FLOW);
  for (const one of entries) {
    fast = fold(fast, one);
    naive = naiveFold(naive, one);
    expect(stateText(fast)).toBe(canonicalJson(naive));
  }
  return JSON.parse(JSON.stringify(snapshotOf(fast))) as Snapshot;
}

const base = entry('t1', [node('n1', { elements: { x: item('Go') } }), node('n2'), edge('e1', 'n1', 'n2')]);
const reasons = (state: Snapshot) => Object.values(state.conflicts).map((conflict) => `${conflict.reason} ${conflict.recordId ?? ''} ${conflict.field ?? ''}`.trim());

describe('lists', () => {
  it('an item that only moved since it was seen goes without a word', () => {
    const moved = entry('t2', [set('node', 'n1', 'elements.x.order', 'a', 'b')]);
    const state = folded(base, moved, entry('t3', [set('node', 'n1', 'elements.x', item('Go'), null)]));
    expect([reasons(state), state.nodes.n1!.elements]).toEqual([[], undefined]);
  });

  it('an item that was renamed since goes to a conflict', () => {
    const renamed = entry('t2', [set('node', 'n1', 'elements.x.label', 'Go', 'Send')]);
    expect(reasons(folded(base, renamed, entry('t3', [set('node', 'n1', 'elements.x', item('Go'), null)])))).toEqual(['unseen n1 elements.x']);
  });

  it('a change of an item keeps the fields that it does not know', () => {
    const noted = entry('t2', [set('node', 'n1', 'elements.x.future', null, 'kept')]);
    const state = folded(base, noted, entry('t3', [set('node', 'n1', 'elements.x', item('Go'), item('Send', 'c'))]));
    expect([reasons(state), state.nodes.n1!.elements!.x]).toEqual([[], item('Send', 'c', { future: 'kept' })]);
  });

  it('a `from` that is no item says nothing of its fields, and takes none away', () => {
    const state = folded(base, entry('t2', [set('node', 'n1', 'elements.x', 'nonsense', item('Send'))]));
    expect([reasons(state), state.nodes.n1!.elements!.x!.label]).toEqual([['field n1 elements.x.label'], 'Send']);
  });

  it('an empty list is an absent one', () => {
    const state = folded(base, entry('t2', [set('node', 'n1', 'elements', { x: item('Go') }, {})]), entry('t3', [node('n3', { elements: {}, personaIds: {} }), edge('e3', 'n1', 'n2', { data: { goalIds: {} }, style: {} })]));
    expect(reasons(state)).toEqual([]);
    expect([state.nodes.n1, state.nodes.n3, state.edges.e3]).toEqual([{ id: 'n1', type: 'screen', position, data: { title: 'n1' } }, { id: 'n3', type: 'screen', position, data: { title: 'n3' } }, { id: 'e3', source: 'n1', target: 'n2', data: {} }]);
  });

  it('the last field of a style takes the style along, the last goal its map, but data stays', () => {
    const styled = entry('t2', [set('edge', 'e1', 'style.color', null, 'red'), { op: 'add', kind: 'goal', id: 'g1', value: { name: 'Buy' } }, set('edge', 'e1', 'data.goalIds.g1', null, true)]);
    const state = folded(base, styled, entry('t3', [set('edge', 'e1', 'style.color', 'red', null), set('edge', 'e1', 'data.goalIds.g1', true, null)]));
    expect(state.edges.e1).toEqual({ id: 'e1', source: 'n1', target: 'n2', data: {} });
  });
});

describe('references', () => {
  it('a comment that answers itself is cleared, then removed', () => {
    const state = folded(entry('t1', [comment('c1'), set('comment', 'c1', 'replyToId', null, 'c1')]), entry('t2', [remove('comment', 'c1', { body: 'one two three', authorId: 'u', authorName: 'U', at: 1, replyToId: 'c1' })]));
    expect(reasons(state)).toEqual(['cascade c1 replyToId']);
    expect(state.trash[0]!.record).not.toHaveProperty('replyToId');
  });

  it('an edge from a node to itself falls once', () => {
    const state = folded(entry('t1', [node('n1'), edge('e1', 'n1', 'n1'), comment('c1', { edgeId: 'e1' })]), entry('t2', [remove('node', 'n1', { id: 'n1', type: 'screen', position, data: { title: 'n1' } })]));
    expect(reasons(state).sort()).toEqual(['cascade c1 edgeId', 'cascade e1']);
    expect(state.trash.map((one) => one.id)).toEqual(['e1', 'n1']);
  });

  it('a set of which one is missing is not set at all', () => {
    const state = folded(base, entry('t2', [{ op: 'add', kind: 'persona', id: 'p1', value: { name: 'Ada' } }, set('node', 'n1', 'personaIds', null, { p1: true, p2: true })]));
    expect([reasons(state), state.nodes.n1!.personaIds]).toEqual([['missing n1 personaIds'], undefined]);
  });

  it('an id may be that of another kind', () => {
    const state = folded(entry('t1', [node('x1'), node('x2'), edge('x1', 'x1', 'x2')]), entry('t2', [remove('edge', 'x1', { id: 'x1', source: 'x1', target: 'x2', data: {} })]));
    expect([reasons(state), Object.keys(state.nodes).sort(), Object.keys(state.edges)]).toEqual([[], ['x1', 'x2'], []]);
  });
});

describe('groups and scopes', () => {
  it('a group runs at the place of its first op', () => {
    const ops: Op[] = [{ ...set('node', 'n1', 'data.title', 'n1', 'A'), group: 'g' }, set('node', 'n1', 'data.title', 'n1', 'B'), { ...set('node', 'n1', 'data.title', 'A', 'C'), group: 'g' }];
    const state = folded(base, entry('t2', ops));
    expect([state.nodes.n1!.data.title, reasons(state)]).toEqual(['B', ['field n1 data.title']]);
  });

  it('a group that is held leaves neither effects nor conflicts but its own', () => {
    const ops: Op[] = [set('node', 'n1', 'data.title', 'n0', 'A'), node('n9'), edge('e9', 'n9', 'gone')].map((op) => ({ ...op, group: 'g' }));
    const state = folded(base, entry('t2', ops));
    expect([Object.keys(state.conflicts), state.nodes.n1!.data.title, state.nodes.n9]).toEqual([['t2:group:g'], 'n1', undefined]);
    expect(state.conflicts['t2:group:g']!.lost).toEqual(ops);
  });

  it('a commenter changes comments and nothing else, also inside a group', () => {
    const ops: Op[] = [{ ...set('node', 'n1', 'data.title', 'n1', 'X'), group: 'g' }, { ...comment('c1', { nodeId: 'n1' }), group: 'g' }, { op: 'version.add', id: 'v1', name: 'Mine' }];
    const state = folded(base, entry('t2', ops, { scope: 'comment' }));
    expect([state.nodes.n1!.data.title, Object.keys(state.comments), Object.keys(state.versions), reasons(state)]).toEqual(['n1', ['c1'], [], []]);
  });

  it('a commenter closes conflicts of comments alone', () => {
    const state = folded(
      entry('t1', [node('n1'), comment('c1')]),
      entry('t2', [set('node', 'n1', 'data.title', 'x', 'A'), set('comment', 'c1', 'authorName', 'x', 'B')]),
      entry('t3', [{ op: 'conflict.resolve', id: 't2:0:node:n1:data.title' }, { op: 'conflict.resolve', id: 't2:1:comment:c1:authorName' }], { scope: 'comment' }),
    );
    expect(Object.keys(state.conflicts)).toEqual(['t2:0:node:n1:data.title']);
  });
});

describe('entries', () => {
  it.each<[string, unknown]>([
    ['nothing', null],
    ['a number', 7],
    ['no ops', { id: 't2' }],
    ['__proto__ deep inside a `from`', JSON.parse('{"id":"t2","logId":"l","author":{"kind":"user","id":"u","name":"U"},"at":1,"schema":1,"ops":[{"op":"set","kind":"flow","id":"flow_1","field":"name","from":{"__proto__":1},"to":"x"}]}')],
    ['a newer schema', entry('t2', [set('flow', FLOW, 'name', '', 'x')], { schema: 2 })],
    ['one bad op among good ones', entry('t2', [set('flow', FLOW, 'name', '', 'x'), set('node', 'n1', 'type', 'screen', 'widget')])],
  ])('%s raises the number and does nothing else', (_name, bad) => {
    const before = folded(base);
    expect(folded(base, bad as Transaction)).toEqual({ ...before, no: 2 });
  });

  it('inherited names are ordinary names', () => {
    const state = folded(entry('t1', [node('constructor'), node('toString'), edge('valueOf', 'constructor', 'toString'), set('node', 'constructor', 'data.hasOwnProperty', null, 'x'), set('node', 'constructor', 'toString', null, 'y')]));
    expect(reasons(state)).toEqual([]);
    expect(Object.keys(state.nodes).sort()).toEqual(['constructor', 'toString']);
  });
});
