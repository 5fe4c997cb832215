/** People who edit together in an encrypted workspace, over real sockets on a real Postgres; and what the server then knows. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stateText } from '@uxflow/core';
import { createSealedCodec, openName, sealName, watchKeys, type Cipher, type Keyring } from '@uxflow/core/keys';
import { startAccountServer, type AccountServer } from '../../test/testAccountServer.ts';
import { dumpDatabase, findTexts, type Held } from '../../test/findText.ts';
import { keyDevice, testCipher, type KeyDevice } from '../../test/testKeyDevice.ts';
import { emptyDisk, startDevice, until, type Device, type Disk } from '../../test/testDevice.ts';
import { openTestSocket, pushOf } from '../../test/testSocket.ts';
import { socketUrl } from '../../test/testServer.ts';
import { addPerson, ask, makeWorkspace, putIn } from '../../test/testWorkspaces.ts';

const deflater = { deflate: (bytes: Uint8Array) => deflateRawSync(bytes), inflate: (bytes: Uint8Array, size: number) => inflateRawSync(bytes, { maxOutputLength: Math.max(size, 1) }) };

let at: AccountServer;
let cipher: Cipher;
let people: Record<'ann' | 'bob' | 'cleo', KeyDevice>;
let workspaceId = '';
const stops: (() => void)[] = [];
/** Everything that devices sent by their sockets. */
let sent: Held[] = [];
let count = 0;

beforeEach(async () => {
  at = await startAccountServer({ SYNC_SNAPSHOT_EVERY: '10', DEFAULT_PLAN: 'enterprise' });
  cipher = await testCipher();
  const of = async (name: string) => keyDevice(at.server.url, await addPerson(at.server.database.pool, name));
  people = { ann: await of('ann'), bob: await of('bob'), cleo: await of('cleo') };
  ({ id: workspaceId } = await makeWorkspace(at.server.url, people.ann.person, { name: 'Team', encrypted: true }));
  await putIn(at.server.database.pool, workspaceId, people.bob.person, 'member');
  await putIn(at.server.database.pool, workspaceId, people.cleo.person, 'admin');
});
afterEach(async () => {
  for (const stop of stops.splice(0)) stop();
  sent = [];
  await at.close();
});

interface Sealed extends Device {
  keyring: Keyring;
  problems: unknown[];
}

/** A device of somebody with the flow open; it fetches new keys by itself. */
async function open(name: keyof typeof people, { keyring = people[name].keyring(workspaceId), disk = emptyDisk() as Disk, logId = 'log_1' } = {}): Promise<Sealed> {
  if (keyring.epoch === 0) await keyring.refresh();
  const codec = createSealedCodec({ cipher, logId, keys: () => keyring, deflater });
  const device = startDevice({
    url: () => socketUrl(at.server.port),
    member: people[name].person,
    logId,
    flowId: 'flow_1',
    codec,
    disk,
    hurry: 10,
    wire: (events, connect) => {
      const socket = connect(events);
      return { ...socket, send: (frame) => void (sent.push({ where: `socket of ${name}`, bytes: frame.slice() }), socket.send(frame)) };
    },
  });
  const problems: unknown[] = [];
  const end = watchKeys({ client: device.client, logs: () => [device.open], keyring, timer: (ms, task) => { const timer = setTimeout(task, ms / 100); return () => clearTimeout(timer); }, onProblem: (problem) => problems.push(problem) });
  stops.push(end, () => device.stop());
  return { ...device, keyring, problems };
}

/** Ann's keyring after she began and gave the key to the others; the flow is shared. */
async function begin(): Promise<Keyring> {
  const keyring = people.ann.keyring(workspaceId);
  await keyring.refresh();
  await keyring.begin();
  await keyring.give([people.bob.person.userId, people.cleo.person.userId]);
  await share(keyring, 'log_1', 'A flow');
  return keyring;
}
async function share(keyring: Keyring, logId: string, name: string): Promise<void> {
  const { status, body } = await ask(at.server.url, people.ann.person, 'POST', `/workspaces/${workspaceId}/flows`, { logId, sealed: sealName(cipher, keyring.keys!, { logId }, name), kind: 'main', no: 0, chain: '' });
  if (status !== 201) throw new Error(JSON.stringify(body));
}
function rename({ replica, member }: Device, name: string): void {
  replica.commit({ ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', to: name }] }, { id: `tx_${++count}`, logId: 'log_1', author: { kind: 'user', id: member.userId, name: 'U' }, at: 1 });
}
const synced = (device: Device) => until('synced', () => device.open.status().state === 'synced' && device.open.status().waiting === 0);
const named = (device: Device, name: string) => until(`named ${name}`, () => device.replica.confirmed.flow.name === name);

describe('two devices with the key', () => {
  test('see each other\'s edits and presence; a newcomer starts from a sealed snapshot', async () => {
    const keyring = await begin();
    const [ann, bob] = [await open('ann', { keyring }), await open('bob')];
    for (let i = 0; i < 14; i++) rename(ann, `Name ${i}`);
    await synced(ann);
    await named(bob, 'Name 13');
    ann.open.log.show(new TextEncoder().encode('{"cursor":[1,2]}'));
    await until('bob sees ann', () => [...bob.open.log.presence.values()].some(({ user, bytes }) => user === people.ann.person.userId && new TextDecoder().decode(bytes) === '{"cursor":[1,2]}'));
    await until('a snapshot', async () => ((await at.server.database.pool.query('select 1 from snapshot')).rowCount ?? 0) > 0);
    const cleo = await open('cleo');
    await named(cleo, 'Name 13');
    expect([stateText(cleo.replica.confirmed), cleo.replica.chain, cleo.disk.base !== undefined]).toEqual([stateText(ann.replica.confirmed), ann.replica.chain, true]);
    expect(openName(cipher, cleo.keyring.keys!, { logId: 'log_1' }, (await ask(at.server.url, people.cleo.person, 'GET', `/workspaces/${workspaceId}/flows`)).body.flows[0].sealed)).toBe('A flow');
  });

  test('a device without the key waits, and goes on when it is given', async () => {
    const keyring = people.ann.keyring(workspaceId);
    await keyring.refresh();
    await keyring.begin();
    await share(keyring, 'log_1', 'A flow');
    const ann = await open('ann', { keyring });
    rename(ann, 'Hidden');
    await synced(ann);
    const bob = await open('bob');
    await until('bob waits', () => bob.open.status().reason?.code === 'LOG_KEY_MISSING');
    expect(bob.replica.confirmed.no).toBe(0);
    await keyring.refresh();
    await keyring.give([people.bob.person.userId]);
    await named(bob, 'Hidden');
    rename(bob, 'Seen');
    await named(ann, 'Seen');
  });
});

describe('a removed member', () => {
  test('is cut off and reads nothing new; what the others had waiting goes out under the next key, nothing lost', async () => {
    const keyring = await begin();
    const [ann, bob, cleo] = [await open('ann', { keyring }), await open('bob'), await open('cleo')];
    rename(ann, 'Before');
    await Promise.all([named(bob, 'Before'), named(cleo, 'Before')]);
    cleo.client.stop();
    rename(cleo, 'Offline 1');
    rename(cleo, 'Offline 2');
    expect((await ask(at.server.url, people.ann.person, 'DELETE', `/workspaces/${workspaceId}/members/${people.bob.person.userId}`)).status).toBeLessThan(300);
    await until('bob is cut off', () => bob.open.status().reason?.code === 'ACCESS_REVOKED');
    expect(await keyring.rotate()).toMatchObject({ epoch: 2, isStale: false });
    rename(ann, 'After');
    await synced(ann);
    // Cleo was offline all the while: her entries were made under the first key, and are sealed when they are sent.
    cleo.client.start();
    await until('both have all', () => ann.replica.confirmed.no === 4 && cleo.replica.confirmed.no === 4 && cleo.replica.pending.length === 0);
    expect(stateText(cleo.replica.confirmed)).toBe(stateText(ann.replica.confirmed));
    expect([cleo.disk.denied, cleo.problems, ann.problems]).toEqual([[], [], []]);
    const { rows } = await at.server.database.pool.query<{ record: Buffer }>(`select record from entry where log_id = 'log_1' order by no`);
    expect(rows.map(({ record }) => /"epoch":(\d)/.exec(record.toString('latin1'))![1])).toEqual(['1', '2', '2', '2']);
    // The whole log, handed to him by whoever: he reads what he could read, and stops there.
    const his = createSealedCodec({ cipher, logId: 'log_1', keys: () => bob.keyring, deflater });
    const opened = rows.map(({ record }) => {
      const text = record.toString('latin1');
      const from = text.indexOf('{');
      const envelope = record.subarray(from, text.indexOf('}', from) + 1);
      let offset = from + envelope.length;
      while (record[offset]! >= 128) offset++;
      try {
        return new TextDecoder().decode(his.decode(record.subarray(offset + 1), envelope, 10_000)).includes('Before');
      } catch (error) {
        return (error as { code: string }).code;
      }
    });
    expect(opened).toEqual([true, 'LOG_KEY_MISSING', 'LOG_KEY_MISSING', 'LOG_KEY_MISSING']);
  });

  test('a device that pushes under the old key hears of it, fetches the new one, and sends again', async () => {
    const keyring = await begin();
    const [ann, cleo] = [await open('ann', { keyring }), await open('cleo')];
    await Promise.all([synced(ann), synced(cleo)]);
    await people.ann.keyring(workspaceId).rotate();
    for (let i = 0; i < 5; i++) rename(cleo, `Name ${i}`);
    await Promise.all([named(ann, 'Name 4'), named(cleo, 'Name 4')]);
    expect([cleo.keyring.epoch, ann.keyring.epoch, cleo.replica.confirmed.no, cleo.disk.denied]).toEqual([2, 2, 5, []]);
  });
});

test('plain bytes come into no encrypted flow, whoever sends them', async () => {
  await begin();
  const socket = await openTestSocket(socketUrl(at.server.port), people.bob.person.token);
  stops.push(() => socket.socket.terminate());
  socket.send({ type: 'join', log: 'log_1', no: 0, chain: '' });
  await socket.next('joined');
  socket.send(pushOf('log_1', 'tx_plain', people.bob.person.userId, { epoch: 1 }));
  expect(await socket.next('denied')).toMatchObject({ id: 'tx_plain', code: 'ENTRY_NOT_SEALED' });
  socket.send(pushOf('log_1', 'tx_old', people.bob.person.userId, { epoch: 0 }));
  expect(await socket.next('denied')).toMatchObject({ id: 'tx_old', code: 'REKEY', params: { epoch: 1 } });
  socket.send({ type: 'snapshot', log: 'log_1', no: 0, chain: '', part: 0, parts: 1, bytes: new TextEncoder().encode('\0{"plain":true}') });
  expect(await socket.next('denied')).toMatchObject({ id: 'snapshot:0', code: 'ENTRY_NOT_SEALED' });
});

describe('the server knows nothing of what is in a flow', () => {
  const canary = (what: string) => `Kanarienvogel-${what}-7f3a9c51e2`;
  const words = ['flow', 'project', 'file', 'comment', 'mention', 'presence', 'asset', 'node', 'offline'].map(canary);

  /** All that stands in the database, logs and mails, and all that devices sent. */
  const everything = async (): Promise<Held[]> => [
    ...(await dumpDatabase(at.server.database.pool)),
    ...at.lines.map((line) => ({ where: 'logs', bytes: Buffer.from(JSON.stringify(line)) })),
    ...at.mailbox.mails.map(({ raw, text }) => ({ where: 'mails', bytes: Buffer.from(`${raw}\n${text}`) })),
    ...sent,
  ];
  const edit = (device: Device, logId: string) => {
    const meta = () => ({ id: `tx_${++count}`, logId, author: { kind: 'user' as const, id: device.member.userId, name: 'U' }, at: 1 });
    device.replica.commit({ ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', to: canary('flow') }] }, meta());
    device.replica.commit({ ops: [{ op: 'add', kind: 'node', id: 'node_1', value: { type: 'screen', position: { x: 0, y: 0 }, data: { title: canary('node'), description: `${canary('asset')} `.repeat(20) } } }] }, meta());
    device.replica.commit({ ops: [{ op: 'add', kind: 'comment', id: 'comment_1', value: { body: `${canary('comment')} @${canary('mention')} in ${canary('file')}`, authorId: device.member.userId, authorName: 'Ann', at: 1, nodeId: 'node_1' } }] }, meta());
    for (let i = 0; i < 12; i++) device.replica.commit({ ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', to: `${canary('flow')} ${i}` }] }, meta());
    device.open.log.show(new TextEncoder().encode(JSON.stringify({ cursor: canary('presence') })));
  };

  test('after editing, commenting, presence, snapshots, invitations by mail, a removal and a rotation', async () => {
    const keyring = await begin();
    const project = await ask(at.server.url, people.ann.person, 'POST', `/workspaces/${workspaceId}/projects`, { sealed: sealName(cipher, keyring.keys!, { project: true }, canary('project')), visibility: 'team' });
    expect(project.status).toBe(201);
    await share(keyring, 'log_2', canary('file'));
    const [ann, bob] = [await open('ann', { keyring }), await open('bob')];
    edit(ann, 'log_1');
    await synced(ann);
    await until('bob has it', () => bob.replica.confirmed.no === ann.replica.confirmed.no && [...bob.open.log.presence.values()].some(({ bytes }) => new TextDecoder().decode(bytes).includes(canary('presence'))));
    expect(bob.replica.confirmed.flow.name).toBe(`${canary('flow')} 11`);
    await until('a snapshot', async () => ((await at.server.database.pool.query('select 1 from snapshot')).rowCount ?? 0) > 0);
    expect((await ask(at.server.url, people.ann.person, 'POST', `/workspaces/${workspaceId}/invite`, { email: 'dana@example.test', role: 'member' })).status).toBe(201);
    await until('a mail', () => at.mailbox.mails.length > 0);
    bob.client.stop();
    rename(bob, canary('offline'));
    await ask(at.server.url, people.ann.person, 'DELETE', `/workspaces/${workspaceId}/members/${people.cleo.person.userId}`);
    await keyring.refresh();
    await keyring.rotate();
    bob.client.start();
    await named(ann, canary('offline'));
    // A refused name and a refused push may be written down, but not what they said.
    await ask(at.server.url, people.ann.person, 'POST', `/workspaces/${workspaceId}/projects`, { name: canary('project') });
    const socket = await openTestSocket(socketUrl(at.server.port), people.bob.person.token);
    socket.send({ type: 'join', log: 'log_1', no: 0, chain: '' });
    socket.send(pushOf('log_1', 'tx_plain', people.bob.person.userId, { epoch: 2, bytes: Buffer.from(`\0${canary('flow')}`) }));
    await socket.next('denied');
    socket.socket.terminate();
    const held = await everything();
    expect(held.filter(({ where }) => where === 'public.entry.record').length).toBeGreaterThan(15);
    expect(held.some(({ where }) => where.startsWith('pgboss.job'))).toBe(true);
    expect(['mails', 'socket of ann', 'socket of bob'].filter((where) => !held.some((one) => one.where === where))).toEqual([]);
    // Nor a key, as bytes or as text: of the workspace, of a flow, of an account.
    const keys = [...[1, 2].flatMap((epoch) => [keyring.keys!.keyOf(epoch)!, keyring.logKey('log_1', epoch)!]), ...Object.values(people).flatMap(({ account }) => [account.box.privateKey, account.sign.privateKey.slice(0, 32)])];
    const secrets = keys.map((key) => Buffer.from(key).toString('base64url'));
    expect([...findTexts(held, [...words, ...secrets, ...keys.map((key) => Buffer.from(key).toString('hex'))]).entries()].filter(([, places]) => places.length > 0)).toEqual([]);
    expect(held.filter(({ bytes }) => keys.some((key) => Buffer.from(bytes).includes(Buffer.from(key)))).map(({ where }) => where)).toEqual([]);
  });

  test('and this search finds what lies in a workspace that is not encrypted', async () => {
    const plain = await makeWorkspace(at.server.url, people.ann.person, { name: 'Open' });
    await ask(at.server.url, people.ann.person, 'POST', `/workspaces/${plain.id}/projects`, { name: canary('project') });
    await ask(at.server.url, people.ann.person, 'POST', `/workspaces/${plain.id}/flows`, { logId: 'log_plain', name: canary('file'), kind: 'main', no: 0, chain: '' });
    const device = startDevice({
      url: () => socketUrl(at.server.port),
      member: people.ann.person,
      logId: 'log_plain',
      flowId: 'flow_1',
      hurry: 10,
      wire: (events, connect) => {
        const socket = connect(events);
        return { ...socket, send: (frame) => void (sent.push({ where: 'socket', bytes: frame.slice() }), socket.send(frame)) };
      },
    });
    stops.push(() => device.stop());
    edit(device, 'log_plain');
    await synced(device);
    await until('a snapshot', async () => ((await at.server.database.pool.query('select 1 from snapshot')).rowCount ?? 0) > 0);
    const found = findTexts(await everything(), words);
    const places = (what: string) => found.get(canary(what))!;
    expect(places('project')).toContain('public.project.name');
    expect(places('file')).toContain('public.shared_log.name');
    for (const what of ['flow', 'comment', 'mention', 'asset', 'node']) expect([what, places(what)]).toEqual([what, expect.arrayContaining(['public.entry.record', 'socket'])]);
    expect(places('presence')).toContain('socket');
    expect(places('comment')).toContain('public.snapshot.bytes');
  });
});
