/** Plays many histories on one server process and one Postgres. */
import pg from 'pg';
import { silentLogger } from '@uxflow/core/base';
import { createPostgresBus } from '../../src/sync/bus.ts';
import { openDatabase } from '../../src/db/database.ts';
import { startTestPostgres } from '../testDatabase.ts';
import { until } from '../testDevice.ts';
import { playHistory, type HistoryOptions, type Stage } from './history.ts';
import { addReport, emptyReport, type HistoryReport } from './report.ts';
import { startServerProcess } from './serverProcess.ts';

export interface FuzzOptions extends HistoryOptions {
  seeds: readonly number[];
  /** Histories at once. */
  parallel: number;
  /** No further history begins after one that fails with such a message. */
  stopAt?: RegExp;
  onDone?(seed: number, report: HistoryReport | Error): void;
}

export interface FuzzResult {
  totals: HistoryReport & { histories: number };
  failures: { seed: number; message: string }[];
}

/** Histories after which the tables are searched for what was only shown. */
const LOOK_EVERY = 10;

/** Plays the seeds; what went wrong, by seed. */
export async function runFuzz({ seeds, parallel, stopAt, onDone, ...options }: FuzzOptions): Promise<FuzzResult> {
  pg.types.setTypeParser(pg.types.builtins.INT8, Number);
  const postgres = await startTestPostgres();
  const database = await postgres.clone();
  const own = await openDatabase(database.url, { size: 10 });
  const bus = await createPostgresBus(own, silentLogger);
  const name = `uxflow_fuzz_${process.pid}`;
  const live: Stage['live'] = new Set();
  const server = await startServerProcess({
    databaseUrl: database.url,
    name,
    onDead: async () => {
      for (const [index, history] of [...live].entries()) {
        if (index === 0) history.report.kills += 1;
        await history.afterDeath();
      }
    },
  });
  /** What a dead server has sent is still carried out: a copy that is put back before that would be written into. */
  const connections = async () => (await own.pool.query<{ count: number }>('select count(*) as count from pg_stat_activity where application_name = $1', [name])).rows[0]!.count;
  const silent = () => until('the dead server is silent', async () => (await connections()) === 0, 60_000);
  if ((await connections()) === 0) throw new Error('the connections of the server to its database have another name than is looked for');
  const stage: Stage = {
    get port() {
      return server.port;
    },
    kill: (between) =>
      server.kill(
        between &&
          (async () => {
            await silent();
            await between();
          }),
      ),
    get upMs() {
      return server.upMs;
    },
    pool: own.pool,
    live,
    revoked: (workspaceId, userId) => bus.publish('revoked', JSON.stringify({ workspaceId, userId })),
  };
  const totals = { histories: 0, ...emptyReport() };
  const failures: FuzzResult['failures'] = [];
  try {
    const queue = [...seeds];
    const work = async () => {
      for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
        try {
          const report = await playHistory(seed, stage, options);
          totals.histories += 1;
          addReport(totals, { ...emptyReport(), ...report });
          const stored = totals.histories % LOOK_EVERY === 0 ? await findShown(own.pool) : undefined;
          if (stored) throw new Error(`what somebody showed stands in the table ${stored}`);
          onDone?.(seed, report);
        } catch (error) {
          failures.push({ seed, message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
          onDone?.(seed, error instanceof Error ? error : new Error(String(error)));
          if (stopAt?.test(failures.at(-1)!.message)) queue.length = 0;
        }
      }
    };
    await Promise.all(Array.from({ length: parallel }, work));
    return { totals, failures };
  } finally {
    await server.stop();
    await bus.close();
    await own.close();
    await database.drop();
    await postgres.close();
  }
}

/** A table, other than those that every history looks at itself, in which presence was stored. */
async function findShown(pool: pg.Pool): Promise<string | undefined> {
  const { rows } = await pool.query<{ name: string }>(`select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema') and tablename not in ('entry', 'snapshot')`);
  const hex = Buffer.from('shown_log_f').toString('hex');
  for (const { name } of rows) {
    const found = await pool.query(`select 1 from ${name} as one where one::text like '%shown_log_f%' or one::text like $1 limit 1`, [`%${hex}%`]);
    if (found.rows.length > 0) return name;
  }
  return undefined;
}
