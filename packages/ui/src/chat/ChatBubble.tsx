import type { ReactNode } from 'react';
import { classes } from '../primitives/Button.tsx';
import { Prose } from './Prose.tsx';

export interface ChatBubbleProps {
  role: 'person' | 'assistant';
  /** Who speaks, for assistive software and above the words of the agents. */
  name: string;
  text: string;
  /** When it was said, in words; `at` in ms UTC. */
  when?: string;
  at?: number;
  /** True while it is on its way. */
  isPending?: boolean;
  children?: ReactNode;
}

/** One message of a conversation: the person's on a soft ground to the right, the agents' as plain text. */
export function ChatBubble({ role, name, text, when, at, isPending, children }: ChatBubbleProps) {
  return (
    <article className={classes('bubble', `bubble--${role}`, isPending && 'bubble--pending')} data-role={role}>
      <header className="bubble__head">
        <span className={role === 'person' ? 'visually-hidden' : 'bubble__name'}>{name}</span>
        {when ? (
          <time className="bubble__when" dateTime={at === undefined ? undefined : new Date(at).toISOString()}>
            {when}
          </time>
        ) : null}
      </header>
      <div className="bubble__body">
        <Prose text={text} />
        {children}
      </div>
    </article>
  );
}
