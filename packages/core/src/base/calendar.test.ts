import { describe, expect, it } from 'vitest';
import { dayOf, daysBetween, monthOf } from './calendar.ts';

const HOUR = 3_600_000;

describe('the calendar of a time zone', () => {
  it('begins a day at midnight there', () => {
    const day = dayOf(Date.UTC(2026, 10, 23, 9), 'Europe/Berlin');
    expect(day).toEqual({ key: '2026-11-23', start: Date.UTC(2026, 10, 22, 23), end: Date.UTC(2026, 10, 23, 23) });
    expect(dayOf(Date.UTC(2026, 10, 23, 9), 'Pacific/Kiritimati').key).toBe('2026-11-23');
    expect(dayOf(Date.UTC(2026, 10, 23, 10), 'Pacific/Kiritimati')).toMatchObject({ key: '2026-11-24', start: Date.UTC(2026, 10, 23, 10) });
    expect(dayOf(Date.UTC(2026, 10, 23, 9), 'Pacific/Niue').key).toBe('2026-11-22');
    expect(dayOf(Date.UTC(2026, 10, 23, 18, 14), 'Asia/Kathmandu').key).toBe('2026-11-23');
    expect(dayOf(Date.UTC(2026, 10, 23, 18, 15), 'Asia/Kathmandu').key).toBe('2026-11-24');
  });

  it('knows that days have 23 or 25 hours when the clocks change, and some begin at one', () => {
    const spring = dayOf(Date.UTC(2026, 2, 29, 12), 'Europe/Berlin');
    const autumn = dayOf(Date.UTC(2026, 9, 25, 12), 'Europe/Berlin');
    expect([(spring.end - spring.start) / HOUR, (autumn.end - autumn.start) / HOUR]).toEqual([23, 25]);
    // Clocks in Beirut go from midnight to one.
    const beirut = dayOf(Date.UTC(2026, 2, 29, 12), 'Asia/Beirut');
    expect(beirut).toMatchObject({ key: '2026-03-29', start: Date.UTC(2026, 2, 28, 22) });
    expect((beirut.end - beirut.start) / HOUR).toBe(23);
  });

  it('gives months, also the last of a year', () => {
    expect(monthOf(Date.UTC(2026, 11, 31, 22, 59), 'Europe/Berlin')).toEqual({ key: '2026-12', start: Date.UTC(2026, 10, 30, 23), end: Date.UTC(2026, 11, 31, 23) });
    expect(monthOf(Date.UTC(2026, 11, 31, 23), 'Europe/Berlin').key).toBe('2027-01');
  });

  it('lists days without gaps, the last ones where there are too many', () => {
    const from = Date.UTC(2026, 2, 1);
    const to = Date.UTC(2026, 3, 30);
    const days = daysBetween(from, to, 'America/Sao_Paulo');
    expect([days[0]!.key, days.at(-1)!.key, days.length]).toEqual(['2026-02-28', '2026-04-29', 61]);
    days.forEach((day, index) => index && expect(day.start).toBe(days[index - 1]!.end));
    expect(daysBetween(from, to, 'UTC', 3).map(({ key }) => key)).toEqual(['2026-04-28', '2026-04-29', '2026-04-30']);
  });
});
