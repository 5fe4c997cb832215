import type { Turn } from '@uxflow/core';
import { History } from 'lucide-react';
import { useState } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { whenText } from '../../i18n/when.ts';
import type { AgentStep } from '../../store/conversation.ts';
import { useFlow } from '../../store/flowServices.ts';
import { isAtWork } from './thread.ts';

/** Says that a turn was answered from memory, and since when that answer is known; with a button that asks the model anew. */
export function MemoryNote({ turn, steps, now }: { turn: Turn; steps: readonly AgentStep[]; now: number }) {
  const text = useText();
  const flow = useFlow();
  const [isAsking, setAsking] = useState(false);
  const calls = steps.flatMap((step) => step.call ?? []);
  const kept = calls.flatMap((call) => call.cached ?? []);
  if (!kept.length || isAtWork(turn)) return null;
  const oldest = kept.reduce((a, b) => (b.at < a.at ? b : a));
  const when = whenText(text, oldest.at, now);
  const again = () => {
    setAsking(true);
    flow.run(async () => {
      try {
        await flow.conversation.getState().askAgain(turn.id);
      } finally {
        setAsking(false);
      }
    });
  };
  return (
    <p className="memory-note" data-testid="memory-note">
      <History aria-hidden />
      <span>{kept.length < calls.length ? text('memory.part', { when }) : oldest.kind === 'similar' && oldest.question ? text('memory.similar', { when, question: oldest.question }) : text('memory.exact', { when })}{' '}
        <button type="button" className="link" disabled={isAsking} onClick={again}>
          {text('memory.again')}
        </button>
      </span>
    </p>
  );
}
