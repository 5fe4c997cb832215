/**
 * A compressed hash trie (32-way), the inside of `RecordMap`. A branch holds its entries first (`key, value` pairs, one per bit of
 * `entryBits`), then its children (one per bit of `childBits`). The shape depends on the ids alone, never on the order in which
 * they came. Ids that collide in the first 32-bit hash are told apart by a second one; what collides in both ends in a bucket sorted
 * by id, so no choice of ids can make a map wrong, or slower than a binary search and one copy.
 */

/** The first 32-bit hash of an id. */
export function firstHash(key: string): number {
  // An edit looks up one id several times in a row, in one map after the other.
  if (key === hashedKey) return hashedAs;
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hashedKey = key;
  hashedAs = (hash ^ (hash >>> 13)) >>> 0;
  return hashedAs;
}

let hashedKey: string | null = null;
let hashedAs = 0;

/** The second 32-bit hash of an id, for those that collide in the first. */
export function secondHash(key: string): number {
  let hash = key.length | 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 0x5bd1e995) + key.charCodeAt(i) + (hash >>> 15)) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** One node of a trie; immutable once it is built. */
export class Branch {
  readonly entryBits: number;
  readonly childBits: number;
  /** Keys and values in pairs, then child branches. In a bucket (third round): pairs sorted by key alone. */
  readonly slots: unknown[];

  constructor(entryBits: number, childBits: number, slots: unknown[]) {
    this.entryBits = entryBits;
    this.childBits = childBits;
    this.slots = slots;
  }
}

/** Rounds of hashing before a bucket. */
const BUCKET_ROUND = 2;
/** The trie without entries. */
export const EMPTY_BRANCH = new Branch(0, 0, []);

/** The value of a key, or undefined. */
export function findEntry(root: Branch, key: string): unknown {
  let branch = root;
  let hash = firstHash(key);
  for (let shift = 0, round = 0; ; ) {
    const bit = 1 << ((hash >>> shift) & 31);
    if ((branch.entryBits & bit) !== 0) {
      const at = 2 * countBits(branch.entryBits & (bit - 1));
      return branch.slots[at] === key ? branch.slots[at + 1] : undefined;
    }
    if ((branch.childBits & bit) === 0) return undefined;
    branch = branch.slots[2 * countBits(branch.entryBits) + countBits(branch.childBits & (bit - 1))] as Branch;
    shift += 5;
    if (shift > 30) {
      shift = 0;
      if (++round === BUCKET_ROUND) break;
      hash = secondHash(key);
    }
  }
  const at = bucketIndex(branch.slots, key);
  return branch.slots[at] === key ? branch.slots[at + 1] : undefined;
}

/** The trie with an entry put; the trie itself when it holds exactly that already. `gainedEntry` tells whether it has grown. */
export function putEntry(root: Branch, key: string, value: unknown): Branch {
  added = 0;
  return put(root, key, value, firstHash(key), 0, 0);
}

/** 1 when the last `putEntry` made a new entry, 0 when it replaced one. */
export function gainedEntry(): number {
  return added;
}

/** The trie without a key; the trie itself when it has no such key. */
export function dropEntry(root: Branch, key: string): Branch {
  return drop(root, key, firstHash(key), 0, 0);
}

/** A trie of keys, each there once, and their values; for many entries much cheaper than one put after the other. */
export function buildTrie(keys: readonly string[], values: readonly unknown[]): Branch {
  const hashes = new Uint32Array(keys.length);
  const all: number[] = new Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    hashes[i] = firstHash(keys[i]!);
    all[i] = i;
  }
  return buildBranch(keys, values, hashes, all, 0, 0);
}

/** Every run of `key, value` pairs: slots 0 to `end` (exclusive) of a branch. */
export function* entryRuns(root: Branch): Generator<{ slots: unknown[]; end: number }> {
  const stack: { branch: Branch; depth: number }[] = [{ branch: root, depth: 0 }];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { branch, depth } = top;
    const end = depth === BUCKET_DEPTH ? branch.slots.length : 2 * countBits(branch.entryBits);
    if (end > 0) yield { slots: branch.slots, end };
    for (let i = branch.slots.length - 1; i >= end; i--) stack.push({ branch: branch.slots[i] as Branch, depth: depth + 1 });
  }
}

/** Calls back for every entry. */
export function visitEntries(root: Branch, callback: (key: string, value: unknown) => void): void {
  visit(root, 0, callback);
}

/** The keys whose values are not === in the two tries; shared parts are skipped. */
export function changedKeys(before: Branch, after: Branch): string[] {
  const out: string[] = [];
  if (before !== after) compareBranches(before, after, 0, out);
  return out;
}

/** Whether the last `putEntry` made a new entry; a module variable because a result object per level would cost more than the put. */
let added = 0;

function countBits(value: number): number {
  let bits = value - ((value >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function put(branch: Branch, key: string, value: unknown, hash: number, shift: number, round: number): Branch {
  if (shift > 30) {
    shift = 0;
    round += 1;
    hash = secondHash(key);
  }
  if (round === BUCKET_ROUND) return putInBucket(branch, key, value);
  const bit = 1 << ((hash >>> shift) & 31);
  const { entryBits, childBits, slots } = branch;
  if ((entryBits & bit) !== 0) {
    const at = 2 * countBits(entryBits & (bit - 1));
    const oldKey = slots[at] as string;
    if (oldKey === key) {
      if (slots[at + 1] === value) return branch;
      const copy = slots.slice();
      copy[at + 1] = value;
      return new Branch(entryBits, childBits, copy);
    }
    // Two keys want this place: both move one level down.
    added = 1;
    const child = pair(oldKey, slots[at + 1], round === 0 ? firstHash(oldKey) : secondHash(oldKey), key, value, hash, shift + 5, round);
    const childAt = 2 * countBits(entryBits) + countBits(childBits & (bit - 1));
    const copy: unknown[] = new Array(slots.length - 1);
    let to = 0;
    for (let from = 0; from < slots.length; from++) {
      if (from === at || from === at + 1) continue;
      if (from === childAt) copy[to++] = child;
      copy[to++] = slots[from];
    }
    if (childAt === slots.length) copy[to] = child;
    return new Branch(entryBits & ~bit, childBits | bit, copy);
  }
  if ((childBits & bit) !== 0) {
    const at = 2 * countBits(entryBits) + countBits(childBits & (bit - 1));
    const child = slots[at] as Branch;
    const next = put(child, key, value, hash, shift + 5, round);
    if (next === child) return branch;
    const copy = slots.slice();
    copy[at] = next;
    return new Branch(entryBits, childBits, copy);
  }
  added = 1;
  return new Branch(entryBits | bit, childBits, insertPair(slots, 2 * countBits(entryBits & (bit - 1)), key, value));
}

function pair(keyA: string, valueA: unknown, hashA: number, keyB: string, valueB: unknown, hashB: number, shift: number, round: number): Branch {
  if (shift > 30) {
    shift = 0;
    round += 1;
    hashA = secondHash(keyA);
    hashB = secondHash(keyB);
  }
  if (round === BUCKET_ROUND) return new Branch(0, 0, keyA < keyB ? [keyA, valueA, keyB, valueB] : [keyB, valueB, keyA, valueA]);
  const a = (hashA >>> shift) & 31;
  const b = (hashB >>> shift) & 31;
  if (a === b) return new Branch(0, 1 << a, [pair(keyA, valueA, hashA, keyB, valueB, hashB, shift + 5, round)]);
  return new Branch((1 << a) | (1 << b), 0, a < b ? [keyA, valueA, keyB, valueB] : [keyB, valueB, keyA, valueA]);
}

function putInBucket(branch: Branch, key: string, value: unknown): Branch {
  const at = bucketIndex(branch.slots, key);
  if (branch.slots[at] === key) {
    if (branch.slots[at + 1] === value) return branch;
    const copy = branch.slots.slice();
    copy[at + 1] = value;
    return new Branch(0, 0, copy);
  }
  added = 1;
  return new Branch(0, 0, insertPair(branch.slots, at, key, value));
}

/** Index of the pair of `key` in a bucket, or where it belongs. */
function bucketIndex(slots: readonly unknown[], key: string): number {
  let low = 0;
  let high = slots.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((slots[2 * middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}

function insertPair(slots: readonly unknown[], at: number, key: string, value: unknown): unknown[] {
  const copy: unknown[] = new Array(slots.length + 2);
  for (let i = 0; i < at; i++) copy[i] = slots[i];
  copy[at] = key;
  copy[at + 1] = value;
  for (let i = at; i < slots.length; i++) copy[i + 2] = slots[i];
  return copy;
}

function drop(branch: Branch, key: string, hash: number, shift: number, round: number): Branch {
  if (shift > 30) {
    shift = 0;
    round += 1;
    hash = secondHash(key);
  }
  const { entryBits, childBits, slots } = branch;
  if (round === BUCKET_ROUND) {
    const at = bucketIndex(slots, key);
    return slots[at] === key ? new Branch(0, 0, slots.toSpliced(at, 2)) : branch;
  }
  const bit = 1 << ((hash >>> shift) & 31);
  if ((entryBits & bit) !== 0) {
    const at = 2 * countBits(entryBits & (bit - 1));
    return slots[at] === key ? new Branch(entryBits & ~bit, childBits, slots.toSpliced(at, 2)) : branch;
  }
  if ((childBits & bit) === 0) return branch;
  const at = 2 * countBits(entryBits) + countBits(childBits & (bit - 1));
  const child = slots[at] as Branch;
  const next = drop(child, key, hash, shift + 5, round);
  if (next === child) return branch;
  if (next.childBits === 0 && next.slots.length === 2) {
    // One entry alone needs no branch of its own: lifted, so that the shape stays a function of the ids.
    const rest = slots.toSpliced(at, 1);
    return new Branch(entryBits | bit, childBits & ~bit, insertPair(rest, 2 * countBits(entryBits & (bit - 1)), next.slots[0] as string, next.slots[1]));
  }
  const copy = slots.slice();
  copy[at] = next;
  return new Branch(entryBits, childBits, copy);
}

function buildBranch(keys: readonly string[], values: readonly unknown[], hashes: Uint32Array, members: number[], shift: number, round: number): Branch {
  if (shift > 30) {
    shift = 0;
    round += 1;
    if (round === 1) for (const member of members) hashes[member] = secondHash(keys[member]!);
  }
  if (round === BUCKET_ROUND) {
    members.sort((a, b) => (keys[a]! < keys[b]! ? -1 : 1));
    return new Branch(0, 0, members.flatMap((member) => [keys[member], values[member]]));
  }
  const places: (number | number[] | undefined)[] = new Array(32).fill(undefined);
  for (const member of members) {
    const place = (hashes[member]! >>> shift) & 31;
    const there = places[place];
    if (there === undefined) places[place] = member;
    else if (typeof there === 'number') places[place] = [there, member];
    else there.push(member);
  }
  let entryBits = 0;
  let childBits = 0;
  let entries = 0;
  let children = 0;
  for (let place = 0; place < 32; place++) {
    const there = places[place];
    if (there === undefined) continue;
    if (typeof there === 'number') {
      entryBits |= 1 << place;
      entries += 1;
    } else {
      childBits |= 1 << place;
      children += 1;
    }
  }
  const slots: unknown[] = new Array(2 * entries + children);
  let entryAt = 0;
  let childAt = 2 * entries;
  for (const there of places) {
    if (there === undefined) continue;
    if (typeof there === 'number') {
      slots[entryAt++] = keys[there];
      slots[entryAt++] = values[there];
    } else slots[childAt++] = buildBranch(keys, values, hashes, there, shift + 5, round);
  }
  return new Branch(entryBits, childBits, slots);
}

/** Levels of one round (shifts 0, 5, … 30), times the rounds. */
const BUCKET_DEPTH = 7 * BUCKET_ROUND;

function visit(branch: Branch, depth: number, callback: (key: string, value: unknown) => void): void {
  const { slots } = branch;
  const end = depth === BUCKET_DEPTH ? slots.length : 2 * countBits(branch.entryBits);
  for (let i = 0; i < end; i += 2) callback(slots[i] as string, slots[i + 1]);
  for (let i = end; i < slots.length; i++) visit(slots[i] as Branch, depth + 1, callback);
}

function compareBranches(before: Branch, after: Branch, depth: number, out: string[]): void {
  if (depth === BUCKET_DEPTH) return compareEntries(collect(before, depth), collect(after, depth), out);
  for (let place = 0; place < 32; place++) {
    const bit = 1 << place;
    const left = slotOf(before, bit);
    const right = slotOf(after, bit);
    if (left instanceof Branch && right instanceof Branch) {
      if (left !== right) compareBranches(left, right, depth + 1, out);
    } else if (left !== undefined || right !== undefined) {
      compareEntries(entriesAt(before, bit, left, depth), entriesAt(after, bit, right, depth), out);
    }
  }
}

/** The child of a bit, the key of its entry, or undefined. */
function slotOf(branch: Branch, bit: number): Branch | string | undefined {
  if ((branch.entryBits & bit) !== 0) return branch.slots[2 * countBits(branch.entryBits & (bit - 1))] as string;
  if ((branch.childBits & bit) === 0) return undefined;
  return branch.slots[2 * countBits(branch.entryBits) + countBits(branch.childBits & (bit - 1))] as Branch;
}

function entriesAt(branch: Branch, bit: number, slot: Branch | string | undefined, depth: number): Map<string, unknown> {
  if (slot === undefined) return new Map();
  if (slot instanceof Branch) return collect(slot, depth + 1);
  return new Map([[slot, branch.slots[2 * countBits(branch.entryBits & (bit - 1)) + 1]]]);
}

function collect(branch: Branch, depth: number): Map<string, unknown> {
  const out = new Map<string, unknown>();
  visit(branch, depth, (key, value) => out.set(key, value));
  return out;
}

function compareEntries(before: Map<string, unknown>, after: Map<string, unknown>, out: string[]): void {
  for (const [key, value] of before) if (after.get(key) !== value) out.push(key);
  for (const key of after.keys()) if (!before.has(key)) out.push(key);
}
