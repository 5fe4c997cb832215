/** The working state of one fold: a draft of the next state, and what one entry has done to it so far. */
import type { FlowKind } from './fields.ts';
import type { PlainRecord } from './place.ts';
import type { RecordMap } from './recordMap.ts';
import type { RecordKind } from './fieldKind.ts';
import type { Conflict, ConflictReason, LogState } from './state.ts';
import type { Transaction } from './transaction.ts';
import type { Versions } from './migrate.ts';

/** A LogState under construction; belongs to one run alone until the run is over. */
export type Draft = { -readonly [K in keyof LogState]: LogState[K] };

/** One entry being folded. */
export interface Run {
  draft: Draft;
  entry: Pick<Transaction, 'id' | 'author' | 'at'>;
  versions: Versions;
  /** Index of the op at hand. */
  op: number;
  /** Conflicts of reason 'removed' or 'missing' so far: what holds a group. */
  holding: number;
  /** Records and fields that were written, for the effect; null when nobody asks. */
  touched: Map<string, Touched> | null;
  /** Ids of the conflicts that were opened or closed, for the effect. */
  touchedConflicts: string[];
}

/** A record that a run wrote; `fields` is null where the whole record came or went. */
export interface Touched {
  kind: FlowKind;
  id: string;
  fields: Set<string> | null;
}

/** A run of an entry on a state; with `wantsEffect` it remembers what it touched. */
export function startRun(state: LogState, entry: Pick<Transaction, 'id' | 'author' | 'at'>, versions: Versions, wantsEffect: boolean): Run {
  return { draft: { ...state }, entry, versions, op: 0, holding: 0, touched: wantsEffect ? new Map() : null, touchedConflicts: [] };
}

/** The record of a kind and id in the draft, or undefined; for 'flow' the flow itself when the id is its own. */
export function findRecord(state: LogState, kind: FlowKind, id: string): PlainRecord | undefined {
  if (kind === 'flow') return state.flow.id === id ? state.flow : undefined;
  return state[kind].get(id);
}

/** Puts a record into the draft; references are the caller's business. */
export function putRecord(draft: Draft, kind: FlowKind, id: string, record: PlainRecord): void {
  if (kind === 'flow') draft.flow = record as Draft['flow'];
  else setMap(draft, kind, mapOf(draft, kind).with(id, record));
}

/** Takes a record out of the draft; references are the caller's business. */
export function deleteRecord(draft: Draft, kind: RecordKind, id: string): void {
  setMap(draft, kind, mapOf(draft, kind).without(id));
}

/** The map of a kind, as a map of plain records. */
export function mapOf(state: LogState, kind: RecordKind): RecordMap<PlainRecord> {
  return state[kind] as unknown as RecordMap<PlainRecord>;
}

/** Replaces the map of a kind in the draft. */
export function setMap(draft: Draft, kind: RecordKind, map: RecordMap<PlainRecord>): void {
  (draft as unknown as Record<RecordKind, RecordMap<PlainRecord>>)[kind] = map;
}

/** Notes that a field (or, without a field, a whole record) was written. */
export function touch(run: Run, kind: FlowKind, id: string, field: string | null): void {
  if (!run.touched) return;
  const key = `${kind}:${id}`;
  const there = run.touched.get(key);
  if (there) {
    if (field === null) there.fields = null;
    else there.fields?.add(field);
  } else run.touched.set(key, { kind, id, fields: field === null ? null : new Set([field]) });
}

/** Opens a conflict of the op at hand (rule 10: the id is the same on every replica). */
export function openConflict(run: Run, reason: ConflictReason, what: { kind: FlowKind; recordId: string; field?: string; lost: unknown }): void {
  if (reason === 'removed' || reason === 'missing') run.holding += 1;
  const { kind, recordId, field, lost } = what;
  const id = `${run.entry.id}:${run.op}:${kind}:${recordId}:${field ?? ''}`;
  const about = field === undefined ? { kind, recordId } : { kind, recordId, field };
  addConflict(run, { id, entryId: run.entry.id, op: run.op, reason, ...about, lost, author: run.entry.author, at: run.entry.at });
}

/** Puts a ready conflict into the draft. */
export function addConflict(run: Run, conflict: Conflict): void {
  run.draft.conflict = run.draft.conflict.with(conflict.id, conflict);
  run.touchedConflicts.push(conflict.id);
}
