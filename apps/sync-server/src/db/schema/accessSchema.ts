/** Who is signed in and who belongs where: the least that the sync server asks. */
import { index, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

export const session = pgTable(
  'session',
  {
    id: text('id').primaryKey(),
    /** SHA-256 of the secret, hex: a copy of the table opens nothing. */
    tokenHash: text('token_hash').notNull().unique(),
    userId: text('user_id').notNull(),
    expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
  },
  (table) => [index('session_user').on(table.userId)],
);

export const member = pgTable(
  'member',
  {
    workspaceId: text('workspace_id').notNull(),
    userId: text('user_id').notNull(),
    role: text('role', { enum: ['owner', 'admin', 'member', 'commenter', 'viewer'] }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.userId] }), index('member_user').on(table.userId)],
);
