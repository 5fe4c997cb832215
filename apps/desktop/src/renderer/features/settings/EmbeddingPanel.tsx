import { errorInfo, providerInfo, providerNames, type ErrorInfo, type ModelProvider } from '@uxflow/core';
import type { ConnectedChoice } from '@uxflow/core/api';
import { Button, Notice, SelectField, Spinner } from '@uxflow/ui';
import { Square, Zap } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useServices } from '../../store/services.ts';
import { durationText } from './amounts.ts';
import { EnteredField } from './EnteredField.tsx';
import { hostOf, isLocalAddress } from './hosts.ts';
import { useModelList } from './useModelList.ts';

const OFFERING = providerNames.filter((name) => providerInfo(name).hasEmbeddings);
const OTHERS = providerNames.filter((name) => !providerInfo(name).hasEmbeddings);
/** Models that people begin with; any other can be named. */
const EXAMPLES: Partial<Record<ModelProvider, string>> = { ollama: 'nomic-embed-text', openai: 'text-embedding-3-small', gemini: 'gemini-embedding-001' };

/** Which model places texts by their meaning: off, or one of the providers that offer such models. */
export function EmbeddingPanel({ saved, change, onAsked }: { saved: ConnectedChoice | null; change: (choice: ConnectedChoice | null) => void; onAsked: () => void }) {
  const text = useText();
  const [draft, setDraft] = useState<ConnectedChoice | null>(saved);
  const savedKey = JSON.stringify(saved);
  // The settings may arrive after the page, or be changed by another window.
  useEffect(() => {
    if (saved) setDraft(saved);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the key stands for the object
  }, [savedKey]);
  const enter = (next: ConnectedChoice | null) => {
    setDraft(next);
    if (!next) change(null);
    else if (next.model.trim()) change(next);
  };
  return (
    <div className="settings__panel" role="group" aria-label={text('answers.meaning')}>
      <h3>{text('answers.meaning')}</h3>
      <p className="settings__faint">{text('answers.meaningHint')}</p>
      <SelectField
        label={text('answers.embeddingProvider')}
        hint={OTHERS.length ? text('answers.embeddingNone', { names: OTHERS.map((name) => providerInfo(name).title).join(', ') }) : undefined}
        value={draft?.provider ?? 'off'}
        choices={[{ value: 'off', label: text('answers.embeddingOff') }, ...OFFERING.map((name) => ({ value: name, label: text(`settings.${providerInfo(name).panel}`, { title: providerInfo(name).title }) }))]}
        onCommit={(provider) => enter(provider === 'off' ? null : { provider: provider as ModelProvider, baseUrl: providerInfo(provider as ModelProvider).baseUrl, model: '' })}
      />
      {draft ? <EmbeddingEndpoint key={draft.provider} draft={draft} onEnter={enter} onAsked={onAsked} /> : null}
      {draft && !draft.model.trim() ? <Notice tone="info">{text('answers.embeddingDraft')}</Notice> : null}
      {draft?.model.trim() ? <EmbeddingTest key={JSON.stringify(draft)} choice={draft} onAsked={onAsked} /> : null}
    </div>
  );
}

function EmbeddingEndpoint({ draft, onEnter, onAsked }: { draft: ConnectedChoice; onEnter: (choice: ConnectedChoice) => void; onAsked: () => void }) {
  const text = useText();
  const info = providerInfo(draft.provider);
  const example = EXAMPLES[draft.provider];
  const { state } = useModelList(draft.provider, draft.baseUrl, onAsked);
  const listed = state.phase === 'known' ? state.models.map(({ name }) => name).filter((name) => /embed|bge|minilm|e5|gte/i.test(name)) : [];
  return (
    <>
      <EnteredField label={text('settings.address')} value={draft.baseUrl} onCommit={(baseUrl) => onEnter({ ...draft, baseUrl: baseUrl || info.baseUrl })} />
      {isLocalAddress(draft.baseUrl) ? null : <p className="settings__faint">{text('settings.wordsGoTo', { host: hostOf(draft.baseUrl) })}</p>}
      <EnteredField
        label={text('answers.embeddingName')} value={draft.model} offers={[...new Set([...listed, ...(example ? [example] : [])])]} {...(example ? { placeholder: example } : {})}
        hint={draft.provider === 'ollama' && example && !draft.model ? text('answers.embeddingOllamaHint', { example }) : undefined} onCommit={(model) => onEnter({ ...draft, model })}
      />
    </>
  );
}

type TestState = { phase: 'idle' | 'running' } | { phase: 'done'; ms: number; dimensions: number } | { phase: 'failed'; error: ErrorInfo };

/** Has the model embed one word. Give it a key by the choice. */
function EmbeddingTest({ choice, onAsked }: { choice: ConnectedChoice; onAsked: () => void }) {
  const text = useText();
  const language = useLanguage();
  const { api } = useServices();
  const [state, setState] = useState<TestState>({ phase: 'idle' });
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const run = () => {
    const mine = new AbortController();
    abort.current = mine;
    setState({ phase: 'running' });
    api.answers
      .tryEmbedding(choice, { signal: mine.signal })
      .catch((error: unknown) => ({ ok: false, ms: 0, error: errorInfo(error), dimensions: undefined }))
      .then(({ ms, dimensions, error }) => {
        if (!mine.signal.aborted) setState(error || dimensions === undefined ? { phase: 'failed', error: error ?? errorInfo(undefined) } : { phase: 'done', ms, dimensions });
        onAsked();
      });
  };
  const stop = () => {
    abort.current?.abort();
    setState({ phase: 'idle' });
  };
  return (
    <>
      <div className="settings__row">
        {state.phase === 'running' ? (
          <>
            <Button icon={<Square />} onClick={stop}>
              {text('settings.testStop')}
            </Button>
            <span className="settings__running">
              <Spinner label={text('answers.embeddingTrying')} />
              <span aria-hidden>{text('answers.embeddingTrying')}</span>
            </span>
          </>
        ) : (
          <Button icon={<Zap />} onClick={run}>
            {text('answers.embeddingTry')}
          </Button>
        )}
      </div>
      <div aria-live="polite">
        {state.phase === 'done' ? <Notice tone="success">{text('answers.embeddingOk', { dimensions: state.dimensions.toLocaleString(language), ms: durationText(state.ms, language) })}</Notice> : null}
        {state.phase === 'failed' ? <FailureNotice failure={state.error} /> : null}
      </div>
    </>
  );
}
