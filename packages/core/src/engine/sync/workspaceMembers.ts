import { z } from 'zod';
import type { WorkspaceDetail } from '../../api/index.ts';
import { openInvitationSchema, workspaceMemberSchema } from '../../api/workspaceRoutes.ts';
import type { AccountService } from './accountService.ts';

/** One workspace of the account's server, with its people. Every call throws what the server refuses. */
export interface WorkspaceMembers {
  get(workspaceId: string): Promise<WorkspaceDetail>;
  change(workspaceId: string, change: { name?: string | undefined; description?: string | undefined }): Promise<void>;
  remove(workspaceId: string): Promise<{ purgeAt: number }>;
  changeMember(workspaceId: string, userId: string, role: string): Promise<void>;
  removeMember(workspaceId: string, userId: string): Promise<void>;
  transfer(workspaceId: string, userId: string): Promise<void>;
  resend(workspaceId: string, invitationId: string): Promise<void>;
  revoke(workspaceId: string, invitationId: string): Promise<void>;
}

const workspaceSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string().default(''),
  ownerId: z.string(),
  encrypted: z.boolean().default(false),
  role: z.string(),
  permissions: z.array(z.string()).default([]),
});
const membersSchema = z.looseObject({ members: z.array(workspaceMemberSchema) });
const invitationsSchema = z.looseObject({ invitations: z.array(openInvitationSchema) });

export function createWorkspaceMembers(account: Pick<AccountService, 'api'>): WorkspaceMembers {
  const pathOf = (workspaceId: string, ...rest: string[]) => ['/workspaces', ...[workspaceId, ...rest].map(encodeURIComponent)].join('/');
  const send = async (method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) => void (await account.api().send(method, path, body, z.unknown()));
  return {
    async get(workspaceId) {
      const api = account.api();
      const workspace = await api.get(pathOf(workspaceId), workspaceSchema);
      const may = (permission: string) => workspace.permissions.includes(permission);
      const [{ members }, { invitations }] = await Promise.all([
        may('read_members') ? api.get(pathOf(workspaceId, 'members'), membersSchema) : { members: [] },
        may('invite_members') ? api.get(pathOf(workspaceId, 'invitations'), invitationsSchema) : { invitations: [] },
      ]);
      const { id, name, description, ownerId, encrypted, role, permissions } = workspace;
      return { id, name, description, ownerId, encrypted, role, permissions, members, invitations };
    },
    change: (workspaceId, change) => send('PATCH', pathOf(workspaceId), change),
    remove: (workspaceId) => account.api().send('DELETE', pathOf(workspaceId), undefined, z.looseObject({ purgeAt: z.number().int() })),
    changeMember: (workspaceId, userId, role) => send('PATCH', pathOf(workspaceId, 'members', userId), { role }),
    removeMember: (workspaceId, userId) => send('DELETE', pathOf(workspaceId, 'members', userId)),
    transfer: (workspaceId, userId) => send('POST', pathOf(workspaceId, 'transfer-ownership'), { userId }),
    resend: (workspaceId, invitationId) => send('POST', pathOf(workspaceId, 'invitations', invitationId, 'resend'), {}),
    revoke: (workspaceId, invitationId) => send('DELETE', pathOf(workspaceId, 'invitations', invitationId)),
  };
}
