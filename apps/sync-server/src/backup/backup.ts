/** Backup and restore of everything the server keeps, by COPY: the built-in Postgres comes without pg_dump. */
import { existsSync } from 'node:fs';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import pg from 'pg';
import { AppError } from '@uxflow/core/base';
import { copyIn, copyOut } from '../db/copy.ts';
import { MIGRATION_LOCK, MIGRATIONS } from '../db/database.ts';
import { checkArchive, tablesOf, writeArchive, type BackupHeader, type BackupSummary } from './archive.ts';

export interface RestoreOptions {
  /** Deletes what is in the database; without it only an empty one is filled. */
  replace?: boolean;
  /** Ends every session: those that were revoked after the backup would be valid again. */
  signOut?: boolean;
}

const APPLICATION = 'uxflow-backup';
/** What the first start of a server writes by itself does not make a database used. */
const NOT_CONTENT = new Set(['server_setting']);
/** `isKept`: not for tables that a crash empties, too. */
const TABLES = `select c.relname as name, c.relpersistence = 'p' as "isKept", array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by c.relname`;

/**
 * Writes everything of one moment into a file while servers go on working; how many rows of what. The queue of mails and of other jobs
 * is left out: what is sent once must not be sent again. Throws BACKUP_EXISTS, BACKUP_UNWRITABLE, DATABASE_EMPTY.
 */
export async function backUp(url: string, file: string, now = Date.now()): Promise<BackupSummary> {
  if (existsSync(file)) throw new AppError('BACKUP_EXISTS', `There is a file ${file} already. Nothing was written; give another name.`, { file });
  return connected(url, async (client) => {
    await client.query('begin isolation level repeatable read, read only');
    const tables = (await client.query<{ name: string; isKept: boolean; columns: string[] }>(TABLES)).rows.filter(({ isKept }) => isKept);
    if (tables.length === 0) throw new AppError('DATABASE_EMPTY', 'There is nothing in this database. No backup was written; check DATABASE_URL or DATA_DIR.');
    const { rows: migrations } = await client.query<{ hash: string }>('select hash from drizzle.__drizzle_migrations order by created_at');
    const { rows: sequences } = await client.query<{ name: string; value: number | null }>(`select sequencename as name, last_value::float8 as value from pg_sequences where schemaname = 'public'`);
    const header: BackupHeader = {
      kind: 'uxflow-backup',
      format: 1,
      at: now,
      migrations: migrations.map(({ hash }) => hash),
      sequences: Object.fromEntries(sequences.flatMap(({ name, value }) => (value === null ? [] : [[name, value]]))),
    };
    const archive = await writeArchive(file, header).catch((error: unknown) => {
      throw unwritable(error, file);
    });
    try {
      const summary: BackupSummary = { tables: [] };
      for (const { name, columns } of tables) {
        await archive.table({ name, columns });
        summary.tables.push({ name, rows: await copyOut(client, `copy public.${quoted(name)} (${columns.map(quoted).join(', ')}) to stdout`, (piece) => archive.rows(piece)) });
      }
      await archive.finish(summary);
      return summary;
    } catch (error) {
      // What went wrong first is what is told.
      await archive.abandon().catch(() => {});
      throw unwritable(error, file);
    }
  });
}

/** What kept a file from being written, in words; anything else as it is. */
function unwritable(error: unknown, file: string): unknown {
  const { code } = error as { code?: string };
  if (!['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'EISDIR', 'ENOSPC', 'EDQUOT', 'EFBIG'].includes(code ?? '')) return error;
  return new AppError('BACKUP_UNWRITABLE', `The backup ${file} could not be written (${code}). Nothing has that name; see that its folder is there, that you may write to it, and that there is room.`, { file, reason: code }, { cause: error });
}

/**
 * Brings a database to what a backup holds, in one transaction, and then to the tables of this version: all of it or nothing. How many
 * rows of what. Throws BACKUP_DAMAGED, BACKUP_NEWER, BACKUP_UNREADABLE, SERVERS_RUNNING, DATABASE_NOT_EMPTY.
 */
export async function restore(url: string, file: string, { replace = false, signOut = false }: RestoreOptions = {}): Promise<BackupSummary> {
  const { header, summary } = await checkArchive(file);
  const migrations = readMigrationFiles({ migrationsFolder: MIGRATIONS });
  const isKnown = header.migrations.every((hash, n) => migrations[n]?.hash === hash);
  if (!isKnown) throw new AppError('BACKUP_NEWER', `The backup ${file} was made by a newer or another version of the server. Nothing was changed; restore it with that version.`, { file });
  return connected(url, async (client) => {
    // A server that starts meanwhile waits here until the tables are whole.
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await client.query('set local client_min_messages = warning');
    await demandUnused(client, replace);
    await removeAll(client);
    const migrate = async (from: number, to: number) => {
      for (const { sql, hash, folderMillis } of migrations.slice(from, to)) {
        for (const statement of sql) await client.query(statement);
        await client.query('insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)', [hash, folderMillis]);
      }
    };
    await client.query('create schema drizzle');
    await client.query('create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)');
    await migrate(0, header.migrations.length);
    // References between tables hold again when all rows are there.
    const { rows: references } = await client.query<{ name: string; place: string; definition: string }>(`select conname as name, conrelid::regclass::text as place, pg_get_constraintdef(oid) as definition from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`);
    for (const { name, place } of references) await client.query(`alter table ${place} drop constraint ${quoted(name)}`);
    // Migrations may have written rows of their own, which the backup has as well.
    const { rows: tables } = await client.query<{ name: string }>(TABLES);
    if (tables.length > 0) await client.query(`truncate ${tables.map(({ name }) => `public.${quoted(name)}`).join(', ')}`);
    for await (const { name, columns, rows } of tablesOf(file)) {
      const count = await copyIn(client, `copy public.${quoted(name)} (${columns.map(quoted).join(', ')}) from stdin`, rows);
      const expected = summary.tables.find((one) => one.name === name)?.rows;
      if (count !== expected) throw new AppError('BACKUP_DAMAGED', `The backup ${file} says that ${name} has ${expected} rows, and holds ${count}. Nothing was changed; take another copy of it.`, { file, table: name });
    }
    for (const [name, value] of Object.entries(header.sequences)) await client.query('select setval($1::regclass, $2)', [`public.${quoted(name)}`, value]);
    for (const { name, place, definition } of references) await client.query(`alter table ${place} add constraint ${quoted(name)} ${definition}`);
    await migrate(header.migrations.length, migrations.length);
    if (signOut) await client.query('delete from session');
    await client.query('commit');
    await client.query('analyze');
    return summary;
  });
}

async function demandUnused(client: pg.Client, replace: boolean): Promise<void> {
  const { rows: others } = await client.query<{ count: number }>(`select count(*)::int as count from pg_stat_activity where datname = current_database() and application_name = 'uxflow-sync'`);
  if (others[0]!.count > 0) throw new AppError('SERVERS_RUNNING', 'A server uses this database. Nothing was changed; stop every instance first.', { connections: others[0]!.count });
  if (replace) return;
  const { rows: tables } = await client.query<{ name: string }>(TABLES);
  for (const { name } of tables) {
    if (NOT_CONTENT.has(name)) continue;
    const { rows } = await client.query<{ used: boolean }>(`select exists (select from public.${quoted(name)}) as used`);
    if (rows[0]!.used) throw new AppError('DATABASE_NOT_EMPTY', `There is data in this database (${name}). Nothing was changed; make a backup of it, then restore with --replace, which deletes it.`, { table: name });
  }
}

/** Takes away the tables and the queue of jobs, which a server makes anew. */
async function removeAll(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(TABLES);
  for (const { name } of rows) await client.query(`drop table public.${quoted(name)} cascade`);
  await client.query('drop schema if exists drizzle cascade');
  await client.query('drop schema if exists pgboss cascade');
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: APPLICATION });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    // What was not committed is not kept.
    await client.end().catch(() => {});
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
