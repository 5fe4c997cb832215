/**
 * A log as one device holds it (rule 11): the confirmed state plus own pending entries; what people see is the fold of the second
 * over the first. Pending entries are never changed; what arrives goes into the confirmed state, then the pending ones are
 * folded once more.
 */
import { AppError, isEqualJson } from '../base/index.ts';
import {
  canFold,
  commit,
  currentVersions,
  extendChain,
  foldWithEffect,
  highestSchema,
  snapshotOf,
  stateOfSnapshot,
  type CommitMeta,
  type Effect,
  type Intent,
  type LogState,
  type Snapshot,
  type Transaction,
  type Versions,
} from '../flow/index.ts';

/** An entry with its number, or (without `entry`) the acknowledgement of an own one. `sha256`: hex, of the entry's bytes on the wire. */
export interface Numbered {
  no: number;
  id: string;
  sha256: string;
  entry?: Transaction;
}

/** A confirmed state on disk or wire; `state.no` is `no`. */
export interface LogSnapshot {
  no: number;
  chain: string;
  state: Snapshot;
}

/** An entry that was folded, with what it really changed. */
export interface Folded {
  no: number;
  entry: Transaction;
  effect: Effect;
}

/** Why a replica takes no more entries and no edits: LOG_VERSION_UNKNOWN, LOG_KEY_MISSING… Pending entries are kept. */
export interface ReadOnlyReason {
  code: string;
  params: Record<string, unknown>;
}

/** What a batch did. `gap`: an entry before it is missing, ask again from `confirmed.no`. */
export interface Received {
  confirmed: Folded[];
  /** Own entries that have their number now. */
  acknowledged: string[];
  gap: boolean;
}

/** What listeners are told: the view before and after; `folded` are confirmed entries, `own` the one just committed. */
export interface ReplicaEvent {
  before: LogState;
  after: LogState;
  folded: readonly Folded[];
  own: Folded | null;
}

/** How a dry run of the pending entries on the confirmed state ends (rule 15). */
export interface DryRun {
  entries: number;
  conflicts: number;
  /** True above BACKLOG_CONFLICT_LIMIT: the person chooses to push, to review, or to push as a branch. */
  needsChoice: boolean;
}

export interface ReplicaOptions {
  /** Hex digest of bytes; injected, because hosts have their own. */
  sha256: (bytes: Uint8Array) => string;
  /** Chain of the confirmed state; '' at no 0. */
  chain?: string;
  /** Own entries that no server has numbered yet, in their order. */
  pending?: readonly Transaction[];
  versions?: Versions;
}

/** More conflicts than this in a dry run of a backlog are the person's decision. */
export const BACKLOG_CONFLICT_LIMIT = 20;

interface Pending {
  entry: Transaction;
  /** The view after this entry, and what it changed there. */
  state: LogState;
  effect: Effect;
}

/** One log on one device; see the head of this file. */
export class Replica {
  #confirmed: LogState;
  #chain: string;
  #pending: Pending[] = [];
  #readOnly: ReadOnlyReason | null = null;
  readonly #sha256: (bytes: Uint8Array) => string;
  readonly #versions: Versions;
  readonly #listeners = new Set<(event: ReplicaEvent) => void>();

  constructor(confirmed: LogState, options: ReplicaOptions) {
    this.#confirmed = confirmed;
    this.#chain = options.chain ?? '';
    this.#sha256 = options.sha256;
    this.#versions = options.versions ?? currentVersions;
    this.#refold(options.pending ?? []);
  }

  /** A replica from a snapshot that our own code wrote. */
  static fromSnapshot(snapshot: LogSnapshot, options: Omit<ReplicaOptions, 'chain'>): Replica {
    return new Replica(stateOfSnapshot(snapshot.state), { ...options, chain: snapshot.chain });
  }

  /** The state of the entries that have a number. */
  get confirmed(): LogState {
    return this.#confirmed;
  }

  /** The chain of hashes of the confirmed entries (rule 14). */
  get chain(): string {
    return this.#chain;
  }

  /** Own entries without a number, in their order. */
  get pending(): readonly Transaction[] {
    return this.#pending.map((item) => item.entry);
  }

  /** What the person sees: the pending entries folded over the confirmed state. */
  get view(): LogState {
    return this.#pending.at(-1)?.state ?? this.#confirmed;
  }

  /** Why the replica stands still, or null while it takes entries. */
  get readOnly(): ReadOnlyReason | null {
    return this.#readOnly;
  }

  /** An own entry on the view, pending from now on. Throws as `commit` does, and REPLICA_READ_ONLY. */
  commit(intent: Intent, meta: CommitMeta): Transaction {
    if (this.#readOnly) {
      throw new AppError('REPLICA_READ_ONLY', 'This flow cannot be changed here at the moment. Nothing was lost; update the program or wait for its key.', { ...this.#readOnly });
    }
    const entry = commit(this.view, intent, meta, this.#versions);
    this.addPending(entry);
    return entry;
  }

  /** Takes a ready own entry (an accepted proposal, a restored one) into pending. One that is already there is left alone. */
  addPending(entry: Transaction): void {
    if (this.#pending.some((item) => item.entry.id === entry.id)) return;
    const before = this.view;
    this.#push(before, entry);
    const item = this.#pending.at(-1)!;
    this.#tell({ before, after: item.state, folded: [], own: { no: item.state.no, entry, effect: item.effect } });
  }

  /** Folds what the server has ordered. Entries that are known already are skipped, so a re-sent batch never doubles. */
  receive(batch: readonly Numbered[]): Received {
    const before = this.view;
    const out: Received = { confirmed: [], acknowledged: [], gap: false };
    const isKept = this.#fold(batch, out);
    if (!isKept) this.#refold(this.#pending.map((item) => item.entry));
    if (out.confirmed.length > 0 || this.view !== before) this.#tell({ before, after: this.view, folded: out.confirmed, own: null });
    return out;
  }

  /** Folds one own entry that has got its number. */
  acknowledge(acknowledgement: Numbered): Received {
    return this.receive([acknowledgement]);
  }

  /** Takes refused entries out of pending (they become a private branch); gives those that were there, in their order. */
  withdraw(entryIds: ReadonlySet<string>): Transaction[] {
    const [gone, left]: [Transaction[], Transaction[]] = [[], []];
    for (const { entry } of this.#pending) (entryIds.has(entry.id) ? gone : left).push(entry);
    if (gone.length === 0) return gone;
    const before = this.view;
    this.#refold(left);
    this.#tell({ before, after: this.view, folded: [], own: null });
    return gone;
  }

  /** Stops the replica before an entry that it cannot read (a key it has not); pending entries are kept. */
  stop(reason: ReadOnlyReason): void {
    this.#readOnly = reason;
  }

  /** Takes entries and edits again because the missing key may be here now; a version that is unknown stays so. */
  goOn(): void {
    if (this.#readOnly?.code === 'LOG_KEY_MISSING') this.#readOnly = null;
  }

  /** How the pending entries end on the confirmed state of now. */
  dryRun(): DryRun {
    const own = new Set(this.#pending.map((item) => item.entry.id));
    let conflicts = 0;
    if (own.size > 0) for (const conflict of this.view.conflict.values()) if (own.has(conflict.entryId)) conflicts += 1;
    return { entries: own.size, conflicts, needsChoice: conflicts > BACKLOG_CONFLICT_LIMIT };
  }

  /** The confirmed state as plain JSON with its chain; records are shared, so write it out before it is changed elsewhere. */
  takeSnapshot(): LogSnapshot {
    return { no: this.#confirmed.no, chain: this.#chain, state: snapshotOf(this.#confirmed) };
  }

  /**
   * Rule 14: the server's chain is not ours (a restored backup, a fork). Its snapshot is taken, and own numbered entries that it
   * lost go back into pending, before those that were pending. `own`: entries of this device that had a number, in their order.
   */
  reset(snapshot: LogSnapshot, own: readonly Transaction[], isOnServer: (entryId: string) => boolean): void {
    const before = this.view;
    const lost = own.filter((entry) => !isOnServer(entry.id));
    const ids = new Set(lost.map((entry) => entry.id));
    const pending = this.#pending.map((item) => item.entry).filter((entry) => !ids.has(entry.id) && !isOnServer(entry.id));
    this.#confirmed = stateOfSnapshot(snapshot.state);
    this.#chain = snapshot.chain;
    this.#readOnly = null;
    this.#refold([...lost, ...pending]);
    this.#tell({ before, after: this.view, folded: [], own: null });
  }

  /** True when this program knows the versions of a snapshot; one that it does not know must not be taken (rule 12). */
  knows({ schema, rules }: Snapshot): boolean {
    return schema <= highestSchema(this.#versions) && this.#versions.rules.has(rules);
  }

  /** Calls back after every change of the view; returns the function that ends it. */
  subscribe(listener: (event: ReplicaEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Folds a batch into the confirmed state; true when the states after the remaining pending entries still hold. */
  #fold(batch: readonly Numbered[], out: Received): boolean {
    let isKept = true;
    for (const { no, id, sha256, entry: sent } of batch) {
      if (this.#readOnly) break;
      const at = this.#pending.findIndex((item) => item.entry.id === id);
      if (no <= this.#confirmed.no) {
        // The server had this own entry all along: its snapshot or an earlier batch brought it.
        if (at >= 0) {
          this.#pending.splice(at, 1);
          out.acknowledged.push(id);
          isKept = false;
        }
        continue;
      }
      const entry = sent ?? this.#pending[at]?.entry;
      if (no !== this.#confirmed.no + 1 || !entry) {
        out.gap = true;
        break;
      }
      if (!canFold(this.#confirmed, entry, this.#versions)) {
        this.#readOnly = { code: 'LOG_VERSION_UNKNOWN', params: { no, id } };
        break;
      }
      if (at === 0 && isKept && (sent === undefined || isEqualJson(sent, this.#pending[0]!.entry))) {
        // The first pending entry, on the very state that it was folded on: its state is the confirmed one now. What came in full is
        // compared, because what stands on the server counts, whoever wrote it under this id.
        const item = this.#pending.shift()!;
        this.#confirmed = item.state;
        out.confirmed.push({ no, entry: item.entry, effect: item.effect });
      } else {
        const { state, effect } = foldWithEffect(this.#confirmed, entry, this.#versions);
        this.#confirmed = state;
        if (at >= 0) this.#pending.splice(at, 1);
        isKept = false;
        out.confirmed.push({ no, entry, effect });
      }
      if (at >= 0) out.acknowledged.push(id);
      this.#chain = extendChain(this.#chain, id, sha256, this.#sha256);
    }
    return isKept;
  }

  #refold(entries: readonly Transaction[]): void {
    this.#pending = [];
    for (const entry of entries) this.#push(this.view, entry);
  }

  #push(state: LogState, entry: Transaction): void {
    this.#pending.push({ entry, ...foldWithEffect(state, entry, this.#versions) });
  }

  #tell(event: ReplicaEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
