import { Notice, Segmented, Spinner } from '@uxflow/ui';
import { useState } from 'react';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { moneyText, tokensText } from '../../../i18n/money.ts';
import { errorText, useText } from '../../../i18n/TextContext.tsx';
import { durationText } from '../amounts.ts';
import { OutputView } from './OutputView.tsx';
import type { RunState } from './useAgentRun.ts';

/** What one mind of an agent gave: its words while they come, then the output, how long it took and what it cost. */
export function RunColumn({ title, state }: { title: string; state: RunState }) {
  const text = useText();
  const [view, setView] = useState<'read' | 'json'>('read');
  if (state.phase === 'idle') return null;
  return (
    <section className="run" aria-label={title} data-phase={state.phase}>
      <header className="run__head">
        <h3>{title}</h3>
        {state.phase === 'done' ? (
          <Segmented label={text('workbench.view')} value={view} choices={[{ value: 'read', label: text('workbench.read') }, { value: 'json', label: 'JSON' }]} onCommit={setView} />
        ) : null}
      </header>
      {state.phase === 'running' ? (
        <>
          <p className="run__facts">
            <Spinner label={text('workbench.running')} /> <span aria-hidden>{text('workbench.running')}</span>
          </p>
          {state.words ? <pre className="run__words">{state.words}</pre> : null}
        </>
      ) : null}
      {state.phase === 'stopped' ? <Notice>{text('workbench.stopped')}</Notice> : null}
      {state.phase === 'failed' ? <FailureNotice failure={state.error} /> : null}
      {state.phase === 'done' ? (
        <>
          {state.fallback ? <Notice tone="warning">{text('workbench.fellBack', { reason: errorText(text, state.fallback) })}</Notice> : null}
          <p className="run__facts">{factsOf(text, state)}</p>
          {view === 'json' ? <pre className="run__json">{JSON.stringify(state.output, null, 2)}</pre> : <OutputView value={state.output} />}
        </>
      ) : null}
    </section>
  );
}

/** `llama3.2 · 1.4 s · 430 → 80 tokens · $0.0012`; an unknown cost is said to be unknown. */
function factsOf(text: ReturnType<typeof useText>, { ms, mind, call }: Extract<RunState, { phase: 'done' }>): string {
  const language = text('languageTag');
  const facts = [mind === 'rules' ? text('workbench.byRules') : (call?.model ?? text('workbench.byModel')), durationText(call?.ms ?? ms, language)];
  if (call?.inputTokens !== undefined || call?.outputTokens !== undefined) facts.push(text('workbench.tokens', { input: call.inputTokens === undefined ? '?' : tokensText(call.inputTokens, language), output: call.outputTokens === undefined ? '?' : tokensText(call.outputTokens, language) }));
  if (call) facts.push(call.costUsd === undefined ? text('workbench.costUnknown') : call.costUsd === 0 ? text('usage.noCharge') : moneyText(call.costUsd, language));
  return facts.join(' · ');
}
