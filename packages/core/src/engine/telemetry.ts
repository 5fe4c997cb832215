import { AppError, errorInfo, isAppError, type Clock, type Logger } from '../base/index.ts';
import { callsToOtlp, type Egress, type ExportedCall } from '../llm/index.ts';

/** Tells calls to a collector by OTLP over HTTP, in JSON. */
export interface Telemetry {
  /** Sends calls now. Gives how many spans went out and how many of them the collector did not take. Throws TELEMETRY_FAILED, EGRESS_REFUSED. */
  push(calls: readonly ExportedCall[]): Promise<{ spans: number; rejected: number; message?: string }>;
  /** Sends a call soon, with others. What cannot be sent is dropped: the ledger has it. */
  note(call: ExportedCall): void;
  close(): Promise<void>;
}

const BATCH = 500;
const REST_MS = 5_000;
const TIMEOUT_MS = 10_000;
/** Answers after which the same request may be sent again. */
const BUSY = new Set([429, 502, 503, 504]);

/** Telemetry to the endpoint of the settings, through the gate. */
export function createTelemetry(options: { endpoint(): string; egressFor(address: string): Egress; clock: Clock; version: string; logger: Logger; restMs?: number }): Telemetry {
  const { endpoint, egressFor, version, logger } = options;
  const waiting: ExportedCall[] = [];
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  const closing = new AbortController();

  const send = async (calls: readonly ExportedCall[], signal?: AbortSignal): Promise<{ spans: number; rejected: number; message?: string }> => {
    const request = callsToOtlp(calls, version);
    const spans = request.resourceSpans[0]!.scopeSpans[0]!.spans.length;
    if (spans === 0) return { spans, rejected: 0 };
    const address = tracesAddress(endpoint());
    const host = new URL(address).host;
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    let response: Response;
    try {
      response = await egressFor(address).fetch('telemetry')(address, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request), signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
    } catch (error) {
      if (isAppError(error)) throw error;
      throw failed(host, 'it could not be reached', {}, error);
    }
    const text = (await response.text().catch(() => '')).slice(0, 100_000);
    if (!response.ok) throw failed(host, `it answered ${response.status}`, { status: response.status });
    const { rejectedSpans, errorMessage } = partialSuccess(text);
    return { spans, rejected: Math.min(spans, rejectedSpans), ...(errorMessage ? { message: errorMessage } : {}) };
  };
  const flush = async () => {
    timer = undefined;
    const calls = waiting.splice(0, BATCH);
    for (let attempt = 0; calls.length && !closing.signal.aborted; attempt++) {
      try {
        await send(calls, closing.signal);
        return;
      } catch (error) {
        const { code, params } = errorInfo(error);
        if (attempt >= 2 || !BUSY.has(Number(params['status']))) return void logger.warn('telemetry not sent', { calls: calls.length, code, status: params['status'] });
        await new Promise<void>((resolve) => {
          const wait = setTimeout(resolve, (options.restMs ?? REST_MS) * 2 ** attempt).unref();
          closing.signal.addEventListener('abort', () => (clearTimeout(wait), resolve()), { once: true });
        });
      }
    }
  };

  return {
    async push(calls) {
      let spans = 0;
      let rejected = 0;
      let message: string | undefined;
      for (let from = 0; from < calls.length; from += BATCH) {
        const sent = await send(calls.slice(from, from + BATCH));
        spans += sent.spans;
        rejected += sent.rejected;
        message ??= sent.message;
      }
      return { spans, rejected, ...(message ? { message } : {}) };
    },
    note(call) {
      if (waiting.length >= 2 * BATCH) waiting.shift();
      waiting.push(call);
      timer ??= setTimeout(() => {
        sending = (sending ?? Promise.resolve()).then(flush);
      }, options.restMs ?? REST_MS).unref();
    },
    async close() {
      clearTimeout(timer);
      closing.abort();
      await sending;
    },
  };
}

/** Where a collector takes traces: a base address gets the path that OTLP names, an address that has it stays. Throws TELEMETRY_ENDPOINT_INVALID. */
export function tracesAddress(endpoint: string): string {
  let url: URL;
  try {
    url = new URL(endpoint.trim());
  } catch {
    throw new AppError('TELEMETRY_ENDPOINT_INVALID', `"${endpoint.trim().slice(0, 100)}" is not a web address. Nothing was sent; write it like http://127.0.0.1:4318.`, { endpoint: endpoint.trim().slice(0, 100) });
  }
  if (!/^https?:$/.test(url.protocol) || url.username || url.password) throw new AppError('TELEMETRY_ENDPOINT_INVALID', `"${url.host || endpoint}" cannot be used: an address begins with http:// or https:// and holds no name or password. Nothing was sent.`, { endpoint: url.host || endpoint });
  if (!url.pathname.endsWith('/v1/traces')) url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`;
  url.hash = '';
  return url.href;
}

function failed(host: string, why: string, params: { status?: number }, cause?: unknown): AppError {
  return new AppError('TELEMETRY_FAILED', `The calls could not be sent to ${host}: ${why}. They are still in the ledger; check the address, then send them again.`, { host, ...params }, { cause });
}

function partialSuccess(text: string): { rejectedSpans: number; errorMessage?: string } {
  try {
    const { partialSuccess: partial } = JSON.parse(text) as { partialSuccess?: { rejectedSpans?: string | number; errorMessage?: string } };
    const rejected = Number(partial?.rejectedSpans ?? 0);
    return { rejectedSpans: Number.isFinite(rejected) ? rejected : 0, ...(partial?.errorMessage ? { errorMessage: String(partial.errorMessage).slice(0, 300) } : {}) };
  } catch {
    // An empty answer is a whole success too.
    return { rejectedSpans: 0 };
  }
}
