/** Addresses that an account has just given up: for a week it can have them back, so nobody else gets them. */
import type { Queryable } from '../db/database.ts';

/** Until when an address is kept for the account that had it; undefined when it is free. For that account itself it always is. */
export async function reservedUntil(sql: Queryable, email: string, exceptUserId = ''): Promise<Date | undefined> {
  const { rows } = await sql.query<{ until: Date | null }>('select max(expires_at) as until from email_change where old_email = $1 and done and expires_at > now() and user_id <> $2', [email, exceptUserId]);
  return rows[0]?.until ?? undefined;
}
