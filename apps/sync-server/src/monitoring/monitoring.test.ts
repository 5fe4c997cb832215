/** What a server that works tells of itself, read as Prometheus and a collector would. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addLog, addMember, socketUrl, startTestServer, type Member } from '../../test/testServer.ts';
import { startTestPostgres, type TestPostgres } from '../../test/testDatabase.ts';
import { until } from '../../test/testDevice.ts';
import { openTestSocket, pushOf } from '../../test/testSocket.ts';
import { PROTOCOL } from '@uxflow/core/protocol';
import { writeEvent } from '../jobs/outbox.ts';
import type { RunningServer } from '../server.ts';
import { createMetrics } from './metrics.ts';

const TOKEN = 'metrics-token-of-this-test';
const CANARY = 'Kanarienvogel';
let postgres: TestPostgres;
let server: RunningServer;
let collector: Server;
let ann: Member;
let bob: Member;
const bodies: string[] = [];

beforeAll(async () => {
  postgres = await startTestPostgres();
  collector = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => (body += piece));
    request.on('end', () => {
      bodies.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}\n${body}`);
      response.writeHead(200).end('{}');
    });
  });
  await new Promise<void>((done) => collector.listen(0, '127.0.0.1', done));
  const { url } = await postgres.clone();
  server = await startTestServer(url, { METRICS_PORT: '0', METRICS_TOKEN: TOKEN, OUTBOX_POLL_MS: '60000', OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}/` });
  await addLog(server.database.pool, 'log_1');
  [ann, bob] = [await addMember(server.database.pool, 'ann'), await addMember(server.database.pool, 'bob', 'viewer')];
});
afterAll(async () => {
  collector.closeAllConnections();
  collector.close();
  await server.close();
  await postgres.close();
});

async function look(token: string | undefined = TOKEN, path = '/metrics'): Promise<Response> {
  return fetch(`http://127.0.0.1:${server.metricsPort}${path}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
}

/** Series and their values, checked line by line against the format. */
function parse(text: string): Map<string, number> {
  const series = new Map<string, number>();
  const types = new Map<string, string>();
  for (const line of text.trimEnd().split('\n')) {
    const type = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line);
    if (type) types.set(type[1]!, type[2]!);
    if (line.startsWith('#')) continue;
    const [, key, name, value] = /^(([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{[a-z_]+="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\[\\"n])*")*\})?) (\S+)$/.exec(line) ?? [];
    expect(key, line).toBeDefined();
    expect(Number.isFinite(Number(value)), line).toBe(true);
    expect(types.has(name!) || types.get(name!.replace(/_(bucket|sum|count)$/, '')) === 'histogram', line).toBe(true);
    expect(series.has(key!), line).toBe(false);
    series.set(key!, Number(value));
  }
  return series;
}

const numbers = async () => parse(await (await look()).text());

test('/metrics is for whoever has the token, on its own port alone', async () => {
  expect([(await look('wrong')).status, (await fetch(`http://127.0.0.1:${server.metricsPort}/metrics`)).status, (await look(TOKEN, '/')).status]).toEqual([401, 401, 404]);
  expect((await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(404);
  const good = await look();
  expect([good.status, good.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
});

test('a port that other machines reach needs a token', async () => {
  const { url } = await postgres.clone();
  await expect(startTestServer(url, { METRICS_PORT: '0', METRICS_HOST: '0.0.0.0' })).rejects.toMatchObject({ code: 'METRICS_OPEN' });
});

test('commits, refusals, sockets, rooms, the outbox and failed sign-ins are counted', async () => {
  const [one, two] = [await openTestSocket(socketUrl(server.port), ann.token), await openTestSocket(socketUrl(server.port), bob.token)];
  for (const socket of [one, two]) {
    socket.send({ type: 'join', log: 'log_1', no: 0, chain: '' });
    await socket.next('joined');
  }
  one.send(pushOf('log_1', 'tx_1', 'ann', { bytes: new TextEncoder().encode(`\0${CANARY}`) }));
  await two.next('changes');
  one.send(pushOf('log_1', 'tx_1', 'ann', { bytes: new TextEncoder().encode(`\0${CANARY}`) }));
  two.send(pushOf('log_1', 'tx_2', 'bob'));
  await two.next('denied');
  two.send(pushOf('log_1', 'tx_3', 'ann'));
  await two.next('denied');
  const stranger = await openTestSocket(socketUrl(server.port));
  stranger.send({ type: 'hello', protocol: PROTOCOL, token: 'no-such-token', schemas: 1, rules: 1, device: 'device_1' });
  expect((await stranger.end()).code).toBe(4001);
  await fetch(`${server.url}/api/v1/users/me`, { headers: { authorization: 'Bearer no-such-token' } });
  await writeEvent(server.database.pool, { type: 'USER_REGISTERED', userId: 'ann' });
  await server.database.pool.query(`update outbox set created_at = now() - interval '90 seconds', next_attempt_at = now() + interval '1 hour'`);
  const series = await numbers();
  const of = (key: string) => series.get(key);
  expect({
    sockets: of('uxflow_sockets'),
    rooms: of('uxflow_rooms'),
    waiting: of('uxflow_waiting_bytes'),
    stored: of('uxflow_entries_total{result="stored"}'),
    known: of('uxflow_entries_total{result="known"}'),
    denied: of('uxflow_entries_total{result="denied"}'),
    readsOnly: of('uxflow_denied_total{code="ROLE_READS_ONLY"}'),
    envelope: of('uxflow_denied_total{code="ENVELOPE_INVALID"}'),
    socketFailures: of('uxflow_auth_failures_total{surface="socket",code="SESSION_INVALID"}'),
    httpFailures: of('uxflow_auth_failures_total{surface="http",code="SESSION_INVALID"}'),
    requests: of('uxflow_http_requests_total{method="GET",route="/api/v1/users/me",status="401"}'),
    events: of('uxflow_outbox_waiting'),
    dead: of('uxflow_outbox_dead'),
  }).toEqual({ sockets: 2, rooms: 1, waiting: 0, stored: 1, known: 1, denied: 2, readsOnly: 1, envelope: 1, socketFailures: 1, httpFailures: 1, requests: 1, events: 1, dead: 0 });
  expect(of('uxflow_outbox_lag_seconds')).toBeGreaterThanOrEqual(90);
  const batches = of('uxflow_commit_seconds_count')!;
  expect([of('uxflow_commit_seconds_bucket{le="+Inf"}'), of('uxflow_commit_batch_entries_count'), of('uxflow_commit_batch_entries_sum')]).toEqual([batches, batches, 3]);
  expect(of('uxflow_commit_seconds_sum')).toBeGreaterThan(0);
  expect(of('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  one.socket.terminate();
  two.socket.terminate();
  await until('both are gone', async () => (await numbers()).get('uxflow_sockets') === 0);
});

test('spans reach a collector, and neither they nor the numbers hold a secret, an id or a content', async () => {
  await fetch(`${server.url}/api/v1/workspaces/${CANARY}?token=${CANARY}`, { headers: { authorization: `Bearer ${ann.token}`, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` } });
  await until('spans have arrived', () => bodies.some((body) => body.includes('sync.commit')) && bodies.some((body) => body.includes('/api/v1/workspaces/:')));
  const spans = bodies.flatMap((body) => (JSON.parse(body.slice(body.indexOf('\n'))) as { resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[] }).resourceSpans[0]!.scopeSpans[0]!.spans);
  for (const span of spans) {
    expect(span).toMatchObject({ traceId: expect.stringMatching(/^[0-9a-f]{32}$/) as string, spanId: expect.stringMatching(/^[0-9a-f]{16}$/) as string, startTimeUnixNano: expect.stringMatching(/^\d{19}$/) as string });
    expect(Number(span.endTimeUnixNano)).toBeGreaterThanOrEqual(Number(span.startTimeUnixNano));
  }
  expect(spans.find(({ name }) => name === 'sync.commit')).toMatchObject({ attributes: expect.arrayContaining([{ key: 'sync.stored', value: { intValue: '1' } }]) as unknown });
  // Nobody is trusted to say what trace they belong to unless a proxy is.
  expect(spans.filter(({ traceId }) => traceId === 'a'.repeat(32))).toEqual([]);
  const all = `${bodies.join('\n')}\n${await (await look()).text()}`;
  for (const secret of [CANARY, ann.token, bob.token, TOKEN, 'log_1', 'tx_1', 'ws_1', '"ann"']) expect(all.includes(secret), secret).toBe(false);
});

test('labels are escaped, and what comes from outside cannot fill the memory', async () => {
  const metrics = createMetrics();
  const counter = metrics.counter('things_total', 'A\nB', ['code']);
  counter.add(['a"b\\c\nd']);
  for (let n = 0; n < 5000; n++) counter.add([`code_${n}`]);
  metrics.gauge('broken', 'Fails.', () => Promise.reject(new Error('no')));
  const text = await metrics.text();
  expect(text.split('\n').slice(0, 3)).toEqual(['# HELP things_total A\\nB', '# TYPE things_total counter', 'things_total{code="a\\"b\\\\c\\nd"} 1']);
  expect([parse(text).size, text.includes('broken')]).toEqual([1000, false]);
  expect(() => metrics.counter('things_total', 'Again.')).toThrow('there already');
});
