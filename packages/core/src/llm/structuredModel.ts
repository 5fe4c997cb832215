import { prettifyError } from 'zod';
import { isAppError, type AppError } from '../base/error.ts';
import { openCallWindow, type CallWindow } from './callWindow.ts';
import { readJsonAnswer, withoutThinking } from './jsonAnswer.ts';
import type { GenerateRequest, GenerateResult, LanguageModel, ModelImage, ModelMessage, OutputShape, TokenUsage, ToolCall, ToolDefinition } from './languageModel.ts';
import type { ModelProvider } from './providerTable.ts';
import { modelError, type ModelSubject } from './modelError.ts';
import { tellSchema, toWireSchema } from './outputSchema.ts';
import { systemTiming, withRetries, type ModelTiming } from './retry.ts';
import { errorFromThrown } from './wireError.ts';

/** One exchange with a provider, below retries and repair. */
export interface Completion {
  text: string;
  /** Tools that the model asks for. */
  toolCalls?: ToolCall[];
  usage: TokenUsage;
  model: string;
  /** 'stop' complete; 'length' the token limit; 'cut' the stream ended before it said so. */
  finish: 'stop' | 'length' | 'cut';
}

/** What a provider adapter is asked to do once. */
export interface CompletionCall {
  system: string;
  messages: ModelMessage[];
  images: ModelImage[];
  /** Absent where tools are offered: then the system prompt tells the schema. */
  output?: OutputShape;
  tools: ToolDefinition[];
  temperature?: number;
  maxTokens?: number;
  seed?: number;
  window: CallWindow;
  /** True: stream, and hand on every piece of text. */
  isStreamed: boolean;
  onText(text: string): void;
}

/** A provider adapter: everything of a model but retries, time limits, schema parsing and repair. */
export interface CompletionSource {
  provider: ModelProvider;
  subject: ModelSubject;
  /** Texts that no error may contain. */
  secrets?: readonly string[];
  /** `provider:model` unless given. */
  id?: string;
  timing?: ModelTiming;
  complete(call: CompletionCall): Promise<Completion>;
}

/** Time that a call has unless it says otherwise. */
export const DEFAULT_TIMEOUT_MS = 180_000;

/** A LanguageModel over one adapter: time limit, retries, parsing by the schema, one repair turn, errors as AppErrors. */
export function createStructuredModel(source: CompletionSource): LanguageModel {
  const { subject } = source;
  const timing = source.timing ?? systemTiming;
  const toError = (thrown: unknown): AppError => (isAppError(thrown) ? thrown : errorFromThrown(thrown, subject, source.secrets ?? []));

  const generate = async (request: GenerateRequest): Promise<GenerateResult> => {
    const startedAt = timing.clock.now();
    const window = openCallWindow(subject, timing.clock, request.timeoutMs ?? DEFAULT_TIMEOUT_MS, request.signal);
    let firstTokenMs: number | undefined;
    let hasShown = false;
    const tools = request.tools ?? [];
    const isTold = tools.length > 0 && request.schema !== undefined;
    const system = isTold ? tellSchema(`${request.system}\n\nYou may call tools first. When you need no more of them:`, toWireSchema(request.schema!.schema, { strict: false }).schema) : request.system;
    const ask = (messages: ModelMessage[], isFirst: boolean): Promise<Completion> =>
      withRetries(async () => {
        if (window.signal.aborted) throw window.failure();
        const completion = await source.complete({
          system, messages, images: request.images ?? [], output: isTold ? undefined : request.schema, tools, temperature: request.temperature,
          maxTokens: request.maxTokens, seed: request.seed, window, isStreamed: request.onToken !== undefined,
          onText(text) {
            if (!text || window.signal.aborted) return;
            firstTokenMs ??= timing.clock.now() - startedAt;
            if (!isFirst || !request.onToken) return;
            hasShown = true;
            request.onToken(text);
          },
        });
        if (completion.finish === 'cut') throw modelError('MODEL_OUTPUT_TRUNCATED', { ...subject, reason: 'cut' });
        if (completion.finish === 'length') throw modelError('MODEL_OUTPUT_TRUNCATED', { ...subject, reason: 'length', usage: completion.usage });
        return completion;
      }, window, timing, toError, () => !hasShown).catch((error: unknown) => {
        throw request.images?.length && isAppError(error) ? aboutImages(error) : error;
      });
    const result = (completion: Completion, usage: TokenUsage, rest: { object?: unknown; repaired: boolean }): GenerateResult => ({
      text: completion.text, ...(completion.toolCalls?.length ? { toolCalls: completion.toolCalls } : {}), usage, model: completion.model, ms: timing.clock.now() - startedAt, ...(firstTokenMs === undefined ? {} : { firstTokenMs }), ...rest,
    });

    try {
      const first = await ask(request.messages, true);
      if (first.toolCalls?.length) return result(first, first.usage, { repaired: false });
      if (!request.schema) {
        const text = withoutThinking(first.text).trim();
        if (!text) throw modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'empty', usage: first.usage });
        return result({ ...first, text }, first.usage, { repaired: false });
      }
      const parsed = parseAnswer(first.text, request.schema);
      if (parsed.ok) return result(first, first.usage, { object: parsed.object, repaired: false });
      const second = await ask([...request.messages, ...repairTurn(first.text, parsed.problem)], false);
      const usage = sumUsage(first.usage, second.usage);
      if (second.toolCalls?.length) return result(second, usage, { repaired: false });
      const repaired = parseAnswer(second.text, request.schema);
      if (repaired.ok) return result(second, usage, { object: repaired.object, repaired: true });
      throw modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'schema', problem: repaired.problem.slice(0, 500), usage });
    } finally {
      window.close();
    }
  };
  return { id: source.id ?? `${source.provider}:${subject.model}`, provider: source.provider, generate };
}

/** The answer's value by its schema, or what is wrong with it, in words that a model can act on. Never throws. */
export function parseAnswer(text: string, shape: OutputShape): { ok: true; object: unknown } | { ok: false; problem: string } {
  const candidates = readJsonAnswer(text);
  if (candidates.length === 0) return { ok: false, problem: 'The answer is not valid JSON.' };
  let problem: string | undefined;
  try {
    const wire = toWireSchema(shape.schema, { strict: true });
    for (const candidate of candidates.flatMap(withInner)) {
      const parsed = shape.schema.safeParse(wire.restore(candidate));
      if (parsed.success) return { ok: true, object: parsed.data };
      problem ??= prettifyError(parsed.error);
    }
  } catch (error) {
    // A transform or refinement of the schema that throws on strange input.
    problem ??= error instanceof Error ? error.message : String(error);
  }
  return { ok: false, problem: (problem ?? 'The answer has the wrong form.').slice(0, 2000) };
}

/** The error as one of pictures, where the provider's words say that they are the trouble. */
function aboutImages(error: AppError): AppError {
  const isCandidate = error.code === 'MODEL_REQUEST_REJECTED' || error.code === 'MODEL_PROVIDER_FAILED';
  // A picture that is broken or too large is another trouble.
  const isBlind = isCandidate && /(not support|unsupported|no support|missing data|cannot|can't|doesn't|not able|unable|only text|text.only|not an?|no endpoints).{0,60}(image input|images?\b|vision|multimodal|picture)|(image|vision|multimodal).{0,60}(not (supported|enabled|available|allowed)|unsupported)/i.test(String(error.params['detail'] ?? ''));
  return isBlind ? modelError('MODEL_NO_VISION', error.params) : error;
}

/** The value, and what it wraps when it is an object with one object or list inside: models like to name their answer. */
function withInner(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [value];
  const items = Object.values(value);
  return items.length === 1 && typeof items[0] === 'object' && items[0] !== null ? [value, items[0]] : [value];
}

function repairTurn(answer: string, problem: string): ModelMessage[] {
  return [
    { role: 'assistant', content: answer.slice(0, 20_000) || '(no answer)' },
    { role: 'user', content: `That answer cannot be used:\n${problem}\nAnswer again, whole and corrected, with the JSON value only.` },
  ];
}

function sumUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  const sum = (x?: number, y?: number) => (x === undefined && y === undefined ? undefined : (x ?? 0) + (y ?? 0));
  const inputTokens = sum(a.inputTokens, b.inputTokens);
  const outputTokens = sum(a.outputTokens, b.outputTokens);
  const cachedInputTokens = sum(a.cachedInputTokens, b.cachedInputTokens);
  return { ...(inputTokens === undefined ? {} : { inputTokens }), ...(outputTokens === undefined ? {} : { outputTokens }), ...(cachedInputTokens === undefined ? {} : { cachedInputTokens }) };
}
