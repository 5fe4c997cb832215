import { z } from 'zod';
import type { ServerApi } from './serverApi.ts';

const workspaceSchema = z.looseObject({ id: z.string(), name: z.string(), role: z.string(), encrypted: z.boolean().default(false), permissions: z.array(z.string()).optional() });

/** A workspace as the server lists it. Whether it is encrypted is only what the server says. */
export interface ListedWorkspace {
  id: string;
  name: string;
  role: string;
  encrypted: boolean;
  permissions: readonly string[];
}

/** Somebody in a workspace. */
export interface WorkspacePerson {
  userId: string;
  name: string;
  email: string;
  role: string;
}

const personSchema = z.looseObject({ userId: z.string(), name: z.string().default(''), email: z.string().default(''), role: z.string() });

/** What a server of before permissions were listed lets a role do. */
const OLD_ROLES: Readonly<Record<string, readonly string[] | undefined>> = { owner: ['write_projects'], admin: ['write_projects'], member: ['write_projects'] };

/** The workspaces of the account. Throws what the server refuses. */
export async function listWorkspaces(api: ServerApi): Promise<ListedWorkspace[]> {
  const { workspaces } = await api.get('/workspaces', z.looseObject({ workspaces: z.array(workspaceSchema) }));
  return workspaces.map(readWorkspace);
}

/** Everybody in a workspace, guests included. Throws what the server refuses. */
export async function listMembers(api: ServerApi, workspaceId: string): Promise<WorkspacePerson[]> {
  const { members } = await api.get(`/workspaces/${encodeURIComponent(workspaceId)}/members`, z.looseObject({ members: z.array(personSchema) }));
  return members.map(({ userId, name, email, role }) => ({ userId, name, email, role }));
}

/** Makes a workspace. Throws what the server refuses. */
export async function makeWorkspace(api: ServerApi, name: string, encrypted: boolean): Promise<ListedWorkspace> {
  return readWorkspace(await api.send('POST', '/workspaces', { name, ...(encrypted ? { encrypted } : {}) }, workspaceSchema));
}

function readWorkspace({ id, name, role, encrypted, permissions }: z.infer<typeof workspaceSchema>): ListedWorkspace {
  return { id, name, role, encrypted, permissions: permissions ?? OLD_ROLES[role] ?? [] };
}
