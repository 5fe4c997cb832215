/**
 * Order keys of list items: strings that sort by code unit and always leave room between two (rule 8). A key is a whole number
 * of base-62 digits with its length in front (`a` one digit, `b` two, … ; `Z` downwards for what comes before), then a fraction.
 */

/** A key that sorts after `a` and before `b`; null is the open end. Where the two leave no room (foreign keys), one after `a`. */
export function orderBetween(a: string | null, b: string | null): string {
  if (a === null && b === null) return 'a0';
  if (a === null) return keyBefore(b!);
  if (b === null) return keyAfter(a);
  if (a >= b) return keyAfter(a);
  // Between two whole numbers that leave a number free, the short number is taken; else a fraction is cut.
  const next = keyAfter(a);
  if (next < b && next.length <= a.length) return next;
  return midpoint(a, b) ?? next;
}

/** A key after every item of a list; items without a usable order count as first. */
export function orderAfterAll(items: Readonly<Record<string, { order?: unknown }>> | undefined): string {
  let last: string | null = null;
  for (const item of Object.values(items ?? {})) {
    const order = item?.order;
    if (typeof order === 'string' && order !== '' && (last === null || order > last)) last = order;
  }
  return orderBetween(last, null);
}

/** The items of a list in the order in which everybody sees them: by order key, then by id (rule 8). */
export function itemsInOrder<T extends { order: string }>(items: Readonly<Record<string, T>> | undefined): { id: string; item: T }[] {
  const entries = Object.entries(items ?? {}).map(([id, item]) => ({ id, item }));
  return entries.sort((a, b) => (a.item.order < b.item.order ? -1 : a.item.order > b.item.order ? 1 : a.id < b.id ? -1 : 1));
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const FIRST = DIGITS[0]!;
const LAST = DIGITS[61]!;

/** The whole number in front of a key, or null for a key that is none of ours. */
function wholeOf(key: string): string | null {
  const head = key.charCodeAt(0);
  const length = head >= 97 && head <= 122 ? head - 95 : head >= 65 && head <= 90 ? 92 - head : 0;
  if (length === 0 || key.length < length) return null;
  const whole = key.slice(0, length);
  return /^[A-Za-z][0-9A-Za-z]+$/.test(whole) ? whole : null;
}

function keyAfter(key: string): string {
  const whole = wholeOf(key);
  const next = whole && increment(whole);
  // Foreign keys, and the end of the numbers, still have room behind them.
  return next ?? `${key}V`;
}

function keyBefore(key: string): string {
  const whole = wholeOf(key);
  if (whole && whole < key) return whole;
  const previous = whole && decrement(whole);
  return previous ?? midpoint('', key) ?? key;
}

function increment(whole: string): string | null {
  for (let at = whole.length - 1; at > 0; at--) {
    if (whole[at] !== LAST) return whole.slice(0, at) + DIGITS[DIGITS.indexOf(whole[at]!) + 1] + FIRST.repeat(whole.length - at - 1);
  }
  const head = whole[0]!;
  if (head === 'z') return null;
  if (head === 'Z') return 'a0';
  const next = String.fromCharCode(head.charCodeAt(0) + 1);
  return next + FIRST.repeat(head >= 'a' ? whole.length : whole.length - 2);
}

function decrement(whole: string): string | null {
  for (let at = whole.length - 1; at > 0; at--) {
    if (whole[at] !== FIRST) return whole.slice(0, at) + DIGITS[DIGITS.indexOf(whole[at]!) - 1] + LAST.repeat(whole.length - at - 1);
  }
  const head = whole[0]!;
  if (head === 'A') return null;
  if (head === 'a') return `Z${LAST}`;
  const previous = String.fromCharCode(head.charCodeAt(0) - 1);
  return previous + LAST.repeat(head >= 'a' ? whole.length - 2 : whole.length);
}

/** A string between a and b (a < b), or null where base-62 digits leave none. */
function midpoint(a: string, b: string): string | null {
  let prefix = '';
  for (let at = 0; ; at++) {
    const low = at < a.length ? DIGITS.indexOf(a[at]!) : 0;
    const high = at < b.length ? DIGITS.indexOf(b[at]!) : -1;
    // A character that is no digit of ours, or b exhausted: nothing sound to cut.
    if (low < 0 || (at < b.length && high < 0) || at >= b.length) return null;
    if (high === low) {
      prefix += b[at];
      continue;
    }
    if (high - low > 1) return prefix + DIGITS[(low + high) >> 1];
    // Neighbouring digits: keep a's digit, then go behind the rest of a.
    return prefix + DIGITS[low] + after(a.slice(at + 1));
  }
}

/** The shortest string of digits after `rest`. */
function after(rest: string): string {
  for (let at = 0; at < rest.length; at++) {
    const digit = DIGITS.indexOf(rest[at]!);
    if (digit < 0) break;
    if (digit < 61) return rest.slice(0, at) + DIGITS[(digit + 62) >> 1];
  }
  return `${rest}V`;
}
