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
  'manage_sign_on',
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

/** What keys of the server's operators may be allowed: they belong to programs, not to persons, and are members of nothing. */
export const SERVICE_SCOPES = ['read_users', 'manage_plans', 'read_audit', 'read_statistics', 'manage_events'] as const;
export type ServiceScope = (typeof SERVICE_SCOPES)[number];

/** What may be given to one member beyond the role; the rest goes with the role alone. */
export const GRANTABLE: readonly Permission[] = ['view_billing', 'invite_members', 'manage_projects', 'create_projects', 'share_links', 'view_activity', 'view_usage', 'comment'];

const READ: readonly Permission[] = ['read_projects', 'read_members'];
const MEMBER: readonly Permission[] = [...READ, 'comment', 'create_projects', 'write_projects', 'delete_own_projects', 'share_links', 'view_usage', 'manage_keys'];
const ADMIN: readonly Permission[] = [...MEMBER, 'manage_settings', 'manage_sign_on', 'manage_members', 'invite_members', 'manage_projects', 'view_activity', 'view_billing'];

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

/** Days for which a key still opens a workspace that wants single sign-on, after its person has come by it. */
export const KEY_AFTER_SIGN_ON_DAYS = 30;

/**
 * The connection by which a member `m` must come and has not; null: none. $4: connection of the session; $5: domain of the person's address;
 * $6: whether it is a key. Who has come by it once belongs to it, whatever their address says since.
 */
const SIGN_ON_GAP = `(select c.id from sign_on_connection c where c.workspace_id = m.workspace_id and c.mode = 'required' and c.id <> $4
  and (exists (select 1 from sign_on_domain d where d.connection_id = c.id and d.proven_at is not null and d.domain = $5) or exists (select 1 from sign_on_identity i where i.connection_id = c.id and i.user_id = m.user_id))
  and not ($6 and exists (select 1 from sign_on_identity i where i.connection_id = c.id and i.user_id = m.user_id and i.last_at > now() - interval '${KEY_AFTER_SIGN_ON_DAYS} days')) limit 1)`;

const MEMBERSHIP_QUERY = {
  name: 'membership',
  text: `select m.role, m.permissions, ${SIGN_ON_GAP} as "signOnId" from member m join workspace w on w.id = m.workspace_id and (w.deleted_at is null or $3) where m.workspace_id = $1 and m.user_id = $2`,
};

/**
 * Their membership; asked of the database each time, so that who was removed is out at once. Throws WORKSPACE_NOT_FOUND when they are no member
 * (the same as when there is no such workspace), it is deleted (unless `evenDeleted`) or their key is bound to another one, PERMISSION_MISSING when a
 * member may not, SIGN_ON_REQUIRED when they must come by single sign-on and have not.
 */
export async function requireWorkspace(sql: Queryable, principal: Principal, workspaceId: string, permission?: Permission, { evenDeleted = false } = {}): Promise<Membership> {
  const isElsewhere = principal.workspaceId !== undefined && principal.workspaceId !== workspaceId;
  const { rows } = principal.userId === '' || isElsewhere ? { rows: [] } : await sql.query<{ role: WorkspaceRole; permissions: string[]; signOnId: string | null }>({ ...MEMBERSHIP_QUERY, values: [workspaceId, principal.userId, evenDeleted, principal.signOnId ?? '', principal.email.split('@').at(-1) ?? '', principal.kind === 'apiKey'] });
  const [row] = rows;
  if (!row) throw accessProblem('WORKSPACE_NOT_FOUND', { workspaceId });
  // The owner comes in when the provider is away, by two factors.
  const isLeftIn = row.role === 'owner' && (principal.twoFactor || principal.byPasskey === true);
  if (row.signOnId !== null && !isLeftIn) throw accessProblem('SIGN_ON_REQUIRED', { workspaceId, link: `/sso/to/${row.signOnId}` });
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
