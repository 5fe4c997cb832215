/** The tests of requirements without their controls: one project for each number in UXFLOW_REMOVE_CONTROLS (by comma). */
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { removeControl, ROOT } from './removeControl.ts';
import { filesOf } from './runControls.ts';

const ids = (process.env.UXFLOW_REMOVE_CONTROLS ?? '').split(',').filter(Boolean);

export default defineConfig({
  root: ROOT,
  test: {
    maxWorkers: 2,
    projects: ids.map((id) => ({
      root: ROOT,
      plugins: [removeControl(id)],
      test: { name: id, include: filesOf(id).map((name) => join('apps/sync-server/test/asvs', name)), env: { UXFLOW_REMOVE_CONTROL: id }, pool: 'forks' as const, testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 10_000 } } },
    })),
  },
});
