/** Guessing is slowed down: by account and by network address, on every instance. The same for accounts that do not exist. */
import { createHmac } from 'node:crypto';
import type { Queryable, ServerDatabase } from '../db/database.ts';
import { newId } from '../ids.ts';

export interface Lockout {
  /** Seconds for which nobody may try; 0: go on. */
  lockedFor(email: string, address: string): Promise<number>;
  /** Counts a failure; tells the lock that it caused, and whether the account's holder should hear of it now. */
  fail(email: string, address: string): Promise<{ lockedMinutes: number; notify: boolean }>;
  /** Forgets the failures of an account: its holder has proved to be one. */
  clear(sql: Queryable, email: string): Promise<void>;
}

/** Failures of an account within an hour -> minutes that it is locked. */
export const ACCOUNT_STEPS = [
  [20, 24 * 60],
  [10, 60],
  [5, 15],
  [3, 5],
] as const;
/** Failures from one network address within an hour, after which it is locked for an hour. */
export const ADDRESS_FAILURES = 50;
const NOTIFY_AT = 5;

/** The lockout on the tables `failed_sign_in` and `sign_in_lock`; `key` hides addresses in them. */
export function createLockout({ pool }: Pick<ServerDatabase, 'pool'>, key: Buffer): Lockout {
  const subject = (kind: 'account' | 'address', text: string) => `${kind}:${createHmac('sha256', key).update(`${kind}:${text.toLowerCase()}`).digest('hex')}`;
  return {
    async lockedFor(email, address) {
      const { rows } = await pool.query<{ seconds: number | null }>({
        name: 'sign_in_lock',
        text: `select ceil(extract(epoch from max(until) - now()))::int as seconds from sign_in_lock where subject = any($1) and until > now()`,
        values: [[subject('account', email), subject('address', address)]],
      });
      return rows[0]?.seconds ?? 0;
    },
    async fail(email, address) {
      const account = subject('account', email);
      const place = subject('address', address);
      await pool.query('insert into failed_sign_in (id, account_hash, address_hash) values ($1, $2, $3)', [newId('fail'), account, place]);
      const { rows } = await pool.query<{ ofAccount: number; ofAddress: number }>(
        `select (select count(*)::int from failed_sign_in where account_hash = $1 and at > now() - interval '1 hour') as "ofAccount",
                (select count(*)::int from failed_sign_in where address_hash = $2 and at > now() - interval '1 hour') as "ofAddress"`,
        [account, place],
      );
      const { ofAccount, ofAddress } = rows[0]!;
      const lockedMinutes = ACCOUNT_STEPS.find(([failures]) => ofAccount >= failures)?.[1] ?? 0;
      const lock = (one: string, minutes: number, failures: number) =>
        pool.query(
          `insert into sign_in_lock (subject, until, failures) values ($1, now() + make_interval(mins => $2), $3)
           on conflict (subject) do update set until = greatest(sign_in_lock.until, excluded.until), failures = excluded.failures`,
          [one, minutes, failures],
        );
      if (lockedMinutes > 0) await lock(account, lockedMinutes, ofAccount);
      if (ofAddress >= ADDRESS_FAILURES) await lock(place, 60, ofAddress);
      return { lockedMinutes, notify: ofAccount === NOTIFY_AT };
    },
    async clear(sql, email) {
      const account = subject('account', email);
      await sql.query('delete from failed_sign_in where account_hash = $1', [account]);
      await sql.query('delete from sign_in_lock where subject = $1', [account]);
    },
  };
}
