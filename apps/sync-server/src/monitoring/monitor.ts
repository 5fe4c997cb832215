/** What an instance tells of itself: numbers for Prometheus, and spans where a collector is configured. Never a name, an id or a text. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { isAppError, type Logger } from '@uxflow/core/base';
import type { ServerEnv } from '../access/context.ts';
import type { Config } from '../config.ts';
import type { ServerDatabase } from '../db/database.ts';
import type { Outcome } from '../sync/commitBatch.ts';
import type { Hub } from '../sync/hub.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createTracer, type Tracer } from './traces.ts';

/** What the sync tells. */
export interface SyncMonitor {
  /** A batch is committed; `took` in ms. */
  committed(outcome: Outcome<unknown>, took: number): void;
  /** The database did not take a batch. */
  commitFailed(): void;
  /** An entry was refused. */
  denied(code: string): void;
  /** Somebody was not let in. */
  authFailed(surface: 'http' | 'socket', code: string): void;
}

export interface Monitor extends SyncMonitor {
  metrics: Metrics;
  /** Counts and traces requests; to stand before everything else. */
  middleware: MiddlewareHandler<ServerEnv>;
  /** Names what is read at every look. */
  watch(parts: { hub: Hub; database: ServerDatabase }): void;
  close(): Promise<void>;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const ENTRIES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
const OUTBOX = `select count(*) filter (where dead_at is null)::int as waiting, count(*) filter (where dead_at is not null)::int as dead,
  coalesce(extract(epoch from now() - min(created_at) filter (where dead_at is null)), 0)::float8 as lag from outbox where published_at is null`;

/** The monitor of an instance. */
export function createMonitor({ config, logger }: { config: Config; logger: Logger }): Monitor {
  const metrics = createMetrics();
  const commits = metrics.histogram('uxflow_commit_seconds', 'Time that a batch of entries took to be committed.', SECONDS);
  const batches = metrics.histogram('uxflow_commit_batch_entries', 'Entries in a batch.', ENTRIES);
  const failures = metrics.counter('uxflow_commit_failures_total', 'Batches that the database did not take at once.');
  const entries = metrics.counter('uxflow_entries_total', 'Entries that were pushed, by what became of them: stored, known (sent again), denied.', ['result']);
  const refusals = metrics.counter('uxflow_denied_total', 'Entries that were refused, by code.', ['code']);
  const authFailures = metrics.counter('uxflow_auth_failures_total', 'Requests and sockets that were not let in because of who they are or are not, by code.', ['surface', 'code']);
  const requests = metrics.counter('uxflow_http_requests_total', 'Requests that were answered, by the pattern of their route.', ['method', 'route', 'status']);
  const requestSeconds = metrics.histogram('uxflow_http_request_seconds', 'Time to answer a request.', SECONDS, ['method']);
  const droppedSpans = metrics.counter('uxflow_spans_dropped_total', 'Spans that could not be sent.');
  const tracer: Tracer | undefined = config.OTEL_EXPORTER_OTLP_ENDPOINT
    ? createTracer({ endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT, serviceName: config.OTEL_SERVICE_NAME, ratio: config.OTEL_TRACES_SAMPLER_ARG, logger, onDropped: (count) => droppedSpans.add([], count) })
    : undefined;
  const isMeasured = config.METRICS_PORT !== undefined;
  const delay = isMeasured ? watchProcess(metrics) : undefined;
  const startOf = (took: number) => performance.timeOrigin + performance.now() - took;
  const countDenied = (code: string) => {
    entries.add(['denied']);
    refusals.add([code]);
  };

  return {
    metrics,
    committed({ stored, known, denied }, took) {
      let count = 0;
      for (const list of stored.values()) count += list.length;
      entries.add(['stored'], count);
      if (known.length > 0) entries.add(['known'], known.length);
      for (const { code } of denied) countDenied(code);
      commits.observe(took / 1000);
      batches.observe(count + known.length + denied.length);
      tracer?.record({ name: 'sync.commit', kind: 'internal', startedAt: startOf(took), took, attributes: { 'sync.logs': stored.size, 'sync.stored': count, 'sync.known': known.length, 'sync.denied': denied.length } });
    },
    commitFailed: () => failures.add(),
    denied: countDenied,
    authFailed: (surface, code) => authFailures.add([surface, code]),
    async middleware(context, next) {
      const begun = performance.now();
      await next();
      const took = performance.now() - begun;
      const { status } = context.res;
      const method = METHODS.has(context.req.method) ? context.req.method : 'OTHER';
      const route = matchedRoutes(context).find(({ method: one, path }) => one === (method === 'HEAD' ? 'GET' : method) && !path.endsWith('*'))?.path ?? 'none';
      requests.add([method, route, String(status)]);
      requestSeconds.observe(took / 1000, [method]);
      const code = isAppError(context.error) ? context.error.code : undefined;
      if (code !== undefined && (status === 401 || AUTH_CODES.has(code))) authFailures.add(['http', code]);
      tracer?.record({
        name: `${method} ${route}`,
        kind: 'server',
        startedAt: startOf(took),
        took,
        attributes: { 'http.request.method': method, 'http.route': route, 'http.response.status_code': status, ...(code ? { 'error.type': code } : {}) },
        failed: status >= 500,
        parent: config.TRUST_PROXY_HOPS > 0 ? context.req.header('traceparent') : undefined,
      });
    },
    watch({ hub, database }) {
      metrics.gauge('uxflow_sockets', 'Open sockets.', () => hub.connectionCount);
      metrics.gauge('uxflow_rooms', 'Logs that somebody has open here.', () => hub.roomCount);
      metrics.gauge('uxflow_waiting_bytes', 'Bytes of entries that wait for a commit.', () => hub.waitingBytes);
      const { pool } = database;
      metrics.gauge('uxflow_database_connections', 'Connections of the pool, and requests that wait for one.', () => [[['idle'], pool.idleCount], [['used'], pool.totalCount - pool.idleCount], [['waiting'], pool.waitingCount]], ['state']);
      let outbox: Promise<{ waiting: number; dead: number; lag: number }> | undefined;
      // Three gauges of one look share one query.
      const look = () => (outbox ??= pool.query<{ waiting: number; dead: number; lag: number }>(OUTBOX).then(({ rows }) => rows[0]!).finally(() => setImmediate(() => (outbox = undefined))));
      metrics.gauge('uxflow_outbox_waiting', 'Events that are not handed on yet, of all instances.', async () => (await look()).waiting);
      metrics.gauge('uxflow_outbox_lag_seconds', 'Age of the oldest of them.', async () => (await look()).lag);
      metrics.gauge('uxflow_outbox_dead', 'Events that were given up.', async () => (await look()).dead);
    },
    async close() {
      delay?.disable();
      await tracer?.close();
    },
  };
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Failures of a sign-in that are answered by another status than 401. */
const AUTH_CODES = new Set(['SIGN_IN_LOCKED', 'PASSWORD_WRONG', 'ACCOUNT_SUSPENDED']);

function watchProcess(metrics: Metrics) {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  metrics.gauge('process_cpu_seconds_total', 'Processor time of the process.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }, [], 'counter');
  metrics.gauge('process_resident_memory_bytes', 'Memory of the process.', () => process.memoryUsage.rss());
  metrics.gauge('process_start_time_seconds', 'When the process was started.', () => performance.timeOrigin / 1000);
  metrics.gauge('nodejs_eventloop_lag_p99_seconds', 'Delay of the event loop since the last look, 99th percentile.', () => {
    const seconds = delay.count > 0 ? delay.percentile(99) / 1e9 : 0;
    delay.reset();
    return seconds;
  });
  return delay;
}
