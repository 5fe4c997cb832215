/** What happened in a workspace, for its people to read. */
import type { Principal } from '../access/principal.ts';
import type { Queryable } from '../db/database.ts';
import type { ActivityCode } from './activityCodes.ts';
import { lookInto, type WorkspaceParts } from './place.ts';
import type { ActivityView } from './schema.ts';

/** Which lines are asked for; `before` is the id of the last one that the asker has. */
export interface ActivityQuery {
  before?: number | undefined;
  limit: number;
  /** Of one person alone. */
  actorId?: string | undefined;
  /** Of these kinds alone. */
  codes?: readonly ActivityCode[] | undefined;
}

export interface Activity {
  /**
   * Newest first. `names`: of the people that the lines tell of, also of those who have left, and for who may invite the addresses of
   * invitations, by id. Names of projects and flows are not among them: who may read those asks for them.
   */
  list(principal: Principal, workspaceId: string, query: ActivityQuery): Promise<{ activity: ActivityView[]; names: Record<string, string> }>;
}

/** The activity lists of a database. */
export function createActivity(parts: WorkspaceParts): Activity {
  return {
    async list(principal, workspaceId, { before, limit, actorId, codes }) {
      const { sql, actor } = await lookInto(parts, principal, workspaceId, { permission: 'view_activity' });
      const { rows } = await sql.query<Omit<ActivityView, 'at'> & { at: Date }>(
        `select a.id, a.at, a.actor_id as "actorId", u.name as "actorName", a.code, a.params from activity a left join app_user u on u.id = a.actor_id
         where a.workspace_id = $1 and ($2::bigint is null or a.id < $2) and ($4::text is null or a.actor_id = $4) and ($5::text[] is null or a.code = any($5)) order by a.id desc limit $3`,
        [workspaceId, before ?? null, limit, actorId ?? null, codes ?? null],
      );
      const activity = rows.map(({ at, ...row }) => ({ ...row, at: at.getTime() }));
      return { activity, names: await namesIn(sql, workspaceId, activity, actor.permissions.has('invite_members')) };
    },
  };
}

async function namesIn(sql: Queryable, workspaceId: string, activity: readonly ActivityView[], mayInvite: boolean): Promise<Record<string, string>> {
  const people = activity.flatMap(({ params: { userId, userIds, invitedBy, from, to }, code }) => [userId, userIds, invitedBy, ...(code === 'OWNERSHIP_TRANSFERRED' ? [from, to] : [])].flat());
  const invitations = mayInvite ? activity.map(({ params }) => params.invitationId) : [];
  const ids = (values: readonly unknown[]) => [...new Set(values.filter((value) => typeof value === 'string'))];
  const { rows } = await sql.query<{ id: string; name: string }>(
    `select id, name from app_user where id = any($1) and name <> '' union all select id, email from invitation where id = any($2) and workspace_id = $3 and email <> ''`,
    [ids(people), ids(invitations), workspaceId],
  );
  return Object.fromEntries(rows.map(({ id, name }) => [id, name]));
}
