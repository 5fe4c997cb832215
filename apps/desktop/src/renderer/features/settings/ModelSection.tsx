import type { ModelChoice, Settings } from '@uxflow/core/api';
import { Badge, classes, Notice } from '@uxflow/ui';
import { BookOpenCheck, Cpu, Globe } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Translate } from '../../i18n/translate.ts';
import { useText } from '../../i18n/TextContext.tsx';
import { hostOf } from './hosts.ts';
import { choiceOf, useModelDrafts, type Provider } from './modelDrafts.ts';
import { ModelTest } from './ModelTest.tsx';
import { OllamaPanel } from './OllamaPanel.tsx';
import { OpenAiPanel } from './OpenAiPanel.tsx';
import { Section } from './Section.tsx';

const CARDS: readonly { provider: Provider; icon: ReactNode }[] = [
  { provider: 'rules', icon: <BookOpenCheck aria-hidden /> },
  { provider: 'ollama', icon: <Cpu aria-hidden /> },
  { provider: 'openai', icon: <Globe aria-hidden /> },
];

/** Who thinks for the agents: the rules, Ollama, or any OpenAI-compatible endpoint. */
export function ModelSection({ saved, change, onAsked }: { saved: ModelChoice; change: (part: Partial<Settings>) => void; onAsked: () => void }) {
  const text = useText();
  const { provider, drafts, open, enter } = useModelDrafts(saved, change);
  const choice = choiceOf(provider, drafts);
  return (
    <Section id="model" title={text('settings.model')} text={text('settings.modelText')}>
      <div className="settings__cards" role="radiogroup" aria-label={text('settings.modelChoice')}>
        {CARDS.map((card) => (
          <label key={card.provider} className={classes('settings__card', card.provider === provider && 'settings__card--open')}>
            <input className="visually-hidden" type="radio" name="model-provider" checked={card.provider === provider} onChange={() => open(card.provider)} />
            <span className="settings__card-head">
              {card.icon}
              <strong>{text(`settings.${card.provider}`)}</strong>
              {saved.provider === card.provider ? <Badge tone="success">{text('settings.inUse')}</Badge> : null}
            </span>
            <span className="settings__card-text">{text(`settings.${card.provider}Text`)}</span>
          </label>
        ))}
      </div>
      {provider === 'rules' ? <p className="settings__muted">{text('settings.rulesMore')}</p> : null}
      {provider === 'ollama' ? <OllamaPanel draft={drafts.ollama} onEnter={(part) => enter('ollama', part)} onAsked={onAsked} /> : null}
      {provider === 'openai' ? <OpenAiPanel draft={drafts.openai} onEnter={(part) => enter('openai', part)} onAsked={onAsked} /> : null}
      {choice ? null : <Notice tone="info">{text('settings.notYetInUse', { current: currentText(text, saved) })}</Notice>}
      {provider === 'rules' ? null : <ModelTest key={JSON.stringify(choice)} choice={choice?.provider === 'rules' ? null : choice} onAsked={onAsked} />}
    </Section>
  );
}

function currentText(text: Translate, saved: ModelChoice): string {
  return saved.provider === 'rules' ? text('settings.current.rules') : text('settings.current.model', { model: saved.model, host: hostOf(saved.baseUrl) });
}
