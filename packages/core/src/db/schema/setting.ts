import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, moment } from './columns.ts';

/** Settings of this data folder: JSON by key. Never a secret: those live in the host's keychain. */
export const setting = sqliteTable('setting', { key: text('key').primaryKey(), value: text('value').notNull() });

/** Binary content, stored once by its SHA-256 (lower-case hex) and named in documents by it. */
export const asset = sqliteTable('asset', {
  sha256: text('sha256').primaryKey(),
  mediaType: text('media_type').notNull(),
  bytes: bytes('bytes').notNull(),
  /** Length of `bytes`. */
  size: integer('size').notNull(),
  createdAt: moment('created_at').notNull(),
});
