/** A real OpenID Connect provider (oidc-provider) on a local server, which asks nobody for a password. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { vi } from 'vitest';

export interface OidcPerson {
  sub: string;
  email?: string;
  email_verified?: boolean;
  name?: string;
  groups?: string[];
}

export interface TestOidcProvider {
  url: string;
  clientId: string;
  clientSecret: string;
  /** Who signs in next; null: nobody, it says no. */
  person: OidcPerson | null;
  /** Requests of browsers to sign in, as they came. */
  requests: URLSearchParams[];
  /** Lets our callback be known, and where to lead back to after signing out. */
  allow(redirectUri: string, signedOut?: string): void;
  /** Signs out as a browser does that was led to this address and says yes; where it is led to then. */
  signOut(url: string): Promise<string | null>;
  close(): Promise<void>;
}

/** Starts it on 127.0.0.1; PKCE is asked of every client, and it says who it is in its answers (RFC 9207). */
export async function startTestOidcProvider(): Promise<TestOidcProvider> {
  let callback: (request: never, response: never) => void = () => {};
  const server = createServer((request, response) => callback(request as never, response as never));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = { client_id: 'uxflow', client_secret: 'a secret of the tests, long enough for anybody', redirect_uris: [`${url}/nowhere`], post_logout_redirect_uris: [] as string[] };
  const test: TestOidcProvider = {
    url,
    clientId: client.client_id,
    clientSecret: client.client_secret,
    person: { sub: 'ada-1', email: 'ada@corp.test', email_verified: true, name: 'Ada L.' },
    requests: [],
    allow: (redirectUri, signedOut) => {
      client.redirect_uris.push(redirectUri);
      if (signedOut !== undefined) client.post_logout_redirect_uris.push(signedOut);
      make();
    },
    async signOut(address) {
      const asked = await fetch(address, { redirect: 'manual' });
      const [text, cookie] = [await asked.text(), asked.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')];
      const [action, xsrf] = [/action="([^"]+)"/.exec(text)?.[1], /name="xsrf" value="([^"]+)"/.exec(text)?.[1]];
      if (!action || !xsrf) throw new Error(`${asked.status}: ${text.slice(0, 500)}`);
      return (await fetch(action, { method: 'POST', redirect: 'manual', headers: { cookie }, body: new URLSearchParams({ xsrf, logout: 'yes' }) })).headers.get('location');
    },
    close: () => new Promise((done) => { server.close(() => done()); server.closeAllConnections(); }),
  };
  const signingKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  const make = () => {
    // It keeps what it knows in memory and says so each time.
    const warning = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const provider = new Provider(url, {
      clients: [{ ...client, redirect_uris: [...client.redirect_uris], post_logout_redirect_uris: [...client.post_logout_redirect_uris] }],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
      scopes: ['openid', 'email', 'profile', 'groups'],
      pkce: { required: () => true },
      features: { devInteractions: { enabled: false } },
      jwks: { keys: [{ ...signingKey, kid: 'one', use: 'sig', alg: 'RS256' }] as never },
      ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
      cookies: { keys: ['a key of the tests'] },
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
      findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ ...people.get(sub)!, sub }) }),
    });
    warning.mockRestore();
    provider.on('server_error', () => {});
    const handle = provider.callback();
    callback = (async (request: Parameters<typeof handle>[0], response: Parameters<typeof handle>[1]) => {
      const at = new URL(request.url!, url);
      if (at.pathname === '/auth') test.requests.push(at.searchParams);
      if (!at.pathname.startsWith('/interaction/')) return handle(request, response);
      if (!test.person) return provider.interactionFinished(request, response, { error: 'access_denied', error_description: 'no' }, { mergeWithLastSubmission: false });
      const { params } = await provider.interactionDetails(request, response);
      people.set(test.person.sub, test.person);
      const grant = new provider.Grant({ accountId: test.person.sub, clientId: params.client_id as string });
      grant.addOIDCScope(String(params.scope));
      return provider.interactionFinished(request, response, { login: { accountId: test.person.sub, remember: false }, consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: false });
    }) as never;
  };
  const people = new Map<string, OidcPerson>();
  make();
  return test;
}

/** Follows the provider's redirects with the cookies of one browser, to our callback. */
export async function goThrough(start: string, origin: string): Promise<string> {
  const cookies = new Map<string, string>();
  let at = start;
  for (let steps = 0; steps < 10; steps++) {
    const response = await fetch(at, { redirect: 'manual', headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      cookies.set(name!, value!);
    }
    const location = response.headers.get('location');
    if (!location) throw new Error(`${response.status} at ${at}: ${(await response.text()).slice(0, 500)}`);
    at = new URL(location, at).href;
    if (!at.startsWith(origin)) return at;
  }
  throw new Error('too many steps');
}
