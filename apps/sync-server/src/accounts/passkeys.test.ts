/** Passkeys over real HTTP, by an authenticator that also lies. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, registerPerson, type Answer, type Person } from '../../test/testAccounts.ts';
import { startAccountServer, type AccountServer } from '../../test/testAccountServer.ts';
import { totp } from '../../test/testAuthenticator.ts';
import { createTestPasskey, type Deviation, type TestPasskey } from '../../test/testPasskey.ts';

let stage: AccountServer;
let origin: string;
beforeAll(async () => {
  stage = await startAccountServer();
  origin = `http://localhost:${stage.server.port}`;
});
afterAll(() => stage.close());

// oxlint-disable-next-line typescript/no-explicit-any -- the shapes of answers are what these tests look at
type Heard = Answer<any>;
const users = '/api/v1/users';
const refused = { status: 401, body: { error: { code: 'PASSKEY_FAILED' } } };
const forget = () => stage.server.database.pool.query('delete from sign_in_lock; delete from failed_sign_in');

function register({ token }: Pick<Person, 'token'>, passkey: TestPasskey, deviation: Deviation = {}, name = 'Laptop'): Promise<Heard> {
  return call(stage.server, 'POST', `${users}/me/passkeys/options`, { token }).then((options) => call(stage.server, 'POST', `${users}/me/passkeys`, { token, body: { name, response: passkey.attest(options.body, deviation) } }));
}

function signIn(passkey: TestPasskey, deviation: Deviation = {}): Promise<Heard> {
  return call(stage.server, 'POST', `${users}/login/passkey/options`).then((options) => call(stage.server, 'POST', `${users}/login/passkey`, { body: { response: passkey.assert(options.body, deviation) } }));
}

async function somebody(name: string): Promise<Person & { passkey: TestPasskey; passkeyId: string }> {
  const person = await registerPerson(stage.server, stage.mailbox, { email: `${name}@example.org` });
  const passkey = createTestPasskey(origin);
  const made = await register(person, passkey);
  expect(made.status).toBe(201);
  return { ...person, passkey, passkeyId: made.body.id as string };
}

test('a passkey is made, told of by mail, listed, renamed, signs in, and is removed', async () => {
  const person = await registerPerson(stage.server, stage.mailbox, { email: 'passkey@example.org' });
  const options = await call(stage.server, 'POST', `${users}/me/passkeys/options`, { token: person.token });
  expect(options.body).toMatchObject({ rp: { id: 'localhost' }, user: { name: 'passkey@example.org' }, attestation: 'none', authenticatorSelection: { residentKey: 'required', userVerification: 'required' } });
  const passkey = createTestPasskey(origin);
  const made = await call(stage.server, 'POST', `${users}/me/passkeys`, { token: person.token, body: { name: 'Laptop', response: passkey.attest(options.body) } });
  expect(made).toMatchObject({ status: 201, body: { name: 'Laptop', lastUsedAt: null } });
  expect((await stage.mailbox.take(person.email, 'How your account is entered was changed')).text).toContain('passkey “Laptop” was added');

  expect(await call(stage.server, 'PATCH', `${users}/me/passkeys/${made.body.id}`, { token: person.token, body: { name: 'Old laptop' } })).toMatchObject({ status: 200, body: { name: 'Old laptop' } });
  const signedIn = await signIn(passkey);
  expect(signedIn).toMatchObject({ status: 200, body: { status: 'signedIn', user: { id: person.userId, passkeys: 1 } } });
  const listed = await call(stage.server, 'GET', `${users}/me/passkeys`, { token: signedIn.body.token });
  expect(listed.body).toMatchObject({ possible: true, passkeys: [{ name: 'Old laptop', lastUsedAt: expect.any(Number) }] });
  const audit = (await call(stage.server, 'GET', `${users}/me/export`, { token: signedIn.body.token })).body;
  expect(audit.audit.map(({ kind }: { kind: string }) => kind)).toEqual(expect.arrayContaining(['PASSKEY_ADDED', 'AUTH_SIGNED_IN']));
  expect(JSON.stringify(audit.passkeys)).not.toContain('public_key');

  expect(await call(stage.server, 'DELETE', `${users}/me/passkeys/${made.body.id}`, { token: signedIn.body.token })).toMatchObject({ status: 204 });
  expect(await signIn(passkey)).toMatchObject(refused);
  await stage.mailbox.take(person.email, 'was removed');
});

test.each<[string, Deviation]>([
  ['another origin', { origin: 'https://evil.example' }],
  ['the same machine at another port', { origin: 'http://localhost:1' }],
  ['another relying party', { rpId: 'evil.example' }],
  ['nobody verified', { userVerified: false }],
  ['a wrong signature', { badSignature: true }],
  ['a made-up challenge', { challenge: 'bWFkZSB1cCBjaGFsbGVuZ2UsIDMyIGJ5dGVzIGxvbmc' }],
  ['an attestation', { type: 'webauthn.create' }],
])('a sign-in with %s is refused', async (what, deviation) => {
  const { passkey } = await somebody(`signer-${what.replace(/\W+/g, '-')}`.slice(0, 40).toLowerCase());
  expect(await signIn(passkey, deviation)).toMatchObject(refused);
  await forget();
  expect(await signIn(passkey)).toMatchObject({ status: 200 });
});

test.each<[string, Deviation]>([
  ['another origin', { origin: 'https://evil.example' }],
  ['another relying party', { rpId: 'evil.example' }],
  ['nobody verified', { userVerified: false }],
  ['a made-up challenge', { challenge: 'bWFkZSB1cCBjaGFsbGVuZ2UsIDMyIGJ5dGVzIGxvbmc' }],
  ['an assertion', { type: 'webauthn.get' }],
])('a passkey made with %s is not kept', async (what, deviation) => {
  const person = await registerPerson(stage.server, stage.mailbox, { email: `maker-${what.replace(/\W+/g, '-')}@example.org` });
  expect(await register(person, createTestPasskey(origin), deviation)).toMatchObject(refused);
  expect((await call(stage.server, 'GET', `${users}/me/passkeys`, { token: person.token })).body.passkeys).toEqual([]);
});

test('a challenge works once, for what it was made, and not after its time', async () => {
  const { passkey, token } = await somebody('replayed');
  const options = await call(stage.server, 'POST', `${users}/login/passkey/options`);
  const response = passkey.assert(options.body);
  const send = (given: unknown) => call(stage.server, 'POST', `${users}/login/passkey`, { body: { response: given } });
  expect(await send(response)).toMatchObject({ status: 200 });
  expect(await send(response)).toMatchObject(refused);
  // Spent by a failure as well: the second try with it cannot be right any more.
  const other = await call(stage.server, 'POST', `${users}/login/passkey/options`);
  expect(await send(passkey.assert(other.body, { badSignature: true }))).toMatchObject(refused);
  expect(await send(passkey.assert(other.body))).toMatchObject(refused);
  await forget();
  // One of a registration or a proof signs nobody in.
  const confirm = await call(stage.server, 'POST', `${users}/me/confirm/options`, { token });
  expect(await send(passkey.assert(confirm.body.passkey))).toMatchObject(refused);
  const old = await call(stage.server, 'POST', `${users}/login/passkey/options`);
  await stage.server.database.pool.query(`update passkey_challenge set expires_at = now() - interval '1 second'`);
  expect(await send(passkey.assert(old.body))).toMatchObject(refused);
});

test('two at once cannot both use a challenge', async () => {
  const { passkey } = await somebody('twice');
  const options = await call(stage.server, 'POST', `${users}/login/passkey/options`);
  const answers = await Promise.all([1, 2, 3, 4].map(() => call(stage.server, 'POST', `${users}/login/passkey`, { body: { response: passkey.assert(options.body) } })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
});

test('a counter that goes back is a copy: refused, and on record', async () => {
  const { passkey, userId } = await somebody('copied');
  expect(await signIn(passkey)).toMatchObject({ status: 200 });
  expect(await signIn(passkey, { counter: 1 })).toMatchObject(refused);
  expect(await signIn(passkey, { counter: 0 })).toMatchObject(refused);
  await forget();
  const { rowCount } = await stage.server.database.pool.query(`select 1 from audit_event where user_id = $1 and kind = 'SECURITY_PASSKEY_COPIED'`, [userId]);
  expect(rowCount).toBe(2);
  // Without the key nobody can put that on record.
  expect(await signIn(passkey, { counter: 0, badSignature: true })).toMatchObject(refused);
  expect((await stage.server.database.pool.query(`select 1 from audit_event where user_id = $1 and kind = 'SECURITY_PASSKEY_COPIED'`, [userId])).rowCount).toBe(2);
  await forget();
  passkey.counter = 10;
  expect(await signIn(passkey)).toMatchObject({ status: 200 });
});

test('a key opens only the account that it belongs to', async () => {
  const [one, two] = [await somebody('one'), await somebody('two')];
  const handle = Buffer.from(two.userId).toString('base64url');
  expect(await signIn(one.passkey, { userHandle: handle })).toMatchObject(refused);
  expect(await signIn(one.passkey, { credentialId: two.passkey.credentialId, userHandle: handle })).toMatchObject(refused);
  await forget();
  // Nor is one's own key a proof in the session of another, or a challenge of another session.
  const options = await call(stage.server, 'POST', `${users}/me/confirm/options`, { token: two.token });
  const confirm = (token: string, passkey: TestPasskey) => call(stage.server, 'POST', `${users}/me/confirm`, { token, body: { passkey: passkey.assert(options.body.passkey) } });
  expect(await confirm(two.token, one.passkey)).toMatchObject(refused);
  expect(await confirm(two.token, two.passkey)).toMatchObject(refused);
  const again = await call(stage.server, 'POST', `${users}/me/confirm/options`, { token: two.token });
  expect(await call(stage.server, 'POST', `${users}/me/confirm`, { token: one.token, body: { passkey: one.passkey.assert(again.body.passkey) } })).toMatchObject(refused);
  expect(await call(stage.server, 'DELETE', `${users}/me/passkeys/${one.passkeyId}`, { token: two.token })).toMatchObject({ status: 404, body: { error: { code: 'PASSKEY_NOT_FOUND' } } });
  expect(await call(stage.server, 'PATCH', `${users}/me/passkeys/${one.passkeyId}`, { token: two.token, body: { name: 'Mine' } })).toMatchObject({ status: 404 });
  // A key that an account has already is not given to a second one.
  expect(await register(two, one.passkey)).toMatchObject(refused);
});

test('an unknown key is answered like a known one that signed wrongly, and both are locked out', async () => {
  const { passkey } = await somebody('known-key');
  const unknown = createTestPasskey(origin);
  unknown.attest({ user: { id: 'dW5rbm93bg' }, rp: { id: 'localhost' }, challenge: 'x' });
  const known = [];
  const strange = [];
  for (let n = 0; n < 4; n++) {
    known.push(await signIn(passkey, { badSignature: true }));
    strange.push(await signIn(unknown));
  }
  const seen = (answers: Heard[]) => answers.map(({ status, body }) => [status, body.error.code]);
  expect(seen(known)).toEqual([[401, 'PASSKEY_FAILED'], [401, 'PASSKEY_FAILED'], [401, 'PASSKEY_FAILED'], [429, 'SIGN_IN_LOCKED']]);
  expect(seen(strange)).toEqual(seen(known));
  expect(await signIn(passkey)).toMatchObject({ status: 429 });
  await forget();
});

test('a passkey is both factors: no code is asked for, and administrators may go on', async () => {
  const { passkey, token, password, userId, email } = await somebody('both-factors');
  const begun = await call(stage.server, 'POST', `${users}/me/second-factor`, { token, body: { password } });
  const secret = new URL(begun.body.uri).searchParams.get('secret')!;
  expect((await call(stage.server, 'POST', `${users}/me/second-factor/confirm`, { token, body: { code: totp(secret) } })).status).toBe(200);
  expect(await call(stage.server, 'POST', `${users}/login`, { body: { email, password } })).toMatchObject({ body: { status: 'secondFactor' } });
  expect(await signIn(passkey)).toMatchObject({ status: 200, body: { status: 'signedIn', user: { id: userId } } });

  const chief = await somebody('chief');
  await stage.server.database.pool.query(`update app_user set role = 'admin' where id = $1`, [chief.userId]);
  const byPassword = await call(stage.server, 'POST', `${users}/login`, { body: { email: chief.email, password: chief.password } });
  expect(await call(stage.server, 'GET', '/api/v1/admin/users', { token: byPassword.body.token })).toMatchObject({ status: 403, body: { error: { code: 'TWO_FACTOR_NEEDED' } } });
  const byKey = await signIn(chief.passkey);
  expect(await call(stage.server, 'GET', '/api/v1/admin/users', { token: byKey.body.token })).toMatchObject({ status: 200 });
});

test('what a session was made with goes on to the app that it approves, and stays when the second factor is switched on', async () => {
  const { server } = stage;
  const { passkey, password, userId, token } = await somebody('app-holder');
  await server.database.pool.query(`update app_user set role = 'admin' where id = $1`, [userId]);
  const options = await call(server, 'POST', `${users}/login/passkey/options`);
  const web = await call(server, 'POST', `${users}/login/passkey`, { body: { response: passkey.assert(options.body), as: 'cookie', deviceName: 'Kitchen' } });
  const cookie = web.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  expect(web.body).not.toHaveProperty('token');
  const verifier = 'abcdefghij'.repeat(5);
  const redirectUri = 'http://127.0.0.1:9/done';
  const fields = new URLSearchParams({ redirect_uri: redirectUri, state: 'state-of-the-app', code_challenge: createHash('sha256').update(verifier).digest('base64url'), device: 'App', answer: 'yes' });
  const approved = await fetch(`${server.url}/desktop`, { method: 'POST', redirect: 'manual', headers: { cookie, origin: server.url, 'content-type': 'application/x-www-form-urlencoded' }, body: fields });
  const code = new URL(approved.headers.get('location')!).searchParams.get('code');
  const app = await call(server, 'POST', `${users}/token`, { body: { code, codeVerifier: verifier, redirectUri } });
  expect(await call(server, 'GET', '/api/v1/admin/users', { token: app.body.token as string })).toMatchObject({ status: 200 });
  // The session that was there before the passkey was used is none of one.
  expect(await call(server, 'GET', '/api/v1/admin/users', { token })).toMatchObject({ status: 403 });

  const begun = await call(server, 'POST', `${users}/me/second-factor`, { token: app.body.token as string, body: { password } });
  const confirmed = await call(server, 'POST', `${users}/me/second-factor/confirm`, { token: app.body.token as string, body: { code: totp(new URL(begun.body.uri as string).searchParams.get('secret')!) } });
  const { body } = await call(server, 'GET', `${users}/me/sessions`, { token: confirmed.body.token as string });
  expect(body.sessions.find(({ current }: { current: boolean }) => current)).toMatchObject({ kind: 'desktop', deviceName: 'App' });
  expect((await server.database.pool.query('select method from session where token_hash = $1', [createHash('sha256').update(confirmed.body.token as string).digest('hex')])).rows).toEqual([{ method: 'passkey' }]);
});

test('an old session proves again that it is its holder before it changes how the account is entered', async () => {
  const { passkey, token, password, passkeyId } = await somebody('stale');
  const age = () => stage.server.database.pool.query(`update session set created_at = now() - interval '1 hour', confirmed_at = null where user_id = (select user_id from passkey where id = $1)`, [passkeyId]).then(() => stage.server.access.revoke({}));
  const begin = () => call(stage.server, 'POST', `${users}/me/passkeys/options`, { token });
  const confirm = (body: unknown) => call(stage.server, 'POST', `${users}/me/confirm`, { token, body });
  await age();
  expect(await begin()).toMatchObject({ status: 403, body: { error: { code: 'SIGN_IN_AGAIN' } } });
  expect(await confirm({})).toMatchObject({ status: 403, body: { error: { code: 'PROOF_NEEDED', params: { kinds: ['passkey', 'password'] } } } });
  expect(await confirm({ password: 'not-the-right-one' })).toMatchObject({ status: 403, body: { error: { code: 'PASSWORD_WRONG' } } });
  expect(await confirm({ code: '123456' })).toMatchObject({ status: 403, body: { error: { code: 'PROOF_NEEDED' } } });
  expect(await begin()).toMatchObject({ status: 403 });
  expect(await confirm({ password })).toMatchObject({ status: 204 });
  expect(await begin()).toMatchObject({ status: 200 });
  await age();
  const options = await call(stage.server, 'POST', `${users}/me/confirm/options`, { token });
  expect(options.body).toMatchObject({ kinds: ['passkey', 'password'], passkey: { allowCredentials: [{ id: passkey.credentialId }] } });
  expect(await confirm({ passkey: passkey.assert(options.body.passkey) })).toMatchObject({ status: 204 });
  expect(await begin()).toMatchObject({ status: 200 });
});

test('the last way in stays', async () => {
  const { passkeyId, userId, token, passkey } = await somebody('only-key');
  await stage.server.database.pool.query('delete from credential where user_id = $1', [userId]);
  const remove = () => call(stage.server, 'DELETE', `${users}/me/passkeys/${passkeyId}`, { token });
  expect(await remove()).toMatchObject({ status: 409, body: { error: { code: 'LAST_WAY_IN' } } });
  const second = await register({ token }, createTestPasskey(origin), {}, 'Second');
  expect(second.status).toBe(201);
  // Both at once: one of them must stay.
  const both = await Promise.all([remove(), call(stage.server, 'DELETE', `${users}/me/passkeys/${second.body.id}`, { token })]);
  expect(both.map(({ status }) => status).sort()).toEqual([204, 409]);
  expect((await call(stage.server, 'GET', `${users}/me/passkeys`, { token })).body.passkeys).toHaveLength(1);
  expect([200, 401]).toContain((await signIn(passkey)).status);
});

test('where browsers allow no passkeys the server says so', async () => {
  const bare = await startAccountServer({ PUBLIC_URL: 'http://192.0.2.7:4455' });
  try {
    expect(await call(bare.server, 'POST', `${users}/login/passkey/options`)).toMatchObject({ status: 409, body: { error: { code: 'PASSKEYS_IMPOSSIBLE' } } });
  } finally {
    await bare.close();
  }
});
