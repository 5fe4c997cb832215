/** Allowances that hold over all instances together. */
import { index, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** Unlogged (see its migration): what it holds is worth nothing after a crash, and waits for no disk. */
export const usedAllowance = pgTable(
  'used_allowance',
  {
    /** HMAC of what is counted: network addresses and mailboxes are nobody's to read here. */
    key: text('key').primaryKey(),
    /** When the allowance is whole again, by the clock of the database. */
    fullAt: timestamp('full_at', { withTimezone: true }).notNull(),
  },
  (table) => [index('used_allowance_full').on(table.fullAt)],
);
