/** Lists in pages: `after` is where the last page ended, whatever has come or gone meanwhile. The database cuts them, by the moment and the id. */
import { z } from '@hono/zod-openapi';
import { accessProblem } from '../access/errors.ts';

/** What a list takes; without `limit` it comes whole. */
export const pageQuery = z.object({
  after: z.string().max(400).optional().openapi({ description: '`next` of the page before.' }),
  limit: z.coerce.number().int().min(1).max(500).optional().openapi({ description: 'Most that one page holds; without it the list comes whole.' }),
});
export type PageQuery = z.output<typeof pageQuery>;
/** What a list gives beside its rows: where the next page begins; null: that was all. */
export const nextSchema = z.string().nullable();

/** One page of a list. */
export interface Page<T> {
  rows: T[];
  next: string | null;
}

/** When something came, and its id: lists are in this order. */
export type PageKey = readonly [at: Date, id: string];

/** Where the database shall go on, and how many rows it shall give: values for pageClause. */
export type PageValues = readonly [at: Date | null, id: string | null, most: number | null];

/**
 * What stands behind the conditions of a query: rows behind a key, in order, so many at most. Its values are PageValues, the first one `$first`.
 * A Date holds milliseconds, and so does the order: what the database keeps beyond would let a row stand on two pages.
 */
export function pageClause(at: string, id: string, first: number, order: 'oldestFirst' | 'newestFirst' = 'oldestFirst'): string {
  const moment = `date_trunc('milliseconds', ${at})`;
  const [sign, direction] = order === 'oldestFirst' ? ['>', 'asc'] : ['<', 'desc'];
  return `and ($${first}::timestamptz is null or (${moment}, ${id}) ${sign} ($${first}::timestamptz, $${first + 1}::text)) order by ${moment} ${direction}, ${id} ${direction} limit $${first + 2}::int`;
}

/**
 * One page: `read` asks the database, `viewOf` gives what is shown of a row, or undefined where the asker does not see it; then more is read
 * until the page is full. Throws INPUT_INVALID for an `after` that no page ended with.
 */
export async function readPage<Row, View>({ after, limit }: PageQuery, read: (values: PageValues) => Promise<Row[]>, keyOf: (row: Row) => PageKey, viewOf: (row: Row) => View | undefined): Promise<Page<View>> {
  let from = after === undefined ? undefined : readKey(after);
  const rows: View[] = [];
  let last: PageKey | undefined;
  for (;;) {
    // One more than the page holds says whether there is another.
    const most = limit === undefined ? null : limit - rows.length + 1;
    const found = await read([from?.[0] ?? null, from?.[1] ?? null, most]);
    for (const row of found) {
      const view = viewOf(row);
      if (view === undefined) continue;
      if (rows.length === limit) return { rows, next: writeKey(last!) };
      rows.push(view);
      last = keyOf(row);
    }
    if (most === null || found.length < most) return { rows, next: null };
    from = keyOf(found.at(-1)!);
  }
}

function writeKey([at, id]: PageKey): string {
  return Buffer.from(JSON.stringify([at.getTime(), id])).toString('base64url');
}

function readKey(after: string): PageKey {
  try {
    const key = JSON.parse(Buffer.from(after, 'base64url').toString('utf8')) as unknown;
    const at = Array.isArray(key) && typeof key[0] === 'number' ? new Date(key[0]) : undefined;
    // Moments beyond the database's are no key either.
    if (at && Math.abs(at.getTime()) < 1e14 && typeof (key as unknown[])[1] === 'string') return [at, (key as [number, string])[1]];
  } catch {
    // Falls through: it is no key.
  }
  throw accessProblem('INPUT_INVALID', { fields: [{ field: 'after' }] });
}
