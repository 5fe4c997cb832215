import { commit, fold, isAppError, isEqualJson, readPlace, resolvePlace, type CommitMeta, type Conflict, type Intent, type IntentOp, type LogState, type Op, type PlainRecord, type RecordKind } from '@uxflow/core';

/** The two ways to decide a conflict, as intents on the view. */
export interface ConflictPlan {
  /** What stands goes on standing. */
  keep: Intent;
  /** What was lost comes back; null when it cannot, because what it belongs to is gone. */
  take: Intent | null;
  /** Ids of other conflicts that `take` settles too: the connections that come back with their step. */
  along: readonly string[];
}

const META: CommitMeta = { id: 'entry_dryrun', logId: 'log_dryrun', author: { kind: 'user', id: 'dryrun', name: '' }, at: 0 };

/** How this conflict can be decided on the view as it is now. Taking is tried on a copy first, so it never offers what would be refused. */
export function planConflict(view: LogState, conflict: Conflict): ConflictPlan {
  const keep: Intent = { ops: [{ op: 'conflict.resolve', id: conflict.id }] };
  const ops = opsToTake(view, conflict);
  const after = ops && tryOut(view, [...ops, ...keep.ops]);
  if (!ops || !after) return { keep, take: null, along: [] };
  const along: string[] = [];
  const taken: IntentOp[] = [...ops];
  const settled: IntentOp[] = [...keep.ops];
  let state = after;
  for (const other of takenAlong(view, conflict)) {
    const more = opsToTake(state, other);
    const next = more && tryOut(state, [...more, { op: 'conflict.resolve', id: other.id }]);
    if (!more || !next) continue;
    state = next;
    along.push(other.id);
    taken.push(...more);
    settled.push({ op: 'conflict.resolve', id: other.id });
  }
  return { keep, take: { ops: [...taken, ...settled] }, along };
}

/** What stands in the place of a conflict: a value, null when it is empty there, undefined when the place itself is gone. */
export function standingValue(view: LogState, conflict: Conflict): unknown {
  if (!conflict.kind || conflict.recordId === undefined) return undefined;
  const record = conflict.kind === 'flow' ? (view.flow as PlainRecord) : (view[conflict.kind].get(conflict.recordId) as PlainRecord | undefined);
  if (!record) return undefined;
  if (conflict.field === undefined) return record;
  const place = resolvePlace(conflict.kind, conflict.field);
  return place ? readPlace(record, place) : undefined;
}

/** The ops that put back what was lost, or null when there is no way. Nothing is checked yet. */
function opsToTake(view: LogState, { reason, kind, recordId, field, lost }: Conflict): IntentOp[] | null {
  if (reason === 'group') return Array.isArray(lost) ? (lost as Op[]).map(asIntentOp).filter((op) => op.op !== 'log.upgrade') : null;
  if (!kind || recordId === undefined) return null;
  if (field !== undefined) {
    const standing = standingValue(view, { kind, recordId, field } as Conflict);
    return isEqualJson(standing ?? null, lost ?? null) && standing !== undefined ? [] : [{ op: 'set', kind, id: recordId, field, to: lost ?? null }];
  }
  if (kind === 'flow' || kind === 'version' || typeof lost !== 'object' || lost === null) return null;
  return view[kind].has(recordId) ? null : [{ op: 'add', kind, id: recordId, value: lost as PlainRecord }];
}

/** Conflicts of the same entry about connections and members that went with the record. */
function takenAlong(view: LogState, conflict: Conflict): Conflict[] {
  if (conflict.field !== undefined || (conflict.reason !== 'unseen' && conflict.reason !== 'cascade')) return [];
  return [...view.conflict.values()].filter(
    (other) =>
      other.id !== conflict.id &&
      other.entryId === conflict.entryId &&
      other.reason === 'cascade' &&
      (other.field === undefined ? mentions(other.lost, conflict.recordId!) : other.lost === conflict.recordId),
  );
}

function mentions(record: unknown, id: string): boolean {
  return typeof record === 'object' && record !== null && Object.values(record).includes(id);
}

function tryOut(view: LogState, ops: readonly IntentOp[]): LogState | null {
  try {
    return fold(view, commit(view, { ops }, META));
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}

/** An op of a held group as a new wish: without what its author saw then, and without its group. */
function asIntentOp(op: Op): IntentOp {
  switch (op.op) {
    case 'add':
      return { op: 'add', kind: op.kind as RecordKind, id: op.id, value: op.value };
    case 'set':
      return { op: 'set', kind: op.kind, id: op.id, field: op.field, to: op.to };
    case 'remove':
      return { op: 'remove', kind: op.kind as RecordKind, id: op.id };
    default: {
      const { group: _group, ...rest } = op;
      return rest;
    }
  }
}
