import { densityOf, intervalOf, joined, meanOf, NOTHING, posteriorOf, type Tally } from '../../agents/learning/posterior.ts';
import { rewardOf } from '../../agents/learning/reward.ts';
import type { PromptStanding } from '../../api/promptRoutes.ts';
import type { StoredTrial, TrialOutcome } from '../../db/index.ts';

/** Pieces of [0, 1] that a density is drawn with. */
const PIECES = 100;

/** Scores of counted uses by context. */
export function scoresByContext(trials: readonly StoredTrial[]): Map<string, Tally> {
  return byContext(trials, (trial) => trial.score!);
}

/** Rewards of counted uses by context. */
export function rewardsByContext(trials: readonly StoredTrial[]): Map<string, Tally> {
  return byContext(trials, (trial) => rewardOf(trial.score!, trial));
}

/** What is known of a wording from uses that count, and from those before them. `outcomes` tells of all but those before. */
export function standingOf(trials: readonly StoredTrial[], outcomes: Record<TrialOutcome, number>, before: Tally = NOTHING): PromptStanding {
  const all = tallyOf(trials, before);
  const posterior = posteriorOf(all);
  const [ms, costUsd] = [meanOver(trials.map((trial) => trial.ms)), meanOver(trials.map((trial) => trial.costUsd))];
  return { n: all.n, mean: meanOf(posterior), ...intervalOf(posterior), outcomes, ...(ms === undefined ? {} : { ms }), ...(costUsd === undefined ? {} : { costUsd }) };
}

/** Heights of the density of a wording's acceptance. */
export function densityOfTrials(trials: readonly StoredTrial[], before: Tally = NOTHING): number[] {
  return densityOf(posteriorOf(tallyOf(trials, before)), PIECES);
}

/** How many uses came to each outcome. */
export function outcomesOf(trials: readonly StoredTrial[]): Record<TrialOutcome, number> {
  const counts: Record<TrialOutcome, number> = { open: 0, accepted: 0, acceptedEdited: 0, rejected: 0, corrected: 0, failed: 0, unknown: 0 };
  for (const trial of trials) counts[trial.outcome]++;
  return counts;
}

function tallyOf(trials: readonly StoredTrial[], before: Tally): Tally {
  return joined(before, { n: trials.length, sum: trials.reduce((sum, trial) => sum + trial.score!, 0) });
}

function byContext(trials: readonly StoredTrial[], valueOf: (trial: StoredTrial) => number): Map<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const trial of trials) {
    const known = tallies.get(trial.context) ?? { n: 0, sum: 0 };
    tallies.set(trial.context, { n: known.n + 1, sum: known.sum + valueOf(trial) });
  }
  return tallies;
}

function meanOver(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : undefined;
}
