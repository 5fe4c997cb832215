import { errorInfo, type ErrorInfo } from '@uxflow/core';
import type { ConnectedChoice } from '@uxflow/core/api';
import { Button, Notice, Spinner } from '@uxflow/ui';
import { Square, Zap } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useNow, useServices } from '../../store/services.ts';
import { durationText } from './amounts.ts';

type TestState = { phase: 'idle' } | { phase: 'running'; since: number } | { phase: 'stopped' } | { phase: 'done'; ms: number; reply: string | undefined } | { phase: 'failed'; ms: number; error: ErrorInfo };

/** Asks the chosen model for one small answer, and says exactly what came of it. Give it a key by the choice: a result speaks of what was tested only. */
export function ModelTest({ choice, onAsked, onWorked }: { choice: ConnectedChoice | null; onAsked: () => void; onWorked: () => void }) {
  const text = useText();
  const language = useLanguage();
  const { api } = useServices();
  const [state, setState] = useState<TestState>({ phase: 'idle' });
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);

  const run = () => {
    if (!choice) return;
    const mine = new AbortController();
    abort.current = mine;
    setState({ phase: 'running', since: Date.now() });
    api.models
      .test(choice, { signal: mine.signal })
      .then(({ ok, ms, reply, error }) => {
        if (mine.signal.aborted) return;
        setState(ok || !error ? { phase: 'done', ms, reply } : { phase: 'failed', ms, error });
        if (ok) onWorked();
      })
      .catch((error: unknown) => {
        if (!mine.signal.aborted) setState({ phase: 'failed', ms: 0, error: errorInfo(error) });
      })
      .finally(onAsked);
  };
  const stop = () => {
    abort.current?.abort();
    setState({ phase: 'stopped' });
  };

  return (
    <div className="settings__test">
      <div className="settings__row">
        {state.phase === 'running' ? (
          <Button icon={<Square />} onClick={stop}>
            {text('settings.testStop')}
          </Button>
        ) : (
          <Button variant="primary" icon={<Zap />} disabled={!choice} onClick={run}>
            {text('settings.test')}
          </Button>
        )}
        {state.phase === 'running' ? <Running model={choice?.model ?? ''} since={state.since} /> : null}
        {choice ? null : <span className="settings__faint">{text('settings.testNoModel')}</span>}
      </div>
      <div aria-live="polite">
        {state.phase === 'stopped' ? <Notice>{text('settings.testStopped')}</Notice> : null}
        {state.phase === 'done' ? (
          <Notice tone="success">
            {text('settings.testOk', { model: choice?.model, ms: durationText(state.ms, language) })}
            {state.reply ? <div>{text('settings.testReply', { reply: state.reply })}</div> : null}
          </Notice>
        ) : null}
        {state.phase === 'failed' ? <FailureNotice failure={state.error} /> : null}
      </div>
    </div>
  );
}

function Running({ model, since }: { model: string; since: number }) {
  const text = useText();
  const now = useNow(1000);
  const label = text('settings.testing', { model });
  return (
    <span className="settings__running">
      <Spinner label={label} />
      <span aria-hidden>
        {label} {Math.max(0, Math.round((now - since) / 1000))} s
      </span>
    </span>
  );
}
