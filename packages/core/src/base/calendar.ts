/** A day or month of somebody's calendar as times. */
export interface CalendarSpan {
  /** '2026-11-23' or '2026-11'. */
  key: string;
  /** First ms UTC of it. */
  start: number;
  /** First ms UTC after it. */
  end: number;
}

/** The day of a time zone ('Europe/Berlin') that a time (ms UTC) falls in. It has 23 or 25 hours when the clocks change. */
export function dayOf(at: number, timeZone: string): CalendarSpan {
  const { year, month, day } = dateOf(at, timeZone);
  return { key: `${year}-${two(month)}-${two(day)}`, start: startOfDay(year, month, day, timeZone), end: startOfDay(year, month, day + 1, timeZone) };
}

/** The month of a time zone that a time (ms UTC) falls in. */
export function monthOf(at: number, timeZone: string): CalendarSpan {
  const { year, month } = dateOf(at, timeZone);
  return { key: `${year}-${two(month)}`, start: startOfDay(year, month, 1, timeZone), end: startOfDay(year, month + 1, 1, timeZone) };
}

/** Every day from the one of `from` to the one of `to` (ms UTC, both inside), at most `most` of them, the last ones. */
export function daysBetween(from: number, to: number, timeZone: string, most = 400): CalendarSpan[] {
  const days: CalendarSpan[] = [];
  for (let day = dayOf(to, timeZone); day.end > from && days.length < most; day = dayOf(day.start - 1, timeZone)) days.unshift(day);
  return days;
}

/** The time zone of this machine. */
export function systemTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

const two = (value: number): string => String(value).padStart(2, '0');

const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(at: number, timeZone: string): Record<string, number> {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
    formats.set(timeZone, format);
  }
  return Object.fromEntries(format.formatToParts(at).filter(({ type }) => type !== 'literal').map(({ type, value }) => [type, Number(value)]));
}

function dateOf(at: number, timeZone: string): { year: number; month: number; day: number } {
  const { year, month, day } = partsOf(at, timeZone);
  return { year: year!, month: month!, day: day! };
}

/** The first moment at which the zone's calendar shows the day; where clocks jump over midnight, the moment after the jump. */
function startOfDay(year: number, month: number, day: number, timeZone: string): number {
  const wanted = Date.UTC(year, month - 1, day);
  // Zones are at most 14 hours ahead and 12 behind: the beginning lies between, and time only ever goes forward there.
  let before = wanted - 15 * HOUR;
  let after = wanted + 15 * HOUR;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    const { year: y, month: m, day: d } = dateOf(middle, timeZone);
    if (Date.UTC(y, m - 1, d) >= wanted) after = middle;
    else before = middle;
  }
  return after;
}

const HOUR = 3_600_000;
