/** Who hears that keys have changed, over two instances on one database; and that a notice says nothing but of which workspace. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { newInvitationSecret, newRecoveryKit, sealAccountKeys, sealInvitation, type Keyring } from '@uxflow/core/keys';
import { encodeDown } from '@uxflow/core/protocol';
import { startTestPostgres, type TestPostgres } from '../../test/testDatabase.ts';
import { keyDevice, testCipher, type KeyDevice } from '../../test/testKeyDevice.ts';
import { socketUrl, startTestServer } from '../../test/testServer.ts';
import { openTestSocket, type TestSocket } from '../../test/testSocket.ts';
import { addPerson, ask, makeWorkspace, putIn } from '../../test/testWorkspaces.ts';
import type { RunningServer } from '../server.ts';

type Name = 'ann' | 'bob' | 'cleo' | 'gus' | 'eve';

let postgres: TestPostgres;
let servers: RunningServer[];
let people: Record<Name, KeyDevice>;
let workspaceId = '';
let keyring: Keyring;
let sockets = {} as Record<Name, TestSocket>;
let count = 0;

beforeAll(async () => {
  postgres = await startTestPostgres();
  const database = await postgres.clone();
  const start = () => startTestServer(database.url, { RATE_FACTOR: '1000', DEFAULT_PLAN: 'enterprise' });
  servers = [await start(), await start()];
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await postgres.close();
});

/** Ann owns an encrypted workspace, Bob is a member, Cleo an admin and Gus a guest; Eve is a stranger. All but Ann are connected to the other instance. */
beforeEach(async () => {
  count += 1;
  const [{ url, database: { pool } }] = servers as [RunningServer];
  const devices = await Promise.all((['ann', 'bob', 'cleo', 'gus', 'eve'] as const).map(async (name) => [name, await keyDevice(url, await addPerson(pool, `${name}${count}`))] as const));
  people = Object.fromEntries(devices) as typeof people;
  ({ id: workspaceId } = await makeWorkspace(url, people.ann.person, { encrypted: true }));
  await putIn(pool, workspaceId, people.bob.person, 'member');
  await putIn(pool, workspaceId, people.cleo.person, 'admin');
  await putIn(pool, workspaceId, people.gus.person, 'guest');
  keyring = people.ann.keyring(workspaceId);
  await keyring.refresh();
  await keyring.begin();
  const connected = await Promise.all(devices.map(async ([name, { person }]) => [name, await openTestSocket(socketUrl(servers[name === 'ann' ? 0 : 1]!.port), person.token, ['keys', 'what nobody knows'])] as const));
  sockets = Object.fromEntries(connected) as typeof sockets;
});
afterEach(() => {
  for (const { socket } of Object.values(sockets)) socket.terminate();
});

/** Everybody who is told by what is done; all that was said before an answer to a ping has come by then, on both instances. */
async function whoHears(what: () => Promise<unknown>): Promise<Name[]> {
  await drain();
  await what();
  return await drain();
}
/** The names of those who have heard of the workspace, each notice looked at whole. */
async function drain(): Promise<Name[]> {
  // A notice of a workspace of its own goes the same way behind all others, and shows that they have arrived.
  const mark = `ws_mark_${Math.random()}`;
  await servers[0]!.workspaces.parts.sayKeysChanged(mark, Object.values(people).map(({ person }) => person.userId));
  const heard: Name[] = [];
  for (const [name, socket] of Object.entries(sockets) as [Name, TestSocket][]) {
    for (;;) {
      const notice = await socket.next('keysChanged');
      if (notice.workspace === mark) break;
      expect(notice).toEqual({ type: 'keysChanged', workspace: workspaceId });
      expect(encodeDown(notice).slice(1)).toEqual(new TextEncoder().encode(`{"workspace":"${workspaceId}"}`));
      if (!heard.includes(name)) heard.push(name);
    }
  }
  return heard;
}
const remove = (who: Name) => ask(servers[0]!.url, people.ann.person, 'DELETE', `/workspaces/${workspaceId}/members/${people[who].person.userId}`);

test('who is given a key hears of it, on whichever instance, and nobody else', async () => {
  expect(await whoHears(() => keyring.give([people.bob.person.userId]))).toEqual(['bob']);
  expect(await whoHears(() => keyring.give([people.cleo.person.userId]))).toEqual(['cleo']);
});

test('a new key concerns everybody but guests and strangers', async () => {
  expect(await whoHears(() => keyring.rotate())).toEqual(['ann', 'bob', 'cleo']);
});

test('who may make the next key hears that somebody came, left, or has other keys now', async () => {
  expect(await whoHears(() => remove('bob'))).toEqual(['ann', 'cleo']);
  const { body } = await ask(servers[0]!.url, people.ann.person, 'POST', `/workspaces/${workspaceId}/invite`, { email: people.eve.person.email, role: 'member' });
  const secret = newInvitationSecret(await testCipher());
  await keyring.refresh();
  await keyring.rotate();
  await people.ann.api.putInvitation(workspaceId, body.id, sealInvitation(await testCipher(), { workspaceId, invitationId: body.id }, keyring.keys!.newest, people.ann.account, secret));
  expect(await whoHears(() => ask(servers[1]!.url, people.eve.person, 'POST', `/invitations/${body.id}/accept`))).toEqual(['ann', 'cleo']);
  const eves = people.eve.keyring(workspaceId);
  const taken = await people.eve.api.takeInvitation(body.id);
  // What she was handed is no longer the newest key: who made the invitation can say by its secret who came.
  await keyring.rotate();
  expect(await whoHears(() => eves.join({ workspaceId, invitationId: body.id }, taken, secret))).toEqual(['ann']);
  const cipher = await testCipher();
  const stored = await people.eve.api.accountKeys();
  expect(await whoHears(() => people.eve.api.replaceAccountKeys({ ...sealAccountKeys(cipher, people.eve.account, newRecoveryKit(cipher).secret), version: stored!.version }))).toEqual(['ann', 'cleo', 'eve']);
});

test('a program that does not know of notices gets none', async () => {
  const older = await openTestSocket(socketUrl(servers[1]!.port), people.bob.person.token);
  expect(await whoHears(() => keyring.give([people.bob.person.userId]))).toEqual(['bob']);
  older.send({ type: 'ping' });
  await older.next('pong');
  expect(older.heard).toEqual([]);
  older.socket.terminate();
});

test('thousands of people are told in parts that the bus can carry', async () => {
  const names = Array.from({ length: 3000 }, (_, n) => `user_${n}_${'x'.repeat(20)}`);
  expect(await whoHears(() => servers[0]!.workspaces.parts.sayKeysChanged(workspaceId, [...names, people.bob.person.userId]))).toEqual(['bob']);
});
