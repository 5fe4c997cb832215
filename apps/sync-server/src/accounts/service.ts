/** The accounts module, whole. */
import { hkdfSync, randomBytes } from 'node:crypto';
import type { ServerDatabase } from '../db/database.ts';
import type { PeriodicTask } from '../jobs/periodic.ts';
import { createApiKeys, type ApiKeys } from './apiKeys.ts';
import { createAdministration, type Administration } from './administration.ts';
import type { Auth } from './auth.ts';
import { createDesktopSignIn, type DesktopSignIn } from './desktopSignIn.ts';
import { createEmailChange, type EmailChange } from './emailChange.ts';
import { makeChallenge } from './challenge.ts';
import { createLockout, type Lockout } from './lockout.ts';
import { createPasswordHasher, type PasswordHasher } from './passwordHash.ts';
import { createPasswordPolicy } from './passwordPolicy.ts';
import { createPasskeys, type Passkeys } from './passkeys.ts';
import { createPasswords, type Passwords } from './passwords.ts';
import type { AccountParts } from './parts.ts';
import { createPrivacy, type PeoplePort, type Privacy } from './privacy.ts';
import { createProfile, type Profile } from './profile.ts';
import { createProof, type Proof } from './proof.ts';
import { createProviderSignIn, type ProviderSignIn } from './providerSignIn.ts';
import { createRegistration, type Registration } from './registration.ts';
import { createSecondFactor, type SecondFactor } from './secondFactor.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createSignIn, type Challenge, type SignIn } from './signIn.ts';

export interface Accounts {
  registration: Registration;
  signIn: SignIn;
  providers: ProviderSignIn;
  passwords: Passwords;
  secondFactor: SecondFactor;
  passkeys: Passkeys;
  proof: Proof;
  emailChange: EmailChange;
  sessions: Sessions;
  profile: Profile;
  apiKeys: ApiKeys;
  desktop: DesktopSignIn;
  privacy: Privacy;
  administration: Administration;
  /** A sign-in of a person that waits for the second factor. */
  challengeOf(userId: string): Promise<Challenge & { key: string }>;
  lockout: Lockout;
  /** How passwords are stored; those of links, too. */
  hasher: PasswordHasher;
  /** What must come round for accounts. */
  tasks: PeriodicTask[];
}

export type AccountsOptions = Pick<AccountParts, 'database' | 'config' | 'site' | 'principals' | 'limiter' | 'mailer'> & {
  secret: string;
  people: PeoplePort;
};

const HOUR_MS = 3_600_000;
/** What was done to accounts is kept this long. */
const AUDIT_DAYS = 730;

/** The accounts of an instance. Throws BREACHED_FILE_UNREADABLE. */
export async function createAccounts({ secret, people, ...given }: AccountsOptions): Promise<Accounts> {
  const { config, database, site } = given;
  let auth: Promise<Auth> | undefined;
  const hasher = createPasswordHasher(config.PASSWORD_MEMORY_KIB);
  const parts: AccountParts = {
    ...given,
    hasher,
    auth: () => (auth ??= import('./auth.ts').then(({ createAuth }) => createAuth({ database, site, secret, hasher }))),
    policy: await createPasswordPolicy(config.BREACHED_PASSWORDS_FILE),
    lockout: createLockout(database, keyOf(secret, 'lockout')),
  };
  const signIn = createSignIn(parts);
  const passwords = createPasswords(parts);
  const passkeys = createPasskeys(parts, signIn);
  const proof = createProof(parts, passwords, passkeys);
  const privacy = createPrivacy(parts, passwords, people);
  return {
    registration: createRegistration(parts),
    signIn,
    providers: createProviderSignIn(parts, secret, signIn),
    passwords,
    secondFactor: createSecondFactor(parts, passwords),
    passkeys,
    proof,
    emailChange: createEmailChange(parts, keyOf(secret, 'email undo'), passwords, proof),
    sessions: createSessions(parts),
    profile: createProfile(parts),
    apiKeys: createApiKeys(parts),
    desktop: createDesktopSignIn(parts, signIn),
    privacy,
    administration: createAdministration(parts),
    challengeOf: async (userId) => makeChallenge(await parts.auth(), userId),
    lockout: parts.lockout,
    hasher,
    tasks: [
      { name: 'delete accounts whose days are over', everyMs: HOUR_MS, run: () => privacy.purge() },
      { name: 'forget what signing in left behind', everyMs: HOUR_MS, run: () => forgetLeftovers(parts) },
    ],
  };
}

/** The secret that all instances share: the configured one, or one that the first instance put into the database. */
export async function sharedSecret({ pool }: Pick<ServerDatabase, 'pool'>, configured: string | undefined): Promise<string> {
  if (configured) return configured;
  await pool.query(`insert into server_setting (name, value) values ('auth_secret', $1) on conflict do nothing`, [randomBytes(32).toString('base64url')]);
  const { rows } = await pool.query<{ value: string }>(`select value from server_setting where name = 'auth_secret'`);
  return rows[0]!.value;
}

/** A key of 32 bytes for one purpose. */
export function keyOf(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `uxflow ${purpose}`, 32));
}

/** Deletes what has run out: sessions, secrets of mails, codes, failures, locks, and records that are two years old. */
async function forgetLeftovers({ database: { pool } }: AccountParts): Promise<void> {
  await pool.query('delete from session where expires_at < now()');
  await pool.query('delete from verification where expires_at < now()');
  await pool.query('delete from email_change where expires_at < now()');
  await pool.query('delete from passkey_challenge where expires_at < now()');
  await pool.query(`delete from sign_in_code where expires_at < now() - interval '1 day'`);
  await pool.query(`delete from failed_sign_in where at < now() - interval '1 day'`);
  await pool.query('delete from sign_in_lock where until < now()');
  await pool.query(`delete from used_code where used_at < now() - interval '1 hour'`);
  await pool.query('delete from audit_event where at < now() - make_interval(days => $1)', [AUDIT_DAYS]);
}
