/** QR codes (ISO/IEC 18004) of short texts: bytes, error correction M, versions 1 to 15, which hold 412 bytes. */

/** Error correction bytes of a block, and blocks, by version (from 1) at level M. */
const CORRECTION = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10];
/** Whether a mask turns a module over. */
const MASKS: ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** The modules of a code as rows, true for dark, without the quiet zone of four around it. Undefined for texts of more than 412 bytes. */
export function qrCode(text: string): boolean[][] | undefined {
  const bytes = new TextEncoder().encode(text);
  const version = BLOCKS.findIndex((_, at) => bytes.length <= dataBytes(at + 1) - (at + 1 < 10 ? 2 : 3)) + 1;
  if (version === 0) return undefined;
  const codewords = interleaved(packed(bytes, version), version);
  const size = version * 4 + 17;
  let best: { cells: boolean[][]; penalty: number } | undefined;
  MASKS.forEach((mask, number) => {
    const { cells, fixed } = frame(version, size);
    drawFormat(cells, fixed, number, size);
    drawData(cells, fixed, codewords, size, mask);
    const penalty = penaltyOf(cells, size);
    if (!best || penalty < best.penalty) best = { cells, penalty };
  });
  return best!.cells;
}

/** Modules that hold data, function patterns taken off. */
function dataModules(version: number): number {
  const aligned = version === 1 ? 0 : Math.floor(version / 7) + 2;
  return (16 * version + 128) * version + 64 - (version === 1 ? 0 : (25 * aligned - 10) * aligned - 55) - (version >= 7 ? 36 : 0);
}

function dataBytes(version: number): number {
  return Math.floor(dataModules(version) / 8) - CORRECTION[version - 1]! * BLOCKS[version - 1]!;
}

/** Mode, length and bytes, filled up. */
function packed(bytes: Uint8Array, version: number): number[] {
  const bits: number[] = [];
  const put = (value: number, length: number) => {
    for (let at = length - 1; at >= 0; at--) bits.push((value >>> at) & 1);
  };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) put(byte, 8);
  const room = dataBytes(version) * 8;
  put(0, Math.min(4, room - bits.length));
  put(0, (8 - (bits.length % 8)) % 8);
  for (let filler = 0xec; bits.length < room; filler ^= 0xec ^ 0x11) put(filler, 8);
  return Array.from({ length: bits.length / 8 }, (_, at) => bits.slice(at * 8, at * 8 + 8).reduce((value, bit) => value * 2 + bit, 0));
}

/** Blocks with their correction, one byte of each after the other. */
function interleaved(data: number[], version: number): number[] {
  const count = BLOCKS[version - 1]!;
  const correction = CORRECTION[version - 1]!;
  const total = Math.floor(dataModules(version) / 8);
  const long = total % count;
  const shortLength = Math.floor(total / count) - correction;
  const generator = generatorOf(correction);
  let from = 0;
  const blocks = Array.from({ length: count }, (_, at) => {
    const length = shortLength + (at < count - long ? 0 : 1);
    const part = data.slice(from, (from += length));
    return { part, rest: remainder(part, generator) };
  });
  const result: number[] = [];
  for (let at = 0; at <= shortLength; at++) for (const { part } of blocks) if (at < part.length) result.push(part[at]!);
  for (let at = 0; at < correction; at++) for (const { rest } of blocks) result.push(rest[at]!);
  return result;
}

/** Product in the field of 256 elements modulo x^8+x^4+x^3+x^2+1. */
function times(left: number, right: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((right >>> bit) & 1) * left;
  }
  return product;
}

/** Coefficients of (x - 1)(x - 2)(x - 4)…, highest first, without the leading one. */
function generatorOf(degree: number): number[] {
  const result = [...Array<number>(degree - 1).fill(0), 1];
  let root = 1;
  for (let step = 0; step < degree; step++) {
    for (let at = 0; at < degree; at++) result[at] = times(result[at]!, root) ^ (result[at + 1] ?? 0);
    root = times(root, 2);
  }
  return result;
}

function remainder(data: number[], generator: number[]): number[] {
  const result = generator.map(() => 0);
  for (const byte of data) {
    const factor = byte ^ result.shift()!;
    result.push(0);
    generator.forEach((coefficient, at) => (result[at]! ^= times(coefficient, factor)));
  }
  return result;
}

/** The patterns that are the same for every text. */
function frame(version: number, size: number): { cells: boolean[][]; fixed: boolean[][] } {
  const grid = () => Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  const [cells, fixed] = [grid(), grid()];
  const set = (x: number, y: number, dark: boolean) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    cells[y]![x] = dark;
    fixed[y]![x] = true;
  };
  for (let at = 0; at < size; at++) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  const square = (centreX: number, centreY: number, reach: number, isDark: (distance: number) => boolean) => {
    for (let dy = -reach; dy <= reach; dy++) for (let dx = -reach; dx <= reach; dx++) set(centreX + dx, centreY + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))));
  };
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]] as const) square(x, y, 4, (distance) => distance !== 2 && distance !== 4);
  const centres = alignment(version, size);
  const last = centres.length - 1;
  centres.forEach((y, row) => centres.forEach((x, column) => {
    const isCorner = (row === 0 && column === 0) || (row === 0 && column === last) || (row === last && column === 0);
    if (!isCorner) square(x, y, 2, (distance) => distance !== 1);
  }));
  if (version >= 7) {
    let rest = version;
    for (let step = 0; step < 12; step++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
    const bits = (version << 12) | rest;
    for (let at = 0; at < 18; at++) {
      const dark = ((bits >>> at) & 1) === 1;
      const [near, far] = [Math.floor(at / 3), size - 11 + (at % 3)];
      set(far, near, dark);
      set(near, far, dark);
    }
  }
  return { cells, fixed };
}

function alignment(version: number, size: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  return [6, ...Array.from({ length: count - 1 }, (_, at) => size - 7 - (count - 2 - at) * step)];
}

/** Which mask was used, twice; level M is 00. */
function drawFormat(cells: boolean[][], fixed: boolean[][], mask: number, size: number): void {
  let rest = mask;
  for (let step = 0; step < 10; step++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
  const bits = ((mask << 10) | rest) ^ 0x5412;
  const set = (x: number, y: number, at: number) => {
    cells[y]![x] = ((bits >>> at) & 1) === 1;
    fixed[y]![x] = true;
  };
  for (let at = 0; at < 6; at++) set(8, at, at);
  set(8, 7, 6);
  set(8, 8, 7);
  set(7, 8, 8);
  for (let at = 9; at < 15; at++) set(14 - at, 8, at);
  for (let at = 0; at < 8; at++) set(size - 1 - at, 8, at);
  for (let at = 8; at < 15; at++) set(8, size - 15 + at, at);
  cells[size - 8]![8] = true;
  fixed[size - 8]![8] = true;
}

/** Bits go up and down in columns of two, from the right. */
function drawData(cells: boolean[][], fixed: boolean[][], codewords: number[], size: number, mask: (x: number, y: number) => boolean): void {
  let bit = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const isUp = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step++) {
      const y = isUp ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (fixed[y]![x]) continue;
        const dark = bit < codewords.length * 8 && ((codewords[bit >>> 3]! >>> (7 - (bit & 7))) & 1) === 1;
        cells[y]![x] = dark !== mask(x, y);
        bit += 1;
      }
    }
  }
}

/** How hard a code is to read: long runs, blocks, what looks like a finder, too much of one colour. */
function penaltyOf(cells: boolean[][], size: number): number {
  let penalty = 0;
  const lines = [...cells, ...Array.from({ length: size }, (_, x) => cells.map((row) => row[x]!))];
  for (const line of lines) {
    let run = 1;
    for (let at = 1; at <= size; at++) {
      if (at < size && line[at] === line[at - 1]) run += 1;
      else {
        if (run >= 5) penalty += run - 2;
        run = 1;
      }
    }
    const text = line.map((dark) => (dark ? '1' : '0')).join('');
    for (const pattern of ['10111010000', '00001011101']) for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + 1)) penalty += 40;
  }
  for (let y = 1; y < size; y++) for (let x = 1; x < size; x++) if (cells[y]![x] === cells[y]![x - 1] && cells[y]![x] === cells[y - 1]![x] && cells[y]![x] === cells[y - 1]![x - 1]) penalty += 3;
  const dark = cells.flat().filter(Boolean).length;
  return penalty + Math.floor(Math.abs((dark * 20) / (size * size) - 10)) * 10;
}
