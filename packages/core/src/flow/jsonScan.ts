/** A walk over JSON text that finds what JSON.parse swallows (keys said twice) or does not tell (where and how a text breaks off). */

export interface JsonScan {
  /** complete: one whole JSON value. truncated: good up to the end of the text, but something is still open. broken: not JSON. */
  end: 'complete' | 'truncated' | 'broken';
  /** Index of the character at which it ended or broke. */
  position: number;
  /** Paths of keys that an object names twice; the earlier value would be lost. */
  duplicates: string[][];
  /** Paths of keys that no document may hold (`__proto__`). */
  forbidden: string[][];
  /** Whole members of each object at depth one, by its key: `{nodes: 12, edges: 3}`. */
  complete: Record<string, number>;
  /** Deepest nesting of objects and arrays. */
  depth: number;
}

interface Level {
  isArray: boolean;
  key: string;
  count: number;
  keys: string[];
  /** Set once there are many keys; a small list is faster for the small objects that a document mostly holds. */
  lookup: Set<string> | null;
}

type Expected = 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'colon' | 'commaOrEnd' | 'nothing';

const LITERAL = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
const CUT_LITERAL = /[\w.+-]*$/y;

/** How a text reads as JSON. Never throws; linear in the length of the text. */
export function scanJson(text: string): JsonScan {
  const scan: JsonScan = { end: 'truncated', position: 0, duplicates: [], forbidden: [], complete: {}, depth: 0 };
  const stack: Level[] = [];
  let expected = 'value' as Expected;
  let at = 0;
  const finish = (end: JsonScan['end'], position = at): JsonScan => Object.assign(scan, { end, position });

  const valueDone = (): void => {
    const level = stack.at(-1);
    if (!level) {
      expected = 'nothing';
      return;
    }
    level.count++;
    // A member of `nodes`, `edges` ... is whole: the root is level 0, its map level 1.
    if (stack.length === 2) scan.complete[stack[0]!.key] = level.count;
    expected = 'commaOrEnd';
  };

  for (;;) {
    at = skipSpace(text, at);
    if (at >= text.length) return finish(expected === 'nothing' ? 'complete' : 'truncated');
    const code = text.charCodeAt(at);

    if (expected === 'nothing') return finish('broken');
    if (expected === 'colon') {
      if (code !== 58) return finish('broken');
      at++;
      expected = 'value';
    } else if (expected === 'commaOrEnd' && code === 44) {
      at++;
      expected = stack.at(-1)!.isArray ? 'value' : 'key';
    } else if (code === 125 || code === 93) {
      const level = stack.at(-1);
      const mayEnd = expected === 'commaOrEnd' || expected === 'keyOrEnd' || expected === 'valueOrEnd';
      if (!level || !mayEnd || level.isArray !== (code === 93)) return finish('broken');
      stack.pop();
      at++;
      valueDone();
    } else if (expected === 'key' || expected === 'keyOrEnd') {
      const end = code === 34 ? stringEnd(text, at) : -1;
      if (end < 0) return finish(end === -2 ? 'truncated' : 'broken', end === -2 ? text.length : at);
      takeKey(scan, stack, text.slice(at, end));
      at = end;
      expected = 'colon';
    } else if (expected === 'commaOrEnd') {
      return finish('broken');
    } else if (code === 34) {
      const end = stringEnd(text, at);
      if (end < 0) return finish(end === -2 ? 'truncated' : 'broken', end === -2 ? text.length : at);
      at = end;
      valueDone();
    } else if (code === 123 || code === 91) {
      const isArray = code === 91;
      stack.push({ isArray, key: '', count: 0, keys: [], lookup: null });
      if (stack.length > scan.depth) scan.depth = stack.length;
      if (stack.length === 2 && !isArray) scan.complete[stack[0]!.key] = 0;
      expected = isArray ? 'valueOrEnd' : 'keyOrEnd';
      at++;
    } else {
      LITERAL.lastIndex = at;
      if (!LITERAL.test(text)) {
        CUT_LITERAL.lastIndex = at;
        return CUT_LITERAL.test(text) && at < text.length && /[-\w]/.test(text[at]!) ? finish('truncated', text.length) : finish('broken');
      }
      at = LITERAL.lastIndex;
      valueDone();
    }
  }
}

function takeKey(scan: JsonScan, stack: Level[], raw: string): void {
  const level = stack.at(-1)!;
  const key = raw.includes('\\') ? readString(raw) : raw.slice(1, -1);
  level.key = key;
  if (key === '__proto__') scan.forbidden.push(stack.map((open) => open.key));
  if (level.lookup ? level.lookup.has(key) : level.keys.includes(key)) {
    scan.duplicates.push(stack.map((open) => (open.isArray ? String(open.count) : open.key)));
    return;
  }
  if (level.lookup) level.lookup.add(key);
  else {
    level.keys.push(key);
    if (level.keys.length > 12) level.lookup = new Set(level.keys);
  }
}

function readString(raw: string): string {
  try {
    return JSON.parse(raw) as string;
  } catch {
    return raw;
  }
}

function skipSpace(text: string, start: number): number {
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) break;
  }
  return at;
}

/** Index behind the closing quote; -2 when the text ends inside, -1 when a control character stands in the string. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) return at + 1;
    if (code === 92) at++;
    else if (code < 32) return -1;
  }
  return -2;
}
