/** Changing a password, and setting a new one by mail. */
import type { Principal } from '../access/principal.ts';
import type { Queryable } from '../db/database.ts';
import { transact } from '../db/transaction.ts';
import { newId } from '../ids.ts';
import { followAddress } from './administrators.ts';
import { writeAudit, type Origin } from './audit.ts';
import { accountProblem } from './errors.ts';
import { makeMailToken, takeMailToken } from './mailToken.ts';
import type { AccountParts } from './parts.ts';
import { languageOf } from './profile.ts';
import { mayMail } from './registration.ts';
import { endSessions } from './sessions.ts';

export interface Passwords {
  /** Sends a link, when there is such an account; answers the same in any case. */
  forgot(email: string, origin: Origin): Promise<void>;
  /** Sets a password by the secret of a mail and signs out everywhere. Throws TOKEN_INVALID, PASSWORD_UNFIT, PASSWORD_REUSED. */
  reset(given: { token: string; password: string }, origin: Origin): Promise<void>;
  /** Changes it and signs out every other device. Throws PASSWORD_WRONG, PASSWORD_UNFIT, PASSWORD_REUSED. */
  change(principal: Principal, given: { currentPassword: string; newPassword: string }, origin: Origin): Promise<void>;
  /** Throws PASSWORD_WRONG unless it is the person's; an account without a password has nothing to prove here. */
  demand(userId: string, password: string | undefined, origin: Origin): Promise<void>;
}

/** Former passwords that may not come back. */
const KEPT = 12;

/** The part of passwords. */
export function createPasswords(parts: AccountParts): Passwords {
  const { database, site, principals, mailer, hasher, policy, lockout } = parts;

  /** Stores a new password inside a transaction; the reasons against it were looked at before. */
  const store = async (sql: Queryable, userId: string, hash: string) => {
    const { rows } = await sql.query<{ id: string; password: string | null }>(`select id, password from credential where user_id = $1 and provider_id = 'credential' for update`, [userId]);
    const [row] = rows;
    if (row?.password) await sql.query('insert into former_password (id, user_id, hash) values ($1, $2, $3)', [newId('former'), userId, row.password]);
    await sql.query(`delete from former_password where user_id = $1 and id not in (select id from former_password where user_id = $1 order by id desc limit $2)`, [userId, KEPT]);
    if (row) await sql.query('update credential set password = $2, updated_at = now() where id = $1', [row.id, hash]);
    else await sql.query(`insert into credential (id, account_id, provider_id, user_id, password) values ($1, $2, 'credential', $2, $3)`, [newId('credential'), userId, hash]);
    await sql.query('update app_user set password_changed_at = now(), updated_at = now() where id = $1', [userId]);
  };
  const demandFit = async (sql: Queryable, userId: string, password: string) => {
    const { rows } = await sql.query<{ email: string; name: string }>('select email, name from app_user where id = $1', [userId]);
    const fault = await policy.faultOf(password, rows[0]!);
    if (fault) throw accountProblem('PASSWORD_UNFIT', { fault });
    const { rows: former } = await sql.query<{ hash: string }>(
      `select password as hash from credential where user_id = $1 and password is not null union all select hash from former_password where user_id = $1`,
      [userId],
    );
    for (const { hash } of former) if (await hasher.verify(hash, password)) throw accountProblem('PASSWORD_REUSED');
  };
  const tell = async (sql: Queryable, userId: string) => {
    const { rows } = await sql.query<{ email: string; name: string; preferences: unknown }>('select email, name, preferences from app_user where id = $1', [userId]);
    const { email, name, preferences } = rows[0]!;
    await mailer.send(sql, { kind: 'passwordChanged', to: email, language: languageOf(preferences), params: { name, link: `${site.publicUrl()}/forgot` } });
    return email;
  };

  return {
    async forgot(email, origin) {
      await transact(database, async ({ sql }) => {
        const { rows } = await sql.query<{ id: string; name: string; preferences: unknown }>(`select id, name, preferences from app_user where email = $1 and status = 'active'`, [email]);
        const [row] = rows;
        if (!row || !(await mayMail(parts, 'reset', email))) return;
        const token = await makeMailToken(sql, 'reset', row.id, email);
        await writeAudit(sql, 'AUTH_RESET_ASKED', row.id, origin);
        await mailer.send(sql, { kind: 'reset', to: email, language: languageOf(row.preferences), params: { name: row.name, link: `${site.publicUrl()}/reset#${token}`, code: token } });
      });
    },
    async reset({ token, password }, origin) {
      // The secret is taken first, so that two at once cannot both use it; when the password does not do, it is given back by the rollback.
      const ended = await transact(database, async ({ sql }) => {
        const taken = await takeMailToken(sql, 'reset', token);
        if (!taken) throw accountProblem('TOKEN_INVALID');
        await demandFit(sql, taken.userId, password);
        await store(sql, taken.userId, await hasher.hash(password));
        // Whoever reads the mailbox has proved the address as well.
        const { rowCount: isNew } = await sql.query('update app_user set email_verified = true where id = $1 and email = $2 and not email_verified', [taken.userId, taken.email]);
        if (isNew) await followAddress(parts, sql, taken.userId, { from: undefined, to: taken.email }, origin);
        await lockout.clear(sql, taken.email);
        await writeAudit(sql, 'AUTH_PASSWORD_RESET', taken.userId, origin);
        await tell(sql, taken.userId);
        return endSessions(sql, taken.userId);
      });
      for (const sessionId of ended.sessionIds) await principals.revoke({ userId: ended.userId, sessionId });
    },
    async change(principal, { currentPassword, newPassword }, origin) {
      await this.demand(principal.userId, currentPassword, origin);
      await demandFit(database.pool, principal.userId, newPassword);
      const hash = await hasher.hash(newPassword);
      const ended = await transact(database, async ({ sql }) => {
        await store(sql, principal.userId, hash);
        await writeAudit(sql, 'AUTH_PASSWORD_CHANGED', principal.userId, origin);
        await tell(sql, principal.userId);
        return endSessions(sql, principal.userId, principal.sessionId);
      });
      for (const sessionId of ended.sessionIds) await principals.revoke({ userId: principal.userId, sessionId });
    },
    async demand(userId, password, origin) {
      const { rows } = await database.pool.query<{ password: string | null; email: string }>(`select c.password, u.email from app_user u left join credential c on c.user_id = u.id and c.provider_id = 'credential' where u.id = $1`, [userId]);
      const { password: hash, email } = rows[0]!;
      if (!hash) return;
      // Guessing goes on with a stolen session too, and counts like any other.
      const retryAfter = await lockout.lockedFor(email, origin.address);
      if (retryAfter > 0) throw accountProblem('SIGN_IN_LOCKED', { retryAfter });
      if (password !== undefined && (await hasher.verify(hash, password))) return;
      await lockout.fail(email, origin.address);
      throw accountProblem('PASSWORD_WRONG');
    },
  };
}
