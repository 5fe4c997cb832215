import type { Content, GenerateContentParameters, GoogleGenAI } from '@google/genai/web';
import { z } from 'zod';
import type { AppError } from '../base/error.ts';
import { readBaseUrl } from './baseUrl.ts';
import type { CallWindow } from './callWindow.ts';
import type { LanguageModel, TokenUsage } from './languageModel.ts';
import { learnedOf } from './learned.ts';
import { byName, defined, withListWindow } from './listing.ts';
import { modelError, redactText, type ModelSubject } from './modelError.ts';
import { tellSchema, toWireSchema, type JsonSchema } from './outputSchema.ts';
import type { ListedModel, ListOptions, ProviderAdapter, ProviderConnection, ProviderModelOptions } from './providerAdapter.ts';
import { createProviderFetch } from './providerFetch.ts';
import { providerTable } from './providerTable.ts';
import { systemTiming, type ModelTiming } from './retry.ts';
import { keyHeaders, secretsOf } from './secrets.ts';
import { createStructuredModel, type Completion, type CompletionCall } from './structuredModel.ts';
import { providerCallId, readToolCalls, type ToolCallDraft } from './toolCalls.ts';
import { errorFromFailure, errorFromThrown } from './wireError.ts';

/** Google's Gemini API, and gateways that speak it. */
export const geminiAdapter: ProviderAdapter = { readBaseUrl: readGeminiBaseUrl, create: createGeminiModel, list: listGeminiModels };

/** What a model was found to lack; kept for the life of the model, so that it is refused once only. */
interface Abilities {
  /** How it can be held to a schema, best first. */
  output: 'schema' | 'json' | 'prompt';
  refused: Set<'temperature' | 'seed'>;
}

/** A LanguageModel over Gemini's generateContent, always streamed: a dropped connection then stops the generation too. */
export function createGeminiModel(options: ProviderModelOptions): LanguageModel {
  const timing = options.timing ?? systemTiming;
  const base = readGeminiBaseUrl(options.baseUrl);
  const subject: ModelSubject = { provider: 'gemini', model: options.model, host: base.host };
  const secrets = secretsOf(options);
  const abilities = learnedOf<Abilities>(options, base.url, () => ({ output: options.isSchemaTold ? 'prompt' : 'schema', refused: new Set() }));

  const complete = async (call: CompletionCall): Promise<Completion> => {
    for (let attempt = 0; ; attempt++) {
      try {
        const client = await createGeminiClient({ ...options, baseUrl: base.url }, subject, timing, { window: call.window, purpose: 'model', idleTimeoutMs: options.idleTimeoutMs ?? 90_000, isStreamed: true });
        return await readStream(client, toParameters(call, options.model, abilities), call, subject, { secrets, timing });
      } catch (thrown) {
        const error = call.window.failure() ?? clientError(thrown, subject, secrets, timing);
        // Each step gives up one ability, so this ends; the bound is for endpoints that contradict themselves.
        if (attempt >= 5 || call.window.signal.aborted || !adapt(abilities, error, call)) throw error;
      }
    }
  };
  return createStructuredModel({ provider: 'gemini', subject, secrets, timing, complete });
}

/** The base address from what a person may paste: with its version or the path of the models too. */
export function readGeminiBaseUrl(address: string | undefined): { url: string; host: string } {
  const base = readBaseUrl(address || providerTable.gemini.baseUrl);
  return { ...base, url: base.url.replace(/\/v1(beta|alpha)?(\/models)?$/, '') };
}

/** The models of Gemini that write text, by name. Throws a model AppError. */
export function listGeminiModels(options: ListOptions): Promise<ListedModel[]> {
  const base = readGeminiBaseUrl(options.baseUrl);
  const subject: ModelSubject = { provider: 'gemini', model: '', host: base.host };
  return withListWindow(options, subject, secretsOf(options), async (window, timing) => {
    const client = await createGeminiClient({ ...options, baseUrl: base.url }, subject, timing, { window, purpose: 'modelList', idleTimeoutMs: 10_000 });
    const pager = await client.models.list({ config: { pageSize: 1000 } });
    const models = z.array(modelSchema).parse(pager.page);
    return byName(
      models
        .filter(({ supportedActions }) => !supportedActions || supportedActions.includes('generateContent'))
        .map((model) => ({ name: model.name.replace(/^models\//, ''), ...defined('title', model.displayName), ...defined('contextTokens', model.inputTokenLimit) })),
    );
  });
}

/** The official client, on a gated fetch, for one call; its own retries and time limit are off, and this entry of it reads no environment. */
export async function createGeminiClient(
  connection: ProviderConnection & { baseUrl: string }, subject: ModelSubject, timing: ModelTiming,
  call: { window: CallWindow; purpose: string; idleTimeoutMs: number; isStreamed?: boolean },
): Promise<GoogleGenAI> {
  const wire = createProviderFetch({
    fetch: connection.egress.fetch(call.purpose), subject, window: call.window, clock: timing.clock,
    headers: keyHeaders(connection, subject, (key) => ({ 'x-goog-api-key': key })),
    secrets: secretsOf(connection), idleTimeoutMs: call.idleTimeoutMs, wantsEventStream: call.isStreamed ?? false,
  });
  const { GoogleGenAI: GeminiClient } = await import('@google/genai/web');
  // The provider fetch sends the real key; the client only demands that there is one.
  return new GeminiClient({ apiKey: 'unused', httpOptions: { baseUrl: connection.baseUrl, apiVersion: 'v1beta', fetch: wire.fetch } });
}

function toParameters(call: CompletionCall, model: string, abilities: Abilities): GenerateContentParameters {
  const wire = call.output ? withoutConst(toWireSchema(call.output.schema, { strict: false }).schema) : undefined;
  const system = wire && abilities.output !== 'schema' ? tellSchema(call.system, wire) : call.system;
  return {
    model,
    contents: toContents(call),
    config: {
      ...(system ? { systemInstruction: { parts: [{ text: system }] } } : {}),
      ...(call.temperature === undefined || abilities.refused.has('temperature') ? {} : { temperature: call.temperature }),
      ...(call.seed === undefined || abilities.refused.has('seed') ? {} : { seed: call.seed }),
      ...(call.maxTokens === undefined ? {} : { maxOutputTokens: call.maxTokens }),
      ...(call.tools.length ? { tools: [{ functionDeclarations: call.tools.map(({ name, description, parameters }) => ({ name, description, parametersJsonSchema: parameters })) }] } : {}),
      ...(wire && abilities.output !== 'prompt' ? { responseMimeType: 'application/json' } : {}),
      ...(wire && abilities.output === 'schema' ? { responseJsonSchema: wire } : {}),
    },
  };
}

function toContents(call: CompletionCall): Content[] {
  const lastUser = call.messages.findLastIndex((message) => message.role === 'user');
  const contents: Content[] = [];
  for (const [index, message] of call.messages.entries()) {
    if (message.role === 'tool') {
      const id = providerCallId(message.callId);
      const part = { functionResponse: { ...(id ? { id } : {}), name: message.toolName, response: { [message.isError ? 'error' : 'output']: message.content } } };
      const last = contents.at(-1);
      // All results of one answer stand in one content.
      if (last?.parts?.[0]?.functionResponse) last.parts.push(part);
      else contents.push({ role: 'user', parts: [part] });
    } else if (message.role === 'assistant' && message.toolCalls?.length) {
      const calls = message.toolCalls.map(({ id, name, arguments: args, signature }) => {
        const given = providerCallId(id);
        return { functionCall: { ...(given ? { id: given } : {}), name, args }, ...(signature ? { thoughtSignature: signature } : {}) };
      });
      contents.push({ role: 'model', parts: [...(message.content ? [{ text: message.content }] : []), ...calls] });
    } else {
      const images = index === lastUser ? call.images.map((image) => ({ inlineData: { mimeType: image.mediaType, data: image.base64 } })) : [];
      contents.push({ role: message.role === 'assistant' ? 'model' : 'user', parts: [...images, { text: message.content }] });
    }
  }
  return contents;
}

/** The schema with a list of one value for each `const`, which the API does not know. */
function withoutConst(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('const' in value) || typeof value.const === 'object') return value;
    const { const: only, ...rest } = value;
    return { ...rest, enum: [only] };
  }) as JsonSchema;
}

/** Gives up what the refusal names; false when it is about something else. */
function adapt(abilities: Abilities, error: AppError, call: CompletionCall): boolean {
  if (error.code !== 'MODEL_REQUEST_REJECTED') return false;
  const words = String(error.params['detail'] ?? '').toLowerCase();
  if (call.output && abilities.output !== 'prompt' && /schema|response_?mime_?type|json mode|too many states|nesting|constraint/.test(words)) {
    abilities.output = abilities.output === 'schema' && !/mime_?type|json mode/.test(words) ? 'json' : 'prompt';
    return true;
  }
  for (const name of ['temperature', 'seed'] as const) {
    if (call[name] !== undefined && !abilities.refused.has(name) && words.includes(name)) {
      abilities.refused.add(name);
      return true;
    }
  }
  return false;
}

async function readStream(client: GoogleGenAI, parameters: GenerateContentParameters, call: CompletionCall, subject: ModelSubject, about: { secrets: readonly string[]; timing: ModelTiming }): Promise<Completion> {
  let text = '';
  let model: string | undefined;
  let finish: { reason: string; message?: string | null } | undefined;
  let usage: TokenUsage = {};
  const toolCalls: ToolCallDraft[] = [];
  try {
    for await (const raw of await client.models.generateContentStream(parameters)) {
      const parsed = chunkSchema.safeParse(raw);
      const chunk = parsed.data;
      // Its client makes an empty object of what is none.
      if (!chunk || !(chunk.candidates || chunk.promptFeedback || chunk.usageMetadata)) throw modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'protocol' });
      model ??= chunk.modelVersion || undefined;
      if (chunk.usageMetadata) usage = readUsage(chunk.usageMetadata);
      const blocked = chunk.promptFeedback?.blockReason;
      if (blocked) throw modelError('MODEL_REFUSED', { ...subject, reason: 'contentFilter', detail: redactText(chunk.promptFeedback?.blockReasonMessage || blocked, about.secrets), usage });
      const candidate = chunk.candidates?.[0];
      for (const part of candidate?.content?.parts ?? []) {
        if (part.functionCall && call.tools.length) {
          const { id, name, args } = part.functionCall;
          toolCalls.push({ id: id ?? undefined, name: name ?? '', arguments: args, signature: part.thoughtSignature ?? undefined });
        }
        if (!part.text || part.thought) continue;
        text += part.text;
        call.onText(part.text);
      }
      if (candidate?.finishReason) finish = { reason: candidate.finishReason, message: candidate.finishMessage };
    }
  } catch (error) {
    // Its words for a stream that ended inside an event.
    if (!(error instanceof Error && error.message.startsWith('Incomplete JSON segment'))) throw error;
    finish = undefined;
  }
  const failure = call.window.failure();
  if (failure) throw failure;
  const detail = finish && redactText(finish.message || finish.reason, about.secrets);
  if (finish && REFUSALS.test(finish.reason)) throw modelError('MODEL_REFUSED', { ...subject, reason: 'contentFilter', detail, usage });
  if (finish && !/^(STOP|MAX_TOKENS|FINISH_REASON_UNSPECIFIED)$/.test(finish.reason)) throw modelError('MODEL_PROVIDER_FAILED', { ...subject, reason: 'finish', detail, usage });
  const calls = finish && finish.reason !== 'MAX_TOKENS' ? readToolCalls(toolCalls, subject) : [];
  return { text, ...(calls.length ? { toolCalls: calls } : {}), usage, model: model ?? subject.model, finish: !finish ? 'cut' : finish.reason === 'MAX_TOKENS' ? 'length' : 'stop' };
}

/** Reasons to stop that are about what was asked or answered. */
const REFUSALS = /SAFETY|RECITATION|LANGUAGE|BLOCKLIST|PROHIBITED|SPII/;

const count = z.number().nullish().catch(undefined);
const usageSchema = z.object({ promptTokenCount: count, candidatesTokenCount: count, thoughtsTokenCount: count, cachedContentTokenCount: count }).nullish().catch(undefined);
const partSchema = z.object({
  text: z.string().nullish(),
  thought: z.boolean().nullish(),
  thoughtSignature: z.string().nullish(),
  functionCall: z.object({ id: z.string().nullish(), name: z.string().nullish(), args: z.unknown() }).nullish(),
});
const chunkSchema = z.object({
  modelVersion: z.string().nullish(),
  usageMetadata: usageSchema,
  promptFeedback: z.object({ blockReason: z.string().nullish(), blockReasonMessage: z.string().nullish() }).nullish(),
  candidates: z
    .array(
      z.object({
        content: z.object({ parts: z.array(partSchema).nullish() }).nullish(),
        finishReason: z.string().nullish(),
        finishMessage: z.string().nullish(),
      }),
    )
    .nullish(),
});
const modelSchema = z.object({ name: z.string(), displayName: z.string().nullish().catch(undefined), inputTokenLimit: count, supportedActions: z.array(z.string()).nullish().catch(undefined) });

/** Thoughts are paid for as output. */
function readUsage(usage: NonNullable<z.infer<typeof usageSchema>>): TokenUsage {
  const output = usage.candidatesTokenCount ?? usage.thoughtsTokenCount;
  return {
    ...defined('inputTokens', usage.promptTokenCount),
    ...(typeof output === 'number' ? { outputTokens: (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0) } : {}),
    ...(usage.cachedContentTokenCount ? { cachedInputTokens: usage.cachedContentTokenCount } : {}),
  };
}

function clientError(thrown: unknown, subject: ModelSubject, secrets: readonly string[], timing: ModelTiming): AppError {
  // An error inside a stream: the client writes the event's body behind its status.
  const body = thrown instanceof Error ? /^got status: [^{]*(\{[\s\S]*\})\s*$/.exec(thrown.message)?.[1] : undefined;
  const { status } = thrown as { status?: unknown };
  if (body) return errorFromFailure({ body, ...(typeof status === 'number' ? { status } : {}) }, subject, secrets, timing.clock.now());
  const error = errorFromThrown(thrown, subject, secrets);
  // What is no failure of the network stumbled over the answer itself.
  return error.code === 'MODEL_PROVIDER_FAILED' && error.params['reason'] === 'unknown' ? modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'protocol' }) : error;
}
