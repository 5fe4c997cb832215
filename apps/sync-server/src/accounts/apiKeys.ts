/** Keys for programs: with scopes, perhaps for one workspace, with an end; stored as hashes. */
import { randomBytes } from 'node:crypto';
import { requireWorkspace } from '../access/permissions.ts';
import { API_KEY_PREFIX, SERVICE_KEY_PREFIX, hashSecret, type Principal } from '../access/principal.ts';
import { transact } from '../db/transaction.ts';
import { newId } from '../ids.ts';
import { PLANS, planOf } from '../workspaces/plans.ts';
import { writeAudit, type Origin } from './audit.ts';
import { accountProblem } from './errors.ts';
import type { AccountParts } from './parts.ts';
import { tellSecurity } from './securityMail.ts';

export interface KeyView {
  id: string;
  name: string;
  /** First characters, to tell keys apart. */
  start: string;
  scopes: string[];
  workspaceId: string | null;
  createdAt: number;
  expiresAt: number | null;
  lastUsedAt: number | null;
  uses: number;
}

export interface NewKey {
  name: string;
  scopes: string[];
  workspaceId?: string | undefined;
  expiresInDays: number;
}

export interface ApiKeys {
  list(principal: Principal): Promise<KeyView[]>;
  /** A new key; `secret` is shown this once. Throws API_KEYS_FULL, WORKSPACE_NOT_FOUND. */
  create(principal: Principal, key: NewKey, origin: Origin): Promise<KeyView & { secret: string }>;
  /** Throws API_KEY_NOT_FOUND. */
  revoke(principal: Principal, keyId: string, origin: Origin): Promise<void>;
  /** Keys that belong to programs of the server's operators. */
  listServices(): Promise<KeyView[]>;
  /** A key that belongs to nobody, for a program of the server's operators; `secret` is shown this once. */
  createService(actor: Principal, key: { name: string; scopes: string[]; expiresInDays: number }, origin: Origin): Promise<KeyView & { secret: string }>;
  /** False when there is none of this id. */
  revokeService(actor: Principal, keyId: string, origin: Origin): Promise<boolean>;
}

const COLUMNS = `id, name, start, scopes, workspace_id as "workspaceId", created_at as "createdAt", expires_at as "expiresAt", last_used_at as "lastUsedAt", uses`;
type KeyRow = Omit<KeyView, 'createdAt' | 'expiresAt' | 'lastUsedAt'> & { createdAt: Date; expiresAt: Date | null; lastUsedAt: Date | null };

/** The part of keys. */
export function createApiKeys(parts: AccountParts): ApiKeys {
  const { database, principals, config } = parts;
  return {
    async list({ userId }) {
      const { rows } = await database.pool.query<KeyRow>(`select ${COLUMNS} from api_key where user_id = $1 and revoked_at is null order by id`, [userId]);
      return rows.map(viewOf);
    },
    async create(principal, { name, scopes, workspaceId, expiresInDays }, origin) {
      if (workspaceId !== undefined) await requireWorkspace(database.pool, principal, workspaceId);
      const secret = API_KEY_PREFIX + randomBytes(32).toString('base64url');
      return transact(database, async ({ sql }) => {
        // Locked, so that two at once do not both take the last place.
        await sql.query('select 1 from app_user where id = $1 for update', [principal.userId]);
        const most = PLANS[await planOf(sql, principal.userId, config.DEFAULT_PLAN)].apiKeys;
        const { rows: counted } = await sql.query<{ n: number }>('select count(*)::int as n from api_key where user_id = $1 and revoked_at is null and (expires_at is null or expires_at > now())', [principal.userId]);
        if (most !== null && counted[0]!.n >= most) throw accountProblem('API_KEYS_FULL', { most });
        const { rows } = await sql.query<KeyRow>(
          `insert into api_key (id, user_id, workspace_id, name, start, secret_hash, scopes, expires_at) values ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(days => $8)) returning ${COLUMNS}`,
          [newId('key'), principal.userId, workspaceId ?? null, name, secret.slice(0, 8), hashSecret(secret), [...new Set(scopes)], expiresInDays],
        );
        await writeAudit(sql, 'API_KEY_CREATED', principal.userId, origin, { keyId: rows[0]!.id, scopes });
        await tellSecurity(parts, sql, principal.userId, 'apiKeyMade', name);
        return { ...viewOf(rows[0]!), secret };
      });
    },
    async revoke({ userId }, keyId, origin) {
      const { rowCount } = await database.pool.query('update api_key set revoked_at = now() where id = $1 and user_id = $2 and revoked_at is null', [keyId, userId]);
      if (rowCount === 0) throw accountProblem('API_KEY_NOT_FOUND');
      await writeAudit(database.pool, 'API_KEY_REVOKED', userId, origin, { keyId });
      await principals.revoke({ userId });
    },
    async listServices() {
      const { rows } = await database.pool.query<KeyRow>(`select ${COLUMNS} from api_key where user_id is null and revoked_at is null order by id`);
      return rows.map(viewOf);
    },
    async createService(actor, { name, scopes, expiresInDays }, origin) {
      const secret = SERVICE_KEY_PREFIX + randomBytes(32).toString('base64url');
      const { rows } = await database.pool.query<KeyRow>(`insert into api_key (id, name, start, secret_hash, scopes, expires_at) values ($1, $2, $3, $4, $5, now() + make_interval(days => $6)) returning ${COLUMNS}`, [newId('key'), name, secret.slice(0, 8), hashSecret(secret), [...new Set(scopes)], expiresInDays]);
      await writeAudit(database.pool, 'SERVICE_KEY_CREATED', actor.userId, origin, { keyId: rows[0]!.id, scopes });
      return { ...viewOf(rows[0]!), secret };
    },
    async revokeService(actor, keyId, origin) {
      const { rowCount } = await database.pool.query('update api_key set revoked_at = now() where id = $1 and user_id is null and revoked_at is null', [keyId]);
      if (rowCount === 0) return false;
      await writeAudit(database.pool, 'SERVICE_KEY_REVOKED', actor.userId, origin, { keyId });
      // Nobody's: every kept principal is forgotten.
      await principals.revoke({ userId: '' });
      return true;
    },
  };
}

function viewOf(row: KeyRow): KeyView {
  return { ...row, createdAt: row.createdAt.getTime(), expiresAt: row.expiresAt?.getTime() ?? null, lastUsedAt: row.lastUsedAt?.getTime() ?? null };
}
