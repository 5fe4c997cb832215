import { dayOf, monthOf, type CalendarSpan } from '../base/calendar.ts';
import type { Clock } from '../base/clock.ts';
import { AppError } from '../base/error.ts';
import type { CallLedger, ModelCallRecord } from './callLedger.ts';

/** What the person allows. */
export interface BudgetLimits {
  /** US dollars a day and a month of their calendar; null for no limit. */
  dayUsd: number | null;
  monthUsd: number | null;
  /** A turn then fails and can be tried again, or goes on with the rules. */
  whenUsedUp: 'stop' | 'rules';
  /** Whether models without a known price are left alone while there is a limit. */
  refuseUnknown: boolean;
}

/** How a day or month stands. */
export interface BudgetPeriod {
  period: 'day' | 'month';
  limitUsd: number | null;
  /** Cost of the calls that have ended. */
  usedUsd: number;
  /** What calls under way may cost at most. */
  reservedUsd: number;
  /** Calls of the period whose cost nobody knows: not in `usedUsd`. */
  unknownCalls: number;
  /** When it begins anew, ms UTC. */
  until: number;
}

/** Keeps count of what calls cost, and lets no call begin that could go over a limit. */
export interface BudgetMeter {
  periods(): BudgetPeriod[];
  limits(): BudgetLimits;
  /**
   * Reserves what a call may cost, `costOf` its longest answer in tokens, and gives how long an answer fits. Waits while only calls under
   * way stand before it. Throws BUDGET_USED_UP when not even a short answer fits, and the reason of `signal` when it aborts.
   */
  reserve(call: { costOf(outputTokens: number): number; wantedTokens: number; signal?: AbortSignal }): Promise<{ outputTokens: number; release(): void }>;
  /** The ledger, with every row counted that passes through it. */
  counting(ledger: CallLedger): CallLedger;
}

/** The shortest answer that is worth a call, tokens. */
export const SHORTEST_ANSWER = 1_000;

/** A meter that begins with what the ledger holds. */
export function createBudgetMeter(options: { limits(): BudgetLimits; spentSince(since: number): { costUsd: number; unknownCost: number }; clock: Clock; timeZone(): string }): BudgetMeter {
  const { limits, spentSince, clock, timeZone } = options;
  const counts = new Map<'day' | 'month', { span: CalendarSpan; usedUsd: number; unknownCalls: number }>();
  let reservedUsd = 0;
  let reservations = 0;
  let waiting: (() => void)[] = [];

  const countOf = (period: 'day' | 'month') => {
    const now = clock.now();
    let count = counts.get(period);
    if (!count || now < count.span.start || now >= count.span.end) {
      const span = period === 'day' ? dayOf(now, timeZone()) : monthOf(now, timeZone());
      const { costUsd, unknownCost } = spentSince(span.start);
      counts.set(period, (count = { span, usedUsd: costUsd, unknownCalls: unknownCost }));
    }
    return count;
  };
  const periods = (): BudgetPeriod[] => {
    const { dayUsd, monthUsd } = limits();
    return (['day', 'month'] as const).map((period) => {
      const { span, usedUsd, unknownCalls } = countOf(period);
      return { period, limitUsd: period === 'day' ? dayUsd : monthUsd, usedUsd, reservedUsd, unknownCalls, until: span.end };
    });
  };
  const count = (record: ModelCallRecord) => {
    for (const period of ['day', 'month'] as const) {
      const at = counts.get(period);
      if (!at || record.startedAt < at.span.start || record.startedAt >= at.span.end) continue;
      at.usedUsd += record.costUsd ?? 0;
      if (record.costUsd === undefined && record.outcome !== 'cached' && record.outcome !== 'refused') at.unknownCalls++;
    }
  };

  return {
    periods,
    limits,
    async reserve({ costOf, wantedTokens, signal }) {
      for (;;) {
        signal?.throwIfAborted();
        // The narrower limit decides; one that is not set leaves room without end.
        const room = (period: BudgetPeriod) => (period.limitUsd ?? Infinity) - period.usedUsd;
        const narrow = periods().reduce((a, b) => (room(b) < room(a) ? b : a));
        const left = room(narrow);
        if (costOf(Math.min(wantedTokens, SHORTEST_ANSWER)) > left) throw usedUp(narrow, limits().whenUsedUp);
        const outputTokens = longestWithin(costOf, wantedTokens, left);
        const cost = costOf(outputTokens);
        if (reservations === 0 || cost <= left - reservedUsd) {
          reservedUsd += cost;
          reservations++;
          let isReleased = false;
          const release = () => {
            if (isReleased) return;
            isReleased = true;
            // Sums of fractions drift; with nobody there it is nothing.
            reservedUsd = --reservations === 0 ? 0 : reservedUsd - cost;
            const woken = waiting;
            waiting = [];
            for (const wake of woken) wake();
          };
          return { outputTokens, release };
        }
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          signal?.addEventListener('abort', () => resolve(), { once: true });
        });
      }
    },
    counting: (ledger) => ({
      open: (record) => {
        // Reads the periods before the row is there, so that none counts twice.
        countOf('day');
        countOf('month');
        return ledger.open(record);
      },
      close(id, record) {
        count(record);
        return ledger.close(id, record);
      },
    }),
  };
}

/** The longest answer of at most `wanted` tokens whose cost is within `usd`; cost never falls with length. */
function longestWithin(costOf: (outputTokens: number) => number, wanted: number, usd: number): number {
  if (costOf(wanted) <= usd) return wanted;
  let fits = 0;
  let over = wanted;
  while (over - fits > 1) {
    const middle = Math.floor((fits + over) / 2);
    if (costOf(middle) <= usd) fits = middle;
    else over = middle;
  }
  return fits;
}

function usedUp({ period, usedUsd, limitUsd, until }: BudgetPeriod, whenUsedUp: 'stop' | 'rules'): AppError {
  const which = period === 'day' ? 'today' : 'this month';
  return new AppError(
    'BUDGET_USED_UP',
    `The budget for ${which} leaves no room for another call: ${dollars(usedUsd)} of ${dollars(limitUsd ?? 0)} are used. Nobody was asked and nothing was changed. Raise the budget in the settings, wait until it begins anew, or choose a model on this machine; then try again.`,
    { period, usedUsd, limitUsd, until, ...(whenUsedUp === 'stop' ? { stopsTurn: true } : {}) },
  );
}

/** `$4.20`, and `$0.0042` below a dollar: a small cost is not nothing. */
function dollars(usd: number): string {
  return `$${usd.toFixed(usd > 0 && usd < 1 ? 4 : 2)}`;
}
