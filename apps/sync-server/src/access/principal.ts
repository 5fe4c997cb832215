/** Who sends a request or opened a socket: one answer for sessions, API keys and service tokens. */
import { createHash } from 'node:crypto';
import type { ServerDatabase } from '../db/database.ts';
import type { Revocation } from '../sync/access.ts';
import type { Bus } from '../sync/bus.ts';
import { accessProblem } from './errors.ts';

export type GlobalRole = 'user' | 'admin' | 'super_admin';

/** Somebody or something that showed a valid secret. */
export interface Principal {
  /** `user`: a session; `apiKey`: a person's key; `service`: a key of the server's operators, which belongs to nobody; `link`: somebody without an account who opened a link to a flow. */
  kind: 'user' | 'apiKey' | 'service' | 'link';
  /** Empty for a service and for whoever came by a link. */
  userId: string;
  /** Given for a session. */
  sessionId?: string;
  /** Given for keys. */
  apiKeyId?: string;
  /** Given for whoever came by a link: it opens the socket for the flows of that link, and no route. */
  link?: LinkVisit;
  /** The only workspace that a key may touch. */
  workspaceId?: string;
  /** Lower case; empty for a service. */
  email: string;
  emailVerified: boolean;
  name: string;
  role: GlobalRole;
  /** What a key may do; a session has `['*']`, which is everything. */
  scopes: readonly string[];
  /** True while an account waits for its deletion: it may look at itself, export, restore and leave. */
  closing: boolean;
  /** True when the account has a second factor. */
  twoFactor: boolean;
  /** True when the session began with a passkey, which is two factors. */
  byPasskey?: boolean;
  /** The connection by which the session came by single sign-on. */
  signOnId?: string;
  /** True when the server wants two factors of everybody and this session has one: it may only add another. */
  lacksFactor?: boolean;
  /** ms UTC; the secret is worth nothing from then on. */
  expiresAt: number;
  /** ms UTC; when the secret was made. For a session: when its holder signed in (where single sign-on came in between, at the provider) or last proved again to be one. */
  signedInAt: number;
}

/** Somebody who came by a link. */
export interface LinkVisit {
  /** Id of the link. */
  id: string;
  /** In whose name they write. */
  visitorId: string;
  /** Who made the link: it may never more than they. */
  makerId: string;
  workspaceId: string;
}

export interface Principals {
  /** The principal of a secret as it was at most 5 s ago; undefined when it is unknown, revoked or expired. */
  ofSecret(secret: string): Promise<Principal | undefined>;
  /** Says on every instance that something was taken away or changed; this instance forgets at once. */
  revoke(revocation: Revocation): Promise<void>;
  close(): void;
}

/** How secrets of keys begin; those of sessions begin with none of them. */
export const API_KEY_PREFIX = 'uxk_';
export const SERVICE_KEY_PREFIX = 'uxs_';
export const LINK_TOKEN_PREFIX = 'uxl_';

/** Days after which a session that nobody uses ends, whatever is left of its time. A desktop rests longer: its holder is offline, not gone. */
export const IDLE_DAYS = { web: 7, desktop: 14 } as const;

const KEEP_MS = 5000;
const MOST_KEPT = 20_000;
const CHANNEL = 'revoked';

const SESSION_QUERY = {
  name: 'principal_of_session',
  text: `select s.id, s.user_id as "userId", s.expires_at as "expiresAt", greatest(least(s.created_at, a.authenticated_at), s.confirmed_at) as "createdAt", s.method, a.connection_id as "signOnId", u.email, u.name, u.email_verified as "emailVerified",
           u.role, u.two_factor_enabled as "twoFactor", u.delete_at is not null as closing
         from session s join app_user u on u.id = s.user_id left join sign_on_arrival a on a.id = s.arrival_id
         where s.token_hash = $1 and s.expires_at > now() and u.status = 'active'
           and s.last_seen_at > now() - make_interval(days => case s.kind when 'web' then ${IDLE_DAYS.web} else ${IDLE_DAYS.desktop} end)`,
};
const KEY_QUERY = {
  name: 'principal_of_key',
  text: `select k.id, k.user_id as "userId", k.workspace_id as "workspaceId", k.scopes, k.expires_at as "expiresAt", k.created_at as "createdAt",
           u.email, u.name, coalesce(u.email_verified, true) as "emailVerified", u.two_factor_enabled as "twoFactor"
         from api_key k left join app_user u on u.id = k.user_id
         where k.secret_hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
           and (k.user_id is null or (u.status = 'active' and u.delete_at is null))`,
};
const LINK_QUERY = {
  name: 'principal_of_link',
  text: `select v.id, k.id as "linkId", k.created_by as "makerId", k.workspace_id as "workspaceId", v.created_at as "createdAt",
           case when k.expires_at < v.expires_at then k.expires_at else v.expires_at end as "expiresAt"
         from link_visit v join share_link k on k.id = v.link_id
         where v.token_hash = $1 and v.expires_at > now() and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())`,
};
const SEEN = {
  session: { name: 'session_seen', text: `update session set last_seen_at = now() where id = $1 and last_seen_at < now() - interval '5 minutes'` },
  key: { name: 'key_seen', text: `update api_key set last_used_at = now(), uses = uses + 1 where id = $1` },
};

/** Principals from the database by one prepared query each, kept for 5 s. */
export function createPrincipals({ pool }: Pick<ServerDatabase, 'pool'>, bus: Bus, { now = Date.now, needFactors = false }: { now?: () => number; needFactors?: boolean } = {}): Principals {
  // By hash, so that a dump of the memory's table opens nothing; unknown secrets are kept as well, else guessing would ask the database each time.
  const kept = new Map<string, { principal: Principal | undefined; until: number }>();
  let revision = 0;
  const forget = (revocation: Revocation) => {
    revision += 1;
    for (const [hash, { principal }] of kept) if (!principal || isConcerned(principal, revocation)) kept.delete(hash);
  };
  const ends = [bus.subscribe(CHANNEL, (text) => forget(JSON.parse(text) as Revocation)), bus.onGap(() => forget({}))];
  return {
    async ofSecret(secret) {
      const hash = hashSecret(secret);
      const found = kept.get(hash);
      if (found && found.until > now()) return found.principal && found.principal.expiresAt > now() ? found.principal : undefined;
      const asked = revision;
      const isKey = secret.startsWith(API_KEY_PREFIX) || secret.startsWith(SERVICE_KEY_PREFIX);
      const isLink = secret.startsWith(LINK_TOKEN_PREFIX);
      const { rows } = await pool.query<PrincipalRow>({ ...(isLink ? LINK_QUERY : isKey ? KEY_QUERY : SESSION_QUERY), values: [hash] });
      const principal = rows[0] && (isLink ? visitorOf(rows[0]) : principalOf(rows[0], isKey, needFactors));
      // Whoever was revoked while the database answered must not stay for 5 s.
      if (asked === revision) {
        if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
        kept.delete(hash);
        kept.set(hash, { principal, until: now() + KEEP_MS });
      }
      if (principal && !isLink) void pool.query({ ...SEEN[isKey ? 'key' : 'session'], values: [rows[0]!.id] }).catch(() => {});
      return principal;
    },
    revoke(revocation) {
      forget(revocation);
      return bus.publish(CHANNEL, JSON.stringify(revocation));
    },
    close() {
      for (const end of ends) end();
    },
  };
}

/** Whether something was taken from them, or from whoever made the link by which they came. */
export function isConcerned(one: Pick<Principal, 'userId' | 'sessionId' | 'link'>, { userId, sessionId, linkId }: Revocation): boolean {
  if (linkId !== undefined) return one.link?.id === linkId;
  if (sessionId !== undefined && one.sessionId !== sessionId) return false;
  return userId === undefined || one.userId === userId || one.link?.makerId === userId;
}

/** The principal; throws SESSION_INVALID when there is none. */
export function demandPrincipal(principal: Principal | undefined): Principal {
  if (!principal) throw accessProblem('SESSION_INVALID');
  return principal;
}

/** The form in which secrets of sessions and keys are stored: SHA-256, hex. They are random, so nothing slower is needed. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

interface PrincipalRow {
  id: string;
  linkId?: string;
  makerId?: string;
  userId: string | null;
  workspaceId?: string | null;
  scopes?: string[];
  expiresAt: Date | null;
  createdAt: Date;
  email: string | null;
  name: string | null;
  emailVerified: boolean;
  role?: GlobalRole;
  twoFactor: boolean | null;
  closing?: boolean;
  method?: string | null;
  signOnId?: string | null;
}

/** Nobody's account: whatever is not meant for everybody refuses them. */
function visitorOf({ id, linkId, makerId, workspaceId, expiresAt, createdAt }: PrincipalRow): Principal {
  return {
    kind: 'link',
    userId: '',
    link: { id: linkId!, visitorId: id, makerId: makerId!, workspaceId: workspaceId! },
    workspaceId: workspaceId!,
    email: '',
    emailVerified: false,
    name: '',
    role: 'user',
    scopes: [],
    closing: false,
    twoFactor: false,
    expiresAt: expiresAt!.getTime(),
    signedInAt: createdAt.getTime(),
  };
}

function principalOf(row: PrincipalRow, isKey: boolean, needFactors: boolean): Principal {
  return {
    kind: isKey ? (row.userId ? 'apiKey' : 'service') : 'user',
    userId: row.userId ?? '',
    ...(isKey ? { apiKeyId: row.id } : { sessionId: row.id }),
    ...(row.workspaceId ? { workspaceId: row.workspaceId } : {}),
    email: row.email ?? '',
    emailVerified: row.emailVerified,
    name: row.name ?? '',
    // A key never carries its owner's power over the whole server.
    role: isKey ? 'user' : row.role!,
    scopes: isKey ? row.scopes! : ['*'],
    closing: row.closing ?? false,
    twoFactor: row.twoFactor ?? false,
    byPasskey: row.method === 'passkey',
    ...(row.signOnId ? { signOnId: row.signOnId } : {}),
    lacksFactor: needFactors && !isKey && !row.twoFactor && row.method !== 'passkey',
    expiresAt: row.expiresAt?.getTime() ?? Number.MAX_SAFE_INTEGER,
    signedInAt: row.createdAt.getTime(),
  };
}
