import type { KeyMemberView } from '@uxflow/core/api';
import { Button, IconButton, Notice } from '@uxflow/ui';
import { RefreshCw, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { codeText, useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { Confirm } from '../Confirm.tsx';
import { useBusy } from '../../../forms/useBusy.ts';
import { HiddenTable } from './HiddenTable.tsx';
import { KeyMember } from './KeyMember.tsx';
import { KeysGate } from './KeysGate.tsx';

/** The encryption of a workspace: how its key stands, whose keys are trusted, who waits, and what is hidden. */
export function WorkspaceKeys({ workspaceId }: { workspaceId: string }) {
  const text = useText();
  const { api, keys } = useServices();
  const standing = useStore(keys, (state) => state.keys?.workspaces.find((one) => one.workspaceId === workspaceId));
  const account = useStore(keys, (state) => state.keys?.account);
  const [members, setMembers] = useState<KeyMemberView[]>([]);
  const [isRotating, setRotating] = useState(false);
  const { isBusy, failure, run } = useBusy();
  const [asked, setAsked] = useState(0);
  // The engine knows members as of its last look: it looks again when this opens, and what it found is shown then, even when the standing is the same.
  useEffect(() => {
    let isGone = false;
    void api.keys
      .refresh({ workspaceId })
      .catch(() => undefined)
      .then(() => !isGone && setAsked((count) => count + 1));
    return () => void (isGone = true);
  }, [api, workspaceId]);
  useEffect(() => {
    if (asked === 0) return;
    let isGone = false;
    api.keys.members({ workspaceId }).then((found) => !isGone && setMembers(found), () => undefined);
    return () => void (isGone = true);
  }, [api, workspaceId, standing, account?.state, asked]);
  if (!standing) return null;
  const { state, epoch, isOpen, mayGive, mayRotate, reason, notes, lacking } = standing;
  const toGive = members.filter(({ trust, hasKey, isGuest }) => !hasKey && !isGuest && (trust === 'new' || trust === 'pinned' || trust === 'verified'));
  const says =
    state === 'locked' && account?.state === 'none'
      ? text('workspaceKeys.state.none')
      : (state === 'new' || state === 'stale') && !mayRotate
        ? text(state === 'new' ? 'workspaceKeys.state.newWait' : 'workspaceKeys.state.staleWait')
        : text(`workspaceKeys.state.${state}`, { epoch });
  const take = (action: () => Promise<KeyMemberView[]>) => run(async () => setMembers(await action()));
  return (
    <div className="share" aria-busy={isBusy} data-testid="workspace-keys" data-state={state}>
      <Notice tone={state === 'ok' ? 'success' : state === 'alarm' ? 'error' : 'warning'}>
        <p>{says}</p>
        {reason ? <p>{codeText(text, 'error', reason.code, reason.params)}</p> : null}
        {state === 'new' && mayRotate ? (
          <Button size="small" variant="primary" disabled={isBusy} onClick={() => run(() => api.keys.begin({ workspaceId }))}>
            {text('workspaceKeys.begin')}
          </Button>
        ) : null}
      </Notice>
      {state === 'locked' ? <KeysGate /> : null}
      {notes.map((note) => (
        <Notice key={note.id} tone="info">
          <div className="share__note">
            <span>{text(`workspaceKeys.note.${note.code}`, { epoch: note.params.epoch, names: Array.isArray(note.params.names) ? note.params.names.join(', ') : '' })}</span>
            <IconButton size="small" label={text('workspaceKeys.dismiss')} icon={<X />} onClick={() => run(() => api.keys.dismissNote({ workspaceId, noteId: note.id }))} />
          </div>
        </Notice>
      ))}
      {isOpen && mayGive && toGive.length > 0 ? (
        <Notice tone="info">
          <p>
            <strong>{text('workspaceKeys.lacking', { count: Math.max(lacking, toGive.length) })}</strong>
          </p>
          <p>{text('workspaceKeys.lackingText')}</p>
        </Notice>
      ) : null}
      {members.length > 0 ? (
        <section className="share__section">
          <h3>{text('workspaceKeys.members')}</h3>
          <ul className="key-members" data-testid="key-members">
            {members.map((member) => (
              <KeyMember
                key={member.userId}
                member={member}
                ownFingerprint={account?.fingerprint ?? ''}
                isBusy={isBusy}
                mayGive={isOpen && mayGive}
                onConfirm={(fingerprint) => take(() => api.keys.confirm({ workspaceId, userId: member.userId, fingerprint }))}
                onGive={() => take(() => api.keys.give({ workspaceId, userIds: [member.userId] }))}
              />
            ))}
          </ul>
        </section>
      ) : null}
      <FailureNotice failure={failure} />
      {isRotating ? (
        <Confirm
          action={text('workspaceKeys.rotate')}
          isBusy={isBusy}
          onCancel={() => setRotating(false)}
          onConfirm={() =>
            run(async () => {
              await api.keys.rotate({ workspaceId });
              setRotating(false);
            })
          }
        >
          {text('workspaceKeys.rotateText')}
        </Confirm>
      ) : null}
      <div className="share__choices">
        {isOpen && mayRotate ? (
          <Button size="small" disabled={isBusy} onClick={() => setRotating(true)}>
            {text('workspaceKeys.rotate')}
          </Button>
        ) : null}
        <Button size="small" variant="ghost" icon={<RefreshCw />} disabled={isBusy} onClick={() => run(() => api.keys.refresh({ workspaceId }).then(() => setAsked((count) => count + 1)))}>
          {text('workspaceKeys.refresh')}
        </Button>
      </div>
      <HiddenTable />
    </div>
  );
}
