import { isAppError } from '../base/error.ts';
import type { Clock } from '../base/clock.ts';
import type { GenerateRequest, GenerateResult, LanguageModel, TokenUsage } from './languageModel.ts';

/** How a model call ended; 'open' while it runs, and for ever if the app was killed meanwhile. 'cached': nobody was asked. 'refused': the budget is used up. */
export type ModelCallOutcome = 'open' | 'ok' | 'repaired' | 'failed' | 'cancelled' | 'cached' | 'refused';

/** One call of a model: a row of the ledger. */
export interface ModelCallRecord {
  /** 'architect', 'planner', … */
  agent: string;
  /** The model's id: 'ollama:llama3.2'. */
  model: string;
  promptVersion: string;
  turnId?: string;
  flowId?: string;
  variantId?: string;
  quality?: string;
  operation: 'chat' | 'embeddings';
  cached?: 'exact' | 'similar';
  inputTokens?: number;
  outputTokens?: number;
  /** Undefined when the price or the tokens are unknown. */
  costUsd?: number;
  ms: number;
  firstTokenMs?: number;
  outcome: ModelCallOutcome;
  /** Code of the failure. */
  errorCode?: string;
  /** ms UTC. */
  startedAt: number;
}

/** Where the rows are kept. */
export interface CallLedger {
  /** Stores an open row before the call and gives its id; when it throws, the call is not made. */
  open(record: ModelCallRecord): string | Promise<string>;
  /** Completes the row. */
  close(id: string, record: ModelCallRecord): void | Promise<void>;
}

/** What recording needs beside the model. */
export interface RecordingOptions {
  ledger: CallLedger;
  clock: Clock;
  /** US dollars of a call by its tokens, which may be unknown; undefined where the cost is. */
  costOf?(model: string, usage: TokenUsage): number | undefined;
}

/** The model with a row for every call, opened before it and closed after it, however it ends. */
export function recordedModel(model: LanguageModel, options: RecordingOptions): LanguageModel {
  const { ledger, clock, costOf } = options;
  const generate = async (request: GenerateRequest): Promise<GenerateResult> => {
    const startedAt = clock.now();
    const opened = openRecord(model.id, request, startedAt);
    const id = await ledger.open(opened);
    const close = async (change: Partial<ModelCallRecord>) => {
      try {
        await ledger.close(id, { ...opened, ms: clock.now() - startedAt, ...change });
      } catch {
        // The answer is worth more than its row; the row stays 'open', which says that its end is unknown.
      }
    };
    const usageFields = (usage: TokenUsage | undefined): Partial<ModelCallRecord> => {
      const costUsd = costOf?.(model.id, usage ?? {});
      return { ...defined({ inputTokens: usage?.inputTokens, outputTokens: usage?.outputTokens, costUsd }) };
    };
    let result: GenerateResult;
    try {
      result = await model.generate(request);
    } catch (error) {
      const code = isAppError(error) ? error.code : 'INTERNAL';
      const usage = isAppError(error) ? (error.params['usage'] as TokenUsage | undefined) : undefined;
      const fields = usageFields(usage);
      // Whoever refused the request before a word was written charges nothing for it.
      if (costOf && fields.costUsd === undefined && UNCHARGED.has(code)) fields.costUsd = 0;
      await close({ ...fields, outcome: code === 'MODEL_CANCELLED' ? 'cancelled' : 'failed', errorCode: code });
      throw error;
    }
    const fields = usageFields(result.usage);
    await close({ ...fields, ...defined({ firstTokenMs: result.firstTokenMs }), outcome: result.repaired ? 'repaired' : 'ok' });
    return fields.costUsd === undefined ? result : { ...result, costUsd: fields.costUsd };
  };
  return { ...model, generate };
}

/** Failures after which nobody has read or written a token for us. */
const UNCHARGED: ReadonlySet<string> = new Set([
  'EGRESS_REFUSED', 'MODEL_CERTIFICATE', 'MODEL_CIRCUIT_OPEN', 'MODEL_CONTEXT_OVERFLOW', 'MODEL_CONTEXT_TOO_LONG', 'MODEL_KEY_REJECTED', 'MODEL_NO_VISION', 'MODEL_NOT_FOUND',
  'MODEL_PROXY_REFUSED', 'MODEL_PROXY_UNREACHABLE', 'MODEL_QUOTA_EXHAUSTED', 'MODEL_RATE_LIMITED', 'MODEL_REQUEST_REJECTED', 'MODEL_SETTINGS_INVALID', 'MODEL_UNREACHABLE', 'MODEL_WRONG_CONTENT_TYPE',
]);

/** The row of a call that has just begun. */
export function openRecord(model: string, { purpose }: GenerateRequest, startedAt: number): ModelCallRecord {
  return {
    agent: purpose?.agent ?? 'none', promptVersion: purpose?.promptVersion ?? '', model, operation: 'chat', ms: 0, outcome: 'open', startedAt,
    ...defined({ turnId: purpose?.turnId, flowId: purpose?.flowId, variantId: purpose?.variantId, quality: purpose?.quality }),
  };
}

function defined<T extends Record<string, unknown>>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
