/** better-auth, as the engine of sign-in, second factors and identity providers. Its own routes are not served: ours stand before it. It is loaded at the first sign-in: it takes tens of megabytes, and a server at rest needs none of it. */
import { betterAuth } from 'better-auth';
import { bearer, genericOAuth, twoFactor } from 'better-auth/plugins';
import type { Site } from '../access/site.ts';
import type { ServerDatabase } from '../db/database.ts';
import { newId } from '../ids.ts';
import { authAdapter, type RowCompanions } from './authAdapter.ts';
import { ADDRESS_HEADER, SESSION_DAYS } from './authCalls.ts';
import { makeBackupCodes, storedBackupCodes } from './backupCodes.ts';
import type { Providers } from './providers.ts';
import type { PasswordHasher } from './passwordHash.ts';
import { PASSWORD_LENGTH } from './passwordPolicy.ts';

export interface AuthParts {
  database: Pick<ServerDatabase, 'pool'>;
  site: Site;
  secret: string;
  hasher: PasswordHasher;
}

/** What is asked and written when somebody comes by an identity provider for the first time. */
export interface ProviderHooks {
  mayRegister?(email: string): Promise<boolean>;
  /** A provider is a way into an account from now on. */
  linked?: RowCompanions['account'];
  registered?: RowCompanions['user'];
}

const PREFIXES: Record<string, string> = { user: 'user', session: 'session', account: 'credential', verification: 'verification', twoFactor: 'factor' };

/** An instance of better-auth on our tables. Without providers it asks nobody else for anything. */
export function createAuth({ database, site, secret, hasher }: AuthParts, providers: Providers = { social: {}, generic: [] }, hooks: ProviderHooks = {}) {
  return betterAuth({
    appName: 'UX Flow Engine',
    baseURL: site.publicUrl(),
    basePath: '/api/v1/auth',
    secret,
    database: authAdapter(database, { ...(hooks.registered ? { user: hooks.registered } : {}), ...(hooks.linked ? { account: hooks.linked } : {}) }),
    emailAndPassword: {
      enabled: true,
      // We make accounts ourselves, in one transaction with the event and the mail.
      disableSignUp: true,
      minPasswordLength: PASSWORD_LENGTH.min,
      maxPasswordLength: PASSWORD_LENGTH.max * 4,
      password: { hash: (password) => hasher.hash(password), verify: ({ hash, password }) => hasher.verify(hash, password) },
    },
    session: { expiresIn: SESSION_DAYS * 86_400, disableSessionRefresh: true, cookieCache: { enabled: false } },
    verification: { storeIdentifier: 'hashed' },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    // Its log lines carry addresses of people.
    logger: { disabled: true },
    advanced: {
      cookiePrefix: 'auth',
      useSecureCookies: site.isHttps,
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      database: { generateId: ({ model }) => newId(PREFIXES[model] ?? model) },
    },
    onAPIError: { errorURL: `${site.publicUrl()}/sign-in` },
    socialProviders: providers.social,
    // Of an account that is added by hand the address may be any: whoever adds it is signed in on both sides.
    account: { accountLinking: { allowDifferentEmails: true } },
    databaseHooks: {
      user: { create: { before: async (user) => (hooks.mayRegister && !(await hooks.mayRegister(user.email)) ? false : undefined) } },
      // We only ask who somebody is: what else these secrets open is not ours to keep.
      account: { create: { before: async (account) => ({ data: { ...account, accessToken: null, refreshToken: null, idToken: null } }) }, update: { before: async (account) => ({ data: { ...account, accessToken: null, refreshToken: null, idToken: null } }) } },
    },
    plugins: [bearer(), genericOAuth({ config: providers.generic }), twoFactor({ issuer: 'UX Flow Engine', backupCodeOptions: { customBackupCodesGenerate: makeBackupCodes, storeBackupCodes: storedBackupCodes }, accountLockout: { enabled: true, maxFailedAttempts: 10, durationSeconds: 900 } })],
  });
}
export type Auth = ReturnType<typeof createAuth>;
