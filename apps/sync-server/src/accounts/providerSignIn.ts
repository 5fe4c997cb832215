/** Signing in by an identity provider: better-auth leads there and back; what comes of it is a session like any other. */
import { hashSecret } from '../access/principal.ts';
import { transact } from '../db/transaction.ts';
import { writeEvent } from '../jobs/outbox.ts';
import { writeAudit, type Origin } from './audit.ts';
import type { Auth } from './auth.ts';
import { authCode, authHeaders } from './authCalls.ts';
import { makeChallenge } from './challenge.ts';
import { accountProblem } from './errors.ts';
import type { AccountParts } from './parts.ts';
import { providerNames, providersOf } from './providers.ts';
import { isInvited } from './registration.ts';
import { tokenOf } from './secondFactor.ts';
import type { Challenge, SignIn, SignedIn } from './signIn.ts';

export interface ProviderSignIn {
  /** What the page offers. */
  list(): { id: string; name: string }[];
  /** Where to lead the browser, and the cookies by which its way back is known. Throws PROVIDER_UNKNOWN. */
  begin(providerId: string, next: string, origin: Origin): Promise<{ url: string; cookies: string[] }>;
  /** What the way back brings, and where to go on to. Throws PROVIDER_FAILED. */
  finish(request: Request, origin: Origin): Promise<{ result: SignedIn | Challenge; next: string; cookies: string[] }>;
}

/** The part of identity providers. */
export function createProviderSignIn(parts: AccountParts, secret: string, signIn: SignIn): ProviderSignIn {
  const { database, config, site, hasher } = parts;
  const providers = providersOf(config);
  const names = providerNames(providers);
  // An instance of its own: an issuer that does not answer must not hold up those who come by a password.
  let made: Promise<Auth> | undefined;
  const auth = () =>
    (made ??= import('./auth.ts').then(({ createAuth }) => createAuth({ database, site, secret, hasher }, providers, {
      mayRegister: async (email) => config.SIGN_UP === 'open' || isInvited(parts, email.toLowerCase()),
      async registered({ id, email, emailVerified }) {
        await transact(database, async ({ sql }) => {
          await writeEvent(sql, { type: 'USER_REGISTERED', userId: id });
          await writeAudit(sql, 'ACCOUNT_REGISTERED', id, { address: '', userAgent: '' }, { by: 'provider' });
          if (emailVerified && config.ADMIN_EMAILS.some((one) => one.toLowerCase() === email.toLowerCase())) await sql.query(`update app_user set role = 'super_admin' where id = $1`, [id]);
        });
      },
    })));
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
      if (!token || !target) throw accountProblem('PROVIDER_FAILED');
      const cookies = response.headers.getSetCookie().filter((line) => !/^[^=]*session/.test(line));
      const url = new URL(target, site.publicUrl());
      const next = url.pathname + url.search;
      const { rows } = await database.pool.query<{ id: string; userId: string; twoFactor: boolean }>(`select s.id, u.id as "userId", u.two_factor_enabled as "twoFactor" from session s join app_user u on u.id = s.user_id where s.token_hash = $1`, [hashSecret(token)]);
      const [row] = rows;
      if (!row) throw accountProblem('PROVIDER_FAILED');
      if (!row.twoFactor) return { result: await signIn.finish(token, { kind: 'web' }, origin), next, cookies };
      // better-auth asks for the second factor after passwords only; here it is asked for as well.
      await database.pool.query('delete from session where id = $1', [row.id]);
      return { result: await makeChallenge(await auth(), row.userId), next, cookies };
    },
  };
}
