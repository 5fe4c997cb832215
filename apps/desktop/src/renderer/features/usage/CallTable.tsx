import { errorInfo, type ErrorInfo } from '@uxflow/core';
import type { UsageCall } from '@uxflow/core/api';
import { Badge, Button, SelectField } from '@uxflow/ui';
import { useEffect, useState } from 'react';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { moneyText } from '../../i18n/money.ts';
import { codeText, useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useServices } from '../../store/services.ts';
import type { Period } from './period.ts';

const PAGE = 20;
const MOST = 1_000;
const OUTCOMES = ['ok', 'repaired', 'failed', 'cancelled', 'cached', 'refused', 'open'] as const;
const TONES = { ok: 'success', repaired: 'success', failed: 'error', cancelled: 'warning', cached: 'info', refused: 'warning', open: 'info' } as const;

/** Every call of a period, newest first, those that pass the filters. */
export function CallTable({ period, round, agents, models }: { period: Period; round: number; agents: readonly string[]; models: readonly string[] }) {
  const text = useText();
  const { api } = useServices();
  const [filter, setFilter] = useState({ agent: '', model: '', outcome: '' });
  const [limit, setLimit] = useState(PAGE);
  const [calls, setCalls] = useState<readonly UsageCall[] | null>(null);
  const [failure, setFailure] = useState<ErrorInfo | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const { agent, model, outcome } = filter;
    // One more than shown tells whether there are more.
    api.usage.calls({ ...period, ...(agent ? { agent } : {}), ...(model ? { model } : {}), ...(outcome ? { outcome: outcome as (typeof OUTCOMES)[number] } : {}), limit: Math.min(MOST, limit + 1) }).then(
      (rows) => isCurrent && (setCalls(rows), setFailure(null)),
      (error: unknown) => isCurrent && setFailure(errorInfo(error)),
    );
    return () => void (isCurrent = false);
  }, [api, period, round, filter, limit]);
  const all = { value: '', label: text('usage.all') };
  return (
    <section className="usage__card" aria-labelledby="usage-calls">
      <div className="usage__head">
        <h2 id="usage-calls">{text('usage.list')}</h2>
        <div className="usage__filters">
          <SelectField isSmall label={text('usage.agent')} value={filter.agent} choices={[all, ...agents.map((value) => ({ value, label: codeText(text, 'agentName', value, {}) }))]} onCommit={(agent) => setFilter({ ...filter, agent })} />
          <SelectField isSmall label={text('usage.model')} value={filter.model} choices={[all, ...models.map((value) => ({ value, label: value }))]} onCommit={(model) => setFilter({ ...filter, model })} />
          <SelectField isSmall label={text('usage.outcome')} value={filter.outcome} choices={[all, ...OUTCOMES.map((value) => ({ value: value as string, label: text(`usage.outcome.${value}`) }))]} onCommit={(outcome) => setFilter({ ...filter, outcome })} />
        </div>
      </div>
      <FailureNotice failure={failure} />
      {calls && calls.length === 0 ? <p className="chart__empty">{text('usage.nothingFits')}</p> : null}
      {calls && calls.length > 0 ? <Rows calls={calls.slice(0, limit)} /> : null}
      {calls && calls.length > limit && limit < MOST ? (
        <div>
          <Button onClick={() => setLimit(Math.min(MOST, limit + 4 * PAGE))}>{text('usage.more')}</Button>
        </div>
      ) : null}
    </section>
  );
}

function Rows({ calls }: { calls: readonly UsageCall[] }) {
  const text = useText();
  const language = useLanguage();
  const [today] = useState(() => new Date().setHours(0, 0, 0, 0));
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });
  const dayAndTime = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' });
  const number = (value: number | undefined) => (value === undefined ? '–' : value.toLocaleString(language));
  const cost = ({ costUsd, outcome }: UsageCall) =>
    costUsd === undefined ? (outcome === 'refused' || outcome === 'cached' ? '–' : text('usage.unknown')) : costUsd === 0 && outcome !== 'cached' ? text('usage.noCharge') : moneyText(costUsd, language);
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={text('usage.list')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{text('usage.when')}</th>
            <th scope="col">{text('usage.agent')}</th>
            <th scope="col">{text('usage.model')}</th>
            <th scope="col">{text('usage.mode')}</th>
            <th scope="col" className="table__number">{text('usage.read')}</th>
            <th scope="col" className="table__number">{text('usage.written')}</th>
            <th scope="col" className="table__number">{text('usage.cost')}</th>
            <th scope="col" className="table__number">{text('usage.duration')}</th>
            <th scope="col">{text('usage.outcome')}</th>
          </tr>
        </thead>
        <tbody>
          {calls.map((call) => (
            <tr key={call.id} data-testid="usage-call">
              <td>{(call.startedAt >= today ? time : dayAndTime).format(call.startedAt)}</td>
              <td>{codeText(text, 'agentName', call.agent, {})}</td>
              <td className="usage__model">{call.model}</td>
              <td>{call.quality ? codeText(text, 'quality', call.quality, {}) : '–'}</td>
              <td className="table__number">{number(call.inputTokens)}</td>
              <td className="table__number">{number(call.outputTokens)}</td>
              <td className="table__number">{cost(call)}</td>
              <td className="table__number">{call.outcome === 'open' || call.outcome === 'refused' ? '–' : call.ms < 999.5 ? `${Math.round(call.ms)} ms` : `${(call.ms / 1000).toLocaleString(language, { maximumFractionDigits: 1 })} s`}</td>
              <td>
                <span data-tip={call.errorCode}>
                  <Badge tone={TONES[call.outcome]}>{text(`usage.outcome.${call.outcome}`)}</Badge>
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
