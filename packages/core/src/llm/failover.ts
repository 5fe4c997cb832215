import { errorInfo, isAppError, AppError, type ErrorInfo } from '../base/error.ts';
import type { Clock } from '../base/clock.ts';
import type { GenerateRequest, GenerateResult, LanguageModel } from './languageModel.ts';
import type { ModelProvider } from './providerTable.ts';
import { DEFAULT_TIMEOUT_MS } from './structuredModel.ts';

/** One model of an order, made when it is its turn. */
export interface FailoverEntry {
  /** 'anthropic:claude-haiku' */
  id: string;
  provider: ModelProvider;
  /** Rejects where it must not even be asked: local-only mode, settings that name no model. */
  open(): LanguageModel | Promise<LanguageModel>;
}

/**
 * The first model of the order that answers. A failure that another provider may mend goes on to the next one (after a used-up budget,
 * one that costs nothing may answer: each has the budget before it); a cancelled request and a refusal of what was asked do not, and neither does a failure after text was shown, unless the request can take it
 * back (`onRetract`). The result names who answered and who failed before. When all fail, the first one's failure is thrown: it is the
 * model that the person chose.
 */
export function failoverModel(entries: readonly [FailoverEntry, ...FailoverEntry[]], clock: Clock): LanguageModel {
  const generate = async (request: GenerateRequest): Promise<GenerateResult> => {
    const endsAt = clock.now() + (request.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const failedBefore: { model: string; error: ErrorInfo }[] = [];
    let firstError: unknown;
    for (const [index, entry] of entries.entries()) {
      const isLast = index === entries.length - 1;
      let hasShown = false;
      try {
        const model = await entry.open();
        const leftMs = endsAt - clock.now();
        const result = await model.generate({
          ...request,
          timeoutMs: Math.max(1, isLast ? leftMs : leftMs * SHARE_OF_TIME),
          ...(request.onToken ? { onToken: (text: string) => ((hasShown = true), request.onToken!(text)) } : {}),
        });
        return failedBefore.length ? { ...result, answeredBy: entry.id, failedBefore } : result;
      } catch (error) {
        if (request.signal?.aborted || (isAppError(error) && error.code === 'MODEL_CANCELLED')) throw error;
        firstError ??= error;
        failedBefore.push({ model: entry.id, error: errorInfo(error) });
        if (isLast || !mayMendElsewhere(error) || (hasShown && !request.onRetract) || clock.now() >= endsAt) break;
        if (hasShown) request.onRetract!();
      }
    }
    throw withOthers(firstError, failedBefore);
  };
  return { id: entries[0].id, provider: entries[0].provider, generate };
}

/** While others wait, a model has this share of the time that is left. */
const SHARE_OF_TIME = 2 / 3;

/** True where another model may do what this one could not. */
export function mayMendElsewhere(error: unknown): boolean {
  return isAppError(error) && (MENDABLE.has(error.code) || error.code === 'EGRESS_REFUSED');
}

const MENDABLE = new Set([
  'MODEL_KEY_REJECTED', 'MODEL_NOT_FOUND', 'MODEL_RATE_LIMITED', 'MODEL_QUOTA_EXHAUSTED', 'MODEL_PROVIDER_FAILED', 'MODEL_TIMED_OUT', 'MODEL_UNREACHABLE',
  'MODEL_PROXY_REFUSED', 'MODEL_PROXY_UNREACHABLE', 'MODEL_CERTIFICATE', 'MODEL_OUTPUT_TRUNCATED', 'MODEL_OUTPUT_INVALID', 'MODEL_CONTEXT_TOO_LONG', 'MODEL_CONTEXT_OVERFLOW',
  'MODEL_WRONG_CONTENT_TYPE', 'MODEL_REQUEST_REJECTED', 'MODEL_NO_VISION', 'MODEL_CIRCUIT_OPEN', 'MODEL_SETTINGS_INVALID',
  'BUDGET_USED_UP', 'BUDGET_PRICE_UNKNOWN',
]);

/** The failure, with who else was asked or passed over. */
function withOthers(error: unknown, failed: readonly { model: string; error: ErrorInfo }[]): unknown {
  if (!isAppError(error) || failed.length < 2) return error;
  return new AppError(error.code, error.message, { ...error.params, alsoFailed: failed.slice(1).map(({ model, error: { code } }) => ({ model, code })) }, { cause: error });
}
