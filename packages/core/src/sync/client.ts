/**
 * The device's end of the sync connection: one socket for all of its logs, made anew with patience when it breaks. Pure: sockets, time
 * and chance are handed in.
 */
import type { Clock } from '../base/index.ts';
import { decodeDown, encodeUp, PROTOCOL, type ClientMessage, type ServerMessage } from './protocol.ts';
import type { SyncCodec } from './codec.ts';
import type { LogKeeper, LogLink, SyncStatus } from './logKeeper.ts';
import { LogSync } from './logSync.ts';
import type { Replica } from './replica.ts';

/** What a host's socket tells. `reason`: the code that the server closed it with, or ''. */
export interface SocketEvents {
  opened(): void;
  frame(bytes: Uint8Array): void;
  closed(code: number, reason: string): void;
}

/** An open or opening socket. After `close` it tells nothing more, or `closed` once. */
export interface SyncSocket {
  send(frame: Uint8Array): void;
  close(): void;
}

export interface SyncClientOptions {
  /** Opens a socket to the server. */
  connect(events: SocketEvents): SyncSocket;
  /** The session's secret, asked for at every connection; undefined: nobody is signed in. */
  token(): Promise<string | undefined>;
  /** Id of this installation. */
  device: string;
  /** Highest versions that this program knows. */
  schemas: number;
  rules: number;
  sha256(bytes: Uint8Array): string;
  clock: Clock;
  /** The server says that the keys of a workspace may have changed; without it, it says nothing. */
  onKeysChanged?(workspaceId: string): void;
  /** The server says that the link by which somebody came may show something else now; without it, it says nothing. */
  onLinkChanged?(): void;
  /** Runs a task once after `ms`; the returned function calls it off. */
  timer(ms: number, task: () => void): () => void;
  /** From 0 to below 1. */
  random(): number;
}

/** A log that takes part. */
export interface OpenLog {
  readonly log: LogSync;
  status(): SyncStatus;
  close(): void;
}

export interface SyncClient {
  /** Connects, and connects again whenever the connection breaks, until `stop`. */
  start(): void;
  stop(): void;
  /** Tries at once (the network is back, somebody signed in). */
  retryNow(): void;
  open(log: { logId: string; replica: Replica; keeper: LogKeeper; codec: SyncCodec }): OpenLog;
  readonly isConnected: boolean;
  /** Calls back whenever the status or the presence of a log may have changed. */
  subscribe(listener: () => void): () => void;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 30_000;
const SIGNED_OUT_RETRY_MS = 60_000;
const PING_MS = 15_000;
/** Without a word for this long the connection counts as broken. */
const SILENCE_MS = 35_000;
/** Ends after which trying again by itself helps nobody. */
const FINAL = new Set(['PROTOCOL_UNKNOWN']);
const SIGNED_OUT = new Set(['SESSION_INVALID', 'SESSION_REVOKED', 'SESSION_EXPIRED']);

type Reason = NonNullable<SyncStatus['reason']>;

/** A client; it does nothing until it is started. */
export function createSyncClient(options: SyncClientOptions): SyncClient {
  const { clock, timer, random } = options;
  const hears = [...(options.onKeysChanged ? ['keys'] : []), ...(options.onLinkChanged ? ['link'] : [])];
  const logs = new Map<string, LogSync>();
  const listeners = new Set<() => void>();
  let socket: SyncSocket | undefined;
  /** Events of an earlier socket are not heard. */
  let generation = 0;
  let isRunning = false;
  let isWelcome = false;
  let userId = '';
  let failures = 0;
  let reason: Reason | undefined;
  let retryAt: number | undefined;
  let cancelRetry: () => void = () => {};
  let cancelPing: () => void = () => {};
  let lastHeard = 0;

  const changed = () => {
    for (const listener of [...listeners]) listener();
  };
  const send = (message: ClientMessage) => socket?.send(encodeUp(message));
  const link: LogLink = {
    send,
    later: (ms, task) => {
      const mine = generation;
      timer(ms, () => {
        if (mine === generation && isWelcome) task();
      });
    },
    changed,
  };

  const connect = async () => {
    cancelRetry();
    retryAt = undefined;
    const mine = ++generation;
    changed();
    let token: string | undefined;
    try {
      token = await options.token();
    } catch {
      // No secret store now: the same as nobody signed in.
    }
    if (mine !== generation || !isRunning) return;
    if (token === undefined) {
      reason = { code: 'SIGNED_OUT', params: {} };
      return retry(SIGNED_OUT_RETRY_MS);
    }
    const secret = token;
    lastHeard = clock.now();
    socket = options.connect({
      opened: () => {
        if (mine !== generation) return;
        send({ type: 'hello', protocol: PROTOCOL, token: secret, schemas: options.schemas, rules: options.rules, device: options.device, ...(hears.length > 0 ? { hears } : {}) });
        keepAlive(mine);
      },
      frame: (bytes) => {
        if (mine === generation) take(bytes);
      },
      closed: (code, why) => {
        if (mine === generation) lost(code, why);
      },
    });
  };

  const take = (bytes: Uint8Array) => {
    lastHeard = clock.now();
    let message: ServerMessage;
    try {
      message = decodeDown(bytes);
      answer(message);
    } catch (error) {
      // Whatever it was: the server sends it again to who comes anew.
      reason = { code: 'FRAME_MALFORMED', params: { message: error instanceof Error ? error.message : String(error) } };
      drop();
      return retry();
    }
    for (const log of logs.values()) log.heard();
    changed();
  };

  const answer = (message: ServerMessage) => {
    switch (message.type) {
      case 'welcome':
        isWelcome = true;
        userId = message.user;
        reason = undefined;
        for (const log of logs.values()) log.attach(link);
        return;
      case 'pong':
        return;
      case 'keysChanged':
        options.onKeysChanged?.(message.workspace);
        return;
      case 'linkChanged':
        options.onLinkChanged?.();
        return;
      case 'throttled':
        reason = { code: message.code, params: { retryAfterMs: message.retryAfterMs } };
        return;
      case 'ended':
        if (message.log === undefined) {
          reason = { code: message.code, params: message.params };
          return;
        }
    }
    if (message.type === 'joined') failures = 0;
    if (message.type === 'changes' && reason?.code === 'RATE_LIMITED') reason = undefined;
    if (message.log !== undefined) logs.get(message.log)?.receive(message);
  };

  const lost = (code: number, why: string) => {
    if (!reason || why) reason = { code: why || 'CONNECTION_LOST', params: { close: code } };
    drop();
    if (FINAL.has(reason.code)) return changed();
    retry(SIGNED_OUT.has(reason.code) ? SIGNED_OUT_RETRY_MS : undefined);
  };

  /** Forgets the socket; logs wait. */
  const drop = () => {
    generation += 1;
    cancelPing();
    const old = socket;
    socket = undefined;
    isWelcome = false;
    for (const log of logs.values()) log.detach();
    old?.close();
  };

  const retry = (after?: number) => {
    if (!isRunning) return changed();
    // Full jitter: a thousand clients of a server that comes back do not come in one moment.
    const limit = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures++, 12));
    const ms = after ?? Math.round(50 + random() * limit);
    retryAt = clock.now() + ms;
    cancelRetry();
    cancelRetry = timer(ms, () => void connect());
    changed();
  };

  const keepAlive = (mine: number) => {
    cancelPing = timer(PING_MS, () => {
      if (mine !== generation) return;
      if (clock.now() - lastHeard > SILENCE_MS) {
        reason = { code: 'CONNECTION_SILENT', params: {} };
        drop();
        return retry();
      }
      send({ type: 'ping' });
      for (const log of logs.values()) log.refreshPresence();
      keepAlive(mine);
    });
  };

  return {
    start() {
      if (isRunning) return;
      isRunning = true;
      void connect();
    },
    stop() {
      isRunning = false;
      cancelRetry();
      retryAt = undefined;
      drop();
      changed();
    },
    retryNow() {
      if (!isRunning || isWelcome) return;
      failures = 0;
      drop();
      void connect();
    },
    open({ logId, replica, keeper, codec }) {
      const log = new LogSync({ logId, replica, keeper, codec, userId: () => userId, sha256: options.sha256, clock });
      logs.get(logId)?.close();
      logs.set(logId, log);
      if (isWelcome) log.attach(link);
      return {
        log,
        status() {
          const status = log.status();
          if (status.state !== 'offline') return status.reason || !reason ? status : { ...status, reason };
          const state = isRunning && retryAt === undefined && !FINAL.has(reason?.code ?? '') ? ('connecting' as const) : ('offline' as const);
          return { ...status, state, ...(reason ? { reason } : {}), ...(retryAt === undefined ? {} : { retryAt }) };
        },
        close() {
          if (logs.get(logId) === log) logs.delete(logId);
          log.close();
        },
      };
    },
    get isConnected() {
      return isWelcome;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
