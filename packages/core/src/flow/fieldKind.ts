/**
 * Marks on schemas: how a field behaves when two people change it (rule 4 of the log). A schema carries its mark, so the
 * document's shape and its merge rules are one table; fold, diff, commit and the conflict inbox read it through `fields.ts`.
 */
import { z } from 'zod';
import { ID_PATTERN } from '../base/index.ts';

/**
 * register: the later value stands, the other goes to a conflict. quiet: the later value stands, silently. prose: merged word
 * by word. list: a map id -> item with an `order` key, each item field a field. set: a map id -> true.
 */
export type FieldKind = 'register' | 'quiet' | 'prose' | 'list' | 'set';

/** The kinds of record that a flow's log holds, beside the one `flow` record itself. */
export type RecordKind = 'node' | 'edge' | 'frame' | 'comment' | 'persona' | 'goal' | 'version';

/** What a field points to; a required reference keeps its record alive or takes it along (edge -> node). */
export interface Reference {
  kind: RecordKind;
  required: boolean;
}

/** The mark itself. */
export interface FieldMark {
  kind: FieldKind;
  reference?: Reference;
  /** Shape of one item, for lists. */
  item?: z.ZodObject;
}

const marks = new WeakMap<z.ZodType, FieldMark>();

/** The mark of a schema, or undefined when the schema only groups fields. */
export function fieldMark(schema: z.ZodType): FieldMark | undefined {
  return marks.get(schema);
}

function mark<T extends z.ZodType>(schema: T, value: FieldMark): T {
  marks.set(schema, value);
  return schema;
}

/** An id as a document may hold it. */
export const idSchema = z.string().regex(ID_PATTERN);

/** A field whose later value stands; what it replaced unseen goes to the conflict inbox. */
export const register = <T extends z.ZodType>(schema: T): T => mark(schema, { kind: 'register' });

/** A field whose later value stands without a word (positions, sizes, order, collapsed). */
export const quiet = <T extends z.ZodType>(schema: T): T => mark(schema, { kind: 'quiet' });

/** A text that is merged word by word. */
export const prose = <T extends z.ZodType>(schema: T): T => mark(schema, { kind: 'prose' });

/** A map id -> item; `item` must have an `order` field. */
export function list<T extends z.ZodRawShape>(item: z.ZodObject<T>) {
  const schema = z.record(idSchema, item).optional();
  return mark(schema, { kind: 'list', item: item as unknown as z.ZodObject });
}

/** A map id -> true of records of one kind. */
export function setOf(kind: RecordKind) {
  return mark(z.record(idSchema, z.literal(true)).optional(), { kind: 'set', reference: { kind, required: false } });
}

/** A reference without which the record cannot stand. */
export function requiredReference(kind: RecordKind) {
  return mark(idSchema.clone(), { kind: 'register', reference: { kind, required: true } });
}

/** A reference that is cleared when what it points to goes. */
export function optionalReference(kind: RecordKind) {
  return mark(idSchema.optional(), { kind: 'register', reference: { kind, required: false } });
}
