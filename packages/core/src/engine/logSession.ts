import { deflateRawSync } from 'node:zlib';
import { AppError, canonicalJson, type Clock, type Logger } from '../base/index.ts';
import { readState, type DataFolder, type FlowRowChange } from '../db/index.ts';
import {
  checkTransaction,
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
import type { DeniedEntry } from '../sync/index.ts';
import { openSharedLog, pendingEffects, type SharedLog } from './sync/sharedLog.ts';

/** An entry that is in the state now, and what it changed. */
export interface NewInLog {
  transaction: Transaction;
  effect: Effect;
  /** True when it was made on this device. */
  isMine: boolean;
}

/** What happened to an open log: its state before and after. */
export interface LogChange {
  before: LogState;
  state: LogState;
  /** Entries that came; none where others were taken back. */
  entries: readonly NewInLog[];
  /** True when the difference is exactly what the one entry did: it was made here, on this state. */
  isOwn: boolean;
}

/** One flow's log, held open: its state in memory, its entries in the store. */
export interface LogSession {
  readonly flowId: string;
  readonly logId: string;
  /** What the person sees: of a shared log with the own entries that wait. */
  readonly state: LogState;
  /** Why nothing can be written, where that is so. */
  readonly readOnly: { code: string; params: Record<string, unknown> } | undefined;
  /** The log as the connection to its server needs it; undefined while it is this device's alone. */
  readonly shared: SharedLog | undefined;
  /** Makes an entry of an intent and stores it. */
  commit(intent: Intent, author: Author, id?: string): { entryId: string; no: number };
  /**
   * Stores an entry that was made elsewhere. The same id again is the same entry. `together` runs in the same SQL transaction.
   * Throws before anything is stored, or it is stored.
   */
  append(transaction: Transaction, together?: () => void): { entryId: string; no: number };
  /** The state as it was after entry `no`. */
  stateAt(no: number): LogState;
  /** Own entries that no server has numbered, in their order, with the numbers that they have in the view. */
  waiting(): { no: number; entry: Transaction; effect: Effect }[];
  /** From now on a server numbers the log: own entries wait for it. */
  share(): void;
  /** The log is this device's alone again; what waits gets its numbers here. */
  unshare(): void;
  /** What may be written: all, comments alone, or (null) nothing. */
  setScope(scope: 'edit' | 'comment' | null): void;
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
  /** Takes what a server will never take; runs in the SQL transaction that ends its waiting. */
  onDenied?(denied: readonly DeniedEntry[], head: number): void;
  /** The server has numbered these; runs in the SQL transaction that stores them. */
  onConfirmed?(entryIds: ReadonlySet<string>): void;
}

/** Opens a log: the last snapshot and the entries after it, folded; of a shared one what waits on top. */
export function openLogSession(options: LogSessionOptions): LogSession {
  const { folder, flowId, logId, clock, newId, logger } = options;
  const { flows } = folder;
  const listeners = new Set<(change: LogChange) => void>();
  /** Ids of own entries that wait: when they come back they are no news. */
  const mine = new Set<string>();
  let shared: SharedLog | undefined;
  let local: LogState;
  let stopped: LogSession['readOnly'];
  let scope: 'edit' | 'comment' | null = 'edit';
  let snapshotNo = flows.latestSnapshot(logId)?.no ?? 0;
  let pictured: boolean;

  const stateNow = () => shared?.replica.view ?? local;
  const readOnlyNow = (): LogSession['readOnly'] => stopped ?? shared?.replica.readOnly ?? (scope === null ? { code: 'ROLE_READS_ONLY', params: {} } : undefined);
  const row = (before: LogState, after: LogState) => rowChange(before, after, clock.now());
  const tell = (change: LogChange) => {
    pictured = false;
    for (const listener of [...listeners]) {
      try {
        listener(change);
      } catch (error) {
        // The entry is durable: a listener that fails must neither refuse it nor keep it from the listeners behind it.
        logger.error('a listener failed after an entry', { logId, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      }
    }
    const newest = shared ? shared.snapshotNo : snapshotNo;
    if ((shared?.replica.confirmed.no ?? local.no) - newest >= SNAPSHOT_EVERY) setImmediate(() => settle());
  };

  const isWaiting = (entryId: string) => shared?.replica.pending.some(({ id }) => id === entryId) ?? false;
  const openLocal = () => {
    const opened = readState(flows, logId);
    local = opened.state;
    shared = undefined;
    stopped = folder.readOnly ? { code: folder.readOnly, params: {} } : opened.stoppedBefore === undefined ? undefined : { code: 'LOG_NEEDS_NEWER_APP', params: { no: opened.stoppedBefore } };
  };
  const openShared = () => {
    const log: SharedLog = openSharedLog({ folder, flowId, logId, rowChange: row, onDenied: (denied) => options.onDenied?.(denied, log.replica.confirmed.no), onConfirmed: (ids) => options.onConfirmed?.(ids) });
    for (const { id } of log.replica.pending) mine.add(id);
    log.replica.subscribe(({ before, after, folded, own }) => {
      if (shared !== log) return;
      if (own) mine.add(own.entry.id);
      const entries = own ? [{ transaction: own.entry, effect: own.effect, isMine: true }] : folded.map(({ entry, effect }) => ({ transaction: entry, effect, isMine: mine.delete(entry.id) || flows.isOnBranch(logId, entry.id) }));
      tell({ before, state: after, entries, isOwn: own !== null });
    });
    local = log.replica.confirmed;
    stopped = folder.readOnly ? { code: folder.readOnly, params: {} } : undefined;
    shared = log;
  };
  if (flows.getLog(logId).shared) openShared();
  else openLocal();
  pictured = local!.no === snapshotNo;

  const append: LogSession['append'] = (given, together) => {
    if (given.logId !== logId) throw new AppError('ENTRY_OF_OTHER_LOG', 'This change belongs to another flow. Nothing was stored.', { logId: given.logId });
    // Sent again, it is what it was, whatever may be written by now.
    const known = shared && isWaiting(given.id) ? stateNow().no : flows.numberOf(logId, given.id);
    if (known !== undefined) return { entryId: given.id, no: known };
    const readOnly = readOnlyNow();
    if (readOnly) throw new AppError(readOnly.code, READ_ONLY[readOnly.code] ?? 'This flow can only be read here. Nothing was changed; a newer version of the app can edit it.', readOnly.params);
    // Who may only comment says so in the entry, and hears here already what is beyond that.
    const transaction: Transaction = scope === 'comment' && given.scope !== 'comment' ? checkTransaction(stateNow(), { ...given, scope }) : given;
    const bytes = encoder.encode(canonicalJson(transaction));
    if (bytes.length > MAX_ENTRY_BYTES && deflateRawSync(bytes).length > MAX_ENTRY_BYTES) {
      throw new AppError('ENTRY_TOO_LARGE', 'This change is larger than 4 MB and was not stored. The flow is as it was; make the change in smaller parts.', { bytes: bytes.length });
    }
    if (shared) {
      shared.add(transaction, together);
      return { entryId: transaction.id, no: shared.replica.view.no };
    }
    const before = local;
    const { state: next, effect } = foldWithEffect(before, transaction);
    const no = folder.withTransaction(() => {
      const number = flows.append(logId, { id: transaction.id, author: transaction.author, at: transaction.at, bytes }, { effect: encoder.encode(canonicalJson(effect)), flow: row(before, next) });
      together?.();
      return number;
    });
    local = next;
    tell({ before, state: next, entries: [{ transaction, effect, isMine: true }], isOwn: true });
    return { entryId: transaction.id, no };
  };

  const settle = () => {
    if (stopped || folder.readOnly) return;
    try {
      if (shared) shared.writeSnapshot();
      else if (local.no > snapshotNo) {
        flows.writeSnapshot(logId, { no: local.no, rules: local.rules, schema: local.schema, bytes: encoder.encode(canonicalJson(snapshotOf(local))) });
        snapshotNo = local.no;
      }
      if (!pictured) {
        flows.updateFlow(flowId, { preview: previewOf(stateNow()) });
        pictured = true;
      }
    } catch (error) {
      // A snapshot is a help for opening, the entries are the truth: going on without one loses nothing.
      logger.warn('snapshot not written', { logId, error: String(error) });
    }
  };

  const waiting = () => (shared ? pendingEffects(shared.replica, foldWithEffect) : []);
  return {
    flowId,
    logId,
    get state() {
      return stateNow();
    },
    get readOnly() {
      return readOnlyNow();
    },
    get shared() {
      return shared;
    },
    commit: (intent, author, id = newId('tx')) => append(commit(stateNow(), intent, { id, logId, author, at: clock.now(), ...(scope === 'comment' ? { scope } : {}) })),
    append,
    stateAt(no) {
      const state = stateNow();
      if (no >= state.no) return state;
      if (!shared || no <= shared.replica.confirmed.no) return readState(flows, logId, no).state;
      return shared.replica.pending.slice(0, no - shared.replica.confirmed.no).reduce((at, entry) => foldWithEffect(at, entry).state, shared.replica.confirmed);
    },
    waiting,
    share() {
      if (shared) return;
      flows.setShared(logId, true);
      openShared();
    },
    unshare() {
      if (!shared) return;
      const before = stateNow();
      const own = waiting();
      folder.withTransaction(() => {
        const entries = new Map(flows.listPending(logId).map((entry) => [entry.id, entry]));
        flows.setShared(logId, false);
        for (const { entry, effect } of own) {
          const stored = entries.get(entry.id)!;
          flows.removePending(logId, entry.id);
          flows.append(logId, stored, { effect: encoder.encode(canonicalJson(effect)) });
        }
      });
      snapshotNo = shared.snapshotNo;
      openLocal();
      scope = 'edit';
      tell({ before, state: local, entries: [], isOwn: false });
    },
    setScope(next) {
      scope = next;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    // Findings and the settle timer always listen.
    isWatched: () => listeners.size > 2,
    settle,
  };
}

/** Sentences for why a flow takes no changes, beside that of a newer version. */
const READ_ONLY: Record<string, string | undefined> = {
  ROLE_READS_ONLY: 'You may read this flow but not change it. Nothing was changed; ask somebody of its workspace to let you edit, or make a copy of your own.',
};

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
