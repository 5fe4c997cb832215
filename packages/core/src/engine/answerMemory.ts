import type { ConnectedChoice } from '../api/index.ts';
import { errorInfo, type Clock, type ErrorInfo } from '../base/index.ts';
import type { StoredAnswers } from '../db/index.ts';
import { cachedModel, createEmbeddings, recordedEmbeddings, type AnswerFlights, type EmbeddingModel, type LanguageModel } from '../llm/index.ts';
import type { EndpointService } from './endpoints.ts';
import type { SettingsService } from './settings.ts';
import type { Spending } from './spending.ts';

/** What models answered before, and the embedding space that finds it by meaning. */
export interface AnswerMemory {
  /** The model with the memory before it. */
  remembering(model: LanguageModel, choice: ConnectedChoice): LanguageModel;
  /** The embedding model of the settings with its rows in the ledger; undefined for none, and while the budget is used up. */
  embeddings(): Promise<EmbeddingModel | undefined>;
  /** Has a model embed one word. Never rejects. */
  tryEmbedding(choice: ConnectedChoice, signal?: AbortSignal): Promise<{ ok: boolean; ms: number; dimensions?: number; error?: ErrorInfo }>;
}

/** What the memory needs from the engine. */
export interface AnswerMemoryDependencies {
  answers: StoredAnswers;
  settings: SettingsService;
  endpoints: Pick<EndpointService, 'connect'>;
  spending: Pick<Spending, 'calls' | 'costOf' | 'meter'>;
  clock: Clock;
  /** Answers of one workspace are never given in another. */
  workspaceId: string;
}

/** The memory on the answers of a data folder. */
export function createAnswerMemory({ answers, settings, endpoints, spending, clock, workspaceId }: AnswerMemoryDependencies): AnswerMemory {
  const flights: AnswerFlights = new Map();
  const made = async (choice: ConnectedChoice): Promise<EmbeddingModel> => {
    const way = await endpoints.connect(choice.provider, choice.baseUrl);
    return recordedEmbeddings(createEmbeddings(choice.provider, { ...way, baseUrl: choice.baseUrl, model: choice.model }), { ledger: spending.calls, clock, costOf: spending.costOf(choice) });
  };
  const isUsedUp = () => spending.meter.periods().some(({ limitUsd, usedUsd, reservedUsd }) => limitUsd !== null && usedUsd + reservedUsd >= limitUsd);
  const embeddings = async () => {
    const choice = settings.get().embeddingModel;
    return choice && !isUsedUp() ? made(choice) : undefined;
  };
  return {
    embeddings,
    remembering: (model, choice) =>
      cachedModel(model, { store: answers, flights, ledger: spending.calls, clock, workspaceId, endpoint: choice.baseUrl, isOn: () => settings.get().keepsAnswers, embeddings }),
    async tryEmbedding(choice, signal) {
      const startedAt = clock.now();
      try {
        const { vectors } = await (await made(choice)).embed(['login'], { timeoutMs: 30_000, purpose: { agent: 'none', promptVersion: '' }, ...(signal ? { signal } : {}) });
        return { ok: true, ms: clock.now() - startedAt, dimensions: vectors[0]!.length };
      } catch (error) {
        return { ok: false, ms: clock.now() - startedAt, error: errorInfo(error) };
      }
    },
  };
}
