/**
 * Spans over OTLP (HTTP, JSON) to a collector, where one is configured. A span has a name from our own lists, codes and counts: no path,
 * no id, no header, no text. Losing spans is allowed, holding anybody up is not.
 */
import { randomBytes } from 'node:crypto';
import type { Logger } from '@uxflow/core/base';

export interface Span {
  name: string;
  kind: 'internal' | 'server';
  /** ms UTC, with fractions */
  startedAt: number;
  /** ms */
  took: number;
  attributes: Readonly<Record<string, string | number>>;
  failed?: boolean;
  /** `traceparent` header of whoever called; only from a proxy that is trusted. */
  parent?: string | undefined;
}

export interface Tracer {
  record(span: Span): void;
  /** Sends what waits. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface TracerOptions {
  /** Base address of the collector; `/v1/traces` is added. */
  endpoint: string;
  serviceName: string;
  /** Part of the spans that is kept, 0 to 1. */
  ratio: number;
  logger: Logger;
  onDropped(count: number): void;
  flushMs?: number;
  random?: () => number;
}

const MOST_WAITING = 2048;
const BATCH = 256;
const SEND_WITHIN_MS = 5000;
const KINDS = { internal: 1, server: 2 } as const;
const FAILED = 2;

interface SentSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue: string } | { intValue: string } | { doubleValue: number } }[];
  status: { code?: number };
}

/** A tracer that sends in batches; what a collector does not take is dropped and counted. */
export function createTracer({ endpoint, serviceName, ratio, logger, onDropped, flushMs = 2000, random = Math.random }: TracerOptions): Tracer {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  let waiting: SentSpan[] = [];
  let sending: Promise<void> | undefined;
  let isDown = false;

  const send = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      waiting = waiting.slice(BATCH);
      try {
        const answer = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ resourceSpans: [{ resource: { attributes: [attribute('service.name', serviceName)] }, scopeSpans: [{ scope: { name: 'uxflow' }, spans: batch }] }] }),
          signal: AbortSignal.timeout(SEND_WITHIN_MS),
          redirect: 'error',
        });
        await answer.arrayBuffer();
        if (!answer.ok) throw new Error(`the collector answered ${answer.status}`);
        isDown = false;
      } catch (error) {
        onDropped(batch.length + waiting.length);
        waiting = [];
        // Said once until it is there again.
        if (!isDown) logger.warn('spans could not be sent', { error: error instanceof Error ? error.message : String(error) });
        isDown = true;
      }
    }
  };
  const flush = () => (sending ??= send().finally(() => (sending = undefined)));
  const timer = setInterval(() => void flush(), flushMs);
  timer.unref();

  return {
    record({ name, kind, startedAt, took, attributes, failed, parent }) {
      if (random() >= ratio) return;
      if (waiting.length >= MOST_WAITING) return onDropped(1);
      const [, traceId, parentSpanId] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(parent ?? '') ?? [];
      waiting.push({
        traceId: traceId ?? randomBytes(16).toString('hex'),
        spanId: randomBytes(8).toString('hex'),
        ...(parentSpanId ? { parentSpanId } : {}),
        name,
        kind: KINDS[kind],
        startTimeUnixNano: nanoseconds(startedAt),
        endTimeUnixNano: nanoseconds(startedAt + took),
        attributes: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
        status: failed ? { code: FAILED } : {},
      });
      if (waiting.length >= BATCH) void flush();
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}

function attribute(key: string, value: string | number): SentSpan['attributes'][number] {
  if (typeof value === 'string') return { key, value: { stringValue: value } };
  return { key, value: Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value } };
}

/** Microseconds are what a clock in ms with fractions can say. */
function nanoseconds(ms: number): string {
  return `${Math.round(ms * 1000)}000`;
}
