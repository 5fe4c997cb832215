/** The connections of a workspace: made, changed, switched on, required, deleted. */
import { X509Certificate } from 'node:crypto';
import type { Principal } from '../access/principal.ts';
import type { Site } from '../access/site.ts';
import { newId } from '../ids.ts';
import { demandMight } from '../workspaces/members.ts';
import { changeIn, lookInto, type LockedPlace, type WorkspaceParts } from '../workspaces/place.ts';
import { planOf, PLANS } from '../workspaces/plans.ts';
import { makeCertificate } from './certificate.ts';
import { CONNECTION_COLUMNS, demandIn, lackOf, type Connection } from './connection.ts';
import { DOMAIN_COLUMNS, domainViewOf, type DomainRow } from './domains.ts';
import { signOnProblem } from './errors.ts';
import type { SignOnNetwork } from './network.ts';
import { readCertificates, readMetadata } from './samlMetadata.ts';
import type { ConnectionChange, ConnectionView } from './schema.ts';
import type { SecretBox } from './secretBox.ts';

export interface ConnectionWithDomains {
  connection: Connection;
  domains: DomainRow[];
}

export interface Connections {
  /** Oldest first, with their domains. */
  list(principal: Principal, workspaceId: string): Promise<ConnectionWithDomains[]>;
  /** One of the workspace, with its domains. Throws CONNECTION_NOT_FOUND. */
  find(principal: Principal, workspaceId: string, connectionId: string): Promise<ConnectionWithDomains>;
  /** Throws NOT_IN_PLAN, CONNECTIONS_FULL. */
  create(principal: Principal, workspaceId: string, wanted: { kind: 'saml' | 'oidc'; name: string }): Promise<Connection>;
  change(principal: Principal, workspaceId: string, connectionId: string, change: ConnectionChange): Promise<Connection>;
  remove(principal: Principal, workspaceId: string, connectionId: string): Promise<void>;
}

export const MOST_CONNECTIONS = 5;
const PERMISSION = { permission: 'manage_sign_on' } as const;

/** The connections of a database. */
export function createConnections(parts: WorkspaceParts, network: SignOnNetwork, box: SecretBox): Connections {
  return {
    async list(principal, workspaceId) {
      const { sql } = await lookInto(parts, principal, workspaceId, PERMISSION);
      const { rows } = await sql.query<Connection>(`select ${CONNECTION_COLUMNS} from sign_on_connection c where c.workspace_id = $1 order by c.created_at, c.id`, [workspaceId]);
      const { rows: domains } = await sql.query<DomainRow & { connectionId: string }>(`select connection_id as "connectionId", ${DOMAIN_COLUMNS} from sign_on_domain where connection_id = any($1) order by domain`, [rows.map(({ id }) => id)]);
      return rows.map((connection) => ({ connection, domains: domains.filter(({ connectionId }) => connectionId === connection.id) }));
    },
    async find(principal, workspaceId, connectionId) {
      const place = await lookInto(parts, principal, workspaceId, PERMISSION);
      const connection = await demandIn(place, connectionId);
      const { rows } = await place.sql.query<DomainRow>(`select ${DOMAIN_COLUMNS} from sign_on_domain where connection_id = $1 order by domain`, [connectionId]);
      return { connection, domains: rows };
    },
    async create(principal, workspaceId, { kind, name }) {
      // Made before anything is locked: a key takes its time.
      const own = kind === 'saml' ? await makeCertificate('UX Flow Engine') : undefined;
      return changeIn(parts, principal, workspaceId, PERMISSION, async (place) => {
        const { sql, workspace, actor } = place;
        if (!PLANS[await planOf(sql, workspace.ownerId, parts.standardPlan)].signOn) throw signOnProblem('NOT_IN_PLAN');
        const { rows } = await sql.query<{ count: number }>('select count(*)::int as count from sign_on_connection where workspace_id = $1', [workspaceId]);
        if (rows[0]!.count >= MOST_CONNECTIONS) throw signOnProblem('CONNECTIONS_FULL', { most: MOST_CONNECTIONS });
        const id = newId('connection');
        await sql.query('insert into sign_on_connection (id, workspace_id, name, kind, default_role, own_certificate, own_key_sealed, created_by) values ($1, $2, $3, $4, $5, $6, $7, $8)', [id, workspaceId, name, kind, 'member', own?.certificate ?? null, own ? box.seal(own.privateKey, id) : null, actor.userId]);
        await place.record('SIGN_ON_CHANGED', { connectionId: id, fields: ['kind'] });
        return demandIn(place, id);
      });
    },
    async change(principal, workspaceId, connectionId, wanted) {
      const change = await withFetched(principal, workspaceId, connectionId, wanted);
      return changeIn(parts, principal, workspaceId, PERMISSION, async (place) => {
        const { sql } = place;
        const before = await demandIn(place, connectionId);
        const values = columnsOf(before, change);
        for (const role of [change.defaultRole ?? undefined, ...(change.roleMap ?? []).map((one) => one.role)]) if (role) demandMight(place.actor.permissions, role);
        const isOther = ['idp_entity_id', 'idp_sign_in_url', 'issuer', 'client_id'].some((name) => name in values && values[name] !== known(before)[name]);
        if (isOther && before.mode === 'required' && change.mode !== 'on' && change.mode !== 'off') throw signOnProblem('CONNECTION_REQUIRED');
        if (isOther) values.tested_at = null;
        const names = Object.keys(values);
        if (names.length > 0) await sql.query(`update sign_on_connection set ${names.map((name, at) => `${name} = $${at + 2}`).join(', ')}, updated_at = now() where id = $1`, [connectionId, ...Object.values(values)]);
        // Who another issuer calls so is somebody else.
        if (isOther) await sql.query('delete from sign_on_identity where connection_id = $1', [connectionId]);
        const after = await demandIn(place, connectionId);
        if (change.mode && change.mode !== 'off') await demandReady(place, after);
        await place.record('SIGN_ON_CHANGED', { connectionId, fields: Object.keys(wanted) });
        // Whoever has not come by it must leave at once.
        if (after.mode === 'required' && before.mode !== 'required') await place.cut({});
        return after;
      });
    },
    remove: (principal, workspaceId, connectionId) =>
      changeIn(parts, principal, workspaceId, PERMISSION, async (place) => {
        await demandIn(place, connectionId);
        await place.sql.query('delete from sign_on_connection where id = $1', [connectionId]);
        await place.record('SIGN_ON_CHANGED', { connectionId, fields: ['removed'] });
      }),
  };

  /** The change with the metadata of the address that it names: fetched before anything is locked, for who may set up this connection. Throws ADDRESS_REFUSED, SIGN_ON_UNREACHABLE, METADATA_TWICE. */
  async function withFetched(principal: Principal, workspaceId: string, connectionId: string, change: ConnectionChange): Promise<ConnectionChange> {
    const { metadataUrl } = change;
    if (metadataUrl === undefined) return change;
    if (change.metadata !== undefined) throw signOnProblem('METADATA_TWICE');
    const { kind } = await demandIn(await lookInto(parts, principal, workspaceId, PERMISSION), connectionId);
    if (kind !== 'saml') return change;
    const answer = await network.fetch(metadataUrl, { headers: { accept: 'application/samlmetadata+xml, application/xml, text/xml' } });
    if (!answer.ok) throw signOnProblem('SIGN_ON_UNREACHABLE', { host: new URL(metadataUrl).host });
    return { ...change, metadata: await answer.text() };
  }

  /** Columns and values of a change. Throws METADATA_UNREADABLE, CERTIFICATE_UNREADABLE, ADDRESS_REFUSED. */
  function columnsOf({ kind, id }: Connection, change: ConnectionChange): Record<string, unknown> {
    const told = change.metadata === undefined ? undefined : readMetadata(change.metadata);
    const saml = kind === 'saml' ? { idp_entity_id: told?.entityId ?? change.idpEntityId, idp_sign_in_url: told?.signInUrl ?? change.idpSignInUrl, idp_sign_in_binding: told?.signInBinding ?? (change.idpSignInUrl ? 'redirect' : undefined), idp_sign_out_url: told ? (told.signOutUrl ?? null) : change.idpSignOutUrl, idp_metadata_url: told ? (change.metadataUrl ?? null) : undefined, idp_certificates: told?.certificates ?? (change.certificates && readCertificates(change.certificates)), allow_unsolicited: change.allowUnsolicited } : {};
    const oidc = kind === 'oidc' ? { issuer: change.issuer, client_id: change.clientId, client_secret_sealed: change.clientSecret === undefined ? undefined : change.clientSecret === '' ? null : box.seal(change.clientSecret, id), trust_addresses: change.trustAddresses, sign_out_there: change.signOutThere } : {};
    for (const url of [saml.idp_sign_in_url, saml.idp_sign_out_url, oidc.issuer]) if (url) network.demandAddress(url);
    const all = { name: change.name, mode: change.mode, default_role: change.defaultRole, role_map: change.roleMap && JSON.stringify(change.roleMap), email_attribute: change.emailAttribute, groups_attribute: change.groupsAttribute, session_days: change.sessionDays, ...saml, ...oidc };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  }
}

function known({ idpEntityId, idpSignInUrl, issuer, clientId }: Connection): Record<string, unknown> {
  return { idp_entity_id: idpEntityId, idp_sign_in_url: idpSignInUrl, issuer, client_id: clientId };
}

async function demandReady({ sql, workspace }: LockedPlace, connection: Connection): Promise<void> {
  const { rowCount: domains } = await sql.query('select 1 from sign_on_domain where connection_id = $1 and proven_at is not null and suspended_at is null limit 1', [connection.id]);
  const missing = [...lackOf(connection), ...(domains ? [] : ['domain'])];
  if (missing.length > 0) throw signOnProblem('CONNECTION_INCOMPLETE', { missing: missing.join(', ') });
  if (connection.mode !== 'required') return;
  if (!connection.testedAt) throw signOnProblem('CONNECTION_UNTESTED');
  // The owner comes in without it when the provider is away: by more than a password.
  const { rowCount: hasFactor } = await sql.query('select 1 from app_user u where u.id = $1 and (u.two_factor_enabled or exists (select 1 from passkey p where p.user_id = u.id))', [workspace.ownerId]);
  if (!hasFactor) throw signOnProblem('OWNER_NEEDS_FACTOR');
}

/** A connection as people see it: no secret, no key. */
export function connectionViewOf(site: Pick<Site, 'publicUrl'>, connection: Connection, domains: readonly DomainRow[]): ConnectionView {
  const { id, kind, name, mode, defaultRole, roleMap, emailAttribute, groupsAttribute, sessionDays, allowUnsolicited, idpEntityId, idpSignInUrl, idpSignOutUrl, idpMetadataUrl, issuer, clientId, trustAddresses, signOutThere } = connection;
  const base = `${site.publicUrl()}/api/v1/sso/${id}`;
  return {
    id, kind, name, mode, defaultRole, roleMap, emailAttribute, groupsAttribute, sessionDays, allowUnsolicited, idpEntityId, idpSignInUrl, idpSignOutUrl, idpMetadataUrl, issuer, clientId, trustAddresses, signOutThere,
    certificates: connection.idpCertificates.map((pem) => {
      const { subject, fingerprint256, validTo } = new X509Certificate(pem);
      return { subject, fingerprint: fingerprint256, validTo: Date.parse(validTo), pem };
    }),
    hasClientSecret: connection.clientSecretSealed !== null,
    domains: domains.map(domainViewOf),
    testedAt: connection.testedAt?.getTime() ?? null,
    lastProblem: connection.lastProblem && connection.lastProblemAt ? { code: connection.lastProblem, at: connection.lastProblemAt.getTime() } : null,
    ours: { ...(kind === 'saml' ? { entityId: `${base}/metadata`, acs: `${base}/acs`, slo: `${base}/slo` } : { callback: `${base}/callback`, signedOut: signedOutPage(site) }), link: `${site.publicUrl()}/sso/to/${id}` },
    missing: [...lackOf(connection), ...(domains.some(({ provenAt, suspendedAt }) => provenAt && !suspendedAt) ? [] : ['domain'])],
  };
}

/** Where an OpenID Connect issuer leads back to after it signed somebody out. */
export function signedOutPage(site: Pick<Site, 'publicUrl'>): string {
  return `${site.publicUrl()}/sign-in`;
}
