/** Who sends a request or opened a socket: one answer for sessions, API keys and service tokens. */
import { createHash } from 'node:crypto';
import type { ServerDatabase } from '../db/database.ts';
import type { Revocation } from '../sync/access.ts';
import type { Bus } from '../sync/bus.ts';
import { accessProblem } from './errors.ts';

export type GlobalRole = 'user' | 'admin' | 'super_admin';

/** Somebody or something that showed a valid secret. */
export interface Principal {
  /** `user`: a session; `apiKey`: a person's key; `service`: a key of the server's operators, which belongs to nobody. */
  kind: 'user' | 'apiKey' | 'service';
  /** Empty for a service. */
  userId: string;
  /** Given for a session. */
  sessionId?: string;
  /** Given for keys. */
  apiKeyId?: string;
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
  /** ms UTC; the secret is worth nothing from then on. */
  expiresAt: number;
  /** ms UTC; when the secret was made. For a session: when its holder signed in. */
  signedInAt: number;
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

const KEEP_MS = 5000;
const MOST_KEPT = 20_000;
const CHANNEL = 'revoked';

const SESSION_QUERY = {
  name: 'principal_of_session',
  text: `select s.id, s.user_id as "userId", s.expires_at as "expiresAt", s.created_at as "createdAt", u.email, u.name, u.email_verified as "emailVerified",
           u.role, u.two_factor_enabled as "twoFactor", u.delete_at is not null as closing
         from session s join app_user u on u.id = s.user_id
         where s.token_hash = $1 and s.expires_at > now() and u.status = 'active'`,
};
const KEY_QUERY = {
  name: 'principal_of_key',
  text: `select k.id, k.user_id as "userId", k.workspace_id as "workspaceId", k.scopes, k.expires_at as "expiresAt", k.created_at as "createdAt",
           u.email, u.name, coalesce(u.email_verified, true) as "emailVerified", u.two_factor_enabled as "twoFactor"
         from api_key k left join app_user u on u.id = k.user_id
         where k.secret_hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
           and (k.user_id is null or (u.status = 'active' and u.delete_at is null))`,
};
const SEEN = {
  session: { name: 'session_seen', text: `update session set last_seen_at = now() where id = $1 and last_seen_at < now() - interval '5 minutes'` },
  key: { name: 'key_seen', text: `update api_key set last_used_at = now(), uses = uses + 1 where id = $1` },
};

/** Principals from the database by one prepared query each, kept for 5 s. */
export function createPrincipals({ pool }: Pick<ServerDatabase, 'pool'>, bus: Bus, now: () => number = Date.now): Principals {
  // By hash, so that a dump of the memory's table opens nothing; unknown secrets are kept as well, else guessing would ask the database each time.
  const kept = new Map<string, { principal: Principal | undefined; until: number }>();
  let revision = 0;
  const forget = ({ userId, sessionId }: Revocation) => {
    revision += 1;
    for (const [hash, { principal }] of kept) if (!principal || ((!userId || principal.userId === userId) && (!sessionId || principal.sessionId === sessionId))) kept.delete(hash);
  };
  const ends = [bus.subscribe(CHANNEL, (text) => forget(JSON.parse(text) as Revocation)), bus.onGap(() => forget({}))];
  return {
    async ofSecret(secret) {
      const hash = hashSecret(secret);
      const found = kept.get(hash);
      if (found && found.until > now()) return found.principal && found.principal.expiresAt > now() ? found.principal : undefined;
      const asked = revision;
      const isKey = secret.startsWith(API_KEY_PREFIX) || secret.startsWith(SERVICE_KEY_PREFIX);
      const { rows } = await pool.query<PrincipalRow>({ ...(isKey ? KEY_QUERY : SESSION_QUERY), values: [hash] });
      const principal = rows[0] && principalOf(rows[0], isKey);
      // Whoever was revoked while the database answered must not stay for 5 s.
      if (asked === revision) {
        if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
        kept.delete(hash);
        kept.set(hash, { principal, until: now() + KEEP_MS });
      }
      if (principal) void pool.query({ ...SEEN[isKey ? 'key' : 'session'], values: [rows[0]!.id] }).catch(() => {});
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
}

function principalOf(row: PrincipalRow, isKey: boolean): Principal {
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
    expiresAt: row.expiresAt?.getTime() ?? Number.MAX_SAFE_INTEGER,
    signedInAt: row.createdAt.getTime(),
  };
}
