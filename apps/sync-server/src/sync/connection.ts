/** One socket: what is sent to it, how much waits, and how fast it may push. */
import type { Duplex } from 'node:stream';
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

/** The longest wait that a timer can hold. */
const MOST_TIMER_MS = 2 ** 31 - 1;
/** A socket with more than this waiting gets no more until it is written out. */
const SLOW_BYTES = 1024 * 1024;

/** A message with the head of its WebSocket frame: made once, written to as many sockets as there are. */
export type WireFrame = Buffer & { readonly wire: unique symbol };

/** The frame of a binary message, unmasked and whole (RFC 6455, 5.2); `parts` of the message stand behind one another. */
export function toWire(...parts: readonly Uint8Array[]): WireFrame {
  let length = 0;
  for (const part of parts) length += part.length;
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const wire = Buffer.allocUnsafe(head + length);
  wire[0] = 0x82;
  if (head === 2) wire[1] = length;
  else if (head === 4) {
    wire[1] = 126;
    wire.writeUInt16BE(length, 2);
  } else {
    wire[1] = 127;
    wire.writeBigUInt64BE(BigInt(length), 2);
  }
  let at = head;
  for (const part of parts) {
    wire.set(part, at);
    at += part.length;
  }
  return wire as WireFrame;
}

/** A connection and what it has joined. */
export class Connection {
  readonly peer: string;
  readonly logs = new Map<string, Subscription>();
  principal: Principal | undefined;
  /** Notices that its program understands. */
  hears: ReadonlySet<string> = new Set();
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
  #ending: NodeJS.Timeout | undefined;
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  #rate: RateLimit;
  readonly #onDrain: (connection: Connection) => void;

  /** `stream`: what lies below the socket; nothing else may write to it but the socket, which sends no message of its own. */
  constructor(socket: WebSocket, stream: Duplex, peer: string, rate: RateLimit, now: number, onDrain: (connection: Connection) => void) {
    this.#socket = socket;
    this.#stream = stream;
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

  /**
   * Sends a frame, the same bytes to everybody: written below the socket in one piece, because a socket would build a head for each and
   * write the two parts by themselves, which is most of what handing on costs.
   */
  send(frame: WireFrame): void {
    if (this.#socket.readyState !== 1) return;
    this.#stream.write(frame);
    if (this.#isSlow || this.#stream.writableLength <= SLOW_BYTES) return;
    this.#isSlow = true;
    this.#lastBuffered = Infinity;
    this.#stream.once('drain', () => {
      this.#isSlow = false;
      this.#onDrain(this);
    });
  }

  tell(message: Exclude<ServerMessage, { type: 'changes' | 'state' | 'presence' }>): void {
    this.send(toWire(encodeDown(message)));
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
    this.#lastBuffered = this.#stream.writableLength;
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

  /** Narrows what it may push from now on. */
  limit(rate: RateLimit, now: number): void {
    this.#rate = rate;
    this.#entries = rate.entriesBurst;
    this.#refilledAt = now;
  }

  /** Ends it on the moment, ms UTC; those of people wait for the next ping. */
  endAt(at: number, now: number): void {
    clearTimeout(this.#ending);
    this.#ending = setTimeout(() => this.end(CLOSE.unauthorized, 'SESSION_EXPIRED'), Math.min(Math.max(0, at - now), MOST_TIMER_MS));
  }

  /** Lets go of what it planned: it is closed. */
  forget(): void {
    clearTimeout(this.#ending);
    clearTimeout(this.#throttled);
  }

  /** Takes entries from the allowance, on credit if need be; the ms until the debt is paid. */
  spend(entries: number, now: number): number {
    const { entriesPerSecond, entriesBurst } = this.#rate;
    this.#entries = Math.min(entriesBurst, this.#entries + ((now - this.#refilledAt) / 1000) * entriesPerSecond) - entries;
    this.#refilledAt = now;
    return this.#entries >= 0 ? 0 : Math.ceil((-this.#entries / entriesPerSecond) * 1000);
  }
}
