import { type Card, type LogState, type Proposal, rejection } from '@uxflow/core';
import { cardsTakenAlong } from '../../store/ghosts.ts';

export type Verdict = 'accept' | 'reject';

/** A decision that takes other cards with it, waiting for the person to say yes. */
export interface Decision {
  verdict: Verdict;
  proposalId: string;
  /** The cards that the person meant. */
  cardIds: readonly string[];
  /** The cards that go with them. */
  also: readonly string[];
}

/** Ids of the open cards that a verdict on some takes with it: what they need when accepted, what means nothing without them when rejected. */
export function cardsAlong(view: LogState, proposal: Proposal, verdict: Verdict, cardIds: readonly string[]): string[] {
  return verdict === 'accept' ? cardsTakenAlong(proposal.cards, cardIds) : rejection(view, proposal, cardIds).alsoRejected;
}

/** Titles of cards in the order of the proposal, in one line. */
export function titlesOf(cards: readonly Card[], ids: readonly string[]): string {
  return cards.filter(({ id }) => ids.includes(id)).map(({ title }) => title).join(', ');
}
