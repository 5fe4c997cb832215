/** What a value must be to stand in a log: JSON and nothing else, or two replicas would read two things. */

/** Nesting above which a value is refused: the depth of a stack must not decide what a replica holds. */
export const MAX_DEPTH = 100;

/** True for plain JSON of at most MAX_DEPTH levels without a `__proto__` key. A property that holds undefined counts as absent. */
export function isJson(value: unknown, depth = 1): boolean {
  if (typeof value !== 'object') return typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
  if (value === null) return true;
  // Bounded, so that going down can never reach the end of a stack.
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!isJson(item, depth + 1)) return false;
    return true;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key];
    if (key === '__proto__' || (item !== undefined && !isJson(item, depth + 1))) return false;
  }
  return true;
}
