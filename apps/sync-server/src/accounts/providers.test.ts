/** Signing in by a real local issuer, as a browser goes there and back. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { call, GOOD_PASSWORD, registerPerson } from '../../test/testAccounts.ts';
import { startAccountServer, type AccountServer } from '../../test/testAccountServer.ts';
import { totp, wrongCode } from '../../test/testAuthenticator.ts';
import { startTestIssuer, type TestIssuer } from '../../test/testIssuer.ts';

let stage: AccountServer;
let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startTestIssuer();
  stage = await startAccountServer({ OIDC_ISSUER: issuer.url, OIDC_CLIENT_ID: 'client', OIDC_CLIENT_SECRET: 'secret', OIDC_NAME: 'Our house', OAUTH_GITHUB_ID: 'client', OAUTH_GITHUB_SECRET: 'secret', OAUTH_GITHUB_URL: issuer.url, ADMIN_EMAILS: 'chief@example.org' });
});
beforeEach(() => {
  issuer.tamper = {};
});
afterAll(async () => {
  await stage.close();
  await issuer.close();
});

interface Arrival {
  status: number;
  location: string | null;
  session: string | undefined;
  text: string;
  callback: string;
  cookies: string;
}

/** Presses the button and follows the redirects with the cookies of one browser. */
async function goBy(provider: string, next = '/account'): Promise<Arrival> {
  const begun = await fetch(`${stage.server.url}/sign-in/with/${provider}?next=${encodeURIComponent(next)}`, { redirect: 'manual' });
  const cookies = begun.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  const there = await fetch(begun.headers.get('location')!, { redirect: 'manual' });
  return comeBack(there.headers.get('location')!, cookies);
}

async function comeBack(callback: string, cookies: string): Promise<Arrival> {
  const back = await fetch(callback, { redirect: 'manual', headers: { cookie: cookies } });
  const session = back.headers.getSetCookie().map((line) => /^uxflow=([^;]+)/.exec(line)?.[1]).find(Boolean);
  return { status: back.status, location: back.headers.get('location'), session, text: await back.text(), callback, cookies };
}

const me = async (token: string) => (await call(stage.server, 'GET', '/api/v1/users/me', { token })).body;

test('the page offers what is configured, and nothing else is known', async () => {
  const { body } = await call<{ text: string }>(stage.server, 'GET', '/sign-in?next=%2Finvitation');
  expect(body.text).toContain('Sign in with Our house');
  expect(body.text).toContain('href="/sign-in/with/github?next=%2Finvitation"');
  expect(body.text).not.toContain('Google');
  expect(await call(stage.server, 'GET', '/sign-in/with/google')).toMatchObject({ status: 404 });
});

test.each(['oidc', 'github'])('somebody new comes by %s: an account with a confirmed address, an event, no secrets of the provider', async (provider) => {
  issuer.person = { id: provider === 'oidc' ? '77' : '78', email: `New-${provider}@example.org`, emailVerified: true, name: 'New One' };
  const arrival = await goBy(provider, '/invitation');
  expect(arrival).toMatchObject({ status: 303, location: '/invitation' });
  const person = await me(arrival.session!);
  expect(person).toMatchObject({ email: `new-${provider}@example.org`, emailVerified: true, name: 'New One', hasPassword: false, providers: [provider], role: 'user' });
  const again = await goBy(provider);
  expect((await me(again.session!)).id).toBe(person.id);
  const { pool } = stage.server.database;
  expect((await pool.query(`select 1 from outbox where type = 'USER_REGISTERED' and user_id = $1`, [person.id])).rowCount).toBe(1);
  expect((await pool.query('select 1 from credential where user_id = $1 and access_token is null and refresh_token is null and id_token is null', [person.id])).rowCount).toBe(1);
});

test('an account by a provider, its event and its record are one transaction: without the one the others are not there either', async () => {
  const { pool } = stage.server.database;
  issuer.person = { id: '90', email: 'crash@example.org', emailVerified: true, name: 'Crash' };
  await pool.query(`alter table outbox add constraint no_people check (type <> 'USER_REGISTERED') not valid`);
  const failed = await goBy('oidc').catch(() => undefined);
  await pool.query('alter table outbox drop constraint no_people');
  expect(failed?.session).toBeUndefined();
  expect((await pool.query(`select 1 from app_user where email = 'crash@example.org'`)).rowCount).toBe(0);
  const { id } = await me((await goBy('oidc')).session!);
  const count = async (table: string, kind: string, value: string) => (await pool.query(`select 1 from ${table} where ${kind} = $1 and user_id = $2`, [value, id])).rowCount;
  expect([await count('outbox', 'type', 'USER_REGISTERED'), await count('audit_event', 'kind', 'ACCOUNT_REGISTERED'), await count('credential', 'provider_id', 'oidc')]).toEqual([1, 1, 1]);
});

test('a provider is not added to an account without the mail that tells of it', async () => {
  const { pool } = stage.server.database;
  const known = await registerPerson(stage.server, stage.mailbox, { email: 'unheard@example.org' });
  issuer.person = { id: '91', email: 'unheard@example.org', emailVerified: true, name: 'Unheard' };
  await pool.query(`alter table audit_event add constraint no_link check (kind <> 'AUTH_PROVIDER_LINKED') not valid`);
  const failed = await goBy('oidc').catch(() => undefined);
  await pool.query('alter table audit_event drop constraint no_link');
  const linked = async () => (await pool.query(`select 1 from credential where user_id = $1 and provider_id = 'oidc'`, [known.userId])).rowCount;
  expect([failed?.session, await linked()]).toEqual([undefined, 0]);
  expect([(await me((await goBy('oidc')).session!)).id, await linked()]).toEqual([known.userId, 1]);
});

test('an account of the same confirmed address is joined; one that is not confirmed on either side is not', async () => {
  const known = await registerPerson(stage.server, stage.mailbox, { email: 'both@example.org' });
  issuer.person = { id: '100', email: 'both@example.org', emailVerified: true, name: 'Both' };
  expect((await me((await goBy('oidc')).session!)).id).toBe(known.userId);

  await registerPerson(stage.server, stage.mailbox, { email: 'victim@example.org' });
  issuer.person = { id: '101', email: 'victim@example.org', emailVerified: false, name: 'Thief' };
  expect(await goBy('oidc')).toMatchObject({ status: 401, session: undefined });
  expect(await goBy('github')).toMatchObject({ status: 401, session: undefined });

  // Somebody registers an address that is not theirs and waits for its owner to come by a provider.
  await call(stage.server, 'POST', '/api/v1/users/register', { body: { email: 'owner@example.org', password: GOOD_PASSWORD, name: 'Squatter' } });
  issuer.person = { id: '102', email: 'owner@example.org', emailVerified: true, name: 'Owner' };
  expect(await goBy('oidc')).toMatchObject({ status: 401, session: undefined });
});

test.each([
  ['signed by somebody else', { badSignature: true }],
  ['for another client', { claims: { aud: 'another' } }],
  ['of another issuer', { claims: { iss: 'https://evil.example' } }],
  ['that has run out', { claims: { exp: 1 } }],
  ['of another sign-in', { claims: { nonce: 'another' } }],
])('an id token %s is refused', async (_, tamper) => {
  issuer.person = { id: '110', email: 'token@example.org', emailVerified: true, name: 'Token' };
  issuer.tamper = tamper;
  expect(await goBy('oidc')).toMatchObject({ status: 401, session: undefined });
});

test('a way back works once, and only in the browser that went', async () => {
  issuer.person = { id: '120', email: 'browser@example.org', emailVerified: true, name: 'Browser' };
  const begun = await fetch(`${stage.server.url}/sign-in/with/oidc`, { redirect: 'manual' });
  const there = await fetch(begun.headers.get('location')!, { redirect: 'manual' });
  expect(await comeBack(there.headers.get('location')!, '')).toMatchObject({ status: 401, session: undefined });
  const arrival = await goBy('oidc');
  expect(arrival.session).toBeDefined();
  expect(await comeBack(arrival.callback, arrival.cookies)).toMatchObject({ status: 401, session: undefined });
});

test('nobody is led to another site', async () => {
  issuer.person = { id: '130', email: 'led@example.org', emailVerified: true, name: 'Led' };
  for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example']) expect((await goBy('oidc', next)).location).toBe('/account');
});

test('the second factor is asked for after a provider as well', async () => {
  const { server, mailbox } = stage;
  const { email, password, token, userId } = await registerPerson(server, mailbox, { email: 'factor@example.org' });
  const begun = await call(server, 'POST', '/api/v1/users/me/second-factor', { token, body: { password } });
  const secret = new URL(begun.body.uri).searchParams.get('secret')!;
  expect((await call(server, 'POST', '/api/v1/users/me/second-factor/confirm', { token, body: { code: totp(secret) } })).status).toBe(200);
  issuer.person = { id: '140', email, emailVerified: true, name: 'Factor' };
  const arrival = await goBy('oidc');
  expect(arrival).toMatchObject({ status: 200, session: undefined });
  const challenge = /name="challenge" value="([^"]+)"/.exec(arrival.text)![1]!;
  const finish = (code: string) => call(server, 'POST', '/api/v1/users/login/second-factor', { body: { challenge, code } });
  expect(await finish(wrongCode(secret))).toMatchObject({ status: 401, body: { error: { code: 'CODE_WRONG' } } });
  expect(await finish(totp(secret, 1))).toMatchObject({ status: 200, body: { user: { id: userId } } });
});

test('who comes by a provider with an address of the administrators is one', async () => {
  issuer.person = { id: '150', email: 'chief@example.org', emailVerified: true, name: 'Chief' };
  expect(await me((await goBy('oidc')).session!)).toMatchObject({ role: 'super_admin' });
});
