/** The last removed records of a log, oldest first (rule 6): persistent, so every state keeps its own view of it. */
import type { RecordKind } from './fieldKind.ts';

/** A removed record as it was, and the number of the entry that removed it. */
export interface TrashItem {
  kind: RecordKind;
  id: string;
  record: Record<string, unknown>;
  no: number;
}

/** How many removed records stay in the trash. */
export const TRASH_LIMIT = 2000;

/** Items per chunk: a push copies at most one chunk and the short list of chunks. */
const CHUNK = 64;

/** An immutable queue of removed records; iterates oldest first, holds TRASH_LIMIT at most. */
export class Trash implements Iterable<TrashItem> {
  readonly size: number;
  readonly #chunks: readonly (readonly TrashItem[])[];
  /** Items of the first chunk that have already fallen out. */
  readonly #skipped: number;

  private constructor(chunks: readonly (readonly TrashItem[])[], skipped: number, size: number) {
    this.#chunks = chunks;
    this.#skipped = skipped;
    this.size = size;
  }

  static readonly empty: Trash = new Trash([], 0, 0);

  /** A trash of the items, oldest first; only the last TRASH_LIMIT stay. */
  static from(items: readonly TrashItem[]): Trash {
    const kept = items.slice(-TRASH_LIMIT);
    const chunks: TrashItem[][] = [];
    for (let i = 0; i < kept.length; i += CHUNK) chunks.push(kept.slice(i, i + CHUNK));
    return kept.length ? new Trash(chunks, 0, kept.length) : Trash.empty;
  }

  /** The trash with one more item; the oldest falls out when it is full. */
  with(item: TrashItem): Trash {
    const last = this.#chunks.at(-1);
    let chunks = last && last.length < CHUNK ? [...this.#chunks.slice(0, -1), [...last, item]] : [...this.#chunks, [item]];
    if (this.size < TRASH_LIMIT) return new Trash(chunks, this.#skipped, this.size + 1);
    let skipped = this.#skipped + 1;
    if (skipped === chunks[0]!.length) {
      chunks = chunks.slice(1);
      skipped = 0;
    }
    return new Trash(chunks, skipped, TRASH_LIMIT);
  }

  *[Symbol.iterator](): Generator<TrashItem, undefined, unknown> {
    for (let chunk = 0; chunk < this.#chunks.length; chunk++) {
      const items = this.#chunks[chunk]!;
      for (let i = chunk === 0 ? this.#skipped : 0; i < items.length; i++) yield items[i]!;
    }
    return undefined;
  }
}
