/**
 * How a page reaches the engine: over the MessagePort that Electron's preload hands it, or over a WebSocket of the local server.
 * Either way the page gets the same typed client, and a status that tells the truth.
 */
import type { ClientLink } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import { AppError } from '@uxflow/core';
import { createApiClient, type ApiClient } from '@uxflow/core/api';
import { PORT_MESSAGE, PORT_WANTED, SOCKET_READY, SOCKET_REFUSED } from './socketProtocol.ts';

/** `refused`: this page has no right to the engine (any more); a new address from the terminal helps. */
export type ConnectionStatus = 'connecting' | 'connected' | 'lost' | 'refused';

export interface Connection {
  api: ApiClient;
  status(): ConnectionStatus;
  /** Calls back at each change of status; returns how to stop that. Streams end when a connection is lost: subscribe anew on `connected`. */
  onStatus(listener: (status: ConnectionStatus) => void): () => void;
  /** Tells the window of a failure that no screen shows by itself. */
  report(error: unknown): void;
  /** Calls back at each of those, and at once with those that nobody has heard yet; returns how to stop that. */
  onReport(listener: (error: unknown) => void): () => void;
}

const SECRET_KEY = 'uxflow.secret';
/** A one-time code in the address. */
const CODE = /^#code=([\w-]+)$/;
type Link = ClientLink<Record<never, never>>;

/** A connection to the engine of this page's host; keeps trying while the engine is away. */
export function connect(): Connection {
  let link: Link | undefined;
  let status: ConnectionStatus = 'connecting';
  const listeners = new Set<(status: ConnectionStatus) => void>();
  const change = (next: ConnectionStatus, nextLink?: Link) => {
    link = nextLink;
    if (status === next) return;
    status = next;
    for (const listener of [...listeners]) listener(next);
  };

  const api = createApiClient({
    call: (path, input, options) => {
      if (!link) throw new AppError('ENGINE_AWAY', 'The engine does not answer just now. What you did is kept here and sent as soon as it is back.');
      return link.call(path, input, options);
    },
  });
  if ('uxflowHost' in window) receivePorts(change);
  else void keepSocket(change);
  return {
    api,
    status: () => status,
    onStatus(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    ...createReports(),
  };
}

/** Failures on their way to whoever shows them; those that come before anybody does are kept. */
export function createReports(): Pick<Connection, 'report' | 'onReport'> {
  const listeners = new Set<(error: unknown) => void>();
  const unheard: unknown[] = [];
  return {
    report(error) {
      if (listeners.size === 0) unheard.push(error);
      for (const listener of [...listeners]) listener(error);
    },
    onReport(listener) {
      listeners.add(listener);
      for (const error of unheard.splice(0)) listener(error);
      return () => void listeners.delete(listener);
    },
  };
}

/** Electron: the preload script posts a port at the start and again whenever the engine process was started anew. */
function receivePorts(change: (status: ConnectionStatus, link?: Link) => void): void {
  let current: MessagePort | undefined;
  window.addEventListener('message', (event) => {
    const port = event.ports[0];
    if (event.source !== window || event.data !== PORT_MESSAGE || !port) return;
    // A port whose engine died may never say so: without its end, calls that wait on it would wait for ever.
    current?.dispatchEvent(new Event('close'));
    current?.close();
    current = port;
    port.addEventListener('close', () => current === port && change('lost'));
    port.start();
    change('lost');
    change('connected', new PortLink({ port }));
  });
  window.postMessage(PORT_WANTED, window.location.origin === 'null' ? '*' : window.location.origin);
}

/** Browser: one socket after the other, with longer and longer pauses (0.3 to 5 s) while nobody answers. */
async function keepSocket(change: (status: ConnectionStatus, link?: Link) => void): Promise<void> {
  // A newer address that is opened in this very tab changes its fragment only: the page must begin anew to trade the code in it.
  window.addEventListener('hashchange', () => CODE.test(window.location.hash) && window.location.reload());
  await redeemCode();
  let failures = 0;
  for (;;) {
    const secret = sessionStorage.getItem(SECRET_KEY);
    if (!secret) return change('refused');
    const socket = new WebSocket(`ws://${window.location.host}/rpc`);
    const code = await new Promise<number>((resolve) => {
      socket.addEventListener('open', () => socket.send(secret), { once: true });
      socket.addEventListener(
        'message',
        (event) => {
          if (event.data !== SOCKET_READY) return;
          failures = 0;
          change('connected', new SocketLink({ websocket: socket }));
        },
        { once: true },
      );
      socket.addEventListener('close', (event) => resolve(event.code), { once: true });
    });
    if (code === SOCKET_REFUSED) {
      sessionStorage.removeItem(SECRET_KEY);
      return change('refused');
    }
    change('lost');
    await new Promise((resolve) => setTimeout(resolve, Math.min(5000, 300 * 2 ** failures++)));
  }
}

/** Trades the one-time code of the opened address for this run's secret, and takes the code out of the address at once. */
async function redeemCode(): Promise<void> {
  const match = CODE.exec(window.location.hash);
  if (!match) return;
  window.history.replaceState(null, '', window.location.pathname);
  const answer = await fetch('/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code: match[1] }) }).catch(() => undefined);
  const body = answer?.ok ? ((await answer.json()) as { secret?: string }) : undefined;
  if (body?.secret) sessionStorage.setItem(SECRET_KEY, body.secret);
}
