import type { Draws } from './draws.ts';
import { shrunkPosterior, type Tally } from './posterior.ts';

/** The wording in use and the one that is tried against it. */
export const ARMS = ['current', 'challenger'] as const;
export type Arm = (typeof ARMS)[number];

/** Rewards of each arm by context. */
export type ArmTallies = Readonly<Record<Arm, ReadonlyMap<string, Tally>>>;

/**
 * The share of turns that is handed out evenly, whatever was seen. Without it Thompson sampling soon starves one arm, and a comparison
 * needs both: an arm gets at least half of this share.
 */
export const EVEN_SHARE = 0.7;

/**
 * The arm for a turn in a context: Thompson sampling (Thompson 1933; for rewards between 0 and 1 as fractions of a success see Agrawal
 * and Goyal, "Analysis of Thompson Sampling for the Multi-armed Bandit Problem", 2012) over the shrunk posteriors, mixed with even assignment.
 */
export function assignArm(tallies: ArmTallies, context: string, draws: Draws): Arm {
  if (draws.uniform() < EVEN_SHARE) return draws.uniform() < 0.5 ? 'current' : 'challenger';
  const current = shrunkPosterior(tallies.current, context);
  const challenger = shrunkPosterior(tallies.challenger, context);
  return draws.beta(challenger.a, challenger.b) > draws.beta(current.a, current.b) ? 'challenger' : 'current';
}
