/** What a change of members, projects and flows does to sockets that are open, over real sockets. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROTOCOL } from '@uxflow/core/protocol';
import { until } from '../../test/testDevice.ts';
import { startTestInstances, type TestInstances } from '../../test/testInstances.ts';
import { socketUrl } from '../../test/testServer.ts';
import { openTestSocket, pushOf, type TestSocket } from '../../test/testSocket.ts';
import { addPerson, ask, makeWorkspace, putIn, type TestPerson } from '../../test/testWorkspaces.ts';
import type { WorkspaceRole } from '../access/permissions.ts';
import type { RunningServer } from '../server.ts';

let instances: TestInstances;
let server: RunningServer;
/** Another instance: what is taken away here must be taken away there. */
let other: RunningServer;
let owner: TestPerson;
let count = 0;
const sockets: TestSocket[] = [];
const pool = () => server.database.pool;

beforeAll(async () => {
  instances = await startTestInstances();
  ({ server, other } = instances);
  owner = await addPerson(pool(), 'owner');
});
afterAll(async () => {
  for (const { socket } of sockets) socket.terminate();
  await instances.close();
});

interface Scene {
  workspaceId: string;
  projectId: string;
  logId: string;
}

async function scene(more: { visibility?: 'private' | 'team' } = {}): Promise<Scene> {
  const { id: workspaceId } = await makeWorkspace(server.url, owner);
  const project = await ask(server.url, owner, 'POST', `/workspaces/${workspaceId}/projects`, { name: 'Web', ...more });
  const logId = `log_${++count}`;
  const shared = await ask(server.url, owner, 'POST', `/workspaces/${workspaceId}/flows`, { logId, name: 'Sign up', projectId: project.body.id });
  expect(shared.status).toBe(201);
  return { workspaceId, projectId: project.body.id as string, logId };
}

async function join(logId: string, who: TestPerson, at = server): Promise<TestSocket> {
  const socket = await openTestSocket(socketUrl(at.port), who.token);
  sockets.push(socket);
  socket.send({ type: 'join', log: logId, no: 0, chain: '' });
  await until('an answer', () => socket.heard.some(({ type }) => type === 'joined' || type === 'ended'));
  return socket;
}

async function inside(workspaceId: string, role: Exclude<WorkspaceRole, 'owner'>): Promise<TestPerson> {
  const person = await addPerson(pool(), `person${++count}`);
  await putIn(pool(), workspaceId, person, role);
  return person;
}

/** Resolves when the socket has lost the log; throws when that takes longer than the second that it may. */
async function lost(socket: TestSocket, code: string): Promise<void> {
  await until(`hears ${code}`, () => socket.heard.some((message) => message.type === 'ended' && message.code === code), 1000);
}

let entry = 0;
async function push(socket: TestSocket, logId: string, who: TestPerson): Promise<string> {
  const id = `tx_${++entry}`;
  socket.heard.length = 0;
  socket.send(pushOf(logId, id, who.userId));
  await until('an answer', () => socket.heard.some((message) => message.type === 'changes' || (message.type === 'denied' && message.id === id)));
  const denied = socket.heard.find((message) => message.type === 'denied' && message.id === id);
  return denied?.type === 'denied' ? denied.code : 'stored';
}

describe('an open socket', () => {
  test('of a removed member is cut within a second, on every instance, and what it pushes is refused', async () => {
    const { workspaceId, logId } = await scene();
    const member = await inside(workspaceId, 'member');
    const [here, there] = [await join(logId, member), await join(logId, member, other)];
    expect(await push(here, logId, member)).toBe('stored');
    const reader = await join(logId, owner);
    expect((await ask(server.url, owner, 'DELETE', `/workspaces/${workspaceId}/members/${member.userId}`)).status).toBe(204);
    await Promise.all([lost(here, 'ACCESS_REVOKED'), lost(there, 'ACCESS_REVOKED')]);
    expect(await push(there, logId, member)).toBe('LOG_NOT_JOINED');
    // Nothing of the log comes any more.
    here.heard.length = 0;
    reader.heard.length = 0;
    expect(await push(reader, logId, owner)).toBe('stored');
    expect(here.heard.filter(({ type }) => type === 'changes' || type === 'presence')).toEqual([]);
    const again = await join(logId, member);
    expect(again.heard.find(({ type }) => type === 'ended')).toMatchObject({ code: 'LOG_NOT_FOUND' });
  });

  test('that is just joining is asked for again when something is taken from somebody, and is cut only if it is theirs', async () => {
    const { workspaceId, logId } = await scene();
    const [stays, goes] = [await inside(workspaceId, 'member'), await inside(workspaceId, 'member')];
    const roleOf = server.access.roleOf;
    let open = () => {};
    const gate = new Promise<void>((done) => (open = done));
    const waiting: string[] = [];
    // Their roles are known, and have not come yet.
    server.access.roleOf = async (principal, log) => {
      const role = await roleOf(principal, log);
      if (waiting.length < 2) {
        waiting.push(principal.userId);
        await gate;
      }
      return role;
    };
    const joining = [stays, goes].map((who) => join(logId, who));
    await until('both wait', () => waiting.length === 2);
    expect((await ask(server.url, owner, 'DELETE', `/workspaces/${workspaceId}/members/${goes.userId}`)).status).toBe(204);
    await server.access.revoke({ workspaceId });
    await new Promise((done) => setTimeout(done, 200));
    open();
    const [first, second] = await Promise.all(joining);
    server.access.roleOf = roleOf;
    expect(first!.heard.map((message) => [message.type, message.type === 'joined' && message.scope])).toEqual([['joined', 'edit']]);
    expect(second!.heard).toMatchObject([{ type: 'ended', code: 'LOG_NOT_FOUND' }]);
    expect(await push(first!, logId, stays)).toBe('stored');
  });

  test('becomes nobody else: what was joined as one person is not kept as another', async () => {
    const { workspaceId, logId } = await scene();
    const [member, elsewhere] = [await inside(workspaceId, 'member'), await addPerson(pool(), `elsewhere${++count}`)];
    const socket = await join(logId, member);
    socket.send({ type: 'hello', protocol: PROTOCOL, token: elsewhere.token, schemas: 1, rules: 1, device: 'device_1' });
    await until('an end', () => socket.heard.some((message) => message.type === 'welcome' || message.type === 'ended'));
    expect(socket.heard.find(({ type }) => type === 'ended')).toMatchObject({ code: 'HELLO_TWICE' });
    expect((await socket.end()).code).toBe(4000);
  });

  test('shows nobody and is shown to nobody before it is known whether it may join', async () => {
    const { logId } = await scene();
    const [reader, colleague] = [await join(logId, owner), await join(logId, owner)];
    const person = await addPerson(pool(), `stranger${++count}`);
    const stranger = await openTestSocket(socketUrl(server.port), person.token);
    sockets.push(stranger);
    const client = await pool().connect();
    try {
      // The question for the role waits for this.
      await client.query('begin');
      await client.query('lock table member in access exclusive mode');
      stranger.send({ type: 'join', log: logId, no: 0, chain: '' });
      stranger.send({ type: 'presence', log: logId, bytes: Buffer.from('stranger') });
      stranger.send({ type: 'ask', log: logId, ids: ['tx_1'] });
      stranger.send({ type: 'ping' });
      await stranger.next('pong');
      colleague.send({ type: 'presence', log: logId, bytes: Buffer.from('colleague') });
      const { peers } = await reader.next('presence');
      stranger.send({ type: 'ping' });
      await stranger.next('pong');
      expect([peers.map(({ user }) => user), stranger.heard.map(({ type }) => type)]).toEqual([[owner.userId], []]);
    } finally {
      await client.query('rollback');
      client.release();
    }
    expect((await stranger.next('ended')).code).toBe('LOG_NOT_FOUND');
  });

  test('whose cut got lost stores nothing all the same: the role is asked with every commit', async () => {
    const { workspaceId, logId } = await scene();
    const member = await inside(workspaceId, 'member');
    const socket = await join(logId, member);
    await pool().query('delete from member where workspace_id = $1 and user_id = $2', [workspaceId, member.userId]);
    expect(await push(socket, logId, member)).toBe('LOG_NOT_FOUND');
    expect((await pool().query('select 1 from entry where log_id = $1', [logId])).rowCount).toBe(0);
  });

  test('of a member who leaves is cut as well', async () => {
    const { workspaceId, logId } = await scene();
    const member = await inside(workspaceId, 'member');
    const socket = await join(logId, member);
    expect((await ask(server.url, member, 'DELETE', `/workspaces/${workspaceId}/members/${member.userId}`)).status).toBe(204);
    await lost(socket, 'ACCESS_REVOKED');
  });

  test('of a viewer reads, and what it pushes is refused', async () => {
    const { workspaceId, logId } = await scene();
    const viewer = await inside(workspaceId, 'viewer');
    const socket = await join(logId, viewer);
    expect(socket.heard.find(({ type }) => type === 'joined')).toMatchObject({ scope: null });
    expect(await push(socket, logId, viewer)).toBe('ROLE_READS_ONLY');
    const { rows } = await pool().query('select 1 from entry where log_id = $1', [logId]);
    expect(rows).toEqual([]);
  });

  test('takes a new role at once: a member who becomes viewer joins anew and only reads', async () => {
    const { workspaceId, logId } = await scene();
    const member = await inside(workspaceId, 'member');
    const socket = await join(logId, member);
    await ask(server.url, owner, 'PATCH', `/workspaces/${workspaceId}/members/${member.userId}`, { role: 'viewer' });
    await lost(socket, 'ROLE_CHANGED');
    const again = await join(logId, member);
    expect([again.heard.find(({ type }) => type === 'joined'), await push(again, logId, member)]).toMatchObject([{ scope: null }, 'ROLE_READS_ONLY']);
  });

  test('is cut when the project becomes private, and not that of who is in it', async () => {
    const { workspaceId, projectId, logId } = await scene();
    const [member, friend] = [await inside(workspaceId, 'member'), await inside(workspaceId, 'viewer')];
    await ask(server.url, owner, 'PUT', `/workspaces/${workspaceId}/projects/${projectId}/members/${friend.userId}`, { role: 'editor' });
    const [out, stays, boss] = [await join(logId, member, other), await join(logId, friend), await join(logId, owner)];
    expect(await push(stays, logId, friend)).toBe('stored');
    expect((await ask(server.url, owner, 'PATCH', `/workspaces/${workspaceId}/projects/${projectId}`, { visibility: 'private' })).status).toBe(200);
    await lost(out, 'ACCESS_REVOKED');
    stays.heard.length = 0;
    expect([await push(stays, logId, friend), boss.heard.some(({ type }) => type === 'ended')]).toEqual(['stored', false]);
    const { body } = await ask(server.url, member, 'GET', `/workspaces/${workspaceId}/flows`);
    expect(body.flows).toEqual([]);
  });

  test('of a guest opens only the project that the guest is in, and closes when guests are not wanted any more', async () => {
    const { workspaceId, projectId, logId } = await scene();
    const elsewhere = `log_${++count}`;
    await ask(server.url, owner, 'POST', `/workspaces/${workspaceId}/flows`, { logId: elsewhere, name: 'Other' });
    const guest = await inside(workspaceId, 'guest');
    expect((await join(logId, guest)).heard.at(-1)).toMatchObject({ type: 'ended', code: 'LOG_NOT_FOUND' });
    await ask(server.url, owner, 'PUT', `/workspaces/${workspaceId}/projects/${projectId}/members/${guest.userId}`, { role: 'editor' });
    const socket = await join(logId, guest);
    expect(await push(socket, logId, guest)).toBe('stored');
    expect((await join(elsewhere, guest)).heard.at(-1)).toMatchObject({ type: 'ended', code: 'LOG_NOT_FOUND' });
    expect((await ask(server.url, guest, 'GET', `/workspaces/${workspaceId}/flows`)).body.flows.map((flow: { logId: string }) => flow.logId)).toEqual([logId]);
    await ask(server.url, owner, 'PATCH', `/workspaces/${workspaceId}`, { settings: { allowGuestAccess: false } });
    await lost(socket, 'ACCESS_REVOKED');
  });

  test.each(['flow', 'project', 'workspace'] as const)('is cut when the %s is deleted, and opens again when it is brought back', async (what) => {
    const { workspaceId, projectId, logId } = await scene();
    const member = await inside(workspaceId, 'member');
    const socket = await join(logId, member, other);
    const path = { flow: `/workspaces/${workspaceId}/flows/${logId}`, project: `/workspaces/${workspaceId}/projects/${projectId}`, workspace: `/workspaces/${workspaceId}` }[what];
    expect((await ask(server.url, owner, 'DELETE', path)).body.purgeAt).toBeGreaterThan(Date.now() + 29 * 86_400_000);
    await lost(socket, 'ACCESS_REVOKED');
    expect((await join(logId, owner)).heard.at(-1)).toMatchObject({ type: 'ended', code: 'LOG_NOT_FOUND' });
    expect((await ask(server.url, owner, 'POST', `${path}/restore`)).status).toBe(200);
    expect((await join(logId, member)).heard.some(({ type }) => type === 'joined')).toBe(true);
  });

  test('of somebody of another workspace never opens the log, whatever they register', async () => {
    const { logId } = await scene();
    const stranger = await addPerson(pool(), `stranger${++count}`);
    const { id } = await makeWorkspace(server.url, stranger);
    expect((await ask(server.url, stranger, 'POST', `/workspaces/${id}/flows`, { logId, name: 'Mine' })).status).toBe(409);
    expect((await join(logId, stranger)).heard.at(-1)).toMatchObject({ type: 'ended', code: 'LOG_NOT_FOUND' });
  });
});
