import { describe, expect, it } from 'vitest';
import { labelIndexes, niceTicks } from './chartScale.ts';

describe('ticks of an axis', () => {
  it('are round, begin at 0 and reach the largest value', () => {
    expect(niceTicks(4)).toEqual([0, 1, 2, 3, 4]);
    expect(niceTicks(0.0042)).toEqual([0, 0.002, 0.004, 0.006]);
    expect(niceTicks(87_000)).toEqual([0, 25_000, 50_000, 75_000, 100_000]);
    for (let index = 0; index < 200; index++) {
      const max = 10 ** (index / 10 - 10) * (1 + (index % 7));
      const ticks = niceTicks(max);
      expect(ticks.at(-1)!).toBeGreaterThanOrEqual(max * (1 - 1e-6));
      expect(ticks.length).toBeGreaterThan(2);
      expect(ticks.length).toBeLessThanOrEqual(7);
    }
  });

  it('are there also where there is nothing to show', () => {
    for (const max of [0, -1, Number.NaN, Infinity]) expect(niceTicks(max)).toEqual([0, 1]);
  });
});

it('labels leave each other room and name the last column', () => {
  expect(labelIndexes(7, 700, 60)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(labelIndexes(30, 600, 60)).toEqual([2, 5, 8, 11, 14, 17, 20, 23, 26, 29]);
  expect(labelIndexes(3, 10, 60)).toEqual([2]);
  expect(labelIndexes(0, 600, 60)).toEqual([]);
});
