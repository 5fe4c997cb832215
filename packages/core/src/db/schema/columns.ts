import { sql, type SQL } from 'drizzle-orm';
import { customType, integer, text, type AnySQLiteColumn } from 'drizzle-orm/sqlite-core';

/** A text id such as `flow_0190…`, as primary key. */
export const primaryId = () => text('id').primaryKey();

/** A moment: integer milliseconds UTC. */
export const moment = (name: string) => integer(name);

/** Bytes as better-sqlite3 gives and takes them. */
export const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'blob' });

/** The SQL condition that a column holds one of these words. */
export function oneOf(column: AnySQLiteColumn, words: readonly string[]): SQL {
  return sql`${column} in (${sql.raw(words.map((word) => `'${word}'`).join(', '))})`;
}
