/** By what a person can sign in: the last way is never taken away. */
import type { Queryable } from '../db/database.ts';
import { accountProblem } from './errors.ts';

/** Throws LAST_WAY_IN when nothing is left; inside a transaction that holds the person's row, after the way was deleted. */
export async function demandAnotherWay(sql: Queryable, userId: string): Promise<void> {
  const { rows } = await sql.query<{ ways: number }>(
    `select (select count(*) from credential where user_id = $1 and (provider_id <> 'credential' or password is not null))::int + (select count(*) from passkey where user_id = $1)::int as ways`,
    [userId],
  );
  if (rows[0]!.ways === 0) throw accountProblem('LAST_WAY_IN');
}
