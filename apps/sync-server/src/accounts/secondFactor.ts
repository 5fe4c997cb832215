/** Setting up and taking away the second factor. Each change gives a new session secret, so that an old one is worth nothing. */
import { hashSecret, type Principal } from '../access/principal.ts';
import { writeAudit, type AuditKind, type Origin } from './audit.ts';
import { authCode, authHeaders } from './authCalls.ts';
import { accountProblem } from './errors.ts';
import type { AccountParts } from './parts.ts';
import type { Passwords } from './passwords.ts';
import { tellSecurity } from './securityMail.ts';
import { endSessions } from './sessions.ts';
import { demandFresh } from './signIn.ts';

/** A session that takes the place of the one that asked. */
export interface Renewed {
  token: string;
  expiresAt: number;
}

export interface SecondFactor {
  /** Begins: the secret for an authenticator app, and ten codes for when it is lost; shown this once. Throws TWO_FACTOR_ON, PASSWORD_WRONG. */
  begin(principal: Principal, secret: string, password: string, origin: Origin): Promise<{ uri: string; backupCodes: string[] }>;
  /** Switches it on by a first code; every other session ends. Throws CODE_WRONG, TWO_FACTOR_OFF. */
  confirm(principal: Principal, secret: string, code: string, origin: Origin): Promise<Renewed>;
  /** Switches it off. Throws PASSWORD_WRONG, TWO_FACTOR_OFF. */
  end(principal: Principal, secret: string, password: string, origin: Origin): Promise<Renewed>;
  /** Ten new codes; the old ones are worth nothing. Throws PASSWORD_WRONG, TWO_FACTOR_OFF. */
  renewCodes(principal: Principal, secret: string, password: string, origin: Origin): Promise<string[]>;
}

/** The part of the second factor. */
export function createSecondFactor(parts: AccountParts, passwords: Passwords): SecondFactor {
  const { database: { pool }, principals } = parts;
  const deviceOf = async ({ sessionId }: Principal) => (await pool.query<{ kind: string; name: string | null; method: string | null; arrivalId: string | null; expiresAt: Date }>('select kind, device_name as name, method, arrival_id as "arrivalId", expires_at as "expiresAt" from session where id = $1', [sessionId])).rows[0];
  /** better-auth makes a new session in place of the old one; what is known of the device goes over. */
  const renewed = async (principal: Principal, device: Awaited<ReturnType<typeof deviceOf>>, response: Headers, kind: AuditKind, origin: Origin): Promise<Renewed> => {
    const token = tokenOf(response);
    const { rows } = await pool.query<{ id: string; expiresAt: Date }>(`update session set kind = $2, device_name = $3, method = $4, arrival_id = $5, expires_at = case when $5::text is null then expires_at else least(expires_at, $6) end where token_hash = $1 returning id, expires_at as "expiresAt"`, [hashSecret(token), device?.kind ?? 'web', device?.name ?? null, device?.method ?? null, device?.arrivalId ?? null, device?.expiresAt ?? null]);
    // Those that were opened by one factor must not count as two.
    const ended = kind === 'TWO_FACTOR_ENABLED' ? (await endSessions(pool, principal.userId, rows[0]!.id)).sessionIds : [principal.sessionId!];
    await pool.query('delete from session where id = $1', [principal.sessionId]);
    await writeAudit(pool, kind, principal.userId, origin);
    await tellSecurity(parts, pool, principal.userId, kind === 'TWO_FACTOR_ENABLED' ? 'twoFactorOn' : 'twoFactorOff');
    for (const sessionId of ended) await principals.revoke({ userId: principal.userId, sessionId });
    await principals.revoke({ userId: principal.userId });
    return { token, expiresAt: rows[0]!.expiresAt.getTime() };
  };
  const told = (error: unknown): Error => {
    switch (authCode(error)) {
      case undefined:
        return error as Error;
      case 'INVALID_CODE':
        return accountProblem('CODE_WRONG');
      case 'INVALID_PASSWORD':
        return accountProblem('PASSWORD_WRONG');
      case 'TOTP_ALREADY_ENABLED':
        return accountProblem('TWO_FACTOR_ON');
      default:
        return accountProblem('TWO_FACTOR_OFF');
    }
  };
  return {
    async begin(principal, secret, password, origin) {
      await passwords.demand(principal.userId, password, origin);
      try {
        const result = (await (await parts.auth()).api.enableTwoFactor({ body: { password }, headers: authHeaders(origin, { secret }) })) as { totpURI: string; backupCodes: string[] };
        return { uri: result.totpURI, backupCodes: result.backupCodes };
      } catch (error) {
        throw told(error);
      }
    },
    async confirm(principal, secret, code, origin) {
      if (principal.twoFactor) throw accountProblem('TWO_FACTOR_ON');
      const device = await deviceOf(principal);
      try {
        const { headers } = await (await parts.auth()).api.verifyTOTP({ body: { code }, headers: authHeaders(origin, { secret }), returnHeaders: true });
        const token = tokenOf(headers);
        await demandFresh(parts, token, code, origin);
        return await renewed(principal, device, headers, 'TWO_FACTOR_ENABLED', origin);
      } catch (error) {
        throw told(error);
      }
    },
    async end(principal, secret, password, origin) {
      if (!principal.twoFactor) throw accountProblem('TWO_FACTOR_OFF');
      await passwords.demand(principal.userId, password, origin);
      const device = await deviceOf(principal);
      try {
        const { headers } = await (await parts.auth()).api.disableTwoFactor({ body: { password }, headers: authHeaders(origin, { secret }), returnHeaders: true });
        return await renewed(principal, device, headers, 'TWO_FACTOR_DISABLED', origin);
      } catch (error) {
        throw told(error);
      }
    },
    async renewCodes(principal, secret, password, origin) {
      if (!principal.twoFactor) throw accountProblem('TWO_FACTOR_OFF');
      await passwords.demand(principal.userId, password, origin);
      try {
        const { backupCodes } = (await (await parts.auth()).api.generateBackupCodes({ body: { password }, headers: authHeaders(origin, { secret }) })) as { backupCodes: string[] };
        await writeAudit(pool, 'TWO_FACTOR_CODES_RENEWED', principal.userId, origin);
        return backupCodes;
      } catch (error) {
        throw told(error);
      }
    },
  };
}

/** The secret of the session that a call of better-auth set as its cookie (`secret.signature`). */
export function tokenOf(headers: Headers): string {
  const line = headers.getSetCookie().find((one) => /^[^=;]*session_token=[^;]/.test(one));
  const value = line?.slice(line.indexOf('=') + 1).split(';')[0] ?? '';
  return decodeURIComponent(value).split('.')[0]!;
}
