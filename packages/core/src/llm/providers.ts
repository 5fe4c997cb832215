import type { Ollama } from 'ollama/browser';
import { z } from 'zod';
import { errorInfo, isAppError, type AppError, type ErrorInfo } from '../base/error.ts';
import { openCallWindow, type CallWindow } from './callWindow.ts';
import { createModel, type ModelDependencies, type ModelSettings } from './createModel.ts';
import type { Egress } from './egress.ts';
import { modelError, type ModelSubject } from './modelError.ts';
import { createOllamaClient, OLLAMA_BASE_URL, readOllamaBaseUrl } from './ollamaModel.ts';
import { createOpenAiClient, readOpenAiBaseUrl, secretsOf } from './openAiModel.ts';
import { systemTiming, type ModelTiming } from './retry.ts';
import { errorFromThrown } from './wireError.ts';

/** A model that a provider offers. */
export interface ListedModel {
  /** As the provider names it: what goes into the settings. */
  name: string;
  sizeBytes?: number;
  /** 'llama', 'qwen2', … */
  family?: string;
  /** '3.2B' */
  parameterSize?: string;
  quantization?: string;
  /** Who offers it, where the provider says so. */
  owner?: string;
}

/** An Ollama server that answered. */
export interface FoundOllama {
  baseUrl: string;
  version: string;
  models: ListedModel[];
}

/** What is known of one Ollama model. */
export interface OllamaModelDetails {
  /** 'completion', 'tools', 'vision', 'thinking', 'embedding', …; empty for servers that do not say. */
  capabilities: string[];
  /** Most tokens that the model was trained to read. */
  contextTokens?: number;
  family?: string;
  parameterSize?: string;
}

/** The outcome of a test call: what the test button of the settings shows. */
export interface ModelTest {
  ok: boolean;
  ms: number;
  /** The first words that the model said. */
  reply?: string;
  /** What failed, exactly; absent when `ok`. */
  error?: ErrorInfo;
}

/** How a listing reaches its provider. */
export interface ListOptions {
  baseUrl?: string;
  egress: Egress;
  timing?: ModelTiming;
  signal?: AbortSignal;
  /** Default 10,000. */
  timeoutMs?: number;
}

/** The Ollama server at its default address (or the given ones), with its models; undefined when none answers like one. */
export async function detectOllama(options: Omit<ListOptions, 'baseUrl'> & { baseUrls?: readonly string[] }): Promise<FoundOllama | undefined> {
  for (const baseUrl of options.baseUrls ?? [OLLAMA_BASE_URL, 'http://[::1]:11434']) {
    const list = { ...options, baseUrl, timeoutMs: options.timeoutMs ?? 1_500 };
    try {
      const version = await withOllama(list, '', async (client) => ollamaVersion.parse(await client.version()).version);
      return { baseUrl, version, models: await listOllamaModels(list) };
    } catch (error) {
      // Nothing there, or something else: both mean that there is no Ollama at this address.
      if (isAppError(error) && error.code === 'MODEL_CANCELLED') throw error;
    }
  }
  return undefined;
}

/** The models of an Ollama server by name. Throws a model AppError. */
export function listOllamaModels(options: ListOptions): Promise<ListedModel[]> {
  return withOllama(options, '', async (client) => {
    const { models } = ollamaTags.parse(await client.list());
    return byName((models ?? []).map((model) => ({
      name: model.name,
      ...defined('sizeBytes', model.size), ...defined('family', model.details?.family),
      ...defined('parameterSize', model.details?.parameter_size), ...defined('quantization', model.details?.quantization_level),
    })));
  });
}

/** Capabilities and context length of one Ollama model. Throws a model AppError (MODEL_NOT_FOUND when it is not there). */
export function showOllamaModel(model: string, options: ListOptions): Promise<OllamaModelDetails> {
  return withOllama(options, model, async (client) => {
    const shown = ollamaShow.parse(await client.show({ model }));
    const contextTokens = Object.entries(shown.model_info ?? {}).find(([key]) => key.endsWith('.context_length'))?.[1];
    return {
      capabilities: shown.capabilities ?? [],
      ...(typeof contextTokens === 'number' ? { contextTokens } : {}), ...defined('family', shown.details?.family), ...defined('parameterSize', shown.details?.parameter_size),
    };
  });
}

/** The models of an OpenAI-compatible endpoint by name. Throws a model AppError. */
export function listOpenAiModels(options: ListOptions & { apiKey?: string; headers?: Record<string, string> }): Promise<ListedModel[]> {
  const base = readOpenAiBaseUrl(options.baseUrl);
  const subject: ModelSubject = { provider: 'openai', model: '', host: base.host };
  return withWindow(options, subject, secretsOf(options), async (window, timing) => {
    const { client } = await createOpenAiClient({ ...options, baseUrl: base.url, subject, timing }, { window, purpose: 'modelList', idleTimeoutMs: 10_000 });
    const page = await client.models.list();
    const { data } = openAiModels.parse({ data: page.data });
    return byName(data.map((model) => ({ name: model.id, ...defined('owner', model.owned_by) })));
  });
}

/** Asks the model for one word and says how that went; never throws. A reply that was cut short is a working model too. */
export async function testModel(settings: ModelSettings, dependencies: ModelDependencies & { signal?: AbortSignal; timeoutMs?: number }): Promise<ModelTest> {
  const { clock } = dependencies.timing ?? systemTiming;
  const startedAt = clock.now();
  try {
    const model = createModel(settings, dependencies);
    const { text } = await model.generate({
      system: 'You check a connection. Answer with the single word: ready',
      messages: [{ role: 'user', content: 'Are you there?' }],
      maxTokens: 256, timeoutMs: dependencies.timeoutMs ?? 60_000, signal: dependencies.signal,
    });
    return { ok: true, ms: clock.now() - startedAt, reply: text.slice(0, 200) };
  } catch (error) {
    const ms = clock.now() - startedAt;
    if (isAppError(error) && error.code === 'MODEL_OUTPUT_TRUNCATED' && error.params['reason'] === 'length') return { ok: true, ms, reply: '' };
    return { ok: false, ms, error: errorInfo(error) };
  }
}

const optionalText = z.string().nullish().catch(undefined);
const ollamaVersion = z.object({ version: z.string() });
const ollamaDetails = z.object({ family: optionalText, parameter_size: optionalText, quantization_level: optionalText }).nullish().catch(undefined);
const ollamaTags = z.object({ models: z.array(z.object({ name: z.string(), size: z.number().nullish().catch(undefined), details: ollamaDetails })).nullish() });
const ollamaShow = z.object({ capabilities: z.array(z.string()).nullish().catch(undefined), model_info: z.record(z.string(), z.unknown()).nullish().catch(undefined), details: ollamaDetails });
const openAiModels = z.object({ data: z.array(z.object({ id: z.string(), owned_by: optionalText })) });

function withOllama<T>(options: ListOptions, model: string, list: (client: Ollama) => Promise<T>): Promise<T> {
  const base = readOllamaBaseUrl(options.baseUrl);
  const subject: ModelSubject = { provider: 'ollama', model, host: base.host };
  return withWindow(options, subject, [], async (window, timing) =>
    list(await createOllamaClient({ baseUrl: base.url, egress: options.egress, purpose: 'modelList', subject, window, timing, idleTimeoutMs: 10_000 })));
}

async function withWindow<T>(options: ListOptions, subject: ModelSubject, secrets: readonly string[], work: (window: CallWindow, timing: ModelTiming) => Promise<T>): Promise<T> {
  const timing = options.timing ?? systemTiming;
  const window = openCallWindow(subject, timing.clock, options.timeoutMs ?? 10_000, options.signal);
  try {
    return await window.race(work(window, timing));
  } catch (error) {
    throw window.failure() ?? listError(error, subject, secrets);
  } finally {
    window.close();
  }
}

function listError(error: unknown, subject: ModelSubject, secrets: readonly string[]): AppError {
  // JSON of a shape that no such server sends: something else answers at this address.
  if (error instanceof z.ZodError || error instanceof TypeError) {
    const known = errorFromThrown(error, subject, secrets);
    return known.code === 'MODEL_PROVIDER_FAILED' ? modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'protocol' }) : known;
  }
  return errorFromThrown(error, subject, secrets);
}

function byName(models: ListedModel[]): ListedModel[] {
  return models.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function defined<K extends string, T>(name: K, value: T | null | undefined): { [key in K]?: T } {
  return (value === null || value === undefined || value === '' ? {} : { [name]: value }) as { [key in K]?: T };
}
