import type { AppError } from '../base/error.ts';
import type { GenerateRequest, LanguageModel, TokenUsage, ToolCall } from './languageModel.ts';
import type { ModelProvider } from './providerTable.ts';
import type { ModelTiming } from './retry.ts';
import { createStructuredModel, type CompletionCall } from './structuredModel.ts';

/** One scripted answer: a text, a value (sent as its JSON), pieces that are streamed one by one, a failure, or silence until the call is over. */
export type ScriptedAnswer =
  | string
  | { json: unknown; usage?: TokenUsage }
  | { pieces: string[]; usage?: TokenUsage; finish?: 'stop' | 'length' | 'cut' }
  | { toolCalls: ToolCall[]; text?: string; usage?: TokenUsage }
  | { fail: AppError }
  | { hang: true };

/** A question as the script sees it. */
export interface ScriptedQuestion extends Pick<GenerateRequest, 'system' | 'messages' | 'images' | 'temperature' | 'maxTokens' | 'seed' | 'tools'> {
  /** Name of the schema that the answer must have, if any. */
  schemaName?: string;
  /** 0 for the first exchange; retries and repair turns count. */
  index: number;
}

/** A LanguageModel that a function answers, for tests of what uses models: schema parsing, retries, repair, time limits and cancelling are the real ones. */
export interface ScriptedModel extends LanguageModel {
  /** Every question so far, in order. */
  questions: ScriptedQuestion[];
}

/** Makes a scripted model; without `timing` retries do not wait. */
export function scriptedModel(answer: (question: ScriptedQuestion) => ScriptedAnswer | Promise<ScriptedAnswer>, options: { id?: string; provider?: ModelProvider; timing?: ModelTiming } = {}): ScriptedModel {
  const questions: ScriptedQuestion[] = [];
  const provider = options.provider ?? 'ollama';
  const complete = async (call: CompletionCall) => {
    const question: ScriptedQuestion = {
      system: call.system, messages: [...call.messages], images: call.images, index: questions.length,
      ...(call.temperature === undefined ? {} : { temperature: call.temperature }), ...(call.maxTokens === undefined ? {} : { maxTokens: call.maxTokens }),
      ...(call.seed === undefined ? {} : { seed: call.seed }), ...(call.output ? { schemaName: call.output.name } : {}), ...(call.tools.length ? { tools: call.tools } : {}),
    };
    questions.push(question);
    const given = await answer(question);
    if (typeof given === 'object' && 'hang' in given) return new Promise<never>(() => {});
    if (typeof given === 'object' && 'fail' in given) throw given.fail;
    const toolCalls = typeof given === 'object' && 'toolCalls' in given ? given.toolCalls : undefined;
    const pieces = typeof given === 'string' ? [given] : 'toolCalls' in given ? [given.text ?? ''] : 'pieces' in given ? given.pieces : [JSON.stringify(given.json)];
    for (const piece of pieces) {
      await Promise.resolve();
      if (call.isStreamed) call.onText(piece);
    }
    return {
      text: pieces.join(''), ...(toolCalls ? { toolCalls } : {}), model: 'scripted', usage: (typeof given === 'object' && given.usage) || {},
      finish: typeof given === 'object' && 'finish' in given ? (given.finish ?? ('stop' as const)) : ('stop' as const),
    };
  };
  const timing: ModelTiming = options.timing ?? { clock: { now: () => Date.now() }, sleep: async () => {}, random: () => 0 };
  const model = createStructuredModel({ provider, id: options.id ?? 'scripted:model', subject: { provider, model: 'scripted', host: 'script' }, timing, complete });
  return { ...model, questions };
}
