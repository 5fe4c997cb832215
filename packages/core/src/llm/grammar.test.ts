import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z, type ZodType } from 'zod';
import { toGrammar } from './grammar.ts';
import { matchesGrammar } from './grammarTestKit.ts';
import { toWireSchema } from './outputSchema.ts';

const grammarOf = (schema: ZodType) => toGrammar(toWireSchema(schema, { strict: false }).schema);

const step = z.object({ kind: z.enum(['screen', 'decision', 'end']), title: z.string(), minutes: z.number().int().optional(), weight: z.number().nullable(), tags: z.array(z.string()).max(3).optional(), isMain: z.boolean().optional() });
interface Tree {
  name: string;
  children: Tree[];
}
const tree: z.ZodType<Tree> = z.lazy(() => z.object({ name: z.string(), children: z.array(tree) }));
const text = fc.string({ unit: 'binary', maxLength: 12 }).map((value) => value.toWellFormed());
const stepValue = fc.record(
  {
    kind: fc.constantFrom('screen', 'decision', 'end'), title: text, minutes: fc.integer({ min: -1_000_000, max: 1_000_000 }), weight: fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)), tags: fc.array(text, { maxLength: 3 }), isMain: fc.boolean(),
  },
  { requiredKeys: ['kind', 'title', 'weight'] },
);
/** The fields of a value in the order of its schema, as a model that is held to the grammar writes them. */
const inOrder = (value: object) => Object.fromEntries(['kind', 'title', 'minutes', 'weight', 'tags', 'isMain'].flatMap((name) => (name in value ? [[name, value[name as keyof typeof value]]] : [])));

describe('a grammar of a schema', () => {
  it('takes every value of it, compact or spaced', () => {
    const grammar = grammarOf(z.object({ steps: z.array(step).min(1) }));
    fc.assert(fc.property(fc.array(stepValue, { minLength: 1, maxLength: 3 }), fc.boolean(), (steps, isSpaced) => {
      const value = { steps: steps.map(inOrder) };
      expect(matchesGrammar(grammar, JSON.stringify(value, null, isSpaced ? 2 : 0))).toBe(true);
    }), { numRuns: 150 });
  });

  it('takes nothing that is no JSON, lacks a field, has one too many or a wrong kind', () => {
    const grammar = grammarOf(step);
    const good = { kind: 'screen', title: 'Login', weight: 1.5 };
    expect(matchesGrammar(grammar, JSON.stringify(good))).toBe(true);
    for (const wrong of [
      '', '{', 'Sure! {"kind":"screen"}', '{"kind":"screen","title":"Login"}', '{"kind":"popup","title":"Login","weight":1}', '{"kind":"screen","title":5,"weight":1}', '{"kind":"screen","title":"Login","weight":1,"color":"red"}',
      '{"kind":"screen","title":"Login","weight":"1"}', '{"kind":"screen","title":"Log\nin","weight":1}', '{"kind":"screen","title":"Login","weight":01}', '{"kind":"screen","title":"Login",,"weight":1}', '{"kind":"screen","title":"Login","minutes":1.5,"weight":1}',
      '{"kind":"screen","title":"Login","weight":1,"tags":["a","b","c","d"]}', '{"kind":"screen","title":"a\\x","weight":1}', `${JSON.stringify(good)} and more`, `{"kind":"screen",${' '.repeat(50)}"title":"Login","weight":1}`,
    ]) expect(matchesGrammar(grammar, wrong), wrong).toBe(false);
  });

  it('says nothing that JSON.parse or zod would refuse of what it takes', () => {
    // Mutations of good texts: whatever the grammar still takes must be JSON, and fit the schema.
    const grammar = grammarOf(step);
    fc.assert(fc.property(stepValue, fc.nat(200), fc.constantFrom('"', '}', ',', ':', '0', 'e', '\\', 'null', '', ' ', '[', '-'), fc.boolean(), (value, at, piece, isReplaced) => {
      const good = JSON.stringify(inOrder(value));
      const position = at % good.length;
      const changed = good.slice(0, position) + piece + good.slice(position + (isReplaced ? 1 : 0));
      if (!matchesGrammar(grammar, changed)) return;
      expect(step.safeParse(JSON.parse(changed)).success, changed).toBe(true);
    }), { numRuns: 400 });
  });

  it('knows parts that hold themselves, unions, records, tuples, nothing and lists at the root', () => {
    const nested: Tree = { name: 'a', children: [{ name: 'b', children: [{ name: 'c "quoted" \\ \u2028', children: [] }] }, { name: 'd', children: [] }] };
    expect(matchesGrammar(grammarOf(tree), JSON.stringify(nested))).toBe(true);
    expect(matchesGrammar(grammarOf(tree), '{"name":"a","children":[{"name":"b"}]}')).toBe(false);
    const union = z.discriminatedUnion('type', [z.object({ type: z.literal('add'), id: z.string() }), z.object({ type: z.literal('remove'), ids: z.array(z.string()).min(2) })]);
    const operations = grammarOf(z.array(union));
    expect(matchesGrammar(operations, '{"value":[{"type":"add","id":"n1"},{"type":"remove","ids":["a","b"]}]}')).toBe(true);
    expect(matchesGrammar(operations, '{"value":[{"type":"remove","id":"n1"}]}')).toBe(false);
    expect(matchesGrammar(operations, '{"value":[{"type":"remove","ids":["a"]}]}')).toBe(false);
    const record = grammarOf(z.object({ counts: z.record(z.string(), z.number()), pair: z.tuple([z.string(), z.number()]), open: z.unknown(), none: z.object({}) }));
    expect(matchesGrammar(record, '{"counts":{"a":1,"b":-2.5e3},"pair":["x",0],"open":{"deep":[true,null]},"none":{}}')).toBe(true);
    expect(matchesGrammar(record, '{"counts":{"a":"1"},"pair":["x",0],"open":1,"none":{}}')).toBe(false);
  });

  it('stays of a length with many optional fields', () => {
    const wide = z.object(Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`field${index}`, z.string().optional()])));
    const grammar = grammarOf(wide);
    expect(grammar.length).toBeLessThan(40_000);
    expect(matchesGrammar(grammar, '{}')).toBe(true);
    expect(matchesGrammar(grammar, '{"field3":"a","field17":"b","field39":"c"}')).toBe(true);
    expect(matchesGrammar(grammar, '{"field17":"b","field3":"a"}')).toBe(false);
  });
});
