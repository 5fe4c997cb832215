import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestClock } from '../base/clock.ts';
import { createLogger, silentLogger } from '../base/logger.ts';
import { openDataFolder } from './dataFolder.ts';
import { createTestFolder, testEntry, testFlow, type TestFolder } from './testFolder.ts';
import { startWriter } from './writerProcess.ts';

let place: TestFolder;

beforeEach(() => void (place = createTestFolder()));
afterEach(() => place.dispose());

const code = (text: string) => expect.objectContaining({ code: text });
const modeOf = (...path: string[]) => (statSync(join(place.path, ...path)).mode & 0o777).toString(8);

test('a new folder and its files are for their owner only, and nothing is held open after closing', async () => {
  const folder = await place.open();
  folder.announce({ pid: process.pid, socketPath: '/run/x.sock', startedAt: 1 });
  folder.settings.set('a', 1);
  expect(modeOf()).toBe('700');
  for (const name of readdirSync(place.path)) expect([name, modeOf(name)]).toEqual([name, '600']);
  expect(JSON.parse(readFileSync(join(place.path, 'host.json'), 'utf8'))).toEqual({ pid: process.pid, socketPath: '/run/x.sock', startedAt: 1 });
  await folder.close();
  expect(readdirSync(place.path).sort()).toEqual(['index.sqlite', 'lock.sqlite', 'store.sqlite']);
  await folder.close();
  expect(() => folder.settings.set('a', 2)).toThrow(code('STORE_CLOSED'));
  expect(() => folder.settings.get('a')).toThrow(code('STORE_CLOSED'));
});

test('the second to open a folder learns who holds it; closing frees it', async () => {
  const first = await place.open();
  await expect(place.open()).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE', params: { path: place.path, holder: null, socketPath: null, url: null } });
  first.announce({ pid: 7, socketPath: '/run/engine.sock', url: 'http://127.0.0.1:1', startedAt: 5 });
  await expect(place.open()).rejects.toMatchObject({
    code: 'DATA_FOLDER_IN_USE',
    params: { holder: { pid: 7, socketPath: '/run/engine.sock', url: 'http://127.0.0.1:1', startedAt: 5 }, socketPath: '/run/engine.sock', url: 'http://127.0.0.1:1' },
  });
  writeFileSync(join(place.path, 'host.json'), 'not json');
  await expect(place.open()).rejects.toMatchObject({ params: { holder: null } });
  first.settings.set('still', 'mine');
  await first.close();
  const second = await place.open();
  expect(second.settings.get('still')).toBe('mine');
});

test('an attempt of the same process that is refused leaves the hold as it is', async () => {
  await place.open();
  await expect(place.open()).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' });
  const attempt = `
    const Sqlite = require('better-sqlite3');
    const other = new Sqlite(${JSON.stringify(join(place.path, 'lock.sqlite'))}, { timeout: 50 });
    try { other.exec('BEGIN EXCLUSIVE'); console.log('taken'); } catch (error) { console.log(error.code); }`;
  expect(execFileSync(process.execPath, ['-e', attempt], { cwd: import.meta.dirname, encoding: 'utf8' }).trim()).toBe('SQLITE_BUSY');
});

test('another process holds the folder until it is killed; then it opens at once', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'uxflow-cache-'));
  try {
    const writer = startWriter(place.path, 1, cache);
    await writer.ready;
    writer.start();
    await writer.opened;
    writeFileSync(join(place.path, 'host.json'), JSON.stringify({ pid: 1, socketPath: '/gone', startedAt: 1 }));
    await expect(place.open()).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE', params: { socketPath: '/gone' } });
    const lines = await writer.kill();
    const folder = await place.open();
    const entries = new Set([...folder.flows.readEntries('own')].map((entry) => entry.id));
    for (const line of lines.filter((text) => text.startsWith('entry own'))) expect(entries).toContain(line.split(' ')[2]);
    // What the killed holder said about itself must not send anybody to an address where nobody answers.
    expect(existsSync(join(place.path, 'host.json'))).toBe(false);
    await expect(place.open()).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE', params: { socketPath: null } });
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
});

test('a folder that cannot be written to is refused, and nothing is held', async () => {
  mkdirSync(place.path);
  writeFileSync(join(place.path, 'file'), '');
  await expect(openDataFolder(join(place.path, 'file'), { logger: silentLogger, clock: createTestClock() })).rejects.toMatchObject({ code: 'STORE_NOT_WRITABLE' });
  rmSync(join(place.path, 'file'));
  await asNobody(async () => {
    await expect(place.open()).rejects.toMatchObject({ code: 'STORE_NOT_WRITABLE' });
  });
  expect(readdirSync(place.path)).toEqual([]);
  await place.open();
});

test('a damaged store is refused as it is, and the folder is free again', async () => {
  const folder = await place.open();
  folder.settings.set('a', 1);
  await folder.close();
  const path = join(place.path, 'store.sqlite');
  const good = readFileSync(path);
  for (const bytes of [Buffer.from('this is not a database, but it is long enough to be looked at. '.repeat(80)), Buffer.concat([good.subarray(0, 100), Buffer.alloc(good.length - 100, 7)])]) {
    writeFileSync(path, bytes);
    await expect(place.open()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    expect(readFileSync(path).equals(bytes)).toBe(true);
  }
  rmSync(path);
  const foreign = new Sqlite(path);
  foreign.exec('create table somebody (elses integer)');
  foreign.close();
  await expect(place.open()).rejects.toMatchObject({ code: 'STORE_CORRUPT', params: { reason: 'FOREIGN_FILE' } });
  writeFileSync(path, good);
  expect((await place.open()).settings.get('a')).toBe(1);
});

test('damage inside the file shows as STORE_CORRUPT where it is read; the rest can still be read', async () => {
  const folder = await place.open();
  folder.flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1' });
  folder.flows.appendMany('log_1', Array.from({ length: 400 }, (_, index) => testEntry(`e${index}`, 'x'.repeat(900))));
  await folder.close();
  const path = join(place.path, 'store.sqlite');
  const bytes = readFileSync(path);
  const entryRoot = rootPageOf(path, 'entry');
  bytes.fill(0xee, (entryRoot - 1) * 4096, entryRoot * 4096);
  writeFileSync(path, bytes);
  const damaged = await place.open();
  expect(damaged.flows.listFlows().map((flow) => flow.id)).toEqual(['flow_1']);
  expect(() => [...damaged.flows.readEntries('log_1')]).toThrow(code('STORE_CORRUPT'));
  expect(() => damaged.flows.append('log_1', testEntry('more'))).toThrow(code('STORE_CORRUPT'));
});

test('a store of a newer version is read, not written, and stays as it is', async () => {
  const folder = await place.open();
  folder.flows.createFlow({ flow: testFlow('flow_1', { name: 'Login' }), logId: 'log_1', firstEntry: testEntry('e1') });
  await folder.close();
  const path = join(place.path, 'store.sqlite');
  const file = new Sqlite(path);
  file.pragma(`user_version = ${(file.pragma('user_version', { simple: true }) as number) + 1}`);
  file.exec('alter table flow add column mood text');
  file.close();
  const before = readFileSync(path);
  const lines: string[] = [];
  const newer = await openDataFolder(place.path, { logger: createLogger((line) => lines.push(line.level), () => 0), clock: createTestClock() });
  try {
    expect(newer.readOnly).toBe('STORE_NEWER');
    expect(newer.flows.listFlows().map((flow) => flow.name)).toEqual(['Login']);
    expect([...newer.flows.readEntries('log_1')].map((entry) => entry.id)).toEqual(['e1']);
    for (const write of [() => newer.flows.append('log_1', testEntry('e2')), () => newer.settings.set('a', 1), () => newer.withTransaction(() => 1)]) {
      expect(write).toThrow(expect.objectContaining({ code: 'STORE_READ_ONLY', params: expect.objectContaining({ reason: 'STORE_NEWER' }) }));
    }
    expect(lines).toContain('warn');
  } finally {
    await newer.close();
  }
  expect(readFileSync(path).equals(before)).toBe(true);
});

function rootPageOf(path: string, table: string): number {
  const file = new Sqlite(path, { readonly: true });
  try {
    return file.prepare('select rootpage from sqlite_schema where name = ?').pluck().get(table) as number;
  } finally {
    file.close();
  }
}

/** Runs as a user who may not write into the folder. */
async function asNobody(run: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  chmodSync(place.path, 0o500);
  // Rights do not hold root back: it has to become somebody else for a moment.
  if (isRoot) process.seteuid!(65534);
  try {
    await run();
  } finally {
    if (isRoot) process.seteuid!(0);
    chmodSync(place.path, 0o700);
  }
}
