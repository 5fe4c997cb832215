import type { PlanOffer, UsageMeter, WorkspaceDetail, WorkspaceUsage as Usage } from '@uxflow/core/api';
import { Badge, Button, IconButton, MeterBar, Notice, Spinner } from '@uxflow/ui';
import { RefreshCw } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useBusy } from '../../../forms/useBusy.ts';
import { useLanguage, useText } from '../../../i18n/TextContext.tsx';
import { whenText } from '../../../i18n/when.ts';
import { useNow, useServices } from '../../../store/services.ts';
import { Confirm } from '../Confirm.tsx';
import { amountText, planMeterText, planText, warningText } from './planText.ts';
import '../workspaceLife.css';

/** How much of its plan a workspace uses, what comes when a limit is reached, and larger plans where the server lets people take them. */
export function WorkspaceUsage({ detail }: { detail: WorkspaceDetail }) {
  const text = useText();
  const { api, account } = useServices();
  const ownId = useStore(account, (state) => state.account?.user?.id);
  const [usage, setUsage] = useState<Usage | null>(null);
  const { isBusy, failure, run } = useBusy();
  const now = useNow(10_000);
  const workspaceId = detail.id;
  const load = useCallback(() => api.workspaces.usage({ workspaceId }).then(setUsage), [api, workspaceId]);
  useEffect(() => run(load), [run, load]);
  const isOwner = detail.ownerId === ownId;
  const owner = detail.members.find(({ userId }) => userId === detail.ownerId)?.name ?? '';
  const whose = isOwner ? text('plan.ofYou') : owner ? text('plan.ofOwner', { name: owner }) : '';
  return (
    <div className="share__section plan-usage" data-testid="workspace-usage" aria-busy={isBusy}>
      <div className="share__heading">
        <h3>
          {text('plan.title')} {usage ? <Badge tone="info">{planText(text, usage.plan)}</Badge> : null}
        </h3>
        <span className="plan-usage__when">
          {usage && !usage.isLastKnown ? <span className="share__quiet">{text('plan.asOf', { when: whenText(text, usage.at, now) })}</span> : null}
          <IconButton size="small" label={text('plan.refresh')} icon={<RefreshCw />} disabled={isBusy} onClick={() => run(load)} />
        </span>
      </div>
      {whose ? <p className="share__quiet">{whose}</p> : null}
      <FailureNotice failure={failure} />
      {!usage && !failure ? <Spinner label={text('loading')} /> : null}
      {usage?.isLastKnown ? <Notice tone="warning">{text('plan.lastKnown', { when: whenText(text, usage.at, now) })}</Notice> : null}
      {usage ? <Meters usage={usage} owner={isOwner ? null : owner} /> : null}
      {usage && usage.larger.length > 0 ? <LargerPlans plans={usage.larger} onTaken={load} /> : null}
    </div>
  );
}

/** `owner`: who can be asked for a larger plan; null: it is this person. */
function Meters({ usage, owner }: { usage: Usage; owner: string | null }) {
  const text = useText();
  const language = useLanguage();
  const near = usage.meters.filter(({ warning }) => warning !== null);
  const todo = owner === null ? text(usage.larger.length > 0 ? 'plan.todoTake' : 'plan.todoOperator') : owner ? text('plan.todoOwner', { name: owner }) : text('plan.todoOperator');
  const facts = [text('plan.facts', { flows: usage.flows }), usage.guests ? text('plan.guests', { count: usage.guests }) : ''].filter(Boolean);
  return (
    <>
      {near.length > 0 ? (
        <Notice tone={near.some(({ warning }) => warning === 'full') ? 'error' : 'warning'}>
          {text(near.every(({ warning }) => warning === 'full') ? 'plan.todoFull' : 'plan.todo')} {todo}
        </Notice>
      ) : null}
      <ul className="plan-usage__meters">
        {usage.meters.map((meter) => (
          <Meter key={meter.of} meter={meter} language={language} />
        ))}
      </ul>
      <p className="share__quiet">{facts.join(' · ')}</p>
    </>
  );
}

function Meter({ meter, language }: { meter: UsageMeter; language: string }) {
  const text = useText();
  const { of, used, limit, warning } = meter;
  const label = planMeterText(text, of);
  const amount = amountText(of, used, language);
  const says = warningText(text, meter, language);
  return (
    <li>
      {limit === null ? (
        <span className="meter__head">
          <span>{label}</span>
          <span>{text('plan.noLimit', { used: amount })}</span>
        </span>
      ) : (
        <MeterBar label={label} text={text('plan.used', { used: amount, limit: amountText(of, limit, language) })} value={used} limit={limit} />
      )}
      {says ? <p className={warning === 'full' ? 'plan-usage__says plan-usage__says--full' : 'plan-usage__says'}>{says}</p> : null}
    </li>
  );
}

function LargerPlans({ plans, onTaken }: { plans: readonly PlanOffer[]; onTaken: () => Promise<unknown> }) {
  const text = useText();
  const language = useLanguage();
  const { api } = useServices();
  const { isBusy, failure, run } = useBusy();
  const [asks, setAsks] = useState<string | null>(null);
  const take = (plan: string) =>
    run(async () => {
      await api.workspaces.takePlan({ plan });
      setAsks(null);
      await onTaken();
    });
  return (
    <section className="share__section" data-testid="larger-plans">
      <h3>{text('plan.larger')}</h3>
      <p className="share__quiet">{text('plan.largerText')}</p>
      <ul className="plan-usage__offers">
        {plans.map(({ plan, limits }) => (
          <li key={plan}>
            <strong>{planText(text, plan)}</strong>
            <dl>
              {limits.map(({ of, limit }) => (
                <div key={of}>
                  <dt>{planMeterText(text, of)}</dt>
                  <dd>{limit === null ? text('plan.any') : amountText(of, limit, language)}</dd>
                </div>
              ))}
            </dl>
            <Button size="small" disabled={isBusy} onClick={() => setAsks(plan)}>
              {text('plan.take', { plan: planText(text, plan) })}
            </Button>
          </li>
        ))}
      </ul>
      {asks ? (
        <Confirm variant="primary" action={text('plan.take', { plan: planText(text, asks) })} isBusy={isBusy} onCancel={() => setAsks(null)} onConfirm={() => take(asks)}>
          {text('plan.takeAsk', { plan: planText(text, asks) })}
        </Confirm>
      ) : null}
      <FailureNotice failure={failure} />
    </section>
  );
}
