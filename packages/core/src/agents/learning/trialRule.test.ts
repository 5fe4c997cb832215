import { expect, test } from 'vitest';
import { simulateTrial, type SimulatedPeople } from './simulation.ts';
import { BEFORE_STEP, LEAST_TRIED, MOST_BEFORE, neededLead, TRIAL_TURNS, turnsBefore, verdictOf } from './trialRule.ts';
import type { Tally } from './posterior.ts';

const SEEDS = 1000;
const people = (current: number, challenger: number, before: number): SimulatedPeople => ({ acceptance: [{ current, challenger }], before });
/** Share of 1,000 seeded trials in which the challenger is proposed, printed with what it is about. */
function proposedShare(given: SimulatedPeople, firstSeed = 1): { share: number; turns: number; leaders: number } {
  const trials = Array.from({ length: SEEDS }, (_, index) => simulateTrial(given, firstSeed + index));
  const found = trials.flatMap((trial) => trial.proposedAt ?? []);
  const share = found.length / SEEDS;
  const turns = found.reduce((sum, turn) => sum + turn, 0) / Math.max(1, found.length);
  const leaders = trials.filter((trial) => trial.leader === 'challenger').length / SEEDS;
  const { current, challenger } = given.acceptance[0]!;
  process.stdout.write(`${current} against ${challenger}, ${given.before} turns before, seeds ${firstSeed}..${firstSeed + SEEDS - 1}: proposed in ${(share * 100).toFixed(1)} %, after ${turns.toFixed(0)} turns on average; leads at the end in ${(leaders * 100).toFixed(1)} %\n`);
  return { share, turns, leaders };
}

test('a wording in use for a while: 0.75 against 0.55 is proposed within 200 turns in at least 95 % of 1,000 trials', () => {
  expect(TRIAL_TURNS).toBe(200);
  expect(proposedShare(people(0.55, 0.75, MOST_BEFORE)).share).toBeGreaterThanOrEqual(0.95);
});

test('a wording nobody has used before: within 200 turns no rule can reach 93 %; this one reaches 87 %, and the better one leads in 99 %', () => {
  const cold = proposedShare(people(0.55, 0.75, 0));
  expect(cold.share).toBeGreaterThanOrEqual(0.87);
  expect(cold.leaders).toBeGreaterThanOrEqual(0.98);
});

test.each([0, 60, MOST_BEFORE])('two equal wordings: a change is proposed in at most 5 % of 1,000 trials looked at after every turn (%d turns before)', (before) => {
  for (const share of [0.55, 0.65, 0.75]) expect(proposedShare(people(share, share, before)).share).toBeLessThanOrEqual(0.05);
});

test('equal wordings in contexts of very different ease are not told apart by which contexts they met', () => {
  const acceptance = [0.25, 0.6, 0.9].map((share) => ({ current: share, challenger: share }));
  expect(proposedShare({ acceptance, before: MOST_BEFORE }).share).toBeLessThanOrEqual(0.05);
});

test('a wording that is worse is never proposed and gives up before the turns are used up', () => {
  expect(proposedShare(people(0.75, 0.55, MOST_BEFORE)).share).toBe(0);
});

test('the line falls towards the end, and the verdict follows it', () => {
  expect(neededLead(50, 0)).toBeCloseTo(4 ** 0.75 * neededLead(200, 0));
  expect(neededLead(1000, MOST_BEFORE)).toBe(neededLead(200, MOST_BEFORE));
  const tally = (n: number, sum: number) => new Map<string, Tally>([['x', { n, sum }]]);
  const none = new Map<string, Tally>();
  expect(verdictOf({ current: none, challenger: none }, none)).toMatchObject({ kind: 'running', turn: 0 });
  expect(verdictOf({ current: tally(100, 50), challenger: tally(100, 80) }, none)).toMatchObject({ kind: 'better', turn: 200 });
  expect(verdictOf({ current: tally(100, 80), challenger: tally(100, 50) }, none)).toMatchObject({ kind: 'worse' });
  expect(verdictOf({ current: tally(100, 60), challenger: tally(100, 60) }, none)).toMatchObject({ kind: 'undecided' });
  expect(verdictOf({ current: tally(100, 0), challenger: tally(LEAST_TRIED - 1, LEAST_TRIED - 1) }, none).kind).toBe('running');
  // All of the turns of one in one context and all of the other's in another say nothing.
  expect(verdictOf({ current: tally(100, 0), challenger: new Map([['y', { n: 100, sum: 100 }]]) }, none)).toMatchObject({ kind: 'undecided' });
});

test('turns from before the trial count in steps, without the last ones', () => {
  expect([0, 19, 39, 40, 59, 60, 119, 120, 5000].map(turnsBefore)).toEqual([0, 0, 0, 20, 20, 40, 80, 100, 100]);
  expect(MOST_BEFORE % BEFORE_STEP).toBe(0);
});
