/** Rule 5: an `add` of a new id puts a record in; one of an id that exists sets its fields. */
import { withoutEmptyMaps } from './absence.ts';
import type { RecordKind } from './fieldKind.ts';
import { groupTable } from './fields.ts';
import { entryPlace, isObject, omit, readPlace, resolvePlace, writePlace, type Place, type PlainRecord } from './place.ts';
import { byCodeUnit, referenceFieldsByKind, relinkRecord } from './references.ts';
import { mapOf, openConflict, putRecord, touch, type Run } from './run.ts';
import { keepPresent, setPlace } from './setField.ts';

/** Folds an `add`; the value has passed the schema of its kind. */
export function addRecord(run: Run, kind: RecordKind, id: string, value: PlainRecord): void {
  if (mapOf(run.draft, kind).has(id)) {
    for (const { place, value: part } of placesOf(kind, value)) setPlace(run, kind, id, mapOf(run.draft, kind).get(id)!, place, null, part);
    return;
  }
  let record = withoutEmptyMaps(kind, value.id === id ? value : { ...value, id });
  for (const { place, target, required, isSet } of referenceFieldsByKind[kind]) {
    if (!required) continue;
    if (!isSet && !run.draft[target].has(readPlace(record, place) as string)) {
      return openConflict(run, 'missing', { kind, recordId: id, lost: value });
    }
  }
  for (const { place, target, required, isSet } of referenceFieldsByKind[kind]) {
    if (required) continue;
    const to = readPlace(record, place);
    if (isSet && isObject(to)) {
      const kept = keepPresent(run, kind, id, place, to);
      if (kept !== to) record = writePlace(record, place, kept);
    } else if (typeof to === 'string' && !run.draft[target].has(to)) {
      openConflict(run, 'missing', { kind, recordId: id, field: place.path, lost: to });
      record = writePlace(record, place, null);
    }
  }
  insertRecord(run, kind, id, record);
}

/** Puts a new record with its references into the draft. */
export function insertRecord(run: Run, kind: RecordKind, id: string, record: PlainRecord): void {
  putRecord(run.draft, kind, id, record);
  run.draft.references = relinkRecord(run.draft.references, kind, id, null, record);
  touch(run, kind, id, null);
}

/** A record's value as single fields, sorted by path: groups opened, lists and sets by entry, unknown keys as registers. */
export function placesOf(kind: RecordKind, value: PlainRecord): { place: Place; value: unknown }[] {
  const out: { place: Place; value: unknown }[] = [];
  const put = (path: string, part: unknown) => {
    const place = resolvePlace(kind, path)!;
    if ((place.kind === 'list' || place.kind === 'set') && isObject(part)) {
      for (const entryId of Object.keys(part)) out.push({ place: entryPlace(place, entryId), value: part[entryId] });
    } else out.push({ place, value: part });
  };
  for (const [key, part] of Object.entries(omit(value, 'id'))) {
    if (groupTable[kind].has(key) && isObject(part)) for (const inner of Object.keys(part)) put(`${key}.${inner}`, part[inner]);
    else if (part !== undefined) put(key, part);
  }
  return out.sort((a, b) => byCodeUnit(a.place.path, b.place.path));
}

