import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assignArm, type ArmTallies } from './assignment.ts';
import { standardizedLead } from './comparison.ts';
import { seededDraws } from './draws.ts';
import { cumulativeOf, densityOf, intervalOf, joined, meanOf, NOTHING, posteriorOf, probabilityAbove, shrunkPosterior, SHRINKAGE, type Tally } from './posterior.ts';
import { rewardOf, REWARD_WEIGHTS, scoreOf } from './reward.ts';

const scores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 60 });
const tallyOf = (values: readonly number[]): Tally => values.reduce((tally, value) => joined(tally, { n: 1, sum: value }), NOTHING);
const beta = fc.record({ a: fc.double({ min: 1, max: 200, noNaN: true }), b: fc.double({ min: 1, max: 200, noNaN: true }) });

test('a posterior does not depend on the order of what was seen', () => {
  fc.assert(
    fc.property(scores.chain((values) => fc.tuple(fc.constant(values), fc.shuffledSubarray(values, { minLength: values.length }))), ([values, shuffled]) => {
      const [one, other] = [posteriorOf(tallyOf(values)), posteriorOf(tallyOf(shuffled))];
      expect(one.a).toBeCloseTo(other.a, 9);
      expect(one.b).toBeCloseTo(other.b, 9);
    }),
  );
});

test('probabilities add up: a density to 1, above and below to 1, an interval to its mass', () => {
  fc.assert(
    fc.property(beta, beta, (one, other) => {
      expect(densityOf(one, 4000).reduce((sum, height) => sum + height, 0) / 4000).toBeCloseTo(1, 2);
      expect(probabilityAbove(one, other) + probabilityAbove(other, one)).toBeCloseTo(1, 2);
      const { low, high } = intervalOf(one, 0.9);
      expect(cumulativeOf(one, high) - cumulativeOf(one, low)).toBeCloseTo(0.9, 6);
      expect(low).toBeLessThan(high);
    }),
    { numRuns: 60 },
  );
});

test('the cumulative probability agrees with what is known', () => {
  expect(cumulativeOf({ a: 1, b: 1 }, 0.37)).toBeCloseTo(0.37, 12);
  expect(cumulativeOf({ a: 2, b: 1 }, 0.5)).toBeCloseTo(0.25, 12);
  expect(cumulativeOf({ a: 5, b: 5 }, 0.5)).toBeCloseTo(0.5, 12);
  expect(cumulativeOf({ a: 0.5, b: 0.5 }, 0.25)).toBeCloseTo(1 / 3, 10);
});

test('draws have the mean and spread of their distribution, and the same seed draws the same', () => {
  for (const { a, b } of [{ a: 0.5, b: 0.7 }, { a: 1, b: 1 }, { a: 12, b: 5 }]) {
    const draws = seededDraws(7);
    const values = Array.from({ length: 20_000 }, () => draws.beta(a, b));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(a / (a + b), 1.5);
    expect(variance).toBeCloseTo((a * b) / ((a + b) ** 2 * (a + b + 1)), 2);
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
  }
  expect(seededDraws(42).uniform()).toBe(seededDraws(42).uniform());
  expect(seededDraws(42).uniform()).not.toBe(seededDraws(43).uniform());
});

test('a context leans on the others until it has turns of its own', () => {
  const others = new Map<string, Tally>([['a', { n: 50, sum: 45 }]]);
  const unseen = shrunkPosterior(others, 'new');
  expect(meanOf(unseen)).toBeCloseTo(46 / 52, 9);
  expect(unseen.a + unseen.b).toBeCloseTo(SHRINKAGE, 9);
  const own = shrunkPosterior(new Map([...others, ['new', { n: 200, sum: 40 }]]), 'new');
  expect(meanOf(own)).toBeLessThan(0.25);
  expect(shrunkPosterior(new Map(), 'new')).toEqual({ a: 1, b: 1 });
  // Alone, it is its own posterior: nothing counts twice.
  expect(shrunkPosterior(new Map([['a', { n: 10, sum: 4 }]]), 'a')).toEqual(posteriorOf({ n: 10, sum: 4 }));
});

test('the better arm gets more turns, and either gets a third at least', () => {
  const tallies: ArmTallies = { current: new Map([['x', { n: 80, sum: 40 }]]), challenger: new Map([['x', { n: 80, sum: 68 }]]) };
  const draws = seededDraws(3);
  const challenger = Array.from({ length: 4000 }, () => assignArm(tallies, 'x', draws)).filter((arm) => arm === 'challenger').length / 4000;
  expect(challenger).toBeGreaterThan(0.6);
  expect(challenger).toBeLessThan(0.67);
});

test('the lead is antisymmetric and only compares within contexts', () => {
  const tally = fc.integer({ min: 1, max: 40 }).chain((n) => fc.record({ n: fc.constant(n), sum: fc.double({ min: 0, max: n, noNaN: true }) }));
  fc.assert(
    fc.property(tally, tally, tally, tally, (one, two, three, four) => {
      const [current, challenger] = [new Map([['x', one], ['y', two]]), new Map([['x', three], ['y', four]])];
      const there = standardizedLead({ current, challenger });
      const back = standardizedLead({ current: challenger, challenger: current });
      if (there !== undefined) expect(there).toBeCloseTo(-back!, 6);
    }),
  );
  expect(standardizedLead({ current: new Map([['x', { n: 9, sum: 9 }]]), challenger: new Map([['y', { n: 9, sum: 0 }]]) })).toBeUndefined();
});

test('what people do is worth what the table says, and the small terms stay small', () => {
  const order = [{ kind: 'accepted' }, { kind: 'acceptedEdited', share: 0.1 }, { kind: 'acceptedEdited', share: 1 }, { kind: 'corrected' }, { kind: 'rejected' }] as const;
  const values = order.map(scoreOf);
  expect([...values].sort((a, b) => b - a)).toEqual(values);
  expect(scoreOf({ kind: 'acceptedEdited', share: 7 })).toBe(scoreOf({ kind: 'acceptedEdited', share: 1 }));
  expect(rewardOf(1, {})).toBe(1);
  expect(Object.values(REWARD_WEIGHTS).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.record({ isValid: fc.boolean(), ms: fc.double({ min: 0, max: 1e7, noNaN: true }), costUsd: fc.double({ min: 0, max: 1e4, noNaN: true }) }, { requiredKeys: [] }), (score, facts) => {
      const reward = rewardOf(score, facts);
      expect(reward).toBeGreaterThanOrEqual(0);
      expect(reward).toBeLessThanOrEqual(1 + 1e-12);
      expect(Math.abs(reward - score)).toBeLessThanOrEqual(1 - REWARD_WEIGHTS.decision + 1e-9);
    }),
  );
});
