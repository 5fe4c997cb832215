/** Raw deflate read (RFC 1951), synchronously: the browser's own decompression is a stream, and an entry must be folded when it comes. */

const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const DISTANCE_BITS = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
/** Order in which a block gives the lengths of the codes of its codes. */
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const MOST_BITS = 15;
/** Codes up to this long are looked up in one step. */
const QUICK_BITS = 9;

/** A canonical Huffman code: `quick` by the next bits (symbol << 4 | length, 0: longer), the rest by counting. */
interface Code {
  quick: Uint16Array;
  counts: Uint16Array;
  symbols: Uint16Array;
}

/** The bytes that were deflated, at most `size`. Throws RangeError for what is no deflate, is cut off, or would be larger. */
export function inflate(bytes: Uint8Array, size: number): Uint8Array {
  let out = new Uint8Array(Math.min(size, Math.max(1024, bytes.length * 4)));
  let written = 0;
  let at = 0;
  let held = 0;
  let count = 0;

  const need = (bits: number) => {
    while (count < bits) {
      if (at >= bytes.length) throw new RangeError('The data ends too early.');
      held |= bytes[at++]! << count;
      count += 8;
    }
  };
  const take = (bits: number): number => {
    if (bits === 0) return 0;
    need(bits);
    const value = held & ((1 << bits) - 1);
    held >>>= bits;
    count -= bits;
    return value;
  };
  const symbol = ({ quick, counts, symbols }: Code): number => {
    // At the end there may be fewer bits than the longest code has.
    while (count < MOST_BITS && at < bytes.length) {
      held |= bytes[at++]! << count;
      count += 8;
    }
    const found = quick[held & ((1 << QUICK_BITS) - 1)]!;
    if (found !== 0 && (found & 15) <= count) {
      held >>>= found & 15;
      count -= found & 15;
      return found >> 4;
    }
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MOST_BITS && length <= count; length++) {
      code |= (held >>> (length - 1)) & 1;
      const here = counts[length]!;
      if (code - here < first) {
        held >>>= length;
        count -= length;
        return symbols[index + code - first]!;
      }
      index += here;
      first = (first + here) << 1;
      code <<= 1;
    }
    throw new RangeError('There is no such code.');
  };
  const room = (more: number) => {
    if (written + more > size) throw new RangeError('The data is larger than it said.');
    if (written + more <= out.length) return;
    const next = new Uint8Array(Math.min(size, Math.max(out.length * 2, written + more)));
    next.set(out.subarray(0, written));
    out = next;
  };

  for (let isLast = false; !isLast; ) {
    isLast = take(1) === 1;
    const kind = take(2);
    if (kind === 0) {
      // Bytes as they are begin at a whole byte; what was read ahead is given back.
      at -= count >> 3;
      held = 0;
      count = 0;
      const length = bytes[at]! | (bytes[at + 1]! << 8);
      if (at + 4 + length > bytes.length || (length ^ (bytes[at + 2]! | (bytes[at + 3]! << 8))) !== 0xffff) throw new RangeError('A block is not whole.');
      room(length);
      out.set(bytes.subarray(at + 4, at + 4 + length), written);
      written += length;
      at += 4 + length;
      continue;
    }
    if (kind === 3) throw new RangeError('There is no such block.');
    const [literals, distances] = kind === 1 ? fixedCodes() : readCodes(take, symbol);
    for (;;) {
      const literal = symbol(literals);
      if (literal < 256) {
        room(1);
        out[written++] = literal;
        continue;
      }
      if (literal === 256) break;
      const lengthAt = literal - 257;
      if (lengthAt >= LENGTH_BASE.length) throw new RangeError('There is no such length.');
      const length = LENGTH_BASE[lengthAt]! + take(LENGTH_BITS[lengthAt]!);
      const distanceAt = symbol(distances);
      if (distanceAt >= DISTANCE_BASE.length) throw new RangeError('There is no such distance.');
      const distance = DISTANCE_BASE[distanceAt]! + take(DISTANCE_BITS[distanceAt]!);
      if (distance > written) throw new RangeError('A distance leads before the beginning.');
      room(length);
      if (distance >= length) out.copyWithin(written, written - distance, written - distance + length);
      else for (let n = 0; n < length; n++) out[written + n] = out[written + n - distance]!;
      written += length;
    }
  }
  return out.subarray(0, written);
}

let fixed: [Code, Code] | undefined;
function fixedCodes(): [Code, Code] {
  if (fixed) return fixed;
  const lengths = new Uint8Array(288).fill(8);
  lengths.fill(9, 144, 256);
  lengths.fill(7, 256, 280);
  return (fixed = [codeOf(lengths), codeOf(new Uint8Array(30).fill(5))]);
}

/** The codes that a block brings along. */
function readCodes(take: (bits: number) => number, symbol: (code: Code) => number): [Code, Code] {
  const literals = take(5) + 257;
  const distances = take(5) + 1;
  const given = take(4) + 4;
  if (literals > 286 || distances > 30) throw new RangeError('A block has too many codes.');
  const ofCodes = new Uint8Array(19);
  for (let n = 0; n < given; n++) ofCodes[CODE_ORDER[n]!] = take(3);
  const codes = codeOf(ofCodes);
  const lengths = new Uint8Array(literals + distances);
  for (let n = 0; n < lengths.length; ) {
    const one = symbol(codes);
    if (one < 16) {
      lengths[n++] = one;
      continue;
    }
    if (one === 16 && n === 0) throw new RangeError('Nothing stands before the first length.');
    const value = one === 16 ? lengths[n - 1]! : 0;
    const times = one === 16 ? 3 + take(2) : one === 17 ? 3 + take(3) : 11 + take(7);
    if (n + times > lengths.length) throw new RangeError('There are too many lengths.');
    lengths.fill(value, n, n + times);
    n += times;
  }
  if (lengths[256] === 0) throw new RangeError('A block has no end.');
  return [codeOf(lengths.subarray(0, literals)), codeOf(lengths.subarray(literals))];
}

/** The code whose symbols have these lengths. Throws RangeError where more codes are given than there can be. */
function codeOf(lengths: Uint8Array): Code {
  const counts = new Uint16Array(MOST_BITS + 1);
  for (const length of lengths) counts[length]! += 1;
  counts[0] = 0;
  let left = 1;
  for (let length = 1; length <= MOST_BITS; length++) {
    left = (left << 1) - counts[length]!;
    if (left < 0) throw new RangeError('A code has too many words.');
  }
  const starts = new Uint16Array(MOST_BITS + 2);
  const nextCode = new Uint16Array(MOST_BITS + 2);
  for (let length = 1; length <= MOST_BITS; length++) {
    starts[length + 1] = starts[length]! + counts[length]!;
    nextCode[length + 1] = (nextCode[length]! + counts[length]!) << 1;
  }
  const symbols = new Uint16Array(lengths.length);
  const quick = new Uint16Array(1 << QUICK_BITS);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length === 0) continue;
    symbols[starts[length]!++] = symbol;
    const code = nextCode[length]!++;
    if (length > QUICK_BITS) continue;
    let reversed = 0;
    for (let bit = 0; bit < length; bit++) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
    for (let n = reversed; n < 1 << QUICK_BITS; n += 1 << length) quick[n] = (symbol << 4) | length;
  }
  return { quick, counts, symbols };
}
