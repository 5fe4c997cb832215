/** Beyond the chapters: what answers, the work behind them, and mails tell of accounts. */
import type * as crypto from 'node:crypto';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { call, GOOD_PASSWORD, registerPerson, type Answer, type Person } from '../testAccounts.ts';
import { startAccountServer, type AccountServer } from '../testAccountServer.ts';
import { totp } from '../testAuthenticator.ts';
import { requirement, tellMatrix } from './requirement.ts';

/** How often a password was hashed. */
const work = vi.hoisted(() => ({ hashes: 0 }));
vi.mock('node:crypto', async (original) => {
  const real = await original<typeof crypto>();
  const argon2: typeof real.argon2 = (...given: Parameters<typeof real.argon2>) => {
    work.hashes += 1;
    return real.argon2(...given);
  };
  return { ...real, argon2, default: { ...real, argon2 } };
});

const users = '/api/v1/users';
let stage: AccountServer;
let count = 0;
beforeAll(async () => {
  stage = await startAccountServer();
});
afterAll(() => stage.close());

const person = (): Promise<Person> => registerPerson(stage.server, stage.mailbox, { email: `oracle${++count}@example.org` });
const login = (email: string, password: string, headers: Record<string, string> = {}) => call(stage.server, 'POST', `${users}/login`, { body: { email, password }, headers });
const form = async (path: string, fields: Record<string, string>) => {
  const response = await fetch(stage.server.url + path, { method: 'POST', redirect: 'manual', headers: { origin: stage.server.url }, body: new URLSearchParams(fields) });
  return { status: response.status, headers: response.headers, body: { text: await response.text() } } as Answer;
};

requirement('6.3.8', 'each answer and its headers are the same for an address with an account and one without, and as much is computed', async () => {
  const known = (await person()).email;
  const unknown = 'unknown@example.org';
  const tries: [string, (email: string) => Promise<Answer>][] = [
    ['register', (email) => call(stage.server, 'POST', `${users}/register`, { body: { email, password: GOOD_PASSWORD, name: 'Some One' } })],
    ['forgot', (email) => call(stage.server, 'POST', `${users}/forgot-password`, { body: { email } })],
    ['resend', (email) => call(stage.server, 'POST', `${users}/resend-verification`, { body: { email } })],
    ['sign-in page', (email) => form('/sign-in', { email, password: 'a wrong password' })],
    ['sign-up page', (email) => form('/sign-up', { email, password: GOOD_PASSWORD, name: 'Some One' })],
    ['forgot page', (email) => form('/forgot', { email })],
    ['resend page', (email) => form('/resend', { email })],
    ['login', (email) => login(email, 'a wrong password')],
    ['single sign-on page', (email) => form('/sso', { email })],
  ];
  for (const [name, run] of tries) {
    const seen = [];
    // The unknown one comes first: to register makes it known.
    for (const email of [`${name.replaceAll(' ', '-')}-${unknown}`, known]) {
      const before = work.hashes;
      const { status, headers, body } = await run(email);
      const told = [...headers].filter(([header]) => !['date', 'content-length', 'x-request-id'].includes(header)).map(([header, value]) => `${header}: ${value.replaceAll(encodeURIComponent(email), 'EMAIL').replaceAll(email, 'EMAIL')}`);
      seen.push({ status, told, text: JSON.stringify(body).replaceAll(email, 'EMAIL'), hashes: work.hashes - before });
    }
    expect([name, seen[0]]).toEqual([name, seen[1]]);
  }
});

requirement('6.3.8', 'a wrong second factor, a wrong proof and a lock tell nothing of the password', async () => {
  const who = await person();
  // Locked alike, known or not.
  for (const email of [who.email, 'never-seen@example.org']) for (let n = 0; n < 3; n++) await login(email, `guess number ${n}`);
  const [one, two] = [await login(who.email, GOOD_PASSWORD), await login('never-seen@example.org', GOOD_PASSWORD)];
  const plain = ({ status, body }: Answer) => JSON.stringify([status, body]).replaceAll(/\d{2,}/g, 'N');
  expect(plain(one)).toBe(plain(two));
});

requirement('6.3.5', 'too many attempts and a sign-in from another device are told by mail', async () => {
  const who = await person();
  await login(who.email, GOOD_PASSWORD, { 'user-agent': 'Another browser on another machine' });
  await stage.server.database.pool.query(`update audit_event set ip_address = '198.51.100.7', user_agent = 'The old machine' where user_id = $1`, [who.userId]);
  await login(who.email, GOOD_PASSWORD, { 'user-agent': 'A browser that nobody has seen' });
  const other = await person();
  for (let n = 0; n < 5; n++) {
    await stage.server.database.pool.query('delete from sign_in_lock');
    await login(other.email, `guess number ${n}`);
  }
  await expect.poll(() => stage.mailbox.mails.filter(({ to }) => to === other.email).map(({ subject }) => subject)).toEqual([expect.stringContaining('Too many attempts')]);
  expect(stage.mailbox.mails.some(({ to, text }) => to === who.email && text.includes('A browser that nobody has seen'))).toBe(true);
});

requirement('6.3.7', 'a changed password, a second factor, a key and a passkey are told by mail', async () => {
  const who = await person();
  const mailOf = (text: string) => expect.poll(() => stage.mailbox.mails.filter(({ to }) => to === who.email).map(({ subject, text: body }) => `${subject} ${body}`).some((one) => one.includes(text))).toBe(true);
  expect((await call(stage.server, 'POST', `${users}/change-password`, { token: who.token, body: { currentPassword: GOOD_PASSWORD, newPassword: 'harbour-plum-44-tin' } })).status).toBe(204);
  await mailOf('Your password was changed');
  const { body } = await call(stage.server, 'POST', `${users}/me/second-factor`, { token: who.token, body: { password: 'harbour-plum-44-tin' } });
  await call(stage.server, 'POST', `${users}/me/second-factor/confirm`, { token: who.token, body: { code: totp(new URL(body.uri as string).searchParams.get('secret')!) } });
  await mailOf('second factor');
});

tellMatrix();
