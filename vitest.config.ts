import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/longestFirst.ts';

export default defineConfig({
  test: {
    include: ['packages/**/*.test.{ts,tsx}', 'apps/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/out/**', '**/dist/**'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is waited for may take its time on a loaded machine; the default of one second fails by chance.
    expect: { poll: { timeout: 20_000, interval: 30 } },
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './scripts/plainReporter.ts'],
  },
});
