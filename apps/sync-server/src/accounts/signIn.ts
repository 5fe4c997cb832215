/** Signing in with a password, and with a second factor where there is one. */
import { createHash } from 'node:crypto';
import { hashSecret } from '../access/principal.ts';
import { transact } from '../db/transaction.ts';
import { writeAudit, type Origin } from './audit.ts';
import { authCode, authHeaders, cookiesOf } from './authCalls.ts';
import { hashBackupCode } from './backupCodes.ts';
import { readChallenge } from './challenge.ts';
import { accountProblem } from './errors.ts';
import type { AccountParts } from './parts.ts';
import { languageOf, readMe } from './profile.ts';
import { mayMail } from './registration.ts';
import type { Me } from './schema.ts';

export interface SignedIn {
  status: 'signedIn';
  /** Shown this once; the server keeps a hash. */
  token: string;
  expiresAt: number;
  user: Me;
}
export interface Challenge {
  status: 'secondFactor';
  challenge: string;
  methods: string[];
}
export interface Device {
  kind: 'web' | 'desktop';
  name?: string | undefined;
}

export interface SignIn {
  /** Throws SIGN_IN_LOCKED, SIGN_IN_FAILED, ACCOUNT_SUSPENDED. */
  withPassword(given: { email: string; password: string; remember: boolean }, device: Device, origin: Origin): Promise<SignedIn | Challenge>;
  /** Throws CHALLENGE_INVALID, CODE_WRONG, CODE_USED, SIGN_IN_LOCKED. */
  withSecondFactor(given: { challenge: string; code: string; kind: 'totp' | 'backup' }, device: Device, origin: Origin): Promise<SignedIn>;
  /** Puts a failure on record and counts it; `email` may be any text that stands for who was tried. */
  failed(email: string, origin: Origin): Promise<void>;
  /** What every way to sign in ends with: `token` is of a session that was just made. */
  finish(token: string, device: Device, origin: Origin): Promise<SignedIn>;
}

/** A code of an authenticator app may come back only after this. */
export const REPLAY_SECONDS = 90;
/** Devices that one account is signed in on at once. */
const MOST_SESSIONS = 20;

/** The sign-in part. */
export function createSignIn(parts: AccountParts): SignIn {
  const { database, lockout, mailer, site, hasher } = parts;

  const failed = async (email: string, origin: Origin): Promise<void> => {
    const { lockedMinutes, notify } = await lockout.fail(email, origin.address);
    const { rows } = await database.pool.query<{ id: string; name: string; preferences: unknown }>('select id, name, preferences from app_user where email = $1', [email]);
    const [row] = rows;
    await writeAudit(database.pool, lockedMinutes > 0 ? 'AUTH_LOCKED' : 'AUTH_FAILED', row?.id ?? null, origin);
    if (row && notify && await mayMail(parts, 'locked', email)) await mailer.send(database.pool, { kind: 'locked', to: email, language: languageOf(row.preferences), params: { name: row.name, minutes: lockedMinutes, link: `${site.publicUrl()}/forgot` } });
  };
  const demandUnlocked = async (email: string, origin: Origin) => {
    const retryAfter = await lockout.lockedFor(email, origin.address);
    if (retryAfter > 0) throw accountProblem('SIGN_IN_LOCKED', { retryAfter });
  };

  const signIn: SignIn = {
    failed,
    async withPassword({ email, password, remember }, device, origin) {
      await demandUnlocked(email, origin);
      let result;
      try {
        result = await (await parts.auth()).api.signInEmail({ body: { email, password, rememberMe: remember }, headers: authHeaders(origin), returnHeaders: true });
      } catch (error) {
        if (!authCode(error)) throw error;
        await failed(email, origin);
        throw accountProblem('SIGN_IN_FAILED');
      }
      const answer = result.response as { token?: string; twoFactorRedirect?: boolean; twoFactorMethods?: string[] };
      if (answer.twoFactorRedirect) return { status: 'secondFactor', challenge: Buffer.from(cookiesOf(result.headers)).toString('base64url'), methods: [...(answer.twoFactorMethods ?? []), 'backup'] };
      await renewHash(parts, email, password);
      return signIn.finish(answer.token!, device, origin);
    },
    async withSecondFactor({ challenge, code, kind }, device, origin) {
      const auth = await parts.auth();
      const waiting = await readChallenge(auth, challenge);
      if (!waiting) throw accountProblem('CHALLENGE_INVALID');
      const headers = authHeaders(origin, { cookies: waiting.cookies });
      let token: string;
      try {
        const { api } = auth;
        const result = kind === 'totp' ? await api.verifyTOTP({ body: { code }, headers }) : await api.verifyBackupCode({ body: { code: hashBackupCode(code) }, headers });
        token = (result as { token: string }).token;
      } catch (error) {
        const reason = authCode(error);
        if (!reason) throw error;
        if (reason === 'ACCOUNT_TEMPORARILY_LOCKED') throw accountProblem('SIGN_IN_LOCKED', { retryAfter: 900 });
        await writeAudit(database.pool, 'AUTH_FAILED', null, origin, { step: kind });
        throw accountProblem(['INVALID_CODE', 'INVALID_BACKUP_CODE'].includes(reason) ? 'CODE_WRONG' : 'CHALLENGE_INVALID');
      }
      if (kind === 'totp') await demandFresh(parts, token, code, origin);
      // Where the challenge came after single sign-on, the session goes back to that arrival.
      await database.pool.query('update session s set arrival_id = a.id, expires_at = least(s.expires_at, a.expires_at) from sign_on_arrival a where s.token_hash = $1 and a.challenge_hash = $2 and a.user_id = s.user_id', [hashSecret(token), waiting.key]);
      return signIn.finish(token, device, origin);
    },
    async finish(token, device, origin) {
      const { rows } = await database.pool.query<{ id: string; userId: string; expiresAt: Date; status: string; email: string; name: string; preferences: unknown; way: string | null; isNew: boolean; hasOlder: boolean }>(
        `update session s set kind = $2, device_name = $3 from app_user u
         where s.token_hash = $1 and u.id = s.user_id
         returning s.id, s.user_id as "userId", s.expires_at as "expiresAt", u.status, u.email, u.name, u.preferences, case when s.arrival_id is null then s.method else 'signOn' end as way,
           not exists (select 1 from audit_event a where a.user_id = u.id and a.kind = 'AUTH_SIGNED_IN' and a.at > now() - interval '90 days' and (a.ip_address = $4 or a.user_agent = $5)) as "isNew",
           exists (select 1 from audit_event a where a.user_id = u.id and a.kind = 'AUTH_SIGNED_IN') as "hasOlder"`,
        [hashSecret(token), device.kind, device.name ?? null, origin.address, origin.userAgent.slice(0, 300)],
      );
      const row = rows[0]!;
      if (row.status !== 'active') {
        await database.pool.query('delete from session where id = $1', [row.id]);
        throw accountProblem('ACCOUNT_SUSPENDED');
      }
      await transact(database, async ({ sql }) => {
        await lockout.clear(sql, row.email);
        await writeAudit(sql, 'AUTH_SIGNED_IN', row.userId, origin, { sessionId: row.id, kind: device.kind, ...(row.way ? { by: row.way } : {}) });
        if (row.isNew && row.hasOlder && await mayMail(parts, 'suspicious', row.email)) {
          const at = new Date().toISOString().slice(0, 16).replace('T', ' ');
          await mailer.send(sql, { kind: 'suspicious', to: row.email, language: languageOf(row.preferences), params: { name: row.name, at, address: origin.address, device: device.name ?? (origin.userAgent.slice(0, 80) || '?'), link: `${site.publicUrl()}/forgot` } });
        }
      });
      // Whoever signs in again leaves the session that they came with.
      if (origin.sessionId && origin.sessionId !== row.id) {
        const { rows: left } = await database.pool.query<{ userId: string }>('delete from session where id = $1 returning user_id as "userId"', [origin.sessionId]);
        if (left[0]) await parts.principals.revoke({ userId: left[0].userId, sessionId: origin.sessionId });
      }
      // Devices that were forgotten somewhere go first.
      const { rows: oldest } = await database.pool.query<{ id: string }>('delete from session where id in (select id from session where user_id = $1 order by created_at desc, id desc offset $2) returning id', [row.userId, MOST_SESSIONS]);
      for (const { id } of oldest) await parts.principals.revoke({ userId: row.userId, sessionId: id });
      return { status: 'signedIn', token, expiresAt: row.expiresAt.getTime(), user: await readMe(database.pool, row.userId) };
    },
  };
  return signIn;

  /** A hash that was made when less was asked for is made anew, as long as the password is at hand. */
  async function renewHash({ database: { pool } }: AccountParts, email: string, password: string): Promise<void> {
    const { rows } = await pool.query<{ id: string; password: string | null }>(`select c.id, c.password from credential c join app_user u on u.id = c.user_id where u.email = $1 and c.provider_id = 'credential'`, [email]);
    const [row] = rows;
    if (row?.password && hasher.isWeak(row.password)) await pool.query('update credential set password = $2, updated_at = now() where id = $1 and password = $3', [row.id, await hasher.hash(password), row.password]);
  }
}

/** A code works once: whoever saw it over a shoulder comes too late. The session that it made is ended again. Throws CODE_USED. */
export async function demandFresh({ database: { pool } }: AccountParts, token: string, code: string, origin: Origin): Promise<void> {
  const { rows } = await pool.query<{ id: string; userId: string }>('select id, user_id as "userId" from session where token_hash = $1', [hashSecret(token)]);
  const { id, userId } = rows[0]!;
  await pool.query(`delete from used_code where used_at < now() - make_interval(secs => $1)`, [REPLAY_SECONDS]);
  const { rowCount } = await pool.query('insert into used_code (user_id, code_hash) values ($1, $2) on conflict do nothing', [userId, createHash('sha256').update(code).digest('hex')]);
  if (rowCount === 1) return;
  await pool.query('delete from session where id = $1', [id]);
  await writeAudit(pool, 'SECURITY_CODE_REPLAYED', userId, origin);
  throw accountProblem('CODE_USED');
}
