/** What a value must be to stand in a log: JSON and nothing else, or two replicas would read two things. */

/** Nesting above which a value is refused: the depth of a stack must not decide what a replica holds. */
export const MAX_DEPTH = 100;

/**
 * True for plain JSON of at most MAX_DEPTH levels without a `__proto__` key. Goes level by level, not by recursion. A property that
 * holds undefined counts as absent.
 */
export function isJson(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return isScalar(value);
  let level: object[] = [value];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return false;
    const next: object[] = [];
    for (const holder of level) {
      if (Array.isArray(holder)) {
        for (const item of holder) if (!take(item, next)) return false;
        continue;
      }
      const prototype: unknown = Object.getPrototypeOf(holder);
      if ((prototype !== Object.prototype && prototype !== null) || Object.hasOwn(holder, '__proto__')) return false;
      for (const key of Object.keys(holder)) {
        const item = (holder as Record<string, unknown>)[key];
        if (item !== undefined && !take(item, next)) return false;
      }
    }
    level = next;
  }
  return true;
}

function take(item: unknown, next: object[]): boolean {
  if (typeof item !== 'object' || item === null) return isScalar(item);
  next.push(item);
  return true;
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}
