/** State patches (DESIGN §1): what the engine tells a window after each batch. Patches are state, so they merge. */
import { isEqualJson } from '../base/index.ts';
import { buildReferences, RECORD_KINDS, relinkRecord, RecordMap, type Conflict, type FlowRecord, type LogState, type PlainRecord, type RecordKind, type RecordOf } from '../flow/index.ts';

/** A kind of thing that a patch carries. */
export type PatchKind = RecordKind | 'conflict';

/** One record as it is now. */
export type PatchRecord = { [K in RecordKind]: { kind: K; record: RecordOf[K] } }[RecordKind] | { kind: 'conflict'; record: Conflict };

/** What has changed since the patch before. */
export interface Patch {
  /** One more than that of the patch before; anything else is a gap. */
  rev: number;
  put: PatchRecord[];
  gone: { kind: PatchKind; id: string }[];
  flow?: FlowRecord;
  /** Number of the engine's view, and versions of the log; sent when they rise. */
  no?: number;
  schema?: number;
  rules?: number;
  /** Ids of the entries that this state includes: a window drops them from what it has in flight. */
  includes: string[];
}

const KINDS = [...RECORD_KINDS, 'conflict'] as const;

/** The patch between two states, without its number. Costs what has changed, whatever lies between the two. */
export function patchBetween(before: LogState, after: LogState, includes: readonly string[] = []): Omit<Patch, 'rev'> {
  const put: PatchRecord[] = [];
  const gone: Patch['gone'] = [];
  for (const kind of KINDS) {
    for (const id of RecordMap.changedKeys(before[kind], after[kind])) {
      const record = after[kind].get(id);
      if (record) put.push({ kind, record } as PatchRecord);
      else gone.push({ kind, id });
    }
  }
  return {
    put,
    gone,
    ...(before.flow === after.flow ? {} : { flow: after.flow }),
    ...(before.no === after.no ? {} : { no: after.no }),
    ...(before.schema === after.schema ? {} : { schema: after.schema }),
    ...(before.rules === after.rules ? {} : { rules: after.rules }),
    includes: [...includes],
  };
}

/** Two patches as one; the later one stands. Without a number, like both. */
export function mergePatches(first: Omit<Patch, 'rev'>, second: Omit<Patch, 'rev'>): Omit<Patch, 'rev'> {
  const put = new Map<string, PatchRecord>();
  const gone = new Map<string, Patch['gone'][number]>();
  for (const patch of [first, second]) {
    for (const item of patch.put) {
      put.set(`${item.kind}:${item.record.id}`, item);
      gone.delete(`${item.kind}:${item.record.id}`);
    }
    for (const item of patch.gone) {
      gone.set(`${item.kind}:${item.id}`, item);
      put.delete(`${item.kind}:${item.id}`);
    }
  }
  const { flow, no, schema, rules } = { ...first, ...second };
  return {
    put: [...put.values()],
    gone: [...gone.values()],
    ...(flow ? { flow } : {}),
    ...(no === undefined ? {} : { no }),
    ...(schema ? { schema } : {}),
    ...(rules ? { rules } : {}),
    includes: [...new Set([...first.includes, ...second.includes])],
  };
}

/**
 * A state as patches of at most `limitBytes` of JSON each (one record more where a record alone is larger), those of `first` before
 * the others: how a flow is opened in a window. Numbered from `rev`.
 */
export function openingPatches(state: LogState, rev: number, first: ReadonlySet<string> = new Set(), limitBytes = 256 * 1024): Patch[] {
  const early: PatchRecord[] = [];
  const late: PatchRecord[] = [];
  for (const kind of KINDS) {
    for (const [id, record] of state[kind] as ReadonlyMap<string, unknown>) (first.has(id) ? early : late).push({ kind, record } as PatchRecord);
  }
  const patches: Patch[] = [{ rev, put: [], gone: [], flow: state.flow, no: state.no, schema: state.schema, rules: state.rules, includes: [] }];
  let size = 0;
  for (const item of [...early, ...late]) {
    const bytes = JSON.stringify(item.record).length + 32;
    if (size > 0 && size + bytes > limitBytes) {
      patches.push({ rev: rev + patches.length, put: [], gone: [], includes: [] });
      size = 0;
    }
    patches.at(-1)!.put.push(item);
    size += bytes;
  }
  return patches;
}

/** The state with a patch applied; records equal to what is there stay ===. */
export function applyPatch(state: LogState, patch: Omit<Patch, 'rev'>): LogState {
  const next: { -readonly [K in keyof LogState]: LogState[K] } = { ...state };
  const maps = next as unknown as Record<PatchKind, RecordMap<PlainRecord>>;
  // A patch that brings more than there is (a flow that opens) is indexed at once, any other record by record.
  const isLarge = patch.put.length > Math.max(256, state.node.size + state.edge.size);
  for (const { kind, id } of patch.gone) {
    const record = maps[kind].get(id);
    if (!record) continue;
    maps[kind] = maps[kind].without(id);
    if (kind !== 'conflict' && !isLarge) next.references = relinkRecord(next.references, kind, id, record, null);
  }
  for (const { kind, record } of patch.put) {
    const there = maps[kind].get(record.id);
    if (there && isEqualJson(there, record)) continue;
    maps[kind] = maps[kind].with(record.id, record as PlainRecord);
    if (kind !== 'conflict' && !isLarge) next.references = relinkRecord(next.references, kind, record.id, there ?? null, record as PlainRecord);
  }
  if (isLarge) next.references = buildReferences(next);
  if (patch.flow) next.flow = patch.flow;
  if (patch.no !== undefined) next.no = patch.no;
  if (patch.schema !== undefined) next.schema = patch.schema;
  if (patch.rules !== undefined) next.rules = patch.rules;
  return next;
}
