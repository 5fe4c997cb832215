/** The connection to Postgres, and the migrations that bring it up to date. */
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';

/** Anything that runs SQL: the pool, or one client inside a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

export interface ServerDatabase {
  pool: pg.Pool;
  url: string;
  /** A connection of its own; the caller ends it. `pipeline`: queries are sent without waiting for the answers before. */
  connect(options?: { pipeline?: boolean }): Promise<pg.Client>;
  close(): Promise<void>;
}

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
  await migrateDatabase(pool);
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
