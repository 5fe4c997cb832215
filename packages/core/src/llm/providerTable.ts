/** How the settings show a provider: Ollama with its downloads, an endpoint with an address to choose, a vendor's own service with a key, a resource of one's own at a vendor. */
export type ProviderPanel = 'ollama' | 'endpoint' | 'service' | 'resource';

/** What is known of a provider without contacting it. Plain data, so that screens can read it too. */
export interface ProviderInfo {
  /** The name that people know it by. */
  title: string;
  /** Where it answers unless an address is given; empty where everybody has an address of their own. */
  baseUrl: string;
  /** 'always' for services that answer nobody without one, 'perhaps' for endpoints that may want one. */
  key: 'never' | 'perhaps' | 'always';
  panel: ProviderPanel;
  /** Whether it offers models that place texts in a space of meaning. */
  hasEmbeddings: boolean;
  /** Environment variables that the command line reads; the app never does. */
  environment: { baseUrl: string; key?: string };
  /** Known endpoints that speak the same protocol. */
  endpoints?: readonly { name: string; baseUrl: string }[];
}

/**
 * Every provider of models. A further one is an entry here, and a file with its adapter in providerAdapters: the compiler asks for
 * both, everything else (settings, allow-list, command line, tests of all providers) follows from them.
 */
export const providerTable = {
  ollama: {
    title: 'Ollama', baseUrl: 'http://127.0.0.1:11434', key: 'never', panel: 'ollama', hasEmbeddings: true,
    environment: { baseUrl: 'OLLAMA_HOST' },
  },
  openai: {
    title: 'OpenAI', baseUrl: 'https://api.openai.com/v1', key: 'perhaps', panel: 'endpoint', hasEmbeddings: true,
    environment: { baseUrl: 'OPENAI_BASE_URL', key: 'OPENAI_API_KEY' },
    endpoints: [
      { name: 'OpenAI', baseUrl: 'https://api.openai.com/v1' },
      { name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1' },
      { name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1' },
      { name: 'vLLM', baseUrl: 'http://127.0.0.1:8000/v1' },
    ],
  },
  azure: {
    title: 'Azure OpenAI', baseUrl: '', key: 'always', panel: 'resource', hasEmbeddings: true,
    environment: { baseUrl: 'AZURE_OPENAI_ENDPOINT', key: 'AZURE_OPENAI_API_KEY' },
  },
  anthropic: {
    title: 'Anthropic', baseUrl: 'https://api.anthropic.com', key: 'always', panel: 'service', hasEmbeddings: false,
    environment: { baseUrl: 'ANTHROPIC_BASE_URL', key: 'ANTHROPIC_API_KEY' },
  },
  gemini: {
    title: 'Gemini', baseUrl: 'https://generativelanguage.googleapis.com', key: 'always', panel: 'service', hasEmbeddings: true,
    environment: { baseUrl: 'GOOGLE_GEMINI_BASE_URL', key: 'GEMINI_API_KEY' },
  },
} as const satisfies Record<string, ProviderInfo>;

/** The wire protocol that a model is reached by; `openai` is OpenAI and every compatible endpoint. */
export type ModelProvider = keyof typeof providerTable;

/** Every provider, in the order in which they are shown. */
export const providerNames = Object.keys(providerTable) as [ModelProvider, ...ModelProvider[]];

/** What is known of a provider. */
export function providerInfo(provider: ModelProvider): ProviderInfo {
  return providerTable[provider];
}

/** Provider and model of a name like 'ollama:llama3.2' or 'openai:gpt-5'; undefined for 'rules' and everything else. */
export function parseModelId(id: string): { provider: ModelProvider; model: string } | undefined {
  const match = /^([a-z]+):(\S+)$/.exec(id.trim());
  const provider = providerNames.find((name) => name === match?.[1]);
  return match && provider ? { provider, model: match[2]! } : undefined;
}
