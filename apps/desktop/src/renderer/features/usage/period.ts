/** From the beginning of a day to the end of one, ms UTC, by the calendar of this machine. */
export interface Period {
  from: number;
  to: number;
}

export const PERIOD_NAMES = ['today', 'week', 'days', 'month'] as const;
export type PeriodName = (typeof PERIOD_NAMES)[number];

/** The period of a name at a time. */
export function periodOf(name: PeriodName, now: number): Period {
  const today = new Date(now);
  const back = (days: number) => new Date(today.getFullYear(), today.getMonth(), today.getDate() - days).getTime();
  const from = name === 'month' ? new Date(today.getFullYear(), today.getMonth(), 1).getTime() : back({ today: 0, week: 6, days: 29 }[name]);
  return { from, to: back(-1) };
}

/** The day of a time as a date field writes it: '2026-11-23'. */
export function dayField(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;
}

/** The period from one day to another as date fields write them; undefined where they make none. */
export function periodOfFields(first: string, last: string): Period | undefined {
  const read = (field: string, after = 0) => {
    const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(field);
    return match ? new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]) + after).getTime() : Number.NaN;
  };
  const period = { from: read(first), to: read(last, 1) };
  return period.from < period.to ? period : undefined;
}
