import { errorInfo, type ErrorInfo } from '@uxflow/core';
import type { BudgetView, UsageView } from '@uxflow/core/api';
import { Button, EmptyState, IconButton, RankedBars, Segmented, Spinner, StackedColumns } from '@uxflow/ui';
import { ArrowLeft, ChartColumn, Download, RefreshCw } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { moneyText, tokensText } from '../../i18n/money.ts';
import { codeText, useLanguage, useText } from '../../i18n/TextContext.tsx';
import { goTo } from '../../store/route.ts';
import { useFailureToast, useServices } from '../../store/services.ts';
import { BudgetBars } from './BudgetBars.tsx';
import { CallTable } from './CallTable.tsx';
import { columnsOf, measured, MEASURES, seriesOf, type Measure } from './chartData.ts';
import { dayField, PERIOD_NAMES, periodOf, periodOfFields, type Period } from './period.ts';
import { saveFile } from '../../saveFile.ts';
import { TelemetryPanel } from './TelemetryPanel.tsx';
import { UsageTotals } from './UsageTotals.tsx';
import './usage.css';

/** What models were asked, how long they took and what it cost: sums, charts, every call, and ways to take it along. */
export function UsagePage({ from }: { from?: string | undefined }) {
  const text = useText();
  const { api, toasts } = useServices();
  const fail = useFailureToast();
  const [period, setPeriod] = useState<Period>(() => periodOf('days', Date.now()));
  const [round, setRound] = useState(0);
  const [seen, setSeen] = useState<{ view: UsageView; budget: readonly BudgetView[] } | null>(null);
  const [failure, setFailure] = useState<ErrorInfo | null>(null);
  useEffect(() => {
    let isCurrent = true;
    Promise.all([api.usage.summary(period), api.usage.budget()]).then(
      ([view, { periods }]) => {
        if (!isCurrent) return;
        setSeen({ view, budget: periods });
        setFailure(null);
      },
      (error: unknown) => isCurrent && setFailure(errorInfo(error)),
    );
    return () => void (isCurrent = false);
  }, [api, period, round]);
  const save = (format: 'csv' | 'otlp') =>
    api.usage.export({ ...period, format }).then((file) => {
      saveFile(file);
      toasts.getState().show({ text: text('usage.exported', { file: file.fileName }) });
    }, fail);
  return (
    <div className="page" data-testid="usage">
      <header className="page__bar">
        <IconButton label={text('settings.back')} icon={<ArrowLeft />} onClick={() => goTo(from ? { page: 'flow', flowId: from } : { page: 'flows' })} />
        <h1>{text('usage')}</h1>
        <span className="page__space" />
        <Button icon={<Download />} data-tip={text('usage.exportCsvHint')} onClick={() => void save('csv')}>
          {text('usage.exportCsv')}
        </Button>
        <Button icon={<Download />} data-tip={text('usage.exportOtlpHint')} onClick={() => void save('otlp')}>
          {text('usage.exportOtlp')}
        </Button>
        <IconButton label={text('usage.refresh')} icon={<RefreshCw />} onClick={() => setRound(round + 1)} />
      </header>
      <main className="usage">
        <PeriodPicker period={period} onPick={setPeriod} />
        <FailureNotice failure={failure} />
        {seen ? <Sections {...seen} period={period} round={round} from={from} /> : failure ? null : <Spinner label={text('loading')} />}
      </main>
    </div>
  );
}

function Sections({ view, budget, period, round, from }: { view: UsageView; budget: readonly BudgetView[]; period: Period; round: number; from: string | undefined }) {
  const text = useText();
  const isEmpty = view.total.calls === 0;
  return (
    <>
      {isEmpty ? (
        <section className="usage__card">
          <EmptyState icon={<ChartColumn aria-hidden />} title={text('usage.noneTitle')}>
            {text('usage.noneText')}
          </EmptyState>
        </section>
      ) : (
        <UsageTotals total={view.total} />
      )}
      <section className="usage__card" aria-labelledby="usage-budget">
        <h2 id="usage-budget">{text('usage.budget')}</h2>
        <BudgetBars periods={budget} from={from} />
      </section>
      {isEmpty ? null : <Charts view={view} />}
      {isEmpty ? null : <CallTable period={period} round={round} agents={view.byAgent.map(({ agent }) => agent)} models={view.byModel.map(({ model }) => model)} />}
      <TelemetryPanel period={period} />
    </>
  );
}

function PeriodPicker({ period, onPick }: { period: Period; onPick: (period: Period) => void }) {
  const text = useText();
  const [now] = useState(() => Date.now());
  const name = PERIOD_NAMES.find((each) => {
    const { from, to } = periodOf(each, now);
    return from === period.from && to === period.to;
  });
  const first = dayField(period.from);
  const last = dayField(period.to - 1);
  const pick = (from: string, to: string) => {
    const next = periodOfFields(from, to);
    if (next) onPick(next);
  };
  return (
    <div className="usage__period">
      <Segmented label={text('usage.period')} value={name ?? ''} choices={PERIOD_NAMES.map((value) => ({ value: value as string, label: text(`usage.period.${value}`) }))} onCommit={(value) => onPick(periodOf(value as (typeof PERIOD_NAMES)[number], Date.now()))} />
      <label className="usage__date">
        {text('usage.from')}
        <input className="input" type="date" value={first} max={last} onChange={(event) => pick(event.target.value, last)} />
      </label>
      <label className="usage__date">
        {text('usage.to')}
        <input className="input" type="date" value={last} min={first} max={dayField(now)} onChange={(event) => pick(first, event.target.value)} />
      </label>
    </div>
  );
}

function Charts({ view }: { view: UsageView }) {
  const text = useText();
  const language = useLanguage();
  const [measure, setMeasure] = useState<Measure>(view.total.costUsd > 0 ? 'costUsd' : 'tokens');
  const { series, indexOf } = useMemo(() => seriesOf(view, measure, text('usage.others')), [view, measure, text]);
  const columns = useMemo(() => columnsOf(view, measure, series.length, indexOf), [view, measure, series, indexOf]);
  const format = useCallback((value: number) => (measure === 'costUsd' ? moneyText(value, language) : measure === 'tokens' ? tokensText(value, language) : value.toLocaleString(language)), [measure, language]);
  const short = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' });
  const long = new Intl.DateTimeFormat(language, { weekday: 'short', day: 'numeric', month: 'long' });
  const costText = (each: UsageView['total']) => (each.costUsd > 0 ? `${moneyText(each.costUsd, language)}${each.unknownCost ? ' + ?' : ''}` : text(each.unknownCost ? 'usage.unknown' : 'usage.noCharge'));
  /** What stands beside the measure that is drawn. */
  const others = MEASURES.filter((other) => other !== measure);
  const cellOf = (each: UsageView['total'], of: Measure) => (of === 'costUsd' ? costText(each) : of === 'tokens' ? tokensText(measured(each, of), language) : measured(each, of).toLocaleString(language));
  const group = (each: UsageView['total']) => ({ value: measured(each, measure), valueText: cellOf(each, measure), cells: [...others.map((other) => cellOf(each, other)), each.p50Ms === undefined ? '–' : secondsText(each.p50Ms, language)], tip: tip(each) });
  const head = (name: string) => [name, text(`usage.measure.${measure}`), ...others.map((other) => text(`usage.measure.${other}`)), text('usage.time')];
  const tip = (each: UsageView['total']) => (each.unknownCost ? text('usage.unknownCalls', { count: each.unknownCost }) : undefined);
  return (
    <>
      <section className="usage__card" aria-labelledby="usage-days">
        <div className="usage__head">
          <h2 id="usage-days">{text('usage.byDay')}</h2>
          <Segmented label={text('usage.measure')} value={measure} choices={MEASURES.map((value) => ({ value, label: text(`usage.measure.${value}`) }))} onCommit={setMeasure} />
        </div>
        <StackedColumns
          label={text('usage.chart', { measure: text(`usage.measure.${measure}`) })}
          columns={columns.map(({ key, start, values, unknownCost }) => ({
            key, values, label: short.format(start + 12 * 3_600_000), longLabel: long.format(start + 12 * 3_600_000),
            note: measure === 'costUsd' && unknownCost ? text('usage.unknownCalls', { count: unknownCost }) : undefined,
          }))}
          series={series}
          format={format}
          empty={measure === 'costUsd' && view.total.unknownCost ? text('usage.unknownCalls', { count: view.total.unknownCost }) : text('usage.none')}
          texts={{ showTable: text('usage.showTable'), column: text('usage.day'), total: text('usage.total') }}
        />
      </section>
      <section className="usage__card" aria-labelledby="usage-agents">
        <h2 id="usage-agents">{text('usage.byAgent')}</h2>
        <RankedBars
          label={text('usage.byAgent')}
          head={head(text('usage.agent'))}
          bars={[...view.byAgent].sort((a, b) => measured(b, measure) - measured(a, measure)).map((each) => ({ key: each.agent, label: codeText(text, 'agentName', each.agent, {}), ...group(each) }))}
          format={format}
          empty={text('usage.none')}
        />
      </section>
      <section className="usage__card" aria-labelledby="usage-models">
        <h2 id="usage-models">{text('usage.byModel')}</h2>
        <RankedBars
          label={text('usage.byModel')}
          head={head(text('usage.model'))}
          bars={[...view.byModel].sort((a, b) => measured(b, measure) - measured(a, measure)).map((each) => ({ key: each.model, label: each.model, ...group(each), series: indexOf(each.model) }))}
          format={format}
          empty={text('usage.none')}
        />
      </section>
    </>
  );
}

function secondsText(ms: number, language: string): string {
  return ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1000).toLocaleString(language, { maximumFractionDigits: 1 })} s`;
}
