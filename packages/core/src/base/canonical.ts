/**
 * The canonical JSON text of a value: keys sorted by code unit, no spaces, absent for undefined, no -0 (rule: equality is of
 * canonical JSON). Two values are equal exactly when these texts are.
 */
export function canonicalJson(value: unknown): string {
  if (value === undefined) return 'null';
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value === 0 ? 0 : value) : 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const record = value as Record<string, unknown>;
  let text = '';
  for (const key of Object.keys(record).sort()) {
    const item = record[key];
    if (item === undefined) continue;
    text += `${text ? ',' : ''}${JSON.stringify(key)}:${canonicalJson(item)}`;
  }
  return `{${text}}`;
}

/** True when two JSON values have the same canonical text; undefined and null count as the same absence. */
export function isEqualJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === undefined || a === null) return b === undefined || b === null;
  if (typeof a !== 'object' || typeof b !== 'object' || b === null) {
    return typeof a === 'number' && typeof b === 'number' && !Number.isFinite(a) && !Number.isFinite(b);
  }
  const isList = Array.isArray(a);
  if (isList !== Array.isArray(b)) return false;
  if (isList) {
    const other = b as unknown[];
    return a.length === other.length && a.every((item, index) => isEqualJson(item, other[index]));
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  // Keys that hold undefined are absent in canonical JSON; null inside an object is a value of its own.
  for (const key of Object.keys(left)) {
    const item = own(right, key);
    if (left[key] === undefined ? item !== undefined : item === undefined || !isEqualJson(left[key], item)) return false;
  }
  for (const key of Object.keys(right)) if (right[key] !== undefined && own(left, key) === undefined) return false;
  return true;
}

/** A key may be called `toString`: what an object inherits is not its own. */
function own(record: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The value with every string in Unicode NFC, -0 as 0 and without undefined fields: the form that `commit` stores. */
export function normalizeJson<T>(value: T): T {
  if (typeof value === 'string') return value.normalize('NFC') as T;
  if (typeof value === 'number') return (value === 0 ? 0 : value) as T;
  if (Array.isArray(value)) return value.map(normalizeJson) as T;
  if (value === null || typeof value !== 'object') return value;
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) if (item !== undefined) out[key.normalize('NFC')] = normalizeJson(item);
  return out as T;
}
