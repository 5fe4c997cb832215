import { canFold, fold } from '../flow/fold.ts';
import { stateOfSnapshot, type Snapshot } from '../flow/snapshot.ts';
import { initialState, type LogState } from '../flow/state.ts';
import type { Transaction } from '../flow/transaction.ts';
import type { FlowStore } from './flowStore.ts';
import { storeError } from './storeError.ts';

/** A state as far as this code can read the log. */
export interface ReadState {
  state: LogState;
  /** Number of the entry that needs a newer version of the app; the state is the one before it. Absent when all was read. */
  stoppedBefore?: number;
}

/**
 * The confirmed state of a log after entry `no` (default: its last): the newest snapshot that helps, and the entries after it. A branch
 * starts from its base. Throws LOG_NOT_FOUND, and LOG_GAP for a number before the snapshot that a shared log begins with.
 */
export function readState(flows: FlowStore, logId: string, no = Number.MAX_SAFE_INTEGER): ReadState {
  const log = flows.getLog(logId);
  if (log.baseLog && no <= log.baseNo!) return readState(flows, log.baseLog, no);
  const snapshot = flows.latestSnapshot(logId, no);
  const start: ReadState = snapshot
    ? { state: stateOfSnapshot(JSON.parse(Buffer.from(snapshot.bytes).toString()) as Snapshot) }
    : log.baseLog
      ? readState(flows, log.baseLog, log.baseNo!)
      : { state: initialState(log.flowId ?? log.id) };
  if (start.stoppedBefore !== undefined) return start;
  let { state } = start;
  for (const entry of flows.readEntries(logId, state.no, no)) {
    // A shared log may begin with a snapshot: what was before that is not here.
    if (entry.no !== state.no + 1) throw storeError('LOG_GAP', { logId, no: entry.no, head: state.no });
    const transaction = parseEntry(entry.bytes);
    if (!canFold(state, transaction)) return { state, stoppedBefore: entry.no };
    state = fold(state, transaction);
  }
  return { state };
}

/** The transaction of an entry's bytes (JSON in UTF-8). Bytes of another's making may be anything: fold takes those as a malformed entry. */
export function parseEntry(bytes: Uint8Array): Transaction {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()) as Transaction;
  } catch {
    return null as unknown as Transaction;
  }
}
