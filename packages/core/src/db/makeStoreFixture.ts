/** Writes `fixtures/store-N.sqlite.gz` and what it holds (`.json`), once a release that adds migration N: `npx node makeStoreFixture.ts`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createTestClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { openDataFolder } from './dataFolder.ts';
import { MIGRATIONS } from './migrations.generated.ts';
import { readState } from './readState.ts';
import { startWriter } from './writerProcess.ts';

const root = mkdtempSync(join(tmpdir(), 'uxflow-fixture-'));
const path = join(root, 'data');
const writer = startWriter(path, 1, join(root, 'cache'));
await writer.ready;
writer.start();
await writer.opened;
await new Promise((resolve) => setTimeout(resolve, 60));
await writer.kill();

const folder = await openDataFolder(path, { logger: silentLogger, clock: createTestClock() });
folder.settings.set('theme', 'dark');
folder.flows.createBranch({ id: 'branch', baseLog: 'own', baseNo: Math.floor(folder.flows.headOf('own') / 2) });
folder.flows.deleteFlow('flow_shared', 5);
const logs: Record<string, unknown> = {};
for (const id of ['own', 'branch', 'shared']) {
  const head = folder.flows.headOf(id);
  logs[id] = { head, chain: folder.flows.chainOf(id, head), nodes: [...readState(folder.flows, id).state.node.keys()].sort(), pending: folder.flows.listPending(id).length };
}
const [turn] = folder.turns.turnsOf(folder.turns.conversationOf('flow_own')!.id);
const expected = { logs, proposals: folder.turns.proposalsOf('flow_own').length, turn: turn?.status, setting: folder.settings.get('theme') };
await folder.close();

const target = (suffix: string) => new URL(`./fixtures/store-${MIGRATIONS.length}.${suffix}`, import.meta.url);
writeFileSync(target('sqlite.gz'), gzipSync(readFileSync(join(path, 'store.sqlite')), { level: 9 }));
writeFileSync(target('json'), `${JSON.stringify(expected, null, 2)}\n`);
rmSync(root, { recursive: true, force: true });
