import { foreignKey, integer, primaryKey, sqliteTable, text, uniqueIndex, check, index, type AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
import { bytes, moment, oneOf, primaryId } from './columns.ts';
import { flow } from './flow.ts';

export const LOG_KINDS = ['main', 'branch', 'catalogue'] as const;

/** One ordered log: a flow's main line, a branch of one, or the catalogue. A branch starts at entry `base_no` of its base. */
export const log = sqliteTable(
  'log',
  {
    id: primaryId(),
    flowId: text('flow_id').references(() => flow.id, { onDelete: 'cascade' }),
    baseLog: text('base_log').references((): AnySQLiteColumn => log.id),
    baseNo: integer('base_no'),
    kind: text('kind', { enum: LOG_KINDS }).notNull(),
    /** True once a server numbers its entries: own entries then wait in `pending`. */
    shared: integer('shared', { mode: 'boolean' }).notNull().default(false),
  },
  (table) => [check('log_kind', oneOf(table.kind, LOG_KINDS)), index('log_flow').on(table.flowId), index('log_base').on(table.baseLog)],
);

/** Confirmed entries: dense in `no`, never changed. `chain` is the running sha256 of the log's rule 14, 64 hex digits. */
export const entry = sqliteTable(
  'entry',
  {
    logId: text('log_id').notNull().references(() => log.id, { onDelete: 'cascade' }),
    no: integer('no').notNull(),
    id: text('id').notNull(),
    /** JSON of {kind, id, name}, and own: true where this device made it and a server has numbered it. */
    author: text('author').notNull(),
    at: moment('at').notNull(),
    bytes: bytes('bytes').notNull(),
    chain: text('chain').notNull(),
  },
  // An id is unique in its log, not in the file: a server's entry in one log must never be able to block another log.
  (table) => [primaryKey({ columns: [table.logId, table.no] }), uniqueIndex('entry_id').on(table.logId, table.id)],
);

/** Own entries of a shared log that no server has numbered yet, in the order in which they were made. */
export const pending = sqliteTable(
  'pending',
  {
    logId: text('log_id').notNull().references(() => log.id, { onDelete: 'cascade' }),
    n: integer('n').notNull(),
    id: text('id').notNull(),
    author: text('author').notNull(),
    at: moment('at').notNull(),
    bytes: bytes('bytes').notNull(),
  },
  (table) => [primaryKey({ columns: [table.logId, table.n] }), uniqueIndex('pending_id').on(table.logId, table.id)],
);

/** Confirmed states after entry `no`, so that opening a flow folds only the tail. `bytes`: one byte that says how they are packed, then the packed state. */
export const snapshot = sqliteTable(
  'snapshot',
  {
    logId: text('log_id').notNull().references(() => log.id, { onDelete: 'cascade' }),
    no: integer('no').notNull(),
    rules: integer('rules').notNull(),
    schema: integer('schema').notNull(),
    chain: text('chain').notNull(),
    bytes: bytes('bytes').notNull(),
  },
  (table) => [primaryKey({ columns: [table.logId, table.no] })],
);

/** What fold really changed at an entry: derived, for history, undo and the visual diff. */
export const effect = sqliteTable(
  'effect',
  { logId: text('log_id').notNull(), no: integer('no').notNull(), bytes: bytes('bytes').notNull() },
  (table) => [
    primaryKey({ columns: [table.logId, table.no] }),
    foreignKey({ columns: [table.logId, table.no], foreignColumns: [entry.logId, entry.no] }).onDelete('cascade'),
  ],
);
