/** The connection to Postgres, and the migrations that bring it up to date. */
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { AppError } from '@uxflow/core/base';

/** Anything that runs SQL: the pool, or one client inside a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

export interface ServerDatabase {
  pool: pg.Pool;
  url: string;
  /** A connection of its own; the caller ends it. `pipeline`: queries are sent without waiting for the answers before. */
  connect(options?: { pipeline?: boolean }): Promise<pg.Client>;
  close(): Promise<void>;
}

/** The oldest major version that has what we use. */
export const OLDEST_POSTGRES = 15;
/** Folder of the migrations. */
export const MIGRATIONS = join(import.meta.dirname, 'migrations');
/** Who waits longer for a free connection gets an error: better than to wait for ever. */
const CONNECT_WITHIN_MS = 15_000;
/** Any number that nobody else takes: one server migrates at a time. */
export const MIGRATION_LOCK = 7_284_115;

// Numbers of entries are far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** Opens the database of an address with at most `size` connections in the pool; throws what the driver says when it cannot be reached. */
export async function openDatabase(url: string, { size = 8 }: { size?: number } = {}): Promise<ServerDatabase> {
  const pool = new pg.Pool({ connectionString: url, max: size, idleTimeoutMillis: 30_000, connectionTimeoutMillis: CONNECT_WITHIN_MS, application_name: 'uxflow-sync' });
  // An idle connection that breaks is replaced; without a listener it would end the process.
  pool.on('error', () => {});
  try {
    await demandVersion(pool);
    await migrateDatabase(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    pool,
    url,
    async connect({ pipeline = false } = {}) {
      const client = new pg.Client({ connectionString: url, application_name: 'uxflow-sync', pipeline, keepAlive: true } as pg.ClientConfig);
      await client.connect();
      return client;
    },
    close: () => pool.end(),
  };
}

/** Throws DATABASE_TOO_OLD. */
async function demandVersion(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ version: string }>(`select current_setting('server_version') as version`);
  const { version } = rows[0]!;
  if (Number.parseInt(version, 10) < OLDEST_POSTGRES) throw new AppError('DATABASE_TOO_OLD', `The Postgres of DATABASE_URL is version ${version}; version ${OLDEST_POSTGRES} or newer is needed. Nothing was started or changed; use a newer one, or leave DATABASE_URL out: a Postgres comes with the server.`, { version, oldest: OLDEST_POSTGRES });
}

/** Brings the tables up to date; of several servers that start at once one does it. */
export async function migrateDatabase(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query('set client_min_messages = warning');
    await migrate(drizzle(client), { migrationsFolder: MIGRATIONS });
  } finally {
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => {});
    await client.query('reset client_min_messages').catch(() => {});
    client.release();
  }
}
