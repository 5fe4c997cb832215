/** How much of its plan a workspace uses, and what people pay for. */
import type { Principal } from '../access/principal.ts';
import type { Queryable } from '../db/database.ts';
import { transact } from '../db/transaction.ts';
import { writeEvent } from '../jobs/outbox.ts';
import { workspaceProblem } from './errors.ts';
import { lookInto, type WorkspaceParts } from './place.ts';
import { PLAN_NAMES, planOf, PLANS, warningOf, type PlanName, type Warning } from './plans.ts';
import type { SubscriptionView, UsageLine, UsageView } from './schema.ts';

export interface Usage {
  usage(principal: Principal, workspaceId: string): Promise<UsageView>;
  /** A line for each workspace of their own. */
  ownUsage(principal: Principal): Promise<UsageLine[]>;
  /** Their own plan. */
  subscription(principal: Principal): Promise<SubscriptionView>;
  /** Gives a person a larger plan by their own wish, where the server lets them. Throws PLAN_BY_OPERATOR, PLAN_NOT_HIGHER. */
  upgrade(principal: Principal, plan: PlanName): Promise<void>;
  /** For billing: what somebody pays for from now on. Nobody loses anything that is over a smaller plan's limits; there is only no more of it. */
  setSubscription(userId: string, subscription: { plan: PlanName; status: 'active' | 'past_due' | 'cancelled'; currentPeriodEnd?: number | undefined }): Promise<void>;
}

/** Seconds for which a measurement of the stored bytes counts. */
const STORAGE_SECONDS = 60;
/** Days in the usage's history. */
const HISTORY_DAYS = 30;

/** The usage of the workspaces of a database. */
export function createUsage(parts: WorkspaceParts): Usage {
  const { database, standardPlan } = parts;
  const usage: Usage = {
    async usage(principal, workspaceId) {
      const { sql, workspace } = await lookInto(parts, principal, workspaceId, { permission: 'view_usage' });
      const plan = await planOf(sql, workspace.ownerId, standardPlan);
      const counts = await countsOf(sql, workspaceId);
      const { rows } = await sql.query<Pick<UsageView, 'flows' | 'guests'> & { openInvitations: number; links: number }>(
        `select (select count(*) from shared_log where workspace_id = $1 and deleted_at is null)::int as flows,
           (select count(*) from member where workspace_id = $1 and role = 'guest')::int as guests,
           (select count(*) from invitation where workspace_id = $1 and state = 'open' and expires_at > now())::int as "openInvitations",
           (select count(*) from share_link where workspace_id = $1 and revoked_at is null and (expires_at is null or expires_at > now()))::int as links`,
        [workspaceId],
      );
      const { flows, guests, openInvitations, links } = rows[0]!;
      const { rows: days } = await sql.query<UsageView['days'][number]>(`select day::text, code, count from usage_day where workspace_id = $1 and day > current_date - $2::int order by day, code`, [workspaceId, HISTORY_DAYS]);
      const mayTake = parts.planChanges === 'self' && principal.kind === 'user' && principal.userId === workspace.ownerId;
      return {
        plan,
        ...metersOf(counts, plan),
        openInvitations: meterOf(openInvitations, PLANS[plan].openInvitations),
        links: meterOf(links, PLANS[plan].links),
        flows,
        guests,
        days,
        larger: mayTake ? PLAN_NAMES.slice(PLAN_NAMES.indexOf(plan) + 1).map((larger) => ({ plan: larger, limits: heldBy(larger) })) : [],
      };
    },
    async ownUsage({ userId }) {
      const { pool } = database;
      const plan = await planOf(pool, userId, standardPlan);
      const { rows } = await pool.query<{ id: string; name: string }>('select id, name from workspace where owner_id = $1 and deleted_at is null order by id', [userId]);
      const lines: UsageLine[] = [];
      for (const { id, name } of rows) lines.push({ workspaceId: id, name, plan, ...metersOf(await countsOf(pool, id), plan) });
      return lines;
    },
    async subscription(principal) {
      const { pool } = database;
      const { rows } = await pool.query<{ status: SubscriptionView['status']; currentPeriodEnd: Date | null; count: number }>(
        `select s.status, s.current_period_end as "currentPeriodEnd", (select count(*) from workspace where owner_id = $1 and deleted_at is null)::int as count from (select 1) as one left join subscription s on s.user_id = $1`,
        [principal.userId],
      );
      const { status, currentPeriodEnd, count } = rows[0]!;
      const plan = await planOf(pool, principal.userId, standardPlan);
      const { openInvitations: _, ...limits } = PLANS[plan];
      return { plan, status: status ?? 'active', currentPeriodEnd: currentPeriodEnd?.getTime() ?? null, limits, workspaces: { used: count, limit: limits.workspaces, warning: warningOf(count, limits.workspaces) } };
    },
    async upgrade({ userId }, plan) {
      if (parts.planChanges !== 'self') throw workspaceProblem('PLAN_BY_OPERATOR');
      if (PLAN_NAMES.indexOf(plan) <= PLAN_NAMES.indexOf(await planOf(database.pool, userId, standardPlan))) throw workspaceProblem('PLAN_NOT_HIGHER', { plan });
      await usage.setSubscription(userId, { plan, status: 'active' });
    },
    setSubscription: (userId, { plan, status, currentPeriodEnd }) =>
      transact(database, async ({ sql, after }) => {
        const { rows } = await sql.query<{ plan: PlanName }>('select plan from subscription where user_id = $1 for update', [userId]);
        await sql.query(
          `insert into subscription (user_id, plan, status, current_period_end) values ($1, $2, $3, $4)
           on conflict (user_id) do update set plan = excluded.plan, status = excluded.status, current_period_end = excluded.current_period_end, updated_at = now()`,
          [userId, plan, status, currentPeriodEnd === undefined ? null : new Date(currentPeriodEnd)],
        );
        await writeEvent(sql, { type: 'USER_SUBSCRIPTION_CHANGED', userId, payload: { from: rows[0]?.plan ?? null, plan, status } });
        after(() => parts.outbox.kick());
      }),
  };
  return usage;
}

export interface Counts {
  members: number;
  projects: number;
  storageBytes: number;
}

/** What counts against the limits of a workspace. */
export async function countsOf(sql: Queryable, workspaceId: string): Promise<Counts> {
  const { rows } = await sql.query<{ members: number; projects: number }>(
    'select (select count(*) from member where workspace_id = $1)::int as members, (select count(*) from project where workspace_id = $1 and deleted_at is null)::int as projects',
    [workspaceId],
  );
  return { ...rows[0]!, storageBytes: await storageOf(sql, workspaceId) };
}

/** Bytes of entries, snapshots and assets of a workspace's logs, measured at most once a minute: nothing on the way of an edit counts them. */
export async function storageOf(sql: Queryable, workspaceId: string): Promise<number> {
  const { rows } = await sql.query<{ bytes: number }>(`select bytes from workspace_storage where workspace_id = $1 and measured_at > now() - $2 * interval '1 second'`, [workspaceId, STORAGE_SECONDS]);
  if (rows[0]) return rows[0].bytes;
  const { rows: measured } = await sql.query<{ bytes: number }>(
    `insert into workspace_storage (workspace_id, bytes)
     select $1, coalesce((select sum(octet_length(e.record)) from entry e join log l on l.id = e.log_id where l.workspace_id = $1), 0)
       + coalesce((select sum(octet_length(s.bytes)) from snapshot s join log l on l.id = s.log_id where l.workspace_id = $1), 0)
       + coalesce((select sum(a.size) from asset a join log l on l.id = a.log_id where l.workspace_id = $1), 0)
     on conflict (workspace_id) do update set bytes = excluded.bytes, measured_at = now() returning bytes`,
    [workspaceId],
  );
  return measured[0]!.bytes;
}

function metersOf(counts: Counts, plan: PlanName): Pick<UsageLine, keyof Counts> {
  const meter = (limit: keyof Counts) => meterOf(counts[limit], PLANS[plan][limit]);
  return { members: meter('members'), projects: meter('projects'), storageBytes: meter('storageBytes') };
}

function meterOf(used: number, limit: number | null): UsageView['members'] {
  return { used, limit, warning: warningOf(used, limit) };
}

function heldBy(plan: PlanName): UsageView['larger'][number]['limits'] {
  const { members, projects, storageBytes, openInvitations, links } = PLANS[plan];
  return { members, projects, storageBytes, openInvitations, links };
}

/** The limits that are nearer than 80 %, with how near. */
export function warningsOf(counts: Counts, plan: PlanName): { limit: keyof Counts; warning: Warning }[] {
  return (['members', 'projects', 'storageBytes'] as const).flatMap((limit) => {
    const warning = warningOf(counts[limit], PLANS[plan][limit]);
    return warning ? [{ limit, warning }] : [];
  });
}
