import type { PlainRecord } from '@uxflow/core';

/** True for an object that is not a list. */
export function isObject(value: unknown): value is PlainRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
