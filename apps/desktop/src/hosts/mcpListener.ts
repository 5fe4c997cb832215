import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { AppError } from '@uxflow/core';
import type { McpDoor, McpHost, McpListener } from '@uxflow/core/engine';

/** Path of the one endpoint. */
const PATH = '/mcp';
/** Bytes of one request. */
const MOST_BYTES = 2 * 1024 * 1024;
/** Clients at the same time; the one that was quiet longest goes first. */
const MOST_SESSIONS = 16;
/** Each client holds one or two. */
const MOST_CONNECTIONS = 64;
/** A session that is quiet this long is ended; its client says hello anew, ms. */
const QUIET_MS = 4 * 60 * 60 * 1000;
const SWEEP_MS = 60_000;

/**
 * Listens for MCP clients of this machine: Streamable HTTP on 127.0.0.1 only. Every request must name exactly this address as its host,
 * must not come from a page (no browser sends a token here by itself, but a page could try), and must carry the token.
 */
export async function listenForMcp(port: number, door: McpDoor): Promise<McpListener> {
  const own = { host: '' };
  const sessions = new Map<string, { transport: StreamableHTTPServerTransport; seenAt: number }>();
  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 120_000 }, (request, response) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) refuse(response, 500, 'The request failed.');
      else response.destroy();
    });
  });

  server.maxConnections = MOST_CONNECTIONS;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('cache-control', 'no-store');
    if (request.headers.host !== own.host) return refuse(response, 403, 'This address is not served here.');
    const { origin } = request.headers;
    if (origin !== undefined && origin !== `http://${own.host}`) return refuse(response, 403, 'Pages of other origins are not served.');
    if (request.url?.split('?')[0] !== PATH) return refuse(response, 404, `There is nothing here. The endpoint is ${PATH}.`);
    const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || !door.isToken(token)) {
      response.setHeader('www-authenticate', 'Bearer');
      return refuse(response, 401, 'The token is missing or wrong. Copy the settings anew from UX Flow Engine, Settings, Connections.');
    }
    const id = request.headers['mcp-session-id'];
    const known = typeof id === 'string' ? sessions.get(id) : undefined;
    if (known) {
      known.seenAt = performance.now();
      return known.transport.handleRequest(request, response);
    }
    // The client of a session that is gone begins anew when it reads 404; the protocol says so.
    if (id !== undefined) return refuse(response, 404, 'This session has ended. Say hello anew.');
    if (request.method !== 'POST') return refuse(response, 400, 'A session begins with a POST that says hello.');
    const sdk = await import('@modelcontextprotocol/sdk/server/streamableHttp.js');
    const transport: StreamableHTTPServerTransport = new sdk.StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      maxRequestBodySize: MOST_BYTES,
      onsessioninitialized: (sessionId) => {
        makeRoom(sessions);
        sessions.set(sessionId, { transport, seenAt: performance.now() });
      },
    });
    await door.serve(transport as Transport);
    // The SDK has hung its own listener on; ours only forgets.
    const ended = transport.onclose;
    transport.onclose = () => {
      if (transport.sessionId !== undefined) sessions.delete(transport.sessionId);
      ended?.();
    };
    await transport.handleRequest(request, response);
    // Whatever this was, it was no hello.
    if (transport.sessionId === undefined) await transport.close();
  };

  const sweep = setInterval(() => {
    const now = performance.now();
    for (const { transport, seenAt } of [...sessions.values()]) if (now - seenAt > QUIET_MS) void transport.close();
  }, SWEEP_MS);
  sweep.unref();

  await listen(server, port);
  const { port: taken } = server.address() as AddressInfo;
  own.host = `127.0.0.1:${taken}`;
  return {
    address: `http://${own.host}${PATH}`,
    port: taken,
    async close() {
      clearInterval(sweep);
      for (const { transport } of [...sessions.values()]) await transport.close().catch(() => undefined);
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** What an engine needs so that other agents reach it, on this data folder. */
export function mcpHost(dataDir: string): McpHost {
  // The bundle first, it starts faster than the source; this module may lie in a chunk one folder below it.
  const cli = ['./cli.js', '../cli.js', '../../../../bin/uxflow.cjs'].map((path) => fileURLToPath(new URL(path, import.meta.url))).find((file) => existsSync(file));
  const isElectron = process.versions['electron'] !== undefined;
  return {
    listen: listenForMcp,
    ...(cli ? { command: { command: process.execPath, args: [cli, 'mcp', '--data', dataDir], ...(isElectron ? { env: { ELECTRON_RUN_AS_NODE: '1' } } : {}) } } : {}),
  };
}

function makeRoom(sessions: Map<string, { transport: StreamableHTTPServerTransport; seenAt: number }>): void {
  if (sessions.size < MOST_SESSIONS) return;
  const [oldest] = [...sessions].sort(([, a], [, b]) => a.seenAt - b.seenAt);
  if (!oldest) return;
  sessions.delete(oldest[0]);
  void oldest[1].transport.close();
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32000, message: sentence }, id: null }));
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') throw new AppError('MCP_PORT_IN_USE', `Port ${port} is used by another program, so no other agent can connect. Choose another port under Connections.`, { port }, { cause: error });
    throw new AppError('MCP_PORT_REFUSED', `Port ${port} cannot be opened (${code}), so no other agent can connect. Choose another port under Connections.`, { port, code }, { cause: error });
  }
}
