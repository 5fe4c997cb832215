/** What whoever came by a link may do now: never more than who made the link. One rule, for sockets and for HTTP. */
import { permissionsOf } from '../access/permissions.ts';
import type { Queryable } from '../db/database.ts';
import { scopeOf, type FlowFacts, type FlowScope } from '../workspaces/flowScope.ts';
import { PLANS, type PlanName } from '../workspaces/plans.ts';

/** A link and the place of a flow that it shows, as they stand in the tables. Made of LINK_FACTS and linkJoins. */
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
/** What LINK_FACTS of a flow needs beside `share_link k`; nothing is left where the flow, its project or the workspace is deleted, or the link's maker is gone. `log`: SQL of the flow's log. */
export const linkJoins = (log: string) => `join workspace w on w.id = k.workspace_id and w.deleted_at is null
  join shared_log s on s.log_id = ${log} and s.workspace_id = k.workspace_id and s.deleted_at is null
  join app_user maker on maker.id = k.created_by and maker.status = 'active' and maker.delete_at is null
  join member m on m.workspace_id = k.workspace_id and m.user_id = k.created_by
  left join project p on p.id = s.project_id
  left join project_member pm on pm.project_id = p.id and pm.user_id = k.created_by
  left join subscription sub on sub.user_id = w.owner_id and (sub.status <> 'cancelled' or sub.current_period_end > now())`;
/** Those of the flow to which a link leads. */
export const LINK_JOINS = linkJoins('k.log_id');

const VISITS = {
  name: 'visit_facts',
  text: `select pair.n::int as n, f.log_id = k.log_id as "isFirst", f.log_id = pair.log_id as "isAsked", ${LINK_FACTS}
    from unnest($1::text[], $2::text[]) with ordinality as pair(visit_id, log_id, n)
    join link_visit v on v.id = pair.visit_id and v.expires_at > now()
    join share_link k on k.id = v.link_id and k.revoked_at is null
    cross join lateral (select k.log_id union select e.log_id from share_link_flow e where e.link_id = k.id and e.log_id = pair.log_id) as f(log_id)
    ${linkJoins('f.log_id')}
    where p.deleted_at is null`,
};

/** The scope of a link in one of its flows, as the facts are; undefined: it does not show it. */
export function linkScope(facts: LinkFacts, standardPlan: PlanName): FlowScope | undefined {
  if (facts.isExpired || !linksAllowed(facts, standardPlan) || !permissionsOf(facts.role, facts.extra).has('share_links')) return undefined;
  const maker = scopeOf({ ...facts, isListed: true });
  return maker && { scope: facts.mayComment && maker.scope !== null ? 'comment' : null };
}

/** Whether flows of a workspace may be shared by links. Where it is encrypted an admin must have said so: the viewer's code comes from the server. */
export function linksAllowed({ allowLinks, encrypted, plan }: Pick<LinkFacts, 'allowLinks' | 'encrypted' | 'plan'>, standardPlan: PlanName): boolean {
  return allowLinks ?? (!encrypted && PLANS[plan ?? standardPlan].linksByDefault);
}

/** The scopes of pairs of a visitor and a log, in their order. A sub-flow is shown while the link's own flow is. */
export async function visitScopesOf(sql: Queryable, pairs: readonly { userId: string; logId: string }[], standardPlan: PlanName): Promise<(FlowScope | undefined)[]> {
  const { rows } = await sql.query<LinkFacts & { n: number; isFirst: boolean; isAsked: boolean }>({ ...VISITS, values: [pairs.map(({ userId }) => userId), pairs.map(({ logId }) => logId)] });
  const asked: (FlowScope | undefined)[] = pairs.map(() => undefined);
  const stands = new Set<number>();
  for (const { n, isFirst, isAsked, ...facts } of rows) {
    const scope = linkScope(facts, standardPlan);
    if (isFirst && scope) stands.add(n);
    if (isAsked) asked[n - 1] = scope;
  }
  return asked.map((scope, at) => (stands.has(at + 1) ? scope : undefined));
}
