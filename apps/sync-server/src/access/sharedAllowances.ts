/** What is used of allowances by all instances together, in the database and by its clock. */
import { createHmac } from 'node:crypto';
import type { ServerDatabase } from '../db/database.ts';
import type { PeriodicTask } from '../jobs/periodic.ts';
import type { Allowance } from './rateLimiter.ts';

export interface SharedAllowances {
  /** 0 when there was one left, which is now used; else seconds until there is one. */
  take(key: string, allowance: Allowance): Promise<number>;
  /** Forgets what is whole again. */
  task: PeriodicTask;
}

const MINUTES_10 = 10 * 60_000;
/**
 * The generic cell rate algorithm in one statement: an allowance is one moment, that at which it is whole again. Using one moves it on
 * by the time that one takes to come back; it may stand no further ahead than the whole burst takes.
 */
const TAKE = `insert into used_allowance as used (key, full_at) values ($1, clock_timestamp() + make_interval(secs => $2))
  on conflict (key) do update set full_at = greatest(used.full_at, clock_timestamp()) + make_interval(secs => $2)
  where greatest(used.full_at, clock_timestamp()) + make_interval(secs => $2) <= clock_timestamp() + make_interval(secs => $3)`;
const WAIT = `select extract(epoch from full_at - clock_timestamp())::float8 + $2 - $3 as seconds from used_allowance where key = $1`;

/** The allowances of a database; `key` hides what is counted. */
export function createSharedAllowances({ pool }: Pick<ServerDatabase, 'pool'>, key: Buffer): SharedAllowances {
  return {
    async take(name, { burst, perSecond }) {
      const values = [createHmac('sha256', key).update(name).digest('base64url'), 1 / perSecond, Math.max(1, burst) / perSecond];
      const { rowCount } = await pool.query({ name: 'take_allowance', text: TAKE, values });
      if (rowCount === 1) return 0;
      const { rows } = await pool.query<{ seconds: number }>({ name: 'wait_allowance', text: WAIT, values });
      return Math.max(1, Math.ceil(rows[0]?.seconds ?? 1));
    },
    task: { name: 'forget allowances that are whole again', everyMs: MINUTES_10, run: () => pool.query('delete from used_allowance where full_at < clock_timestamp()') },
  };
}
