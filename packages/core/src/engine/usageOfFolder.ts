import { dayOf, systemClock, systemTimeZone, type Clock, type Logger } from '../base/index.ts';
import { openDataFolder } from '../db/index.ts';
import { callsToCsv, callsToOtlp } from '../llm/index.ts';
import type { UsageView } from '../api/index.ts';
import { usageOfDays } from './usageService.ts';

/** The usage of a data folder that no engine holds: opened, read and closed; no turn is taken up. Throws DATA_FOLDER_IN_USE and STORE_… */
export async function usageOfFolder(
  dataDir: string,
  options: { from: number; to: number; format?: 'csv' | 'otlp'; version: string; logger: Logger; clock?: Clock; timeZone?: string },
): Promise<{ view: UsageView; text?: string }> {
  const { from, to, format, version, logger } = options;
  const folder = await openDataFolder(dataDir, { logger, clock: options.clock ?? systemClock });
  try {
    const view = usageOfDays(folder.ledger, { from, to }, options.timeZone ?? systemTimeZone());
    if (!format) return { view };
    const calls = folder.ledger.listCalls({ from, to, limit: 200_000 }).reverse();
    return { view, text: format === 'csv' ? callsToCsv(calls) : `${JSON.stringify(callsToOtlp(calls, version))}\n` };
  } finally {
    await folder.close();
  }
}

/** The days of a person's calendar as times: from the beginning of `first` to the end of `last` ('2026-11-23'), of the last 30 days without them. Undefined for what is no day. */
export function daysToPeriod(first: string | undefined, last: string | undefined, now: number, timeZone = systemTimeZone()): { from: number; to: number } | undefined {
  const dayNamed = (name: string) => {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(name)) return undefined;
    const noon = Date.parse(`${name}T12:00:00Z`);
    // Noon of UTC is another day in zones more than twelve hours ahead.
    return Number.isNaN(noon) ? undefined : [noon, noon - 86_400_000].map((at) => dayOf(at, timeZone)).find(({ key }) => key === name);
  };
  const end = last === undefined ? dayOf(now, timeZone) : dayNamed(last);
  const start = first === undefined ? end && dayOf(end.start - 29 * 86_400_000, timeZone) : dayNamed(first);
  return start && end && start.start < end.end ? { from: start.start, to: end.end } : undefined;
}
