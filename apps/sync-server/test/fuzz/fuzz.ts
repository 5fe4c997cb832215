/** Plays many histories on one server process and one Postgres. */
import pg from 'pg';
import { createPostgresBus } from '../../src/sync/bus.ts';
import { silentLogger } from '@uxflow/core/base';
import { openDatabase } from '../../src/db/database.ts';
import { startTestPostgres } from '../testDatabase.ts';
import { playHistory, type HistoryOptions, type HistoryReport } from './history.ts';
import { startServerProcess } from './serverProcess.ts';

export interface FuzzOptions extends HistoryOptions {
  seeds: readonly number[];
  /** Histories at once. */
  parallel: number;
  onDone?(seed: number, report: HistoryReport | Error): void;
}

export interface FuzzResult {
  totals: HistoryReport & { histories: number; kills: number };
  failures: { seed: number; message: string }[];
}

/** Plays the seeds; what went wrong, by seed. */
export async function runFuzz({ seeds, parallel, onDone, ...options }: FuzzOptions): Promise<FuzzResult> {
  pg.types.setTypeParser(pg.types.builtins.INT8, Number);
  const postgres = await startTestPostgres();
  const database = await postgres.clone();
  const own = await openDatabase(database.url, { size: 4 });
  const bus = await createPostgresBus(own, silentLogger);
  const server = await startServerProcess(database.url);
  const totals = { histories: 0, kills: 0, entries: 0, written: 0, denied: 0, conflicts: 0, upgrades: 0, restores: 0, reinstalls: 0, rotations: 0, twice: 0, swapped: 0, cut: 0 };
  const failures: FuzzResult['failures'] = [];
  try {
    const queue = [...seeds];
    const work = async () => {
      for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
        try {
          const stage = {
            get port() {
              return server.port;
            },
            kill: (between?: () => Promise<void>) => server.kill(between),
            pool: own.pool,
            revoked: (workspaceId: string, userId: string) => bus.publish('revoked', JSON.stringify({ workspaceId, userId })),
          };
          const report = await playHistory(seed, stage, options);
          totals.histories += 1;
          for (const [key, value] of Object.entries(report)) totals[key as keyof HistoryReport] += value;
          onDone?.(seed, report);
        } catch (error) {
          const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
          failures.push({ seed, message });
          onDone?.(seed, error as Error);
        }
      }
    };
    await Promise.all(Array.from({ length: parallel }, work));
    totals.kills = server.kills;
    return { totals, failures };
  } finally {
    await server.stop();
    await bus.close();
    await own.close();
    await database.drop();
    await postgres.close();
  }
}
