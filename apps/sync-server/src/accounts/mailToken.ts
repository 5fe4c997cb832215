/** Secrets in links of mails: random, stored as hashes, good once and for a while. */
import { randomBytes } from 'node:crypto';
import { hashSecret } from '../access/principal.ts';
import type { Queryable } from '../db/database.ts';
import { newId } from '../ids.ts';

export type MailTokenKind = 'verify' | 'reset';

const HOURS: Record<MailTokenKind, number> = { verify: 24, reset: 1 };
const BYTES = 20;

/** A new secret for a person; those of the same kind from before are worth nothing from now on. */
export async function makeMailToken(sql: Queryable, kind: MailTokenKind, userId: string, email: string): Promise<string> {
  const token = randomBytes(BYTES).toString('base64url');
  await sql.query(`delete from verification where identifier like $1 and split_part(value, ' ', 1) = $2`, [`${kind}:%`, userId]);
  await sql.query(`insert into verification (id, identifier, value, expires_at) values ($1, $2, $3, now() + make_interval(hours => $4))`, [newId('verification'), `${kind}:${hashSecret(token)}`, `${userId} ${email}`, HOURS[kind]]);
  return token;
}

/** Takes a secret: whose it is; undefined when there is none such, or it has run out. It works no second time. */
export async function takeMailToken(sql: Queryable, kind: MailTokenKind, token: string): Promise<{ userId: string; email: string } | undefined> {
  const { rows } = await sql.query<{ value: string }>('delete from verification where identifier = $1 and expires_at > now() returning value', [`${kind}:${hashSecret(token)}`]);
  const [userId, email] = rows[0]?.value.split(' ') ?? [];
  return userId && email ? { userId, email } : undefined;
}
