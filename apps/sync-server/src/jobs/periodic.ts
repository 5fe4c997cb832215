/** Tasks that come round: on one instance at a time, whatever the number of instances. */
import type { Logger } from '@uxflow/core/base';
import type { ServerDatabase } from '../db/database.ts';

export interface PeriodicTask {
  name: string;
  everyMs: number;
  run(): Promise<unknown>;
}

/** Runs tasks until the given function is called, which waits for those that run. A task that fails is logged and comes round again. */
export function startPeriodic({ database, logger, tasks }: { database: ServerDatabase; logger: Logger; tasks: readonly PeriodicTask[] }): () => Promise<void> {
  const running = new Set<Promise<void>>();
  const once = async ({ name, run }: PeriodicTask) => {
    const client = await database.connect();
    // A connection of its own: a lock must not wait for the pool, nor hold a place in it. Breaking is told by the query that follows.
    client.on('error', () => {});
    try {
      const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock(hashtext($1)) as mine', [`periodic ${name}`]);
      if (!rows[0]!.mine) return;
      try {
        await run();
      } finally {
        await client.query('select pg_advisory_unlock(hashtext($1))', [`periodic ${name}`]);
      }
    } finally {
      await client.end();
    }
  };
  const timers = tasks.map((task) => {
    let isBusy = false;
    return setInterval(() => {
      if (isBusy) return;
      isBusy = true;
      const run = once(task)
        .catch((error: unknown) => logger.warn('a task failed', { task: task.name, error: String(error) }))
        .finally(() => {
          isBusy = false;
          running.delete(run);
        });
      running.add(run);
    }, task.everyMs);
  });
  return async () => {
    for (const timer of timers) clearInterval(timer);
    await Promise.all(running);
  };
}
