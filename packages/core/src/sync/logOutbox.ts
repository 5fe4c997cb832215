import type { Transaction } from '../flow/index.ts';
import type { LogSyncOptions } from './logKeeper.ts';
import { LIMITS, type PushedEntry } from './protocol.ts';
import { packEntry } from './wireEntry.ts';

/** Entries that may be on their way at once. */
const WINDOW = 2000;

/** Own entries of a log that are on their way to the server: under which key, and with which bytes. */
export class LogOutbox {
  /** Digest of what was sent, by entry. */
  readonly #sent = new Map<string, string>();
  /** Key that what is on its way was sealed with. */
  #epoch = 0;

  /** True while nothing is on its way. */
  get isEmpty(): boolean {
    return this.#sent.size === 0;
  }

  /** The entry has arrived, or will not: gives the SHA-256 (hex) of what was sent of it; undefined where it was not on its way. */
  take(entryId: string): string | undefined {
    const digest = this.#sent.get(entryId);
    this.#sent.delete(entryId);
    return digest;
  }

  /** What was on its way waits again. */
  clear(): void {
    this.#sent.clear();
  }

  /** Sends what waits and is not on its way, in its order, by `push`; what can never be sent goes to `refuse` with its bytes. */
  send(
    pending: readonly Transaction[],
    { logId, userId, codec, sha256 }: Pick<LogSyncOptions, 'logId' | 'userId' | 'codec' | 'sha256'>,
    { push, refuse }: { push(entries: PushedEntry[]): void; refuse(entryId: string, bytes: number): void },
  ): void {
    // What is on its way under an older key may be refused for that; what follows must not overtake it.
    const { epoch } = codec;
    if (!this.isEmpty && epoch !== this.#epoch) return;
    this.#epoch = epoch;
    let entries: PushedEntry[] = [];
    let bytes = 0;
    const flush = () => {
      if (entries.length > 0) push(entries);
      entries = [];
      bytes = 0;
    };
    for (const entry of pending) {
      if (this.#sent.size >= WINDOW) break;
      if (this.#sent.has(entry.id)) continue;
      const packed = packEntry(entry, logId, userId(), codec);
      if (packed.bytes.length > LIMITS.entryBytes) {
        refuse(entry.id, packed.bytes.length);
        continue;
      }
      if (entries.length >= LIMITS.pushEntries || bytes + packed.bytes.length > LIMITS.pushBytes) flush();
      this.#sent.set(entry.id, sha256(packed.bytes));
      entries.push(packed);
      bytes += packed.bytes.length;
    }
    flush();
  }
}
