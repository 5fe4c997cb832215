import type { OwnInvitation } from '@uxflow/core/api';
import { Button, Notice } from '@uxflow/ui';
import { Check, X } from 'lucide-react';
import { useState } from 'react';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useLanguage, useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { dayText, roleText } from '../roleText.ts';
import { useBusy } from '../../../forms/useBusy.ts';

/** Invitations of this person, to accept or to decline. */
export function InvitationList({ invitations, onAnswered }: { invitations: readonly OwnInvitation[]; onAnswered: () => Promise<unknown> }) {
  const text = useText();
  const language = useLanguage();
  const { api } = useServices();
  const { isBusy, failure, run } = useBusy();
  const [accepted, setAccepted] = useState<string | null>(null);
  if (invitations.length === 0 && !failure && !accepted) return null;
  const accept = ({ id, workspaceName }: OwnInvitation) =>
    run(async () => {
      await api.inbox.accept({ invitationId: id });
      setAccepted(workspaceName);
      // An encrypted one shows at once that it waits for its key.
      await Promise.all([onAnswered(), api.keys.refresh({}).catch(() => undefined)]);
    });
  return (
    <section className="share__section" aria-busy={isBusy}>
      {invitations.length > 0 ? <h3>{text('hub.invitations')}</h3> : null}
      <ul className="share__cards" data-testid="invitations">
        {invitations.map((invitation) => (
          <li key={invitation.id}>
            <div className="people-list__who">
              <strong>{text('hub.invitation', { inviter: invitation.inviterName || text('sync.someone'), workspace: invitation.workspaceName })}</strong>
              <span>{text('hub.invitationRole', { role: roleText(text, invitation.role), until: dayText(language, invitation.expiresAt) })}</span>
              {invitation.note ? <p>{invitation.note}</p> : null}
            </div>
            <Button size="small" variant="primary" icon={<Check />} disabled={isBusy} onClick={() => accept(invitation)}>
              {text('hub.accept')}
            </Button>
            <Button size="small" icon={<X />} disabled={isBusy} onClick={() => run(() => api.inbox.decline({ invitationId: invitation.id }))}>
              {text('hub.decline')}
            </Button>
          </li>
        ))}
      </ul>
      {accepted ? <Notice tone="success">{text('hub.accepted', { workspace: accepted })}</Notice> : null}
      <FailureNotice failure={failure} />
    </section>
  );
}
