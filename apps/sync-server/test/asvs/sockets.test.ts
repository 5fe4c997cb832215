/** Chapter 8.3: every message of the socket as everybody who may not send it. */
import { afterAll, beforeAll, expect } from 'vitest';
import { PROTOCOL, type ClientMessage, type ServerMessage } from '@uxflow/core/protocol';
import { startAccountServer, type AccountServer } from '../testAccountServer.ts';
import { until } from '../testDevice.ts';
import { socketUrl } from '../testServer.ts';
import { openTestSocket, pushOf, type TestSocket } from '../testSocket.ts';
import { addPerson, ask, putIn, type TestPerson } from '../testWorkspaces.ts';
import { requirement, tellMatrix } from './requirement.ts';
import { fingerprint, makeTenant, type Tenant } from './walkStage.ts';

let stage: AccountServer;
let ours: Tenant;
let theirs: Tenant;
let count = 0;

beforeAll(async () => {
  stage = await startAccountServer({ DEFAULT_PLAN: 'enterprise' });
  [ours, theirs] = [await makeTenant(stage.server, 'ours'), await makeTenant(stage.server, 'theirs')];
});
afterAll(() => stage.close());

const chain = '0'.repeat(64);
/** One of each kind; a kind that is new does not compile without a line here. */
const messages = (log: string, userId: string): Record<ClientMessage['type'], ClientMessage> => ({
  hello: { type: 'hello', protocol: PROTOCOL, token: 'made-up', schemas: 1, rules: 1, device: 'device_1' },
  join: { type: 'join', log, no: 0, chain: '' },
  leave: { type: 'leave', log },
  push: pushOf(log, `entry_${++count}`, userId),
  presence: { type: 'presence', log, bytes: new Uint8Array([1, 2, 3]) },
  snapshot: { type: 'snapshot', log, no: 0, chain, part: 0, parts: 1, bytes: new Uint8Array([1]) },
  ask: { type: 'ask', log, ids: ['entry_1'] },
  ping: { type: 'ping' },
});
const entries = async () => Number((await stage.server.database.pool.query('select count(*) as n from entry where log_id = $1', [ours.ids.logId])).rows[0].n);
const open = (token?: string) => openTestSocket(socketUrl(stage.server.port), token);
/** Waits until the server has read what was sent before, and gives back what it said to it. */
async function heardOf(socket: TestSocket): Promise<ServerMessage[]> {
  socket.send({ type: 'ping' });
  await until('a pong or the end', () => socket.closed !== undefined || socket.heard.some(({ type }) => type === 'pong'));
  await new Promise((done) => setTimeout(done, 60));
  return socket.heard.splice(0).filter(({ type }) => type !== 'pong');
}
async function join(who: Pick<TestPerson, 'token'>): Promise<{ socket: TestSocket; scope: string | null }> {
  const socket = await open(who.token);
  socket.send(messages(ours.ids.logId!, '').join);
  const { scope } = await socket.next('joined');
  await heardOf(socket);
  return { socket, scope };
}
/** The answer to a push of an edit. */
async function push(socket: TestSocket, userId: string, scope: 'edit' | 'comment' = 'edit', id = `entry_${++count}`): Promise<string> {
  socket.send(pushOf(ours.ids.logId!, id, userId, { scope }));
  await until('an answer', () => socket.heard.some((message) => message.type === 'changes' || (message.type === 'denied' && message.id === id)));
  const denied = socket.heard.find((message) => message.type === 'denied' && message.id === id);
  socket.heard.length = 0;
  return denied?.type === 'denied' ? denied.code : 'stored';
}

requirement('8.3.1', 'before a valid hello every message ends the connection and has no effect', async () => {
  const before = await fingerprint(stage.server, ours);
  for (const [kind, message] of Object.entries(messages(ours.ids.logId!, ours.owner.userId))) {
    const socket = await open();
    socket.send(message);
    await expect.poll(() => socket.closed?.reason).toBe(kind === 'hello' ? 'SESSION_INVALID' : 'HELLO_FIRST');
    expect([kind, socket.heard.filter(({ type }) => type !== 'ended')]).toEqual([kind, []]);
  }
  expect(await fingerprint(stage.server, ours)).toEqual(before);
});

requirement('8.4.1', 'a member of another workspace hears and changes nothing of a log by any message', async () => {
  const before = await fingerprint(stage.server, ours);
  const reader = await join(ours.owner);
  for (const who of [theirs.owner.token, theirs.visitor]) {
    const socket = await open(who);
    for (const [kind, message] of Object.entries(messages(ours.ids.logId!, theirs.owner.userId))) {
      if (kind === 'hello') continue;
      socket.send(message);
      const heard = await heardOf(socket);
      const harmless = heard.every((one) => (one.type === 'ended' && one.code === 'LOG_NOT_FOUND') || (one.type === 'denied' && ['LOG_NOT_JOINED', 'LOG_NOT_FOUND', 'ENVELOPE_INVALID'].includes(one.code)));
      expect([kind, harmless, heard]).toEqual([kind, true, heard]);
    }
    socket.socket.terminate();
  }
  expect((await heardOf(reader.socket)).filter(({ type }) => type === 'presence' || type === 'changes')).toEqual([]);
  reader.socket.socket.terminate();
  expect(await fingerprint(stage.server, ours)).toEqual(before);
});

requirement('8.3.1', 'a viewer and a visitor by a link read and write nothing; a commenter comments; nobody writes in another\'s name', async () => {
  const { pool } = stage.server.database;
  const before = await entries();
  const [viewer, commenter] = [await addPerson(pool, 'socket-viewer'), await addPerson(pool, 'socket-commenter')];
  await putIn(pool, ours.ids.workspaceId!, viewer, 'viewer');
  await putIn(pool, ours.ids.workspaceId!, commenter, 'commenter');
  const reading = await join(viewer);
  expect([reading.scope, await push(reading.socket, viewer.userId), await push(reading.socket, viewer.userId, 'comment')]).toEqual([null, 'ROLE_READS_ONLY', 'ROLE_READS_ONLY']);
  reading.socket.send(messages(ours.ids.logId!, viewer.userId).snapshot);
  await heardOf(reading.socket);
  expect((await pool.query('select 1 from snapshot where log_id = $1', [ours.ids.logId])).rowCount).toBe(0);
  const visiting = await join({ token: ours.visitor });
  const visitorId = (await open(ours.visitor)).closed ?? 'visitor';
  expect([visiting.scope, await push(visiting.socket, String(visitorId))]).toEqual([null, expect.stringMatching(/ROLE_READS_ONLY|ENVELOPE_INVALID/)]);
  expect(await entries()).toBe(before);
  const speaking = await join(commenter);
  expect([speaking.scope, await push(speaking.socket, commenter.userId), await push(speaking.socket, commenter.userId, 'comment')]).toEqual(['comment', 'ROLE_COMMENTS_ONLY', 'stored']);
  expect(await push(speaking.socket, ours.owner.userId, 'comment')).toBe('ENVELOPE_INVALID');
  expect(await entries()).toBe(before + 1);
  for (const { socket } of [reading, visiting, speaking]) socket.socket.terminate();
});

requirement('8.3.1', 'nobody who may not edit gives a snapshot; a visitor shows nothing of themselves and sees nobody', async () => {
  const { pool } = stage.server.database;
  const logId = ours.ids.logId!;
  const owner = await join(ours.owner);
  expect(await push(owner.socket, ours.owner.userId)).toBe('stored');
  const { rows } = await pool.query<{ no: number; chain: string }>(`select head_no::int as no, head_chain as chain from log where id = $1`, [logId]);
  const { no, chain: head } = rows[0]!;
  const stored = async () => (await pool.query('select 1 from snapshot where log_id = $1 and no = $2', [logId, no])).rowCount;
  const give = async (socket: TestSocket): Promise<string> => {
    socket.send({ type: 'snapshot', log: logId, no, chain: head, part: 0, parts: 1, bytes: new Uint8Array([0, 1, 2]) });
    const denied = (await heardOf(socket)).find(({ type }) => type === 'denied');
    return denied?.type === 'denied' ? denied.code : 'taken';
  };
  const people = await Promise.all((['viewer', 'commenter', 'guest'] as const).map(async (role) => {
    const person = await addPerson(pool, `snapshot-${role}`);
    await putIn(pool, ours.ids.workspaceId!, person, role);
    return { role, person };
  }));
  // A guest who comments in the one project that they see.
  const guest = people.find(({ role }) => role === 'guest')!.person;
  expect((await ask(stage.server.url, ours.owner, 'PUT', `/workspaces/${ours.ids.workspaceId}/projects/${ours.ids.projectId}/members/${guest.userId}`, { role: 'commenter' })).status).toBeLessThan(300);
  for (const [role, who] of [...people.map(({ role, person }) => [role, person] as const), ['visitor', { token: ours.visitor }] as const]) {
    const { socket } = await join(who);
    expect([role, await give(socket), await stored()]).toEqual([role, 'ROLE_READS_ONLY', 0]);
    socket.socket.terminate();
  }
  const visiting = await join({ token: ours.visitor });
  await heardOf(owner.socket);
  visiting.socket.send({ type: 'presence', log: logId, bytes: new Uint8Array([1, 2, 3]) });
  await heardOf(visiting.socket);
  owner.socket.send({ type: 'presence', log: logId, bytes: new Uint8Array([4, 5, 6]) });
  expect((await heardOf(owner.socket)).filter(({ type }) => type === 'presence')).toEqual([]);
  expect((await heardOf(visiting.socket)).filter(({ type }) => type === 'presence')).toEqual([]);
  // The very same snapshot by who may edit is one.
  expect([await give(owner.socket), await stored()]).toEqual(['taken', 1]);
  await pool.query('delete from snapshot where log_id = $1', [logId]);
  for (const { socket } of [owner, visiting]) socket.socket.terminate();
});

requirement('8.3.1', 'a guest without the project opens no flow of it', async () => {
  const guest = await addPerson(stage.server.database.pool, 'socket-guest');
  await putIn(stage.server.database.pool, ours.ids.workspaceId!, guest, 'guest');
  const socket = await open(guest.token);
  socket.send(messages(ours.ids.logId!, guest.userId).join);
  expect(await heardOf(socket)).toEqual([expect.objectContaining({ type: 'ended', code: 'LOG_NOT_FOUND' })]);
  socket.socket.terminate();
});

requirement('8.3.2', 'a member who is removed hears nothing any more, and what was on its way is not stored', async () => {
  const member = await addPerson(stage.server.database.pool, 'socket-member');
  await putIn(stage.server.database.pool, ours.ids.workspaceId!, member, 'member');
  const { socket } = await join(member);
  expect(await push(socket, member.userId)).toBe('stored');
  const before = await entries();
  expect((await ask(stage.server.url, ours.owner, 'DELETE', `/workspaces/${ours.ids.workspaceId}/members/${member.userId}`)).status).toBe(204);
  await expect.poll(() => socket.heard.some((message) => message.type === 'ended' && message.code === 'ACCESS_REVOKED')).toBe(true);
  expect([await push(socket, member.userId), await entries()]).toEqual(['LOG_NOT_JOINED', before]);
  socket.socket.terminate();
});

requirement('8.3.2', 'where the word of the removal was lost, the commit finds out', async () => {
  const member = await addPerson(stage.server.database.pool, 'socket-late');
  await putIn(stage.server.database.pool, ours.ids.workspaceId!, member, 'member');
  const { socket } = await join(member);
  const before = await entries();
  await stage.server.database.pool.query('delete from member where workspace_id = $1 and user_id = $2', [ours.ids.workspaceId, member.userId]);
  expect([await push(socket, member.userId), await entries()]).toEqual(['LOG_NOT_FOUND', before]);
  socket.socket.terminate();
});

tellMatrix();
