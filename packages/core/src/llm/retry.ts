import type { AppError } from '../base/error.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import type { CallWindow } from './callWindow.ts';

/** Time and chance of a model's retries; injected, so that tests neither wait nor vary. */
export interface ModelTiming {
  clock: Clock;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** 0 (included) to 1 (excluded). */
  random(): number;
}

/** The machine's own time and chance. */
export const systemTiming: ModelTiming = {
  clock: systemClock,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const abort = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', abort);
        resolve();
      }, ms);
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
    }),
  random: () => Math.random(),
};

/** Retries after the first attempt. */
export const MAX_RETRIES = 2;

/**
 * The attempt's value. A failure that another try may mend (rate limit, server failure, reset or cut connection) is tried again up to
 * MAX_RETRIES times, unless the wait would outlast the window or `mayRetry` says no (text was already shown).
 */
export async function withRetries<T>(attempt: () => Promise<T>, window: CallWindow, timing: ModelTiming, toError: (thrown: unknown) => AppError, mayRetry: () => boolean): Promise<T> {
  for (let retry = 0; ; retry++) {
    try {
      return await window.race(attempt());
    } catch (thrown) {
      const error = window.failure() ?? toError(thrown);
      if (retry >= MAX_RETRIES || window.signal.aborted || !isWorthRetrying(error) || !mayRetry()) throw error;
      const waitMs = retryWaitMs(error, retry, timing.random());
      if (waitMs >= window.remainingMs()) throw error;
      await timing.sleep(waitMs, window.signal).catch(() => {
        throw window.failure() ?? error;
      });
    }
  }
}

/** The wait before the next try in ms: what the provider asked for plus up to a tenth, else 500 ms doubled each time, give or take half. */
export function retryWaitMs(error: AppError, retry: number, random: number): number {
  const asked = error.params['retryAfterMs'];
  if (typeof asked === 'number') return Math.ceil(asked * (1 + random / 10));
  return Math.round(500 * 2 ** retry * (0.5 + random));
}

function isWorthRetrying(error: AppError): boolean {
  const { reason } = error.params;
  if (error.code === 'MODEL_RATE_LIMITED') return true;
  if (error.code === 'MODEL_PROVIDER_FAILED') return reason !== 'memory';
  if (error.code === 'MODEL_UNREACHABLE') return reason === 'reset';
  return error.code === 'MODEL_OUTPUT_TRUNCATED' && reason === 'cut';
}
