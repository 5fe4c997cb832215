import { Button, EmptyState, Notice, Spinner } from '@uxflow/ui';
import { ArrowDown, History, Sparkles } from 'lucide-react';
import { useLayoutEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react';
import { useStore } from 'zustand';
import { errorText, useText } from '../../i18n/TextContext.tsx';
import { useConversation, useFlow, useSession } from '../../store/flowServices.ts';
import { useFailureToast, useNow } from '../../store/services.ts';
import { SignalNote } from '../../SignalNote.tsx';
import { Composer } from './Composer.tsx';
import { LiveWords } from './LiveWords.tsx';
import { MessageBubble } from './MessageBubble.tsx';
import { suggestionsFor } from './suggestions.ts';
import { threadOf } from './thread.ts';
import { TurnView } from './TurnView.tsx';
import './chat.css';

/** How near to the end counts as being there, px. */
const NEAR = 40;

export interface ChatPanelProps {
  /** What the chat shows where a turn has made a proposal. `isFresh`: it came while the person was looking. */
  proposalOf?: (proposalId: string, isFresh: boolean) => ReactNode;
}

/** The conversation about the open flow: what was said, what the agents do, and where to write. */
export function ChatPanel({ proposalOf }: ChatPanelProps) {
  const text = useText();
  const flow = useFlow();
  const now = useNow(10_000);
  const messages = useConversation((state) => state.messages);
  const turns = useConversation((state) => state.turns);
  const steps = useConversation((state) => state.steps);
  const streaming = useConversation((state) => state.streaming);
  const isKnown = useConversation((state) => state.isKnown);
  const failure = useConversation((state) => state.failure);
  const outgoing = useStore(flow.draft, (state) => state.outgoing);
  const items = useMemo(() => threadOf(messages, turns), [messages, turns]);
  const waiting = outgoing.filter(({ text: words, image }) => image || !messages.slice(-6).some((message) => message.role === 'person' && message.text.trim() === words));
  const isFresh = useFreshness();
  const log = useStickyEnd(items, steps, streaming, waiting.length);

  return (
    <section className="chat" aria-label={text('chat.title')}>
      <div className="chat__log" ref={log.ref} onScroll={log.onScroll} role="log" aria-live="off" aria-label={text('chat.log')} tabIndex={-1}>
        {!isKnown ? (
          <div className="chat__opening">
            <Spinner label={text('loading')} />
          </div>
        ) : null}
        {failure ? <Notice tone="error">{text('chat.away', { reason: errorText(text, failure) })}</Notice> : null}
        <SignalNote flowId={flow.flowId} />
        {isKnown && !failure && items.length === 0 && waiting.length === 0 ? <Beginning /> : null}
        {isKnown && !failure ? <Earlier log={log.ref} /> : null}
        {items.map((item) => (
          <TurnView
            key={item.key}
            item={item}
            steps={item.turn ? steps.get(item.turn.id) : undefined}
            stream={item.turn ? streaming.get(item.turn.id) : undefined}
            now={now}
            isFresh={isFresh(item.turn)}
            proposal={item.turn?.proposalId ? proposalOf?.(item.turn.proposalId, isFresh(item.turn)) : undefined}
          />
        ))}
        {waiting.map(({ id, text: words, image }) => (
          <MessageBubble key={id} role="person" text={words} when={text('chat.sending')} isPending>
            {image ? <img className="picture__sending" src={`data:${image.mediaType};base64,${image.base64}`} alt={image.name} /> : null}
          </MessageBubble>
        ))}
      </div>
      {log.isAway ? (
        <Button size="small" className="chat__newest" icon={<ArrowDown />} onClick={log.toEnd}>
          {text('chat.newest')}
        </Button>
      ) : null}
      <LiveWords />
      <Composer />
    </section>
  );
}

/** Fetches what was said before; what stands under the eyes stays there. */
function Earlier({ log }: { log: RefObject<HTMLDivElement | null> }) {
  const text = useText();
  const { conversation } = useFlow();
  const fail = useFailureToast();
  const earlier = useConversation((state) => state.earlier);
  const [isBusy, setBusy] = useState(false);
  if (!earlier) return null;
  const load = async () => {
    const { scrollHeight, scrollTop } = log.current!;
    setBusy(true);
    try {
      await conversation.getState().loadEarlier();
      // A browser holds the place by itself, but not at the very top.
      requestAnimationFrame(() => log.current?.scrollTo({ top: log.current.scrollHeight - scrollHeight + scrollTop }));
    } catch (error) {
      fail(error);
    }
    setBusy(false);
  };
  return (
    <Button size="small" className="chat__earlier" icon={<History />} disabled={isBusy} onClick={() => void load()}>
      {text('chat.earlier')}
    </Button>
  );
}

/** What stands in an empty conversation: what it is for, and texts to begin with. */
function Beginning() {
  const text = useText();
  const { draft } = useFlow();
  const nodes = useSession((state) => state.view.node);
  const suggestions = useMemo(() => suggestionsFor(text, { node: nodes }), [text, nodes]);
  return (
    <EmptyState
      icon={<Sparkles aria-hidden />}
      title={text('chat.emptyTitle')}
      actions={
        <div className="suggestions" role="group" aria-label={text('chat.suggestions')}>
          {suggestions.map((words) => (
            <button
              key={words}
              type="button"
              className="suggestion"
              onClick={() => {
                draft.getState().write(words);
                document.querySelector<HTMLTextAreaElement>('.composer textarea')?.focus();
              }}
            >
              {words}
            </button>
          ))}
        </div>
      }
    >
      {text('chat.emptyText')}
    </EmptyState>
  );
}

/** Tells whether a turn came to where it is while the person was looking; what was there at the opening is not fresh. */
function useFreshness(): (turn: { id: string; status: string; updatedAt: number } | undefined) => boolean {
  const isKnown = useConversation((state) => state.isKnown);
  const turns = useConversation((state) => state.turns);
  const first = useRef<{ seen: ReadonlySet<string>; at: number } | null>(null);
  if (isKnown && !first.current) first.current = { seen: new Set([...turns.values()].map(({ id, status }) => `${id} ${status}`)), at: Math.max(0, ...[...turns.values()].map(({ updatedAt }) => updatedAt)) };
  // What was fetched of long ago was not there at the opening either.
  return (turn) => !!turn && !!first.current && turn.updatedAt >= first.current.at && !first.current.seen.has(`${turn.id} ${turn.status}`);
}

/** Keeps the end of the log in sight while the person is there, and leaves it alone when they have scrolled up. */
function useStickyEnd(items: unknown, steps: unknown, streaming: unknown, waiting: number) {
  const ref = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [isAway, setAway] = useState(false);
  const toEnd = () => {
    isAtEnd.current = true;
    setAway(false);
    ref.current?.scrollTo({ top: ref.current.scrollHeight });
  };
  useLayoutEffect(() => {
    if (isAtEnd.current) ref.current?.scrollTo({ top: ref.current.scrollHeight });
    else setAway(true);
    // It follows whatever makes the log longer, though it reads none of it.
  }, [items, steps, streaming, waiting]);
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = ref.current!;
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR;
    if (isAtEnd.current) setAway(false);
  };
  return { ref, isAway, toEnd, onScroll };
}
