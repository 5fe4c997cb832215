/** Addresses that a workspace's required single sign-on holds: by another one its members would come in without it. */
import type { Queryable } from '../db/database.ts';
import { accountProblem } from './errors.ts';

/** Throws EMAIL_HELD when a workspace of theirs requires single sign-on of the domain of their address, and the new one lies in no domain of that sign-on. */
export async function demandLeavable(sql: Queryable, userId: string, from: string, to: string): Promise<void> {
  const { rowCount } = await sql.query(
    `select 1 from member m join workspace w on w.id = m.workspace_id and w.deleted_at is null join sign_on_connection c on c.workspace_id = m.workspace_id and c.mode = 'required'
       join sign_on_domain held on held.connection_id = c.id and held.proven_at is not null and held.domain = $2
     where m.user_id = $1 and not exists (select 1 from sign_on_domain d where d.connection_id = c.id and d.proven_at is not null and d.domain = $3) limit 1`,
    [userId, domainOf(from), domainOf(to)],
  );
  if (rowCount) throw accountProblem('EMAIL_HELD', { domain: domainOf(from) });
}

function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1);
}
