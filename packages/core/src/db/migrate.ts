import type Sqlite from 'better-sqlite3';
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { storeError } from './storeError.ts';

/** One step of the store's history, as drizzle-kit generated it. */
export interface Migration {
  tag: string;
  sql: string;
}

/** Marks a SQLite file as ours ('UXFE'), so that a foreign file is never migrated. */
export const APPLICATION_ID = 0x55584645;
const KEPT_BACKUPS = 3;

/** How many migrations this file has been through; 0 for an empty one. Throws STORE_CORRUPT for a SQLite file of somebody else. */
export function readVersion(connection: Sqlite.Database): number {
  const version = connection.pragma('user_version', { simple: true }) as number;
  const application = connection.pragma('application_id', { simple: true }) as number;
  const isEmpty = connection.prepare('select count(*) from sqlite_schema').pluck().get() === 0;
  if (!isEmpty && application !== APPLICATION_ID) throw storeError('STORE_CORRUPT', { path: connection.name, reason: 'FOREIGN_FILE' });
  return version;
}

/**
 * Brings the file up to the last of `migrations` in one SQL transaction. An existing file is copied into `backupFolder` first; the copy's
 * path is returned, undefined where none was needed. Throws what SQLite throws; the file is then as it was.
 */
export function migrate(connection: Sqlite.Database, migrations: readonly Migration[], backupFolder: string, clock: Clock): string | undefined {
  const version = readVersion(connection);
  if (version >= migrations.length) return undefined;
  const backup = version > 0 ? makeBackup(connection, version, backupFolder, clock) : undefined;
  // Generated SQL rebuilds tables: with foreign keys on, dropping the old one would delete what refers to it.
  connection.pragma('foreign_keys = OFF');
  try {
    connection
      .transaction(() => {
        for (const migration of migrations.slice(version)) connection.exec(migration.sql);
        const broken = connection.pragma('foreign_key_check') as unknown[];
        if (broken.length) throw storeError('STORE_CORRUPT', { path: connection.name, reason: 'FOREIGN_KEYS', count: broken.length });
        connection.pragma(`application_id = ${APPLICATION_ID}`);
        connection.pragma(`user_version = ${migrations.length}`);
      })
      .immediate();
  } finally {
    connection.pragma('foreign_keys = ON');
  }
  return backup;
}

function makeBackup(connection: Sqlite.Database, version: number, folder: string, clock: Clock): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stamp = new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '-');
  const path = join(folder, `store-v${version}-${stamp}.sqlite`);
  rmSync(path, { force: true });
  closeSync(openSync(path, 'w', 0o600));
  try {
    connection.prepare('VACUUM INTO ?').run(path);
    const file = openSync(path, 'r');
    fsyncSync(file);
    closeSync(file);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
  const old = readdirSync(folder).filter((name) => /^store-v\d+-.*\.sqlite$/.test(name)).sort((a, b) => stampOf(a).localeCompare(stampOf(b)));
  for (const name of old.slice(0, -KEPT_BACKUPS)) rmSync(join(folder, name), { force: true });
  return path;
}

function stampOf(name: string): string {
  return name.replace(/^store-v\d+-/, '');
}
