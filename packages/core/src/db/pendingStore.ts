import type { Author } from '../flow/transaction.ts';
import type { Database } from './database.ts';
import type { LogWriter, NewEntry, StoredEntry } from './logStore.ts';
import type { NewSnapshot, SnapshotWriter } from './snapshotStore.ts';
import { storeError } from './storeError.ts';

/** A server's word that an own entry got a number. `bytes` only where they differ from what was sent. */
export interface Acknowledgement {
  no: number;
  id: string;
  bytes?: Uint8Array;
  /** SHA-256 (hex) of the bytes as the server has them, where that is not of `bytes`. */
  digest?: string;
  effect?: Uint8Array;
}

/** Own entries of shared logs that wait for a number, and what a server sends. Every call is one SQL transaction. */
export interface PendingStore {
  /** Puts an own entry at the end of the queue. The same id again, pending or confirmed, stores nothing. */
  addPending(logId: string, entry: NewEntry): void;
  /** In the order in which they were made. */
  listPending(logId: string): NewEntry[];
  /** Drops an own entry that a server denied (after it was put somewhere else). False when it was not pending. */
  removePending(logId: string, id: string): boolean;
  /** Moves an own entry from pending to its number. Told twice: nothing. Throws LOG_GAP or LOG_FORKED, and nothing has moved. */
  acknowledge(logId: string, acknowledgement: Acknowledgement): void;
  /**
   * Stores what a server sent, in order; entries that are here already are skipped, own pending ones leave the queue. Own is also what lies
   * on a branch: it was denied once, and another copy of it was taken. Throws LOG_GAP when one does not follow the head, LOG_FORKED when a
   * number is taken by another id; nothing is stored then.
   */
  receiveConfirmed(logId: string, entries: readonly (StoredEntry & { effect?: Uint8Array })[]): void;
  /**
   * Makes a server's snapshot the start of the log: its entries are dropped, and `pending` (own entries that the server has lost) goes to
   * the front of the queue, before what waits already. `gone`: ids that wait no longer, because the server has them.
   */
  replaceFromSnapshot(logId: string, snapshot: NewSnapshot & { chain: string }, pending?: readonly NewEntry[], gone?: ReadonlySet<string>): void;
}

interface PendingRow {
  id: string;
  author: string;
  at: number;
  bytes: Uint8Array;
}

const COLUMNS = 'id, author, at, bytes';

/** The PendingStore on a store file. */
export function createPendingStore(database: Database, writer: LogWriter, snapshots: SnapshotWriter): PendingStore {
  const remove = (logId: string, id: string) => database.statement('delete from pending where log_id = ? and id = ?').run(logId, id).changes > 0;
  const list = (logId: string) => (database.statement(`select ${COLUMNS} from pending where log_id = ? order by n`).all(logId) as PendingRow[]).map(toEntry);
  const add = (logId: string, entry: NewEntry) =>
    void database
      .statement(`insert into pending (log_id, n, ${COLUMNS}) select ?, coalesce(max(n), 0) + 1, ?, ?, ?, ? from pending where log_id = ? on conflict (log_id, id) do nothing`)
      .run(logId, entry.id, JSON.stringify(entry.author), entry.at, entry.bytes, logId);

  /** True when number `no` holds this entry already; throws when it cannot be the next one. */
  const isKnown = (logId: string, no: number, id: string): boolean => {
    const head = writer.head(logId).no;
    const known = writer.numberOf(logId, id);
    if (known === no) return true;
    if (known !== undefined) throw storeError('LOG_FORKED', { logId, no, id, head });
    if (no <= head) {
      // Numbers from before the log's first snapshot are not here to be compared.
      const isHeld = database.statement('select 1 from entry where log_id = ? and no = ?').get(logId, no) !== undefined;
      if (isHeld) throw storeError('LOG_FORKED', { logId, no, id, head });
      return true;
    }
    if (no !== head + 1) throw storeError('LOG_GAP', { logId, no, head });
    return false;
  };

  return {
    addPending: (logId, entry) =>
      database.write(() => {
        writer.head(logId);
        if (writer.numberOf(logId, entry.id) === undefined) add(logId, entry);
      }),
    listPending: (logId) => database.read(() => list(logId)),
    removePending: (logId, id) => database.write(() => remove(logId, id)),
    acknowledge: (logId, { no, id, bytes, digest, effect }) =>
      database.write(() => {
        if (!isKnown(logId, no, id)) {
          const row = database.statement(`select ${COLUMNS} from pending where log_id = ? and id = ?`).get(logId, id) as PendingRow | undefined;
          if (!row) throw storeError('LOG_FORKED', { logId, no, id });
          const entry = toEntry(row);
          writer.insert(logId, { ...entry, isOwn: true, ...(bytes ? { bytes } : {}), ...(digest === undefined ? {} : { digest }) }, effect);
        }
        remove(logId, id);
      }),
    receiveConfirmed: (logId, entries) =>
      database.write(() => {
        for (const entry of entries) {
          const isOwn = remove(logId, entry.id) || writer.isOnBranch(logId, entry.id);
          if (!isKnown(logId, entry.no, entry.id)) writer.insert(logId, isOwn ? { ...entry, isOwn } : entry, entry.effect);
        }
      }),
    replaceFromSnapshot: (logId, snapshot, pending = [], gone) =>
      database.write(() => {
        writer.head(logId);
        const waiting = list(logId);
        database.statement('delete from pending where log_id = ?').run(logId);
        for (const entry of [...pending, ...waiting]) if (!gone?.has(entry.id)) add(logId, entry);
        database.statement('delete from entry where log_id = ?').run(logId);
        database.statement('delete from snapshot where log_id = ?').run(logId);
        snapshots.insert(logId, snapshot, snapshot.chain);
        writer.forget(logId);
      }),
  };
}

function toEntry({ author, ...row }: PendingRow): NewEntry {
  return { ...row, author: JSON.parse(author) as Author };
}
