/** Longest answer that is looked at, in characters. */
export const MAX_ANSWER_LENGTH = 4_000_000;

/** Deepest nesting that is looked at: the schemas need less than twenty, and deeper data could overflow a parser. */
export const MAX_ANSWER_DEPTH = 100;

/**
 * The JSON values that a model's text may mean, likeliest first: the whole text, a fenced block, the first value inside prose, what a
 * JSON string holds. Empty when there is none. Never throws; time grows linearly with the text.
 */
export function readJsonAnswer(text: string): unknown[] {
  if (text.length > MAX_ANSWER_LENGTH) return [];
  const clean = withoutThinking(text).replace(/^\uFEFF/, '').trim();
  const whole = parseJson(clean);
  if (typeof whole.value === 'string') {
    const inner = parseJson(whole.value.trim());
    if (inner.ok) return [inner.value, whole.value];
  }
  if (whole.ok) return [whole.value];
  const values: unknown[] = [];
  for (const match of clean.matchAll(/```[a-zA-Z]*[ \t]*\r?\n([\s\S]*?)```/g)) {
    const parsed = parseJson(match[1]!.trim());
    if (parsed.ok) values.push(parsed.value);
    if (values.length >= 8) break;
  }
  return [...values, ...readEmbedded(clean)];
}

/** The text without the thoughts that reasoning models put before their answer. */
export function withoutThinking(text: string): string {
  const end = text.lastIndexOf('</think>');
  return end === -1 ? text : text.slice(end + '</think>'.length);
}

function parseJson(text: string): { ok: boolean; value?: unknown } {
  if (depthOf(text) > MAX_ANSWER_DEPTH) return { ok: false };
  try {
    // As an own key `__proto__` is harmless, but one assignment later it is not; no schema of ours knows it.
    const needsFilter = /__proto__|\\u/.test(text);
    return { ok: true, value: needsFilter ? JSON.parse(text, (key, value) => (key === '__proto__' ? undefined : value)) : JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === BACKSLASH) i++;
      else if (char === QUOTE) inString = false;
    } else if (char === QUOTE) inString = true;
    else if (char === BRACE || char === BRACKET) deepest = Math.max(deepest, ++depth);
    else if (char === BRACE_END || char === BRACKET_END) depth--;
  }
  return deepest;
}

/** Objects and lists that stand inside prose, in their order; at most 8, each text position is scanned once a start. */
function readEmbedded(text: string): unknown[] {
  const values: unknown[] = [];
  let from = 0;
  for (let tries = 0; tries < 32 && values.length < 8; tries++) {
    const offset = text.slice(from).search(/[{[]/);
    if (offset === -1) break;
    const start = from + offset;
    const end = balancedEnd(text, start);
    const parsed = end === -1 ? { ok: false } : parseJson(text.slice(start, end));
    if (parsed.ok) values.push(parsed.value);
    from = parsed.ok ? end : start + 1;
  }
  // Prose like "[1]" is JSON too: what is larger is likelier to be the answer.
  return values.sort((a, b) => JSON.stringify(b).length - JSON.stringify(a).length);
}

function balancedEnd(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let i = start; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === BACKSLASH) i++;
      else if (char === QUOTE) inString = false;
    } else if (char === QUOTE) inString = true;
    else if (char === BRACE || char === BRACKET) {
      if (++depth > MAX_ANSWER_DEPTH) return -1;
    } else if ((char === BRACE_END || char === BRACKET_END) && --depth === 0) return i + 1;
  }
  return -1;
}

const QUOTE = 34;
const BACKSLASH = 92;
const BRACE = 123;
const BRACE_END = 125;
const BRACKET = 91;
const BRACKET_END = 93;
