import type { Turn } from '@uxflow/core';
import { errorText, useText } from '../../i18n/TextContext.tsx';
import type { Translate } from '../../i18n/translate.ts';
import { useConversation } from '../../store/flowServices.ts';
import { newestTurn } from './thread.ts';

/** Says to assistive software what the turn at work is doing, else where the newest one stands; nothing of it is seen. */
export function LiveWords() {
  const text = useText();
  const turn = useConversation((state) => [...state.turns.values()].find(({ status }) => status === 'running') ?? newestTurn(state.turns));
  return (
    <div className="visually-hidden" role="status" aria-live="polite" data-testid="chat-live">
      {turn ? liveWords(text, turn) : ''}
    </div>
  );
}

/** Where a turn stands, in one sentence. */
export function liveWords(text: Translate, turn: Turn): string {
  switch (turn.status) {
    case 'queued':
      return text('chat.queued');
    case 'running':
      return turn.step ? text('live.working', { agent: text(`agent.${turn.step}`) }) : text('chat.working');
    case 'awaitingClarification':
      return text('live.question', { question: turn.clarification?.question ?? '' });
    case 'awaitingApproval':
      return text('live.plan', { count: turn.plan?.steps.length ?? 0 });
    case 'proposed':
      return [text('live.proposal'), turn.reply].filter(Boolean).join(' ');
    case 'failed':
      return `${text('chat.failedTitle')}. ${turn.error ? errorText(text, turn.error) : ''}`;
    case 'cancelled':
      return text('chat.cancelled');
    case 'superseded':
      return text('chat.superseded');
    case 'done':
      return turn.reply ?? text('live.done');
  }
}
