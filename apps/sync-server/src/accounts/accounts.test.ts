/** Accounts over real HTTP, a real Postgres and real mail. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, GOOD_PASSWORD, registerPerson } from '../../test/testAccounts.ts';
import { startAccountServer, type AccountServer } from '../../test/testAccountServer.ts';
import { secretOf } from '../../test/testMailbox.ts';
import { socketUrl } from '../../test/testServer.ts';
import { totp, wrongCode } from '../../test/testAuthenticator.ts';
import { openTestSocket } from '../../test/testSocket.ts';

let stage: AccountServer;
beforeAll(async () => {
  stage = await startAccountServer();
});
afterAll(() => stage.close());

test('register, confirm by the caught mail, sign in, look at oneself', async () => {
  const { server, mailbox } = stage;
  const email = 'ada@example.org';
  const registered = await call(server, 'POST', '/api/v1/users/register', { body: { email: ' Ada@Example.org ', password: GOOD_PASSWORD, name: 'Ada', language: 'de' } });
  expect(registered).toMatchObject({ status: 202, body: { status: 'mailed' } });
  const mail = await mailbox.take(email, 'Bestätige deine Adresse');
  expect(mail.text).toContain(`${server.url}/verify#`);

  const before = await call(server, 'POST', '/api/v1/users/login', { body: { email, password: GOOD_PASSWORD } });
  expect(before.body).toMatchObject({ status: 'signedIn', user: { emailVerified: false, preferences: { language: 'de', theme: 'system' } } });
  const early = await call(server, 'GET', '/api/v1/users/me/api-keys', { token: before.body.token });
  expect(early).toMatchObject({ status: 403, body: { error: { code: 'EMAIL_UNVERIFIED' } } });

  expect(await call(server, 'POST', '/api/v1/users/verify-email', { body: { token: secretOf(mail) } })).toMatchObject({ status: 200, body: { email } });
  expect(await call(server, 'POST', '/api/v1/users/verify-email', { body: { token: secretOf(mail) } })).toMatchObject({ status: 400, body: { error: { code: 'TOKEN_INVALID' } } });
  const me = await call(server, 'GET', '/api/v1/users/me', { token: before.body.token });
  expect(me).toMatchObject({ status: 200, body: { email, emailVerified: true, name: 'Ada', role: 'user', hasPassword: true, providers: [], deleteAt: null } });
  expect(await call(server, 'GET', '/api/v1/users/me/api-keys', { token: before.body.token })).toMatchObject({ status: 200, body: { apiKeys: [] } });
});

test('no answer tells whether an address has an account; its mailbox does', async () => {
  const { server, mailbox } = stage;
  await registerPerson(server, mailbox, { email: 'known@example.org' });
  const answers = async (email: string) =>
    Promise.all([
      call(server, 'POST', '/api/v1/users/register', { body: { email, password: GOOD_PASSWORD, name: 'Some One' } }),
      call(server, 'POST', '/api/v1/users/forgot-password', { body: { email } }),
      call(server, 'POST', '/api/v1/users/resend-verification', { body: { email } }),
      call(server, 'POST', '/api/v1/users/login', { body: { email, password: 'wrong-password-here' } }),
    ]).then((all) => all.map(({ status, body }) => ({ status, body })));
  expect(await answers('known@example.org')).toEqual(await answers('unknown@example.org'));
  await mailbox.take('known@example.org', 'You already have an account');
});

test.each([
  ['short', 'TOO_SHORT'],
  ['a'.repeat(129), 'TOO_LONG'],
  ['passwordpassword', 'COMMON'],
  ['P@ssw0rd2026!!', 'COMMON'],
  ['qwertzuiop1234567890', 'PATTERN'],
  ['aaaaaaaaaaaaaa', 'PATTERN'],
  ['grace-hopper-1', 'PERSONAL'],
])('the password %s is refused', async (password, fault) => {
  const answer = await call(stage.server, 'POST', '/api/v1/users/register', { body: { email: 'grace-hopper@example.org', password, name: 'Grace' } });
  expect(answer).toMatchObject({ status: 422, body: { error: { code: 'PASSWORD_UNFIT', params: { fault } } } });
});

test('a forgotten password is set anew once, all devices are out, and no former one comes back', async () => {
  const { server, mailbox } = stage;
  const person = await registerPerson(server, mailbox, { email: 'forgetful@example.org' });
  await call(server, 'POST', '/api/v1/users/forgot-password', { body: { email: person.email } });
  const token = secretOf(await mailbox.take(person.email, 'Set a new password'));
  const reset = (password: string) => call(server, 'POST', '/api/v1/users/reset-password', { body: { token, password } });
  expect(await reset(GOOD_PASSWORD)).toMatchObject({ status: 422, body: { error: { code: 'PASSWORD_REUSED' } } });
  expect(await reset('another-harbour-44')).toMatchObject({ status: 204 });
  expect(await reset('another-harbour-45')).toMatchObject({ status: 400, body: { error: { code: 'TOKEN_INVALID' } } });
  expect(await call(server, 'GET', '/api/v1/users/me', { token: person.token })).toMatchObject({ status: 401 });
  const again = await call(server, 'POST', '/api/v1/users/login', { body: { email: person.email, password: 'another-harbour-44' } });
  expect(again.status).toBe(200);
  await mailbox.take(person.email, 'Your password was changed');
  const change = (currentPassword: string, newPassword: string) => call(server, 'POST', '/api/v1/users/change-password', { token: again.body.token, body: { currentPassword, newPassword } });
  expect(await change('not-that-one-at-all', 'third-lantern-07-x')).toMatchObject({ status: 403, body: { error: { code: 'PASSWORD_WRONG' } } });
  expect(await change('another-harbour-44', GOOD_PASSWORD)).toMatchObject({ status: 422, body: { error: { code: 'PASSWORD_REUSED' } } });
  expect(await change('another-harbour-44', 'third-lantern-07-x')).toMatchObject({ status: 204 });
  expect(await call(server, 'GET', '/api/v1/users/me', { token: again.body.token })).toMatchObject({ status: 200 });
});

test('guessing locks an account, the right password too, until a new one is set', async () => {
  const { server, mailbox } = stage;
  const { email, password } = await registerPerson(server, mailbox, { email: 'guessed@example.org' });
  const login = (given: string) => call(server, 'POST', '/api/v1/users/login', { body: { email, password: given } });
  for (let n = 0; n < 3; n++) expect(await login(`guess number ${n}`)).toMatchObject({ status: 401, body: { error: { code: 'SIGN_IN_FAILED' } } });
  const locked = await login(password);
  expect(locked).toMatchObject({ status: 429, body: { error: { code: 'SIGN_IN_LOCKED' } } });
  expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(200);
  // Five minutes later, twice more: fifteen minutes, and the holder hears of it.
  for (let n = 0; n < 2; n++) {
    await server.database.pool.query('delete from sign_in_lock');
    await login(`guess number 1${n}`);
  }
  expect((await mailbox.take(email, 'Too many attempts')).text).toContain('15 minutes');
  await call(server, 'POST', '/api/v1/users/forgot-password', { body: { email } });
  await call(server, 'POST', '/api/v1/users/reset-password', { body: { token: secretOf(await mailbox.take(email, 'Set a new password')), password: 'unlocked-by-mail-8' } });
  expect(await login('unlocked-by-mail-8')).toMatchObject({ status: 200 });
});

test('sessions are listed and revoked, and the socket of a revoked one is cut', async () => {
  const { server, mailbox } = stage;
  const person = await registerPerson(server, mailbox, { email: 'many-devices@example.org' });
  const second = await call(server, 'POST', '/api/v1/users/login', { body: { email: person.email, password: person.password, deviceName: 'Train laptop' } });
  const { body } = await call(server, 'GET', '/api/v1/users/me/sessions', { token: person.token });
  expect(body.sessions).toHaveLength(2);
  const other = body.sessions.find((one: { current: boolean }) => !one.current);
  expect(other).toMatchObject({ kind: 'desktop', deviceName: 'Train laptop', address: '127.0.0.1' });
  const socket = await openTestSocket(socketUrl(server.port), second.body.token);
  expect(await call(server, 'DELETE', `/api/v1/users/me/sessions/${other.id}`, { token: person.token })).toMatchObject({ status: 204 });
  expect(await socket.end()).toMatchObject({ reason: 'SESSION_REVOKED' });
  expect(await call(server, 'GET', '/api/v1/users/me', { token: second.body.token })).toMatchObject({ status: 401 });
  const stranger = await registerPerson(server, mailbox, { email: 'stranger@example.org' });
  expect(await call(server, 'DELETE', `/api/v1/users/me/sessions/${body.sessions.find((one: { current: boolean }) => one.current).id}`, { token: stranger.token })).toMatchObject({ status: 404, body: { error: { code: 'SESSION_NOT_FOUND' } } });
});

test('a second factor: set up, asked for, not replayed, backup codes once, switched off', async () => {
  const { server, mailbox } = stage;
  const person = await registerPerson(server, mailbox, { email: 'careful@example.org' });
  const begun = await call(server, 'POST', '/api/v1/users/me/second-factor', { token: person.token, body: { password: person.password } });
  expect(begun.body.backupCodes).toHaveLength(10);
  const secret = new URL(begun.body.uri).searchParams.get('secret')!;
  const before = (await call(server, 'POST', '/api/v1/users/login', { body: { email: person.email, password: person.password } })).body.token;
  expect(await call(server, 'POST', '/api/v1/users/me/second-factor/confirm', { token: person.token, body: { code: wrongCode(secret) } })).toMatchObject({ status: 401, body: { error: { code: 'CODE_WRONG' } } });
  const code = totp(secret);
  const confirmed = await call(server, 'POST', '/api/v1/users/me/second-factor/confirm', { token: person.token, body: { code } });
  expect(confirmed.status).toBe(200);
  // A session that one factor opened, here or on another device, must not count as two.
  for (const token of [person.token, before]) expect(await call(server, 'GET', '/api/v1/users/me', { token })).toMatchObject({ status: 401 });
  expect(await call(server, 'GET', '/api/v1/users/me', { token: confirmed.body.token })).toMatchObject({ status: 200, body: { twoFactor: true } });

  const begin = async () => (await call(server, 'POST', '/api/v1/users/login', { body: { email: person.email, password: person.password } })).body;
  const finish = (challenge: string, given: Record<string, string>) => call(server, 'POST', '/api/v1/users/login/second-factor', { body: { challenge, ...given } });
  const first = await begin();
  expect(first).toMatchObject({ status: 'secondFactor', methods: ['totp', 'backup'] });
  expect(first).not.toHaveProperty('token');
  expect(await finish(first.challenge, { code })).toMatchObject({ status: 401, body: { error: { code: 'CODE_USED' } } });
  expect(await finish((await begin()).challenge, { code: wrongCode(secret) })).toMatchObject({ status: 401, body: { error: { code: 'CODE_WRONG' } } });
  const next = await finish((await begin()).challenge, { code: totp(secret, 1) });
  expect(next).toMatchObject({ status: 200, body: { status: 'signedIn' } });
  const backup = begun.body.backupCodes[0];
  expect(await finish((await begin()).challenge, { code: backup, kind: 'backup' })).toMatchObject({ status: 200 });
  expect(await finish((await begin()).challenge, { code: backup, kind: 'backup' })).toMatchObject({ status: 401, body: { error: { code: 'CODE_WRONG' } } });
  expect(await finish('c29tZXRoaW5nIG1hZGUgdXA', { code: totp(secret, 1) })).toMatchObject({ status: 401, body: { error: { code: 'CHALLENGE_INVALID' } } });

  const off = await call(server, 'DELETE', '/api/v1/users/me/second-factor', { token: next.body.token, body: { password: person.password } });
  expect(off.status).toBe(200);
  expect(await begin()).toMatchObject({ status: 'signedIn' });
});

test('keys carry their scopes, belong to one workspace if wanted, and end at once', async () => {
  const { server, mailbox } = stage;
  const person = await registerPerson(server, mailbox, { email: 'programmer@example.org' });
  const create = (body: Record<string, unknown>) => call(server, 'POST', '/api/v1/users/me/api-keys', { token: person.token, body: { name: 'Figma', scopes: ['read_projects'], ...body } });
  expect(await create({ scopes: ['delete_workspace'] })).toMatchObject({ status: 422 });
  expect(await create({ workspaceId: 'ws_of_others' })).toMatchObject({ status: 404, body: { error: { code: 'WORKSPACE_NOT_FOUND' } } });
  const made = await create({});
  expect(made).toMatchObject({ status: 201, body: { scopes: ['read_projects'], workspaceId: null } });
  expect(await create({})).toMatchObject({ status: 402, body: { error: { code: 'API_KEYS_FULL', params: { most: 1 } } } });
  const key = made.body.secret as string;
  expect(await call(server, 'GET', '/api/v1/users/me', { token: key })).toMatchObject({ status: 403, body: { error: { code: 'SESSION_NEEDED' } } });
  const { rows } = await server.database.pool.query('select * from api_key');
  expect(JSON.stringify(rows)).not.toContain(key);
  const listed = await call(server, 'GET', '/api/v1/users/me/api-keys', { token: person.token });
  expect(JSON.stringify(listed.body)).not.toContain(key);
  expect(await call(server, 'DELETE', `/api/v1/users/me/api-keys/${made.body.id}`, { token: person.token })).toMatchObject({ status: 204 });
  expect(await call(server, 'GET', '/api/v1/users/me', { token: key })).toMatchObject({ status: 401 });
});

test('preferences change field by field', async () => {
  const { server, mailbox } = stage;
  const { token } = await registerPerson(server, mailbox, { email: 'taste@example.org' });
  const change = (body: unknown) => call(server, 'PATCH', '/api/v1/users/me/preferences', { token, body });
  expect(await change({ theme: 'dark', notifications: { mentions: false } })).toMatchObject({ status: 200, body: { theme: 'dark', language: 'en', notifications: { mentions: false, invitations: true } } });
  expect(await change({ language: 'de' })).toMatchObject({ status: 200, body: { theme: 'dark', language: 'de', notifications: { mentions: false } } });
  expect(await change({ theme: 'pink' })).toMatchObject({ status: 422, body: { error: { code: 'INPUT_INVALID', params: { fields: [{ field: 'theme' }] } } } });
  expect(await change({ role: 'super_admin' })).toMatchObject({ status: 422 });
  expect(await call(server, 'PATCH', '/api/v1/users/me', { token, body: { name: 'Neu' } })).toMatchObject({ status: 200, body: { name: 'Neu', preferences: { theme: 'dark' } } });
});

test('an account goes after its export and thirty days, unless its holder changes their mind', async () => {
  const { server, mailbox } = stage;
  const person = await registerPerson(server, mailbox, { email: 'leaving@example.org' });
  const ask = (token: string, body: unknown = { password: person.password }) => call(server, 'DELETE', '/api/v1/users/me', { token, body });
  expect(await ask(person.token, { password: 'a wrong password' })).toMatchObject({ status: 403, body: { error: { code: 'PASSWORD_WRONG' } } });
  expect(await ask(person.token)).toMatchObject({ status: 409, body: { error: { code: 'EXPORT_FIRST' } } });
  const exported = await call(server, 'GET', '/api/v1/users/me/export', { token: person.token });
  expect(exported.body).toMatchObject({ format: 'uxflow-account-export', account: { email: person.email }, sessions: [{ ip_address: '127.0.0.1' }], audit: expect.arrayContaining([expect.objectContaining({ kind: 'AUTH_SIGNED_IN' })]), workspaces: { memberships: [] } });
  const text = JSON.stringify(exported.body);
  expect(text).not.toContain('argon2');
  expect(text).not.toContain(person.token);
  const asked = await ask(person.token);
  expect(asked.status).toBe(200);
  expect(Math.round((asked.body.deleteAt - Date.now()) / 86_400_000)).toBe(30);
  await mailbox.take(person.email, 'Your account will be deleted');
  expect(await call(server, 'GET', '/api/v1/users/me', { token: person.token })).toMatchObject({ status: 401 });

  const login = async () => (await call(server, 'POST', '/api/v1/users/login', { body: { email: person.email, password: person.password } })).body;
  const { token } = await login();
  expect(await call(server, 'GET', '/api/v1/users/me', { token })).toMatchObject({ status: 200 });
  expect(await call(server, 'GET', '/api/v1/users/me/api-keys', { token })).toMatchObject({ status: 403, body: { error: { code: 'ACCOUNT_CLOSING' } } });
  expect(await call(server, 'POST', '/api/v1/users/me/restore', { token })).toMatchObject({ status: 204 });
  expect(await call(server, 'GET', '/api/v1/users/me/api-keys', { token })).toMatchObject({ status: 200 });

  await ask(token);
  expect(await server.accounts.privacy.purge()).toBe(0);
  await server.database.pool.query(`update app_user set delete_at = now() - interval '1 second' where id = $1`, [person.userId]);
  expect(await server.accounts.privacy.purge()).toBe(1);
  const { rows } = await server.database.pool.query('select 1 from app_user where id = $1 union all select 1 from audit_event where user_id = $1 union all select 1 from session where user_id = $1 union all select 1 from credential where user_id = $1', [person.userId]);
  expect(rows).toEqual([]);
});

test('a desktop signs in by the browser: code and PKCE, once, on this machine only', async () => {
  const { server, mailbox } = stage;
  const person = await registerPerson(server, mailbox, { email: 'desktop@example.org' });
  const cookieLogin = await call(server, 'POST', '/api/v1/users/login', { body: { email: person.email, password: person.password, as: 'cookie' }, headers: { origin: server.url } });
  expect(cookieLogin.body).not.toHaveProperty('token');
  const cookie = cookieLogin.headers.getSetCookie()[0]!;
  expect(cookie).toMatch(/^uxflow=[^;]+;.*HttpOnly.*SameSite=Lax/);
  const session = { cookie: cookie.split(';')[0]! };
  const verifier = 'v'.repeat(50);
  const code_challenge = createHash('sha256').update(verifier).digest('base64url');
  const redirect_uri = 'http://127.0.0.1:51234/done';
  const query = (more: Record<string, string> = {}) => new URLSearchParams({ redirect_uri, state: 'state-12345', code_challenge, device: '<b>Ada\'s</b> laptop', ...more });
  const nobody = await call(server, 'GET', `/desktop?${query()}`);
  expect(nobody).toMatchObject({ status: 303 });
  expect(nobody.headers.get('location')).toMatch(/^\/sign-in\?next=%2Fdesktop/);
  const asked = await call(server, 'GET', `/desktop?${query()}`, { headers: session });
  expect(asked.body.text).toContain('&#60;b&#62;Ada');
  expect(asked.headers.get('content-security-policy')).toContain("form-action 'self' http://127.0.0.1:51234");
  for (const evil of ['https://evil.example/', 'http://127.0.0.1.evil.example:80/', 'http://localhost:1234/', 'http://127.0.0.1/', 'http://user@127.0.0.1:1/']) expect((await call(server, 'GET', `/desktop?${query({ redirect_uri: evil })}`, { headers: session })).status).toBe(400);

  const approve = (headers: Record<string, string>) => fetch(`${server.url}/desktop`, { method: 'POST', redirect: 'manual', headers: { ...session, ...headers }, body: new URLSearchParams([...query(), ['answer', 'yes']]) });
  expect((await approve({ origin: 'https://evil.example' })).status).toBe(403);
  expect((await approve({})).status).toBe(403);
  const back = new URL((await approve({ origin: server.url })).headers.get('location')!);
  expect(back.origin + back.pathname).toBe(redirect_uri);
  expect(back.searchParams.get('state')).toBe('state-12345');
  const redeem = (code: string, codeVerifier = verifier) => call(server, 'POST', '/api/v1/users/token', { body: { code, codeVerifier, redirectUri: redirect_uri } });
  const signedIn = await redeem(back.searchParams.get('code')!);
  expect(signedIn).toMatchObject({ status: 200, body: { status: 'signedIn', user: { email: person.email } } });
  expect(await call(server, 'GET', '/api/v1/users/me', { token: signedIn.body.token })).toMatchObject({ status: 200 });
  expect(await redeem(back.searchParams.get('code')!)).toMatchObject({ status: 400 });
  expect(await call(server, 'GET', '/api/v1/users/me', { token: signedIn.body.token })).toMatchObject({ status: 401 });
  const other = new URL((await approve({ origin: server.url })).headers.get('location')!).searchParams.get('code')!;
  expect(await redeem(other, 'w'.repeat(50))).toMatchObject({ status: 400, body: { error: { code: 'TOKEN_INVALID' } } });
  expect(await redeem(other)).toMatchObject({ status: 400 });
});

test('an old session makes no fresh one of itself by an app that it signs in', async () => {
  const { server, mailbox } = stage;
  const person = await registerPerson(server, mailbox, { email: 'stale@example.org' });
  const login = await call(server, 'POST', '/api/v1/users/login', { body: { email: person.email, password: person.password, as: 'cookie' }, headers: { origin: server.url } });
  const headers = { cookie: login.headers.getSetCookie()[0]!.split(';')[0]!, origin: server.url };
  const query = new URLSearchParams({ redirect_uri: 'http://127.0.0.1:51234/done', state: 'state-12345', code_challenge: createHash('sha256').update('v'.repeat(50)).digest('base64url'), device: 'Laptop' });
  const press = async (path: string, fields: URLSearchParams) => (await fetch(server.url + path, { method: 'POST', redirect: 'manual', headers, body: fields })).headers.get('location') ?? '';
  const approve = () => press('/desktop', new URLSearchParams([...query, ['answer', 'yes']]));
  expect(await approve()).toContain('code=');
  await server.database.pool.query(`update session set created_at = now() - interval '1 hour' where user_id = $1`, [person.userId]);
  const [led, asked] = [await approve(), (await call(server, 'GET', `/desktop?${query}`, { headers })).headers.get('location')];
  for (const location of [led, asked]) expect(location).toMatch(/^\/account\/confirm\?next=%2Fdesktop/);
  // Who proves it goes on from there.
  const next = new URLSearchParams(led.split('?')[1]).get('next')!;
  expect(await press('/account/confirm', new URLSearchParams({ password: person.password, next }))).toContain(next);
  expect(await approve()).toContain('code=');
});

test('a mail is tried again when the mail server is down, and waits sealed', async () => {
  const { server, mailbox } = stage;
  mailbox.isBroken = true;
  await call(server, 'POST', '/api/v1/users/register', { body: { email: 'patient@example.org', password: GOOD_PASSWORD, name: 'Patient' } });
  await expect.poll(async () => (await server.database.pool.query(`select state from pgboss.job where name = 'mail' and state = 'retry'`)).rowCount, { timeout: 10_000 }).toBe(1);
  const { rows } = await server.database.pool.query('select * from pgboss.job');
  expect(JSON.stringify(rows)).not.toContain('patient@example.org');
  mailbox.isBroken = false;
  await server.database.pool.query(`update pgboss.job set start_after = now() where state = 'retry'`);
  const token = secretOf(await mailbox.take('patient@example.org', 'Confirm'));
  const { rows: tables } = await server.database.pool.query('select * from verification');
  expect(JSON.stringify(tables)).not.toContain(token);
});

test('no secret and no password is in any line of the log', () => {
  const text = JSON.stringify(stage.lines);
  expect(stage.lines.some(({ message }) => message === 'a mail was not sent and is tried again')).toBe(true);
  for (const secret of [GOOD_PASSWORD, ...stage.mailbox.mails.flatMap((mail) => /#([\w-]{16,})/.exec(mail.text)?.[1] ?? [])]) expect(text).not.toContain(secret);
  expect(text).not.toMatch(/@example\.org/);
});
