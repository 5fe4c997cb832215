/**
 * Passkeys: a key pair on a device of the person, which signs only when it has made sure who holds it. A sign-in by one is two factors:
 * the device, and the finger, face or PIN. Nobody is named before: the authenticator says whose key it is (discoverable credentials).
 */
import type { AuthenticationResponseJSON, PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { randomBytes } from 'node:crypto';
import { hashSecret, type Principal } from '../access/principal.ts';
import type { RelyingParty } from '../access/site.ts';
import type { Queryable } from '../db/database.ts';
import { transact } from '../db/transaction.ts';
import { newId } from '../ids.ts';
import { writeAudit, type Origin } from './audit.ts';
import { accountProblem } from './errors.ts';
import type { AccountParts } from './parts.ts';
import { tellSecurity } from './securityMail.ts';
import { openSession } from './sessions.ts';
import type { Device, SignIn, SignedIn } from './signIn.ts';
import { demandAnotherWay } from './waysIn.ts';

export interface PasskeyView {
  id: string;
  name: string;
  /** True when its maker copies it to other devices of the person. */
  synced: boolean;
  createdAt: number;
  lastUsedAt: number | null;
}

export interface Passkeys {
  /** Whether people can have them here: browsers want a name for the server, not a bare network address. */
  isPossible(): boolean;
  list(userId: string): Promise<PasskeyView[]>;
  /** What the browser is to make. Throws PASSKEYS_IMPOSSIBLE, PASSKEYS_FULL. */
  beginRegister(principal: Principal): Promise<PublicKeyCredentialCreationOptionsJSON>;
  /** Keeps what it made. Throws PASSKEY_FAILED, PASSKEYS_FULL. */
  register(principal: Principal, given: { name: string; response: RegistrationResponseJSON }, origin: Origin): Promise<PasskeyView>;
  /** Throws PASSKEY_NOT_FOUND. */
  rename(principal: Principal, passkeyId: string, name: string): Promise<PasskeyView>;
  /** Throws PASSKEY_NOT_FOUND, LAST_WAY_IN. */
  remove(principal: Principal, passkeyId: string, origin: Origin): Promise<void>;
  /** What the browser is to sign; nobody is named. Throws PASSKEYS_IMPOSSIBLE. */
  beginSignIn(): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /** Throws PASSKEY_FAILED, SIGN_IN_LOCKED, ACCOUNT_SUSPENDED. */
  signIn(given: { response: AuthenticationResponseJSON; remember: boolean }, device: Device, origin: Origin): Promise<SignedIn>;
  /** What the browser is to sign so that a person proves again to be one. Throws PASSKEYS_IMPOSSIBLE. */
  beginConfirm(principal: Principal): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /** Throws PASSKEY_FAILED unless one of the person's own keys signed for this session. */
  confirm(principal: Principal, response: AuthenticationResponseJSON, origin: Origin): Promise<void>;
}

const APP_NAME = 'UX Flow Engine';
const MOST = 20;
const CHALLENGE_SECONDS = 300;
/** The library, at the first passkey: it takes megabytes, and a server at rest needs none of it. */
const webauthn = () => import('@simplewebauthn/server');
/** EdDSA, ES256, RS256. */
const ALGORITHMS = [-8, -7, -257];

type Purpose = 'register' | 'signIn' | 'confirm';
interface KeyRow {
  id: string;
  userId: string;
  publicKey: Buffer;
  email: string;
}
const VIEW = `id, name, synced, created_at as "createdAt", last_used_at as "lastUsedAt"`;
type ViewRow = Omit<PasskeyView, 'createdAt' | 'lastUsedAt'> & { createdAt: Date; lastUsedAt: Date | null };

/** The part of passkeys. */
export function createPasskeys(parts: AccountParts, signIn: SignIn): Passkeys {
  const { database, site, lockout, principals } = parts;
  const { pool } = database;

  const party = (): RelyingParty => {
    const found = site.relyingParty();
    if (!found) throw accountProblem('PASSKEYS_IMPOSSIBLE');
    return found;
  };
  const challenge = async (purpose: Purpose, principal?: Principal): Promise<Uint8Array<ArrayBuffer>> => {
    const bytes = new Uint8Array(randomBytes(32));
    await pool.query(`insert into passkey_challenge (challenge_hash, purpose, user_id, session_id, expires_at) values ($1, $2, $3, $4, now() + make_interval(secs => $5))`, [
      hashSecret(Buffer.from(bytes).toString('base64url')), purpose, principal?.userId ?? null, principal?.sessionId ?? null, CHALLENGE_SECONDS,
    ]);
    return bytes;
  };
  /** Takes a challenge, whatever comes of the rest: it works no second time, for nobody else and in no other session. */
  const take = async (purpose: Purpose, principal: Principal | undefined, given: string): Promise<boolean> => {
    const { rowCount } = await pool.query(
      `delete from passkey_challenge where challenge_hash = $1 and purpose = $2 and user_id is not distinct from $3 and session_id is not distinct from $4 and expires_at > now()`,
      [hashSecret(given), purpose, principal?.userId ?? null, principal?.sessionId ?? null],
    );
    return rowCount === 1;
  };
  /** What the verification gives back; nothing when it refuses, for whatever reason. A database that is away is no refusal. */
  const attempt = async <T>(purpose: Purpose, principal: Principal | undefined, verify: (takes: (given: string) => Promise<boolean>) => Promise<T>): Promise<T | undefined> => {
    let fault: { error: unknown } | undefined;
    const takes = (given: string) =>
      take(purpose, principal, given).catch((error: unknown) => {
        fault = { error };
        return false;
      });
    const result = await verify(takes).catch(() => undefined);
    if (fault) throw fault.error;
    return result;
  };
  const listOf = async (sql: Queryable, userId: string): Promise<{ id: string; transports: string[] }[]> =>
    (await sql.query<{ id: string; transports: string[] }>('select credential_id as id, transports from passkey where user_id = $1 order by id', [userId])).rows;

  const find = async (credentialId: string): Promise<KeyRow | undefined> =>
    (await pool.query<KeyRow>(`select p.id, p.user_id as "userId", p.public_key as "publicKey", u.email from passkey p join app_user u on u.id = p.user_id where p.credential_id = $1`, [credentialId])).rows[0];

  /** True when this key signed, for whom it should; who asked hears no reason. A key whose counter went back was copied, which is put on record. */
  const hasSigned = async (key: KeyRow | undefined, response: AuthenticationResponseJSON, purpose: Purpose, principal: Principal | undefined, origin: Origin): Promise<boolean> => {
    const { id: rpId, origins } = party();
    const isTheirs = key !== undefined && (principal ? key.userId === principal.userId : response.response.userHandle === handleOf(key.userId));
    // The counter is judged below, after the signature: who has not the key must not be able to say anything about it.
    const credential = { id: response.id, publicKey: new Uint8Array(key?.publicKey ?? Buffer.alloc(0)), counter: 0 };
    const signed = await attempt(purpose, principal, async (expectedChallenge) => (await webauthn()).verifyAuthenticationResponse({ response, expectedChallenge, expectedOrigin: origins, expectedRPID: rpId, requireUserVerification: true, credential }));
    if (!signed?.verified || !key || !isTheirs) return false;
    const { rowCount } = await pool.query('update passkey set counter = $2, last_used_at = now() where id = $1 and (counter < $2 or (counter = 0 and $2 = 0))', [key.id, signed.authenticationInfo.newCounter]);
    if (rowCount === 0) await writeAudit(pool, 'SECURITY_PASSKEY_COPIED', key.userId, origin, { passkeyId: key.id });
    return rowCount === 1;
  };

  return {
    isPossible: () => site.relyingParty() !== undefined,
    async list(userId) {
      const { rows } = await pool.query<ViewRow>(`select ${VIEW} from passkey where user_id = $1 order by id`, [userId]);
      return rows.map(viewOf);
    },
    async beginRegister(principal) {
      const { id: rpID } = party();
      const known = await listOf(pool, principal.userId);
      if (known.length >= MOST) throw accountProblem('PASSKEYS_FULL', { most: MOST });
      return (await webauthn()).generateRegistrationOptions({
        rpName: APP_NAME,
        rpID,
        userID: new Uint8Array(Buffer.from(principal.userId)),
        userName: principal.email,
        userDisplayName: principal.name,
        challenge: await challenge('register', principal),
        attestationType: 'none',
        excludeCredentials: known,
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        supportedAlgorithmIDs: ALGORITHMS,
        timeout: CHALLENGE_SECONDS * 1000,
      });
    },
    async register(principal, { name, response }, origin) {
      const { id: expectedRPID, origins: expectedOrigin } = party();
      const made = await attempt('register', principal, async (expectedChallenge) => (await webauthn()).verifyRegistrationResponse({ response, expectedChallenge, expectedOrigin, expectedRPID, requireUserVerification: true, supportedAlgorithmIDs: ALGORITHMS }));
      if (!made?.verified) throw accountProblem('PASSKEY_FAILED');
      const { credential, credentialBackedUp, aaguid } = made.registrationInfo;
      const view = await transact(database, async ({ sql }) => {
        // Locked, so that two at once do not both take the last place.
        await sql.query('select 1 from app_user where id = $1 for update', [principal.userId]);
        if ((await listOf(sql, principal.userId)).length >= MOST) throw accountProblem('PASSKEYS_FULL', { most: MOST });
        const { rows } = await sql.query<ViewRow>(
          `insert into passkey (id, user_id, credential_id, public_key, counter, transports, synced, aaguid, name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (credential_id) do nothing returning ${VIEW}`,
          [newId('passkey'), principal.userId, credential.id, Buffer.from(credential.publicKey), credential.counter, [...new Set(response.response.transports ?? [])], credentialBackedUp, aaguid, name],
        );
        if (!rows[0]) throw accountProblem('PASSKEY_FAILED');
        await writeAudit(sql, 'PASSKEY_ADDED', principal.userId, origin, { passkeyId: rows[0].id });
        await tellSecurity(parts, sql, principal.userId, 'passkeyAdded', name);
        return viewOf(rows[0]);
      });
      return view;
    },
    async rename({ userId }, passkeyId, name) {
      const { rows } = await pool.query<ViewRow>(`update passkey set name = $3 where id = $1 and user_id = $2 returning ${VIEW}`, [passkeyId, userId, name]);
      if (!rows[0]) throw accountProblem('PASSKEY_NOT_FOUND');
      return viewOf(rows[0]);
    },
    async remove({ userId }, passkeyId, origin) {
      await transact(database, async ({ sql }) => {
        await sql.query('select 1 from app_user where id = $1 for update', [userId]);
        const { rows } = await sql.query<{ name: string }>('delete from passkey where id = $1 and user_id = $2 returning name', [passkeyId, userId]);
        if (!rows[0]) throw accountProblem('PASSKEY_NOT_FOUND');
        await demandAnotherWay(sql, userId);
        await writeAudit(sql, 'PASSKEY_REMOVED', userId, origin, { passkeyId });
        await tellSecurity(parts, sql, userId, 'passkeyRemoved', rows[0].name);
      });
      await principals.revoke({ userId });
    },
    async beginSignIn() {
      return (await webauthn()).generateAuthenticationOptions({ rpID: party().id, challenge: await challenge('signIn'), userVerification: 'required', timeout: CHALLENGE_SECONDS * 1000 });
    },
    async signIn({ response, remember }, device, origin) {
      const key = await find(response.id);
      // A key that nobody has counts as an account of its own: the answers and the locks are the same.
      const subject = key?.email ?? `passkey ${response.id}`;
      const retryAfter = await lockout.lockedFor(subject, origin.address);
      if (retryAfter > 0) throw accountProblem('SIGN_IN_LOCKED', { retryAfter });
      if (!(await hasSigned(key, response, 'signIn', undefined, origin)) || !key) {
        await signIn.failed(subject, origin);
        throw accountProblem('PASSKEY_FAILED');
      }
      const token = await openSession(pool, { userId: key.userId, remember, method: 'passkey' }, origin);
      return signIn.finish(token, device, origin);
    },
    async beginConfirm(principal) {
      return (await webauthn()).generateAuthenticationOptions({ rpID: party().id, challenge: await challenge('confirm', principal), allowCredentials: await listOf(pool, principal.userId), userVerification: 'required', timeout: CHALLENGE_SECONDS * 1000 });
    },
    async confirm(principal, response, origin) {
      if (!(await hasSigned(await find(response.id), response, 'confirm', principal, origin))) throw accountProblem('PASSKEY_FAILED');
    },
  };
}

/** The name under which an authenticator keeps a person, as it comes back; ids tell nothing about people. */
function handleOf(userId: string): string {
  return Buffer.from(userId).toString('base64url');
}

function viewOf({ id, name, synced, createdAt, lastUsedAt }: ViewRow): PasskeyView {
  return { id, name, synced, createdAt: createdAt.getTime(), lastUsedAt: lastUsedAt?.getTime() ?? null };
}
