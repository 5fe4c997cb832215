import { sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { moment, primaryId } from './columns.ts';

/** The list of flows: a row is derived from the flow's main log and written in the SQL transaction of its entry. */
export const flow = sqliteTable('flow', {
  id: primaryId(),
  name: text('name').notNull(),
  description: text('description'),
  createdAt: moment('created_at').notNull(),
  updatedAt: moment('updated_at').notNull(),
  openedAt: moment('opened_at'),
  /** Set while the flow is in the bin. */
  deletedAt: moment('deleted_at'),
  nodeCount: integer('node_count').notNull().default(0),
  edgeCount: integer('edge_count').notNull().default(0),
  /** JSON of the small picture: [x, y, width, height, type] a node. */
  preview: text('preview').notNull().default(sql`'[]'`),
});
