/** What a plan holds: the one table of limits, and whose plan counts. */
import type { Queryable } from '../db/database.ts';

export const PLAN_NAMES = ['free', 'pro', 'team', 'enterprise'] as const;
export type PlanName = (typeof PLAN_NAMES)[number];

/** Limits of a plan; null: none. */
export interface Plan {
  /** Workspaces that one person owns. */
  workspaces: number | null;
  /** Members of a workspace, guests too. */
  members: number | null;
  /** Projects of a workspace. */
  projects: number | null;
  /** Bytes of all flows of a workspace. */
  storageBytes: number | null;
  /** API keys of a person. */
  apiKeys: number | null;
  /** Invitations of a workspace that nobody has answered yet: a workspace is no machine for mails. */
  openInvitations: number;
  /** Whether people may come by an identity provider of the workspace. */
  signOn: boolean;
  /** Links of a workspace that have not ended. */
  links: number | null;
  /** Days after which a link ends at the latest. */
  linkDays: number | null;
  /** Whether flows may be shared by links before an admin has said so. */
  linksByDefault: boolean;
}

const MEGABYTE = 1024 * 1024;
const GIGABYTE = 1024 * MEGABYTE;

export const PLANS: Readonly<Record<PlanName, Plan>> = {
  free: { workspaces: 1, members: 3, projects: 5, storageBytes: 100 * MEGABYTE, apiKeys: 1, openInvitations: 10, signOn: false, links: 3, linkDays: 30, linksByDefault: true },
  pro: { workspaces: 3, members: 10, projects: 20, storageBytes: GIGABYTE, apiKeys: 3, openInvitations: 50, signOn: false, links: 50, linkDays: null, linksByDefault: true },
  team: { workspaces: 10, members: 50, projects: 100, storageBytes: 10 * GIGABYTE, apiKeys: 10, openInvitations: 200, signOn: true, links: 500, linkDays: null, linksByDefault: true },
  enterprise: { workspaces: null, members: null, projects: null, storageBytes: null, apiKeys: null, openInvitations: 1000, signOn: true, links: null, linkDays: null, linksByDefault: true },
};

/** Shares of a limit from which people are warned. */
export const WARN_SHARES = { near: 0.8, critical: 0.95 } as const;
export type Warning = 'near' | 'critical' | 'full';

/** How near something is to its limit; null below 80 % and where there is no limit. */
export function warningOf(used: number, limit: number | null): Warning | null {
  if (limit === null) return null;
  if (used >= limit) return 'full';
  if (used >= limit * WARN_SHARES.critical) return 'critical';
  return used >= limit * WARN_SHARES.near ? 'near' : null;
}

/** The plans of several persons at once, by their ids. */
export async function plansOf(sql: Queryable, userIds: readonly string[], standard: PlanName): Promise<(userId: string) => PlanName> {
  const { rows } = await sql.query<{ userId: string; plan: PlanName }>({
    name: 'plans_of',
    text: `select user_id as "userId", plan from subscription where user_id = any($1) and (status <> 'cancelled' or current_period_end > now())`,
    values: [[...new Set(userIds)]],
  });
  const paid = new Map(rows.map(({ userId, plan }) => [userId, plan]));
  return (userId) => paid.get(userId) ?? standard;
}

/** The plan of a person: what they pay for while it runs, else that of the server. A workspace has the plan of its owner. */
export async function planOf(sql: Queryable, userId: string, standard: PlanName): Promise<PlanName> {
  const { rows } = await sql.query<{ plan: PlanName }>({
    name: 'plan_of',
    text: `select plan from subscription where user_id = $1 and (status <> 'cancelled' or current_period_end > now())`,
    values: [userId],
  });
  return rows[0]?.plan ?? standard;
}
