/** Spans on their way to a collector that is there, slow to answer, or away. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createLogger, type LogLine } from '@uxflow/core/base';
import { createTracer, type Span, type TracerOptions } from './traces.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface SentSpan {
  traceId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status: { code?: number };
}

async function collector(status = 200): Promise<{ url: string; spans: SentSpan[]; requests: { path: string; service: unknown; count: number }[] }> {
  const [spans, requests]: [SentSpan[], { path: string; service: unknown; count: number }[]] = [[], []];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => (body += piece));
    request.on('end', () => {
      const [{ resource, scopeSpans }] = (JSON.parse(body) as { resourceSpans: [{ resource: { attributes: unknown }; scopeSpans: [{ spans: SentSpan[] }] }] }).resourceSpans;
      spans.push(...scopeSpans[0].spans);
      requests.push({ path: request.url!, service: resource.attributes, count: scopeSpans[0].spans.length });
      response.writeHead(status).end('{}');
    });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, spans, requests };
}

function tracer(endpoint: string, more: Partial<TracerOptions> = {}) {
  const lines: LogLine[] = [];
  let dropped = 0;
  const made = createTracer({ endpoint, serviceName: 'uxflow-test', ratio: 1, logger: createLogger((line) => lines.push(line), () => 0), onDropped: (count) => void (dropped += count), flushMs: 60_000, ...more });
  return { ...made, lines, dropped: () => dropped };
}

const span = (more: Partial<Span> = {}): Span => ({ name: 'GET /ready', kind: 'server', startedAt: 1_800_000_000_000.25, took: 1.5, attributes: { status: 200, part: 0.5, method: 'GET' }, ...more });

test('are sent in batches with their times, their kind and their failure, below the caller where one is trusted', async () => {
  const { url, spans, requests } = await collector();
  const one = tracer(url);
  one.record(span({ parent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, failed: true }));
  one.record(span({ kind: 'internal', parent: 'no such header' }));
  for (let n = 0; n < 400; n++) one.record(span());
  await one.close();
  expect(requests.map(({ count }) => count).reduce((sum, count) => sum + count, 0)).toBe(402);
  expect(Math.max(...requests.map(({ count }) => count))).toBeLessThanOrEqual(256);
  expect(requests[0]).toMatchObject({ path: '/v1/traces', service: [{ key: 'service.name', value: { stringValue: 'uxflow-test' } }] });
  expect(spans[0]).toMatchObject({ traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16), kind: 2, status: { code: 2 }, startTimeUnixNano: '1800000000000250000', endTimeUnixNano: '1800000000001750000' });
  expect(spans[0]).toMatchObject({ attributes: [{ key: 'status', value: { intValue: '200' } }, { key: 'part', value: { doubleValue: 0.5 } }, { key: 'method', value: { stringValue: 'GET' } }] });
  expect([spans[1]!.kind, spans[1]!.parentSpanId, spans[1]!.status]).toEqual([1, undefined, {}]);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(402);
  expect(one.dropped()).toBe(0);
});

test('are thinned out by the configured part', async () => {
  const { url, spans } = await collector();
  let n = 0;
  const one = tracer(url, { ratio: 0.25, random: () => (n++ % 4) / 4 });
  for (let count = 0; count < 100; count++) one.record(span());
  await one.close();
  expect(spans.length).toBe(25);
});

test.each([['answers with an error', 503], ['is away', undefined]])('a collector that %s holds nobody up: spans are dropped and counted, and it is said once', async (_, status) => {
  const { url } = status ? await collector(status) : { url: 'http://127.0.0.1:9' };
  const one = tracer(url);
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 10; n++) one.record(span());
    await one.flush();
  }
  expect([one.dropped(), one.lines.map(({ message }) => message)]).toEqual([30, ['spans could not be sent']]);
  await one.close();
});

test('more than fits is dropped, never kept', async () => {
  const one = tracer('http://127.0.0.1:9');
  for (let n = 0; n < 5000; n++) one.record(span());
  expect(one.dropped()).toBe(5000 - 2048 - 256);
  await one.close();
  expect(one.dropped()).toBe(5000);
});
