/** Pages of lists, as they are asked of the database. */
import { expect, test } from 'vitest';
import { readPage, type PageKey, type PageValues } from './paging.ts';

interface Row {
  at: Date;
  id: string;
  isSeen: boolean;
}

/** A table that remembers how many rows it was asked for. */
function tableOf(seen: readonly boolean[]) {
  const rows: Row[] = seen.map((isSeen, n) => ({ at: new Date(1000 + Math.floor(n / 2)), id: `row_${String(n).padStart(3, '0')}`, isSeen }));
  const asked: (number | null)[] = [];
  const read = async ([at, id, most]: PageValues): Promise<Row[]> => {
    asked.push(most);
    const from = rows.filter((row) => at === null || row.at > at || (row.at.getTime() === at.getTime() && row.id > id!));
    return from.slice(0, most ?? from.length);
  };
  const page = (query: { after?: string; limit?: number }) => readPage(query, read, ({ at, id }): PageKey => [at, id], ({ id, isSeen }) => (isSeen ? id : undefined));
  return { page, asked, seen: rows.filter(({ isSeen }) => isSeen).map(({ id }) => id) };
}

test('a page asks the database for what it holds and one more, and goes on where rows are not seen', async () => {
  const { page, asked } = tableOf([true, false, true, true, true]);
  const first = await page({ limit: 2 });
  expect([first.rows, asked]).toEqual([['row_000', 'row_002'], [3, 1]]);
  expect(await page({ limit: 2, after: first.next! })).toEqual({ rows: ['row_003', 'row_004'], next: null });
});

test('pages of every size hold every row that is seen, once', async () => {
  for (const bits of [0, 1, 0b1011, 0b11111111, 0b10000001, 0b01111110, 0b10101010]) {
    for (let limit = 1; limit <= 9; limit += 1) {
      const { page, seen } = tableOf(Array.from({ length: 8 }, (_, n) => ((bits >> n) & 1) === 1));
      const found: string[] = [];
      for (let after: string | null | undefined; after !== null; ) {
        const { rows, next } = await page({ limit, ...(after ? { after } : {}) });
        found.push(...rows);
        expect(rows.length === limit || next === null, `limit ${limit} of ${bits.toString(2)}`).toBe(true);
        after = next;
      }
      expect(found).toEqual(seen);
    }
  }
});

test.each(['nonsense', '', Buffer.from('[1]').toString('base64url'), Buffer.from('[1e20,"a"]').toString('base64url'), Buffer.from('["a","b"]').toString('base64url')])('%j ends no page', async (after) => {
  await expect(tableOf([true]).page({ after, limit: 1 })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});
