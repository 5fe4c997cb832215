/** SyncAccess on principals and the table `member`. */
import type { Principals } from '../access/principal.ts';
import type { ServerDatabase } from '../db/database.ts';
import type { LogRole, Revocation, SyncAccess } from './access.ts';
import type { Bus } from './bus.ts';

const ROLES: Record<string, LogRole> = {
  owner: { scope: 'edit' },
  admin: { scope: 'edit' },
  member: { scope: 'edit' },
  commenter: { scope: 'comment' },
  viewer: { scope: null },
  guest: { scope: null },
};
const CHANNEL = 'revoked';

/** The access, and `revoke`, which tells every instance after rows of these tables have changed. */
export function createMemberAccess({ pool }: ServerDatabase, bus: Bus, principals: Principals): SyncAccess & { revoke(revocation: Revocation): Promise<void> } {
  return {
    async authorize(token) {
      const principal = await principals.ofSecret(token);
      // Keys speak HTTP only; a socket belongs to a person on a device.
      if (!principal?.sessionId || !principal.emailVerified || principal.closing) return undefined;
      return { userId: principal.userId, sessionId: principal.sessionId, expiresAt: principal.expiresAt };
    },
    async roleOf({ userId }, logId) {
      const { rows } = await pool.query<{ role: string }>({
        name: 'sync_role',
        text: 'select member.role from log join member on member.workspace_id = log.workspace_id and member.user_id = $1 where log.id = $2',
        values: [userId, logId],
      });
      return rows[0] && ROLES[rows[0].role];
    },
    async rolesIn(sql, pairs) {
      const { rows } = await sql.query<{ n: number; role: string }>({
        name: 'sync_roles',
        text: `select pair.n::int as n, member.role from unnest($1::text[], $2::text[]) with ordinality as pair(user_id, log_id, n)
               join log on log.id = pair.log_id join member on member.workspace_id = log.workspace_id and member.user_id = pair.user_id`,
        values: [pairs.map(({ userId }) => userId), pairs.map(({ logId }) => logId)],
      });
      const roles: (LogRole | undefined)[] = pairs.map(() => undefined);
      for (const { n, role } of rows) roles[n - 1] = ROLES[role];
      return roles;
    },
    async mayCreateLog({ userId }, workspaceId) {
      const { rows } = await pool.query<{ role: string }>('select role from member where workspace_id = $1 and user_id = $2', [workspaceId, userId]);
      return rows[0] !== undefined && ROLES[rows[0].role]?.scope === 'edit';
    },
    onRevoked: (listener) => bus.subscribe(CHANNEL, (text) => listener(JSON.parse(text) as Revocation)),
    revoke: (revocation) => principals.revoke(revocation),
  };
}
