import type { Turn } from '@uxflow/core';
import { Button, ChatBubble, Notice } from '@uxflow/ui';
import { RotateCcw, Settings2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { errorText, useText } from '../../i18n/TextContext.tsx';
import { whenText } from '../../i18n/when.ts';
import type { AgentStep } from '../../store/conversation.ts';
import { SignalNote } from '../../SignalNote.tsx';
import { useFlow } from '../../store/flowServices.ts';
import { goTo } from '../../store/route.ts';
import { AgentSteps } from './AgentSteps.tsx';
import { Clarification } from './Clarification.tsx';
import { FailoverNotes } from './FailoverNotes.tsx';
import { FallbackNotes } from './FallbackNotes.tsx';
import { MemoryNote } from './MemoryNote.tsx';
import { MessageBubble } from './MessageBubble.tsx';
import { MessagePicture } from './MessagePicture.tsx';
import { modelName } from './mindName.ts';
import { PlanCard } from './PlanCard.tsx';
import { streamedProse } from './streamedProse.ts';
import { isAtWork, type ThreadItem } from './thread.ts';

export interface TurnViewProps {
  item: ThreadItem;
  steps?: readonly AgentStep[] | undefined;
  /** Words that stream in just now. */
  stream?: string | undefined;
  /** Time of the screen, ms UTC. */
  now: number;
  /** True when the turn came to where it is while the person was looking. */
  isFresh: boolean;
  proposal?: ReactNode;
}

const NO_STEPS: readonly AgentStep[] = [];

/** One turn of the conversation: what was asked, what the agents did, what they said and what waits for the person. */
export function TurnView({ item, steps = NO_STEPS, stream, now, isFresh, proposal }: TurnViewProps) {
  const text = useText();
  const { turn, asked, answered } = item;
  /** The word that ends a turn comes after its plan. */
  const isLast = ({ id }: { id: string }) => id === `${turn?.id}:reply`;
  // A plan that the person rejects ends its turn like a stop does, but with a word of the agents.
  const isRejected = turn?.status === 'cancelled' && answered.some(isLast) && turn.plan !== undefined;
  const said = [...asked, ...answered].map((message) => message.text);
  const bubble = ({ id, role, text: words, at }: (typeof asked)[number]) => (
    <MessageBubble key={id} role={role} from={turn?.origin?.client} text={words} when={whenText(text, at, now)} at={at}>
      {turn?.image && id === `${turn.id}:message` ? <MessagePicture image={turn.image} /> : null}
    </MessageBubble>
  );
  // The reply may be there a moment before the turn has ended: it is not shown twice.
  const prose = stream && turn && isAtWork(turn) && !answered.some(isLast) ? streamedProse(stream) : '';
  return (
    <div className="turn" data-turn-id={turn?.id} data-status={turn?.status}>
      {asked.map(bubble)}
      {turn ? <SignalNote turnId={turn.id} flowId={turn.flowId} /> : null}
      {turn && !turn.origin ? <AgentSteps turn={turn} steps={steps} /> : null}
      <FailoverNotes steps={steps} />
      {turn ? <FallbackNotes turn={turn} /> : null}
      {answered.filter((message) => !isLast(message)).map(bubble)}
      {prose ? (
        <div data-testid="chat-stream">
          <ChatBubble role="assistant" name={text('chat.assistant')} text={prose} isPending />
        </div>
      ) : null}
      {turn?.clarification ? <Clarification turn={turn} said={said} isFresh={isFresh} /> : null}
      {turn?.plan && turn.plan.steps.length > 0 ? <PlanCard turn={turn} isFresh={isFresh} isRejected={isRejected} /> : null}
      {answered.filter(isLast).map(bubble)}
      {turn?.origin ? <p className="turn__end">{text('mcp.fromText')}</p> : null}
      {turn ? <MemoryNote turn={turn} steps={steps} now={now} /> : null}
      {proposal}
      {turn && !isRejected ? <TurnEnd turn={turn} /> : null}
    </div>
  );
}

/** How a turn ended, where it did not end well: what happened, what was kept, what to do. */
function TurnEnd({ turn }: { turn: Turn }) {
  const text = useText();
  const flow = useFlow();
  const [isRetrying, setRetrying] = useState(false);
  if (turn.status === 'cancelled') return <p className="turn__end">{text('chat.cancelled')}</p>;
  if (turn.status === 'superseded') return <p className="turn__end">{text('chat.superseded')}</p>;
  if (turn.status !== 'failed') return null;
  const retry = () => {
    setRetrying(true);
    flow.run(async () => {
      try {
        await flow.conversation.getState().retry(turn.id);
      } finally {
        setRetrying(false);
      }
    });
  };
  return (
    <Notice tone="error">
      <p>
        <strong>{text('chat.failedTitle')}</strong>
      </p>
      {turn.error ? <p>{errorText(text, turn.error)}</p> : null}
      <p>{text('chat.failedKept')}</p>
      <div className="turn__buttons">
        <Button size="small" icon={<RotateCcw />} disabled={isRetrying} onClick={retry}>
          {text('retry')}
        </Button>
        {modelName(turn.model) ? (
          <Button size="small" variant="ghost" icon={<Settings2 />} onClick={() => goTo({ page: 'settings', from: flow.flowId })}>
            {text('chat.settings')}
          </Button>
        ) : null}
      </div>
    </Notice>
  );
}
