/**
 * Group commit (DESIGN §7): a batch is what arrived while the last one was committed (commitBatch.ts). When it is committed, and only then,
 * anybody is told.
 */
import type pg from 'pg';
import type { Logger } from '@uxflow/core/base';
import type { ServerDatabase } from '../db/database.ts';
import type { SyncAccess } from './access.ts';
import { commitBatch, type Outcome, type Pushed } from './commitBatch.ts';

export interface Committer<From> {
  push(entry: Pushed<From>): void;
  /** Bytes that wait for a commit or are in one. */
  readonly waitingBytes: number;
  /** Resolves when nothing waits any more. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

export interface CommitterOptions<From> {
  database: ServerDatabase;
  access: SyncAccess;
  logger: Logger;
  /** `took`: ms that the transaction needed; 0 when there was none. */
  onCommitted(outcome: Outcome<From>, took: number): void;
  /** The database did not take a batch as it was. */
  onFailed?(): void;
}

/** A batch that is committed. */
interface Told<From> {
  outcome: Outcome<From>;
  took: number;
}

/**
 * ms from the start of a batch to the start of the next at least. Somebody who edits alone never waits; where many edit, batches of one or
 * two entries would cost more than the entries (docs/decisions/0006-batches-keep-a-pace.md).
 */
const PACE_MS = 20;
const BATCH_ENTRIES = 2000;
const BATCH_BYTES = 8 * 1024 * 1024;
const RETRY_MS = 250;

/** The committer of one instance; it has a connection of its own. */
export function createCommitter<From>({ database, access, logger, onCommitted, onFailed }: CommitterOptions<From>): Committer<From> {
  let queue: Pushed<From>[] = [];
  let client: pg.Client | undefined;
  let running: Promise<void> | undefined;
  let waitingBytes = 0;
  let closed = false;
  let startedAt = -Infinity;

  const connect = async (): Promise<pg.Client> => {
    const next = await database.connect();
    next.on('error', () => {});
    next.on('end', () => {
      if (client === next) client = undefined;
    });
    return (client = next);
  };

  /**
   * Commits a batch whole; when the database refuses it, in halves, until the one entry that it does not take stands alone. Resolves with
   * what is to be told; its first queries are on their way when this returns.
   */
  const settle = async (batch: readonly Pushed<From>[]): Promise<Told<From>[]> => {
    for (;;) {
      try {
        const begun = performance.now();
        const outcome = await commitBatch(client ?? (await connect()), access, batch);
        return [{ outcome, took: performance.now() - begun }];
      } catch (error) {
        if (closed) throw error;
        onFailed?.();
        if (!isRefusal(error)) {
          logger.warn('the database is not there; entries wait', { entries: batch.length, error: String(error) });
          await client?.end().catch(() => {});
          client = undefined;
          await new Promise((done) => setTimeout(done, RETRY_MS));
          continue;
        }
        logger.error('the database refused a batch', { entries: batch.length, error: String(error) });
        if (batch.length > 1) return [...(await settle(batch.slice(0, batch.length >> 1))), ...(await settle(batch.slice(batch.length >> 1)))];
        const [entry] = batch;
        return [{ outcome: { stored: new Map(), known: [], denied: [{ log: entry!.header.log, id: entry!.header.id, code: 'ENTRY_REFUSED', params: {}, size: entry!.bytes.length, from: entry!.from }] }, took: 0 }];
      }
    }
  };

  const run = async (): Promise<void> => {
    // What came in with the same turn of the event loop belongs to the first batch.
    await new Promise((done) => setImmediate(done));
    let untold: Told<From>[] = [];
    const tell = () => {
      const told = untold;
      untold = [];
      for (const { outcome, took } of told) {
        try {
          onCommitted(outcome, took);
        } catch (error) {
          // It is committed: the polls tell readers of it. What is on its way behind it is told as ever.
          logger.error('what was committed could not be told', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
        }
      }
    };
    while (queue.length > 0 && !closed) {
      const early = PACE_MS - (performance.now() - startedAt);
      if (early > 0) {
        tell();
        await new Promise((done) => setTimeout(done, early));
      }
      startedAt = performance.now();
      let [count, bytes] = [0, 0];
      while (count < queue.length && count < BATCH_ENTRIES && (count === 0 || bytes + queue[count]!.bytes.length <= BATCH_BYTES)) bytes += queue[count++]!.bytes.length;
      const batch = count === queue.length ? queue : queue.slice(0, count);
      queue = count === queue.length ? [] : queue.slice(count);
      const settled = settle(batch);
      // Where many write, the database has its next batch before people hear of the last one: neither waits for the other.
      tell();
      untold = await settled;
      waitingBytes -= bytes;
    }
    tell();
    running = undefined;
  };

  const start = () => {
    running ??= run().catch((error: unknown) => {
      running = undefined;
      if (!closed) logger.error('the committer stopped', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    });
    return running;
  };

  return {
    push(entry) {
      queue.push(entry);
      waitingBytes += entry.bytes.length;
      void start();
    },
    get waitingBytes() {
      return waitingBytes;
    },
    async drained() {
      while (running) await running;
    },
    async close() {
      closed = true;
      await client?.end().catch(() => {});
    },
  };
}

/** True when the database is there and does not take what was sent (classes 22, 23 and 54 of its codes); anything else is tried again. */
function isRefusal(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^(22|23|54)/.test(code);
}
