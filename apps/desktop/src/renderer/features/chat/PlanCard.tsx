import type { Plan, Turn } from '@uxflow/core';
import { Badge, Button, IconButton, useArrivalFocus } from '@uxflow/ui';
import { Check, ListChecks, Plus, Trash2, Undo2 } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useText } from '../../i18n/TextContext.tsx';
import { useFlow } from '../../store/flowServices.ts';
import { useServices } from '../../store/services.ts';
import { addStep, changedSteps, changeStep, isSamePlan, planOutcome, readyPlan, removeStep, type PlanOutcome } from './planDraft.ts';
import { useKept } from './useKept.ts';

/** The plan of a turn: while it waits, its steps can be changed, approved, commented on or rejected; afterwards it says what became of it. */
export function PlanCard({ turn, isFresh, isRejected }: { turn: Turn; isFresh: boolean; isRejected: boolean }) {
  const outcome = planOutcome(turn, isRejected);
  return outcome === null ? <OpenPlan turn={turn} isFresh={isFresh} /> : <PastPlan turn={turn} outcome={outcome} />;
}

function OpenPlan({ turn, isFresh }: { turn: Turn; isFresh: boolean }) {
  const text = useText();
  const flow = useFlow();
  const { ids } = useServices();
  const titleId = useId();
  const card = useRef<HTMLElement>(null);
  const original = turn.plan!;
  const [kept, keep] = useKept<{ from: Plan; plan: Plan } | null>(`uxflow.plan.${turn.id}`, null);
  const [feedback, keepFeedback] = useKept<string>(`uxflow.feedback.${turn.id}`, '');
  const [isCommenting, setCommenting] = useState(feedback !== '');
  const [isBusy, setBusy] = useState(false);
  useArrivalFocus(card, isFresh, '.chat');

  // What was changed in an earlier plan of this turn says nothing about this one.
  const plan = kept && isSamePlan(kept.from, original) ? kept.plan : original;
  const ready = readyPlan(plan);
  const changed = changedSteps(plan, original);
  const change = (next: Plan) => keep({ from: original, plan: next });
  const act = (action: () => Promise<void>) => {
    setBusy(true);
    flow.run(async () => {
      try {
        await action();
      } finally {
        setBusy(false);
      }
    });
  };
  const { conversation } = flow;
  const approve = () => act(() => conversation.getState().approvePlan(turn.id, ready).then(() => keep(null)));
  const reject = () => act(() => conversation.getState().rejectPlan(turn.id).then(() => keep(null)));
  const sendFeedback = () => feedback.trim() && act(() => conversation.getState().giveFeedback(turn.id, feedback.trim()).then(() => keepFeedback(null)));
  const stepField = (index: number) => card.current?.querySelectorAll<HTMLTextAreaElement>('.plan__task')[index];

  return (
    <section className="plan" ref={card} tabIndex={-1} aria-labelledby={titleId} data-testid="plan-card">
      <header className="plan__head">
        <ListChecks aria-hidden />
        <h3 id={titleId}>{text('plan.title')}</h3>
        <span className="plan__count">{text('plan.count', { count: plan.steps.length })}</span>
        {isSamePlan(plan, original) ? null : <IconButton size="small" label={text('plan.restore')} icon={<Undo2 />} onClick={() => keep(null)} />}
      </header>
      <ol className="plan__steps">
        {plan.steps.map((step, index) => (
          <li key={step.id} className="plan__step">
            <span className="plan__number" aria-hidden>
              {index + 1}
            </span>
            <div className="plan__words">
              <textarea
                className="plan__task"
                rows={1}
                value={step.task}
                placeholder={text('plan.newStep')}
                aria-label={text('plan.editStep', { number: index + 1 })}
                onChange={(event) => change(changeStep(plan, step.id, event.target.value))}
                onKeyDown={(event) => {
                  event.stopPropagation();
                  if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
                  event.preventDefault();
                  const next = stepField(index + 1);
                  if (next) next.focus();
                  else event.currentTarget.blur();
                }}
              />
              {step.reasoning ? <p className="plan__reason">{step.reasoning}</p> : null}
            </div>
            {changed.has(step.id) ? <span className="plan__changed" role="img" aria-label={text('plan.edited')} data-tip={text('plan.edited')} /> : null}
            <IconButton size="small" className="plan__remove" label={text('plan.removeStep', { number: index + 1 })} icon={<Trash2 />} onClick={() => change(removeStep(plan, step.id))} />
          </li>
        ))}
      </ol>
      <Button
        size="small"
        variant="ghost"
        className="plan__add"
        icon={<Plus />}
        onClick={() => {
          // Whoever goes on typing types into the new step, from the first letter on.
          flushSync(() => change(addStep(plan, { id: ids.newId('step'), task: '', reasoning: '' })));
          stepField(plan.steps.length)?.focus();
        }}
      >
        {text('plan.addStep')}
      </Button>
      <Assumptions plan={plan} />
      {isCommenting ? (
        <div className="plan__feedback">
          <textarea
            className="input"
            rows={2}
            value={feedback}
            autoFocus
            aria-label={text('plan.feedbackPlaceholder')}
            placeholder={text('plan.feedbackPlaceholder')}
            onChange={(event) => keepFeedback(event.target.value)}
            onKeyDown={(event) => {
              event.stopPropagation();
              if (event.key === 'Escape') setCommenting(false);
              if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
              event.preventDefault();
              sendFeedback();
            }}
          />
          <div className="plan__actions">
            <Button size="small" variant="ghost" onClick={() => setCommenting(false)}>
              {text('cancel')}
            </Button>
            <Button size="small" variant="primary" disabled={isBusy || !feedback.trim()} onClick={sendFeedback}>
              {text('plan.sendFeedback')}
            </Button>
          </div>
        </div>
      ) : (
        <div className="plan__actions">
          {ready.steps.length === 0 ? <span className="plan__hint">{text('plan.tooFew')}</span> : null}
          <Button size="small" variant="ghost" disabled={isBusy} onClick={reject}>
            {text('plan.reject')}
          </Button>
          <Button size="small" disabled={isBusy} onClick={() => setCommenting(true)}>
            {text('plan.feedback')}
          </Button>
          <Button size="small" variant="primary" icon={<Check />} disabled={isBusy || ready.steps.length === 0} onClick={approve}>
            {text('plan.approve')}
          </Button>
        </div>
      )}
    </section>
  );
}

function PastPlan({ turn, outcome }: { turn: Turn; outcome: PlanOutcome }) {
  const text = useText();
  const plan = turn.plan!;
  return (
    <details className="plan plan--past" data-testid="plan-card" data-outcome={outcome}>
      <summary className="plan__head">
        <ListChecks aria-hidden />
        <h3>{text('plan.title')}</h3>
        <Badge tone={outcome === 'approved' ? 'success' : undefined}>{text(`plan.outcome.${outcome}`)}</Badge>
      </summary>
      <ol className="plan__steps">
        {plan.steps.map((step, index) => (
          <li key={step.id} className="plan__step">
            <span className="plan__number" aria-hidden>
              {index + 1}
            </span>
            <div className="plan__words">
              <p>{step.task}</p>
              {step.reasoning ? <p className="plan__reason">{step.reasoning}</p> : null}
            </div>
          </li>
        ))}
      </ol>
      <Assumptions plan={plan} />
      {turn.feedback.map((words, index) => (
        <p key={index} className="plan__said">
          {text('plan.yourFeedback', { text: words })}
        </p>
      ))}
    </details>
  );
}

function Assumptions({ plan }: { plan: Plan }) {
  const text = useText();
  if (plan.assumptions.length === 0) return null;
  return (
    <div className="plan__assumptions">
      <h4>{text('plan.assumptions')}</h4>
      <ul>
        {plan.assumptions.map((words, index) => (
          <li key={index}>{words}</li>
        ))}
      </ul>
    </div>
  );
}
