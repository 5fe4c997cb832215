import type { Database } from './database.ts';
import { createFlowRows, type FlowRow, type FlowRowChange, type FlowSort } from './flowRows.ts';
import { createLogStore, createLogWriter, type LogStore, type NewEntry } from './logStore.ts';
import { createPendingStore, type PendingStore } from './pendingStore.ts';
import { createSnapshotStore, createSnapshotWriter, type NewSnapshot, type SnapshotStore } from './snapshotStore.ts';
import { storeError } from './storeError.ts';

/** What goes with an entry in its SQL transaction: what fold changed, and the flow's row of the list. */
export interface AppendExtras {
  effect?: Uint8Array;
  flow?: FlowRowChange;
}

/** A new flow with its main log; `firstEntry` gets the number 1. */
export interface NewFlow {
  flow: FlowRow;
  logId: string;
  firstEntry?: NewEntry & { effect?: Uint8Array };
  /** State after `firstEntry` (or of number 0). */
  snapshot?: NewSnapshot;
}

export interface FlowListOptions {
  /** Words or beginnings of words; of name, description and node titles. */
  search?: string;
  /** True for the bin. */
  deleted?: boolean;
  /** Default 'updated', newest first. With `search`: the best match first. */
  sort?: FlowSort;
}

/** Flows, their logs, what waits to be numbered, and snapshots. Every write is durable when the call returns. */
export interface FlowStore extends LogStore, PendingStore, SnapshotStore {
  createFlow(newFlow: NewFlow): FlowRow;
  listFlows(options?: FlowListOptions): FlowRow[];
  /** Throws FLOW_NOT_FOUND. */
  getFlow(flowId: string): FlowRow;
  findFlow(flowId: string): FlowRow | undefined;
  /** Changes a flow's row without an entry (opened, recounted). Throws FLOW_NOT_FOUND. */
  updateFlow(flowId: string, change: FlowRowChange): void;
  /** The flow's main log. Throws LOG_NOT_FOUND. */
  mainLogOf(flowId: string): string;
  /** The number of this entry once it, its effect and the flow's row are durable (one SQL transaction). The same id again gives the number that it has and changes nothing. Throws LOG_SHARED for a log that a server numbers: its own entries go to `addPending`. */
  append(logId: string, entry: NewEntry, extras?: AppendExtras): number;
  /** The numbers of these entries, all or none; `flow` is the row after the last of them. */
  appendMany(logId: string, entries: readonly (NewEntry & { effect?: Uint8Array })[], flow?: FlowRowChange): number[];
  /** Puts a flow into the bin. */
  deleteFlow(flowId: string, at: number): void;
  restoreFlow(flowId: string): void;
  /** Deletes a flow for ever, with its logs, conversations and proposals. */
  purgeFlow(flowId: string): void;
}

/** What the list's search does with flows that change; the index file implements it. */
export interface FlowSearch {
  /** Ids of matching flows, best first. */
  search(text: string): string[];
  /** Tells that the flow's words may have changed. */
  touch(flowId: string): void;
}

/** The FlowStore on a store file. */
export function createFlowStore(database: Database, search: FlowSearch): FlowStore {
  const writer = createLogWriter(database);
  const snapshotWriter = createSnapshotWriter(database);
  const logs = createLogStore(database, writer);
  const pending = createPendingStore(database, writer, snapshotWriter);
  const snapshots = createSnapshotStore(database, writer, snapshotWriter);
  const rows = createFlowRows(database);

  const touch = (flowId: string) => database.afterCommit(() => search.touch(flowId));
  const endOf = (logId: string) => {
    const { no, shared } = writer.head(logId);
    if (shared) throw storeError('LOG_SHARED', { logId });
    return no;
  };
  const touchLog = (logId: string, change?: FlowRowChange) => {
    const { flowId } = writer.head(logId);
    if (!flowId) return;
    if (change) rows.update(flowId, change);
    touch(flowId);
  };

  const store: FlowStore = {
    ...logs,
    ...pending,
    ...snapshots,
    createFlow: ({ flow, logId, firstEntry, snapshot }) =>
      database.write(() => {
        rows.insert(flow);
        logs.createLog({ id: logId, flowId: flow.id, kind: 'main' });
        if (firstEntry) writer.insert(logId, firstEntry, firstEntry.effect);
        if (snapshot) snapshots.writeSnapshot(logId, snapshot);
        touch(flow.id);
        return flow;
      }),
    listFlows({ search: text, deleted = false, sort = 'updated' } = {}) {
      const all = rows.list({ deleted, sort });
      if (!text?.trim()) return all;
      const places = new Map(search.search(text).map((id, place) => [id, place]));
      return all.filter((row) => places.has(row.id)).sort((a, b) => places.get(a.id)! - places.get(b.id)!);
    },
    getFlow(flowId) {
      const row = rows.find(flowId);
      if (!row) throw storeError('FLOW_NOT_FOUND', { flowId });
      return row;
    },
    findFlow: (flowId) => rows.find(flowId),
    updateFlow: (flowId, change) =>
      database.write(() => {
        rows.update(flowId, change);
        touch(flowId);
      }),
    mainLogOf: (flowId) =>
      database.read(() => {
        const id = database.statement(`select id from log where flow_id = ? and kind = 'main'`).pluck().get(flowId) as string | undefined;
        if (!id) throw storeError('LOG_NOT_FOUND', { flowId });
        return id;
      }),
    append: (logId, entry, { effect, flow } = {}) =>
      database.write(() => {
        const before = endOf(logId);
        const no = writer.insert(logId, entry, effect);
        if (no > before) touchLog(logId, flow);
        return no;
      }),
    appendMany: (logId, entries, flow) =>
      database.write(() => {
        const before = endOf(logId);
        const numbers = entries.map((entry) => writer.insert(logId, entry, entry.effect));
        if (writer.head(logId).no > before) touchLog(logId, flow);
        return numbers;
      }),
    acknowledge: (logId, acknowledgement) =>
      database.write(() => {
        pending.acknowledge(logId, acknowledgement);
        touchLog(logId);
      }),
    receiveConfirmed: (logId, entries) =>
      database.write(() => {
        pending.receiveConfirmed(logId, entries);
        touchLog(logId);
      }),
    replaceFromSnapshot: (logId, snapshot, own, gone) =>
      database.write(() => {
        pending.replaceFromSnapshot(logId, snapshot, own, gone);
        touchLog(logId);
      }),
    deleteFlow: (flowId, at) => rows.setDeletedAt(flowId, at),
    restoreFlow: (flowId) => rows.setDeletedAt(flowId, null),
    purgeFlow: (flowId) =>
      database.write(() => {
        const logIds = logs.logsOf(flowId).map((log) => log.id);
        rows.purge(flowId);
        for (const logId of logIds) writer.forget(logId);
        touch(flowId);
      }),
  };
  return store;
}
