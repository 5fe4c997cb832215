import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DataFolder } from './dataFolder.ts';
import { createTestFolder, testEntry, testFlow, type TestFolder } from './testFolder.ts';

let place: TestFolder;
let folder: DataFolder;

beforeEach(async () => {
  place = createTestFolder();
  folder = await place.open();
});
afterEach(() => place.dispose());

const reopen = async () => {
  await folder.close();
  folder = await place.open();
};
const ids = (logId: string, after = 0) => [...folder.flows.readEntries(logId, after)].map((entry) => `${entry.no} ${entry.id}`);

test('an appended entry, its effect and the row of the list are there after reopening', async () => {
  folder.flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1', firstEntry: testEntry('e1') });
  const no = folder.flows.append('log_1', testEntry('e2', 'two'), { effect: Buffer.from('did'), flow: { name: 'Login', description: 'In', nodeCount: 3, preview: [[0, 0, 1, 1, 2]], updatedAt: 9 } });
  expect(no).toBe(2);
  await reopen();
  expect(folder.flows.getFlow('flow_1')).toEqual({ ...testFlow('flow_1'), name: 'Login', description: 'In', nodeCount: 3, preview: [[0, 0, 1, 1, 2]], updatedAt: 9 });
  expect(folder.flows.mainLogOf('flow_1')).toBe('log_1');
  expect(ids('log_1')).toEqual(['1 e1', '2 e2']);
  expect(folder.flows.findEntry('log_1', 'e2')).toEqual({ ...testEntry('e2', 'two'), no: 2, effect: Buffer.from('did') });
  expect(folder.flows.readHistory('log_1').map((entry) => entry.no)).toEqual([2, 1]);
  expect(folder.flows.readHistory('log_1', { before: 2, limit: 1 }).map((entry) => entry.id)).toEqual(['e1']);
});

test('the same id again gives its number and changes nothing', () => {
  folder.flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1' });
  expect(folder.flows.append('log_1', testEntry('e1', 'one'))).toBe(1);
  expect(folder.flows.append('log_1', testEntry('e2'))).toBe(2);
  expect(folder.flows.append('log_1', testEntry('e1', 'another'), { flow: { name: 'changed' } })).toBe(1);
  expect(Buffer.from(folder.flows.findEntry('log_1', 'e1')!.bytes).toString()).toBe('one');
  expect(folder.flows.getFlow('flow_1').name).toBe('flow_1');
  expect(folder.flows.appendMany('log_1', [testEntry('e2'), testEntry('e3'), testEntry('e3')])).toEqual([2, 3, 3]);
});

test('the chain is sha256(previous + id + sha256(bytes)) in hex, also after reopening', async () => {
  const sha = (text: string) => createHash('sha256').update(text).digest('hex');
  folder.flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1' });
  folder.flows.append('log_1', testEntry('e1', 'one'));
  await reopen();
  folder.flows.append('log_1', testEntry('e2', 'two'));
  const first = sha(`e1${sha('one')}`);
  expect(folder.flows.chainOf('log_1', 0)).toBe('');
  expect(folder.flows.chainOf('log_1', 1)).toBe(first);
  expect(folder.flows.chainOf('log_1', 2)).toBe(sha(`${first}e2${sha('two')}`));
  expect(() => folder.flows.chainOf('log_1', 3)).toThrow(expect.objectContaining({ code: 'LOG_GAP' }));
});

test('a transaction over stores is one: what throws leaves nothing, and numbers stay dense', async () => {
  folder.flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1' });
  expect(() =>
    folder.withTransaction(() => {
      folder.settings.set('a', 1);
      expect(folder.flows.append('log_1', testEntry('lost'))).toBe(1);
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(folder.settings.get('a')).toBeUndefined();
  expect(folder.flows.headOf('log_1')).toBe(0);
  folder.withTransaction(() => {
    folder.flows.append('log_1', testEntry('kept'));
    expect(() =>
      folder.withTransaction(() => {
        folder.flows.append('log_1', testEntry('inner'));
        throw new Error('inner');
      }),
    ).toThrow('inner');
    folder.flows.append('log_1', testEntry('after'));
  });
  expect(ids('log_1')).toEqual(['1 kept', '2 after']);
  expect(() => folder.withTransaction(async () => folder.settings.set('b', 1))).toThrow(TypeError);
  expect(folder.settings.get('b')).toBeUndefined();
  await reopen();
  expect(ids('log_1')).toEqual(['1 kept', '2 after']);
});

test('a long log is read in order, from any number to any number', () => {
  folder.flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1' });
  const entries = Array.from({ length: 1000 }, (_, index) => testEntry(`e${index + 1}`));
  expect(folder.flows.appendMany('log_1', entries).at(-1)).toBe(1000);
  expect([...folder.flows.readEntries('log_1')].map((entry) => entry.no)).toEqual(entries.map((_, index) => index + 1));
  expect([...folder.flows.readEntries('log_1', 255, 513)].map((entry) => entry.no)).toEqual(Array.from({ length: 258 }, (_, index) => index + 256));
});

test('a branch starts at its base and numbers on; purging the flow takes all of it', () => {
  folder.flows.createFlow({ flow: testFlow('flow_1'), logId: 'main' });
  folder.flows.appendMany('main', [testEntry('e1'), testEntry('e2'), testEntry('e3')]);
  folder.flows.createBranch({ id: 'branch', baseLog: 'main', baseNo: 2 });
  folder.flows.createBranch({ id: 'twig', baseLog: 'branch', baseNo: 1 });
  expect(folder.flows.headOf('branch')).toBe(2);
  expect(folder.flows.chainOf('branch', 2)).toBe(folder.flows.chainOf('main', 2));
  expect(folder.flows.append('branch', testEntry('b3'))).toBe(3);
  expect(folder.flows.chainOf('branch', 3)).not.toBe(folder.flows.chainOf('main', 3));
  expect(folder.flows.headOf('twig')).toBe(1);
  expect(folder.flows.chainOf('twig', 1)).toBe(folder.flows.chainOf('main', 1));
  expect(() => folder.flows.createBranch({ id: 'late', baseLog: 'main', baseNo: 4 })).toThrow(expect.objectContaining({ code: 'LOG_GAP' }));
  expect(folder.flows.logsOf('flow_1').map((log) => [log.id, log.kind, log.baseNo])).toEqual([['main', 'main', null], ['branch', 'branch', 2], ['twig', 'branch', 1]]);
  folder.flows.purgeFlow('flow_1');
  expect(folder.flows.logsOf('flow_1')).toEqual([]);
  expect(() => folder.flows.headOf('main')).toThrow(expect.objectContaining({ code: 'LOG_NOT_FOUND' }));
});

test('the list is sorted and the bin is kept apart', () => {
  for (const [id, updatedAt] of [['flow_b', 3], ['flow_a', 2], ['flow_c', 1]] as const) folder.flows.createFlow({ flow: testFlow(id, { updatedAt }), logId: `log_${id}` });
  folder.flows.deleteFlow('flow_c', 50);
  expect(folder.flows.listFlows().map((flow) => flow.id)).toEqual(['flow_b', 'flow_a']);
  expect(folder.flows.listFlows({ sort: 'name' }).map((flow) => flow.id)).toEqual(['flow_a', 'flow_b']);
  expect(folder.flows.listFlows({ deleted: true })).toEqual([testFlow('flow_c', { updatedAt: 1, deletedAt: 50 })]);
  folder.flows.restoreFlow('flow_c');
  expect(folder.flows.listFlows({ sort: 'created' }).map((flow) => flow.id)).toEqual(['flow_c', 'flow_b', 'flow_a']);
  for (const act of [() => folder.flows.deleteFlow('flow_x', 1), () => folder.flows.getFlow('flow_x'), () => folder.flows.updateFlow('flow_x', { name: 'x' }), () => folder.flows.purgeFlow('flow_x')]) {
    expect(act).toThrow(expect.objectContaining({ code: 'FLOW_NOT_FOUND' }));
  }
});

test('snapshots carry the chain; the newest at or before a number is found, old ones are thinned out', () => {
  folder.flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1' });
  folder.flows.appendMany('log_1', Array.from({ length: 12_000 }, (_, index) => testEntry(`e${index + 1}`, 'x')));
  const snapshot = (no: number) => ({ no, rules: 1, schema: 1, bytes: Buffer.from(`state ${no}`) });
  for (let no = 1000; no <= 12_000; no += 1000) folder.flows.writeSnapshot('log_1', snapshot(no));
  expect(folder.flows.latestSnapshot('log_1')).toEqual({ ...snapshot(12_000), chain: folder.flows.chainOf('log_1', 12_000) });
  const kept: number[] = [];
  for (let no = 12_000; ; no = kept.at(-1)! - 1) {
    const found = folder.flows.latestSnapshot('log_1', no);
    if (!found) break;
    kept.push(found.no);
  }
  expect(kept).toEqual([12_000, 11_000, 10_000, 5000, 1000]);
  expect(() => folder.flows.writeSnapshot('log_1', snapshot(12_001))).toThrow(expect.objectContaining({ code: 'LOG_GAP' }));
});

test('an entry for a log that does not exist is refused', () => {
  expect(() => folder.flows.append('log_none', testEntry('e1'))).toThrow(expect.objectContaining({ code: 'LOG_NOT_FOUND' }));
});
