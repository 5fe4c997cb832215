import { z } from 'zod';
import { AZURE_API_VERSION, readAzureBaseUrl } from './azureModel.ts';
import { createBatchedEmbeddings, type EmbeddingModel, type EmbeddingUse } from './embeddingModel.ts';
import { createGeminiClient, readGeminiBaseUrl } from './geminiModel.ts';
import { modelError, type ModelSubject } from './modelError.ts';
import { createOllamaClient, readOllamaBaseUrl } from './ollamaModel.ts';
import { createOpenAiClient, readOpenAiBaseUrl } from './openAiModel.ts';
import type { ProviderModelOptions } from './providerAdapter.ts';
import { providerInfo, type ModelProvider } from './providerTable.ts';
import { systemTiming } from './retry.ts';
import { secretsOf } from './secrets.ts';

/** The embedding model that these settings name. Throws MODEL_SETTINGS_INVALID, also for a provider that offers none; contacts nothing. */
export function createEmbeddings(provider: ModelProvider, options: ProviderModelOptions): EmbeddingModel {
  if (!options.model.trim()) throw modelError('MODEL_SETTINGS_INVALID', { reason: 'no model is chosen' });
  const create = sources[provider];
  if (!create) throw modelError('MODEL_SETTINGS_INVALID', { provider, reason: `${providerInfo(provider).title} offers no embeddings` });
  return create(options);
}

/** A body that stays silent for so long has timed out, unless the settings say otherwise. */
const IDLE_MS = 30_000;
const PURPOSE = 'embedding';

/** Of every provider that `providerTable` says offers embeddings. */
const sources: Partial<Record<ModelProvider, (options: ProviderModelOptions) => EmbeddingModel>> = { ollama: ollamaEmbeddings, openai: openAiEmbeddings, azure: azureEmbeddings, gemini: geminiEmbeddings };

function ollamaEmbeddings(options: ProviderModelOptions): EmbeddingModel {
  const timing = options.timing ?? systemTiming;
  const base = readOllamaBaseUrl(options.baseUrl);
  const subject: ModelSubject = { provider: 'ollama', model: options.model, host: base.host };
  return createBatchedEmbeddings({
    subject, secrets: secretsOf({ ...(options.headers ? { headers: options.headers } : {}) }), timing,
    async exchange(texts, { window }) {
      const client = await createOllamaClient({ baseUrl: base.url, egress: options.egress, headers: options.headers, purpose: PURPOSE, subject, window, timing, idleTimeoutMs: options.idleTimeoutMs ?? IDLE_MS });
      // What does not fit is refused, never cut off: a vector of half a text would stand for the whole.
      const answer = parse(ollamaAnswer, await client.embed({ model: options.model, input: [...texts], truncate: false }), subject);
      return { vectors: answer.embeddings, ...tokens(answer.prompt_eval_count) };
    },
  });
}

function openAiEmbeddings(options: ProviderModelOptions): EmbeddingModel {
  return openAiWire('openai', options, readOpenAiBaseUrl(options.baseUrl?.replace(/\/embeddings\/?$/, '')), {});
}

/** The same wire under Azure's paths; a model is the name of a deployment. */
function azureEmbeddings(options: ProviderModelOptions): EmbeddingModel {
  return openAiWire('azure', options, readAzureBaseUrl(options.baseUrl), { azure: { apiVersion: options.apiVersion?.trim() || AZURE_API_VERSION } });
}

function openAiWire(provider: 'openai' | 'azure', options: ProviderModelOptions, base: { url: string; host: string }, way: { azure?: { apiVersion: string } }): EmbeddingModel {
  const timing = options.timing ?? systemTiming;
  const subject: ModelSubject = { provider, model: options.model, host: base.host };
  return createBatchedEmbeddings({
    subject, secrets: secretsOf(options), timing,
    async exchange(texts, { window }) {
      const { client } = await createOpenAiClient({ ...options, ...way, baseUrl: base.url, subject, timing }, { window, purpose: PURPOSE, idleTimeoutMs: options.idleTimeoutMs ?? IDLE_MS });
      // The client asks for base64 by itself, which many compatible servers do not know.
      const answer = parse(openAiAnswer, await client.embeddings.create({ model: options.model, input: [...texts], encoding_format: 'float' }), subject);
      const vectors = [...answer.data].sort((a, b) => a.index - b.index).map((item) => item.embedding);
      if (answer.data.some((item) => item.index < 0 || item.index >= texts.length) || new Set(answer.data.map((item) => item.index)).size !== answer.data.length) throw modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'protocol' });
      return { vectors, ...tokens(answer.usage?.prompt_tokens) };
    },
  });
}

function geminiEmbeddings(options: ProviderModelOptions): EmbeddingModel {
  const timing = options.timing ?? systemTiming;
  const base = readGeminiBaseUrl(options.baseUrl);
  const subject: ModelSubject = { provider: 'gemini', model: options.model, host: base.host };
  return createBatchedEmbeddings({
    subject, secrets: secretsOf(options), timing,
    async exchange(texts, { window, use }) {
      const client = await createGeminiClient({ ...options, baseUrl: base.url }, subject, timing, { window, purpose: PURPOSE, idleTimeoutMs: options.idleTimeoutMs ?? IDLE_MS });
      const answer = parse(geminiAnswer, await client.models.embedContent({ model: options.model, contents: [...texts], config: { taskType: GEMINI_TASKS[use] } }), subject);
      return { vectors: answer.embeddings.map((item) => item.values) };
    },
  });
}

const GEMINI_TASKS: Record<EmbeddingUse, string> = { similarity: 'SEMANTIC_SIMILARITY', query: 'RETRIEVAL_QUERY', document: 'RETRIEVAL_DOCUMENT' };

const count = z.number().nullish().catch(undefined);
const numbers = z.array(z.number());
const ollamaAnswer = z.object({ embeddings: z.array(numbers), prompt_eval_count: count });
const openAiAnswer = z.object({ data: z.array(z.object({ index: z.number().int(), embedding: numbers })), usage: z.object({ prompt_tokens: count }).nullish().catch(undefined) });
const geminiAnswer = z.object({ embeddings: z.array(z.object({ values: numbers })) });

function parse<T>(shape: z.ZodType<T>, answer: unknown, subject: ModelSubject): T {
  const parsed = shape.safeParse(answer);
  if (!parsed.success) throw modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'protocol' });
  return parsed.data;
}

function tokens(value: number | null | undefined): { inputTokens?: number } {
  return typeof value === 'number' ? { inputTokens: value } : {};
}
