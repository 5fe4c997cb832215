/** Changing the address of an account over real HTTP and mail. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, GOOD_PASSWORD, registerPerson, type Answer } from '../../test/testAccounts.ts';
import { startAccountServer, type AccountServer } from '../../test/testAccountServer.ts';
import { secretOf } from '../../test/testMailbox.ts';

let stage: AccountServer;
beforeAll(async () => {
  stage = await startAccountServer({ ADMIN_EMAILS: 'chief@example.org,deputy@example.org,Boss@Example.org,reset@example.org' });
});
afterAll(() => stage.close());

const users = '/api/v1/users';
const ask = (token: string, email: string, password: string | undefined = GOOD_PASSWORD) => call(stage.server, 'POST', `${users}/me/email`, { token, body: { email, password } });
const post = (step: 'confirm' | 'undo', token: string) => call(stage.server, 'POST', `${users}/email/${step}`, { body: { token } });
const me = (token: string) => call(stage.server, 'GET', `${users}/me`, { token });
const login = (email: string, password = GOOD_PASSWORD) => call(stage.server, 'POST', `${users}/login`, { body: { email, password } });
const person = (name: string) => registerPerson(stage.server, stage.mailbox, { email: `${name}@example.org` });
const tokenOfMail = async (to: string, text: string) => secretOf(await stage.mailbox.take(to, text));

test('the new mailbox confirms; other devices are out, the one that asked stays; the address before signs nobody in', async () => {
  const { token, email, userId } = await person('before');
  const other = await login(email);
  await call(stage.server, 'POST', `${users}/forgot-password`, { body: { email } });
  const reset = await tokenOfMail(email, 'Set a new password');
  expect(await ask(token, 'After@Example.org ')).toMatchObject({ status: 202, body: { status: 'mailed' } });
  await stage.mailbox.take(email, 'is to get another address');
  const secret = await tokenOfMail('after@example.org', 'Confirm your new address');
  expect((await me(token)).body.email).toBe(email);
  expect(await post('confirm', secret)).toMatchObject({ status: 200, body: { email: 'after@example.org' } });
  expect(await post('confirm', secret)).toMatchObject({ status: 400, body: { error: { code: 'TOKEN_INVALID' } } });
  expect((await me(token)).body).toMatchObject({ id: userId, email: 'after@example.org', emailVerified: true });
  expect((await me(other.body.token as string)).status).toBe(401);
  expect((await login(email)).status).toBe(401);
  expect((await login('after@example.org')).status).toBe(200);
  // A link that went to the old mailbox is worth nothing any more.
  expect(await call(stage.server, 'POST', `${users}/reset-password`, { body: { token: reset, password: 'another-harbour-44' } })).toMatchObject({ status: 400 });
  expect((await stage.mailbox.take(email, 'has a new address')).text).toContain('after@example.org');
});

test('the old mailbox takes it back: every device is out, whatever was begun since is called off', async () => {
  const { token, email } = await person('victim');
  await ask(token, 'thief@example.org');
  await post('confirm', await tokenOfMail('thief@example.org', 'Confirm your new address'));
  await ask(token, 'thief-two@example.org');
  const second = await tokenOfMail('thief-two@example.org', 'Confirm your new address');
  const undo = await tokenOfMail(email, 'has a new address');
  // Both mails to the old address hold the same link.
  expect(await tokenOfMail(email, 'is to get another address')).toBe(undo);
  expect(await post('undo', undo)).toMatchObject({ status: 200, body: { email } });
  expect((await me(token)).status).toBe(401);
  expect(await post('confirm', second)).toMatchObject({ status: 400 });
  expect(await post('undo', undo)).toMatchObject({ status: 400 });
  expect((await login('thief@example.org')).status).toBe(401);
  expect((await login(email)).body.user).toMatchObject({ email, emailVerified: true });
});

test('what came into the account since the change was asked for goes with it', async () => {
  const { token, email, userId } = await person('robbed');
  const { pool } = stage.server.database;
  const add = async (name: string) => {
    await pool.query(`insert into passkey (id, user_id, credential_id, public_key, counter, transports, synced, aaguid, name) values ($1, $2, $1, '\\x00', 0, '{}', false, '', $1)`, [`passkey_${name}`, userId]);
    await pool.query(`insert into credential (id, account_id, provider_id, user_id) values ($1, $1, $2, $3)`, [`credential_${name}`, name, userId]);
  };
  await add('mine');
  await ask(token, 'robber@example.org');
  await add('theirs');
  const key = (await call(stage.server, 'POST', `${users}/me/api-keys`, { token, body: { name: 'theirs', scopes: ['read_projects'] } })).body.secret as string;
  expect((await call(stage.server, 'GET', '/api/v1/workspaces', { token: key })).status).toBe(200);
  await post('confirm', await tokenOfMail('robber@example.org', 'Confirm your new address'));
  expect((await post('undo', await tokenOfMail(email, 'has a new address'))).status).toBe(200);
  const back = (await login(email)).body.token as string;
  const ways = async (part: string) => (await call(stage.server, 'GET', `${users}/me/${part}`, { token: back })).body;
  const [keys, passkeys, providers] = [await ways('api-keys'), await ways('passkeys'), await ways('providers')];
  expect([keys.apiKeys.map(({ name }: { name: string }) => name), passkeys.passkeys.map(({ id }: { id: string }) => id), providers.linked.map(({ id }: { id: string }) => id)]).toEqual([[], ['passkey_mine'], ['mine']]);
  expect((await call(stage.server, 'GET', '/api/v1/workspaces', { token: key })).status).toBe(401);
});

test('while it can be undone nobody else gets the old address', async () => {
  const { token, email } = await person('leaver');
  await ask(token, 'left@example.org');
  await post('confirm', await tokenOfMail('left@example.org', 'Confirm your new address'));
  expect(await call(stage.server, 'POST', `${users}/register`, { body: { email, password: 'squatter-orchard-9', name: 'Squatter' } })).toMatchObject({ status: 202 });
  await stage.mailbox.take(email, 'still reserved');
  const squatter = await person('squatter');
  await ask(squatter.token, email);
  await stage.mailbox.take(squatter.email, 'is to get another address');
  expect(stage.mailbox.mails.filter(({ to, subject }) => to === email && subject.includes('Confirm your new'))).toEqual([]);
  expect(await post('undo', await tokenOfMail(email, 'has a new address'))).toMatchObject({ status: 200 });
});

test('no answer tells whether the new address has an account; its mailbox does', async () => {
  const [asker, known] = [await person('curious'), await person('known-one')];
  const answers: Answer[] = [];
  for (const email of [known.email, 'unknown-one@example.org']) answers.push(await ask(asker.token, email));
  expect(answers.map(({ status, body }) => [status, body])).toEqual([[202, { status: 'mailed' }], [202, { status: 'mailed' }]]);
  await stage.mailbox.take(known.email, 'You already have an account');
  for (const email of [known.email, 'unknown-one@example.org']) expect((await stage.mailbox.take(asker.email, email)).subject).toBe('Your account is to get another address');
});

test('it wants the password, or a proof of just now; the old address can call it off before', async () => {
  const { token, email, userId } = await person('guarded');
  expect(await ask(token, 'elsewhere@example.org', 'not-the-right-one')).toMatchObject({ status: 403, body: { error: { code: 'PASSWORD_WRONG' } } });
  const without = () => call(stage.server, 'POST', `${users}/me/email`, { token, body: { email: 'elsewhere@example.org' } });
  expect(await without()).toMatchObject({ status: 403, body: { error: { code: 'PROOF_NEEDED', params: { kinds: ['password'] } } } });
  expect(await ask(token, email)).toMatchObject({ status: 409, body: { error: { code: 'EMAIL_SAME' } } });
  await call(stage.server, 'POST', `${users}/me/confirm`, { token, body: { password: GOOD_PASSWORD } });
  expect((await without()).status).toBe(202);
  const confirm = await tokenOfMail('elsewhere@example.org', 'Confirm your new address');
  expect(await post('undo', await tokenOfMail(email, 'is to get another address'))).toMatchObject({ status: 200, body: { email } });
  expect((await me(token)).status).toBe(401);
  expect(await post('confirm', confirm)).toMatchObject({ status: 400 });
  const { rows } = await stage.server.database.pool.query<{ kind: string; data: unknown }>(`select kind, data from audit_event where user_id = $1 and kind like 'ACCOUNT_EMAIL%' order by at`, [userId]);
  expect(rows).toEqual([{ kind: 'ACCOUNT_EMAIL_ASKED', data: {} }, { kind: 'ACCOUNT_EMAIL_UNDONE', data: {} }]);
});

test('a later request takes the place of an earlier one, two accounts cannot both get an address, and what is old is worth nothing', async () => {
  const [one, two] = [await person('first'), await person('second')];
  await ask(one.token, 'wanted@example.org');
  const early = await tokenOfMail('wanted@example.org', 'Confirm your new address');
  await ask(one.token, 'wanted@example.org');
  const late = await tokenOfMail('wanted@example.org', 'Confirm your new address');
  await ask(two.token, 'wanted@example.org');
  const others = await tokenOfMail('wanted@example.org', 'Confirm your new address');
  expect(await post('confirm', early)).toMatchObject({ status: 400 });
  const both = await Promise.all([post('confirm', late), post('confirm', others)]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
  const loser = both[0]!.status === 200 ? two : one;
  await ask(loser.token, 'too-late@example.org');
  const expired = await tokenOfMail('too-late@example.org', 'Confirm your new address');
  await stage.server.database.pool.query(`update email_change set expires_at = now() - interval '1 second'`);
  expect(await post('confirm', expired)).toMatchObject({ status: 400 });
});

test('somebody who mistyped the address at the start can still set it right; that stranger can undo nothing', async () => {
  await call(stage.server, 'POST', `${users}/register`, { body: { email: 'mistypd@example.org', password: GOOD_PASSWORD, name: 'Mis' } });
  await stage.mailbox.take('mistypd@example.org', 'Confirm your address');
  const { body } = await login('mistypd@example.org');
  expect((await ask(body.token as string, 'chief@example.org')).status).toBe(202);
  expect(await post('confirm', await tokenOfMail('chief@example.org', 'Confirm your new address'))).toMatchObject({ status: 200 });
  expect((await me(body.token as string)).body).toMatchObject({ email: 'chief@example.org', emailVerified: true, role: 'super_admin' });
  expect(stage.mailbox.mails.filter(({ to, subject }) => to === 'mistypd@example.org' && subject.includes('address') && !subject.includes('Confirm'))).toEqual([]);
  // Nor is the mistyped address kept for anybody.
  expect((await person('mistypd')).userId).not.toBe(body.user.id);
});

test('the role of the server’s administrators follows their address, there and back; one that was given by hand stays', async () => {
  const { pool } = stage.server.database;
  const roleOf = async (userId: string) => (await pool.query('select role from app_user where id = $1', [userId])).rows[0].role as string;
  const move = async (who: { token: string }, to: string) => {
    expect((await ask(who.token, to)).status).toBe(202);
    expect((await post('confirm', await tokenOfMail(to, 'Confirm your new address'))).status).toBe(200);
  };
  const undo = async (from: string) => expect((await post('undo', await tokenOfMail(from, 'has a new address'))).status).toBe(200);

  const deputy = await person('deputy');
  expect(await roleOf(deputy.userId)).toBe('super_admin');
  await move(deputy, 'plain@example.org');
  expect([await roleOf(deputy.userId), (await me(deputy.token)).body.role]).toEqual(['user', 'user']);
  await undo('deputy@example.org');
  expect(await roleOf(deputy.userId)).toBe('super_admin');

  const climber = await person('climber');
  await move(climber, 'boss@example.org');
  expect(await roleOf(climber.userId)).toBe('super_admin');
  await undo('climber@example.org');
  expect(await roleOf(climber.userId)).toBe('user');
  expect((await pool.query(`select data from audit_event where user_id = $1 and kind = 'ACCOUNT_ROLE_CHANGED' order by at, id`, [climber.userId])).rows).toEqual([{ data: { by: 'address', role: 'super_admin' } }, { data: { by: 'address', role: 'user' } }]);

  const chosen = await person('chosen');
  await pool.query(`update app_user set role = 'admin' where id = $1`, [chosen.userId]);
  await move(chosen, 'chosen-too@example.org');
  expect(await roleOf(chosen.userId)).toBe('admin');
});

test('an address that is confirmed by a new password counts for the role as well', async () => {
  await call(stage.server, 'POST', `${users}/register`, { body: { email: 'reset@example.org', password: GOOD_PASSWORD, name: 'Reset' } });
  await call(stage.server, 'POST', `${users}/forgot-password`, { body: { email: 'reset@example.org' } });
  const token = await tokenOfMail('reset@example.org', 'Set a new password');
  expect((await call(stage.server, 'POST', `${users}/reset-password`, { body: { token, password: 'another-harbour-44' } })).status).toBe(204);
  expect((await login('reset@example.org', 'another-harbour-44')).body.user).toMatchObject({ emailVerified: true, role: 'super_admin' });
});
