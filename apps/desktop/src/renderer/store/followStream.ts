import { isAppError } from '@uxflow/core';
import type { ApiClient } from '@uxflow/core/api';
import type { Connection } from '../../bridge.ts';

export interface StreamListener<T> {
  event(event: T): void;
  /** The engine refused the stream; it is not asked again when this returns false. Without it the window is told. */
  failed?(error: unknown): boolean;
  /** The stream broke and will be opened anew. */
  broken?(): void;
}

const AGAIN_MS = 400;
/** The longest rest between two questions that are refused each time. */
const LONGEST_MS = 30_000;

/** Keeps a stream of the engine open: opens it again whenever the connection comes back. Returns how to end it. */
export function followStream<T>(connection: Connection, open: (api: ApiClient, signal: AbortSignal) => Promise<AsyncIterable<T>>, listener: StreamListener<T>): () => void {
  const abort = new AbortController();
  let isSameLine = false;
  const stopListening = connection.onStatus(() => (isSameLine = false));
  void (async () => {
    /** Problems in a row; the window is told of the first. */
    let problems = 0;
    while (!abort.signal.aborted) {
      await whenConnected(connection, abort.signal);
      if (abort.signal.aborted) return;
      isSameLine = true;
      const since = Date.now();
      let problem: { error: unknown } | undefined;
      try {
        for await (const event of await open(connection.api, abort.signal)) {
          if (abort.signal.aborted) return;
          listener.event(event);
        }
      } catch (error) {
        problem = { error };
      }
      if (abort.signal.aborted) return;
      if (!problem || Date.now() - since > LONGEST_MS) problems = 0;
      const isRefusal = isSameLine && problem !== undefined && isAppError(problem.error) && problem.error.code !== 'ENGINE_AWAY';
      if (isRefusal && listener.failed && !listener.failed(problem!.error)) return;
      listener.broken?.();
      await rest(isRefusal ? Math.min(LONGEST_MS, AGAIN_MS * 2 ** problems) : AGAIN_MS);
      // What has no code may be the line that broke, which says so a moment later; where it did not, the screen itself failed at an event.
      const isFault = isSameLine && problem !== undefined && !isAppError(problem.error);
      const isNews = problems === 0 && (isFault || (isRefusal && !listener.failed));
      if (isNews && !abort.signal.aborted) connection.report(problem!.error);
      problems = isRefusal || isFault ? problems + 1 : 0;
    }
  })();
  return () => {
    stopListening();
    abort.abort();
  };

  /** Waits so many ms, or until there is another line or nobody listens any more. */
  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stop();
        abort.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      const stop = connection.onStatus(done);
      abort.signal.addEventListener('abort', done);
    });
  }
}

/** Resolves when the connection stands, or when the signal is aborted. */
export function whenConnected(connection: Connection, signal?: AbortSignal): Promise<void> {
  if (connection.status() === 'connected' || signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      stop();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const stop = connection.onStatus((status) => status === 'connected' && done());
    signal?.addEventListener('abort', done);
  });
}
