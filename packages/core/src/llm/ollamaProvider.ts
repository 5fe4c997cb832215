import type { Ollama } from 'ollama/browser';
import { z } from 'zod';
import { isAppError } from '../base/error.ts';
import { byName, defined, withListWindow } from './listing.ts';
import type { ModelSubject } from './modelError.ts';
import { createOllamaClient, createOllamaModel, OLLAMA_BASE_URL, readOllamaBaseUrl } from './ollamaModel.ts';
import { secretsOf } from './secrets.ts';
import type { ListedModel, ListOptions, ProviderAdapter } from './providerAdapter.ts';

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

/** Ollama on a machine. */
export const ollamaAdapter: ProviderAdapter = {
  readBaseUrl: readOllamaBaseUrl,
  create: createOllamaModel,
  list: listOllamaModels,
  readContextTokens: async (model, options) => (await showOllamaModel(model, options)).contextTokens,
};

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

const optionalText = z.string().nullish().catch(undefined);
const ollamaVersion = z.object({ version: z.string() });
const ollamaDetails = z.object({ family: optionalText, parameter_size: optionalText, quantization_level: optionalText }).nullish().catch(undefined);
const ollamaTags = z.object({ models: z.array(z.object({ name: z.string(), size: z.number().nullish().catch(undefined), details: ollamaDetails })).nullish() });
const ollamaShow = z.object({ capabilities: z.array(z.string()).nullish().catch(undefined), model_info: z.record(z.string(), z.unknown()).nullish().catch(undefined), details: ollamaDetails });

function withOllama<T>(options: ListOptions, model: string, list: (client: Ollama) => Promise<T>): Promise<T> {
  const base = readOllamaBaseUrl(options.baseUrl);
  const subject: ModelSubject = { provider: 'ollama', model, host: base.host };
  return withListWindow(options, subject, secretsOf({ headers: options.headers ?? {} }), async (window, timing) =>
    list(await createOllamaClient({ baseUrl: base.url, egress: options.egress, headers: options.headers, purpose: 'modelList', subject, window, timing, idleTimeoutMs: 10_000 })));
}
