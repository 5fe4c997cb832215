/** What the administrators of the server do to accounts. They see who there is; what is in workspaces they do not. */
import type { GlobalRole, Principal } from '../access/principal.ts';
import type { Queryable } from '../db/database.ts';
import { transact } from '../db/transaction.ts';
import { writeAudit, type Origin } from './audit.ts';
import { accountProblem } from './errors.ts';
import type { AccountParts } from './parts.ts';
import { GRACE_DAYS } from './privacy.ts';
import { languageOf } from './profile.ts';
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

export interface UserSearch {
  /** Part of the address or the name. */
  text?: string | undefined;
  role?: GlobalRole | undefined;
  status?: 'active' | 'suspended' | 'closing' | undefined;
  verified?: boolean | undefined;
  after?: string | undefined;
  limit: number;
}

export interface UserDetails extends UserRow {
  sessions: number;
  passkeys: number;
  lastSignInAt: number | null;
  workspaces: { id: string; role: string; owned: boolean }[];
}

export interface Administration {
  /** Accounts that fit, oldest first, after the id of the last page. */
  list(search: UserSearch): Promise<UserRow[]>;
  /** Throws USER_NOT_FOUND. */
  get(userId: string): Promise<UserDetails>;
  /** Marks an account for its end in thirty days and signs it out. Throws USER_NOT_FOUND, SUPER_ADMIN_NEEDED, LAST_SUPER_ADMIN. */
  remove(actor: Principal, userId: string, origin: Origin): Promise<UserRow>;
  /** Keeps an account that was marked. Throws USER_NOT_FOUND, NOT_CLOSING. */
  restore(actor: Principal, userId: string, origin: Origin): Promise<UserRow>;
  /** Confirms the address for somebody whose mail does not come. Throws USER_NOT_FOUND. */
  verify(actor: Principal, userId: string, origin: Origin): Promise<UserRow>;
  /** Changes role (by a super_admin) or status; the person's sessions end. Throws USER_NOT_FOUND, LAST_SUPER_ADMIN, ROLE_MISSING. */
  change(actor: Principal, userId: string, change: { role?: GlobalRole | undefined; status?: 'active' | 'suspended' | undefined }, origin: Origin): Promise<UserRow>;
  /** Signs somebody out everywhere; how many sessions ended. Throws USER_NOT_FOUND, SUPER_ADMIN_NEEDED. */
  signOut(actor: Principal, userId: string, origin: Origin): Promise<number>;
  /** Writes to everybody with a confirmed address, or to those who want news; how many mails are on their way. */
  broadcast(actor: Principal, notice: { subject: string; text: string; to: 'everyone' | 'news' }, origin: Origin): Promise<number>;
  /** Lifts the lock of an account. */
  unlock(actor: Principal, userId: string, origin: Origin): Promise<void>;
}

const COLUMNS = `id, email, name, role, status, email_verified as "emailVerified", two_factor_enabled as "twoFactor", created_at as "createdAt", delete_at as "deleteAt"`;
type Row = Omit<UserRow, 'createdAt' | 'deleteAt'> & { createdAt: Date; deleteAt: Date | null };
const BROADCAST_PAGE = 200;
/** Two changes of super_admins come one after the other, so that the last one stays. */
const ROLE_LOCK = 7_284_118;

/** The part of administration. */
export function createAdministration({ database, principals, lockout, mailer, site }: AccountParts): Administration {
  return {
    async list({ text = '', role, status, verified, after = '', limit }) {
      const { rows } = await database.pool.query<Row>(
        `select ${COLUMNS} from app_user where id > $1 and ($2 = '' or position(lower($2) in lower(email || ' ' || name)) > 0)
           and ($4::text is null or role = $4) and ($5::text is null or (case when $5 = 'closing' then delete_at is not null else status = $5 end)) and ($6::boolean is null or email_verified = $6)
         order by id limit $3`,
        [after, text, limit, role ?? null, status ?? null, verified ?? null],
      );
      return rows.map(viewOf);
    },
    async get(userId) {
      const { rows } = await database.pool.query<Row & { sessions: number; passkeys: number; lastSignInAt: Date | null }>(
        `select ${COLUMNS}, (select count(*) from session where user_id = $1 and expires_at > now())::int as sessions, (select count(*) from passkey where user_id = $1)::int as passkeys,
           (select max(at) from audit_event where user_id = $1 and kind = 'AUTH_SIGNED_IN') as "lastSignInAt" from app_user where id = $1`,
        [userId],
      );
      const [row] = rows;
      if (!row) throw accountProblem('USER_NOT_FOUND');
      const { sessions, passkeys, lastSignInAt, ...user } = row;
      const { rows: places } = await database.pool.query<{ id: string; role: string; owned: boolean }>('select m.workspace_id as id, m.role, w.owner_id = $1 as owned from member m join workspace w on w.id = m.workspace_id where m.user_id = $1 and w.deleted_at is null order by 1', [userId]);
      return { ...viewOf(user), sessions, passkeys, lastSignInAt: lastSignInAt?.getTime() ?? null, workspaces: places };
    },
    async remove(actor, userId, origin) {
      const { row, sessionIds } = await transact(database, async ({ sql }) => {
        await sql.query('select pg_advisory_xact_lock($1)', [ROLE_LOCK]);
        const losesPower = (await demandMight(sql, actor, userId)) === 'super_admin';
        const { rows } = await sql.query<Row & { preferences: unknown }>(`update app_user set delete_at = coalesce(delete_at, now() + make_interval(days => $2)), updated_at = now() where id = $1 returning ${COLUMNS}, preferences`, [userId, GRACE_DAYS]);
        const { preferences, ...marked } = rows[0]!;
        if (losesPower) await demandSuperAdmin(sql);
        await writeAudit(sql, 'ACCOUNT_DELETION_ASKED', userId, origin, by(actor));
        await mailer.send(sql, { kind: 'deletion', to: marked.email, language: languageOf(preferences), params: { name: marked.name, day: marked.deleteAt!.toISOString().slice(0, 10), link: `${site.publicUrl()}/sign-in` } });
        return { row: marked, ...(await endSessions(sql, userId)) };
      });
      await principals.revoke({ userId });
      for (const sessionId of sessionIds) await principals.revoke({ userId, sessionId });
      return viewOf(row);
    },
    async restore(actor, userId, origin) {
      const { rows: known } = await database.pool.query('select 1 from app_user where id = $1', [userId]);
      if (known.length === 0) throw accountProblem('USER_NOT_FOUND');
      const { rows } = await database.pool.query<Row>(`update app_user set delete_at = null, updated_at = now() where id = $1 and delete_at is not null returning ${COLUMNS}`, [userId]);
      if (!rows[0]) throw accountProblem('NOT_CLOSING');
      await writeAudit(database.pool, 'ACCOUNT_RESTORED', userId, origin, by(actor));
      await principals.revoke({ userId });
      return viewOf(rows[0]);
    },
    async verify(actor, userId, origin) {
      const { rows } = await database.pool.query<Row>(`update app_user set email_verified = true, updated_at = now() where id = $1 returning ${COLUMNS}`, [userId]);
      if (!rows[0]) throw accountProblem('USER_NOT_FOUND');
      await writeAudit(database.pool, 'ACCOUNT_VERIFIED', userId, origin, by(actor));
      await principals.revoke({ userId });
      return viewOf(rows[0]);
    },
    async change(actor, userId, { role, status }, origin) {
      const { row, sessionIds } = await transact(database, async ({ sql }) => {
        await sql.query('select pg_advisory_xact_lock($1)', [ROLE_LOCK]);
        const { rows: before } = await sql.query<Row>(`select ${COLUMNS} from app_user where id = $1 for update`, [userId]);
        const [found] = before;
        if (!found) throw accountProblem('USER_NOT_FOUND');
        // Only equals or betters touch somebody's power: an admin neither makes nor unmakes administrators.
        if (actor.role !== 'super_admin' && (role !== undefined || found.role !== 'user')) throw accountProblem('SUPER_ADMIN_NEEDED');
        const { rows } = await sql.query<Row>(`update app_user set role = coalesce($2, role), status = coalesce($3, status), updated_at = now() where id = $1 returning ${COLUMNS}`, [userId, role ?? null, status ?? null]);
        const losesPower = found.role === 'super_admin' && (rows[0]!.role !== 'super_admin' || rows[0]!.status !== 'active');
        if (losesPower) await demandSuperAdmin(sql);
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
    async broadcast(actor, { subject, text, to }, origin) {
      let [after, sent] = ['', 0];
      for (;;) {
        const { rows } = await database.pool.query<{ id: string; email: string; name: string; preferences: unknown }>(
          `select id, email, name, preferences from app_user where id > $1 and email_verified and status = 'active' and delete_at is null and ($2 or (preferences->'notifications'->>'productNews')::boolean) order by id limit $3`,
          [after, to === 'everyone', BROADCAST_PAGE],
        );
        // A page at a time, each committed with its mails: a long list holds nobody up.
        await transact(database, async ({ sql }) => {
          for (const { email, name, preferences } of rows) await mailer.send(sql, { kind: 'notice', to: email, language: languageOf(preferences), params: { name, subject, text, link: `${site.publicUrl()}/account` } });
        });
        sent += rows.length;
        if (rows.length < BROADCAST_PAGE) break;
        after = rows.at(-1)!.id;
      }
      await writeAudit(database.pool, 'NOTICE_SENT', actor.userId, origin, { to, count: sent });
      return sent;
    },
    async unlock(actor, userId, origin) {
      const { rows } = await database.pool.query<{ email: string }>('select email from app_user where id = $1', [userId]);
      if (!rows[0]) throw accountProblem('USER_NOT_FOUND');
      await lockout.clear(database.pool, rows[0].email);
      await writeAudit(database.pool, 'ACCOUNT_UNLOCKED', userId, origin, { by: actor.userId });
    },
  };
}

/** Who did it: a person, or a key of a program. */
export function by({ userId, apiKeyId }: Principal): { by: string } {
  return { by: userId || apiKeyId! };
}

/** The role of somebody whom the actor may touch. Throws USER_NOT_FOUND, or SUPER_ADMIN_NEEDED: only equals or betters touch administrators. */
async function demandMight(sql: Queryable, actor: Principal, userId: string): Promise<GlobalRole> {
  const { rows } = await sql.query<{ role: GlobalRole }>('select role from app_user where id = $1 for update', [userId]);
  if (!rows[0]) throw accountProblem('USER_NOT_FOUND');
  if (actor.role !== 'super_admin' && rows[0].role !== 'user') throw accountProblem('SUPER_ADMIN_NEEDED');
  return rows[0].role;
}

/** Throws LAST_SUPER_ADMIN when nobody is left who administers the server and stays. */
async function demandSuperAdmin(sql: Queryable): Promise<void> {
  const { rowCount } = await sql.query(`select 1 from app_user where role = 'super_admin' and status = 'active' and delete_at is null limit 1`);
  if (rowCount === 0) throw accountProblem('LAST_SUPER_ADMIN');
}

function viewOf(row: Row): UserRow {
  return { ...row, createdAt: row.createdAt.getTime(), deleteAt: row.deleteAt?.getTime() ?? null };
}
