/** Rule 6: what a `remove` takes along, and what it leaves behind. */
import { withoutEmptyMaps } from './absence.ts';
import type { RecordKind } from './fieldKind.ts';
import { fieldTable } from './fields.ts';
import { readPlace, resolvePlace, writePlace, type PlainRecord } from './place.ts';
import { equalAsideQuiet } from './quiet.ts';
import { listReferrers, relinkRecord, type Referrer } from './references.ts';
import { deleteRecord, mapOf, openConflict, putRecord, touch, type Run } from './run.ts';

/** Folds a `remove`: `from` is the record as its author saw it. */
export function removeRecord(run: Run, kind: RecordKind, id: string, from: PlainRecord): void {
  const record = mapOf(run.draft, kind).get(id);
  if (!record) return;
  // The id is no field, and an empty list is an absent one, whatever `from` says.
  const isSeen = record === from || equalAsideQuiet(fieldTable[kind], record, withoutEmptyMaps(kind, { ...from, id }));
  if (!isSeen) openConflict(run, 'unseen', { kind, recordId: id, lost: record });
  dropRecord(run, kind, id);
}

/** Removes a record after everything that refers to it was removed or cleared, a conflict each. */
function dropRecord(run: Run, kind: RecordKind, id: string): void {
  for (const referrer of listReferrers(run.draft.references, id, kind)) releaseReferrer(run, id, referrer);
  const record = mapOf(run.draft, kind).get(id);
  if (!record) return;
  deleteRecord(run.draft, kind, id);
  run.draft.references = relinkRecord(run.draft.references, kind, id, record, null);
  run.draft.trash = run.draft.trash.with({ kind, id, record, no: run.draft.no });
  touch(run, kind, id, null);
}

function releaseReferrer(run: Run, targetId: string, referrer: Referrer): void {
  const record = mapOf(run.draft, referrer.kind).get(referrer.id);
  // An edge from a node to itself stands twice in the list; the first time has taken it.
  if (!record) return;
  const about = { kind: referrer.kind, recordId: referrer.id };
  if (referrer.required) {
    openConflict(run, 'cascade', { ...about, lost: record });
    return dropRecord(run, referrer.kind, referrer.id);
  }
  const place = resolvePlace(referrer.kind, referrer.field)!;
  const current = readPlace(record, place);
  if (current !== (place.at === 'entry' ? true : targetId)) return;
  const cleared = writePlace(record, place, null);
  openConflict(run, 'cascade', { ...about, field: referrer.field, lost: current });
  putRecord(run.draft, referrer.kind, referrer.id, cleared);
  run.draft.references = relinkRecord(run.draft.references, referrer.kind, referrer.id, record, cleared);
  touch(run, referrer.kind, referrer.id, referrer.field);
}
