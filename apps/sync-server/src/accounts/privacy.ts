/** What the law gives people: a copy of all that is known of them, and to be forgotten after thirty days in which they may think again. */
import type { Principal } from '../access/principal.ts';
import type { Queryable } from '../db/database.ts';
import { transact } from '../db/transaction.ts';
import { writeAudit, type Origin } from './audit.ts';
import { accountProblem } from './errors.ts';
import type { AccountParts } from './parts.ts';
import type { Passwords } from './passwords.ts';
import { languageOf, readMe } from './profile.ts';
import { endSessions } from './sessions.ts';

export interface PeoplePort {
  /** Workspaces of theirs in which others are members. */
  sharedWorkspacesOf(sql: Queryable, userId: string): Promise<{ id: string; name: string }[]>;
  /** Takes a person out of every workspace; their own ones are deleted. */
  forgetPerson(userId: string): Promise<void>;
  /** What workspaces know of a person. */
  exportOfPerson(sql: Queryable, userId: string): Promise<Record<string, unknown>>;
}

export interface Privacy {
  /** Everything about the person, as JSON. */
  exportAll(principal: Principal, origin: Origin): Promise<Record<string, unknown>>;
  /** Ends all sessions and marks the account; ms UTC of its end. Throws PASSWORD_WRONG, EXPORT_FIRST, WORKSPACES_OWNED. */
  askDeletion(principal: Principal, given: { password?: string | undefined; withoutExport: boolean }, origin: Origin): Promise<number>;
  /** Keeps the account after all. Throws NOT_CLOSING. */
  restore(principal: Principal, origin: Origin): Promise<void>;
  /** Deletes accounts whose days are over; how many. A job calls this. */
  purge(): Promise<number>;
}

export const GRACE_DAYS = 30;
const EXPORT_DAYS = 30;

/** Tables that hold rows of a person: name of the part of the export -> query. Secrets and hashes are never in it. */
const EXPORTED: Record<string, string> = {
  sessions: 'select id, kind, device_name, user_agent, ip_address, created_at, last_seen_at, expires_at from session where user_id = $1 order by created_at',
  signInMethods: 'select provider_id, account_id, scope, created_at from credential where user_id = $1 order by created_at',
  passkeys: 'select id, name, transports, synced, aaguid, created_at, last_used_at from passkey where user_id = $1 order by created_at',
  emailChanges: 'select old_email, new_email, done, created_at from email_change where user_id = $1 order by created_at',
  apiKeys: 'select id, name, start, scopes, workspace_id, created_at, expires_at, revoked_at, last_used_at, uses from api_key where user_id = $1 order by created_at',
  audit: 'select kind, at, ip_address, user_agent, data from audit_event where user_id = $1 order by at',
};

/** The part of privacy. */
export function createPrivacy({ database, site, principals, mailer }: AccountParts, passwords: Passwords, people: PeoplePort): Privacy {
  return {
    async exportAll({ userId }, origin) {
      const parts: Record<string, unknown> = { format: 'uxflow-account-export', version: 1, exportedAt: new Date().toISOString(), account: await readMe(database.pool, userId) };
      for (const [name, query] of Object.entries(EXPORTED)) parts[name] = (await database.pool.query(query, [userId])).rows;
      parts.workspaces = await people.exportOfPerson(database.pool, userId);
      await writeAudit(database.pool, 'DATA_EXPORTED', userId, origin);
      return parts;
    },
    async askDeletion(principal, { password, withoutExport }, origin) {
      const { userId } = principal;
      await passwords.demand(userId, password, origin);
      const { deleteAt, sessionIds } = await transact(database, async ({ sql }) => {
        const { rows } = await sql.query<{ email: string; name: string; preferences: unknown }>('select email, name, preferences from app_user where id = $1 for update', [userId]);
        const exported = await sql.query(`select 1 from audit_event where user_id = $1 and kind = 'DATA_EXPORTED' and at > now() - make_interval(days => $2) limit 1`, [userId, EXPORT_DAYS]);
        if (!withoutExport && exported.rowCount === 0) throw accountProblem('EXPORT_FIRST');
        const owned = await people.sharedWorkspacesOf(sql, userId);
        if (owned.length > 0) throw accountProblem('WORKSPACES_OWNED', { workspaces: owned });
        const { rows: marked } = await sql.query<{ deleteAt: Date }>(`update app_user set delete_at = now() + make_interval(days => $2), updated_at = now() where id = $1 returning delete_at as "deleteAt"`, [userId, GRACE_DAYS]);
        const { email, name, preferences } = rows[0]!;
        await writeAudit(sql, 'ACCOUNT_DELETION_ASKED', userId, origin);
        await mailer.send(sql, { kind: 'deletion', to: email, language: languageOf(preferences), params: { name, day: marked[0]!.deleteAt.toISOString().slice(0, 10), link: `${site.publicUrl()}/sign-in` } });
        return { ...(await endSessions(sql, userId)), deleteAt: marked[0]!.deleteAt.getTime() };
      });
      await principals.revoke({ userId });
      for (const sessionId of sessionIds) await principals.revoke({ userId, sessionId });
      return deleteAt;
    },
    async restore({ userId }, origin) {
      const { rowCount } = await database.pool.query('update app_user set delete_at = null, updated_at = now() where id = $1 and delete_at is not null', [userId]);
      if (rowCount === 0) throw accountProblem('NOT_CLOSING');
      await writeAudit(database.pool, 'ACCOUNT_RESTORED', userId, origin);
      await principals.revoke({ userId });
    },
    async purge() {
      const { rows } = await database.pool.query<{ id: string }>('select id from app_user where delete_at <= now()');
      let gone = 0;
      for (const { id } of rows) {
        if ((await people.sharedWorkspacesOf(database.pool, id)).length > 0) {
          // Somebody joined or handed over a workspace meanwhile: the account waits until that is settled.
          await database.pool.query(`update app_user set delete_at = now() + interval '7 days' where id = $1`, [id]);
          continue;
        }
        await people.forgetPerson(id);
        await transact(database, async ({ sql }) => {
          const { rowCount } = await sql.query('delete from app_user where id = $1 and delete_at <= now()', [id]);
          if (rowCount === 0) return;
          gone += 1;
          await sql.query('delete from session where user_id = $1', [id]);
          // What was done stays on record; by whom does not.
          await sql.query(`update audit_event set user_id = null, ip_address = null, user_agent = null, data = '{}' where user_id = $1`, [id]);
          await writeAudit(sql, 'ACCOUNT_DELETED', null, { address: '', userAgent: '' });
        });
        await principals.revoke({ userId: id });
      }
      return gone;
    },
  };
}
