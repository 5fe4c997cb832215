/** The end of what was deleted: rows are really gone once the days of grace are over. */
import { transact } from '../db/transaction.ts';
import type { Queryable } from '../db/database.ts';
import { writeEvent } from '../jobs/outbox.ts';
import type { WorkspaceParts } from './place.ts';

/** Deletes for good whatever is due; how many workspaces, projects and flows. */
export async function purgeDeleted({ database, outbox }: Pick<WorkspaceParts, 'database' | 'outbox'>): Promise<{ workspaces: number; projects: number; flows: number }> {
  const count = { workspaces: 0, projects: 0, flows: 0 };
  const { pool } = database;
  const { rows: workspaces } = await pool.query<{ id: string }>('select id from workspace where purge_at <= now()');
  for (const { id } of workspaces) {
    await transact(database, async ({ sql, after }) => {
      // Brought back at the last moment: then it stays.
      const { rowCount } = await sql.query('select 1 from workspace where id = $1 and purge_at <= now() for update', [id]);
      if (!rowCount) return;
      await dropLogs(sql, 'select id from log where workspace_id = $1', id);
      await sql.query('delete from workspace where id = $1', [id]);
      await writeEvent(sql, { type: 'WORKSPACE_PURGED', workspaceId: id });
      after(() => outbox.kick());
      count.workspaces += 1;
    });
  }
  const { rows: projects } = await pool.query<{ id: string; workspaceId: string }>('select id, workspace_id as "workspaceId" from project where purge_at <= now()');
  for (const { id, workspaceId } of projects) {
    await transact(database, async ({ sql }) => {
      await sql.query('select 1 from workspace where id = $1 for update', [workspaceId]);
      const { rowCount } = await sql.query('select 1 from project where id = $1 and purge_at <= now()', [id]);
      if (!rowCount) return;
      count.flows += await dropLogs(sql, 'select log_id from shared_log where project_id = $1', id);
      await sql.query('delete from project where id = $1', [id]);
      count.projects += 1;
    });
  }
  const { rows: flows } = await pool.query<{ id: string; workspaceId: string }>('select log_id as id, workspace_id as "workspaceId" from shared_log where purge_at <= now()');
  for (const { id, workspaceId } of flows) {
    await transact(database, async ({ sql }) => {
      await sql.query('select 1 from workspace where id = $1 for update', [workspaceId]);
      count.flows += await dropLogs(sql, 'select log_id from shared_log where log_id = $1 and purge_at <= now()', id);
    });
  }
  return count;
}

/** Days for which it stays known to whom an answered invitation went, or one that ran out. */
export const INVITED_DAYS = 30;

/** Forgets addresses and notes of invitations that were answered, revoked or ran out; that there was one stays. How many. */
export async function forgetInvited(sql: Queryable): Promise<number> {
  await sql.query(`update invitation set state = 'revoked', ended_at = expires_at where state = 'open' and expires_at < now() - make_interval(days => $1)`, [INVITED_DAYS]);
  const { rowCount } = await sql.query(`update invitation set email = '', note = '' where state <> 'open' and email <> '' and ended_at < now() - make_interval(days => $1)`, [INVITED_DAYS]);
  return rowCount ?? 0;
}

/** Deletes logs with all that they hold; how many. `which` selects their ids and takes one parameter. */
async function dropLogs(sql: Queryable, which: string, parameter: string): Promise<number> {
  const { rows } = await sql.query<{ id: string }>(`select id from log where id in (${which}) order by id for update`, [parameter]);
  const ids = rows.map(({ id }) => id);
  await sql.query('delete from entry where log_id = any($1::text[])', [ids]);
  await sql.query('delete from log where id = any($1::text[])', [ids]);
  return ids.length;
}
