import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEgress, type Egress, type EgressRecord } from './egress.ts';
import type { ModelTiming } from './retry.ts';

/** A request as a wire server saw it. */
export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  /** The parsed JSON body; undefined when there was none. */
  body: ReturnType<typeof JSON.parse>;
}

/** A local server that speaks a provider's protocol byte by byte, for tests. */
export interface WireServer {
  /** `http://127.0.0.1:port` */
  origin: string;
  requests: SeenRequest[];
  /** Sockets that were opened to it so far. */
  connections(): number;
  /** Resolves when the client has dropped the connection of the n-th request. */
  dropped(index: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts a server on a free port; `answer` writes each response itself. */
export async function startWireServer(answer: (request: SeenRequest, response: ServerResponse, index: number) => unknown): Promise<WireServer> {
  const requests: SeenRequest[] = [];
  const drops: { promise: Promise<void>; resolve: () => void }[] = [];
  let connections = 0;
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const seen: SeenRequest = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, body: text ? JSON.parse(text) : undefined };
      const index = requests.push(seen) - 1;
      drops[index] = Promise.withResolvers<void>();
      response.on('close', () => drops[index]!.resolve());
      answer(seen, response, index);
    });
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => connections,
    dropped: (index) => drops[index]!.promise,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers with a JSON body. */
export function sendJson(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Answers with server-sent events and `[DONE]`, as OpenAI streams. */
export function sendEvents(response: ServerResponse, events: readonly unknown[], end: 'done' | 'open' | 'cut' | 'plain' = 'done'): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  for (const event of events) response.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);
  finish(response, end, 'data: [DONE]\n\n');
}

/** Answers with newline-delimited JSON, as Ollama streams. */
export function sendLines(response: ServerResponse, lines: readonly unknown[], end: 'done' | 'open' | 'cut' = 'done'): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  for (const line of lines) response.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  finish(response, end, '');
}

function finish(response: ServerResponse, end: 'done' | 'open' | 'cut' | 'plain', last: string): void {
  if (end === 'done') response.end(last);
  if (end === 'plain') response.end();
  // The bytes before must leave first, otherwise the client sees a reset instead of a cut.
  if (end === 'cut') setTimeout(() => response.socket?.destroy(), 20);
}

/** A real gate on the real fetch with everything allowed, and what it recorded. */
export function openEgress(): { egress: Egress; records: EgressRecord[] } {
  const records: EgressRecord[] = [];
  const egress = createEgress({ fetch: globalThis.fetch, policy: { localOnly: true, allowedHosts: [], onPremiseHosts: [] }, onRecord: (record) => records.push(record), clock: { now: () => Date.now() } });
  return { egress, records };
}

/** Time whose retries do not wait but note how long they would have. */
export function instantTiming(): ModelTiming & { waits: number[] } {
  const waits: number[] = [];
  return { clock: { now: () => Date.now() }, waits, random: () => 0.5, sleep: async (ms) => void waits.push(ms) };
}
