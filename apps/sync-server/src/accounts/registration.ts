/** New accounts and the proof of their addresses. What is answered never tells whether an address is known; only its mailbox hears that. */
import { createHash } from 'node:crypto';
import { transact } from '../db/transaction.ts';
import { newId } from '../ids.ts';
import { writeEvent } from '../jobs/outbox.ts';
import { followAddress } from './administrators.ts';
import { writeAudit, type Origin } from './audit.ts';
import { accountProblem } from './errors.ts';
import { makeMailToken, takeMailToken } from './mailToken.ts';
import type { AccountParts } from './parts.ts';
import { languageOf } from './profile.ts';
import { reservedUntil } from './reservedEmail.ts';

export interface NewPerson {
  email: string;
  password: string;
  name: string;
  language: 'en' | 'de';
}

export interface Registration {
  /** Makes the account and sends the mail; a known address gets another mail instead. Throws PASSWORD_UNFIT, SIGN_UP_CLOSED. */
  register(person: NewPerson, origin: Origin): Promise<void>;
  /** Confirms an address by the secret of its mail; who it was. Throws TOKEN_INVALID. */
  verify(token: string, origin: Origin): Promise<{ userId: string; email: string }>;
  /** Sends the mail again, when there is an account that waits for it. */
  resend(email: string): Promise<void>;
}

/** Mails of one kind to one address: somebody who wants to fill a mailbox is stopped here, silently. */
const MAILBOX = { burst: 4, perSecond: 1 / 900 };

/** The registration part. */
export function createRegistration(parts: AccountParts): Registration {
  const { database, config, site, principals, mailer, hasher, policy } = parts;
  return {
    async register({ email, password, name, language }, origin) {
      const fault = await policy.faultOf(password, { email, name });
      if (fault) throw accountProblem('PASSWORD_UNFIT', { fault });
      if (config.SIGN_UP === 'closed' && !(await isInvited(parts, email))) throw accountProblem('SIGN_UP_CLOSED');
      // Hashed in any case: the time that an answer takes must not tell either.
      const hash = await hasher.hash(password);
      await transact(database, async ({ sql }) => {
        const reserved = await reservedUntil(sql, email);
        if (reserved) {
          if (await mayMail(parts, 'reserved', email)) await mailer.send(sql, { kind: 'emailReserved', to: email, language, params: { day: reserved.toISOString().slice(0, 10), link: `${site.publicUrl()}/sign-up` } });
          return;
        }
        const userId = newId('user');
        const { rowCount } = await sql.query(
          `insert into app_user (id, name, email, preferences, password_changed_at) values ($1, $2, $3, $4, now()) on conflict (email) do nothing`,
          [userId, name, email, JSON.stringify({ language })],
        );
        if (rowCount === 0) {
          const { rows } = await sql.query<{ name: string; preferences: unknown }>('select name, preferences from app_user where email = $1', [email]);
          if (rows[0] && await mayMail(parts, 'exists', email)) await mailer.send(sql, { kind: 'exists', to: email, language: languageOf(rows[0].preferences), params: { name: rows[0].name, link: `${site.publicUrl()}/sign-in` } });
          return;
        }
        await sql.query(`insert into credential (id, account_id, provider_id, user_id, password) values ($1, $2, 'credential', $2, $3)`, [newId('credential'), userId, hash]);
        await writeEvent(sql, { type: 'USER_REGISTERED', userId });
        await writeAudit(sql, 'ACCOUNT_REGISTERED', userId, origin);
        const token = await makeMailToken(sql, 'verify', userId, email);
        if (await mayMail(parts, 'verify', email)) await mailer.send(sql, { kind: 'verify', to: email, language, params: { name, link: `${site.publicUrl()}/verify#${token}`, code: token } });
      });
    },
    async verify(token, origin) {
      const person = await transact(database, async ({ sql }) => {
        const taken = await takeMailToken(sql, 'verify', token);
        if (!taken) throw accountProblem('TOKEN_INVALID');
        const { rowCount } = await sql.query('update app_user set email_verified = true, updated_at = now() where id = $1 and email = $2', [taken.userId, taken.email]);
        if (rowCount === 0) throw accountProblem('TOKEN_INVALID');
        await writeAudit(sql, 'ACCOUNT_VERIFIED', taken.userId, origin);
        await followAddress(parts, sql, taken.userId, { from: undefined, to: taken.email }, origin);
        return taken;
      });
      await principals.revoke({ userId: person.userId });
      return person;
    },
    async resend(email) {
      await transact(database, async ({ sql }) => {
        const { rows } = await sql.query<{ id: string; name: string; preferences: unknown }>('select id, name, preferences from app_user where email = $1 and not email_verified', [email]);
        const [row] = rows;
        if (!row || !(await mayMail(parts, 'verify', email))) return;
        const token = await makeMailToken(sql, 'verify', row.id, email);
        await mailer.send(sql, { kind: 'verify', to: email, language: languageOf(row.preferences), params: { name: row.name, link: `${site.publicUrl()}/verify#${token}`, code: token } });
      });
    },
  };
}

/** True while a mailbox has had few mails of this kind. */
export async function mayMail({ limiter }: Pick<AccountParts, 'limiter'>, kind: string, email: string): Promise<boolean> {
  return (await limiter.takeShared(`mailbox:${kind}:${createHash('sha256').update(email).digest('hex')}`, MAILBOX)) === 0;
}

/** True when an invitation waits for an address. */
export async function isInvited({ database }: Pick<AccountParts, 'database'>, email: string): Promise<boolean> {
  const { rowCount } = await database.pool.query(`select 1 from invitation where email = $1 and state = 'open' and expires_at > now() limit 1`, [email]);
  return rowCount! > 0;
}
