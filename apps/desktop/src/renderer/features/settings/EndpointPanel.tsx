import { providerInfo, type ModelProvider } from '@uxflow/core';
import { Button, Notice } from '@uxflow/ui';
import { List } from 'lucide-react';
import { useText } from '../../i18n/TextContext.tsx';
import { AdvancedConnection } from './AdvancedConnection.tsx';
import { EnteredField } from './EnteredField.tsx';
import { KeyField } from './KeyField.tsx';
import { hostOf, isLocalAddress } from './hosts.ts';
import { ModelListStatus } from './ModelListStatus.tsx';
import type { Endpoint } from './modelDrafts.ts';
import type { EndpointState } from './useEndpoint.ts';
import { useModelList } from './useModelList.ts';

/** What there is to set for a service or an endpoint: its address, its key and the name of a model. Give it a key by the provider. */
export function EndpointPanel({ provider, draft, endpoint, onEnter, onAsked }: { provider: ModelProvider; draft: Endpoint; endpoint: EndpointState; onEnter: (part: Partial<Endpoint>) => void; onAsked: () => void }) {
  const text = useText();
  const info = providerInfo(provider);
  const { state, load } = useModelList(provider, draft.baseUrl, onAsked);
  const names = state.phase === 'known' ? state.models.map(({ name }) => name) : [];
  return (
    <div className="settings__panel">
      {info.endpoints ? (
        <div className="settings__presets" role="group" aria-label={text('settings.presets')}>
          <span className="settings__faint">{text('settings.presets')}</span>
          {info.endpoints.map((endpoint) => (
            <Button key={endpoint.name} size="small" aria-pressed={endpoint.baseUrl === draft.baseUrl} onClick={() => onEnter({ baseUrl: endpoint.baseUrl })}>
              {endpoint.name}
            </Button>
          ))}
        </div>
      ) : null}
      <EnteredField
        label={text('settings.address')}
        hint={info.panel === 'service' ? text('settings.addressHintService', { baseUrl: info.baseUrl }) : text(info.panel === 'resource' ? 'settings.addressHintResource' : 'settings.addressHintOpenai')}
        value={draft.baseUrl}
        onCommit={(baseUrl) => onEnter({ baseUrl: baseUrl || info.baseUrl })}
      />
      {draft.baseUrl ? <KeyField key={draft.baseUrl} baseUrl={draft.baseUrl} title={info.key === 'always' ? info.title : undefined} onChanged={() => state.phase === 'failed' && load()} /> : null}
      {!draft.baseUrl || isLocalAddress(draft.baseUrl) ? null : <p className="settings__faint">{text('settings.wordsGoTo', { host: hostOf(draft.baseUrl) })}</p>}
      <div className="settings__row settings__row--end">
        <div className="settings__grow">
          <EnteredField label={text(info.panel === 'resource' ? 'settings.deployment' : 'settings.modelName')} value={draft.model} offers={names} onCommit={(model) => onEnter({ model })} />
        </div>
        <Button icon={<List />} disabled={state.phase === 'asking' || !draft.baseUrl} onClick={load}>
          {text('settings.modelsLoad')}
        </Button>
      </div>
      <ModelListStatus state={state}>
        {state.phase === 'known' && draft.model && names.length > 0 && !names.includes(draft.model) ? (
          <Notice tone="warning">{text('settings.modelNotListed', { model: draft.model })}</Notice>
        ) : (
          <span className="settings__faint">{state.phase === 'known' ? text('settings.modelsCount', { count: names.length }) : text(info.panel === 'resource' ? 'settings.deploymentHint' : 'settings.modelNameHint')}</span>
        )}
      </ModelListStatus>
      {draft.baseUrl ? <AdvancedConnection key={`${draft.baseUrl} advanced`} endpoint={endpoint} hasApiVersion={info.panel === 'resource'} /> : null}
    </div>
  );
}
