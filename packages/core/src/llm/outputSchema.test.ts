import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toWireSchema, type JsonSchema } from './outputSchema.ts';

const step = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('screen'), title: z.string().max(80).min(1), description: z.string().optional() }),
  z.object({ kind: z.literal('decision'), branches: z.array(z.object({ label: z.string(), to: z.string().nullable() })).min(2) }),
]);
const plan = z.object({ steps: z.array(step), language: z.enum(['en', 'de']).default('en'), count: z.number().int(), site: z.url().optional().describe('Where it runs.') });

describe('a zod schema on the wire', () => {
  it('keeps every rule of strict mode', () => {
    const wire = toWireSchema(plan, { strict: true });
    expect(wire.strict).toBe(true);
    expect(breaches(wire.schema)).toEqual([]);
    expect(wire.schema).toMatchObject({
      required: ['steps', 'language', 'count', 'site'],
      properties: {
        count: { type: 'integer' },
        language: { anyOf: [{ type: 'string', enum: ['en', 'de'] }, { type: 'null' }] },
        site: { anyOf: [{ description: 'Where it runs. Format: uri.' }, { type: 'null' }] },
        steps: { items: { anyOf: [{ properties: { title: { type: 'string', description: 'At most 80 characters. Not empty.' } } }, { properties: { branches: { minItems: 2 } } }] } },
      },
    });
    expect(JSON.stringify(wire.schema)).not.toMatch(/\$schema|oneOf|default|pattern|9007199254740991|"format"/);
  });

  it('keeps optional fields optional where strictness is not asked for', () => {
    const wire = toWireSchema(plan, { strict: false });
    expect(wire).toMatchObject({ strict: false, schema: { required: ['steps', 'count'], additionalProperties: false } });
  });

  it.each<[string, z.ZodType]>([
    ['a record', z.object({ a: z.record(z.string(), z.number()) })], ['a tuple', z.object({ a: z.tuple([z.string(), z.number()]) })],
    ['an open value', z.object({ a: z.unknown() })], ['a loose object', z.looseObject({ a: z.string() })],
  ])('does not claim strictness for %s', (_name, schema) => {
    expect(toWireSchema(schema, { strict: true }).strict).toBe(false);
  });

  it('takes away the nulls of optional fields and no others', () => {
    const { restore } = toWireSchema(plan, { strict: true });
    const answer = {
      steps: [{ kind: 'screen', title: 'Login', description: null }, { kind: 'decision', branches: [{ label: 'ok', to: null }, { label: 'no', to: 'a' }] }],
      language: null, count: 2, site: null,
    };
    const restored = restore(answer);
    expect(restored).toEqual({ steps: [{ kind: 'screen', title: 'Login' }, { kind: 'decision', branches: [{ label: 'ok', to: null }, { label: 'no', to: 'a' }] }], count: 2 });
    expect(plan.parse(restored).language).toBe('en');
    expect(answer.language).toBeNull();
  });

  it('wraps what is no object, and unwraps it again', () => {
    const tree = z.object({ name: z.string(), note: z.string().optional(), get children() { return z.array(tree); } });
    const list = toWireSchema(z.array(tree), { strict: true });
    expect(list.strict).toBe(true);
    expect(breaches(list.schema)).toEqual([]);
    expect(list.schema).toMatchObject({ type: 'object', required: ['value'], properties: { value: { type: 'array' } } });
    const value = [{ name: 'a', note: null, children: [{ name: 'b', note: null, children: [] }] }];
    expect(list.restore({ value })).toEqual([{ name: 'a', children: [{ name: 'b', children: [] }] }]);
    expect(list.restore(value)).toEqual([{ name: 'a', children: [{ name: 'b', children: [] }] }]);
    const recursive = toWireSchema(tree, { strict: true });
    expect(breaches(recursive.schema)).toEqual([]);
    expect(recursive.restore(value[0])).toEqual({ name: 'a', children: [{ name: 'b', children: [] }] });
    expect(breaches(toWireSchema(z.union([tree, z.string()]), { strict: true }).schema)).toEqual([]);
  });

  it('returns any nonsense as it came, for zod to refuse', () => {
    const { restore } = toWireSchema(plan, { strict: true });
    for (const value of [null, 5, 'x', [], [null], { steps: null }, { steps: [null, 5, { kind: 'none' }] }, { value: 3 }]) expect(() => restore(value)).not.toThrow();
    expect(restore({ steps: null, count: null })).toEqual({ steps: null, count: null });
  });
});

/** What in a schema breaks OpenAI's published rules of strict mode: closed objects, everything required, references that resolve. */
function breaches(root: JsonSchema): string[] {
  const found: string[] = [];
  const walk = (node: unknown, path: string) => {
    if (typeof node !== 'object' || node === null) return;
    const schema = node as JsonSchema;
    if (typeof schema['$ref'] === 'string') {
      let target: unknown = root;
      for (const part of schema['$ref'].split('/').slice(1)) target = (target as JsonSchema | undefined)?.[part];
      if (target === undefined) found.push(`${path}: dangling ${schema['$ref']}`);
      if (Object.keys(schema).length > 1) found.push(`${path}: $ref has neighbours`);
    }
    if (schema['type'] === 'object') {
      const names = Object.keys(schema['properties'] as object);
      if (schema['additionalProperties'] !== false) found.push(`${path}: open`);
      if (JSON.stringify([...((schema['required'] as string[]) ?? [])].sort()) !== JSON.stringify(names.sort())) found.push(`${path}: not all required`);
    }
    for (const key of Object.keys(schema)) if (['oneOf', 'allOf', 'not', 'pattern', 'format', 'default', 'propertyNames', '$schema', 'prefixItems'].includes(key) && !path.endsWith('properties')) found.push(`${path}: ${key}`);
    for (const [key, value] of Object.entries(schema)) walk(value, `${path}/${key}`);
  };
  walk(root, '');
  if (root['type'] !== 'object' || root['anyOf']) found.push('root is no object');
  return found;
}
