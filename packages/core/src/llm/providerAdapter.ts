import type { Egress } from './egress.ts';
import type { LanguageModel } from './languageModel.ts';
import type { LearnedAbilities } from './learned.ts';
import type { ModelTiming } from './retry.ts';

/** How any provider is reached; what a provider has no use for, it leaves alone. */
export interface ProviderConnection {
  baseUrl?: string;
  apiKey?: string;
  /** Further headers that a gateway demands; treated as secrets. */
  headers?: Record<string, string>;
  /** Version of the protocol; for providers that let one choose. */
  apiVersion?: string;
  egress: Egress;
  timing?: ModelTiming;
}

/** Everything of one model. */
export interface ProviderModelOptions extends ProviderConnection {
  model: string;
  /** A stream that is silent for so long has timed out. Default 90,000. */
  idleTimeoutMs?: number;
  /** The context window to ask for, in tokens; for providers that let one choose. */
  contextTokens?: number;
  /** Whether a reasoning model thinks before it answers; for providers that let one choose. */
  think?: boolean;
  /** True: it was seen to fail where the wire holds it to a schema, so it is told the schema (or held to a grammar) from the start. */
  isSchemaTold?: boolean;
  learned?: LearnedAbilities;
}

/** A model that a provider offers. */
export interface ListedModel {
  /** As the provider names it: what goes into the settings. */
  name: string;
  /** The name for people, where it differs. */
  title?: string;
  sizeBytes?: number;
  /** 'llama', 'qwen2', … */
  family?: string;
  /** '3.2B' */
  parameterSize?: string;
  quantization?: string;
  /** Who offers it, where the provider says so. */
  owner?: string;
  /** Most tokens that it reads at once, where the provider says so. */
  contextTokens?: number;
}

/** How a listing reaches its provider. */
export interface ListOptions extends ProviderConnection {
  signal?: AbortSignal;
  /** Default 10,000. */
  timeoutMs?: number;
}

/** What a provider can do here. */
export interface ProviderAdapter {
  /** The base address from what a person may paste, and its host with port. Throws MODEL_SETTINGS_INVALID. */
  readBaseUrl(address: string | undefined): { url: string; host: string };
  create(options: ProviderModelOptions): LanguageModel;
  /** The models on offer by name. Rejects with a model AppError. */
  list(options: ListOptions): Promise<ListedModel[]>;
  /** Most tokens that a model reads at once, where its list does not say. Rejects with a model AppError. */
  readContextTokens?(model: string, options: ListOptions): Promise<number | undefined>;
}
