import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DataFolder } from './dataFolder.ts';
import { createTestFolder, testEntry, testFlow, type TestFolder } from './testFolder.ts';

let place: TestFolder;
let folder: DataFolder;

beforeEach(async () => {
  place = createTestFolder();
  folder = await place.open();
  folder.flows.createFlow({ flow: testFlow('flow_1'), logId: 'log' });
  folder.flows.setShared('log', true);
});
afterEach(() => place.dispose());

const reopen = async () => {
  await folder.close();
  folder = await place.open();
};
const confirmed = () => [...folder.flows.readEntries('log')].map((entry) => `${entry.no} ${entry.id}`);
const waiting = () => folder.flows.listPending('log').map((entry) => entry.id);
const refusal = (code: string) => expect.objectContaining({ code });
const sent = (no: number, id: string) => ({ ...testEntry(id), no });

test('own entries wait in the order in which they were made, and move to the numbers that they get', async () => {
  for (const id of ['a', 'b', 'c', 'a']) folder.flows.addPending('log', testEntry(id));
  await reopen();
  expect(folder.flows.getLog('log').shared).toBe(true);
  expect(folder.flows.listPending('log')).toEqual([testEntry('a'), testEntry('b'), testEntry('c')]);
  folder.flows.acknowledge('log', { no: 1, id: 'a', effect: Buffer.from('did') });
  folder.flows.acknowledge('log', { no: 1, id: 'a' });
  // The server may have put the bytes into another envelope: its bytes are what the chain is over.
  folder.flows.acknowledge('log', { no: 2, id: 'b', bytes: Buffer.from('as numbered') });
  await reopen();
  expect([confirmed(), waiting()]).toEqual([['1 a', '2 b'], ['c']]);
  expect(folder.flows.findEntry('log', 'a')).toEqual({ isOwn: true, ...testEntry('a'), no: 1, effect: Buffer.from('did') });
  expect(Buffer.from(folder.flows.findEntry('log', 'b')!.bytes).toString()).toBe('as numbered');
  folder.flows.addPending('log', testEntry('a'));
  expect(waiting()).toEqual(['c']);
});

test('an acknowledgement that does not fit moves nothing', () => {
  folder.flows.addPending('log', testEntry('a'));
  folder.flows.receiveConfirmed('log', [sent(1, 'x')]);
  expect(() => folder.flows.acknowledge('log', { no: 3, id: 'a' })).toThrow(refusal('LOG_GAP'));
  expect(() => folder.flows.acknowledge('log', { no: 1, id: 'a' })).toThrow(refusal('LOG_FORKED'));
  expect(() => folder.flows.acknowledge('log', { no: 2, id: 'never' })).toThrow(refusal('LOG_FORKED'));
  expect(() => folder.flows.acknowledge('none', { no: 1, id: 'a' })).toThrow(refusal('LOG_NOT_FOUND'));
  expect([confirmed(), waiting()]).toEqual([['1 x'], ['a']]);
  folder.flows.acknowledge('log', { no: 2, id: 'a' });
  expect([confirmed(), waiting()]).toEqual([['1 x', '2 a'], []]);
});

test('a batch of a server is taken whole or not at all; what is known is skipped, own entries in it leave the queue', () => {
  folder.flows.addPending('log', testEntry('mine'));
  folder.flows.receiveConfirmed('log', [sent(1, 'x'), sent(2, 'mine')]);
  expect([confirmed(), waiting()]).toEqual([['1 x', '2 mine'], []]);
  folder.flows.receiveConfirmed('log', [sent(1, 'x'), sent(2, 'mine'), sent(3, 'y')]);
  expect(() => folder.flows.receiveConfirmed('log', [sent(4, 'z'), sent(6, 'gap')])).toThrow(refusal('LOG_GAP'));
  expect(() => folder.flows.receiveConfirmed('log', [sent(4, 'z'), sent(2, 'other')])).toThrow(refusal('LOG_FORKED'));
  expect(() => folder.flows.receiveConfirmed('log', [sent(4, 'x')])).toThrow(refusal('LOG_FORKED'));
  expect(confirmed()).toEqual(['1 x', '2 mine', '3 y']);
  expect(() => folder.flows.append('log', testEntry('after'))).toThrow(refusal('LOG_SHARED'));
  expect(() => folder.flows.appendMany('log', [testEntry('after')])).toThrow(refusal('LOG_SHARED'));
  folder.flows.setShared('log', false);
  expect(folder.flows.append('log', testEntry('after'))).toBe(4);
});

test('a snapshot of a server becomes the start of the log, and what it lost waits again before the rest', async () => {
  folder.flows.receiveConfirmed('log', [sent(1, 'a'), sent(2, 'b'), sent(3, 'mine')]);
  folder.flows.writeSnapshot('log', { no: 2, rules: 1, schema: 1, bytes: Buffer.from('old') });
  folder.flows.addPending('log', testEntry('waiting'));
  const chain = 'ab'.repeat(32);
  const bytes = Buffer.from('{"state":"of the server"}'.repeat(1000));
  folder.flows.replaceFromSnapshot('log', { no: 40, rules: 1, schema: 1, bytes, chain }, [testEntry('mine')]);
  for (let round = 0; round < 2; round++) {
    expect([confirmed(), waiting(), folder.flows.headOf('log')]).toEqual([[], ['mine', 'waiting'], 40]);
    expect(folder.flows.latestSnapshot('log')).toEqual({ no: 40, rules: 1, schema: 1, bytes, chain });
    expect(folder.flows.chainOf('log', 40)).toBe(chain);
    expect(() => folder.flows.chainOf('log', 39)).toThrow(refusal('LOG_GAP'));
    await reopen();
  }
  // Numbers from before the snapshot may be told again; they are not here to be compared.
  folder.flows.receiveConfirmed('log', [sent(40, 'z'), sent(41, 'mine')]);
  expect([confirmed(), waiting()]).toEqual([['41 mine'], ['waiting']]);
  expect(() => folder.flows.createBranch({ id: 'branch', baseLog: 'log', baseNo: 39 })).toThrow(refusal('LOG_GAP'));
  folder.flows.createBranch({ id: 'branch', baseLog: 'log', baseNo: 41 });
  expect(folder.flows.chainOf('branch', 41)).toBe(folder.flows.chainOf('log', 41));
});

test('a denied entry is taken out of the queue', () => {
  folder.flows.addPending('log', testEntry('a'));
  folder.flows.addPending('log', testEntry('b'));
  expect([folder.flows.removePending('log', 'a'), folder.flows.removePending('log', 'a')]).toEqual([true, false]);
  folder.flows.addPending('log', testEntry('c'));
  expect(waiting()).toEqual(['b', 'c']);
});

test('an own entry that was denied and put aside is own when a server takes another copy of it after all', async () => {
  for (const id of ['a', 'b']) folder.flows.addPending('log', testEntry(id));
  folder.flows.createBranch({ id: 'aside', baseLog: 'log', baseNo: 0 });
  folder.flows.append('aside', testEntry('a'));
  folder.flows.removePending('log', 'a');
  await reopen();
  folder.flows.receiveConfirmed('log', [sent(1, 'x'), sent(2, 'a'), sent(3, 'b')]);
  expect(folder.flows.ownEntries('log', 0).map(({ id }) => id)).toEqual(['a', 'b']);
  expect([folder.flows.isOnBranch('log', 'a'), folder.flows.isOnBranch('log', 'x'), folder.flows.isOnBranch('aside', 'a')]).toEqual([true, false, false]);
});
