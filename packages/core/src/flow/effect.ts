/** What an entry really changed: derived by fold, kept beside the log for history, undo and visual diff. */
import { isEqualJson } from '../base/index.ts';
import type { FlowKind } from './fields.ts';
import { readPlace, resolvePlace, type PlainRecord } from './place.ts';
import { findRecord, type Run, type Touched } from './run.ts';
import type { LogState } from './state.ts';

/** One field that changed, or (without `field`) a whole record: before null = added, after null = removed. */
export interface Change {
  kind: FlowKind;
  id: string;
  field?: string;
  before: unknown;
  after: unknown;
}

/** The net outcome of one entry. */
export interface Effect {
  changes: Change[];
  /** Ids of conflicts that are open now and were not before. */
  opened: string[];
  /** Ids of conflicts that were open before and are closed now. */
  closed: string[];
}

/** The effect of a run that started from `before`. */
export function effectOf(before: LogState, run: Run): Effect {
  const after = run.draft;
  const changes: Change[] = [];
  for (const touched of run.touched?.values() ?? []) changesOf(touched, findRecord(before, touched.kind, touched.id) ?? null, findRecord(after, touched.kind, touched.id) ?? null, changes);
  const conflicts = [...new Set(run.touchedConflicts)];
  return {
    changes,
    opened: conflicts.filter((id) => after.conflict.has(id) && !before.conflict.has(id)),
    closed: conflicts.filter((id) => before.conflict.has(id) && !after.conflict.has(id)),
  };
}

function changesOf({ kind, id, fields }: Touched, before: PlainRecord | null, after: PlainRecord | null, out: Change[]): void {
  if (before === after) return;
  if (!before || !after || !fields) {
    if (!isEqualJson(before, after)) out.push({ kind, id, before, after });
    return;
  }
  for (const field of fields) {
    if (isInside(field, fields)) continue;
    const place = resolvePlace(kind, field);
    const left = place ? readPlace(before, place) : (before[field] ?? null);
    const right = place ? readPlace(after, place) : (after[field] ?? null);
    if (!isEqualJson(left, right)) out.push({ kind, id, field, before: left, after: right });
  }
}

/** True when another path of the set already tells of this one (`elements.e1.label` inside `elements.e1`). */
function isInside(field: string, fields: ReadonlySet<string>): boolean {
  for (let dot = field.lastIndexOf('.'); dot > 0; dot = field.lastIndexOf('.', dot - 1)) if (fields.has(field.slice(0, dot))) return true;
  return false;
}
