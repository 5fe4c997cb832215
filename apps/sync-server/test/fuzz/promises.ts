/**
 * What the server has said to anybody, held against what it has: a number that was told once is in the database, whoever was told and
 * whatever dies, and nothing is told that the database does not have yet. Without this a device would mend what a server has forgotten,
 * and nobody would notice.
 */
export interface ToldEntry {
  no: number;
  id: string;
  /** Hex, of the bytes. */
  sha256: string;
}

/** What was said of one log, and to what it is bound. */
export class Promises {
  /** Rises with every restore from an older copy: what was said before it and lies behind the copy binds nobody any more. */
  timeline = 0;
  /** The first promise that was broken. */
  broken: string | undefined;
  readonly #told = new Map<number, ToldEntry>();
  readonly #floors: { after: number; epoch: number }[] = [];
  readonly #lost = new Set<string>();
  #highest = 0;

  /** Somebody was told of entries over a connection of a timeline. */
  told(timeline: number, entries: readonly ToldEntry[]): void {
    if (timeline !== this.timeline) return;
    for (const entry of entries) {
      const earlier = this.#told.get(entry.no);
      if (earlier && (earlier.id !== entry.id || earlier.sha256 !== entry.sha256)) this.#break(`number ${entry.no} was told as ${earlier.id} and as ${entry.id}`);
      this.#told.set(entry.no, entry);
      this.#highest = Math.max(this.#highest, entry.no);
    }
  }

  /** Nothing behind `head` can have been committed until now. */
  nothingBehind(head: number): void {
    if (this.#highest > head) this.#break(`number ${this.#highest} was told while the log could not grow beyond ${head}`);
  }

  /** The key was replaced when the log stood at `head`. */
  rotated(head: number, epoch: number): void {
    this.#floors.push({ after: head, epoch });
  }

  /**
   * The server did not know what a device had up to `no`: that happens where an older copy was put back, and nowhere else. (A snapshot without
   * such a word comes also to a device whose first question came late or twice; it costs nothing.)
   */
  reset(no: number): void {
    if (this.timeline === 0) this.#break(`a device at ${no} was told to start over, and no copy was ever put back`);
  }

  /** What somebody was told a moment ago is `id` in the database now, or nothing. */
  looked({ no, id }: ToldEntry, timeline: number, found: string | undefined): void {
    if (timeline === this.timeline && found !== id) this.#break(`number ${no} was told as ${id} and ${found === undefined ? 'was not in the database yet' : `is ${found} there`}`);
  }

  /** An older copy is about to be put in the place of the log; nobody is there any more who could say anything of it. */
  restoring(): void {
    this.timeline += 1;
  }

  /** It is there; `lost`: ids that it lacks. */
  restored(kept: number, lost: readonly string[]): void {
    this.#highest = Math.min(this.#highest, kept);
    for (const no of [...this.#told.keys()]) if (no > kept) this.#told.delete(no);
    for (const floor of this.#floors) floor.after = Math.min(floor.after, kept);
    for (const id of lost) this.#lost.add(id);
  }

  /** The rows of the log, whole. */
  verify(rows: readonly ToldEntry[]): void {
    const byNo = new Map(rows.map((row) => [row.no, row]));
    for (const { no, id, sha256 } of this.#told.values()) {
      const row = byNo.get(no);
      if (!row) this.#break(`number ${no} was told as ${id} and is not in the database`);
      else if (row.id !== id || row.sha256 !== sha256) this.#break(`number ${no} was told as ${id} and is ${row.id} in the database${row.id === id ? ', with other bytes' : ''}`);
    }
  }

  /** Throws where an entry was taken under a key that had been replaced. */
  checkEpoch(no: number, epoch: number): void {
    for (const floor of this.#floors) if (no > floor.after && epoch < floor.epoch) throw new Error(`entry ${no} is sealed with key ${epoch} and was taken when ${floor.epoch} counted`);
  }

  /** Entries that restores have lost and that are there again. */
  broughtBack(ids: ReadonlySet<string>): number {
    return [...this.#lost].filter((id) => ids.has(id)).length;
  }

  /** Throws the first promise that was broken. */
  check(): void {
    if (this.broken) throw new Error(`a promise was broken: ${this.broken}`);
  }

  #break(what: string): void {
    this.broken ??= what;
  }
}
