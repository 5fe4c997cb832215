/** Proving again that it is oneself, in the middle of a session: what changes how an account is entered asks for it. */
import { createHash } from 'node:crypto';
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { Principal } from '../access/principal.ts';
import { writeAudit, type Origin } from './audit.ts';
import { authCode, authHeaders } from './authCalls.ts';
import { accountProblem } from './errors.ts';
import type { AccountParts } from './parts.ts';
import type { Passkeys } from './passkeys.ts';
import type { Passwords } from './passwords.ts';
import { readMe } from './profile.ts';
import { REPLAY_SECONDS } from './signIn.ts';

/** What changes how an account is entered, or hands it on, asks for a sign-in or a proof of the last minutes. */
export const FRESH_MINUTES = 10;

export type ProofKind = 'password' | 'code' | 'passkey';
/** One of them. */
export interface GivenProof {
  password?: string | undefined;
  /** Of the authenticator app. */
  code?: string | undefined;
  passkey?: AuthenticationResponseJSON | undefined;
}

export interface Proof {
  /** By what this person can prove it; empty: only by signing in anew. */
  kindsOf(userId: string): Promise<ProofKind[]>;
  /** From now on the session is as fresh as if it had just begun. Throws PASSWORD_WRONG, CODE_WRONG, CODE_USED, PASSKEY_FAILED, PROOF_NEEDED, SIGN_IN_LOCKED. */
  give(principal: Principal, secret: string, given: GivenProof, origin: Origin): Promise<void>;
}

/** The part of proofs. */
export function createProof(parts: AccountParts, passwords: Passwords, passkeys: Passkeys): Proof {
  const { database: { pool }, lockout, principals } = parts;

  const demandCode = async ({ userId, email }: Principal, secret: string, code: string, origin: Origin) => {
    const retryAfter = await lockout.lockedFor(email, origin.address);
    if (retryAfter > 0) throw accountProblem('SIGN_IN_LOCKED', { retryAfter });
    try {
      await (await parts.auth()).api.verifyTOTP({ body: { code }, headers: authHeaders(origin, { secret }) });
    } catch (error) {
      if (!authCode(error)) throw error;
      await lockout.fail(email, origin.address);
      await writeAudit(pool, 'AUTH_FAILED', userId, origin, { step: 'confirm' });
      throw accountProblem('CODE_WRONG');
    }
    await pool.query(`delete from used_code where used_at < now() - make_interval(secs => $1)`, [REPLAY_SECONDS]);
    const { rowCount } = await pool.query('insert into used_code (user_id, code_hash) values ($1, $2) on conflict do nothing', [userId, createHash('sha256').update(code).digest('hex')]);
    if (rowCount === 0) throw accountProblem('CODE_USED');
  };

  const proof: Proof = {
    async kindsOf(userId) {
      const { hasPassword, twoFactor } = await readMe(pool, userId);
      const hasPasskey = passkeys.isPossible() && (await passkeys.list(userId)).length > 0;
      return [...(hasPasskey ? (['passkey'] as const) : []), ...(hasPassword ? (['password'] as const) : []), ...(twoFactor ? (['code'] as const) : [])];
    },
    async give(principal, secret, { password, code, passkey }, origin) {
      const kinds = await proof.kindsOf(principal.userId);
      if (passkey && kinds.includes('passkey')) await passkeys.confirm(principal, passkey, origin);
      else if (password !== undefined && kinds.includes('password')) await passwords.demand(principal.userId, password, origin);
      else if (code !== undefined && kinds.includes('code')) await demandCode(principal, secret, code, origin);
      else throw accountProblem('PROOF_NEEDED', { kinds });
      await pool.query('update session set confirmed_at = now() where id = $1', [principal.sessionId]);
      await writeAudit(pool, 'AUTH_CONFIRMED', principal.userId, origin);
      await principals.revoke({ userId: principal.userId });
    },
  };
  return proof;
}
