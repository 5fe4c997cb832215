import type { AgentCall, Turn } from '@uxflow/core';
import { Spinner } from '@uxflow/ui';
import { Ban, Check, ChevronRight, X } from 'lucide-react';
import { moneyText, tokensText } from '../../i18n/money.ts';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import type { Translate } from '../../i18n/translate.ts';
import type { AgentStep } from '../../store/conversation.ts';
import { modelName, whoAnswered } from './mindName.ts';
import { isAtWork } from './thread.ts';

/** What the agents of a turn do, line by line while they are at it; afterwards one line that opens. */
export function AgentSteps({ turn, steps }: { turn: Turn; steps: readonly AgentStep[] }) {
  const text = useText();
  if (turn.status === 'queued') {
    return (
      <p className="agents__queued">
        <Spinner label={text('chat.queued')} />
        <span aria-hidden>{text('chat.queued')}</span>
      </p>
    );
  }
  if (isAtWork(turn)) {
    const shown = steps.length > 0 ? steps : turn.step ? [{ agent: turn.step, status: 'running', mind: modelName(turn.model) ? 'model' : 'rules' } as const] : [];
    return shown.length > 0 ? <StepList turn={turn} steps={shown} /> : <p className="agents__queued"><Spinner label={text('chat.working')} /></p>;
  }
  const { model } = whoAnswered(turn, steps);
  // Nobody has answered a turn that ended before its answer.
  const who = UNANSWERED.has(turn.status) ? '' : model ? text('chat.model', { model }) : text('chat.rules');
  if (steps.length === 0) return who ? <p className="agents__who">{who}</p> : null;
  return (
    <details className="agents">
      <summary>
        <ChevronRight aria-hidden />
        <span>{text('chat.summary', { count: steps.length, time: timeText(text, steps.reduce((sum, step) => sum + (step.ms ?? 0), 0)) })}</span>
        {who ? <span className="agents__mind">{model ?? text('chat.mind.rules')}</span> : null}
        <TurnCost steps={steps} />
      </summary>
      <StepList turn={turn} steps={steps} />
      {who ? <p className="agents__who">{who}</p> : null}
    </details>
  );
}

/** What the calls of a turn have cost; nothing where no model was asked. */
function TurnCost({ steps }: { steps: readonly AgentStep[] }) {
  const text = useText();
  const language = useLanguage();
  const calls = steps.flatMap(({ call }) => (call && !call.cached ? [call] : []));
  if (calls.length === 0) return null;
  const known = calls.flatMap(({ costUsd }) => (costUsd === undefined ? [] : [costUsd]));
  const usd = known.reduce((sum, each) => sum + each, 0);
  const words = known.length < calls.length ? text('chat.costUnknown') : usd === 0 ? text('usage.noCharge') : moneyText(usd, language);
  return (
    <span className="agents__cost" data-testid="turn-cost">
      {words}
    </span>
  );
}

const UNANSWERED: ReadonlySet<string> = new Set(['cancelled', 'failed', 'superseded']);

function StepList({ turn, steps }: { turn: Turn; steps: readonly AgentStep[] }) {
  const text = useText();
  return (
    <ol className="agents__list" aria-label={text('chat.progress')}>
      {steps.map((step, index) => {
        // A step that was under way when its turn ended has ended with it.
        const status = step.status === 'running' && !isAtWork(turn) ? 'cancelled' : step.status;
        return (
          <li key={index} className={`agent agent--${status}`} data-agent={step.agent} data-status={status}>
            {status === 'running' ? <Spinner label={text('step.running')} /> : status === 'done' ? <Check role="img" aria-label={text('step.done')} /> : status === 'failed' ? <X role="img" aria-label={text('step.failed')} /> : <Ban role="img" aria-label={text('step.cancelled')} />}
            <span className="agent__name">{text(`agent.${step.agent}`)}</span>
            {/* Which mind answers is known when it has. */}
            {status === 'running' ? null : <span className="agent__mind">{step.mind === 'rules' ? text('chat.mind.rules') : (modelName(step.call?.model ?? turn.model) ?? text('chat.mind.model'))}</span>}
            {step.call ? <span className="agent__call">{callText(text, step.call)}</span> : null}
            {step.ms === undefined ? null : <span className="agent__ms">{timeText(text, step.call?.ms ?? step.ms)}</span>}
          </li>
        );
      })}
    </ol>
  );
}

/** What a call took: tokens in and out and its cost where they are known; that nobody was asked where the answer was remembered. */
function callText(text: Translate, { inputTokens, outputTokens, costUsd, cached }: AgentCall): string {
  const language = text('languageTag');
  if (cached) return text('chat.remembered');
  const tokens = inputTokens === undefined && outputTokens === undefined ? [] : [text('chat.tokens', { input: inputTokens === undefined ? '?' : tokensText(inputTokens, language), output: outputTokens === undefined ? '?' : tokensText(outputTokens, language) })];
  return [...tokens, ...(costUsd === undefined ? [] : [moneyText(costUsd, language)])].join(' · ');
}

/** How long something took: ms below a second, else seconds with one digit. */
function timeText(text: Translate, ms: number): string {
  return ms < 1000 ? text('chat.ms', { ms: Math.round(ms) }) : text('chat.seconds', { seconds: new Intl.NumberFormat(text('languageTag'), { maximumFractionDigits: 1 }).format(ms / 1000) });
}
