/** What accounts ask of workspaces when somebody wants to go. */
import type { Queryable } from '../db/database.ts';
import { transact } from '../db/transaction.ts';
import { takeOut } from './members.ts';
import { lockedPlace, WORKSPACE_COLUMNS, type WorkspaceParts, type WorkspaceRow } from './place.ts';

/** What the module does for accounts. */
export interface People {
  sharedWorkspacesOf: typeof sharedWorkspacesOf;
  exportOfPerson: typeof exportOfPerson;
  /**
   * Takes somebody out of every workspace before their account is erased: their own ones are purged next, others lose a member. Their name
   * goes with the account; ids in activity lists stay.
   */
  forgetPerson(userId: string): Promise<void>;
}

/** The port of a module's parts. */
export function createPeople(parts: WorkspaceParts): People {
  return {
    sharedWorkspacesOf,
    exportOfPerson,
    forgetPerson: (userId) =>
      transact(parts.database, async (transaction) => {
        const { sql } = transaction;
        const { rows } = await sql.query<WorkspaceRow>(`select ${WORKSPACE_COLUMNS} from workspace w where w.id in (select workspace_id from member where user_id = $1) order by w.id for no key update`, [userId]);
        for (const workspace of rows) {
          const place = lockedPlace(parts, transaction, { sql, workspace, actor: { workspaceId: workspace.id, userId, role: 'guest', permissions: new Set() } });
          if (workspace.ownerId === userId) {
            const { rows: marked } = await sql.query<{ purgeAt: Date }>(`update workspace set deleted_at = coalesce(deleted_at, now()), purge_at = now() where id = $1 returning purge_at as "purgeAt"`, [workspace.id]);
            await place.event({ type: 'WORKSPACE_DELETED', payload: { purgeAt: marked[0]!.purgeAt.getTime() } });
            await place.cut({});
          } else {
            await takeOut(place, userId);
            await place.record('MEMBER_LEFT');
          }
        }
        await sql.query('delete from invitation using app_user u where u.id = $1 and invitation.email = u.email', [userId]);
        await sql.query('delete from subscription where user_id = $1', [userId]);
      }),
  };
}

/** Their workspaces that others are in: these must be handed over or deleted before the account may go. */
export async function sharedWorkspacesOf(sql: Queryable, userId: string): Promise<{ id: string; name: string }[]> {
  const { rows } = await sql.query<{ id: string; name: string }>(
    `select w.id, w.name from workspace w where w.owner_id = $1 and w.deleted_at is null and exists (select 1 from member m where m.workspace_id = w.id and m.user_id <> $1) order by w.id`,
    [userId],
  );
  return rows;
}

/** What workspaces know of a person, for the export of their data. */
export async function exportOfPerson(sql: Queryable, userId: string): Promise<Record<string, unknown>> {
  const read = async (text: string) => (await sql.query<Record<string, unknown>>(text, [userId])).rows;
  return {
    memberships: await read('select m.workspace_id, w.name as workspace_name, m.role, m.permissions, m.joined_at, m.invited_by, m.last_active_at from member m join workspace w on w.id = m.workspace_id where m.user_id = $1 order by 1'),
    projectRoles: await read('select project_id, role, added_at from project_member where user_id = $1 order by 1'),
    invitations: await read('select i.id, i.workspace_id, i.role, i.note, i.state, i.created_at, i.expires_at from invitation i join app_user u on u.email = i.email where u.id = $1 order by 1'),
    invitationsSent: await read('select id, workspace_id, email, role, note, state, created_at from invitation where invited_by = $1 order by 1'),
    projects: await read('select id, workspace_id, name, created_at from project where created_by = $1 order by 1'),
    flows: await read('select log_id, workspace_id, project_id, name, created_at from shared_log where created_by = $1 order by 1'),
    links: await read('select k.id, k.workspace_id, k.log_id, array(select f.log_id from share_link_flow f where f.link_id = k.id order by 1) as sub_flows, k.name, k.may_comment, k.expires_at, k.created_at, k.revoked_at from share_link k where k.created_by = $1 order by 1'),
    activity: await read('select workspace_id, code, params, at from activity where actor_id = $1 order by id'),
    signOn: await read('select c.workspace_id, c.name as connection_name, i.subject, i.created_at, i.last_at from sign_on_identity i join sign_on_connection c on c.id = i.connection_id where i.user_id = $1 order by i.created_at'),
    subscription: await read('select plan, status, current_period_end from subscription where user_id = $1'),
  };
}
