import { hash } from 'node:crypto';

/** The chain before any entry. */
export const EMPTY_CHAIN: Uint8Array = new Uint8Array(0);

/** sha256(previous + id + sha256(bytes)), 32 bytes (rule 14 of the log). */
export function nextChain(previous: Uint8Array, entryId: string, bytes: Uint8Array): Uint8Array {
  return hash('sha256', Buffer.concat([previous, Buffer.from(entryId), hash('sha256', bytes, 'buffer')]), 'buffer');
}
