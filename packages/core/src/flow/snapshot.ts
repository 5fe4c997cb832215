/** A state as plain JSON and back (rule 14), and the chain of hashes that tells a log from its fork. */
import type { RecordKind } from './fieldKind.ts';
import { canonicalJson } from '../base/index.ts';
import { RecordMap } from './recordMap.ts';
import { buildReferences } from './references.ts';
import { DOCUMENT_KEYS, RECORD_KINDS, type FlowRecord, type RecordOf } from './schema.ts';
import type { Conflict, LogState } from './state.ts';
import { Trash, type TrashItem } from './trash.ts';

/** A state as plain JSON; its canonical text is what replicas compare. */
export type Snapshot = {
  no: number;
  schema: number;
  rules: number;
  flow: FlowRecord;
  conflicts: Record<string, Conflict>;
  trash: TrashItem[];
} & { [K in RecordKind as (typeof DOCUMENT_KEYS)[K]]: Record<string, RecordOf[K]> };

/** The state as plain JSON; records are shared with the state, not copied. */
export function snapshotOf(state: LogState): Snapshot {
  const { no, schema, rules, flow } = state;
  const maps = Object.fromEntries(RECORD_KINDS.map((kind) => [DOCUMENT_KEYS[kind], Object.fromEntries(state[kind] as ReadonlyMap<string, unknown>)]));
  return { no, schema, rules, flow, ...maps, conflicts: Object.fromEntries(state.conflict), trash: [...state.trash] } as unknown as Snapshot;
}

/** The state of a snapshot that our own code wrote; the records are taken over, not copied and not checked again. */
export function stateOfSnapshot(snapshot: Snapshot): LogState {
  const { no, schema, rules, flow } = snapshot;
  const maps = Object.fromEntries(RECORD_KINDS.map((kind) => [kind, RecordMap.fromObject<unknown>(snapshot[DOCUMENT_KEYS[kind]] ?? {})]));
  const records = maps as unknown as { [K in RecordKind]: RecordMap<RecordOf[K]> };
  return {
    no,
    schema,
    rules,
    flow,
    ...records,
    conflict: RecordMap.fromObject(snapshot.conflicts),
    trash: Trash.from(snapshot.trash),
    references: buildReferences(records),
  };
}

/** The canonical text of a state: two replicas agree exactly when these are equal. */
export function stateText(state: LogState): string {
  return canonicalJson(snapshotOf(state));
}

/** The chain after one more entry: sha256(previous + id + sha256(bytes)), all in hex over UTF-8 (rule 14). `previous` of the first is ''. */
export function nextChain(previous: string, entryId: string, bytes: Uint8Array, sha256: (bytes: Uint8Array) => string): string {
  return extendChain(previous, entryId, sha256(bytes), sha256);
}

/** The chain after one more entry whose digest (hex) is known already. */
export function extendChain(previous: string, entryId: string, digest: string, sha256: (bytes: Uint8Array) => string): string {
  return sha256(new TextEncoder().encode(previous + entryId + digest));
}
