/** How many there are of what: for the people who run the server. Names of workspaces and what is in them are not theirs to see. */
import type { Queryable } from '../db/database.ts';
import type { PlanName } from '../workspaces/plans.ts';

export interface Statistics {
  users: { total: number; verified: number; suspended: number; closing: number; twoFactor: number; passkeys: number; activeToday: number; active30Days: number };
  workspaces: { total: number; encrypted: number; deleted: number; members: number; projects: number; flows: number };
  /** By plan: who pays for one, or was given it; all others have that of the server. */
  plans: Partial<Record<PlanName, number>>;
  /** Accounts made and people who signed in, by day (UTC), the last thirty. */
  days: { day: string; registered: number; signedIn: number }[];
}

/** As of now. */
export async function readStatistics(sql: Queryable): Promise<Statistics> {
  const { rows: users } = await sql.query<Statistics['users']>(
    `select count(*)::int as total, (count(*) filter (where email_verified))::int as verified, (count(*) filter (where status = 'suspended'))::int as suspended, (count(*) filter (where delete_at is not null))::int as closing,
       (count(*) filter (where two_factor_enabled))::int as "twoFactor", (select count(distinct user_id) from passkey)::int as passkeys,
       (select count(distinct user_id) from audit_event where kind = 'AUTH_SIGNED_IN' and at > now() - interval '1 day')::int as "activeToday",
       (select count(distinct user_id) from (select user_id from audit_event where kind = 'AUTH_SIGNED_IN' and at > now() - interval '30 days' union select user_id from session where last_seen_at > now() - interval '30 days') as seen)::int as "active30Days"
     from app_user`,
  );
  const { rows: workspaces } = await sql.query<Statistics['workspaces']>(
    `select (count(*) filter (where deleted_at is null))::int as total, (count(*) filter (where deleted_at is null and encrypted))::int as encrypted, (count(*) filter (where deleted_at is not null))::int as deleted,
       (select count(*) from member)::int as members, (select count(*) from project where deleted_at is null)::int as projects, (select count(*) from shared_log where deleted_at is null)::int as flows
     from workspace`,
  );
  const { rows: plans } = await sql.query<{ plan: PlanName; count: number }>(`select plan, count(*)::int as count from subscription where status <> 'cancelled' or current_period_end > now() group by plan`);
  const { rows: days } = await sql.query<Statistics['days'][number]>(
    `select to_char(day, 'YYYY-MM-DD') as day,
       (select count(*) from app_user u where u.created_at >= day at time zone 'utc' and u.created_at < (day + interval '1 day') at time zone 'utc')::int as registered,
       (select count(distinct a.user_id) from audit_event a where a.kind = 'AUTH_SIGNED_IN' and a.at >= day at time zone 'utc' and a.at < (day + interval '1 day') at time zone 'utc')::int as "signedIn"
     from generate_series(date_trunc('day', now() at time zone 'utc') - interval '29 days', date_trunc('day', now() at time zone 'utc'), interval '1 day') as day`,
  );
  return { users: users[0]!, workspaces: workspaces[0]!, plans: Object.fromEntries(plans.map(({ plan, count }) => [plan, count])), days };
}

export interface WorkspaceLine {
  id: string;
  ownerId: string | null;
  plan: string | null;
  encrypted: boolean;
  members: number;
  projects: number;
  flows: number;
  createdAt: number;
  deletedAt: number | null;
}

/** Workspaces without their names, oldest first, after the id of the last page. `plan` is that of the owner where one was given. */
export async function listAllWorkspaces(sql: Queryable, { after = '', limit }: { after?: string | undefined; limit: number }): Promise<WorkspaceLine[]> {
  const { rows } = await sql.query<Omit<WorkspaceLine, 'createdAt' | 'deletedAt'> & { createdAt: Date; deletedAt: Date | null }>(
    `select w.id, w.owner_id as "ownerId", s.plan, w.encrypted, w.created_at as "createdAt", w.deleted_at as "deletedAt", (select count(*) from member m where m.workspace_id = w.id)::int as members,
       (select count(*) from project p where p.workspace_id = w.id and p.deleted_at is null)::int as projects, (select count(*) from shared_log l where l.workspace_id = w.id and l.deleted_at is null)::int as flows
     from workspace w left join subscription s on s.user_id = w.owner_id where w.id > $1 order by w.id limit $2`,
    [after, limit],
  );
  return rows.map(({ createdAt, deletedAt, ...row }) => ({ ...row, createdAt: createdAt.getTime(), deletedAt: deletedAt?.getTime() ?? null }));
}
