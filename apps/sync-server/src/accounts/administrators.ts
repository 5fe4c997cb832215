/** Who administers the server because of an address: the role follows the confirmed address, there and back. */
import type { Queryable } from '../db/database.ts';
import { writeAudit, type Origin } from './audit.ts';
import type { AccountParts } from './parts.ts';

/**
 * Gives the role of ADMIN_EMAILS to who has confirmed such an address, and takes it from who had it by one and has another now. `from`: the
 * confirmed address of before; undefined: there was none. A role that a super_admin gave to other addresses stays.
 */
export async function followAddress({ config }: Pick<AccountParts, 'config'>, sql: Queryable, userId: string, { from, to }: { from: string | undefined; to: string }, origin: Origin): Promise<void> {
  const isListed = (email: string) => config.ADMIN_EMAILS.some((one) => one.toLowerCase() === email.toLowerCase());
  if (!isListed(to) && (from === undefined || !isListed(from))) return;
  const [role, but] = isListed(to) ? ['super_admin', `role <> 'super_admin'`] : ['user', `role = 'super_admin'`];
  const { rowCount } = await sql.query(`update app_user set role = $2, updated_at = now() where id = $1 and ${but}`, [userId, role]);
  if (rowCount) await writeAudit(sql, 'ACCOUNT_ROLE_CHANGED', userId, origin, { by: 'address', role });
}
