/** Changes of an account's address: asked for, confirmed by the new mailbox, undone by the old one. */
import { boolean, index, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { appUser } from './accountsSchema.ts';

const at = (name: string) => timestamp(name, { withTimezone: true });

export const emailChange = pgTable(
  'email_change',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => appUser.id, { onDelete: 'cascade' }),
    oldEmail: text('old_email').notNull(),
    newEmail: text('new_email').notNull(),
    /** SHA-256 of the secret that the new address got, hex; null once it is used, and when the address was taken. */
    confirmHash: text('confirm_hash').unique(),
    /** SHA-256 of the secret that the old address got, hex; null when that one was never confirmed. */
    undoHash: text('undo_hash').unique(),
    /** The session that asked: it stays when the others end. */
    sessionId: text('session_id').notNull(),
    /** True from the confirmation until it is undone. */
    done: boolean('done').notNull().default(false),
    createdAt: at('created_at').notNull().defaultNow(),
    /** Until then it can be confirmed; once confirmed, undone. */
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [index('email_change_user').on(table.userId), index('email_change_old').on(table.oldEmail), index('email_change_expiry').on(table.expiresAt)],
);
