/**
 * The round that looks whether proofs of domains still stand. One that is gone is told to who looks after the workspace; after seven days the
 * connection signs nobody of that domain in any more. What the domain demands of members stays: losing a record must open no other way.
 */
import { languageOf } from '../accounts/profile.ts';
import type { Queryable } from '../db/database.ts';
import { transact } from '../db/transaction.ts';
import type { Language, MailContent } from '../mail/templates.ts';
import type { WorkspaceParts } from '../workspaces/place.ts';
import { findProof, type DomainLooks, type FoundProof } from './domainProof.ts';

/** Days for which a proof may be missing. */
export const PROOF_GRACE_DAYS = 7;
/** Domains of one round, and hours between two looks at one. */
const MOST_AT_ONCE = 100;
const LOOK_EVERY_HOURS = 24;

export interface DomainRoundParts {
  workspaces: Pick<WorkspaceParts, 'database'>;
  looks: DomainLooks;
  /** Puts a mail on its way, in the transaction of `sql`. */
  send(sql: Queryable, mail: { to: string; language: Language } & Extract<MailContent, { kind: 'domainProof' }>): Promise<void>;
  /** Address of the page of a connection. */
  pageOf(workspaceId: string, connectionId: string): string;
}

interface DueRow {
  connectionId: string;
  domain: string;
  token: string;
  workspaceId: string;
}

/** Looks for the proofs that are due; how many it looked for. */
export async function recheckDomains(parts: DomainRoundParts): Promise<number> {
  const { rows } = await parts.workspaces.database.pool.query<DueRow>(
    `select d.connection_id as "connectionId", d.domain, d.token, c.workspace_id as "workspaceId" from sign_on_domain d join sign_on_connection c on c.id = d.connection_id join workspace w on w.id = c.workspace_id and w.deleted_at is null
     where d.proven_at is not null and (d.checked_at is null or d.checked_at < now() - make_interval(hours => $1)) order by d.checked_at nulls first, d.domain limit $2`,
    [LOOK_EVERY_HOURS, MOST_AT_ONCE],
  );
  // Nothing is locked while the network is asked.
  for (const row of rows) await settle(parts, row, await findProof(parts.looks, row));
  return rows.length;
}

async function settle(parts: DomainRoundParts, { connectionId, domain, token, workspaceId }: DueRow, found: FoundProof): Promise<void> {
  await transact(parts.workspaces.database, async ({ sql }) => {
    // The workspace first, as everybody does who changes what is in it.
    const { rows: workspaces } = await sql.query<{ name: string }>('select name from workspace where id = $1 and deleted_at is null for no key update', [workspaceId]);
    const { rows } = await sql.query<{ isSuspended: boolean; isNew: boolean; isOver: boolean; until: Date }>(
      `update sign_on_domain d set checked_at = now(),
         failing_since = case $4::text when 'gone' then coalesce(d.failing_since, now()) when 'unknown' then d.failing_since end,
         suspended_at = case when $4::text = 'gone' and d.failing_since < now() - make_interval(days => $5) then coalesce(d.suspended_at, now()) when $4::text in ('gone', 'unknown') then d.suspended_at end,
         method = case when $4::text in ('dns', 'file') then $4::text else d.method end
       from sign_on_domain before where before.connection_id = d.connection_id and before.domain = d.domain and d.connection_id = $1 and d.domain = $2 and d.token = $3 and d.proven_at is not null
       returning before.suspended_at is not null as "isSuspended", $4::text = 'gone' and before.failing_since is null as "isNew", before.suspended_at is null and d.suspended_at is not null as "isOver", d.failing_since + make_interval(days => $5) as until`,
      [connectionId, domain, token, found, PROOF_GRACE_DAYS],
    );
    const [now] = rows;
    const [workspace] = workspaces;
    if (!now || !workspace) return;
    const isBack = now.isSuspended && found !== 'gone' && found !== 'unknown';
    if (now.isOver || isBack) await sql.query(`insert into activity (workspace_id, actor_id, code, params) values ($1, null, 'SIGN_ON_CHANGED', $2)`, [workspaceId, JSON.stringify({ connectionId, fields: ['domains'] })]);
    if (!now.isNew && !now.isOver) return;
    const { rows: people } = await sql.query<{ email: string; name: string; preferences: unknown }>(
      `select u.email, u.name, u.preferences from member m join app_user u on u.id = m.user_id where m.workspace_id = $1 and m.role in ('owner', 'admin') and u.email_verified and u.status = 'active' and u.delete_at is null order by u.id`,
      [workspaceId],
    );
    for (const { email, name, preferences } of people) {
      await parts.send(sql, { kind: 'domainProof', to: email, language: languageOf(preferences), params: { name, domain, workspaceName: workspace.name, day: now.until.toISOString().slice(0, 10), isOver: now.isOver, link: parts.pageOf(workspaceId, connectionId) } });
    }
  });
}
