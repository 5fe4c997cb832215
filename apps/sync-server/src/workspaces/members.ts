/** Members: listed, given roles, removed, and leaving on their own. */
import { GRANTABLE, permissionsOf, ROLE_PERMISSIONS, type Permission, type WorkspaceRole } from '../access/permissions.ts';
import type { Principal } from '../access/principal.ts';
import { workspaceProblem } from './errors.ts';
import { pageClause, readPage, type Page, type PageQuery, type PageValues } from './paging.ts';
import { changeIn, lookInto, type LockedPlace, type Place, type WorkspaceParts } from './place.ts';
import type { MemberChange, MemberView } from './schema.ts';
import { demandPerson } from './service.ts';

export interface Members {
  /** Oldest first. */
  list(principal: Principal, workspaceId: string, page?: PageQuery): Promise<Page<MemberView>>;
  change(principal: Principal, workspaceId: string, userId: string, change: MemberChange): Promise<MemberView>;
  /** Takes somebody out; their open sockets lose the workspace at once. The own id leaves. */
  remove(principal: Principal, workspaceId: string, userId: string): Promise<void>;
}

interface MemberRow {
  userId: string;
  name: string | null;
  email: string | null;
  role: WorkspaceRole;
  permissions: string[];
  joinedAt: Date;
  invitedBy: string | null;
  lastActiveAt: Date | null;
  projects: MemberView['projects'];
}

/** Members of $1 as somebody sees them: $2 is who asks, $3 whether they are in every project. */
const MEMBERS = `select m.user_id as "userId", u.name, u.email, m.role, m.permissions, m.joined_at as "joinedAt", m.invited_by as "invitedBy", m.last_active_at as "lastActiveAt",
    coalesce((select json_agg(json_build_object('projectId', p.id, 'role', pm.role) order by p.id) from project_member pm join project p on p.id = pm.project_id and p.workspace_id = m.workspace_id and p.deleted_at is null
      where pm.user_id = m.user_id and (p.visibility = 'team' or $3 or exists (select 1 from project_member own where own.project_id = p.id and own.user_id = $2))), '[]') as projects
  from member m left join app_user u on u.id = m.user_id where m.workspace_id = $1`;

/** The members of the workspaces of a database. */
export function createMembers(parts: WorkspaceParts): Members {
  const find = async (place: LockedPlace, userId: string): Promise<MemberRow> => {
    const { rows } = await place.sql.query<MemberRow>(`${MEMBERS} and m.user_id = $4`, [...seenBy(place), userId]);
    if (!rows[0]) throw workspaceProblem('MEMBER_NOT_FOUND', { userId });
    return rows[0];
  };
  return {
    async list(principal, workspaceId, page = {}) {
      const place = await lookInto(parts, principal, workspaceId, { permission: 'read_members' });
      const read = async (values: PageValues) => (await place.sql.query<MemberRow>(`${MEMBERS} ${pageClause('m.joined_at', 'm.user_id', 4)}`, [...seenBy(place), ...values])).rows;
      return readPage(page, read, ({ joinedAt, userId }) => [joinedAt, userId], (row) => viewOf(place, row));
    },
    change: (principal, workspaceId, userId, { role, permissions }) =>
      changeIn(parts, principal, workspaceId, { permission: 'manage_members' }, async (place) => {
        const target = await find(place, userId);
        if (target.role === 'owner') throw workspaceProblem('OWNER_STAYS', { userId });
        const next = { role: role ?? (target.role as Exclude<WorkspaceRole, 'owner'>), permissions: permissions ? GRANTABLE.filter((one) => permissions.includes(one)) : role === 'guest' ? [] : target.permissions };
        demandMight(place.actor.permissions, target.role, target.permissions);
        demandMight(place.actor.permissions, next.role, next.permissions);
        const ungrantable = permissions?.find((one) => !GRANTABLE.includes(one));
        if (ungrantable) throw workspaceProblem('ROLE_TOO_HIGH', { permission: ungrantable });
        if (next.role === 'guest' && !place.workspace.allowGuests) throw workspaceProblem('GUESTS_NOT_ALLOWED');
        await place.sql.query('update member set role = $3, permissions = $4 where workspace_id = $1 and user_id = $2', [workspaceId, userId, next.role, next.permissions]);
        await place.record('MEMBER_CHANGED', { userId, from: target.role, to: next.role, permissions: next.permissions });
        await place.event({ type: 'MEMBER_CHANGED', payload: { userId, from: target.role, to: next.role } });
        await place.cut({ userId });
        return viewOf(place, { ...target, ...next });
      }),
    remove: (principal, workspaceId, userId) => {
      const isSelf = userId === principal.userId;
      return changeIn(parts, principal, workspaceId, isSelf ? {} : { permission: 'manage_members' }, async (place) => {
        if (isSelf) demandPerson(principal);
        const target = await find(place, userId);
        if (target.role === 'owner') throw workspaceProblem('OWNER_STAYS', { userId });
        if (!isSelf) demandMight(place.actor.permissions, target.role, target.permissions);
        await takeOut(place, userId);
        await place.record(isSelf ? 'MEMBER_LEFT' : 'MEMBER_REMOVED', isSelf ? {} : { userId });
      });
    },
  };
}

/** Takes a member out of a locked workspace: projects, keys and sockets with it. */
export async function takeOut(place: LockedPlace, userId: string): Promise<void> {
  const { sql, workspace } = place;
  await sql.query('delete from member where workspace_id = $1 and user_id = $2', [workspace.id, userId]);
  await sql.query('delete from project_member using project p where p.id = project_id and p.workspace_id = $1 and user_id = $2', [workspace.id, userId]);
  await sql.query('update api_key set revoked_at = now() where workspace_id = $1 and user_id = $2 and revoked_at is null', [workspace.id, userId]);
  // They know the key: what is written from now on needs another one.
  if (workspace.encrypted) await sql.query('update workspace set rotation_wanted_at = now() where id = $1', [workspace.id]);
  await place.event({ type: 'MEMBER_REMOVED', payload: { userId } });
  await place.cut({ userId });
}

/** Throws ROLE_TOO_HIGH when the role with what is given on top may more than the actor. */
export function demandMight(actor: ReadonlySet<Permission>, role: WorkspaceRole, extra: readonly string[] = []): void {
  const beyond = [...permissionsOf(role, extra)].find((one) => !actor.has(one));
  if (beyond) throw workspaceProblem('ROLE_TOO_HIGH', { role, permission: beyond });
}

function seenBy({ workspace, actor }: Place): [workspaceId: string, actorId: string, isInEveryProject: boolean] {
  return [workspace.id, actor.userId, actor.permissions.has('manage_projects')];
}

function viewOf({ actor }: Place, { userId, name, email, role, permissions, joinedAt, invitedBy, lastActiveAt, projects }: MemberRow): MemberView {
  return { userId, name: name ?? '', email: email ?? '', role, permissions, grantable: grantableBy(actor.permissions, role, permissions), projects, joinedAt: joinedAt.getTime(), invitedBy, lastActiveAt: lastActiveAt?.getTime() ?? null };
}

/** What the actor could give to a member beyond the role, given or not. Guests have what projects give them. */
function grantableBy(actor: ReadonlySet<Permission>, role: WorkspaceRole, extra: readonly string[]): Permission[] {
  if (role === 'owner' || role === 'guest' || !actor.has('manage_members') || [...permissionsOf(role, extra)].some((one) => !actor.has(one))) return [];
  return GRANTABLE.filter((one) => actor.has(one) && !ROLE_PERMISSIONS[role].includes(one));
}
