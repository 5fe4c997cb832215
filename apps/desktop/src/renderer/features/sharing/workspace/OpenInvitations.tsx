import type { RemoteProject, WorkspaceDetail } from '@uxflow/core/api';
import { Button, IconButton, Notice } from '@uxflow/ui';
import { Link, RotateCw, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useLanguage, useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { dayText, roleText } from '../roleText.ts';
import { useBusy } from '../../../forms/useBusy.ts';
import { LinkNotice } from './LinkNotice.tsx';

/** Invitations that nobody has answered: send again, take back, and the link once more. */
export function OpenInvitations({ detail, projects, onChanged }: { detail: WorkspaceDetail; /** To name the one that a guest comes into. */ projects: readonly RemoteProject[] | undefined; onChanged: () => Promise<unknown> }) {
  const text = useText();
  const language = useLanguage();
  const { api } = useServices();
  const { isBusy, failure, run } = useBusy();
  const [resent, setResent] = useState<string | null>(null);
  const [shown, setShown] = useState<{ email: string; link: string } | null>(null);
  const workspaceId = detail.id;
  const invitedAs = (role: string, projectId: string | null) => {
    const project = projects?.find(({ id }) => id === projectId)?.name;
    return project ? text('guest.as', { role: roleText(text, role), project }) : roleText(text, role);
  };
  return (
    <section className="share__section" aria-busy={isBusy}>
      <h3>{text('workspace.open')}</h3>
      <ul className="people-list" data-testid="open-invitations">
        {detail.invitations.map(({ id, email, role, projectId, expiresAt, isExpired }) => (
          <li key={id}>
            <div className="people-list__who">
              <strong>{email}</strong>
              <span>{text(isExpired ? 'workspace.expired' : 'workspace.openUntil', { role: invitedAs(role, projectId), until: dayText(language, expiresAt) })}</span>
            </div>
            {detail.encrypted ? (
              <Button size="small" icon={<Link />} aria-label={text('invitationLink.againFor', { email })} disabled={isBusy} onClick={() => run(async () => setShown({ email, link: (await api.keys.invitationLink({ workspaceId, invitationId: id })).link }))}>
                {text('invitationLink.again')}
              </Button>
            ) : null}
            <Button
              size="small"
              icon={<RotateCw />}
              aria-label={text('workspace.resendTo', { email })}
              disabled={isBusy}
              onClick={() =>
                run(async () => {
                  setResent(null);
                  await api.workspaces.resend({ workspaceId, invitationId: id });
                  setResent(email);
                  await onChanged();
                })
              }
            >
              {text('workspace.resend')}
            </Button>
            <IconButton size="small" label={text('workspace.revokeFor', { email })} icon={<Undo2 />} disabled={isBusy} onClick={() => run(() => api.workspaces.revoke({ workspaceId, invitationId: id }).finally(onChanged))} />
          </li>
        ))}
      </ul>
      {resent ? <Notice tone="success">{text('workspace.resent', { email: resent })}</Notice> : null}
      {shown ? <LinkNotice email={shown.email} link={shown.link} /> : null}
      <FailureNotice failure={failure} />
    </section>
  );
}
