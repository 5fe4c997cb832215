/** Accounts over real HTTP, a real Postgres and real mail. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, GOOD_PASSWORD } from '../../test/testAccounts.ts';
import { startAccountServer, type AccountServer } from '../../test/testAccountServer.ts';
import { secretOf } from '../../test/testMailbox.ts';

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
  const mail = await mailbox.take(email, 'Bestätigen Sie Ihre Adresse');
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
