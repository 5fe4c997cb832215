/** Every route of the OpenAPI document as nobody, as the wrong tenant, as each role and by keys; and what guards them all. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { call, type Answer } from '../../test/testAccounts.ts';
import { startAccountServer, type AccountServer } from '../../test/testAccountServer.ts';
import { addMember, socketUrl } from '../../test/testServer.ts';
import { PERMISSIONS, ROLE_PERMISSIONS, WORKSPACE_ROLES, permissionsOf } from './permissions.ts';
import { hashSecret } from './principal.ts';
import type { AccessRule } from './route.ts';

interface Route {
  method: string;
  path: string;
  rule: AccessRule | undefined;
  hasBody: boolean;
}

let stage: AccountServer;
let routes: Route[];
const workspaceId = 'ws_walk';

beforeAll(async () => {
  stage = await startAccountServer();
  const { body } = await call(stage.server, 'GET', '/api/v1/openapi.json');
  routes = Object.entries(body.paths as Record<string, Record<string, { 'x-access'?: AccessRule; requestBody?: unknown }>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, route]) => ({ method: method.toUpperCase(), path, rule: route['x-access'], hasBody: route.requestBody !== undefined })),
  );
  const { pool } = stage.server.database;
  for (const role of WORKSPACE_ROLES) await addMember(pool, `walk_${role}`, role as never, workspaceId);
});
afterAll(() => stage.close());

const target = (path: string) => path.replace('{workspaceId}', workspaceId).replace(/\{\w+\}/g, 'unknown_1');
const visit = ({ method, path, hasBody }: Route, token?: string): Promise<Answer> => call(stage.server, method, target(path), { ...(token ? { token } : {}), ...(hasBody ? { body: {} } : {}) });
const codeOf = (answer: Answer): string | undefined => (answer.body as { error?: { code: string } }).error?.code;
const label = ({ method, path }: Route) => `${method} ${path}`;

/** Somebody with a session, as the columns say. */
async function somebody(columns: { emailVerified?: boolean; role?: string; twoFactor?: boolean; closing?: boolean; signedInAgo?: string } = {}): Promise<{ userId: string; token: string }> {
  const userId = `user_${randomUUID()}`;
  const token = randomUUID();
  const { pool } = stage.server.database;
  await pool.query(`insert into app_user (id, name, email, email_verified, role, two_factor_enabled, delete_at) values ($1, 'Some One', $1 || '@example.test', $2, $3, $4, $5)`, [userId, columns.emailVerified ?? true, columns.role ?? 'user', columns.twoFactor ?? false, columns.closing ? new Date(Date.now() + 1e9) : null]);
  await pool.query(`insert into session (id, token_hash, user_id, expires_at, created_at) values ($1, $2, $3, now() + interval '1 day', now() - $4::interval)`, [randomUUID(), hashSecret(token), userId, columns.signedInAgo ?? '0 seconds']);
  return { userId, token };
}

async function tokenOfRole(role: string): Promise<string> {
  const token = randomUUID();
  await stage.server.database.pool.query(`insert into session (id, token_hash, user_id, expires_at) values ($1, $2, $3, now() + interval '1 day')`, [randomUUID(), hashSecret(token), `walk_${role}`]);
  return token;
}

async function keyOf(userId: string | null, scopes: string[], bound: string | null = null): Promise<string> {
  const secret = `${userId ? 'uxk_' : 'uxs_'}${randomUUID()}`;
  await stage.server.database.pool.query(`insert into api_key (id, user_id, workspace_id, name, start, secret_hash, scopes) values ($1, $2, $3, 'key', 'uxk_', $4, $5)`, [randomUUID(), userId, bound, hashSecret(secret), scopes]);
  return secret;
}

describe('every route', () => {
  test('says in the document who may use it', () => {
    expect(routes.length).toBeGreaterThan(40);
    expect(routes.filter(({ rule }) => rule === undefined).map(label)).toEqual([]);
  });

  test('but the open ones refuses nobody, a made-up secret and an expired session', async () => {
    const { userId } = await somebody();
    const expired = randomUUID();
    await stage.server.database.pool.query(`insert into session (id, token_hash, user_id, expires_at) values ($1, $2, $3, now() - interval '1 second')`, [randomUUID(), hashSecret(expired), userId]);
    const refusals = await Promise.all(routes.filter(({ rule }) => rule?.as !== 'anyone').flatMap((route) => [undefined, 'made-up', 'uxk_made-up', expired].map(async (token) => `${label(route)} ${codeOf(await visit(route, token))}`)));
    expect(refusals.filter((one) => !one.endsWith(' SESSION_INVALID'))).toEqual([]);
  });

  test('refuses who has not confirmed the address, where the rule does not say otherwise', async () => {
    const { token } = await somebody({ emailVerified: false });
    for (const route of routes.filter(({ rule }) => rule!.as !== 'anyone' && rule!.verified !== false)) expect([label(route), codeOf(await visit(route, token))]).toEqual([label(route), 'EMAIL_UNVERIFIED']);
  });

  test('refuses who waits for deletion, where the rule does not say otherwise', async () => {
    const { token } = await somebody({ closing: true });
    for (const route of routes.filter(({ rule }) => rule!.as !== 'anyone' && !rule!.closing)) expect([label(route), codeOf(await visit(route, token))]).toEqual([label(route), 'ACCOUNT_CLOSING']);
  });

  test('of persons refuses keys; the others refuse keys without the scope', async () => {
    const { userId } = await somebody();
    const powerless = await keyOf(userId, ['nothing']);
    const mighty = await keyOf(userId, ['*', ...PERMISSIONS]);
    for (const route of routes.filter(({ rule }) => rule!.as === 'person')) expect([label(route), codeOf(await visit(route, mighty))]).toEqual([label(route), 'SESSION_NEEDED']);
    for (const route of routes.filter(({ rule }) => rule!.as === 'holder')) expect([label(route), codeOf(await visit(route, powerless))]).toEqual([label(route), 'SCOPE_MISSING']);
  });

  test('that wants a fresh sign-in refuses an old one', async () => {
    const old = await somebody({ signedInAgo: '2 days', role: 'super_admin', twoFactor: true });
    const fresh = routes.filter(({ rule }) => rule!.freshMinutes !== undefined);
    expect(fresh.length).toBeGreaterThan(1);
    for (const route of fresh) expect([label(route), codeOf(await visit(route, old.token))]).toEqual([label(route), 'SIGN_IN_AGAIN']);
  });

  test('of administration refuses users, and administrators without a second factor', async () => {
    const admin = routes.filter(({ rule }) => rule!.role !== undefined);
    expect(admin.length).toBeGreaterThan(1);
    const [user, careless, lower] = [await somebody({ twoFactor: true }), await somebody({ role: 'super_admin' }), await somebody({ role: 'admin', twoFactor: true })];
    for (const route of admin) {
      expect([label(route), codeOf(await visit(route, user.token))]).toEqual([label(route), 'ROLE_MISSING']);
      expect([label(route), codeOf(await visit(route, careless.token))]).toEqual([label(route), 'TWO_FACTOR_NEEDED']);
      if (route.rule!.role === 'super_admin') expect([label(route), codeOf(await visit(route, lower.token))]).toEqual([label(route), 'ROLE_MISSING']);
    }
  });

  test('of a workspace is the same for strangers as if there were none, for keys that are bound elsewhere too', async () => {
    const stranger = await somebody();
    const elsewhere = await keyOf('walk_owner', ['*', ...PERMISSIONS], 'ws_other');
    const service = await keyOf(null, ['*']);
    const ofWorkspace = routes.filter(({ path }) => path.includes('{workspaceId}'));
    expect(ofWorkspace.length).toBeGreaterThan(15);
    for (const route of ofWorkspace.filter(({ rule }) => rule!.workspace)) {
      const answer = await visit(route, stranger.token);
      expect([label(route), answer.status, codeOf(answer)]).toEqual([label(route), 404, 'WORKSPACE_NOT_FOUND']);
      if (route.rule!.as !== 'holder') continue;
      for (const key of [elsewhere, service]) expect([label(route), codeOf(await visit(route, key))]).toEqual([label(route), 'WORKSPACE_NOT_FOUND']);
    }
    for (const route of ofWorkspace.filter(({ rule, hasBody }) => !rule!.workspace && !hasBody)) expect([403, 404]).toContain((await visit(route, stranger.token)).status);
  });

  test.each(WORKSPACE_ROLES)('of a workspace does for %s what the table of permissions says', async (role) => {
    const token = await tokenOfRole(role);
    const may = permissionsOf(role);
    for (const route of routes.filter(({ rule }) => rule!.workspace?.permission)) {
      const { permission } = route.rule!.workspace!;
      if (!may.has(permission!)) expect([label(route), codeOf(await visit(route, token))]).toEqual([label(route), 'PERMISSION_MISSING']);
      else if (route.method === 'GET') expect([label(route), codeOf(await visit(route, token))]).not.toEqual([label(route), 'PERMISSION_MISSING']);
    }
  });

  test('answers a body that is none of the expected ones without an error of the server', async () => {
    const { token } = await somebody({ role: 'super_admin', twoFactor: true });
    for (const route of routes.filter(({ hasBody }) => hasBody)) {
      for (const body of ['{', '[]', 'null', '{"email":{"a":1},"token":["x"]}', '"text"']) {
        const response = await fetch(stage.server.url + target(route.path), { method: route.method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body });
        expect([label(route), body, response.status >= 400 && response.status < 500]).toEqual([label(route), body, true]);
      }
    }
  });
});

test('no role gives what the role above does not, and grants never reach ownership', () => {
  for (const permission of ROLE_PERMISSIONS.guest) expect(ROLE_PERMISSIONS.viewer).toContain(permission);
  for (const [lower, upper] of [['viewer', 'commenter'], ['commenter', 'member'], ['member', 'admin'], ['admin', 'owner']] as const) for (const permission of ROLE_PERMISSIONS[lower]) expect(ROLE_PERMISSIONS[upper]).toContain(permission);
  const granted = permissionsOf('viewer', [...PERMISSIONS]);
  for (const permission of ['delete_workspace', 'transfer_ownership', 'manage_members', 'manage_settings', 'write_projects', 'manage_keys'] as const) expect(granted.has(permission)).toBe(false);
  expect(permissionsOf('viewer', ['view_usage']).has('view_usage')).toBe(true);
});

test('an unknown address is answered as one, without a word about what is near it', async () => {
  for (const path of ['/api/v1/nothing', '/api/v1/users/me/nothing', '/api/v1/auth/sign-in/email', '/api/v1/auth/get-session']) expect(await call(stage.server, 'GET', path)).toMatchObject({ status: 404, body: { error: { code: 'ROUTE_UNKNOWN' } } });
});

test('every answer carries the headers that keep browsers careful, errors too', async () => {
  for (const path of ['/health', '/api/v1/users/me', '/api/v1/nothing', '/sign-in', '/api/v1/docs']) {
    const { headers } = await call(stage.server, 'GET', path);
    expect([path, headers.get('content-security-policy')]).toEqual([path, expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/)]);
    expect([path, headers.get('x-content-type-options'), headers.get('x-frame-options'), headers.get('cross-origin-opener-policy'), headers.get('cache-control')]).toEqual([path, 'nosniff', 'DENY', 'same-origin', 'no-store']);
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|\*/);
  }
});

test('pages elsewhere may not use a cookie, nor call without being allowed', async () => {
  const { token } = await somebody();
  const change = (headers: Record<string, string>) => call(stage.server, 'PATCH', '/api/v1/users/me', { body: { name: 'Changed' }, headers });
  const cookie = { cookie: `uxflow=${token}` };
  expect(await change(cookie)).toMatchObject({ status: 403, body: { error: { code: 'ORIGIN_REFUSED' } } });
  expect(await change({ ...cookie, origin: 'https://evil.example' })).toMatchObject({ status: 403 });
  expect(await change({ ...cookie, origin: 'null' })).toMatchObject({ status: 403 });
  expect(await change({ ...cookie, origin: stage.server.url })).toMatchObject({ status: 200 });
  expect(await change({ authorization: `Bearer ${token}`, origin: 'https://evil.example' })).toMatchObject({ status: 403 });
  expect(await change({ authorization: `Bearer ${token}` })).toMatchObject({ status: 200 });
  const preflight = await fetch(`${stage.server.url}/api/v1/users/me`, { method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'PATCH' } });
  expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
});

test('limits hold below everything: by address, by guesses, for sockets; the answer says when to come again', async () => {
  const strict = await startAccountServer({ RATE_FACTOR: '0.1', CORS_ORIGINS: 'https://app.example.org', PUBLIC_URL: 'https://flows.example.org' });
  try {
    const allowed = await fetch(`${strict.server.url}/health`, { headers: { origin: 'https://app.example.org' } });
    expect([allowed.headers.get('access-control-allow-origin'), allowed.headers.get('access-control-allow-credentials'), allowed.headers.get('strict-transport-security')]).toEqual(['https://app.example.org', null, expect.stringContaining('max-age=')]);
    const guess = () => call(strict.server, 'POST', '/api/v1/users/verify-email', { body: { token: 'x'.repeat(20) } });
    expect([(await guess()).status, (await guess()).status]).toEqual([400, 400]);
    const limited = await guess();
    expect(limited).toMatchObject({ status: 429, body: { error: { code: 'RATE_LIMITED' } } });
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    const answers = await Promise.all(Array.from({ length: 40 }, () => call(strict.server, 'GET', '/api/v1/nothing')));
    expect(answers.some(({ status }) => status === 429)).toBe(true);
    const upgrades = await Promise.all(
      Array.from({ length: 140 }, async () => {
        const socket = new WebSocket(socketUrl(strict.server.port));
        const status = await new Promise<number>((done) => socket.once('open', () => done(101)).once('unexpected-response', (_request, response) => done(response.statusCode ?? 0)).on('error', () => {}));
        socket.terminate();
        return status;
      }),
    );
    expect(new Set(upgrades)).toEqual(new Set([101, 429]));
  } finally {
    await strict.close();
  }
});
