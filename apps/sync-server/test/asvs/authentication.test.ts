/** Chapter 6 without passwords: sign-in and factors, over real HTTP, pages and mail. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { ACCOUNT_STEPS, ADDRESS_FAILURES } from '../../src/accounts/lockout.ts';
import { call, GOOD_PASSWORD, registerPerson, type Answer, type Person } from '../testAccounts.ts';
import { startAccountServer, type AccountServer } from '../testAccountServer.ts';
import { totp, wrongCode } from '../testAuthenticator.ts';
import { secretOf } from '../testMailbox.ts';
import { socketUrl } from '../testServer.ts';
import { openTestSocket } from '../testSocket.ts';
import { requirement, tellMatrix } from './requirement.ts';

const guide = readFileSync(join(import.meta.dirname, '../../../../docs/accounts.md'), 'utf8');
const documented = guide.replace(/\s+/g, ' ');
const users = '/api/v1/users';
let stage: AccountServer;
/** A server as careful as it comes: usual limits, two factors of everybody. */
let careful: AccountServer;
let count = 0;

beforeAll(async () => {
  [stage, careful] = await Promise.all([startAccountServer(), startAccountServer({ RATE_FACTOR: '1', REQUIRE_SECOND_FACTOR: 'everybody' })]);
});
afterAll(() => Promise.all([stage.close(), careful.close()]));

const codeOf = ({ body }: Answer) => (body as { error?: { code: string } }).error?.code;
const person = (on = stage): Promise<Person> => registerPerson(on.server, on.mailbox, { email: `auth${++count}@example.org` });
const login = ({ email }: Pick<Person, 'email'>, password = GOOD_PASSWORD, on = stage) => call(on.server, 'POST', `${users}/login`, { body: { email, password } });
const sql = (text: string, values: unknown[] = []) => stage.server.database.pool.query(text, values);
const finish = (challenge: string, given: Record<string, string>) => call(stage.server, 'POST', `${users}/login/second-factor`, { body: { challenge, ...given } });

interface Careful extends Person {
  secret: string;
  codes: string[];
}
/** Somebody with an authenticator app. */
async function withFactor(who?: Person, on = stage): Promise<Careful> {
  const one = who ?? (await person(on));
  const { body } = await call(on.server, 'POST', `${users}/me/second-factor`, { token: one.token, body: { password: one.password } });
  const secret = new URL(body.uri as string).searchParams.get('secret')!;
  const { body: renewed } = await call(on.server, 'POST', `${users}/me/second-factor/confirm`, { token: one.token, body: { code: totp(secret) } });
  return { ...one, token: renewed.token as string, secret, codes: body.backupCodes as string[] };
}
async function mailedSecret(who: Pick<Person, 'email'>): Promise<string> {
  await call(stage.server, 'POST', `${users}/forgot-password`, { body: { email: who.email } });
  return secretOf(await stage.mailbox.take(who.email, 'Set a new password'));
}
const verifier = 'v'.repeat(50);
const redirectUri = 'http://127.0.0.1:51234/done';
/** The code that a browser hands to a desktop. */
async function desktopCode(who: Person, challengeOf = verifier): Promise<string> {
  const { headers } = await call(stage.server, 'POST', `${users}/login`, { body: { email: who.email, password: who.password, as: 'cookie' }, headers: { origin: stage.server.url } });
  const cookie = headers.getSetCookie()[0]!.split(';')[0]!;
  const fields = { redirect_uri: redirectUri, state: 'state-12345', code_challenge: createHash('sha256').update(challengeOf).digest('base64url'), device: 'Laptop', answer: 'yes' };
  const response = await fetch(`${stage.server.url}/desktop`, { method: 'POST', redirect: 'manual', headers: { cookie, origin: stage.server.url }, body: new URLSearchParams(fields) });
  return new URL(response.headers.get('location')!).searchParams.get('code')!;
}
const redeem = (code: string, codeVerifier = verifier) => call(stage.server, 'POST', `${users}/token`, { body: { code, codeVerifier, redirectUri } });

requirement('6.1.1', 'the documented steps are those of the code, and who is locked out by others is told the way back', () => {
  const spoken: Record<number, string> = { 5: '5 minutes', 15: 'a quarter', 60: 'an hour', [24 * 60]: 'a day' };
  const [first, ...rest] = [...ACCOUNT_STEPS].reverse().map(([failures, minutes]) => [failures, spoken[minutes]] as const);
  expect(documented).toContain(`${first![0]} failures within an hour ${first![1]}, ${rest.map(([failures, time]) => `${failures} ${time}`).join(', ')}; ${ADDRESS_FAILURES} from one address an hour for that address`);
  expect(documented).toContain('A new password by mail lifts the lock of an account');
  expect(documented).toContain('`RATE_FACTOR`');
});

requirement('6.1.3', 'every route that can sign somebody in stands in the table of ways, and nothing else does', () => {
  const table = [...guide.matchAll(/^\| [^|]+ \| ((?:`[^`]+`(?:, )?)+) \|/gm)].flatMap(([, cell]) => [...cell!.matchAll(/`([^`]+)`/g)].map(([, route]) => route!)).filter((route) => /^[A-Z]+ \//.test(route));
  const routes = [...stage.server.rules()].filter(([route, { as }]) => as === 'anyone' && !STATIC.test(route)).map(([route]) => route);
  expect(table.length).toBeGreaterThan(8);
  expect([...new Set(table)].filter((route) => !stage.server.rules().has(route))).toEqual([]);
  expect(routes.filter((route) => !table.includes(route) && !SIGNS_NOBODY_IN.has(route))).toEqual([]);
});

requirement('6.3.1', 'after three wrong passwords the right one is refused too, on the page as by the API, for unknown addresses alike', async () => {
  const who = await person();
  for (const email of [who.email, 'nobody-at-all@example.org']) {
    for (let n = 0; n < 3; n++) expect([email, (await login({ email }, `guess number ${n}`)).status]).toEqual([email, 401]);
    expect([email, codeOf(await login({ email }))]).toEqual([email, 'SIGN_IN_LOCKED']);
    const page = await fetch(`${stage.server.url}/sign-in`, { method: 'POST', redirect: 'manual', headers: { origin: stage.server.url }, body: new URLSearchParams({ email, password: GOOD_PASSWORD }) });
    expect([email, page.status, page.headers.getSetCookie().length]).toEqual([email, 429, 0]);
  }
});

requirement('6.3.1', 'the holder of an account that others have locked gets in by a new password from the mailbox', async () => {
  const who = await person();
  for (let n = 0; n < 3; n++) await login(who, `guess number ${n}`);
  const token = await mailedSecret(who);
  expect((await call(stage.server, 'POST', `${users}/reset-password`, { body: { token, password: 'unlocked-by-mail-8' } })).status).toBe(204);
  expect((await login(who, 'unlocked-by-mail-8')).status).toBe(200);
});

requirement('6.3.2', 'a new server has no account and no key, and the usual names open nothing', async () => {
  const fresh = await startAccountServer();
  try {
    const { rows } = await fresh.server.database.pool.query('select (select count(*)::int from app_user) as users, (select count(*)::int from api_key) as keys, (select count(*)::int from credential) as credentials');
    expect(rows[0]).toEqual({ users: 0, keys: 0, credentials: 0 });
    for (const name of ['admin', 'root', 'administrator', 'test']) for (const password of [name, 'password', 'changeme']) expect((await call(fresh.server, 'POST', `${users}/login`, { body: { email: `${name}@localhost.localdomain`, password } })).status).not.toBe(200);
  } finally {
    await fresh.close();
  }
});

requirement('6.3.3', 'where two factors are wanted of everybody, who has one sets up another and does nothing else', async () => {
  const who = await person(careful);
  for (const path of ['/workspaces', '/users/me/api-keys', '/invitations']) expect([path, codeOf(await call(careful.server, 'GET', `/api/v1${path}`, { token: who.token }))]).toEqual([path, 'TWO_FACTOR_NEEDED']);
  const socket = await openTestSocket(socketUrl(careful.server.port));
  socket.send({ type: 'hello', protocol: 1, token: who.token, schemas: 1, rules: 1, device: 'device_1' });
  expect(await socket.end()).toMatchObject({ reason: 'SESSION_INVALID' });
  // Nor by the pages: a key would go around the second factor.
  const { headers } = await call(careful.server, 'POST', `${users}/login`, { body: { email: who.email, password: who.password, as: 'cookie' }, headers: { origin: careful.server.url } });
  const made = await fetch(`${careful.server.url}/account/keys/make`, { method: 'POST', redirect: 'manual', headers: { cookie: headers.getSetCookie()[0]!.split(';')[0]!, origin: careful.server.url }, body: new URLSearchParams({ name: 'Key', days: '30', 'scope-read_projects': 'on' }) });
  expect([made.status, (await careful.server.database.pool.query('select 1 from api_key')).rowCount]).toEqual([403, 0]);
  const safe = await withFactor(who, careful);
  expect((await call(careful.server, 'GET', '/api/v1/workspaces', { token: safe.token })).status).toBe(200);
  expect(documented).toContain('`REQUIRE_SECOND_FACTOR`');
});

requirement('6.3.3', 'administration wants two factors on every server', async () => {
  const who = await person();
  await sql(`update app_user set role = 'super_admin' where id = $1`, [who.userId]);
  await stage.server.access.revoke({});
  expect(codeOf(await call(stage.server, 'GET', '/api/v1/admin/users', { token: who.token }))).toBe('TWO_FACTOR_NEEDED');
  const safe = await withFactor(who);
  expect((await call(stage.server, 'GET', '/api/v1/admin/users', { token: safe.token })).status).toBe(200);
});

requirement('6.3.4', 'a locked account is locked wherever a password is asked for, and a suspended one comes in nowhere', async () => {
  const who = await person();
  for (let n = 0; n < 3; n++) await login(who, `guess number ${n}`);
  const asked: [string, string, unknown][] = [
    ['POST', `${users}/login`, { email: who.email, password: who.password }],
    ['POST', `${users}/change-password`, { currentPassword: who.password, newPassword: 'harbour-plum-44-tin' }],
    ['POST', `${users}/me/confirm`, { password: who.password }],
    ['POST', `${users}/me/second-factor`, { password: who.password }],
    ['DELETE', `${users}/me`, { password: who.password, withoutExport: true }],
  ];
  for (const [method, path, body] of asked) expect([path, codeOf(await call(stage.server, method, path, { token: who.token, body }))]).toEqual([path, 'SIGN_IN_LOCKED']);
  const other = await person();
  const code = await desktopCode(other);
  await sql(`update app_user set status = 'suspended' where id = $1`, [other.userId]);
  await stage.server.access.revoke({});
  expect([codeOf(await login(other)), (await redeem(code)).status]).toEqual(['ACCOUNT_SUSPENDED', 403]);
  const page = await fetch(`${stage.server.url}/sign-in`, { method: 'POST', redirect: 'manual', headers: { origin: stage.server.url }, body: new URLSearchParams({ email: other.email, password: other.password }) });
  expect([page.status, page.headers.getSetCookie().length]).toEqual([403, 0]);
});

requirement('6.4.1', 'the secrets of mails are random, run out, work once and sign nobody in', async () => {
  const who = await person();
  const secrets = new Set<string>();
  for (let n = 0; n < 3; n++) secrets.add(await mailedSecret(who));
  expect([secrets.size, [...secrets].every((one) => one.length * 6 >= 160)]).toEqual([3, true]);
  const last = [...secrets].at(-1)!;
  // The former ones were taken back by the last.
  expect(codeOf(await call(stage.server, 'POST', `${users}/reset-password`, { body: { token: [...secrets][0], password: 'harbour-plum-44-tin' } }))).toBe('TOKEN_INVALID');
  expect((await login(who, last)).status).toBe(401);
  const { rows } = await sql(`select expires_at, now() as now from verification where value like $1`, [`${who.userId} %`]);
  expect(rows.map(({ expires_at: end, now }) => Math.round((end - now) / 60_000))).toEqual([60]);
  await sql(`update verification set expires_at = now() - interval '1 second' where value like $1`, [`${who.userId} %`]);
  expect(codeOf(await call(stage.server, 'POST', `${users}/reset-password`, { body: { token: last, password: 'harbour-plum-44-tin' } }))).toBe('TOKEN_INVALID');
});

requirement('6.4.2', 'no route takes or shows a hint or an answer to a question', async () => {
  const document = JSON.stringify((await call(stage.server, 'GET', '/api/v1/openapi.json')).body);
  expect(document).not.toMatch(/"(passwordHint|hint|secretQuestion|securityQuestion|securityAnswer|mothersMaidenName|secretAnswer)"/i);
  const answer = await call(stage.server, 'POST', `${users}/register`, { body: { email: 'hints@example.org', password: GOOD_PASSWORD, name: 'Hints', passwordHint: 'the usual', securityAnswer: 'Rex' } });
  expect([answer.status, codeOf(answer)]).toEqual([422, 'INPUT_INVALID']);
});

requirement('6.4.3', 'a new password by mail leaves the second factor on, and gives no session itself', async () => {
  const who = await withFactor();
  const reset = await call(stage.server, 'POST', `${users}/reset-password`, { body: { token: await mailedSecret(who), password: 'harbour-plum-44-tin' } });
  expect([reset.status, reset.headers.getSetCookie(), reset.body.text]).toEqual([204, [], '']);
  expect(await login(who, 'harbour-plum-44-tin')).toMatchObject({ status: 200, body: { status: 'secondFactor' } });
});

requirement('6.4.4', 'without the app a backup code finishes a sign-in, and nothing less does', async () => {
  const who = await withFactor();
  const begun = (await login(who)).body;
  expect(begun).toMatchObject({ status: 'secondFactor' });
  expect(JSON.stringify(begun)).not.toContain('token');
  // What waits for a code is no session: it takes no factor away.
  expect((await call(stage.server, 'DELETE', `${users}/me/second-factor`, { token: begun.challenge as string, body: { password: who.password } })).status).toBe(401);
  expect(codeOf(await finish(begun.challenge as string, { code: 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF', kind: 'backup' }))).toBe('CODE_WRONG');
  expect((await finish(begun.challenge as string, { code: who.codes[4]!, kind: 'backup' })).status).toBe(200);
  // Administrators have no route that takes somebody's factor away.
  expect([...stage.server.rules().keys()].filter((route) => /\/admin\/.*factor|\/admin\/.*passkey/.test(route))).toEqual([]);
});

requirement('6.5.1', 'no code of an app, of a backup or of a mail works twice', async () => {
  const who = await withFactor();
  const begin = async () => (await login(who)).body.challenge as string;
  const code = totp(who.secret, 1);
  expect((await finish(await begin(), { code })).status).toBe(200);
  expect(codeOf(await finish(await begin(), { code }))).toBe('CODE_USED');
  expect((await finish(await begin(), { code: who.codes[0]!, kind: 'backup' })).status).toBe(200);
  expect(codeOf(await finish(await begin(), { code: who.codes[0]!, kind: 'backup' }))).toBe('CODE_WRONG');
  const token = await mailedSecret(who);
  expect((await call(stage.server, 'POST', `${users}/reset-password`, { body: { token, password: 'harbour-plum-44-tin' } })).status).toBe(204);
  expect(codeOf(await call(stage.server, 'POST', `${users}/reset-password`, { body: { token, password: 'orchard-slate-71-fog' } }))).toBe('TOKEN_INVALID');
});

requirement('6.5.2', 'no table holds a backup code, and each has more than 112 random bits', async () => {
  const who = await withFactor();
  const { rows } = await sql('select backup_codes::text as stored from two_factor where user_id = $1', [who.userId]);
  const stored = String(rows[0].stored);
  for (const code of who.codes) {
    expect(code.replaceAll('-', '').length * 5).toBeGreaterThan(112);
    expect(stored.includes(code) || stored.includes(code.replaceAll('-', ''))).toBe(false);
    expect(stored).toContain(createHash('sha256').update(code.replaceAll('-', '')).digest('hex'));
  }
});

requirement('6.5.3', 'seeds and codes of two people have nothing in common', async () => {
  const [one, two] = [await withFactor(), await withFactor()];
  const codes = [...one.codes, ...two.codes];
  expect(new Set(codes).size).toBe(20);
  expect([one.secret === two.secret, one.secret.length >= 32]).toEqual([false, true]);
  const letters = codes.join('').replaceAll('-', '');
  const counts = new Map<string, number>();
  for (const letter of letters) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  // 480 letters out of 32: fifteen each, and far from all the same.
  expect([counts.size > 26, Math.max(...counts.values()) < 45]).toEqual([true, true]);
});

requirement('6.5.4', 'a backup code has 24 characters, and one that differs in the last is another', async () => {
  const who = await withFactor();
  for (const code of who.codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){5}$/);
  const near = `${who.codes[0]!.slice(0, -1)}${who.codes[0]!.endsWith('7') ? '8' : '7'}`;
  const { challenge } = (await login(who)).body;
  expect(codeOf(await finish(challenge as string, { code: near, kind: 'backup' }))).toBe('CODE_WRONG');
  // Typed in small letters, without the dashes.
  expect((await finish(challenge as string, { code: who.codes[0]!.toLowerCase().replaceAll('-', ' '), kind: 'backup' })).status).toBe(200);
});

requirement('6.5.5', 'codes of apps change every 30 seconds and go; sign-ins that wait and codes of desktops last ten minutes at most', async () => {
  const who = await withFactor();
  const challenge = (await login(who)).body.challenge as string;
  expect([codeOf(await finish(challenge, { code: totp(who.secret, -3) })), codeOf(await finish(challenge, { code: totp(who.secret, 3) }))]).toEqual(['CODE_WRONG', 'CODE_WRONG']);
  const other = await person();
  const code = await desktopCode(other);
  const { rows } = await sql('select max(extract(epoch from expires_at - now())) as seconds from sign_in_code where user_id = $1', [other.userId]);
  expect(Number(rows[0].seconds)).toBeLessThanOrEqual(600);
  await sql(`update sign_in_code set expires_at = now() - interval '1 second' where user_id = $1`, [other.userId]);
  expect((await redeem(code)).status).toBe(400);
  const { rows: waiting } = await sql(`select max(extract(epoch from expires_at - now())) as seconds from verification where value = $1`, [who.userId]);
  expect([Number(waiting[0].seconds) > 0, Number(waiting[0].seconds) <= 600]).toEqual([true, true]);
  await sql(`update verification set expires_at = now() - interval '1 second' where value = $1`, [who.userId]);
  expect(codeOf(await finish(challenge, { code: who.codes[0]!, kind: 'backup' }))).toBe('CHALLENGE_INVALID');
});

requirement('6.6.2', 'a code of a desktop is good for who asked for it, and a sign-in that waits for its own account', async () => {
  const who = await person();
  expect((await redeem(await desktopCode(who), 'w'.repeat(50))).status).toBe(400);
  expect((await redeem(await desktopCode(who))).status).toBe(200);
  const [one, two] = [await withFactor(), await withFactor()];
  const challenge = (await login(one)).body.challenge as string;
  expect(codeOf(await finish(challenge, { code: two.codes[0]!, kind: 'backup' }))).toBe('CODE_WRONG');
});

requirement('6.6.3', 'a sign-in that waits takes five codes, and each address guesses seldom', async () => {
  const who = await withFactor();
  const challenge = (await login(who)).body.challenge as string;
  const wrong = wrongCode(who.secret);
  const heard = [];
  for (let n = 0; n < 6; n++) heard.push(codeOf(await finish(challenge, { code: wrong })));
  expect(heard).toEqual([...Array<string>(5).fill('CODE_WRONG'), 'CHALLENGE_INVALID']);
  const statuses = [];
  for (let n = 0; n < 30; n++) statuses.push((await call(careful.server, 'POST', `${users}/token`, { body: { code: `guess-number-${n}-0000`, codeVerifier: verifier, redirectUri } })).status);
  expect([statuses.includes(400), statuses.at(-1)]).toEqual([true, 429]);
});

tellMatrix();

/** Files, descriptions, forms that only ask, and pages for who has signed in. */
const STATIC = /^GET (\/$|\/assets\/|\/api\/v1\/(docs|openapi\.json)|\/openapi\.json|\/health|\/ready|\/sign-in$|\/sign-up|\/forgot|\/reset|\/verify|\/account|\/invitation|\/desktop|\/email|\/email-undo|\/s\/:address|\/viewer\/:file)|^(GET|POST) (\/account\/|\/sso\/settings)/;
/** Open routes that end in no session of an account. */
const SIGNS_NOBODY_IN = new Set([
  `GET ${users}/status`, `POST ${users}/register`, `POST ${users}/verify-email`, `POST ${users}/resend-verification`, `POST ${users}/forgot-password`, `POST ${users}/reset-password`,
  `POST ${users}/email/confirm`, `POST ${users}/email/undo`, 'POST /api/v1/links/open', 'GET /api/v1/sso/:connectionId/metadata', 'GET /api/v1/sso/:connectionId/slo', 'POST /api/v1/sso/:connectionId/slo',
  'POST /email', 'POST /email-undo', 'POST /sign-up', 'POST /verify', 'POST /resend', 'POST /forgot', 'POST /reset', 'POST /sign-out', 'POST /keep', 'POST /desktop', 'POST /invitation',
]);
