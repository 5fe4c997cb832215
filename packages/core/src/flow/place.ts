/**
 * Where a dotted path leads in a record, resolved once: `[group.]key[.entryId[.itemKey]]`. Paths that would reach above or
 * inside a known field (`data`, `position.x`) lead nowhere, so no op can break a record's shape by its path.
 */
import type { FieldKind } from './fieldKind.ts';
import { fieldTable, groupTable, UNKNOWN_FIELD, type FieldSpec, type FlowKind } from './fields.ts';
import { DOCUMENT_KEYS } from './schema.ts';
import { ID_PATTERN } from '../base/index.ts';

/** A record of any kind as plain data. */
export type PlainRecord = Record<string, unknown>;

/** A resolved path. */
export interface Place {
  path: string;
  /** field: a whole field; entry: one entry of a list or set; itemField: a field of a list's item. */
  at: 'field' | 'entry' | 'itemField';
  /** Key of the group that holds the field, or '' when it stands at the top. */
  group: string;
  /** True when an emptied group is deleted (an optional one). */
  groupOptional: boolean;
  key: string;
  entryId: string;
  itemKey: string;
  /** The field itself; for entries the list or set, for item fields the item's field. */
  spec: FieldSpec;
  /** How it merges; an entry of a list is taken field by field instead. */
  kind: FieldKind;
}

/** The place of a path, or null when no op may write there (rule 12: such an entry is malformed). */
export function resolvePlace(kind: FlowKind, path: string): Place | null {
  const cached = cache[kind].get(path);
  if (cached) return cached;
  const table = fieldTable[kind];
  const groups = groupTable[kind];
  const dot = path.indexOf('.');
  const head = dot < 0 ? path : path.slice(0, dot);
  if (dot < 0) {
    if (head === 'id' || groups.has(head) || !isPlainKey(head) || (kind === 'flow' && RESERVED.has(head))) return null;
    return place(path, 'field', '', head, UNKNOWN_FIELD);
  }
  const rest = path.slice(dot + 1);
  const inGroup = groups.has(head);
  if (!inGroup) return placeInside(table.get(head), '', head, rest, path);
  const next = rest.indexOf('.');
  if (next < 0) return isPlainKey(rest) ? place(path, 'field', head, rest, UNKNOWN_FIELD, groups.get(head)) : null;
  const key = rest.slice(0, next);
  const found = placeInside(table.get(`${head}.${key}`), head, key, rest.slice(next + 1), path);
  return found && { ...found, groupOptional: groups.get(head)! };
}

/** The place of one entry of a list or set. */
export function entryPlace(owner: Place, entryId: string): Place {
  return { ...owner, at: 'entry', entryId, path: `${owner.path}.${entryId}` };
}

/** The place of a field of one list item. */
export function itemFieldPlace(entry: Place, itemKey: string): Place {
  const spec = entry.spec.item?.get(itemKey) ?? UNKNOWN_FIELD;
  return { ...entry, at: 'itemField', itemKey, path: `${entry.path}.${itemKey}`, spec, kind: spec.kind };
}

/** What stands at a place: null when it is absent. */
export function readPlace(record: PlainRecord, at: Place): unknown {
  const holder = at.group === '' ? record : own(record, at.group);
  const value = own(holder, at.key);
  if (at.at === 'field') return value ?? null;
  const entry = own(value, at.entryId);
  return (at.at === 'entry' ? entry : own(entry, at.itemKey)) ?? null;
}

/** The list item that an item field belongs to, or null. */
export function readItem(record: PlainRecord, at: Place): PlainRecord | null {
  const holder = at.group === '' ? record : own(record, at.group);
  const item = own(own(holder, at.key), at.entryId);
  return isObject(item) ? item : null;
}

/** The record with the value written (null deletes it, and with it a list, set or optional group that it empties). */
export function writePlace(record: PlainRecord, at: Place, value: unknown): PlainRecord {
  if (at.group === '') return writeField(record, at, value);
  const group = own(record, at.group);
  const next = writeField(isObject(group) ? group : {}, at, value);
  if (value === null && at.groupOptional && isEmptyObject(next)) return omit(record, at.group);
  return { ...record, [at.group]: next };
}

/** True for a key that a record, group or item may have by itself: not empty, no dot, no `__proto__`. */
export function isPlainKey(key: string): boolean {
  return key !== '' && key !== '__proto__' && !key.includes('.');
}

/** True for an object that is not a list. */
export function isObject(value: unknown): value is PlainRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for an object without a key. */
export function isEmptyObject(value: PlainRecord): boolean {
  for (const _ in value) return false;
  return true;
}

/** The object without one key. */
export function omit(object: PlainRecord, key: string): PlainRecord {
  const out: PlainRecord = {};
  for (const name of Object.keys(object)) if (name !== key) out[name] = object[name];
  return out;
}

/** Fields of the flow record that a document needs for itself. */
const RESERVED = new Set<string>(['format', 'version', ...Object.values(DOCUMENT_KEYS)]);

const cache = Object.fromEntries(
  Object.entries(fieldTable).map(([kind, table]) => {
    const groups = groupTable[kind as FlowKind];
    const places = new Map<string, Place>();
    for (const [path, spec] of table) {
      const dot = path.indexOf('.');
      const group = dot < 0 ? '' : path.slice(0, dot);
      places.set(path, place(path, 'field', group, dot < 0 ? path : path.slice(dot + 1), spec, groups.get(group)));
    }
    return [kind, places];
  }),
) as unknown as Record<FlowKind, ReadonlyMap<string, Place>>;

function place(path: string, at: Place['at'], group: string, key: string, spec: FieldSpec, groupOptional = false): Place {
  return { path, at, group, groupOptional, key, entryId: '', itemKey: '', spec, kind: spec.kind };
}

function placeInside(owner: FieldSpec | undefined, group: string, key: string, rest: string, path: string): Place | null {
  if (!owner || (owner.kind !== 'list' && owner.kind !== 'set')) return null;
  const dot = rest.indexOf('.');
  const entryId = dot < 0 ? rest : rest.slice(0, dot);
  if (!ID_PATTERN.test(entryId) || entryId === '__proto__') return null;
  const entry: Place = { ...place(path, 'entry', group, key, owner), entryId };
  if (dot < 0) return entry;
  const itemKey = rest.slice(dot + 1);
  if (owner.kind === 'set' || !isPlainKey(itemKey)) return null;
  const spec = owner.item?.get(itemKey) ?? UNKNOWN_FIELD;
  return { ...entry, at: 'itemField', itemKey, spec, kind: spec.kind };
}

function own(holder: unknown, key: string): unknown {
  // Inherited names (`constructor`) are not fields.
  return isObject(holder) && Object.hasOwn(holder, key) ? holder[key] : undefined;
}

function writeField(holder: PlainRecord, at: Place, value: unknown): PlainRecord {
  if (at.at === 'field') return value === null ? omit(holder, at.key) : { ...holder, [at.key]: value };
  const map = own(holder, at.key);
  const entries = isObject(map) ? map : {};
  let next: PlainRecord;
  if (at.at === 'entry') next = value === null ? omit(entries, at.entryId) : { ...entries, [at.entryId]: value };
  else {
    const item = entries[at.entryId] as PlainRecord;
    next = { ...entries, [at.entryId]: value === null ? omit(item, at.itemKey) : { ...item, [at.itemKey]: value } };
  }
  return isEmptyObject(next) ? omit(holder, at.key) : { ...holder, [at.key]: next };
}
