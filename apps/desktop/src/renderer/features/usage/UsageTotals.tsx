import type { UsageView } from '@uxflow/core/api';
import type { ReactNode } from 'react';
import { moneyText, tokensText } from '../../i18n/money.ts';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';

/** The sums of a period, each with what it does not say by itself. */
export function UsageTotals({ total }: { total: UsageView['total'] }) {
  const text = useText();
  const language = useLanguage();
  const number = (value: number) => value.toLocaleString(language);
  const made = total.calls - total.cached - total.refused;
  const isAllUnknown = total.unknownCost > 0 && total.unknownCost === made;
  return (
    <section className="usage__totals" aria-label={text('usage.totals')}>
      <Tile name={text('usage.cost')} value={isAllUnknown ? text('usage.unknownOnly') : moneyText(total.costUsd, language)} isWarning={total.unknownCost > 0}>
        {total.unknownCost ? text('usage.unknownCalls', { count: total.unknownCost }) : text('usage.allKnown')}
      </Tile>
      <Tile name={text('usage.calls')} value={number(total.calls)}>
        {text('usage.callsText', { cached: number(total.cached), refused: number(total.refused) })}
      </Tile>
      <Tile name={text('usage.tokens')} value={tokensText(total.inputTokens + total.outputTokens, language)}>
        {text('usage.tokensText', { input: tokensText(total.inputTokens, language), output: tokensText(total.outputTokens, language) })}
      </Tile>
      <Tile name={text('usage.failures')} value={number(total.failures)}>
        {text('usage.failuresText', { share: (made ? total.failures / made : 0).toLocaleString(language, { style: 'percent', maximumFractionDigits: 1 }) })}
      </Tile>
      {total.p50Ms === undefined ? null : (
        <Tile name={text('usage.time')} value={seconds(total.p50Ms, language)}>
          {text('usage.timeText', { ms: seconds(total.p95Ms ?? total.p50Ms, language) })}
        </Tile>
      )}
    </section>
  );
}

function Tile({ name, value, isWarning, children }: { name: string; value: string; isWarning?: boolean; children: ReactNode }) {
  return (
    <div className="usage__tile">
      <span className="usage__tile-name">{name}</span>
      <strong>{value}</strong>
      <span className={isWarning ? 'usage__tile-note usage__tile-note--warning' : 'usage__tile-note'}>{children}</span>
    </div>
  );
}

function seconds(ms: number, language: string): string {
  return ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1000).toLocaleString(language, { maximumFractionDigits: 1 })} s`;
}
