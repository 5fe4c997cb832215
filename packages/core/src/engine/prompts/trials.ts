import { assignArm, type Arm, type ArmTallies } from '../../agents/learning/assignment.ts';
import { seededDraws } from '../../agents/learning/draws.ts';
import { probabilityAbove, posteriorOf, total, type Tally } from '../../agents/learning/posterior.ts';
import { LEFT_OUT_BEFORE, MOST_BEFORE, TRIAL_TURNS, turnsBefore, verdictOf, withBefore, type TrialVerdict } from '../../agents/learning/trialRule.ts';
import { AppError, type Clock } from '../../base/index.ts';
import type { PromptEvidence, PromptTrialView } from '../../api/promptRoutes.ts';
import type { DataFolder, StoredTrial, StoredVariant } from '../../db/index.ts';
import type { LastTrial, PromptStateStore, RunningTrial } from './promptState.ts';
import { densityOfTrials, outcomesOf, rewardsByContext, scoresByContext, standingOf } from './standing.ts';
import type { Wordings } from './wordings.ts';

/** Trials of wordings: at most one of an agent at a time, against the wording in use. */
export interface Trials {
  /** Begins a trial. Throws PROMPT_LEARNING_OFF, PROMPT_NOT_MEASURED or PROMPT_IN_USE. */
  start(variantId: string): void;
  end(agent: string, kind: LastTrial['kind']): void;
  /** The wording for a turn: drawn between both while a trial runs, else the one in use. `seed`: the same seed draws the same. */
  choose(agent: string, context: string, seed: number): StoredVariant;
  /** Looks at what has been counted: proposes a change, gives a trial up, or lets it run. */
  judge(agent: string): void;
  view(agent: string): PromptTrialView | undefined;
}

/** Uses of the wording in use that are older than this say little about now, ms. */
const MOST_AGE_MS = 90 * 24 * 3600_000;
/** Examples of each wording that a proposal shows. */
const EXAMPLES = 3;
/** Characters of a message that an example shows. */
const EXAMPLE_LENGTH = 200;

/** The trials of a data folder. */
export function createTrials({ folder, state, wordings, clock }: { folder: DataFolder; state: PromptStateStore; wordings: Wordings; clock: Clock }): Trials {
  const { prompts } = folder;
  /** The trial of an agent, unless what it compares has changed meanwhile. */
  const runningOf = (agent: string): RunningTrial | undefined => {
    const trial = state.trialOf(agent);
    if (!trial || !state.get().isLearning) return undefined;
    return prompts.findVariant(trial.variantId) && wordings.inUse(agent).id === trial.againstId ? trial : undefined;
  };
  const usesOf = (trial: RunningTrial): Record<Arm, StoredTrial[]> => ({
    current: prompts.countedTrials(trial.againstId, { since: trial.startedAt }),
    challenger: prompts.countedTrials(trial.variantId, { since: trial.startedAt }),
  });
  const verdict = (trial: RunningTrial, uses: Record<Arm, StoredTrial[]>): TrialVerdict =>
    verdictOf({ current: scoresByContext(uses.current), challenger: scoresByContext(uses.challenger) }, toMap(trial.scoresBefore));
  const end = (agent: string, kind: LastTrial['kind']) => {
    const trial = state.trialOf(agent);
    if (!trial) return;
    const uses = usesOf(trial);
    if (prompts.findVariant(trial.variantId)) prompts.setStatus(trial.variantId, 'paused');
    state.endTrial(agent, { variantId: trial.variantId, kind, turns: uses.current.length + uses.challenger.length, at: clock.now() });
  };

  return {
    start(variantId) {
      const { agent, id } = wordings.get(variantId);
      const against = wordings.inUse(agent);
      if (!state.get().isLearning) throw new AppError('PROMPT_LEARNING_OFF', 'Learning is switched off, so no wording can be tried. Switch it on first.', {});
      if (!wordings.agentOf(agent).decidedBy) throw new AppError('PROMPT_NOT_MEASURED', "Nobody decides about this agent's work alone, so its wordings cannot be compared. Put the wording in use by hand instead.", { agent });
      if (id === against.id) throw new AppError('PROMPT_IN_USE', 'This wording is in use, so it can neither be tried nor deleted. Nothing was changed.', { agent });
      const startedAt = clock.now();
      const past = prompts.countedTrials(against.id, { since: startedAt - MOST_AGE_MS, before: startedAt, limit: LEFT_OUT_BEFORE + MOST_BEFORE });
      const before = past.slice(LEFT_OUT_BEFORE, LEFT_OUT_BEFORE + turnsBefore(past.length));
      if (state.trialOf(agent)) end(agent, 'replaced');
      folder.withTransaction(() => {
        prompts.setStatus(id, 'trying');
        state.setTrial(agent, { variantId: id, againstId: against.id, startedAt, scoresBefore: Object.fromEntries(scoresByContext(before)), rewardsBefore: Object.fromEntries(rewardsByContext(before)) });
      });
    },
    end,
    choose(agent, context, seed) {
      const trial = runningOf(agent);
      if (!trial) return wordings.inUse(agent);
      const uses = usesOf(trial);
      const tallies: ArmTallies = withBefore({ current: rewardsByContext(uses.current), challenger: rewardsByContext(uses.challenger) }, toMap(trial.rewardsBefore));
      return assignArm(tallies, context, seededDraws(seed)) === 'challenger' ? wordings.get(trial.variantId) : wordings.inUse(agent);
    },
    judge(agent) {
      const trial = runningOf(agent);
      if (!trial) {
        if (state.trialOf(agent) && state.get().isLearning) end(agent, 'replaced');
        return;
      }
      const uses = usesOf(trial);
      const seen = verdict(trial, uses);
      if (seen.kind === 'running') return;
      if (seen.kind !== 'better') return end(agent, seen.kind);
      folder.withTransaction(() => {
        prompts.addChange({ agent, fromVariantId: trial.againstId, toVariantId: trial.variantId, status: 'proposed', evidence: JSON.stringify(evidenceOf(folder, trial, uses, seen)), createdAt: clock.now() });
        prompts.setStatus(trial.variantId, 'paused');
        state.endTrial(agent);
      });
    },
    view(agent) {
      const trial = runningOf(agent);
      if (!trial) return undefined;
      const uses = usesOf(trial);
      const { turn, lead, needed } = verdict(trial, uses);
      const before = total(toMap(trial.scoresBefore).values());
      return {
        variantId: trial.variantId, startedAt: trial.startedAt, turns: turn, mostTurns: TRIAL_TURNS, before: before.n, needed,
        ...(lead === undefined ? {} : { lead }),
        current: standingOf(uses.current, outcomesOf(uses.current), before), challenger: standingOf(uses.challenger, outcomesOf(uses.challenger)),
        currentDensity: densityOfTrials(uses.current, before), challengerDensity: densityOfTrials(uses.challenger),
      };
    },
  };
}

function evidenceOf(folder: DataFolder, trial: RunningTrial, uses: Record<Arm, StoredTrial[]>, { turn, lead, needed }: TrialVerdict): PromptEvidence {
  const tallyOf = (trials: readonly StoredTrial[]): Tally => total(scoresByContext(trials).values());
  const before = total(toMap(trial.scoresBefore).values());
  const current = tallyOf(uses.current);
  const examples = (['challenger', 'current'] as const).flatMap((arm) =>
    uses[arm].slice(0, EXAMPLES).flatMap(({ turnId, outcome }) => {
      const message = folder.turns.findTurn(turnId)?.message;
      return message === undefined ? [] : [{ arm, turnId, outcome, message: message.length > EXAMPLE_LENGTH ? `${message.slice(0, EXAMPLE_LENGTH - 1)}…` : message }];
    }),
  );
  return {
    turns: turn, before: before.n, lead: lead ?? 0, needed,
    probability: probabilityAbove(posteriorOf(tallyOf(uses.challenger)), posteriorOf({ n: current.n + before.n, sum: current.sum + before.sum })),
    current: standingOf(uses.current, outcomesOf(uses.current), before), challenger: standingOf(uses.challenger, outcomesOf(uses.challenger)), examples,
  };
}

function toMap(tallies: RunningTrial['scoresBefore']): Map<string, Tally> {
  return new Map(Object.entries(tallies));
}
