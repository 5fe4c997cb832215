import type { Turn } from '@uxflow/core';
import { Prose, useArrivalFocus } from '@uxflow/ui';
import { MessageCircleQuestionMark } from 'lucide-react';
import { useRef, useState } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { useFlow } from '../../store/flowServices.ts';

export interface ClarificationProps {
  turn: Turn;
  /** What stands in the turn's messages already: it is not said twice. */
  said: readonly string[];
  isFresh: boolean;
}

/** The one question of a turn with its quick replies; once answered, question and answer stand as they were. */
export function Clarification({ turn, said, isFresh }: ClarificationProps) {
  const text = useText();
  const flow = useFlow();
  const [sent, setSent] = useState<string | null>(null);
  const card = useRef<HTMLElement>(null);
  const isOpen = turn.status === 'awaitingClarification';
  useArrivalFocus(card, isOpen && isFresh, '.chat');
  const { question, quickReplies, answer } = turn.clarification!;
  const isSaid = said.includes(question);
  const reply = (words: string) => {
    setSent(words);
    flow.run(async () => {
      try {
        await flow.conversation.getState().answer(turn.id, words);
      } finally {
        setSent(null);
      }
    });
  };
  if (!isOpen && isSaid && (!answer || said.includes(answer))) return null;
  return (
    <section className="question" ref={card} tabIndex={-1} aria-label={text('clarify.title')} data-testid="clarification">
      {isSaid ? null : (
        <div className="question__words">
          <MessageCircleQuestionMark aria-hidden />
          <Prose text={question} />
        </div>
      )}
      {!isOpen && answer && !said.includes(answer) ? <p className="question__answer">{text('clarify.answered', { answer })}</p> : null}
      {isOpen && quickReplies.length > 0 ? (
        <>
          <div className="question__replies" role="group" aria-label={question}>
            {quickReplies.map((words) => (
              <button key={words} type="button" className="chip" disabled={sent !== null} aria-pressed={sent === words} onClick={() => reply(words)}>
                {words}
              </button>
            ))}
          </div>
          <p className="question__other">{text('clarify.other')}</p>
        </>
      ) : null}
    </section>
  );
}
