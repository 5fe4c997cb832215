import { deflateRawSync, deflateSync, constants } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/index.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { gifOf, jpegOf, LOGIN_SVG, pngOf, svgOf, webpOf } from './imageFixtures.ts';
import { inflate } from './inflate.ts';
import { MAX_IMAGE_BYTES, readImage } from './imageFile.ts';

const codeOf = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return (error as { code?: string }).code ?? error;
  }
};
const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('pictures by their content', () => {
  it.each([
    ['image/png', pngOf(320, 200), 320, 200],
    ['image/jpeg', jpegOf(640, 480), 640, 480],
    ['image/gif', gifOf(12, 34), 12, 34],
    ['image/webp', webpOf(1200, 801), 1200, 801],
    ['image/svg+xml', LOGIN_SVG, 800, 400],
    ['image/svg+xml', svgOf('', 'width="64px" height="32"'), 64, 32],
    ['image/svg+xml', svgOf('', ''), 300, 300],
  ])('reads %s', (mediaType, file, width, height) => {
    expect(readImage(file)).toEqual({ mediaType, width, height });
  });

  it('refuses 40 megapixels and more by the header alone', () => {
    expect(codeOf(() => readImage(pngOf(8000, 5001)))).toBe('IMAGE_TOO_LARGE');
    expect(codeOf(() => readImage(jpegOf(8000, 5001)))).toBe('IMAGE_TOO_LARGE');
    expect(readImage(jpegOf(8000, 5000))).toMatchObject({ width: 8000 });
    expect(codeOf(() => readImage(new Uint8Array(MAX_IMAGE_BYTES + 1)))).toBe('IMAGE_TOO_LARGE');
  });

  it.each([
    ['a HEIC photo', bytes('\0\0\0\x18ftypheic\0\0\0\0')],
    ['an AVIF picture', bytes('\0\0\0\x18ftypavif\0\0\0\0')],
    ['a BMP picture', bytes(`BM${'\0'.repeat(60)}`)],
    ['a TIFF picture', bytes('II*\0\0\0\0\0')],
    ['a PDF document', bytes('%PDF-1.7')],
    ['', bytes('just words')],
    ['', new TextEncoder().encode('<html><body>svg</body></html>')],
  ])('names what it does not take: %s', (type, file) => {
    expect(() => readImage(file)).toThrowError(expect.objectContaining({ code: 'IMAGE_TYPE_UNSUPPORTED', params: { type } }));
  });

  it('finds every cut', () => {
    for (const file of [pngOf(9, 9), jpegOf(9, 9), webpOf(9, 9)]) {
      for (let length = 0; length < file.length; length++) expect(['IMAGE_UNREADABLE', 'IMAGE_TYPE_UNSUPPORTED'], `${length} of ${file.length}`).toContain(codeOf(() => readImage(file.subarray(0, length))));
    }
    const gif = gifOf(9, 9);
    // A GIF without its last byte is whole for every viewer.
    for (let length = 0; length < gif.length - 1; length++) expect(['IMAGE_UNREADABLE', 'IMAGE_TYPE_UNSUPPORTED']).toContain(codeOf(() => readImage(gif.subarray(0, length))));
    expect(codeOf(() => readImage(svgOf('<rect>')))).toBe('IMAGE_UNREADABLE');
  });

  it('finds a flipped bit in a PNG, and survives any of them anywhere', () => {
    const seed = 20_261;
    const random = seededRandom(seed);
    for (const file of [pngOf(40, 30), jpegOf(40, 30), gifOf(40, 30), webpOf(40, 30), LOGIN_SVG]) {
      for (let round = 0; round < 300; round++) {
        const broken = Uint8Array.from(file);
        const [at, bit] = [new DataView(random(4).buffer).getUint32(0) % broken.length, random(1)[0]! % 8];
        broken[at]! ^= 1 << bit;
        const got = codeOf(() => readImage(broken));
        const isFine = typeof got === 'object' && got !== null && 'mediaType' in got;
        if (!isFine) expect(String(got), `seed ${seed}`).toMatch(/^IMAGE_/);
        if (isFine && file[0] === 0x89) expect.unreachable(`a PNG with byte ${at} changed was taken, seed ${seed}`);
      }
    }
  });
});

describe('decompression', () => {
  it('gives what zlib packed, whatever the strategy', () => {
    const random = seededRandom(7);
    const samples = [new Uint8Array(), new TextEncoder().encode('a'.repeat(5000)), new TextEncoder().encode(JSON.stringify(Array.from({ length: 400 }, (_, i) => ({ i, text: `row ${i}` })))), random(3000)];
    for (const sample of samples) {
      for (const strategy of [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY]) {
        for (const level of [0, 1, 9]) {
          expect(inflate(deflateRawSync(sample, { strategy, level }), 1e6)).toEqual(Uint8Array.from(sample));
          expect(inflate(deflateSync(sample, { strategy, level }), 1e6, true)).toEqual(Uint8Array.from(sample));
        }
      }
    }
  });
  it('stops at the limit and at damage', () => {
    const bomb = deflateRawSync(new Uint8Array(5_000_000));
    expect(inflate(bomb, 1_000_000)).toBeUndefined();
    for (let length = 0; length < bomb.length; length += 50) expect(inflate(bomb.subarray(0, length), 1e7)).toBeUndefined();
    const random = seededRandom(3);
    for (let round = 0; round < 300; round++) expect(() => inflate(random(80), 1e5)).not.toThrow();
  });
});

it('base64 there and back', () => {
  const random = seededRandom(11);
  for (const length of [0, 1, 2, 3, 100, 20_000]) {
    const sample = random(length);
    expect(fromBase64(toBase64(sample))).toEqual(Uint8Array.from(sample));
  }
  expect(fromBase64(' aGk=\n')).toEqual(bytes('hi'));
  expect(() => fromBase64('a')).not.toThrow();
});
