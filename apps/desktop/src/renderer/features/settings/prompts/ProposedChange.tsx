import type { AgentPrompts, PromptChangeView } from '@uxflow/core/api';
import { Badge, Button } from '@uxflow/ui';
import { Check } from 'lucide-react';
import { codeText, useLanguage, useText } from '../../../i18n/TextContext.tsx';
import { ArmTable } from './ArmTable.tsx';
import { DiffText } from './DiffText.tsx';
import { numberOf, percentText } from './promptText.ts';

/** A change that waits for the person, with everything that speaks for it. */
export function ProposedChange({ agent, change, isBusy, onDecide }: { agent: AgentPrompts; change: PromptChangeView; isBusy: boolean; onDecide: (isApplied: boolean) => void }) {
  const text = useText();
  const language = useLanguage();
  const [from, to] = [numberOf(agent, change.fromVariantId), numberOf(agent, change.toVariantId)];
  const wording = (id: string) => agent.variants.find((variant) => variant.id === id)?.text ?? '';
  const { evidence } = change;
  const amount = (value: number) => value.toLocaleString(language, { maximumFractionDigits: 1 });
  return (
    <div className="prompts__card prompts__card--waits" data-testid="prompt-proposal">
      <h3>{text('prompts.proposal', { number: to })}</h3>
      {evidence ? (
        <>
          <p className="settings__muted">{text('prompts.proposalText', { turns: evidence.turns, lead: amount(evidence.lead), needed: amount(evidence.needed) })}</p>
          <ArmTable arms={[{ label: text('prompts.current', { number: from }), standing: evidence.current }, { label: text('prompts.challenger', { number: to }), standing: evidence.challenger }]} />
          <p className="settings__faint">
            {text('prompts.probability', { percent: evidence.probability >= 0.995 ? `> ${percentText(0.99, language)}` : percentText(evidence.probability, language) })}
            {evidence.before > 0 ? ` · ${text('prompts.trialBefore', { count: evidence.before })}` : ''}
          </p>
          {evidence.examples.length ? (
            <>
              <h4>{text('prompts.examples')}</h4>
              <ul className="prompts__examples">
                {evidence.examples.map(({ arm, turnId, message, outcome }) => (
                  <li key={turnId}>
                    <Badge {...(arm === 'challenger' ? { tone: 'accent' as const } : {})}>{text('prompts.version', { number: arm === 'challenger' ? to : from })}</Badge>
                    <span className="prompts__message">{message}</span>
                    <span className="settings__faint">{codeText(text, 'prompts.outcome', outcome, {})}</span>
                  </li>
                ))}
              </ul>
            </>
          ) : null}
        </>
      ) : null}
      <h4>{text('prompts.changes')}</h4>
      <DiffText before={wording(change.fromVariantId)} after={wording(change.toVariantId)} />
      <div className="settings__row">
        <Button variant="primary" icon={<Check />} disabled={isBusy} onClick={() => onDecide(true)}>
          {text('prompts.apply', { number: to })}
        </Button>
        <Button disabled={isBusy} onClick={() => onDecide(false)}>
          {text('prompts.decline')}
        </Button>
      </div>
    </div>
  );
}
