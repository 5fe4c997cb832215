import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { createTestClock } from '../base/clock.ts';
import { seededRandom } from '../base/id.ts';
import { silentLogger } from '../base/logger.ts';
import { fold } from '../flow/fold.ts';
import { stateText } from '../flow/snapshot.ts';
import { initialState } from '../flow/state.ts';
import { openDataFolder, type DataFolder } from './dataFolder.ts';
import { parseEntry, readState } from './readState.ts';
import { startWriter } from './writerProcess.ts';

const KILLS = Number(process.env['UXFLOW_CRASH_KILLS'] ?? 300);
const SEED = Number(process.env['UXFLOW_CRASH_SEED'] ?? Date.now() % 1_000_000_000);
/** After so many kills a lane goes on in a new folder: replays stay short, and the making of a folder is killed as well. */
const KILLS_A_FOLDER = 10;
const LANES = 2;

const root = mkdtempSync(join(tmpdir(), 'uxflow-crash-'));
const CACHE = join(root, 'cache');
afterAll(() => rmSync(root, { recursive: true, force: true }));

test(`${KILLS} kills at random moments lose nothing that was acknowledged`, { timeout: 120_000 + KILLS * 1000 }, async () => {
  console.log(`crash seed ${SEED}`);
  await startWriter('', 0, CACHE).dismiss();
  const counts = await Promise.all(Array.from({ length: LANES }, (_, lane) => runLane(lane, Math.ceil(KILLS / LANES))));
  const total: Record<string, number> = {};
  for (const count of counts) for (const [kind, number] of Object.entries(count)) total[kind] = (total[kind] ?? 0) + number;
  console.log(`acknowledged and found again: ${JSON.stringify(total)}`);
  // The writers must have got to everything that can be torn.
  for (const kind of ['entry own', 'entry shared', 'proposal', 'pending', 'snapshot']) expect(total[kind], kind).toBeGreaterThan(0);
});

async function runLane(lane: number, kills: number): Promise<Record<string, number>> {
  const random = seededRandom(SEED + lane);
  const count: Record<string, number> = {};
  let folderPath = '';
  let acknowledged: string[] = [];
  const startNext = (kill: number) => startWriter(join(root, `lane${lane}-${Math.floor(kill / KILLS_A_FOLDER)}`), SEED * 1000 + lane * 500_000 + kill, CACHE);
  let writer = startNext(0);
  for (let kill = 0; kill < kills; kill++) {
    const path = join(root, `lane${lane}-${Math.floor(kill / KILLS_A_FOLDER)}`);
    if (path !== folderPath) acknowledged = [];
    folderPath = path;
    await writer.ready;
    writer.start();
    const [a, b] = random(2);
    // One in eight is killed while it opens the folder (recovering what the last one left), the others while they write.
    if (a! % 8 !== 0) await writer.opened;
    await new Promise((resolve) => setTimeout(resolve, a! % 8 === 0 ? b! % 16 : b! % 64));
    const lines = await writer.kill();
    if (kill + 1 < kills) writer = startNext(kill + 1);
    acknowledged.push(...lines);
    for (const line of lines) {
      const kind = /^(entry \w+|\w+)/.exec(line)![0];
      count[kind] = (count[kind] ?? 0) + 1;
    }
    await check(path, acknowledged, `seed ${SEED}, lane ${lane}, kill ${kill}`);
  }
  return count;
}

/** Opens what a killed writer left and compares it with everything that was acknowledged before. */
async function check(path: string, acknowledged: readonly string[], where: string): Promise<void> {
  const folder = await openDataFolder(path, { logger: silentLogger, clock: createTestClock() });
  try {
    expect(integrityOf(path), where).toBe('ok');
    if (!folder.flows.findFlow('flow_own')) return expect(acknowledged, where).toEqual([]);
    const entries = { own: checkLog(folder, 'own', where), shared: checkLog(folder, 'shared', where) };
    const pending = new Set(folder.flows.listPending('shared').map((entry) => entry.id));
    for (const id of pending) expect(entries.shared.has(id), `${where}: ${id} is pending and confirmed`).toBe(false);
    const proposals = new Map(folder.turns.proposalsOf('flow_own').map((proposal) => [proposal.id, proposal]));
    for (const proposal of proposals.values()) {
      expect(entries.own.has(proposal.entryId), `${where}: ${proposal.id} is ${proposal.status}`).toBe(proposal.status === 'done');
    }
    for (const line of acknowledged) {
      const [kind, first, second, third] = line.split(' ') as [string, string, string, string];
      if (kind === 'entry') expect(entries[first as 'own' | 'shared'].get(second), `${where}: ${line}`).toBe(Number(third));
      if (kind === 'pending') expect(pending.has(first) || entries.shared.has(first), `${where}: ${line}`).toBe(true);
      if (kind === 'proposal') expect(second === 'open' ? ['open', 'done'] : ['done'], `${where}: ${line}`).toContain(proposals.get(first)?.status);
      if (kind === 'snapshot') expect(folder.flows.latestSnapshot(first)!.no, `${where}: ${line}`).toBeGreaterThanOrEqual(Number(second));
    }
  } finally {
    await folder.close();
  }
}

/** Numbers by entry id of a log that is dense, whose state does not depend on where its snapshot is, and whose row tells the truth. */
function checkLog({ flows }: DataFolder, logId: 'own' | 'shared', where: string): Map<string, number> {
  const numbers = new Map<string, number>();
  let replayed = initialState(`flow_${logId}`);
  for (const entry of flows.readEntries(logId)) {
    replayed = fold(replayed, parseEntry(entry.bytes));
    expect(entry.no, `${where}: ${logId} is not dense`).toBe(replayed.no);
    numbers.set(entry.id, entry.no);
  }
  expect(flows.headOf(logId), where).toBe(replayed.no);
  const { state } = readState(flows, logId);
  expect(stateText(state) === stateText(replayed), `${where}: ${logId} differs from its replay`).toBe(true);
  expect(flows.latestSnapshot(logId)?.chain ?? '', where).toBe(flows.chainOf(logId, flows.latestSnapshot(logId)?.no ?? 0));
  expect(flows.readHistory(logId, { limit: 20 }).every((entry) => entry.effect), `${where}: an entry has no effect`).toBe(true);
  if (logId === 'own') expect(flows.getFlow('flow_own'), where).toMatchObject({ nodeCount: replayed.node.size, edgeCount: replayed.edge.size });
  return numbers;
}

function integrityOf(path: string): unknown {
  const file = new Sqlite(join(path, 'store.sqlite'), { readonly: true });
  try {
    return file.pragma('integrity_check', { simple: true });
  } finally {
    file.close();
  }
}
