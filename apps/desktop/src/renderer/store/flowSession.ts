import { type FlowKind, type FlowRecord, type Intent, isAppError, type LogState, type Patch, PatchReplica, type TextCode, type Transaction } from '@uxflow/core';
import type { FindingView, ViewEvent } from '@uxflow/core/api';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { followStream, whenConnected } from './followStream.ts';
import { keptViewport } from './keptViewport.ts';
import { keepOutbox, takeOutbox } from './keptOutbox.ts';
import type { Services } from './services.ts';

/** Entries whose telling is remembered: what asks for one asks within moments of it. */
const TOLD_ENTRIES = 200;

/** One open flow as the screen sees it. */
export interface FlowSession {
  phase: 'opening' | 'ready' | 'failed';
  /** Why it could not be opened. */
  failure: unknown;
  /** The flow with the own entries in flight. */
  view: LogState;
  /** Number of the last entry that the engine has told. */
  no: number;
  /** True for an entry that the stream has lately brought into `view`. */
  hasTold(entryId: string): boolean;
  savedAt: number | null;
  readOnly: TextCode | null;
  findings: readonly FindingView[];
  /** Own entries that the engine has not acknowledged. */
  inFlight: number;
  /** The last refusal of an own entry; that entry is not in the flow. */
  refusal: unknown;
  canUndo: boolean;
  canRedo: boolean;
  /** Commits an intent: on the screen at once, sent in order, sent again after a lost connection. Undefined when nothing changes; throws what `commit` refuses. */
  commit(intent: Intent): Transaction | undefined;
  /** Remembers an entry that the engine made for the person (layout, fix, acceptance), so that undo takes it back. */
  noteOwnEntry(entryId: string | undefined): void;
  /** Takes the last own entry back; answers how many things stay because others changed them since. */
  undo(): Promise<number>;
  redo(): Promise<number>;
  /** Resolves when everything sent so far is acknowledged or refused. */
  settled(): Promise<void>;
  hold(ids: Iterable<string>): void;
  release(ids: Iterable<string>): void;
  /** Holds one field while the caret is in it: what others do to it waits, and merges when it is let go. */
  holdField(kind: FlowKind, id: string, field: string): void;
  releaseField(kind: FlowKind, id: string, field: string): void;
  dismissRefusal(): void;
  close(): void;
}

/** Opens a flow and keeps it true: patches in, own entries out. */
export function createFlowSession({ connection, ids, settings, account }: Services, flowId: string): StoreApi<FlowSession> {
  const { api } = connection;
  const replica = new PatchReplica(flowId);
  // What an earlier window could not deliver goes first.
  const outbox: Transaction[] = takeOutbox(flowId);
  const acknowledged = new Map<string, number>();
  const settling = new Set<() => void>();
  const told = new Set<string>();
  const undoStack: string[] = [];
  const redoStack: string[] = [];
  let logId = flowId;
  let engineRev = 0;
  /** Number up to which the stream has told the state; acknowledgements may run ahead of it. */
  let toldNo = 0;
  let isSending = false;
  let isClosed = false;
  let opening: Pick<Patch, 'put'> & { flow?: FlowRecord } = { put: [] };

  const store = createStore<FlowSession>()((set) => ({
    phase: 'opening',
    failure: null,
    view: replica.view,
    no: 0,
    hasTold: (entryId) => told.has(entryId),
    savedAt: null,
    readOnly: null,
    findings: [],
    inFlight: outbox.length,
    refusal: null,
    canUndo: false,
    canRedo: false,
    commit(intent) {
      let entry: Transaction;
      try {
        entry = replica.commit(intent, { id: ids.newId('entry'), logId, author: authorOf(), at: Date.now() });
      } catch (error) {
        if (isAppError(error) && error.code === 'INTENT_EMPTY') return undefined;
        throw error;
      }
      outbox.push(entry);
      if (connection.status() !== 'connected') keepOutbox(flowId, outbox);
      undoStack.push(entry.id);
      redoStack.length = 0;
      set({ inFlight: outbox.length, refusal: null, ...undoState() });
      void send();
      return entry;
    },
    noteOwnEntry(entryId) {
      if (!entryId) return;
      undoStack.push(entryId);
      redoStack.length = 0;
      set(undoState());
    },
    undo: () => takeBack(undoStack, redoStack),
    redo: () => takeBack(redoStack, undoStack),
    settled: () => (outbox.length === 0 ? Promise.resolve() : new Promise((resolve) => settling.add(resolve))),
    hold(held) {
      for (const id of held) replica.hold(replica.view.frame.has(id) ? 'frame' : 'node', id);
    },
    release(held) {
      for (const id of held) {
        replica.release('node', id);
        replica.release('frame', id);
      }
    },
    holdField: (kind, id, field) => replica.hold(kind, id, field),
    releaseField: (kind, id, field) => replica.release(kind, id, field),
    dismissRefusal: () => set({ refusal: null }),
    close() {
      removeEventListener('pagehide', keep);
      keep();
      isClosed = true;
      stop();
      unsubscribe();
    },
  }));

  const keep = () => keepOutbox(flowId, outbox);
  // After the drafts: they commit on the same event, registered earlier.
  addEventListener('pagehide', keep);
  const unsubscribe = replica.subscribe(({ after }) => store.setState({ view: after }));
  const stop = followStream<ViewEvent>(
    connection,
    (engine, signal) => {
      opening = { put: [] };
      const view = sightOf(flowId);
      return engine.flow.open({ flowId, ...(view ? { view } : {}) }, { signal });
    },
    {
      event: receive,
      failed(error) {
        if (store.getState().phase === 'ready') {
          connection.report(error);
          return true;
        }
        store.setState({ phase: 'failed', failure: error });
        return false;
      },
    },
  );
  return store;

  function receive(event: ViewEvent): void {
    switch (event.type) {
      case 'chunk':
        opening.put.push(...(event.put as unknown as Patch['put']));
        if (event.flow) opening.flow = event.flow;
        // The first opening shows what has come; a later one waits for the whole, so that nothing seems to vanish.
        if (store.getState().phase === 'opening') {
          take(opening);
          opening = { put: [] };
        }
        return;
      case 'ready':
        if (store.getState().phase === 'ready') {
          replica.restart(replica.rev);
          take(opening);
          opening = { put: [] };
        }
        engineRev = event.rev;
        logId = event.logId;
        toldNo = event.no;
        store.setState({ phase: 'ready', no: event.no, readOnly: event.readOnly ?? null });
        dropIncluded();
        void send();
        return;
      case 'patch':
        if (event.rev !== engineRev + 1) {
          // Something between was lost: the stream is asked for anew by ending this one.
          throw new Error('A patch is missing');
        }
        engineRev = event.rev;
        noteTold(event.includes);
        take(event as unknown as Partial<Patch>);
        toldNo = event.no;
        store.setState({ no: Math.max(event.no, store.getState().no) });
        dropIncluded();
        return;
      case 'findings':
        store.setState({ findings: event.findings });
        return;
      case 'saved':
        store.setState({ savedAt: event.at });
    }
  }

  /** Under an account people are told apart by it; without one by this browser. */
  function authorOf() {
    const user = account.getState().account?.user;
    return { kind: 'user' as const, id: user?.id ?? personId(ids.newId('user')), name: settings.getState().settings.userName || (user?.name ?? '') };
  }

  function take(patch: Partial<Patch>): void {
    replica.apply({ put: [], gone: [], includes: [], ...patch, rev: replica.rev + 1 });
  }

  /** Before the view changes, so that whoever hears of that finds them told. */
  function noteTold(entryIds: readonly string[]): void {
    for (const entryId of entryIds) told.add(entryId);
    for (const entryId of told) {
      if (told.size <= TOLD_ENTRIES) break;
      told.delete(entryId);
    }
  }

  /** An entry that was sent twice is named by no patch: its number tells that the view has it. */
  function dropIncluded(): void {
    for (const [entryId, entryNo] of acknowledged) {
      if (entryNo > toldNo) continue;
      acknowledged.delete(entryId);
      if (replica.inFlight.some((entry) => entry.id === entryId)) replica.reject(entryId);
    }
  }

  async function send(): Promise<void> {
    if (isSending) return;
    isSending = true;
    // A closed session still delivers what it has; while nobody answers it leaves that to the kept copy.
    while (outbox.length > 0 && (!isClosed || connection.status() === 'connected')) {
      const transaction = outbox[0]!;
      try {
        await whenConnected(connection);
        const { no } = await api.flow.commit({ flowId, transaction });
        acknowledged.set(transaction.id, no);
        outbox.shift();
        store.setState({ savedAt: Date.now(), no: Math.max(no, store.getState().no), inFlight: outbox.length });
        dropIncluded();
      } catch (error) {
        if (isAppError(error) && error.code !== 'ENGINE_AWAY' && connection.status() === 'connected') {
          outbox.shift();
          replica.reject(transaction.id);
          removeFrom(undoStack, transaction.id);
          store.setState({ refusal: error, inFlight: outbox.length, ...undoState() });
        } else await new Promise((resolve) => setTimeout(resolve, 300));
      }
    }
    isSending = false;
    if (outbox.length === 0) {
      keepOutbox(flowId, []);
      for (const resolve of settling) resolve();
      settling.clear();
    }
  }

  async function takeBack(from: string[], to: string[]): Promise<number> {
    await store.getState().settled();
    const entryId = from.pop();
    if (!entryId) return 0;
    store.setState(undoState());
    try {
      const answer = await api.flow.undo({ flowId, entryId });
      if (answer.entryId) to.push(answer.entryId);
      return answer.kept.length;
    } catch (error) {
      from.push(entryId);
      throw error;
    } finally {
      store.setState(undoState());
    }
  }

  function undoState(): Pick<FlowSession, 'canUndo' | 'canRedo'> {
    return { canUndo: undoStack.length > 0, canRedo: redoStack.length > 0 };
  }
}

/** The id under which this browser's person stands in histories. */
export function personId(fresh: string): string {
  try {
    const kept = localStorage.getItem('uxflow.person');
    if (kept) return kept;
    localStorage.setItem('uxflow.person', fresh);
  } catch {
    // Without storage every start is another person in the history; nothing else hangs on it.
  }
  return fresh;
}

/** The part of the plane that this window saw last: its records come first. */
function sightOf(flowId: string): { x: number; y: number; width: number; height: number } | null {
  const kept = keptViewport(flowId);
  return kept && { x: -kept.x / kept.zoom, y: -kept.y / kept.zoom, width: innerWidth / kept.zoom, height: innerHeight / kept.zoom };
}

function removeFrom(list: string[], item: string): void {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
}
