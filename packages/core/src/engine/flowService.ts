import type { FlowSummary } from '../api/index.ts';
import { AppError, type Clock, type Logger } from '../base/index.ts';
import type { DataFolder, FlowRow, FlowText } from '../db/index.ts';
import { diffViews, parseDocument, toDocument, viewOfDocument, type Author, type FlowView, type LogState } from '../flow/index.ts';
import { createBroadcast, type Broadcast } from './broadcast.ts';
import { createSessionFindings, type SessionFindings } from './findingsFeed.ts';
import { openLogSession, previewOf, type LogSession, type LogSessionOptions } from './logSession.ts';

/** A flow that is open in the engine. */
export interface OpenFlow {
  session: LogSession;
  findings: SessionFindings;
}

/** The list of flows, and the flows that are open. */
export interface FlowService {
  list(options: { search?: string; deleted?: boolean }): FlowSummary[];
  create(name: string, author: Author, content?: FlowView): FlowSummary;
  rename(flowId: string, name: string, author: Author): FlowSummary;
  /** A flow of its own with the same content, or with what `change` makes of it. */
  duplicate(flowId: string, name: string, author: Author, change?: (state: LogState) => LogState): FlowSummary;
  delete(flowId: string): void;
  restore(flowId: string): FlowSummary;
  purge(flowId: string): void;
  import(text: string, fileName: string, author: Author): FlowSummary;
  /** Opens a flow, or gives the one that is open. Throws FLOW_NOT_FOUND. */
  open(flowId: string): OpenFlow;
  changes: Broadcast<{ type: 'changed' }>;
  /** Calls back after each entry of any open flow. */
  onEntry(listener: (flowId: string, state: LogState) => void): void;
  /** Takes part in the life of sessions; `mayClose` false keeps one open that nobody looks at. */
  onSession(listener: SessionListener): void;
  /** The sessions that are open. */
  sessions(): LogSession[];
  /** Throws FLOW_NOT_FOUND. */
  summaryOf(flowId: string): FlowSummary;
  newId(prefix: string): string;
  /** A flow as it is now, without opening it for good; undefined where there is none or it was deleted. */
  viewOf(flowId: string): FlowView | undefined;
  /** The words of a flow, for search; undefined when there is no such flow. */
  textOf(flowId: string): FlowText | undefined;
  close(): void;
}

/** What becomes of entries that a server refuses, and is told of those that it takes. */
export interface FlowSharing {
  onDenied(flowId: string, ...denied: Parameters<NonNullable<LogSessionOptions['onDenied']>>): void;
  onConfirmed(flowId: string, entryIds: ReadonlySet<string>): void;
}

/** What is told of sessions that open and close. */
export interface SessionListener {
  opened(session: LogSession): void;
  closed(session: LogSession): void;
  mayClose(session: LogSession): boolean;
}

/** Time without an entry after which an open flow writes its snapshot and picture, ms. */
const SETTLE_AFTER_MS = 1500;
/** Flows that stay open without anybody looking; the longest unused one is let go first. */
const MAX_OPEN = 24;

export function createFlowService(options: { folder: DataFolder; clock: Clock; newId(prefix: string): string; logger: Logger; sharing?: FlowSharing }): FlowService {
  const { folder, clock, newId, logger, sharing } = options;
  const sessionListeners: SessionListener[] = [];
  const { flows } = folder;
  const open = new Map<string, OpenFlow & { timer?: NodeJS.Timeout }>();
  const entryListeners: ((flowId: string, state: LogState) => void)[] = [];
  const changes = createBroadcast<{ type: 'changed' }>((_, next) => next);

  /** The other flows for checks of sub-flows; each is read when a rule asks for it. */
  const otherFlows: ReadonlyMap<string, FlowView> = {
    has: (id) => flows.findFlow(id) !== undefined && flows.getFlow(id).deletedAt === undefined,
    get: (id) => (otherFlows.has(id) ? stateOf(id) : undefined),
    get size() {
      return flows.listFlows().length;
    },
    keys: () => flows.listFlows().map((row) => row.id).values(),
    values: () => flows.listFlows().map((row) => stateOf(row.id) as FlowView).values(),
    entries: () => flows.listFlows().map((row) => [row.id, stateOf(row.id)] as [string, FlowView]).values(),
    [Symbol.iterator]: () => otherFlows.entries(),
    forEach: (run) => {
      for (const [id, view] of otherFlows.entries()) run(view, id, otherFlows);
    },
  };
  /** The state of a flow, without opening it for good. */
  const stateOf = (flowId: string) => open.get(flowId)?.session.state ?? openLogSession({ folder, flowId, logId: flows.mainLogOf(flowId), clock, newId, logger }).state;

  const summary = (row: FlowRow): FlowSummary => row as unknown as FlowSummary;
  const getRow = (flowId: string): FlowRow => {
    const row = flows.findFlow(flowId);
    if (!row) throw new AppError('FLOW_NOT_FOUND', 'This flow is not in the data folder (any more). Nothing was changed; go back to the list of flows.', { flowId });
    return row;
  };

  const openFlow = (flowId: string): OpenFlow => {
    const known = open.get(flowId);
    if (known) {
      open.delete(flowId);
      open.set(flowId, known);
      return known;
    }
    getRow(flowId);
    const session = openLogSession({ folder, flowId, logId: flows.mainLogOf(flowId), clock, newId, logger: logger.child('log'), onDenied: (denied, head) => sharing?.onDenied(flowId, denied, head), onConfirmed: (ids) => sharing?.onConfirmed(flowId, ids) });
    const findings = createSessionFindings(session, () => ({ otherFlows }), logger.child('findings'));
    const entry: OpenFlow & { timer?: NodeJS.Timeout } = { session, findings };
    session.onChange(({ state }) => {
      for (const listener of entryListeners) listener(flowId, state);
      clearTimeout(entry.timer);
      entry.timer = setTimeout(() => {
        session.settle();
        changes.send({ type: 'changed' });
      }, SETTLE_AFTER_MS);
      entry.timer.unref();
    });
    open.set(flowId, entry);
    for (const listener of sessionListeners) listener.opened(session);
    if (open.size > MAX_OPEN) {
      // A session with listeners has a screen on it; its state must stay the one that they see.
      const oldest = [...open].find(([id, { session: other }]) => id !== flowId && !other.isWatched() && sessionListeners.every((listener) => listener.mayClose(other)));
      if (oldest) letGo(oldest[0]);
    }
    return entry;
  };
  const letGo = (flowId: string) => {
    const entry = open.get(flowId);
    if (!entry) return;
    clearTimeout(entry.timer);
    entry.session.settle();
    entry.findings.close();
    open.delete(flowId);
    for (const listener of sessionListeners) listener.closed(entry.session);
  };

  const create: FlowService['create'] = (name, author, content) => {
    const trimmed = name.trim();
    if (!trimmed) throw new AppError('NAME_EMPTY', 'A flow needs a name. Nothing was made; enter one.', {});
    const flowId = newId('flow');
    const logId = newId('log');
    const now = clock.now();
    const store = () => folder.withTransaction(() => {
      flows.createFlow({ flow: { id: flowId, name: trimmed, createdAt: now, updatedAt: now, nodeCount: 0, edgeCount: 0, preview: [] }, logId });
      const { session } = openFlow(flowId);
      const ops = content ? diffViews(session.state, content).filter((op) => !(op.op === 'set' && op.kind === 'flow' && op.field === 'name')) : [];
      session.commit({ ops: [{ op: 'set', kind: 'flow', id: flowId, field: 'name', to: trimmed }, ...ops] }, author);
    });
    try {
      store();
    } catch (error) {
      // What was undone in the store must not live on in memory.
      letGo(flowId);
      throw error;
    }
    const { session } = openFlow(flowId);
    flows.updateFlow(flowId, { preview: previewOf(session.state) });
    changes.send({ type: 'changed' });
    return summary(getRow(flowId));
  };

  return {
    changes,
    onEntry: (listener) => void entryListeners.push(listener),
    onSession(listener) {
      sessionListeners.push(listener);
      for (const { session } of open.values()) listener.opened(session);
    },
    sessions: () => [...open.values()].map(({ session }) => session),
    summaryOf: (flowId) => summary(getRow(flowId)),
    newId,
    viewOf: (flowId) => otherFlows.get(flowId),
    textOf(flowId) {
      if (!flows.findFlow(flowId)) return undefined;
      const state = stateOf(flowId);
      const { name, description } = state.flow;
      return { name, ...(description ? { description } : {}), titles: [...state.node.values()].map((node) => node.data.title) };
    },
    open: openFlow,
    list: ({ search, deleted }) => flows.listFlows({ ...(search?.trim() ? { search: search.trim() } : {}), deleted: deleted ?? false }).map(summary),
    create,
    rename(flowId, name, author) {
      const trimmed = name.trim();
      if (!trimmed) throw new AppError('NAME_EMPTY', 'A flow needs a name. The old name is kept; enter a new one.', {});
      const { session } = openFlow(flowId);
      if (session.state.flow.name !== trimmed) session.commit({ ops: [{ op: 'set', kind: 'flow', id: flowId, field: 'name', to: trimmed }] }, author);
      changes.send({ type: 'changed' });
      return summary(getRow(flowId));
    },
    duplicate(flowId, name, author, change = (state) => state) {
      const { session } = openFlow(flowId);
      // A copy starts a log of its own; ids of records stay, they are unique within a log.
      return create(name, author, copyFor(change(session.state)));
    },
    delete(flowId) {
      getRow(flowId);
      // Who still looks at it goes on seeing what happens to it once it is restored.
      const entry = open.get(flowId);
      if (entry?.session.isWatched()) entry.session.settle();
      else letGo(flowId);
      flows.deleteFlow(flowId, clock.now());
      changes.send({ type: 'changed' });
    },
    restore(flowId) {
      getRow(flowId);
      flows.restoreFlow(flowId);
      changes.send({ type: 'changed' });
      return summary(getRow(flowId));
    },
    purge(flowId) {
      const row = getRow(flowId);
      if (row.deletedAt === undefined) throw new AppError('FLOW_NOT_DELETED', 'Only flows of the bin can be deleted for ever. The flow is kept.', { flowId });
      letGo(flowId);
      flows.purgeFlow(flowId);
      changes.send({ type: 'changed' });
    },
    import(text, fileName, author) {
      const document = parseDocument(text);
      const fallback = fileName.replace(/\.[^.]+$/, '');
      return create(document.name.trim() || fallback || 'Flow', { ...author, kind: 'import' }, viewOfDocument(document));
    },
    close() {
      for (const flowId of [...open.keys()]) letGo(flowId);
      changes.close();
    },
  };

  /** The view with a new flow's own record aside: named versions belong to the old log's numbers. */
  function copyFor(view: FlowView): FlowView {
    const document = toDocument(view);
    delete document.versions;
    return viewOfDocument(document);
  }
}
