/** OpenID Connect sign-on of a workspace: with a real provider, and with one that lies. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { call } from '../../test/testAccounts.ts';
import { startAccountServer, type AccountServer } from '../../test/testAccountServer.ts';
import { startTestIssuer, type TestIssuer } from '../../test/testIssuer.ts';
import { goThrough, startTestOidcProvider, type TestOidcProvider } from '../../test/testOidcProvider.ts';
import { alertOf, makeConnection, startTestDns, TestBrowser, type Arrived, type TestDns } from '../../test/testSignOn.ts';
import { addPerson, makeWorkspace, type TestPerson } from '../../test/testWorkspaces.ts';
import type { ConnectionView } from './schema.ts';

let stage: AccountServer;
let dns: TestDns;
let provider: TestOidcProvider;
let liar: TestIssuer;
let owner: TestPerson;
let workspaceId: string;
let honest: ConnectionView;
let lying: ConnectionView;

beforeAll(async () => {
  dns = await startTestDns();
  provider = await startTestOidcProvider();
  liar = await startTestIssuer();
  stage = await startAccountServer({ SIGN_ON_NETWORK: 'private', SIGN_ON_DNS: dns.address, DEFAULT_PLAN: 'enterprise' });
  owner = await addPerson(stage.server.database.pool, 'owner');
  workspaceId = (await makeWorkspace(stage.server.url, owner)).id;
  honest = await makeConnection(stage.server, dns, owner, workspaceId, 'oidc', ['corp.test'], { issuer: provider.url, clientId: provider.clientId, clientSecret: provider.clientSecret });
  lying = await makeConnection(stage.server, dns, owner, workspaceId, 'oidc', ['liar.test'], { issuer: liar.url, clientId: 'client', clientSecret: 'secret' });
  provider.allow(honest.ours.callback!, honest.ours.signedOut);
});
beforeEach(() => {
  provider.person = { sub: 'ada-1', email: 'ada@corp.test', email_verified: true, name: 'Ada L.' };
  liar.person = { id: '1', email: 'eve@liar.test', emailVerified: true, name: 'Eve' };
  liar.tamper = {};
  liar.redirectTo = null;
  liar.padding = 0;
});
afterAll(async () => {
  await stage?.close();
  await provider?.close();
  await liar?.close();
  await dns?.close();
});

const me = async (token: string) => (await call(stage.server, 'GET', '/api/v1/users/me', { token })).body;
const settings = (connection: ConnectionView) => `/api/v1/workspaces/${workspaceId}/sign-on/${connection.id}`;
const problem = async (connection: ConnectionView) => (await call<ConnectionView>(stage.server, 'GET', settings(connection), { token: owner.token })).body.lastProblem?.code;
const change = (connection: ConnectionView, body: Record<string, unknown>) => call<ConnectionView>(stage.server, 'PATCH', settings(connection), { token: owner.token, body });

/** Goes to the provider; the address that it leads back to. */
async function go(connection: ConnectionView, browser: TestBrowser, next = '/account'): Promise<string> {
  const begun = await browser.go(`/sso/to/${connection.id}?next=${encodeURIComponent(next)}`);
  expect(begun.status).toBe(303);
  return goThrough(begun.location!, new URL(begun.location!).origin);
}
async function back(browser: TestBrowser, callback: string): Promise<Arrived> {
  const taken = await browser.go(callback);
  return taken.location === '/sso/done' ? browser.go('/sso/done') : taken;
}
async function come(connection: ConnectionView, next?: string): Promise<Arrived> {
  const browser = new TestBrowser(stage.server);
  return back(browser, await go(connection, browser, next));
}

test('somebody comes by a real provider, with PKCE, state and nonce, and comes again as the same person', async () => {
  const arrived = await come(honest, '/invitation');
  expect(arrived).toMatchObject({ status: 303, location: '/invitation' });
  const person = await me(arrived.session!);
  expect(person).toMatchObject({ email: 'ada@corp.test', emailVerified: true, name: 'Ada L.', hasPassword: false });
  const asked = provider.requests.at(-1)!;
  expect(asked.get('code_challenge_method')).toBe('S256');
  for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)!.length).toBeGreaterThanOrEqual(43);
  expect((await me((await come(honest)).session!)).id).toBe(person.id);
  // The address may change at the provider; who it is does not.
  provider.person = { sub: 'ada-1', email: 'ada.lovelace@corp.test', email_verified: true };
  expect((await me((await come(honest)).session!)).id).toBe(person.id);
});

test('asked anew, the issuer is told to ask the person, and an old sign-in there does not count', async () => {
  const browser = new TestBrowser(stage.server);
  const begun = new URL((await browser.go(`/sso/to/${honest.id}?anew=1`)).location!);
  expect([begun.searchParams.get('prompt'), begun.searchParams.get('max_age')]).toEqual(['login', '300']);
  expect((await back(browser, await goThrough(begun.href, begun.origin))).session).toBeDefined();
  for (const [claims, isLetIn] of [[{ auth_time: Math.floor(Date.now() / 1000) }, true], [{ auth_time: Math.floor(Date.now() / 1000) - 3600 }, false], [{}, false]] as const) {
    liar.tamper = { claims };
    const other = new TestBrowser(stage.server);
    const start = (await other.go(`/sso/to/${lying.id}?anew=1`)).location!;
    expect([claims, (await back(other, await goThrough(start, new URL(start).origin))).session !== undefined]).toEqual([claims, isLetIn]);
  }
});

describe('signing out', () => {
  const leave = async (session: string | undefined) => {
    const left = await fetch(`${stage.server.url}/sign-out`, { method: 'POST', redirect: 'manual', headers: { cookie: `uxflow=${session}`, origin: stage.server.url }, body: new URLSearchParams() });
    const text = await left.text();
    expect(await call(stage.server, 'GET', '/api/v1/users/me', { token: session! })).toMatchObject({ status: 401 });
    return { status: left.status, location: left.headers.get('location'), refresh: left.headers.get('refresh'), text, onward: /class="button" href="([^"]+)"/.exec(text)?.[1]?.replaceAll(/&(#38|amp);/g, '&') };
  };

  test('ends the session here, and the one there for who asks for it', async () => {
    const left = await leave((await come(honest)).session);
    expect([left.status, left.refresh, left.text]).toEqual([200, null, expect.stringContaining('You are signed out here')]);
    const url = new URL(left.onward!);
    expect([url.origin, url.searchParams.get('client_id'), url.searchParams.get('post_logout_redirect_uri')]).toEqual([provider.url, provider.clientId, `${stage.server.url}/sign-in`]);
    expect(JSON.parse(Buffer.from(url.searchParams.get('id_token_hint')!.split('.')[1]!, 'base64url').toString())).toMatchObject({ sub: 'ada-1', iss: provider.url });
    expect(await provider.signOut(url.href)).toBe(`${stage.server.url}/sign-in`);
    // The token lies sealed, and only where it came from.
    const { rows } = await stage.server.database.pool.query('select id_token_sealed as sealed from sign_on_arrival where connection_id = $1', [honest.id]);
    expect(rows.length).toBeGreaterThan(0);
    for (const { sealed } of rows) expect(sealed).toMatch(/^(?!.*eyJ)/);
  });

  test('leads on by itself where the connection demands it', async () => {
    expect((await change(honest, { signOutThere: true })).body.signOutThere).toBe(true);
    const left = await leave((await come(honest)).session);
    expect(left.refresh).toBe(`0; url=${left.onward}`);
    expect(await provider.signOut(left.onward!)).toBe(`${stage.server.url}/sign-in`);
    expect((await change(honest, { signOutThere: false })).status).toBe(200);
  });

  test('is as everywhere where the issuer has no place for it, leads away, or is not there', async () => {
    const plain = { status: 303, location: '/sign-in', onward: undefined };
    expect(await leave((await come(lying)).session)).toMatchObject(plain);
    const away = await startTestIssuer();
    away.person = liar.person;
    away.signOutAt = 'https://169.254.169.254/latest';
    expect((await change(lying, { issuer: away.url })).status).toBe(200);
    expect(await leave((await come(lying)).session)).toMatchObject(plain);
    const gone = await startTestIssuer();
    gone.person = liar.person;
    gone.signOutAt = `${gone.url}/out`;
    expect((await change(lying, { issuer: gone.url })).status).toBe(200);
    const { session } = await come(lying);
    await gone.close();
    // Another secret: what it said of itself is asked for anew.
    expect((await change(lying, { clientSecret: 'another' })).status).toBe(200);
    expect(await leave(session)).toMatchObject(plain);
    await away.close();
    expect((await change(lying, { issuer: liar.url, clientSecret: 'secret' })).status).toBe(200);
  });
});

test('groups of a claim become roles', async () => {
  await change(honest, { groupsAttribute: 'groups', roleMap: [{ group: 'design', role: 'commenter' }] });
  provider.person = { sub: 'bob-1', email: 'bob@corp.test', email_verified: true, groups: ['design'] };
  const bob = await me((await come(honest)).session!);
  expect((await stage.server.database.pool.query('select role from member where user_id = $1', [bob.id])).rows).toEqual([{ role: 'commenter' }]);
  await change(honest, { groupsAttribute: null, roleMap: [] });
});

test('who is not let in there is told so here, and has no session', async () => {
  provider.person = null;
  const refused = await come(honest);
  expect(refused).toMatchObject({ status: 401, session: undefined });
  expect(alertOf(refused.text)).toContain('did not let you in');
});

describe('addresses', () => {
  test.each([
    ['not confirmed', { email: 'eve@corp.test', email_verified: false }, 'SIGN_ON_UNCONFIRMED'],
    ['nobody says whether confirmed', { email: 'eve@corp.test' }, 'SIGN_ON_UNCONFIRMED'],
    ['of a foreign domain', { email: 'eve@elsewhere.test', email_verified: true }, 'SIGN_ON_FOREIGN'],
    ['none', {}, 'SIGN_ON_NO_ADDRESS'],
  ])('%s', async (_, claims, code) => {
    provider.person = { sub: 'eve-1', ...claims };
    expect(await come(honest)).toMatchObject({ status: 401, session: undefined });
    expect(await problem(honest)).toBe(code);
  });
  test('where the provider is known never to say it, the connection may trust it; a plain no stays one', async () => {
    await change(honest, { trustAddresses: true });
    provider.person = { sub: 'carl-1', email: 'carl@corp.test' };
    expect((await come(honest)).session).toBeDefined();
    provider.person = { sub: 'eve-1', email: 'eve@corp.test', email_verified: false };
    expect((await come(honest)).session).toBeUndefined();
    await change(honest, { trustAddresses: false });
  });
});

describe('a way back', () => {
  test('works once', async () => {
    const browser = new TestBrowser(stage.server);
    const callback = await go(honest, browser);
    expect((await back(browser, callback)).session).toBeDefined();
    expect(await back(new TestBrowser(stage.server), callback)).toMatchObject({ status: 401, session: undefined });
    // A code that was used, with the state of another way.
    const second = new TestBrowser(stage.server);
    const fresh = new URL(await go(honest, second));
    fresh.searchParams.set('code', new URL(callback).searchParams.get('code')!);
    expect(await back(second, fresh.href)).toMatchObject({ status: 401, session: undefined });
    expect(await problem(honest)).toBe('SIGN_ON_REPLAYED');
  });
  test('works only in the browser that went', async () => {
    const browser = new TestBrowser(stage.server);
    const callback = await go(honest, browser);
    expect(await back(new TestBrowser(stage.server), callback)).toMatchObject({ status: 401, session: undefined });
    expect((await back(browser, callback)).session).toBeDefined();
  });
  test('with another state', async () => {
    const browser = new TestBrowser(stage.server);
    const callback = new URL(await go(honest, browser));
    callback.searchParams.set('state', 'another');
    const before = await problem(honest);
    expect(await back(browser, callback.href)).toMatchObject({ status: 401, session: undefined });
    // Anybody could bring it: it stands in the records, and not where the connection is set up.
    expect(await problem(honest)).toBe(before);
    const { rows } = await stage.server.database.pool.query(`select data from audit_event where kind = 'AUTH_FAILED' order by at desc, id desc limit 1`);
    expect(rows[0].data).toEqual({ by: 'signOn', connectionId: honest.id, code: 'SIGN_ON_LATE' });
  });
  test('with a code that was made for another verifier', async () => {
    const [one, two] = [new TestBrowser(stage.server), new TestBrowser(stage.server)];
    const theirs = new URL(await go(honest, one));
    const mine = new URL(await go(honest, two));
    mine.searchParams.set('code', theirs.searchParams.get('code')!);
    expect(await back(two, mine.href)).toMatchObject({ status: 401, session: undefined });
  });
  test('of one provider at the place of another', async () => {
    const browser = new TestBrowser(stage.server);
    const callback = new URL(await go(lying, browser));
    expect(await back(browser, honest.ours.callback! + callback.search)).toMatchObject({ status: 401, session: undefined });
    const second = new TestBrowser(stage.server);
    const mixed = new URL(await go(honest, second));
    mixed.searchParams.set('iss', liar.url);
    expect(await back(second, mixed.href)).toMatchObject({ status: 401, session: undefined });
    expect(await problem(honest)).toBe('SIGN_ON_SENDER');
  });
});

test('an address that an account has just given up waits for that account', async () => {
  const { pool } = stage.server.database;
  const moved = await addPerson(pool, 'moved');
  await pool.query(`insert into email_change (id, user_id, old_email, new_email, undo_hash, session_id, done, expires_at) values ('change_moved', $1, 'moved@corp.test', $2, 'hash', 'session', true, now() + interval '5 days')`, [moved.userId, moved.email]);
  provider.person = { sub: 'moved-1', email: 'moved@corp.test', email_verified: true };
  expect((await come(honest)).session).toBeUndefined();
  expect(await problem(honest)).toBe('SIGN_ON_RESERVED');
  expect((await pool.query(`select 1 from app_user where email = 'moved@corp.test'`)).rowCount).toBe(0);
  await pool.query(`update email_change set expires_at = now() where id = 'change_moved'`);
  expect((await come(honest)).session).toBeDefined();
});

describe('somebody else', () => {
  test('is signed in only by a press of the button where a person is signed in already', async () => {
    const browser = new TestBrowser(stage.server);
    const mine = (await back(browser, await go(honest, browser))).session;
    expect(mine).toBeDefined();
    const asked = await back(browser, await go(lying, browser));
    expect(asked).toMatchObject({ status: 200, session: mine });
    expect(asked.text).toContain('eve@liar.test');
    expect((await me(mine!)).email).toBe('ada@corp.test');
    const theirs = (await browser.go('/sso/done', { method: 'POST', body: new URLSearchParams() })).session;
    expect((await me(theirs!)).email).toBe('eve@liar.test');
  });
  test('leads nobody to a provider from a page elsewhere without a press of the button', async () => {
    const browser = new TestBrowser(stage.server);
    const led = await browser.go(`/sso/to/${lying.id}?next=%2Faccount`, { headers: { 'sec-fetch-site': 'cross-site' } });
    expect(led).toMatchObject({ status: 200, location: null });
    expect(led.text).toContain(`href="/sso/to/${lying.id}?next=%2Faccount"`);
    expect(browser.cookies.size).toBe(0);
  });
});

describe('an issuer that lies', () => {
  test('is taken at its word while it does not', async () => expect((await come(lying)).session).toBeDefined());
  test.each([
    ['no signature', { algorithm: 'none' }, 'SIGN_ON_ALGORITHM'],
    ['an HMAC with the client’s secret', { algorithm: 'HS256' }, 'SIGN_ON_ALGORITHM'],
    ['the signature of a stranger', { badSignature: true }, 'SIGN_ON_SIGNATURE'],
    ['a token for another client', { claims: { aud: 'another' } }, 'SIGN_ON_RECEIVER'],
    ['a token for several, on behalf of another', { claims: { aud: ['client', 'another'], azp: 'another' } }, 'SIGN_ON_SENDER'],
    ['a token of another issuer', { claims: { iss: 'https://evil.example' } }, 'SIGN_ON_SENDER'],
    ['a token that has run out', { claims: { exp: 1 } }, 'SIGN_ON_TIME'],
    ['a token from the future', { claims: { nbf: 4_000_000_000 } }, 'SIGN_ON_TIME'],
    ['the token of another sign-on', { claims: { nonce: 'another' } }, 'SIGN_ON_LATE'],
    ['another issuer’s name in the answer', { issuerParameter: 'https://evil.example' }, 'SIGN_ON_SENDER'],
    ['two addresses', { claims: { email: ['eve@liar.test', 'ada@corp.test'] } }, 'SIGN_ON_ADDRESSES'],
    ['an address of somebody else’s domain', { claims: { email: 'ada@corp.test', sub: '9' } }, 'SIGN_ON_FOREIGN'],
  ] as [string, TestIssuer['tamper'], string][])('%s', async (_, tamper, code) => {
    liar.tamper = tamper;
    const arrived = await come(lying);
    expect({ session: arrived.session, code: await problem(lying) }).toEqual({ session: undefined, code });
  });
  test('leads elsewhere, says too much, or is away: a clear sentence, and nobody is led anywhere', async () => {
    const begin = async (secret: string) => {
      // What it said of itself is kept for a while; another secret asks anew.
      expect((await change(lying, { clientSecret: secret })).status).toBe(200);
      const begun = await new TestBrowser(stage.server).go(`/sso/to/${lying.id}`);
      expect(begun).toMatchObject({ status: 503, location: null });
      expect(alertOf(begun.text)).toContain('does not answer as it should');
    };
    liar.redirectTo = provider.url;
    await begin('one');
    liar.redirectTo = null;
    liar.padding = 2_000_000;
    await begin('two');
    liar.padding = 0;
    const away = await startTestIssuer();
    await away.close();
    expect((await change(lying, { issuer: away.url })).status).toBe(200);
    await begin('three');
  });
});
