/** Paths, values and plain objects as the oracle of the fold sees them: by its own reading of the one table of fields. */
import { canonicalJson } from '../base/index.ts';
import { idSchema, type RecordKind } from './fieldKind.ts';
import { fieldTable, type FieldSpec, type FlowKind } from './fields.ts';
import { DOCUMENT_KEYS, recordSchemas } from './schema.ts';
import type { Op } from './transaction.ts';

export type Plain = Record<string, unknown>;

/** True for an op that makes its whole entry malformed. */
export function isMalformedOp(op: Op): boolean {
  if (op.op === 'add') {
    if (op.kind === 'flow' || op.kind === 'version' || (op.value.id !== undefined && op.value.id !== op.id)) return true;
    return !recordSchemas[op.kind].safeParse({ ...op.value, id: op.id }).success || hasBadKeys(op.kind, op.value);
  }
  if (op.op === 'remove') return op.kind === 'flow' || op.kind === 'version';
  if (op.op !== 'set') return false;
  if (op.kind === 'version' && op.field !== 'name' && op.field !== 'description') return true;
  if (op.field.split('.').includes('__proto__')) return true;
  const place = placeOf(op.kind, op.field);
  if (!place) return true;
  const to = op.to ?? null;
  if (place.at === 'entry') {
    if (to === null) return false;
    const id = place.keys.at(-1)!;
    return !place.spec!.schema.safeParse({ [id]: to }).success || (place.spec!.kind === 'list' && hasBadItemKeys(place.spec!, to as Plain));
  }
  if (!place.spec) return false;
  if (to === null) return place.spec.required;
  if (!place.spec.schema.safeParse(to).success) return true;
  return place.spec.kind === 'list' && Object.values(to as Plain).some((item) => hasBadItemKeys(place.spec!, item as Plain));
}

/** True when `__proto__` is a key anywhere in a value. */
export function namesProto(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.keys(value).some((key) => key === '__proto__' || namesProto((value as Plain)[key]));
}

/** Unknown keys that no path can name, and null where a field stands. */
function hasBadKeys(kind: RecordKind, value: Plain): boolean {
  for (const [key, item] of Object.entries(value)) {
    if (key === 'id') continue;
    if (groupsOf(kind).includes(key)) {
      if (Object.entries(item as Plain).some(([inner, one]) => isBadKey(fieldTable[kind].get(`${key}.${inner}`), inner, one))) return true;
    } else if (isBadKey(fieldTable[kind].get(key), key, item)) return true;
  }
  return false;
}

function isBadKey(spec: FieldSpec | undefined, key: string, value: unknown): boolean {
  if (value === null) return true;
  if (!spec) return key === '' || key.includes('.');
  return spec.kind === 'list' && value !== undefined && Object.values(value as Plain).some((item) => hasBadItemKeys(spec, item as Plain));
}

function hasBadItemKeys(list: FieldSpec, item: Plain): boolean {
  return Object.entries(item).some(([key, value]) => value === null || (!list.item!.has(key) && (key === '' || key.includes('.'))));
}

interface NaivePlaceOf<At extends string, Spec> {
  at: At;
  keys: string[];
  spec: Spec;
}
/** Where a path leads: a field, an entry of a list or set, or a field of an item. */
export type NaivePlace = NaivePlaceOf<'field' | 'itemField', FieldSpec | undefined> | NaivePlaceOf<'entry', FieldSpec>;

const RESERVED = ['format', 'version', ...Object.values(DOCUMENT_KEYS)];

/** Where a path leads, or null when no field can have it. */
export function placeOf(kind: FlowKind, path: string): NaivePlace | null {
  const keys = path.split('.');
  if (keys.includes('') || path === 'id') return null;
  const table = fieldTable[kind];
  const known = table.get(path);
  if (known) return { at: 'field', keys, spec: known };
  for (const depth of [1, 2]) {
    const owner = table.get(keys.slice(0, depth).join('.'));
    if (!owner || keys.length <= depth) continue;
    // Something below a known field: only lists and sets have an inside.
    if (owner.kind !== 'list' && owner.kind !== 'set') return null;
    if (!idSchema.safeParse(keys[depth]).success) return null;
    if (keys.length === depth + 1) return { at: 'entry', keys, spec: owner };
    if (owner.kind === 'list' && keys.length === depth + 2) return { at: 'itemField', keys, spec: owner.item!.get(keys[depth + 1]!) };
    return null;
  }
  if (groupsOf(kind).includes(keys[0]!)) return keys.length === 2 ? { at: 'field', keys, spec: undefined } : null;
  if (keys.length > 1 || (kind === 'flow' && RESERVED.includes(path))) return null;
  return { at: 'field', keys, spec: undefined };
}

function groupsOf(kind: FlowKind): string[] {
  return kind === 'node' ? ['data'] : kind === 'edge' ? ['data', 'style'] : kind === 'flow' ? ['settings', 'meta'] : [];
}

/** The fields of a kind that point to records. */
export function references(kind: RecordKind): FieldSpec[] {
  return [...fieldTable[kind].values()].filter((spec) => spec.reference);
}

/** Every field of a record with its path: groups opened, lists and sets entry by entry. */
export function flat(kind: FlowKind, record: Plain): [string, unknown][] {
  const out: [string, unknown][] = [];
  const put = (path: string, value: unknown) => {
    const spec = fieldTable[kind].get(path);
    if ((spec?.kind === 'list' || spec?.kind === 'set') && isPlain(value)) for (const [id, item] of Object.entries(value)) out.push([`${path}.${id}`, item]);
    else out.push([path, value]);
  };
  for (const [key, value] of Object.entries(record)) {
    if (key === 'id') continue;
    if (groupsOf(kind).includes(key) && isPlain(value)) for (const [inner, item] of Object.entries(value)) put(`${key}.${inner}`, item);
    else put(key, value);
  }
  return out.filter(([, value]) => value !== null && value !== undefined);
}

/** What counts when a removed record is compared with what its author saw. */
export function loud(kind: RecordKind, record: Plain): Plain {
  const out: Plain = {};
  for (const [path, value] of flat(kind, withoutEmpties(kind, record))) {
    const place = placeOf(kind, path);
    if (place?.spec?.kind === 'quiet' && place.at === 'field') continue;
    const quiet = place?.at === 'entry' && place.spec.kind === 'list' ? [...place.spec.item!.values()].filter((spec) => spec.kind === 'quiet').map((spec) => spec.path) : [];
    out[path] = withoutKeys(value, quiet);
  }
  return out;
}

/** A record without empty lists, sets and optional groups: those are absent. */
export function withoutEmpties(kind: FlowKind, record: Plain): Plain {
  const out: Plain = {};
  for (const [key, value] of Object.entries(record)) {
    const isGroup = groupsOf(kind).includes(key) && isPlain(value);
    const tidied = isGroup ? Object.fromEntries(Object.entries(value).filter(([inner, item]) => !(isMapField(kind, `${key}.${inner}`) && isEmptyObject(item)))) : value;
    if (isMapField(kind, key) && isEmptyObject(tidied)) continue;
    if (isGroup && key !== 'data' && isEmptyObject(tidied)) continue;
    out[key] = tidied;
  }
  return out;
}

function isMapField(kind: FlowKind, path: string): boolean {
  const spec = fieldTable[kind].get(path);
  return spec?.kind === 'list' || spec?.kind === 'set';
}

/** An object without some keys and without nulls; anything else as it is. */
export function withoutKeys(value: unknown, keys: string[]): unknown {
  return isPlain(value) ? Object.fromEntries(Object.entries(value).filter(([key, item]) => !keys.includes(key) && item !== null)) : value;
}

/** The value at a path, or undefined. */
export function read(record: Plain, keys: readonly string[]): unknown {
  let value: unknown = record;
  for (const key of keys) {
    if (!isPlain(value)) return undefined;
    value = own(value, key);
  }
  return value;
}

/** Sets the value at a path in place, making what is missing on the way; null takes it away. */
export function write(record: Plain, keys: readonly string[], value: unknown): void {
  let owner = record;
  for (const key of keys.slice(0, -1)) {
    if (!isPlain(own(owner, key))) {
      if (value === null) return;
      owner[key] = {};
    }
    owner = owner[key] as Plain;
  }
  if (value === null) delete owner[keys.at(-1)!];
  else owner[keys.at(-1)!] = structuredClone(value);
}

/** What an object itself has under a key. */
export function own(record: Plain, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** True when an object itself has a key. */
export function has(record: object, key: string): boolean {
  return Object.hasOwn(record, key);
}

/** True when two values have the same canonical text; undefined and null are the same absence. */
export function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** True for an object that is no list. */
export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for {}. */
export function isEmptyObject(value: unknown): boolean {
  return isPlain(value) && Object.keys(value).length === 0;
}
