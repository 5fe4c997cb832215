/** Many at once: what may happen once happens once, and nobody waits for ever for a connection. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, GOOD_PASSWORD, registerPerson } from '../../test/testAccounts.ts';
import { startAccountServer, type AccountServer } from '../../test/testAccountServer.ts';
import { totp } from '../../test/testAuthenticator.ts';
import { secretOf } from '../../test/testMailbox.ts';

let stage: AccountServer;
beforeAll(async () => {
  stage = await startAccountServer();
});
afterAll(() => stage.close());

const times = <T>(n: number, task: (n: number) => Promise<T>) => Promise.all(Array.from({ length: n }, (_, at) => task(at)));
const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status).sort((a, b) => a - b);

test('forty registrations of one address make one account, one event and one credential', async () => {
  const { server } = stage;
  const answers = await times(40, () => call(server, 'POST', '/api/v1/users/register', { body: { email: 'once@example.org', password: GOOD_PASSWORD, name: 'Once' } }));
  expect(new Set(statuses(answers))).toEqual(new Set([202]));
  const { rows } = await server.database.pool.query<{ users: number; credentials: number; events: number }>(
    `select count(distinct u.id)::int as users, count(distinct c.id)::int as credentials, count(distinct o.id)::int as events
     from app_user u left join credential c on c.user_id = u.id left join outbox o on o.user_id = u.id and o.type = 'USER_REGISTERED' where u.email = 'once@example.org'`,
  );
  expect(rows).toEqual([{ users: 1, credentials: 1, events: 1 }]);
});

test('a secret of a mail, a code of the second factor and the last place for a key are taken once', async () => {
  const { server, mailbox } = stage;
  await call(server, 'POST', '/api/v1/users/register', { body: { email: 'racer@example.org', password: GOOD_PASSWORD, name: 'Racer' } });
  const verify = secretOf(await mailbox.take('racer@example.org', 'Confirm'));
  expect(statuses(await times(8, () => call(server, 'POST', '/api/v1/users/verify-email', { body: { token: verify } })))).toEqual([200, ...Array<number>(7).fill(400)]);

  await call(server, 'POST', '/api/v1/users/forgot-password', { body: { email: 'racer@example.org' } });
  const reset = secretOf(await mailbox.take('racer@example.org', 'Set a new password'));
  const resets = await times(6, (n) => call(server, 'POST', '/api/v1/users/reset-password', { body: { token: reset, password: `a-raced-orchard-${n}` } }));
  expect(statuses(resets)).toEqual([204, ...Array<number>(5).fill(400)]);
  const password = `a-raced-orchard-${resets.findIndex(({ status }) => status === 204)}`;

  const { token } = (await call(server, 'POST', '/api/v1/users/login', { body: { email: 'racer@example.org', password } })).body;
  expect(statuses(await times(5, () => call(server, 'POST', '/api/v1/users/me/api-keys', { token, body: { name: 'Key', scopes: ['read_projects'] } })))).toEqual([201, 402, 402, 402, 402]);

  const begun = await call(server, 'POST', '/api/v1/users/me/second-factor', { token, body: { password } });
  const secret = new URL(begun.body.uri).searchParams.get('secret')!;
  await call(server, 'POST', '/api/v1/users/me/second-factor/confirm', { token, body: { code: totp(secret) } });
  const challenges = await times(4, async () => (await call(server, 'POST', '/api/v1/users/login', { body: { email: 'racer@example.org', password } })).body.challenge as string);
  const code = totp(secret, 1);
  expect(statuses(await Promise.all(challenges.map((challenge) => call(server, 'POST', '/api/v1/users/login/second-factor', { body: { challenge, code } }))))).toEqual([200, 401, 401, 401]);
});

test('the twenty-first device signs the first one out', async () => {
  const { server, mailbox } = stage;
  const { email, password, token } = await registerPerson(server, mailbox, { email: 'devices@example.org' });
  for (let n = 0; n < 19; n++) await call(server, 'POST', '/api/v1/users/login', { body: { email, password } });
  expect((await call(server, 'GET', '/api/v1/users/me', { token })).status).toBe(200);
  const last = await call(server, 'POST', '/api/v1/users/login', { body: { email, password } });
  expect((await call(server, 'GET', '/api/v1/users/me', { token })).status).toBe(401);
  expect((await call(server, 'GET', '/api/v1/users/me/sessions', { token: last.body.token })).body.sessions).toHaveLength(20);
});

test('the last super_admin stays, whoever asks at once; an admin touches no administrator', async () => {
  const { server, mailbox } = stage;
  const { pool } = server.database;
  const [one, two, admin, user] = await Promise.all(['one', 'two', 'admin', 'user'].map((name) => registerPerson(server, mailbox, { email: `${name}-a@example.org` })));
  await pool.query(`update app_user set role = case when id = $3 then 'admin' else 'super_admin' end, two_factor_enabled = true where id in ($1, $2, $3)`, [one!.userId, two!.userId, admin!.userId]);
  for (const { userId } of [one!, two!, admin!]) await server.access.revoke({ userId });
  const change = (by: { token: string }, userId: string, body: unknown) => call(server, 'PATCH', `/api/v1/admin/users/${userId}`, { token: by.token, body });
  expect(await change(admin!, one!.userId, { status: 'suspended' })).toMatchObject({ status: 403, body: { error: { code: 'SUPER_ADMIN_NEEDED' } } });
  expect(await change(admin!, user!.userId, { role: 'admin' })).toMatchObject({ status: 403 });
  expect(await change(admin!, user!.userId, { status: 'suspended' })).toMatchObject({ status: 200, body: { status: 'suspended' } });
  expect(await call(server, 'GET', '/api/v1/users/me', { token: user!.token })).toMatchObject({ status: 401 });
  expect(await call(server, 'POST', '/api/v1/users/login', { body: { email: user!.email, password: user!.password } })).toMatchObject({ status: 403, body: { error: { code: 'ACCOUNT_SUSPENDED' } } });
  expect((await call(server, 'GET', '/api/v1/admin/users?text=user-a', { token: admin!.token })).body.users).toMatchObject([{ email: 'user-a@example.org', status: 'suspended' }]);
  const answers = await Promise.all([change(one!, two!.userId, { role: 'user' }), change(two!, one!.userId, { role: 'user' })]);
  expect(answers.some(({ status }) => status === 200)).toBe(true);
  expect((await pool.query(`select 1 from app_user where role = 'super_admin'`)).rowCount).toBe(1);
});
