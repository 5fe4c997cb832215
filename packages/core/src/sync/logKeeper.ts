/** What a log needs of its device and of its connection to take part in sync, and what it tells the screen. */
import type { Clock } from '../base/index.ts';
import type { Transaction } from '../flow/index.ts';
import type { SyncCodec } from './codec.ts';
import type { ClientMessage, Scope } from './protocol.ts';
import type { DryRun, Folded, LogSnapshot, Replica } from './replica.ts';

/** An own entry that a server will never take, and why. */
export interface DeniedEntry {
  entry: Transaction;
  code: string;
  params: Record<string, unknown>;
}

/** Where the entries of a log lie on the device. Every call is done when it returns; what it throws stops the log. */
export interface LogKeeper {
  /** Entries that have their number now, folded in this order; `sha256` (hex) is that of the bytes on the server, for the chain. */
  confirmed(entries: readonly (Folded & { sha256: string })[]): void;
  /**
   * Own entries that waited and turned out to stand on the server already, below what is confirmed here: they wait no longer. A server that
   * comes back from an older copy may lose them, so they belong to what `ownConfirmed` gives.
   */
  settled(entries: readonly Transaction[]): void;
  /** The server's snapshot takes the place of all that was confirmed; `pending` is all that waits now. */
  replaced(snapshot: LogSnapshot, pending: readonly Transaction[]): void;
  /**
   * Own entries that the server did not take, in their order: they belong on a private branch. Where another copy of one was on its way it may
   * be confirmed later all the same; then that counts, and the private one goes.
   */
  denied(refused: readonly DeniedEntry[]): void;
  /** Own entries that once had a number above `no`, in their order. */
  ownConfirmed(no: number): readonly Transaction[];
}

/** Where a log stands, for the screen. */
export interface SyncStatus {
  /** choosing: a long backlog would open many conflicts (rule 15); stopped: nothing goes on until `reason` is dealt with. */
  state: 'offline' | 'connecting' | 'catchingUp' | 'sending' | 'synced' | 'choosing' | 'stopped';
  /** Own entries that the server has not confirmed. */
  waiting: number;
  /** ms UTC of the last word from the server when nothing was missing on either side. */
  syncedAt?: number;
  /** Why it is not synced. */
  reason?: { code: string; params: Record<string, unknown> };
  /** ms UTC of the next attempt to connect. */
  retryAt?: number;
  /** False where this account only reads. */
  mayWrite: boolean;
  /** What this account may write, as far as the server has said; null: nothing. */
  scope: Scope | null;
  /** What a push of the backlog would do, where the person has to choose. */
  backlog?: DryRun;
}

export interface LogSyncOptions {
  logId: string;
  replica: Replica;
  keeper: LogKeeper;
  /** Account that is signed in. */
  userId: () => string;
  codec: SyncCodec;
  sha256: (bytes: Uint8Array) => string;
  clock: Clock;
}

/** What the connection lends to its logs. */
export interface LogLink {
  send(message: ClientMessage): void;
  /** Runs a task once, `ms` from now. */
  later(ms: number, task: () => void): void;
  changed(): void;
}
