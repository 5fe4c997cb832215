import { z } from 'zod';
import type { ProjectRole, WorkspaceDetail } from '../../api/index.ts';
import { openInvitationSchema, workspaceMemberSchema } from '../../api/workspaceRoutes.ts';
import type { AccountService } from './accountService.ts';

/** One workspace of the account's server, with its people. Every call throws what the server refuses. */
export interface WorkspaceMembers {
  get(workspaceId: string): Promise<WorkspaceDetail>;
  change(workspaceId: string, change: WorkspaceChange): Promise<void>;
  remove(workspaceId: string): Promise<{ purgeAt: number }>;
  changeMember(workspaceId: string, userId: string, change: { role?: string | undefined; permissions?: readonly string[] | undefined }): Promise<void>;
  removeMember(workspaceId: string, userId: string): Promise<void>;
  putInProject(workspaceId: string, projectId: string, userId: string, role: ProjectRole): Promise<void>;
  takeOutOfProject(workspaceId: string, projectId: string, userId: string): Promise<void>;
  transfer(workspaceId: string, userId: string): Promise<void>;
  resend(workspaceId: string, invitationId: string): Promise<void>;
  revoke(workspaceId: string, invitationId: string): Promise<void>;
}

export interface WorkspaceChange {
  name?: string | undefined;
  description?: string | undefined;
  takesGuests?: boolean | undefined;
  projectVisibility?: 'team' | 'private' | undefined;
}

const workspaceSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string().default(''),
  ownerId: z.string(),
  encrypted: z.boolean().default(false),
  role: z.string(),
  permissions: z.array(z.string()).default([]),
  settings: z.looseObject({ allowGuestAccess: z.boolean().default(false), defaultProjectVisibility: z.enum(['team', 'private']).default('team') }).default({ allowGuestAccess: false, defaultProjectVisibility: 'team' }),
});
const membersSchema = z.looseObject({ members: z.array(workspaceMemberSchema) });
const invitationsSchema = z.looseObject({ invitations: z.array(openInvitationSchema) });

export function createWorkspaceMembers(account: Pick<AccountService, 'api'>): WorkspaceMembers {
  const pathOf = (workspaceId: string, ...rest: string[]) => ['/workspaces', ...[workspaceId, ...rest].map(encodeURIComponent)].join('/');
  const send = async (method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown) => void (await account.api().send(method, path, body, z.unknown()));
  return {
    async get(workspaceId) {
      const api = account.api();
      const workspace = await api.get(pathOf(workspaceId), workspaceSchema);
      const may = (permission: string) => workspace.permissions.includes(permission);
      const [{ members }, { invitations }] = await Promise.all([
        may('read_members') ? api.get(pathOf(workspaceId, 'members'), membersSchema) : { members: [] },
        may('invite_members') ? api.get(pathOf(workspaceId, 'invitations'), invitationsSchema) : { invitations: [] },
      ]);
      const { id, name, description, ownerId, encrypted, role, permissions, settings } = workspace;
      return { id, name, description, ownerId, encrypted, takesGuests: settings.allowGuestAccess, projectVisibility: settings.defaultProjectVisibility, role, permissions, members, invitations };
    },
    change: (workspaceId, { takesGuests, projectVisibility, ...named }) => {
      const settings = { ...(takesGuests === undefined ? {} : { allowGuestAccess: takesGuests }), ...(projectVisibility === undefined ? {} : { defaultProjectVisibility: projectVisibility }) };
      return send('PATCH', pathOf(workspaceId), { ...named, ...(Object.keys(settings).length === 0 ? {} : { settings }) });
    },
    remove: (workspaceId) => account.api().send('DELETE', pathOf(workspaceId), undefined, z.looseObject({ purgeAt: z.number().int() })),
    changeMember: (workspaceId, userId, change) => send('PATCH', pathOf(workspaceId, 'members', userId), change),
    removeMember: (workspaceId, userId) => send('DELETE', pathOf(workspaceId, 'members', userId)),
    putInProject: (workspaceId, projectId, userId, role) => send('PUT', pathOf(workspaceId, 'projects', projectId, 'members', userId), { role }),
    takeOutOfProject: (workspaceId, projectId, userId) => send('DELETE', pathOf(workspaceId, 'projects', projectId, 'members', userId)),
    transfer: (workspaceId, userId) => send('POST', pathOf(workspaceId, 'transfer-ownership'), { userId }),
    resend: (workspaceId, invitationId) => send('POST', pathOf(workspaceId, 'invitations', invitationId, 'resend'), {}),
    revoke: (workspaceId, invitationId) => send('DELETE', pathOf(workspaceId, 'invitations', invitationId)),
  };
}
