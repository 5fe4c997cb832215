/** One SQL transaction, and what must only happen once it is committed. */
import type { ServerDatabase } from './database.ts';
import type { Queryable } from './database.ts';

export interface Transaction {
  sql: Queryable;
  /** Runs after the commit, in order; never when it is rolled back. What it throws is the caller's. */
  after(task: () => unknown): void;
}

/** What `work` gives back, committed; whatever it throws rolls everything back and is thrown on. */
export async function transact<T>({ pool }: Pick<ServerDatabase, 'pool'>, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  const tasks: (() => unknown)[] = [];
  let broken: Error | undefined;
  let result: T;
  try {
    await client.query('begin');
    result = await work({ sql: client, after: (task) => void tasks.push(task) });
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    client.release(broken);
  }
  for (const task of tasks) await task();
  return result;
}
