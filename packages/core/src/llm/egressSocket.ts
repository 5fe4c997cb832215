import { AppError } from '../base/error.ts';
import type { Clock } from '../base/clock.ts';
import type { Egress, EgressRecord } from './egress.ts';
import { portOf } from './egressPolicy.ts';

/** What an open connection tells; `reason` is the other side's word for why it closed. */
export interface GatedSocketEvents {
  opened(): void;
  frame(bytes: Uint8Array): void;
  closed(code: number, reason: string): void;
}

/** A connection through the gate. After `close` it tells nothing more, or `closed` once. */
export interface GatedSocket {
  send(frame: Uint8Array): void;
  /** Ends it when the gate would refuse it now. */
  recheck(): void;
  close(): void;
}

export interface GatedSocketOptions {
  /** ws or wss address. */
  url: string;
  purpose: string;
  /** Asked before the connection is opened, and with every frame: a switch works at once. */
  egress: Pick<Egress, 'check'>;
  /** The platform's WebSocket. */
  WebSocket: typeof WebSocket;
  onRecord?(record: EgressRecord): void;
  clock: Clock;
  events: GatedSocketEvents;
}

/** Traffic of a connection that stays open is written into the ledger this often, ms. */
const RECORD_EVERY_MS = 60_000;
/** Close code of a connection that the gate refuses; its reason is EGRESS_REFUSED. */
const REFUSED = 4000;

/** Opens a socket through the gate; what is refused closes with EGRESS_REFUSED and sends nothing. */
export function openGatedSocket({ url, purpose, egress, WebSocket, onRecord, clock, events }: GatedSocketOptions): GatedSocket {
  const address = new URL(url);
  const checked = url.replace(/^ws/, 'http');
  let startedAt = clock.now();
  let requestBytes = 0;
  let responseBytes = 0;
  let isOpen = false;
  let isEnded = false;
  const record = (part: Partial<EgressRecord>) => {
    const now = clock.now();
    onRecord?.({ host: address.hostname, port: portOf(new URL(checked)), purpose, method: 'SOCKET', requestBytes, responseBytes, startedAt, ms: now - startedAt, outcome: 'ok', ...part });
    startedAt = now;
    requestBytes = 0;
    responseBytes = 0;
  };
  const recordNowAndThen = () => {
    if (clock.now() - startedAt >= RECORD_EVERY_MS) record({ status: 101 });
  };
  let socket: WebSocket | undefined;
  const end = (part: Partial<EgressRecord>, code: number, reason: string) => {
    if (isEnded) return;
    isEnded = true;
    record(part);
    socket?.close();
    events.closed(code, reason);
  };
  /** True when the gate has ended it. */
  const isRefused = (): boolean => {
    const refusal = egress.check(checked, purpose);
    if (refusal) end({ outcome: 'refused', reason: (refusal.params as { reason?: EgressRecord['reason'] }).reason ?? 'notAllowed' }, REFUSED, refusal.code);
    return refusal !== undefined;
  };
  queueMicrotask(() => {
    if (isEnded || isRefused()) return;
    socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      isOpen = true;
      if (!isEnded) events.opened();
    };
    socket.onmessage = ({ data }) => {
      if (isEnded || isRefused()) return;
      const bytes = new Uint8Array(data as ArrayBuffer);
      responseBytes += bytes.byteLength;
      recordNowAndThen();
      events.frame(bytes);
    };
    socket.onclose = ({ code, reason }) => end(isOpen ? { status: 101 } : { outcome: 'failed' }, code, reason);
  });
  return {
    send(frame) {
      if (isEnded || !isOpen || socket?.readyState !== 1 || isRefused()) return;
      requestBytes += frame.byteLength;
      recordNowAndThen();
      socket.send(frame as Uint8Array<ArrayBuffer>);
    },
    recheck: () => void (isEnded || isRefused()),
    close() {
      if (isEnded) return;
      isEnded = true;
      record(isOpen ? { status: 101 } : { outcome: 'failed' });
      socket?.close();
    },
  };
}

/** The address of the socket beside an http or https address. Throws AppError SERVER_ADDRESS_INVALID for any other. */
export function socketAddress(baseUrl: string, path: string): string {
  const url = new URL(path, baseUrl);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new AppError('SERVER_ADDRESS_INVALID', 'The address of a server begins with https://. Nothing was sent; correct it.', { address: baseUrl });
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
