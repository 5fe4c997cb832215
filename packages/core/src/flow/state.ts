/** The state of a log after some of its entries: the document, its open conflicts, its trash and its versions (rule 2). */
import type { RecordKind } from './fieldKind.ts';
import type { FlowKind } from './fields.ts';
import { RecordMap } from './recordMap.ts';
import { idsOf, listReferrers, NO_REFERENCES, type References, type Referrer } from './references.ts';
import type { FlowRecord, FlowView, RecordOf } from './schema.ts';
import type { Author } from './transaction.ts';
import { Trash } from './trash.ts';

/**
 * Why a conflict was opened. field: a register was replaced unseen; text: a prose overlap; removed: a set on what is gone; missing: a
 * reference to what is not there; unseen: removed in a form that its remover had not seen; cascade: gone or cleared with
 * what it referred to; group: a group of ops was held.
 */
export type ConflictReason = 'field' | 'text' | 'removed' | 'missing' | 'unseen' | 'cascade' | 'group';

/** Something that fold could not do as everybody meant it: the same on every replica, closed by `conflict.resolve` (rule 10). */
export interface Conflict {
  /** entry:op:kind:record:field, or entry:group:name for a held group. */
  id: string;
  entryId: string;
  /** Index of the op in its entry; of the first one for a group. */
  op: number;
  reason: ConflictReason;
  kind?: FlowKind;
  recordId?: string;
  field?: string;
  /** What has no place in the document now: a value, a record, or the ops of a held group. */
  lost: unknown;
  /** Author and time of the entry that opened it. */
  author: Author;
  at: number;
}

/** A state of a flow's log; immutable, and a FlowView for every reader. */
export interface LogState extends FlowView {
  /** Number of the last entry that is folded in. */
  readonly no: number;
  readonly schema: number;
  readonly rules: number;
  readonly flow: FlowRecord;
  readonly node: RecordMap<RecordOf['node']>;
  readonly edge: RecordMap<RecordOf['edge']>;
  readonly frame: RecordMap<RecordOf['frame']>;
  readonly comment: RecordMap<RecordOf['comment']>;
  readonly persona: RecordMap<RecordOf['persona']>;
  readonly goal: RecordMap<RecordOf['goal']>;
  readonly version: RecordMap<RecordOf['version']>;
  readonly conflict: RecordMap<Conflict>;
  readonly trash: Trash;
  /** Derived from the records: who refers to whom, backwards. */
  readonly references: References;
}

/** The state of a flow's log before its first entry. A new log starts in schema 1 and rules 1 and is upgraded by an entry. */
export function initialState(flowId: string): LogState {
  return {
    no: 0,
    schema: 1,
    rules: 1,
    flow: { id: flowId, name: '' },
    node: RecordMap.empty(),
    edge: RecordMap.empty(),
    frame: RecordMap.empty(),
    comment: RecordMap.empty(),
    persona: RecordMap.empty(),
    goal: RecordMap.empty(),
    version: RecordMap.empty(),
    conflict: RecordMap.empty(),
    trash: Trash.empty,
    references: NO_REFERENCES,
  };
}

/** The edges that arrive at and leave a node, each sorted by id; costs only what it returns. */
export function edgesOf(state: LogState, nodeId: string): { incoming: RecordOf['edge'][]; outgoing: RecordOf['edge'][] } {
  const edges = (field: 'edge.target' | 'edge.source') => idsOf(state.references[field]!.get(nodeId)).map((id) => state.edge.get(id)!);
  return { incoming: edges('edge.target'), outgoing: edges('edge.source') };
}

/** Everything that refers to the record `id` (of one kind, if given), sorted by kind, id and field. */
export function referrersOf(state: LogState, id: string, kind?: RecordKind): Referrer[] {
  return listReferrers(state.references, id, kind);
}
