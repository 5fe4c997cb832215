/** A JSON schema as a model gets it. */
type Schema = { [key: string]: unknown };

/** What the places of an answer are filled with. */
export interface AnswerFilling {
  /** A text for a field of this name. */
  text(name: string): string;
  /** An integer from 0 to `most` - 1. */
  below(most: number): number;
  /** How many items a list of this name gets. */
  count(name: string): number;
}

/** An answer of the shape that a JSON schema asks for, for tests that play a model: whatever agent asks, the answer is valid in form. */
export function fillSchema(schema: unknown, filling: AnswerFilling): unknown {
  return fill(schema as Schema, schema as Schema, '', filling, 0);
}

function fill(schema: Schema, root: Schema, name: string, filling: AnswerFilling, depth: number): unknown {
  if (depth > 12) return null;
  const reference = schema['$ref'];
  if (typeof reference === 'string') return fill(resolve(root, reference), root, name, filling, depth + 1);
  if ('const' in schema) return schema['const'];
  const choices = schema['enum'];
  if (Array.isArray(choices)) return choices[filling.below(choices.length)];
  const branches = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined;
  if (Array.isArray(branches)) return fill(branches[filling.below(branches.length)]!, root, name, filling, depth + 1);
  const type = Array.isArray(schema['type']) ? (schema['type'] as string[])[filling.below((schema['type'] as string[]).length)] : schema['type'];
  if (type === 'object') {
    const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
    const required = new Set((schema['required'] ?? []) as string[]);
    return Object.fromEntries(Object.entries(properties).filter(([key]) => required.has(key) || filling.below(3) > 0).map(([key, part]) => [key, fill(part, root, key, filling, depth + 1)]));
  }
  if (type === 'array') return Array.from({ length: Math.max(Number(schema['minItems'] ?? 0), filling.count(name)) }, () => fill((schema['items'] ?? {}) as Schema, root, name, filling, depth + 1));
  if (type === 'number' || type === 'integer') return Math.max(Number(schema['minimum'] ?? 0), Math.min(Number(schema['maximum'] ?? 100), filling.below(100)));
  if (type === 'boolean') return filling.below(2) === 1;
  if (type === 'null') return null;
  return filling.text(name);
}

function resolve(root: Schema, reference: string): Schema {
  let at: unknown = root;
  for (const key of reference.replace(/^#\/?/, '').split('/').filter(Boolean)) at = (at as Schema | undefined)?.[key];
  return (at ?? {}) as Schema;
}
