import type { Clock } from '../base/clock.ts';
import { isAppError } from '../base/error.ts';
import type { LanguageModel } from './languageModel.ts';
import { modelError, type ModelSubject } from './modelError.ts';

/** When an endpoint is left alone, and for how long. */
export interface BreakerLimits {
  /** Outages in a row that open the breaker. */
  failuresInRow: number;
  /** It opens, too, when this share of the last calls were outages (0 to 1) … */
  failureShare: number;
  /** … and there were at least so many calls. */
  minCalls: number;
  /** Calls that are looked back on. */
  window: number;
  /** Rest before one call is let through to see whether it works again, ms. */
  restMs: number;
}

/** For the calls of agents: a person waits for each. */
export const BREAKER_LIMITS: BreakerLimits = { failuresInRow: 3, failureShare: 0.6, minCalls: 10, window: 100, restMs: 30_000 };

/** `closed`: calls go through. `open`: none does before `retryAt`. `halfOpen`: the next one is the trial. */
export interface BreakerState {
  phase: 'closed' | 'open' | 'halfOpen';
  /** Outages in a row. */
  failures: number;
  /** ms UTC; while open. */
  retryAt?: number;
  /** Code of the last outage. */
  errorCode?: string;
}

/** What a call said about its endpoint: it is down, it is there, or nothing. */
export type CallVerdict = 'outage' | 'alive' | 'nothing';

/** The breaker of one endpoint, shared by all that call it. */
export interface Breaker {
  state(): BreakerState;
  /** Lets a call through, which then reports its end by the function that comes back; undefined when it must not be made. */
  enter(): ((verdict: CallVerdict, errorCode?: string) => void) | undefined;
  /** Forgets everything: the person has changed the connection, or has seen it work. */
  reset(): void;
}

/** A breaker that is closed. */
export function createBreaker(clock: Clock, limits: BreakerLimits = BREAKER_LIMITS): Breaker {
  /** Ends of the last calls that said something, oldest first; true is an outage. */
  let ends: boolean[] = [];
  let inRow = 0;
  let retryAt: number | undefined;
  let errorCode: string | undefined;
  let hasTrial = false;
  /** Calls of an earlier time say nothing about the present one. */
  let era = 0;

  const start = () => {
    ends = [];
    inRow = 0;
    retryAt = undefined;
    errorCode = undefined;
    hasTrial = false;
    era++;
  };
  const open = () => {
    retryAt = clock.now() + limits.restMs;
    hasTrial = false;
    era++;
  };
  const isTooMany = () => inRow >= limits.failuresInRow || (ends.length >= limits.minCalls && ends.filter(Boolean).length >= limits.failureShare * ends.length);

  return {
    state() {
      const phase = retryAt === undefined ? 'closed' : clock.now() < retryAt || hasTrial ? 'open' : 'halfOpen';
      return { phase, failures: inRow, ...(retryAt === undefined ? {} : { retryAt }), ...(errorCode === undefined ? {} : { errorCode }) };
    },
    enter() {
      const isTrial = retryAt !== undefined;
      if (isTrial && (clock.now() < retryAt! || hasTrial)) return undefined;
      if (isTrial) hasTrial = true;
      const mine = era;
      let isReported = false;
      return (verdict, code) => {
        if (isReported || mine !== era) return;
        isReported = true;
        if (verdict === 'nothing') {
          // The next call is the trial then.
          if (isTrial) hasTrial = false;
          return;
        }
        if (verdict === 'alive' && isTrial) return start();
        ends = [...ends, verdict === 'outage'].slice(-limits.window);
        inRow = verdict === 'outage' ? inRow + 1 : 0;
        if (verdict === 'outage') errorCode = code;
        if (isTrial || isTooMany()) {
          if (verdict === 'outage') open();
        }
      };
    },
    reset: start,
  };
}

/** The model behind a breaker. Rejects with MODEL_CIRCUIT_OPEN, at once, while the endpoint is left alone. */
export function breakerModel(model: LanguageModel, breaker: Breaker, about: { subject: ModelSubject; clock: Clock }): LanguageModel {
  return {
    ...model,
    async generate(request) {
      const report = breaker.enter();
      if (!report) {
        const { retryAt, failures, errorCode } = breaker.state();
        const retryAfterMs = Math.max(0, (retryAt ?? 0) - about.clock.now());
        throw modelError('MODEL_CIRCUIT_OPEN', { ...about.subject, retryAt, retryAfterMs, failures, errorCode });
      }
      try {
        const result = await model.generate(request);
        report('alive');
        return result;
      } catch (error) {
        report(verdictOf(error), isAppError(error) ? error.code : undefined);
        throw error;
      }
    },
  };
}

/** What a failure says about the endpoint. The caller's own (a wrong key, a wrong model, an answer of the wrong form, cancelled) is no outage. */
export function verdictOf(error: unknown): CallVerdict {
  if (!isAppError(error)) return 'nothing';
  const { code, params } = error;
  switch (code) {
    case 'MODEL_UNREACHABLE':
    case 'MODEL_PROXY_UNREACHABLE':
    case 'MODEL_TIMED_OUT':
    case 'MODEL_RATE_LIMITED':
    case 'MODEL_WRONG_CONTENT_TYPE':
      return 'outage';
    case 'MODEL_PROVIDER_FAILED':
      // It is there and has said what it lacks, or why it stopped.
      return params['reason'] === 'memory' || params['reason'] === 'finish' ? 'alive' : 'outage';
    case 'MODEL_OUTPUT_TRUNCATED':
      return params['reason'] === 'cut' ? 'outage' : 'alive';
    case 'MODEL_OUTPUT_INVALID':
      return params['reason'] === 'protocol' ? 'outage' : 'alive';
    case 'MODEL_KEY_REJECTED':
    case 'MODEL_NOT_FOUND':
    case 'MODEL_QUOTA_EXHAUSTED':
    case 'MODEL_CONTEXT_TOO_LONG':
    case 'MODEL_REFUSED':
    case 'MODEL_REQUEST_REJECTED':
    case 'MODEL_NO_VISION':
      return 'alive';
    default:
      return 'nothing';
  }
}
