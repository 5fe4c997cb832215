import { anthropicAdapter } from './anthropicModel.ts';
import { azureAdapter } from './azureModel.ts';
import { geminiAdapter } from './geminiModel.ts';
import { ollamaAdapter } from './ollamaProvider.ts';
import { openAiAdapter } from './openAiProvider.ts';
import type { ProviderAdapter } from './providerAdapter.ts';
import type { ModelProvider } from './providerTable.ts';

/** The adapter of every provider. */
export const providerAdapters: Record<ModelProvider, ProviderAdapter> = {
  ollama: ollamaAdapter,
  openai: openAiAdapter,
  azure: azureAdapter,
  anthropic: anthropicAdapter,
  gemini: geminiAdapter,
};
