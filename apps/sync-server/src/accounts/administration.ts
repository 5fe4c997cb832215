/** What the administrators of the server do to accounts. They see who there is; what is in workspaces they do not. */
import type { GlobalRole, Principal } from '../access/principal.ts';
import { transact } from '../db/transaction.ts';
import { writeAudit, type Origin } from './audit.ts';
import { accountProblem } from './errors.ts';
import type { AccountParts } from './parts.ts';
import { endSessions } from './sessions.ts';

export interface UserRow {
  id: string;
  email: string;
  name: string;
  role: GlobalRole;
  status: 'active' | 'suspended';
  emailVerified: boolean;
  twoFactor: boolean;
  createdAt: number;
  deleteAt: number | null;
}

export interface Administration {
  /** Accounts whose address or name holds the text, oldest first, after the id of the last page. */
  list(search: { text?: string | undefined; after?: string | undefined; limit: number }): Promise<UserRow[]>;
  /** Changes role (by a super_admin) or status; the person's sessions end. Throws USER_NOT_FOUND, LAST_SUPER_ADMIN, ROLE_MISSING. */
  change(actor: Principal, userId: string, change: { role?: GlobalRole | undefined; status?: 'active' | 'suspended' | undefined }, origin: Origin): Promise<UserRow>;
  /** Signs somebody out everywhere; how many sessions ended. Throws USER_NOT_FOUND, SUPER_ADMIN_NEEDED. */
  signOut(actor: Principal, userId: string, origin: Origin): Promise<number>;
  /** Lifts the lock of an account. */
  unlock(actor: Principal, userId: string, origin: Origin): Promise<void>;
}

const COLUMNS = `id, email, name, role, status, email_verified as "emailVerified", two_factor_enabled as "twoFactor", created_at as "createdAt", delete_at as "deleteAt"`;
type Row = Omit<UserRow, 'createdAt' | 'deleteAt'> & { createdAt: Date; deleteAt: Date | null };
/** Two changes of super_admins come one after the other, so that the last one stays. */
const ROLE_LOCK = 7_284_118;

/** The part of administration. */
export function createAdministration({ database, principals, lockout }: AccountParts): Administration {
  return {
    async list({ text = '', after = '', limit }) {
      const { rows } = await database.pool.query<Row>(`select ${COLUMNS} from app_user where id > $1 and ($2 = '' or position(lower($2) in lower(email || ' ' || name)) > 0) order by id limit $3`, [after, text, limit]);
      return rows.map(viewOf);
    },
    async change(actor, userId, { role, status }, origin) {
      const { row, sessionIds } = await transact(database, async ({ sql }) => {
        await sql.query('select pg_advisory_xact_lock($1)', [ROLE_LOCK]);
        const { rows: before } = await sql.query<Row>(`select ${COLUMNS} from app_user where id = $1 for update`, [userId]);
        const [found] = before;
        if (!found) throw accountProblem('USER_NOT_FOUND');
        // Only equals or betters touch somebody's power: an admin neither makes nor unmakes administrators.
        if (actor.role !== 'super_admin' && (role !== undefined || found.role !== 'user')) throw accountProblem('SUPER_ADMIN_NEEDED');
        const losesPower = found.role === 'super_admin' && ((role !== undefined && role !== 'super_admin') || status === 'suspended');
        if (losesPower) {
          const { rows } = await sql.query<{ n: number }>(`select count(*)::int as n from app_user where role = 'super_admin' and status = 'active' and id <> $1`, [userId]);
          if (rows[0]!.n === 0) throw accountProblem('LAST_SUPER_ADMIN');
        }
        const { rows } = await sql.query<Row>(`update app_user set role = coalesce($2, role), status = coalesce($3, status), updated_at = now() where id = $1 returning ${COLUMNS}`, [userId, role ?? null, status ?? null]);
        await writeAudit(sql, role !== undefined ? 'ACCOUNT_ROLE_CHANGED' : 'ACCOUNT_SUSPENDED', userId, origin, { by: actor.userId, ...(role ? { role } : {}), ...(status ? { status } : {}) });
        return { row: rows[0]!, ...(await endSessions(sql, userId)) };
      });
      await principals.revoke({ userId });
      for (const sessionId of sessionIds) await principals.revoke({ userId, sessionId });
      return viewOf(row);
    },
    async signOut(actor, userId, origin) {
      const { rows } = await database.pool.query<{ role: GlobalRole }>('select role from app_user where id = $1', [userId]);
      if (!rows[0]) throw accountProblem('USER_NOT_FOUND');
      if (actor.role !== 'super_admin' && rows[0].role !== 'user') throw accountProblem('SUPER_ADMIN_NEEDED');
      const { sessionIds } = await endSessions(database.pool, userId);
      await writeAudit(database.pool, 'SESSION_REVOKED', userId, origin, { by: actor.userId, count: sessionIds.length });
      for (const sessionId of sessionIds) await principals.revoke({ userId, sessionId });
      return sessionIds.length;
    },
    async unlock(actor, userId, origin) {
      const { rows } = await database.pool.query<{ email: string }>('select email from app_user where id = $1', [userId]);
      if (!rows[0]) throw accountProblem('USER_NOT_FOUND');
      await lockout.clear(database.pool, rows[0].email);
      await writeAudit(database.pool, 'ACCOUNT_UNLOCKED', userId, origin, { by: actor.userId });
    },
  };
}

function viewOf(row: Row): UserRow {
  return { ...row, createdAt: row.createdAt.getTime(), deleteAt: row.deleteAt?.getTime() ?? null };
}
