import type { Inbox } from '@uxflow/core/api';
import { useEffect, useRef } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { goTo } from '../../store/route.ts';
import { useServices } from '../../store/services.ts';

/** A mention that is read within this time was in sight when it came, ms. */
const IN_SIGHT_MS = 1200;
/** What is older was there when the person signed in or came back online, and waits under its badge, ms. */
const FRESH_MS = 10 * 60_000;

/** Tells invitations and mentions that arrive while the app is open. What was there before waits under its badge. */
export function NewsToasts() {
  const text = useText();
  const { inbox, toasts } = useServices();
  const known = useRef<Set<string> | null>(null);
  useEffect(() => {
    const idsOf = ({ invitations, mentions }: Inbox) => [...invitations, ...mentions].map(({ id }) => id);
    const tell = (now: Inbox | null) => {
      if (!now) return;
      const before = known.current;
      known.current = new Set([...(before ?? []), ...idsOf(now)]);
      if (!before) return;
      for (const { id, inviterName, workspaceName } of now.invitations) {
        if (!before.has(id)) toasts.getState().show({ text: text('hub.invitation', { inviter: inviterName || text('sync.someone'), workspace: workspaceName }), action: { label: text('hub.show'), run: () => goTo({ page: 'flows' }) } });
      }
      for (const { id, flowId, by, flowName, at, isRead } of now.mentions) {
        if (before.has(id) || isRead || Date.now() - at > FRESH_MS) continue;
        setTimeout(() => {
          const isUnread = inbox.getState().inbox?.mentions.some((one) => one.id === id && !one.isRead);
          if (isUnread) toasts.getState().show({ text: text('hub.mention', { name: by || text('sync.someone'), flow: flowName }), action: { label: text('hub.show'), run: () => goTo({ page: 'flow', flowId, commentId: id }) } });
        }, IN_SIGHT_MS);
      }
    };
    tell(inbox.getState().inbox);
    return inbox.subscribe(({ inbox: now }) => tell(now));
  }, [inbox, toasts, text]);
  return null;
}
