import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Database } from './database.ts';
import type { LogWriter } from './logStore.ts';
import { storeError } from './storeError.ts';

/** A confirmed state after entry `no`, as bytes that only the caller understands. */
export interface NewSnapshot {
  no: number;
  /** Versions of the state's rules and schema. */
  rules: number;
  schema: number;
  bytes: Uint8Array;
}

export interface StoredSnapshot extends NewSnapshot {
  /** 64 hex digits; '' at 0. */
  chain: string;
}

/** Snapshots: written when idle or every so many entries, never per edit. */
export interface SnapshotStore {
  /** Stores a snapshot of the confirmed state and drops those that opening will not need any more. Throws LOG_GAP when the log has no such entry. */
  writeSnapshot(logId: string, snapshot: NewSnapshot): void;
  /** The newest snapshot at or before `atMostNo` (default: the newest of all). */
  latestSnapshot(logId: string, atMostNo?: number): StoredSnapshot | undefined;
}

export interface SnapshotWriter {
  insert(logId: string, snapshot: NewSnapshot, chain: string): void;
}

/** Older snapshots are kept this far apart, so that an old version opens without folding the whole log. */
const SPACING = 5_000;
/** First byte of a stored snapshot. */
const PLAIN = 0;
const DEFLATED = 1;
/** Below this, packing costs more than it saves. */
const MIN_DEFLATED_BYTES = 4_096;

/** Writes snapshot rows of a store file. */
export function createSnapshotWriter(database: Database): SnapshotWriter {
  return {
    insert(logId, { no, rules, schema, bytes }, chain) {
      database
        .statement(
          `insert into snapshot (log_id, no, rules, schema, chain, bytes) values (?, ?, ?, ?, ?, ?)
           on conflict (log_id, no) do update set rules = excluded.rules, schema = excluded.schema, bytes = excluded.bytes`,
        )
        .run(logId, no, rules, schema, chain, pack(bytes));
    },
  };
}

/** The SnapshotStore on a store file. */
export function createSnapshotStore(database: Database, writer: LogWriter, snapshots: SnapshotWriter): SnapshotStore {
  return {
    writeSnapshot: (logId, snapshot) =>
      database.write(() => {
        const head = writer.head(logId).no;
        const chain = snapshot.no <= head ? writer.findChain(logId, snapshot.no) : undefined;
        if (chain === undefined) throw storeError('LOG_GAP', { logId, no: snapshot.no, head });
        snapshots.insert(logId, snapshot, chain);
        prune(database, logId);
      }),
    latestSnapshot: (logId, atMostNo = Number.MAX_SAFE_INTEGER) =>
      database.read(() => {
        const row = database.statement('select no, rules, schema, chain, bytes from snapshot where log_id = ? and no <= ? order by no desc limit 1').get(logId, atMostNo) as
          | StoredSnapshot
          | undefined;
        return row && { ...row, bytes: unpack(row.bytes, { logId, no: row.no }) };
      }),
  };
}

/** The two newest stay, the first (a shared log may begin there), and one in each `SPACING` numbers. */
function prune(database: Database, logId: string): void {
  const numbers = database.statement('select no from snapshot where log_id = ? order by no').pluck().all(logId) as number[];
  const blocks = new Set<number>();
  for (const no of numbers.slice(0, -2)) {
    const block = Math.floor(no / SPACING);
    if (!blocks.has(block)) blocks.add(block);
    else database.statement('delete from snapshot where log_id = ? and no = ?').run(logId, no);
  }
}

/** A state shrinks to about a quarter at the quickest level, in about the time that writing the rest to the disk would take. */
function pack(bytes: Uint8Array): Uint8Array {
  const isSmall = bytes.length < MIN_DEFLATED_BYTES;
  return Buffer.concat([Buffer.of(isSmall ? PLAIN : DEFLATED), isSmall ? bytes : deflateRawSync(bytes, { level: 1 })]);
}

function unpack(stored: Uint8Array, where: { logId: string; no: number }): Uint8Array {
  const body = stored.subarray(1);
  if (stored[0] === PLAIN) return body;
  try {
    return inflateRawSync(body);
  } catch (error) {
    throw storeError('STORE_CORRUPT', { ...where, reason: 'SNAPSHOT' }, error);
  }
}
