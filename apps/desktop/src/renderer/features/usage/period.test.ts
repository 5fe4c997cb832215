import { expect, it } from 'vitest';
import { dayField, PERIOD_NAMES, periodOf, periodOfFields } from './period.ts';

const now = new Date(2026, 10, 23, 9, 30).getTime();

it('goes from the beginning of a day to the end of today', () => {
  expect(PERIOD_NAMES.map((name) => { const { from, to } = periodOf(name, now); return [dayField(from), dayField(to - 1), new Date(from).getHours()]; })).toEqual([
    ['2026-11-23', '2026-11-23', 0], ['2026-11-17', '2026-11-23', 0], ['2026-10-25', '2026-11-23', 0], ['2026-11-01', '2026-11-23', 0],
  ]);
});

it('reads the fields of dates, both days inside', () => {
  expect(periodOfFields('2026-11-17', '2026-11-23')).toEqual(periodOf('week', now));
  expect(periodOfFields('2026-11-24', '2026-11-23')).toBeUndefined();
  expect(periodOfFields('', '2026-11-23')).toBeUndefined();
});
