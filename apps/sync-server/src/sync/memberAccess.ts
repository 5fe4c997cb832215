/** SyncAccess on the tables `session` and `member`. */
import { createHash } from 'node:crypto';
import type { ServerDatabase } from '../db/database.ts';
import type { LogRole, Revocation, SyncAccess } from './access.ts';
import type { Bus } from './bus.ts';

const ROLES: Record<string, LogRole> = {
  owner: { scope: 'edit' },
  admin: { scope: 'edit' },
  member: { scope: 'edit' },
  commenter: { scope: 'comment' },
  viewer: { scope: null },
};
const CHANNEL = 'revoked';

/** The access, and `revoke`, which tells every instance after rows of these tables have changed. */
export function createMemberAccess({ pool }: ServerDatabase, bus: Bus): SyncAccess & { revoke(revocation: Revocation): Promise<void> } {
  return {
    async authorize(token) {
      const { rows } = await pool.query<{ id: string; userId: string; expiresAt: Date }>({
        name: 'sync_session',
        text: 'select id, user_id as "userId", expires_at as "expiresAt" from session where token_hash = $1 and expires_at > now()',
        values: [hashToken(token)],
      });
      const [row] = rows;
      return row && { userId: row.userId, sessionId: row.id, expiresAt: row.expiresAt.getTime() };
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
    revoke: (revocation) => bus.publish(CHANNEL, JSON.stringify(revocation)),
  };
}

/** The form in which a session's secret is stored. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
