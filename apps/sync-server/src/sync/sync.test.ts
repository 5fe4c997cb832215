/** Devices over real sockets on a real server with a real Postgres. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { canonicalJson, extendChain, stateText } from '@uxflow/core';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/testDatabase.ts';
import { emptyDisk, sha256, startDevice, until, type Device, type DeviceOptions } from '../../test/testDevice.ts';
import { nextVersions } from '../../test/fuzz/nextVersion.ts';
import { addLog, addMember, socketUrl, startTestServer, type MemberRole } from '../../test/testServer.ts';
import { openTestSocket, pushOf } from '../../test/testSocket.ts';
import { changeRecord, PROTOCOL, readEnvelope, writeEnvelope } from '@uxflow/core/protocol';
import type { RunningServer } from '../server.ts';

let postgres: TestPostgres;
let database: TestDatabase;
let server: RunningServer;
const devices: Device[] = [];

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.close());
beforeEach(async () => {
  database = await postgres.clone();
  server = await startTestServer(database.url);
  await addLog(server.database.pool, 'log_1');
});
afterEach(async () => {
  for (const device of devices.splice(0)) device.stop();
  await server.close();
  await database.drop();
});

async function join(name: string, role: MemberRole = 'member', more: Partial<DeviceOptions> = {}): Promise<Device> {
  const member = await addMember(server.database.pool, name, role);
  const device = startDevice({ url: () => socketUrl(server.port), member, logId: 'log_1', flowId: 'flow_1', hurry: 10, ...more });
  devices.push(device);
  return device;
}

let count = 0;
function rename(device: Device, name: string, author = 'u', scope?: 'comment'): string {
  const id = `tx_${++count}`;
  device.replica.commit({ ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', to: name }] }, { id, logId: 'log_1', author: { kind: 'user', id: author, name: 'U' }, at: 1, ...(scope ? { scope } : {}) });
  return id;
}
const synced = (device: Device) => until('synced', () => device.open.status().state === 'synced');

describe('two devices', () => {
  test('see each other\'s edits, and an own entry comes back as its acknowledgement', async () => {
    const [ann, bob] = [await join('ann'), await join('bob')];
    await synced(ann);
    await synced(bob);
    rename(ann, 'One');
    await until('bob sees it', () => bob.replica.confirmed.flow.name === 'One');
    await until('ann has it', () => ann.replica.pending.length === 0);
    expect(stateText(ann.replica.confirmed)).toBe(stateText(bob.replica.confirmed));
    expect([ann.replica.chain, ann.disk.confirmed.length, ann.open.status().state]).toEqual([bob.replica.chain, 1, 'synced']);
    const { rows } = await server.database.pool.query<{ head: number; chain: string }>('select head_no as head, head_chain as chain from log');
    expect(rows).toEqual([{ head: 1, chain: ann.replica.chain }]);
  });

  test('edit apart and come together again with nothing lost', async () => {
    const [ann, bob] = [await join('ann'), await join('bob')];
    await synced(ann);
    await synced(bob);
    bob.client.stop();
    rename(ann, 'Ann');
    rename(bob, 'Bob');
    expect(bob.open.status()).toMatchObject({ state: 'offline', waiting: 1 });
    await synced(ann);
    bob.client.start();
    await until('both', () => ann.replica.confirmed.no === 2 && bob.replica.pending.length === 0);
    expect(stateText(ann.replica.confirmed)).toBe(stateText(bob.replica.confirmed));
    expect([ann.replica.confirmed.flow.name, [...ann.replica.confirmed.conflict.values()].map(({ lost }) => lost)]).toEqual(['Bob', ['Ann']]);
  });

  test('a device that is opened again goes on from its disk', async () => {
    const ann = await join('ann');
    rename(ann, 'One');
    await synced(ann);
    ann.stop();
    rename(ann, 'Two');
    const again = await join('ann', 'member', { disk: ann.disk });
    await synced(again);
    expect([again.replica.confirmed.flow.name, again.replica.confirmed.no]).toEqual(['Two', 2]);
    const late = await join('bob', 'viewer', { disk: emptyDisk() });
    await synced(late);
    expect(stateText(late.replica.confirmed)).toBe(stateText(again.replica.confirmed));
  });
});

describe('what is refused, missing or forked', () => {
  test('entries of somebody who may only read come out of the flow and are handed over', async () => {
    const [ann, eve] = [await join('ann'), await join('eve', 'viewer')];
    await synced(eve);
    expect(eve.open.status().mayWrite).toBe(false);
    eve.stop();
    const id = rename(eve, 'Eve');
    // The role that the device knows is old: it tries, and hears.
    await server.database.pool.query(`update member set role = 'member' where user_id = 'eve'`);
    const again = await join('eve', 'member', { disk: eve.disk });
    await synced(again);
    await until('ann sees it', () => ann.replica.confirmed.flow.name === 'Eve');
    await server.database.pool.query(`update member set role = 'viewer' where user_id = 'eve'`);
    const second = rename(again, 'Eve again');
    await until('refused', () => again.disk.denied.length === 1);
    expect([again.disk.denied.map(({ entry, code }) => [entry.id, code]), again.replica.pending, again.replica.view.flow.name]).toEqual([[[second, 'ROLE_READS_ONLY']], [], 'Eve']);
    expect(ann.replica.confirmed.no).toBe(1);
    expect(id).not.toBe(second);
  });

  test('what a commenter hides in an entry has no effect on anybody', async () => {
    const ann = await join('ann');
    await synced(ann);
    const eve = await join('eve', 'commenter');
    await synced(eve);
    const plain = new TextEncoder().encode(JSON.stringify({ id: 'tx_evil', logId: 'log_1', author: { kind: 'user', id: 'eve', name: 'Eve' }, at: 1, schema: 1, ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', from: '', to: 'Evil' }] }));
    const socket = await openTestSocket(socketUrl(server.port), eve.member.token);
    socket.send({ type: 'join', log: 'log_1', no: 0, chain: '' });
    await socket.next('joined');
    const bytes = new Uint8Array([0, ...plain]);
    const push = pushOf('log_1', 'tx_evil', 'eve', { scope: 'comment', bytes });
    push.entries[0]!.envelope = writeEnvelope({ ...readEnvelope(push.entries[0]!.envelope), size: plain.length });
    socket.send(push);
    await until('ann has it', () => ann.replica.confirmed.no === 1);
    expect(ann.replica.confirmed.flow.name).toBe('');
    socket.socket.terminate();
  });

  test('bytes that nobody can read raise the number on every device, and nothing else', async () => {
    const [ann, bob] = [await join('ann'), await join('bob')];
    await synced(ann);
    await synced(bob);
    const socket = await openTestSocket(socketUrl(server.port), bob.member.token);
    socket.send({ type: 'join', log: 'log_1', no: 0, chain: '' });
    await socket.next('joined');
    for (const [n, bytes] of [[9, 9, 9], [1, 255, 0], [], [0, 123], [0, 110, 117, 108, 108]].entries()) socket.send(pushOf('log_1', `tx_bad_${n}`, 'bob', { bytes: new Uint8Array(bytes) }));
    rename(ann, 'After');
    await until('both have all', () => ann.replica.confirmed.no === 6 && bob.replica.confirmed.no === 6);
    expect(stateText(ann.replica.confirmed)).toBe(stateText(bob.replica.confirmed));
    expect([bob.replica.confirmed.flow.name, bob.open.status().state]).toEqual(['After', 'synced']);
    socket.socket.terminate();
  });

  test('an upgrade stops a device that does not know it, with what waits kept, until the program is newer', async () => {
    const [ann, bob] = [await join('ann', 'member', { versions: nextVersions }), await join('bob')];
    await synced(ann);
    await synced(bob);
    bob.client.stop();
    rename(bob, 'Waiting');
    ann.replica.commit({ ops: [{ op: 'log.upgrade', schema: 2, rules: 2 }] }, { id: 'tx_up', logId: 'log_1', author: { kind: 'user', id: 'ann', name: 'Ann' }, at: 1 });
    await synced(ann);
    bob.client.start();
    await until('stopped', () => bob.open.status().state === 'stopped');
    expect(bob.open.status()).toMatchObject({ waiting: 1, reason: { code: 'LOG_VERSION_UNKNOWN', params: { no: 1 } } });
    bob.stop();
    const newer = await join('bob', 'member', { disk: bob.disk, versions: nextVersions });
    await synced(newer);
    await until('ann has it', () => ann.replica.confirmed.no === 2);
    expect([ann.replica.confirmed.flow.name, stateText(ann.replica.confirmed)]).toEqual(['Waiting', stateText(newer.replica.confirmed)]);
  });

  test('after an older copy of the server everybody brings back what it lost', async () => {
    const [ann, bob] = [await join('ann'), await join('bob')];
    for (const [n, device] of [ann, bob, ann, bob].entries()) {
      rename(device, `Name ${n}`, device.member.userId);
      await until('both', () => ann.replica.confirmed.no === n + 1 && bob.replica.confirmed.no === n + 1);
    }
    const { pool } = server.database;
    await pool.query('delete from entry where no > 2');
    await pool.query(`update log set head_no = 2, head_chain = (select encode(chain, 'hex') from entry where no = 2)`);
    await server.close();
    server = await startTestServer(database.url);
    await until('all four are there again', async () => (await server.database.pool.query('select 1 from entry')).rowCount === 4, 20_000);
    await until('both have them', () => ann.replica.confirmed.no === 4 && bob.replica.confirmed.no === 4 && ann.replica.pending.length === 0 && bob.replica.pending.length === 0, 20_000);
    expect([stateText(ann.replica.confirmed), ann.replica.chain]).toEqual([stateText(bob.replica.confirmed), bob.replica.chain]);
    const { rows } = await server.database.pool.query<{ id: string }>('select id from entry');
    expect(new Set(rows.map(({ id }) => id)).size).toBe(4);
  });

  test('an older copy that is put under a running instance and written past is noticed within its poll', async () => {
    await server.close();
    server = await startTestServer(database.url, { SYNC_POLL_MS: '200' });
    const [ann, bob] = [await join('ann'), await join('bob')];
    for (const [n, device] of [ann, bob, ann, bob].entries()) {
      rename(device, `Name ${n}`, device.member.userId);
      await until('both', () => ann.replica.confirmed.no === n + 1 && bob.replica.confirmed.no === n + 1);
    }
    const lost = ann.disk.confirmed.slice(2).map(({ entry }) => entry.id);
    // One transaction: no poll sees a log that is shorter than it was.
    const client = await server.database.pool.connect();
    await client.query('begin');
    await client.query('delete from entry where no > 2');
    let chain = (await client.query<{ chain: string }>(`select encode(chain, 'hex') as chain from entry where no = 2`)).rows[0]!.chain;
    for (const no of [3, 4, 5]) {
      const plain = new TextEncoder().encode(canonicalJson({ id: `tx_past_${no}`, logId: 'log_1', author: { kind: 'user', id: 'carl', name: 'C' }, at: 1, schema: 1, ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', from: 'Name 1', to: `Past ${no}` }] }));
      const bytes = new Uint8Array([0, ...plain]);
      const envelope = writeEnvelope({ protocol: PROTOCOL, log: 'log_1', id: `tx_past_${no}`, author: 'carl', scope: 'edit', epoch: 0, schema: 1, size: plain.length });
      chain = extendChain(chain, `tx_past_${no}`, sha256(bytes), sha256);
      await client.query('insert into entry (log_id, no, id, author_id, record, sha256, chain) values ($1, $2, $3, $4, $5, $6, $7)', ['log_1', no, `tx_past_${no}`, 'carl', changeRecord(no, envelope, bytes), Buffer.from(sha256(bytes), 'hex'), Buffer.from(chain, 'hex')]);
    }
    await client.query('update log set head_no = 5, head_chain = $1', [chain]);
    await client.query('commit');
    client.release();
    await until('what was lost is there again', () => ann.replica.confirmed.no === 7 && bob.replica.confirmed.no === 7 && ann.open.status().state === 'synced' && bob.open.status().state === 'synced');
    expect([stateText(ann.replica.confirmed), ann.replica.chain]).toEqual([stateText(bob.replica.confirmed), bob.replica.chain]);
    const { rows } = await server.database.pool.query<{ id: string }>('select id from entry where no > 2 order by no');
    expect([rows.slice(0, 3).map(({ id }) => id), rows.slice(3).map(({ id }) => id).sort()]).toEqual([['tx_past_3', 'tx_past_4', 'tx_past_5'], [...lost].sort()]);
  });

  test('a backlog that would open many conflicts waits for the person', async () => {
    const [ann, bob] = [await join('ann'), await join('bob')];
    await synced(ann);
    const ops = Array.from({ length: 30 }, (_, n) => ({ op: 'add' as const, kind: 'persona' as const, id: `p${n}`, value: { name: 'Old' } }));
    ann.replica.commit({ ops }, { id: 'tx_people', logId: 'log_1', author: { kind: 'user', id: 'ann', name: 'Ann' }, at: 1 });
    await until('bob has them', () => bob.replica.confirmed.persona.size === 30);
    bob.client.stop();
    const renameAll = (device: Device, id: string, to: string) => device.replica.commit({ ops: Array.from({ length: 30 }, (_, n) => ({ op: 'set' as const, kind: 'persona' as const, id: `p${n}`, field: 'name', to })) }, { id, logId: 'log_1', author: { kind: 'user', id, name: id }, at: 1 });
    renameAll(ann, 'tx_ann', 'Ann');
    renameAll(bob, 'tx_bob', 'Bob');
    await synced(ann);
    bob.client.start();
    await until('asked', () => bob.open.status().state === 'choosing');
    expect([bob.open.status().backlog, ann.replica.confirmed.no]).toEqual([{ entries: 1, conflicts: 30, needsChoice: true }, 2]);
    bob.open.log.pushBacklog();
    await until('ann has it', () => ann.replica.confirmed.no === 3);
    await synced(bob);
    expect([ann.replica.confirmed.conflict.size, bob.replica.pending.length]).toEqual([30, 0]);
  });
});
