/**
 * Signing in on the desktop by the system's browser (RFC 8252): the browser proves who it is here, and is led back to the app on
 * 127.0.0.1 with a code; the app trades it, with the other half of its challenge (PKCE), for a session of its own.
 */
import { createHash, randomBytes } from 'node:crypto';
import { hashSecret, type Principal } from '../access/principal.ts';
import { transact } from '../db/transaction.ts';
import { newId } from '../ids.ts';
import type { Origin } from './audit.ts';
import { SESSION_DAYS } from './authCalls.ts';
import { accountProblem } from './errors.ts';
import type { AccountParts } from './parts.ts';
import { FRESH_MINUTES } from './proof.ts';
import type { SignIn, SignedIn } from './signIn.ts';

export interface DesktopRequest {
  /** http://127.0.0.1:port/… or http://[::1]:port/… */
  redirectUri: string;
  /** base64url of the SHA-256 of the verifier. */
  challenge: string;
  state: string;
  deviceName: string;
}

export interface DesktopSignIn {
  /** Throws REDIRECT_REFUSED unless it leads back to this machine. */
  demandLoopback(redirectUri: string): URL;
  /** False for a session whose sign-in or last proof is long ago: it is proved again before an app gets a session of its own, which begins as a fresh one. */
  mayApprove(principal: Principal): Promise<boolean>;
  /** The address to lead the browser to. */
  approve(principal: Principal, request: DesktopRequest): Promise<string>;
  /** Trades a code for a session. A code that comes twice ends the session that it made. Throws TOKEN_INVALID. */
  redeem(given: { code: string; verifier: string; redirectUri: string }, origin: Origin): Promise<SignedIn>;
}

const CODE_SECONDS = 60;

/** The part of desktop sign-in. */
export function createDesktopSignIn({ database, principals }: AccountParts, signIn: SignIn): DesktopSignIn {
  return {
    demandLoopback: loopback,
    async mayApprove({ sessionId }) {
      // What came by single sign-on hands on when the provider asked, where it says so: nothing gets younger by it.
      const { rowCount } = await database.pool.query(
        `select 1 from session s left join sign_on_arrival a on a.id = s.arrival_id
         where s.id = $1 and (a.authenticated_at is not null or greatest(s.created_at, s.confirmed_at) > now() - make_interval(mins => $2))`,
        [sessionId ?? '', FRESH_MINUTES],
      );
      return rowCount === 1;
    },
    async approve({ userId, byPasskey, sessionId }, { redirectUri, challenge, state, deviceName }) {
      const target = loopback(redirectUri);
      const code = randomBytes(32).toString('base64url');
      await database.pool.query(`delete from sign_in_code where expires_at < now() - interval '1 day'`);
      await database.pool.query(`insert into sign_in_code (code_hash, user_id, challenge, redirect_uri, device_name, expires_at, method, arrival_id) values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6), $7, (select arrival_id from session where id = $8))`, [hashSecret(code), userId, challenge, redirectUri, deviceName, CODE_SECONDS, byPasskey ? 'passkey' : null, sessionId ?? null]);
      target.searchParams.set('code', code);
      target.searchParams.set('state', state);
      return target.href;
    },
    async redeem({ code, verifier, redirectUri }, origin) {
      const token = randomBytes(32).toString('base64url');
      const made = await transact(database, async ({ sql }) => {
        const { rows } = await sql.query<{ userId: string; challenge: string; redirectUri: string; deviceName: string; usedAt: Date | null; sessionId: string | null; method: string | null; arrivalId: string | null; isOver: boolean }>(
          `select user_id as "userId", challenge, redirect_uri as "redirectUri", device_name as "deviceName", used_at as "usedAt", session_id as "sessionId", method, arrival_id as "arrivalId", expires_at <= now() as "isOver" from sign_in_code where code_hash = $1 for update`,
          [hashSecret(code)],
        );
        const [row] = rows;
        if (!row) return undefined;
        if (row.usedAt) {
          // Somebody else has seen the code: whatever came of it ends.
          await sql.query('delete from session where id = $1', [row.sessionId]);
          return { stolen: { userId: row.userId, sessionId: row.sessionId! } };
        }
        const sessionId = newId('session');
        const fits = !row.isOver && row.redirectUri === redirectUri && createHash('sha256').update(verifier).digest('base64url') === row.challenge;
        await sql.query('update sign_in_code set used_at = now(), session_id = $2 where code_hash = $1', [hashSecret(code), sessionId]);
        if (!fits) return undefined;
        await sql.query(`insert into session (id, token_hash, user_id, expires_at, ip_address, user_agent, kind, method, arrival_id) values ($1, $2, $3, least(now() + make_interval(days => $4), (select expires_at from sign_on_arrival where id = $8)), $5, $6, 'desktop', $7, $8)`, [sessionId, hashSecret(token), row.userId, SESSION_DAYS, origin.address, origin.userAgent, row.method, row.arrivalId]);
        return { deviceName: row.deviceName };
      });
      if (made && 'stolen' in made && made.stolen) await principals.revoke(made.stolen);
      if (!made || !('deviceName' in made)) throw accountProblem('TOKEN_INVALID');
      return signIn.finish(token, { kind: 'desktop', name: made.deviceName }, origin);
    },
  };
}

function loopback(redirectUri: string): URL {
  const url = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined;
  if (!url || url.protocol !== 'http:' || !['127.0.0.1', '[::1]'].includes(url.hostname) || url.port === '' || url.username !== '' || url.password !== '' || url.hash !== '') throw accountProblem('REDIRECT_REFUSED');
  return url;
}
