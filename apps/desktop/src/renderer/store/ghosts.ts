import { type Card, commit, type Edge, fold, type Intent, type IntentOp, type LogState, type Op, type Proposal } from '@uxflow/core';

/** How a proposal touches a record. */
export interface GhostMark {
  proposalId: string;
  cardId: string;
  change: 'added' | 'changed' | 'removed';
}

/** The flow with what open proposals would make of it. Removed records are still there, marked. */
export interface GhostView {
  view: LogState;
  marks: ReadonlyMap<string, GhostMark>;
}

/** Ops on ghosts that the engine has not answered yet. */
export interface GhostEdit {
  id: string;
  proposalId: string;
  ops: readonly Op[];
}

const AUTHOR = { kind: 'agent', id: 'ghost', name: '' } as const;

/** The view with the open cards of these proposals drawn over it, and the person's newest edits on the ghosts. */
export function ghostView(base: LogState, proposals: readonly Proposal[], edits: readonly GhostEdit[]): GhostView {
  const marks = new Map<string, GhostMark>();
  let view = base;
  for (const proposal of proposals) {
    if (proposal.status !== 'open') continue;
    for (const card of proposal.cards) {
      if (card.status !== 'open' || card.fit === 'held') continue;
      for (const op of card.ops) {
        if (op.op !== 'add' && op.op !== 'set' && op.op !== 'remove') continue;
        const mark = marks.get(op.id);
        if (op.op === 'remove') marks.set(op.id, { proposalId: proposal.id, cardId: card.id, change: 'removed' });
        else if (op.op === 'add') {
          // A record that is there already was accepted this moment: the patch was faster than the proposal.
          if (!recordExists(base, op.id)) marks.set(op.id, { proposalId: proposal.id, cardId: card.id, change: 'added' });
        }
        // A route is layout's business: it says nothing to the person about the edge itself.
        else if (!mark && !(op.op === 'set' && op.field === 'route')) marks.set(op.id, { proposalId: proposal.id, cardId: card.id, change: 'changed' });
      }
    }
    view = foldOps(view, proposal.cards.filter((card) => card.status === 'open' && card.fit !== 'held').flatMap((card) => card.ops), false);
    view = foldOps(view, edits.filter((edit) => edit.proposalId === proposal.id).flatMap((edit) => edit.ops), true);
  }
  return { view, marks };
}

/**
 * The proposals to draw, by id: each as it is now, but as it was before (`drawn`) while an entry that accepting wrote has not come into
 * the flow yet. Flow and proposals come by streams of their own; without this what was accepted would be gone until its entry came.
 */
export function proposalsToDraw(drawn: ReadonlyMap<string, Proposal>, now: ReadonlyMap<string, Proposal>, isInFlow: (entryId: string) => boolean): ReadonlyMap<string, Proposal> {
  const out = new Map<string, Proposal>();
  for (const [id, proposal] of now) {
    const before = drawn.get(id);
    out.set(id, before && entriesBetween(before, proposal).some((entryId) => !isInFlow(entryId)) ? before : proposal);
  }
  return out;
}

/** Ids of the entries that accepting has written from one state of a proposal to a later one. */
function entriesBetween(before: Proposal, after: Proposal): string[] {
  return Array.from({ length: Math.max(0, after.acceptances - before.acceptances) }, (_, index) => `${after.entryId}:${before.acceptances + index + 1}`);
}

/**
 * An intent on the canvas, split: what touches ghosts changes their proposal, the rest the flow. An op belongs to a ghost when
 * its record is one, when a card already changes that very field, or when it hangs on a ghost (an edge to a ghost node).
 */
export function splitIntent(intent: Intent, ghosts: GhostView, proposals: readonly Proposal[]): { flow: Intent | null; edits: { proposalId: string; ops: IntentOp[] }[] } {
  const flow: IntentOp[] = [];
  const edits = new Map<string, IntentOp[]>();
  const fresh = new Map<string, string>();
  for (const op of intent.ops) {
    const proposalId = ownerOf(op, ghosts, proposals, fresh);
    if (!proposalId) {
      flow.push(op);
      continue;
    }
    if (op.op === 'add') fresh.set(op.id, proposalId);
    edits.set(proposalId, [...(edits.get(proposalId) ?? []), op]);
  }
  return { flow: flow.length > 0 ? { ...intent, ops: flow } : null, edits: [...edits].map(([proposalId, ops]) => ({ proposalId, ops })) };
}

/** The strict ops of an edit on ghosts: with `from` and with the edges of removed nodes. */
export function ghostOps(ghosts: GhostView, ops: readonly IntentOp[]): Op[] {
  return commit(ghosts.view, { ops }, { id: 'ghost', logId: 'ghost', author: AUTHOR, at: 0 }).ops;
}

/** Ids of the cards that are taken along when these are accepted: whatever they need, again and again. */
export function cardsTakenAlong(cards: readonly Card[], chosen: Iterable<string>): string[] {
  return closure(cards, chosen, (id) => cards.find((card) => card.id === id)?.needs ?? []);
}

/** Ids of the cards that fall when these are rejected: whatever needs them, again and again. */
export function cardsThatFall(cards: readonly Card[], chosen: Iterable<string>): string[] {
  return closure(cards, chosen, (id) => cards.filter((card) => card.needs.includes(id)).map((card) => card.id));
}

function closure(cards: readonly Card[], chosen: Iterable<string>, next: (id: string) => readonly string[]): string[] {
  const start = new Set(chosen);
  const seen = new Set(start);
  const queue = [...start];
  while (queue.length > 0) for (const id of next(queue.pop()!)) if (!seen.has(id)) queue.push((seen.add(id), id));
  return cards.filter((card) => card.status === 'open' && seen.has(card.id) && !start.has(card.id)).map((card) => card.id);
}

function foldOps(view: LogState, ops: readonly Op[], withRemoves: boolean): LogState {
  const bare = ops.filter((op) => withRemoves || op.op !== 'remove').map(({ group: _group, ...op }) => op as Op);
  if (bare.length === 0) return view;
  const next = fold(view, { id: 'ghost', logId: 'ghost', author: AUTHOR, at: 0, schema: view.schema, ops: bare });
  return { ...next, no: view.no, conflict: view.conflict };
}

function ownerOf(op: IntentOp, ghosts: GhostView, proposals: readonly Proposal[], fresh: ReadonlyMap<string, string>): string | undefined {
  const added = (id: unknown) => {
    const mark = typeof id === 'string' ? ghosts.marks.get(id) : undefined;
    return mark?.change === 'added' ? mark.proposalId : typeof id === 'string' ? fresh.get(id) : undefined;
  };
  if (op.op === 'add') {
    const { source, target, frameId } = op.value as Partial<Edge> & { frameId?: string };
    return added(op.id) ?? added(source) ?? added(target) ?? added(frameId);
  }
  if (op.op === 'remove') return added(op.id);
  if (op.op !== 'set') return undefined;
  const own = added(op.id) ?? added(op.to);
  if (own) return own;
  const mark = ghosts.marks.get(op.id);
  if (mark?.change !== 'changed') return undefined;
  const card = proposals.find((proposal) => proposal.id === mark.proposalId)?.cards.find(({ id }) => id === mark.cardId);
  return card?.ops.some((cardOp) => cardOp.op === 'set' && cardOp.id === op.id && cardOp.field === op.field) ? mark.proposalId : undefined;
}

function recordExists(view: LogState, id: string): boolean {
  return view.node.has(id) || view.edge.has(id) || view.frame.has(id) || view.comment.has(id) || view.persona.has(id) || view.goal.has(id);
}
