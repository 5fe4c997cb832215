/**
 * Databases for tests: one Postgres (the built-in one, shared by every test process of the machine, or that of DATABASE_URL), one
 * template with the tables, and a clone of it for whoever asks.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrateDatabase } from '../src/db/database.ts';
import { startEmbedded, type EmbeddedPostgres } from '../src/db/embedded.ts';

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

export interface TestPostgres {
  clone(): Promise<TestDatabase>;
  /** Drops what is left and lets go of the server. */
  close(): Promise<void>;
}

const MIGRATIONS = join(import.meta.dirname, '../src/db/migrations');
const LOCK = 7_284_116;
/** Databases that this process has had: a test may start more than one Postgres of this kind. */
let count = 0;

/** The Postgres of this run, with an empty template. */
export async function startTestPostgres(): Promise<TestPostgres> {
  // Nothing here must survive a power cut, and many test processes share it.
  const embedded: EmbeddedPostgres | undefined = process.env.DATABASE_URL
    ? undefined
    : await startEmbedded({ folder: join(tmpdir(), `uxflow-test-postgres-${userInfo().uid}`), settings: ['fsync=off', 'full_page_writes=off', 'max_connections=300'] });
  const admin = new pg.Client({ connectionString: process.env.DATABASE_URL ?? embedded!.url });
  admin.on('error', () => {});
  await admin.connect();
  const template = `uxflow_template_${digestOf(MIGRATIONS)}`;
  await admin.query('select pg_advisory_lock($1)', [LOCK]);
  try {
    const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [template]);
    if (!rowCount) {
      // Made under another name, so that a half-made one is never cloned.
      await admin.query(`drop database if exists ${template}_part`);
      await admin.query(`create database ${template}_part`);
      const pool = new pg.Pool({ connectionString: withName(admin, `${template}_part`), max: 1 });
      await migrateDatabase(pool);
      await pool.end();
      await admin.query(`alter database ${template}_part rename to ${template}`);
    }
    await dropOrphans(admin);
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [LOCK]);
  }
  const names = new Set<string>();
  const drop = async (name: string) => {
    names.delete(name);
    await admin.query(`drop database if exists ${name} with (force)`);
  };
  return {
    async clone() {
      const name = `uxflow_test_${process.pid}_${++count}`;
      names.add(name);
      await admin.query('select pg_advisory_lock($1)', [LOCK]);
      await admin.query(`create database ${name} template ${template} strategy file_copy`).finally(() => admin.query('select pg_advisory_unlock($1)', [LOCK]));
      return { url: withName(admin, name), drop: () => drop(name) };
    },
    async close() {
      for (const name of names) await drop(name);
      await admin.end();
      await embedded?.stop();
    },
  };
}

/** Databases of test processes that were killed. */
async function dropOrphans(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query<{ name: string }>(`select datname as name from pg_database where datname like 'uxflow\\_test\\_%'`);
  for (const { name } of rows) {
    const pid = Number(name.split('_')[2]);
    try {
      process.kill(pid, 0);
    } catch {
      await admin.query(`drop database if exists ${name} with (force)`);
    }
  }
}

function withName(admin: pg.Client, name: string): string {
  if (process.env.DATABASE_URL) {
    const url = new URL(process.env.DATABASE_URL);
    url.pathname = `/${name}`;
    return url.href;
  }
  return `postgres://${admin.user}@localhost/${name}?host=${encodeURIComponent(admin.host)}`;
}

function digestOf(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.sql')).sort()) hash.update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 12);
}
