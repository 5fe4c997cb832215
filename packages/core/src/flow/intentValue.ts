/** Values of an intent, made fit for the log: without nulls, with order keys for list items (rule 8: keys are made in `commit`). */
import type { RecordKind } from './fieldKind.ts';
import { fieldTable, groupTable } from './fields.ts';
import { orderAfterAll, orderBetween } from './order.ts';
import { isObject, readPlace, type Place, type PlainRecord } from './place.ts';

/** The record's value without the fields that hold null, at the top, in groups and in list items: absence is not a value. */
export function withoutNulls(kind: RecordKind, value: PlainRecord): PlainRecord {
  const out: PlainRecord = {};
  for (const [key, part] of Object.entries(value)) {
    if (part === null) continue;
    if (groupTable[kind].has(key) && isObject(part)) out[key] = dropNulls(part);
    else if (fieldTable[kind].get(key)?.kind === 'list' && isObject(part)) {
      out[key] = Object.fromEntries(Object.entries(part).map(([id, item]) => [id, isObject(item) ? dropNulls(item) : item]));
    } else out[key] = part;
  }
  return out;
}

/**
 * With a place: the list item with an order key behind the items that the record has, or the order that it had. Without: the
 * record's value in which every list item has an order key, in the order of writing.
 */
export function withOrders(kind: RecordKind, value: PlainRecord, at?: Place, record?: PlainRecord): PlainRecord {
  if (at && record) return withOrder(value, at, record);
  let out = value;
  for (const [key, part] of Object.entries(value)) {
    if (fieldTable[kind].get(key)?.kind !== 'list' || !isObject(part)) continue;
    if (Object.values(part).every((item) => !isObject(item) || typeof item.order === 'string')) continue;
    let last: string | null = orderAfterAll(part as Record<string, { order?: unknown }>);
    const items = Object.entries(part).map(([id, item]) => {
      if (!isObject(item) || typeof item.order === 'string') return [id, item] as const;
      const ordered = [id, { ...item, order: last! }] as const;
      last = orderBetween(last, null);
      return ordered;
    });
    out = { ...out, [key]: Object.fromEntries(items) };
  }
  return out;
}

function withOrder(item: PlainRecord, at: Place, record: PlainRecord): PlainRecord {
  if (typeof item.order === 'string') return dropNulls(item);
  const list = readPlace(record, { ...at, at: 'field' });
  const items = (isObject(list) ? list : {}) as Record<string, { order?: unknown }>;
  const there = items[at.entryId];
  return { ...dropNulls(item), order: there?.order ?? orderAfterAll(items) };
}

function dropNulls(value: PlainRecord): PlainRecord {
  for (const part of Object.values(value)) if (part === null) return Object.fromEntries(Object.entries(value).filter(([, kept]) => kept !== null));
  return value;
}
