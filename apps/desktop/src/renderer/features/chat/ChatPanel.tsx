import { useText } from '../../i18n/TextContext.tsx';
import { useConversation } from '../../store/flowServices.ts';

/** The conversation about the open flow. */
export function ChatPanel() {
  const text = useText();
  const messages = useConversation((state) => state.messages);
  return (
    <section className="chat" data-testid="chat" aria-label={text('chat.title')}>
      {messages.map((message) => (
        <p key={message.id}>{message.text}</p>
      ))}
    </section>
  );
}
