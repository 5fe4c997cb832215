import type { ChatRequest, Message, Ollama } from 'ollama/browser';
import { isAppError } from '../base/error.ts';
import type { CallWindow } from './callWindow.ts';
import type { Egress } from './egress.ts';
import type { LanguageModel } from './languageModel.ts';
import { learnedOf, type LearnedAbilities } from './learned.ts';
import { modelError, type ModelSubject } from './modelError.ts';
import { tellSchema, toWireSchema } from './outputSchema.ts';
import { providerTable } from './providerTable.ts';
import { createProviderFetch } from './providerFetch.ts';
import { readBaseUrl } from './baseUrl.ts';
import { systemTiming, type ModelTiming } from './retry.ts';
import { keyHeaders, secretsOf } from './secrets.ts';
import { createStructuredModel, type Completion, type CompletionCall } from './structuredModel.ts';
import { readToolCalls, type ToolCallDraft } from './toolCalls.ts';

/** Where Ollama listens unless told otherwise. */
export const OLLAMA_BASE_URL = providerTable.ollama.baseUrl;

/** A model of an Ollama server. */
export interface OllamaModelOptions {
  baseUrl?: string;
  /** 'llama3.2', 'qwen3:8b', … */
  model: string;
  egress: Egress;
  /** Further headers that a gateway before it demands; treated as secrets. */
  headers?: Record<string, string>;
  /** The context window that Ollama is asked for, in tokens. Default: large enough for each request, in steps, so that a model is seldom loaded anew. */
  contextTokens?: number;
  /** Whether a reasoning model thinks before it answers; absent: as the model does by itself. */
  think?: boolean;
  /** A stream that is silent for so long has timed out. Default 90,000. */
  idleTimeoutMs?: number;
  timing?: ModelTiming;
  /** See ProviderModelOptions. */
  isSchemaTold?: boolean;
  learned?: LearnedAbilities;
}

/** A LanguageModel over Ollama's own protocol, always streamed: a dropped connection then stops the generation too. */
export function createOllamaModel(options: OllamaModelOptions): LanguageModel {
  const timing = options.timing ?? systemTiming;
  const base = readOllamaBaseUrl(options.baseUrl);
  const subject: ModelSubject = { provider: 'ollama', model: options.model, host: base.host };

  const abilities = learnedOf(options, base.url, () => ({ isTold: options.isSchemaTold ?? false }));

  const exchange = async (call: CompletionCall): Promise<Completion> => {
    const client = await createOllamaClient({ baseUrl: base.url, egress: options.egress, headers: options.headers, purpose: 'model', subject, window: call.window, timing, idleTimeoutMs: options.idleTimeoutMs ?? 90_000 });
    const told = call.output && abilities.isTold ? toWireSchema(call.output.schema, { strict: false }).schema : undefined;
    // By default Ollama drops the beginning of what does not fit, without a word. With these it refuses or stops; older versions ignore them.
    const request: ChatRequest & { stream: true; truncate: boolean; shift: boolean } = {
      model: options.model,
      messages: toMessages(told ? { ...call, system: tellSchema(call.system, told) } : call),
      stream: true,
      truncate: false,
      shift: false,
      ...(options.think === undefined ? {} : { think: options.think }),
      ...(call.output && !told ? { format: toWireSchema(call.output.schema, { strict: false }).schema } : {}),
      ...(call.tools.length ? { tools: call.tools.map(({ name, description, parameters }) => ({ type: 'function', function: { name, description, parameters } })) } : {}),
      options: {
        num_ctx: options.contextTokens ?? contextTokensFor(call),
        ...(call.temperature === undefined ? {} : { temperature: call.temperature }),
        // Without a limit a small model that is held to a schema can write spaces for ever.
        num_predict: call.maxTokens ?? DEFAULT_ANSWER_TOKENS,
        ...(call.seed === undefined ? {} : { seed: call.seed }),
      },
    };
    let text = '';
    let last: { model?: string; done_reason?: string; prompt_eval_count?: number; eval_count?: number } | undefined;
    let isDone = false;
    const toolCalls: ToolCallDraft[] = [];
    try {
      for await (const chunk of await client.chat(request)) {
        const piece = chunk.message?.content;
        if (piece !== undefined && typeof piece !== 'string') throw modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'protocol' });
        if (piece) {
          text += piece;
          call.onText(piece);
        }
        const calls: unknown = call.tools.length ? chunk.message?.tool_calls : undefined;
        if (Array.isArray(calls)) toolCalls.push(...calls.map(readCall));
        last = chunk;
        isDone = chunk.done === true;
      }
    } catch (error) {
      // The client's own sentence for a stream that ended early; everything else comes as an AppError from the provider fetch.
      if (error instanceof Error && error.message.startsWith('Did not receive done')) return { text, usage: {}, model: options.model, finish: 'cut' };
      throw error;
    }
    const calls = isDone && last?.done_reason !== 'length' ? readToolCalls(toolCalls, subject) : [];
    return {
      text,
      ...(calls.length ? { toolCalls: calls } : {}),
      usage: { ...count('inputTokens', last?.prompt_eval_count), ...count('outputTokens', last?.eval_count) },
      model: typeof last?.model === 'string' ? last.model : options.model,
      finish: !isDone ? 'cut' : last?.done_reason === 'length' ? 'length' : 'stop',
    };
  };
  const complete = async (call: CompletionCall): Promise<Completion> => {
    try {
      return await exchange(call);
    } catch (error) {
      // llama.cpp inside cannot make a grammar of every schema; older servers know `format: "json"` only.
      const isForm = isAppError(error) && /^MODEL_(REQUEST_REJECTED|PROVIDER_FAILED)$/.test(error.code) && /format|schema|grammar/i.test(String(error.params['detail'] ?? ''));
      if (!call.output || abilities.isTold || !isForm || call.window.signal.aborted) throw error;
      abilities.isTold = true;
      return exchange(call);
    }
  };
  return createStructuredModel({ provider: 'ollama', subject, secrets: secretsOf({ headers: options.headers ?? {} }), timing, complete });
}

/** Ollama's base address from what a person may paste: with `/api` or `/v1` at its end too. */
export function readOllamaBaseUrl(address: string | undefined): { url: string; host: string } {
  const base = readBaseUrl(address || OLLAMA_BASE_URL);
  return { ...base, url: base.url.replace(/\/(api|v1)$/, '') };
}

/** The official client, on a gated fetch, for one call. */
export async function createOllamaClient(options: { baseUrl: string; egress: Egress; headers?: Record<string, string> | undefined; purpose: string; subject: ModelSubject; window: CallWindow; timing: ModelTiming; idleTimeoutMs: number; maxBytes?: number }): Promise<Ollama> {
  const headers = options.headers ?? {};
  const wire = createProviderFetch({
    fetch: options.egress.fetch(options.purpose), subject: options.subject, window: options.window, clock: options.timing.clock,
    headers: keyHeaders({ headers }, options.subject, () => ({})), secrets: secretsOf({ headers }), idleTimeoutMs: options.idleTimeoutMs, lines: options.purpose === 'modelList' || options.purpose === 'embedding' ? undefined : 'ndjson', maxBytes: options.maxBytes,
  });
  // Loaded when first needed, as the other client; this entry has no file system in it.
  const { Ollama: OllamaClient } = await import('ollama/browser');
  return new OllamaClient({ host: options.baseUrl, fetch: wire.fetch });
}

/** Longest answer unless the request says otherwise. */
const DEFAULT_ANSWER_TOKENS = 4_096;

/** Steps of the context window: each change makes Ollama load the model anew, so there are few. */
const CONTEXT_STEPS = [8_192, 16_384, 32_768, 65_536, 131_072];

/** Tokens to ask for: the request at three characters a token, an answer's room and a margin, rounded up to a step. */
export function contextTokensFor(call: Pick<CompletionCall, 'system' | 'messages' | 'images' | 'maxTokens' | 'output' | 'tools'>): number {
  const characters = call.system.length + JSON.stringify(call.tools).length + call.messages.reduce((sum, message) => sum + message.content.length + 16, 0);
  const needed = Math.ceil(characters / 3) + call.images.length * 1_500 + (call.maxTokens ?? DEFAULT_ANSWER_TOKENS) + 256;
  return CONTEXT_STEPS.find((step) => step >= needed) ?? CONTEXT_STEPS.at(-1)!;
}

/** Older servers give calls no id. */
function readCall(call: unknown): ToolCallDraft {
  const { id, function: asked } = (call ?? {}) as { id?: unknown; function?: { name?: unknown; arguments?: unknown } };
  return { id: typeof id === 'string' ? id : undefined, name: typeof asked?.name === 'string' ? asked.name : '', arguments: asked?.arguments };
}

function toMessages(call: CompletionCall): Message[] {
  const messages: Message[] = [
    ...(call.system ? [{ role: 'system', content: call.system }] : []),
    ...call.messages.map((message): Message => {
      if (message.role === 'tool') return { role: 'tool', content: message.content, tool_name: message.toolName };
      const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : [];
      return { role: message.role, content: message.content, ...(calls.length ? { tool_calls: calls.map(({ name, arguments: given }) => ({ function: { name, arguments: given } })) } : {}) };
    }),
  ];
  const lastUser = messages.findLast((message) => message.role === 'user');
  if (lastUser && call.images.length > 0) lastUser.images = call.images.map((image) => image.base64);
  return messages;
}

function count<K extends string>(name: K, value: unknown): { [key in K]?: number } {
  return (typeof value === 'number' && Number.isFinite(value) ? { [name]: value } : {}) as { [key in K]?: number };
}
