import type { AppError } from '../base/error.ts';
import { isAppError } from '../base/error.ts';
import type { Clock } from '../base/clock.ts';
import { modelError, type ModelSubject } from './modelError.ts';

/** The time that one call has: ends by the caller's signal, by the deadline or by a failure that a watcher noticed. */
export interface CallWindow {
  /** Aborted, with an AppError as reason, when the window is over. */
  signal: AbortSignal;
  /** Milliseconds until the deadline, never negative. */
  remainingMs(): number;
  /** Ends the window with this error; the first reason stays. */
  fail(error: AppError): void;
  /** Why the window ended, or undefined while it is open. */
  failure(): AppError | undefined;
  /** The promise's value, or the window's failure if that comes first: nothing behind it can hang the caller. */
  race<T>(promise: Promise<T>): Promise<T>;
  /** Has this done when the window is closed, however the call ended. */
  onClose(work: () => void): void;
  /** Frees the timer and the listener, and does what `onClose` asked for. */
  close(): void;
}

/** Opens a window of `timeoutMs` under the caller's signal. */
export function openCallWindow(subject: ModelSubject, clock: Clock, timeoutMs: number, callerSignal?: AbortSignal): CallWindow {
  const controller = new AbortController();
  const closing: (() => void)[] = [];
  const deadline = clock.now() + timeoutMs;
  const fail = (error: AppError) => {
    if (!controller.signal.aborted) controller.abort(error);
  };
  const cancel = () => fail(modelError('MODEL_CANCELLED', { ...subject }));
  if (callerSignal?.aborted) cancel();
  callerSignal?.addEventListener('abort', cancel, { once: true });
  const timer = setTimeout(() => fail(modelError('MODEL_TIMED_OUT', { ...subject, timeoutMs })), Math.min(timeoutMs, MAX_TIMER_MS));
  return {
    signal: controller.signal,
    remainingMs: () => Math.max(0, deadline - clock.now()),
    fail,
    failure: () => (controller.signal.aborted && isAppError(controller.signal.reason) ? controller.signal.reason : undefined),
    race: (promise) => raceSignal(promise, controller.signal),
    onClose: (work) => void closing.push(work),
    close() {
      clearTimeout(timer);
      callerSignal?.removeEventListener('abort', cancel);
      for (const work of closing.splice(0)) work();
    },
  };
}

/** A longer timer would fire at once: the platform keeps it in 32 bits. */
const MAX_TIMER_MS = 2 ** 31 - 1;

function raceSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
