import { errorInfo, type ErrorInfo, type FitnessReport } from '@uxflow/core';
import type { ConnectedChoice, FitnessState } from '@uxflow/core/api';
import { Button, Notice } from '@uxflow/ui';
import { Gauge, Square } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { useText } from '../../i18n/TextContext.tsx';
import { useNow, useServices } from '../../store/services.ts';
import { FitnessFindings } from './FitnessFindings.tsx';
import './fitness.css';

type Check = { phase: 'idle' | 'stopped' } | { phase: 'running'; since: number; at?: Extract<FitnessState, { phase: 'running' }> } | { phase: 'failed'; error: ErrorInfo };

/** Whether the chosen model is up to the app's work: a button, the tasks as they are done, and what came of the last check. Give it a key by the choice. */
export function FitnessCheck({ choice, onAsked }: { choice: ConnectedChoice; onAsked: () => void }) {
  const text = useText();
  const { api } = useServices();
  const [report, setReport] = useState<FitnessReport | null>(null);
  const [check, setCheck] = useState<Check>({ phase: 'idle' });
  const abort = useRef<AbortController | null>(null);
  const { provider, baseUrl, model } = choice;
  useEffect(() => {
    let isCurrent = true;
    api.fitness.kept({ provider, baseUrl, model }).then((kept) => isCurrent && setReport((now) => now ?? kept.report ?? null), () => undefined);
    return () => {
      isCurrent = false;
      abort.current?.abort();
    };
  }, [api, provider, baseUrl, model]);

  const run = () => {
    const mine = new AbortController();
    abort.current = mine;
    setCheck({ phase: 'running', since: Date.now() });
    void (async () => {
      try {
        for await (const state of await api.fitness.run({ provider, baseUrl, model }, { signal: mine.signal })) {
          if (mine.signal.aborted) return;
          if (state.phase === 'running') setCheck((now) => (now.phase === 'running' ? { ...now, at: state } : now));
          else if (state.phase === 'failed') setCheck(state);
          else {
            setReport(state.report);
            setCheck({ phase: 'idle' });
          }
        }
      } catch (error) {
        if (!mine.signal.aborted) setCheck({ phase: 'failed', error: errorInfo(error) });
      } finally {
        onAsked();
      }
    })();
  };
  const stop = () => {
    abort.current?.abort();
    setCheck({ phase: 'stopped' });
  };

  return (
    <div className="fitness" role="group" aria-label={text('fitness')} data-testid="fitness">
      <h3>{text('fitness')}</h3>
      <div className="settings__row">
        {check.phase === 'running' ? (
          <Button icon={<Square />} onClick={stop}>
            {text('fitness.stop')}
          </Button>
        ) : (
          <Button icon={<Gauge />} onClick={run}>
            {text(report ? 'fitness.again' : 'fitness.run')}
          </Button>
        )}
        {check.phase === 'running' ? <Running since={check.since} {...(check.at ? { at: check.at } : {})} /> : report ? null : <span className="settings__faint fitness__hint">{text('fitness.hint')}</span>}
      </div>
      <div aria-live="polite">
        {check.phase === 'stopped' ? <Notice>{text('fitness.stopped')}</Notice> : null}
        {check.phase === 'failed' ? <FailureNotice failure={check.error} /> : null}
        {report && check.phase !== 'running' ? <FitnessFindings report={report} /> : null}
      </div>
    </div>
  );
}

function Running({ at, since }: { at?: Extract<FitnessState, { phase: 'running' }>; since: number }) {
  const text = useText();
  const now = useNow(1000);
  const label = at ? text('fitness.running', { n: at.done + 1, total: at.total, task: text(`fitness.kind.${at.kind}`) }) : text('fitness.starting');
  return (
    <span className="fitness__running">
      <progress aria-label={label} value={at?.done ?? 0} max={at?.total ?? 1} />
      <span>{label}</span>
      <span aria-hidden>{Math.max(0, Math.round((now - since) / 1000))} s</span>
    </span>
  );
}
