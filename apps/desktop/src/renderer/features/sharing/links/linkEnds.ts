/** When a link ends, as people choose it. */
export const LINK_ENDS = ['day', 'week', 'month', 'never'] as const;
export type LinkEnd = (typeof LINK_ENDS)[number];

const DAY_MS = 86_400_000;
const DAYS: Readonly<Record<LinkEnd, number | null>> = { day: 1, week: 7, month: 30, never: null };

/** The ends that a plan allows; `mostDays`: null for no limit. */
export function endsWithin(mostDays: number | null): LinkEnd[] {
  return LINK_ENDS.filter((end) => mostDays === null || (DAYS[end] ?? Infinity) <= mostDays);
}

/** The moment of an end, ms UTC; null: none. */
export function endAt(end: LinkEnd, now: number): number | null {
  const days = DAYS[end];
  return days === null ? null : now + days * DAY_MS;
}
