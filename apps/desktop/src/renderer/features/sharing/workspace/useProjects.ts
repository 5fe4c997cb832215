import type { RemoteProject } from '@uxflow/core/api';
import { useEffect, useState } from 'react';
import { useServices } from '../../../store/services.ts';

/** The projects of a workspace that this account sees, asked for where they are wanted; undefined until the server has answered. */
export function useProjects(workspaceId: string, isWanted: boolean): readonly RemoteProject[] | undefined {
  const { api } = useServices();
  const [projects, setProjects] = useState<readonly RemoteProject[]>();
  useEffect(() => {
    if (!isWanted) return;
    let isGone = false;
    // Where they cannot be had, people are shown without them.
    api.sync.projects({ workspaceId }).then((found) => !isGone && setProjects(found), () => undefined);
    return () => void (isGone = true);
  }, [api, workspaceId, isWanted]);
  return projects;
}
