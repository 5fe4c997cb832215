import type { Settings } from '@uxflow/core/api';
import { Button, Segmented, Switch } from '@uxflow/ui';
import { ChartColumn } from 'lucide-react';
import { useState } from 'react';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import { goTo } from '../../store/route.ts';
import { dollarsField, readDollars } from './amountField.ts';
import { EnteredField } from './EnteredField.tsx';
import { PriceList } from './PriceList.tsx';
import { Section } from './Section.tsx';

/** What models may cost, and what each of them does. */
export function CostsSection({ settings, change, from }: { settings: Settings; change: (part: Partial<Settings>) => void; from: string | undefined }) {
  const text = useText();
  const { budget } = settings;
  return (
    <Section
      id="costs"
      title={text('settings.costs')}
      text={text('settings.costsText')}
      actions={
        <Button icon={<ChartColumn />} data-testid="open-usage" onClick={() => goTo(from ? { page: 'usage', from } : { page: 'usage' })}>
          {text('usage.open')}
        </Button>
      }
    >
      <div className="settings__pair settings__amounts">
        <DollarField label={text('settings.budgetDay')} value={budget.dayUsd} onCommit={(dayUsd) => change({ budget: { ...budget, dayUsd } })} />
        <DollarField label={text('settings.budgetMonth')} value={budget.monthUsd} onCommit={(monthUsd) => change({ budget: { ...budget, monthUsd } })} />
      </div>
      <div className="settings__pair">
        <span>{text('settings.budgetWhen')}</span>
        <Segmented
          label={text('settings.budgetWhen')}
          value={budget.whenUsedUp}
          choices={(['stop', 'rules'] as const).map((value) => ({ value, label: text(`settings.budgetWhen.${value}`) }))}
          onCommit={(whenUsedUp) => change({ budget: { ...budget, whenUsedUp } })}
        />
      </div>
      <Switch label={text('settings.refuseUnknown')} hint={text('settings.refuseUnknownText')} checked={budget.refuseUnknown} onCommit={(refuseUnknown) => change({ budget: { ...budget, refuseUnknown } })} />
      <PriceList settings={settings} />
    </Section>
  );
}

function DollarField({ label, value, onCommit }: { label: string; value: number | null; onCommit: (usd: number | null) => void }) {
  const text = useText();
  const language = useLanguage();
  const [wrong, setWrong] = useState<string | null>(null);
  return (
    <EnteredField
      label={label}
      hint={wrong === null ? text('settings.budgetHint') : <span role="alert">{text('settings.budgetInvalid', { value: wrong })}</span>}
      value={dollarsField(value, language)}
      placeholder="–"
      onCommit={(typed) => {
        const usd = readDollars(typed);
        setWrong(usd === undefined ? typed : null);
        if (usd !== undefined) onCommit(usd);
      }}
    />
  );
}
