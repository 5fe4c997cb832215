/** Members: listed, given roles, removed, and leaving on their own. */
import { GRANTABLE, permissionsOf, type Permission, type WorkspaceRole } from '../access/permissions.ts';
import type { Principal } from '../access/principal.ts';
import { workspaceProblem } from './errors.ts';
import { pageClause, readPage, type Page, type PageQuery } from './paging.ts';
import { changeIn, lookInto, type LockedPlace, type WorkspaceParts } from './place.ts';
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
}

const MEMBERS = `select m.user_id as "userId", u.name, u.email, m.role, m.permissions, m.joined_at as "joinedAt", m.invited_by as "invitedBy", m.last_active_at as "lastActiveAt"
  from member m left join app_user u on u.id = m.user_id where m.workspace_id = $1`;

/** The members of the workspaces of a database. */
export function createMembers(parts: WorkspaceParts): Members {
  const find = async ({ sql, workspace }: LockedPlace, userId: string): Promise<MemberRow> => {
    const { rows } = await sql.query<MemberRow>(`${MEMBERS} and m.user_id = $2`, [workspace.id, userId]);
    if (!rows[0]) throw workspaceProblem('MEMBER_NOT_FOUND', { userId });
    return rows[0];
  };
  return {
    async list(principal, workspaceId, page = {}) {
      const { sql } = await lookInto(parts, principal, workspaceId, { permission: 'read_members' });
      return readPage(page, async (values) => (await sql.query<MemberRow>(`${MEMBERS} ${pageClause('m.joined_at', 'm.user_id', 2)}`, [workspaceId, ...values])).rows, ({ joinedAt, userId }) => [joinedAt, userId], viewOf);
    },
    change: (principal, workspaceId, userId, { role, permissions }) =>
      changeIn(parts, principal, workspaceId, { permission: 'manage_members' }, async (place) => {
        const target = await find(place, userId);
        if (target.role === 'owner') throw workspaceProblem('OWNER_STAYS', { userId });
        const next = { role: role ?? (target.role as Exclude<WorkspaceRole, 'owner'>), permissions: permissions ? GRANTABLE.filter((one) => permissions.includes(one)) : target.permissions };
        demandMight(place.actor.permissions, target.role, target.permissions);
        demandMight(place.actor.permissions, next.role, next.permissions);
        const ungrantable = permissions?.find((one) => !GRANTABLE.includes(one));
        if (ungrantable) throw workspaceProblem('ROLE_TOO_HIGH', { permission: ungrantable });
        if (next.role === 'guest' && !place.workspace.allowGuests) throw workspaceProblem('GUESTS_NOT_ALLOWED');
        await place.sql.query('update member set role = $3, permissions = $4 where workspace_id = $1 and user_id = $2', [workspaceId, userId, next.role, next.permissions]);
        await place.record('MEMBER_CHANGED', { userId, from: target.role, to: next.role, permissions: next.permissions });
        await place.event({ type: 'MEMBER_CHANGED', payload: { userId, from: target.role, to: next.role } });
        await place.cut({ userId });
        return viewOf({ ...target, ...next });
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

function viewOf({ userId, name, email, role, permissions, joinedAt, invitedBy, lastActiveAt }: MemberRow): MemberView {
  return { userId, name: name ?? '', email: email ?? '', role, permissions, joinedAt: joinedAt.getTime(), invitedBy, lastActiveAt: lastActiveAt?.getTime() ?? null };
}
