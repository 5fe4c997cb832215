/** What a role may do in a workspace: one table, and the question that every route and socket asks. */
import type { Queryable } from '../db/database.ts';
import { accessProblem } from './errors.ts';
import type { Principal } from './principal.ts';

/** Roles in a workspace, mightiest first. A guest sees only what is shared with guests. */
export const WORKSPACE_ROLES = ['owner', 'admin', 'member', 'commenter', 'viewer', 'guest'] as const;
export type WorkspaceRole = (typeof WORKSPACE_ROLES)[number];

/** Everything that may be allowed; the last ones can also be given to a member on top of the role. */
export const PERMISSIONS = [
  'delete_workspace',
  'transfer_ownership',
  'manage_billing',
  'view_billing',
  'manage_settings',
  'manage_members',
  'invite_members',
  'manage_keys',
  'manage_projects',
  'create_projects',
  'write_projects',
  'delete_own_projects',
  'share_links',
  'view_activity',
  'view_usage',
  'comment',
  'read_members',
  'read_projects',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** What may be given to one member beyond the role; the rest goes with the role alone. */
export const GRANTABLE: readonly Permission[] = ['view_billing', 'invite_members', 'manage_projects', 'create_projects', 'share_links', 'view_activity', 'view_usage', 'comment'];

const READ: readonly Permission[] = ['read_projects', 'read_members'];
const MEMBER: readonly Permission[] = [...READ, 'comment', 'create_projects', 'write_projects', 'delete_own_projects', 'share_links', 'view_usage', 'manage_keys'];
const ADMIN: readonly Permission[] = [...MEMBER, 'manage_settings', 'manage_members', 'invite_members', 'manage_projects', 'view_activity', 'view_billing'];

/** Role -> permissions. */
export const ROLE_PERMISSIONS: Readonly<Record<WorkspaceRole, readonly Permission[]>> = {
  owner: PERMISSIONS,
  admin: ADMIN,
  member: MEMBER,
  commenter: [...READ, 'comment'],
  viewer: READ,
  guest: ['read_projects'],
};

/** Somebody's place in a workspace. */
export interface Membership {
  workspaceId: string;
  role: WorkspaceRole;
  permissions: ReadonlySet<Permission>;
}

const MEMBERSHIP_QUERY = {
  name: 'membership',
  text: `select m.role, m.permissions from member m join workspace w on w.id = m.workspace_id and (w.deleted_at is null or $3) where m.workspace_id = $1 and m.user_id = $2`,
};

/**
 * Their membership; asked of the database each time, so that who was removed is out at once. Throws WORKSPACE_NOT_FOUND when they are no member
 * (the same as when there is no such workspace), it is deleted (unless `evenDeleted`) or their key is bound to another one, PERMISSION_MISSING when a
 * member may not.
 */
export async function requireWorkspace(sql: Queryable, principal: Principal, workspaceId: string, permission?: Permission, { evenDeleted = false } = {}): Promise<Membership> {
  const isElsewhere = principal.workspaceId !== undefined && principal.workspaceId !== workspaceId;
  const { rows } = principal.userId === '' || isElsewhere ? { rows: [] } : await sql.query<{ role: WorkspaceRole; permissions: string[] }>({ ...MEMBERSHIP_QUERY, values: [workspaceId, principal.userId, evenDeleted] });
  const [row] = rows;
  if (!row) throw accessProblem('WORKSPACE_NOT_FOUND', { workspaceId });
  const membership = { workspaceId, role: row.role, permissions: permissionsOf(row.role, row.permissions) };
  if (permission && !membership.permissions.has(permission)) throw accessProblem('PERMISSION_MISSING', { workspaceId, permission });
  if (permission && !hasScope(principal, permission)) throw accessProblem('SCOPE_MISSING', { scope: permission });
  return membership;
}

/** Permissions of a role with what was given on top; unknown and ungrantable names give nothing. */
export function permissionsOf(role: WorkspaceRole, extra: readonly string[] = []): ReadonlySet<Permission> {
  return new Set([...ROLE_PERMISSIONS[role], ...GRANTABLE.filter((one) => extra.includes(one))]);
}

/** True when the secret itself allows it: a session always, a key when the name is in its scopes. */
export function hasScope(principal: Principal, scope: string): boolean {
  return principal.scopes.includes('*') || principal.scopes.includes(scope);
}
