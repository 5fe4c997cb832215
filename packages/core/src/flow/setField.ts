/** Rule 4: what a `set` does, by the kind of its field; rule 5: and what it does when something is missing. */
import { isEqualJson } from '../base/index.ts';
import { emptyAsNull } from './absence.ts';
import { equalAsideQuiet } from './quiet.ts';
import { entryPlace, isObject, itemFieldPlace, readItem, readPlace, resolvePlace, writePlace, type Place, type PlainRecord } from './place.ts';
import { mergeProse } from './prose.ts';
import { referenceFieldsByKind, relink } from './references.ts';
import { findRecord, openConflict, putRecord, touch, type Run } from './run.ts';
import type { FlowKind } from './fields.ts';

/** Folds a `set` of one field. The path must be one that resolves (checked entries have no other). */
export function setField(run: Run, kind: FlowKind, id: string, field: string, from: unknown, to: unknown): void {
  const place = resolvePlace(kind, field)!;
  const record = findRecord(run.draft, kind, id);
  if (record === undefined) openConflict(run, 'removed', { kind, recordId: id, field, lost: to ?? null });
  else setPlace(run, kind, id, record, place, from ?? null, to ?? null);
}

/** Folds a `set` at a place of the record as it is in the draft now; absence is null. */
export function setPlace(run: Run, kind: FlowKind, id: string, record: PlainRecord, place: Place, from: unknown, to: unknown): void {
  if (place.at === 'field' && (place.kind === 'list' || place.kind === 'set')) {
    from = emptyAsNull(from);
    to = emptyAsNull(to);
  }
  if (place.at === 'itemField' && readItem(record, place) === null) {
    return openConflict(run, 'removed', { kind, recordId: id, field: place.path, lost: to });
  }
  const current = readPlace(record, place);
  if (isEqualJson(current, to)) return;
  if (place.at === 'entry' && place.spec.kind === 'list') return setListItem(run, kind, id, record, place, current, from, to);
  if (place.at !== 'itemField' && place.spec.reference && !hasTargets(run, place, to)) {
    return openConflict(run, 'missing', { kind, recordId: id, field: place.path, lost: to });
  }
  if (!isEqualJson(current, from)) {
    if (place.kind === 'prose' && typeof current === 'string' && typeof from === 'string' && typeof to === 'string') {
      const merged = mergeProse(from, current, to);
      if (merged.clash) openConflict(run, 'text', { kind, recordId: id, field: place.path, lost: current });
      if (merged.text === current) return;
      to = merged.text;
    } else if (place.kind !== 'quiet') openConflict(run, 'field', { kind, recordId: id, field: place.path, lost: current });
  }
  write(run, kind, id, record, place, current, to);
}

/** One entry of a list as a whole: it comes, goes, or its fields are set one by one. */
function setListItem(run: Run, kind: FlowKind, id: string, record: PlainRecord, place: Place, current: unknown, from: unknown, to: unknown): void {
  if (current === null) {
    if (from === null) write(run, kind, id, record, place, null, to);
    else openConflict(run, 'removed', { kind, recordId: id, field: place.path, lost: to });
    return;
  }
  if (to === null) {
    if (!isSameItem(place, current, from)) openConflict(run, 'unseen', { kind, recordId: id, field: place.path, lost: current });
    return write(run, kind, id, record, place, current, null);
  }
  const seen = isObject(from) ? from : {};
  const wanted = to as PlainRecord;
  for (const key of [...new Set([...Object.keys(seen), ...Object.keys(wanted)])].sort()) {
    setPlace(run, kind, id, findRecord(run.draft, kind, id)!, itemFieldPlace(place, key), valueAt(seen, key), valueAt(wanted, key));
  }
}

function valueAt(item: PlainRecord, key: string): unknown {
  return Object.hasOwn(item, key) ? (item[key] ?? null) : null;
}

function isSameItem(place: Place, current: unknown, from: unknown): boolean {
  return isObject(current) && isObject(from) && equalAsideQuiet(place.spec.item!, current, from);
}

/** True when everything that a reference, a set entry or a whole set would point to is there (rule 5). */
function hasTargets(run: Run, place: Place, to: unknown): boolean {
  const records = run.draft[place.spec.reference!.kind];
  if (place.at === 'entry') return to !== true || records.has(place.entryId);
  if (typeof to === 'string') return records.has(to);
  return !isObject(to) || Object.keys(to).every((id) => records.has(id));
}

/** A set without the entries that point to nothing (a conflict each); null when none is left. */
export function keepPresent(run: Run, kind: FlowKind, id: string, place: Place, set: PlainRecord): PlainRecord | null {
  const target = place.spec.reference!.kind;
  const gone = Object.keys(set).filter((targetId) => !run.draft[target].has(targetId)).sort();
  if (gone.length === 0) return set;
  for (const targetId of gone) openConflict(run, 'missing', { kind, recordId: id, field: entryPlace(place, targetId).path, lost: true });
  const kept = Object.keys(set).filter((targetId) => !gone.includes(targetId));
  return kept.length ? Object.fromEntries(kept.map((targetId) => [targetId, true])) : null;
}

function write(run: Run, kind: FlowKind, id: string, record: PlainRecord, place: Place, current: unknown, to: unknown): void {
  putRecord(run.draft, kind, id, writePlace(record, place, to));
  touch(run, kind, id, place.path);
  if (place.spec.reference && kind !== 'flow') {
    const field = referenceFieldsByKind[kind].find((one) => one.place.key === place.key && one.place.group === place.group)!;
    const asTargets = (value: unknown) => (place.at === 'entry' && value === true ? place.entryId : value);
    run.draft.references = relink(run.draft.references, field, id, asTargets(current), asTargets(to));
  }
}
