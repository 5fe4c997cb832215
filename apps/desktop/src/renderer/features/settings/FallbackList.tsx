import { providerInfo, providerNames, type ModelProvider } from '@uxflow/core';
import type { ConnectedChoice, Settings } from '@uxflow/core/api';
import { Badge, Button, Field, IconButton, SelectField } from '@uxflow/ui';
import { ArrowDown, ArrowUp, BookOpenCheck, Plus, X } from 'lucide-react';
import { useState } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { hostOf, isRefusedLocally } from './hosts.ts';
import { isSameChoice, type ModelDrafts } from './modelDrafts.ts';

/** Who is asked, in order, when the chosen model cannot answer; the rules always come last. */
export function FallbackList({ settings, drafts, change }: { settings: Pick<Settings, 'model' | 'fallbacks' | 'localOnly' | 'onPremiseHosts'>; drafts: ModelDrafts; change: (part: Partial<Settings>) => void }) {
  const text = useText();
  const { fallbacks } = settings;
  const save = (next: ConnectedChoice[]) => change({ fallbacks: next });
  const swap = (index: number, by: -1 | 1) => {
    const next = [...fallbacks];
    [next[index], next[index + by]] = [next[index + by]!, next[index]!];
    save(next);
  };
  const title = ({ provider, model }: ConnectedChoice) => `${providerInfo(provider).title} · ${model}`;
  return (
    <div className="settings__fallbacks" role="group" aria-label={text('settings.fallbacks')}>
      <h3>{text('settings.fallbacks')}</h3>
      <p className="settings__faint">{text('settings.fallbacksText')}</p>
      <ol className="settings__order">
        {fallbacks.map((choice, index) => (
          <li key={`${choice.provider} ${choice.baseUrl} ${choice.model}`}>
            <span className="settings__order-no" aria-hidden>
              {index + 1}
            </span>
            <span className="settings__grow">
              <strong>{title(choice)}</strong> <span className="settings__faint">{hostOf(choice.baseUrl)}</span>
            </span>
            {settings.localOnly && isRefusedLocally(choice.baseUrl, settings.onPremiseHosts) ? <Badge tone="warning">{text('settings.fallbackSkipped')}</Badge> : null}
            {index > 0 ? <IconButton size="small" label={text('settings.fallbackUp', { model: title(choice) })} icon={<ArrowUp />} onClick={() => swap(index, -1)} /> : null}
            {index < fallbacks.length - 1 ? <IconButton size="small" label={text('settings.fallbackDown', { model: title(choice) })} icon={<ArrowDown />} onClick={() => swap(index, 1)} /> : <span className="settings__order-gap" />}
            <IconButton size="small" label={text('settings.fallbackRemove', { model: title(choice) })} icon={<X />} onClick={() => save(fallbacks.filter((_, at) => at !== index))} />
          </li>
        ))}
        <li className="settings__order-last">
          <span className="settings__order-no" aria-hidden>
            {fallbacks.length + 1}
          </span>
          <BookOpenCheck aria-hidden />
          <span>{text('settings.fallbackRules')}</span>
        </li>
      </ol>
      {fallbacks.length < MOST_FALLBACKS ? <NewFallback settings={settings} drafts={drafts} onAdd={(choice) => save([...fallbacks, choice])} /> : null}
    </div>
  );
}

/** As many as the settings take. */
const MOST_FALLBACKS = 8;

function NewFallback({ settings, drafts, onAdd }: { settings: Pick<Settings, 'model' | 'fallbacks'>; drafts: ModelDrafts; onAdd: (choice: ConnectedChoice) => void }) {
  const text = useText();
  const [provider, setProvider] = useState<ModelProvider>(() => providerNames.find((name) => name !== settings.model.provider) ?? 'ollama');
  const [entered, setEntered] = useState<{ model?: string; baseUrl?: string }>({});
  const model = (entered.model ?? drafts[provider].model).trim();
  const baseUrl = (entered.baseUrl ?? drafts[provider].baseUrl).trim();
  const choice: ConnectedChoice = { provider, baseUrl, model };
  const isKnown = [settings.model, ...settings.fallbacks].some((known) => isSameChoice(known, choice));
  const isReady = model !== '' && baseUrl !== '' && !isKnown;
  const add = () => {
    onAdd(choice);
    setEntered({});
  };
  const input = (id: string, value: string, set: (value: string) => void) => (
    <input id={id} className="input" autoComplete="off" autoCapitalize="off" spellCheck={false} value={value} onChange={(event) => set(event.target.value)} onKeyDown={(event) => event.key === 'Enter' && isReady && add()} />
  );
  return (
    <div className="settings__columns settings__columns--fallback">
      <SelectField
        label={text('settings.fallbackProvider')}
        value={provider}
        choices={providerNames.map((name) => ({ value: name, label: providerInfo(name).title }))}
        onCommit={(next) => {
          setProvider(next);
          setEntered({});
        }}
      />
      <Field label={text('settings.modelName')}>{(id) => input(id, entered.model ?? drafts[provider].model, (next) => setEntered({ ...entered, model: next }))}</Field>
      <Field label={text('settings.fallbackAddress')}>{(id) => input(id, entered.baseUrl ?? drafts[provider].baseUrl, (next) => setEntered({ ...entered, baseUrl: next }))}</Field>
      <Button icon={<Plus />} disabled={!isReady} onClick={add}>
        {text('settings.fallbackAdd')}
      </Button>
      {isKnown && model ? <p className="settings__faint settings__wide">{text('settings.fallbackKnown')}</p> : null}
    </div>
  );
}
