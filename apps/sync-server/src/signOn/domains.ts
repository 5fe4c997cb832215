/** Domains of a connection, and the proof that whoever set it up holds them: a TXT record, or a file at the website. */
import { randomBytes } from 'node:crypto';
import type { Principal } from '../access/principal.ts';
import { changeIn, lookInto, type WorkspaceParts } from '../workspaces/place.ts';
import { demandIn } from './connection.ts';
import { findProof, proofsOf, type DomainLooks } from './domainProof.ts';
import { signOnProblem } from './errors.ts';
import type { DomainView } from './schema.ts';

export interface DomainRow {
  domain: string;
  token: string;
  provenAt: Date | null;
  method: 'dns' | 'file' | null;
  /** Since when the proof is missing. */
  failingSince: Date | null;
  suspendedAt: Date | null;
}

export interface Domains {
  add(principal: Principal, workspaceId: string, connectionId: string, domain: string): Promise<DomainView>;
  /** Looks for the proof. Throws DOMAIN_UNPROVEN, DOMAIN_TAKEN, DOMAIN_NOT_FOUND. */
  prove(principal: Principal, workspaceId: string, connectionId: string, domain: string): Promise<DomainView>;
  remove(principal: Principal, workspaceId: string, connectionId: string, domain: string): Promise<void>;
}

const MOST_DOMAINS = 20;
const PERMISSION = { permission: 'manage_sign_on' } as const;
/** Columns of DomainRow. */
export const DOMAIN_COLUMNS = `domain, token, proven_at as "provenAt", method, failing_since as "failingSince", suspended_at as "suspendedAt"`;

/** The domains of a database's connections. */
export function createDomains(parts: WorkspaceParts, looks: DomainLooks): Domains {
  return {
    add: (principal, workspaceId, connectionId, domain) =>
      changeIn(parts, principal, workspaceId, PERMISSION, async (place) => {
        await demandIn(place, connectionId);
        const { rows } = await place.sql.query<{ count: number }>('select count(*)::int as count from sign_on_domain where connection_id = $1', [connectionId]);
        if (rows[0]!.count >= MOST_DOMAINS) throw signOnProblem('DOMAINS_FULL', { most: MOST_DOMAINS });
        await place.sql.query('insert into sign_on_domain (connection_id, domain, token) values ($1, $2, $3) on conflict do nothing', [connectionId, domain, randomBytes(20).toString('hex')]);
        const { rows: made } = await place.sql.query<DomainRow>(`select ${DOMAIN_COLUMNS} from sign_on_domain where connection_id = $1 and domain = $2`, [connectionId, domain]);
        return domainViewOf(made[0]!);
      }),
    async prove(principal, workspaceId, connectionId, domain) {
      const { sql, workspace } = await lookInto(parts, principal, workspaceId, PERMISSION);
      await demandIn({ sql, workspace }, connectionId);
      const { rows } = await sql.query<DomainRow>(`select ${DOMAIN_COLUMNS} from sign_on_domain where connection_id = $1 and domain = $2`, [connectionId, domain]);
      const [row] = rows;
      if (!row) throw signOnProblem('DOMAIN_NOT_FOUND', { domain });
      // Nothing is locked while the network is asked.
      const method = await findProof(looks, row);
      if (method === 'gone' || method === 'unknown') throw signOnProblem('DOMAIN_UNPROVEN', { domain });
      const { rows: others } = await sql.query<DomainRow & { connectionId: string }>(`select connection_id as "connectionId", ${DOMAIN_COLUMNS} from sign_on_domain where domain = $1 and proven_at is not null and connection_id <> $2`, [domain, connectionId]);
      // A domain that was sold does not belong to its old holder for ever.
      if (others[0] && (await findProof(looks, others[0])) !== 'gone') throw signOnProblem('DOMAIN_TAKEN', { domain });
      return changeIn(parts, principal, workspaceId, PERMISSION, async (place) => {
        await demandIn(place, connectionId);
        if (others[0]) await place.sql.query('update sign_on_domain set proven_at = null, method = null, failing_since = null, suspended_at = null where connection_id = $1 and domain = $2', [others[0].connectionId, domain]);
        const { rows: proved } = await place.sql.query<DomainRow>(`update sign_on_domain set proven_at = coalesce(proven_at, now()), method = $3, checked_at = now(), failing_since = null, suspended_at = null where connection_id = $1 and domain = $2 returning ${DOMAIN_COLUMNS}`, [connectionId, domain, method]).catch((error: { code?: string }) => {
          throw error.code === '23505' ? signOnProblem('DOMAIN_TAKEN', { domain }) : error;
        });
        if (!proved[0]) throw signOnProblem('DOMAIN_NOT_FOUND', { domain });
        await place.record('SIGN_ON_CHANGED', { connectionId, fields: ['domains'] });
        return domainViewOf(proved[0]);
      });
    },
    remove: (principal, workspaceId, connectionId, domain) =>
      changeIn(parts, principal, workspaceId, PERMISSION, async (place) => {
        const { mode } = await demandIn(place, connectionId);
        const { rows } = await place.sql.query<{ left: number }>('select count(*)::int as left from sign_on_domain where connection_id = $1 and domain <> $2 and proven_at is not null and suspended_at is null', [connectionId, domain]);
        if (mode !== 'off' && rows[0]!.left === 0) throw signOnProblem('CONNECTION_REQUIRED');
        const { rowCount } = await place.sql.query('delete from sign_on_domain where connection_id = $1 and domain = $2', [connectionId, domain]);
        if (!rowCount) throw signOnProblem('DOMAIN_NOT_FOUND', { domain });
        await place.record('SIGN_ON_CHANGED', { connectionId, fields: ['domains'] });
      }),
  };
}

/** A domain as people see it. */
export function domainViewOf({ domain, token, provenAt, method, failingSince, suspendedAt }: DomainRow): DomainView {
  return { domain, provenAt: provenAt?.getTime() ?? null, method, failingSince: failingSince?.getTime() ?? null, suspendedAt: suspendedAt?.getTime() ?? null, ...proofsOf(domain, token) };
}
