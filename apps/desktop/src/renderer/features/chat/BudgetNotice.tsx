import type { BudgetView } from '@uxflow/core/api';
import { Button, IconButton, Notice } from '@uxflow/ui';
import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { moneyText } from '../../i18n/money.ts';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useConversation, useFlow } from '../../store/flowServices.ts';
import { goTo } from '../../store/route.ts';
import { useServices, useSettings } from '../../store/services.ts';

/** From this share of a limit on the chat warns. */
const WARN_AT = 0.8;

/** Says when a budget is nearly used up, or is; until the person has read it. */
export function BudgetNotice() {
  const text = useText();
  const language = useLanguage();
  const { api } = useServices();
  const { settings } = useSettings();
  const { flowId } = useFlow();
  const [periods, setPeriods] = useState<readonly BudgetView[]>([]);
  const [read, setRead] = useState<string | null>(null);
  const { dayUsd, monthUsd } = settings.budget;
  const isLimited = dayUsd !== null || monthUsd !== null;
  // What a turn has cost is known when it moves on.
  const moves = useConversation((state) => [...state.turns.values()].map(({ id, status, step }) => `${id} ${status} ${step ?? ''}`).join());
  useEffect(() => {
    let isCurrent = true;
    if (!isLimited) setPeriods([]);
    else api.usage.budget().then((budget) => isCurrent && setPeriods(budget.periods), () => undefined);
    return () => void (isCurrent = false);
  }, [api, isLimited, dayUsd, monthUsd, moves]);
  const share = ({ usedUsd, limitUsd }: BudgetView) => (limitUsd === null ? 0 : limitUsd === 0 ? 1 : usedUsd / limitUsd);
  const worst = [...periods].sort((a, b) => share(b) - share(a))[0];
  if (!worst || share(worst) < WARN_AT) return null;
  const isFull = share(worst) >= 1;
  const key = `${worst.period} ${worst.until} ${isFull}`;
  if (read === key) return null;
  const until = new Intl.DateTimeFormat(language, worst.period === 'day' ? { timeStyle: 'short' } : { dateStyle: 'medium' }).format(worst.until);
  const params = { used: moneyText(worst.usedUsd, language), limit: moneyText(worst.limitUsd ?? 0, language), until, share: Math.min(1, share(worst)).toLocaleString(language, { style: 'percent', maximumFractionDigits: 0 }) };
  return (
    <div className="composer__failure" data-testid="budget-notice">
      <Notice tone={isFull ? 'error' : 'warning'}>
        {text(isFull ? `chat.budgetFull.${worst.period}` : `chat.budgetWarn.${worst.period}`, params)}
        {worst.unknownCalls ? ` ${text('chat.budgetUnknown', { count: worst.unknownCalls })}` : ''}{' '}
        <Button size="small" onClick={() => goTo({ page: 'usage', from: flowId })}>
          {text('chat.budgetShow')}
        </Button>
      </Notice>
      <IconButton size="small" label={text('close')} icon={<X />} onClick={() => setRead(key)} />
    </div>
  );
}
