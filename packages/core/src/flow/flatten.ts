import { fieldTable, type FieldSpec, type FlowKind } from './fields.ts';

/**
 * Every field of a record by its path, groups opened, lists and sets one entry each (`elements.el_1` -> the item,
 * `personaIds.p_1` -> true), an unknown key with its whole value. Absent fields have no path; `id` is no field.
 */
export function flattenRecord(kind: FlowKind, record: object): Map<string, unknown> {
  const out = new Map<string, unknown>();
  const shape = shapes[kind];
  for (const [key, value] of Object.entries(record)) {
    if (key === 'id' || value === undefined || value === null) continue;
    if (shape.groups.has(key) && isPlainObject(value)) {
      for (const [inner, item] of Object.entries(value)) if (item !== undefined && item !== null) put(out, shape.table.get(`${key}.${inner}`), `${key}.${inner}`, item);
    } else put(out, shape.table.get(key), key, value);
  }
  return out;
}

function put(out: Map<string, unknown>, spec: FieldSpec | undefined, path: string, value: unknown): void {
  const isEntries = spec && (spec.kind === 'list' || spec.kind === 'set') && isPlainObject(value);
  if (!isEntries) {
    out.set(path, value);
    return;
  }
  for (const [entryId, item] of Object.entries(value)) if (item !== undefined && item !== null) out.set(`${path}.${entryId}`, item);
}

const shapes = Object.fromEntries(
  Object.entries(fieldTable).map(([kind, table]) => {
    const groups = new Set([...table.keys()].filter((path) => path.includes('.')).map((path) => path.slice(0, path.indexOf('.'))));
    // `meta` is a group without a known field.
    if (kind === 'flow') groups.add('meta');
    return [kind, { table, groups }];
  }),
) as unknown as Record<FlowKind, { table: ReadonlyMap<string, FieldSpec>; groups: ReadonlySet<string> }>;

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
