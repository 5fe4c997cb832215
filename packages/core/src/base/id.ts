import type { Clock } from './clock.ts';

/** Makes prefixed, sortable ids: `node_0190…` (a UUIDv7 behind the prefix). */
export interface IdSource {
  /** A new id; ids of one source sort in the order in which they were made. */
  newId(prefix: string): string;
}

/** Random bytes: `length` of them, each 0..255. */
export type RandomBytes = (length: number) => Uint8Array;

/** Cryptographic random bytes of the platform (browser and Node). */
export const systemRandom: RandomBytes = (length) => globalThis.crypto.getRandomValues(new Uint8Array(length));

/** A fresh seed of 32 bits, never 0. */
export function newSeed(random: RandomBytes): number {
  return new DataView(random(4).buffer).getUint32(0) || 1;
}

/** Repeatable pseudo-random bytes from a seed (xorshift32); for tests and seeded agents. */
export function seededRandom(seed: number): RandomBytes {
  let state = Math.imul(seed, 2654435761) >>> 0 || 1;
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      state ^= state << 13;
      state >>>= 0;
      state ^= state >>> 17;
      state ^= state << 5;
      state >>>= 0;
      bytes[i] = state & 255;
    }
    return bytes;
  };
}

/** An IdSource on a clock and random bytes. RFC 9562 UUIDv7: 48 bits of time, a 12-bit counter, 62 random bits. */
export function createIdSource(clock: Clock, random: RandomBytes): IdSource {
  let lastTime = 0;
  let counter = 0;
  return {
    newId(prefix) {
      const now = clock.now();
      if (now > lastTime) {
        lastTime = now;
        counter = 0;
      } else if (++counter > 0xfff) {
        // The counter ran over inside one millisecond (or the clock stands still): borrow the next one, order is kept.
        lastTime += 1;
        counter = 0;
      }
      const time = lastTime.toString(16).padStart(12, '0');
      const tail = hex(random(8));
      const variant = ((parseInt(tail.slice(0, 2), 16) & 0x3f) | 0x80).toString(16).padStart(2, '0');
      const sequence = counter.toString(16).padStart(3, '0');
      return `${prefix}_${time.slice(0, 8)}-${time.slice(8)}-7${sequence}-${variant}${tail.slice(2, 4)}-${tail.slice(4)}`;
    },
  };
}

/**
 * Ids that a document may hold: letters, digits, `_`, `-`, `:`; 1 to 100 characters. A dot would break field paths, and
 * `__proto__` as a key of a plain object would be no key at all.
 */
export const ID_PATTERN = /^(?!__proto__$)[A-Za-z0-9_:-]{1,100}$/;

function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}
