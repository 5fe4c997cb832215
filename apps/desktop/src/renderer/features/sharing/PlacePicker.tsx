import type { ApiClient, RemoteProject, RemoteWorkspace } from '@uxflow/core/api';
import { Field, Notice, SelectField } from '@uxflow/ui';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { useText } from '../../i18n/TextContext.tsx';
import { useServices } from '../../store/services.ts';
import { KeysGate } from './keys/KeysGate.tsx';

/** Where something is to be shared. `projectId`: '' is the workspace as a whole, NEW a project that is still to be made. */
export interface SharePlace {
  workspaceId: string;
  projectId: string;
  newProject: string;
}

const NEW = 'new';
export const NOWHERE: SharePlace = { workspaceId: '', projectId: '', newProject: '' };

/** Chooses a workspace and a project of it. An empty workspace id is one that is still to be made. */
export function PlacePicker({ workspaces, place, onChange }: { workspaces: readonly RemoteWorkspace[]; place: SharePlace; onChange: (place: SharePlace) => void }) {
  const text = useText();
  const { api, keys } = useServices();
  const { workspaceId } = place;
  const standing = useStore(keys, (state) => state.keys?.workspaces.find((one) => one.workspaceId === workspaceId));
  const [projects, setProjects] = useState<readonly RemoteProject[]>([]);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    setProjects([]);
    setFailure(null);
    if (!workspaceId) return;
    let isGone = false;
    api.sync.projects({ workspaceId }).then(
      (found) => !isGone && setProjects(found.filter(({ scope }) => scope === 'edit')),
      (error: unknown) => !isGone && setFailure(error),
    );
    return () => void (isGone = true);
  }, [api, workspaceId, standing?.isOpen]);
  const isClosed = workspaces.find(({ id }) => id === workspaceId)?.encrypted === true && !standing?.isOpen;
  return (
    <>
      {workspaces.length > 0 ? (
        <SelectField
          label={text('sync.workspace')}
          value={workspaceId}
          choices={[...workspaces.map(({ id, name, encrypted }) => ({ value: id, label: encrypted ? `${name} · ${text('workspace.encrypted')}` : name })), { value: '', label: text('sync.newWorkspace') }]}
          onCommit={(next) => onChange({ ...NOWHERE, workspaceId: next })}
        />
      ) : null}
      {isClosed ? standing?.state === 'locked' ? <KeysGate /> : <Notice tone="warning">{text(`workspaceKeys.state.${standing?.state ?? 'unknown'}`, { epoch: standing?.epoch ?? 0 })}</Notice> : null}
      {workspaceId && !isClosed ? (
        <>
          <SelectField
            label={text('project.label')}
            value={place.projectId}
            choices={[{ value: '', label: text('project.whole') }, ...projects.map(({ id, name, isLocked }) => ({ value: id, label: isLocked ? text('project.locked') : name })), { value: NEW, label: text('project.new') }]}
            onCommit={(projectId) => onChange({ ...place, projectId })}
          />
          {place.projectId === NEW ? (
            <Field label={text('project.newName')}>{(id) => <input id={id} className="input" value={place.newProject} maxLength={100} onChange={(event) => onChange({ ...place, newProject: event.target.value })} />}</Field>
          ) : null}
        </>
      ) : null}
      <FailureNotice failure={failure} />
    </>
  );
}

/** True when something can be shared there: it exists or can be made, and its key is here. */
export function usePlaceIsReady(workspaces: readonly RemoteWorkspace[], place: SharePlace): boolean {
  const { keys } = useServices();
  const isOpen = useStore(keys, (state) => state.keys?.workspaces.find(({ workspaceId }) => workspaceId === place.workspaceId)?.isOpen ?? false);
  const workspace = workspaces.find(({ id }) => id === place.workspaceId);
  return workspace !== undefined && (!workspace.encrypted || isOpen) && (place.projectId !== NEW || place.newProject.trim() !== '');
}

/** The place for `sync.share`; makes the project where it is a new one. Throws what the server refuses. */
export async function settlePlace(api: ApiClient, { workspaceId, projectId, newProject }: SharePlace): Promise<{ workspaceId: string; projectId?: string }> {
  if (projectId === NEW) return { workspaceId, projectId: (await api.sync.createProject({ workspaceId, name: newProject.trim() })).id };
  return { workspaceId, ...(projectId ? { projectId } : {}) };
}

/** The workspaces into which this account may put flows; null until the server has answered. */
export function useShareableWorkspaces(): { workspaces: RemoteWorkspace[] | null; failure: unknown; add: (workspace: RemoteWorkspace) => void } {
  const { api } = useServices();
  const [workspaces, setWorkspaces] = useState<RemoteWorkspace[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    let isGone = false;
    api.sync.workspaces().then(
      (all) => !isGone && setWorkspaces(all.filter(({ mayShare }) => mayShare)),
      (error: unknown) => !isGone && setFailure(error),
    );
    return () => void (isGone = true);
  }, [api]);
  return { workspaces, failure, add: (workspace) => setWorkspaces((before) => [workspace, ...(before ?? [])]) };
}
