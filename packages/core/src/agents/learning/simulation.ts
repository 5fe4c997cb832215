/** Trials with people who are known: the only way to see what a rule for trials is worth. */
import { assignArm, type Arm, type ArmTallies } from './assignment.ts';
import { standardizedLead } from './comparison.ts';
import { seededDraws, type Draws } from './draws.ts';
import { LEAST_TRIED, LINE_POWER, neededLead, TRIAL_TURNS } from './trialRule.ts';
import type { Tally } from './posterior.ts';

/** People who meet two wordings. */
export interface SimulatedPeople {
  /** Probability that each wording is accepted, by context; a turn falls into each context equally often. */
  acceptance: readonly Record<Arm, number>[];
  /** Turns of the wording in use from before the trial. */
  before: number;
  /** Draws whether each of those was accepted, for trials that begin at a chosen moment; absent: each by itself. */
  startBefore?(draws: Draws): readonly boolean[];
}

/** What a trial came to. */
export interface SimulatedTrial {
  /** The turn after which the challenger was proposed, if it was. */
  proposedAt?: number;
  /** Turns of each arm until then, or in the whole trial. */
  turns: Record<Arm, number>;
  /** The arm with the higher mean at the end. */
  leader: Arm;
  /** The highest that `lead·(turn / TRIAL_TURNS)^LINE_POWER` ever was: what the line's constant is measured against. */
  highest: number;
}

/** Plays a trial by the rule, looked at after every turn; every draw comes from the seed. With `isEndless` it goes on after a proposal, to calibrate. */
export function simulateTrial({ acceptance, before, startBefore }: SimulatedPeople, seed: number, isEndless = false): SimulatedTrial {
  const draws = seededDraws(seed);
  const empty = () => new Map(acceptance.map((_, context): [string, Tally] => [`${context}`, { n: 0, sum: 0 }]));
  const tallies = { current: empty(), challenger: empty() } satisfies ArmTallies;
  const count = (arm: Arm, context: number, isAccepted: boolean) => {
    const tally = tallies[arm].get(`${context}`)!;
    tally.n++;
    if (isAccepted) tally.sum++;
  };
  const anyContext = () => (acceptance.length === 1 ? 0 : Math.floor(draws.uniform() * acceptance.length));
  if (startBefore) for (const isAccepted of startBefore(draws)) count('current', 0, isAccepted);
  else {
    for (let turn = 0; turn < before; turn++) {
      const context = anyContext();
      count('current', context, draws.uniform() < acceptance[context]!.current);
    }
  }
  const turns = { current: 0, challenger: 0 };
  let highest = -Infinity;
  let proposedAt: number | undefined;
  for (let turn = 1; turn <= TRIAL_TURNS; turn++) {
    const context = anyContext();
    const arm = assignArm(tallies, `${context}`, draws);
    turns[arm]++;
    count(arm, context, draws.uniform() < acceptance[context]![arm]);
    if (turns.challenger < LEAST_TRIED) continue;
    const lead = standardizedLead(tallies);
    if (lead === undefined) continue;
    highest = Math.max(highest, lead * (turn / TRIAL_TURNS) ** LINE_POWER);
    if (lead < neededLead(turn, before)) continue;
    proposedAt ??= turn;
    if (!isEndless) break;
  }
  return { ...(proposedAt === undefined ? {} : { proposedAt }), turns, leader: meanOver(tallies.challenger) > meanOver(tallies.current) ? 'challenger' : 'current', highest };
}

function meanOver(tallies: ReadonlyMap<string, Tally>): number {
  let n = 0;
  let sum = 0;
  for (const tally of tallies.values()) {
    n += tally.n;
    sum += tally.sum;
  }
  return n === 0 ? 0 : sum / n;
}
