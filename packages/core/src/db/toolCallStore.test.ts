import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLogger, systemClock } from '../base/index.ts';
import { openDataFolder } from './dataFolder.ts';

test('calls are kept newest first, whole but for a long note, and the oldest go', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'uxflow-calls-'));
  const folder = await openDataFolder(dataDir, { logger: silentLogger, clock: systemClock });
  try {
    const { toolCalls } = folder;
    const call = { at: 1, direction: 'in' as const, peer: 'P', tool: 't', outcome: 'ok' as const, ms: 2.4, note: '' };
    toolCalls.add({ ...call, flowId: 'flow_1', note: 'x'.repeat(900) });
    // A clock that is set back changes no order.
    toolCalls.add({ ...call, at: 0, direction: 'out', outcome: 'timedOut' });
    const [second, first] = toolCalls.list();
    expect(first).toMatchObject({ at: 1, peer: 'P', flowId: 'flow_1', ms: 2, note: 'x'.repeat(300) });
    expect(second).toEqual({ id: second!.id, at: 0, direction: 'out', peer: 'P', tool: 't', outcome: 'timedOut', ms: 2, note: '' });
    folder.withTransaction(() => {
      for (let n = 0; n < 1005; n++) toolCalls.add({ ...call, at: n });
    });
    expect(toolCalls.list(5000)).toHaveLength(1000);
    expect(toolCalls.list(1)).toMatchObject([{ at: 1004 }]);
    toolCalls.clear();
    expect(toolCalls.list()).toEqual([]);
  } finally {
    await folder.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
