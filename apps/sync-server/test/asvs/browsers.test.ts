/** Beyond the chapters: cookies, headers, requests of pages elsewhere, methods, redirects. Taken from the server's own list of routes. */
import { afterAll, beforeAll, expect } from 'vitest';
import { registerPerson, type Person } from '../testAccounts.ts';
import { startAccountServer, type AccountServer } from '../testAccountServer.ts';
import { startTestIssuer, type TestIssuer } from '../testIssuer.ts';
import { requirement, tellMatrix } from './requirement.ts';
import { fingerprint, makeTenant, routesOf, sessionOf, valueOf, visit, type Tenant, type WalkRoute } from './walkStage.ts';

const HERE = 'https://flows.example.org';
const FRIEND = 'https://app.example.org';
const EVIL = 'https://evil.example';
let stage: AccountServer;
let issuer: TestIssuer;
let routes: WalkRoute[];
let tenant: Tenant;
let who: Person;
let signedIn: Response;

beforeAll(async () => {
  issuer = await startTestIssuer();
  stage = await startAccountServer({ PUBLIC_URL: HERE, CORS_ORIGINS: FRIEND, DEFAULT_PLAN: 'enterprise', OIDC_ISSUER: issuer.url, OIDC_CLIENT_ID: 'client', OIDC_CLIENT_SECRET: 'secret' });
  routes = await routesOf(stage.server);
  tenant = await makeTenant(stage.server, 'ours');
  who = await registerPerson(stage.server, stage.mailbox, { email: 'browser@example.org' });
  signedIn = await ask('POST', '/api/v1/users/login', { origin: HERE, 'content-type': 'application/json' }, JSON.stringify({ email: who.email, password: who.password, as: 'cookie' }));
});
afterAll(async () => {
  await stage.close();
  await issuer.close();
});

const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: string) => fetch(stage.server.url + path, { method, redirect: 'manual', headers, ...(body === undefined ? {} : { body }) });
const sessionCookie = () => signedIn.headers.getSetCookie().find((line) => line.includes('uxflow='))!;
/** The path of a route to what the tenant has. */
const pathOf = (route: Pick<WalkRoute, 'name' | 'path'>) => route.path.replace(/:(\w+)(\{[^}]*\})?/g, (_, one: string) => encodeURIComponent(valueOf(route, one, tenant.ids)));
const cookie = () => sessionCookie().split(';')[0]!;
/** Every cookie that the server ever sets: signing in and out, by the page, by a provider and by single sign-on. */
async function everyCookie(): Promise<string[]> {
  const form = await ask('POST', '/sign-in', { origin: HERE, 'content-type': 'application/x-www-form-urlencoded' }, new URLSearchParams({ email: who.email, password: who.password, remember: 'on' }).toString());
  const out = await ask('POST', '/sign-out', { origin: HERE, cookie: form.headers.getSetCookie()[0]!.split(';')[0]!, 'content-type': 'application/x-www-form-urlencoded' }, '');
  const provider = await ask('GET', '/sign-in/with/oidc');
  const lines = [signedIn, form, out, provider].map((one) => one.headers.getSetCookie());
  expect(lines.map((one) => one.length > 0)).toEqual([true, true, true, true]);
  for (const route of routes.filter(({ rule, path }) => rule?.as === 'anyone' && path.startsWith('/sso'))) lines.push((await visit(stage.server, route, undefined, tenant.ids)).headers.getSetCookie());
  return lines.flat();
}
/** Answers of every kind: pages, files, the API, errors, a redirect. */
async function everyAnswer(headers: Record<string, string> = {}): Promise<[string, Response][]> {
  const paths = [...routes.filter(({ method, path, rule }) => method === 'GET' && rule?.as === 'anyone' && !path.includes(':')).map(({ path }) => path), '/api/v1/users/me', '/nothing', '/s/unknown', '/sign-in/with/nobody', '/account'];
  return Promise.all(paths.map(async (path) => [path, await ask('GET', path, path === '/account' ? { ...headers, cookie: cookie() } : headers)] as [string, Response]));
}

requirement('3.3.1', 'every cookie that is set goes over TLS only', async () => {
  for (const line of await everyCookie()) expect([line, /; Secure/i.test(line), /^__(Host|Secure)-/.test(line)]).toEqual([line, true, true]);
});

requirement('3.3.2', 'every cookie is Lax or Strict', async () => {
  for (const line of await everyCookie()) expect([line, /; SameSite=(Lax|Strict)/i.test(line)]).toEqual([line, true]);
});

requirement('3.3.3', 'the cookie of a session is for this host and the whole of it, and no other has its name', async () => {
  expect(sessionCookie()).toMatch(/^__Host-uxflow=[^;]{20,};/);
  expect(sessionCookie()).toMatch(/; Path=\/(;|$)/);
  expect(sessionCookie()).not.toMatch(/; Domain=/i);
});

requirement('3.3.4', 'no script reads any cookie, and what is in it is in no answer', async () => {
  for (const line of await everyCookie()) expect([line, /; HttpOnly/i.test(line)]).toEqual([line, true]);
  expect(await signedIn.clone().text()).not.toContain(cookie().split('=')[1]);
});

requirement('3.4.1', 'every answer tells browsers to come by TLS', async () => {
  for (const [path, { headers }] of await everyAnswer()) expect([path, headers.get('strict-transport-security')]).toEqual([path, expect.stringMatching(/max-age=(3153600\d|[4-9]\d{7,}).*includeSubDomains/)]);
});

requirement('3.4.2', 'an origin that is allowed by name may read answers, any other and null may not, and none gets cookies', async () => {
  const allowed = async (origin: string) => {
    const plain = await ask('GET', '/health', { origin });
    const preflight = await ask('OPTIONS', '/api/v1/users/me', { origin, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'authorization' });
    return [plain.headers.get('access-control-allow-origin'), preflight.headers.get('access-control-allow-origin'), plain.headers.get('access-control-allow-credentials'), preflight.headers.get('access-control-allow-credentials')];
  };
  expect(await allowed(FRIEND)).toEqual([FRIEND, FRIEND, null, null]);
  for (const origin of [EVIL, 'null', `${FRIEND}.evil.example`, 'http://app.example.org', FRIEND.toUpperCase()]) expect([origin, await allowed(origin)]).toEqual([origin, [null, null, null, null]]);
});

requirement('3.4.3', 'every answer has a policy that lets nothing in, and pages only what is our own', async () => {
  for (const [path, { headers }] of await everyAnswer()) {
    const policy = headers.get('content-security-policy') ?? '';
    expect([path, policy]).toEqual([path, expect.stringMatching(/default-src 'none'/)]);
    expect([path, policy]).toEqual([path, expect.stringMatching(/base-uri 'none'/)]);
    expect([path, /unsafe-inline|unsafe-eval(?<!wasm-unsafe-eval)|\*|data:|https?:/.test(policy.replaceAll(/form-action [^;]*/g, ''))]).toEqual([path, false]);
  }
});

requirement('3.4.4', 'no answer lets its type be guessed', async () => {
  for (const [path, { headers }] of await everyAnswer()) expect([path, headers.get('x-content-type-options')]).toEqual([path, 'nosniff']);
});

requirement('3.4.5', 'no answer lets addresses be told elsewhere', async () => {
  for (const [path, { headers }] of await everyAnswer()) expect([path, headers.get('referrer-policy')]).toEqual([path, expect.stringMatching(/^(no-referrer|same-origin)$/)]);
});

requirement('3.4.6', 'no answer may stand in a frame', async () => {
  for (const [path, { headers }] of await everyAnswer()) expect([path, headers.get('content-security-policy')]).toEqual([path, expect.stringMatching(/frame-ancestors 'none'/)]);
});

requirement('3.5.1', 'no route changes anything for a cookie from a page elsewhere, from no page, or from a page that may only read', async () => {
  const before = await fingerprint(stage.server, tenant);
  const changing = routes.filter(({ method, rule }) => method !== 'GET' && !rule?.crossSite);
  expect(changing.length).toBeGreaterThan(60);
  const token = await sessionOf(stage.server, tenant.owner.userId);
  for (const { name, method, path } of changing) {
    for (const headers of [{ origin: EVIL }, { origin: 'null' }, { origin: FRIEND }, {}, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }] as Record<string, string>[]) {
      const answer = await ask(method, pathOf({ name, path }), { ...headers, cookie: `__Host-uxflow=${token}`, 'content-type': 'application/json' }, '{}');
      expect([name, headers, answer.status, (await answer.text()).includes('ORIGIN_REFUSED')]).toEqual([name, headers, 403, true]);
    }
  }
  // The session of the walk is new; nothing else is.
  const without = (lines: string[]) => lines.filter((line) => !line.startsWith('session '));
  expect(without(await fingerprint(stage.server, tenant))).toEqual(without(before));
}, 120_000);

requirement('3.5.2', 'what a form elsewhere can send without asking is refused, and JSON counts only when it is called so', async () => {
  const token = await sessionOf(stage.server, tenant.owner.userId);
  const body = JSON.stringify({ name: 'Changed by a form' });
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    expect([type, (await ask('PATCH', '/api/v1/users/me', { cookie: `__Host-uxflow=${token}`, origin: EVIL, 'content-type': type }, body)).status]).toEqual([type, 403]);
    for (const route of routes.filter((one) => one.body !== undefined && one.rule?.as !== 'anyone' && !one.rule?.role)) {
      const path = pathOf(route);
      const answer = await ask(route.method, path, { authorization: `Bearer ${token}`, 'content-type': type }, body);
      expect([route.name, type, answer.status >= 400 && answer.status < 500]).toEqual([route.name, type, true]);
    }
  }
  expect((await stage.server.database.pool.query(`select 1 from app_user where name like 'Changed%'`)).rowCount).toBe(0);
}, 120_000);

requirement('3.5.3', 'asking every route by GET and HEAD, signed in, changes nothing', async () => {
  const token = await sessionOf(stage.server, tenant.owner.userId);
  // That somebody took a copy of their data is written down.
  const look = async () => (await fingerprint(stage.server, tenant)).filter((line) => !line.startsWith('audit_event '));
  const before = await look();
  for (const route of routes.filter(({ method }) => method === 'GET')) {
    const path = pathOf(route);
    for (const method of ['GET', 'HEAD']) await (await ask(method, path, { cookie: `__Host-uxflow=${token}` })).text();
  }
  expect(await look()).toEqual(before);
}, 120_000);

requirement('3.7.2', 'after signing in one stays on this server, whatever the address says', async () => {
  const body = (next: string) => new URLSearchParams({ email: who.email, password: who.password, next }).toString();
  for (const next of [EVIL, '//evil.example', '/\\evil.example', '\\\\evil.example', 'javascript:alert(1)', '/\t/evil.example', ' //evil.example', '/%0d%0aSet-Cookie:%20a=b\r\nX: y', 'https:evil.example']) {
    const answer = await ask('POST', '/sign-in', { origin: HERE, 'content-type': 'application/x-www-form-urlencoded' }, body(next));
    expect([next, answer.status, new URL(answer.headers.get('location')!, HERE).origin, answer.headers.get('x')]).toEqual([next, 303, HERE, null]);
  }
  expect((await ask('POST', '/sign-in', { origin: HERE, 'content-type': 'application/x-www-form-urlencoded' }, body('/invitation'))).headers.get('location')).toBe('/invitation');
});

requirement('4.1.4', 'methods that a route has not are no route, and none is put in the place of another', async () => {
  const paths = [...new Set(routes.map(({ path }) => path))];
  for (const path of paths) {
    const known = new Set(routes.filter((one) => one.path === path).map(({ method }) => method));
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'OPTIONS'].filter((one) => !known.has(one))) {
      // The same place may be a route by another pattern.
      if (routes.some((one) => one.method === method && one.path.includes(':') && new RegExp(`^${one.path.replace(/:\w+(\{[^}]*\})?/g, '[^/]+')}$`).test(path))) continue;
      expect([path, method, (await ask(method, path.replace(/:(\w+)(\{[^}]*\})?/g, 'x'), { authorization: `Bearer ${who.token}` })).status]).toEqual([path, method, 404]);
    }
  }
  for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override', '_method']) {
    const answer = await ask('GET', '/api/v1/users/me?_method=PATCH', { [name]: 'DELETE', authorization: `Bearer ${who.token}` });
    expect([name, answer.status, ((await answer.json()) as { email?: string }).email]).toEqual([name, 200, who.email]);
  }
}, 120_000);

tellMatrix();
