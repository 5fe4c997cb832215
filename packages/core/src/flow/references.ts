/**
 * Who refers to whom, backwards: for every reference field (`edge.source`) a map target id -> ids of the records that point there.
 * Shared structurally between states, so a node's edges are found without looking at the document.
 */
import type { RecordKind } from './fieldKind.ts';
import { referencesOf } from './fields.ts';
import { RecordMap } from './recordMap.ts';
import { isObject, readPlace, resolvePlace, type Place, type PlainRecord } from './place.ts';
import { RECORD_KINDS } from './schema.ts';

/** One reference seen from its target. `field` is the path in the referring record (`source`, `personaIds.p1`). */
export interface Referrer {
  kind: RecordKind;
  id: string;
  field: string;
  required: boolean;
}

/** The ids that refer to one target: one id, a few sorted ones, or many as the keys of a map. */
export type IdSet = string | readonly string[] | RecordMap<true>;

/** For each reference field, by its full name (`edge.source`): target id -> who refers to it. */
export type References = Readonly<Record<string, RecordMap<IdSet>>>;

/** A field that refers to other records. */
export interface ReferenceField {
  name: string;
  kind: RecordKind;
  place: Place;
  target: RecordKind;
  required: boolean;
  isSet: boolean;
}

/** Every reference field of every kind, in the order of RECORD_KINDS. */
export const REFERENCE_FIELDS: readonly ReferenceField[] = RECORD_KINDS.flatMap((kind) =>
  referencesOf(kind).map((spec) => ({
    name: `${kind}.${spec.path}`,
    kind,
    place: resolvePlace(kind, spec.path)!,
    target: spec.reference!.kind,
    required: spec.reference!.required,
    isSet: spec.kind === 'set',
  })),
);

/** The reference fields of one kind. */
export const referenceFieldsByKind = Object.fromEntries(
  RECORD_KINDS.map((kind) => [kind, REFERENCE_FIELDS.filter((field) => field.kind === kind)]),
) as unknown as Readonly<Record<RecordKind, readonly ReferenceField[]>>;

/** References of a state without records. */
export const NO_REFERENCES: References = Object.fromEntries(REFERENCE_FIELDS.map((field) => [field.name, RecordMap.empty<IdSet>()]));

/** The index of all records, built at once. */
export function buildReferences(records: { readonly [K in RecordKind]: ReadonlyMap<string, unknown> }): References {
  const out: Record<string, RecordMap<IdSet>> = {};
  for (const field of REFERENCE_FIELDS) {
    const sets = new Map<string, string | string[]>();
    const { group, key } = field.place;
    (records[field.kind] as ReadonlyMap<string, PlainRecord>).forEach((record, id) => {
      const holder = group === '' ? record : (record[group] as PlainRecord | undefined);
      const value = holder?.[key];
      if (value === undefined) return;
      if (typeof value === 'string') collect(sets, value, id);
      else if (field.isSet && isObject(value)) for (const target of Object.keys(value)) collect(sets, target, id);
    });
    for (const [target, set] of sets) {
      // A long list was not kept sorted; it becomes a map, which needs no order.
      if (typeof set !== 'string' && set.length > SMALL) (sets as Map<string, IdSet>).set(target, RecordMap.from(set.map((id) => [id, true])));
    }
    out[field.name] = sets.size ? RecordMap.from<IdSet>(sets) : RecordMap.empty<IdSet>();
  }
  return out;
}

/** The references after one field of a record has changed from one target (or set of targets) to another. */
export function relink(references: References, field: ReferenceField, id: string, before: unknown, after: unknown): References {
  let index = references[field.name]!;
  for (const target of targetsOf(before)) index = unlink(index, target, id);
  for (const target of targetsOf(after)) index = link(index, target, id);
  return index === references[field.name] ? references : { ...references, [field.name]: index };
}

/** The references after a whole record has come, gone or been replaced (null: absent). */
export function relinkRecord(references: References, kind: RecordKind, id: string, before: PlainRecord | null, after: PlainRecord | null): References {
  for (const field of referenceFieldsByKind[kind]) {
    const from = before && readPlace(before, field.place);
    const to = after && readPlace(after, field.place);
    if (from !== to) references = relink(references, field, id, from, to);
  }
  return references;
}

/** Everything that refers to a record, sorted by kind (as in RECORD_KINDS), id and field. */
export function listReferrers(references: References, id: string, target?: RecordKind): Referrer[] {
  const out: Referrer[] = [];
  for (const field of REFERENCE_FIELDS) {
    if (target !== undefined && field.target !== target) continue;
    const set = references[field.name]!.get(id);
    if (set === undefined) continue;
    const path = field.isSet ? `${field.place.path}.${id}` : field.place.path;
    for (const referrer of idsOf(set)) out.push({ kind: field.kind, id: referrer, field: path, required: field.required });
  }
  if (out.length > 1) {
    out.sort((a, b) => RECORD_KINDS.indexOf(a.kind) - RECORD_KINDS.indexOf(b.kind) || byCodeUnit(a.id, b.id) || byCodeUnit(a.field, b.field));
  }
  return out;
}

/** The ids of a set, sorted by code unit. */
export function idsOf(set: IdSet | undefined): readonly string[] {
  if (set === undefined) return [];
  if (typeof set === 'string') return [set];
  return set instanceof RecordMap ? [...set.keys()].sort(byCodeUnit) : set;
}

/** Orders strings by code unit: the only order that fold knows. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Up to this many ids are a sorted list; a hub with more gets a map, so that one more edge never copies thousands. */
const SMALL = 24;

/** Adds an id to the set of a target; sets of up to SMALL ids are kept sorted. */
function collect(sets: Map<string, string | string[]>, target: string, id: string): void {
  const set = sets.get(target);
  if (set === undefined) sets.set(target, id);
  else if (typeof set === 'string') sets.set(target, set < id ? [set, id] : [id, set]);
  else if (set.length > SMALL) set.push(id);
  else {
    // A new list of just the right length: a grown one keeps room for more, for every node of the flow.
    let at = set.length;
    while (at > 0 && id < set[at - 1]!) at--;
    sets.set(target, set.toSpliced(at, 0, id));
  }
}

function targetsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return isObject(value) ? Object.keys(value) : [];
}

function link(index: RecordMap<IdSet>, target: string, id: string): RecordMap<IdSet> {
  const set = index.get(target);
  if (set === undefined) return index.with(target, id);
  if (set instanceof RecordMap) return index.with(target, set.with(id, true));
  const ids = typeof set === 'string' ? [set] : set;
  if (ids.includes(id)) return index;
  if (ids.length >= SMALL) return index.with(target, RecordMap.from([...ids, id].map((one) => [one, true])));
  return index.with(target, [...ids, id].sort(byCodeUnit));
}

function unlink(index: RecordMap<IdSet>, target: string, id: string): RecordMap<IdSet> {
  const set = index.get(target);
  if (set === undefined) return index;
  if (typeof set === 'string') return set === id ? index.without(target) : index;
  if (set instanceof RecordMap) {
    const rest = set.without(id);
    return index.with(target, rest.size <= SMALL / 2 ? idsOf(rest) : rest);
  }
  const rest = set.filter((one) => one !== id);
  if (rest.length === 0) return index.without(target);
  return index.with(target, rest.length === 1 ? rest[0]! : rest);
}
