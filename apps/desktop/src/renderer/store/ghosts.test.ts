import { type Card, type IntentOp, type LogState, type Op, openDocument, type Proposal } from '@uxflow/core';
import { describe, expect, it } from 'vitest';
import { cardsTakenAlong, cardsThatFall, ghostOps, ghostView, proposalsToDraw, splitIntent } from './ghosts.ts';

const base: LogState = openDocument({
  format: 'uxflow',
  version: 1,
  id: 'flow_1',
  name: 'Test',
  nodes: {
    a: { id: 'a', type: 'screen', position: { x: 0, y: 0 }, data: { title: 'A' } },
    b: { id: 'b', type: 'screen', position: { x: 400, y: 0 }, data: { title: 'B' } },
  },
  edges: { ab: { id: 'ab', source: 'a', target: 'b', data: {} } },
});
const card = (id: string, ops: Op[], extra: Partial<Card> = {}): Card => ({ id, title: id, reason: '', ops, status: 'open', fit: 'fits', needs: [], edited: false, ...extra });
const proposal = (cards: Card[]): Proposal => ({ id: 'p', turnId: 't', flowId: 'flow_1', entryId: 'e', acceptances: 0, head: 0, cards, status: 'open', createdAt: 0 });
const add = (id: string, value: Record<string, unknown>, kind: 'node' | 'edge' = 'node'): Op => ({ op: 'add', kind, id, value, group: 'c1' });
const ghostNode = add('g', { type: 'popup', position: { x: 200, y: 200 }, data: { title: 'G' } });

describe('ghostView', () => {
  it('draws what is added and changed, and keeps what is removed in sight', () => {
    const ghosts = ghostView(base, [proposal([card('c1', [ghostNode, add('ag', { source: 'a', target: 'g', data: {} }, 'edge')]), card('c2', [{ op: 'set', kind: 'node', id: 'a', field: 'data.title', from: 'A', to: 'Start here' }]), card('c3', [{ op: 'remove', kind: 'node', id: 'b', from: { ...base.node.get('b')! } }])])], []);
    expect(ghosts.view.node.get('g')?.data.title).toBe('G');
    expect(ghosts.view.edge.has('ag')).toBe(true);
    expect(ghosts.view.node.get('a')?.data.title).toBe('Start here');
    expect(ghosts.view.node.has('b')).toBe(true);
    expect([...ghosts.marks].map(([id, mark]) => [id, mark.cardId, mark.change])).toEqual([['g', 'c1', 'added'], ['ag', 'c1', 'added'], ['a', 'c2', 'changed'], ['b', 'c3', 'removed']]);
    expect(base.node.size).toBe(2);
  });

  it('leaves out what is decided and what cannot be done', () => {
    const ghosts = ghostView(base, [proposal([card('c1', [ghostNode], { status: 'rejected' }), card('c2', [add('h', { type: 'note', position: { x: 0, y: 0 }, data: { title: 'H' } })], { fit: 'held' })])], []);
    expect(ghosts.view).toBe(base);
    expect(ghosts.marks.size).toBe(0);
  });

  it('shows an edit of the hand before the engine has answered', () => {
    const open = [proposal([card('c1', [ghostNode])])];
    const ops = ghostOps(ghostView(base, open, []), [{ op: 'set', kind: 'node', id: 'g', field: 'position', to: { x: 300, y: 300 } }]);
    expect(ops).toEqual([{ op: 'set', kind: 'node', id: 'g', field: 'position', from: { x: 200, y: 200 }, to: { x: 300, y: 300 } }]);
    expect(ghostView(base, open, [{ id: 'x', proposalId: 'p', ops }]).view.node.get('g')?.position).toEqual({ x: 300, y: 300 });
  });
});

describe('proposalsToDraw', () => {
  const open = proposal([card('c1', [ghostNode]), card('c2', [])]);
  const accepted: Proposal = { ...open, acceptances: 1, cards: [{ ...open.cards[0]!, status: 'accepted' }, open.cards[1]!] };
  const one = (each: Proposal) => new Map([[each.id, each]]);

  it('draws what was accepted as it was until its entry is in the flow', () => {
    expect(proposalsToDraw(one(open), one(accepted), () => false).get('p')).toBe(open);
    expect(proposalsToDraw(one(open), one(accepted), (entryId) => entryId === 'e:1').get('p')).toBe(accepted);
    const twice: Proposal = { ...accepted, acceptances: 2, status: 'done' };
    expect(proposalsToDraw(one(open), one(twice), (entryId) => entryId === 'e:1').get('p')).toBe(open);
    expect(proposalsToDraw(one(open), one(twice), () => true).get('p')).toBe(twice);
  });

  it('draws what was rejected or edited, what is new and what is gone as it is at once', () => {
    const rejected: Proposal = { ...open, status: 'done' };
    expect(proposalsToDraw(one(open), one(rejected), () => false).get('p')).toBe(rejected);
    expect(proposalsToDraw(new Map(), one(accepted), () => false).get('p')).toBe(accepted);
    expect(proposalsToDraw(one(open), new Map(), () => false).size).toBe(0);
  });

  it('marks no record that is in the flow already as one that a card adds', () => {
    const flow = ghostView(base, [open], []).view;
    expect(ghostView(flow, [open], []).marks.size).toBe(0);
  });
});

describe('splitIntent', () => {
  const open = [proposal([card('c1', [ghostNode]), card('c2', [{ op: 'set', kind: 'node', id: 'a', field: 'data.title', from: 'A', to: 'Start here' }])])];
  const ghosts = ghostView(base, open, []);
  const move = (id: string): IntentOp => ({ op: 'set', kind: 'node', id, field: 'position', to: { x: 1, y: 1 } });

  it('gives ghosts to their proposal and the rest to the flow', () => {
    const parts = splitIntent({ ops: [move('g'), move('b')] }, ghosts, open);
    expect(parts.flow?.ops).toEqual([move('b')]);
    expect(parts.edits).toEqual([{ proposalId: 'p', ops: [move('g')] }]);
  });

  it('takes an edge to a ghost, and what hangs on a new record of it, for the proposal', () => {
    const edge: IntentOp = { op: 'add', kind: 'edge', id: 'bg', value: { source: 'b', target: 'g', data: {} } };
    const label: IntentOp = { op: 'set', kind: 'edge', id: 'bg', field: 'data.label', to: 'x' };
    expect(splitIntent({ ops: [edge, label] }, ghosts, open)).toEqual({ flow: null, edits: [{ proposalId: 'p', ops: [edge, label] }] });
  });

  it('changes the card where it sets the same field, else the flow', () => {
    const title: IntentOp = { op: 'set', kind: 'node', id: 'a', field: 'data.title', to: 'Mine' };
    expect(splitIntent({ ops: [title] }, ghosts, open).edits).toHaveLength(1);
    expect(splitIntent({ ops: [move('a')] }, ghosts, open).flow?.ops).toEqual([move('a')]);
  });
});

describe('cards that hang together', () => {
  const cards = [card('one', []), card('two', [], { needs: ['one'] }), card('three', [], { needs: ['two'] }), card('four', [], { needs: ['done'] }), card('done', [], { status: 'accepted' })];

  it('accepting takes along what is needed, through any number of steps', () => {
    expect(cardsTakenAlong(cards, ['three'])).toEqual(['one', 'two']);
    expect(cardsTakenAlong(cards, ['four'])).toEqual([]);
  });

  it('rejecting lets fall what needs it', () => {
    expect(cardsThatFall(cards, ['one'])).toEqual(['two', 'three']);
  });
});
