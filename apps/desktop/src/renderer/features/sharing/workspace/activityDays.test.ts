import { expect, test } from 'vitest';
import { byDay } from './activityDays.ts';

const at = (year: number, month: number, day: number, hour = 12) => new Date(year, month - 1, day, hour).getTime();
const words = { today: 'Today', yesterday: 'Yesterday' };

test('groups by the days of this machine, newest first as they come', () => {
  const lines = [at(2026, 3, 2, 9), at(2026, 3, 2, 0), at(2026, 3, 1, 23), at(2026, 2, 27), at(2025, 12, 31)].map((moment) => ({ at: moment }));
  expect(byDay(lines, at(2026, 3, 2, 10), 'en', words).map(({ day, lines: those }) => [day, those.length])).toEqual([['Today', 2], ['Yesterday', 1], ['Friday 27 February', 1], ['Wednesday, 31 December 2025', 1]]);
  expect(byDay(lines.slice(3), at(2026, 3, 2), 'de', words).map(({ day }) => day)).toEqual(['Freitag, 27. Februar', 'Mittwoch, 31. Dezember 2025']);
  expect(byDay([], 0, 'en', words)).toEqual([]);
});
