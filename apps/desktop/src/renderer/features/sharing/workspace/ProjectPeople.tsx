import type { ProjectRole, RemoteProject, WorkspaceMember } from '@uxflow/core/api';
import { IconButton, SelectField } from '@uxflow/ui';
import { X } from 'lucide-react';
import { useText } from '../../../i18n/TextContext.tsx';
import { Avatar } from '../Avatar.tsx';
import { projectRoleChoices } from '../roleText.ts';

/** Who owns and who administrates a workspace sees every project of it. */
const ALWAYS_IN: readonly string[] = ['owner', 'admin'];

export interface ProjectPeopleProps {
  project: RemoteProject;
  /** What it is called on the screen. */
  name: string;
  members: readonly WorkspaceMember[];
  isBusy: boolean;
  /** `role` null: they are taken out of it. */
  onChange: (userId: string, role: ProjectRole | null) => void;
}

/** Who was put into a project and what they may do there, and the way to put others in. */
export function ProjectPeople({ project, name, members, isBusy, onChange }: ProjectPeopleProps) {
  const text = useText();
  const roleOf = (member: WorkspaceMember) => member.projects.find(({ projectId }) => projectId === project.id)?.role;
  const chosen = members.filter(({ role }) => !ALWAYS_IN.includes(role));
  const inside = chosen.flatMap((member) => {
    const role = roleOf(member);
    return role ? [{ ...member, inRole: role, shown: member.name || member.email }] : [];
  });
  const others = chosen.filter((member) => roleOf(member) === undefined);
  return (
    <div className="guest-projects project-people" data-testid="project-people">
      <p className="share__quiet">{text(project.visibility === 'team' ? 'projects.peopleTeam' : 'projects.peoplePrivate')}</p>
      <ul aria-label={text('projects.peopleOf', { project: name })}>
        {inside.map(({ userId, shown, inRole }) => (
          <li key={userId}>
            <Avatar name={shown} id={userId} />
            <span className="guest-projects__name">{shown}</span>
            <SelectField label={text('guest.roleIn', { name: shown, project: name })} isLabelHidden isSmall disabled={isBusy} value={inRole} choices={projectRoleChoices(text)} onCommit={(role) => onChange(userId, role)} />
            <IconButton size="small" label={text('guest.takeOut', { name: shown, project: name })} icon={<X />} disabled={isBusy} onClick={() => onChange(userId, null)} />
          </li>
        ))}
      </ul>
      {others.length > 0 ? (
        <SelectField label={text('projects.putInto', { project: name })} isLabelHidden isSmall disabled={isBusy} value="" choices={[{ value: '', label: text('projects.add') }, ...others.map((member) => ({ value: member.userId, label: member.name || member.email }))]} onCommit={(userId) => userId && onChange(userId, 'viewer')} />
      ) : inside.length === 0 ? (
        <p className="share__quiet">{text('projects.nobodyElse')}</p>
      ) : null}
    </div>
  );
}
