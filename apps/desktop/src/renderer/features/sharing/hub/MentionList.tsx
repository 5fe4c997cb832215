import type { MentionView } from '@uxflow/core/api';
import { Button } from '@uxflow/ui';
import { AtSign } from 'lucide-react';
import { useState } from 'react';
import { useText } from '../../../i18n/TextContext.tsx';
import { whenText } from '../../../i18n/when.ts';
import { goTo } from '../../../store/route.ts';
import { useFailureToast, useNow, useServices } from '../../../store/services.ts';

/** Mentions that were read are shown this far back. */
const MOST = 6;

/** Comments that mention this person: the unread ones, and a few of those before. */
export function MentionList({ mentions, onClose }: { mentions: readonly MentionView[]; onClose: () => void }) {
  const text = useText();
  const { api } = useServices();
  const fail = useFailureToast();
  const now = useNow(30_000);
  // What was unread when the list opened stays in sight when it is read.
  const [fresh] = useState(() => new Set(mentions.filter(({ isRead }) => !isRead).map(({ id }) => id)));
  const unread = mentions.filter(({ isRead }) => !isRead);
  const shown = mentions.filter(({ id, isRead }, index) => !isRead || fresh.has(id) || index < MOST);
  if (shown.length === 0) return null;
  const show = ({ id, flowId }: MentionView) => {
    void api.inbox.read({ mentionId: id }).catch(fail);
    goTo({ page: 'flow', flowId, commentId: id });
    onClose();
  };
  return (
    <section className="share__section">
      <header className="share__heading">
        <h3>{text('hub.mentions')}</h3>
        {unread.length > 0 ? (
          <Button size="small" variant="ghost" onClick={() => void api.inbox.read({}).catch(fail)}>
            {text('hub.readAll')}
          </Button>
        ) : null}
      </header>
      <ul className="share__cards" data-testid="mentions">
        {shown.map((mention) => (
          <li key={mention.id} className={mention.isRead ? undefined : 'share__card--new'}>
            <AtSign aria-hidden className="hub-workspace__lock" />
            <div className="people-list__who">
              <strong>{text('hub.mention', { name: mention.by || text('sync.someone'), flow: mention.flowName })}</strong>
              <span className="share__quote">{mention.text}</span>
              <span>{whenText(text, mention.at, now)}</span>
            </div>
            <Button size="small" onClick={() => show(mention)}>
              {text('hub.show')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
