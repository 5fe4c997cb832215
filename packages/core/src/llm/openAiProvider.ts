import { z } from 'zod';
import { byName, defined, withListWindow } from './listing.ts';
import type { ModelSubject } from './modelError.ts';
import { createOpenAiClient, createOpenAiModel, readOpenAiBaseUrl } from './openAiModel.ts';
import type { ListedModel, ListOptions, ProviderAdapter } from './providerAdapter.ts';
import { secretsOf } from './secrets.ts';

/** OpenAI and every compatible endpoint. */
export const openAiAdapter: ProviderAdapter = { readBaseUrl: readOpenAiBaseUrl, create: createOpenAiModel, list: listOpenAiModels };

/** The models of an OpenAI-compatible endpoint by name. Throws a model AppError. */
export function listOpenAiModels(options: ListOptions): Promise<ListedModel[]> {
  const base = readOpenAiBaseUrl(options.baseUrl);
  const subject: ModelSubject = { provider: 'openai', model: '', host: base.host };
  return withListWindow(options, subject, secretsOf(options), async (window, timing) => {
    const { client } = await createOpenAiClient({ ...options, baseUrl: base.url, subject, timing }, { window, purpose: 'modelList', idleTimeoutMs: 10_000 });
    const page = await client.models.list();
    const { data } = openAiModels.parse({ data: page.data });
    return byName(data.map((model) => ({ name: model.id, ...defined('owner', model.owned_by), ...defined('contextTokens', model.max_model_len ?? model.context_length) })));
  });
}

const tokens = z.number().nullish().catch(undefined);
/** vLLM says `max_model_len`, OpenRouter `context_length`, OpenAI neither. */
const openAiModels = z.object({ data: z.array(z.object({ id: z.string(), owned_by: z.string().nullish().catch(undefined), max_model_len: tokens, context_length: tokens })) });
