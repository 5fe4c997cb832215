import type { RemoteMember, RemoteWorkspace } from '@uxflow/core/api';
import { Button, Dialog, Field, Notice, SelectField, Spinner } from '@uxflow/ui';
import { Mail, Users } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { errorText, useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useFlow, useSync } from '../../store/flowServices.ts';
import { useServices } from '../../store/services.ts';
import { Avatar } from './Avatar.tsx';
import { SignInForm } from './SignInForm.tsx';

/** Sharing of this flow: where to, and with whom. */
export function ShareDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const { account } = useServices();
  const user = useStore(account, (state) => state.account?.user);
  const status = useSync((state) => state.status);
  const isShared = status !== null && status.state !== 'local';
  return (
    <Dialog title={text(isShared ? 'sync.shared' : 'sync.share')} closeLabel={text('close')} onClose={onClose} foot={<Button onClick={onClose}>{text('close')}</Button>}>
      <div className="share" data-testid="share-dialog">
        {!user ? (
          <>
            <p>{text('sync.signInFirst')}</p>
            <SignInForm />
          </>
        ) : isShared ? (
          <SharedWith />
        ) : (
          <ChooseWorkspace />
        )}
      </div>
    </Dialog>
  );
}

function ChooseWorkspace() {
  const text = useText();
  const { api } = useServices();
  const { flowId, session } = useFlow();
  const [workspaces, setWorkspaces] = useState<RemoteWorkspace[] | null>(null);
  const [chosen, setChosen] = useState('');
  const [name, setName] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    let isGone = false;
    api.sync.workspaces().then(
      (all) => {
        if (isGone) return;
        const usable = all.filter(({ mayShare }) => mayShare);
        setWorkspaces(usable);
        setChosen(usable[0]?.id ?? '');
      },
      (error: unknown) => !isGone && setFailure(error),
    );
    return () => void (isGone = true);
  }, [api]);
  const share = () => {
    setBusy(true);
    setFailure(null);
    void (async () => {
      await session.getState().settled();
      const workspaceId = chosen || (await api.sync.createWorkspace({ name: name.trim() })).id;
      await api.sync.share({ flowId, workspaceId });
    })()
      .catch(setFailure)
      .finally(() => setBusy(false));
  };
  if (!workspaces && !failure) return <Spinner label={text('loading')} />;
  return (
    <form
      className="share__form"
      onSubmit={(event) => {
        event.preventDefault();
        share();
      }}
    >
      <p>{text('sync.shareText')}</p>
      {workspaces && workspaces.length > 0 ? (
        <SelectField label={text('sync.workspace')} value={chosen} choices={[...workspaces.map(({ id, name: title }) => ({ value: id, label: title })), { value: '', label: text('sync.newWorkspace') }]} onCommit={setChosen} />
      ) : null}
      {workspaces && !chosen ? <Field label={text('sync.workspaceName')}>{(id) => <input id={id} className="input" value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />}</Field> : null}
      {failure ? <Notice tone="error">{errorText(text, failure)}</Notice> : null}
      <Button type="submit" variant="primary" icon={<Users />} disabled={isBusy || !workspaces || (!chosen && !name.trim())}>
        {text(isBusy ? 'sync.sharing' : 'sync.shareNow')}
      </Button>
    </form>
  );
}

const ROLES = ['member', 'commenter', 'viewer', 'admin'] as const;

function SharedWith() {
  const text = useText();
  const language = useLanguage();
  const { api, toasts } = useServices();
  const { flowId } = useFlow();
  const status = useSync((state) => state.status)!;
  const workspaceId = status.workspace?.id;
  const [members, setMembers] = useState<RemoteMember[] | null>(null);
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<(typeof ROLES)[number]>('member');
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    if (!workspaceId) return;
    let isGone = false;
    api.sync.members({ workspaceId }).then((all) => !isGone && setMembers(all), () => !isGone && setMembers([]));
    return () => void (isGone = true);
  }, [api, workspaceId]);
  const run = (action: () => Promise<unknown>) => {
    setBusy(true);
    setFailure(null);
    void action().catch(setFailure).finally(() => setBusy(false));
  };
  return (
    <>
      <p>{text('sync.sharedText', { workspace: status.workspace?.name ?? '' })}</p>
      {members && members.length > 0 ? (
        <ul className="share__members" aria-label={text('sync.members')}>
          {members.map((member) => (
            <li key={member.userId}>
              <Avatar name={member.name} id={member.userId} />
              <span>{member.name}</span>
              <span className="share__role">{text(`sync.role.${roleKey(member.role)}`)}</span>
            </li>
          ))}
        </ul>
      ) : null}
      <form
        className="share__invite"
        onSubmit={(event) => {
          event.preventDefault();
          run(async () => {
            await api.sync.invite({ workspaceId: workspaceId!, email: email.trim(), role, language });
            toasts.getState().show({ text: text('sync.invited', { email: email.trim() }) });
            setEmail('');
          });
        }}
      >
        <Field label={text('sync.inviteEmail')}>{(id) => <input id={id} className="input" type="email" value={email} onChange={(event) => setEmail(event.target.value)} />}</Field>
        <SelectField label={text('sync.inviteRole')} value={role} choices={ROLES.map((value) => ({ value, label: text(`sync.role.${value}`) }))} onCommit={setRole} />
        <Button type="submit" icon={<Mail />} disabled={isBusy || !workspaceId || !email.includes('@')}>
          {text('sync.invite')}
        </Button>
      </form>
      {failure ? <Notice tone="error">{errorText(text, failure)}</Notice> : null}
      <details className="share__end">
        <summary>{text('sync.detach')}</summary>
        <p>{text('sync.detachText')}</p>
        <Button variant="danger" disabled={isBusy} onClick={() => run(() => api.sync.detach({ flowId }))}>
          {text('sync.detachNow')}
        </Button>
      </details>
    </>
  );
}

function roleKey(role: string): 'owner' | 'admin' | 'member' | 'commenter' | 'viewer' | 'guest' {
  return role === 'owner' || role === 'admin' || role === 'commenter' || role === 'viewer' || role === 'guest' ? role : 'member';
}
