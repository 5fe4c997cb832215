/** Proofs of domains that are looked for again, on a real database and by a real DNS server; days pass in the tables. */
import { Resolver } from 'node:dns/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call } from '../../test/testAccounts.ts';
import { startAccountServer, type AccountServer } from '../../test/testAccountServer.ts';
import { startTestProvider, type TestProvider } from '../../test/testProvider.ts';
import { alertOf, makeConnection, startTestDns, TestBrowser, type TestDns } from '../../test/testSignOn.ts';
import { addPerson, ask, makeWorkspace, putIn, type TestPerson } from '../../test/testWorkspaces.ts';
import type { DomainLooks } from './domainProof.ts';
import { recheckDomains, type DomainRoundParts } from './domainRounds.ts';
import type { ConnectionView } from './schema.ts';

let stage: AccountServer;
let dns: TestDns;
let provider: TestProvider;
let owner: TestPerson;
let member: TestPerson;
let workspaceId: string;
let connection: ConnectionView;
let mails: Parameters<DomainRoundParts['send']>[1][] = [];
let looks: DomainLooks;
const pool = () => stage.server.database.pool;
const NAME = '_uxflow.example.test';

beforeAll(async () => {
  [dns, provider] = [await startTestDns(), await startTestProvider()];
  stage = await startAccountServer({ SIGN_ON_NETWORK: 'private', SIGN_ON_DNS: dns.address, DEFAULT_PLAN: 'enterprise' });
  owner = await addPerson(pool(), 'owner');
  member = await addPerson(pool(), 'member');
  const [admin, commenter] = [await addPerson(pool(), 'admin'), await addPerson(pool(), 'commenter')];
  workspaceId = (await makeWorkspace(stage.server.url, owner)).id;
  await pool().query(`update app_user set preferences = '{"language":"de"}' where id = $1`, [admin.userId]);
  await putIn(pool(), workspaceId, admin, 'admin');
  await putIn(pool(), workspaceId, member, 'member');
  await putIn(pool(), workspaceId, commenter, 'commenter');
  connection = await makeConnection(stage.server, dns, owner, workspaceId, 'saml', ['example.test'], { metadata: provider.metadata() });
  const resolver = new Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers([dns.address]);
  looks = {
    resolveTxt: (name) => resolver.resolveTxt(name).then((found) => found.map((parts) => parts.join('')), ({ code }: { code: string }) => (code === 'ENOTFOUND' ? [] : Promise.reject(new Error(code)))),
    fetchText: async () => undefined,
  };
});
afterAll(async () => {
  await stage?.close();
  await provider?.close();
  await dns?.close();
});

/** A day later: what is due is looked for. */
async function nextDay(days = 1, by: DomainLooks = looks): Promise<number> {
  await pool().query(`update sign_on_domain set checked_at = checked_at - make_interval(days => $1), failing_since = failing_since - make_interval(days => $1)`, [days]);
  mails = [];
  return recheckDomains({ workspaces: stage.server.workspaces.parts, looks: by, send: async (_sql, mail) => void mails.push(mail), pageOf: (workspace, id) => `https://flows.example/${workspace}/${id}` });
}
const seen = async () => (await call<{ connections: ConnectionView[] }>(stage.server, 'GET', `/api/v1/workspaces/${workspaceId}/sign-on`, { token: owner.token })).body.connections[0]!;
const state = async () => {
  const [{ failingSince, suspendedAt, provenAt } = {} as never] = (await seen()).domains;
  return { isProven: provenAt !== null, isFailing: failingSince !== null, isSuspended: suspendedAt !== null };
};
const wayIn = async () => {
  const led = await new TestBrowser(stage.server).go('/sso', { method: 'POST', body: new URLSearchParams({ email: 'ada@example.test' }) });
  return alertOf(led.text) || 'led on';
};
/** The mark that the page of the connection gives the domain. */
const markOnPage = async () => {
  const browser = new TestBrowser(stage.server);
  browser.cookies.set('uxflow', owner.token);
  return /<p>example\.test <span class="mark[^>]*>([^<]+)</.exec((await browser.go(`/sso/settings/${workspaceId}/${connection.id}`)).text)?.[1];
};
const tell = (fields: { isOver: boolean }) => ['admin@example.test', 'owner@example.test'].map((to) => ({ kind: 'domainProof', to, language: to.startsWith('admin') ? 'de' : 'en', params: { domain: 'example.test', workspaceName: 'Team', link: `https://flows.example/${workspaceId}/${connection.id}`, ...fields } }));

test('a proof that stands is looked for once a day, and nothing comes of it', async () => {
  expect([await nextDay(0), await nextDay(), await nextDay(0), mails, await state()]).toEqual([0, 1, 0, [], { isProven: true, isFailing: false, isSuspended: false }]);
});

test('a proof that is gone is told at once; after seven days nobody of the domain is signed in, and members still may not come in otherwise', async () => {
  const records = dns.records.get(NAME)!;
  dns.records.delete(NAME);
  await pool().query(`update sign_on_connection set mode = 'required' where id = $1`, [connection.id]);
  await pool().query('update app_user set two_factor_enabled = true where id = $1', [owner.userId]);
  await stage.server.access.revoke({ userId: owner.userId });
  await nextDay();
  expect(mails.toSorted((a, b) => a.to.localeCompare(b.to))).toMatchObject(tell({ isOver: false }));
  expect(mails[0]!.params.day).toBe(new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10));
  expect([await state(), await wayIn(), await markOnPage()]).toEqual([{ isProven: true, isFailing: true, isSuspended: false }, 'led on', 'proof missing']);
  await nextDay(6);
  expect([mails, await state(), await wayIn()]).toEqual([[], { isProven: true, isFailing: true, isSuspended: false }, 'led on']);
  await nextDay(2);
  expect(mails.toSorted((a, b) => a.to.localeCompare(b.to))).toMatchObject(tell({ isOver: true }));
  expect([await state(), await wayIn(), (await seen()).missing]).toEqual([{ isProven: true, isFailing: true, isSuspended: true }, expect.stringContaining('no single sign-on for this domain'), ['domain']]);
  expect(await markOnPage()).toBe('signs nobody in');
  const { body } = await ask(stage.server.url, member, 'GET', `/workspaces/${workspaceId}`);
  expect(body.error.code).toBe('SIGN_ON_REQUIRED');
  await nextDay();
  expect(mails).toEqual([]);

  // Back by itself, and told in the list of what happened.
  dns.records.set(NAME, records);
  await nextDay();
  expect([mails, await state(), await wayIn(), await markOnPage()]).toEqual([[], { isProven: true, isFailing: false, isSuspended: false }, 'led on', 'proved']);
  const { rows } = await pool().query(`select actor_id from activity where workspace_id = $1 and code = 'SIGN_ON_CHANGED' and actor_id is null`, [workspaceId]);
  expect(rows).toHaveLength(2);
});

test('a name server that does not answer suspends nothing, however long', async () => {
  const deaf: DomainLooks = { resolveTxt: () => Promise.reject(new Error('ETIMEOUT')), fetchText: () => Promise.reject(new Error('ETIMEOUT')) };
  for (let day = 0; day < 10; day += 1) await nextDay(1, deaf);
  expect([mails, await state()]).toEqual([[], { isProven: true, isFailing: false, isSuspended: false }]);
});

test('who looks for it by hand has it back at once', async () => {
  const records = dns.records.get(NAME)!;
  dns.records.delete(NAME);
  await nextDay();
  await nextDay(8);
  expect((await state()).isSuspended).toBe(true);
  const prove = () => call(stage.server, 'POST', `/api/v1/workspaces/${workspaceId}/sign-on/${connection.id}/domains/example.test/prove`, { token: owner.token });
  expect((await prove()).status).toBe(409);
  dns.records.set(NAME, records);
  expect([(await prove()).body, await state()]).toMatchObject([{ failingSince: null, suspendedAt: null }, { isFailing: false, isSuspended: false }]);
});

test('the list of connections asks the database as often for three as for one', async () => {
  const { database } = stage.server;
  const queriesOf = async () => {
    const { query } = database.pool;
    const texts: string[] = [];
    database.pool.query = ((...given: unknown[]) => {
      texts.push(typeof given[0] === 'string' ? given[0] : (given[0] as { text: string }).text);
      return (query as (...all: unknown[]) => unknown).apply(database.pool, given);
    }) as typeof query;
    await seen();
    database.pool.query = query;
    return texts.filter((text) => text.includes('sign_on_connection c where') || text.includes('sign_on_domain where')).length;
  };
  const one = await queriesOf();
  for (const name of ['Second', 'Third']) expect((await call(stage.server, 'POST', `/api/v1/workspaces/${workspaceId}/sign-on`, { token: owner.token, body: { kind: 'oidc', name } })).status).toBe(201);
  expect(await queriesOf()).toBe(one);
});

test('where the database does not do, the page of the settings says so, and not that there is no connection', async () => {
  const browser = new TestBrowser(stage.server);
  browser.cookies.set('uxflow', owner.token);
  expect((await browser.go('/sso/settings')).text).toContain('Our saml');
  await pool().query('alter table sign_on_connection rename column kind to kind_');
  const failed = await browser.go('/sso/settings');
  await pool().query('alter table sign_on_connection rename column kind_ to kind');
  expect([failed.status, failed.text.includes('No connection yet')]).toEqual([500, false]);
});
