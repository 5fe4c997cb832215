import type { AgentPrompts } from '@uxflow/core/api';
import { Button, Notice, Spinner } from '@uxflow/ui';
import { PenLine, RotateCcw, Sparkles } from 'lucide-react';
import { useState } from 'react';
import { useText } from '../../../i18n/TextContext.tsx';
import { whenText } from '../../../i18n/when.ts';
import { useNow, useServices } from '../../../store/services.ts';
import { numberOf } from './promptText.ts';
import { ProposedChange } from './ProposedChange.tsx';
import { TrialCard } from './TrialCard.tsx';
import type { PromptsOnScreen } from './usePrompts.ts';
import { VersionRow } from './VersionRow.tsx';
import { WordingEditor } from './WordingEditor.tsx';

/** Changes of the past that are listed. */
const MOST_CHANGES = 20;

/** Everything about one agent's wording. */
export function AgentPanel({ agent, isLearning, isBusy, run }: { agent: AgentPrompts; isLearning: boolean } & Pick<PromptsOnScreen, 'isBusy' | 'run'>) {
  const text = useText();
  const { api } = useServices();
  const now = useNow(60_000);
  const [isEditing, setEditing] = useState(false);
  const [writing, setWriting] = useState(false);
  const [written, setWritten] = useState<{ variantId: string; mind: 'rules' | 'model'; explanation: string } | null>(null);
  const name = agent.agent as 'architect';
  const write = async () => {
    setWriting(true);
    setWritten(null);
    const result = await run(() => api.prompts.write({ agent: agent.agent }));
    setWriting(false);
    if (result) setWritten(result);
  };
  return (
    <div className="prompts__panel" data-testid="prompt-agent">
      <p className="settings__muted">{text(`prompts.task.${name}`)}</p>
      {agent.isMeasured ? null : <Notice>{text('prompts.notMeasured')}</Notice>}
      {agent.hasBuiltInMovedOn ? <Notice tone="info">{text('prompts.movedOn')}</Notice> : null}
      {agent.proposed ? <ProposedChange agent={agent} change={agent.proposed} isBusy={isBusy} onDecide={(isApplied) => void run(() => api.prompts.decide({ changeId: agent.proposed!.id, isApplied }))} /> : null}
      {agent.trial ? <TrialCard agent={agent} trial={agent.trial} onStop={() => void run(() => api.prompts.stopTrial({ agent: agent.agent }))} /> : null}
      {agent.lastTrial && !agent.trial ? <Notice>{text(`prompts.lastTrial.${agent.lastTrial.kind}`, { number: numberOf(agent, agent.lastTrial.variantId), turns: agent.lastTrial.turns })}</Notice> : null}
      <div className="prompts__head">
        <h3>{text('prompts.versions')}</h3>
        <div className="settings__row">
          {writing ? (
            <span className="settings__running">
              <Spinner label={text('prompts.writing')} /> {text('prompts.writing')}
            </span>
          ) : (
            <Button size="small" icon={<Sparkles />} disabled={isBusy} onClick={() => void write()}>
              {text('prompts.letWrite')}
            </Button>
          )}
          <Button size="small" icon={<PenLine />} onClick={() => setEditing(true)}>
            {text('prompts.writeOwn')}
          </Button>
        </div>
      </div>
      {written && numberOf(agent, written.variantId) ? <Notice tone="success">{text(`prompts.wrote.${written.mind}`, { number: numberOf(agent, written.variantId), explanation: written.explanation })}</Notice> : null}
      <ul className="prompts__versions">
        {agent.variants.toReversed().map((variant) => (
          <VersionRow
            key={variant.id}
            {...{ agent, variant, isLearning, isBusy }}
            onTry={() => void run(() => api.prompts.try({ variantId: variant.id }))}
            onUse={() => void run(() => api.prompts.use({ variantId: variant.id }))}
            onRemove={() => void run(() => api.prompts.remove({ variantId: variant.id }))}
          />
        ))}
      </ul>
      {agent.history.length ? (
        <>
          <h3>{text('prompts.history')}</h3>
          <ul className="prompts__history">
            {agent.history.slice(0, MOST_CHANGES).map((change) => (
              <li key={change.id} data-testid="prompt-change">
                <span className="settings__grow">
                  {text(`prompts.change.${change.status as 'applied'}`, { from: numberOf(agent, change.fromVariantId), to: numberOf(agent, change.toVariantId) })}{' '}
                  <span className="settings__faint">
                    {text(change.evidence ? 'prompts.change.byEvidence' : 'prompts.change.byHand')}, {whenText(text, change.decidedAt ?? change.createdAt, now)}
                  </span>
                </span>
                {change.id === agent.canRollBack ? (
                  <Button size="small" icon={<RotateCcw />} disabled={isBusy} onClick={() => void run(() => api.prompts.rollBack({ changeId: change.id }))}>
                    {text('prompts.rollBack')}
                  </Button>
                ) : null}
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {isEditing ? <WordingEditor agent={agent} isLearning={isLearning} onClose={() => setEditing(false)} /> : null}
    </div>
  );
}
