import type { Translate } from './translate.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago a time is, in words; both times in ms UTC. */
export function whenText(text: Translate, at: number, now: number): string {
  const age = Math.max(0, now - at);
  if (age < 5_000) return text('when.now');
  if (age < MINUTE) return text('when.seconds', { count: Math.floor(age / 1000) });
  if (age < HOUR) return text('when.minutes', { count: Math.floor(age / MINUTE) });
  if (age < DAY) return text('when.hours', { count: Math.floor(age / HOUR) });
  return text('when.days', { count: Math.floor(age / DAY) });
}
