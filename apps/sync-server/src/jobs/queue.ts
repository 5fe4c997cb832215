/** Background jobs on the server's own database (pg-boss). */
import { PgBoss, type Db } from 'pg-boss';
import type { Logger } from '@uxflow/core/base';
import type { Queryable, ServerDatabase } from '../db/database.ts';

export interface Jobs {
  /** Resolves once the queues' tables are there; throws what kept them from it. */
  ready(): Promise<PgBoss>;
  /** Runs when the queues are ready: to make queues and start workers. */
  onReady(start: (boss: PgBoss) => Promise<void>): void;
  close(): Promise<void>;
}

/** Starts the queues beside the rest of the server: nobody waits for them but who has a job. */
export function startJobs({ pool }: Pick<ServerDatabase, 'pool'>, logger: Logger): Jobs {
  const boss = new PgBoss({ db: bossDatabase(pool), schema: 'pgboss' });
  boss.on('error', (error) => logger.warn('the job queue', { error: String(error) }));
  const starters: ((boss: PgBoss) => Promise<void>)[] = [];
  let closed = false;
  // Whoever adds a starter does so in the same turn as this is called.
  const started = Promise.resolve().then(async () => {
    await boss.start();
    for (const start of starters) if (!closed) await start(boss);
    return boss;
  });
  started.catch((error: unknown) => logger.error('the job queue did not start; mails and other jobs wait', { error: String(error) }));
  return {
    ready: () => started,
    onReady: (start) => void starters.push(start),
    async close() {
      closed = true;
      await started.catch(() => {});
      await boss.stop({ graceful: true, timeout: 3000 });
    },
  };
}

/** The form in which pg-boss takes a connection: give it that of a transaction and the job is part of the transaction. */
export function bossDatabase(sql: Queryable): Db {
  return { executeSql: (text, values) => sql.query(text, values as unknown[]) };
}
