/**
 * One log of a device on its way to and from the server (docs/sync-protocol.md): what waits is pushed when the device has caught up, what comes is
 * folded, what is refused is handed over, and a log that is not the server's any more starts from the server's snapshot (rule 14).
 */
import { initialState, snapshotOf } from '../flow/index.ts';
import type { LogKeeper, LogLink, LogSyncOptions, SyncStatus } from './logKeeper.ts';
import { readBatch } from './logBatch.ts';
import { LogOutbox } from './logOutbox.ts';
import { LogPresence } from './logPresence.ts';
import { LogRefusals } from './logRefusals.ts';
import { LogReset } from './logReset.ts';
import { LIMITS, type NumberedEntry, type PeerPresence, type Scope, type ServerMessage } from './protocol.ts';
import { BACKLOG_CONFLICT_LIMIT, type LogSnapshot, type Replica } from './replica.ts';
import { packState, unpackState } from './wireEntry.ts';

/** Changes that are folded at once while the device catches up. */
const GATHERED = 5000;
/** Refusals after which the same entry is sent again. */
const SENT_AGAIN = new Set(['REKEY', 'LOG_NOT_JOINED']);
const NOT_READY_MS = 500;
/** Refusals of so many ms are handed over at once. */
const TOGETHER_MS = 20;

type Phase = 'off' | 'joining' | 'resetting' | 'open' | 'stopped';

/** See the head of this file. */
export class LogSync {
  readonly logId: string;
  readonly replica: Replica;
  readonly #options: LogSyncOptions;
  readonly #presence: LogPresence;
  #link: LogLink | undefined;
  #phase: Phase = 'off';
  readonly #outbox = new LogOutbox();
  #serverNo = 0;
  #base = 0;
  #scope: Scope | null = 'edit';
  #reason: SyncStatus['reason'];
  #syncedAt: number | undefined;
  #decision: 'push' | undefined;
  #reset: LogReset | undefined;
  /** True when a snapshot came since the last join. */
  #hasState = false;
  #gathered: NumberedEntry[] = [];
  /** Why entries were refused that are sent again, once all that is on its way is answered. */
  #again: SyncStatus['reason'];
  readonly #refusals = new LogRefusals();
  readonly #unsubscribe: () => void;

  constructor(options: LogSyncOptions) {
    this.#options = options;
    this.logId = options.logId;
    this.replica = options.replica;
    this.#presence = new LogPresence(options);
    this.#unsubscribe = this.replica.subscribe(({ own }) => {
      if (!own) return;
      this.flush();
      this.#link?.changed();
    });
  }

  /** People in the same log now, by connection; `bytes` are what they show. */
  get presence(): ReadonlyMap<string, PeerPresence> {
    return this.#presence.peers;
  }

  /** Where the log stands, as far as the log itself knows. */
  status(): SyncStatus {
    const waiting = this.replica.pending.length;
    const common = { waiting, mayWrite: this.#scope !== null, scope: this.#scope, ...(this.#syncedAt === undefined ? {} : { syncedAt: this.#syncedAt }), ...(this.#reason ? { reason: this.#reason } : {}) };
    if (this.#phase === 'stopped') return { ...common, state: 'stopped' };
    if (this.#phase === 'off') return { ...common, state: 'offline' };
    if (this.#phase !== 'open' || this.replica.confirmed.no < this.#serverNo) return { ...common, state: 'catchingUp' };
    if (this.#needsChoice()) return { ...common, state: 'choosing', backlog: this.replica.dryRun() };
    return { ...common, state: waiting > 0 ? 'sending' : 'synced' };
  }

  /** The connection is there: joins from where the device stands. */
  attach(link: LogLink): void {
    this.#link = link;
    this.#join();
  }

  /** The connection is gone: what was on its way waits again. */
  detach(): void {
    this.#link = undefined;
    this.#forgetWay();
    if (this.#phase !== 'stopped') this.#phase = 'off';
  }

  /** Ends it for good; what waits stays in the replica and its keeper. */
  close(): void {
    if (this.#phase !== 'off' && this.#phase !== 'stopped') this.#link?.send({ type: 'leave', log: this.logId });
    this.#unsubscribe();
    this.detach();
  }

  /** Goes on after what stopped it was dealt with (a key, a newer program, access). */
  resume(): void {
    this.#reason = undefined;
    if (this.#phase !== 'stopped') return;
    this.replica.goOn();
    this.#phase = 'off';
    if (this.#link) this.#join();
  }

  /** The person's choice about a long backlog: push it all. (Review and branch are done by the host, which withdraws entries.) */
  pushBacklog(): void {
    this.#decision = 'push';
    this.flush();
    this.#link?.changed();
  }

  /** Shows something of oneself (cursor, selection), or with no bytes nothing any more. At most 4 KB as they travel. */
  show(bytes: Uint8Array): void {
    this.#presence.show(bytes);
    this.#sendPresence();
  }

  /** Says again what is shown: other instances forget who was not heard of for a minute. */
  refreshPresence(): void {
    if (this.#presence.isShowing) this.#sendPresence();
  }

  /** The server was heard of. */
  heard(): void {
    if (this.status().state === 'synced') this.#syncedAt = this.#options.clock.now();
  }

  /** Sends what waits and is not on its way. */
  flush(): void {
    this.#handOver();
    if (this.#phase !== 'open' || this.#scope === null || this.replica.readOnly || this.replica.confirmed.no < this.#serverNo) return;
    if (this.#again) return this.#comeAgain(this.#again);
    if (this.#needsChoice()) return;
    // The key was taken away: whoever writes here must not be told of it by an error of their own change.
    if (this.#options.codec.isLocked) return this.#stop('LOG_KEY_MISSING', {});
    this.#outbox.send(this.replica.pending, this.#options, {
      push: (entries) => this.#link?.send({ type: 'push', log: this.logId, entries }),
      refuse: (id, bytes) => this.#deny(id, 'ENTRY_TOO_LARGE', { bytes, limit: LIMITS.entryBytes }),
    });
  }

  /** Sends the state of now to the server, for those who begin: asked for by it, or because the log has just come there. False while it cannot. */
  offerSnapshot(): boolean {
    if (this.#phase !== 'open' || this.#scope === null || this.replica.readOnly || this.#options.codec.isLocked) return false;
    const { no, chain, state } = this.replica.takeSnapshot();
    const parts = packState({ no, chain, state }, this.logId, this.#options.codec);
    for (const part of parts ?? []) this.#link?.send(part);
    return parts !== undefined;
  }

  /** Takes what the server says of this log. */
  receive(message: ServerMessage): void {
    if (message.type !== 'denied') this.#handOver();
    if (this.#phase === 'off' || this.#phase === 'stopped') return;
    switch (message.type) {
      case 'joined':
        this.#serverNo = message.no;
        this.#base = message.base;
        this.#scope = message.scope;
        this.#reason = undefined;
        // What waits must not overtake own entries that the server has lost: those are known after the reset alone.
        this.#phase = message.reset || this.#reset ? 'resetting' : 'open';
        return this.flush();
      case 'reset':
        // The snapshot has overtaken this and was taken without it; whether the chain is the server's now is seen by joining.
        if (this.#hasState) return this.#join();
        this.#phase = 'resetting';
        this.#reset = new LogReset();
        if (!message.state) this.#startOver({ no: 0, chain: '', state: snapshotOf(initialState(this.replica.confirmed.flow.id)) });
        return;
      case 'state':
        return this.#takeState(message);
      case 'changes':
        if (this.#reset) return void this.#reset.held.push(message.changes);
        return this.#takeChanges(message.changes);
      case 'known':
        if (this.#reset?.take(message.numbers)) this.#finishReset();
        return;
      case 'denied':
        return this.#takeDenied(message.id, message.code, message.params);
      case 'snapshotWanted':
        return void this.offerSnapshot();
      case 'presence':
        return this.#presence.take(message.peers);
      case 'ended':
        return this.#takeEnd(message.code, message.params);
      default:
    }
  }

  /** Forgets what was on its way in both directions. */
  #forgetWay(): void {
    this.#outbox.clear();
    this.#presence.clear();
    this.#reset = undefined;
    this.#gathered = [];
    this.#again = undefined;
    this.#refusals.clear();
  }

  #join(): void {
    if (this.#phase === 'stopped') return;
    if (this.replica.readOnly) return this.#stop(this.replica.readOnly.code, this.replica.readOnly.params);
    if (this.#options.codec.isLocked) return this.#stop('LOG_KEY_MISSING', {});
    this.#forgetWay();
    this.#hasState = false;
    this.#phase = 'joining';
    this.#link?.send({ type: 'join', log: this.logId, no: this.replica.confirmed.no, chain: this.replica.chain });
    this.refreshPresence();
  }

  #stop(code: string, params: Record<string, unknown>): void {
    this.#link?.send({ type: 'leave', log: this.logId });
    this.#phase = 'stopped';
    this.#reason = { code, params };
    this.#forgetWay();
  }

  /** While much is missing it is gathered: what waits is folded anew after every batch, so few large ones cost least. */
  #takeChanges(changes: readonly NumberedEntry[]): void {
    this.#gathered.push(...changes);
    const isMore = this.#gathered.length < GATHERED && this.#gathered.every(({ no }) => no < this.#serverNo);
    if (isMore) return;
    const batch = this.#gathered;
    this.#gathered = [];
    this.#fold(batch);
  }

  #fold(changes: readonly NumberedEntry[]): void {
    const { batch, missingKey } = readBatch(changes, this.replica.confirmed.no, this.#outbox, this.#options);
    const known = batch.some(({ no }) => no <= this.replica.confirmed.no) ? this.replica.pending : [];
    const digests = new Map(batch.map(({ no, sha256 }) => [no, sha256]));
    const { confirmed, acknowledged, gap } = this.replica.receive(batch);
    this.#serverNo = Math.max(this.#serverNo, this.replica.confirmed.no);
    const isKept = this.#keep((keeper) => {
      if (confirmed.length > 0) keeper.confirmed(confirmed.map((one) => ({ ...one, sha256: digests.get(one.no)! })));
      const settled = known.filter(({ id }) => acknowledged.includes(id) && !confirmed.some(({ entry }) => entry.id === id));
      if (settled.length > 0) keeper.settled(settled);
    });
    if (!isKept) return;
    if (missingKey) this.replica.stop(missingKey);
    if (this.replica.readOnly) return this.#stop(this.replica.readOnly.code, this.replica.readOnly.params);
    if (gap || batch.length < changes.length) return this.#join();
    this.flush();
  }

  #takeDenied(id: string, code: string, params: Record<string, unknown>): void {
    if (id.startsWith('snapshot:')) return;
    const wasOnItsWay = this.#outbox.take(id) !== undefined;
    if (!SENT_AGAIN.has(code)) this.#deny(id, code, params);
    else if (wasOnItsWay) this.#again = this.#reason = { code, params };
    // Whatever the last answer was: those before it may wait for it, and those behind it for their place.
    if (this.#outbox.isEmpty) this.flush();
  }

  #comeAgain({ code, params }: NonNullable<SyncStatus['reason']>): void {
    // Only when all are answered: an entry must not overtake the one before it.
    if (!this.#outbox.isEmpty) return;
    if (code === 'REKEY') this.#stop(code, params);
    else this.#join();
  }

  #deny(id: string, code: string, params: Record<string, unknown>): void {
    this.#reason = { code, params };
    if (!this.#refusals.add(id, this.#reason)) return;
    this.#link?.later(TOGETHER_MS, () => {
      this.#handOver();
      this.#link?.changed();
    });
  }

  #handOver(): void {
    this.#keep((keeper) => this.#refusals.handOver(this.replica, keeper));
  }

  /** Writes to the device's disk; false when that failed, and then the log stands still. */
  #keep(write: (keeper: LogKeeper) => void): boolean {
    try {
      write(this.#options.keeper);
      return true;
    } catch (error) {
      this.#stop('SYNC_STORE_FAILED', { message: error instanceof Error ? error.message : String(error) });
      return false;
    }
  }

  #takeEnd(code: string, params: Record<string, unknown>): void {
    if (code === 'LOG_RESTARTED' || code === 'ROLE_CHANGED') return this.#join();
    if (code !== 'LOG_NOT_READY') return this.#stop(code, params);
    this.#phase = 'joining';
    this.#reason = { code, params };
    this.#link?.later(NOT_READY_MS, () => {
      if (this.#phase === 'joining') this.#join();
    });
  }

  #takeState(message: Extract<ServerMessage, { type: 'state' }>): void {
    const { no, chain } = message;
    const read = unpackState(message, this.#options.codec);
    if ('code' in read) return this.#stop(read.code, read.params);
    const { state } = read;
    this.#hasState = true;
    if (!this.#reset && no <= this.replica.confirmed.no) return;
    if (!this.replica.knows(state)) {
      this.replica.stop({ code: 'LOG_VERSION_UNKNOWN', params: { no } });
      return this.#stop('LOG_VERSION_UNKNOWN', { no });
    }
    this.#reset ??= new LogReset();
    this.#startOver({ no, chain, state });
  }

  /** Asks which of the own entries the snapshot holds; with the answer the log starts from it. */
  #startOver(snapshot: LogSnapshot): void {
    // Asked for even where no fork was told of: whatever takes the place of confirmed entries may lack own ones.
    const questions = this.#reset!.begin(snapshot, this.#options.keeper.ownConfirmed(this.#base), this.replica.pending);
    if (questions.length === 0) return this.#finishReset();
    for (const ids of questions) this.#link?.send({ type: 'ask', log: this.logId, ids });
  }

  #finishReset(): void {
    const reset = this.#reset!;
    const snapshot = reset.snapshot!;
    this.#reset = undefined;
    this.#phase = 'open';
    const settled = this.replica.pending.filter(({ id }) => reset.isOnServer(id));
    this.replica.reset(snapshot, reset.own, (id) => reset.isOnServer(id));
    this.#outbox.clear();
    const isKept = this.#keep((keeper) => {
      keeper.replaced(snapshot, this.replica.pending);
      if (settled.length > 0) keeper.settled(settled);
    });
    if (!isKept) return;
    for (const changes of reset.held) if (this.#phase === 'open') this.#fold(changes);
    if (this.#phase === 'open') this.flush();
  }

  #sendPresence(): void {
    const bytes = this.#phase === 'off' || this.#phase === 'stopped' ? undefined : this.#presence.frame();
    if (bytes) this.#link?.send({ type: 'presence', log: this.logId, bytes });
  }

  #needsChoice(): boolean {
    if (this.replica.pending.length === 0) this.#decision = undefined;
    if (this.#decision === 'push' || !this.#outbox.isEmpty || this.replica.view.conflict.size <= BACKLOG_CONFLICT_LIMIT) return false;
    return this.replica.dryRun().needsChoice;
  }
}
