import type { RemoteMember, RemoteWorkspace } from '@uxflow/core/api';
import { Button, Dialog, Spinner } from '@uxflow/ui';
import { Lock, Users, UsersRound } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { ActionForm } from '../../forms/ActionForm.tsx';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { useText } from '../../i18n/TextContext.tsx';
import { useFlow, useSync } from '../../store/flowServices.ts';
import { useServices } from '../../store/services.ts';
import { Avatar } from './Avatar.tsx';
import { NewWorkspaceForm } from './hub/NewWorkspaceForm.tsx';
import { NOWHERE, PlacePicker, settlePlace, usePlaceIsReady, useShareableWorkspaces, type SharePlace } from './PlacePicker.tsx';
import { LinksPanel } from './LinksPanel.tsx';
import { roleText } from './roleText.ts';
import { SignInForm } from './SignInForm.tsx';
import { useBusy } from '../../forms/useBusy.ts';
import { InviteForm } from './workspace/InviteForm.tsx';
import { WorkspaceDialog } from './workspace/WorkspaceDialog.tsx';

/** Sharing of this flow: where to, and with whom. */
export function ShareDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const { account } = useServices();
  const user = useStore(account, (state) => state.account?.user);
  const status = useSync((state) => state.status);
  const [managed, setManaged] = useState<string | null>(null);
  const isShared = status !== null && status.state !== 'local';
  if (managed) return <WorkspaceDialog workspaceId={managed} onBack={() => setManaged(null)} onClose={onClose} />;
  return (
    <Dialog isWide={isShared && Boolean(user)} title={text(isShared ? 'sync.shared' : 'sync.share')} closeLabel={text('close')} onClose={onClose} foot={<Button onClick={onClose}>{text('close')}</Button>}>
      <div className="share" data-testid="share-dialog">
        {!user ? (
          <>
            <p>{text('sync.signInFirst')}</p>
            <SignInForm />
          </>
        ) : isShared ? (
          <SharedWith onManage={setManaged} />
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
  const { workspaces, failure: unheard, add } = useShareableWorkspaces();
  const [place, setPlace] = useState<SharePlace | null>(null);
  const busy = useBusy();
  const chosen = place ?? { ...NOWHERE, workspaceId: workspaces?.[0]?.id ?? '' };
  const isReady = usePlaceIsReady(workspaces ?? [], chosen);
  const share = async (at: SharePlace) => {
    await session.getState().settled();
    await api.sync.share({ flowId, ...(await settlePlace(api, at)) });
  };
  /** What was made stays, also where sharing fails then: the next attempt goes there. */
  const shareInNew = async (made: RemoteWorkspace) => {
    add(made);
    const at = { ...NOWHERE, workspaceId: made.id };
    setPlace(at);
    busy.run(() => share(at));
  };
  if (unheard) return <FailureNotice failure={unheard} />;
  if (!workspaces) return <Spinner label={text('loading')} />;
  return (
    <>
      <p>{text('sync.shareText')}</p>
      {chosen.workspaceId ? (
        <ActionForm
          busy={busy}
          className="share__form"
          onSubmit={() => share(chosen)}
          foot={
            <Button type="submit" variant="primary" icon={<Users />} disabled={busy.isBusy || !isReady}>
              {text(busy.isBusy ? 'sync.sharing' : 'sync.shareNow')}
            </Button>
          }
        >
          <PlacePicker workspaces={workspaces} place={chosen} onChange={setPlace} />
          <p className="share__quiet">{text('share.history')}</p>
        </ActionForm>
      ) : (
        <>
          <PlacePicker workspaces={workspaces} place={chosen} onChange={setPlace} />
          <p className="share__quiet">{text('share.history')}</p>
          <NewWorkspaceForm submit={text('sync.shareNow')} onMade={shareInNew} />
        </>
      )}
    </>
  );
}

function SharedWith({ onManage }: { onManage: (workspaceId: string) => void }) {
  const text = useText();
  const { api, keys } = useServices();
  const { flowId } = useFlow();
  const status = useSync((state) => state.status)!;
  const workspaceId = status.workspace?.id;
  const isSealed = status.workspace?.encrypted === true;
  const isOpen = useStore(keys, (state) => state.keys?.workspaces.find((one) => one.workspaceId === workspaceId)?.isOpen ?? false);
  const [members, setMembers] = useState<RemoteMember[] | null>(null);
  const { isBusy, failure, run } = useBusy();
  useEffect(() => {
    if (!workspaceId) return;
    let isGone = false;
    api.sync.members({ workspaceId }).then((all) => !isGone && setMembers(all), () => !isGone && setMembers([]));
    return () => void (isGone = true);
  }, [api, workspaceId]);
  return (
    <>
      <p>{text('sync.sharedText', { workspace: status.workspace?.name ?? '' })}</p>
      {isSealed ? (
        <p className="share__quiet">
          <Lock aria-hidden /> {text('workspace.encrypted')}
        </p>
      ) : null}
      {workspaceId ? <InviteForm workspaceId={workspaceId} isSealed={isSealed} isOpen={!isSealed || isOpen} onInvited={() => Promise.resolve()} /> : null}
      {members && members.length > 0 ? (
        <ul className="share__members" aria-label={text('sync.members')}>
          {members.map((member) => (
            <li key={member.userId}>
              <Avatar name={member.name} id={member.userId} />
              <span>{member.name}</span>
              <span className="share__role">{roleText(text, member.role)}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {workspaceId ? (
        <Button className="share__start" size="small" icon={<UsersRound />} onClick={() => onManage(workspaceId)}>
          {text('share.people')}
        </Button>
      ) : null}
      <FailureNotice failure={failure} />
      {workspaceId && status.state !== 'sharing' ? <LinksPanel /> : null}
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
