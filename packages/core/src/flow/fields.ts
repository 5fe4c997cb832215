/** The one table of every field, made from the marks of the schemas. */
import { z } from 'zod';
import { fieldMark, type FieldKind, type RecordKind, type Reference } from './fieldKind.ts';
import { flowSchema, recordSchemas } from './schema.ts';

/** A kind of record, or the flow record itself. */
export type FlowKind = RecordKind | 'flow';

/** One field: where it stands, how it merges, what it may hold. */
export interface FieldSpec {
  /** Dotted path inside the record: `data.title`; items of a list as `elements.*.label`. */
  path: string;
  kind: FieldKind;
  /** Checks one value of the field; absence (undefined or null) is checked by `required`. */
  schema: z.ZodType;
  /** True when a record without it is malformed. */
  required: boolean;
  reference?: Reference;
  /** For lists: the fields of one item by their path inside the item. */
  item?: ReadonlyMap<string, FieldSpec>;
}

/** What an unknown field is: a register that may hold anything (rule 12: unknown fields are kept). */
export const UNKNOWN_FIELD: FieldSpec = { path: '*', kind: 'register', schema: z.unknown(), required: false };

/** Every known field of every kind, by path. Unknown fields are kept and merge as registers. */
export const fieldTable: Readonly<Record<FlowKind, ReadonlyMap<string, FieldSpec>>> = {
  flow: fieldsOf(flowSchema),
  node: fieldsOf(recordSchemas.node),
  edge: fieldsOf(recordSchemas.edge),
  frame: fieldsOf(recordSchemas.frame),
  comment: fieldsOf(recordSchemas.comment),
  persona: fieldsOf(recordSchemas.persona),
  goal: fieldsOf(recordSchemas.goal),
  version: fieldsOf(recordSchemas.version),
};

/** The groups of each kind (`data`, `style`): true where the group is optional and goes when it is empty. Groups do not nest. */
export const groupTable: Readonly<Record<FlowKind, ReadonlyMap<string, boolean>>> = {
  flow: groupsOf(flowSchema),
  node: groupsOf(recordSchemas.node),
  edge: groupsOf(recordSchemas.edge),
  frame: groupsOf(recordSchemas.frame),
  comment: groupsOf(recordSchemas.comment),
  persona: groupsOf(recordSchemas.persona),
  goal: groupsOf(recordSchemas.goal),
  version: groupsOf(recordSchemas.version),
};

/** Where a path leads: a field, one entry of a list or set, or a field of a list's item. */
export type FieldPlace =
  | { at: 'field'; spec: FieldSpec }
  | { at: 'entry'; spec: FieldSpec; entryId: string }
  | { at: 'itemField'; spec: FieldSpec; list: FieldSpec; entryId: string; itemPath: string };

/** The place of a dotted path (`data.title`, `elements.el_1`, `elements.el_1.label`); unknown paths are registers. */
export function findField(kind: FlowKind, path: string): FieldPlace {
  const table = fieldTable[kind];
  const direct = table.get(path);
  if (direct) return { at: 'field', spec: direct };
  const dot = path.indexOf('.');
  if (dot > 0) {
    // Lists and sets may stand at the top (`elements`) or one group down (`data.goalIds`).
    for (const end of [dot, path.indexOf('.', dot + 1)]) {
      if (end < 0) break;
      const owner = table.get(path.slice(0, end));
      if (!owner || (owner.kind !== 'list' && owner.kind !== 'set')) continue;
      const rest = path.slice(end + 1);
      const next = rest.indexOf('.');
      if (next < 0) return { at: 'entry', spec: owner, entryId: rest };
      const itemPath = rest.slice(next + 1);
      return { at: 'itemField', spec: owner.item?.get(itemPath) ?? UNKNOWN_FIELD, list: owner, entryId: rest.slice(0, next), itemPath };
    }
  }
  return { at: 'field', spec: UNKNOWN_FIELD };
}

/** Fields of a kind that point to other records. */
export function referencesOf(kind: FlowKind): readonly FieldSpec[] {
  return references[kind];
}

const references = Object.fromEntries(
  Object.entries(fieldTable).map(([kind, table]) => [kind, [...table.values()].filter((spec) => spec.reference)]),
) as unknown as Record<FlowKind, readonly FieldSpec[]>;

function fieldsOf(schema: z.ZodObject, prefix = ''): Map<string, FieldSpec> {
  const out = new Map<string, FieldSpec>();
  for (const [key, child] of Object.entries(schema.shape) as [string, z.ZodType][]) {
    if (key === 'id' && !prefix) continue;
    const path = prefix + key;
    const mark = fieldMark(child);
    if (mark) {
      out.set(path, {
        path,
        kind: mark.kind,
        schema: child,
        required: !child.safeParse(undefined).success,
        ...(mark.reference ? { reference: mark.reference } : {}),
        ...(mark.item ? { item: fieldsOf(mark.item) } : {}),
      });
      continue;
    }
    const group = child instanceof z.ZodOptional ? (child.unwrap() as z.ZodType) : child;
    if (!(group instanceof z.ZodObject)) throw new Error(`Field ${path} has no merge kind`);
    for (const [inner, spec] of fieldsOf(group as z.ZodObject, `${path}.`)) out.set(inner, spec);
  }
  return out;
}

function groupsOf(schema: z.ZodObject): Map<string, boolean> {
  const out = new Map<string, boolean>();
  for (const [key, child] of Object.entries(schema.shape) as [string, z.ZodType][]) {
    if (key !== 'id' && !fieldMark(child)) out.set(key, child instanceof z.ZodOptional);
  }
  return out;
}
