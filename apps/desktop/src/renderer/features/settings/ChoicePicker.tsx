import { providerInfo, providerNames, type ModelProvider } from '@uxflow/core';
import type { ModelChoice } from '@uxflow/core/api';
import { Button, Dialog, SelectField } from '@uxflow/ui';
import { useState } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { EnteredField } from './EnteredField.tsx';
import { hostOf } from './hosts.ts';
import { ModelListStatus } from './ModelListStatus.tsx';
import { choiceOf, isSameChoice } from './modelDrafts.ts';
import { useModelList } from './useModelList.ts';

const INHERIT = 'inherit';
const OTHER = 'other';

export interface ChoicePickerProps {
  label: string;
  isLabelHidden?: boolean;
  /** Null: as `inherited` says. */
  value: ModelChoice | null;
  inherited: string;
  /** Choices to offer beside the rules. */
  offers: readonly ModelChoice[];
  onPick: (choice: ModelChoice | null) => void;
}

/** A choice of who answers: what is inherited, the rules, a model that is in use already, or another one. */
export function ChoicePicker({ label, isLabelHidden, value, inherited, offers, onPick }: ChoicePickerProps) {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  const known = distinct(value ? [...offers, value] : offers);
  const keyOf = (choice: ModelChoice) => (choice.provider === 'rules' ? 'rules' : JSON.stringify([choice.provider, choice.baseUrl, choice.model]));
  return (
    <>
      <SelectField
        isSmall
        label={label}
        isLabelHidden={isLabelHidden ?? false}
        value={value ? keyOf(value) : INHERIT}
        choices={[
          { value: INHERIT, label: inherited },
          { value: 'rules', label: text('settings.modesRules') },
          ...known.filter(({ provider }) => provider !== 'rules').map((choice) => ({ value: keyOf(choice), label: choiceText(choice) })),
          { value: OTHER, label: text('settings.modesOther') },
        ]}
        onCommit={(key) => {
          if (key === OTHER) setOpen(true);
          else if (key === INHERIT) onPick(null);
          else onPick(key === 'rules' ? { provider: 'rules' } : known.find((choice) => keyOf(choice) === key)!);
        }}
      />
      {isOpen ? (
        <OtherModel
          label={label}
          onClose={() => setOpen(false)}
          onUse={(choice) => {
            setOpen(false);
            onPick(choice);
          }}
        />
      ) : null}
    </>
  );
}

/** A choice in a few words: `gpt-5.4 · api.openai.com`. */
export function choiceText(choice: ModelChoice): string {
  return choice.provider === 'rules' ? choice.provider : `${choice.model} · ${hostOf(choice.baseUrl)}`;
}

function OtherModel({ label, onUse, onClose }: { label: string; onUse: (choice: ModelChoice) => void; onClose: () => void }) {
  const text = useText();
  const [provider, setProvider] = useState<ModelProvider>('openai');
  const [drafts, setDrafts] = useState(() => Object.fromEntries(providerNames.map((name) => [name, { baseUrl: providerInfo(name).baseUrl, model: '' }])) as Record<ModelProvider, { baseUrl: string; model: string }>);
  const draft = drafts[provider];
  const enter = (part: Partial<typeof draft>) => setDrafts({ ...drafts, [provider]: { ...draft, ...part } });
  const choice = choiceOf(provider, drafts);
  const { state, load } = useModelList(provider, draft.baseUrl, nothing);
  return (
    <Dialog
      title={`${text('settings.otherTitle')}: ${label}`}
      closeLabel={text('close')}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{text('cancel')}</Button>
          <Button variant="primary" disabled={!choice} onClick={() => choice && onUse(choice)}>
            {text('settings.otherUse')}
          </Button>
        </>
      }
    >
      <div className="settings__panel">
        <SelectField label={text('settings.otherProvider')} value={provider} choices={providerNames.map((value) => ({ value, label: providerInfo(value).title }))} onCommit={setProvider} />
        <EnteredField label={text('settings.address')} value={draft.baseUrl} onCommit={(baseUrl) => enter({ baseUrl })} />
        <div className="settings__row settings__row--end">
          <div className="settings__grow">
            <EnteredField label={text('settings.modelName')} hint={text('settings.otherHint')} value={draft.model} offers={state.phase === 'known' ? state.models.map(({ name }) => name) : []} onCommit={(model) => enter({ model })} />
          </div>
          <Button disabled={state.phase === 'asking'} onClick={load}>
            {text('settings.modelsLoad')}
          </Button>
        </div>
        <ModelListStatus state={state}>{state.phase === 'known' ? <span className="settings__faint">{text('settings.modelsCount', { count: state.models.length })}</span> : null}</ModelListStatus>
      </div>
    </Dialog>
  );
}

/** Nobody else shows what was asked here. */
const nothing = () => undefined;

function distinct(choices: readonly ModelChoice[]): ModelChoice[] {
  return choices.filter((choice, index) => choices.findIndex((other) => isSameChoice(other, choice)) === index);
}
