/** What whoever came by a link may do now: never more than who made the link. One rule, for sockets and for HTTP. */
import { permissionsOf } from '../access/permissions.ts';
import type { Queryable } from '../db/database.ts';
import { scopeOf, type FlowFacts, type FlowScope } from '../workspaces/flowScope.ts';
import { PLANS, type PlanName } from '../workspaces/plans.ts';

/** A link and the place of its flow, as they stand in the tables. Made of LINK_FACTS and LINK_JOINS. */
export interface LinkFacts extends Omit<FlowFacts, 'isListed'> {
  mayComment: boolean;
  isExpired: boolean;
  allowLinks: boolean | null;
  encrypted: boolean;
  /** What the workspace's owner pays for; null: nothing. */
  plan: PlanName | null;
}

/** Columns of LinkFacts. */
export const LINK_FACTS = `k.may_comment as "mayComment", coalesce(k.expires_at <= now(), false) as "isExpired", m.role, m.permissions as extra, w.allow_guests as "allowGuests", w.allow_links as "allowLinks", w.encrypted, sub.plan,
    s.visibility = 'private' as "isPrivate", s.created_by = k.created_by as "isCreator", p.visibility as "projectVisibility", pm.role as "projectRole"`;
/** What LINK_FACTS needs beside `share_link k`; nothing is left of a link whose flow, project or workspace is deleted, or whose maker is gone. */
export const LINK_JOINS = `join workspace w on w.id = k.workspace_id and w.deleted_at is null
  join shared_log s on s.log_id = k.log_id and s.workspace_id = k.workspace_id and s.deleted_at is null
  join app_user maker on maker.id = k.created_by and maker.status = 'active' and maker.delete_at is null
  join member m on m.workspace_id = k.workspace_id and m.user_id = k.created_by
  left join project p on p.id = s.project_id
  left join project_member pm on pm.project_id = p.id and pm.user_id = k.created_by
  left join subscription sub on sub.user_id = w.owner_id and (sub.status <> 'cancelled' or sub.current_period_end > now())`;

const VISITS = {
  name: 'visit_facts',
  text: `select pair.n::int as n, ${LINK_FACTS}
    from unnest($1::text[], $2::text[]) with ordinality as pair(visit_id, log_id, n)
    join link_visit v on v.id = pair.visit_id and v.expires_at > now()
    join share_link k on k.id = v.link_id and k.log_id = pair.log_id and k.revoked_at is null
    ${LINK_JOINS}
    where p.deleted_at is null`,
};

/** The scope of a link as its facts are; undefined: it shows nothing. */
export function linkScope(facts: LinkFacts, standardPlan: PlanName): FlowScope | undefined {
  if (facts.isExpired || !linksAllowed(facts, standardPlan) || !permissionsOf(facts.role, facts.extra).has('share_links')) return undefined;
  const maker = scopeOf({ ...facts, isListed: true });
  return maker && { scope: facts.mayComment && maker.scope !== null ? 'comment' : null };
}

/** Whether flows of a workspace may be shared by links. Where it is encrypted an admin must have said so: the viewer's code comes from the server. */
export function linksAllowed({ allowLinks, encrypted, plan }: Pick<LinkFacts, 'allowLinks' | 'encrypted' | 'plan'>, standardPlan: PlanName): boolean {
  return allowLinks ?? (!encrypted && PLANS[plan ?? standardPlan].linksByDefault);
}

/** The scopes of pairs of a visitor and a log, in their order. */
export async function visitScopesOf(sql: Queryable, pairs: readonly { userId: string; logId: string }[], standardPlan: PlanName): Promise<(FlowScope | undefined)[]> {
  const { rows } = await sql.query<LinkFacts & { n: number }>({ ...VISITS, values: [pairs.map(({ userId }) => userId), pairs.map(({ logId }) => logId)] });
  const scopes: (FlowScope | undefined)[] = pairs.map(() => undefined);
  for (const { n, ...facts } of rows) scopes[n - 1] = linkScope(facts, standardPlan);
  return scopes;
}
