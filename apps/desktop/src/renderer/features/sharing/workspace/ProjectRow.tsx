import type { ProjectRole, RemoteProject, WorkspaceDetail } from '@uxflow/core/api';
import { Button, Field, IconButton, SelectField, type Choice } from '@uxflow/ui';
import { FolderLock, FolderOpen, Pencil, Trash2, UsersRound } from 'lucide-react';
import { useState } from 'react';
import { ActionForm } from '../../../forms/ActionForm.tsx';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useBusy } from '../../../forms/useBusy.ts';
import { useText } from '../../../i18n/TextContext.tsx';
import type { Translate } from '../../../i18n/translate.ts';
import { useServices } from '../../../store/services.ts';
import { Confirm } from '../Confirm.tsx';
import { ProjectPeople } from './ProjectPeople.tsx';

export type Visibility = RemoteProject['visibility'];

/** Who sees a project, to choose from. */
export function visibilityChoices(text: Translate): Choice<Visibility>[] {
  return [
    { value: 'team', label: text('projects.team') },
    { value: 'private', label: text('projects.private') },
  ];
}

/** A project: what it is called, how much is in it, who sees it; renamed, opened to others and deleted by who may. `onPeople`: who is in it has changed. */
export function ProjectRow({ project, detail, onChanged, onPeople }: { project: RemoteProject; detail: WorkspaceDetail; onChanged: () => Promise<unknown>; onPeople: () => Promise<unknown> }) {
  const text = useText();
  const { api } = useServices();
  const [asks, setAsks] = useState<'people' | 'rename' | 'remove' | null>(null);
  const { isBusy, failure, run } = useBusy();
  const { id: projectId, workspaceId, isLocked, visibility, flows, mayChange, mayRemove } = project;
  const name = isLocked ? text('project.locked') : project.name;
  const toggle = (what: 'people' | 'rename' | 'remove') => setAsks(asks === what ? null : what);
  const putIn = (userId: string, role: ProjectRole | null) =>
    run(() => (role ? api.workspaces.putInProject({ workspaceId, userId, projectId, role }) : api.workspaces.takeOutOfProject({ workspaceId, userId, projectId })).finally(onPeople));
  const seenBy = text(visibility === 'team' ? 'projects.team' : 'projects.private');
  return (
    <li data-testid="project" aria-busy={isBusy}>
      {visibility === 'team' ? <FolderOpen className="projects__icon" aria-hidden /> : <FolderLock className="projects__icon" aria-hidden />}
      <div className="people-list__who">
        <strong>{name}</strong>
        <span>{text('projects.flows', { count: flows })}</span>
      </div>
      {mayChange ? (
        <SelectField
          label={text('projects.seenByOf', { project: name })}
          isLabelHidden
          isSmall
          disabled={isBusy}
          value={visibility}
          choices={visibilityChoices(text)}
          onCommit={(next) => run(() => api.sync.changeProject({ workspaceId, projectId, visibility: next }).finally(onChanged))}
        />
      ) : (
        <span className="share__role">{seenBy}</span>
      )}
      {mayChange && detail.members.length > 0 ? <IconButton size="small" label={text('projects.peopleOf', { project: name })} icon={<UsersRound />} aria-expanded={asks === 'people'} onClick={() => toggle('people')} /> : null}
      {mayChange && !isLocked ? <IconButton size="small" label={text('projects.rename', { project: name })} icon={<Pencil />} aria-expanded={asks === 'rename'} disabled={isBusy} onClick={() => toggle('rename')} /> : null}
      {mayRemove ? <IconButton size="small" label={text('projects.remove', { project: name })} icon={<Trash2 />} aria-expanded={asks === 'remove'} disabled={isBusy} onClick={() => toggle('remove')} /> : null}
      {asks === 'people' ? <ProjectPeople project={project} name={name} members={detail.members} isBusy={isBusy} onChange={putIn} /> : null}
      {asks === 'rename' ? <RenameForm project={project} onDone={() => setAsks(null)} onChanged={onChanged} /> : null}
      {asks === 'remove' ? (
        <div className="projects__asks">
          <Confirm
            action={text('projects.removeNow')}
            isBusy={isBusy}
            onCancel={() => setAsks(null)}
            onConfirm={() =>
              run(async () => {
                await api.sync.removeProject({ workspaceId, projectId });
                await onChanged();
              })
            }
          >
            {text('projects.removeAsk', { project: name })} {flows > 0 ? text('projects.removeFlows', { count: flows }) : text('projects.removeEmpty')} {text('projects.removeText')} {flows > 0 ? text('projects.removeCopies') : ''}
          </Confirm>
        </div>
      ) : null}
      {failure ? (
        <div className="projects__asks">
          <FailureNotice failure={failure} />
        </div>
      ) : null}
    </li>
  );
}

function RenameForm({ project, onDone, onChanged }: { project: RemoteProject; onDone: () => void; onChanged: () => Promise<unknown> }) {
  const text = useText();
  const { api } = useServices();
  const [name, setName] = useState(project.name);
  const busy = useBusy();
  const rename = async () => {
    await api.sync.changeProject({ workspaceId: project.workspaceId, projectId: project.id, name: name.trim() });
    await onChanged();
    onDone();
  };
  return (
    <ActionForm busy={busy} className="projects__asks" testId="rename-project" onSubmit={rename}>
      <div className="share__row">
        <Field label={text('projects.newName', { project: project.name })}>{(id) => <input id={id} className="input" value={name} maxLength={100} autoFocus onFocus={(event) => event.target.select()} onChange={(event) => setName(event.target.value)} />}</Field>
        <Button type="submit" disabled={busy.isBusy || !name.trim() || name.trim() === project.name}>
          {text('projects.save')}
        </Button>
        <Button onClick={onDone}>{text('cancel')}</Button>
      </div>
    </ActionForm>
  );
}
