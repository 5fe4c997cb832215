import { z } from 'zod';
import type { DataFolder } from '../../db/index.ts';

const tallySchema = z.object({ n: z.number(), sum: z.number() });
const talliesSchema = z.record(z.string(), tallySchema);

/** A trial that runs. */
const runningTrialSchema = z.object({
  variantId: z.string(),
  /** The wording in use that it is tried against. */
  againstId: z.string(),
  startedAt: z.number(),
  /** What was counted for the wording in use before it, by context; fixed at the start. */
  scoresBefore: talliesSchema,
  rewardsBefore: talliesSchema,
});

const stateSchema = z.object({
  isLearning: z.boolean().default(true),
  trials: z.record(z.string(), runningTrialSchema).default({}),
  lastTrials: z.record(z.string(), z.object({ variantId: z.string(), kind: z.enum(['worse', 'undecided', 'stopped', 'replaced']), turns: z.number(), at: z.number() })).default({}),
});

export type RunningTrial = z.infer<typeof runningTrialSchema>;
export type LastTrial = z.infer<typeof stateSchema>['lastTrials'][string];
export type PromptState = z.infer<typeof stateSchema>;

/** What learning keeps beside its tables: whether it is on, the trials that run and how the last ones ended. */
export interface PromptStateStore {
  get(): PromptState;
  set(change: Partial<PromptState>): void;
  trialOf(agent: string): RunningTrial | undefined;
  setTrial(agent: string, trial: RunningTrial): void;
  /** Ends an agent's trial; `last` says how, where nothing was proposed. */
  endTrial(agent: string, last?: LastTrial): void;
}

const KEY = 'prompts';

/** The state in a row of the settings; a row that cannot be read is as if there were none. */
export function createPromptState(folder: DataFolder): PromptStateStore {
  let current = stateSchema.catch(() => stateSchema.parse({})).parse(folder.settings.get(KEY) ?? {});
  const set = (change: Partial<PromptState>) => {
    const next = { ...current, ...change };
    folder.settings.set(KEY, next);
    current = next;
  };
  return {
    get: () => current,
    set,
    trialOf: (agent) => current.trials[agent],
    setTrial: (agent, trial) => set({ trials: { ...current.trials, [agent]: trial }, lastTrials: without(current.lastTrials, agent) }),
    endTrial: (agent, last) => set({ trials: without(current.trials, agent), ...(last ? { lastTrials: { ...current.lastTrials, [agent]: last } } : {}) }),
  };
}

function without<T>(record: Record<string, T>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([other]) => other !== key));
}
