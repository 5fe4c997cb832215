/** Chapter 6.2: passwords, over real HTTP and mail. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { call, GOOD_PASSWORD, registerPerson, type Answer, type Person } from '../testAccounts.ts';
import { startAccountServer, type AccountServer } from '../testAccountServer.ts';
import { requirement, tellMatrix } from './requirement.ts';

const BREACHED = 'lantern-gravel-oboe-17';
const folder = mkdtempSync(join(tmpdir(), 'uxflow-asvs-'));
let stage: AccountServer;
let count = 0;

beforeAll(async () => {
  writeFileSync(join(folder, 'breached.txt'), `${createHash('sha1').update(BREACHED).digest('hex')}\n`);
  stage = await startAccountServer({ BREACHED_PASSWORDS_FILE: join(folder, 'breached.txt') });
});
afterAll(async () => {
  await stage.close();
  rmSync(folder, { recursive: true });
});

const faultOf = ({ status, body }: Answer) => (status === 202 || status === 204 ? undefined : ((body as { error: { params: { fault?: string } } }).error.params.fault ?? `${status}`));
const register = (password: string, more: { email?: string; name?: string } = {}) => call(stage.server, 'POST', '/api/v1/users/register', { body: { email: `asvs${++count}@example.org`, name: 'Some One', password, ...more } });
const person = (password = GOOD_PASSWORD): Promise<Person> => registerPerson(stage.server, stage.mailbox, { email: `person${++count}@example.org`, password });
const login = (email: string, password: string) => call(stage.server, 'POST', '/api/v1/users/login', { body: { email, password } });
const change = ({ token }: Person, body: unknown) => call(stage.server, 'POST', '/api/v1/users/change-password', { token, body });
const pageOf = async (path: string) => String((await call(stage.server, 'GET', path)).body.text);

requirement('6.2.1', 'twelve characters do, eleven do not, at registration and at a change', async () => {
  expect(faultOf(await register('kv7-lantern'))).toBe('TOO_SHORT');
  expect(faultOf(await register('kv7-lantern2'))).toBeUndefined();
  expect(faultOf(await change(await person(), { currentPassword: GOOD_PASSWORD, newPassword: 'kv7-lantern' }))).toBe('TOO_SHORT');
});

requirement('6.2.2', 'after a change the new password opens and the old one does not', async () => {
  const who = await person();
  expect((await change(who, { currentPassword: GOOD_PASSWORD, newPassword: 'harbour-plum-44-tin' })).status).toBe(204);
  expect((await login(who.email, 'harbour-plum-44-tin')).status).toBe(200);
  expect((await login(who.email, GOOD_PASSWORD)).status).toBe(401);
});

requirement('6.2.3', 'a change with a wrong current password, or with none, is refused', async () => {
  const who = await person();
  expect(await change(who, { currentPassword: 'not-the-right-one-5', newPassword: 'harbour-plum-44-tin' })).toMatchObject({ status: 403, body: { error: { code: 'PASSWORD_WRONG' } } });
  expect((await change(who, { newPassword: 'harbour-plum-44-tin' })).status).toBe(422);
  expect((await login(who.email, GOOD_PASSWORD)).status).toBe(200);
});

requirement('6.2.4', 'common passwords and their usual disguises are refused', async () => {
  for (const password of ['passwordpassword', 'P@ssw0rd2026!!', 'Password1234', 'iloveyou123456', 'football2025', 'princess12345', 'Superman1234!', 'welcome123456', 'sunshine1234', 'letmein123456', '1qaz2wsx3edc4rfv', 'q1w2e3r4t5y6', 'christopher1', 'playstation2', 'Professional2024', 'liverpoolliverpool', 'unbelievable', 'dragonmonkey', 'Sunshinetiger7', 'M1ch@el123456', 'abc123abc123!', 'lihcruhc2025!']) expect([password, faultOf(await register(password))]).toEqual([password, 'COMMON']);
});

requirement('6.2.5', 'letters alone, digits in words, blanks and any script do', async () => {
  for (const password of ['violet tractors hum slowly', 'VIOLETTRACTORSHUM', '8306 1749 5527 90', 'фиолетовый трактор', '紫のトラクターが静かに鳴る夜', '🦊🌲🏔️🚜🎻🌧️🕯️🧭🪵🍂🌊🪨']) expect([password, faultOf(await register(password))]).toEqual([password, undefined]);
});

requirement('6.2.6', 'every field for a password on every page is of the kind that hides it', async () => {
  for (const path of ['/sign-in', '/sign-up', '/reset']) {
    const fields = (await pageOf(path)).match(/<input[^>]*name="\w*[pP]assword"[^>]*>/g) ?? [];
    expect([path, fields.length > 0, fields.filter((field) => !field.includes('type="password"'))]).toEqual([path, true, []]);
  }
});

requirement('6.2.7', 'fields say what they are for, and nothing stands in the way of pasting', async () => {
  for (const [path, purpose] of [['/sign-in', 'current-password'], ['/sign-up', 'new-password'], ['/reset', 'new-password']] as const) {
    const text = await pageOf(path);
    expect(text).toMatch(new RegExp(`<input[^>]*type="password"[^>]*autocomplete="${purpose}"`));
    expect(text).not.toMatch(/onpaste|oncopy|oninput|readonly/i);
  }
  expect(String((await call(stage.server, 'GET', '/assets/pages.js')).body.text)).not.toMatch(/paste|preventDefault/);
});

requirement('6.2.8', 'other case, blanks around it, or a shorter one do not open', async () => {
  const password = `  Violet-Tractor-91-${'hums '.repeat(15)}so `;
  const who = await person(password);
  expect((await login(who.email, password)).status).toBe(200);
  for (const other of [password.toLowerCase(), password.trim(), password.slice(0, 72)]) expect([other, (await login(who.email, other)).status]).toEqual([other, 401]);
});

requirement('6.2.9', 'sixty-four and a hundred and twenty-eight characters do', async () => {
  for (const length of [64, 128]) {
    const password = Array.from({ length }, (_, at) => 'violet tractor hums by night'[(at * 5) % 28]).join('');
    expect([length, faultOf(await register(password))]).toEqual([length, undefined]);
  }
});

requirement('6.2.10', 'a password that was set ten years ago still opens', async () => {
  const who = await person();
  await stage.server.database.pool.query(`update app_user set password_changed_at = now() - interval '10 years', created_at = now() - interval '10 years' where id = $1`, [who.userId]);
  expect(await login(who.email, GOOD_PASSWORD)).toMatchObject({ status: 200, body: { status: 'signedIn' } });
});

requirement('6.2.11', 'the name of the product, the address and the name of the person make no password', async () => {
  for (const [password, more] of [
    ['uxflow-uxflow!', {}],
    ['UX Flow 2026!!', {}],
    ['grace-hopper-1', { email: 'grace.hopper@example.org' }],
    ['Hopper190619', { email: 'someone.else@example.org', name: 'Grace Hopper' }],
  ] as const) expect([password, faultOf(await register(password, more))]).toEqual([password, 'PERSONAL']);
});

requirement('6.2.12', 'a password of the list of breached ones is refused at registration, change and reset', async () => {
  expect(faultOf(await register(BREACHED))).toBe('BREACHED');
  const who = await person();
  expect(faultOf(await change(who, { currentPassword: GOOD_PASSWORD, newPassword: BREACHED }))).toBe('BREACHED');
  await call(stage.server, 'POST', '/api/v1/users/forgot-password', { body: { email: who.email } });
  const token = /#([\w-]{16,})/.exec((await stage.mailbox.take(who.email, 'Set a new password')).text)![1];
  expect(faultOf(await call(stage.server, 'POST', '/api/v1/users/reset-password', { body: { token, password: BREACHED } }))).toBe('BREACHED');
});

requirement('6.1.2', 'the words of this product that a password may not be made of stand in the documentation', async () => {
  const { CONTEXT_WORDS } = await import('../../src/accounts/passwordPolicy.ts');
  const documented = readFileSync(join(import.meta.dirname, '../../../../docs/accounts.md'), 'utf8');
  expect(CONTEXT_WORDS.length).toBeGreaterThan(2);
  for (const word of CONTEXT_WORDS) expect([word, documented.includes(`\`${word}\``)]).toEqual([word, true]);
  for (const word of [...documented.matchAll(/`([^`]+)`/g)].map(([, one]) => one!).filter((one) => one.startsWith('uxflow') || one.startsWith('ux '))) expect(CONTEXT_WORDS).toContain(word);
});

tellMatrix();
