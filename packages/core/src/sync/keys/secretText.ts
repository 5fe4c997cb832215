/** Secrets that a person copies by hand: groups of base32 letters with a checksum, so that a slip is told at once. */
import { type Cipher } from './cipher.ts';

/** Why a text is none of ours. CHECKSUM: the letters are possible, but at least one is wrong. */
export type SecretTextProblem = 'LENGTH' | 'LETTER' | 'CHECKSUM';

/** Digits and letters without I, L, O and U: nothing looks like anything else. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUP = 4;
const encoder = new TextEncoder();

/** The text of a secret: groups of four, joined by dashes. Secret and checksum together must be a multiple of 5 bytes. */
export function writeSecretText(cipher: Cipher, kind: string, secret: Uint8Array, checkBytes: number): string {
  const bytes = joined(secret, checksum(cipher, kind, secret, checkBytes));
  let text = '';
  for (let bit = 0; bit < bytes.length * 8; bit += 5) text += ALPHABET[((((bytes[bit >> 3]! << 8) | (bytes[(bit >> 3) + 1] ?? 0)) >> (11 - (bit & 7))) & 31)]!;
  return text.match(new RegExp(`.{${GROUP}}`, 'g'))!.join('-');
}

/** The secret of a text that a person typed: case, spaces and dashes do not matter, O is 0, I and L are 1. */
export function readSecretText(cipher: Cipher, kind: string, text: string, secretBytes: number, checkBytes: number): Uint8Array | SecretTextProblem {
  const letters = text.toUpperCase().replaceAll(/[\s\-–—.]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  if ([...letters].some((letter) => !ALPHABET.includes(letter))) return 'LETTER';
  const length = secretBytes + checkBytes;
  if (letters.length * 5 !== length * 8) return 'LENGTH';
  const bytes = new Uint8Array(length);
  for (let at = 0; at < letters.length; at++) {
    const value = ALPHABET.indexOf(letters[at]!);
    const bit = at * 5;
    const shifted = value << (11 - (bit & 7));
    bytes[bit >> 3]! |= shifted >> 8;
    if ((bit >> 3) + 1 < length) bytes[(bit >> 3) + 1]! |= shifted & 255;
  }
  const secret = bytes.slice(0, secretBytes);
  return cipher.isEqual(bytes.subarray(secretBytes), checksum(cipher, kind, secret, checkBytes)) ? secret : 'CHECKSUM';
}

function checksum(cipher: Cipher, kind: string, secret: Uint8Array, length: number): Uint8Array {
  return cipher.hash(32, joined(encoder.encode(`${kind}:`), secret)).subarray(0, length);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
