/** Links to flows as members make, see, change and revoke them. Opening one is in visits.ts. */
import { randomBytes } from 'node:crypto';
import { accessProblem } from '../access/errors.ts';
import { hashSecret, type Principal } from '../access/principal.ts';
import type { PasswordHasher } from '../accounts/passwordHash.ts';
import type { Queryable } from '../db/database.ts';
import { workspaceProblem } from '../workspaces/errors.ts';
import { scopesOf } from '../workspaces/flowScope.ts';
import { pageClause, readPage, type PageQuery, type PageValues } from '../workspaces/paging.ts';
import { changeIn, lookInto, type LockedPlace, type Place, type WorkspaceParts } from '../workspaces/place.ts';
import { planOf, PLANS, type Plan } from '../workspaces/plans.ts';
import { demandName } from '../workspaces/projects.ts';
import { linkProblem } from './errors.ts';
import { addLinkFlows, addLinkKeys, changeLinkFlows } from './linkFlows.ts';
import { LINK_FACTS, LINK_JOINS, linksAllowed, linkScope, type LinkFacts } from './linkScope.ts';
import type { LinkChange, LinkList, LinkView, MadeLink, NewShareLink } from './schema.ts';

export interface SharingParts extends WorkspaceParts {
  hasher: PasswordHasher;
  /** Address that people open, without a slash at the end. */
  publicUrl(): string;
}

export interface Links {
  /** Links of the flows that the asker sees, newest first; a page of them. */
  list(principal: Principal, workspaceId: string, options?: { logId?: string | undefined } & PageQuery): Promise<LinkList>;
  /** A new link; its address is told this once. */
  create(principal: Principal, workspaceId: string, wanted: NewShareLink): Promise<MadeLink>;
  /** For who made it and who manages projects. */
  change(principal: Principal, workspaceId: string, linkId: string, change: LinkChange): Promise<LinkView>;
  /** Whoever looks by it is cut at once. */
  revoke(principal: Principal, workspaceId: string, linkId: string): Promise<void>;
}

/** Where the page of a link lies. */
export const LINK_PATH = '/s';
/** Bytes of the random part of an address. */
const ADDRESS_BYTES = 24;
const DAY_MS = 86_400_000;
/** Links of a page where nobody says how many. */
const MOST_LISTED = 500;

interface LinkRow extends LinkFacts {
  id: string;
  logId: string;
  name: string | null;
  sealed: string | null;
  hasPassword: boolean;
  flows: LinkView['flows'];
  key: { epoch: number; salt: string | null; forMembers: string } | null;
  expiresAt: Date | null;
  createdBy: string;
  createdByName: string;
  createdAt: Date;
  opened: number;
  lastOpenedAt: Date | null;
  /** False where the flow is gone, or its maker from the workspace: the facts are empty then. */
  isHere: boolean;
}

// The maker may be gone, and the link must be seen all the same by who can end it.
const LINKS = `select k.id, k.log_id as "logId", k.name, k.sealed, coalesce((select json_agg(json_build_object('logId', f.log_id, 'flowId', f.flow_id) order by f.log_id) from share_link_flow f where f.link_id = k.id), '[]') as flows,
    (select json_build_object('epoch', x.epoch, 'salt', x.salt, 'forMembers', x.for_members) from link_key x where x.link_id = k.id and x.log_id = k.log_id) as key,
    k.password_hash is not null as "hasPassword", k.expires_at as "expiresAt", k.created_by as "createdBy", coalesce(u.name, '') as "createdByName",
    k.created_at as "createdAt", k.opened, k.last_opened_at as "lastOpenedAt", facts.*, facts.role is not null as "isHere", k.may_comment as "mayComment", coalesce(k.expires_at <= now(), false) as "isExpired"
  from share_link k left join app_user u on u.id = k.created_by
  left join lateral (select ${LINK_FACTS} from (select k.*) k ${LINK_JOINS} where p.deleted_at is null) facts on true
  where k.workspace_id = $1 and k.revoked_at is null`;

/** The links of a database. */
export function createLinks(parts: SharingParts): Links {
  const { standardPlan, hasher } = parts;

  const find = async (place: Place, linkId: string): Promise<LinkRow> => {
    const { rows } = await place.sql.query<LinkRow>(`${LINKS} and k.id = $2`, [place.workspace.id, linkId]);
    const [row] = rows;
    if (!row || !(mayChange(place, row) || (await scopesOf(place.sql, [{ userId: place.actor.userId, logId: row.logId }]))[0])) throw linkProblem('LINK_NOT_FOUND', { linkId });
    return row;
  };
  const findOwn = async (place: Place, linkId: string): Promise<LinkRow> => {
    const row = await find(place, linkId);
    if (!mayChange(place, row)) throw accessProblem('PERMISSION_MISSING', { workspaceId: place.workspace.id, permission: 'manage_projects' });
    return row;
  };
  const viewOf = (place: Place, row: LinkRow): LinkView => ({
    id: row.id,
    logId: row.logId,
    name: row.name,
    sealed: row.sealed,
    hasPassword: row.hasPassword,
    mayComment: row.mayComment,
    flows: row.flows,
    key: row.key && { epoch: row.key.epoch, forMembers: row.key.forMembers, ...(row.key.salt === null ? {} : { salt: row.key.salt }) },
    expiresAt: row.expiresAt?.getTime() ?? null,
    state: row.isExpired ? 'expired' : row.isHere && linkScope(row, standardPlan) ? 'open' : 'held',
    createdBy: row.createdBy,
    createdByName: row.createdByName,
    createdAt: row.createdAt.getTime(),
    opened: row.opened,
    lastOpenedAt: row.lastOpenedAt?.getTime() ?? null,
    mayChange: mayChange(place, row),
  });
  const planIn = async ({ sql, workspace }: Place): Promise<Plan> => PLANS[await planOf(sql, workspace.ownerId, standardPlan)];
  const isAllowed = async ({ sql, workspace }: Place) => linksAllowed({ allowLinks: workspace.allowLinks, encrypted: workspace.encrypted, plan: await planOf(sql, workspace.ownerId, standardPlan) }, standardPlan);

  return {
    async list(principal, workspaceId, { logId, after, limit = MOST_LISTED } = {}) {
      const place = await lookInto(parts, principal, workspaceId, { permission: 'share_links' });
      const seen = new Set<string>();
      const read = async (values: PageValues): Promise<LinkRow[]> => {
        const { rows } = await place.sql.query<LinkRow>(`${LINKS} and ($2::text is null or k.log_id = $2) ${pageClause('k.created_at', 'k.id', 3, 'newestFirst')}`, [workspaceId, logId ?? null, ...values]);
        const logs = [...new Set(rows.map((row) => row.logId))];
        const scopes = await scopesOf(place.sql, logs.map((one) => ({ userId: place.actor.userId, logId: one })));
        for (const [at, one] of logs.entries()) if (scopes[at]) seen.add(one);
        return rows;
      };
      const { rows, next } = await readPage({ after, limit }, read, ({ createdAt, id }) => [createdAt, id], (row) => (seen.has(row.logId) || mayChange(place, row) ? viewOf(place, row) : undefined));
      return {
        links: rows,
        next,
        allowed: await isAllowed(place),
        mayAllow: place.actor.permissions.has('manage_settings'),
        mostDays: (await planIn(place)).linkDays,
      };
    },
    async create(principal, workspaceId, wanted) {
      // Before the workspace is locked: this takes its time on purpose.
      const passwordHash = wanted.password === undefined ? null : await hasher.hash(wanted.password);
      return changeIn(parts, principal, workspaceId, { permission: 'share_links' }, async (place) => {
        const { sql, workspace, actor } = place;
        const { logId, flows, name, sealed, mayComment, expiresAt, key } = wanted;
        if (!(await isAllowed(place))) throw linkProblem('LINKS_NOT_ALLOWED', { workspaceId });
        demandName(place, wanted);
        if (name === undefined && sealed === undefined) throw workspaceProblem(workspace.encrypted ? 'NAME_NOT_SEALED' : 'NAME_SEALED');
        if (workspace.encrypted && !(wanted.id && key)) throw linkProblem('LINK_KEY_NEEDED');
        const { rowCount: isListed } = await sql.query('select 1 from shared_log where log_id = $1 and workspace_id = $2 and deleted_at is null', [logId, workspaceId]);
        const [flow] = isListed ? await scopesOf(sql, [{ userId: actor.userId, logId }]) : [];
        if (!flow) throw workspaceProblem('FLOW_NOT_FOUND', { logId });
        if (mayComment && flow.scope === null) throw linkProblem('LINK_COMMENT_TOO_MUCH');
        const plan = await planIn(place);
        demandEnd(expiresAt, plan);
        await demandRoom(place, plan);
        const address = randomBytes(ADDRESS_BYTES).toString('base64url');
        const id = wanted.id ?? parts.ids.newId('link');
        const { rowCount } = await sql.query(
          `insert into share_link (id, workspace_id, log_id, address_hash, name, sealed, password_hash, may_comment, expires_at, created_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do nothing`,
          [id, workspaceId, logId, hashSecret(address), name ?? null, sealed ?? null, passwordHash, mayComment, expiresAt === null ? null : new Date(expiresAt), actor.userId],
        );
        if (!rowCount) throw linkProblem('LINK_EXISTS');
        await addLinkKeys(sql, workspace, key ? [{ ...key, linkId: id, logId }] : []);
        await addLinkFlows(place, { id, logId, salt: key?.salt }, flows);
        await place.record('LINK_MADE', { linkId: id, logId, mayComment, hasPassword: passwordHash !== null, expiresAt, ...(flows.length > 0 ? { flows: flows.length } : {}) });
        await place.event({ type: 'LINK_MADE', payload: { linkId: id, logId } });
        return { ...viewOf(place, await find(place, id)), address: `${parts.publicUrl()}${LINK_PATH}/${address}` };
      });
    },
    async change(principal, workspaceId, linkId, change) {
      const passwordHash = change.password ? await hasher.hash(change.password) : null;
      return changeIn(parts, principal, workspaceId, { permission: 'share_links' }, async (place) => {
        const { sql, workspace } = place;
        const link = await findOwn(place, linkId);
        demandName(place, change);
        if (change.password !== undefined && workspace.encrypted) throw linkProblem('LINK_PASSWORD_FIXED');
        if (change.mayComment) {
          const [flow] = await scopesOf(sql, [{ userId: place.actor.userId, logId: link.logId }]);
          if (!flow?.scope) throw linkProblem('LINK_COMMENT_TOO_MUCH');
        }
        const expiresAt = change.expiresAt === undefined ? (link.expiresAt?.getTime() ?? null) : change.expiresAt;
        if (change.expiresAt !== undefined) {
          const plan = await planIn(place);
          demandEnd(expiresAt, plan);
          if (link.isExpired) await demandRoom(place, plan);
        }
        const next = { name: change.name ?? link.name, sealed: change.sealed ?? link.sealed, mayComment: change.mayComment ?? link.mayComment, expiresAt };
        const fields = [
          ...(['name', 'sealed', 'mayComment'] as const).filter((field) => next[field] !== link[field]),
          ...(expiresAt === (link.expiresAt?.getTime() ?? null) ? [] : ['expiresAt']),
          ...(change.password === undefined ? [] : ['password']),
          ...(change.flows && (await changeLinkFlows(place, { id: linkId, logId: link.logId, flows: link.flows, salt: link.key?.salt ?? undefined }, change.flows)) ? ['flows'] : []),
        ];
        if (fields.length === 0) return viewOf(place, link);
        await sql.query(
          `update share_link set name = $2, sealed = $3, may_comment = $4, expires_at = $5, password_hash = case when $6 then $7 else password_hash end, updated_at = now() where id = $1`,
          [linkId, next.name, next.sealed, next.mayComment, expiresAt === null ? null : new Date(expiresAt), change.password !== undefined, passwordHash],
        );
        // Who came in by the old password, or until an end that is nearer now, comes again.
        if (fields.includes('password') || fields.includes('expiresAt')) await sql.query('delete from link_visit where link_id = $1', [linkId]);
        await place.record('LINK_CHANGED', { linkId, logId: link.logId, fields });
        await place.cut({ linkId });
        return viewOf(place, await find(place, linkId));
      });
    },
    revoke: (principal, workspaceId, linkId) =>
      changeIn(parts, principal, workspaceId, { permission: 'share_links' }, async (place) => {
        const { sql } = place;
        const { logId } = await findOwn(place, linkId);
        await sql.query('update share_link set revoked_at = now(), updated_at = now() where id = $1', [linkId]);
        await sql.query('delete from link_visit where link_id = $1', [linkId]);
        await sql.query('delete from link_key where link_id = $1', [linkId]);
        await place.record('LINK_REVOKED', { linkId, logId });
        await place.event({ type: 'LINK_REVOKED', payload: { linkId, logId } });
        await place.cut({ linkId });
      }),
  };
}

/** Forgets visits that are over, links that were revoked a month ago, and those whose maker has no account any more. */
export async function forgetLinks(sql: Queryable): Promise<void> {
  await sql.query('delete from link_visit where expires_at < now()');
  await sql.query(`with gone as (delete from share_link k where k.revoked_at < now() - interval '30 days' or not exists (select 1 from app_user u where u.id = k.created_by) returning k.id)
    delete from link_key where link_id in (select id from gone)`);
}

function mayChange({ actor }: Place, { createdBy }: Pick<LinkRow, 'createdBy'>): boolean {
  return createdBy === actor.userId || actor.permissions.has('manage_projects');
}

/** Throws LINK_LIMIT when the plan holds no more links. What has ended does not count. */
async function demandRoom({ sql, workspace }: LockedPlace, { links }: Plan): Promise<void> {
  if (links === null) return;
  const { rows } = await sql.query<{ count: number }>('select count(*)::int as count from share_link where workspace_id = $1 and revoked_at is null and (expires_at is null or expires_at > now())', [workspace.id]);
  if (rows[0]!.count >= links) throw linkProblem('LINK_LIMIT', { limit: links });
}

/** Throws LINK_EXPIRY when a link would end in the past, or later than its plan allows. */
function demandEnd(expiresAt: number | null, { linkDays }: Plan): void {
  const latest = linkDays === null ? Infinity : Date.now() + linkDays * DAY_MS;
  // A minute of grace: the days were counted on another clock.
  if ((expiresAt ?? Infinity) > Date.now() && (expiresAt ?? Infinity) <= latest + 60_000) return;
  throw linkProblem('LINK_EXPIRY', { days: linkDays, within: linkDays === null ? '' : `, within ${linkDays} days` });
}
