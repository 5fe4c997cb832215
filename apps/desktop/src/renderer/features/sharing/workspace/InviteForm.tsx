import { Button, Field, Notice, SelectField } from '@uxflow/ui';
import { Mail } from 'lucide-react';
import { useState } from 'react';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useLanguage, useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { GIVEN_ROLES, roleText, type GivenRole } from '../roleText.ts';
import { useBusy } from '../../../forms/useBusy.ts';
import { LinkNotice } from './LinkNotice.tsx';

/** Invites somebody by mail; into an encrypted workspace with a link that the inviter sends on their own. */
export function InviteForm({ workspaceId, isSealed, isOpen, onInvited }: { workspaceId: string; isSealed: boolean; /** The key is here, so that an invitation can carry it. */ isOpen: boolean; onInvited: () => Promise<unknown> }) {
  const text = useText();
  const language = useLanguage();
  const { api } = useServices();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<GivenRole>('member');
  const [sent, setSent] = useState<{ email: string; link?: string } | null>(null);
  const { isBusy, failure, run } = useBusy();
  const invite = () =>
    run(async () => {
      setSent(null);
      const to = email.trim();
      const link = isSealed ? (await api.keys.invite({ workspaceId, email: to, role, language })).link : undefined;
      if (!isSealed) await api.sync.invite({ workspaceId, email: to, role, language });
      setSent({ email: to, ...(link ? { link } : {}) });
      setEmail('');
      await onInvited();
    });
  return (
    <form
      className="share__invite"
      data-testid="invite-form"
      aria-busy={isBusy}
      onSubmit={(event) => {
        event.preventDefault();
        invite();
      }}
    >
      <div className="share__row">
        <Field label={text('sync.inviteEmail')}>{(id) => <input id={id} className="input" type="email" value={email} maxLength={254} onChange={(event) => setEmail(event.target.value)} />}</Field>
        <SelectField label={text('sync.inviteRole')} value={role} choices={GIVEN_ROLES.map((value) => ({ value, label: roleText(text, value) }))} onCommit={setRole} />
        <Button type="submit" icon={<Mail />} disabled={isBusy || !isOpen || !email.includes('@')}>
          {text('sync.invite')}
        </Button>
      </div>
      <FailureNotice failure={failure} />
      {sent && !sent.link ? <Notice tone="success">{text('sync.invited', { email: sent.email })}</Notice> : null}
      {sent?.link ? <LinkNotice email={sent.email} link={sent.link} /> : null}
    </form>
  );
}
