import { isAppError } from '@uxflow/core';
import type { ApiClient } from '@uxflow/core/api';
import type { Connection } from '../../bridge.ts';

export interface StreamListener<T> {
  event(event: T): void;
  /** The engine refused the stream; it is not asked again when this returns false. */
  failed?(error: unknown): boolean;
  /** The stream broke and will be opened anew. */
  broken?(): void;
}

const AGAIN_MS = 400;

/** Keeps a stream of the engine open: opens it again whenever the connection comes back. Returns how to end it. */
export function followStream<T>(connection: Connection, open: (api: ApiClient, signal: AbortSignal) => Promise<AsyncIterable<T>>, listener: StreamListener<T>): () => void {
  const abort = new AbortController();
  void (async () => {
    while (!abort.signal.aborted) {
      await whenConnected(connection, abort.signal);
      if (abort.signal.aborted) return;
      try {
        for await (const event of await open(connection.api, abort.signal)) {
          if (abort.signal.aborted) return;
          listener.event(event);
        }
      } catch (error) {
        if (abort.signal.aborted) return;
        const isRefusal = isAppError(error) && error.code !== 'ENGINE_AWAY' && connection.status() === 'connected';
        if (isRefusal && listener.failed && !listener.failed(error)) return;
      }
      if (abort.signal.aborted) return;
      listener.broken?.();
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  })();
  return () => abort.abort();
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
