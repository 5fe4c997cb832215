/** Where a person is signed in, and how to end that. */
import { randomBytes } from 'node:crypto';
import { hashSecret, type Principal } from '../access/principal.ts';
import type { Queryable } from '../db/database.ts';
import { newId } from '../ids.ts';
import { writeAudit, type Origin } from './audit.ts';
import { SESSION_DAYS } from './authCalls.ts';
import { accountProblem } from './errors.ts';
import type { AccountParts } from './parts.ts';

export interface SessionView {
  id: string;
  kind: 'web' | 'desktop';
  deviceName: string | null;
  userAgent: string | null;
  address: string | null;
  createdAt: number;
  lastSeenAt: number;
  expiresAt: number;
  current: boolean;
}

export interface Sessions {
  list(principal: Principal): Promise<SessionView[]>;
  /** Ends one of the person's sessions; sockets are cut. Throws SESSION_NOT_FOUND. */
  end(principal: Principal, sessionId: string, origin: Origin): Promise<void>;
  /** Ends all of them, or all but the current one; how many. */
  endAll(principal: Principal, options: { keepCurrent: boolean }, origin: Origin): Promise<number>;
}

/** The part of sessions. */
export function createSessions({ database: { pool }, principals }: AccountParts): Sessions {
  return {
    async list(principal) {
      const { rows } = await pool.query<Omit<SessionView, 'createdAt' | 'lastSeenAt' | 'expiresAt' | 'current'> & Record<'createdAt' | 'lastSeenAt' | 'expiresAt', Date>>(
        `select id, kind, device_name as "deviceName", user_agent as "userAgent", ip_address as address, created_at as "createdAt", last_seen_at as "lastSeenAt", expires_at as "expiresAt"
         from session where user_id = $1 and expires_at > now() order by last_seen_at desc`,
        [principal.userId],
      );
      return rows.map((row) => ({ ...row, createdAt: row.createdAt.getTime(), lastSeenAt: row.lastSeenAt.getTime(), expiresAt: row.expiresAt.getTime(), current: row.id === principal.sessionId }));
    },
    async end(principal, sessionId, origin) {
      const { rowCount } = await pool.query('delete from session where id = $1 and user_id = $2', [sessionId, principal.userId]);
      if (rowCount === 0) throw accountProblem('SESSION_NOT_FOUND');
      await writeAudit(pool, sessionId === principal.sessionId ? 'AUTH_SIGNED_OUT' : 'SESSION_REVOKED', principal.userId, origin, { sessionId });
      await principals.revoke({ userId: principal.userId, sessionId });
    },
    async endAll(principal, { keepCurrent }, origin) {
      const { sessionIds } = await endSessions(pool, principal.userId, keepCurrent ? principal.sessionId : undefined);
      await writeAudit(pool, 'SESSION_REVOKED', principal.userId, origin, { count: sessionIds.length });
      for (const sessionId of sessionIds) await principals.revoke({ userId: principal.userId, sessionId });
      return sessionIds.length;
    },
  };
}

/** Deletes the sessions of a person, but for one to keep; whoever calls it revokes them once that is committed. */
export async function endSessions(sql: Queryable, userId: string, keepSessionId = ''): Promise<{ userId: string; sessionIds: string[] }> {
  const { rows } = await sql.query<{ id: string }>('delete from session where user_id = $1 and id <> $2 returning id', [userId, keepSessionId]);
  return { userId, sessionIds: rows.map(({ id }) => id) };
}

/** The secret of a new session, for a sign-in that ends with `SignIn.finish`. Without `remember` it lasts a day. */
export async function openSession(sql: Queryable, { userId, remember, method }: { userId: string; remember: boolean; method: 'passkey' | null }, origin: Origin): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await sql.query(`insert into session (id, token_hash, user_id, expires_at, ip_address, user_agent, method) values ($1, $2, $3, now() + make_interval(days => $4), $5, $6, $7)`, [
    newId('session'), hashSecret(token), userId, remember ? SESSION_DAYS : 1, origin.address, origin.userAgent, method,
  ]);
  return token;
}
