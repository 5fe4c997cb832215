/** Sub-flows that a link shows besides its own flow: those that whoever made it chose then. What is added to a flow later is not among them. */
import type { LinkKey } from '@uxflow/core/keyMessages';
import type { Queryable } from '../db/database.ts';
import { keyProblem } from '../keys/errors.ts';
import { workspaceProblem } from '../workspaces/errors.ts';
import { scopesOf } from '../workspaces/flowScope.ts';
import type { LockedPlace } from '../workspaces/place.ts';
import type { PlanName } from '../workspaces/plans.ts';
import { linkProblem } from './errors.ts';
import { LINK_FACTS, linkJoins, linkScope, type LinkFacts } from './linkScope.ts';
import type { NewShareLink } from './schema.ts';

/** A sub-flow as a link shows it. */
export interface LinkFlow {
  logId: string;
  /** By which steps name it. */
  flowId: string;
  /** Null where it is sealed. */
  name: string | null;
}

const FLOWS = {
  name: 'flows_of_link',
  text: `select f.log_id as "logId", f.flow_id as "flowId", s.name, ${LINK_FACTS}
    from share_link k join share_link_flow f on f.link_id = k.id ${linkJoins('f.log_id')} where k.id = $1 and p.deleted_at is null order by f.log_id`,
};

/** The sub-flows of a link that it may show now; for whoever has checked the link itself. */
export async function flowsOfLink(sql: Queryable, linkId: string, standardPlan: PlanName): Promise<LinkFlow[]> {
  const { rows } = await sql.query<LinkFacts & LinkFlow>({ ...FLOWS, values: [linkId] });
  return rows.filter((row) => linkScope(row, standardPlan)).map(({ logId, flowId, name }) => ({ logId, flowId, name }));
}

/**
 * Stores them with a link that was made this moment. `salt`: that of the link's password. Throws LINK_FLOW_TWICE, FLOW_NOT_FOUND for what its
 * maker does not see in this workspace, LINK_KEY_NEEDED, LINK_KEY_UNWANTED, EPOCH_CHANGED; then the whole link is not made.
 */
export async function addLinkFlows({ sql, workspace, actor }: LockedPlace, link: { id: string; logId: string; salt: string | undefined }, flows: NewShareLink['flows']): Promise<void> {
  if (flows.length === 0) return;
  const logs = flows.map(({ logId }) => logId);
  demandOnce(link.logId, flows);
  if (flows.some(({ key }) => workspace.encrypted && !key)) throw linkProblem('LINK_KEY_NEEDED');
  const { rows } = await sql.query<{ logId: string }>('select log_id as "logId" from shared_log where log_id = any($1) and workspace_id = $2 and deleted_at is null', [logs, workspace.id]);
  const here = new Set(rows.map(({ logId }) => logId));
  const scopes = await scopesOf(sql, logs.map((logId) => ({ userId: actor.userId, logId })));
  const hidden = logs.find((logId, at) => !here.has(logId) || !scopes[at]);
  if (hidden !== undefined) throw workspaceProblem('FLOW_NOT_FOUND', { logId: hidden });
  await sql.query('insert into share_link_flow (link_id, log_id, flow_id) select $1, * from unnest($2::text[], $3::text[])', [link.id, logs, flows.map(({ flowId }) => flowId)]);
  await addLinkKeys(sql, workspace, flows.flatMap(({ logId, key }) => (key ? [{ ...key, linkId: link.id, logId, ...(link.salt === undefined ? {} : { salt: link.salt }) }] : [])));
}

/** Puts others in their place; those that stay keep their keys. True where anything is different now. `link.flows`: as they are. Throws as `addLinkFlows` does, of what comes in. */
export async function changeLinkFlows(place: LockedPlace, link: Parameters<typeof addLinkFlows>[1] & { flows: readonly { logId: string }[] }, flows: NewShareLink['flows']): Promise<boolean> {
  demandOnce(link.logId, flows);
  const [before, after] = [link.flows, flows].map((all) => new Set(all.map(({ logId }) => logId))) as [Set<string>, Set<string>];
  const gone = [...before].filter((logId) => !after.has(logId));
  const added = flows.filter(({ logId }) => !before.has(logId));
  for (const table of ['share_link_flow', 'link_key']) if (gone.length > 0) await place.sql.query(`delete from ${table} where link_id = $1 and log_id = any($2)`, [link.id, gone]);
  await addLinkFlows(place, link, added);
  return gone.length + added.length > 0;
}

function demandOnce(own: string, flows: NewShareLink['flows']): void {
  if (new Set([own, ...flows.map(({ logId }) => logId)]).size <= flows.length || new Set(flows.map(({ flowId }) => flowId)).size < flows.length) throw linkProblem('LINK_FLOW_TWICE');
}

/** Stores the keys of flows for a link that was made this moment. Throws LINK_KEY_UNWANTED, EPOCH_CHANGED. */
export async function addLinkKeys(sql: Queryable, workspace: { id: string; encrypted: boolean; epoch: number }, keys: readonly LinkKey[]): Promise<void> {
  if (keys.length > 0 && !workspace.encrypted) throw linkProblem('LINK_KEY_UNWANTED');
  for (const { linkId, logId, epoch, salt, sealed, forMembers } of keys) {
    if (epoch !== workspace.epoch) throw keyProblem('EPOCH_CHANGED', { epoch: workspace.epoch });
    await sql.query('insert into link_key (link_id, workspace_id, log_id, epoch, salt, sealed, for_members) values ($1, $2, $3, $4, $5, $6, $7)', [linkId, workspace.id, logId, epoch, salt ?? null, sealed, forMembers]);
  }
}
