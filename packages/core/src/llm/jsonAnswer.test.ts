import { describe, expect, it } from 'vitest';
import { MAX_ANSWER_DEPTH, MAX_ANSWER_LENGTH, readJsonAnswer, withoutThinking } from './jsonAnswer.ts';

describe('reading JSON out of an answer', () => {
  it.each<[string, string, unknown]>([
    ['plain', '{"a":1}', { a: 1 }],
    ['spaces and a byte order mark', '\uFEFF  [1, 2]\n', [1, 2]],
    ['a fence', '```json\n{"a":1}\n```', { a: 1 }],
    ['a fence in prose', 'Here you are:\n```\n{"a":1}\n```\nAnything else?', { a: 1 }],
    ['prose around', 'The answer is {"a":"}"} as asked.', { a: '}' }],
    ['a small bracket before', 'As said in [1]: {"a": {"b": [1, 2, 3]}}', { a: { b: [1, 2, 3] } }],
    ['a broken one before', 'not {this} but {"a":1}', { a: 1 }],
    ['thoughts before', '<think>perhaps {"a":0}?</think>{"a":1}', { a: 1 }],
    ['JSON in a JSON string', '"{\\"a\\":1}"', { a: 1 }],
    ['escapes', '{"a":"\\"{[\\\\"}', { a: '"{[\\' }],
  ])('%s', (_name, text, value) => {
    expect(readJsonAnswer(text)[0]).toEqual(value);
  });

  it.each(['', '   ', 'no', '{', '{"a":', '{a:1}', '```json\n{"a":\n```', '}{', '{"a":1', '"unclosed'])('finds nothing in %j', (text) => {
    expect(readJsonAnswer(text)).toEqual([]);
  });

  it('drops __proto__ in every spelling', () => {
    for (const text of ['{"a":{"__proto__":{"x":1}},"b":1}', '{"a":{"\\u005f_proto__":{"x":1}},"b":1}']) {
      const value = readJsonAnswer(text)[0] as { a: object };
      expect(value).toEqual({ a: {}, b: 1 });
      expect(Object.hasOwn(value.a, '__proto__')).toBe(false);
    }
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it('refuses what is too deep or too long, in time that grows with the text only', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(readJsonAnswer(nested(MAX_ANSWER_DEPTH))).toHaveLength(1);
    expect(readJsonAnswer(nested(MAX_ANSWER_DEPTH + 1)).every((value) => JSON.stringify(value).length < 2 * MAX_ANSWER_DEPTH + 2)).toBe(true);
    for (const hostile of ['['.repeat(1_000_000), '{"a":'.repeat(300_000), '```\n'.repeat(300_000), '<think>'.repeat(100_000), '{'.repeat(500_000) + '"'.repeat(500_000), '\\'.repeat(900_000)]) expect(readJsonAnswer(hostile)).toEqual([]);
    expect(readJsonAnswer(`"${'x'.repeat(MAX_ANSWER_LENGTH)}"`)).toEqual([]);
  });

  it('takes thoughts off plain text too', () => {
    expect(withoutThinking('<think>a</think>b')).toBe('b');
    expect(withoutThinking('a < b')).toBe('a < b');
  });
});
