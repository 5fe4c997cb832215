import type { WorkspaceDetail, WorkspaceMember } from '@uxflow/core/api';
import { IconButton, Notice, SelectField } from '@uxflow/ui';
import { Lock, UserMinus } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { Avatar } from '../Avatar.tsx';
import { Confirm } from '../Confirm.tsx';
import { GIVEN_ROLES, roleText, type GivenRole } from '../roleText.ts';
import { useBusy } from '../../../forms/useBusy.ts';
import { InviteForm } from './InviteForm.tsx';
import { OpenInvitations } from './OpenInvitations.tsx';

/** Who is in a workspace and what they may; who is invited; and the way to invite. */
export function WorkspacePeople({ detail, onChanged, onKeys }: { detail: WorkspaceDetail; onChanged: () => Promise<unknown>; onKeys: () => void }) {
  const text = useText();
  const { api, account, keys } = useServices();
  const ownId = useStore(account, (state) => state.account?.user?.id);
  const standing = useStore(keys, (state) => state.keys?.workspaces.find((one) => one.workspaceId === detail.id));
  const [removing, setRemoving] = useState<WorkspaceMember | null>(null);
  const { isBusy, failure, run } = useBusy();
  const { id: workspaceId, permissions } = detail;
  const mayManage = permissions.includes('manage_members');
  /** After a change of members an admin's device may have to make the next key. */
  const changed = async () => {
    await Promise.all([onChanged(), detail.encrypted ? api.keys.refresh({ workspaceId }).catch(() => undefined) : undefined]);
  };
  return (
    <>
      {detail.encrypted ? (
        <p className="share__quiet">
          <Lock aria-hidden /> {text('workspace.encrypted')}
        </p>
      ) : null}
      {detail.encrypted && standing && (standing.alarms > 0 || standing.lacking > 0 || standing.state !== 'ok') ? (
        <Notice tone={standing.state === 'alarm' ? 'error' : 'warning'}>
          <p>{standing.state === 'ok' ? text('workspaceKeys.lacking', { count: standing.lacking }) : standing.state === 'alarm' ? text('workspaceKeys.state.alarm') : text(`workspaceKeys.state.${standing.state}`, { epoch: standing.epoch })}</p>
          <button type="button" className="link" onClick={onKeys}>
            {text('workspace.tab.keys')}
          </button>
        </Notice>
      ) : null}
      <ul className="people-list" aria-label={text('sync.members')} aria-busy={isBusy} data-testid="people-list">
        {detail.members.map((member) => {
          const isOwn = member.userId === ownId;
          const name = member.name || member.email;
          const canChange = mayManage && !isOwn && member.role !== 'owner';
          return (
            <li key={member.userId}>
              <Avatar name={name} id={member.userId} />
              <div className="people-list__who">
                <strong>
                  {name}
                  {isOwn ? <span> ({text('workspace.you')})</span> : null}
                </strong>
                <span>{member.email}</span>
              </div>
              {canChange ? (
                <SelectField
                  label={text('workspace.roleOf', { name })}
                  isLabelHidden
                  isSmall
                  disabled={isBusy}
                  value={member.role as GivenRole | 'guest'}
                  choices={[...GIVEN_ROLES, ...(member.role === 'guest' ? (['guest'] as const) : [])].map((value) => ({ value, label: roleText(text, value) }))}
                  onCommit={(role) => run(() => api.workspaces.changeMember({ workspaceId, userId: member.userId, role }).finally(changed))}
                />
              ) : (
                <span className="share__role">{roleText(text, member.role)}</span>
              )}
              {canChange ? <IconButton size="small" label={text('workspace.removeMember', { name })} icon={<UserMinus />} disabled={isBusy} onClick={() => setRemoving(member)} /> : mayManage ? <span className="people-list__gap" /> : null}
            </li>
          );
        })}
      </ul>
      {removing ? (
        <Confirm
          action={text('workspace.remove')}
          isBusy={isBusy}
          onCancel={() => setRemoving(null)}
          onConfirm={() =>
            run(async () => {
              await api.workspaces.removeMember({ workspaceId, userId: removing.userId });
              setRemoving(null);
              await changed();
            })
          }
        >
          {text('workspace.removeAsk', { name: removing.name || removing.email, workspace: detail.name })} {detail.encrypted ? text('workspace.removeAskSealed') : ''}
        </Confirm>
      ) : null}
      <FailureNotice failure={failure} />
      {detail.invitations.length > 0 ? <OpenInvitations detail={detail} onChanged={onChanged} /> : null}
      {permissions.includes('invite_members') ? <InviteForm workspaceId={workspaceId} isSealed={detail.encrypted} isOpen={!detail.encrypted || standing?.isOpen === true} onInvited={onChanged} /> : null}
    </>
  );
}
