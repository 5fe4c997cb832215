import { toJSONSchema, type ZodType } from 'zod';

const schemas = new WeakMap<ZodType, { schema: Readonly<Record<string, unknown>>; text: string }>();

/** A shape as JSON schema, and as its text. Made once for a shape, for every call of a model needs it several times: read it, never change it. */
export function jsonSchemaOf(shape: ZodType): { schema: Readonly<Record<string, unknown>>; text: string } {
  let known = schemas.get(shape);
  if (!known) {
    const schema = toJSONSchema(shape, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;
    schemas.set(shape, (known = { schema, text: JSON.stringify(schema) }));
  }
  return known;
}
