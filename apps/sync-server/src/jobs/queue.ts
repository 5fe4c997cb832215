/** Background jobs on the server's own database (pg-boss). */
import { PgBoss, type Db } from 'pg-boss';
import type { Logger } from '@uxflow/core/base';
import type { Queryable, ServerDatabase } from '../db/database.ts';

/** Any number that nobody else takes. */
const START_LOCK = 7_284_117;
const START_AGAIN_MS = 5000;

export interface Jobs {
  /** Resolves once the queues' tables are there; throws what kept them from it. */
  ready(): Promise<PgBoss>;
  /** Runs when the queues are ready: to make queues and start workers. Only in the turn in which they were started; later it throws. */
  onReady(start: (boss: PgBoss) => Promise<void>): void;
  close(): Promise<void>;
}

/** Starts the queues beside the rest of the server: nobody waits for them but who has a job. What fails is tried again. */
export function startJobs({ pool }: Pick<ServerDatabase, 'pool'>, logger: Logger): Jobs {
  const starters: ((boss: PgBoss) => Promise<void>)[] = [];
  let boss: PgBoss | undefined;
  let closed = false;
  let again: NodeJS.Timeout | undefined;
  let hasBegun = false;
  const attempt = async (): Promise<PgBoss> => {
    hasBegun = true;
    const next = new PgBoss({ db: bossDatabase(pool), schema: 'pgboss' });
    next.on('error', (error) => logger.warn('the job queue', { error: String(error) }));
    try {
      // pg-boss makes its tables as if it were alone; of several instances that start at once all but one would fail.
      await inTurn(pool, () => next.start());
      for (const start of starters) if (!closed) await start(next);
    } catch (error) {
      await next.stop({ graceful: false }).catch(() => {});
      throw error;
    }
    return (boss = next);
  };
  let started: Promise<PgBoss> | undefined;
  const begin = () => {
    clearTimeout(again);
    const mine = Promise.resolve().then(attempt);
    mine.catch((error: unknown) => {
      logger.error('the job queue did not start; mails and other jobs wait', { error: String(error) });
      // Whoever has a job does not wait for the clock.
      if (started === mine) started = undefined;
      if (!closed) again = setTimeout(() => (started ??= begin()), START_AGAIN_MS).unref();
    });
    return mine;
  };
  started = begin();
  return {
    ready: () => (started ??= begin()),
    onReady(start) {
      // It would run or not, as the database is slow or fast.
      if (hasBegun) throw new Error('The job queue has begun to start already.');
      starters.push(start);
    },
    async close() {
      closed = true;
      clearTimeout(again);
      await started?.catch(() => {});
      await boss?.stop({ graceful: true, timeout: 3000 });
    },
  };
}

/** Runs something while no other instance does. */
async function inTurn<T>(pool: ServerDatabase['pool'], task: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [START_LOCK]);
    return await task();
  } finally {
    await client.query('select pg_advisory_unlock($1)', [START_LOCK]).catch(() => {});
    client.release();
  }
}

/** The form in which pg-boss takes a connection: give it that of a transaction and the job is part of the transaction. */
export function bossDatabase(sql: Queryable): Db {
  return { executeSql: (text, values) => sql.query(text, values as unknown[]) };
}
