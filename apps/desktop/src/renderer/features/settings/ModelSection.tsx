import type { ConnectedChoice, ModelChoice, Settings } from '@uxflow/core/api';
import { Badge, classes, Notice } from '@uxflow/ui';
import { providerInfo, providerNames, type ModelProvider, type ProviderPanel } from '@uxflow/core';
import { BookOpenCheck, Building2, Cloud, Cpu, Globe } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { Translate } from '../../i18n/translate.ts';
import { useText } from '../../i18n/TextContext.tsx';
import { EndpointHealthNote } from './EndpointHealthNote.tsx';
import { EndpointPanel } from './EndpointPanel.tsx';
import { FallbackList } from './FallbackList.tsx';
import { FitnessCheck } from './FitnessCheck.tsx';
import { hostOf } from './hosts.ts';
import { choiceOf, useModelDrafts, type Endpoint, type Provider } from './modelDrafts.ts';
import { ModelAbilities } from './ModelAbilities.tsx';
import { ModelTest } from './ModelTest.tsx';
import { OllamaPanel } from './OllamaPanel.tsx';
import { Section } from './Section.tsx';
import { useEndpoint } from './useEndpoint.ts';

const PROVIDERS: readonly Provider[] = ['rules', ...providerNames];
const ICONS: Readonly<Record<ProviderPanel, ReactNode>> = { ollama: <Cpu aria-hidden />, endpoint: <Globe aria-hidden />, service: <Cloud aria-hidden />, resource: <Building2 aria-hidden /> };

/** Who thinks for the agents: the rules, or a model of any provider. */
export function ModelSection({ settings, change, asked, onAsked }: { settings: Settings; change: (part: Partial<Settings>) => void; /** Counts the calls to models. */ asked: number; onAsked: () => void }) {
  const text = useText();
  const { model: saved } = settings;
  const { provider, drafts, open, enter } = useModelDrafts(saved, change);
  const choice = choiceOf(provider, drafts);
  return (
    <Section id="model" title={text('settings.model')} text={text('settings.modelText')}>
      <div className="settings__cards" role="radiogroup" aria-label={text('settings.modelChoice')}>
        {PROVIDERS.map((name) => (
          <label key={name} className={classes('settings__card', name === provider && 'settings__card--open')}>
            <input className="visually-hidden" type="radio" name="model-provider" checked={name === provider} onChange={() => open(name)} />
            <span className="settings__card-head">
              {name === 'rules' ? <BookOpenCheck aria-hidden /> : ICONS[providerInfo(name).panel]}
              <strong>{titleOf(text, name)}</strong>
              {saved.provider === name ? <Badge tone="success">{text('settings.inUse')}</Badge> : null}
            </span>
            <span className="settings__card-text">{textOf(text, name)}</span>
          </label>
        ))}
      </div>
      {provider === 'rules' ? <p className="settings__muted">{text('settings.rulesMore')}</p> : null}
      {provider === 'rules' ? null : <ProviderPanelOf key={provider} provider={provider} draft={drafts[provider]} asked={asked} onEnter={(part) => enter(provider, part)} onAsked={onAsked} />}
      {choice ? null : <Notice tone="info">{text('settings.notYetInUse', { current: currentText(text, saved) })}</Notice>}
      {provider === 'rules' ? null : <TriedModel key={JSON.stringify(choice)} choice={choice?.provider === 'rules' ? null : choice} onAsked={onAsked} />}
      {saved.provider === 'rules' ? null : <FallbackList settings={settings} drafts={drafts} change={change} />}
    </Section>
  );
}

/** What there is to set for a provider, and how its connection stands. Give it a key by the provider. */
function ProviderPanelOf({ provider, draft, asked, onEnter, onAsked }: { provider: ModelProvider; draft: Endpoint; asked: number; onEnter: (part: Partial<Endpoint>) => void; onAsked: () => void }) {
  const endpoint = useEndpoint(draft.baseUrl, asked);
  const panel = { draft, endpoint, onEnter, onAsked };
  return (
    <>
      {providerInfo(provider).panel === 'ollama' ? <OllamaPanel {...panel} /> : <EndpointPanel provider={provider} {...panel} />}
      {endpoint.view ? <EndpointHealthNote baseUrl={draft.baseUrl} health={endpoint.view.health} /> : null}
    </>
  );
}

/** Whether the chosen model answers, and what it can do. Give it a key by the choice. */
function TriedModel({ choice, onAsked }: { choice: ConnectedChoice | null; onAsked: () => void }) {
  const [worked, setWorked] = useState(false);
  return (
    <>
      <ModelTest choice={choice} onAsked={onAsked} onWorked={() => setWorked(true)} />
      {choice ? <ModelAbilities choice={choice} worked={worked} onAsked={onAsked} /> : null}
      {choice ? <FitnessCheck choice={choice} onAsked={onAsked} /> : null}
    </>
  );
}

function currentText(text: Translate, saved: ModelChoice): string {
  return saved.provider === 'rules' ? text('settings.current.rules') : text('settings.current.model', { model: saved.model, host: hostOf(saved.baseUrl) });
}

function titleOf(text: Translate, provider: Provider): string {
  return provider === 'rules' ? text('settings.rules') : text(`settings.${providerInfo(provider).panel}`, { title: providerInfo(provider).title });
}

function textOf(text: Translate, provider: Provider): string {
  if (provider === 'rules') return text('settings.rulesText');
  const { panel, title, endpoints } = providerInfo(provider);
  return text(`settings.${panel}Text`, { title, names: endpoints?.map(({ name }) => name).join(', ') ?? title });
}
