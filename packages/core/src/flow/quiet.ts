/** Comparison of records without what may change silently: positions, sizes, order (rule 6). */
import { isEqualJson } from '../base/index.ts';
import type { FieldSpec } from './fields.ts';
import { isObject, type PlainRecord } from './place.ts';

/** True when two records (or items) differ in quiet fields at most, also inside their list items. */
export function equalAsideQuiet(fields: ReadonlyMap<string, FieldSpec>, a: PlainRecord, b: PlainRecord): boolean {
  return a === b || isEqualJson(withoutQuiet(fields, a), withoutQuiet(fields, b));
}

function withoutQuiet(fields: ReadonlyMap<string, FieldSpec>, record: PlainRecord): PlainRecord {
  const out: PlainRecord = {};
  for (const key of Object.keys(record)) {
    const spec = fields.get(key);
    if (spec?.kind === 'quiet' || key === '__proto__') continue;
    const value = record[key];
    if (spec?.kind === 'list' && isObject(value)) out[key] = itemsWithoutQuiet(spec.item!, value);
    else out[key] = value;
  }
  return out;
}

function itemsWithoutQuiet(item: ReadonlyMap<string, FieldSpec>, items: PlainRecord): PlainRecord {
  return Object.fromEntries(Object.entries(items).map(([id, value]) => [id, isObject(value) ? withoutQuiet(item, value) : value]));
}
