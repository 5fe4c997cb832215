import { z } from 'zod';
import { isAppError } from '../base/error.ts';
import { readBaseUrl } from './baseUrl.ts';
import type { LanguageModel } from './languageModel.ts';
import { byName, defined, withListWindow } from './listing.ts';
import { modelError, type ModelSubject } from './modelError.ts';
import { createOpenAiModel } from './openAiModel.ts';
import type { ListedModel, ListOptions, ProviderAdapter, ProviderModelOptions } from './providerAdapter.ts';
import { createProviderFetch } from './providerFetch.ts';
import { keyHeaders, secretsOf } from './secrets.ts';

/** Azure OpenAI: a model is the name of a deployment of one's own resource. */
export const azureAdapter: ProviderAdapter = { readBaseUrl: readAzureBaseUrl, create: createAzureModel, list: listAzureDeployments };

/** The version of Azure's protocol that is spoken unless the connection names another. */
export const AZURE_API_VERSION = '2024-10-21';

/** A LanguageModel over a deployment: OpenAI's chat completions under Azure's paths, with its key header. */
export function createAzureModel(options: ProviderModelOptions): LanguageModel {
  const base = readAzureBaseUrl(options.baseUrl);
  return createOpenAiModel({ ...options, baseUrl: base.url, azure: { apiVersion: options.apiVersion?.trim() || AZURE_API_VERSION } });
}

/** The address of a resource (or of a gateway before it) from what a person may paste: the whole target of a deployment too. */
export function readAzureBaseUrl(address: string | undefined): { url: string; host: string } {
  if (!address?.trim()) throw modelError('MODEL_SETTINGS_INVALID', { provider: 'azure', reason: 'the address of your Azure resource is missing' });
  const base = readBaseUrl(address);
  return { ...base, url: base.url.replace(/\?.*$/, '').replace(/\/+$/, '').replace(/\/openai(\/.*)?$/, '') };
}

/** The version of Azure's protocol that tells deployments; later ones do not. */
const LISTING_VERSION = '2023-03-15-preview';

/** The deployments of a resource by name; empty where it does not tell them: their names have to be typed then. Throws a model AppError. */
export function listAzureDeployments(options: ListOptions): Promise<ListedModel[]> {
  const base = readAzureBaseUrl(options.baseUrl);
  const subject: ModelSubject = { provider: 'azure', model: '', host: base.host };
  const secrets = secretsOf(options);
  return withListWindow(options, subject, secrets, async (window, { clock }) => {
    const wire = createProviderFetch({
      fetch: options.egress.fetch('modelList'), subject, window, clock, secrets, idleTimeoutMs: 10_000, headers: keyHeaders(options, subject, (key) => ({ 'api-key': key })),
    });
    try {
      const response = await wire.fetch(`${base.url}/openai/deployments?api-version=${LISTING_VERSION}`, { headers: { accept: 'application/json' } });
      const { data } = deploymentsSchema.parse(await response.json());
      return byName(data.map(({ id, model }) => ({ name: id, ...defined('title', model) })));
    } catch (error) {
      if (isAppError(error) && error.code === 'MODEL_NOT_FOUND') return [];
      throw error;
    }
  });
}

const deploymentsSchema = z.object({ data: z.array(z.object({ id: z.string(), model: z.string().nullish().catch(undefined) })) });
