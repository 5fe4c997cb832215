import type { Inbox, RemoteFlow, RemoteWorkspace } from '@uxflow/core/api';
import { Button, Dialog, EmptyState, Spinner } from '@uxflow/ui';
import { FolderUp, Link, Plus, Users } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { KeysAlarm } from '../keys/KeysAlarm.tsx';
import { SignInForm } from '../SignInForm.tsx';
import { HubWorkspace } from './HubWorkspace.tsx';
import { InvitationList } from './InvitationList.tsx';
import { MentionList } from './MentionList.tsx';
import '../sharing.css';

export type HubStep = { at: 'hub' } | { at: 'workspace'; workspaceId: string; tab?: 'people' | 'keys' } | { at: 'create' } | { at: 'join' } | { at: 'share' };

const NOTHING: Inbox = { invitations: [], mentions: [] };

/** Everything that is shared with this person: invitations, mentions, workspaces and their flows. */
export function HubDialog({ goTo, onClose }: { goTo: (step: HubStep) => void; onClose: () => void }) {
  const text = useText();
  const { account } = useServices();
  const user = useStore(account, (state) => state.account?.user);
  return (
    <Dialog
      isWide
      title={text('sync.flows')}
      closeLabel={text('close')}
      onClose={onClose}
      foot={
        <>
          {user ? (
            <>
              <Button icon={<FolderUp />} onClick={() => goTo({ at: 'share' })}>
                {text('hub.shareMany')}
              </Button>
              <Button icon={<Link />} onClick={() => goTo({ at: 'join' })}>
                {text('hub.join')}
              </Button>
              <Button icon={<Plus />} onClick={() => goTo({ at: 'create' })}>
                {text('hub.create')}
              </Button>
              <span className="page__space" />
            </>
          ) : null}
          <Button onClick={onClose}>{text('close')}</Button>
        </>
      }
    >
      <div className="share" data-testid="shared-flows">
        {user ? (
          <Hub goTo={goTo} onClose={onClose} />
        ) : (
          <>
            <p>{text('sync.flowsSignIn')}</p>
            <SignInForm />
          </>
        )}
      </div>
    </Dialog>
  );
}

function Hub({ goTo, onClose }: { goTo: (step: HubStep) => void; onClose: () => void }) {
  const text = useText();
  const { api, inbox: inboxStore, keys } = useServices();
  const inbox = useStore(inboxStore, (state) => state.inbox) ?? NOTHING;
  // Names open when their key comes.
  const openKeys = useStore(keys, (state) => state.keys?.workspaces.filter(({ isOpen }) => isOpen).length ?? 0);
  const [lists, setLists] = useState<{ workspaces: RemoteWorkspace[]; flows: RemoteFlow[] } | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const reload = useCallback(
    () =>
      Promise.all([api.sync.workspaces(), api.sync.flows()]).then(([workspaces, flows]) => {
        setLists({ workspaces, flows: flows.sort((a, b) => b.updatedAt - a.updatedAt) });
        setFailure(null);
      }, setFailure),
    [api],
  );
  useEffect(() => void reload(), [reload, openKeys]);
  useEffect(() => void api.inbox.refresh().catch(() => undefined), [api]);
  return (
    <>
      <KeysAlarm onWorkspace={(workspaceId) => goTo({ at: 'workspace', workspaceId, tab: 'keys' })} />
      <InvitationList invitations={inbox.invitations} onAnswered={reload} />
      <MentionList mentions={inbox.mentions} onClose={onClose} />
      <FailureNotice failure={failure} />
      {lists === null && !failure ? <Spinner label={text('loading')} /> : null}
      {lists?.workspaces.length === 0 ? (
        <EmptyState icon={<Users />} title={text('sync.flowsNone')}>
          {text('sync.flowsNoneText')}
        </EmptyState>
      ) : null}
      {lists?.workspaces.map((workspace) => (
        <HubWorkspace key={workspace.id} workspace={workspace} flows={lists.flows.filter(({ workspaceId }) => workspaceId === workspace.id)} onManage={(tab) => goTo({ at: 'workspace', workspaceId: workspace.id, ...(tab ? { tab } : {}) })} />
      ))}
    </>
  );
}
