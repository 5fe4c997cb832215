import { AppError, isAppError, errorInfo, type Clock, type ErrorInfo } from '../base/index.ts';
import type { AgentName } from '../agents/index.ts';
import { modelProbeSchema, type ConnectedChoice, type KeptProbe, type ModelChoice } from '../api/index.ts';
import {
  allowedHostsOf,
  createModel,
  detectOllama,
  OLLAMA_BASE_URL,
  probeModel,
  providerAdapters,
  providerInfo,
  recordedModel,
  testModel,
  type CallLedger,
  type Egress,
  type LanguageModel,
  type ModelProvider,
  type ModelSettings,
} from '../llm/index.ts';
import type { SecretStore } from './dependencies.ts';
import { keyName, type SettingsService } from './settings.ts';

/** What the settings screen asks about models, and the model that a turn uses. */
export interface ModelService {
  list(provider: ModelProvider, baseUrl: string): Promise<{ models: { name: string; sizeBytes?: number; details?: string }[]; error?: ErrorInfo }>;
  detectOllama(): Promise<{ found: boolean; baseUrl: string; version?: string }>;
  /** Ends with MODEL_CANCELLED when `signal` aborts. */
  test(choice: ModelChoice, signal?: AbortSignal): Promise<{ ok: boolean; ms: number; reply?: string; error?: ErrorInfo }>;
  /** Tries out what a model can do, and keeps it. */
  probe(choice: ModelChoice, signal?: AbortSignal): Promise<{ probe?: KeptProbe; error?: ErrorInfo }>;
  /** What the last probe of it showed. */
  keptProbe(choice: ModelChoice): KeptProbe | undefined;
  setKey(baseUrl: string, key: string | null): Promise<void>;
  hasKey(baseUrl: string): Promise<boolean>;
  /** The model that answers for an agent, with everything that stands around it; undefined for rules. Contacts nothing. */
  modelFor(agent: AgentName): Promise<LanguageModel | undefined>;
}

/** Where probes are kept. */
export interface ProbeStore {
  isReadOnly: boolean;
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

/** The service over the egress gate and the host's secrets. */
export function createModelService(options: { settings: SettingsService; secrets: SecretStore; egressFor(hosts: readonly string[]): Egress; store: ProbeStore; calls: CallLedger; clock: Clock }): ModelService {
  const { settings, secrets, egressFor, store, calls, clock } = options;
  const keyOf = async (provider: ModelProvider, baseUrl: string): Promise<{ apiKey?: string }> => {
    const apiKey = providerInfo(provider).key === 'never' ? undefined : await secrets.get(keyName(baseUrl));
    return apiKey === undefined ? {} : { apiKey };
  };
  const settingsOf = async (choice: ConnectedChoice): Promise<ModelSettings> => ({ ...choice, ...(await keyOf(choice.provider, choice.baseUrl)) });
  // The person names the endpoint in the question itself, so the gate opens for just that host and only for this call.
  const gate = (provider: ModelProvider, baseUrl: string) => egressFor(allowedHostsOf([{ provider, baseUrl }]));

  return {
    async list(provider, baseUrl) {
      try {
        const egress = gate(provider, baseUrl);
        const models = await providerAdapters[provider].list({ baseUrl, egress, ...(await keyOf(provider, baseUrl)) });
        return {
          models: models.map(({ name, title, sizeBytes, family, parameterSize, quantization, owner }) => {
            const details = [title, family, parameterSize, quantization, owner].filter(Boolean).join(', ');
            return { name, ...(sizeBytes === undefined ? {} : { sizeBytes }), ...(details ? { details } : {}) };
          }),
        };
      } catch (error) {
        return { models: [], error: errorInfo(error) };
      }
    },
    async detectOllama() {
      const found = await detectOllama({ egress: gate('ollama', OLLAMA_BASE_URL) });
      return found ? { found: true, baseUrl: found.baseUrl, version: found.version } : { found: false, baseUrl: OLLAMA_BASE_URL };
    },
    async test(choice, signal) {
      if (choice.provider === 'rules') return { ok: true, ms: 0 };
      return testModel(await settingsOf(choice), { egress: gate(choice.provider, choice.baseUrl), ...(signal ? { signal } : {}) });
    },
    async probe(choice, signal) {
      if (choice.provider === 'rules') return {};
      try {
        const seen = await probeModel(await settingsOf(choice), { egress: gate(choice.provider, choice.baseUrl), ...(signal ? { signal } : {}) });
        const probe: KeptProbe = { at: clock.now(), ...seen };
        if (!store.isReadOnly) store.set(probeKey(choice), probe);
        return { probe };
      } catch (error) {
        return { error: errorInfo(error) };
      }
    },
    keptProbe(choice) {
      return choice.provider === 'rules' ? undefined : modelProbeSchema.optional().catch(undefined).parse(store.get(probeKey(choice)));
    },
    async setKey(baseUrl, key) {
      if (key !== null && !key.trim()) throw new AppError('KEY_EMPTY', 'The key is empty. The key that was there is kept; enter a key, or remove it.', {});
      await secrets.set(keyName(baseUrl), key === null ? null : key.trim());
    },
    hasKey: async (baseUrl) => (await secrets.get(keyName(baseUrl))) !== undefined,
    async modelFor() {
      const choice = settings.get().model;
      if (choice.provider === 'rules') return undefined;
      try {
        const model = createModel(await settingsOf(choice), { egress: gate(choice.provider, choice.baseUrl) });
        return recordedModel(model, { ledger: calls, clock });
      } catch (error) {
        // Settings that name no usable model must not stop a turn: the caller notes why the rules answered.
        throw isAppError(error) ? error : new AppError('MODEL_SETTINGS_INVALID', 'The model of the settings cannot be used. Choose another one in the settings.', {}, { cause: error });
      }
    },
  };
}

function probeKey(choice: ConnectedChoice): string {
  return `probe:${choice.provider}:${choice.baseUrl.replace(/\/+$/, '')}:${choice.model}`;
}
