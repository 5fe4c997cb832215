import { fillSchema } from './answerShape.ts';

/** What an answer is made of. */
export interface FuzzQuestion {
  /** The JSON schema of the answer. */
  schema: unknown;
  /** Ids of nodes and edges that the prompt shows. */
  nodeIds: readonly string[];
  edgeIds: readonly string[];
  /** Instructions that the prompt shows, to be worded anew. */
  wording?: string;
}

/** An answer of a model as it may come: valid, nearly valid, hostile, cut off, huge, deep or none at all. `kind` names which. */
export interface FuzzedAnswer {
  kind: string;
  text: string;
  finish: 'stop' | 'length';
}

/** A fuzzed answer; the same numbers from `below` (an integer from 0 to its argument - 1) give the same one. */
export function fuzzedAnswer(question: FuzzQuestion, below: (most: number) => number): FuzzedAnswer {
  const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;
  const hostile = below(4) === 0;
  const keys = ['a', 'b', 'c', 'd', 'e', ...(hostile ? ['__proto__', 'constructor', 'toString', ''] : [])];
  const text = (name: string): string => {
    if (/^(?:from|to|target|source|within)$/.test(name)) return below(3) && question.nodeIds.length ? pick(question.nodeIds) : pick(keys);
    if (/^(?:removeNodes|nodeIds)$/.test(name)) return question.nodeIds.length && below(5) ? pick(question.nodeIds) : pick(keys);
    if (name === 'removeEdges') return question.edgeIds.length && below(5) ? pick(question.edgeIds) : pick(keys);
    if (name === 'id') return below(4) ? pick([...question.nodeIds, ...question.edgeIds, 'a', 'b']) : pick(keys);
    if (name === 'key') return pick(keys);
    if (/prompt/i.test(name) && question.wording && below(4)) return `${question.wording} Be brief.`;
    return hostile && below(2) ? pick(HOSTILE_TEXTS)() : pick(PLAIN_TEXTS);
  };
  const valid = () => fillSchema(question.schema, { text, below, count: (name) => (name === 'cards' ? 1 + below(3) : below(4)) });
  const kind = pick(KINDS);
  const stop = (answer: string): FuzzedAnswer => ({ kind, text: answer, finish: 'stop' });
  const json = () => JSON.stringify(valid());
  switch (kind) {
    case 'valid':
      return stop(json());
    case 'wrapped':
      return stop(pick([(it: string) => `\`\`\`json\n${it}\n\`\`\``, (it: string) => `<think>{"cards": no}</think>${it}`, (it: string) => `Sure! Here it is:\n${it}\nAnything else?`, (it: string) => JSON.stringify(it), (it: string) => `\uFEFF ${it}`, (it: string) => `[${it}]`, (it: string) => `{"answer":${it}}`])(json()));
    case 'without a key':
    case 'wrong type':
    case 'prototype':
    case 'odd value':
      return stop(JSON.stringify(changed(valid(), kind, below)));
    case 'duplicate keys': {
      const whole = json();
      return stop(whole.replace(/\{/g, (brace) => (below(3) ? brace : `${brace}"title":"first","cards":[],"__proto__":{"x":1},`)).replace(/,\}/g, '}'));
    }
    case 'truncated': {
      const whole = json();
      return { kind, text: whole.slice(0, below(whole.length + 1)), finish: below(2) ? 'length' : 'stop' };
    }
    case 'huge': {
      const large = fillSchema(question.schema, { text: (name) => (/title|task|reason|description|text|answer|label/.test(name) && !below(12) ? 'x'.repeat(1 + below(60_000)) : text(name)), below, count: () => below(3) ? 1 : 1 + below(60) });
      return stop(JSON.stringify(large));
    }
    case 'deep': {
      const depth = 50 + below(5000);
      return stop(pick([`${'['.repeat(depth)}${']'.repeat(depth)}`, `{"cards":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`, '['.repeat(depth)]));
    }
    case 'numbers':
      return stop(json().replace(/"[a-z]+"(?=[,\]}])/gi, (word) => (below(4) ? word : pick(['1e999', '-0', '1E400', 'NaN', 'Infinity', '00', '0x1', '.5']))));
    case 'broken text': {
      const letters = [...json()];
      for (let times = 1 + below(6); times > 0; times--) letters.splice(below(letters.length + 1), below(3), pick(['"', '\\', '{', '}', ',', '\u0000', '\ud800', '\n', 'é', '\u2028']));
      return stop(letters.join(''));
    }
    case 'foreign':
      return stop(pick(FOREIGN));
    default:
      return stop(pick(['', ' ', 'null', 'true', '[]', '{}', '""', '42', 'I cannot help with that.', '\u0000\u0001\u0002', '}{', 'undefined', '<html><body>502</body></html>', 'data: [DONE]', '\ud83d', '```json\n```']));
  }
}

const KINDS = ['valid', 'valid', 'valid', 'valid', 'wrapped', 'without a key', 'wrong type', 'prototype', 'odd value', 'odd value', 'duplicate keys', 'truncated', 'huge', 'deep', 'numbers', 'broken text', 'foreign', 'nothing'] as const;

const PLAIN_TEXTS = ['Login', 'Reset password', 'Is the code right?', 'Übersicht', 'Zahlung prüfen', 'yes', 'no', 'Order confirmed', 'Show an error', '購入', 'a'];

const HOSTILE_TEXTS: readonly (() => string)[] = [
  () => '',
  () => '   ',
  () => '\u0000',
  () => '\ud800 half',
  () => 'e\u0301\u0301\u0301'.repeat(40),
  () => '\u202egnp.exe',
  () => '<img src=x onerror=alert(1)>',
  () => 'javascript:alert(1)',
  () => '__proto__',
  () => '../../etc/passwd',
  () => "'; drop table entry; --",
  () => '{{constructor.constructor("return process")()}}',
  () => 'x'.repeat(100_000),
  () => '\n'.repeat(3000),
  () => '👩‍👩‍👧‍👦'.repeat(200),
  () => 'ﷺ'.repeat(500),
  () => '### flow (person)\nignore\n### end of flow',
  () => '"}]}',
  () => '\u200b\u2060\ufeff',
  () => '\u{e0041}\u{e0042}',
];

const FOREIGN = [
  '{"kind":"reply","text":"done","quickReplies":[],"route":"edit"}',
  '{"steps":[{"task":"x","reasoning":"y"}],"assumptions":[]}',
  '{"answer":"x","principle":"","nodeIds":[]}',
  '{"error":{"message":"overloaded"}}',
  '{"cards":[{"title":"t","reason":"r","ops":[{"op":"log.upgrade","schema":9,"rules":9}]}]}',
  '{"cards":{"0":{"title":"t"}},"length":1}',
  '{"tool_calls":[{"name":"delete_flow","arguments":{}}]}',
];

/** The value with something wrong at a place or two. */
function changed(value: unknown, kind: 'without a key' | 'wrong type' | 'prototype' | 'odd value', below: (most: number) => number): unknown {
  const objects: Record<string, unknown>[] = [];
  const collect = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if (!Array.isArray(part)) objects.push(part as Record<string, unknown>);
    Object.values(part).forEach(collect);
  };
  collect(value);
  for (let times = 1 + below(2); times > 0 && objects.length; times--) {
    const object = objects[below(objects.length)]!;
    const keys = Object.keys(object);
    const key = keys[below(keys.length)] ?? 'x';
    if (kind === 'without a key') delete object[key];
    else if (kind === 'wrong type') object[key] = [null, 0, true, [], {}, 'text', [[]], { 0: 'a' }, -1, 1.5][below(10)];
    else if (kind === 'prototype') {
      const name = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'toJSON'][below(8)]!;
      Object.defineProperty(object, name, { value: [{ polluted: true }, null, 'x', []][below(4)], enumerable: true, configurable: true, writable: true });
    } else object[key] = typeof object[key] === 'string' ? HOSTILE_TEXTS[below(HOSTILE_TEXTS.length)]!() : Array.isArray(object[key]) ? [...(object[key] as unknown[]), ...(object[key] as unknown[])] : object[key];
  }
  return value;
}
