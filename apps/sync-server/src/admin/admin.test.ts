/** Administration over real HTTP: accounts, plans, events that were given up, keys of programs, reports. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPerson, ask, codeOf, makeWorkspace, type TestPerson } from '../../test/testWorkspaces.ts';
import { call } from '../../test/testAccounts.ts';
import { startAccountServer, type AccountServer } from '../../test/testAccountServer.ts';
import { csvOf } from './csv.ts';

let stage: AccountServer;
let chief: TestPerson;
let admin: TestPerson;
let user: TestPerson;
let url: string;
beforeAll(async () => {
  stage = await startAccountServer();
  url = stage.server.url;
  const { pool } = stage.server.database;
  [chief, admin, user] = [await addPerson(pool, 'chief'), await addPerson(pool, 'admin'), await addPerson(pool, 'user')];
  await pool.query(`update app_user set role = case id when 'user_chief' then 'super_admin' else 'admin' end, two_factor_enabled = true where id in ('user_chief', 'user_admin')`);
});
afterAll(() => stage.close());

const until = async (what: () => Promise<boolean>) => {
  for (let n = 0; n < 500; n++) {
    if (await what()) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error('it did not come');
};

test('accounts are listed in pages, found by what they are, and looked at', async () => {
  const { pool } = stage.server.database;
  for (let n = 0; n < 7; n++) await addPerson(pool, `many_${n}`, { verified: n % 2 === 0 });
  const seen: string[] = [];
  let after = '';
  for (let page = 0; page < 10; page++) {
    const { body } = await ask(url, admin, 'GET', `/admin/users?limit=4&text=many_${after ? `&after=${after}` : ''}`);
    seen.push(...body.users.map(({ id }: { id: string }) => id));
    if (body.next === null) break;
    after = body.next;
  }
  expect(seen).toEqual(Array.from({ length: 7 }, (_, n) => `user_many_${n}`));
  expect((await ask(url, admin, 'GET', '/admin/users?verified=false&text=many_')).body.users).toHaveLength(3);
  expect((await ask(url, admin, 'GET', '/admin/users?role=super_admin')).body.users).toMatchObject([{ id: 'user_chief' }]);
  expect((await ask(url, admin, 'GET', '/admin/users/user_user')).body).toMatchObject({ email: 'user@example.test', sessions: 1, passkeys: 0, workspaces: [] });
  expect(codeOf(await ask(url, admin, 'GET', '/admin/users/user_nobody'))).toBe('USER_NOT_FOUND');
});

test('an account is marked for its end, kept again, confirmed by hand; administrators are for the super_admin alone', async () => {
  const { pool } = stage.server.database;
  const leaver = await addPerson(pool, 'leaver', { verified: false });
  expect((await ask(url, admin, 'POST', '/admin/users/user_leaver/verify-email')).body).toMatchObject({ emailVerified: true });
  expect((await ask(url, admin, 'DELETE', '/admin/users/user_leaver')).body.deleteAt).toBeGreaterThan(Date.now());
  expect((await ask(url, leaver, 'GET', '/users/me')).status).toBe(401);
  await stage.mailbox.take(leaver.email, 'Your account will be deleted');
  expect((await ask(url, admin, 'GET', '/admin/users?status=closing')).body.users).toMatchObject([{ id: 'user_leaver' }]);
  expect((await ask(url, admin, 'POST', '/admin/users/user_leaver/restore')).body).toMatchObject({ deleteAt: null });
  expect(codeOf(await ask(url, admin, 'POST', '/admin/users/user_leaver/restore'))).toBe('NOT_CLOSING');
  expect(codeOf(await ask(url, admin, 'DELETE', '/admin/users/user_chief'))).toBe('SUPER_ADMIN_NEEDED');
  expect(codeOf(await ask(url, chief, 'DELETE', '/admin/users/user_chief'))).toBe('LAST_SUPER_ADMIN');
  const { body } = await ask(url, admin, 'POST', '/admin/users/bulk-actions', { userIds: ['user_leaver', 'user_chief', 'user_nobody'], action: 'suspend' });
  expect(body.results).toEqual({ user_leaver: null, user_chief: 'SUPER_ADMIN_NEEDED', user_nobody: 'USER_NOT_FOUND' });
  expect((await ask(url, admin, 'GET', '/admin/users/user_leaver')).body).toMatchObject({ status: 'suspended' });
});

test('a super_admin who is about to leave does not count as one who stays', async () => {
  const { pool } = stage.server.database;
  await addPerson(pool, 'leaving_chief');
  await pool.query(`update app_user set role = 'super_admin', two_factor_enabled = true, delete_at = now() + interval '9 days' where id = 'user_leaving_chief'`);
  for (const change of [{ role: 'admin' }, { status: 'suspended' }]) expect(codeOf(await ask(url, chief, 'PATCH', '/admin/users/user_chief', change))).toBe('LAST_SUPER_ADMIN');
  expect((await ask(url, chief, 'PATCH', '/admin/users/user_leaving_chief', { role: 'user' })).body).toMatchObject({ role: 'user' });
});

test('a plan is given to a person or by a workspace of theirs, and everybody who listens hears of it', async () => {
  const { id } = await makeWorkspace(url, user);
  const heard = async () => (await stage.server.database.pool.query<{ payload: unknown }>(`select payload from outbox where type = 'USER_SUBSCRIPTION_CHANGED' and user_id = 'user_user' order by id`)).rows.map(({ payload }) => payload);
  expect((await ask(url, admin, 'PUT', `/admin/workspaces/${id}/subscription`, { plan: 'team' })).body).toMatchObject({ plan: 'team', status: 'active' });
  expect((await ask(url, user, 'GET', `/workspaces/${id}`)).body).toMatchObject({ subscription: { plan: 'team' } });
  const end = Date.now() + 1e9;
  expect((await ask(url, admin, 'PUT', '/admin/users/user_user/subscription', { plan: 'pro', currentPeriodEnd: end })).body).toMatchObject({ plan: 'pro', currentPeriodEnd: end });
  expect(await heard()).toEqual([{ from: null, plan: 'team', status: 'active' }, { from: 'team', plan: 'pro', status: 'active' }]);
  expect(codeOf(await ask(url, admin, 'PUT', '/admin/users/user_nobody/subscription', { plan: 'pro' }))).toBe('USER_NOT_FOUND');
  expect(codeOf(await ask(url, admin, 'PUT', '/admin/workspaces/ws_none/subscription', { plan: 'pro' }))).toBe('USER_NOT_FOUND');
  expect(codeOf(await ask(url, user, 'POST', '/subscriptions/upgrade', { plan: 'enterprise' }))).toBe('PLAN_BY_OPERATOR');
});

test('where plans are free to choose a person takes a larger one', async () => {
  const open = await startAccountServer({ PLAN_CHANGES: 'self' });
  try {
    const one = await addPerson(open.server.database.pool, 'one');
    expect((await ask(open.server.url, one, 'POST', '/subscriptions/upgrade', { plan: 'team' })).body).toMatchObject({ plan: 'team' });
    expect(codeOf(await ask(open.server.url, one, 'POST', '/subscriptions/upgrade', { plan: 'pro' }))).toBe('PLAN_NOT_HIGHER');
  } finally {
    await open.close();
  }
});

test('events that were given up are listed, tried again, or dropped', async () => {
  const { pool } = stage.server.database;
  for (const n of [1, 2]) await pool.query(`insert into outbox (id, type, user_id, payload, attempts, last_error, dead_at) values ($1, 'USER_REGISTERED', 'user_user', '{}', 10, 'someone: FAILED', now())`, [`event_dead_${n}`]);
  const first = await ask(url, admin, 'GET', '/admin/events?limit=1');
  expect(first.body).toMatchObject({ events: [{ id: 'event_dead_1', type: 'USER_REGISTERED', attempts: 10, lastError: 'someone: FAILED' }], next: 'event_dead_1' });
  expect((await ask(url, admin, 'GET', '/admin/events?after=event_dead_1')).body).toMatchObject({ events: [{ id: 'event_dead_2' }], next: null });
  expect((await ask(url, admin, 'GET', '/admin/health')).body.events).toMatchObject({ dead: 2 });
  expect((await ask(url, admin, 'POST', '/admin/events/event_dead_1/retry')).status).toBe(204);
  await until(async () => (await pool.query(`select 1 from outbox where id = 'event_dead_1' and published_at is not null`)).rowCount === 1);
  expect((await ask(url, admin, 'DELETE', '/admin/events/event_dead_2')).status).toBe(204);
  expect((await ask(url, admin, 'GET', '/admin/events')).body).toEqual({ events: [], next: null });
  for (const method of ['POST', 'DELETE']) expect(codeOf(await ask(url, admin, method, `/admin/events/event_dead_1${method === 'POST' ? '/retry' : ''}`))).toBe('EVENT_NOT_FOUND');
  expect((await ask(url, admin, 'GET', '/admin/audit-log?kind=OUTBOX')).body.audit.map(({ kind, data }: { kind: string; data: unknown }) => [kind, data])).toEqual([
    ['OUTBOX_DROPPED', { eventId: 'event_dead_2', by: 'user_admin' }],
    ['OUTBOX_RETRIED', { eventId: 'event_dead_1', by: 'user_admin' }],
  ]);
});

test('a key of a program does what its scopes say, on the server as a whole, and nothing after it is revoked', async () => {
  expect(codeOf(await ask(url, admin, 'POST', '/admin/service-keys', { name: 'Billing', scopes: ['manage_plans'] }))).toBe('ROLE_MISSING');
  const made = await ask(url, chief, 'POST', '/admin/service-keys', { name: 'Billing', scopes: ['manage_plans', 'read_users'] });
  expect(made.body).toMatchObject({ name: 'Billing', secret: expect.stringMatching(/^uxs_/) });
  const program: TestPerson = { userId: '', email: '', token: made.body.secret };
  expect((await ask(url, program, 'GET', '/admin/users?text=user@')).body.users).toMatchObject([{ id: 'user_user' }]);
  expect((await ask(url, program, 'PUT', '/admin/users/user_user/subscription', { plan: 'enterprise' })).body).toMatchObject({ plan: 'enterprise' });
  for (const [method, path] of [['GET', '/admin/stats'], ['GET', '/admin/audit-log'], ['GET', '/admin/events']] as const) expect([path, codeOf(await ask(url, program, method, path))]).toEqual([path, 'SCOPE_MISSING']);
  for (const [method, path, body] of [['DELETE', '/admin/users/user_user', undefined], ['GET', '/users/me', undefined], ['GET', '/admin/service-keys', undefined], ['POST', '/admin/service-keys', { name: 'More', scopes: ['read_users'] }], ['POST', '/workspaces', { name: 'Mine' }]] as const) expect([path, codeOf(await ask(url, program, method, path, body))]).toEqual([path, 'SESSION_NEEDED']);
  expect((await ask(url, chief, 'GET', '/admin/service-keys')).body.serviceKeys).toMatchObject([{ name: 'Billing', scopes: ['manage_plans', 'read_users'] }]);
  expect((await ask(url, chief, 'GET', '/admin/audit-log?kind=SUBSCRIPTION_CHANGED&limit=1')).body.audit).toMatchObject([{ data: { by: made.body.id } }]);
  expect((await ask(url, chief, 'DELETE', `/admin/service-keys/${made.body.id}`)).status).toBe(204);
  expect((await ask(url, program, 'GET', '/admin/users')).status).toBe(401);
  expect(codeOf(await ask(url, chief, 'DELETE', `/admin/service-keys/${made.body.id}`))).toBe('SERVICE_KEY_NOT_FOUND');
});

test('numbers, reports and the list of workspaces hold no names of workspaces', async () => {
  const { body } = await ask(url, admin, 'GET', '/admin/stats');
  expect(body.users.total).toBeGreaterThan(9);
  expect(body.workspaces).toMatchObject({ total: 1, members: 1 });
  expect(body.days).toHaveLength(30);
  expect(body.days.at(-1).registered).toBe(body.users.total);
  const workspaces = await ask(url, admin, 'GET', '/admin/workspaces');
  expect(workspaces.body).toMatchObject({ workspaces: [{ ownerId: 'user_user', members: 1 }], next: null });
  expect(JSON.stringify(workspaces.body)).not.toContain('Team');
  const csv = await call<{ text: string }>(stage.server, 'GET', '/api/v1/admin/reports/users?format=csv&limit=2', { token: admin.token });
  expect([csv.headers.get('content-type'), csv.headers.get('x-next'), csv.body.text.split('\r\n').length]).toEqual(['text/csv; charset=utf-8', expect.stringMatching(/^user_/), 4]);
  expect(csv.body.text.startsWith('id,email,name,')).toBe(true);
  const json = await ask(url, admin, 'GET', `/admin/reports/activity?limit=3`);
  expect(json.body).toHaveLength(3);
  expect((await ask(url, user, 'GET', '/users/me/activity')).body.audit.every(({ userId }: { userId: string }) => userId === 'user_user')).toBe(true);
});

test('a cell never becomes a formula, and what needs quotes has them', () => {
  expect(csvOf([{ a: '=1+1', b: 'say "x", y', c: null, d: -5, e: { k: 1 } }], ['a', 'b', 'c', 'd', 'e'])).toBe('a,b,c,d,e\r\n\'=1+1,"say ""x"", y",,-5,"{""k"":1}"\r\n');
});

test('everybody who wants news is written to, and only they', async () => {
  const { pool } = stage.server.database;
  await pool.query(`update app_user set preferences = '{"notifications":{"productNews":true}}' where id in ('user_user', 'user_many_0', 'user_many_1')`);
  expect(codeOf(await ask(url, admin, 'POST', '/admin/notifications/broadcast', { subject: 'News', text: 'There is more.' }))).toBe('ROLE_MISSING');
  // Not to an address that nobody has confirmed.
  expect((await ask(url, chief, 'POST', '/admin/notifications/broadcast', { subject: 'News <b>', text: 'There is more.\n\nSee <script>.' })).body).toEqual({ mails: 2 });
  const mail = await stage.mailbox.take('user@example.test', 'There is more.');
  expect([mail.subject, mail.raw.includes('<script>.</p>')]).toEqual(['News <b>', false]);
  expect((await ask(url, admin, 'POST', '/admin/maintenance')).body.done.length).toBeGreaterThan(2);
});

test('lists of workspaces, members, projects and flows come in pages that miss and double nothing', async () => {
  const { pool } = stage.server.database;
  const owner = await addPerson(pool, 'lister');
  await ask(url, chief, 'PUT', '/admin/users/user_lister/subscription', { plan: 'enterprise' });
  const workspace = await makeWorkspace(url, owner);
  for (let n = 0; n < 5; n++) {
    await makeWorkspace(url, owner);
    await addPerson(pool, `listed_${n}`);
    await pool.query(`insert into member (workspace_id, user_id, role, joined_at) values ($1, $2, 'viewer', '2026-01-01')`, [workspace.id, `user_listed_${n}`]);
    expect((await ask(url, owner, 'POST', `/workspaces/${workspace.id}/projects`, { name: `Project ${n}` })).status).toBe(201);
    expect((await ask(url, owner, 'POST', `/workspaces/${workspace.id}/flows`, { logId: `log_${n}`, name: `Flow ${n}` })).status).toBe(201);
  }
  for (const [path, list, key, size] of [['/workspaces', 'workspaces', 'id', 6], [`/workspaces/${workspace.id}/members`, 'members', 'userId', 6], [`/workspaces/${workspace.id}/projects`, 'projects', 'id', 5], [`/workspaces/${workspace.id}/flows`, 'flows', 'logId', 5]] as const) {
    const whole = await ask(url, owner, 'GET', path);
    expect([path, whole.body[list].length, whole.body.next]).toEqual([path, size, null]);
    const seen: string[] = [];
    let after = '';
    do {
      const { body } = await ask(url, owner, 'GET', `${path}?limit=2${after ? `&after=${after}` : ''}`);
      expect(body[list].length).toBeLessThanOrEqual(2);
      seen.push(...body[list].map((row: Record<string, string>) => row[key]));
      after = body.next;
    } while (after);
    expect([path, seen]).toEqual([path, whole.body[list].map((row: Record<string, string>) => row[key])]);
    expect((await ask(url, owner, 'GET', `${path}?after=nonsense`)).status).toBe(422);
  }
});
