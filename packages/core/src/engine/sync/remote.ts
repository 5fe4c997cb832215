import { z } from 'zod';
import type { RemoteFlow, RemoteMember, RemoteProject, RemoteWorkspace } from '../../api/index.ts';
import { isAppError } from '../../base/index.ts';
import { sealName, type NameSubject } from '../../sync/keys/index.ts';
import type { AccountService } from './accountService.ts';
import type { KeyService } from './keyService.ts';
import { listMembers, type ListedWorkspace } from './workspaceList.ts';

/** Workspaces, people and flows on the account's server. Every call throws what the server refuses. */
export interface Remote {
  workspaces(): Promise<RemoteWorkspace[]>;
  createWorkspace(name: string, encrypted: boolean): Promise<RemoteWorkspace>;
  members(workspaceId: string): Promise<RemoteMember[]>;
  invite(workspaceId: string, invitation: { email: string; role: string; projectId?: string | undefined; projectRole?: string | undefined; language: string }): Promise<void>;
  projects(workspaceId: string, deleted?: boolean): Promise<RemoteProject[]>;
  createProject(workspaceId: string, name: string, visibility: 'private' | 'team' | undefined): Promise<RemoteProject>;
  changeProject(workspaceId: string, projectId: string, change: { name?: string | undefined; visibility?: 'private' | 'team' | undefined }): Promise<void>;
  removeProject(workspaceId: string, projectId: string): Promise<{ purgeAt: number }>;
  restoreProject(workspaceId: string, projectId: string): Promise<void>;
  flows(): Promise<RemoteFlow[]>;
  /** Names of the projects and flows of a workspace by their ids, also of deleted ones, as far as this account sees them and their key is here. */
  names(workspaceId: string): Promise<ReadonlyMap<string, string>>;
  /** Puts a log into a workspace; one that is there from an earlier, unheard answer is as good. */
  register(workspaceId: string, log: { logId: string; name: string; no: number; chain: string; projectId?: string }): Promise<void>;
  /** Tells the server the name of a flow that it lists. */
  rename(workspaceId: string, logId: string, name: string): Promise<void>;
}

const flowSchema = z.looseObject({
  logId: z.string(), workspaceId: z.string(), name: z.string().nullable().default(null), sealed: z.string().nullable().default(null), projectId: z.string().nullable().default(null),
  updatedAt: z.number(), scope: z.enum(['edit', 'comment', 'read']), kind: z.string().default('main'),
});
const projectSchema = z.looseObject({
  id: z.string(), workspaceId: z.string(), name: z.string().nullable().default(null), sealed: z.string().nullable().default(null), visibility: z.enum(['private', 'team']), scope: z.enum(['edit', 'comment', 'read']), flows: z.number().default(0), createdBy: z.string().default(''), purgeAt: z.number().int().nullable().default(null),
});
/** A list under its name. */
const listOf = <T>(item: z.ZodType<T>, name: string) => z.looseObject({ [name]: z.array(item) }).transform((value) => value[name] as T[]);
const pathOf = (workspaceId: string) => `/workspaces/${encodeURIComponent(workspaceId)}`;
const projectPath = (workspaceId: string, projectId: string) => `${pathOf(workspaceId)}/projects/${encodeURIComponent(projectId)}`;
const NAME_LETTERS = 100;

export interface RemoteOptions {
  account: AccountService;
  keys: KeyService;
  flowOfLog(logId: string): string | undefined;
}

export function createRemote({ account, keys, flowOfLog }: RemoteOptions): Remote {
  const workspaceOf = ({ id, name, role, encrypted, permissions }: ListedWorkspace): RemoteWorkspace => ({ id, name, role, encrypted, mayShare: permissions.includes('write_projects') });
  /** What of a name goes to the server: of an encrypted workspace never the words. Throws where its key is not here. */
  const named = async (workspaceId: string, about: NameSubject, name: string): Promise<{ name: string } | { sealed: string }> => {
    const held = await keys.keysOf(workspaceId);
    const short = name.trim().slice(0, NAME_LETTERS) || 'Flow';
    return held ? { sealed: sealName(held.cipher, held.keys, about, short) } : { name: short };
  };
  /** What the server lists of an encrypted workspace counts only sealed. */
  const nameOf = (workspaceId: string, encrypted: boolean, about: NameSubject, { name, sealed }: { name: string | null; sealed: string | null }) => {
    const opened = encrypted ? keys.openName(workspaceId, about, sealed) : (name ?? '');
    return { name: opened ?? '', encrypted, isLocked: opened === undefined };
  };
  const projectOf = (workspace: Pick<ListedWorkspace, 'encrypted' | 'permissions'> | undefined, project: z.infer<typeof projectSchema>): RemoteProject => {
    const { id, workspaceId, visibility, scope, flows, createdBy, purgeAt } = project;
    const may = (permission: string) => workspace?.permissions.includes(permission) ?? false;
    const isOwn = createdBy !== '' && createdBy === account.get().user?.id;
    const mayManage = may('manage_projects');
    return { id, workspaceId, ...nameOf(workspaceId, workspace?.encrypted ?? false, { project: true }, project), visibility, scope, flows, purgeAt, mayChange: mayManage || (isOwn && may('write_projects')), mayRemove: mayManage || (isOwn && may('delete_own_projects')) };
  };
  const find = async (workspaceId: string) => (await keys.workspaces()).find(({ id }) => id === workspaceId);
  const listFlows = (workspaceId: string, deleted = false) => account.api().get(`${pathOf(workspaceId)}/flows${deleted ? '?deleted=true' : ''}`, listOf(flowSchema, 'flows'));
  const listProjects = (workspaceId: string, deleted: boolean) => account.api().get(`${pathOf(workspaceId)}/projects${deleted ? '?deleted=true' : ''}`, listOf(projectSchema, 'projects'));

  return {
    workspaces: async () => (await keys.workspaces()).map(workspaceOf),
    createWorkspace: async (name, encrypted) => workspaceOf(await keys.createWorkspace(name, encrypted)),
    members: (workspaceId) => listMembers(account.api(), workspaceId),
    async invite(workspaceId, invitation) {
      await account.api().send('POST', `${pathOf(workspaceId)}/invite`, invitation, z.unknown());
    },
    async projects(workspaceId, deleted = false) {
      await keys.ready();
      const workspace = await find(workspaceId);
      return (await listProjects(workspaceId, deleted)).map((project) => projectOf(workspace, project));
    },
    async createProject(workspaceId, name, visibility) {
      const given = await named(workspaceId, { project: true }, name);
      const made = await account.api().send('POST', `${pathOf(workspaceId)}/projects`, { ...given, ...(visibility ? { visibility } : {}) }, projectSchema);
      // It is made: a list that cannot be had now must not look like a failure.
      const workspace = await find(workspaceId).catch(() => undefined);
      return projectOf({ permissions: workspace?.permissions ?? [], encrypted: 'sealed' in given }, made);
    },
    async changeProject(workspaceId, projectId, { name, visibility }) {
      const given = name === undefined ? {} : await named(workspaceId, { project: true }, name);
      await account.api().send('PATCH', projectPath(workspaceId, projectId), { ...given, ...(visibility ? { visibility } : {}) }, z.unknown());
    },
    removeProject: (workspaceId, projectId) => account.api().send('DELETE', projectPath(workspaceId, projectId), undefined, z.looseObject({ purgeAt: z.number().int() })),
    async restoreProject(workspaceId, projectId) {
      await account.api().send('POST', `${projectPath(workspaceId, projectId)}/restore`, {}, z.unknown());
    },
    async names(workspaceId) {
      await keys.ready();
      const encrypted = (await find(workspaceId))?.encrypted ?? false;
      const lists = await Promise.all([false, true].map(async (deleted) => {
        const [projects, flows] = await Promise.all([listProjects(workspaceId, deleted), listFlows(workspaceId, deleted)]);
        return [
          ...projects.map((project) => [project.id, nameOf(workspaceId, encrypted, { project: true }, project).name] as const),
          ...flows.map((flow) => [flow.logId, nameOf(workspaceId, encrypted, { logId: flow.logId }, flow).name] as const),
        ];
      }));
      return new Map(lists.flat().filter(([, name]) => name !== ''));
    },
    async flows() {
      await keys.ready();
      const lists = await Promise.all((await keys.workspaces()).map(async ({ id, name, encrypted }) => (await listFlows(id)).filter(({ kind }) => kind === 'main').map((flow) => ({ ...flow, workspaceName: name, encrypted }))));
      return lists.flat().map((flow): RemoteFlow => {
        const { logId, workspaceId, workspaceName, encrypted, projectId, updatedAt, scope } = flow;
        const flowId = flowOfLog(logId);
        return { logId, ...nameOf(workspaceId, encrypted, { logId }, flow), workspaceId, workspaceName, ...(projectId === null ? {} : { projectId }), updatedAt, scope, ...(flowId ? { flowId } : {}) };
      });
    },
    async register(workspaceId, { name, ...log }) {
      const given = await named(workspaceId, { logId: log.logId }, name);
      try {
        await account.api().send('POST', `${pathOf(workspaceId)}/flows`, { ...log, ...given, kind: 'main' }, z.unknown());
      } catch (error) {
        if (!isAppError(error) || (error.code !== 'FLOW_EXISTS' && error.code !== 'LOG_EXISTS')) throw error;
        if (!(await listFlows(workspaceId)).some(({ logId }) => logId === log.logId)) throw error;
      }
    },
    async rename(workspaceId, logId, name) {
      await account.api().send('PATCH', `${pathOf(workspaceId)}/flows/${encodeURIComponent(logId)}`, await named(workspaceId, { logId }, name), z.unknown());
    },
  };
}
