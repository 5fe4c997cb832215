/** The workspaces module of an instance: its services on one set of parts, its consumers, and its round of cleaning up. */
import type { PeriodicTask } from '../jobs/periodic.ts';
import { createActivity, type Activity } from './activity.ts';
import { workspaceConsumers, type SendInvitation } from './consumers.ts';
import { createFlows, type Flows } from './flows.ts';
import { createInvitations, type Invitations } from './invitations.ts';
import { createMembers, type Members } from './members.ts';
import { createPeople, type People } from './people.ts';
import type { WorkspaceParts } from './place.ts';
import { createProjects, type Projects } from './projects.ts';
import { forgetInvited, purgeDeleted } from './purge.ts';
import { createWorkspaces, type Workspaces } from './service.ts';
import { createUsage, type Usage } from './usage.ts';

export interface WorkspaceModule {
  parts: WorkspaceParts;
  workspaces: Workspaces;
  members: Members;
  invitations: Invitations;
  projects: Projects;
  flows: Flows;
  usage: Usage;
  activity: Activity;
  people: People;
  /** What must come round for it. */
  tasks: PeriodicTask[];
}

const HOUR_MS = 60 * 60 * 1000;

/** The module; its consumers are subscribed, so the outbox must not run yet. */
export function createWorkspaceModule(parts: WorkspaceParts, sendInvitation: SendInvitation): WorkspaceModule {
  for (const consumer of workspaceConsumers(parts, sendInvitation)) parts.outbox.subscribe(consumer);
  return {
    parts,
    workspaces: createWorkspaces(parts),
    members: createMembers(parts),
    invitations: createInvitations(parts),
    projects: createProjects(parts),
    flows: createFlows(parts),
    usage: createUsage(parts),
    activity: createActivity(parts),
    people: createPeople(parts),
    tasks: [
      { name: 'purge what was deleted', everyMs: HOUR_MS, run: () => purgeDeleted(parts) },
      { name: 'forget whom invitations went to', everyMs: HOUR_MS, run: () => forgetInvited(parts.database.pool) },
      { name: 'forget published events', everyMs: HOUR_MS, run: () => parts.outbox.forget() },
    ],
  };
}
