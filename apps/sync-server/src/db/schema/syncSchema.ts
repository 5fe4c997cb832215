/** The tables of the log (docs/sync-protocol.md): the server orders entries and never looks inside. */
import { sql } from 'drizzle-orm';
import { bigint, check, customType, foreignKey, index, integer, pgTable, primaryKey, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const at = (name: string) => timestamp(name, { withTimezone: true }).notNull().defaultNow();
const number = (name: string) => bigint(name, { mode: 'number' });

/** One log and where it stands. Whoever appends locks its row and takes numbers from it. */
export const log = pgTable(
  'log',
  {
    id: text('id').primaryKey(),
    workspaceId: text('workspace_id').notNull(),
    kind: text('kind', { enum: ['main', 'branch', 'catalogue'] }).notNull(),
    /** The sharer's number and chain when the log came here: the first entry here is base_no + 1. */
    baseNo: number('base_no').notNull(),
    baseChain: text('base_chain').notNull(),
    headNo: number('head_no').notNull(),
    headChain: text('head_chain').notNull(),
    /** Number of the key that entries must be sealed with; 0: the workspace is not encrypted. */
    epoch: integer('epoch').notNull().default(0),
    createdBy: text('created_by').notNull(),
    createdAt: at('created_at'),
  },
  (table) => [index('log_workspace').on(table.workspaceId), check('log_head', sql`${table.headNo} >= ${table.baseNo}`)],
);

/**
 * The entries; nobody rewrites one, and an id is taken for ever. No foreign key: whoever inserts holds the lock of the log's row, and a
 * check per row would cost more than the row.
 */
export const entry = pgTable(
  'entry',
  {
    logId: text('log_id').notNull(),
    no: number('no').notNull(),
    id: text('id').notNull(),
    authorId: text('author_id').notNull(),
    /** Number, envelope and bytes as they go to clients, byte by byte. */
    record: bytea('record').notNull(),
    sha256: bytea('sha256').notNull(),
    chain: bytea('chain').notNull(),
    at: at('at'),
  },
  (table) => [
    primaryKey({ columns: [table.logId, table.no] }),
    uniqueIndex('entry_id').on(table.logId, table.id),
  ],
);

/** States that clients made; the newest opens a log for who has nothing of it. */
export const snapshot = pgTable(
  'snapshot',
  {
    logId: text('log_id').notNull(),
    no: number('no').notNull(),
    chain: text('chain').notNull(),
    bytes: bytea('bytes').notNull(),
    authorId: text('author_id').notNull(),
    at: at('at'),
  },
  (table) => [primaryKey({ columns: [table.logId, table.no] }), foreignKey({ columns: [table.logId], foreignColumns: [log.id] }).onDelete('cascade')],
);
