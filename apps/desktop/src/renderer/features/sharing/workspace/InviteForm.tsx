import type { ProjectRole, RemoteProject } from '@uxflow/core/api';
import { Button, Field, Notice, SelectField } from '@uxflow/ui';
import { Mail } from 'lucide-react';
import { useState } from 'react';
import { ActionForm } from '../../../forms/ActionForm.tsx';
import { useBusy } from '../../../forms/useBusy.ts';
import { useLanguage, useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { GIVEN_ROLES, projectRoleChoices, roleText, type GivenRole } from '../roleText.ts';
import { LinkNotice } from './LinkNotice.tsx';

export interface InviteFormProps {
  workspaceId: string;
  isSealed: boolean;
  /** The key is here, so that an invitation can carry it. */
  isOpen: boolean;
  /** Where guests can be invited to; undefined: guests are not taken here. */
  guestProjects?: readonly RemoteProject[];
  onInvited: () => Promise<unknown>;
}

/** Invites somebody by mail; into an encrypted workspace with a link that the inviter sends on their own; a guest into one project. */
export function InviteForm({ workspaceId, isSealed, isOpen, guestProjects, onInvited }: InviteFormProps) {
  const text = useText();
  const language = useLanguage();
  const { api } = useServices();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<GivenRole | 'guest'>('member');
  const [chosenProject, setProject] = useState('');
  const [projectRole, setProjectRole] = useState<ProjectRole>('viewer');
  const [sent, setSent] = useState<{ email: string; link?: string } | null>(null);
  const busy = useBusy();
  const isGuest = role === 'guest' && guestProjects !== undefined;
  const projectId = chosenProject || (guestProjects?.[0]?.id ?? '');
  const send = async (to: string): Promise<string | undefined> => {
    if (isSealed && role !== 'guest') return (await api.keys.invite({ workspaceId, email: to, role, language })).link;
    await api.sync.invite({ workspaceId, email: to, role, ...(isGuest ? { projectId, projectRole } : {}), language });
    return undefined;
  };
  const invite = async () => {
    setSent(null);
    const to = email.trim();
    const link = await send(to);
    setSent({ email: to, ...(link ? { link } : {}) });
    setEmail('');
    await onInvited();
  };
  const button = (
    <Button type="submit" icon={<Mail />} disabled={busy.isBusy || !isOpen || !email.includes('@') || (isGuest && !projectId)}>
      {text('sync.invite')}
    </Button>
  );
  return (
    <ActionForm busy={busy} className="share__invite" testId="invite-form" onSubmit={invite}>
      <div className="share__row">
        <Field label={text('sync.inviteEmail')}>{(id) => <input id={id} className="input" type="email" value={email} maxLength={254} onChange={(event) => setEmail(event.target.value)} />}</Field>
        <SelectField label={text('sync.inviteRole')} value={role} choices={[...GIVEN_ROLES, ...(guestProjects ? (['guest'] as const) : [])].map((value) => ({ value, label: roleText(text, value) }))} onCommit={setRole} />
        {isGuest ? null : button}
      </div>
      {isGuest && guestProjects.length > 0 ? (
        <div className="share__row">
          <SelectField label={text('guest.project')} value={projectId} choices={guestProjects.map(({ id, name }) => ({ value: id, label: name }))} onCommit={setProject} />
          <SelectField label={text('guest.projectRole')} value={projectRole} choices={projectRoleChoices(text)} onCommit={setProjectRole} />
          {button}
        </div>
      ) : null}
      {isGuest ? <p className="share__quiet">{text(guestProjects.length > 0 ? 'guest.inviteText' : 'guest.noProject')}</p> : null}
      {sent && !sent.link ? <Notice tone="success">{text('sync.invited', { email: sent.email })}</Notice> : null}
      {sent?.link ? <LinkNotice email={sent.email} link={sent.link} /> : null}
    </ActionForm>
  );
}
