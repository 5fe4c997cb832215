/** One socket: what is sent to it, how much waits, and how fast it may push. */
import type { WebSocket } from 'ws';
import { encodeDown, type ServerMessage } from '@uxflow/core/protocol';
import type { Principal } from './access.ts';
import type { Subscription } from './room.ts';

/** Why a socket is closed (the range that applications may use, and 1012: the server starts anew). */
export const CLOSE = { protocol: 4000, unauthorized: 4001, revoked: 4003, slow: 4008, malformed: 4009, tooMany: 4029, restart: 1012 } as const;

export interface RateLimit {
  /** Entries a second that one connection may push for long. */
  entriesPerSecond: number;
  /** Entries that it may push at once after it was quiet: a long offline backlog. */
  entriesBurst: number;
}

/** A socket with more than this waiting gets no more until it is written out. */
const SLOW_BYTES = 1024 * 1024;

/** A connection and what it has joined. */
export class Connection {
  readonly peer: string;
  readonly logs = new Map<string, Subscription>();
  principal: Principal | undefined;
  /** An answer to the last ping has come. */
  isAlive = true;
  /** Entries pushed and not committed yet, in bytes. */
  waitingBytes = 0;
  isPaused = false;
  #isSlow = false;
  #lastBuffered = 0;
  #entries: number;
  #refilledAt: number;
  #messages = 0;
  #throttled: NodeJS.Timeout | undefined;
  readonly #socket: WebSocket;
  readonly #rate: RateLimit;
  readonly #onDrain: (connection: Connection) => void;

  constructor(socket: WebSocket, peer: string, rate: RateLimit, now: number, onDrain: (connection: Connection) => void) {
    this.#socket = socket;
    this.peer = peer;
    this.#rate = rate;
    this.#entries = rate.entriesBurst;
    this.#refilledAt = now;
    this.#onDrain = onDrain;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === 1;
  }

  /** True while too much waits for the other side to read. */
  get isSlow(): boolean {
    return this.#isSlow;
  }

  /** Sends a frame; the bytes are not copied and may be shared with other sockets. */
  send(frame: Uint8Array): void {
    const socket = this.#socket;
    if (socket.readyState !== 1) return;
    if (this.#isSlow || socket.bufferedAmount + frame.length <= SLOW_BYTES) {
      socket.send(frame, { binary: true, compress: false, fin: true });
      return;
    }
    this.#isSlow = true;
    this.#lastBuffered = Infinity;
    socket.send(frame, { binary: true, compress: false, fin: true }, () => {
      this.#isSlow = false;
      this.#onDrain(this);
    });
  }

  tell(message: Exclude<ServerMessage, { type: 'changes' | 'state' | 'presence' }>): void {
    this.send(encodeDown(message));
  }

  /** Says why, and ends it. */
  end(close: number, code: string, params: Record<string, unknown> = {}): void {
    this.tell({ type: 'ended', code, params });
    this.#socket.close(close, code);
  }

  /** Ends a socket that may not even read why. */
  terminate(): void {
    this.#socket.terminate();
  }

  ping(): void {
    this.isAlive = false;
    this.#messages = 0;
    this.#socket.ping();
  }

  /** True when it is slow and has read nothing since the last time this was asked. */
  isStuck(): boolean {
    if (!this.#isSlow) return false;
    const before = this.#lastBuffered;
    this.#lastBuffered = this.#socket.bufferedAmount;
    return this.#lastBuffered >= before;
  }

  /** Counts messages between two pings. */
  countMessage(): number {
    return ++this.#messages;
  }

  /** Stops reading from the socket: the other side's writes wait. */
  pause(): void {
    this.isPaused = true;
    this.#socket.pause();
  }

  /** Stops reading for so many ms. */
  pauseFor(ms: number): void {
    this.pause();
    this.#throttled = setTimeout(() => {
      this.#throttled = undefined;
      this.resume();
    }, ms);
  }

  resume(): void {
    if (this.#throttled) return;
    this.isPaused = false;
    this.#socket.resume();
  }

  /** Takes entries from the allowance, on credit if need be; the ms until the debt is paid. */
  spend(entries: number, now: number): number {
    const { entriesPerSecond, entriesBurst } = this.#rate;
    this.#entries = Math.min(entriesBurst, this.#entries + ((now - this.#refilledAt) / 1000) * entriesPerSecond) - entries;
    this.#refilledAt = now;
    return this.#entries >= 0 ? 0 : Math.ceil((-this.#entries / entriesPerSecond) * 1000);
  }
}
