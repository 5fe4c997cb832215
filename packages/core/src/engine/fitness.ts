import { fitnessReportSchema, runFitness, type FitnessReport, type LayWhole } from '../agents/index.ts';
import type { ConnectedChoice, FitnessState, ModelChoice } from '../api/index.ts';
import { errorInfo, type Clock } from '../base/index.ts';
import type { TokenUsage } from '../llm/index.ts';
import type { ModelService } from './models.ts';
import type { ProbeStore } from './probes.ts';

/** Checks of whether models are up to the app's work. */
export interface FitnessService {
  /** The states of a check; leaving stops it. The rules need none: for them it ends at once. */
  run(choice: ModelChoice, signal?: AbortSignal): AsyncGenerator<FitnessState, void, void>;
  kept(choice: ModelChoice): FitnessReport | undefined;
}

/** The service; reports are kept with the probes. */
export function createFitness({ models, store, clock, layWhole, costOf }: { models: Pick<ModelService, 'directModel'>; costOf(choice: ConnectedChoice, usage: TokenUsage): number | undefined; store: ProbeStore; clock: Clock; layWhole: LayWhole }): FitnessService {
  return {
    kept: (choice) => (choice.provider === 'rules' ? undefined : fitnessReportSchema.optional().catch(undefined).parse(store.get(keyOf(choice)))),
    async *run(choice, outer) {
      if (choice.provider === 'rules') return;
      const own = new AbortController();
      const signal = outer ? AbortSignal.any([outer, own.signal]) : own.signal;
      const states: FitnessState[] = [];
      let wake = () => {};
      const tell = (state: FitnessState) => {
        states.push(state);
        wake();
      };
      void (async () => {
        const report = await runFitness({ model: await models.directModel(choice), costOf: (usage) => costOf(choice, usage), clock, layWhole, signal, onProgress: (progress) => tell({ phase: 'running', ...progress }) });
        if (!store.isReadOnly) store.set(keyOf(choice), report);
        tell({ phase: 'done', report });
      })().catch((error: unknown) => tell({ phase: 'failed', error: errorInfo(error) }));
      try {
        for (;;) {
          const state = states.shift();
          if (!state) await new Promise<void>((resolve) => (wake = resolve));
          else {
            yield state;
            if (state.phase !== 'running') return;
          }
        }
      } finally {
        own.abort();
      }
    },
  };
}

function keyOf(choice: ConnectedChoice): string {
  return `fitness:${choice.provider}:${choice.baseUrl.replace(/\/+$/, '')}:${choice.model}`;
}
