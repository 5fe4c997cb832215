import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';

/** Bytes of one answer over HTTP. */
const MOST_BYTES = 8 * 1024 * 1024;
/** Messages within the window; progress of a busy tool is far below that. */
const MOST_MESSAGES = 2000;
const WINDOW_MS = 10_000;

/** Calls back, once, when the other side sends messages faster than anybody needs them; from then on they are dropped. */
export function watchFlood(transport: Transport, onFlood: () => void): void {
  const deliver = transport.onmessage?.bind(transport);
  let count = 0;
  let since = performance.now();
  let isFlooding = false;
  transport.onmessage = (message, extra) => {
    if (isFlooding) return;
    const now = performance.now();
    if (now - since > WINDOW_MS) [since, count] = [now, 0];
    if (++count > MOST_MESSAGES) {
      isFlooding = true;
      return onFlood();
    }
    deliver?.(message, extra);
  };
}

/** The gate's fetch, whose answers end with an error after so many bytes: a server without end must not fill the memory. */
export function boundedFetch(gated: typeof globalThis.fetch, limit = MOST_BYTES): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await gated(input, init);
    if (!response.body) return response;
    let bytes = 0;
    const bounded = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          bytes += chunk.byteLength;
          if (bytes > limit) controller.error(new Error(`The answer is larger than the buffer of ${limit} bytes`));
          else controller.enqueue(chunk);
        },
      }),
    );
    const answer = new Response(bounded, { status: response.status, statusText: response.statusText, headers: response.headers });
    Object.defineProperty(answer, 'url', { value: response.url });
    return answer;
  };
}
