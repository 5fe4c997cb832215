import { expect, test } from 'vitest';
import { endAt, endsWithin } from './linkEnds.ts';

test('offers what the plan allows, and nothing beyond', () => {
  expect([endsWithin(null), endsWithin(30), endsWithin(7), endsWithin(1)]).toEqual([['day', 'week', 'month', 'never'], ['day', 'week', 'month'], ['day', 'week'], ['day']]);
});

test('counts from now', () => {
  expect([endAt('week', 1000), endAt('never', 1000)]).toEqual([1000 + 7 * 86_400_000, null]);
});
