import type { RemoteProject, WorkspaceDetail } from '@uxflow/core/api';
import { Button, Field, SelectField, Spinner } from '@uxflow/ui';
import { Plus, RotateCw, Undo2 } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { ActionForm } from '../../../forms/ActionForm.tsx';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useBusy } from '../../../forms/useBusy.ts';
import { useLanguage, useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { dayText } from '../roleText.ts';
import { ProjectRow, visibilityChoices, type Visibility } from './ProjectRow.tsx';
import '../workspaceLife.css';

/** The projects of a workspace that this account sees: made, renamed, opened, deleted and brought back by who may. */
export function WorkspaceProjects({ detail, onPeople }: { detail: WorkspaceDetail; /** Who is in a project has changed. */ onPeople: () => Promise<unknown> }) {
  const text = useText();
  const { api, keys } = useServices();
  // Names open when their key comes.
  const isOpen = useStore(keys, (state) => state.keys?.workspaces.find((one) => one.workspaceId === detail.id)?.isOpen ?? false);
  const [lists, setLists] = useState<{ projects: RemoteProject[]; deleted: RemoteProject[] } | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const workspaceId = detail.id;
  const mayRemove = detail.permissions.includes('manage_projects') || detail.permissions.includes('delete_own_projects');
  const load = useCallback(
    () =>
      Promise.all([api.sync.projects({ workspaceId }), mayRemove ? api.sync.projects({ workspaceId, deleted: true }) : []]).then(([projects, deleted]) => {
        setLists({ projects, deleted });
        setFailure(null);
      }, setFailure),
    [api, workspaceId, mayRemove],
  );
  useEffect(() => void load(), [load, isOpen]);
  return (
    <div className="share__section projects" data-testid="workspace-projects">
      <p className="share__quiet">{text('projects.text')}</p>
      {detail.permissions.includes('create_projects') && (!detail.encrypted || isOpen) ? <NewProject detail={detail} onMade={load} /> : null}
      <FailureNotice failure={failure} />
      {failure ? (
        <Button className="share__start" size="small" icon={<RotateCw />} onClick={() => void load()}>
          {text('workspace.again')}
        </Button>
      ) : null}
      {!lists && !failure ? <Spinner label={text('loading')} /> : null}
      {lists?.projects.length === 0 ? <p className="share__quiet">{text('projects.none')}</p> : null}
      {lists && lists.projects.length > 0 ? (
        <ul className="people-list" aria-label={text('projects.list')}>
          {lists.projects.map((project) => (
            <ProjectRow key={project.id} project={project} detail={detail} onChanged={load} onPeople={onPeople} />
          ))}
        </ul>
      ) : null}
      {lists && lists.deleted.length > 0 ? <Deleted projects={lists.deleted} onRestored={load} /> : null}
    </div>
  );
}

function NewProject({ detail, onMade }: { detail: WorkspaceDetail; onMade: () => Promise<unknown> }) {
  const text = useText();
  const { api } = useServices();
  const [name, setName] = useState('');
  const [visibility, setVisibility] = useState<Visibility>(detail.projectVisibility);
  const busy = useBusy();
  const make = async () => {
    await api.sync.createProject({ workspaceId: detail.id, name: name.trim(), visibility });
    setName('');
    await onMade();
  };
  return (
    <ActionForm busy={busy} className="share__invite" testId="new-project" onSubmit={make}>
      <div className="share__row">
        <Field label={text('projects.name')}>{(id) => <input id={id} className="input" value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />}</Field>
        <SelectField label={text('projects.seenBy')} value={visibility} choices={visibilityChoices(text)} onCommit={setVisibility} />
        <Button type="submit" icon={<Plus />} disabled={busy.isBusy || !name.trim()}>
          {text('projects.make')}
        </Button>
      </div>
    </ActionForm>
  );
}

function Deleted({ projects, onRestored }: { projects: readonly RemoteProject[]; onRestored: () => Promise<unknown> }) {
  const text = useText();
  const language = useLanguage();
  const { api } = useServices();
  const { isBusy, failure, run } = useBusy();
  const restore = ({ workspaceId, id }: RemoteProject) =>
    run(async () => {
      await api.sync.restoreProject({ workspaceId, projectId: id });
      await onRestored();
    });
  return (
    <section className="share__section" aria-busy={isBusy} data-testid="deleted-projects">
      <h3>{text('projects.removed')}</h3>
      <ul className="people-list">
        {projects.map((project) => {
          const name = project.isLocked ? text('project.locked') : project.name;
          return (
            <li key={project.id}>
              <div className="people-list__who">
                <strong>{name}</strong>
                <span>{text('projects.removedUntil', { flows: text('projects.flows', { count: project.flows }), until: dayText(language, project.purgeAt ?? 0) })}</span>
              </div>
              <Button size="small" icon={<Undo2 />} aria-label={text('projects.restoreOf', { project: name })} disabled={isBusy} onClick={() => restore(project)}>
                {text('projects.restore')}
              </Button>
            </li>
          );
        })}
      </ul>
      <FailureNotice failure={failure} />
    </section>
  );
}
