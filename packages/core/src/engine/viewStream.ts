import type { FindingView, ViewEvent } from '../api/index.ts';
import { RECORD_KINDS, type Effect, type LogState, type RecordKind } from '../flow/index.ts';
import { nodeSize } from '../layout/index.ts';
import { patchBetween } from '../sync/index.ts';
import type { LogChange, LogSession } from './logSession.ts';

type ViewKind = RecordKind | 'conflict';
interface ViewRecord {
  kind: ViewKind;
  record: { id: string };
}
/** The part of the canvas that the screen shows first, px. */
export interface ViewRect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A chunk of an opening flow holds at most about this much JSON; a large object graph would block a frame. */
const CHUNK_BYTES = 256 * 1024;
/** At most one patch a frame. */
const FRAME_MS = 16;

/**
 * Everything that one screen needs of an open flow: chunks (what is in view first), `ready`, then patches. Patches are state, so
 * whatever happens while the screen is busy becomes one patch. Ends when `signal` aborts.
 */
export async function* streamView(session: LogSession, findings: FindingsFeed, view: ViewRect | undefined, signal: AbortSignal | undefined): AsyncGenerator<ViewEvent, void, void> {
  const waiting = { keys: new Map<string, { kind: ViewKind; id: string }>(), flow: false, includes: [] as string[], findings: undefined as FindingView[] | undefined };
  let wake = () => {};
  const mark = (kind: ViewKind, id: string) => void waiting.keys.set(`${kind} ${id}`, { kind, id });
  const noteEffect = ({ changes, opened, closed }: Effect) => {
    for (const { kind, id } of changes) {
      if (kind === 'flow') waiting.flow = true;
      else mark(kind, id);
    }
    for (const id of [...opened, ...closed]) mark('conflict', id);
  };
  /** What others did may have changed what own entries that wait do on top of it: the states are compared. */
  const noteDifference = ({ before, state }: LogChange) => {
    const { put, gone, flow } = patchBetween(before, state);
    for (const { kind, record } of put) mark(kind, record.id);
    for (const { kind, id } of gone) mark(kind, id);
    if (flow) waiting.flow = true;
  };
  const note = (change: LogChange) => {
    if (change.isOwn) noteEffect(change.entries[0]!.effect);
    else noteDifference(change);
    for (const { transaction } of change.entries) waiting.includes.push(transaction.id);
    wake();
  };
  const stops = [
    session.onChange(note),
    findings.subscribe((list) => {
      waiting.findings = list;
      wake();
    }),
  ];
  const abort = () => wake();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const start = session.state;
    let first = true;
    for (const put of chunksOf(start, view)) {
      yield { type: 'chunk', put: put as never, ...(first ? { flow: start.flow } : {}) };
      first = false;
    }
    let rev = 0;
    yield { type: 'ready', rev, no: start.no, logId: session.logId, ...(session.readOnly ? { readOnly: session.readOnly } : {}) };
    let last = 0;
    while (!signal?.aborted) {
      const idle = !waiting.keys.size && !waiting.flow && !waiting.includes.length && !waiting.findings;
      if (idle) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      const pause = last + FRAME_MS - performance.now();
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      last = performance.now();
      if (waiting.keys.size || waiting.flow || waiting.includes.length) {
        const state = session.state;
        const put: ViewRecord[] = [];
        const gone: { kind: ViewKind; id: string }[] = [];
        for (const key of waiting.keys.values()) {
          const record = recordsOf(state, key.kind).get(key.id);
          if (record) put.push({ kind: key.kind, record });
          else gone.push(key);
        }
        const patch: ViewEvent = { type: 'patch', rev: ++rev, no: state.no, put: put as never, gone, includes: waiting.includes, ...(waiting.flow ? { flow: state.flow } : {}) };
        waiting.keys.clear();
        waiting.flow = false;
        waiting.includes = [];
        yield patch;
      }
      if (waiting.findings) {
        const list = waiting.findings;
        waiting.findings = undefined;
        yield { type: 'findings', rev, findings: list };
      }
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    for (const stop of stops) stop();
  }
}

/** Findings of an open flow, told whenever they were worked out anew; the last ones at once. */
export interface FindingsFeed {
  subscribe(listener: (findings: FindingView[]) => void): () => void;
}

function recordsOf(state: LogState, kind: ViewKind): ReadonlyMap<string, { id: string }> {
  return state[kind] as ReadonlyMap<string, { id: string }>;
}

/** All records in chunks: nodes in view, their edges, the small kinds, then the rest. */
function* chunksOf(state: LogState, view: ViewRect | undefined): Generator<ViewRecord[]> {
  let chunk: ViewRecord[] = [];
  let bytes = 0;
  for (const item of inOrder(state, view)) {
    const size = roughBytes(item) + 1;
    if (chunk.length && bytes + size > CHUNK_BYTES) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(item);
    bytes += size;
  }
  yield chunk;
}

function* inOrder(state: LogState, view: ViewRect | undefined): Generator<ViewRecord> {
  const near = new Set<string>();
  if (view) {
    for (const node of state.node.values()) {
      const size = nodeSize(node);
      const { x, y } = node.position;
      if (x < view.x + view.width && x + size.width > view.x && y < view.y + view.height && y + size.height > view.y) near.add(node.id);
    }
  }
  for (const record of state.frame.values()) yield { kind: 'frame', record };
  for (const id of near) yield { kind: 'node', record: state.node.get(id) as { id: string } };
  for (const record of state.edge.values()) if (near.has(record.source) && near.has(record.target)) yield { kind: 'edge', record };
  for (const record of state.node.values()) if (!near.has(record.id)) yield { kind: 'node', record };
  for (const record of state.edge.values()) if (!near.has(record.source) || !near.has(record.target)) yield { kind: 'edge', record };
  for (const kind of [...RECORD_KINDS, 'conflict'] as const) {
    if (kind === 'node' || kind === 'edge' || kind === 'frame') continue;
    for (const record of recordsOf(state, kind).values()) yield { kind, record };
  }
}

/** About how long a value's JSON is, without writing it. */
function roughBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + 4;
  if (typeof value !== 'object' || value === null) return String(value).length + 1;
  let sum = 2;
  for (const key in value) sum += key.length + 4 + roughBytes((value as Record<string, unknown>)[key]);
  return sum;
}
