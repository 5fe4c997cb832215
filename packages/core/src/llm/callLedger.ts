import { isAppError } from '../base/error.ts';
import type { Clock } from '../base/clock.ts';
import type { GenerateRequest, GenerateResult, LanguageModel, TokenUsage } from './languageModel.ts';

/** How a model call ended; 'open' while it runs, and for ever if the app was killed meanwhile. */
export type ModelCallOutcome = 'open' | 'ok' | 'repaired' | 'failed' | 'cancelled';

/** One call of a model: a row of the ledger. */
export interface ModelCallRecord {
  /** 'architect', 'planner', … */
  agent: string;
  /** The model's id: 'ollama:llama3.2'. */
  model: string;
  promptVersion: string;
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

/** What the ledger cannot know from the call itself. */
export interface CallMeta {
  agent: string;
  promptVersion: string;
  clock: Clock;
  /** US dollars for a million tokens. */
  price?: { inputUsd: number; outputUsd: number };
}

/** `model.generate(request)`, with a row that is opened before the call and closed after it, however it ends. */
export async function recordedGenerate(model: LanguageModel, request: GenerateRequest, meta: CallMeta, ledger: CallLedger): Promise<GenerateResult> {
  const startedAt = meta.clock.now();
  const opened: ModelCallRecord = { agent: meta.agent, model: model.id, promptVersion: meta.promptVersion, ms: 0, outcome: 'open', startedAt };
  const id = await ledger.open(opened);
  const close = async (change: Partial<ModelCallRecord>) => {
    try {
      await ledger.close(id, { ...opened, ms: meta.clock.now() - startedAt, ...change });
    } catch {
      // The answer is worth more than its row; the row stays 'open', which says that its end is unknown.
    }
  };
  let result: GenerateResult;
  try {
    result = await model.generate(request);
  } catch (error) {
    const code = isAppError(error) ? error.code : 'INTERNAL';
    const usage = isAppError(error) ? (error.params['usage'] as TokenUsage | undefined) : undefined;
    await close({ ...usageFields(usage, meta), outcome: code === 'MODEL_CANCELLED' ? 'cancelled' : 'failed', errorCode: code });
    throw error;
  }
  await close({ ...usageFields(result.usage, meta), ...(result.firstTokenMs === undefined ? {} : { firstTokenMs: result.firstTokenMs }), outcome: result.repaired ? 'repaired' : 'ok' });
  return result;
}

function usageFields(usage: TokenUsage | undefined, meta: CallMeta): Partial<ModelCallRecord> {
  if (!usage) return {};
  const { inputTokens, outputTokens } = usage;
  const isPriced = meta.price && inputTokens !== undefined && outputTokens !== undefined;
  return {
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
    ...(isPriced ? { costUsd: (inputTokens * meta.price!.inputUsd + outputTokens * meta.price!.outputUsd) / 1_000_000 } : {}),
  };
}
