/** Reading and writing of compact binary: varints, texts and byte strings with their length before them. */
import { AppError } from '../base/error.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Grows as it is written; `done` gives the bytes. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** One byte, 0..255. */
  byte(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  /** A whole number from 0 to 2^53 - 1, seven bits a byte, low ones first. */
  number(value: number): this {
    this.#reserve(8);
    while (value > 127) {
      this.#bytes[this.#length++] = (value % 128) | 128;
      value = Math.floor(value / 128);
    }
    this.#bytes[this.#length++] = value;
    return this;
  }

  /** Bytes as they are, without their length. */
  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** Bytes behind their length. */
  bytes(bytes: Uint8Array): this {
    return this.number(bytes.length).raw(bytes);
  }

  /** UTF-8 behind its length in bytes. */
  text(text: string): this {
    return this.bytes(encoder.encode(text));
  }

  /** What was written; the writer is not used any more. */
  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    const need = this.#length + more;
    if (need <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(need, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** Reads what a ByteWriter wrote. Every method throws FRAME_MALFORMED where the bytes end too early; nothing is copied. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Offset of the next byte. */
  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw malformed('END');
    return value;
  }

  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (value > Number.MAX_SAFE_INTEGER) throw malformed('NUMBER');
      if (byte < 128) return value;
    }
  }

  raw(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw malformed('END');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  bytes(): Uint8Array {
    return this.raw(this.number());
  }

  text(): string {
    return readText(this.bytes());
  }

  rest(): Uint8Array {
    return this.raw(this.#bytes.length - this.#at);
  }
}

/** Text as UTF-8. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

/** UTF-8 as text; throws FRAME_MALFORMED where it is none. */
export function readText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw malformed('TEXT');
  }
}

/** The error of a frame that is none. */
export function malformed(reason: string): AppError {
  return new AppError('FRAME_MALFORMED', 'A message of the sync connection could not be read. Nothing was changed; the connection starts anew.', { reason });
}
