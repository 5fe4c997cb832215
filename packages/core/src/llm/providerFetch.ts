import type { AppError } from '../base/error.ts';
import type { Clock } from '../base/clock.ts';
import type { CallWindow } from './callWindow.ts';
import { modelError, redactText, type ModelSubject } from './modelError.ts';
import { errorFromFailure, errorFromThrown } from './wireError.ts';

/** How a provider's client reaches its provider. */
export interface ProviderFetchOptions {
  /** The egress gate's fetch. */
  fetch: typeof fetch;
  subject: ModelSubject;
  window: CallWindow;
  clock: Clock;
  /** Sent with every request beside content type and accept; nothing else leaves, whatever the client or the environment adds. */
  headers: Record<string, string>;
  /** Texts that no error may contain. */
  secrets: readonly string[];
  /** A body that stays silent for so long ends the window. */
  idleTimeoutMs: number;
  /** 'ndjson': every line is checked, as its client drops broken ones without a word. */
  lines?: 'ndjson';
  /** Most bytes of one answer. Default MAX_RESPONSE_BYTES. */
  maxBytes?: number;
  /** True when only an event stream will do: a whole JSON body is then thrown away, see `ignoredStreaming`. */
  wantsEventStream?: boolean;
}

/** What was seen of an answer on the wire. */
export interface WireWatch {
  /** The fetch for the client: resolves to good answers only, every failure is an AppError. */
  fetch: typeof fetch;
  /** True when the last event stream ended with `[DONE]`. */
  sawDone(): boolean;
  /** True when the provider was asked for an event stream and sent one whole JSON body. */
  ignoredStreaming(): boolean;
}

/** Most bytes of one answer, unless a call says otherwise. */
export const MAX_RESPONSE_BYTES = 16_000_000;

/** Most characters of one line of a stream: clients look through an unfinished line again and again. */
const MAX_LINE_LENGTH = 1_000_000;

/** A fetch that turns what a provider can do wrong into AppErrors before its client sees it. */
export function createProviderFetch(options: ProviderFetchOptions): WireWatch {
  const { subject, window, secrets } = options;
  let tail = createEventTail();
  let hasIgnoredStreaming = false;

  const providerFetch: typeof fetch = async (input, init) => {
    const given = new Headers(init?.headers);
    const headers = new Headers(options.headers);
    for (const name of ['accept', 'content-type']) if (given.has(name)) headers.set(name, given.get(name)!);
    headers.set('user-agent', 'ux-flow-engine');
    const signal = init?.signal ? AbortSignal.any([init.signal, window.signal]) : window.signal;
    let response: Response;
    try {
      response = await options.fetch(input, { method: init?.method ?? 'GET', headers, body: init?.body ?? null, signal });
    } catch (error) {
      throw window.failure() ?? errorFromThrown(error, subject, secrets);
    }
    if (!response.ok) {
      const body = await readLimited(response).catch(() => '');
      throw window.failure() ?? errorFromFailure({ status: response.status, body, headers: response.headers }, subject, secrets, options.clock.now());
    }
    const contentType = (response.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
    if (!/^$|json|event-stream|text\/plain|octet-stream/.test(contentType)) {
      const body = await readLimited(response).catch(() => '');
      const title = /<title[^>]*>([^<]{1,200})/i.exec(body)?.[1];
      throw modelError('MODEL_WRONG_CONTENT_TYPE', { ...subject, status: response.status, contentType, ...(title ? { detail: redactText(title, secrets) } : {}) });
    }
    if (options.wantsEventStream && contentType === 'application/json') {
      hasIgnoredStreaming = true;
      await response.body?.cancel().catch(() => undefined);
      throw modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'protocol' });
    }
    tail = createEventTail();
    return watched(response, contentType === 'text/event-stream');
  };

  const watched = (response: Response, isEventStream: boolean): Response => {
    if (!response.body) return response;
    const reader = response.body.getReader();
    // Clients that have read enough leave a body open: its connection would stay, and the ledger would never hear of its end.
    window.onClose(() => void reader.cancel().catch(() => undefined));
    const checkLine = options.lines === 'ndjson' ? createLineCheck(options) : undefined;
    const decoder = new TextDecoder();
    let bytes = 0;
    let lineLength = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const timer = setTimeout(() => window.fail(modelError('MODEL_TIMED_OUT', { ...subject, reason: 'silent', timeoutMs: options.idleTimeoutMs })), options.idleTimeoutMs);
        try {
          const { done, value } = await window.race(reader.read());
          if (done) {
            checkLine?.(decoder.decode(), true);
            // The client takes half an event at the end for a broken one; it is a cut.
            if (isEventStream && tail.isCut()) throw modelError('MODEL_OUTPUT_TRUNCATED', { ...subject, reason: 'cut' });
            controller.close();
            return;
          }
          bytes += value.byteLength;
          if (bytes > (options.maxBytes ?? MAX_RESPONSE_BYTES)) throw modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'tooLarge' });
          const text = decoder.decode(value, { stream: true });
          const lineEnd = text.lastIndexOf('\n');
          lineLength = lineEnd === -1 ? lineLength + text.length : text.length - lineEnd;
          if (lineLength > MAX_LINE_LENGTH && (isEventStream || options.lines)) throw modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'tooLarge' });
          if (isEventStream) tail.add(text);
          checkLine?.(text, false);
          controller.enqueue(value);
        } catch (error) {
          // An answer that had begun and then lost its connection is a cut answer, not an unreachable provider.
          const failure = window.failure() ?? errorFromThrown(error, subject, secrets);
          controller.error(failure.code === 'MODEL_UNREACHABLE' ? modelError('MODEL_OUTPUT_TRUNCATED', { ...subject, reason: 'cut' }) : failure);
          void reader.cancel().catch(() => undefined);
        } finally {
          clearTimeout(timer);
        }
      },
      cancel: (reason) => reader.cancel(reason).catch(() => undefined),
    }, { highWaterMark: 0 });
    return new Response(body, { status: response.status, headers: response.headers });
  };

  return { fetch: providerFetch, sawDone: () => tail.sawDone(), ignoredStreaming: () => hasIgnoredStreaming };
}

/** Follows the lines of an event stream without keeping it. */
interface EventTail {
  add(text: string): void;
  sawDone(): boolean;
  /** True when the stream ended inside an event. */
  isCut(): boolean;
}

function createEventTail(): EventTail {
  let unfinished = '';
  let isDone = false;
  return {
    add(text) {
      const end = text.lastIndexOf('\n');
      // Appending alone is cheap however long a line becomes; it is looked at when it ends.
      if (end === -1) {
        unfinished += text;
        return;
      }
      const last = (unfinished + text.slice(0, end)).trimEnd();
      if (last) isDone = last.endsWith('[DONE]');
      unfinished = text.slice(end + 1);
    },
    sawDone: () => isDone || unfinished.trimEnd().endsWith('[DONE]'),
    isCut() {
      const data = unfinished.replace(/^data:/, '').trim();
      return data !== '' && data !== '[DONE]' && !isJson(data);
    },
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Checks newline-delimited JSON as it passes: throws on a broken line, a broken last line (a cut), and a line that holds an error. */
function createLineCheck(options: ProviderFetchOptions): (text: string, isEnd: boolean) => void {
  const { subject, secrets } = options;
  let unfinished: string[] = [];
  const fail = (reason: 'protocol' | 'cut'): AppError => modelError(reason === 'cut' ? 'MODEL_OUTPUT_TRUNCATED' : 'MODEL_OUTPUT_INVALID', { ...subject, reason });
  return (text, isEnd) => {
    unfinished.push(text);
    if (!isEnd && !text.includes('\n')) return;
    const parts = unfinished.join('').split('\n');
    unfinished = isEnd ? [] : [parts.pop()!];
    for (const [index, part] of parts.entries()) {
      if (!part.trim()) continue;
      let value: unknown;
      try {
        value = JSON.parse(part);
      } catch {
        throw fail(isEnd && index === parts.length - 1 ? 'cut' : 'protocol');
      }
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fail('protocol');
      if ('error' in value) throw errorFromFailure({ body: part }, subject, secrets, options.clock.now());
    }
  };
}

async function readLimited(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  while (text.length < 65_536) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel().catch(() => undefined);
  return text;
}
