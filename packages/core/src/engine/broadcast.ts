/** Tells any number of listeners; each reads at its own pace. */
export interface Broadcast<T> {
  send(value: T): void;
  /** Values sent from now on, until `signal` aborts or the broadcast is closed. */
  subscribe(signal?: AbortSignal): AsyncGenerator<T, void, void>;
  close(): void;
}

/**
 * A broadcast without loss. `merge` may join a value with the last one that a slow listener has not read yet (undefined: keep both),
 * so that what waits stays small.
 */
export function createBroadcast<T>(merge: (waiting: T, next: T) => T | undefined = () => undefined): Broadcast<T> {
  const listeners = new Set<{ queue: T[]; wake: () => void }>();
  let closed = false;
  return {
    send(value) {
      for (const listener of listeners) {
        const last = listener.queue.at(-1);
        const merged = last === undefined ? undefined : merge(last, value);
        if (merged === undefined) listener.queue.push(value);
        else listener.queue[listener.queue.length - 1] = merged;
        listener.wake();
      }
    },
    subscribe(signal) {
      // Registered at once and not at the first `next`: what is sent in between must not be lost.
      const listener = { queue: [] as T[], wake: () => {} };
      listeners.add(listener);
      const stop = () => {
        listeners.delete(listener);
        listener.wake();
      };
      signal?.addEventListener('abort', stop, { once: true });
      return (async function* () {
        try {
          for (;;) {
            while (listener.queue.length) yield listener.queue.shift() as T;
            if (closed || signal?.aborted || !listeners.has(listener)) return;
            await new Promise<void>((resolve) => (listener.wake = resolve));
          }
        } finally {
          signal?.removeEventListener('abort', stop);
          listeners.delete(listener);
        }
      })();
    },
    close() {
      closed = true;
      for (const listener of listeners) listener.wake();
    },
  };
}
