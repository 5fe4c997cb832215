import { AppError } from '../base/index.ts';
import type { IntentOp, LogState, Op } from '../flow/index.ts';
import { withField } from './draft.ts';
import { rebase } from './proposal.ts';
import { withoutNodes } from './proposalHeal.ts';
import { touchedIds, tryCards, withNeeds } from './proposalTry.ts';
import type { Card, Proposal } from './turnSchema.ts';

/**
 * The person's edits on ghosts, written into the cards (which are marked as edited). `rest` are the ops that concern the document
 * itself and no ghost: the caller commits them as an ordinary edit. Throws the AppError of `commit` when an edit fits nothing;
 * the proposal that was given stays as it is.
 */
export function editGhosts(proposal: Proposal, state: LogState, ops: readonly IntentOp[]): { proposal: Proposal; rest: IntentOp[] } {
  let cards = proposal.cards;
  const rest: IntentOp[] = [];
  for (const op of ops) {
    const next = editCards(cards, state, op);
    if (next) cards = next;
    else rest.push(op);
  }
  for (const [id, tried] of tryCards(state, cards).tried) {
    const before = proposal.cards.find((card) => card.id === id);
    if (tried.fit === 'held' && before?.fit !== 'held') throw new AppError(tried.error.code, tried.error.message, { ...tried.error.params, cardId: id });
  }
  return { proposal: rebase({ ...proposal, cards: withNeeds(cards) }, state), rest };
}

/** The cards with one op written into them, or undefined when the op concerns no ghost. */
function editCards(cards: readonly Card[], state: LogState, op: IntentOp): Card[] | undefined {
  const adder = 'kind' in op && op.op !== 'add' ? cards.find((card) => card.status === 'open' && card.ops.some((own) => own.op === 'add' && own.kind === op.kind && own.id === op.id)) : undefined;
  if (op.op === 'set') {
    if (adder) return change(cards, adder.id, (own) => own.flatMap((item) => setIn(item, op)));
    const setter = cards.findLast((card) => card.status === 'open' && card.ops.some((own) => own.op === 'set' && own.id === op.id && own.field === op.field));
    if (setter) return change(cards, setter.id, (own) => own.map((item) => (item.op === 'set' && item.id === op.id && item.field === op.field ? { ...item, to: op.to } : item)));
    // A document's arrow that the person leads to a ghost belongs to that ghost's card.
    const owner = typeof op.to === 'string' ? ownerOf(cards, [op.to]) : undefined;
    return owner === undefined ? undefined : change(cards, owner, (own) => [...own, { op: 'set', kind: op.kind, id: op.id, field: op.field, from: op.from ?? null, to: op.to } as Op]);
  }
  if (op.op === 'add') {
    const owner = ownerOf(cards, touchedIds(op));
    return owner === undefined ? undefined : change(cards, owner, (own) => [...own, { ...op } as Op]);
  }
  if (op.op !== 'remove' || !adder) return undefined;
  if (op.kind === 'node') {
    const healed = withoutNodes(state, cards, new Set(), new Set([op.id]));
    return healed.cards.map((card) => {
      const isTouched = JSON.stringify(card.ops) !== JSON.stringify(cards.find((old) => old.id === card.id)!.ops);
      return isTouched ? withoutEmpty({ ...card, edited: true }) : card;
    });
  }
  return change(cards, adder.id, (own) => own.filter((item) => !('kind' in item && item.kind === op.kind && item.id === op.id)));
}

/** A field of a record that the card adds is changed in the record; one that it sets is set otherwise. */
function setIn(item: Op, op: Extract<IntentOp, { op: 'set' }>): Op[] {
  if (item.op === 'add' && item.kind === op.kind && item.id === op.id) return [{ ...item, value: withField(item.value, op.field, op.to) }];
  // A later set of the same field in the same card would undo what the person did.
  if (item.op === 'set' && item.id === op.id && item.field === op.field) return [];
  return [item];
}

function change(cards: readonly Card[], id: string, edit: (ops: Op[]) => Op[]): Card[] {
  return cards.map((card) => (card.id === id ? withoutEmpty({ ...card, ops: edit(card.ops), edited: true }) : card));
}

/** A card that the person has emptied is rejected: nothing is left to accept. */
const withoutEmpty = (card: Card): Card => (card.status === 'open' && card.fit !== 'held' && card.ops.length === 0 ? { ...card, status: 'rejected' } : card);

/** The last open card that adds one of the records. */
function ownerOf(cards: readonly Card[], ids: readonly string[]): string | undefined {
  return cards.findLast((card) => card.status === 'open' && card.ops.some((own) => own.op === 'add' && ids.includes(own.id)))?.id;
}
