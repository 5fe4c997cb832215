/** Single sign-on by SAML, against a real provider beside the server: chapters 6.8, 7.1 and 7.6. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { ConnectionView } from '../../src/signOn/schema.ts';
import { call } from '../testAccounts.ts';
import { startAccountServer, type AccountServer } from '../testAccountServer.ts';
import { startTestProvider, type AnswerOptions, type TestProvider } from '../testProvider.ts';
import { makeConnection, startTestDns, TestBrowser, type Arrived, type TestDns } from '../testSignOn.ts';
import { addPerson, makeWorkspace, type TestPerson } from '../testWorkspaces.ts';
import { requirement, tellMatrix } from './requirement.ts';

const documented = readFileSync(join(import.meta.dirname, '../../../../docs/accounts.md'), 'utf8').replace(/\s+/g, ' ');
let stage: AccountServer;
let provider: TestProvider;
let dns: TestDns;
let owner: TestPerson;
let workspaceId: string;
let connection: ConnectionView;

beforeAll(async () => {
  [dns, provider] = [await startTestDns(), await startTestProvider()];
  stage = await startAccountServer({ SIGN_ON_NETWORK: 'private', SIGN_ON_DNS: dns.address, DEFAULT_PLAN: 'enterprise' });
  owner = await addPerson(stage.server.database.pool, 'owner');
  workspaceId = (await makeWorkspace(stage.server.url, owner)).id;
  connection = await makeConnection(stage.server, dns, owner, workspaceId, 'saml', ['corp.test'], { metadata: provider.metadata() });
});
afterAll(async () => {
  await stage?.close();
  await provider?.close();
  await dns?.close();
});

const ours = () => ({ acs: connection.ours.acs!, entityId: connection.ours.entityId! });
const status = async (token: string | undefined) => (await call(stage.server, 'GET', '/api/v1/users/me', { token: token! })).status;
async function begin(): Promise<{ browser: TestBrowser; id: string }> {
  const browser = new TestBrowser(stage.server);
  await fetch((await browser.go(`/sso/to/${connection.id}`)).location!);
  return { browser, id: /\sID="([^"]+)"/.exec(provider.heard.request!)![1]! };
}
async function come(more: Partial<AnswerOptions> = {}): Promise<Arrived> {
  const { browser, id } = await begin();
  return browser.bring(ours().acs, await provider.answer({ id, ...ours() }, more));
}
const daysOf = async (token: string) => {
  const { body } = await call(stage.server, 'GET', '/api/v1/users/me/sessions', { token });
  return ((body.sessions as { current: boolean; expiresAt: number }[]).find(({ current }) => current)!.expiresAt - Date.now()) / 86_400_000;
};

requirement('1.3.6', 'a provider in the places where clouds hand out keys is refused, in every way of writing them, on a server that allows private networks', async () => {
  const made = await call(stage.server, 'POST', `/api/v1/workspaces/${workspaceId}/sign-on`, { token: owner.token, body: { kind: 'oidc', name: 'Inside' } });
  const name = (issuer: string) => call(stage.server, 'PATCH', `/api/v1/workspaces/${workspaceId}/sign-on/${made.body.id}`, { token: owner.token, body: { issuer } });
  for (const host of ['169.254.169.254', '0xa9fea9fe', '[fd00:ec2::254]', '[::ffff:a9fe:a9fe]', '100.100.100.200', '168.63.129.16', '[fe80::1]']) expect([host, await name(`https://${host}/`)]).toMatchObject([host, { status: 422, body: { error: { code: 'ADDRESS_REFUSED' } } }]);
  for (const url of ['http://10.1.2.3/', 'file:///etc/passwd', 'gopher://10.1.2.3/']) expect([url, (await name(url)).status]).toEqual([url, 422]);
  expect((await name('https://10.1.2.3/')).status).toBe(200);
});

requirement('6.8.2', 'an assertion of SAML without a signature, with another\'s, or changed after signing opens nothing', async () => {
  const { browser, id } = await begin();
  const xml = await provider.answer({ id, ...ours() });
  for (const bad of [xml.replace(/<ds:Signature[\s\S]*?<\/ds:Signature>/, ''), xml.replaceAll('ada@corp.test', 'chief@corp.test')]) expect([bad === xml, (await browser.bring(ours().acs, bad)).session]).toEqual([false, undefined]);
  expect((await come()).session).toBeDefined();
});

requirement('6.8.3', 'an assertion signs in once: a second time it opens nothing, in the same browser or another', async () => {
  // Where the provider may come unasked, nothing but the record of what was used stands against it.
  const allow = (allowUnsolicited: boolean) => call(stage.server, 'PATCH', `/api/v1/workspaces/${workspaceId}/sign-on/${connection.id}`, { token: owner.token, body: { allowUnsolicited } });
  expect((await allow(true)).status).toBe(200);
  const xml = await provider.answer(ours(), { inResponseTo: undefined });
  const bring = (browser: TestBrowser) => browser.post(ours().acs, { SAMLResponse: Buffer.from(xml).toString('base64') });
  const [first, other] = [new TestBrowser(stage.server), new TestBrowser(stage.server)];
  expect((await bring(first)).status).toBeLessThan(400);
  for (const browser of [first, other]) expect((await bring(browser)).status).toBe(401);
  await allow(false);
});

requirement('7.1.3', 'what ends a session by single sign-on is documented, and the days of a connection hold', async () => {
  expect(documented).toContain('A session by single sign-on ends after the days of its connection (30 at most), with the provider’s own session where it says when that ends, and when the provider asks for it; signing out here leads through the provider.');
  expect((await call(stage.server, 'PATCH', `/api/v1/workspaces/${workspaceId}/sign-on/${connection.id}`, { token: owner.token, body: { sessionDays: 2 } })).status).toBe(200);
  const { session } = await come();
  expect(await daysOf(session!)).toBeLessThan(2.01);
  expect((await call(stage.server, 'PATCH', `/api/v1/workspaces/${workspaceId}/sign-on/${connection.id}`, { token: owner.token, body: { sessionDays: 31 } })).status).toBe(422);
});

requirement('7.6.1', 'when the provider asks for it, the sessions that came by it end; a request of anybody else ends none', async () => {
  const { session } = await come({ sessionIndex: 'one' });
  const format = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
  const unsigned = new URL(provider.logoutUrl(connection.ours.slo!, { nameId: 'ada-1', format, sessionIndex: 'one' }));
  unsigned.searchParams.delete('Signature');
  expect([(await new TestBrowser(stage.server).go(unsigned.href)).status, await status(session)]).toEqual([401, 200]);
  expect([(await new TestBrowser(stage.server).go(provider.logoutUrl(connection.ours.slo!, { nameId: 'ada-1', format, sessionIndex: 'one' }))).status, await status(session)]).toEqual([303, 401]);
});

tellMatrix();
