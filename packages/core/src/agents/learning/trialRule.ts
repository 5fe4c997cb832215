/**
 * When a trial of a wording has shown enough. The rule is looked at after every counted turn, and looking is part of it: the trial ends after
 * TRIAL_TURNS turns at the latest, and the lead that counts as shown after turn t is `c·(TRIAL_TURNS / t)^LINE_POWER` standard errors: a line
 * of the family of Wang and Tsiatis ("Approximately optimal one-parameter boundaries for group sequential trials", Biometrics 43, 1987),
 * steeper than O'Brien and Fleming's (power 0.5), so that little of the error is spent early. The constant c is not theirs: it is calibrated by playing trials of two equal wordings, assignment and looking after every turn included, so that at most ALPHA of them ever
 * reach the line, whatever the common acceptance is (scripts/calibrateTrials.ts writes trialBoundaries.generated.ts).
 *
 * Turns of the wording in use from before the trial count for it, up to MOST_BEFORE. They are what makes 200 turns enough: without them no
 * rule whatsoever finds 0.75 against 0.55 in more than 92.74 % of trials of 200 turns when it proposes equal ones (0.65) at most 5 % of the
 * time (Neyman and Pearson's bound over all ways to assign and to stop; scripts/trialBound.ts computes it).
 */
import { countedTurns, standardizedLead } from './comparison.ts';
import type { ArmTallies } from './assignment.ts';
import { total } from './posterior.ts';
import { TRIAL_BOUNDARIES } from './trialBoundaries.generated.ts';

/** Turns after which a trial ends, whatever it has shown. */
export const TRIAL_TURNS = 200;
/** How steeply the line falls. */
export const LINE_POWER = 0.75;
/** Turns of the wording in use from before the trial that count at most. */
export const MOST_BEFORE = 100;
/** Turns from before the trial count by this many, for the line is calibrated for these numbers. */
export const BEFORE_STEP = 20;
/**
 * The last turns before a trial count for nobody: a new wording is often written because the last turns went badly, and counting just
 * those would make any other wording look better.
 */
export const LEFT_OUT_BEFORE = 20;
/** Turns that the challenger has had before anything is said. */
export const LEAST_TRIED = 20;
/** The share of trials of equal wordings in which a change may be proposed. */
export const ALPHA = 0.05;

/** Where a trial stands. `lead` and `needed` are in standard errors. */
export interface TrialVerdict {
  /** `better`: the challenger is to be proposed; `worse`: it is not worth trying on; `undecided`: the turns are used up. */
  kind: 'running' | 'better' | 'worse' | 'undecided';
  turn: number;
  lead?: number;
  needed: number;
}

/** The verdict over the scores of a trial; `before` is the tally from before it of the wording in use, kept apart so that turns can be counted. */
export function verdictOf(during: ArmTallies, before: ArmTallies['current']): TrialVerdict {
  const turn = countedTurns(during);
  const needed = neededLead(turn, total(before.values()).n);
  const lead = standardizedLead(withBefore(during, before));
  const seen = lead === undefined ? { turn, needed } : { turn, needed, lead };
  const isSeen = lead !== undefined && total(during.challenger.values()).n >= LEAST_TRIED;
  if (isSeen && lead >= needed) return { kind: 'better', ...seen };
  if (isSeen && lead <= -needed) return { kind: 'worse', ...seen };
  return { kind: turn >= TRIAL_TURNS ? 'undecided' : 'running', ...seen };
}

/** The lead that counts as shown after a turn, with this many turns from before the trial. */
export function neededLead(turn: number, before: number): number {
  const constant = TRIAL_BOUNDARIES[Math.min(TRIAL_BOUNDARIES.length - 1, Math.floor(before / BEFORE_STEP))]!;
  return constant * (TRIAL_TURNS / Math.min(TRIAL_TURNS, Math.max(1, turn))) ** LINE_POWER;
}

/** How many of the turns of the wording in use count when a trial begins now. */
export function turnsBefore(available: number): number {
  return Math.max(0, Math.min(MOST_BEFORE, Math.floor((available - LEFT_OUT_BEFORE) / BEFORE_STEP) * BEFORE_STEP));
}

/** The tallies of a trial with those from before it. */
export function withBefore(during: ArmTallies, before: ArmTallies['current']): ArmTallies {
  if (before.size === 0) return during;
  const current = new Map(during.current);
  for (const [context, tally] of before) {
    const own = current.get(context);
    current.set(context, own ? { n: own.n + tally.n, sum: own.sum + tally.sum } : tally);
  }
  return { current, challenger: during.challenger };
}
