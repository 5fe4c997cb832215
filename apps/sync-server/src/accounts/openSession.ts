/** A session for somebody who has just proved to be a person of ours by another way than better-auth's. */
import { randomBytes } from 'node:crypto';
import { hashSecret } from '../access/principal.ts';
import type { Queryable } from '../db/database.ts';
import { newId } from '../ids.ts';
import type { Origin } from './audit.ts';
import { SESSION_DAYS } from './authCalls.ts';
import type { Device } from './signIn.ts';

export interface OpenedBy {
  /** How its holder came: `passkey`, `signOn`. */
  method: string;
  /** The arrival by single sign-on that it goes back to. */
  arrivalId?: string | undefined;
  /** The session ends then at the latest. */
  until?: Date | undefined;
}

/** The secret of a new session; whoever calls it hands it to `signIn.finish`, as every way to sign in does. */
export async function openSession(sql: Queryable, userId: string, device: Device, origin: Origin, { method, arrivalId, until }: OpenedBy): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await sql.query(
    `insert into session (id, token_hash, user_id, expires_at, ip_address, user_agent, kind, method, arrival_id) values ($1, $2, $3, least($4::timestamptz, now() + make_interval(days => $5)), $6, $7, $8, $9, $10)`,
    [newId('session'), hashSecret(token), userId, until ?? null, SESSION_DAYS, origin.address, origin.userAgent, device.kind, method, arrivalId ?? null],
  );
  return token;
}
