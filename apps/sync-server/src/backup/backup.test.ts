/** Backup, destruction, restore: what was there is there again byte by byte, and what a device has more than the backup comes back. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest';
import { stateText } from '@uxflow/core';
import { addLog, addMember, socketUrl, startTestServer } from '../../test/testServer.ts';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/testDatabase.ts';
import { startDevice, until, type Device } from '../../test/testDevice.ts';
import type { RunningServer } from '../server.ts';
import { backUp, restore } from './backup.ts';

let postgres: TestPostgres;
let database: TestDatabase;
let folder: string;
let server: RunningServer | undefined;
const devices: Device[] = [];

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.close());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'uxflow-backup-'));
  database = await postgres.clone();
});
afterEach(async () => {
  for (const device of devices.splice(0)) device.stop();
  await server?.close();
  server = undefined;
  await database.drop();
  rmSync(folder, { recursive: true });
});

/** Every row of every table as text, in an order of their own. */
async function contentOf(url: string): Promise<Record<string, string[]>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(`select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`);
  const content: Record<string, string[]> = {};
  for (const { name } of rows) content[name] = (await client.query<{ row: string }>(`select t::text as row from "${name}" t order by 1`)).rows.map(({ row }) => row);
  await client.end();
  return content;
}

/** Columns, constraints and indexes, as the database describes them. */
async function shapeOf(url: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(`select conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) || ' ' || convalidated as line from pg_constraint where connamespace = 'public'::regnamespace
    union all select indexdef from pg_indexes where schemaname = 'public'
    union all select table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') from information_schema.columns where table_schema = 'public'
    union all select hash from drizzle.__drizzle_migrations order by 1`);
  await client.end();
  return rows;
}

async function sql(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text).finally(() => client.end());
}

let count = 0;
function rename(device: Device, name: string): void {
  device.replica.commit({ ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', to: name }] }, { id: `tx_${++count}`, logId: 'log_1', author: { kind: 'user', id: device.member.userId, name: 'U' }, at: 1 });
}
const synced = (device: Device) => until('synced', () => device.open.status().state === 'synced' && device.replica.pending.length === 0);

test('after backup, destruction and restore all rows are there byte by byte, and devices bring back what the backup lacks', async () => {
  const file = join(folder, 'all.uxflow-backup');
  server = await startTestServer(database.url);
  await addLog(server.database.pool, 'log_1');
  const [ann, bob] = [await addMember(server.database.pool, 'ann'), await addMember(server.database.pool, 'bob')];
  const start = (member: typeof ann) => {
    const device = startDevice({ url: () => socketUrl(server!.port), member, logId: 'log_1', flowId: 'flow_1', hurry: 10 });
    devices.push(device);
    return device;
  };
  const [one, two] = [start(ann), start(bob)];
  for (let n = 0; n < 20; n++) rename(one, `Name ${n} \\ \t "é\n`);
  await synced(one);
  // A backup of a server that works.
  const summary = await backUp(database.url, file);
  expect(summary.tables.find(({ name }) => name === 'entry')?.rows).toBe(20);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const kept = await contentOf(database.url);

  rename(one, 'After the backup');
  rename(two, 'Also after it');
  await synced(one);
  await synced(two);
  await until('both have both', () => one.replica.chain === two.replica.chain && one.replica.confirmed.no === 22);
  await expect(restore(database.url, file, { replace: true })).rejects.toMatchObject({ code: 'SERVERS_RUNNING' });
  await server.close();
  expect(await contentOf(database.url)).not.toEqual(kept);

  await sql(database.url, `delete from entry; delete from log; update app_user set name = 'destroyed'`);
  await expect(restore(database.url, file)).rejects.toMatchObject({ code: 'DATABASE_NOT_EMPTY' });
  await restore(database.url, file, { replace: true });
  expect(await contentOf(database.url)).toEqual(kept);
  server = await startTestServer(database.url);
  await until('both brought back what the backup lacks', async () => (await server!.database.pool.query<{ no: number }>('select head_no as no from log')).rows[0]!.no === 22);
  await synced(one);
  await synced(two);
  await until('both end alike', () => one.replica.chain === two.replica.chain);
  expect(stateText(one.replica.confirmed)).toBe(stateText(two.replica.confirmed));
  const { rows } = await server.database.pool.query<{ id: string }>('select id from entry where no > 20 order by id');
  expect(rows.map(({ id }) => id)).toEqual(['tx_21', 'tx_22']);
});

test('rows of every table come back, sequences go on, references hold, and sessions end when that is asked', async () => {
  const file = join(folder, 'all.uxflow-backup');
  server = await startTestServer(database.url);
  await addMember(server.database.pool, 'ann');
  await server.database.pool.query(`insert into activity (workspace_id, code, params) select 'ws_1', 'X', jsonb_build_object('text', repeat(chr(9), n)) from generate_series(1, 1500) n`);
  await server.close();
  server = undefined;
  await backUp(database.url, file);
  const kept = await contentOf(database.url);
  const other = await postgres.clone();
  await restore(other.url, file);
  expect(await contentOf(other.url)).toEqual(kept);
  expect(await shapeOf(other.url)).toEqual(await shapeOf(database.url));
  await sql(other.url, `insert into activity (workspace_id, code, params) values ('ws_1', 'Y', '{}')`);
  await expect(sql(other.url, `insert into activity (workspace_id, code, params) values ('ws_none', 'Y', '{}')`)).rejects.toThrow(/foreign key/);
  await restore(other.url, file, { replace: true, signOut: true });
  expect(await contentOf(other.url)).toEqual({ ...kept, session: [] });
  await other.drop();
});

test('an account that owns its database and nothing else can do both', async () => {
  const [first, second] = [join(folder, 'first'), join(folder, 'second')];
  await sql(database.url, `insert into app_user (id, name, email, email_verified) values ('ann', 'Ann', 'ann@example.test', true)`);
  await backUp(database.url, first);
  const name = `uxflow_test_${process.pid}_plain`;
  await sql(database.url, `create role ${name} login password 'plain'`);
  await sql(database.url, `create database ${name} owner ${name}`);
  const url = new URL(database.url);
  [url.username, url.password, url.pathname] = [name, 'plain', `/${name}`];
  await restore(url.href, first);
  await restore(url.href, first, { replace: true });
  await backUp(url.href, second);
  expect(await contentOf(url.href)).toEqual(await contentOf(database.url));
  await sql(database.url, `drop database ${name} with (force)`);
  await sql(database.url, `drop role ${name}`);
});

test('a server that starts during a restore waits for it', async () => {
  const file = join(folder, 'all.uxflow-backup');
  await sql(database.url, `insert into app_user (id, name, email, email_verified) values ('ann', 'Ann', 'ann@example.test', true)`);
  await backUp(database.url, file);
  const other = await postgres.clone();
  // Held up by somebody who reads one of the tables.
  const reader = new pg.Client({ connectionString: other.url });
  await reader.connect();
  await reader.query('begin; lock table app_user in access share mode');
  let isStarted = false;
  const restoring = restore(other.url, file);
  await until('it waits', async () => (await reader.query(`select from pg_locks where database = (select oid from pg_database where datname = current_database()) and not granted and locktype = 'relation'`)).rowCount! > 0);
  const starting = startTestServer(other.url).then((started) => {
    isStarted = true;
    return started;
  });
  await until('the server waits', async () => (await reader.query(`select from pg_locks where database = (select oid from pg_database where datname = current_database()) and not granted and locktype = 'advisory'`)).rowCount! > 0);
  expect(isStarted).toBe(false);
  await reader.query('commit');
  await reader.end();
  await restoring;
  server = await starting;
  expect((await server.database.pool.query('select id from app_user')).rows).toEqual([{ id: 'ann' }]);
  await server.close();
  server = undefined;
  await other.drop();
});

test('a damaged, cut, foreign or newer file changes nothing, and no file is written over', async () => {
  const file = join(folder, 'all.uxflow-backup');
  await sql(database.url, `insert into app_user (id, name, email, email_verified) values ('ann', 'Ann', 'ann@example.test', true)`);
  await backUp(database.url, file);
  await expect(backUp(database.url, file)).rejects.toMatchObject({ code: 'BACKUP_EXISTS' });
  const kept = await contentOf(database.url);
  const whole = gunzipSync(readFileSync(file));
  const at = whole.indexOf('ann@example.test');
  expect(at).toBeGreaterThan(0);
  const flipped = Buffer.from(whole);
  flipped[at] = flipped[at]! ^ 1;
  const newer = Buffer.from(whole.toString('latin1').replace(/[0-9a-f]{64}/, '0'.repeat(64)), 'latin1');
  const cases: [string, Buffer, string][] = [
    ['flipped', gzipSync(flipped), 'BACKUP_DAMAGED'],
    ['cut', gzipSync(whole.subarray(0, whole.length - 40)), 'BACKUP_DAMAGED'],
    ['cut-below', readFileSync(file).subarray(0, -20), 'BACKUP_DAMAGED'],
    ['text', Buffer.from('no backup'), 'BACKUP_DAMAGED'],
    ['empty', Buffer.alloc(0), 'BACKUP_DAMAGED'],
    ['digest', gzipSync(newer), 'BACKUP_DAMAGED'],
  ];
  for (const [name, bytes, code] of cases) {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    await expect(restore(database.url, path, { replace: true }), name).rejects.toMatchObject({ code });
  }
  await expect(restore(database.url, join(folder, 'none'))).rejects.toMatchObject({ code: 'BACKUP_UNREADABLE' });
  await sql(database.url, `insert into drizzle.__drizzle_migrations (hash, created_at) values ('of a later version', 9e15)`);
  await backUp(database.url, join(folder, 'later'));
  await expect(restore(database.url, join(folder, 'later'), { replace: true })).rejects.toMatchObject({ code: 'BACKUP_NEWER' });
  expect(await contentOf(database.url)).toEqual(kept);
});

test('a backup that cannot be written says so, and leaves nothing behind', async () => {
  writeFileSync(join(folder, 'file'), '');
  await expect(backUp(database.url, join(folder, 'no such folder', 'one'))).rejects.toMatchObject({ code: 'BACKUP_UNWRITABLE', message: expect.stringContaining('ENOENT') });
  await expect(backUp(database.url, join(folder, 'file', 'one'))).rejects.toMatchObject({ code: 'BACKUP_UNWRITABLE', params: { reason: 'ENOTDIR' } });
  expect(readdirSync(folder)).toEqual(['file']);
});

test('a row that the tables do not take leaves the database as it was', async () => {
  const file = join(folder, 'bad.uxflow-backup');
  await sql(database.url, `alter table member drop constraint if exists member_workspace_id_workspace_id_fk; insert into member (workspace_id, user_id, role) values ('ws_none', 'ann', 'member')`);
  await backUp(database.url, file);
  const other = await postgres.clone();
  await sql(other.url, `insert into app_user (id, name, email, email_verified) values ('bob', 'Bob', 'bob@example.test', true)`);
  const before = await contentOf(other.url);
  await expect(restore(other.url, file, { replace: true })).rejects.toThrow(/foreign key/);
  expect(await contentOf(other.url)).toEqual(before);
  await other.drop();
});

test('a backup of older tables is brought to those of this version', async () => {
  const file = join(folder, 'old.uxflow-backup');
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { readMigrationFiles } = await import('drizzle-orm/migrator');
  const { MIGRATIONS } = await import('../db/database.ts');
  const first = readMigrationFiles({ migrationsFolder: MIGRATIONS })[0]!;
  await client.query('drop schema public cascade; create schema public; truncate drizzle.__drizzle_migrations');
  for (const statement of first.sql) await client.query(statement);
  await client.query('insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)', [first.hash, first.folderMillis]);
  await client.query(`insert into log (id, workspace_id, kind, base_no, base_chain, head_no, head_chain, created_by) values ('log_old', 'ws_1', 'main', 0, '', 0, '', 'ann')`);
  await client.end();
  await backUp(database.url, file);
  const current = await postgres.clone();
  await restore(database.url, file, { replace: true });
  expect(await shapeOf(database.url)).toEqual(await shapeOf(current.url));
  await current.drop();
  server = await startTestServer(database.url);
  expect((await server.database.pool.query('select id from log')).rows).toEqual([{ id: 'log_old' }]);
  expect((await server.database.pool.query('select count(*)::int as count from workspace')).rows).toEqual([{ count: 0 }]);
});

test('the commands work on the built-in Postgres of a data folder', async () => {
  const run = async (words: string[], data: string) =>
    promisify(execFile)(process.execPath, [join(import.meta.dirname, '../main.ts'), ...words], { env: { ...process.env, DATABASE_URL: '', DATA_DIR: join(folder, data), NODE_OPTIONS: '' } }).then(({ stdout }) => stdout, (error: { stderr: string }) => error.stderr);
  chmodSync(folder, 0o755);
  const file = join(folder, 'from-url.uxflow-backup');
  await sql(database.url, `insert into app_user (id, name, email, email_verified) values ('ann', 'Ann', 'ann@example.test', true)`);
  await backUp(database.url, file);
  expect(await run(['restore', file], 'one')).toMatch(/^Restored .*: \d+ rows of \d+ tables/m);
  const again = join(folder, 'again.uxflow-backup');
  expect(await run(['backup', again], 'one')).toMatch(/^Wrote /m);
  await restore(database.url, again, { replace: true });
  expect((await contentOf(database.url)).app_user).toEqual([expect.stringContaining('ann@example.test')]);
  expect(await run(['backup', again], 'one')).toMatch(/^BACKUP_EXISTS: /m);
  expect(await run(['bakcup', again], 'one')).toMatch(/^COMMAND_UNKNOWN: /m);
  expect(existsSync(`${again}.part`)).toBe(false);
});
