/** Beyond the chapters: what comes in. */
import { afterAll, beforeAll, expect } from 'vitest';
import { call, GOOD_PASSWORD, registerPerson, type Person } from '../testAccounts.ts';
import { startAccountServer, type AccountServer } from '../testAccountServer.ts';
import { requirement, tellMatrix } from './requirement.ts';
import { exampleOf, makeTenant, routesOf, sessionOf, valueOf, type Tenant, type WalkRoute } from './walkStage.ts';

let stage: AccountServer;
let routes: WalkRoute[];
let tenant: Tenant;
let who: Person;

beforeAll(async () => {
  stage = await startAccountServer({ DEFAULT_PLAN: 'enterprise' });
  routes = await routesOf(stage.server);
  tenant = await makeTenant(stage.server, 'ours');
  who = await registerPerson(stage.server, stage.mailbox, { email: 'input@example.org' });
});
afterAll(() => stage.close());

requirement('1.3.11', 'line ends in names and addresses are refused, and those in notes stay in the body of a mail', async () => {
  const register = (more: Record<string, unknown>) => call(stage.server, 'POST', '/api/v1/users/register', { body: { email: 'header@example.org', password: GOOD_PASSWORD, name: 'Header', ...more } });
  for (const more of [{ name: 'X\r\nBcc: evil@example.org' }, { name: 'X\nSubject: hello' }, { name: 'X\0' }, { email: 'a@example.org\r\nBcc: evil@example.org' }, { email: 'a@example.org, evil@example.org' }, { email: '"a@b"<evil@example.org>' }, { email: ['a@example.org', 'evil@example.org'] }]) expect([more, (await register(more)).status]).toEqual([more, 422]);
  const workspace = await call(stage.server, 'POST', '/api/v1/workspaces', { token: who.token, body: { name: 'Team =?utf-8?Q?=0d=0aBcc:_evil?=' } });
  expect((await call(stage.server, 'POST', '/api/v1/workspaces', { token: who.token, body: { name: 'Team\r\nBcc: evil@example.org' } })).status).toBe(422);
  await call(stage.server, 'POST', `/api/v1/workspaces/${workspace.body.id}/invite`, { token: who.token, body: { email: 'noted@example.org', note: 'Hello\r\nBcc: evil@example.org\r\n.\r\nMAIL FROM:<evil@example.org>' } });
  const mail = await stage.mailbox.take('noted@example.org', 'Team');
  const head = mail.raw.split('\r\n\r\n')[0]!;
  expect([/^bcc:/im.test(head), /^to: .*evil/im.test(head), stage.mailbox.mails.filter(({ to }) => to.includes('evil')).length]).toEqual([false, false, 0]);
});

requirement('2.2.1', 'what is larger than a megabyte is refused, with its length told or not', async () => {
  const big = JSON.stringify({ email: who.email, password: 'x'.repeat(2 * 1024 * 1024) });
  // A server that reads no further may close while the rest is still on its way.
  const send = (path: string, headers: Record<string, string>, body: string | ReadableStream, more: object = {}) => fetch(stage.server.url + path, { method: 'POST', redirect: 'manual', headers, body, ...more }).then(({ status }) => status, () => 413);
  const json = { 'content-type': 'application/json' };
  expect(await send('/api/v1/users/login', json, big)).toBe(413);
  const stream = new ReadableStream({
    start(controller) {
      for (let n = 0; n < 40; n++) controller.enqueue(new TextEncoder().encode('x'.repeat(64 * 1024)));
      controller.close();
    },
  });
  expect(await send('/api/v1/users/login', json, stream, { duplex: 'half' })).toBe(413);
  expect(await send('/sign-in', { origin: stage.server.url, 'content-type': 'application/x-www-form-urlencoded' }, `email=${'a'.repeat(2 * 1024 * 1024)}`)).toBe(413);
  expect((await call(stage.server, 'GET', '/health')).status).toBe(200);
});

requirement('2.2.1', 'deep, torn, polluting, mistyped and repeated JSON is refused by every route without an error of the server', async () => {
  const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
  const bodies = [deep, '['.repeat(100_000), '{', '[]', 'null', '"text"', '{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}}}', '{"email":{"$ne":null},"password":{"$gt":""},"token":["x"],"code":1}', '\uFEFF{}', '{"name":"\\u0000"}', '{"name":"\\ud800"}', '{"limit":1e400}'];
  for (const route of routes.filter(({ body }) => body)) {
    const token = await sessionOf(stage.server, tenant.owner.userId);
    const path = route.path.replace(/:(\w+)/g, (_, one: string) => encodeURIComponent(valueOf(route, one, tenant.ids)));
    const withNull = JSON.stringify(Object.fromEntries(Object.entries(exampleOf(route.body!, { ...tenant.ids, email: 'x' }) as object).map(([key, value]) => [key, typeof value === 'string' ? `${value}\0` : value])));
    for (const body of [...bodies, withNull]) {
      const ask = () => fetch(stage.server.url + path, { method: route.method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', connection: 'close' }, body });
      // A server that has refused already reads no further, and what is still on its way meets a closed door.
      const response = await ask().catch(ask);
      const text = await response.text();
      expect([route.name, body.slice(0, 40), response.status, response.status < 500 && !text.includes('INTERNAL')]).toEqual([route.name, body.slice(0, 40), response.status, true]);
    }
  }
  expect(({} as { admin?: boolean; x?: number }).admin ?? ({} as { x?: number }).x).toBeUndefined();
  expect((await call(stage.server, 'GET', '/ready')).status).toBe(200);
}, 120_000);

requirement('2.2.1', 'odd paths, queries and parameters are answered, never by an error of the server', async () => {
  const token = await sessionOf(stage.server, tenant.owner.userId);
  const odd = ['%00', '%', '%ff', '..%2f..%2fetc', "x'--", 'a'.repeat(5000), '\u202e', '${7*7}', '%0d%0aX:%20y'];
  for (const route of routes.filter(({ path, method }) => path.includes(':') && method === 'GET')) {
    for (const value of odd) {
      const response = await fetch(stage.server.url + route.path.replace(/:\w+(\{[^}]*\})?/g, encodeURI(value).replaceAll('%25', '%')), { redirect: 'manual', headers: { authorization: `Bearer ${token}` } });
      await response.text();
      expect([route.name, value.slice(0, 20), response.status < 500 || response.status === 503, response.headers.get('x')]).toEqual([route.name, value.slice(0, 20), true, null]);
    }
  }
  for (const query of ['limit=-1', 'limit=abc', 'limit=99999999999999999999', 'limit=1&limit=2', 'text=%00', "after='--", 'q[]=1']) {
    for (const path of ['/api/v1/workspaces', `/api/v1/workspaces/${tenant.ids.workspaceId}/activity`, '/sign-in', '/desktop']) {
      const response = await fetch(`${stage.server.url}${path}?${query}`, { redirect: 'manual', headers: { authorization: `Bearer ${token}` } });
      expect([path, query, response.status < 500]).toEqual([path, query, true]);
    }
  }
}, 120_000);

tellMatrix();
