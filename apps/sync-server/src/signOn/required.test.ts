/** Sign-on that a workspace wants of its people: trying it out first, the way in for the owner, keys, sockets, the desktop. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, registerPerson } from '../../test/testAccounts.ts';
import { startAccountServer, type AccountServer } from '../../test/testAccountServer.ts';
import { until } from '../../test/testDevice.ts';
import { secretOf } from '../../test/testMailbox.ts';
import { startTestProvider, type TestProvider } from '../../test/testProvider.ts';
import { socketUrl } from '../../test/testServer.ts';
import { alertOf, makeConnection, startTestDns, TestBrowser, type TestDns } from '../../test/testSignOn.ts';
import { openTestSocket, type TestSocket } from '../../test/testSocket.ts';
import { addKey, addPerson, ask, codeOf, makeWorkspace, putIn, type TestPerson } from '../../test/testWorkspaces.ts';
import type { ConnectionView } from './schema.ts';

let stage: AccountServer;
let provider: TestProvider;
let dns: TestDns;
let owner: TestPerson;
let member: TestPerson;
let guest: TestPerson;
let workspaceId: string;
let connection: ConnectionView;
const sockets: TestSocket[] = [];
const pool = () => stage.server.database.pool;
const change = (body: Record<string, unknown>) => call<ConnectionView>(stage.server, 'PATCH', `/api/v1/workspaces/${workspaceId}/sign-on/${connection.id}`, { token: owner.token, body });

beforeAll(async () => {
  dns = await startTestDns();
  provider = await startTestProvider();
  stage = await startAccountServer({ SIGN_ON_NETWORK: 'private', SIGN_ON_DNS: dns.address, DEFAULT_PLAN: 'enterprise' });
  owner = await addPerson(pool(), 'owner');
  workspaceId = (await makeWorkspace(stage.server.url, owner)).id;
  connection = await makeConnection(stage.server, dns, owner, workspaceId, 'saml', ['example.test'], { metadata: provider.metadata() });
  member = await addPerson(pool(), 'member');
  guest = await addPerson(pool(), 'outsider');
  await pool().query(`update app_user set email = 'someone@elsewhere.test' where id = $1`, [guest.userId]);
  for (const person of [member, guest]) await putIn(pool(), workspaceId, person, 'member');
  provider.person.attributes = { email: [member.email] };
});
afterAll(async () => {
  for (const { socket } of sockets) socket.terminate();
  await stage?.close();
  await provider?.close();
  await dns?.close();
});

const look = async (person: TestPerson) => {
  const answer = await ask(stage.server.url, person, 'GET', `/workspaces/${workspaceId}`);
  return codeOf(answer) ?? answer.status;
};
async function begin(browser: TestBrowser, path = `/sso/to/${connection.id}`): Promise<string> {
  await fetch((await browser.go(path)).location!);
  return /\sID="([^"]+)"/.exec(provider.heard.request!)![1]!;
}
async function signOn(next = '/account'): Promise<{ browser: TestBrowser; token: string; location: string | null }> {
  const browser = new TestBrowser(stage.server);
  const id = await begin(browser, `/sso/to/${connection.id}?next=${encodeURIComponent(next)}`);
  const arrived = await browser.bring(connection.ours.acs!, await provider.answer({ id, acs: connection.ours.acs!, entityId: connection.ours.entityId! }));
  return { browser, token: arrived.session!, location: arrived.location };
}
async function join(logId: string, token: string): Promise<TestSocket> {
  const socket = await openTestSocket(socketUrl(stage.server.port), token);
  sockets.push(socket);
  socket.send({ type: 'join', log: logId, no: 0, chain: '' });
  await until('an answer', () => socket.heard.some(({ type }) => type === 'joined' || type === 'ended'));
  return socket;
}

test('it cannot be required before it was tried out, nor while the owner has but a password', async () => {
  expect(await change({ mode: 'required' })).toMatchObject({ status: 409, body: { error: { code: 'CONNECTION_UNTESTED' } } });
  const browser = new TestBrowser(stage.server);
  browser.cookies.set('uxflow', owner.token);
  const attempt = async (email: string) => {
    provider.person.attributes = { email: [email] };
    const led = await browser.go(`/sso/settings/${workspaceId}/${connection.id}`, { method: 'POST', body: new URLSearchParams({ act: 'test' }) });
    await fetch(/href="([^"]+SAMLRequest[^"]+)"/.exec(led.text)![1]!.replaceAll('&#38;', '&'));
    const id = /\sID="([^"]+)"/.exec(provider.heard.request!)![1]!;
    return browser.bring(connection.ours.acs!, await provider.answer({ id, acs: connection.ours.acs!, entityId: connection.ours.entityId! }));
  };
  expect(alertOf((await attempt('owner@elsewhere.test')).text)).toContain('lies in no domain');
  expect(await change({ mode: 'required' })).toMatchObject({ status: 409, body: { error: { code: 'CONNECTION_UNTESTED' } } });
  // A database that does not do is nothing that the provider or the person did.
  await pool().query(`alter table member add constraint nobody_joins check (user_id = '') not valid`);
  const failed = await attempt('new.person@example.test');
  await pool().query('alter table member drop constraint nobody_joins');
  expect([failed.status, alertOf(failed.text), failed.text.includes('nobody_joins')]).toEqual([500, expect.not.stringContaining('member'), false]);
  const tried = await attempt('new.person@example.test');
  expect(tried).toMatchObject({ status: 200, session: owner.token });
  expect(tried.text).toContain('The connection works');
  expect((await pool().query(`select 1 from app_user where email = 'new.person@example.test'`)).rowCount).toBe(0);
  expect(await change({ mode: 'required' })).toMatchObject({ status: 409, body: { error: { code: 'OWNER_NEEDS_FACTOR' } } });
  await pool().query('update app_user set two_factor_enabled = true where id = $1', [owner.userId]);
  await stage.server.access.revoke({ userId: owner.userId });
  provider.person.attributes = { email: [member.email] };
});

test('once it is required, members of its domains must come by it: requests and sockets; others and the owner need not', async () => {
  const logId = 'log_required';
  expect((await ask(stage.server.url, owner, 'POST', `/workspaces/${workspaceId}/flows`, { logId, name: 'Sign up' })).status).toBe(201);
  const before = await join(logId, member.token);
  expect(before.heard.some(({ type }) => type === 'joined')).toBe(true);
  const outside = await join(logId, guest.token);
  expect(await change({ mode: 'required' })).toMatchObject({ status: 200, body: { mode: 'required' } });
  expect(await before.next('ended')).toMatchObject({ code: 'ACCESS_REVOKED' });
  expect((await join(logId, member.token)).heard.some(({ type }) => type === 'joined')).toBe(false);
  expect(outside.heard.some(({ type }) => type === 'ended')).toBe(false);
  expect([await look(member), await look(guest), await look(owner)]).toEqual(['SIGN_ON_REQUIRED', 200, 200]);
  expect((await join(logId, owner.token)).heard.some(({ type }) => type === 'joined')).toBe(true);

  const { token } = await signOn();
  expect(await look({ ...member, token })).toBe(200);
  expect((await join(logId, token)).heard.some(({ type }) => type === 'joined')).toBe(true);
  expect(await look(member)).toBe('SIGN_ON_REQUIRED');
  // An address elsewhere is no way around: who has come by it once belongs to it.
  await pool().query(`update app_user set email = 'member@elsewhere.test' where id = $1`, [member.userId]);
  await stage.server.access.revoke({ userId: member.userId });
  expect(await look(member)).toBe('SIGN_ON_REQUIRED');
  await pool().query('update app_user set email = $2 where id = $1', [member.userId, member.email]);
});

test('while it is required nobody takes their address out of its domains, and a change that waits comes to nothing', async () => {
  const { server, mailbox } = stage;
  const person = await registerPerson(server, mailbox, { email: 'mover@example.test' });
  const here = { userId: person.userId, email: person.email, token: person.token };
  await putIn(pool(), workspaceId, here, 'member');
  const askFor = (email: string) => call(server, 'POST', '/api/v1/users/me/email', { token: person.token, body: { email, password: person.password } });
  const emailOf = async () => (await pool().query('select email from app_user where id = $1', [person.userId])).rows[0].email as string;
  expect(await askFor('mover@elsewhere.test')).toMatchObject({ status: 409, body: { error: { code: 'EMAIL_HELD', params: { domain: 'example.test' } } } });

  // Asked for while it was free to go.
  expect((await change({ mode: 'on' })).status).toBe(200);
  expect((await askFor('mover@elsewhere.test')).status).toBe(202);
  const token = secretOf(await mailbox.take('mover@elsewhere.test', 'Confirm your new address'));
  expect((await change({ mode: 'required' })).status).toBe(200);
  const confirm = () => call(server, 'POST', '/api/v1/users/email/confirm', { body: { token } });
  expect([await confirm(), await emailOf()]).toMatchObject([{ status: 409, body: { error: { code: 'EMAIL_HELD' } } }, person.email]);
  expect(await look(here)).toBe('SIGN_ON_REQUIRED');

  // Who has left may go where they like, and within the domains everybody may.
  expect((await pool().query('delete from member where workspace_id = $1 and user_id = $2', [workspaceId, person.userId])).rowCount).toBe(1);
  expect([await confirm(), await emailOf()]).toMatchObject([{ status: 200 }, 'mover@elsewhere.test']);
});

test('without a second factor the owner must come by it too', async () => {
  await pool().query('update app_user set two_factor_enabled = false where id = $1', [owner.userId]);
  await stage.server.access.revoke({ userId: owner.userId });
  expect(await look(owner)).toBe('SIGN_ON_REQUIRED');
  await pool().query('update app_user set two_factor_enabled = true where id = $1', [owner.userId]);
  await stage.server.access.revoke({ userId: owner.userId });
});

test('a key is worth as much as the last sign-on of its person', async () => {
  const other = await addPerson(pool(), 'other');
  await putIn(pool(), workspaceId, other, 'member');
  expect(await look(await addKey(pool(), other, ['read_projects']))).toBe('SIGN_ON_REQUIRED');
  const key = await addKey(pool(), member, ['read_projects']);
  expect(await look(key)).toBe(200);
  await pool().query(`update sign_on_identity set last_at = now() - interval '31 days' where user_id = $1`, [member.userId]);
  expect(await look(key)).toBe('SIGN_ON_REQUIRED');
});

test('the desktop gets a session that came by sign-on from the browser that did', async () => {
  const verifier = 'abcdefghij'.repeat(5);
  const query = new URLSearchParams({ redirect_uri: 'http://127.0.0.1:9/done', state: 'state-of-the-app', code_challenge: createHash('sha256').update(verifier).digest('base64url'), device: 'Laptop' });
  const { browser, location } = await signOn(`/desktop?${query}`);
  expect(location).toBe(`/desktop?${query}`);
  const led = await browser.go('/desktop', { method: 'POST', body: new URLSearchParams([...query, ['answer', 'yes']]) });
  const code = new URL(led.location!).searchParams.get('code')!;
  const redeemed = await call(stage.server, 'POST', '/api/v1/users/token', { body: { code, codeVerifier: verifier, redirectUri: 'http://127.0.0.1:9/done' } });
  expect(redeemed.status).toBe(200);
  expect(await look({ ...member, token: redeemed.body.token })).toBe(200);
  expect(redeemed.body.expiresAt).toBeLessThanOrEqual(Date.now() + 7 * 86_400_000);
  // The provider ends it there as well.
  await new TestBrowser(stage.server).go(provider.logoutUrl(connection.ours.slo!, { nameId: provider.person.nameId, format: provider.person.format }));
  expect((await call(stage.server, 'GET', '/api/v1/users/me', { token: redeemed.body.token })).status).toBe(401);
});

test('what could lock everybody out waits until it is not required any more', async () => {
  expect(await change({ idpSignInUrl: `${provider.url}/other` })).toMatchObject({ status: 409, body: { error: { code: 'CONNECTION_REQUIRED' } } });
  expect(await call(stage.server, 'DELETE', `/api/v1/workspaces/${workspaceId}/sign-on/${connection.id}/domains/example.test`, { token: owner.token })).toMatchObject({ status: 409, body: { error: { code: 'CONNECTION_REQUIRED' } } });
  expect(await change({ mode: 'on', idpSignInUrl: `${provider.url}/other` })).toMatchObject({ status: 200, body: { testedAt: null } });
  expect(await look(member)).toBe(200);
});

test('only owners and admins set it up, lately signed in, where the plan holds it', async () => {
  const base = `/api/v1/workspaces/${workspaceId}/sign-on`;
  expect((await call(stage.server, 'GET', base, { token: member.token })).body).toMatchObject({ error: { code: 'PERMISSION_MISSING' } });
  expect((await call(stage.server, 'GET', base, { token: (await addPerson(pool(), 'stranger')).token })).status).toBe(404);
  expect((await call(stage.server, 'GET', base, { token: (await addKey(pool(), owner, ['manage_settings'])).token })).body).toMatchObject({ error: { code: 'SESSION_NEEDED' } });
  await pool().query(`update session set created_at = now() - interval '2 hours' where user_id = $1`, [owner.userId]);
  await stage.server.access.revoke({ userId: owner.userId });
  expect((await change({ name: 'Later' })).body).toMatchObject({ error: { code: 'SIGN_IN_AGAIN' } });
  await pool().query('update session set created_at = now() where user_id = $1', [owner.userId]);
  await stage.server.access.revoke({ userId: owner.userId });
  const admin = await addPerson(pool(), 'admin');
  await putIn(pool(), workspaceId, admin, 'admin');
  expect((await call(stage.server, 'POST', base, { token: admin.token, body: { kind: 'oidc', name: 'Second' } })).status).toBe(201);
  await pool().query(`insert into subscription (user_id, plan) values ($1, 'free')`, [owner.userId]);
  expect((await call(stage.server, 'POST', base, { token: owner.token, body: { kind: 'oidc', name: 'Third' } })).body).toMatchObject({ error: { code: 'NOT_IN_PLAN' } });
});

test('a sign-on is as fresh as the provider says; asked anew, the provider is told to ask the person', async () => {
  await pool().query('delete from subscription where user_id = $1', [owner.userId]);
  await change({ mode: 'on', metadata: provider.metadata() });
  provider.person = { ...provider.person, nameId: 'owner-1', attributes: { email: [owner.email] } };
  const base = `/api/v1/workspaces/${workspaceId}/sign-on`;
  const come = async (query: string, authnInstant: Date) => {
    const browser = new TestBrowser(stage.server);
    const id = await begin(browser, `/sso/to/${connection.id}?${query}`);
    const arrived = await browser.bring(connection.ours.acs!, await provider.answer({ id, acs: connection.ours.acs!, entityId: connection.ours.entityId! }, { authnInstant }));
    return arrived.session!;
  };
  await pool().query('update app_user set two_factor_enabled = false where id = $1', [owner.userId]);
  const stale = await come('', new Date(Date.now() - 2 * 3_600_000));
  expect(provider.heard.request).not.toContain('ForceAuthn');
  expect((await call(stage.server, 'POST', base, { token: stale, body: { kind: 'oidc', name: 'Fourth' } })).body).toMatchObject({ error: { code: 'SIGN_IN_AGAIN' } });
  const fresh = await come('anew=1', new Date());
  expect(provider.heard.request).toContain('ForceAuthn="true"');
  expect((await call(stage.server, 'POST', base, { token: fresh, body: { kind: 'oidc', name: 'Fourth' } })).status).toBe(201);
});

test('no secret of a connection is ever shown or stored as it is, nor written to a log', async () => {
  await pool().query('delete from subscription where user_id = $1', [owner.userId]);
  const made = await call(stage.server, 'POST', `/api/v1/workspaces/${workspaceId}/sign-on`, { token: owner.token, body: { kind: 'oidc', name: 'Secret' } });
  const changed = await call<ConnectionView>(stage.server, 'PATCH', `/api/v1/workspaces/${workspaceId}/sign-on/${made.body.id}`, { token: owner.token, body: { issuer: 'http://127.0.0.1:9', clientId: 'client', clientSecret: 'a-canary-of-a-secret' } });
  expect(changed).toMatchObject({ status: 200, body: { hasClientSecret: true } });
  const { rows } = await pool().query('select c::text as row from sign_on_connection c');
  const everything = JSON.stringify([changed.body, rows, stage.lines]);
  expect(everything).not.toContain('a-canary-of-a-secret');
  expect(everything).not.toContain('PRIVATE KEY');
});

test('whoever has an account by sign-on alone can export it and have it deleted', async () => {
  provider.person = { ...provider.person, nameId: 'leaver-1', attributes: { email: ['leaver@example.test'] } };
  await change({ mode: 'on', metadata: provider.metadata() });
  const { token } = await signOn();
  const exported = await call(stage.server, 'GET', '/api/v1/users/me/export', { token });
  expect(JSON.stringify(exported.body)).toContain('leaver-1');
  expect((await call(stage.server, 'DELETE', '/api/v1/users/me', { token, body: { withoutExport: true } })).status).toBe(200);
  expect((await registerPerson(stage.server, stage.mailbox, { email: 'unrelated@elsewhere.test' })).userId).toBeDefined();
});
