import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commit } from '../flow/commit.ts';
import type { IntentOp } from '../flow/transaction.ts';
import type { DataFolder } from './dataFolder.ts';
import { readState } from './readState.ts';
import { createTestFolder, testFlow, type TestFolder } from './testFolder.ts';

let place: TestFolder;
let folder: DataFolder;

beforeEach(async () => {
  place = createTestFolder();
  folder = await place.open();
});
afterEach(() => place.dispose());

let made = 0;
const AUTHOR = { kind: 'user', id: 'me', name: 'Me' } as const;

/** Writes an entry as the engine does: the transaction, and the row of the list. */
function write(id: string, ops: IntentOp[]) {
  const { state } = readState(folder.flows, `log_${id}`);
  const transaction = commit(state, { ops }, { id: `entry_${++made}`, logId: `log_${id}`, author: AUTHOR, at: 1 });
  const name = ops.find((op) => op.op === 'set' && op.field === 'name') as { to: string } | undefined;
  folder.flows.append(`log_${id}`, { id: transaction.id, author: AUTHOR, at: 1, bytes: Buffer.from(JSON.stringify(transaction)) }, name ? { flow: { name: name.to } } : {});
}
function create(id: string, name: string, titles: string[] = []) {
  folder.flows.createFlow({ flow: testFlow(id, { name }), logId: `log_${id}` });
  write(id, [{ op: 'set', kind: 'flow', id, field: 'name', to: name }, ...titles.map((title, index): IntentOp => ({ op: 'add', kind: 'node', id: `${id}_${index}`, value: { type: 'screen', position: { x: 0, y: 0 }, data: { title } } }))]);
}
const find = (search: string) => folder.flows.listFlows({ search }).map((flow) => flow.id);

test('words of name, description and node titles are found by their beginnings, without marks and case', async () => {
  create('flow_1', 'Größere Übersicht', ['Café wählen', 'Zahlung']);
  create('flow_2', 'Checkout', ['Pay by card', 'Übersicht der Bestellung']);
  write('flow_2', [{ op: 'set', kind: 'flow', id: 'flow_2', field: 'description', to: 'For returning customers' }]);
  await folder.searchIdle();
  expect(find('ubersicht')).toEqual(['flow_1', 'flow_2']);
  expect(find('ÜBER best')).toEqual(['flow_2']);
  expect(find('cafe wahl')).toEqual(['flow_1']);
  expect(find('returning')).toEqual(['flow_2']);
  expect(find('card over')).toEqual([]);
  expect(find('  ')).toHaveLength(2);
  for (const nasty of ['"', '*', 'a AND', 'name:check', 'NEAR(', "'; drop", 'check"out', '-check']) expect(() => find(nasty)).not.toThrow();
  expect(find('check OR zahlung')).toEqual([]);
});

test('a change is found at once by its name, and by everything when the queue is through', async () => {
  create('flow_1', 'Login', ['Password']);
  expect(find('log')).toEqual(['flow_1']);
  await folder.searchIdle();
  expect(find('passw')).toEqual(['flow_1']);
  write('flow_1', [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', to: 'Sign in' }]);
  expect(find('sign')).toEqual(['flow_1']);
  write('flow_1', [{ op: 'set', kind: 'node', id: 'flow_1_0', field: 'data.title', to: 'Secret' }]);
  await folder.searchIdle();
  expect([find('secret'), find('passw'), find('login')]).toEqual([['flow_1'], [], []]);
  folder.flows.deleteFlow('flow_1', 1);
  expect(find('secret')).toEqual([]);
  expect(folder.flows.listFlows({ search: 'secret', deleted: true })).toHaveLength(1);
  folder.flows.purgeFlow('flow_1');
  await folder.searchIdle();
  expect(folder.flows.listFlows({ search: 'secret', deleted: true })).toEqual([]);
});

test('what is undone is not indexed', async () => {
  create('flow_1', 'Login');
  await folder.searchIdle();
  expect(() =>
    folder.withTransaction(() => {
      create('flow_2', 'Login too');
      throw new Error('no');
    }),
  ).toThrow('no');
  await folder.searchIdle();
  expect(find('login')).toEqual(['flow_1']);
});

test('a missing, damaged, older or lagging index is built anew, and until then names are found', async () => {
  create('flow_1', 'Login', ['Password']);
  create('flow_2', 'Other', ['Login']);
  await folder.searchIdle();
  await folder.close();
  const path = join(place.path, 'index.sqlite');
  const good = readFileSync(path);
  const harms: (() => void)[] = [
    () => rmSync(path),
    () => writeFileSync(path, 'nonsense '.repeat(1000)),
    () => writeFileSync(path, Buffer.concat([good.subarray(0, 4096), Buffer.alloc(good.length - 4096, 9)])),
    () => writeFileSync(path, good.subarray(0, good.length - 8192)),
    () => {
      const file = new Sqlite(path);
      file.exec('drop table indexed_flow; create table indexed_flow (another integer)');
      file.close();
    },
    () => {
      const file = new Sqlite(path);
      file.pragma('user_version = 99');
      file.close();
    },
  ];
  for (const harm of harms) {
    harm();
    folder = await place.open();
    expect(find('login')).toContain('flow_1');
    await folder.searchIdle();
    await folder.searchIdle();
    expect([find('login'), find('passw')], String(harm)).toEqual([['flow_1', 'flow_2'], ['flow_1']]);
    await folder.close();
  }
  // An index that was saved before the last entries, as after a crash of the machine.
  const early = readFileSync(path);
  folder = await place.open();
  write('flow_1', [{ op: 'set', kind: 'node', id: 'flow_1_0', field: 'data.title', to: 'Passkey' }]);
  await folder.close();
  writeFileSync(path, early);
  folder = await place.open();
  await folder.searchIdle();
  expect([find('passkey'), find('password')]).toEqual([['flow_1'], []]);
});

test('words come from memory for flows that are open there', async () => {
  create('flow_1', 'Login', ['Stored']);
  folder.setTextSource((flowId) => (flowId === 'flow_1' ? { name: 'Login', titles: ['In memory'] } : undefined));
  await folder.searchIdle();
  expect([find('memory'), find('stored')]).toEqual([['flow_1'], []]);
});
