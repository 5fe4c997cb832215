import type OpenAI from 'openai';
import type { ChatCompletionCreateParams, ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { z } from 'zod';
import type { AppError } from '../base/error.ts';
import { readBaseUrl } from './baseUrl.ts';
import type { Egress } from './egress.ts';
import { learnedOf, type LearnedAbilities } from './learned.ts';
import type { LanguageModel, TokenUsage } from './languageModel.ts';
import { modelError, redactText, type ModelSubject } from './modelError.ts';
import { tellSchema, toWireSchema } from './outputSchema.ts';
import { providerTable } from './providerTable.ts';
import { createProviderFetch, type WireWatch } from './providerFetch.ts';
import { systemTiming, type ModelTiming } from './retry.ts';
import { toGrammar } from './grammar.ts';
import { keyHeaders, secretsOf } from './secrets.ts';
import { createStructuredModel, type Completion, type CompletionCall } from './structuredModel.ts';
import { readToolCalls, type ToolCallDraft } from './toolCalls.ts';
import { errorFromFailure, errorFromThrown } from './wireError.ts';

/** OpenAI's own address. */
export const OPENAI_BASE_URL = providerTable.openai.baseUrl;

/** A model of OpenAI or of any endpoint that speaks its chat completions: Azure, vLLM, llama.cpp, LM Studio, gateways. */
export interface OpenAiModelOptions {
  /** Up to and without `/chat/completions`; usually ends in `/v1`. */
  baseUrl?: string;
  /** Absent for endpoints without keys. */
  apiKey?: string;
  model: string;
  egress: Egress;
  /** Further headers that a gateway demands; treated as secrets. */
  headers?: Record<string, string>;
  /** A stream that is silent for so long has timed out. Default 90,000. */
  idleTimeoutMs?: number;
  timing?: ModelTiming;
  /** Set for a deployment of Azure, which is `model`. */
  azure?: { apiVersion: string };
  /** See ProviderModelOptions. */
  isSchemaTold?: boolean;
  learned?: LearnedAbilities;
}

/** How an endpoint can be held to a schema, best first. */
type OutputMode = 'schema' | 'json' | 'grammar' | 'prompt';

/** What an endpoint was found to lack; kept for the life of the model, so that it is refused once only. */
interface Abilities {
  output: OutputMode;
  isStrict: boolean;
  canStream: boolean;
  takesGrammar: boolean;
  tokenLimitName: 'max_tokens' | 'max_completion_tokens';
  refused: Set<string>;
}

/** A LanguageModel over OpenAI's chat completions; adapts to what the endpoint refuses (schemas, parameters, streaming). */
export function createOpenAiModel(options: OpenAiModelOptions): LanguageModel {
  const timing = options.timing ?? systemTiming;
  const base = options.azure ? readBaseUrl(options.baseUrl ?? '') : readOpenAiBaseUrl(options.baseUrl);
  const provider = options.azure ? 'azure' : 'openai';
  const subject: ModelSubject = { provider, model: options.model, host: base.host };
  const connection = { ...options, baseUrl: base.url, subject, timing };
  // The vendors themselves know no grammars.
  const takesGrammar = !options.azure && base.host !== 'api.openai.com';
  const abilities = learnedOf<Abilities>(options, base.url, () => ({
    output: !options.isSchemaTold ? 'schema' : takesGrammar ? 'grammar' : 'prompt', isStrict: true, canStream: true, takesGrammar, refused: new Set(),
    // OpenAI's reasoning models refuse the old name, many compatible servers do not know the new one.
    tokenLimitName: options.azure || base.host === 'api.openai.com' ? 'max_completion_tokens' : 'max_tokens',
  }));

  const complete = async (call: CompletionCall): Promise<Completion> => {
    for (let attempt = 0; ; attempt++) {
      const isStreamed = call.isStreamed && abilities.canStream;
      const { client, wire } = await createOpenAiClient(connection, { window: call.window, purpose: 'model', idleTimeoutMs: options.idleTimeoutMs ?? 90_000, wantsEventStream: isStreamed });
      const body = toBody(call, options.model, abilities);
      try {
        if (isStreamed) return await readStream(client, wire, body, call, connection);
        return readCompletion(await client.chat.completions.create({ ...body, stream: false }), connection);
      } catch (thrown) {
        const error = call.window.failure() ?? errorFromThrown(thrown, subject, secretsOf(options));
        if (wire.ignoredStreaming()) abilities.canStream = false;
        // Each step gives up one ability, so this ends; the bound is for endpoints that contradict themselves.
        else if (attempt >= 8 || call.window.signal.aborted || !adapt(abilities, error, body, isStreamed)) throw error;
      }
    }
  };
  return createStructuredModel({ provider, subject, secrets: secretsOf(options), timing, complete });
}

/** The base address from what a person may paste: the full path of the chat too. */
export function readOpenAiBaseUrl(address: string | undefined): { url: string; host: string } {
  const base = readBaseUrl(address || OPENAI_BASE_URL);
  return { ...base, url: base.url.replace(/\/(chat\/completions|models)$/, '') };
}

/** What reaches an OpenAI-compatible endpoint. */
export interface OpenAiConnection {
  baseUrl: string;
  apiKey?: string;
  headers?: Record<string, string>;
  egress: Egress;
  subject: ModelSubject;
  timing: ModelTiming;
  azure?: { apiVersion: string };
}

/** The official client, on a gated fetch, for one call; its own retries, time limit, logging and environment variables are off. */
export async function createOpenAiClient(connection: OpenAiConnection, call: Pick<CompletionCall, 'window'> & { purpose: string; idleTimeoutMs: number; wantsEventStream?: boolean }): Promise<{ client: OpenAI; wire: WireWatch }> {
  const headers = keyHeaders(connection, connection.subject, (key): Record<string, string> => (connection.azure ? { 'api-key': key } : { authorization: `Bearer ${key}` }));
  const wire = createProviderFetch({
    fetch: connection.egress.fetch(call.purpose), subject: connection.subject, window: call.window, clock: connection.timing.clock,
    headers, secrets: secretsOf(connection), idleTimeoutMs: call.idleTimeoutMs, wantsEventStream: call.wantsEventStream ?? false,
  });
  // Loading the client takes about a tenth of a second, which no start of the app should pay for.
  const { default: OpenAiClient, AzureOpenAI } = await import('openai');
  const common = {
    // The provider fetch sends the real key; the client only demands that there is one.
    apiKey: 'unused', adminAPIKey: null, organization: null, project: null, webhookSecret: null,
    fetch: wire.fetch, maxRetries: 0, timeout: 2 ** 31 - 1, logLevel: 'off' as const,
  };
  const client = connection.azure
    ? new AzureOpenAI({ ...common, baseURL: `${connection.baseUrl}/openai`, apiVersion: connection.azure.apiVersion, deployment: connection.subject.model })
    : new OpenAiClient({ ...common, baseURL: connection.baseUrl });
  return { client, wire };
}

type Body = Omit<ChatCompletionCreateParams, 'stream'>;

function toBody(call: CompletionCall, model: string, abilities: Abilities): Body {
  const wire = call.output ? toWireSchema(call.output.schema, { strict: abilities.isStrict }) : undefined;
  const isTold = wire && abilities.output !== 'schema';
  const system = isTold ? tellSchema(call.system, wire.schema) : call.system;
  const body: Body = {
    model,
    messages: toMessages(system, call),
    ...(call.temperature === undefined ? {} : { temperature: call.temperature }),
    ...(call.maxTokens === undefined ? {} : { [abilities.tokenLimitName]: call.maxTokens }),
    ...(call.seed === undefined ? {} : { seed: call.seed }),
    ...(call.tools.length ? { tools: call.tools.map(({ name, description, parameters }) => ({ type: 'function' as const, function: { name, description, parameters } })) } : {}),
    ...(call.isStreamed && abilities.canStream ? { stream_options: { include_usage: true } } : {}),
  };
  if (call.output && wire && abilities.output === 'schema') {
    body.response_format = { type: 'json_schema', json_schema: { name: call.output.name.replace(/[^\w-]/g, '_').slice(0, 64), schema: wire.schema, strict: wire.strict } };
  } else if (wire && abilities.output === 'json') body.response_format = { type: 'json_object' };
  else if (wire && abilities.output === 'grammar') {
    const grammar = toGrammar(wire.schema);
    // llama.cpp reads the first, vLLM the second; both pass over what they do not know.
    Object.assign(body, { grammar, structured_outputs: { grammar } });
  }
  for (const name of abilities.refused) delete (body as Record<string, unknown>)[name];
  return body;
}

function toMessages(system: string, call: CompletionCall): ChatCompletionMessageParam[] {
  const lastUser = call.messages.findLastIndex((message) => message.role === 'user');
  return [
    ...(system ? [{ role: 'system' as const, content: system }] : []),
    ...call.messages.map((message, index): ChatCompletionMessageParam => {
      if (message.role === 'tool') return { role: 'tool', tool_call_id: message.callId, content: message.content };
      if (message.role === 'assistant') {
        const calls = message.toolCalls?.map(({ id, name, arguments: given }) => ({ id, type: 'function' as const, function: { name, arguments: JSON.stringify(given) } }));
        return { role: 'assistant', content: message.content, ...(calls?.length ? { tool_calls: calls } : {}) };
      }
      if (index !== lastUser || call.images.length === 0) return { role: 'user', content: message.content };
      return {
        role: 'user',
        content: [
          { type: 'text', text: message.content },
          ...call.images.map((image) => ({ type: 'image_url' as const, image_url: { url: `data:${image.mediaType};base64,${image.base64}` } })),
        ],
      };
    }),
  ];
}

/** Gives up what the endpoint named in its refusal; false when the refusal is about something else. */
function adapt(abilities: Abilities, error: AppError, body: Body, isStreamed: boolean): boolean {
  const words = `${String(error.params['parameter'] ?? '')} ${String(error.params['detail'] ?? '')}`.toLowerCase();
  // llama.cpp fails with 500 on a schema that it cannot turn into a grammar.
  const isRefusal = error.code === 'MODEL_REQUEST_REJECTED' || (error.code === 'MODEL_PROVIDER_FAILED' && /grammar|json_schema|response_format/.test(words));
  if (!isRefusal) return false;
  if (body.response_format && /response_format|json_schema|json_object|schema|structured|grammar|guided/.test(words)) {
    const isStrict = body.response_format.type === 'json_schema' && body.response_format.json_schema.strict === true;
    if (isStrict && /strict|schema for response_format|invalid schema|nesting|additionalproperties|required/.test(words)) abilities.isStrict = false;
    else abilities.output = abilities.output === 'schema' ? 'json' : abilities.takesGrammar ? 'grammar' : 'prompt';
    return true;
  }
  if (new RegExp(`\\b${abilities.tokenLimitName}\\b`).test(words) && abilities.tokenLimitName in body) {
    const other = abilities.tokenLimitName === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
    if (abilities.refused.has(other)) abilities.refused.add(abilities.tokenLimitName);
    else {
      abilities.refused.add(abilities.tokenLimitName);
      abilities.tokenLimitName = other;
    }
    return true;
  }
  for (const name of ['temperature', 'seed', 'stream_options']) {
    if (name in body && words.includes(name)) {
      abilities.refused.add(name);
      return true;
    }
  }
  if (isStreamed && /\bstream(ing)?\b/.test(words)) {
    abilities.canStream = false;
    return true;
  }
  // Whatever else it says: few endpoints know these fields, so they are the most likely reason.
  if ('grammar' in body) {
    abilities.output = 'prompt';
    return true;
  }
  return false;
}

async function readStream(client: OpenAI, wire: WireWatch, body: Body, call: CompletionCall, connection: OpenAiConnection): Promise<Completion> {
  const { subject } = connection;
  const stream = await client.chat.completions.create({ ...body, stream: true });
  let text = '';
  let refusal = '';
  let model: string | undefined;
  let finish: string | null | undefined;
  let usage: TokenUsage = {};
  const toolCalls: ToolCallDraft[] = [];
  try {
    for await (const event of stream) {
      const parsed = chunkSchema.safeParse(event);
      if (!parsed.success) throw modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'protocol' });
      const chunk = parsed.data;
      model ??= chunk.model || undefined;
      if (chunk.usage) usage = readUsage(chunk.usage);
      const choice = chunk.choices?.[0];
      refusal += choice?.delta?.refusal ?? '';
      const piece = choice?.delta?.content;
      if (piece) {
        text += piece;
        call.onText(piece);
      }
      for (const part of choice?.delta?.tool_calls ?? []) addToolCall(toolCalls, part);
      finish = choice?.finish_reason ?? finish;
    }
  } catch (error) {
    throw call.window.failure() ?? streamError(error, connection);
  }
  // The client ends silently when its request is aborted.
  const failure = call.window.failure();
  if (failure) throw failure;
  return finished({ text, refusal, toolCalls, usage, model: model ?? subject.model, finish: finish ?? (wire.sawDone() ? 'stop' : undefined) }, subject);
}

function readCompletion(body: unknown, connection: OpenAiConnection): Completion {
  const { subject } = connection;
  const parsed = completionSchema.safeParse(body);
  const completion = parsed.success ? parsed.data : undefined;
  // Some gateways report a failure with status 200.
  if (completion?.error) throw errorFromFailure({ body: JSON.stringify({ error: completion.error }) }, subject, secretsOf(connection), connection.timing.clock.now());
  const choice = completion?.choices?.[0];
  if (!completion || !choice) throw modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'protocol' });
  return finished({
    text: choice.message.content ?? '', refusal: choice.message.refusal ?? '', toolCalls: (choice.message.tool_calls ?? []).reduce(addToolCall, []), usage: completion.usage ? readUsage(completion.usage) : {},
    model: completion.model || subject.model, finish: choice.finish_reason ?? 'stop',
  }, subject);
}

/** A call arrives in pieces: its name in the first, its arguments in all. */
function addToolCall(drafts: ToolCallDraft[], part: z.infer<typeof toolCallSchema>): ToolCallDraft[] {
  const index = part.index ?? drafts.length;
  const draft = (drafts[index] ??= { name: '', arguments: '' });
  draft.id ??= part.id ?? undefined;
  draft.name += part.function?.name ?? '';
  const piece = part.function?.arguments;
  // Some servers send an object instead of its text.
  if (typeof piece === 'string') draft.arguments = `${String(draft.arguments)}${piece}`;
  else if (piece) draft.arguments = piece;
  return drafts;
}

/** The parts that are read, as compatible endpoints really send them: most of OpenAI's fields may be missing or null. */
const usageSchema = z.object({ prompt_tokens: z.number().nullish().catch(undefined), completion_tokens: z.number().nullish().catch(undefined), prompt_tokens_details: z.object({ cached_tokens: z.number().nullish().catch(undefined) }).nullish().catch(undefined) }).nullish().catch(undefined);
const toolCallSchema = z.object({
  index: z.number().int().min(0).max(127).nullish(),
  id: z.string().nullish(),
  function: z.object({ name: z.string().nullish(), arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish() }).nullish(),
});
const chunkSchema = z.object({
  model: z.string().nullish(),
  usage: usageSchema,
  choices: z.array(z.object({ delta: z.object({ content: z.string().nullish(), refusal: z.string().nullish(), tool_calls: z.array(toolCallSchema).nullish() }).nullish(), finish_reason: z.string().nullish() })).nullish(),
});
const completionSchema = z.object({
  model: z.string().nullish(),
  usage: usageSchema,
  error: z.unknown().optional(),
  choices: z.array(z.object({ message: z.object({ content: z.string().nullish(), refusal: z.string().nullish(), tool_calls: z.array(toolCallSchema).nullish() }), finish_reason: z.string().nullish() })).nullish(),
});

function finished(answer: { text: string; refusal: string; toolCalls: ToolCallDraft[]; usage: TokenUsage; model: string; finish: string | undefined }, subject: ModelSubject): Completion {
  const { text, usage, model } = answer;
  if (answer.refusal) throw modelError('MODEL_REFUSED', { ...subject, reason: 'refusal', detail: redactText(answer.refusal, []), usage });
  if (answer.finish === 'content_filter') throw modelError('MODEL_REFUSED', { ...subject, reason: 'contentFilter', usage });
  const toolCalls = answer.finish === undefined || answer.finish === 'length' ? [] : readToolCalls(answer.toolCalls.filter(Boolean), subject);
  return { text, ...(toolCalls.length ? { toolCalls } : {}), usage, model, finish: answer.finish === undefined ? 'cut' : answer.finish === 'length' ? 'length' : 'stop' };
}

function readUsage(usage: { prompt_tokens?: unknown; completion_tokens?: unknown; prompt_tokens_details?: { cached_tokens?: unknown } | null | undefined }): TokenUsage {
  const cached = usage.prompt_tokens_details?.cached_tokens;
  return {
    ...(typeof usage.prompt_tokens === 'number' ? { inputTokens: usage.prompt_tokens } : {}),
    ...(typeof usage.completion_tokens === 'number' ? { outputTokens: usage.completion_tokens } : {}),
    ...(typeof cached === 'number' && cached > 0 ? { cachedInputTokens: cached } : {}),
  };
}

/** An error event inside a stream arrives as the client's APIError with a body and without a status; the body says what it was. */
function streamError(thrown: unknown, connection: OpenAiConnection): unknown {
  const { error, status, cause } = thrown as { error?: unknown; status?: unknown; cause?: unknown };
  if (typeof error !== 'object' || error === null || status !== undefined || cause !== undefined) return thrown;
  return errorFromFailure({ body: JSON.stringify({ error }) }, connection.subject, secretsOf(connection), connection.timing.clock.now());
}
