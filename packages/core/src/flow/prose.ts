/** Three-way merge of texts, token by token (rule 4). Tokens follow our own rule: three hosts carry three ICUs. */

/** The merged text; `clash` is true where both sides changed the same place, and there `mine` stands; so it does whole above 2,000 tokens. */
export function mergeProse(base: string, current: string, mine: string): { text: string; clash: boolean } {
  const tokens = tokenize(base);
  const currentTokens = tokenize(current);
  const ownTokens = tokenize(mine);
  if (Math.max(tokens.length, currentTokens.length, ownTokens.length) > MAX_TOKENS) return { text: mine, clash: true };
  const theirs = hunksBetween(tokens, currentTokens);
  const own = hunksBetween(tokens, ownTokens);
  let clash = false;
  const kept = theirs.filter((hunk) => {
    // Hunks that only touch count as overlapping: two words typed at one place have no order of their own.
    const other = own.find((candidate) => hunk.start <= candidate.end && candidate.start <= hunk.end);
    if (other && !isSameHunk(hunk, other)) clash = true;
    return !other;
  });
  const all = [...kept, ...own].sort((a, b) => a.start - b.start || a.end - b.end);
  const out: string[] = [];
  let at = 0;
  for (const hunk of all) {
    for (; at < hunk.start; at++) out.push(tokens[at]!);
    for (const token of hunk.tokens) out.push(token);
    at = hunk.end;
  }
  for (; at < tokens.length; at++) out.push(tokens[at]!);
  return { text: out.join(''), clash };
}

/** The tokens of a text: words (ASCII letters, digits, `_`, and everything above ASCII), white space, single other characters. */
export function tokenize(text: string): string[] {
  return text.match(/[A-Za-z0-9_\u0080-\uffff]+|[ \t\n\r]+|[\u0000-\u007f]/g) ?? [];
}

/** Base tokens `start` to `end` (exclusive) replaced by `tokens`. */
interface Hunk {
  start: number;
  end: number;
  tokens: string[];
}

/** Tokens above which a text is not merged: the table of common subsequences grows with the square. */
const MAX_TOKENS = 2000;

function isSameHunk(a: Hunk, b: Hunk): boolean {
  return a.start === b.start && a.end === b.end && a.tokens.length === b.tokens.length && a.tokens.every((token, i) => token === b.tokens[i]);
}

function hunksBetween(from: string[], to: string[]): Hunk[] {
  let prefix = 0;
  while (prefix < from.length && prefix < to.length && from[prefix] === to[prefix]) prefix++;
  const rows = from.length - prefix;
  const columns = to.length - prefix;
  if (rows === 0 && columns === 0) return [];
  if (rows === 0 || columns === 0) return [{ start: prefix, end: from.length, tokens: to.slice(prefix) }];
  const isInsertion = insertionTable(from, to, prefix);
  const hunks: Hunk[] = [];
  let hunk: Hunk | null = null;
  let i = 0;
  let j = 0;
  while (i < rows || j < columns) {
    if (i < rows && j < columns && from[prefix + i] === to[prefix + j]) {
      hunk = null;
      i++;
      j++;
      continue;
    }
    if (!hunk) hunks.push((hunk = { start: prefix + i, end: prefix + i, tokens: [] }));
    if (j < columns && (i === rows || isInsertion(i, j))) hunk.tokens.push(to[prefix + j++]!);
    else hunk.end = prefix + ++i;
  }
  return hunks;
}

/** For each cell whether the longest common subsequence goes on by taking a token of `to`: one bit a cell, not one number. */
function insertionTable(from: string[], to: string[], prefix: number): (row: number, column: number) => boolean {
  const rows = from.length - prefix;
  const columns = to.length - prefix;
  const numbers = new Map<string, number>();
  const numberOf = (token: string) => {
    const known = numbers.get(token);
    if (known !== undefined) return known;
    numbers.set(token, numbers.size);
    return numbers.size - 1;
  };
  const left = Uint32Array.from({ length: rows }, (_, i) => numberOf(from[prefix + i]!));
  const right = Uint32Array.from({ length: columns }, (_, j) => numberOf(to[prefix + j]!));
  const bits = new Uint8Array(Math.ceil((rows * columns) / 8));
  let below = new Uint32Array(columns + 1);
  let row = new Uint32Array(columns + 1);
  for (let i = rows - 1; i >= 0; i--) {
    row[columns] = 0;
    for (let j = columns - 1; j >= 0; j--) {
      if (left[i] === right[j]) row[j] = below[j + 1]! + 1;
      else if (row[j + 1]! > below[j]!) {
        row[j] = row[j + 1]!;
        const cell = i * columns + j;
        bits[cell >>> 3]! |= 1 << (cell & 7);
      } else row[j] = below[j]!;
    }
    [below, row] = [row, below];
  }
  return (i, j) => {
    const cell = i * columns + j;
    return (bits[cell >>> 3]! & (1 << (cell & 7))) !== 0;
  };
}
