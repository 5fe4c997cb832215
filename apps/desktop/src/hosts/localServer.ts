import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { AppError, type Logger } from '@uxflow/core';
import type { EngineDependencies } from '@uxflow/core/engine';
import { WebSocketServer } from 'ws';
import { SOCKET_READY, SOCKET_REFUSED } from '../socketProtocol.ts';
import { createAccessGate } from './accessGate.ts';
import { openEngineHost, type EngineHost } from './engineHost.ts';
import { createLocalServerApp, isOwnRequest, type OwnAddress } from './localServerApp.ts';
import { createFileSecrets } from './secrets.ts';

/** Port that is tried first when nobody names one. */
export const DEFAULT_PORT = 4810;
/** A socket that does not send its secret in this time is closed, ms. */
const SECRET_TIMEOUT_MS = 5000;

export interface LocalServer {
  /** `http://127.0.0.1:4810` */
  origin: string;
  /** The page's address with a code that opens it once within a minute. */
  newAddress(): string;
  engineHost: EngineHost;
  close(): Promise<void>;
}

export interface LocalServerOptions {
  dataDir: string;
  rendererDir: string;
  version: string;
  logger: Logger;
  /** Absent: 4810, or any free port when that one is taken. 0: any free port. */
  port?: number;
  engine?: Partial<EngineDependencies>;
}

/** Starts the local web host: the app in a browser of this machine, on 127.0.0.1 only. */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  // Not the wall clock: it may be set back while a code is out.
  const gate = createAccessGate(() => performance.now());
  const own: OwnAddress = { host: '' };
  const newAddress = () => `http://${own.host}/#code=${gate.issueCode()}`;
  const app = createLocalServerApp({ rendererDir: options.rendererDir, gate, own });
  const server = createServer(getRequestListener(app.fetch));
  // The port first: a page must never open before its address is known, and a taken port must leave the data folder alone.
  await listen(server, options.port);
  own.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  let engineHost: EngineHost;
  try {
    engineHost = await openEngineHost({
      dataDir: options.dataDir,
      host: 'local-server',
      version: options.version,
      logger: options.logger,
      secrets: createFileSecrets,
      ...(options.engine ? { engine: options.engine } : {}),
    });
  } catch (error) {
    server.close();
    throw error;
  }

  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 * 1024 });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // Node takes its own listener off a stream that it hands over; a stranger who hangs up must not end the app.
    stream.on('error', () => stream.destroy());
    const isOwn = isOwnRequest(request.headers.host, request.headers.origin, own) && request.headers.origin !== undefined;
    if (!isOwn || request.url !== '/rpc') return void stream.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
    sockets.handleUpgrade(request, stream, head, (socket) => {
      const impatience = setTimeout(() => socket.close(SOCKET_REFUSED, 'no secret'), SECRET_TIMEOUT_MS);
      socket.once('message', (data) => {
        clearTimeout(impatience);
        if (!gate.isSecret(data.toString())) return socket.close(SOCKET_REFUSED, 'wrong secret');
        engineHost.attachSocket(socket).then(
          () => socket.send(SOCKET_READY),
          (error: unknown) => {
            options.logger.error('engine not available', { error: String(error) });
            socket.close(1011, 'engine not available');
          },
        );
      });
      socket.on('error', () => socket.terminate());
    });
  });

  return {
    origin: `http://${own.host}`,
    newAddress,
    engineHost,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await engineHost.close();
    },
  };
}

async function listen(server: Server, port: number | undefined): Promise<void> {
  const attempt = (wanted: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(wanted, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  try {
    await attempt(port ?? DEFAULT_PORT);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE' && port === undefined) return attempt(0);
    if (code === 'EADDRINUSE') throw new AppError('PORT_IN_USE', `Port ${port} is used by another program. Nothing was changed; choose another one with --port.`, { port }, { cause: error });
    throw new AppError('PORT_REFUSED', `Port ${port} cannot be opened (${code}). Nothing was changed; choose another one with --port.`, { port, code }, { cause: error });
  }
}
