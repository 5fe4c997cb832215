/** Every route of this module, tried as nobody, as a stranger, unconfirmed, and as each role. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/testDatabase.ts';
import { startTestServer } from '../../test/testServer.ts';
import { addKey, addPerson, ask, codeOf, makeWorkspace, putIn, type TestAnswer, type TestPerson } from '../../test/testWorkspaces.ts';
import { PERMISSIONS } from '../access/permissions.ts';
import type { RunningServer } from '../server.ts';

const ROLES = ['owner', 'admin', 'member', 'commenter', 'viewer', 'guest'] as const;
type Role = (typeof ROLES)[number];
/** What a try needs to stand ready; each gets things of its own, so that no order matters. */
interface Stage {
  workspaceId: string;
  projectId: string;
  logId: string;
  targetId: string;
  invitationId: string;
}
interface Try {
  route: string;
  may: readonly Role[];
  path(stage: Stage): string;
  body?: (stage: Stage) => unknown;
}

const all = ROLES;
const writers: Role[] = ['owner', 'admin', 'member'];
const admins: Role[] = ['owner', 'admin'];
const inside: Role[] = ['owner', 'admin', 'member', 'commenter', 'viewer'];
const w = ({ workspaceId }: Stage, rest = '') => `/workspaces/${workspaceId}${rest}`;
const tries: Try[] = [
  { route: 'GET /workspaces/{workspaceId}', may: all, path: (s) => w(s) },
  { route: 'PATCH /workspaces/{workspaceId}', may: admins, path: (s) => w(s), body: () => ({ description: 'Ours' }) },
  { route: 'DELETE /workspaces/{workspaceId}', may: ['owner'], path: (s) => w(s) },
  { route: 'POST /workspaces/{workspaceId}/restore', may: [], path: (s) => w(s, '/restore') },
  { route: 'POST /workspaces/{workspaceId}/transfer-ownership', may: ['owner'], path: (s) => w(s, '/transfer-ownership'), body: (s) => ({ userId: s.targetId }) },
  { route: 'GET /workspaces/{workspaceId}/usage', may: writers, path: (s) => w(s, '/usage') },
  { route: 'GET /workspaces/{workspaceId}/activity', may: admins, path: (s) => w(s, '/activity') },
  { route: 'GET /workspaces/{workspaceId}/members', may: inside, path: (s) => w(s, '/members') },
  { route: 'PATCH /workspaces/{workspaceId}/members/{userId}', may: admins, path: (s) => w(s, `/members/${s.targetId}`), body: () => ({ role: 'commenter' }) },
  { route: 'DELETE /workspaces/{workspaceId}/members/{userId}', may: admins, path: (s) => w(s, `/members/${s.targetId}`) },
  { route: 'POST /workspaces/{workspaceId}/invite', may: admins, path: (s) => w(s, '/invite'), body: () => ({ email: 'new@example.test', role: 'viewer' }) },
  { route: 'GET /workspaces/{workspaceId}/invitations', may: admins, path: (s) => w(s, '/invitations') },
  { route: 'POST /workspaces/{workspaceId}/invitations/{invitationId}/resend', may: admins, path: (s) => w(s, `/invitations/${s.invitationId}/resend`) },
  { route: 'DELETE /workspaces/{workspaceId}/invitations/{invitationId}', may: admins, path: (s) => w(s, `/invitations/${s.invitationId}`) },
  { route: 'GET /workspaces/{workspaceId}/projects', may: all, path: (s) => w(s, '/projects') },
  { route: 'POST /workspaces/{workspaceId}/projects', may: writers, path: (s) => w(s, '/projects'), body: () => ({ name: 'Shop' }) },
  { route: 'GET /workspaces/{workspaceId}/projects/{projectId}', may: inside, path: (s) => w(s, `/projects/${s.projectId}`) },
  { route: 'PATCH /workspaces/{workspaceId}/projects/{projectId}', may: admins, path: (s) => w(s, `/projects/${s.projectId}`), body: () => ({ name: 'New' }) },
  { route: 'DELETE /workspaces/{workspaceId}/projects/{projectId}', may: admins, path: (s) => w(s, `/projects/${s.projectId}`) },
  { route: 'POST /workspaces/{workspaceId}/projects/{projectId}/restore', may: admins, path: (s) => w(s, `/projects/${s.projectId}/restore`) },
  { route: 'GET /workspaces/{workspaceId}/projects/{projectId}/members', may: inside, path: (s) => w(s, `/projects/${s.projectId}/members`) },
  { route: 'PUT /workspaces/{workspaceId}/projects/{projectId}/members/{userId}', may: admins, path: (s) => w(s, `/projects/${s.projectId}/members/${s.targetId}`), body: () => ({ role: 'viewer' }) },
  { route: 'DELETE /workspaces/{workspaceId}/projects/{projectId}/members/{userId}', may: admins, path: (s) => w(s, `/projects/${s.projectId}/members/${s.targetId}`) },
  { route: 'GET /workspaces/{workspaceId}/flows', may: all, path: (s) => w(s, '/flows') },
  { route: 'POST /workspaces/{workspaceId}/flows', may: writers, path: (s) => w(s, '/flows'), body: (s) => ({ logId: `${s.logId}_new`, name: 'Checkout', projectId: s.projectId }) },
  { route: 'PATCH /workspaces/{workspaceId}/flows/{logId}', may: writers, path: (s) => w(s, `/flows/${s.logId}`), body: () => ({ name: 'Renamed' }) },
  { route: 'DELETE /workspaces/{workspaceId}/flows/{logId}', may: admins, path: (s) => w(s, `/flows/${s.logId}`) },
  { route: 'POST /workspaces/{workspaceId}/flows/{logId}/restore', may: admins, path: (s) => w(s, `/flows/${s.logId}/restore`) },
];
/** Routes that belong to no workspace: tried below one by one. */
const own = ['GET /workspaces', 'POST /workspaces', 'GET /subscriptions', 'POST /subscriptions/upgrade', 'GET /usage', 'GET /invitations', 'POST /invitations/accept', 'POST /invitations/{invitationId}/accept', 'POST /invitations/{invitationId}/decline'];
/** What a guest, who sees no project here, hears of something in one. */
const HIDDEN = ['PERMISSION_MISSING', 'PROJECT_NOT_FOUND', 'FLOW_NOT_FOUND'];

let postgres: TestPostgres;
let database: TestDatabase;
let server: RunningServer;
let stranger: TestPerson;
let count = 0;

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = await postgres.clone();
  server = await startTestServer(database.url, { RATE_FACTOR: '1000' });
  stranger = await addPerson(server.database.pool, 'stranger');
  await makeWorkspace(server.url, stranger);
});
afterAll(async () => {
  await server.close();
  await database.drop();
  await postgres.close();
});

/** A workspace with one of each role, a project, a flow in it, an open invitation, and one more member to act on. */
async function setUp(): Promise<{ stage: Stage; people: Record<Role, TestPerson> }> {
  const { pool } = server.database;
  const n = ++count;
  const people = {} as Record<Role, TestPerson>;
  for (const role of ROLES) people[role] = await addPerson(pool, `${role}${n}`);
  const { id: workspaceId } = await makeWorkspace(server.url, people.owner);
  for (const role of ROLES) if (role !== 'owner') await putIn(pool, workspaceId, people[role], role);
  const target = await addPerson(pool, `target${n}`);
  await putIn(pool, workspaceId, target, 'viewer');
  const project = await ask(server.url, people.owner, 'POST', `/workspaces/${workspaceId}/projects`, { name: 'Web' });
  const projectId = project.body.id as string;
  await ask(server.url, people.owner, 'PUT', `/workspaces/${workspaceId}/projects/${projectId}/members/${target.userId}`, { role: 'viewer' });
  const logId = `log_${n}`;
  await ask(server.url, people.owner, 'POST', `/workspaces/${workspaceId}/flows`, { logId, name: 'Sign up', projectId });
  const invitation = await ask(server.url, people.owner, 'POST', `/workspaces/${workspaceId}/invite`, { email: `guest${n}@elsewhere.test` });
  await pool.query(`update invitation set sent_at = now() - interval '1 hour' where workspace_id = $1`, [workspaceId]);
  return { stage: { workspaceId, projectId, logId, targetId: target.userId, invitationId: invitation.body.id }, people };
}

/** What is brought back must be deleted first. */
async function prepare({ route }: Try, { stage, people }: { stage: Stage; people: Record<Role, TestPerson> }): Promise<void> {
  if (route.includes('/projects/{projectId}/restore')) await ask(server.url, people.owner, 'DELETE', w(stage, `/projects/${stage.projectId}`));
  if (route.includes('/flows/{logId}/restore')) await ask(server.url, people.owner, 'DELETE', w(stage, `/flows/${stage.logId}`));
}

function attempt(who: TestPerson | undefined, { route, path, body }: Try, stage: Stage): Promise<TestAnswer> {
  return ask(server.url, who, route.split(' ')[0]!, path(stage), body?.(stage));
}

test('no route of the module is left out here', async () => {
  const document = (await (await fetch(`${server.url}/api/v1/openapi.json`)).json()) as { paths: Record<string, Record<string, { tags?: string[] }>> };
  const tags = new Set(['workspaces', 'members', 'invitations', 'projects', 'flows']);
  const routes = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).flatMap(([method, { tags: given = [] }]) => (given.some((tag) => tags.has(tag)) ? [`${method.toUpperCase()} ${path.replace('/api/v1', '')}`] : [])));
  expect(routes.sort()).toEqual([...tries.map(({ route }) => route), ...own].sort());
});

describe.each(tries)('$route', (one) => {
  // Whoever is refused changes nothing, so they all try in the same place.
  let shared: Awaited<ReturnType<typeof setUp>>;
  beforeAll(async () => {
    shared = await setUp();
    await prepare(one, shared);
  });

  test('is for nobody who is not signed in, has not confirmed the address, or is no member', async () => {
    const { stage } = shared;
    const unconfirmed = await addPerson(server.database.pool, `unconfirmed${count}`, { verified: false });
    await putIn(server.database.pool, stage.workspaceId, unconfirmed, 'admin');
    const answers = [await attempt(undefined, one, stage), await attempt(unconfirmed, one, stage), await attempt(stranger, one, stage), await attempt(stranger, one, { ...stage, workspaceId: 'ws_none' })];
    expect(answers.map((answer) => [answer.status, codeOf(answer)])).toEqual([[401, 'SESSION_INVALID'], [403, 'EMAIL_UNVERIFIED'], [404, 'WORKSPACE_NOT_FOUND'], [404, 'WORKSPACE_NOT_FOUND']]);
    // The two answers differ in nothing but the name that was asked for.
    expect(answers[2]!.body.error.message).toBe(answers[3]!.body.error.message);
  });

  test('gives each role what it may', async () => {
    for (const role of ROLES) {
      const changes = one.may.includes(role) && !one.route.startsWith('GET');
      const { stage, people } = changes ? await setUp() : shared;
      if (changes) await prepare(one, { stage, people });
      const answer = await attempt(people[role], one, stage);
      if (one.may.includes(role)) expect([role, answer.status, codeOf(answer)], one.route).toEqual([role, expect.toSatisfy((status: number) => status < 300), undefined]);
      else if (one.route.endsWith('{workspaceId}/restore')) expect([role, codeOf(answer)]).toEqual([role, role === 'owner' ? 'WORKSPACE_NOT_DELETED' : 'PERMISSION_MISSING']);
      else expect([role, HIDDEN.includes(codeOf(answer) ?? '')], `${one.route}: ${JSON.stringify(answer)}`).toEqual([role, true]);
    }
  });

  test('takes a key only with the scope that it needs, and only in its workspace', async () => {
    const { stage, people } = shared;
    const { pool } = server.database;
    const nothing = await attempt(await addKey(pool, people.owner, ['share_links']), one, stage);
    const elsewhere = await attempt(await addKey(pool, people.owner, ['*', ...PERMISSIONS], 'ws_other'), one, stage);
    expect(['SCOPE_MISSING', 'SESSION_NEEDED']).toContain(codeOf(nothing));
    expect(['WORKSPACE_NOT_FOUND', 'SESSION_NEEDED']).toContain(codeOf(elsewhere));
    // Reading is no writing.
    const isRead = one.route.startsWith('GET');
    if (!isRead) expect(codeOf(await attempt(await addKey(pool, people.owner, ['read_projects', 'read_members']), one, stage)), one.route).toMatch(/^(SCOPE_MISSING|SESSION_NEEDED|PERMISSION_MISSING)$/);
  });
});

describe('routes of one\'s own', () => {
  test.each(own)('%s is for persons who have confirmed their address', async (route) => {
    const [method, path] = [route.split(' ')[0]!, route.split(' ')[1]!.replace('{invitationId}', 'invitation_none')];
    const body = route === 'POST /workspaces' ? { name: 'X' } : route === 'POST /invitations/accept' ? { token: 'x' } : undefined;
    const unconfirmed = await addPerson(server.database.pool, `late${++count}`, { verified: false });
    expect([codeOf(await ask(server.url, undefined, method, path, body)), codeOf(await ask(server.url, unconfirmed, method, path, body))]).toEqual(['SESSION_INVALID', 'EMAIL_UNVERIFIED']);
    const key = await addKey(server.database.pool, stranger, ['share_links']);
    expect(codeOf(await ask(server.url, key, method, path, body))).toMatch(/^(SESSION_NEEDED|SCOPE_MISSING)$/);
  });

  test('the list of workspaces holds one\'s own, and of a bound key only that one', async () => {
    const { stage, people } = await setUp();
    const second = await makeWorkspace(server.url, people.owner);
    const ids = async (who: TestPerson) => ((await ask(server.url, who, 'GET', '/workspaces')).body.workspaces as { id: string }[]).map(({ id }) => id);
    expect([await ids(people.owner), await ids(people.guest)]).toEqual([[stage.workspaceId, second.id], [stage.workspaceId]]);
    expect(await ids(await addKey(server.database.pool, people.owner, ['read_projects'], second.id))).toEqual([second.id]);
  });
});
