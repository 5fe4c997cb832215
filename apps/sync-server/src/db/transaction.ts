/** One SQL transaction, and what must only happen once it is committed. */
import type { Queryable, ServerDatabase } from './database.ts';

export interface Transaction {
  sql: Queryable;
  /** Runs after the commit, in order; never when it is rolled back. What it throws is the caller's. */
  after(task: () => unknown): void;
}

/** Connections that transactions leave to everybody else. */
const LEFT = 2;
const entrances = new WeakMap<object, { running: number; waiting: (() => void)[] }>();

/**
 * What `work` gives back, committed; whatever it throws rolls everything back and is thrown on. Work that takes longer than `withinMs` is
 * given up: its connection is closed, so that nothing which it still does later can touch the work of others.
 */
export async function transact<T>({ pool }: Pick<ServerDatabase, 'pool'>, work: (transaction: Transaction) => Promise<T>, { withinMs }: { withinMs?: number } = {}): Promise<T> {
  const leave = await enter(pool);
  const client = await pool.connect().catch((error: unknown) => {
    leave();
    throw error;
  });
  // While nobody waits for an answer a connection that breaks says so as an event, which would end the process.
  const ignore = () => {};
  client.on('error', ignore);
  const tasks: (() => unknown)[] = [];
  let broken: Error | undefined;
  let result: T;
  try {
    await client.query('begin');
    const done = work({ sql: client, after: (task) => void tasks.push(task) });
    result = await (withinMs === undefined ? done : within(withinMs, done, (late) => (broken = late)));
    await client.query('commit');
  } catch (error) {
    if (!broken) await client.query('rollback').catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    client.release(broken);
    if (!broken) client.off('error', ignore);
    leave();
  }
  for (const task of tasks) await task();
  return result;
}

async function within<T>(ms: number, task: Promise<T>, onLate: (error: Error) => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => {
      const error = new Error(`not done within ${ms} ms`);
      onLate(error);
      fail(error);
    }, ms);
  });
  // What comes of it later is nobody's.
  task.catch(() => {});
  return Promise.race([task, late]).finally(() => clearTimeout(timer));
}

/**
 * Waits for a turn; the function that it gives back ends it. Work inside a transaction may ask the pool for something beside it (a role, a
 * queue); if transactions held every connection, all of them would wait for one another for ever.
 */
async function enter(pool: ServerDatabase['pool']): Promise<() => void> {
  let entrance = entrances.get(pool);
  if (!entrance) entrances.set(pool, (entrance = { running: 0, waiting: [] }));
  const turns = entrance;
  if (turns.running >= Math.max(1, pool.options.max - LEFT)) await new Promise<void>((go) => turns.waiting.push(go));
  else turns.running += 1;
  return () => {
    const next = turns.waiting.shift();
    if (next) next();
    else turns.running -= 1;
  };
}
