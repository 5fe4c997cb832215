import type { AgentPrompts, PromptTrialView } from '@uxflow/core/api';
import { Button } from '@uxflow/ui';
import { Square } from 'lucide-react';
import { useLanguage, useText } from '../../../i18n/TextContext.tsx';
import { AcceptanceChart } from './AcceptanceChart.tsx';
import { ArmTable } from './ArmTable.tsx';
import { numberOf } from './promptText.ts';

/** A trial as it stands: how much is known of both wordings, and how far it is from showing anything. */
export function TrialCard({ agent, trial, onStop }: { agent: AgentPrompts; trial: PromptTrialView; onStop: () => void }) {
  const text = useText();
  const language = useLanguage();
  const [current, challenger] = [numberOf(agent, agent.inUse), numberOf(agent, trial.variantId)];
  const amount = (value: number) => value.toLocaleString(language, { maximumFractionDigits: 1 });
  return (
    <div className="prompts__card" data-testid="prompt-trial">
      <div className="prompts__head">
        <h3>{text('prompts.trial', { number: challenger })}</h3>
        <Button size="small" icon={<Square />} onClick={onStop}>
          {text('prompts.trialStop')}
        </Button>
      </div>
      <p className="settings__muted">{text('prompts.trialText', { most: trial.mostTurns })}</p>
      <div className="prompts__progress">
        <progress max={trial.mostTurns} value={trial.turns} aria-label={text('prompts.trialTurns', { turns: trial.turns, most: trial.mostTurns })} />
        <span>{text('prompts.trialTurns', { turns: trial.turns, most: trial.mostTurns })}</span>
      </div>
      {trial.before > 0 ? <p className="settings__faint">{text('prompts.trialBefore', { count: trial.before })}</p> : null}
      {trial.turns === 0 ? (
        <p className="settings__muted">{text('prompts.trialEmpty')}</p>
      ) : (
        <>
          <AcceptanceChart current={{ number: current, standing: trial.current, density: trial.currentDensity }} challenger={{ number: challenger, standing: trial.challenger, density: trial.challengerDensity }} />
          <ArmTable arms={[{ label: text('prompts.current', { number: current }), standing: trial.current }, { label: text('prompts.challenger', { number: challenger }), standing: trial.challenger }]} />
          {trial.lead === undefined ? null : <p className="settings__faint">{text('prompts.lead', { number: challenger, lead: amount(trial.lead), needed: amount(trial.needed) })}</p>}
        </>
      )}
    </div>
  );
}
