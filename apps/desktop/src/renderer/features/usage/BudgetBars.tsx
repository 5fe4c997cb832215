import type { BudgetView } from '@uxflow/core/api';
import { Button, MeterBar } from '@uxflow/ui';
import { SlidersHorizontal } from 'lucide-react';
import { moneyText } from '../../i18n/money.ts';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import { goTo } from '../../store/route.ts';

/** How today and this month stand against the person's limits. */
export function BudgetBars({ periods, from }: { periods: readonly BudgetView[]; from: string | undefined }) {
  const text = useText();
  const language = useLanguage();
  const isLimited = periods.some(({ limitUsd }) => limitUsd !== null);
  return (
    <>
      <p className="usage__muted">{isLimited ? text('usage.budgetText') : `${text('usage.budgetNone')} ${text('usage.budgetText')}`}</p>
      <div className="usage__meters">
        {periods.map(({ period, limitUsd, usedUsd, unknownCalls }) => (
          <div key={period} className="usage__meter">
            {limitUsd === null ? (
              <span className="meter__head">
                <span>{text(`usage.budget.${period}`)}</span>
                <span>{text('usage.budgetNoLimit', { used: moneyText(usedUsd, language) })}</span>
              </span>
            ) : (
              <MeterBar label={text(`usage.budget.${period}`)} text={text('usage.budgetUsed', { used: moneyText(usedUsd, language), limit: moneyText(limitUsd, language) })} value={usedUsd} limit={limitUsd} />
            )}
            {unknownCalls ? <span className="usage__tile-note usage__tile-note--warning">{text('usage.unknownCalls', { count: unknownCalls })}</span> : null}
          </div>
        ))}
      </div>
      <div>
        <Button icon={<SlidersHorizontal />} onClick={() => goTo(from ? { page: 'settings', from } : { page: 'settings' })}>
          {text(isLimited ? 'usage.budgetChange' : 'usage.budgetSet')}
        </Button>
      </div>
    </>
  );
}
