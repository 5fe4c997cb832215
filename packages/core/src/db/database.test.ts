import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestClock } from '../base/clock.ts';
import { openDatabase, type Database } from './database.ts';
import { createFlowStore, type FlowStore } from './flowStore.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations.generated.ts';
import { createSettingStore } from './settingStore.ts';
import { testEntry, testFlow } from './testFolder.ts';

let root: string;
let database: Database;
let flows: FlowStore;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'uxflow-database-'));
  database = openDatabase({ path: join(root, 'store.sqlite'), synchronous: 'FULL' });
  migrate(database.connection, MIGRATIONS, root, createTestClock());
  flows = createFlowStore(database, { search: () => [], touch: () => undefined });
});
afterEach(() => {
  database.close();
  rmSync(root, { recursive: true, force: true });
});

test('the truth is written with synchronous=FULL into a WAL, with foreign keys on', () => {
  const pragma = (name: string) => database.connection.pragma(name, { simple: true });
  expect([pragma('journal_mode'), pragma('synchronous'), pragma('foreign_keys')]).toEqual(['wal', 2, 1]);
});

test('a soft write waits for no disk, and everything after it does again', () => {
  const synchronous = () => database.connection.pragma('synchronous', { simple: true });
  const settings = createSettingStore(database);
  database.writeSoft(() => {
    expect(synchronous()).toBe(1);
    settings.set('soft', 1);
    database.write(() => settings.set('part', 2));
  });
  expect(synchronous()).toBe(2);
  expect(() => database.writeSoft(() => {
    settings.set('soft', 3);
    throw new Error('no');
  })).toThrow('no');
  expect(synchronous()).toBe(2);
  // A part of a hard write is as hard as that.
  database.write(() => database.writeSoft(() => {
    expect(synchronous()).toBe(2);
    settings.set('soft', 4);
  }));
  expect(settings.all()).toEqual({ soft: 4, part: 2 });
});

test('a full disk refuses the change, keeps what was acknowledged, and the store goes on once there is space', () => {
  const settings = createSettingStore(database);
  flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1' });
  const pages = database.connection.pragma('page_count', { simple: true }) as number;
  database.connection.pragma(`max_page_count = ${pages + 40}`);
  let no = 0;
  const full = expect.objectContaining({ code: 'STORE_FULL', message: expect.stringMatching(/full.*not saved.*safe.*space/s) });
  expect(() => {
    for (;;) no = flows.append('log_1', testEntry(`e${no + 1}`, 'x'.repeat(900)), { effect: Buffer.alloc(300), flow: { nodeCount: no + 1 } });
  }).toThrow(full);
  expect(no).toBeGreaterThan(20);
  // Again and again, also inside a transaction that swallows the error: nothing of it may be acknowledged or half there.
  expect(() => flows.append('log_1', testEntry('late', 'x'.repeat(5000)), { flow: { nodeCount: 99_999 } })).toThrow(full);
  expect(() =>
    database.write(() => {
      settings.set('half', 'x'.repeat(9000));
      try {
        flows.append('log_1', testEntry('swallowed', 'x'.repeat(90_000)));
      } catch {
        // What a careless caller would do.
      }
    }),
  ).toThrow(expect.objectContaining({ code: expect.stringMatching(/^STORE_(FULL|IO_FAILED)$/) }));
  expect(settings.get('half')).toBeUndefined();
  expect(flows.headOf('log_1')).toBe(no);
  expect([...flows.readEntries('log_1')].map((entry) => entry.id)).toEqual(Array.from({ length: no }, (_, index) => `e${index + 1}`));
  expect(flows.getFlow('flow_1').nodeCount).toBe(no);

  database.connection.pragma('max_page_count = 1000000');
  expect(flows.append('log_1', testEntry('late', 'x'.repeat(5000)))).toBe(no + 1);
  expect(flows.append('log_1', testEntry('swallowed', 'x'.repeat(90_000)))).toBe(no + 2);
  expect(database.connection.pragma('integrity_check', { simple: true })).toBe('ok');
});

test('what waits for the commit runs after the outermost one, and never after a rollback', () => {
  const heard: string[] = [];
  database.write(() => {
    database.afterCommit(() => heard.push(`outer, in transaction: ${database.connection.inTransaction}`));
    expect(() =>
      database.write(() => {
        database.afterCommit(() => heard.push('inner'));
        throw new Error('no');
      }),
    ).toThrow('no');
    database.write(() => database.afterCommit(() => heard.push('second')));
    expect(heard).toEqual([]);
  });
  expect(heard).toEqual(['outer, in transaction: false', 'second']);
  expect(() =>
    database.write(() => {
      database.afterCommit(() => heard.push('lost'));
      throw new Error('no');
    }),
  ).toThrow('no');
  database.write(() => undefined);
  expect(heard).toHaveLength(2);
});

test('a file that another program holds for longer than the patience is STORE_BUSY, and the change goes in later', () => {
  database.connection.pragma('busy_timeout = 20');
  const other = openDatabase({ path: join(root, 'store.sqlite'), synchronous: 'FULL' });
  try {
    other.connection.exec('BEGIN IMMEDIATE');
    expect(() => flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1' })).toThrow(expect.objectContaining({ code: 'STORE_BUSY' }));
    other.connection.exec('ROLLBACK');
  } finally {
    other.close();
  }
  flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1' });
  expect(flows.headOf('log_1')).toBe(0);
});

test('a file that cannot be written to any more is STORE_NOT_WRITABLE, and what was there can be read', () => {
  flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1' });
  database.connection.pragma('query_only = ON');
  expect(() => flows.append('log_1', testEntry('e1'))).toThrow(expect.objectContaining({ code: 'STORE_NOT_WRITABLE' }));
  expect(flows.listFlows()).toHaveLength(1);
  database.connection.pragma('query_only = OFF');
  expect(flows.append('log_1', testEntry('e1'))).toBe(1);
});

test('no query of the app leaves the store in a transaction', () => {
  flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1' });
  flows.appendMany('log_1', [testEntry('e1'), testEntry('e2')]);
  const reading = flows.readEntries('log_1');
  reading.next();
  // An entry may come in while somebody reads the log.
  expect(flows.append('log_1', testEntry('e3'))).toBe(3);
  expect([...reading].map((entry) => entry.no)).toEqual([2]);
  expect(database.connection.inTransaction).toBe(false);
  expect(readFileSync(join(root, 'store.sqlite')).length).toBeGreaterThan(0);
});

test('a part that comes after SQLite has undone everything is not committed on its own', () => {
  const settings = createSettingStore(database);
  expect(() =>
    database.write(() => {
      settings.set('first', 1);
      database.connection.exec('ROLLBACK');
      settings.set('second', 2);
    }),
  ).toThrow(expect.objectContaining({ code: 'STORE_IO_FAILED' }));
  expect(settings.all()).toEqual({});
});
