/** Single sign-on: the ways to a provider and back, and what comes of them. */
import { randomBytes } from 'node:crypto';
import { hashSecret, type Principal } from '../access/principal.ts';
import type { Site } from '../access/site.ts';
import { Problem } from '../access/problem.ts';
import { writeAudit, type Origin } from '../accounts/audit.ts';
import type { Accounts } from '../accounts/service.ts';
import { openSession } from '../accounts/sessions.ts';
import type { Challenge, SignedIn } from '../accounts/signIn.ts';
import type { PeriodicTask } from '../jobs/periodic.ts';
import type { WorkspaceParts } from '../workspaces/place.ts';
import { domainOf, problemOfTakingIn, takeIn, takeOnce } from './arrivals.ts';
import type { Claims } from './claims.ts';
import { CONNECTION_COLUMNS, findConnection, lackOf, type Connection } from './connection.ts';
import { createConnections, signedOutPage, type Connections } from './connections.ts';
import type { DomainLooks } from './domainProof.ts';
import { recheckDomains, type DomainRoundParts } from './domainRounds.ts';
import { createDomains, type Domains } from './domains.ts';
import { signOnProblem } from './errors.ts';
import type { SignOnNetwork } from './network.ts';
import { createOidc, type OidcSecrets } from './oidc.ts';
import { samlAnswer, samlLogoutAnswer, samlLogoutByPost, samlLogoutByRedirect, samlLogoutUrl, samlMetadata, samlRequest, type LogoutMessage, type SamlPlaces } from './saml.ts';
import { requestsNamedIn } from './samlMessage.ts';
import type { SecretBox } from './secretBox.ts';

/** Where a browser is to go: by an address, or by a form that posts fields there. */
export interface Lead {
  url: string;
  fields?: Record<string, string>;
  /** For the cookie by which the way back is known. */
  browserSecret: string;
}

/** The way out of a provider. */
export interface LeadOut {
  url: string;
  /** Of the connection. */
  name: string;
  /** False: whoever signs out here chooses whether to sign out there. */
  isDemanded: boolean;
}

/** What a way to a provider and back comes to. */
export type Outcome =
  | { status: 'signedIn'; result: SignedIn | Challenge; next: string }
  | { status: 'tested'; connection: Connection; claims: Claims; problem: Problem | undefined }
  /** The provider began, or somebody else is signed in there: whoever sits there says first that it is them. */
  | { status: 'confirm'; email: string; name: string };

export interface SignOn {
  connections: Connections;
  domains: Domains;
  /** The connection that speaks for the domain of an address. Throws SIGN_ON_NONE. */
  connectionOf(email: string): Promise<Connection>;
  /** `isAnew`: the provider shall ask the person again. Throws SIGN_ON_OFF, SIGN_ON_LOCKED, SIGN_ON_UNREACHABLE. */
  begin(connectionId: string, given: { next: string; testedBy?: string; loginHint?: string; isAnew?: boolean }, origin: Origin): Promise<Lead>;
  metadata(connectionId: string): Promise<string>;
  /** Takes a SAML answer; gives the secret of the browser where the provider began. Throws SIGN_ON_…. */
  takeSaml(connectionId: string, samlResponse: string | undefined, origin: Origin): Promise<string | undefined>;
  /** Takes what an OpenID Connect issuer put behind our callback. Throws SIGN_ON_…. */
  takeOidc(connectionId: string, query: URLSearchParams, browserSecret: string | undefined, origin: Origin): Promise<void>;
  /** Throws SIGN_ON_LATE and what keeps somebody from being taken in. */
  finish(browserSecret: string | undefined, options: { confirmed: boolean; principal: Principal | undefined }, origin: Origin): Promise<Outcome>;
  /** Where a browser whose session came by a connection can sign out there too; undefined: nowhere. Asked before the session ends. */
  beginLogout(principal: Principal): Promise<LeadOut | undefined>;
  /** Takes what came to our place for signing out; where to lead the browser. Throws SIGN_ON_…. */
  takeLogout(connectionId: string, message: { query: string } | { fields: Readonly<Record<string, string>> }, origin: Origin): Promise<string>;
  tasks: PeriodicTask[];
}

export interface SignOnParts {
  workspaces: WorkspaceParts;
  accounts: Pick<Accounts, 'signIn' | 'challengeOf' | 'lockout'>;
  site: Site;
  network: SignOnNetwork;
  isPrivateAllowed: boolean;
  looks: DomainLooks;
  /** Puts a mail on its way. */
  send: DomainRoundParts['send'];
  box: SecretBox;
}

const FLOW_MINUTES = 10;
const HOUR_MS = 3_600_000;
/** Age of a sign-in at the issuer that still counts as new when a new one was asked for: it may take a while to come back. */
const ANEW_SECONDS = 300;

interface FlowRow {
  id: string;
  connectionId: string;
  purpose: 'signIn' | 'test' | 'signOut';
  requestId: string | null;
  userId: string | null;
  next: string;
  claims: Claims;
}

/** The module of an instance. */
export function createSignOn(parts: SignOnParts): SignOn {
  const { workspaces, accounts, site, network, box } = parts;
  const { database: { pool } } = workspaces;
  const oidc = createOidc(network, parts.isPrivateAllowed);
  const connections = createConnections(workspaces, network, box);

  const demandConnection = async (connectionId: string): Promise<Connection> => {
    const connection = await findConnection(pool, connectionId);
    if (!connection || lackOf(connection).length > 0) throw signOnProblem('SIGN_ON_OFF');
    return connection;
  };
  const demandSaml = async (connectionId: string): Promise<{ connection: Connection; key: string; places: SamlPlaces }> => {
    const connection = await demandConnection(connectionId);
    if (connection.kind !== 'saml') throw signOnProblem('SIGN_ON_OFF');
    return { connection, key: box.open(connection.ownKeySealed!, connection.id), places: samlPlaces(site, connection.id) };
  };
  const clientSecretOf = ({ id, clientSecretSealed }: Connection) => (clientSecretSealed ? box.open(clientSecretSealed, id) : undefined);
  /**
   * Runs what looks at an answer; a refusal goes on record. Who looks after the connection is shown it only after `vouch` was called: when the
   * answer belongs to a way that was begun here, or is the provider's. Else whoever knows the address could write there what they like.
   */
  const onRecord = async <T>(connectionId: string, origin: Origin, work: (vouch: () => void) => Promise<T>): Promise<T> => {
    let isVouched = false;
    try {
      return await work(() => void (isVouched = true));
    } catch (error) {
      if (error instanceof Problem) await refused(connectionId, error.code, isVouched, origin);
      throw error;
    }
  };
  const refused = async (connectionId: string, code: string, isVouched: boolean, origin: Origin) => {
    const { rowCount } = isVouched
      ? await pool.query('update sign_on_connection set last_problem = $2, last_problem_at = now() where id = $1', [connectionId, code])
      : await pool.query('select 1 from sign_on_connection where id = $1', [connectionId]);
    await writeAudit(pool, 'AUTH_FAILED', null, origin, { by: 'signOn', ...(rowCount ? { connectionId } : {}), code });
  };
  /** Whether an answer names a request that is under way. It proves nothing, but nobody guesses it. */
  const isAsked = async (connectionId: string, samlResponse: string | undefined): Promise<boolean> => {
    const named = requestsNamedIn(samlResponse);
    if (named.length === 0) return false;
    const { rowCount } = await pool.query('select 1 from sign_on_flow where connection_id = $1 and request_id = any($2) and expires_at > now() limit 1', [connectionId, named]);
    return rowCount! > 0;
  };
  const insertFlow = async (flow: { connectionId: string; purpose: FlowRow['purpose']; requestId?: string; sealed?: string; userId?: string | undefined; next: string; claims?: Claims }): Promise<string> => {
    const browserSecret = randomBytes(32).toString('base64url');
    await pool.query(`insert into sign_on_flow (id, connection_id, purpose, browser_hash, request_id, sealed, user_id, next, claims, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + make_interval(mins => $10))`, [
      newFlowId(), flow.connectionId, flow.purpose, hashSecret(browserSecret), flow.requestId ?? null, flow.sealed ?? null, flow.userId ?? null, flow.next, flow.claims ? JSON.stringify(flow.claims) : null, FLOW_MINUTES,
    ]);
    return browserSecret;
  };

  return {
    connections,
    domains: createDomains(workspaces, parts.looks),
    async connectionOf(email) {
      const { rows } = await pool.query<Connection>(`select ${CONNECTION_COLUMNS} from sign_on_domain d join sign_on_connection c on c.id = d.connection_id join workspace w on w.id = c.workspace_id and w.deleted_at is null where d.domain = $1 and d.proven_at is not null and d.suspended_at is null and c.mode <> 'off'`, [domainOf(email)]);
      if (!rows[0]) throw signOnProblem('SIGN_ON_NONE');
      return rows[0];
    },
    async begin(connectionId, { next, testedBy, loginHint, isAnew = false }, origin) {
      const connection = await demandConnection(connectionId);
      if (connection.mode === 'off' && !testedBy) throw signOnProblem('SIGN_ON_OFF');
      // Nobody fails under this name: what is asked for is the lock of the network address.
      const retryAfter = await accounts.lockout.lockedFor(`signOn ${connectionId}`, origin.address);
      if (retryAfter > 0) throw signOnProblem('SIGN_ON_LOCKED', { retryAfter });
      const flow = { connectionId, purpose: testedBy ? 'test' : 'signIn', userId: testedBy, next } as const;
      if (connection.kind === 'saml') {
        const requestId = `_${randomBytes(20).toString('hex')}`;
        const lead = await samlRequest(connection, box.open(connection.ownKeySealed!, connection.id), samlPlaces(site, connectionId), requestId, isAnew);
        return { ...lead, browserSecret: await insertFlow({ ...flow, requestId }) };
      }
      const state = randomBytes(32).toString('base64url');
      const secrets: OidcSecrets = { nonce: randomBytes(32).toString('base64url'), verifier: randomBytes(48).toString('base64url'), ...(isAnew ? { maxAge: ANEW_SECONDS } : {}) };
      const url = await oidc.request(connection, clientSecretOf(connection), callbackOf(site, connectionId), state, secrets, loginHint);
      return { url, browserSecret: await insertFlow({ ...flow, requestId: hashSecret(state), sealed: box.seal(JSON.stringify(secrets), connectionId) }) };
    },
    async metadata(connectionId) {
      const connection = await findConnection(pool, connectionId);
      if (connection?.kind !== 'saml') throw signOnProblem('SIGN_ON_OFF');
      // The provider gets to know us before we know it.
      return samlMetadata({ ...connection, idpSignInUrl: connection.idpSignInUrl ?? site.publicUrl(), idpEntityId: connection.idpEntityId ?? '-', idpCertificates: connection.idpCertificates[0] ? connection.idpCertificates : [connection.ownCertificate!] }, box.open(connection.ownKeySealed!, connection.id), samlPlaces(site, connection.id));
    },
    takeSaml: (connectionId, samlResponse, origin) =>
      onRecord(connectionId, origin, async (vouch) => {
        const { connection, key, places } = await demandSaml(connectionId);
        if (await isAsked(connectionId, samlResponse)) vouch();
        const { claims, assertionId, expiresAt, inResponseTo } = await samlAnswer(connection, key, places, samlResponse);
        vouch();
        if (inResponseTo === undefined && (!connection.allowUnsolicited || connection.mode === 'off')) throw signOnProblem('SIGN_ON_UNASKED');
        if (!(await takeOnce(pool, connectionId, assertionId, expiresAt))) throw signOnProblem('SIGN_ON_REPLAYED');
        if (inResponseTo === undefined) return insertFlow({ connectionId, purpose: 'signIn', next: '/account', claims });
        const { rowCount } = await pool.query(`update sign_on_flow set claims = $3 where request_id = $1 and connection_id = $2 and purpose <> 'signOut' and claims is null and expires_at > now()`, [inResponseTo, connectionId, JSON.stringify(claims)]);
        if (!rowCount) throw signOnProblem('SIGN_ON_LATE');
        return undefined;
      }),
    takeOidc: (connectionId, query, browserSecret, origin) =>
      onRecord(connectionId, origin, async (vouch) => {
        const connection = await demandConnection(connectionId);
        const state = query.get('state') ?? '';
        const { rows } = await pool.query<{ id: string; sealed: string }>(`delete from sign_on_flow where request_id = $1 and connection_id = $2 and browser_hash = $3 and claims is null and expires_at > now() returning id, sealed, purpose, user_id as "userId", next`, [hashSecret(state), connectionId, hashSecret(browserSecret ?? '')]);
        const row = rows[0] as (FlowRow & { sealed: string }) | undefined;
        if (!row || connection.kind !== 'oidc') throw signOnProblem('SIGN_ON_LATE');
        vouch();
        const secrets = JSON.parse(box.open(row.sealed, connectionId)) as OidcSecrets;
        const url = new URL(`${callbackOf(site, connectionId)}?${query.toString()}`);
        const { claims: told, idToken } = await oidc.answer(connection, clientSecretOf(connection), url, state, secrets);
        const claims: Claims = { ...told, ...(idToken === undefined ? {} : { idTokenSealed: box.seal(idToken, connectionId) }) };
        await pool.query(`insert into sign_on_flow (id, connection_id, purpose, browser_hash, request_id, user_id, next, claims, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(mins => $9))`, [row.id, connectionId, row.purpose, hashSecret(browserSecret!), hashSecret(state), row.userId, row.next, JSON.stringify(claims), FLOW_MINUTES]);
      }),
    async finish(browserSecret, { confirmed, principal }, origin) {
      const browserHash = hashSecret(browserSecret ?? '');
      const { rows: waiting } = await pool.query<FlowRow>(`select connection_id as "connectionId", purpose, request_id as "requestId", claims from sign_on_flow where browser_hash = $1 and claims is not null and expires_at > now()`, [browserHash]);
      const seen = waiting[0];
      if (!seen) throw signOnProblem('SIGN_ON_LATE');
      const connection = await demandConnection(seen.connectionId);
      // A link leads there and back without a word: it must not make somebody else of who is signed in, who would go on writing in a stranger's account.
      const isAnother = seen.purpose === 'signIn' && principal !== undefined && principal.email !== seen.claims.email;
      if ((seen.requestId === null || isAnother) && !confirmed) return { status: 'confirm', email: seen.claims.email, name: connection.name };
      const { rows } = await pool.query<FlowRow>(`delete from sign_on_flow where browser_hash = $1 and claims is not null and expires_at > now() returning id, connection_id as "connectionId", purpose, request_id as "requestId", user_id as "userId", next, claims`, [browserHash]);
      const flow = rows[0];
      if (!flow) throw signOnProblem('SIGN_ON_LATE');
      if (flow.purpose === 'test') {
        if (!principal || principal.userId !== flow.userId) throw signOnProblem('SIGN_ON_LATE');
        const problem = await problemOfTakingIn(workspaces, connection, flow.claims, origin);
        if (!problem) await pool.query('update sign_on_connection set tested_at = now() where id = $1', [connection.id]);
        return { status: 'tested', connection, claims: flow.claims, problem };
      }
      return onRecord(connection.id, origin, async (vouch) => {
        vouch();
        if (connection.mode === 'off') throw signOnProblem('SIGN_ON_OFF');
        const arrival = await takeIn(workspaces, connection, flow.claims, origin);
        if (arrival.twoFactor) {
          // The provider's own factors are its business; who has set one up here is asked for it as after every way in.
          const { key, ...challenge } = await accounts.challengeOf(arrival.userId);
          await pool.query('update sign_on_arrival set challenge_hash = $2 where id = $1', [arrival.id, key]);
          return { status: 'signedIn', result: challenge, next: flow.next };
        }
        const token = await openSession(pool, { userId: arrival.userId, remember: true, method: null }, origin);
        await pool.query('update session set arrival_id = $2, expires_at = least(expires_at, $3) where token_hash = $1', [hashSecret(token), arrival.id, arrival.expiresAt]);
        return { status: 'signedIn', result: await accounts.signIn.finish(token, { kind: 'web' }, origin), next: flow.next };
      });
    },
    async beginLogout({ sessionId }) {
      const { rows } = await pool.query<Pick<Claims, 'nameId' | 'sessionIndex'> & { connectionId: string; idTokenSealed: string | null }>(`select a.connection_id as "connectionId", a.name_id as "nameId", a.session_index as "sessionIndex", a.id_token_sealed as "idTokenSealed" from session s join sign_on_arrival a on a.id = s.arrival_id where s.id = $1 and (a.name_id is not null or a.id_token_sealed is not null)`, [sessionId]);
      const [arrival] = rows;
      if (!arrival) return undefined;
      if (arrival.idTokenSealed !== null) {
        const connection = await demandConnection(arrival.connectionId);
        const url = await oidc.signOut(connection, clientSecretOf(connection), box.open(arrival.idTokenSealed, connection.id), signedOutPage(site));
        return url === undefined ? undefined : { url, name: connection.name, isDemanded: connection.signOutThere };
      }
      const { connection, key, places } = await demandSaml(arrival.connectionId);
      if (!connection.idpSignOutUrl) return undefined;
      const requestId = `_${randomBytes(20).toString('hex')}`;
      await insertFlow({ connectionId: connection.id, purpose: 'signOut', requestId, next: '/sign-in' });
      const url = await samlLogoutUrl(connection, key, places, { nameId: arrival.nameId, sessionIndex: arrival.sessionIndex ?? undefined }, requestId);
      return { url, name: connection.name, isDemanded: true };
    },
    takeLogout: (connectionId, message, origin) =>
      onRecord(connectionId, origin, async (vouch) => {
        const { connection, key, places } = await demandSaml(connectionId);
        const told = 'query' in message ? await samlLogoutByRedirect(connection, key, places, message.query) : await samlLogoutByPost(connection, key, places, message.fields);
        vouch();
        if (told.kind === 'response') {
          const { rowCount } = await pool.query(`delete from sign_on_flow where request_id = $1 and connection_id = $2 and purpose = 'signOut'`, [told.inResponseTo ?? '', connectionId]);
          if (!rowCount) throw signOnProblem('SIGN_ON_LATE');
          return `${site.publicUrl()}/sign-in`;
        }
        if (!(await takeOnce(pool, connectionId, told.id, Date.now() + HOUR_MS))) throw signOnProblem('SIGN_ON_REPLAYED');
        await endArrivals(connectionId, told, origin);
        const relayState = 'query' in message ? (new URLSearchParams(message.query).get('RelayState') ?? '') : (message.fields.RelayState ?? '');
        return connection.idpSignOutUrl ? samlLogoutAnswer(connection, key, places, told.id, relayState.slice(0, 80)) : `${site.publicUrl()}/sign-in`;
      }),
    tasks: [
      { name: 'look for the proofs of domains', everyMs: HOUR_MS, run: () => recheckDomains({ workspaces, looks: parts.looks, send: parts.send, pageOf: (workspaceId, id) => `${site.publicUrl()}/sso/settings/${workspaceId}/${id}` }) },
      {
        name: 'forget ways of single sign-on',
        everyMs: HOUR_MS,
        async run() {
          await pool.query('delete from sign_on_flow where expires_at < now()');
          await pool.query('delete from sign_on_used where expires_at < now()');
          await pool.query(`delete from sign_on_arrival where expires_at < now() - interval '1 day'`);
        },
      },
    ],
  };

  /** Ends what goes back to the arrivals that a provider names, on every device. */
  async function endArrivals(connectionId: string, { nameId, sessionIndex }: LogoutMessage, origin: Origin): Promise<void> {
    const { rows } = await pool.query<{ id: string; userId: string }>(
      `delete from session s using sign_on_arrival a where a.id = s.arrival_id and a.connection_id = $1 and a.name_id ->> 'value' = $2 and ($3::text is null or a.session_index = $3) returning s.id, s.user_id as "userId"`,
      [connectionId, nameId ?? '', sessionIndex ?? null],
    );
    for (const { id: sessionId, userId } of rows) {
      await writeAudit(pool, 'SESSION_REVOKED', userId, origin, { sessionId, by: 'signOn', connectionId });
      await workspaces.revoke({ userId, sessionId });
    }
  }
}

/** Addresses of ours for a SAML connection. */
export function samlPlaces(site: Pick<Site, 'publicUrl'>, connectionId: string): SamlPlaces {
  const base = `${site.publicUrl()}/api/v1/sso/${connectionId}`;
  return { entityId: `${base}/metadata`, acs: `${base}/acs`, slo: `${base}/slo` };
}

/** Where an OpenID Connect issuer leads back to: one address a connection, so that no issuer can answer for another. */
export function callbackOf(site: Pick<Site, 'publicUrl'>, connectionId: string): string {
  return `${site.publicUrl()}/api/v1/sso/${connectionId}/callback`;
}

function newFlowId(): string {
  return `way_${randomBytes(16).toString('hex')}`;
}
