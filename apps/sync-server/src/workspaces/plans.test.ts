import { expect, test } from 'vitest';
import { PLAN_NAMES, PLANS, warningOf } from './plans.ts';

test('people are warned at 80 and 95 per cent, and where there is no limit never', () => {
  expect([0, 79, 80, 94, 95, 99, 100, 120].map((used) => warningOf(used, 100))).toEqual([null, null, 'near', 'near', 'critical', 'critical', 'full', 'full']);
  expect([warningOf(1e12, null), warningOf(3, 3), warningOf(2, 3)]).toEqual([null, 'full', null]);
});

test('a bigger plan never holds less', () => {
  const more = (a: number | boolean | null, b: number | boolean | null) => b === null || (a !== null && b >= a);
  for (let n = 1; n < PLAN_NAMES.length; n++) {
    const [small, big] = [PLANS[PLAN_NAMES[n - 1]!], PLANS[PLAN_NAMES[n]!]];
    for (const limit of Object.keys(small) as (keyof typeof small)[]) expect(more(small[limit], big[limit]), `${PLAN_NAMES[n]} ${limit}`).toBe(true);
  }
});
