/** Chapter 7: sessions, over real HTTP, pages and sockets. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { IDLE_DAYS } from '../../src/access/principal.ts';
import { SESSION_DAYS } from '../../src/accounts/authCalls.ts';
import { call, GOOD_PASSWORD, registerPerson, type Person } from '../testAccounts.ts';
import { startAccountServer, type AccountServer } from '../testAccountServer.ts';
import { totp } from '../testAuthenticator.ts';
import { socketUrl } from '../testServer.ts';
import { openTestSocket } from '../testSocket.ts';
import { addKey } from '../testWorkspaces.ts';
import { requirement, tellMatrix } from './requirement.ts';

const documented = readFileSync(join(import.meta.dirname, '../../../../docs/accounts.md'), 'utf8').replace(/\s+/g, ' ');
let stage: AccountServer;
let count = 0;

beforeAll(async () => {
  stage = await startAccountServer();
});
afterAll(() => stage.close());

const person = (): Promise<Person> => registerPerson(stage.server, stage.mailbox, { email: `session${++count}@example.org` });
const login = async ({ email, password }: Person, more: Record<string, unknown> = {}, headers: Record<string, string> = {}) => call(stage.server, 'POST', '/api/v1/users/login', { body: { email, password, ...more }, headers });
const me = async (token: string) => (await call(stage.server, 'GET', '/api/v1/users/me', { token })).status;
const sql = (text: string, values: unknown[] = []) => stage.server.database.pool.query(text, values);
/** Makes rows be looked at again. */
const forget = () => stage.server.access.revoke({});
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');
/** Somebody who has signed in by the pages: their cookie. */
async function browser(who: Person): Promise<{ cookie: string; origin: string }> {
  const { headers } = await login(who, { as: 'cookie' }, { origin: stage.server.url });
  return { cookie: headers.getSetCookie()[0]!.split(';')[0]!, origin: stage.server.url };
}
/** A server administrator with a second factor. */
async function administrator(): Promise<Person> {
  const who = await person();
  await sql(`update app_user set role = 'super_admin', two_factor_enabled = true where id = $1`, [who.userId]);
  await forget();
  return who;
}
const desktopRequest = (verifier: string) => ({ redirect_uri: 'http://127.0.0.1:51234/done', state: 'state-12345', code_challenge: createHash('sha256').update(verifier).digest('base64url'), device: 'Laptop' });
const approve = (headers: Record<string, string>, fields: Record<string, string>) => fetch(`${stage.server.url}/desktop`, { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams(fields) });

requirement('7.1.1', 'the documented days are those that hold', async () => {
  expect(documented).toContain(`A session ends ${SESSION_DAYS} days after the sign-in (a day without “stay signed in”)`);
  expect(documented).toContain(`unused for ${IDLE_DAYS.web} days in a browser or ${IDLE_DAYS.desktop} on a desktop`);
  const who = await person();
  const days = async (more: Record<string, unknown>) => Math.round(((await login(who, more)).body.expiresAt - Date.now()) / 86_400_000);
  expect([await days({}), await days({ remember: false })]).toEqual([SESSION_DAYS, 1]);
});

requirement('7.1.2', 'beyond the documented number of devices the oldest is signed out', async () => {
  expect(documented).toContain('An account has 20 sessions at most: one more signs the oldest out');
  const who = await person();
  let last = '';
  for (let n = 0; n < 20; n++) last = (await login(who)).body.token as string;
  const { body } = await call(stage.server, 'GET', '/api/v1/users/me/sessions', { token: last });
  expect([body.sessions.length, await me(who.token), await me(last)]).toEqual([20, 401, 200]);
});

requirement('7.2.1', 'a secret that was changed anywhere, shortened or made longer opens nothing', async () => {
  const { token } = await person();
  expect(await me(token)).toBe(200);
  for (const other of [`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`, token.slice(0, -1), `${token}A`, token.toUpperCase() === token ? token.toLowerCase() : token.toUpperCase(), hashOf(token)]) expect([other.length, await me(other)]).toEqual([other.length, 401]);
});

requirement('7.2.2', 'each sign-in has another secret, and a key of a program is no session', async () => {
  const who = await person();
  const [one, two] = [(await login(who)).body.token, (await login(who)).body.token];
  expect(new Set([who.token, one, two]).size).toBe(3);
  const key = await addKey(stage.server.database.pool, who, ['*']);
  expect(await call(stage.server, 'GET', '/api/v1/users/me', { token: key.token })).toMatchObject({ status: 403, body: { error: { code: 'SESSION_NEEDED' } } });
});

requirement('7.2.3', 'secrets by every way in have 128 bits or more, and none comes twice', async () => {
  const who = await person();
  const tokens = [who.token];
  for (let n = 0; n < 8; n++) tokens.push((await login(who)).body.token as string);
  const verifier = 'v'.repeat(50);
  const headers = await browser(who);
  tokens.push(headers.cookie.split('=')[1]!);
  const back = new URL((await approve(headers, { ...desktopRequest(verifier), answer: 'yes' })).headers.get('location')!);
  tokens.push((await call(stage.server, 'POST', '/api/v1/users/token', { body: { code: back.searchParams.get('code'), codeVerifier: verifier, redirectUri: 'http://127.0.0.1:51234/done' } })).body.token as string);
  expect(new Set(tokens).size).toBe(11);
  for (const token of tokens) {
    // 62 kinds of characters carry 5.95 bits each.
    expect([token, token.length * 5.95 >= 128, new Set(token).size > 10]).toEqual([token, true, true]);
    // No two share a beginning or an end, as those of a counter or a clock would.
    expect(tokens.filter((other) => other !== token && (other.slice(0, 4) === token.slice(0, 4) || other.slice(-4) === token.slice(-4)))).toEqual([]);
  }
});

requirement('7.2.4', 'whoever signs in with a session at hand gets another one, and the old one is over', async () => {
  const who = await person();
  const headers = await browser(who);
  const again = await login(who, { as: 'cookie' }, headers);
  const fresh = again.headers.getSetCookie()[0]!.split(';')[0]!;
  expect(fresh).not.toBe(headers.cookie);
  expect([await me(headers.cookie.split('=')[1]!), await me(fresh.split('=')[1]!)]).toEqual([401, 200]);
  // A cookie that somebody else planted is not taken over.
  const planted = 'uxflow=planted-by-somebody-else-0000000';
  const form = await fetch(`${stage.server.url}/sign-in`, { method: 'POST', redirect: 'manual', headers: { cookie: planted, origin: stage.server.url }, body: new URLSearchParams({ email: who.email, password: who.password }) });
  expect(form.headers.getSetCookie()[0]).toMatch(/^uxflow=(?!planted)[^;]{20,};/);
  expect(await me('planted-by-somebody-else-0000000')).toBe(401);
});

requirement('7.2.4', 'a second factor that is switched on renews the session', async () => {
  const who = await person();
  const { body } = await call(stage.server, 'POST', '/api/v1/users/me/second-factor', { token: who.token, body: { password: who.password } });
  const confirmed = await call(stage.server, 'POST', '/api/v1/users/me/second-factor/confirm', { token: who.token, body: { code: totp(new URL(body.uri).searchParams.get('secret')!) } });
  expect([confirmed.status, await me(who.token), await me(confirmed.body.token)]).toEqual([200, 401, 200]);
});

requirement('7.3.1', 'unused for the documented days it opens nothing, a little less and it does', async () => {
  const who = await person();
  const rest = async (token: string, kind: 'web' | 'desktop', hours: number) => {
    await sql(`update session set kind = $2, last_seen_at = now() - make_interval(hours => $3) where token_hash = $1`, [hashOf(token), kind, hours]);
    await forget();
    return me(token);
  };
  // Each with a session of its own: being asked is use, which is written down a little later.
  for (const kind of ['web', 'desktop'] as const) {
    for (const [hours, status] of [[-1, 200], [1, 401]] as const) expect([kind, hours, await rest((await login(who)).body.token as string, kind, IDLE_DAYS[kind] * 24 + hours)]).toEqual([kind, hours, status]);
  }
});

requirement('7.3.2', 'use does not make it last longer, and past its time it opens nothing: HTTP and socket', async () => {
  const who = await person();
  const end = async () => (await sql('select expires_at from session where token_hash = $1', [hashOf(who.token)])).rows[0].expires_at.getTime() as number;
  const before = await end();
  for (let n = 0; n < 3; n++) await me(who.token);
  expect(await end()).toBe(before);
  await sql(`update session set expires_at = now() - interval '1 second' where token_hash = $1`, [hashOf(who.token)]);
  await forget();
  expect(await me(who.token)).toBe(401);
  const socket = await openTestSocket(socketUrl(stage.server.port));
  socket.send({ type: 'hello', protocol: 1, token: who.token, schemas: 1, rules: 1, device: 'device_1' });
  expect(await socket.end()).toMatchObject({ reason: 'SESSION_INVALID' });
});

requirement('7.4.1', 'signed out by the API or on the page, the secret is worth nothing', async () => {
  const who = await person();
  expect([(await call(stage.server, 'POST', '/api/v1/users/logout', { token: who.token })).status, await me(who.token)]).toEqual([204, 401]);
  const headers = await browser(who);
  const secret = headers.cookie.split('=')[1]!;
  expect(await me(secret)).toBe(200);
  const out = await fetch(`${stage.server.url}/sign-out`, { method: 'POST', redirect: 'manual', headers });
  expect([out.status, out.headers.getSetCookie()[0], await me(secret)]).toEqual([303, expect.stringMatching(/^uxflow=;/), 401]);
});

requirement('7.4.2', 'suspended: every session and socket ends, and stays ended when the account is back', async () => {
  const [admin, who] = [await administrator(), await person()];
  const socket = await openTestSocket(socketUrl(stage.server.port), who.token);
  const change = (status: string) => call(stage.server, 'PATCH', `/api/v1/admin/users/${who.userId}`, { token: admin.token, body: { status } });
  expect((await change('suspended')).status).toBe(200);
  expect(await me(who.token)).toBe(401);
  await expect.poll(() => socket.closed?.reason).toBe('SESSION_REVOKED');
  expect((await login(who)).status).toBe(403);
  expect((await change('active')).status).toBe(200);
  await forget();
  expect([await me(who.token), (await login(who)).status]).toEqual([401, 200]);
});

requirement('7.4.2', 'an account that is about to be deleted is signed out everywhere', async () => {
  const who = await person();
  const second = (await login(who)).body.token as string;
  expect((await call(stage.server, 'DELETE', '/api/v1/users/me', { token: who.token, body: { password: who.password, withoutExport: true } })).status).toBe(200);
  expect([await me(who.token), await me(second)]).toEqual([401, 401]);
});

requirement('7.4.3', 'after a change of the password every other device is out, after a reset every one', async () => {
  const who = await person();
  const other = (await login(who)).body.token as string;
  expect((await call(stage.server, 'POST', '/api/v1/users/change-password', { token: who.token, body: { currentPassword: who.password, newPassword: 'harbour-plum-44-tin' } })).status).toBe(204);
  expect([await me(who.token), await me(other)]).toEqual([200, 401]);
  await call(stage.server, 'POST', '/api/v1/users/forgot-password', { body: { email: who.email } });
  const token = /#([\w-]{16,})/.exec((await stage.mailbox.take(who.email, 'Set a new password')).text)![1];
  expect((await call(stage.server, 'POST', '/api/v1/users/reset-password', { body: { token, password: 'orchard-slate-71-fog' } })).status).toBe(204);
  expect(await me(who.token)).toBe(401);
});

requirement('7.4.4', 'every page that shows something to a signed-in person has a button to sign out', async () => {
  const who = await person();
  const headers = await browser(who);
  const verifier = 'v'.repeat(50);
  const pages = [...stage.server.rules().keys()].filter((route) => route.startsWith('GET /') && !route.startsWith('GET /api') && !route.startsWith('GET /assets') && !route.includes(':')).map((route) => route.slice(4));
  const read = async (path: string, given: Record<string, string>) => {
    const response = await fetch(`${stage.server.url}${path}${path === '/desktop' ? `?${new URLSearchParams(desktopRequest(verifier))}` : ''}`, { headers: given, redirect: 'manual' });
    return response.headers.get('content-type')?.startsWith('text/html') ? await response.text() : '';
  };
  const personal = [];
  for (const path of pages) {
    const text = await read(path, headers);
    if (!text.includes(who.email)) continue;
    personal.push(path);
    expect([path, text.includes('action="/sign-out"')]).toEqual([path, true]);
    expect([path, (await read(path, {})).includes(who.email)]).toEqual([path, false]);
  }
  expect(personal).toEqual(expect.arrayContaining(['/account', '/desktop', '/invitation']));
});

requirement('7.4.5', 'an administrator signs somebody out everywhere; others may not', async () => {
  const [admin, who, stranger] = [await administrator(), await person(), await person()];
  const second = (await login(who)).body.token as string;
  const end = (token: string) => call(stage.server, 'DELETE', `/api/v1/admin/users/${who.userId}/sessions`, { token });
  expect((await end(stranger.token)).status).toBe(403);
  expect(await end(admin.token)).toMatchObject({ status: 200, body: { ended: 2 } });
  expect([await me(who.token), await me(second), await me(admin.token)]).toEqual([401, 401, 200]);
});

requirement('7.5.1', 'a session of yesterday makes no key and no passkey, changes no address and deletes nothing, until it proves itself again', async () => {
  const who = await person();
  await sql(`update session set created_at = now() - interval '3 days' where token_hash = $1`, [hashOf(who.token)]);
  await forget();
  const fresh = [...stage.server.rules()].filter(([route, { freshMinutes }]) => freshMinutes !== undefined && route.includes(' /api/v1/users/me')).map(([route]) => route);
  expect(fresh).toEqual(expect.arrayContaining(['POST /api/v1/users/me/api-keys', 'POST /api/v1/users/me/passkeys', 'DELETE /api/v1/users/me', 'DELETE /api/v1/users/me/sessions']));
  for (const route of fresh) {
    const [method, path] = route.split(' ') as [string, string];
    const answer = await call(stage.server, method, path.replace(/:\w+/g, 'unknown_1'), { token: who.token, ...(method === 'GET' ? {} : { body: {} }) });
    expect([route, (answer.body as { error?: { code: string } }).error?.code]).toEqual([route, 'SIGN_IN_AGAIN']);
  }
  expect((await call(stage.server, 'POST', '/api/v1/users/me/confirm', { token: who.token, body: { password: 'not-the-right-one-5' } })).status).toBe(403);
  expect((await call(stage.server, 'POST', '/api/v1/users/me/confirm', { token: who.token, body: { password: who.password } })).status).toBe(204);
  expect((await call(stage.server, 'DELETE', '/api/v1/users/me/sessions', { token: who.token })).status).toBe(200);
});

requirement('7.5.1', 'the second factor is set up, renewed and taken away by the password only', async () => {
  const who = await person();
  const path = '/api/v1/users/me/second-factor';
  const wrong = { password: 'not-the-right-one-5' };
  expect(await call(stage.server, 'POST', path, { token: who.token, body: wrong })).toMatchObject({ status: 403 });
  await sql(`delete from sign_in_lock`);
  const { body } = await call(stage.server, 'POST', path, { token: who.token, body: { password: who.password } });
  const { body: renewed } = await call(stage.server, 'POST', `${path}/confirm`, { token: who.token, body: { code: totp(new URL(body.uri).searchParams.get('secret')!) } });
  for (const [method, at] of [['POST', `${path}/backup-codes`], ['DELETE', path]] as const) {
    await sql('delete from sign_in_lock');
    expect([at, (await call(stage.server, method, at, { token: renewed.token, body: wrong })).status]).toEqual([at, 403]);
  }
});

requirement('7.5.2', 'all sessions are listed with place and device; an old session ends no other', async () => {
  const who = await person();
  const second = (await login(who, { deviceName: 'Train laptop' })).body.token as string;
  const list = async () => (await call(stage.server, 'GET', '/api/v1/users/me/sessions', { token: who.token })).body.sessions as { id: string; deviceName: string | null; current: boolean; address: string }[];
  const target = (await list()).find(({ deviceName }) => deviceName === 'Train laptop')!;
  expect([(await list()).length, target.current, target.address]).toEqual([2, false, '127.0.0.1']);
  const end = () => call(stage.server, 'DELETE', `/api/v1/users/me/sessions/${target.id}`, { token: who.token });
  await sql(`update session set created_at = now() - interval '2 hours' where token_hash = $1`, [hashOf(who.token)]);
  await forget();
  expect(await end()).toMatchObject({ status: 403, body: { error: { code: 'SIGN_IN_AGAIN' } } });
  await call(stage.server, 'POST', '/api/v1/users/me/confirm', { token: who.token, body: { password: GOOD_PASSWORD } });
  expect([(await end()).status, await me(second), (await list()).length]).toEqual([204, 401, 1]);
});

requirement('7.5.2', 'the pages of an account ask an old session for a proof before anything that the API asks one for', async () => {
  const who = await person();
  const second = (await login(who)).body.token as string;
  const headers = await browser(who);
  const secret = headers.cookie.split('=')[1]!;
  await sql(`update session set created_at = now() - interval '3 days' where token_hash = $1`, [hashOf(secret)]);
  await forget();
  const { rows } = await sql('select id from session where token_hash = $1', [hashOf(second)]);
  const press = async (path: string, fields: Record<string, string>) => {
    const response = await fetch(`${stage.server.url}${path}`, { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams(fields) });
    return { status: response.status, asks: (await response.text()).includes('action="/account/confirm"') };
  };
  const asked: [string, Record<string, string>][] = [
    ['/account/devices/end', { id: rows[0].id as string }],
    ['/account/devices/end-others', {}],
    ['/account/keys/make', { name: 'Key', days: '30', 'scope-read_projects': 'on' }],
    ['/account/passkeys/remove', { id: 'passkey_1' }],
    ['/account/providers/remove', { id: 'oidc' }],
    ['/account/delete', { password: who.password, withoutExport: 'on' }],
  ];
  for (const [path, fields] of asked) expect([path, (await press(path, fields)).asks]).toEqual([path, true]);
  expect([await me(second), (await sql('select 1 from api_key where user_id = $1', [who.userId])).rowCount, (await sql('select delete_at from app_user where id = $1', [who.userId])).rows[0].delete_at]).toEqual([200, 0, null]);
  expect((await press('/account/confirm', { password: who.password, next: '/account/devices' })).status).toBe(303);
  expect([(await press('/account/devices/end', { id: rows[0].id as string })).status, await me(second)]).toEqual([303, 401]);
});

requirement('7.6.2', 'a desktop is signed in by a press of the button alone, and no address that is opened signs anybody in', async () => {
  const who = await person();
  const headers = await browser(who);
  const verifier = 'v'.repeat(50);
  const request = desktopRequest(verifier);
  const codes = async () => Number((await sql('select count(*) as n from sign_in_code where user_id = $1', [who.userId])).rows[0].n);
  const sessions = async () => Number((await sql('select count(*) as n from session')).rows[0].n);
  const before = await sessions();
  await fetch(`${stage.server.url}/desktop?${new URLSearchParams(request)}`, { headers });
  expect((await approve(headers, request)).headers.get('location') ?? '').not.toContain('code=');
  expect(await codes()).toBe(0);
  for (const path of ['/api/v1/auth/callback/oidc?code=abc&state=def', '/sign-in?email=a@b.c&password=x', '/verify', '/account', '/invitation']) await fetch(stage.server.url + path, { redirect: 'manual' });
  expect(await sessions()).toBe(before);
  expect((await approve(headers, { ...request, answer: 'yes' })).headers.get('location')).toContain('code=');
  expect(await codes()).toBe(1);
});

tellMatrix();
