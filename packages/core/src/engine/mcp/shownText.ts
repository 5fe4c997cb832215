/** A stranger's word as a person may be shown it on one line: no control or direction characters, at most `limit` characters; `fallback` where nothing is left. */
export function shownLine(value: unknown, limit: number, fallback = ''): string {
  return cut(clean(typeof value === 'string' ? value : '').replace(/\s+/g, ' ').trim(), limit) || fallback;
}

/** A stranger's text of several lines, without what could disguise it, at most `limit` characters. */
export function shownText(value: string, limit: number): string {
  return cut(clean(value), limit);
}

/** Arguments as a person can read them before saying yes: indented JSON, long values and the whole cut. */
export function shownArguments(value: unknown, limit = 4000): string {
  try {
    const text = JSON.stringify(value ?? {}, (_, part: unknown) => (typeof part === 'string' ? shownText(part, 1000) : part), 2) ?? '{}';
    return cut(clean(text), limit);
  } catch {
    return '{}';
  }
}

/** The text up to `limit` characters, with a mark where something is missing; no pair of halves is cut. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Control characters (but line ends and tabs), direction overrides, zero-width and tag characters: they show one thing and say another. */
function clean(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|\udb40[\udc00-\udfff]/g, '');
}
