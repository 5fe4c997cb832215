import { z } from 'zod';
import { readBaseUrl } from './baseUrl.ts';
import type { Egress } from './egress.ts';
import { hostEntry } from './egressPolicy.ts';
import type { LanguageModel } from './languageModel.ts';
import { modelError } from './modelError.ts';
import { createOllamaModel, OLLAMA_BASE_URL } from './ollamaModel.ts';
import { createOpenAiModel, OPENAI_BASE_URL } from './openAiModel.ts';
import type { ModelTiming } from './retry.ts';

/** Which model to use and how to reach it, as the settings keep it; the key itself lives with the host's secrets. */
export const modelSettingsSchema = z.discriminatedUnion('provider', [
  z.object({
    provider: z.literal('ollama'),
    model: z.string().min(1).max(200),
    baseUrl: z.string().max(500).optional(),
    contextTokens: z.number().int().min(512).max(2_000_000).optional(),
    think: z.boolean().optional(),
  }),
  z.object({
    provider: z.literal('openai'),
    model: z.string().min(1).max(200),
    baseUrl: z.string().max(500).optional(),
    apiKey: z.string().max(2_000).optional(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
]);

/** A model's settings, with the key filled in by the host. */
export type ModelSettings = z.infer<typeof modelSettingsSchema>;

/** What a model needs from outside. */
export interface ModelDependencies {
  egress: Egress;
  timing?: ModelTiming;
  /** See OpenAiModelOptions. */
  idleTimeoutMs?: number;
}

/** The model that the settings describe. Throws MODEL_SETTINGS_INVALID; contacts nothing. */
export function createModel(settings: ModelSettings, dependencies: ModelDependencies): LanguageModel {
  const parsed = modelSettingsSchema.safeParse(settings);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw modelError('MODEL_SETTINGS_INVALID', { reason: `${issue?.path.join('.') || 'provider'}: ${issue?.message ?? 'not understood'}` });
  }
  if (!parsed.data.model.trim()) throw modelError('MODEL_SETTINGS_INVALID', { reason: 'no model is chosen' });
  return parsed.data.provider === 'ollama' ? createOllamaModel({ ...parsed.data, ...dependencies }) : createOpenAiModel({ ...parsed.data, ...dependencies });
}

/** Provider and model of a name like 'ollama:llama3.2' or 'openai:gpt-5'; undefined for 'rules' and everything else. */
export function parseModelId(id: string): { provider: 'openai' | 'ollama'; model: string } | undefined {
  const match = /^(openai|ollama):(\S+)$/.exec(id.trim());
  return match ? { provider: match[1] as 'openai' | 'ollama', model: match[2]! } : undefined;
}

/** The `host:port` entries that these settings need on the allow-list of the egress gate. */
export function allowedHostsOf(settings: readonly { provider: 'openai' | 'ollama'; baseUrl?: string }[]): string[] {
  const entries = settings.flatMap(({ provider, baseUrl }) => {
    try {
      return hostEntry(readBaseUrl(baseUrl || (provider === 'ollama' ? OLLAMA_BASE_URL : OPENAI_BASE_URL)).url) ?? [];
    } catch {
      // Settings that cannot be used need no host; they are refused where they are used.
      return [];
    }
  });
  return [...new Set(entries)];
}
