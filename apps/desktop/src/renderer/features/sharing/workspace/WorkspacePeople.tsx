import type { ProjectRole, WorkspaceDetail, WorkspaceMember } from '@uxflow/core/api';
import { Notice } from '@uxflow/ui';
import { Lock } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { Confirm } from '../Confirm.tsx';
import type { GivenRole } from '../roleText.ts';
import { GuestProjects } from './GuestProjects.tsx';
import { useBusy } from '../../../forms/useBusy.ts';
import { InviteForm } from './InviteForm.tsx';
import { MemberRow } from './MemberRow.tsx';
import { OpenInvitations } from './OpenInvitations.tsx';
import { useProjects } from './useProjects.ts';

/** Who is in a workspace and what they may, members and guests; who is invited; and the way to invite. `onKeys`, `onSettings`: to the other parts of the workspace. */
export function WorkspacePeople({ detail, onChanged, onKeys, onSettings }: { detail: WorkspaceDetail; onChanged: () => Promise<unknown>; onKeys: () => void; onSettings: () => void }) {
  const text = useText();
  const { api, account, keys } = useServices();
  const ownId = useStore(account, (state) => state.account?.user?.id);
  const standing = useStore(keys, (state) => state.keys?.workspaces.find((one) => one.workspaceId === detail.id));
  const [removing, setRemoving] = useState<WorkspaceMember | null>(null);
  const { isBusy, failure, run } = useBusy();
  const { id: workspaceId, permissions } = detail;
  const takesGuests = detail.takesGuests && !detail.encrypted;
  const members = detail.members.filter(({ role }) => role !== 'guest');
  const guests = detail.members.filter(({ role }) => role === 'guest');
  const projects = useProjects(workspaceId, takesGuests || guests.length > 0);
  const mayManage = permissions.includes('manage_members');
  /** After a change of members an admin's device may have to make the next key. */
  const changed = async () => {
    await Promise.all([onChanged(), detail.encrypted ? api.keys.refresh({ workspaceId }).catch(() => undefined) : undefined]);
  };
  const common = (member: WorkspaceMember) => ({
    isOwn: member.userId === ownId,
    mayManage,
    takesGuests,
    isBusy,
    onChange: (change: { role?: GivenRole | 'guest'; permissions?: string[] }) => run(() => api.workspaces.changeMember({ workspaceId, userId: member.userId, ...change }).finally(changed)),
    onRemove: () => setRemoving(member),
  });
  const inProject = (userId: string, projectId: string, role: ProjectRole | null) =>
    run(() => (role ? api.workspaces.putInProject({ workspaceId, userId, projectId, role }) : api.workspaces.takeOutOfProject({ workspaceId, userId, projectId })).finally(onChanged));
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
      {permissions.includes('invite_members') ? (
        <>
          <InviteForm workspaceId={workspaceId} isSealed={detail.encrypted} isOpen={!detail.encrypted || standing?.isOpen === true} {...(projects && takesGuests ? { guestProjects: projects } : {})} onInvited={onChanged} />
          {!takesGuests && !detail.encrypted ? (
            <p className="share__quiet">
              {text('guest.off')}{' '}
              {permissions.includes('manage_settings') ? (
                <button type="button" className="link" onClick={onSettings}>
                  {text('guest.allow')}
                </button>
              ) : null}
            </p>
          ) : null}
        </>
      ) : null}
      {detail.members.length > 0 ? (
        <section className="share__section">
          <h3>{text('workspace.members')}</h3>
          <ul className="people-list" aria-label={text('sync.members')} aria-busy={isBusy} data-testid="people-list">
            {members.map((member) => (
              <MemberRow key={member.userId} member={member} {...common(member)} />
            ))}
          </ul>
        </section>
      ) : (
        <p className="share__quiet">{text('workspace.noMembers')}</p>
      )}
      {guests.length > 0 ? (
        <section className="share__section">
          <h3>{text('guest.title')}</h3>
          {takesGuests ? <p className="share__quiet">{text('guest.text')}</p> : <Notice tone="warning">{text(detail.encrypted ? 'guest.sealed' : 'guest.shut')}</Notice>}
          <ul className="people-list" aria-label={text('guest.title')} aria-busy={isBusy} data-testid="guest-list">
            {guests.map((guest) => (
              <MemberRow key={guest.userId} member={guest} {...common(guest)}>
                {projects ? <GuestProjects guest={guest} projects={projects} mayChange={permissions.includes('manage_projects')} isBusy={isBusy} onChange={(projectId, role) => inProject(guest.userId, projectId, role)} /> : null}
              </MemberRow>
            ))}
          </ul>
        </section>
      ) : null}
      {removing ? (
        <Confirm
          action={text(removing.role === 'guest' ? 'guest.endNow' : 'workspace.remove')}
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
          {text(removing.role === 'guest' ? 'guest.endAsk' : 'workspace.removeAsk', { name: removing.name || removing.email, workspace: detail.name })} {detail.encrypted && removing.role !== 'guest' ? text('workspace.removeAskSealed') : ''}
        </Confirm>
      ) : null}
      <FailureNotice failure={failure} />
      {detail.invitations.length > 0 ? <OpenInvitations detail={detail} projects={projects} onChanged={onChanged} /> : null}
    </>
  );
}
