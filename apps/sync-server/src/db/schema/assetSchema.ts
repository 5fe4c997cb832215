/** Binary content of flows: pictures that a document names. In an encrypted workspace name and bytes are sealed. */
import { customType, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { log } from './syncSchema.ts';

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

export const asset = pgTable(
  'asset',
  {
    logId: text('log_id').notNull().references(() => log.id, { onDelete: 'cascade' }),
    /** SHA-256 in hex, as the document names it; in an encrypted workspace a name that follows from that and the flow's key. */
    name: text('name').notNull(),
    bytes: bytea('bytes').notNull(),
    size: integer('size').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.logId, table.name] })],
);
