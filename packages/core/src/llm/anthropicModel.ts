import type Anthropic from '@anthropic-ai/sdk';
import type { MessageCreateParamsStreaming, MessageParam } from '@anthropic-ai/sdk/resources/messages';
import { z } from 'zod';
import type { AppError } from '../base/error.ts';
import { readBaseUrl } from './baseUrl.ts';
import type { CallWindow } from './callWindow.ts';
import type { LanguageModel } from './languageModel.ts';
import { learnedOf } from './learned.ts';
import { byName, defined, withListWindow } from './listing.ts';
import { modelError, redactText, type ModelSubject } from './modelError.ts';
import { tellSchema, toWireSchema } from './outputSchema.ts';
import type { ListedModel, ListOptions, ProviderAdapter, ProviderConnection, ProviderModelOptions } from './providerAdapter.ts';
import { createProviderFetch } from './providerFetch.ts';
import { providerTable } from './providerTable.ts';
import { keyHeaders, secretsOf } from './secrets.ts';
import { systemTiming, type ModelTiming } from './retry.ts';
import { createStructuredModel, type Completion, type CompletionCall } from './structuredModel.ts';
import { readToolCalls, type ToolCallDraft } from './toolCalls.ts';
import { errorFromFailure, errorFromThrown } from './wireError.ts';

/** Anthropic's Messages API, and gateways that speak it. */
export const anthropicAdapter: ProviderAdapter = { readBaseUrl: readAnthropicBaseUrl, create: createAnthropicModel, list: listAnthropicModels };

/** What a model was found to lack or to limit; kept for the life of the model, so that it is refused once only. */
interface Abilities {
  /** How it can be held to a schema, best first: the format of its output, a tool that it must call, the prompt. */
  output: 'format' | 'tool' | 'prompt';
  /** Most tokens of an answer, once it has said so. */
  mostTokens: number;
}

/** A LanguageModel over the Messages API, always streamed: a dropped connection then stops the generation too. */
export function createAnthropicModel(options: ProviderModelOptions): LanguageModel {
  const timing = options.timing ?? systemTiming;
  const base = readAnthropicBaseUrl(options.baseUrl);
  const subject: ModelSubject = { provider: 'anthropic', model: options.model, host: base.host };
  const secrets = secretsOf(options);
  const abilities = learnedOf<Abilities>(options, base.url, () => ({ output: options.isSchemaTold ? 'prompt' : 'format', mostTokens: Infinity }));

  const complete = async (call: CompletionCall): Promise<Completion> => {
    for (let attempt = 0; ; attempt++) {
      const body = toBody(call, options.model, abilities);
      try {
        const client = await createAnthropicClient({ ...options, baseUrl: base.url }, subject, timing, { window: call.window, purpose: 'model', idleTimeoutMs: options.idleTimeoutMs ?? 90_000, isStreamed: true });
        return await readStream(client, body, call, subject);
      } catch (thrown) {
        const error = call.window.failure() ?? clientError(thrown, subject, secrets, timing);
        // Each step gives up one ability, so this ends; the bound is for endpoints that contradict themselves.
        if (attempt >= 6 || call.window.signal.aborted || !adapt(abilities, error, body)) throw error;
      }
    }
  };
  return createStructuredModel({ provider: 'anthropic', subject, secrets, timing, complete });
}

/** The base address from what a person may paste: with its version or the full path of the messages too. */
export function readAnthropicBaseUrl(address: string | undefined): { url: string; host: string } {
  const base = readBaseUrl(address || providerTable.anthropic.baseUrl);
  return { ...base, url: base.url.replace(/\/v1(\/(messages|models))?$/, '') };
}

/** The models of Anthropic by name. Throws a model AppError. */
export function listAnthropicModels(options: ListOptions): Promise<ListedModel[]> {
  const base = readAnthropicBaseUrl(options.baseUrl);
  const subject: ModelSubject = { provider: 'anthropic', model: '', host: base.host };
  return withListWindow(options, subject, secretsOf(options), async (window, timing) => {
    const client = await createAnthropicClient({ ...options, baseUrl: base.url }, subject, timing, { window, purpose: 'modelList', idleTimeoutMs: 10_000 });
    const page = await client.models.list({ limit: 1000 });
    const { data } = modelsSchema.parse({ data: page.data });
    return byName(data.map((model) => ({ name: model.id, ...defined('title', model.display_name), ...defined('contextTokens', model.max_input_tokens) })));
  });
}

/** The official client, on a gated fetch, for one call; its own retries, time limit, logging, tracing and environment variables are off. */
async function createAnthropicClient(
  connection: ProviderConnection & { baseUrl: string }, subject: ModelSubject, timing: ModelTiming,
  call: { window: CallWindow; purpose: string; idleTimeoutMs: number; isStreamed?: boolean },
): Promise<Anthropic> {
  const wire = createProviderFetch({
    fetch: connection.egress.fetch(call.purpose), subject, window: call.window, clock: timing.clock,
    headers: { 'anthropic-version': '2023-06-01', ...keyHeaders(connection, subject, (key) => ({ 'x-api-key': key })) },
    secrets: secretsOf(connection), idleTimeoutMs: call.idleTimeoutMs, wantsEventStream: call.isStreamed ?? false,
  });
  const { default: AnthropicClient } = await import('@anthropic-ai/sdk');
  return new AnthropicClient({
    // The provider fetch sends the real key; a key given here keeps the client from looking for one in files and the environment.
    apiKey: 'unused', webhookKey: null, baseURL: connection.baseUrl, fetch: wire.fetch, maxRetries: 0, timeout: 2 ** 31 - 1, logLevel: 'off', openTelemetry: false,
  });
}

/** Longest answer unless the request says otherwise, thoughts included: the API demands a limit. Models that allow less say so and are obeyed. */
const DEFAULT_ANSWER_TOKENS = 16_384;

/** The API knows neither a temperature nor a seed (any more). */
function toBody(call: CompletionCall, model: string, abilities: Abilities): MessageCreateParamsStreaming {
  // Bounds of lists and numbers are refused by the format, so they are told; the answer is checked by zod in any case.
  const wire = call.output ? toWireSchema(call.output.schema, { strict: false, boundsAreTold: true }) : undefined;
  // A format knows closed objects only.
  const output = wire && abilities.output === 'format' && !wire.isClosed ? 'tool' : abilities.output;
  const system = wire && output === 'prompt' ? tellSchema(call.system, wire.schema) : call.system;
  const name = call.output?.name.replace(/[^\w-]/g, '_').slice(0, 64) || 'answer';
  return {
    model, stream: true,
    max_tokens: Math.min(call.maxTokens ?? DEFAULT_ANSWER_TOKENS, abilities.mostTokens),
    ...(system ? { system } : {}),
    messages: toMessages(call),
    ...(wire && output === 'format' ? { output_config: { format: { type: 'json_schema', schema: wire.schema } } } : {}),
    ...(wire && output === 'tool'
      ? { tools: [{ name, description: 'Takes your answer.', input_schema: wire.schema as { type: 'object' } }], tool_choice: { type: 'tool', name } }
      : {}),
    ...(call.tools.length ? { tools: call.tools.map((tool) => ({ name: tool.name, description: tool.description, input_schema: { type: 'object' as const, ...tool.parameters } })) } : {}),
  };
}

function toMessages(call: CompletionCall): MessageParam[] {
  const lastUser = call.messages.findLastIndex((message) => message.role === 'user');
  const messages: MessageParam[] = [];
  for (const [index, message] of call.messages.entries()) {
    const images = index === lastUser ? call.images : [];
    if (message.role === 'tool') {
      const result = { type: 'tool_result' as const, tool_use_id: message.callId, content: message.content, ...(message.isError ? { is_error: true } : {}) };
      const last = messages.at(-1);
      // All results of one answer stand in one message.
      if (last?.role === 'user' && Array.isArray(last.content) && last.content[0]?.type === 'tool_result') last.content.push(result);
      else messages.push({ role: 'user', content: [result] });
    } else if (message.role === 'assistant' && message.toolCalls?.length) {
      const calls = message.toolCalls.map(({ id, name, arguments: input }) => ({ type: 'tool_use' as const, id, name, input }));
      messages.push({ role: 'assistant', content: [...(message.content.trim() ? [{ type: 'text' as const, text: message.content }] : []), ...calls] });
    } else if (images.length) {
      const pictures = images.map((image) => ({ type: 'image' as const, source: { type: 'base64' as const, media_type: image.mediaType as 'image/png', data: image.base64 } }));
      messages.push({ role: 'user', content: [...pictures, { type: 'text', text: message.content }] });
    } else messages.push({ role: message.role, content: message.content });
  }
  return messages;
}

/** Gives up what the refusal names; false when it is about something else. */
function adapt(abilities: Abilities, error: AppError, body: MessageCreateParamsStreaming): boolean {
  if (error.code !== 'MODEL_REQUEST_REJECTED') return false;
  const words = String(error.params['detail'] ?? '').toLowerCase();
  const limit = /max_tokens: \d+ > (\d+)/.exec(words)?.[1];
  if (limit && Number(limit) > 0 && Number(limit) < body.max_tokens) {
    abilities.mostTokens = Number(limit);
    return true;
  }
  if (body.output_config && /output_config|output format|structured output|schema|extra inputs|grammar/.test(words)) {
    abilities.output = 'tool';
    return true;
  }
  if (body.tool_choice && /tool|schema/.test(words)) {
    abilities.output = 'prompt';
    return true;
  }
  return false;
}

async function readStream(client: Anthropic, body: MessageCreateParamsStreaming, call: CompletionCall, subject: ModelSubject): Promise<Completion> {
  const stream = await client.messages.create(body);
  let text = '';
  let model: string | undefined;
  let stop: { reason: string; explanation?: string | null } | undefined;
  let isEnded = false;
  let inputTokens: number | undefined;
  let cachedInputTokens: number | undefined;
  let outputTokens: number | undefined;
  const toolCalls = new Map<number, ToolCallDraft>();
  for await (const raw of stream) {
    const parsed = eventSchema.safeParse(raw);
    if (!parsed.success) throw modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'protocol' });
    const event = parsed.data;
    const { usage } = event.message ?? event;
    // The counts of message_delta are cumulative: the last one counts.
    inputTokens = sumInput(usage) ?? inputTokens;
    cachedInputTokens = usage?.cache_read_input_tokens || cachedInputTokens;
    outputTokens = usage?.output_tokens ?? outputTokens;
    model ??= event.message?.model || undefined;
    const block = event.type === 'content_block_start' && event.content_block?.type === 'tool_use' ? event.content_block : undefined;
    if (block && call.tools.length) toolCalls.set(event.index ?? 0, { id: block.id ?? undefined, name: block.name ?? '', arguments: '' });
    const draft = event.type === 'content_block_delta' ? toolCalls.get(event.index ?? 0) : undefined;
    if (draft) draft.arguments = `${String(draft.arguments)}${event.delta?.partial_json ?? ''}`;
    // A tool's input is the answer too: with a schema there is nothing else to call.
    const piece = event.type === 'content_block_delta' && !draft ? (event.delta?.text ?? event.delta?.partial_json) : undefined;
    if (piece) {
      text += piece;
      call.onText(piece);
    }
    if (event.type === 'message_delta' && event.delta?.stop_reason) stop = { reason: event.delta.stop_reason, explanation: event.delta.stop_details?.explanation };
    if (event.type === 'message_stop') isEnded = true;
  }
  // The client ends silently when its request is aborted.
  const failure = call.window.failure();
  if (failure) throw failure;
  const usage = { ...defined('inputTokens', inputTokens), ...defined('outputTokens', outputTokens), ...defined('cachedInputTokens', cachedInputTokens) };
  if (stop?.reason === 'refusal') throw modelError('MODEL_REFUSED', { ...subject, reason: 'refusal', detail: redactText(stop.explanation ?? '', []) || undefined, usage });
  if (stop?.reason === 'model_context_window_exceeded') throw modelError('MODEL_CONTEXT_TOO_LONG', { ...subject, usage });
  const isWhole = stop !== undefined && stop.reason !== 'max_tokens';
  const calls = isWhole ? readToolCalls([...toolCalls.values()], subject) : [];
  return { text, ...(calls.length ? { toolCalls: calls } : {}), usage, model: model ?? subject.model, finish: stop?.reason === 'max_tokens' ? 'length' : stop || isEnded ? 'stop' : 'cut' };
}

const tokens = z.number().nullish().catch(undefined);
const usageSchema = z.object({ input_tokens: tokens, output_tokens: tokens, cache_creation_input_tokens: tokens, cache_read_input_tokens: tokens }).nullish().catch(undefined);
/** The parts that are read of every kind of event; kinds that are new are read past. */
const eventSchema = z.object({
  type: z.string(),
  index: z.number().nullish(),
  content_block: z.object({ type: z.string(), id: z.string().nullish(), name: z.string().nullish() }).nullish(),
  message: z.object({ model: z.string().nullish(), usage: usageSchema }).nullish(),
  usage: usageSchema,
  delta: z
    .object({ text: z.string().nullish(), partial_json: z.string().nullish(), stop_reason: z.string().nullish(), stop_details: z.object({ explanation: z.string().nullish() }).nullish().catch(undefined) })
    .nullish(),
});
const modelsSchema = z.object({ data: z.array(z.object({ id: z.string(), display_name: z.string().nullish().catch(undefined), max_input_tokens: tokens })) });

/** All tokens that were read: the API counts those that came from its cache apart. */
function sumInput(usage: z.infer<typeof usageSchema>): number | undefined {
  if (typeof usage?.input_tokens !== 'number') return undefined;
  return usage.input_tokens + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0);
}

function clientError(thrown: unknown, subject: ModelSubject, secrets: readonly string[], timing: ModelTiming): AppError {
  const { error, status, cause } = thrown as { error?: unknown; status?: unknown; cause?: unknown };
  // An error event inside a stream arrives as the client's APIError with a body and without a status; the body says what it was.
  if (error !== undefined && status === undefined && cause === undefined) return errorFromFailure({ body: typeof error === 'string' ? error : JSON.stringify(error) }, subject, secrets, timing.clock.now());
  return errorFromThrown(thrown, subject, secrets);
}
