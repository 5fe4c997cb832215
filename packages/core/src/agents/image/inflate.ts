/**
 * Decompresses raw DEFLATE data (RFC 1951), with `isZlib` the zlib form around it (RFC 1950). Undefined where it is damaged or
 * comes to more than `limit` bytes: a few bytes can stand for gigabytes.
 */
export function inflate(bytes: Uint8Array, limit: number, isZlib = false): Uint8Array | undefined {
  try {
    return new Inflater(isZlib ? bytes.subarray(2) : bytes, limit).run();
  } catch (error) {
    if (error instanceof Damaged) return undefined;
    throw error;
  }
}

class Damaged extends Error {}

class Inflater {
  private readonly bytes: Uint8Array;
  private readonly limit: number;
  private out = new Uint8Array(4096);
  private length = 0;
  private at = 0;
  private bits = 0;
  private count = 0;

  constructor(bytes: Uint8Array, limit: number) {
    this.bytes = bytes;
    this.limit = limit;
  }

  run(): Uint8Array {
    for (let isLast = false; !isLast; ) {
      isLast = this.take(1) === 1;
      const kind = this.take(2);
      if (kind === 0) this.stored();
      else if (kind === 1) this.block(FIXED_LENGTHS, FIXED_DISTANCES);
      else if (kind === 2) this.dynamic();
      else throw new Damaged();
    }
    return this.out.subarray(0, this.length);
  }

  private take(wanted: number): number {
    while (this.count < wanted) {
      if (this.at >= this.bytes.length) throw new Damaged();
      this.bits |= this.bytes[this.at++]! << this.count;
      this.count += 8;
    }
    const value = this.bits & ((1 << wanted) - 1);
    this.bits >>>= wanted;
    this.count -= wanted;
    return value;
  }

  private put(byte: number): void {
    if (this.length >= this.limit) throw new Damaged();
    if (this.length === this.out.length) {
      const larger = new Uint8Array(this.out.length * 2);
      larger.set(this.out);
      this.out = larger;
    }
    this.out[this.length++] = byte;
  }

  private stored(): void {
    this.bits = 0;
    this.count = 0;
    const length = (this.bytes[this.at] ?? 0) | ((this.bytes[this.at + 1] ?? 0) << 8);
    this.at += 4;
    if (this.at + length > this.bytes.length) throw new Damaged();
    for (let i = 0; i < length; i++) this.put(this.bytes[this.at++]!);
  }

  private dynamic(): void {
    const [lengths, distances, codes] = [this.take(5) + 257, this.take(5) + 1, this.take(4) + 4];
    const widths = new Uint8Array(19);
    for (let i = 0; i < codes; i++) widths[CODE_ORDER[i]!] = this.take(3);
    const table = treeOf(widths);
    const all = new Uint8Array(lengths + distances);
    for (let i = 0; i < all.length; ) {
      const symbol = this.symbol(table);
      if (symbol < 16) {
        all[i++] = symbol;
        continue;
      }
      const value = symbol === 16 ? (i ? all[i - 1]! : NaN) : 0;
      if (Number.isNaN(value)) throw new Damaged();
      const times = symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7);
      if (i + times > all.length) throw new Damaged();
      all.fill(value, i, i + times);
      i += times;
    }
    this.block(treeOf(all.subarray(0, lengths)), treeOf(all.subarray(lengths)));
  }

  private block(lengths: Tree, distances: Tree): void {
    for (;;) {
      const symbol = this.symbol(lengths);
      if (symbol === 256) return;
      if (symbol < 256) {
        this.put(symbol);
        continue;
      }
      const index = symbol - 257;
      if (index >= LENGTH_BASE.length) throw new Damaged();
      const length = LENGTH_BASE[index]! + this.take(LENGTH_EXTRA[index]!);
      const far = this.symbol(distances);
      if (far >= DISTANCE_BASE.length) throw new Damaged();
      const distance = DISTANCE_BASE[far]! + this.take(DISTANCE_EXTRA[far]!);
      if (distance > this.length) throw new Damaged();
      for (let i = 0; i < length; i++) this.put(this.out[this.length - distance]!);
    }
  }

  private symbol(tree: Tree): number {
    for (let code = 0, first = 0, index = 0, width = 1; width < tree.counts.length; width++) {
      code |= this.take(1);
      const count = tree.counts[width]!;
      if (code - count < first) return tree.symbols[index + (code - first)]!;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Damaged();
  }
}

/** A canonical Huffman code: how many codes there are of each width, and their symbols in order. */
interface Tree {
  counts: Uint16Array;
  symbols: Uint16Array;
}

function treeOf(widths: Uint8Array): Tree {
  const counts = new Uint16Array(16);
  for (const width of widths) counts[width]!++;
  counts[0] = 0;
  const offsets = new Uint16Array(16);
  for (let width = 1; width < 15; width++) offsets[width + 1] = offsets[width]! + counts[width]!;
  const symbols = new Uint16Array(widths.length);
  widths.forEach((width, symbol) => {
    if (width) symbols[offsets[width]!++] = symbol;
  });
  return { counts, symbols };
}

const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const DISTANCE_EXTRA = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const FIXED_LENGTHS = treeOf(Uint8Array.from({ length: 288 }, (_, index) => (index < 144 ? 8 : index < 256 ? 9 : index < 280 ? 7 : 8)));
const FIXED_DISTANCES = treeOf(new Uint8Array(30).fill(5));
