import type { ModelChoice, Settings } from '@uxflow/core/api';
import { providerNames, providerTable, type ModelProvider } from '@uxflow/core';
import { useEffect, useState } from 'react';

export type Provider = ModelChoice['provider'];
export interface Endpoint {
  baseUrl: string;
  model: string;
}
/** What the person has entered for each provider; only the chosen one is in the settings. */
export type ModelDrafts = Record<ModelProvider, Endpoint>;

const KEPT_KEY = 'uxflow.endpoints';
const EMPTY = draftsOf((provider) => ({ baseUrl: providerTable[provider].baseUrl, model: '' }));

/** The choice that the entries make, or null while no model is named. */
export function choiceOf(provider: Provider, drafts: ModelDrafts): ModelChoice | null {
  if (provider === 'rules') return { provider };
  const { baseUrl, model } = drafts[provider];
  return baseUrl.trim() && model.trim() ? { provider, baseUrl: baseUrl.trim(), model: model.trim() } : null;
}

/** True when two choices are the same. */
export function isSameChoice(a: ModelChoice, b: ModelChoice | null): boolean {
  return JSON.stringify(asList(a)) === JSON.stringify(b && asList(b));
}

/** What the model section works on: which card is open, what was entered, and what that changes in the settings. */
export function useModelDrafts(saved: ModelChoice, change: (part: Partial<Settings>) => void) {
  const [provider, setProvider] = useState<Provider>(saved.provider);
  const [drafts, setDrafts] = useState(() => withSaved(keptDrafts(), saved));
  const savedKey = JSON.stringify(asList(saved));
  // The settings may arrive after the page, or be changed by another window.
  useEffect(() => {
    setProvider(saved.provider);
    setDrafts((now) => withSaved(now, saved));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the key stands for the object
  }, [savedKey]);

  const save = (next: ModelChoice | null) => {
    if (next && !isSameChoice(saved, next)) change({ model: next });
  };
  return {
    provider,
    drafts,
    open(next: Provider) {
      setProvider(next);
      save(choiceOf(next, drafts));
    },
    enter(of: keyof ModelDrafts, part: Partial<Endpoint>) {
      const next = { ...drafts, [of]: { ...drafts[of], ...part } };
      setDrafts(next);
      keepDrafts(next);
      save(choiceOf(of, next));
    },
  };
}

function withSaved(drafts: ModelDrafts, saved: ModelChoice): ModelDrafts {
  return saved.provider === 'rules' ? drafts : { ...drafts, [saved.provider]: { baseUrl: saved.baseUrl, model: saved.model } };
}

function asList(choice: ModelChoice): string[] {
  return choice.provider === 'rules' ? ['rules'] : [choice.provider, choice.baseUrl, choice.model];
}

function keptDrafts(): ModelDrafts {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT_KEY) ?? '{}') as Partial<Record<string, Partial<Endpoint>>>;
    return draftsOf((name) => ({ baseUrl: textOr(kept[name]?.baseUrl, EMPTY[name].baseUrl), model: textOr(kept[name]?.model, '') }));
  } catch {
    return EMPTY;
  }
}

function draftsOf(draft: (provider: ModelProvider) => Endpoint): ModelDrafts {
  return Object.fromEntries(providerNames.map((provider) => [provider, draft(provider)])) as ModelDrafts;
}

function keepDrafts(drafts: ModelDrafts): void {
  try {
    localStorage.setItem(KEPT_KEY, JSON.stringify(drafts));
  } catch {
    // Without storage an address has to be entered again after a change of provider.
  }
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
