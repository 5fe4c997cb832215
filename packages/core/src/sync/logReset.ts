import type { Transaction } from '../flow/index.ts';
import { LIMITS, type NumberedEntry } from './protocol.ts';
import type { LogSnapshot } from './replica.ts';

/** A log on its way to start from the server's snapshot (rule 14): which of the own entries does the server have? */
export class LogReset {
  snapshot: LogSnapshot | undefined;
  /** Own entries that had a number here. */
  own: readonly Transaction[] = [];
  /** Changes that came meanwhile; they follow the snapshot. */
  readonly held: (readonly NumberedEntry[])[] = [];
  readonly #onServer = new Set<string>();
  /** Questions without an answer. */
  #asked = 0;

  /** The ids to ask the server for, a question each; none: there is nothing to ask. */
  begin(snapshot: LogSnapshot, ownConfirmed: readonly Transaction[], pending: readonly Transaction[]): string[][] {
    this.snapshot = snapshot;
    const own = new Map<string, Transaction>();
    for (const entry of ownConfirmed) {
      // Who lost it before has it twice: where it stood last counts.
      own.delete(entry.id);
      own.set(entry.id, entry);
    }
    this.own = [...own.values()];
    const ids = [...new Set([...this.own, ...pending].map(({ id }) => id))];
    const questions: string[][] = [];
    for (let at = 0; at < ids.length; at += LIMITS.askIds) questions.push(ids.slice(at, at + LIMITS.askIds));
    this.#asked = questions.length;
    return questions;
  }

  /** Takes an answer; true when it was the last. */
  take(numbers: Readonly<Record<string, number>>): boolean {
    if (!this.snapshot) return false;
    // What lies behind the snapshot waits until it comes: were it lost on the server before that, nobody else would bring it back.
    for (const [id, no] of Object.entries(numbers)) if (no <= this.snapshot.no) this.#onServer.add(id);
    return (this.#asked -= 1) === 0;
  }

  /** True for what stands in the snapshot. */
  isOnServer(entryId: string): boolean {
    return this.#onServer.has(entryId);
  }
}
