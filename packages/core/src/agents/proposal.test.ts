import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../base/index.ts';
import { commit, fold, openDocument, parseDocument, toDocument, type FlowDocument, type IntentOp, type LogState } from '../flow/index.ts';
import { acceptance, ghostView, makeProposal, rebase, rejection } from './proposal.ts';
import { editGhosts } from './proposalEdit.ts';
import { proposalSchema, type Proposal } from './turnSchema.ts';

const node = (id: string, title: string, type = 'screen') => ({ id, type, position: { x: 0, y: 0 }, data: { title } });
const edge = (id: string, source: string, target: string, label?: string) => ({ id, source, target, data: label ? { label } : {} });
const document = (): FlowDocument =>
  parseDocument(
    JSON.stringify({
      format: 'uxflow', version: 1, id: 'flow_1', name: 'Test',
      nodes: { a: node('a', 'A', 'start'), b: node('b', 'B'), c: node('c', 'C', 'end') },
      edges: { e: edge('e', 'a', 'b', 'go'), f: edge('f', 'b', 'c') },
    }),
  );
const start = { id: 'proposal_1', turnId: 'turn_1', flowId: 'flow_1', entryId: 'entry_p', createdAt: 0 };
const add = (id: string, title: string): IntentOp => ({ op: 'add', kind: 'node', id, value: node(id, title) });
const join = (id: string, source: string, target: string): IntentOp => ({ op: 'add', kind: 'edge', id, value: edge(id, source, target) });
const lead = (id: string, target: string): IntentOp => ({ op: 'set', kind: 'edge', id, field: 'target', to: target });
const card = (title: string, ops: IntentOp[]) => ({ title, reason: 'because', ops });

/** A -> N1 -> N2 -> B, each node its own card, the second spliced into the first's arrow. */
const spliced = (state: LogState) => makeProposal(state, [card('N1', [add('n1', 'N1'), lead('e', 'n1'), join('x1', 'n1', 'b')]), card('N2', [add('n2', 'N2'), lead('x1', 'n2'), join('x2', 'n2', 'b')])], start);
const [first, second] = ['proposal_1:1', 'proposal_1:2'] as const;
const ways = (state: LogState) => [...state.edge.values()].map((item) => `${item.source}>${item.target}${item.data.label ? `:${item.data.label}` : ''}`).sort();
const write = (state: LogState, ops: readonly IntentOp[], id = 'entry_x') => fold(state, commit(state, { ops }, { id, logId: 'flow_1', author: { kind: 'user', id: 'u', name: 'U' }, at: 1 }));
const accept = (state: LogState, proposal: Proposal, ids: string[]) => {
  const result = acceptance(state, proposal, ids);
  if (result.kind === 'held') throw new Error(`held ${result.cardIds.join()}`);
  return { ...result, state: write(state, result.ops, result.entryId) };
};
/** What a restart leaves of a proposal. */
const restarted = (proposal: Proposal): Proposal => proposalSchema.parse(JSON.parse(JSON.stringify(proposal)));

describe('makeProposal', () => {
  it('writes from-values, groups and needs', () => {
    const proposal = spliced(openDocument(document()));
    expect(proposal.cards.map((item) => item.needs)).toEqual([[], [first]]);
    expect(proposal.cards[0]!.ops.every((op) => op.group === first)).toBe(true);
    expect(proposal.cards[0]!.ops.find((op) => op.op === 'set')).toMatchObject({ field: 'target', from: 'b', to: 'n1' });
  });
  it('holds a card that names what is not there and leaves out one that changes nothing', () => {
    const proposal = makeProposal(openDocument(document()), [card('gone', [lead('nothing', 'b')]), card('same', [lead('e', 'b')])], start);
    expect(proposal.cards).toHaveLength(1);
    expect(proposal.cards[0]).toMatchObject({ fit: 'held', held: { code: 'OP_RECORD_MISSING' } });
  });
});

describe('a splice of two cards', () => {
  it('shows both as ghosts', () => {
    const ghost = ghostView(openDocument(document()), spliced(openDocument(document())));
    expect(ways(ghost.view)).toEqual(['a>n1:go', 'b>c', 'n1>n2', 'n2>b']);
    expect([...ghost.ghostIds.keys()].sort()).toEqual(['e', 'n1', 'n2', 'x1', 'x2']);
  });
  it('accepting the second takes the first along', () => {
    const state = openDocument(document());
    const result = accept(state, spliced(state), [second]);
    expect(result.takenAlong).toEqual([first]);
    expect(ways(result.state)).toEqual(['a>n1:go', 'b>c', 'n1>n2', 'n2>b']);
    expect(result.entryId).toBe('entry_p:1');
    expect(result.proposal.status).toBe('done');
  });
  it('rejecting the node in the middle heals the way: A -> N2 -> B', () => {
    const state = openDocument(document());
    const { proposal, alsoRejected } = rejection(state, restarted(spliced(state)), [first]);
    expect(alsoRejected).toEqual([]);
    expect(ways(ghostView(state, proposal).view)).toEqual(['a>n2:go', 'b>c', 'n2>b']);
    const result = accept(state, restarted(proposal), [second]);
    expect(ways(result.state)).toEqual(['a>n2:go', 'b>c', 'n2>b']);
    expect(result.state.conflict.size).toBe(0);
  });
  it('rejecting the last node heals the way: A -> N1 -> B', () => {
    const state = openDocument(document());
    const { proposal } = rejection(state, spliced(state), [second]);
    expect(ways(accept(state, proposal, [first]).state)).toEqual(['a>n1:go', 'b>c', 'n1>b']);
  });
  it('rejecting all leaves the document byte-equal', () => {
    const state = openDocument(document());
    const { proposal } = rejection(state, spliced(state), [first, second]);
    expect(proposal.status).toBe('done');
    expect(canonicalJson(toDocument(ghostView(state, proposal).view))).toBe(canonicalJson(toDocument(state)));
  });
  it('heals when cards take the old arrow out and put new ones in', () => {
    const state = openDocument(document());
    const made = makeProposal(state, [card('N1', [{ op: 'remove', kind: 'edge', id: 'e' }, add('n1', 'N1'), join('y', 'a', 'n1'), join('x1', 'n1', 'b')]), card('N2', [{ op: 'remove', kind: 'edge', id: 'x1' }, add('n2', 'N2'), join('y2', 'n1', 'n2'), join('x2', 'n2', 'b')])], start);
    const { proposal } = rejection(state, made, [first]);
    expect(ways(ghostView(state, proposal).view)).toEqual(['a>n2:go', 'b>c', 'n2>b']);
  });
  it('a branch that hangs on a rejected node goes with it', () => {
    const state = openDocument(document());
    const made = makeProposal(state, [card('N1', [add('n1', 'N1'), lead('e', 'n1'), join('x1', 'n1', 'b')]), card('Side', [add('s', 'Side'), join('xs', 'n1', 's')])], start);
    const { proposal, alsoRejected } = rejection(state, made, [first]);
    expect(alsoRejected).toEqual([second]);
    expect(ways(ghostView(state, proposal).view)).toEqual(['a>b:go', 'b>c']);
  });
});

describe('editGhosts', () => {
  it('moves, renames and connects ghosts inside their cards', () => {
    const state = openDocument(document());
    const edited = editGhosts(spliced(state), state, [
      { op: 'set', kind: 'node', id: 'n1', field: 'position', to: { x: 320, y: 80 } },
      { op: 'set', kind: 'node', id: 'n1', field: 'data.title', to: 'Renamed' },
      { op: 'add', kind: 'edge', id: 'z', value: edge('z', 'n2', 'c', 'skip') },
    ]);
    expect(edited.rest).toEqual([]);
    expect(edited.proposal.cards.map((item) => item.edited)).toEqual([true, true]);
    const { state: after } = accept(state, restarted(edited.proposal), [first, second]);
    expect(after.node.get('n1')).toMatchObject({ position: { x: 320, y: 80 }, data: { title: 'Renamed' } });
    expect(ways(after)).toContain('n2>c:skip');
  });
  it('deleting a ghost heals the way around it', () => {
    const state = openDocument(document());
    const { proposal } = editGhosts(spliced(state), state, [{ op: 'remove', kind: 'node', id: 'n1' }]);
    expect(proposal.cards[0]!.status).toBe('rejected');
    expect(ways(ghostView(state, proposal).view)).toEqual(['a>n2:go', 'b>c', 'n2>b']);
  });
  it('deleting a ghost inside a card of two keeps the other', () => {
    const state = openDocument(document());
    const made = makeProposal(state, [card('Both', [add('n1', 'N1'), add('n2', 'N2'), lead('e', 'n1'), join('x1', 'n1', 'n2'), join('x2', 'n2', 'b')])], start);
    const { proposal } = editGhosts(made, state, [{ op: 'remove', kind: 'node', id: 'n1' }]);
    expect(ways(ghostView(state, proposal).view)).toEqual(['a>n2:go', 'b>c', 'n2>b']);
    expect(proposal.cards[0]).toMatchObject({ status: 'open', edited: true });
  });
  it('hands back what concerns the document itself', () => {
    const state = openDocument(document());
    const move: IntentOp = { op: 'set', kind: 'node', id: 'b', field: 'position', to: { x: 5, y: 5 } };
    expect(editGhosts(spliced(state), state, [move]).rest).toEqual([move]);
  });
  it('refuses an edit that fits nothing and keeps the proposal', () => {
    const state = openDocument(document());
    const proposal = spliced(state);
    expect(() => editGhosts(proposal, state, [{ op: 'add', kind: 'edge', id: 'z', value: edge('z', 'n2', 'nowhere') }])).toThrowError(expect.objectContaining({ code: 'OP_REFERENCE_MISSING' }));
  });
});

describe('the flow moving underneath', () => {
  it('still fits when something else changed', () => {
    const state = openDocument(document());
    const moved = write(state, [{ op: 'set', kind: 'node', id: 'b', field: 'data.title', to: 'B2' }]);
    const proposal = rebase(spliced(state), moved);
    expect(proposal.cards.map((item) => item.fit)).toEqual(['fits', 'fits']);
    expect(proposal.head).toBe(1);
  });
  it('is marked when what it began from changed', () => {
    const state = openDocument(document());
    const moved = write(state, [lead('e', 'c')]);
    const proposal = rebase(spliced(state), moved);
    expect(proposal.cards[0]!.fit).toBe('changed');
    expect(ways(accept(moved, proposal, [first]).state)).toEqual(['a>n1:go', 'b>c', 'n1>b']);
  });
  it('is held with its reason when what it names is gone, with the cards that need it', () => {
    const state = openDocument(document());
    const moved = write(state, [{ op: 'remove', kind: 'edge', id: 'e' }]);
    const proposal = rebase(spliced(state), moved);
    expect(proposal.cards[0]).toMatchObject({ fit: 'held', held: { code: 'OP_RECORD_MISSING' } });
    expect(proposal.cards[1]).toMatchObject({ fit: 'held', held: { code: 'NEEDED_CARD_HELD' } });
    expect(acceptance(moved, proposal, [second])).toEqual({ kind: 'held', cardIds: [first, second] });
  });
  it('rejects in the middle, edits, moves, restarts and accepts in one go', () => {
    const state = openDocument(document());
    let proposal = restarted(rejection(state, restarted(spliced(state)), [first]).proposal);
    proposal = restarted(editGhosts(proposal, state, [{ op: 'set', kind: 'node', id: 'n2', field: 'data.title', to: 'Two' }]).proposal);
    const moved = write(state, [{ op: 'set', kind: 'edge', id: 'e', field: 'data.label', to: 'onward' }]);
    const { state: after } = accept(moved, restarted(rebase(proposal, moved)), [second]);
    expect(ways(after)).toEqual(['a>n2:onward', 'b>c', 'n2>b']);
    expect(after.node.get('n2')!.data.title).toBe('Two');
  });
  it('keeps what is still open acceptable after a first acceptance', () => {
    const state = openDocument(document());
    const one = accept(state, spliced(state), [first]);
    expect(one.proposal.cards[1]).toMatchObject({ status: 'open', fit: 'fits', needs: [] });
    const two = accept(one.state, restarted(one.proposal), [second]);
    expect(two.entryId).toBe('entry_p:2');
    expect(ways(two.state)).toEqual(['a>n1:go', 'b>c', 'n1>n2', 'n2>b']);
  });
});
