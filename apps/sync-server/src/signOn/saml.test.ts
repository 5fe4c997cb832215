/** SAML sign-on over real HTTP, with a real provider beside the server. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { call, registerPerson } from '../../test/testAccounts.ts';
import { startAccountServer, type AccountServer } from '../../test/testAccountServer.ts';
import { totp } from '../../test/testAuthenticator.ts';
import { isSignedQuery, startTestProvider, type AnswerOptions, type TestProvider } from '../../test/testProvider.ts';
import { alertOf, makeConnection, proveDomain, startTestDns, TestBrowser, type Arrived, type TestDns } from '../../test/testSignOn.ts';
import { addPerson, makeWorkspace, putIn, type TestPerson } from '../../test/testWorkspaces.ts';
import { makeCertificate } from './certificate.ts';
import type { ConnectionView } from './schema.ts';

let stage: AccountServer;
let provider: TestProvider;
let dns: TestDns;
let owner: TestPerson;
let workspaceId: string;
let connection: ConnectionView;
const ada = { nameId: 'ada-1', format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent', attributes: { email: ['ada@corp.test'], displayName: ['Ada L.'] } };

beforeAll(async () => {
  dns = await startTestDns();
  provider = await startTestProvider();
  stage = await startAccountServer({ SIGN_ON_NETWORK: 'private', SIGN_ON_DNS: dns.address, DEFAULT_PLAN: 'enterprise' });
  owner = await addPerson(stage.server.database.pool, 'owner');
  workspaceId = (await makeWorkspace(stage.server.url, owner)).id;
  connection = await makeConnection(stage.server, dns, owner, workspaceId, 'saml', ['corp.test'], { metadata: provider.metadata() });
});
beforeEach(() => {
  provider.tamper = {};
  provider.person = structuredClone(ada);
});
afterAll(async () => {
  await stage?.close();
  await provider?.close();
  await dns?.close();
});

const ours = () => ({ acs: connection.ours.acs!, entityId: connection.ours.entityId! });
const me = async (token: string) => (await call(stage.server, 'GET', '/api/v1/users/me', { token })).body;
const base = () => `/api/v1/workspaces/${workspaceId}/sign-on/${connection.id}`;
const change = (body: Record<string, unknown>) => call<ConnectionView>(stage.server, 'PATCH', base(), { token: owner.token, body });
const seen = async () => (await call<ConnectionView>(stage.server, 'GET', base(), { token: owner.token })).body;
const roleOf = async (userId: string) => (await stage.server.database.pool.query<{ role: string }>('select role from member where workspace_id = $1 and user_id = $2', [workspaceId, userId])).rows[0]?.role;

/** Begins at our link and stands at the provider: the request's id and a browser that waits. */
async function begin({ browser = new TestBrowser(stage.server), next = '/account' } = {}): Promise<{ browser: TestBrowser; id: string }> {
  const begun = await browser.go(`/sso/to/${connection.id}?next=${encodeURIComponent(next)}`);
  expect(begun.status).toBe(303);
  await fetch(begun.location!);
  return { browser, id: /\sID="([^"]+)"/.exec(provider.heard.request!)![1]! };
}

/** There and back. */
async function come(more: Partial<AnswerOptions> = {}, next?: string): Promise<Arrived> {
  const { browser, id } = await begin(next ? { next } : {});
  return browser.bring(ours().acs, await provider.answer({ id, ...ours() }, more));
}

test('somebody new comes by the provider: an account, a place in the workspace, a session, and on to where they wanted', async () => {
  const arrived = await come({}, '/invitation');
  expect(arrived).toMatchObject({ status: 303, location: '/invitation' });
  const person = await me(arrived.session!);
  expect(person).toMatchObject({ email: 'ada@corp.test', emailVerified: true, name: 'Ada L.', hasPassword: false });
  expect(await roleOf(person.id)).toBe('member');
  expect((await me((await come()).session!)).id).toBe(person.id);
  const { pool } = stage.server.database;
  expect((await pool.query(`select 1 from outbox where type = 'USER_REGISTERED' and user_id = $1`, [person.id])).rowCount).toBe(1);
  expect((await pool.query(`select 1 from audit_event where kind = 'ACCOUNT_REGISTERED' and user_id = $1 and data ->> 'by' = 'signOn'`, [person.id])).rowCount).toBe(1);
});

test('the address typed at sign-in leads to the provider of its domain, whoever has an account there or none', async () => {
  const browser = new TestBrowser(stage.server);
  const ask = (email: string) => browser.go('/sso', { method: 'POST', body: new URLSearchParams({ email, next: '/account' }) });
  const led = await ask('Nobody.Yet@CORP.test');
  expect(led.status).toBe(200);
  expect(led.text).toContain(provider.url.replace('http://', ''));
  expect(led.text.replace(/SAMLRequest=[^"]+/, '')).toBe((await ask('ada@corp.test')).text.replace(/SAMLRequest=[^"]+/, ''));
  const lost = await ask('somebody@elsewhere.test');
  expect(lost.status).toBe(404);
  expect(alertOf(lost.text)).toContain('no single sign-on for this domain');
});

test.each([
  ['signed response', { sign: ['response'] }],
  ['both signed', { sign: ['assertion', 'response'] }],
  ['RSA with SHA-512', { algorithms: { signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', digest: 'http://www.w3.org/2001/04/xmlenc#sha512' } }],
] as [string, Partial<AnswerOptions>][])('a %s is taken', async (_, more) => {
  expect((await come(more)).session).toBeDefined();
});

test('an encrypted assertion is taken where the response is signed, and nowhere else', async () => {
  const metadata = await (await fetch(ours().entityId)).text();
  const body = /use="encryption"[\s\S]*?<ds:X509Certificate>([^<]+)</.exec(metadata)![1]!.replace(/\s+/g, '');
  const encryptFor = `-----BEGIN CERTIFICATE-----\n${body.match(/.{1,64}/g)!.join('\n')}\n-----END CERTIFICATE-----\n`;
  expect((await come({ encryptFor, sign: ['assertion', 'response'] })).session).toBeDefined();
  expect((await come({ encryptFor, sign: ['response'], encryption: { content: 'http://www.w3.org/2001/04/xmlenc#aes256-cbc', key: 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p' } })).session).toBeDefined();
  expect(await come({ encryptFor, sign: ['assertion'] })).toMatchObject({ status: 401, session: undefined });
  expect((await seen()).lastProblem?.code).toBe('SIGN_ON_SIGNATURE');
  expect(await come({ encryptFor, sign: ['assertion', 'response'], encryption: { content: 'http://www.w3.org/2009/xmlenc11#aes256-gcm', key: 'http://www.w3.org/2001/04/xmlenc#rsa-1_5' } })).toMatchObject({ status: 401, session: undefined });
  expect((await seen()).lastProblem?.code).toBe('SIGN_ON_ALGORITHM');
});

test('while the provider changes its key both certificates hold', async () => {
  const next = await makeCertificate('Next key');
  const before = (await seen()).certificates.map(({ pem }) => pem);
  expect((await change({ certificates: [...before, next.certificate] })).status).toBe(200);
  expect((await come({ key: next })).session).toBeDefined();
  expect((await come()).session).toBeDefined();
  expect((await change({ certificates: before })).status).toBe(200);
  expect(await come({ key: next })).toMatchObject({ status: 401, session: undefined });
});

test('metadata come from their address by a press of the button, and at no other time; only for who sets it up', async () => {
  const next = await makeCertificate('Next');
  const asked: string[] = [];
  const pages = new Map<string, (response: ServerResponse) => void>([
    ['/metadata', (response) => response.writeHead(200, { 'content-type': 'application/samlmetadata+xml' }).end(provider.metadata({ certificates: [next.certificate] }))],
    ['/moved', (response) => response.writeHead(302, { location: '/metadata' }).end()],
    ['/missing', (response) => response.writeHead(404).end(provider.metadata())],
    ['/page', (response) => response.writeHead(200).end('<html></html>')],
    ['/endless', (response) => response.writeHead(200).end(Buffer.alloc(2 * 1024 * 1024, ' '))],
  ]);
  const site = createServer((request, response) => {
    asked.push(request.url!);
    pages.get(request.url!)!(response);
  });
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', () => done()));
  const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const certificates = async () => (await seen()).certificates.map(({ subject }) => subject);
  const before = await seen();
  for (const [path, code] of [['/moved', 'SIGN_ON_UNREACHABLE'], ['/missing', 'SIGN_ON_UNREACHABLE'], ['/endless', 'SIGN_ON_UNREACHABLE'], ['/page', 'METADATA_UNREADABLE']] as const) {
    expect([path, (await change({ metadataUrl: url + path })).body]).toMatchObject([path, { error: { code } }]);
  }
  for (const metadataUrl of ['https://169.254.169.254/', 'file:///etc/passwd', 'http://provider.example/metadata']) expect((await change({ metadataUrl })).status).toBe(422);
  expect(await change({ metadataUrl: `${url}/metadata`, metadata: provider.metadata() })).toMatchObject({ status: 422, body: { error: { code: 'METADATA_TWICE' } } });
  const colleague = await addPerson(stage.server.database.pool, 'colleague');
  await putIn(stage.server.database.pool, workspaceId, colleague, 'member');
  asked.length = 0;
  for (const { token } of [colleague, await addPerson(stage.server.database.pool, 'stranger')]) expect((await call(stage.server, 'PATCH', base(), { token, body: { metadataUrl: `${url}/metadata` } })).status).toBeGreaterThanOrEqual(403);
  expect([asked, await seen()]).toEqual([[], before]);

  expect(await change({ metadataUrl: `${url}/metadata` })).toMatchObject({ status: 200, body: { idpMetadataUrl: `${url}/metadata`, idpEntityId: provider.entityId } });
  expect(await certificates()).toEqual(['CN=Next']);
  await come();
  await change({ name: 'Corp' });
  expect(asked).toEqual(['/metadata']);
  pages.set('/metadata', (response) => response.end(provider.metadata()));
  expect((await change({ metadataUrl: `${url}/metadata` })).status).toBe(200);
  expect([asked, (await seen()).certificates]).toEqual([['/metadata', '/metadata'], before.certificates]);
  expect((await come()).session).toBeDefined();
  // Given as text they are not those of an address any more.
  expect((await change({ metadata: provider.metadata() })).body.idpMetadataUrl).toBeNull();
  await new Promise((done) => site.close(done));
});

test('groups become roles; without one, where that is wanted, nobody comes in', async () => {
  await change({ groupsAttribute: 'groups', roleMap: [{ group: 'Readers', role: 'viewer' }, { group: 'Chiefs', role: 'admin' }], defaultRole: null });
  provider.person = { ...ada, nameId: 'grace-1', attributes: { email: ['grace@corp.test'], groups: ['Readers', 'Others'] } };
  const grace = await me((await come()).session!);
  expect(await roleOf(grace.id)).toBe('viewer');
  provider.person.attributes.groups = ['Readers', 'Chiefs'];
  await come();
  expect(await roleOf(grace.id)).toBe('admin');
  provider.person = { ...ada, nameId: 'hal-1', attributes: { email: ['hal@corp.test'] } };
  const refused = await come();
  expect(refused).toMatchObject({ status: 403, session: undefined });
  expect((await stage.server.database.pool.query(`select 1 from app_user where email = 'hal@corp.test'`)).rowCount).toBe(0);
  await change({ groupsAttribute: null, roleMap: [], defaultRole: 'member' });
});

test('an account of the same confirmed address is joined; one that was never confirmed is not handed over', async () => {
  const known = await registerPerson(stage.server, stage.mailbox, { email: 'known@corp.test' });
  provider.person = { ...ada, nameId: 'known-1', attributes: { mail: ['Known@Corp.Test'] } };
  expect((await me((await come()).session!)).id).toBe(known.userId);

  await call(stage.server, 'POST', '/api/v1/users/register', { body: { email: 'squatted@corp.test', password: 'violet-tractor-91-hums', name: 'Squatter' } });
  provider.person = { ...ada, nameId: 'victim-1', attributes: { email: ['squatted@corp.test'] } };
  const refused = await come();
  expect(refused).toMatchObject({ status: 401, session: undefined });
  expect((await seen()).lastProblem?.code).toBe('SIGN_ON_ACCOUNT');
});

test('who has a second factor here is asked for it, and the session that follows came by sign-on', async () => {
  const { server, mailbox } = stage;
  const { email, password, token, userId } = await registerPerson(server, mailbox, { email: 'factor@corp.test' });
  const begun = await call(server, 'POST', '/api/v1/users/me/second-factor', { token, body: { password } });
  const secret = new URL(begun.body.uri).searchParams.get('secret')!;
  expect((await call(server, 'POST', '/api/v1/users/me/second-factor/confirm', { token, body: { code: totp(secret) } })).status).toBe(200);
  provider.person = { ...ada, nameId: 'factor-1', attributes: { email: [email] } };
  const arrived = await come();
  expect(arrived).toMatchObject({ status: 200, session: undefined });
  const challenge = /name="challenge" value="([^"]+)"/.exec(arrived.text)![1]!;
  const finished = await call(server, 'POST', '/api/v1/users/login/second-factor', { body: { challenge, code: totp(secret, 1) } });
  expect(finished).toMatchObject({ status: 200, body: { user: { id: userId } } });
  const { rows } = await server.database.pool.query(`select a.connection_id from session s join sign_on_arrival a on a.id = s.arrival_id where s.user_id = $1 and s.expires_at <= a.expires_at`, [userId]);
  expect(rows).toEqual([{ connection_id: connection.id }]);
});

test('however its challenge is written, a sign-on that waits for the second factor is the one that it was', async () => {
  const { server, mailbox } = stage;
  const { email, password, token, userId } = await registerPerson(server, mailbox, { email: 'rewritten@corp.test' });
  const begun = await call(server, 'POST', '/api/v1/users/me/second-factor', { token, body: { password } });
  const codes = begun.body.backupCodes as string[];
  expect((await call(server, 'POST', '/api/v1/users/me/second-factor/confirm', { token, body: { code: totp(new URL(begun.body.uri).searchParams.get('secret')!) } })).status).toBe(200);
  await server.database.pool.query('delete from session where user_id = $1', [userId]);
  provider.person = { ...ada, nameId: 'rewritten-1', attributes: { email: [email] } };
  const text = (challenge: string) => Buffer.from(challenge, 'base64url').toString();
  const rewritten: ((challenge: string) => string)[] = [
    (challenge) => challenge,
    (challenge) => `${challenge}==`,
    (challenge) => ` ${challenge}`,
    (challenge) => Buffer.from(text(challenge)).toString('base64'),
    (challenge) => Buffer.from(`${text(challenge)}; other=1`).toString('base64url'),
    (challenge) => Buffer.from(`a=b;  ${text(challenge)} `).toString('base64url'),
    (challenge) => Buffer.from(text(challenge).replace(/%3D/i, '=')).toString('base64url'),
    (challenge) => Buffer.from(text(challenge).replace('2fa', '%32%66a')).toString('base64url'),
  ];
  for (const [n, rewrite] of rewritten.entries()) {
    const { text: page } = await come();
    const challenge = rewrite(/name="challenge" value="([^"]+)"/.exec(page)![1]!);
    const { status } = await call(server, 'POST', '/api/v1/users/login/second-factor', { body: { challenge, code: codes[n], kind: 'backup' } });
    const { rows } = await server.database.pool.query(`delete from session s where s.user_id = $1 returning (select a.connection_id from sign_on_arrival a where a.id = s.arrival_id and s.expires_at <= a.expires_at) as by`, [userId]);
    expect([n, status, rows]).toEqual([n, 200, [{ by: connection.id }]]);
  }
  // What carries a session in place of what waits opens nothing.
  const own = await registerPerson(server, mailbox, { email: 'carried@corp.test' });
  for (const bad of ['', 'AAAA', Buffer.from(`auth.session_token=${own.token}`).toString('base64url'), Buffer.from('auth.two_factor=%').toString('base64url'), Buffer.from('auth.two_factor=2fa-made-up.c2ln').toString('base64url')]) {
    const { status } = await call(server, 'POST', '/api/v1/users/login/second-factor', { body: { challenge: bad, code: codes[9], kind: 'backup' } });
    expect([bad, status === 401 || status === 422]).toEqual([bad, true]);
  }
});

test('the provider may begin only where that is switched on, and then whoever sits there says that it is them', async () => {
  const unasked = async (browser = new TestBrowser(stage.server)) => browser.bring(ours().acs, await provider.answer({ ...ours() }));
  expect(await unasked()).toMatchObject({ status: 401, session: undefined });
  expect((await seen()).lastProblem?.code).toBe('SIGN_ON_UNASKED');
  await change({ allowUnsolicited: true });
  const browser = new TestBrowser(stage.server);
  const asked = await unasked(browser);
  expect(asked).toMatchObject({ status: 200, session: undefined });
  expect(asked.text).toContain('ada@corp.test');
  expect((await browser.go('/sso/done', { method: 'POST', body: new URLSearchParams(), crossSite: true })).session).toBeUndefined();
  expect((await browser.go('/sso/done', { method: 'POST', body: new URLSearchParams() })).session).toBeDefined();
  await change({ allowUnsolicited: false });
});

test('signing out here leads through the provider; a request of the provider ends the sessions that came by it', async () => {
  const arrived = await come();
  const browser = new TestBrowser(stage.server);
  browser.cookies.set('uxflow', arrived.session!);
  const left = await browser.go('/sign-out', { method: 'POST', body: new URLSearchParams() });
  const url = /href="([^"]+\/logout[^"]+)"/.exec(left.text)![1]!.replaceAll('&#38;', '&');
  expect(isSignedQuery(url, (await stage.server.database.pool.query<{ own_certificate: string }>('select own_certificate from sign_on_connection where id = $1', [connection.id])).rows[0]!.own_certificate)).toBe(true);
  const there = await fetch(url, { redirect: 'manual' });
  expect(provider.heard.logoutRequest).toContain('>ada-1<');
  expect(provider.heard.logoutRequest).toContain('>session-1<');
  expect(await browser.go(there.headers.get('location')!)).toMatchObject({ status: 303, location: `${stage.server.url}/sign-in` });
  expect(await browser.go(there.headers.get('location')!)).toMatchObject({ status: 401 });
  expect((await call(stage.server, 'GET', '/api/v1/users/me', { token: arrived.session! })).status).toBe(401);

  const first = await come({ sessionIndex: 'one' });
  const second = await come({ sessionIndex: 'two' });
  const slo = (given: Partial<Parameters<TestProvider['logoutUrl']>[1]>) => new TestBrowser(stage.server).go(provider.logoutUrl(connection.ours.slo!, { nameId: 'ada-1', format: ada.format, ...given }));
  const status = async (token: string | undefined) => (await call(stage.server, 'GET', '/api/v1/users/me', { token: token! })).status;
  const strangerKey = await makeCertificate('Stranger');
  expect((await slo({ key: strangerKey })).status).toBe(401);
  expect((await slo({ algorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' })).status).toBe(401);
  const unsigned = new URL(provider.logoutUrl(connection.ours.slo!, { nameId: 'ada-1', format: ada.format }));
  unsigned.searchParams.delete('Signature');
  expect((await new TestBrowser(stage.server).go(unsigned.href)).status).toBe(401);
  expect([await status(first.session), await status(second.session)]).toEqual([200, 200]);

  const id = `_${'ab'.repeat(16)}`;
  const answered = await slo({ sessionIndex: 'one', id });
  expect(answered.status).toBe(303);
  await fetch(answered.location!);
  expect(provider.heard.logoutResponse).toContain(`InResponseTo="${id}"`);
  expect(new URL(answered.location!).searchParams.get('RelayState')).toBe('back to us');
  expect([await status(first.session), await status(second.session)]).toEqual([401, 200]);
  expect((await slo({ sessionIndex: 'one', id })).status).toBe(401);
  expect((await slo({})).status).toBe(303);
  expect(await status(second.session)).toBe(401);
});

test('a connection of another workspace signs in nobody of this one', async () => {
  const stranger = await addPerson(stage.server.database.pool, 'stranger');
  const theirs = (await makeWorkspace(stage.server.url, stranger, { name: 'Theirs' })).id;
  const made = await call(stage.server, 'POST', `/api/v1/workspaces/${theirs}/sign-on`, { token: stranger.token, body: { kind: 'saml', name: 'Evil' } });
  const evil = made.body as unknown as ConnectionView;
  await call(stage.server, 'PATCH', `/api/v1/workspaces/${theirs}/sign-on/${evil.id}`, { token: stranger.token, body: { metadata: provider.metadata() } });
  expect((await call(stage.server, 'PATCH', `/api/v1/workspaces/${theirs}/sign-on/${evil.id}`, { token: stranger.token, body: { mode: 'on' } }))).toMatchObject({ status: 409, body: { error: { code: 'CONNECTION_INCOMPLETE' } } });
  await proveDomain(stage.server, dns, stranger, theirs, evil.id, 'evil.test');
  await call(stage.server, 'PATCH', `/api/v1/workspaces/${theirs}/sign-on/${evil.id}`, { token: stranger.token, body: { mode: 'on' } });
  const browser = new TestBrowser(stage.server);
  await fetch((await browser.go(`/sso/to/${evil.id}`)).location!);
  const id = /\sID="([^"]+)"/.exec(provider.heard.request!)![1]!;
  expect(await browser.bring(evil.ours.acs!, await provider.answer({ id, acs: evil.ours.acs!, entityId: evil.ours.entityId! }))).toMatchObject({ status: 401, session: undefined });
  // Nor does an answer that was made for one pass at the other.
  const mine = await begin();
  expect(await mine.browser.bring(evil.ours.acs!, await provider.answer({ id: mine.id, ...ours() }))).toMatchObject({ status: 401, session: undefined });
  // A domain whose proof stands belongs to one connection.
  const claimed = await call(stage.server, 'POST', `/api/v1/workspaces/${theirs}/sign-on/${evil.id}/domains`, { token: stranger.token, body: { domain: 'corp.test' } });
  const before = dns.records.get('_uxflow.corp.test')!;
  dns.records.set('_uxflow.corp.test', [...before, claimed.body.record.value]);
  expect(await call(stage.server, 'POST', `/api/v1/workspaces/${theirs}/sign-on/${evil.id}/domains/corp.test/prove`, { token: stranger.token })).toMatchObject({ status: 409, body: { error: { code: 'DOMAIN_TAKEN' } } });
  dns.records.set('_uxflow.corp.test', before);
  for (const path of [base(), `${base()}/domains/corp.test/prove`]) expect((await call(stage.server, path === base() ? 'GET' : 'POST', path, { token: stranger.token })).status).toBe(404);
});
