import type { ProjectRole, RemoteProject, WorkspaceMember } from '@uxflow/core/api';
import { IconButton, SelectField } from '@uxflow/ui';
import { FolderOpen, X } from 'lucide-react';
import { useText } from '../../../i18n/TextContext.tsx';
import { projectRoleChoices, projectRoleText } from '../roleText.ts';

export interface GuestProjectsProps {
  guest: WorkspaceMember;
  projects: readonly RemoteProject[];
  mayChange: boolean;
  isBusy: boolean;
  /** `role` null: they are taken out of it. */
  onChange: (projectId: string, role: ProjectRole | null) => void;
}

/** The projects that a guest sees, what they may do in each, and the way into others. */
export function GuestProjects({ guest, projects, mayChange, isBusy, onChange }: GuestProjectsProps) {
  const text = useText();
  const name = guest.name || guest.email;
  const seen = guest.projects.flatMap(({ projectId, role }) => projects.filter(({ id }) => id === projectId).map((project) => ({ ...project, role })));
  const others = projects.filter(({ id }) => !guest.projects.some(({ projectId }) => projectId === id));
  return (
    <div className="guest-projects" data-testid="guest-projects">
      {seen.length === 0 ? <p className="share__quiet">{text('guest.inNone')}</p> : null}
      <ul aria-label={text('guest.projectsOf', { name })}>
        {seen.map((project) => (
          <li key={project.id}>
            <FolderOpen aria-hidden />
            <span className="guest-projects__name">{project.name}</span>
            {mayChange ? (
              <>
                <SelectField label={text('guest.roleIn', { name, project: project.name })} isLabelHidden isSmall disabled={isBusy} value={project.role} choices={projectRoleChoices(text)} onCommit={(role) => onChange(project.id, role)} />
                <IconButton size="small" label={text('guest.takeOut', { name, project: project.name })} icon={<X />} disabled={isBusy} onClick={() => onChange(project.id, null)} />
              </>
            ) : (
              <span className="share__role">{projectRoleText(text, project.role)}</span>
            )}
          </li>
        ))}
      </ul>
      {mayChange && others.length > 0 ? (
        <SelectField label={text('guest.putIn', { name })} isLabelHidden isSmall disabled={isBusy} value="" choices={[{ value: '', label: text('guest.add') }, ...others.map(({ id, name: project }) => ({ value: id, label: project }))]} onCommit={(projectId) => projectId && onChange(projectId, 'viewer')} />
      ) : null}
    </div>
  );
}
