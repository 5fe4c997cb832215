import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { embeddedMigrations } from './embedMigrations.ts';
import { MIGRATIONS } from './migrations.generated.ts';
import { readState } from './readState.ts';
import { createTestFolder, testEntry, testFlow, type TestFolder } from './testFolder.ts';

let place: TestFolder;

beforeEach(() => void (place = createTestFolder()));
afterEach(() => place.dispose());

/** A next version that rebuilds a table, as drizzle-kit does for a changed CHECK: a naive runner would cascade all entries away. */
const REBUILD = {
  tag: '0001_rebuild',
  sql: `PRAGMA foreign_keys=OFF;
CREATE TABLE __new_log (id text PRIMARY KEY NOT NULL, flow_id text, base_log text, base_no integer, kind text NOT NULL, shared integer DEFAULT false NOT NULL, color text DEFAULT 'blue' NOT NULL,
  FOREIGN KEY (flow_id) REFERENCES flow(id) ON DELETE cascade);
INSERT INTO __new_log (id, flow_id, base_log, base_no, kind, shared) SELECT id, flow_id, base_log, base_no, kind, shared FROM log;
DROP TABLE log;
ALTER TABLE __new_log RENAME TO log;
PRAGMA foreign_keys=ON;`,
};
const backups = () => readdirSync(join(place.path, 'backup'));
const tables = (path: string) => {
  const file = new Sqlite(path, { readonly: true });
  try {
    return { version: file.pragma('user_version', { simple: true }), entries: file.prepare('select count(*) from entry').pluck().get(), columns: (file.pragma('table_info(log)') as { name: string }[]).map((column) => column.name) };
  } finally {
    file.close();
  }
};

const schemaOf = (path: string) => {
  const file = new Sqlite(path, { readonly: true });
  try {
    return file.prepare('select name, sql from sqlite_schema order by name').all();
  } finally {
    file.close();
  }
};

test('the embedded migrations are those that drizzle-kit generated', () => {
  expect(readFileSync(new URL('./migrations.generated.ts', import.meta.url), 'utf8')).toBe(embeddedMigrations());
});

test('a new store has every migration and needs no backup', async () => {
  const folder = await place.open();
  await folder.close();
  expect(tables(join(place.path, 'store.sqlite')).version).toBe(MIGRATIONS.length);
  expect(readdirSync(place.path)).not.toContain('backup');
});

test('an old store is copied, then brought up to date, with all its entries', async () => {
  const old = await place.open();
  old.flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1' });
  old.flows.appendMany('log_1', Array.from({ length: 30 }, (_, index) => testEntry(`e${index}`)));
  await old.close();
  const upgraded = await place.open([...MIGRATIONS, REBUILD]);
  expect([...upgraded.flows.readEntries('log_1')]).toHaveLength(30);
  expect(upgraded.flows.append('log_1', testEntry('new'))).toBe(31);
  await upgraded.close();
  expect(tables(join(place.path, 'store.sqlite'))).toMatchObject({ version: MIGRATIONS.length + 1, entries: 31, columns: expect.arrayContaining(['color']) });
  expect(backups()).toHaveLength(1);
  const backup = join(place.path, 'backup', backups()[0]!);
  expect(tables(backup)).toMatchObject({ version: MIGRATIONS.length, entries: 30, columns: expect.not.arrayContaining(['color']) });
  expect((statSync(backup).mode & 0o777).toString(8)).toBe('600');
  // The version of before only reads now, and putting the copy back is all that is needed to go back.
  const newer = await place.open();
  expect(newer.readOnly).toBe('STORE_NEWER');
  expect([...newer.flows.readEntries('log_1')]).toHaveLength(31);
  await newer.close();
  writeFileSync(join(place.path, 'store.sqlite'), readFileSync(backup));
  const back = await place.open();
  expect(back.readOnly).toBeUndefined();
  expect([...back.flows.readEntries('log_1')]).toHaveLength(30);
});

test('a migration that fails changes nothing, and the app of before goes on', async () => {
  const old = await place.open();
  old.flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1', firstEntry: testEntry('e1') });
  await old.close();
  const broken = [
    { tag: '0001_broken', sql: 'alter table flow add column mood text; create table log (id text);' },
    { tag: '0001_orphans', sql: 'delete from flow;' },
  ];
  for (const migration of broken) await expect(place.open([...MIGRATIONS, migration])).rejects.toThrow();
  expect(tables(join(place.path, 'store.sqlite'))).toMatchObject({ version: MIGRATIONS.length, entries: 1 });
  const again = await place.open();
  expect(again.flows.append('log_1', testEntry('e2'))).toBe(2);
});

test('only the last three backups stay', async () => {
  await (await place.open()).close();
  mkdirSync(join(place.path, 'backup'));
  for (const day of ['01', '02', '03', '04']) writeFileSync(join(place.path, 'backup', `store-v1-2020-01-${day}T00-00-00-000Z.sqlite`), '');
  writeFileSync(join(place.path, 'backup', 'mine.txt'), '');
  await place.open([...MIGRATIONS, REBUILD]);
  expect(backups().sort()).toEqual(['mine.txt', 'store-v1-2020-01-03T00-00-00-000Z.sqlite', 'store-v1-2020-01-04T00-00-00-000Z.sqlite', `store-v${MIGRATIONS.length}-2023-11-14T22-13-20-000Z.sqlite`]);
});

// One stored file a released version, made by `makeStoreFixture.ts`; what it must say stands beside it.
for (const name of readdirSync(new URL('./fixtures/', import.meta.url)).filter((file) => file.endsWith('.sqlite.gz'))) {
  test(`${name} opens, reads and takes new entries`, async () => {
    const read = (file: string) => readFileSync(new URL(`./fixtures/${file}`, import.meta.url));
    const expected = JSON.parse(read(name.replace('.sqlite.gz', '.json')).toString()) as Record<string, unknown>;
    mkdirSync(place.path);
    writeFileSync(join(place.path, 'store.sqlite'), gunzipSync(read(name)));
    const folder = await place.open();
    expect(folder.readOnly).toBeUndefined();
    const found: Record<string, unknown> = {};
    for (const { id } of [...folder.flows.listFlows({ sort: 'name' }), ...folder.flows.listFlows({ deleted: true })]) {
      for (const log of folder.flows.logsOf(id)) {
        found[log.id] = { head: folder.flows.headOf(log.id), chain: folder.flows.chainOf(log.id, folder.flows.headOf(log.id)), nodes: [...readState(folder.flows, log.id).state.node.keys()].sort(), pending: folder.flows.listPending(log.id).length };
      }
    }
    const [turn] = folder.turns.turnsOf(folder.turns.conversationOf('flow_own')!.id);
    expect({ logs: found, proposals: folder.turns.proposalsOf('flow_own').length, turn: turn?.status, setting: folder.settings.get('theme') }).toEqual(expected);
    for (const logId of ['own', 'branch']) expect(folder.flows.append(logId, testEntry('after_upgrade'))).toBe(folder.flows.headOf(logId));
    // A migration that was edited after its release would leave old files in another shape than new ones.
    const fresh = createTestFolder();
    await fresh.open();
    const upgraded = schemaOf(join(place.path, 'store.sqlite'));
    const expectedSchema = schemaOf(join(fresh.path, 'store.sqlite'));
    await fresh.dispose();
    expect(upgraded).toEqual(expectedSchema);
  });
}
