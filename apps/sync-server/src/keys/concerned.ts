/** Whose apps have something to do or to take when the keys of a workspace, or who is to have them, have changed. */
import type { Queryable } from '../db/database.ts';

/** `holders`: who has or waits for its key; `rotators`: who may make the next one. */
type Group = 'holders' | 'rotators' | readonly string[];

/** What is written into the activity list of an encrypted workspace, and whom it concerns. */
const CONCERNED: Readonly<Record<string, (params: Readonly<Record<string, unknown>>) => Group>> = {
  KEY_MADE: () => 'holders',
  KEY_GIVEN: ({ userIds }) => userIds as string[],
  MEMBER_JOINED: () => 'rotators',
  MEMBER_CHANGED: () => 'rotators',
  MEMBER_REMOVED: () => 'rotators',
  MEMBER_LEFT: () => 'rotators',
};

/** The members whom a line of the activity list of an encrypted workspace concerns; none for most. Guests never have its key. */
export async function concernedBy(sql: Queryable, workspaceId: string, code: string, params: Readonly<Record<string, unknown>>): Promise<string[]> {
  const group = CONCERNED[code]?.(params);
  if (!group) return [];
  const { rows } = await sql.query<{ userId: string }>(`select user_id as "userId" from member where workspace_id = $1 and role = any($2) and ($3::text[] is null or user_id = any($3))`, [
    workspaceId,
    group === 'rotators' ? ['owner', 'admin'] : ['owner', 'admin', 'member', 'commenter', 'viewer'],
    typeof group === 'string' ? null : group,
  ]);
  return rows.map(({ userId }) => userId);
}

/** By encrypted workspace of an account whose own keys came or changed: who may give it the key, and its own other devices. */
export async function concernedByAccount(sql: Queryable, userId: string): Promise<Map<string, string[]>> {
  const { rows } = await sql.query<{ workspaceId: string; userIds: string[] }>(
    `select m.workspace_id as "workspaceId", array_agg(other.user_id) as "userIds" from member m
       join workspace w on w.id = m.workspace_id and w.encrypted and w.deleted_at is null
       join member other on other.workspace_id = m.workspace_id and (other.role in ('owner', 'admin') or other.user_id = m.user_id)
       where m.user_id = $1 and m.role <> 'guest' group by m.workspace_id`,
    [userId],
  );
  return new Map(rows.map(({ workspaceId, userIds }) => [workspaceId, userIds]));
}
