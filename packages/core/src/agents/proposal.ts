/** Proposals: ops that nobody has committed yet, in cards that are shown as ghosts, edited, accepted and rejected one by one. */
import type { IntentOp, LogState } from '../flow/index.ts';
import { cutCardText, findRefusedOp, MOST_CARDS } from './allowedOps.ts';
import type { CardDraft } from './editCards.ts';
import { withoutNodes } from './proposalHeal.ts';
import { asIntent, tryCard, tryCards, withNeeds } from './proposalTry.ts';
import type { Card, Proposal } from './turnSchema.ts';

/** What a proposal starts from. `entryId` is fixed here, before anyone accepts. */
export interface ProposalStart {
  id: string;
  turnId: string;
  flowId: string;
  entryId: string;
  createdAt: number;
}

/**
 * The proposal of these cards on a state. Cards get the ids `${proposal id}:1`, `:2`, …; one that changes nothing is left out, one that
 * agents may not propose (`allowedOps`) is held without its ops.
 */
export function makeProposal(state: LogState, drafts: readonly CardDraft[], start: ProposalStart): Proposal {
  const cards: Card[] = [];
  let now = state;
  for (const draft of drafts) {
    const id = `${start.id}:${cards.length + 1}`;
    const base = { id, ...cutCardText(draft), status: 'open' as const, needs: [], edited: false };
    const refusal = cards.length < MOST_CARDS ? findRefusedOp(draft.ops) : { code: 'AGENT_TOO_MANY', params: { what: 'cards', count: drafts.length, most: MOST_CARDS } };
    if (refusal) {
      cards.push({ ...base, ops: [], fit: 'held', held: refusal });
      if (cards.length > MOST_CARDS) break;
      continue;
    }
    const tried = tryCard(now, draft.ops, id);
    if (tried.fit === 'held') cards.push({ ...base, ops: [], fit: 'held', held: tried.held });
    else if (tried.ops.length > 0) {
      cards.push({ ...base, ops: tried.ops, fit: 'fits' });
      now = tried.state;
    }
  }
  return { ...start, acceptances: 0, head: state.no, cards: withNeeds(cards), status: 'open' };
}

/** The flow as it would be with the open cards, and which card each ghost belongs to. */
export interface GhostView {
  view: LogState;
  /** Ids of records that open cards add or change -> id of the (last) card. */
  ghostIds: ReadonlyMap<string, string>;
  /** Ids of records that open cards take away -> id of the card; they are not in `view`. */
  removedIds: ReadonlyMap<string, string>;
}

/** The ghost layer of a proposal on a state; cards that do not fit it are left out. */
export function ghostView(state: LogState, proposal: Proposal): GhostView {
  const { state: view, tried } = tryCards(state, proposal.cards);
  const ghostIds = new Map<string, string>();
  const removedIds = new Map<string, string>();
  for (const card of proposal.cards) {
    const result = tried.get(card.id);
    if (!result || result.fit === 'held') continue;
    for (const op of result.ops) {
      if (op.op === 'remove') removedIds.set(op.id, card.id);
      else if (op.op === 'add' || op.op === 'set') ghostIds.set(op.id, card.id);
    }
  }
  for (const id of removedIds.keys()) ghostIds.delete(id);
  return { view, ghostIds, removedIds };
}

/** What accepting would write. */
export type Acceptance =
  | {
      kind: 'accepted';
      /** Id of the entry to write. */
      entryId: string;
      ops: IntentOp[];
      /** All cards that are accepted, in order: the ones asked for and the ones that they need. */
      cardIds: string[];
      /** The needed ones among them that were not asked for. */
      takenAlong: string[];
      proposal: Proposal;
    }
  | { kind: 'held'; cardIds: string[] };

/** Accepts cards with everything that they need, on the head as it is now. `held` names the cards that cannot be. */
export function acceptance(state: LogState, proposal: Proposal, cardIds: readonly string[]): Acceptance {
  const now = rebase(proposal, state);
  const wanted = new Set<string>();
  const take = (id: string) => {
    const card = now.cards.find((item) => item.id === id);
    if (!card || card.status !== 'open' || wanted.has(id)) return;
    wanted.add(id);
    card.needs.forEach(take);
  };
  cardIds.forEach(take);
  const taken = now.cards.filter((card) => wanted.has(card.id));
  const held = taken.filter((card) => card.fit === 'held');
  if (held.length) return { kind: 'held', cardIds: held.map((card) => card.id) };
  // Without the cards in between, what each begins from may differ: they are written anew on each other.
  let at = state;
  const ops: IntentOp[] = [];
  for (const card of taken) {
    const tried = tryCard(at, asIntent(card.ops), card.id);
    if (tried.fit === 'held') return { kind: 'held', cardIds: [card.id] };
    ops.push(...asIntent(tried.ops));
    at = tried.state;
  }
  const acceptances = now.acceptances + 1;
  const cards = withNeeds(now.cards.map((card) => (wanted.has(card.id) ? { ...card, status: 'accepted' as const } : card)));
  return {
    kind: 'accepted',
    entryId: `${now.entryId}:${acceptances}`,
    ops,
    cardIds: taken.map((card) => card.id),
    takenAlong: taken.filter((card) => !cardIds.includes(card.id)).map((card) => card.id),
    proposal: rebase(settled({ ...now, acceptances, cards }), at),
  };
}

/** What rejecting would do. `alsoRejected`: cards that mean nothing without the rejected ones. */
export interface Rejection {
  alsoRejected: string[];
  proposal: Proposal;
}

/** Rejects cards. What led through their nodes leads on to where there is one way on; cards that hang on them alone go too. */
export function rejection(state: LogState, proposal: Proposal, cardIds: readonly string[]): Rejection {
  const asked = new Set(cardIds.filter((id) => proposal.cards.some((card) => card.id === id && card.status === 'open')));
  const rejected = new Set(asked);
  let healed = withoutNodes(state, proposal.cards, rejected, new Set());
  // A card that lost its footing goes too, which may take the footing of another.
  for (let before = -1; before !== rejected.size; ) {
    before = rejected.size;
    for (const id of healed.fallen) rejected.add(id);
    if (rejected.size > before) healed = withoutNodes(state, proposal.cards, rejected, new Set());
  }
  const cards = healed.cards.map((card) => (rejected.has(card.id) ? { ...card, status: 'rejected' as const } : card));
  return { alsoRejected: [...rejected].filter((id) => !asked.has(id)), proposal: settled(rebase({ ...proposal, cards: withNeeds(cards) }, state)) };
}

/** The proposal tried on a new head: each open card fits, fits with other values to begin from (`changed`), or is held with its reason. */
export function rebase(proposal: Proposal, state: LogState): Proposal {
  const { tried } = tryCards(state, proposal.cards);
  const cards = proposal.cards.map((card): Card => {
    const result = tried.get(card.id);
    if (!result) return card;
    const { held: _, ...rest } = card;
    if (result.fit === 'held') return { ...rest, fit: 'held', held: result.held };
    // What was marked as changed stays marked: the person has not seen it otherwise.
    const fit = result.fit === 'changed' || card.fit === 'changed' ? 'changed' : 'fits';
    return { ...rest, fit, ops: result.ops.length ? result.ops : card.ops };
  });
  return { ...proposal, head: state.no, cards: withNeeds(cards) };
}

/** A proposal is done when no card is open. */
function settled(proposal: Proposal): Proposal {
  return proposal.status === 'open' && proposal.cards.every((card) => card.status !== 'open') ? { ...proposal, status: 'done' } : proposal;
}
