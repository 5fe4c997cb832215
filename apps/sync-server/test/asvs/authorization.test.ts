/** Chapter 8: every route of the server as everybody who may not use it. Routes are taken from the server, so that a new one is tried by itself. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { AccessRule } from '../../src/access/route.ts';
import { PERMISSIONS, ROLE_PERMISSIONS, WORKSPACE_ROLES, permissionsOf } from '../../src/access/permissions.ts';
import { call, type Answer } from '../testAccounts.ts';
import { startAccountServer, type AccountServer } from '../testAccountServer.ts';
import { addKey, addPerson, makeWorkspace, putIn, type TestPerson } from '../testWorkspaces.ts';
import { requirement, tellMatrix } from './requirement.ts';
import { canaryOf, fingerprint, loner, makeTenant, parametersOf, routesOf, sessionOf, visit, type Tenant, type WalkRoute } from './walkStage.ts';

const docs = join(import.meta.dirname, '../../../../docs');
let stage: AccountServer;
let routes: WalkRoute[];
let ours: Tenant;
let theirs: Tenant;

beforeAll(async () => {
  stage = await startAccountServer({ DEFAULT_PLAN: 'enterprise' });
  [ours, theirs] = [await makeTenant(stage.server, 'ours'), await makeTenant(stage.server, 'theirs')];
  routes = await routesOf(stage.server);
});
afterAll(() => stage.close());

const codeOf = ({ body }: Answer): string | undefined => (body as { error?: { code: string } }).error?.code;
const guarded = () => routes.filter(({ rule }) => rule?.as !== 'anyone');
const go = (route: WalkRoute, token: string | undefined, ids = ours.ids) => visit(stage.server, route, token, ids);
/** What each of the routes answered, where it is not what was expected. */
async function oddOnes(some: readonly WalkRoute[], token: string | undefined, expected: (rule: AccessRule, route: WalkRoute) => string | readonly string[], ids = ours.ids): Promise<string[]> {
  const odd: string[] = [];
  for (const route of some) {
    const answer = await go(route, token, ids);
    const wanted = expected(route.rule ?? { as: 'person' }, route);
    const code = codeOf(answer) ?? String(answer.status);
    if (!(typeof wanted === 'string' ? [wanted] : wanted).includes(code)) odd.push(`${route.name}: ${code}, not ${String(wanted)}`);
  }
  return odd;
}

requirement('8.2.1', 'every route has a rule of its own', () => {
  expect(routes.length).toBeGreaterThan(100);
  expect(routes.filter(({ rule }) => rule === undefined).map(({ name }) => name)).toEqual([]);
  expect([...stage.server.rules().keys()].filter((name) => !routes.some((route) => route.name === name))).toEqual([]);
});

requirement('8.2.1', 'nobody, a made-up secret and a session that has run out are refused everywhere but where all are let in', async () => {
  const { userId } = await loner(stage.server);
  const expired = await sessionOf(stage.server, userId, { expiresIn: '-1 second' });
  for (const token of [undefined, 'made-up-by-somebody', 'uxk_made-up', 'uxs_made-up', 'uxl_made-up', expired]) expect(await oddOnes(guarded(), token, () => 'SESSION_INVALID')).toEqual([]);
});

requirement('8.2.1', 'an unconfirmed account, one that is about to be deleted and an old session are refused where the rule says so', async () => {
  const [unconfirmed, closing] = [await loner(stage.server, { verified: false }), await loner(stage.server, { closing: true })];
  expect(await oddOnes(guarded().filter(({ rule }) => rule?.verified !== false), unconfirmed.token, () => 'EMAIL_UNVERIFIED')).toEqual([]);
  expect(await oddOnes(guarded().filter(({ rule }) => !rule?.closing), closing.token, () => 'ACCOUNT_CLOSING')).toEqual([]);
  const boss = await loner(stage.server, { role: 'super_admin', twoFactor: true });
  const old = await sessionOf(stage.server, boss.userId, { age: '2 days' });
  const fresh = guarded().filter(({ rule }) => rule?.freshMinutes !== undefined);
  expect(fresh.length).toBeGreaterThan(10);
  // What stands before it in the rule of a workspace is that one is a member.
  expect(await oddOnes(fresh, old, ({ workspace }) => (workspace ? ['SIGN_IN_AGAIN', 'WORKSPACE_NOT_FOUND'] : 'SIGN_IN_AGAIN'))).toEqual([]);
});

requirement('8.2.1', 'keys without the scope, keys of other workspaces, keys of nobody and visitors by a link are refused everywhere', async () => {
  const { pool } = stage.server.database;
  const powerless = await addKey(pool, ours.owner, ['nothing']);
  const elsewhere = await addKey(pool, ours.owner, ['*', ...PERMISSIONS], theirs.ids.workspaceId);
  const refused = ({ as, role }: AccessRule) => (as === 'person' || role ? 'SESSION_NEEDED' : 'SCOPE_MISSING');
  expect(await oddOnes(guarded(), powerless.token, refused)).toEqual([]);
  expect(await oddOnes(guarded(), ours.visitor, refused)).toEqual([]);
  expect(await oddOnes(guarded().filter(({ rule }) => rule?.as === 'person' || rule?.workspace), elsewhere.token, (rule) => (rule.as === 'person' ? 'SESSION_NEEDED' : 'WORKSPACE_NOT_FOUND'))).toEqual([]);
  await pool.query('delete from api_key where secret_hash is not null and name = $1', ['key']);
});

requirement('8.2.1', 'each role of a workspace is refused what its permissions do not hold', async () => {
  const { pool } = stage.server.database;
  const boss = await addPerson(pool, 'roles-owner');
  const { id: workspaceId } = await makeWorkspace(stage.server.url, boss);
  for (const role of WORKSPACE_ROLES) {
    const who = role === 'owner' ? boss : await addPerson(pool, `roles-${role}`);
    if (role !== 'owner') await putIn(pool, workspaceId, who, role);
    const lacking = guarded().filter(({ rule }) => rule?.workspace?.permission && !permissionsOf(role).has(rule.workspace.permission));
    expect([role, lacking.length > 0]).toEqual([role, role !== 'owner']);
    expect(await oddOnes(lacking, who.token, () => 'PERMISSION_MISSING', { ...ours.ids, workspaceId })).toEqual([]);
  }
});

requirement('8.2.1', 'administration refuses users, and administrators without a second factor', async () => {
  const admin = guarded().filter(({ rule }) => rule?.role);
  expect(admin.length).toBeGreaterThan(3);
  expect(await oddOnes(admin, (await loner(stage.server, { twoFactor: true })).token, () => 'ROLE_MISSING')).toEqual([]);
  expect(await oddOnes(admin, (await loner(stage.server, { role: 'super_admin' })).token, () => 'TWO_FACTOR_NEEDED')).toEqual([]);
  expect(await oddOnes(admin.filter(({ rule }) => rule?.role === 'super_admin'), (await loner(stage.server, { role: 'admin', twoFactor: true })).token, () => 'ROLE_MISSING')).toEqual([]);
});

requirement('8.2.2', 'what belongs to others is not found, shown or changed, whatever number is given', async () => {
  const before = await fingerprint(stage.server, ours);
  const odd: string[] = [];
  for (const route of guarded().filter((one) => !one.rule?.role)) {
    const answer = await go(route, await sessionOf(stage.server, theirs.owner.userId));
    if (answer.text.includes(canaryOf('ours'))) odd.push(`${route.name} shows: ${answer.text.slice(0, 300)}`);
    if (parametersOf(route).some((name) => name !== 'providerId') && answer.status < 400) odd.push(`${route.name}: ${answer.status}`);
    if (route.path.includes(':workspaceId') && answer.status !== 404) odd.push(`${route.name}: ${answer.status} ${codeOf(answer)}`);
    if (answer.status >= 500) odd.push(`${route.name}: ${answer.status}`);
  }
  expect(odd).toEqual([]);
  expect(await fingerprint(stage.server, ours)).toEqual(before);
}, 120_000);

requirement('8.2.2', 'open routes and pages show and change nothing of others: as nobody, as a stranger, as a program, as a visitor', async () => {
  const before = await fingerprint(stage.server, ours);
  const { pool } = stage.server.database;
  const odd: string[] = [];
  for (const route of routes.filter(({ rule }) => rule?.as === 'anyone')) {
    const stranger = await sessionOf(stage.server, theirs.owner.userId);
    const key = await addKey(pool, theirs.owner, ['*'], theirs.ids.workspaceId);
    const { visitor } = theirs;
    // The address of a link is a secret: who has it may look.
    const ids = { ...ours.ids, address: 'A'.repeat(32) };
    for (const [who, token, cookie] of [['nobody', undefined, false], ['stranger', stranger, true], ['stranger', stranger, false], ['key', key.token, false], ['visitor', visitor, false]] as const) {
      const answer = await visit(stage.server, route, token, ids, { cookie });
      // What was typed into a form may stand in it again.
      const echo = answer.text.replaceAll(/value="[^"]*"/g, '').replaceAll(new RegExp(`${route.path.split('/:')[0]}/[^ ]*`, 'g'), '');
      if (echo.includes(canaryOf('ours'))) odd.push(`${route.name} as ${who} shows: ${echo.slice(0, 300)}`);
      if (answer.status >= 500 && codeOf(answer) !== 'VIEWER_MISSING') odd.push(`${route.name} as ${who}: ${answer.status} ${codeOf(answer) ?? ''}`);
    }
  }
  expect(odd).toEqual([]);
  expect(await fingerprint(stage.server, ours)).toEqual(before);
}, 120_000);

requirement('8.4.1', 'through one\'s own workspace nothing of another is found, moved, shown or changed', async () => {
  const before = await fingerprint(stage.server, ours);
  const odd: string[] = [];
  const mixed = guarded().filter((route) => route.path.includes(':workspaceId') && (parametersOf(route).length > 1 || (route.body !== undefined && JSON.stringify(route.body).match(/"(logId|projectId|userId|linkId|invitationId|memberId)"/))));
  expect(mixed.length).toBeGreaterThan(25);
  for (const route of mixed) {
    const answer = await go(route, await sessionOf(stage.server, theirs.owner.userId), { ...ours.ids, workspaceId: theirs.ids.workspaceId! });
    if (answer.text.includes(canaryOf('ours')) && !JSON.stringify(codeOf(answer) ?? '').includes('NOT')) odd.push(`${route.name} shows: ${answer.text.slice(0, 300)}`);
    if (parametersOf(route).length > 1 && ![404, 409, 422, 403].includes(answer.status)) odd.push(`${route.name}: ${answer.status} ${codeOf(answer) ?? ''}`);
  }
  expect(odd).toEqual([]);
  expect(await fingerprint(stage.server, ours)).toEqual(before);
}, 120_000);

requirement('8.4.1', 'strangers hear of a workspace what they would hear of none', async () => {
  for (const route of guarded().filter(({ rule }) => rule?.workspace)) {
    const token = await sessionOf(stage.server, theirs.owner.userId);
    const [real, none] = [await go(route, token), await go(route, token, { ...ours.ids, workspaceId: 'ws_none' })];
    const said = (answer: Answer) => JSON.stringify(answer.body).replaceAll(ours.ids.workspaceId!, 'ID').replaceAll('ws_none', 'ID');
    expect([route.name, real.status, said(real)]).toEqual([route.name, none.status, said(none)]);
    expect([route.name, codeOf(real)]).toEqual([route.name, 'WORKSPACE_NOT_FOUND']);
  }
});

requirement('8.2.2', 'the same walk as the owner does show what it must find, and its bodies do fit', async () => {
  const shown: string[] = [];
  for (const route of guarded().filter((one) => one.method === 'GET' && !one.rule?.role)) {
    const answer = await go(route, await sessionOf(stage.server, ours.owner.userId));
    expect([route.name, NOT_MADE.has(route.name) ? 200 : answer.status]).toEqual([route.name, 200]);
    if (answer.text.includes(canaryOf('ours'))) shown.push(route.name);
  }
  expect(shown.length).toBeGreaterThan(15);
  const unfit: string[] = [];
  for (const route of guarded().filter(({ body, rule, path }) => body && !rule?.role && !/\/keys/.test(path))) {
    const answer = await go(route, await sessionOf(stage.server, theirs.owner.userId), theirs.ids);
    if (codeOf(answer) === 'INPUT_INVALID') unfit.push(`${route.name} ${JSON.stringify((answer.body as { error: { params: unknown } }).error.params)}`);
  }
  expect(unfit).toEqual([]);
}, 120_000);

requirement('8.1.1', 'the documented permissions of each role are those of the code, and every one of them is asked for somewhere', () => {
  const guide = readFileSync(join(docs, 'workspaces.md'), 'utf8');
  const rows = [...guide.matchAll(/^\| `(\w+)` \| ([^|]*) \|$/gm)].map(([, permission, roles]) => [permission!, roles!.trim()] as const).filter(([permission]) => (PERMISSIONS as readonly string[]).includes(permission));
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(PERMISSIONS.map((permission) => [permission, WORKSPACE_ROLES.filter((role) => ROLE_PERMISSIONS[role].includes(permission)).join(', ')])));
});

requirement('8.1.2', 'the documented fields of people, members, sessions, keys and invitations are those that are answered', async () => {
  const guide = readFileSync(join(docs, 'accounts.md'), 'utf8');
  const rows = [...guide.matchAll(/^\| `(GET [^`]+)` \| ([^|]+) \| ([^|]+) \|$/gm)].map(([, name, fields]) => [name!, [...fields!.matchAll(/`([^`]+)`/g)].map(([, one]) => one!)] as const);
  expect(rows.length).toBeGreaterThan(5);
  const boss = await loner(stage.server, { role: 'admin', twoFactor: true });
  for (const [name, fields] of rows) {
    const route = routes.find((one) => one.name === name)!;
    const answer = await go(route, route.rule?.role ? boss.token : await sessionOf(stage.server, ours.owner.userId));
    const list = Object.values(answer.body as Record<string, unknown>).find(Array.isArray) as Record<string, unknown>[] | undefined;
    const keys = Object.keys(list && !('id' in answer.body) ? list[0]! : answer.body);
    expect([name, keys.sort()]).toEqual([name, [...fields].sort()]);
  }
});

requirement('8.2.3', 'fields that somebody may not set are refused or have no effect', async () => {
  const { pool } = stage.server.database;
  const ask = (who: TestPerson, method: string, path: string, body: unknown) => call(stage.server, method, `/api/v1${path}`, { token: who.token, body });
  const who = await loner(stage.server);
  for (const field of [{ role: 'super_admin' }, { emailVerified: true }, { email: 'other@example.test' }, { id: 'user_1' }, { status: 'active' }, { twoFactor: false }, { preferences: { theme: 'dark' } }]) expect([field, (await ask(who, 'PATCH', '/users/me', { name: 'New', ...field })).status]).toEqual([field, 422]);
  expect((await ask(who, 'POST', '/users/register', { email: 'fields@example.test', password: 'violet-tractor-91-hums', name: 'F', role: 'admin', emailVerified: true })).status).toBe(422);
  expect((await pool.query('select role, email_verified from app_user where id = $1', [who.userId])).rows).toEqual([{ role: 'user', email_verified: true }]);
  const owned = await makeWorkspace(stage.server.url, who);
  await ask(who, 'PATCH', `/workspaces/${owned.id}`, { name: 'Renamed', ownerId: ours.owner.userId, encrypted: true, plan: 'enterprise', deletedAt: null, id: 'ws_other', role: 'guest' });
  expect((await pool.query('select name, owner_id, encrypted from workspace where id = $1', [owned.id])).rows).toEqual([{ name: 'Renamed', owner_id: who.userId, encrypted: false }]);
  // A member gives nobody more than the table of grants holds.
  expect((await ask(ours.owner, 'PATCH', `/workspaces/${ours.ids.workspaceId}/members/${ours.member.userId}`, { role: 'owner' })).status).toBe(422);
  // Viewers and guests do not see addresses of others where they may not read members.
  const guest = await addPerson(pool, 'fields-guest');
  await putIn(pool, ours.ids.workspaceId!, guest, 'guest');
  for (const path of ['', '/projects', '/flows']) expect([path, JSON.stringify((await call(stage.server, 'GET', `/api/v1/workspaces/${ours.ids.workspaceId}${path}`, { token: guest.token })).body).includes('@example.test')]).toEqual([path, false]);
});

tellMatrix();

/** What the owner of the walk has not: keys and pictures are made by a device. */
const NOT_MADE = new Set(['GET /api/v1/users/me/keys', 'GET /api/v1/workspaces/:workspaceId/keys', 'GET /api/v1/workspaces/:workspaceId/flows/:logId/assets/:name']);
