import type { LogSyncOptions } from './logKeeper.ts';
import { LIMITS, type PeerPresence } from './protocol.ts';
import { presenceContext } from './wireEntry.ts';

const NOTHING = new Uint8Array(0);

/** Who is in a log and what they show, and what this device shows of itself. */
export class LogPresence {
  readonly #options: Pick<LogSyncOptions, 'logId' | 'userId' | 'codec'>;
  readonly #peers = new Map<string, PeerPresence>();
  #shown: Uint8Array | undefined;

  constructor(options: Pick<LogSyncOptions, 'logId' | 'userId' | 'codec'>) {
    this.#options = options;
  }

  /** People in the same log now, by connection; `bytes` are what they show. */
  get peers(): ReadonlyMap<string, PeerPresence> {
    return this.#peers;
  }

  /** True while there is something to say again from time to time. */
  get isShowing(): boolean {
    return this.#shown !== undefined && this.#shown.length > 0;
  }

  /** From now on this is shown; no bytes: nothing. */
  show(bytes: Uint8Array): void {
    this.#shown = bytes;
  }

  /** What is shown, as it travels; undefined where there is nothing to say, or it is too large for it. */
  frame(): Uint8Array | undefined {
    const { logId, userId, codec } = this.#options;
    if (!this.#shown || codec.isLocked) return undefined;
    const bytes = this.#shown.length === 0 ? this.#shown : codec.encode(this.#shown, presenceContext(logId, userId()));
    return bytes.length <= LIMITS.presenceBytes ? bytes : undefined;
  }

  /** Takes what the server says of others. */
  take(peers: readonly PeerPresence[]): void {
    for (const peer of peers) {
      if (peer.bytes.length === 0) this.#peers.delete(peer.peer);
      else this.#peers.set(peer.peer, { ...peer, bytes: this.#read(peer) });
    }
  }

  /** Nobody is known to be there any more. */
  clear(): void {
    this.#peers.clear();
  }

  #read({ user, bytes }: PeerPresence): Uint8Array {
    const { logId, codec } = this.#options;
    try {
      return codec.decode(bytes, presenceContext(logId, user), LIMITS.presenceBytes * 4);
    } catch {
      return NOTHING;
    }
  }
}
