/** Signing in by an identity provider: better-auth leads there and back; what comes of it is a session like any other. */
import { hashSecret, type Principal } from '../access/principal.ts';
import { transact } from '../db/transaction.ts';
import { writeEvent } from '../jobs/outbox.ts';
import { followAddress } from './administrators.ts';
import { writeAudit, type Origin } from './audit.ts';
import type { Auth } from './auth.ts';
import { authCode, authHeaders } from './authCalls.ts';
import { makeChallenge } from './challenge.ts';
import { accountProblem } from './errors.ts';
import type { AccountParts } from './parts.ts';
import { providerNames, providersOf } from './providers.ts';
import { isInvited } from './registration.ts';
import { reservedUntil } from './reservedEmail.ts';
import { tokenOf } from './secondFactor.ts';
import { tellSecurity } from './securityMail.ts';
import type { Challenge, SignIn, SignedIn } from './signIn.ts';
import { demandAnotherWay } from './waysIn.ts';

export interface ProviderSignIn {
  /** What the page offers. */
  list(): { id: string; name: string }[];
  /** Where to lead the browser, and the cookies by which its way back is known. Throws PROVIDER_UNKNOWN. */
  begin(providerId: string, next: string, origin: Origin): Promise<{ url: string; cookies: string[] }>;
  /** What the way back brings, and where to go on to; without a result a provider was added to the account that was signed in. Throws PROVIDER_FAILED, LINK_FAILED. */
  finish(request: Request, origin: Origin): Promise<{ result?: SignedIn | Challenge; next: string; cookies: string[] }>;
  /** The same way there, to add a provider to the account that is signed in. Throws PROVIDER_UNKNOWN, PROVIDER_FAILED. */
  beginLink(secret: string, providerId: string, origin: Origin): Promise<{ url: string; cookies: string[] }>;
  /** By which providers a person signs in. */
  linked(userId: string): Promise<LinkedProvider[]>;
  /** Throws PROVIDER_NOT_LINKED, LAST_WAY_IN. */
  unlink(principal: Principal, providerId: string, origin: Origin): Promise<void>;
}

export interface LinkedProvider {
  id: string;
  name: string;
  linkedAt: number;
}

/** What better-auth calls back with does not say where the browser is. */
const NOWHERE: Origin = { address: '', userAgent: '' };
/** Where the way back from adding a provider ends. */
const LINKED_PATH = '/account/linked';

/** The part of identity providers. */
export function createProviderSignIn(parts: AccountParts, secret: string, signIn: SignIn): ProviderSignIn {
  const { database, config, site, hasher } = parts;
  const providers = providersOf(config);
  const names = providerNames(providers);
  // An instance of its own: an issuer that does not answer must not hold up those who come by a password.
  let made: Promise<Auth> | undefined;
  const auth = () =>
    (made ??= import('./auth.ts').then(({ createAuth }) => createAuth({ database, site, secret, hasher }, providers, {
      mayRegister: async (email) => (config.SIGN_UP === 'open' || (await isInvited(parts, email.toLowerCase()))) && (await reservedUntil(database.pool, email.toLowerCase())) === undefined,
      async registered({ sql }, { id, email, emailVerified }) {
        await writeEvent(sql, { type: 'USER_REGISTERED', userId: id });
        await writeAudit(sql, 'ACCOUNT_REGISTERED', id, NOWHERE, { by: 'provider' });
        if (emailVerified) await followAddress(parts, sql, id, { from: undefined, to: email }, NOWHERE);
      },
      // An account that is new has this way alone, and hears nothing of it.
      async linked({ sql }, { userId, providerId }) {
        const { rows } = await sql.query<{ isNew: boolean }>(`select not exists (select 1 from credential where user_id = $1 and provider_id <> $2) and not exists (select 1 from passkey where user_id = $1) as "isNew"`, [userId, providerId]);
        if (rows[0]!.isNew) return;
        await writeAudit(sql, 'AUTH_PROVIDER_LINKED', userId, NOWHERE, { providerId });
        await tellSecurity(parts, sql, userId, 'providerLinked', nameOf(providerId));
      },
    })));
  const nameOf = (providerId: string) => names.find(({ id }) => id === providerId)?.name ?? providerId;
  return {
    list: () => names,
    async begin(providerId, next, origin) {
      if (!names.some(({ id }) => id === providerId)) throw accountProblem('PROVIDER_UNKNOWN');
      try {
        const { response, headers } = await (await auth()).api.signInSocial({ body: { provider: providerId, callbackURL: `${site.publicUrl()}${next}`, errorCallbackURL: `${site.publicUrl()}/sign-in`, disableRedirect: true }, headers: authHeaders(origin), returnHeaders: true });
        return { url: response.url!, cookies: headers.getSetCookie() };
      } catch (error) {
        if (!authCode(error)) throw error;
        throw accountProblem('PROVIDER_FAILED');
      }
    },
    async finish(request, origin) {
      const headers = authHeaders(origin, { cookies: request.headers.get('cookie') ?? '' });
      const address = new URL(request.url);
      const response = await (await auth()).handler(new Request(`${site.publicUrl()}${address.pathname}${address.search}`, { headers }));
      const token = tokenOf(response.headers);
      const target = response.headers.get('location');
      const cookies = response.headers.getSetCookie().filter((line) => !/^[^=]*session/.test(line));
      const url = new URL(target ?? '/', site.publicUrl());
      if (!token && url.pathname === LINKED_PATH) {
        if (url.searchParams.has('error')) throw accountProblem('LINK_FAILED');
        return { next: LINKED_PATH, cookies };
      }
      if (!token || !target) throw accountProblem('PROVIDER_FAILED');
      const next = url.pathname + url.search;
      const { rows } = await database.pool.query<{ id: string; userId: string; twoFactor: boolean }>(`select s.id, u.id as "userId", u.two_factor_enabled as "twoFactor" from session s join app_user u on u.id = s.user_id where s.token_hash = $1`, [hashSecret(token)]);
      const [row] = rows;
      if (!row) throw accountProblem('PROVIDER_FAILED');
      if (!row.twoFactor) return { result: await signIn.finish(token, { kind: 'web' }, origin), next, cookies };
      // better-auth asks for the second factor after passwords only; here it is asked for as well.
      await database.pool.query('delete from session where id = $1', [row.id]);
      const { key: _, ...challenge } = await makeChallenge(await auth(), row.userId);
      return { result: challenge, next, cookies };
    },
    async beginLink(secret, providerId, origin) {
      if (!names.some(({ id }) => id === providerId)) throw accountProblem('PROVIDER_UNKNOWN');
      const back = site.publicUrl() + LINKED_PATH;
      try {
        const { response, headers } = await (await auth()).api.linkSocialAccount({ body: { provider: providerId, callbackURL: back, errorCallbackURL: back, disableRedirect: true }, headers: authHeaders(origin, { secret }), returnHeaders: true });
        return { url: response.url!, cookies: headers.getSetCookie() };
      } catch (error) {
        if (!authCode(error)) throw error;
        throw accountProblem('PROVIDER_FAILED');
      }
    },
    async linked(userId) {
      const { rows } = await database.pool.query<{ id: string; at: Date }>(`select provider_id as id, min(created_at) as at from credential where user_id = $1 and provider_id <> 'credential' group by 1 order by 2`, [userId]);
      return rows.map(({ id, at }) => ({ id, name: nameOf(id), linkedAt: at.getTime() }));
    },
    async unlink({ userId }, providerId, origin) {
      await transact(database, async ({ sql }) => {
        await sql.query('select 1 from app_user where id = $1 for update', [userId]);
        const { rowCount } = await sql.query(`delete from credential where user_id = $1 and provider_id = $2 and provider_id <> 'credential'`, [userId, providerId]);
        if (rowCount === 0) throw accountProblem('PROVIDER_NOT_LINKED');
        await demandAnotherWay(sql, userId);
        await writeAudit(sql, 'AUTH_PROVIDER_UNLINKED', userId, origin, { providerId });
        await tellSecurity(parts, sql, userId, 'providerUnlinked', nameOf(providerId));
      });
    },
  };
}
