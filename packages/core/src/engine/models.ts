import { AppError, isAppError, errorInfo, type Clock, type ErrorInfo, type Logger } from '../base/index.ts';
import type { AgentName } from '../agents/index.ts';
import { choiceFor, type ConnectedChoice, type KeptProbe, type ModelChoice, type Quality } from '../api/index.ts';
import {
  breakerModel,
  createModel,
  detectOllama,
  failoverModel,
  guardedModel,
  OLLAMA_BASE_URL,
  probeModel,
  providerAdapters,
  recordedModel,
  testModel,
  type Egress,
  type FailoverEntry,
  type LanguageModel,
  type LearnedAbilities,
  type ModelProvider,
  type ModelSettings,
} from '../llm/index.ts';
import type { AnswerMemory } from './answerMemory.ts';
import type { SecretStore } from './dependencies.ts';
import type { EndpointService } from './endpoints.ts';
import { createProbes, type ProbeStore } from './probes.ts';
import { keyName, modelName, type SettingsService } from './settings.ts';
import type { Spending } from './spending.ts';

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
  /** The model that answers for an agent in a mode (the chosen one unless told), with everything that stands around it; undefined for rules. Contacts nothing. */
  modelFor(agent: AgentName, quality?: Quality): Promise<LanguageModel | undefined>;
  /** This one model, with its row of the ledger and the budget before it, but with no other behind it and no memory. */
  directModel(choice: ConnectedChoice): Promise<LanguageModel>;
  /** Stops what runs behind the work. */
  close(): Promise<void>;
}

/** What models need from the engine. */
export interface ModelServiceDependencies {
  settings: SettingsService;
  secrets: SecretStore;
  endpoints: EndpointService;
  store: ProbeStore;
  spending: Spending;
  memory: Pick<AnswerMemory, 'remembering'>;
  clock: Clock;
  logger: Logger;
  /** When models that nobody has tried out are tried out behind the work after their first answer. */
  probesItself: { afterMs: number } | false;
}

/** The service over the connections of endpoints and the host's secrets. */
export function createModelService(options: ModelServiceDependencies): ModelService {
  const { settings, secrets, endpoints, store, spending, clock, logger } = options;
  const learned: LearnedAbilities = new Map();
  const connect = async (choice: ConnectedChoice): Promise<{ settings: ModelSettings; egress: Egress }> => {
    const { egress, ...way } = await endpoints.connect(choice.provider, choice.baseUrl);
    return { settings: { ...choice, ...way }, egress };
  };
  /** A model with the rows of its calls, their cost, and the person's budget before them. */
  const recorded = (choice: ConnectedChoice) => (model: LanguageModel) => spending.held(recordedModel(model, { ledger: spending.calls, clock, costOf: spending.costOf(choice) }), choice);
  const probes = createProbes({
    store, clock, logger, byThemselves: options.probesItself,
    async probe(choice, signal) {
      const { settings: way, egress } = await connect(choice);
      return probeModel(way, { egress, wrap: recorded(choice), ...(signal ? { signal } : {}) });
    },
  });

  /** One model with what stands around it, from the inside out: the row of the ledger and the budget, the breaker of its endpoint, what it is known to lack. */
  const madeModel = async (choice: ConnectedChoice, isFallback: boolean): Promise<LanguageModel> => {
    const { settings: way, egress } = await connect(choice);
    // Nobody chose to have it asked just now: in local-only mode one that is elsewhere is passed over without a try.
    const refusal = isFallback ? egress.check(providerAdapters[choice.provider].readBaseUrl(choice.baseUrl).url, 'model') : undefined;
    if (refusal) throw refusal;
    const known = probes.kept(choice);
    const subject = { provider: choice.provider, model: choice.model, host: providerAdapters[choice.provider].readBaseUrl(choice.baseUrl).host };
    const bare = createModel({ ...way, ...(known?.structured === 'no' ? { isSchemaTold: true } : {}) }, { egress, learned });
    const broken = breakerModel(recorded(choice)(bare), endpoints.breakerOf(choice.baseUrl), { subject, clock });
    const guarded = guardedModel(broken, { ...(known ? { vision: known.vision } : {}), ...(known?.contextTokens === undefined ? {} : { contextTokens: known.contextTokens }) }, subject);
    return {
      ...guarded,
      async generate(request) {
        try {
          const result = await guarded.generate(request);
          probes.noteUse(choice);
          return result;
        } catch (error) {
          // It is there, and did not do what was asked: all the more worth knowing what it can do.
          if (isAppError(error) && /^MODEL_(OUTPUT_INVALID|REQUEST_REJECTED)$/.test(error.code)) probes.noteUse(choice);
          throw error;
        }
      },
    };
  };
  const entryOf = (choice: ConnectedChoice, isFallback: boolean): FailoverEntry => ({
    id: modelName(choice),
    provider: choice.provider,
    open: () => madeModel(choice, isFallback).catch((error: unknown) => {
      throw isAppError(error) ? error : new AppError('MODEL_SETTINGS_INVALID', 'The model of the settings cannot be used. Choose another one in the settings.', {}, { cause: error });
    }),
  });

  return {
    async list(provider, baseUrl) {
      try {
        const models = await providerAdapters[provider].list({ baseUrl, ...(await endpoints.connect(provider, baseUrl)) });
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
      const found = await detectOllama({ egress: (await endpoints.connect('ollama', OLLAMA_BASE_URL)).egress });
      return found ? { found: true, baseUrl: found.baseUrl, version: found.version } : { found: false, baseUrl: OLLAMA_BASE_URL };
    },
    async test(choice, signal) {
      if (choice.provider === 'rules') return { ok: true, ms: 0 };
      try {
        const { settings: way, egress } = await connect(choice);
        const tested = await testModel(way, { egress, wrap: recorded(choice), ...(signal ? { signal } : {}) });
        // Seen to work by the person: it need not be left alone any longer.
        if (tested.ok) endpoints.breakerOf(choice.baseUrl).reset();
        return tested;
      } catch (error) {
        return { ok: false, ms: 0, error: errorInfo(error) };
      }
    },
    async probe(choice, signal) {
      if (choice.provider === 'rules') return {};
      try {
        return { probe: await probes.run(choice, signal) };
      } catch (error) {
        return { error: errorInfo(error) };
      }
    },
    keptProbe: (choice) => (choice.provider === 'rules' ? undefined : probes.kept(choice)),
    async setKey(baseUrl, key) {
      if (key !== null && !key.trim()) throw new AppError('KEY_EMPTY', 'The key is empty. The key that was there is kept; enter a key, or remove it.', {});
      await secrets.set(keyName(baseUrl), key === null ? null : key.trim());
      endpoints.breakerOf(baseUrl).reset();
    },
    hasKey: async (baseUrl) => (await secrets.get(keyName(baseUrl))) !== undefined,
    async modelFor(agent, quality) {
      const { fallbacks } = settings.get();
      const { choice } = choiceFor(agent, settings.get(), quality);
      if (choice.provider === 'rules') return undefined;
      const others = fallbacks.filter((other) => modelName(other) !== modelName(choice) || other.baseUrl !== choice.baseUrl);
      return options.memory.remembering(failoverModel([entryOf(choice, false), ...others.map((other) => entryOf(other, true))], clock), choice);
    },
    directModel: (choice) => madeModel(choice, false),
    close: () => probes.close(),
  };
}
