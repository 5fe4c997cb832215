/** `{}` in place of a list, a set or an optional group is absence: states hold no empty maps. */
import { fieldTable, groupTable, type FlowKind } from './fields.ts';
import { isEmptyObject, isObject, omit, type PlainRecord } from './place.ts';

/** The record without empty lists, sets and optional groups; the record itself when it has none. */
export function withoutEmptyMaps(kind: FlowKind, record: PlainRecord): PlainRecord {
  let out = record;
  for (const { group, key } of emptiable[kind]) {
    const holder = group === '' ? out : out[group];
    if (!isObject(holder) || !Object.hasOwn(holder, key)) continue;
    const value = holder[key];
    if (!isObject(value) || !isEmptyObject(value)) continue;
    out = group === '' ? omit(out, key) : { ...out, [group]: omit(holder, key) };
  }
  return out;
}

/** What `{}` means at the place of a whole list or set: null. Any other value is itself. */
export function emptyAsNull(value: unknown): unknown {
  return isObject(value) && isEmptyObject(value) ? null : value;
}

const emptiable = Object.fromEntries(
  (Object.keys(fieldTable) as FlowKind[]).map((kind) => {
    const places: { group: string; key: string }[] = [];
    for (const [path, spec] of fieldTable[kind]) {
      if (spec.kind !== 'list' && spec.kind !== 'set') continue;
      const dot = path.indexOf('.');
      places.push({ group: dot < 0 ? '' : path.slice(0, dot), key: path.slice(dot + 1) });
    }
    for (const [group, isOptional] of groupTable[kind]) if (isOptional) places.push({ group: '', key: group });
    return [kind, places];
  }),
) as unknown as Readonly<Record<FlowKind, readonly { group: string; key: string }[]>>;
