import { type Branch, buildTrie, changedKeys, dropEntry, EMPTY_BRANCH, entryRuns, findEntry, gainedEntry, putEntry, visitEntries } from './hashTrie.ts';

/**
 * A persistent map from strings to values: `with` and `without` give a new map that shares all but one path with the old one. The order of
 * iteration is a function of the ids alone: two maps with the same ids iterate alike, whatever happened to them.
 */
export class RecordMap<V> implements ReadonlyMap<string, V> {
  readonly size: number;
  /** Internal; a plain property, because making a private one costs more than the rest of a `with`. */
  private readonly root: Branch;

  private constructor(root: Branch, size: number) {
    this.root = root;
    this.size = size;
  }

  /** A map of the entries; of two with one key the later one stands. */
  static from<V>(entries: Iterable<readonly [string, V]>): RecordMap<V> {
    const unique = entries instanceof Map ? (entries as Map<string, V>) : new Map(entries);
    return RecordMap.build([...unique.keys()], [...unique.values()]);
  }

  /** A map of the own enumerable properties of a plain object; the values are taken over, not copied. */
  static fromObject<V>(object: Readonly<Record<string, V>>): RecordMap<V> {
    return RecordMap.build(Object.keys(object), Object.values(object));
  }

  /** The map without entries. */
  static empty<V>(): RecordMap<V> {
    return EMPTY as RecordMap<V>;
  }

  private static build<V>(keys: string[], values: V[]): RecordMap<V> {
    return keys.length === 0 ? RecordMap.empty() : new RecordMap<V>(buildTrie(keys, values), keys.length);
  }

  get(key: string): V | undefined {
    return findEntry(this.root, key) as V | undefined;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** The map with `key` set to `value` (never undefined); this map itself when it holds exactly that already. */
  with(key: string, value: V): RecordMap<V> {
    const root = putEntry(this.root, key, value);
    return root === this.root ? this : new RecordMap<V>(root, this.size + gainedEntry());
  }

  /** The map without `key`; this map itself when it has no such key. */
  without(key: string): RecordMap<V> {
    const root = dropEntry(this.root, key);
    if (root === this.root) return this;
    return this.size === 1 ? RecordMap.empty() : new RecordMap<V>(root, this.size - 1);
  }

  /** The keys whose values are not === in the two maps; shared parts are skipped, so the cost follows the difference. */
  static changedKeys(before: RecordMap<unknown>, after: RecordMap<unknown>): string[] {
    return changedKeys(before.root, after.root);
  }

  forEach(callback: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    visitEntries(this.root, (key, value) => callback(value as V, key, this));
  }

  *entries(): Generator<[string, V], undefined, unknown> {
    for (const { slots, end } of entryRuns(this.root)) for (let i = 0; i < end; i += 2) yield [slots[i] as string, slots[i + 1] as V];
    return undefined;
  }

  *keys(): Generator<string, undefined, unknown> {
    for (const { slots, end } of entryRuns(this.root)) for (let i = 0; i < end; i += 2) yield slots[i] as string;
    return undefined;
  }

  *values(): Generator<V, undefined, unknown> {
    for (const { slots, end } of entryRuns(this.root)) for (let i = 1; i < end; i += 2) yield slots[i] as V;
    return undefined;
  }

  [Symbol.iterator](): Generator<[string, V], undefined, unknown> {
    return this.entries();
  }
}

const EMPTY: RecordMap<unknown> = new (RecordMap as unknown as new (root: Branch, size: number) => RecordMap<unknown>)(EMPTY_BRANCH, 0);
