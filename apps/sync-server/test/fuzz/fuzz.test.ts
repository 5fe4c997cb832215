/** A short run of the fuzz of sync; `npm run fuzz` is the long one. Seeds that once found a fault are pinned in pinnedSeeds.ts. */
import { expect, test } from 'vitest';
import { runFuzz } from './fuzz.ts';
import { PINNED_SEEDS } from './pinnedSeeds.ts';

test('replicas, the ledger and the oracle agree whatever happens on the way', { timeout: 120_000 }, async () => {
  const seeds = [...PINNED_SEEDS, ...Array.from({ length: 6 }, (_, index) => index + 1)];
  const { failures, totals } = await runFuzz({ seeds, clients: 5, operations: 50, killOneIn: 1, parallel: 3 });
  expect(failures).toEqual([]);
  // A run in which nothing happened would prove nothing.
  for (const what of ['entries', 'conflicts', 'cut', 'twice', 'swapped', 'rotations'] as const) expect(totals[what], what).toBeGreaterThan(0);
});
