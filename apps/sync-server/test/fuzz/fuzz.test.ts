/** A short run of the fuzz of sync; `npm run fuzz` is the long one. Seeds that once found a fault are pinned in pinnedSeeds.ts. */
import { expect, test } from 'vitest';
import { runFuzz } from './fuzz.ts';
import { PINNED_SEEDS } from './pinnedSeeds.ts';
import { FAULTS, withFault } from './sabotage/faults.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

test('replicas, the ledger and the oracle agree whatever happens on the way', { timeout: 300_000 }, async () => {
  const seeds = [...PINNED_SEEDS, ...Array.from({ length: 6 }, (_, index) => index + 1)];
  const { failures, totals } = await runFuzz({ seeds, clients: 5, operations: 50, deaths: 0.8, parallel: 3 });
  expect(failures).toEqual([]);
  // A run in which nothing happened would prove nothing.
  for (const what of ['entries', 'conflicts', 'cut', 'twice', 'swapped', 'rotations', 'kills', 'restores', 'upgrades', 'snapshots'] as const) expect(totals[what], what).toBeGreaterThan(0);
});

test('every fault of the sabotage still has its line', () => {
  const folders = { server: join(import.meta.dirname, '../../src'), device: join(import.meta.dirname, '../../../../packages/core/src') };
  for (const fault of FAULTS) {
    const path = join(folders[fault.side], fault.file);
    const source = readFileSync(path, 'utf8');
    expect(withFault(fault, path, source), fault.name).not.toBe(source);
  }
});
