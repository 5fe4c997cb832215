/**
 * A flow as a window holds it: the engine's view, which comes as patches, plus the window's own entries in flight (the replica of
 * rule 11 over another transport). What the hand holds, a field under the caret or nodes under the pointer, stays as the hand
 * sees it until it lets go.
 */
import { isEqualJson } from '../base/index.ts';
import {
  commit,
  currentVersions,
  fold,
  initialState,
  readPlace,
  RecordMap,
  relinkRecord,
  resolvePlace,
  writePlace,
  type CommitMeta,
  type FlowKind,
  type FlowRecord,
  type Intent,
  type LogState,
  type PlainRecord,
  type RecordKind,
  type Transaction,
  type Versions,
} from '../flow/index.ts';
import { applyPatch, type Patch, type PatchKind } from './patch.ts';

/** What listeners are told: the view before and after, and what differs between the two. */
export interface ViewChange {
  before: LogState;
  after: LogState;
  /** Records that were put, replaced or removed, 'flow' for the flow record itself. */
  changed: { kind: PatchKind | 'flow'; id: string }[];
}

interface Hold {
  kind: FlowKind;
  id: string;
  /** Without a field the whole record is held. */
  field: string | null;
  /** The record as the hand last saw it. */
  record: PlainRecord;
}

/** One open flow in one window; see the head of this file. */
export class PatchReplica {
  #base: LogState;
  #view: LogState;
  #rev: number;
  #inFlight: Transaction[] = [];
  readonly #holds = new Map<string, Hold>();
  readonly #versions: Versions;
  readonly #listeners = new Set<(change: ViewChange) => void>();

  /** A flow of which nothing has come yet; the next patch must be number `rev` + 1. */
  constructor(flow: FlowRecord | string, rev = 0, versions: Versions = currentVersions) {
    this.#base = typeof flow === 'string' ? initialState(flow) : { ...initialState(flow.id), flow };
    this.#view = this.#base;
    this.#rev = rev;
    this.#versions = versions;
  }

  /** What is drawn: the engine's state, the own entries in flight over it, and what the hand holds. */
  get view(): LogState {
    return this.#view;
  }

  /** Number of the last patch. */
  get rev(): number {
    return this.#rev;
  }

  /** Own entries that no patch has included yet. */
  get inFlight(): readonly Transaction[] {
    return this.#inFlight;
  }

  /** Takes a patch. 'resubscribe': one before it is missing, nothing was taken; subscribe anew and call `restart`. */
  apply(patch: Patch): 'applied' | 'resubscribe' {
    if (patch.rev !== this.#rev + 1) return 'resubscribe';
    this.#rev = patch.rev;
    this.#base = applyPatch(this.#base, patch);
    if (patch.includes.length > 0) {
      const included = new Set(patch.includes);
      this.#inFlight = this.#inFlight.filter((entry) => !included.has(entry.id));
    }
    this.#refold();
    return 'applied';
  }

  /** Begins anew after a gap, with everything in flight and in hand; the first patch of the new stream has number `rev` + 1. */
  restart(rev: number): void {
    this.#base = initialState(this.#base.flow.id);
    this.#rev = rev;
  }

  /** An own entry on the view, in flight until a patch includes it; to be sent to the engine. Throws as `commit` does. */
  commit(intent: Intent, meta: CommitMeta): Transaction {
    const entry = commit(this.#view, intent, meta, this.#versions);
    this.#inFlight.push(entry);
    const before = this.#view;
    this.#view = fold(before, entry, this.#versions);
    for (const hold of this.#holds.values()) hold.record = recordOf(this.#view, hold.kind, hold.id) ?? hold.record;
    this.#tell(before);
    return entry;
  }

  /** Takes an entry that the engine has refused out of flight. */
  reject(entryId: string): void {
    this.#inFlight = this.#inFlight.filter((entry) => entry.id !== entryId);
    this.#refold();
  }

  /** Holds a field (under the caret) or a whole record (under the pointer) as it is in the view now. */
  hold(kind: FlowKind, id: string, field?: string): void {
    const record = recordOf(this.#view, kind, id);
    if (record) this.#holds.set(holdKey(kind, id, field), { kind, id, field: field ?? null, record });
  }

  /** Lets go: what came in the meantime is shown now. */
  release(kind: FlowKind, id: string, field?: string): void {
    if (this.#holds.delete(holdKey(kind, id, field))) this.#refold();
  }

  /** Calls back after every change of the view; returns the function that ends it. */
  subscribe(listener: (change: ViewChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #refold(): void {
    const before = this.#view;
    let view = this.#base;
    for (const entry of this.#inFlight) view = fold(view, entry, this.#versions);
    for (const hold of this.#holds.values()) view = withHeld(view, hold);
    this.#view = keepIdentity(before, view);
    this.#tell(before);
  }

  #tell(before: LogState): void {
    const after = this.#view;
    if (before === after || this.#listeners.size === 0) return;
    const changed = changedBetween(before, after);
    if (changed.length > 0) for (const listener of [...this.#listeners]) listener({ before, after, changed });
  }
}

const KINDS = ['node', 'edge', 'frame', 'comment', 'persona', 'goal', 'version', 'conflict'] as const satisfies readonly PatchKind[];

type Maps = Record<PatchKind, RecordMap<PlainRecord>>;
type Draft = { -readonly [K in keyof LogState]: LogState[K] };

function holdKey(kind: FlowKind, id: string, field: string | undefined): string {
  return `${kind}:${id}:${field ?? ''}`;
}

function recordOf(state: LogState, kind: FlowKind, id: string): PlainRecord | undefined {
  return kind === 'flow' ? (state.flow.id === id ? state.flow : undefined) : state[kind].get(id);
}

/** The view with a held record or field as the hand last saw it; a record that somebody removed stays in sight as long. */
function withHeld(view: LogState, hold: Hold): LogState {
  const current = recordOf(view, hold.kind, hold.id);
  let held = hold.record;
  if (current && hold.field !== null) {
    const place = resolvePlace(hold.kind, hold.field);
    if (!place) return view;
    const value = readPlace(hold.record, place);
    if (isEqualJson(readPlace(current, place), value)) return view;
    // A list item that is gone comes back whole while one of its fields is under the caret.
    held = place.at === 'itemField' && readPlace(current, { ...place, at: 'entry' }) === null ? hold.record : writePlace(current, place, value);
  }
  if (current && isEqualJson(current, held)) return view;
  if (hold.kind === 'flow') return { ...view, flow: held as FlowRecord };
  return put(view, hold.kind, hold.id, current ?? null, held);
}

function put(view: LogState, kind: RecordKind, id: string, before: PlainRecord | null, after: PlainRecord): LogState {
  const next: Draft = { ...view, references: relinkRecord(view.references, kind, id, before, after) };
  (next as unknown as Maps)[kind] = (next as unknown as Maps)[kind].with(id, after);
  return next;
}

/** The later view with the records of the earlier one where they are equal, so that nothing is drawn for nothing. */
function keepIdentity(before: LogState, after: LogState): LogState {
  const next: Draft = { ...after };
  const from = before as unknown as Maps;
  const to = next as unknown as Maps;
  for (const kind of KINDS) {
    for (const id of RecordMap.changedKeys(from[kind], to[kind])) {
      const old = from[kind].get(id);
      if (old && isEqualJson(old, to[kind].get(id))) to[kind] = to[kind].with(id, old);
    }
  }
  return next;
}

function changedBetween(before: LogState, after: LogState): ViewChange['changed'] {
  const changed: ViewChange['changed'] = before.flow === after.flow ? [] : [{ kind: 'flow', id: after.flow.id }];
  for (const kind of KINDS) for (const id of RecordMap.changedKeys(before[kind], after[kind])) changed.push({ kind, id });
  return changed;
}
