import type { Card } from '@uxflow/core';
import { errorText } from '../../i18n/TextContext.tsx';
import { isTextKey, type Translate } from '../../i18n/translate.ts';
import { cardFacts } from './cardFacts.ts';

/** Why a card cannot be accepted. */
export function heldReason(text: Translate, card: Card, cards: readonly Card[]): string {
  if (!card.held) return '';
  const { code, params } = card.held;
  if (code === 'NEEDED_CARD_HELD') return text('proposal.neededHeld', { title: cards.find(({ id }) => id === params['cardId'])?.title ?? '' });
  const key = `held.${code}`;
  return isTextKey(key) ? text(key, params) : errorText(text, { code, params, message: code });
}

/** What cards do, in numbers: `2 steps new · 1 connection changed`. */
export function factsText(text: Translate, cards: readonly Pick<Card, 'ops'>[]): string {
  return cardFacts(cards)
    .map(({ change, kind, count }) => {
      const key = `kind.${kind}`;
      return text(`proposal.fact.${change}`, { count: kind === 'flow' ? '' : count, kind: isTextKey(key) ? text(key, { count }) : kind }).trim();
    })
    .join(' · ');
}
