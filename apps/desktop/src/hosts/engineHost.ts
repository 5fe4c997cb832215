import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import type { SupportedMessagePort } from '@orpc/client/message-port';
import { RPCHandler as PortHandler } from '@orpc/server/message-port';
import { RPCHandler as SocketHandler } from '@orpc/server/ws';
import { AppError, isAppError, type Logger } from '@uxflow/core';
import { createEngine, type Engine, type EngineDependencies, type SecretStore } from '@uxflow/core/engine';
import { RPCLink } from '@orpc/client/websocket';
import { createApiClient, type ApiClient } from '@uxflow/core/api';
import { WebSocket, WebSocketServer } from 'ws';
import { mcpHost } from './mcpListener.ts';

/**
 * A host's way to the engine of a data folder. One process owns the folder and runs the engine; every other host on the folder
 * passes its pages' messages on to that one. When the owner goes, the next connection makes this process the owner.
 */
export interface EngineHost {
  /** `owner` runs the engine itself; `guest` passes on to the process that does. */
  role(): 'owner' | 'guest';
  /** Serves one page over a WebSocket whose access was checked. */
  attachSocket(socket: WebSocket): Promise<void>;
  /** Serves one page over a MessagePort. */
  attachPort(port: SupportedMessagePort & { close?(): void }): Promise<void>;
  close(): Promise<void>;
}

export interface EngineHostOptions {
  dataDir: string;
  host: EngineDependencies['host'];
  version: string;
  logger: Logger;
  secrets(dataDir: string): SecretStore;
  /** Overrides for tests. */
  engine?: Partial<EngineDependencies>;
}

/** Where flows are kept when nobody says otherwise. */
export function defaultDataDir(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.UXFLOW_DATA) return environment.UXFLOW_DATA;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'UX Flow Engine');
  if (process.platform === 'win32') return join(environment.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'UX Flow Engine');
  return join(environment.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'ux-flow-engine');
}

/** The local socket of a data folder: short enough for every system, in a folder that only this user enters. */
export function socketPathOf(dataDir: string): string {
  const folder = resolve(dataDir);
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 24);
  if (process.platform === 'win32') return `\\\\.\\pipe\\uxflow-${name}`;
  const inside = join(folder, 'engine.sock');
  // Systems count bytes, and take 104 of them at most.
  return Buffer.byteLength(inside) < 100 ? inside : join(tmpdir(), `uxflow-${userInfo().uid}`, `${name}.sock`);
}

/** Opens the engine of a data folder, as its owner or as a guest of its owner. */
export async function openEngineHost(options: EngineHostOptions): Promise<EngineHost> {
  const { dataDir, logger } = options;
  const socketPath = socketPathOf(dataDir);
  let own: { engine: Engine; server: Server } | undefined;
  let closed = false;

  const becomeOwner = async () => {
    const engine = await createEngine({
      dataDir,
      host: options.host,
      version: options.version,
      logger,
      secrets: options.secrets(dataDir),
      mcp: mcpHost(dataDir),
      ...options.engine,
    });
    try {
      own = { engine, server: await serveGuests(engine, socketPath) };
    } catch (error) {
      await engine.close();
      throw error;
    }
    try {
      engine.announce({ pid: process.pid, socketPath, startedAt: Date.now() });
    } catch (error) {
      // Only an error message of another host is poorer without it.
      logger.warn('not announced', { error: String(error) });
    }
  };

  let ensuring: Promise<void> | undefined;
  /** Makes sure that somebody answers: this process, or the owner. Pages that come at the same time wait for the same answer. */
  const ensure = () =>
    (ensuring ??= (async () => {
      if (own || (await canReach(socketPath))) return;
      await tryBecomeOwner();
    })().finally(() => (ensuring = undefined)));
  const tryBecomeOwner = async () => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await becomeOwner();
      } catch (error) {
        if (!isAppError(error) || error.code !== 'DATA_FOLDER_IN_USE') throw error;
        if (await canReach(socketPath)) return;
        // The owner holds the folder but does not answer yet (starting), or is just going.
        if (attempt >= 20) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  };

  await tryBecomeOwner();
  return {
    role: () => (own ? 'owner' : 'guest'),
    async attachSocket(socket) {
      await ensure();
      if (own) return serveSocket(own.engine, socket);
      pipe(wireOf(socket), connectToOwner(socketPath));
    },
    async attachPort(port) {
      await ensure();
      if (own) return void new PortHandler(own.engine.router).upgrade(port);
      const target = port as unknown as { on(event: string, receive: (event: { data: unknown }) => void): void; postMessage(data: unknown): void; close?(): void };
      pipe(
        {
          send: (data) => Promise.resolve(target.postMessage(data)),
          close: () => target.close?.(),
          onMessage: (receive) => target.on('message', (event) => receive(event.data as string | Uint8Array)),
          onClose: (done) => target.on('close', done as never),
        },
        connectToOwner(socketPath),
      );
    },
    async close() {
      if (closed) return;
      closed = true;
      const mine = own;
      own = undefined;
      if (!mine) return;
      await new Promise<void>((resolve) => {
        mine.server.close(() => resolve());
        mine.server.closeAllConnections();
      });
      await mine.engine.close();
    },
  };
}

/** A connection of a program that is no page to the engine of a folder. */
export interface EngineLine {
  api: ApiClient;
  /** True until either side has ended it. */
  isOpen(): boolean;
  close(): void;
}

/** A line to the engine that runs on this folder; undefined where none answers. */
export async function callEngine(dataDir: string): Promise<EngineLine | undefined> {
  const socketPath = socketPathOf(dataDir);
  if (!isOwnPlace(socketPath)) return undefined;
  const socket = openLocalSocket(socketPath);
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once('open', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  if (!isOpen) return undefined;
  socket.on('error', () => socket.terminate());
  return { api: createApiClient(new RPCLink({ websocket: socket as never })), isOpen: () => socket.readyState === WebSocket.OPEN, close: () => socket.close() };
}

/** Serves the contract on the folder's local socket, which only this user may open. */
async function serveGuests(engine: Engine, socketPath: string): Promise<Server> {
  const server = createServer((_request, response) => void response.writeHead(404).end());
  const sockets = new WebSocketServer({ server, path: '/rpc', maxPayload: 64 * 1024 * 1024 });
  sockets.on('connection', (socket) => serveSocket(engine, socket));
  const close = server.close.bind(server);
  server.close = (done) => {
    for (const socket of sockets.clients) socket.terminate();
    return close(done);
  };
  if (process.platform !== 'win32') {
    // The folder's lock is ours, so a socket file that still lies here is a dead owner's.
    mkdirSync(join(socketPath, '..'), { recursive: true, mode: 0o700 });
    if (!isOwnPlace(socketPath)) throw socketUnavailable(socketPath);
    rmSync(socketPath, { force: true });
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(socketUnavailable(socketPath, cause)));
    server.listen(socketPath, resolve);
  });
  if (process.platform !== 'win32') chmodSync(socketPath, 0o600);
  return server;
}

function socketUnavailable(socketPath: string, cause?: unknown): AppError {
  return new AppError('SOCKET_UNAVAILABLE', `The local socket ${socketPath} cannot be opened. Your flows are untouched; choose another data folder with UXFLOW_DATA.`, { socketPath }, { cause });
}

/** False where somebody else of this machine could stand behind the socket: the folder for temporary files is open to all. */
function isOwnPlace(socketPath: string): boolean {
  const folder = join(socketPath, '..');
  if (process.platform === 'win32' || !folder.startsWith(join(tmpdir(), 'uxflow-'))) return true;
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  return stat === undefined || (stat.isDirectory() && stat.uid === userInfo().uid && (stat.mode & 0o077) === 0);
}

/**
 * Serves the contract on a socket. A stream gives its next value when the last one has left this process: what happens while a page
 * does not read is merged into one patch instead of piling up here.
 */
function serveSocket(engine: Engine, socket: WebSocket): void {
  const { send } = wireOf(socket);
  void new SocketHandler(engine.router).upgrade({ send, addEventListener: socket.addEventListener.bind(socket) } as Pick<WebSocket, 'send' | 'addEventListener'>);
}

interface Wire {
  /** Resolves when the data has left this process, or never will. */
  send(data: string | Uint8Array): Promise<void>;
  close(): void;
  onMessage(receive: (data: string | Uint8Array) => void): void;
  onClose(done: () => void): void;
  /** Reads no more until `resume`. */
  pause?(): void;
  resume?(): void;
}

/** A socket to the owner; what is sent before it is open waits for that. */
function connectToOwner(socketPath: string): Wire {
  const socket = openLocalSocket(socketPath);
  const settled = new Promise<void>((resolve) => {
    socket.once('open', resolve);
    socket.once('close', () => resolve());
  });
  socket.on('error', () => socket.terminate());
  const wire = wireOf(socket);
  return { ...wire, send: (data) => (socket.readyState === WebSocket.CONNECTING ? settled.then(() => wire.send(data)) : wire.send(data)) };
}

function wireOf(socket: WebSocket): Wire {
  return {
    send: (data) => new Promise((resolve) => socket.send(data, () => resolve())),
    close: () => socket.close(),
    onMessage: (receive) => socket.on('message', (data, binary) => receive(binary ? (data as Buffer) : data.toString())),
    onClose: (done) => socket.on('close', done),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
}

function pipe(a: Wire, b: Wire): void {
  const oneWay = (from: Wire, to: Wire) => {
    let underway = 0;
    from.onMessage((data) => {
      underway++;
      // A side that does not read makes the other one wait, up to the engine.
      from.pause?.();
      void to.send(data).then(() => {
        if (--underway === 0) from.resume?.();
      });
    });
    from.onClose(() => to.close());
  };
  oneWay(a, b);
  oneWay(b, a);
}

/** A WebSocket over a local socket. Its path goes to the system as it is: in an address, spaces and letters beyond ASCII would be escaped. */
function openLocalSocket(socketPath: string): WebSocket {
  return new WebSocket('ws://localhost/rpc', { createConnection: () => connect(socketPath), handshakeTimeout: 2000, maxPayload: 64 * 1024 * 1024 });
}

/** True when the owner of the folder answers on its socket. */
async function canReach(socketPath: string): Promise<boolean> {
  if (!isOwnPlace(socketPath)) return false;
  return new Promise((resolve) => {
    const socket = openLocalSocket(socketPath);
    socket.on('open', () => {
      socket.close();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
