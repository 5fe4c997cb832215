/** Devices over real sockets on a real server with a real Postgres. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stateText } from '@uxflow/core';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/testDatabase.ts';
import { emptyDisk, startDevice, until, type Device, type DeviceOptions } from '../../test/testDevice.ts';
import { addLog, addMember, socketUrl, startTestServer, type MemberRole } from '../../test/testServer.ts';
import type { RunningServer } from '../server.ts';

let postgres: TestPostgres;
let database: TestDatabase;
let server: RunningServer;
let devices: Device[] = [];

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
function rename(device: Device, name: string): void {
  device.replica.commit({ ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', to: name }] }, { id: `tx_${++count}`, logId: 'log_1', author: { kind: 'user', id: 'u', name: 'U' }, at: 1 });
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
