/** `/metrics` on a port of its own: this machine alone may ask, or whoever has the token. */
import { hash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@uxflow/core/base';
import type { Metrics } from './metrics.ts';

export interface MetricsEndpoint {
  port: number;
  close(): Promise<void>;
}

export interface MetricsEndpointOptions {
  metrics: Metrics;
  host: string;
  port: number;
  /** Demanded as a bearer token where it is given. */
  token: string | undefined;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** Opens the port. Throws METRICS_OPEN when everybody could read it, METRICS_PORT_TAKEN. */
export async function openMetrics({ metrics, host, port, token }: MetricsEndpointOptions): Promise<MetricsEndpoint> {
  if (!LOOPBACK.has(host) && !token) throw new AppError('METRICS_OPEN', `METRICS_HOST is ${host}, so that other machines could read /metrics. The server was not started; set METRICS_TOKEN, or leave METRICS_HOST at 127.0.0.1.`, { host });
  const server = createServer((request, response) => {
    const answer = (status: number, text: string) => response.writeHead(status, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8', 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }).end(text);
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') return answer(404, 'There is only GET /metrics here.\n');
    if (token && !isSame(request.headers.authorization ?? '', `Bearer ${token}`)) return answer(401, 'The token is missing or not right.\n');
    metrics.text().then((text) => answer(200, text), () => answer(500, 'The metrics could not be read.\n'));
  });
  await new Promise<void>((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => fail(new AppError('METRICS_PORT_TAKEN', `The server cannot listen on ${host}:${port} (${error.code}). Nothing was started; set METRICS_PORT to another one.`, { host, port, code: error.code })));
    server.listen(port, host, () => done());
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function isSame(given: string, wanted: string): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', wanted, 'buffer'));
}
