import type { LogKeeper, SyncStatus } from './logKeeper.ts';
import type { Replica } from './replica.ts';

/** Why an entry was refused. */
type Reason = NonNullable<SyncStatus['reason']>;

/**
 * Own entries of a log that the server has refused for good and that are not handed over yet: a refusal comes seldom alone, and each that is
 * taken out of what waits folds the rest anew. One that is lost with its line is refused once more.
 */
export class LogRefusals {
  #refused = new Map<string, Reason>();

  /** Notes one; true when it is the first that waits to be handed over. */
  add(entryId: string, reason: Reason): boolean {
    const isFirst = this.#refused.size === 0;
    this.#refused.set(entryId, reason);
    return isFirst;
  }

  /** Takes them out of what waits, and gives them to the keeper. */
  handOver(replica: Replica, keeper: LogKeeper): void {
    const refused = this.#refused;
    if (refused.size === 0) return;
    this.#refused = new Map();
    const entries = replica.withdraw(new Set(refused.keys()));
    if (entries.length > 0) keeper.denied(entries.map((entry) => ({ entry, ...refused.get(entry.id)! })));
  }

  clear(): void {
    this.#refused.clear();
  }
}
