import { AppError, errorInfo, isAppError, type Clock, type ErrorInfo } from '../../base/index.ts';
import { openDocument } from '../../flow/index.ts';
import type { GenerateRequest, LanguageModel, TokenUsage } from '../../llm/index.ts';
import { runAgent } from '../agent.ts';
import { checkEdit, documentOf } from '../editFixtures.ts';
import { seededIds } from '../editCards.ts';
import { editFlow, generateFlow, type PipelineDependencies } from '../pipeline.ts';
import type { LayWhole } from '../placeCards.ts';
import { uxExpert } from '../uxExpert.ts';
import type { FitnessReport, TaskOutcome } from './fitnessReport.ts';
import { FITNESS_TASKS, type FitnessKind, type FitnessTask } from './fitnessTasks.ts';
import { countSteps, stepF1 } from './stepScore.ts';

/** What a check needs. */
export interface FitnessOptions {
  model: LanguageModel;
  clock: Clock;
  layWhole?: LayWhole;
  signal?: AbortSignal;
  /** US dollars of tokens, for calls that failed after they were paid for; undefined where unknown. */
  costOf?(usage: TokenUsage): number | undefined;
  /** For one call, ms. Default 120,000. */
  modelTimeoutMs?: number;
  /** Told before each task; `outcome` of the one before it. */
  onProgress?(progress: { done: number; total: number; kind: FitnessKind }): void;
}

/**
 * Has the model and the rules do the same tasks, one after the other, and says how each did. A task whose answer could not be used counts
 * as not done: what the rules would have made of it is not the model's. Rejects with the model's failure where no task could ever be done
 * (no key, nobody there, budget used up), and with TURN_CANCELLED when aborted.
 */
export async function runFitness({ model, clock, layWhole, signal, costOf, modelTimeoutMs, onProgress }: FitnessOptions): Promise<FitnessReport> {
  const tasks: FitnessReport['tasks'] = [];
  const base = { clock, seed: 7, ...(layWhole ? { layWhole } : {}), ...(signal ? { signal } : {}), ...(modelTimeoutMs === undefined ? {} : { modelTimeoutMs }) };
  onProgress?.({ done: 0, total: FITNESS_TASKS.length, kind: FITNESS_TASKS[0]!.kind });
  // The first use of words and layout loads them: that is not how long a task takes.
  await attempt(FITNESS_TASKS[0]!, base);
  for (const [index, task] of FITNESS_TASKS.entries()) {
    if (signal?.aborted) throw new AppError('TURN_CANCELLED', 'The check was cancelled. Nothing of it is kept.', {});
    if (index) onProgress?.({ done: index, total: FITNESS_TASKS.length, kind: task.kind });
    const rules = await attempt(task, base);
    const byModel = await attempt(task, base, metered(model, costOf));
    if (byModel.error && HOPELESS.test(byModel.error.code)) throw new AppError(byModel.error.code, byModel.error.message, byModel.error.params);
    tasks.push({ id: task.id, kind: task.kind, language: task.language, model: byModel, rules });
  }
  return { at: clock.now(), model: model.id, tasks };
}

/** Failures that every further task would meet as well. */
const HOPELESS = /^(?:MODEL_(?:KEY_REJECTED|NOT_FOUND|UNREACHABLE|QUOTA_EXHAUSTED|CERTIFICATE|PROXY_\w+|WRONG_CONTENT_TYPE|SETTINGS_INVALID|CIRCUIT_OPEN)|EGRESS_REFUSED|BUDGET_\w+|PRICE_UNKNOWN)$/;

type Base = Omit<PipelineDependencies, 'model' | 'onFallback'>;

async function attempt(task: FitnessTask, base: Base, meter?: Meter): Promise<TaskOutcome> {
  let error: ErrorInfo | undefined;
  const startedAt = base.clock.now();
  let result: Pick<TaskOutcome, 'isRight' | 'steps'> = { isRight: false };
  try {
    result = await perform(task, { ...base, ...(meter ? { model: meter.model } : {}), onFallback: (_agent, failure) => (error ??= { ...failure, params: {} }) });
  } catch (thrown) {
    if (isAppError(thrown) && thrown.code === 'TURN_CANCELLED') throw thrown;
    error ??= errorInfo(thrown);
  }
  const failure = meter?.failure() ?? error;
  const none = task.kind === 'create' ? { isRight: false, steps: { hits: 0, found: 0, wanted: task.steps.length } } : { isRight: false };
  return { isValid: !error, ...(error ? none : result), ms: base.clock.now() - startedAt, ...(meter?.total() ?? { calls: 0 }), ...(error ? { error: failure ?? error } : {}) };
}

async function perform(task: FitnessTask, dependencies: PipelineDependencies): Promise<Pick<TaskOutcome, 'isRight' | 'steps'>> {
  if (task.kind === 'create') {
    const { document } = await generateFlow(task.message, dependencies);
    const steps = countSteps(document, task.steps);
    return { isRight: stepF1([steps]) >= 0.6, steps };
  }
  const document = documentOf(task.flow, task.id);
  if (task.kind !== 'question') return { isRight: checkEdit(document, await editFlow(document, task.message, dependencies), task.expect).length === 0 };
  const { clock, seed, model, modelTimeoutMs = 120_000, signal = new AbortController().signal } = dependencies;
  const context = { state: openDocument(document), ids: seededIds(seed, clock.now()), language: task.language };
  const run = await runAgent(uxExpert, { question: task.message }, context, { ...(model ? { model: Promise.resolve(model) } : {}), seed, signal, timeoutMs: modelTimeoutMs });
  if (run.fallback) dependencies.onFallback?.('uxExpert', run.fallback);
  const said = run.output.answer.toLowerCase();
  return { isRight: task.mentions.every((words) => words.some((word) => said.includes(word))) };
}

interface Meter {
  model: LanguageModel;
  total(): Pick<TaskOutcome, 'calls' | 'inputTokens' | 'outputTokens' | 'costUsd'>;
  /** The first failure of a call, with the parameters that a sentence needs. */
  failure(): ErrorInfo | undefined;
}

/** The model with its calls counted; nothing is taken from memory. */
function metered(model: LanguageModel, costOf: FitnessOptions['costOf']): Meter {
  const made: { inputTokens?: number | undefined; outputTokens?: number | undefined; costUsd?: number | undefined }[] = [];
  let failure: ErrorInfo | undefined;
  const sum = (field: 'inputTokens' | 'outputTokens' | 'costUsd') => (made.length && made.every((call) => call[field] !== undefined) ? { [field]: made.reduce((total, call) => total + call[field]!, 0) } : {});
  const generate = async (request: GenerateRequest) => {
    try {
      const result = await model.generate({ ...request, purpose: { agent: 'none', promptVersion: '', ...request.purpose, bypassCache: true } });
      made.push({ ...result.usage, costUsd: result.costUsd });
      return result;
    } catch (error) {
      // An answer of no use is paid for all the same.
      const usage = (isAppError(error) ? (error.params['usage'] as TokenUsage | undefined) : undefined) ?? {};
      made.push({ ...usage, costUsd: usage.inputTokens === undefined && usage.outputTokens === undefined ? undefined : costOf?.(usage) });
      failure ??= errorInfo(error);
      throw error;
    }
  };
  return { model: { ...model, generate }, total: () => ({ calls: made.length, ...sum('inputTokens'), ...sum('outputTokens'), ...sum('costUsd') }), failure: () => failure };
}
