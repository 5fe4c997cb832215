/** Lists in pages: `after` is where the last page ended, whatever has come or gone meanwhile. */
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

/** When something came, and its id: lists are in this order. */
export type PageKey = readonly [at: number, id: string];

/** One page of a list. Throws INPUT_INVALID for an `after` that no page ended with. */
export function pageOf<T>(items: readonly T[], keyOf: (item: T) => PageKey, { after, limit }: PageQuery): { rows: T[]; next: string | null } {
  const from = after === undefined ? undefined : readKey(after);
  const rows = [...items].sort((left, right) => compare(keyOf(left), keyOf(right))).filter((item) => !from || compare(keyOf(item), from) > 0);
  if (limit === undefined || rows.length <= limit) return { rows, next: null };
  return { rows: rows.slice(0, limit), next: Buffer.from(JSON.stringify(keyOf(rows[limit - 1]!))).toString('base64url') };
}

function compare([leftAt, leftId]: PageKey, [rightAt, rightId]: PageKey): number {
  return leftAt - rightAt || (leftId < rightId ? -1 : leftId > rightId ? 1 : 0);
}

function readKey(after: string): PageKey {
  try {
    const key = JSON.parse(Buffer.from(after, 'base64url').toString('utf8')) as unknown;
    if (Array.isArray(key) && typeof key[0] === 'number' && typeof key[1] === 'string') return [key[0], key[1]];
  } catch {
    // Falls through: it is no key.
  }
  throw accessProblem('INPUT_INVALID', { fields: [{ field: 'after' }] });
}
