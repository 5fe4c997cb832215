import { ARMS, type ArmTallies } from './assignment.ts';
import { NOTHING } from './posterior.ts';

/**
 * How far the challenger's scores lie above those of the wording in use, in standard errors: Cochran's and Mantel and Haenszel's statistic
 * over the contexts as strata, so that an arm is not called better for having met the easier contexts. The variance is that of scores of 0
 * and 1, the largest that scores with the same mean can have. Undefined while no context has seen both.
 */
export function standardizedLead({ current, challenger }: ArmTallies): number | undefined {
  let lead = 0;
  let variance = 0;
  for (const [context, tried] of challenger) {
    const used = current.get(context) ?? NOTHING;
    const n = tried.n + used.n;
    if (tried.n === 0 || used.n === 0) continue;
    const mean = (tried.sum + used.sum) / n;
    lead += tried.sum - tried.n * mean;
    variance += (tried.n * used.n * mean * (1 - mean)) / (n - 1);
  }
  return variance > 0 ? lead / Math.sqrt(variance) : undefined;
}

/** Turns that were counted for both arms. */
export function countedTurns(tallies: ArmTallies): number {
  return ARMS.reduce((sum, arm) => sum + [...tallies[arm].values()].reduce((n, tally) => n + tally.n, 0), 0);
}
