import { randomBytes } from 'node:crypto';
import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inflate } from './inflate.ts';

const ways = [{}, { level: 1 }, { level: 9 }, { level: 0 }, { strategy: constants.Z_FIXED }, { strategy: constants.Z_HUFFMAN_ONLY }, { strategy: constants.Z_RLE }] as const;

test('gives back whatever zlib deflated, in every way in which it deflates', () => {
  const texts = fc.oneof(fc.uint8Array({ maxLength: 5000 }), fc.array(fc.constantFrom('node_', '"title":', 'Sign in', 'ä', '\u{1f600}', '{}'), { maxLength: 3000 }).map((words) => new Uint8Array(Buffer.from(words.join('')))));
  fc.assert(
    fc.property(texts, fc.constantFrom(...ways), (plain, way) => {
      expect(Buffer.from(inflate(new Uint8Array(deflateRawSync(plain, way)), plain.length)).equals(Buffer.from(plain))).toBe(true);
    }),
    { numRuns: 400 },
  );
  const large = Buffer.concat([randomBytes(200_000), Buffer.alloc(200_000, 'ab'), randomBytes(70_000)]);
  for (const way of ways) expect(Buffer.from(inflate(deflateRawSync(large, way), large.length)).equals(large)).toBe(true);
});

test('refuses what is larger than it said, cut off, or no deflate, and never runs away', () => {
  const plain = Buffer.from('The same again and again. '.repeat(500));
  const deflated = deflateRawSync(plain);
  expect(() => inflate(deflated, plain.length - 1)).toThrow(RangeError);
  for (let length = 0; length < deflated.length; length++) expect(() => inflate(deflated.subarray(0, length), plain.length), String(length)).toThrow(RangeError);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      try {
        expect(inflate(bytes, 10_000).length).toBeLessThanOrEqual(10_000);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
    { numRuns: 2000 },
  );
});
