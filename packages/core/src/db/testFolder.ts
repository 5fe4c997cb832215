import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { openDataFolder, type DataFolder } from './dataFolder.ts';
import type { FlowRow } from './flowRows.ts';
import type { NewEntry } from './logStore.ts';
import type { Migration } from './migrate.ts';

/** A new place for data folders and a way to open it; for tests. `dispose` closes and deletes everything. */
export interface TestFolder {
  path: string;
  open(migrations?: readonly Migration[]): Promise<DataFolder>;
  dispose(): Promise<void>;
}

/** A temporary data folder; for tests. */
export function createTestFolder(): TestFolder {
  const root = mkdtempSync(join(tmpdir(), 'uxflow-store-'));
  const opened: DataFolder[] = [];
  const path = join(root, 'data');
  return {
    path,
    async open(migrations) {
      const folder = await openDataFolder(path, { logger: silentLogger, clock: createTestClock(), ...(migrations ? { migrations } : {}) });
      opened.push(folder);
      return folder;
    },
    async dispose() {
      for (const folder of opened) await folder.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A row of the list; for tests. */
export function testFlow(id: string, change: Partial<FlowRow> = {}): FlowRow {
  return { id, name: id, createdAt: 1, updatedAt: 1, nodeCount: 0, edgeCount: 0, preview: [], ...change };
}

/** An entry with these bytes; for tests. */
export function testEntry(id: string, text = `bytes of ${id}`): NewEntry {
  return { id, author: { kind: 'user', id: 'me', name: 'Me' }, at: 5, bytes: Buffer.from(text) };
}
