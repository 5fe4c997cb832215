import { Button, Notice, Spinner } from '@uxflow/ui';
import { RefreshCw } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { useLanguage, useText } from '../../i18n/TextContext.tsx';
import { useServices } from '../../store/services.ts';
import { AdvancedConnection } from './AdvancedConnection.tsx';
import { bytesText } from './amounts.ts';
import { EnteredField } from './EnteredField.tsx';
import { isLocalAddress } from './hosts.ts';
import type { Endpoint } from './modelDrafts.ts';
import { PullModel } from './PullModel.tsx';
import type { EndpointState } from './useEndpoint.ts';
import { useModelList, type ModelListState, type OfferedModel } from './useModelList.ts';

/** What there is to set for Ollama: its address and one of its models; it is looked for by itself. */
export function OllamaPanel({ draft, endpoint, onEnter, onAsked }: { draft: Endpoint; endpoint: EndpointState; onEnter: (part: Partial<Endpoint>) => void; onAsked: () => void }) {
  const text = useText();
  const { state, load } = useModelList('ollama', draft.baseUrl, onAsked);
  const detection = useDetection(onAsked);
  const lookAgain = () => {
    detection.look();
    load();
  };
  const { found } = detection;
  const isElsewhere = found?.found && found.baseUrl !== draft.baseUrl;
  // What matters is whether the entered address answers; only if it does not is there something to install.
  const isMissing = found && !found.found && state.phase === 'failed' && isLocalAddress(draft.baseUrl);
  return (
    <div className="settings__panel">
      <div className="settings__row settings__row--spread">
        <div className="settings__grow" aria-live="polite">
          {found === null ? (
            <span className="settings__running">
              <Spinner label={text('settings.ollamaLooking')} />
              <span aria-hidden>{text('settings.ollamaLooking')}</span>
            </span>
          ) : found.found ? (
            <Notice tone="success">{text('settings.ollamaFound', { version: found.version ?? '', baseUrl: found.baseUrl })}</Notice>
          ) : isMissing ? (
            <Notice tone="warning">
              {text('settings.ollamaMissing')} <WithCommand sentence={text('settings.ollamaMissingHow')} />
            </Notice>
          ) : isLocalAddress(draft.baseUrl) && state.phase === 'known' ? null : (
            <span className="settings__faint">{text('settings.ollamaMissing')}</span>
          )}
        </div>
        {isElsewhere ? <Button onClick={() => onEnter({ baseUrl: found.baseUrl })}>{text('settings.ollamaUseFound')}</Button> : null}
        <Button icon={<RefreshCw />} onClick={lookAgain}>
          {text('settings.lookAgain')}
        </Button>
      </div>
      <EnteredField label={text('settings.address')} hint={text('settings.addressHintOllama')} value={draft.baseUrl} onCommit={(baseUrl) => onEnter({ baseUrl })} />
      <Models state={state} isKnownMissing={isMissing === true} chosen={draft.model} onLoad={load} onChoose={(model) => onEnter({ model })} />
      {state.phase === 'failed' ? null : (
        <PullModel
          key={draft.baseUrl}
          baseUrl={draft.baseUrl}
          onArrived={load}
          onUse={(model) => onEnter({ model: (state.phase === 'known' && state.models.find(({ name }) => name === model || name === `${model}:latest`)?.name) || model })}
        />
      )}
      <AdvancedConnection key={`${draft.baseUrl} advanced`} endpoint={endpoint} hasApiVersion={false} />
    </div>
  );
}

function Models({ state, isKnownMissing, chosen, onLoad, onChoose }: { state: ModelListState; isKnownMissing: boolean; chosen: string; onLoad: () => void; onChoose: (model: string) => void }) {
  const text = useText();
  switch (state.phase) {
    case 'unasked':
      return (
        <div>
          <Button onClick={onLoad}>{text('settings.modelsLoad')}</Button>
        </div>
      );
    case 'asking':
      return (
        <span className="settings__running">
          <Spinner label={text('settings.modelsLoading')} />
          <span aria-hidden>{text('settings.modelsLoading')}</span>
        </span>
      );
    case 'failed':
      // Where Ollama is known to be missing, saying that nobody answers there would say it twice.
      return isKnownMissing ? null : <FailureNotice failure={state.error} />;
    case 'known':
      return state.models.length === 0 ? (
        <Notice tone="warning">{text('settings.ollamaNoModels')}</Notice>
      ) : (
        <ModelChoiceList models={state.models} chosen={chosen} onChoose={onChoose} />
      );
  }
}

function ModelChoiceList({ models, chosen, onChoose }: { models: readonly OfferedModel[]; chosen: string; onChoose: (model: string) => void }) {
  const text = useText();
  const language = useLanguage();
  return (
    <fieldset className="settings__models">
      <legend className="field__label">
        {text('settings.modelsOffered')} · {text('settings.modelsCount', { count: models.length })}
      </legend>
      <div className="settings__model-list">
        {models.map((model) => (
          <label key={model.name} className="settings__model">
            <input type="radio" name="ollama-model" checked={model.name === chosen} onChange={() => onChoose(model.name)} />
            <span className="settings__model-name">{model.name}</span>
            <span className="settings__faint">{model.details}</span>
            <span className="settings__model-size">{model.sizeBytes === undefined ? '' : bytesText(model.sizeBytes, language)}</span>
          </label>
        ))}
      </div>
      {chosen && !models.some(({ name }) => name === chosen) ? <Notice tone="warning">{text('settings.modelNotListed', { model: chosen })}</Notice> : null}
    </fieldset>
  );
}

function WithCommand({ sentence }: { sentence: string }) {
  const [before, after] = sentence.split('{command}');
  return (
    <>
      {before}
      <code>ollama pull llama3.2</code>
      {after}
    </>
  );
}

function useDetection(onAsked: () => void) {
  const { api } = useServices();
  const [found, setFound] = useState<{ found: boolean; baseUrl: string; version?: string } | null>(null);
  const look = useCallback(() => {
    setFound(null);
    void api.models
      .detectOllama()
      .catch(() => ({ found: false, baseUrl: '' }))
      .then((next) => {
        setFound(next);
        onAsked();
      });
  }, [api, onAsked]);
  useEffect(look, [look]);
  return { found, look };
}
