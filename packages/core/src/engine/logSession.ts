import { deflateRawSync } from 'node:zlib';
import { AppError, canonicalJson, type Clock, type Logger } from '../base/index.ts';
import { readState, type DataFolder, type FlowRowChange } from '../db/index.ts';
import {
  commit,
  foldWithEffect,
  NODE_TYPES,
  snapshotOf,
  type Author,
  type Effect,
  type Intent,
  type LogState,
  type Transaction,
} from '../flow/index.ts';
import { nodeSize } from '../layout/index.ts';

/** What happened to an open log: its state before and after one entry. */
export interface LogChange {
  transaction: Transaction;
  effect: Effect;
  state: LogState;
}

/** One flow's log, held open: its state in memory, its entries in the store. */
export interface LogSession {
  readonly flowId: string;
  readonly logId: string;
  readonly state: LogState;
  /** Why nothing can be written, where that is so. */
  readonly readOnly: { code: string; params: Record<string, unknown> } | undefined;
  /** Makes an entry of an intent and stores it. */
  commit(intent: Intent, author: Author, id?: string): { entryId: string; no: number };
  /**
   * Stores an entry that was made elsewhere. The same id again is the same entry. `together` runs in the same SQL transaction.
   * Throws before anything is stored, or it is stored.
   */
  append(transaction: Transaction, together?: () => void): { entryId: string; no: number };
  /** The state as it was after entry `no`. */
  stateAt(no: number): LogState;
  onChange(listener: (change: LogChange) => void): () => void;
  /** True while something listens beside the engine's own upkeep. */
  isWatched(): boolean;
  /** Writes a snapshot and the small picture when entries have come since the last. */
  settle(): void;
}

/** An entry may be at most this large, deflated. */
const MAX_ENTRY_BYTES = 4 * 1024 * 1024;
/** Entries after which a snapshot is written without waiting for rest. */
const SNAPSHOT_EVERY = 500;
const PREVIEW_NODES = 150;

const encoder = new TextEncoder();

export interface LogSessionOptions {
  folder: DataFolder;
  flowId: string;
  logId: string;
  clock: Clock;
  newId(prefix: string): string;
  logger: Logger;
}

/** Opens a log: the last snapshot and the entries after it, folded. */
export function openLogSession(options: LogSessionOptions): LogSession {
  const { folder, flowId, logId, clock, newId, logger } = options;
  const { flows } = folder;
  const listeners = new Set<(change: LogChange) => void>();
  const opened = readState(flows, logId);
  let { state } = opened;
  const readOnly: LogSession['readOnly'] = folder.readOnly
    ? { code: folder.readOnly, params: {} }
    : opened.stoppedBefore === undefined
      ? undefined
      : { code: 'LOG_NEEDS_NEWER_APP', params: { no: opened.stoppedBefore } };
  let snapshotNo = flows.latestSnapshot(logId)?.no ?? 0;
  let pictured = state.no === snapshotNo;

  const append: LogSession['append'] = (transaction, together) => {
    if (readOnly) throw new AppError(readOnly.code, 'This flow can only be read here. Nothing was changed; a newer version of the app can edit it.', readOnly.params);
    if (transaction.logId !== logId) throw new AppError('ENTRY_OF_OTHER_LOG', 'This change belongs to another flow. Nothing was stored.', { logId: transaction.logId });
    const known = flows.findEntry(logId, transaction.id);
    if (known) return { entryId: transaction.id, no: known.no };
    const bytes = encoder.encode(canonicalJson(transaction));
    if (bytes.length > MAX_ENTRY_BYTES && deflateRawSync(bytes).length > MAX_ENTRY_BYTES) {
      throw new AppError('ENTRY_TOO_LARGE', 'This change is larger than 4 MB and was not stored. The flow is as it was; make the change in smaller parts.', { bytes: bytes.length });
    }
    const { state: next, effect } = foldWithEffect(state, transaction);
    const no = folder.withTransaction(() => {
      const number = flows.append(logId, { id: transaction.id, author: transaction.author, at: transaction.at, bytes }, { effect: encoder.encode(canonicalJson(effect)), flow: rowChange(state, next, clock.now()) });
      together?.();
      return number;
    });
    state = next;
    pictured = false;
    const change: LogChange = { transaction, effect, state };
    for (const listener of [...listeners]) {
      try {
        listener(change);
      } catch (error) {
        // The entry is durable: a listener that fails must neither refuse it nor keep it from the listeners behind it.
        logger.error('a listener failed after an entry', { logId, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      }
    }
    if (state.no - snapshotNo >= SNAPSHOT_EVERY) setImmediate(() => settle());
    return { entryId: transaction.id, no };
  };

  const settle = () => {
    if (readOnly || folder.readOnly) return;
    try {
      if (state.no > snapshotNo) {
        flows.writeSnapshot(logId, { no: state.no, rules: state.rules, schema: state.schema, bytes: encoder.encode(canonicalJson(snapshotOf(state))) });
        snapshotNo = state.no;
      }
      if (!pictured) {
        flows.updateFlow(flowId, { preview: previewOf(state) });
        pictured = true;
      }
    } catch (error) {
      // A snapshot is a help for opening, the entries are the truth: going on without one loses nothing.
      logger.warn('snapshot not written', { logId, error: String(error) });
    }
  };

  return {
    flowId,
    logId,
    get state() {
      return state;
    },
    get readOnly() {
      return readOnly;
    },
    commit: (intent, author, id = newId('tx')) => append(commit(state, intent, { id, logId, author, at: clock.now() })),
    append,
    stateAt: (no) => (no >= state.no ? state : readState(flows, logId, no).state),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    // Findings and the settle timer always listen.
    isWatched: () => listeners.size > 2,
    settle,
  };
}

function rowChange(before: LogState, after: LogState, at: number): FlowRowChange {
  return {
    updatedAt: at,
    nodeCount: after.node.size,
    edgeCount: after.edge.size,
    ...(before.flow.name === after.flow.name ? {} : { name: after.flow.name }),
    ...(before.flow.description === after.flow.description ? {} : { description: after.flow.description ?? null }),
  };
}

/** Boxes for the small picture: [x, y, width, height, index into NODE_TYPES]; a large flow shows its first 150 nodes from the left. */
export function previewOf(state: LogState): number[][] {
  return [...state.node.values()]
    .sort((a, b) => a.position.x - b.position.x || a.position.y - b.position.y || (a.id < b.id ? -1 : 1))
    .slice(0, PREVIEW_NODES)
    .map((node) => {
      const size = nodeSize(node);
      return [Math.round(node.position.x), Math.round(node.position.y), size.width, size.height, NODE_TYPES.indexOf(node.type)];
    });
}
