import { AppError, isAppError } from '../base/error.ts';
import type { Clock } from '../base/clock.ts';
import type { BudgetMeter } from './budgetMeter.ts';
import { openRecord, type CallLedger } from './callLedger.ts';
import type { GenerateRequest, GenerateResult, LanguageModel } from './languageModel.ts';
import { modelError } from './modelError.ts';
import { costOfUsage, type KnownPrice } from './price.ts';
import { mostInputTokens } from './tokenEstimate.ts';

/** What a budget needs beside the model. */
export interface BudgetedOptions {
  meter: BudgetMeter;
  /** Of this model at its address. */
  price(): KnownPrice;
  /** Keeps a row of every refused call. */
  ledger: CallLedger;
  clock: Clock;
}

/** The longest answer that a call may give while there is a budget, unless it says otherwise; tokens. */
const LONGEST_ANSWER = 16_000;
/** What a repair turn sends beside the question and the first answer, tokens. */
const REPAIR_TOKENS = 3_000;

/**
 * The model, with no call begun that could go over the person's budget: each reserves the most that it can cost (its repair turn
 * included), and its answer is held to what fits. Rejects with BUDGET_USED_UP or BUDGET_PRICE_UNKNOWN before anybody is asked. Models of
 * this machine are never held up. Without a limit nothing is changed.
 */
export function budgetedModel(model: LanguageModel, options: BudgetedOptions): LanguageModel {
  const { meter, price, ledger, clock } = options;
  const refuse = async (request: GenerateRequest, error: AppError): Promise<never> => {
    const record = { ...openRecord(model.id, request, clock.now()), outcome: 'refused' as const };
    await ledger.close(await ledger.open(record), { ...record, errorCode: error.code });
    throw error;
  };
  const generate = async (request: GenerateRequest): Promise<GenerateResult> => {
    const { dayUsd, monthUsd, refuseUnknown, whenUsedUp } = meter.limits();
    const known = price();
    if ((dayUsd === null && monthUsd === null) || known.kind === 'local') return model.generate(request);
    if (known.kind === 'unknown') return refuseUnknown ? refuse(request, priceUnknown(model.id, whenUsedUp)) : model.generate(request);
    const inputTokens = mostInputTokens(request);
    const costOf = (outputTokens: number) =>
      costOfUsage(known, request.schema ? { inputTokens: 2 * inputTokens + outputTokens + REPAIR_TOKENS, outputTokens: 2 * outputTokens } : { inputTokens, outputTokens })!;
    const startedAt = clock.now();
    const wantedTokens = request.maxTokens ?? LONGEST_ANSWER;
    // Waiting for others counts as the call's own time.
    const timeout = request.timeoutMs === undefined ? undefined : AbortSignal.timeout(Math.max(1, Math.min(request.timeoutMs, 2 ** 31 - 1)));
    const signals = [request.signal, timeout].filter((signal) => signal !== undefined);
    let place: Awaited<ReturnType<BudgetMeter['reserve']>>;
    try {
      place = await meter.reserve({ costOf, wantedTokens, ...(signals.length ? { signal: AbortSignal.any(signals) } : {}) });
    } catch (error) {
      if (isAppError(error)) return refuse(request, error);
      throw request.signal?.aborted ? modelError('MODEL_CANCELLED', { model: model.id }) : modelError('MODEL_TIMED_OUT', { model: model.id, timeoutMs: request.timeoutMs });
    }
    try {
      const timeoutMs = request.timeoutMs === undefined ? undefined : Math.max(1, request.timeoutMs - (clock.now() - startedAt));
      return await model.generate({ ...request, maxTokens: place.outputTokens, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    } finally {
      place.release();
    }
  };
  return { ...model, generate };
}

function priceUnknown(model: string, whenUsedUp: 'stop' | 'rules'): AppError {
  return new AppError(
    'BUDGET_PRICE_UNKNOWN',
    `There is a budget, and nobody knows what ${model} costs. It was not asked and nothing was changed. Enter its price in the settings, or allow models of unknown price there.`,
    { model, ...(whenUsedUp === 'stop' ? { stopsTurn: true } : {}) },
  );
}
