import { z } from 'zod';
import type { RemoteFlow, RemoteMember, RemoteWorkspace } from '../../api/index.ts';
import { isAppError } from '../../base/index.ts';
import type { AccountService } from './accountService.ts';

/** Workspaces, people and flows on the account's server. Every call throws what the server refuses. */
export interface Remote {
  workspaces(): Promise<RemoteWorkspace[]>;
  createWorkspace(name: string): Promise<RemoteWorkspace>;
  members(workspaceId: string): Promise<RemoteMember[]>;
  invite(workspaceId: string, invitation: { email: string; role: string; language: string }): Promise<void>;
  flows(): Promise<RemoteFlow[]>;
  /** Puts a log into a workspace; one that is there from an earlier, unheard answer is as good. */
  register(workspaceId: string, log: { logId: string; name: string; no: number; chain: string }): Promise<void>;
}

const workspaceSchema = z.looseObject({ id: z.string(), name: z.string(), role: z.string(), encrypted: z.boolean().default(false), permissions: z.array(z.string()).optional() });
const memberSchema = z.looseObject({ userId: z.string(), name: z.string().default(''), email: z.string().default(''), role: z.string() });
const flowSchema = z.looseObject({ logId: z.string(), workspaceId: z.string(), name: z.string().nullable().default(null), updatedAt: z.number(), scope: z.enum(['edit', 'comment', 'read']), kind: z.string().default('main') });
/** A list under its name. */
const listOf = <T>(item: z.ZodType<T>, name: string) => z.looseObject({ [name]: z.array(item) }).transform((value) => value[name] as T[]);
const pathOf = (workspaceId: string) => `/workspaces/${encodeURIComponent(workspaceId)}`;

export function createRemote({ account, flowOfLog }: { account: AccountService; flowOfLog(logId: string): string | undefined }): Remote {
  const workspaceOf = ({ id, name, role, encrypted, permissions }: z.infer<typeof workspaceSchema>): RemoteWorkspace => ({
    id, name, role, encrypted,
    // A sealed workspace takes sealed flows only, and this device holds no keys of it.
    mayShare: !encrypted && (permissions ? permissions.includes('write_projects') : ['owner', 'admin', 'member'].includes(role)),
  });
  const workspaces = async () => (await account.api().get('/workspaces', listOf(workspaceSchema, 'workspaces'))).map(workspaceOf);
  return {
    workspaces,
    createWorkspace: async (name) => workspaceOf(await account.api().send('POST', '/workspaces', { name }, workspaceSchema)),
    members: async (workspaceId) => (await account.api().get(`${pathOf(workspaceId)}/members`, listOf(memberSchema, 'members'))).map(({ userId, name, email, role }) => ({ userId, name, email, role })),
    async invite(workspaceId, invitation) {
      await account.api().send('POST', `${pathOf(workspaceId)}/invite`, invitation, z.unknown());
    },
    async flows() {
      const all = await workspaces();
      const lists = await Promise.all(
        all.map(async ({ id, name, encrypted }) => {
          const list = await account.api().get(`${pathOf(id)}/flows`, listOf(flowSchema, 'flows'));
          // What is sealed has no name that this device could read.
          return encrypted ? [] : list.filter(({ kind }) => kind === 'main').map((flow) => ({ ...flow, workspaceName: name }));
        }),
      );
      return lists.flat().map(({ logId, name, workspaceId, workspaceName, updatedAt, scope }): RemoteFlow => {
        const flowId = flowOfLog(logId);
        return { logId, name: name ?? '', workspaceId, workspaceName, updatedAt, scope, ...(flowId ? { flowId } : {}) };
      });
    },
    async register(workspaceId, log) {
      try {
        await account.api().send('POST', `${pathOf(workspaceId)}/flows`, { ...log, kind: 'main' }, z.unknown());
      } catch (error) {
        if (!isAppError(error) || (error.code !== 'FLOW_EXISTS' && error.code !== 'LOG_EXISTS')) throw error;
        const there = await account.api().get(`${pathOf(workspaceId)}/flows`, listOf(flowSchema, 'flows'));
        if (!there.some(({ logId }) => logId === log.logId)) throw error;
      }
    },
  };
}
