import { ChatBubble, type ChatBubbleProps } from '@uxflow/ui';
import { useState } from 'react';
import { useText } from '../../i18n/TextContext.tsx';

/** From this length on a message is shown in part, characters. */
const LONG = 2400;
const SHOWN = 1600;

/** A message of the conversation; a very long one opens when it is asked to. */
export function MessageBubble({ text: words, from, children, ...rest }: Omit<ChatBubbleProps, 'name'> & { /** Who speaks, where it is neither the person nor the app's own agents. */ from?: string | undefined }) {
  const text = useText();
  const [isWhole, setWhole] = useState(false);
  const name = from ?? text(rest.role === 'person' ? 'chat.you' : 'chat.assistant');
  if (words.length <= LONG) return <ChatBubble {...rest} name={name} text={words}>{children}</ChatBubble>;
  return (
    <ChatBubble {...rest} name={name} text={isWhole ? words : `${words.slice(0, SHOWN).trimEnd()}…`}>
      {children}
      <button type="button" className="link" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
        {isWhole ? text('chat.showLess') : text('chat.showAll', { count: words.length.toLocaleString(text('languageTag')) })}
      </button>
    </ChatBubble>
  );
}
