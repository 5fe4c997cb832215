import { z } from 'zod';
import type { Egress } from './egress.ts';
import { hostEntry } from './egressPolicy.ts';
import type { LanguageModel } from './languageModel.ts';
import type { LearnedAbilities } from './learned.ts';
import { modelError } from './modelError.ts';
import { providerAdapters } from './providerAdapters.ts';
import { providerNames, type ModelProvider } from './providerTable.ts';
import type { ModelTiming } from './retry.ts';

/** Which model to use and how to reach it, as the settings keep it; the key itself lives with the host's secrets. */
export const modelSettingsSchema = z.object({
  provider: z.enum(providerNames),
  model: z.string().min(1).max(200),
  baseUrl: z.string().max(500).optional(),
  apiKey: z.string().max(2_000).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  apiVersion: z.string().max(40).optional(),
  contextTokens: z.number().int().min(512).max(2_000_000).optional(),
  think: z.boolean().optional(),
  isSchemaTold: z.boolean().optional(),
});

/** A model's settings, with the key filled in by the host. */
export type ModelSettings = z.infer<typeof modelSettingsSchema>;

/** What a model needs from outside. */
export interface ModelDependencies {
  egress: Egress;
  timing?: ModelTiming;
  learned?: LearnedAbilities;
  /** See ProviderModelOptions. */
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
  return providerAdapters[parsed.data.provider].create({ ...parsed.data, ...dependencies });
}

/** The `host:port` entries that these settings need on the allow-list of the egress gate. */
export function allowedHostsOf(settings: readonly { provider: ModelProvider; baseUrl?: string }[]): string[] {
  const entries = settings.flatMap(({ provider, baseUrl }) => {
    try {
      return hostEntry(providerAdapters[provider].readBaseUrl(baseUrl).url) ?? [];
    } catch {
      // Settings that cannot be used need no host; they are refused where they are used.
      return [];
    }
  });
  return [...new Set(entries)];
}
