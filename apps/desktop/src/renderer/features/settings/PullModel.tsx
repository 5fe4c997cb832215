import type { PullState } from '@uxflow/core/api';
import { Button, Field, Notice } from '@uxflow/ui';
import { Download, Square } from 'lucide-react';
import { useState } from 'react';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useServices } from '../../store/services.ts';
import { bytesText } from './amounts.ts';
import { usePull } from './usePull.ts';

/** Has Ollama fetch a model: its name, how far it is, and what came of it. Give it a key by the address. */
export function PullModel({ baseUrl, onArrived, onUse }: { baseUrl: string; onArrived: () => void; onUse: (model: string) => void }) {
  const text = useText();
  const { api } = useServices();
  const [typed, setTyped] = useState('');
  const { pull, start } = usePull(baseUrl, onArrived);
  const isBusy = pull?.state.phase === 'running' || pull?.state.phase === 'stopping';
  const name = typed.trim();
  const begin = () => {
    if (!name || isBusy) return;
    start(name);
    setTyped('');
  };
  return (
    <div className="settings__pull">
      <Field label={text('settings.pull')} hint={text('settings.pullHint')}>
        {(id) => (
          <div className="settings__row settings__row--tight">
            <input
              id={id}
              className="input"
              value={typed}
              placeholder="llama3.2"
              spellCheck={false}
              autoCapitalize="off"
              autoComplete="off"
              maxLength={200}
              onChange={(event) => setTyped(event.target.value)}
              onKeyDown={(event) => event.key === 'Enter' && begin()}
            />
            <Button icon={<Download />} disabled={!name || isBusy} onClick={begin}>
              {text('settings.pullStart')}
            </Button>
          </div>
        )}
      </Field>
      {pull ? <PullStatus model={pull.model} state={pull.state} onCancel={() => void api.models.cancelPull({ baseUrl, model: pull.model }).catch(() => undefined)} onUse={() => onUse(pull.model)} /> : null}
    </div>
  );
}

function PullStatus({ model, state, onCancel, onUse }: { model: string; state: PullState; onCancel: () => void; onUse: () => void }) {
  const text = useText();
  const language = useLanguage();
  const bytes = (value: number) => bytesText(value, language);
  switch (state.phase) {
    case 'running':
    case 'stopping': {
      const label = state.phase === 'stopping' ? text('settings.pullStopping') : text(`settings.pullStep.${state.step}`, { model });
      const speed = state.phase === 'running' && state.step === 'download' ? state.bytesPerSecond : undefined;
      const facts = [
        state.totalBytes === undefined ? null : text('settings.pullBytes', { completed: bytes(state.completedBytes), total: bytes(state.totalBytes) }),
        speed === undefined ? null : text('settings.pullSpeed', { speed: bytes(speed) }),
        state.freeBytes === undefined ? text('settings.pullFreeUnknown') : text('settings.pullFree', { free: bytes(state.freeBytes) }),
      ].filter((fact) => fact !== null);
      return (
        <div className="settings__pull-status">
          <span role="status">{label}</span>
          <div className="settings__row settings__row--tight">
            <progress aria-label={label} max={state.totalBytes || 1} {...(state.totalBytes ? { value: state.completedBytes } : {})} />
            <Button icon={<Square />} disabled={state.phase === 'stopping'} onClick={onCancel}>
              {text('settings.pullCancel')}
            </Button>
          </div>
          <span className="settings__faint settings__pull-facts">{facts.join(' · ')}</span>
        </div>
      );
    }
    case 'done':
      return (
        <div aria-live="polite" className="settings__row">
          <Notice tone="success">{text('settings.pullDone', { model })}</Notice>
          <Button onClick={onUse}>{text('settings.pullUse')}</Button>
        </div>
      );
    case 'stopped':
      return (
        <div aria-live="polite">
          <Notice tone={state.outcome === 'goesOn' ? 'warning' : 'info'}>{text(`settings.pullStopped.${state.outcome}`, { model, completed: bytes(state.completedBytes) })}</Notice>
        </div>
      );
    case 'failed':
      return (
        <div aria-live="polite">
          <FailureNotice failure={state.error} />
        </div>
      );
  }
}
