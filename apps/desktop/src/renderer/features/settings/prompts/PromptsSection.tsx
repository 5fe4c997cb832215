import type { AgentPrompts, Settings } from '@uxflow/core/api';
import { Badge, Button, Notice, Spinner, Switch } from '@uxflow/ui';
import { Eraser } from 'lucide-react';
import { useState } from 'react';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { Section } from '../Section.tsx';
import { AgentPanel } from './AgentPanel.tsx';
import { usePrompts } from './usePrompts.ts';
import './prompts.css';

/** What the agents are told, in versions; what is tried, what is proposed, and what the person decided. */
export function PromptsSection({ settings, change }: { settings: Settings; change: (part: Partial<Settings>) => void }) {
  const text = useText();
  const { api } = useServices();
  const { prompts, failure, isBusy, run } = usePrompts();
  const [picked, setPicked] = useState<string | null>(null);
  const [isForgetting, setForgetting] = useState(false);
  const agents = prompts?.agents ?? [];
  // What waits for a decision comes first; else the agent whose work people see most.
  const chosen = agents.find(({ agent }) => agent === picked) ?? agents.find(({ proposed }) => proposed) ?? agents.find(({ agent }) => agent === 'architect');
  return (
    <Section
      id="prompts"
      title={text('settings.prompts')}
      text={text('prompts.text')}
      actions={
        agents.some(({ variants }) => variants.some(({ standing }) => standing.n > 0)) ? (
          <Button size="small" icon={<Eraser />} onClick={() => setForgetting(true)}>
            {text('prompts.forget')}
          </Button>
        ) : undefined
      }
    >
      <FailureNotice failure={failure} />
      {prompts ? (
        <>
          <Switch label={text('settings.learn')} hint={text('settings.learnText')} checked={settings.learnFromCorrections} onCommit={(next) => change({ learnFromCorrections: next })} />
          <Switch label={text('prompts.learning')} hint={text('prompts.learningHint')} checked={prompts.isLearning} onCommit={(isOn) => void run(() => api.prompts.setLearning({ isOn }))} />
          {isForgetting ? (
            <Notice tone="warning">
              <p>{text('prompts.forgetAsk')}</p>
              <div className="settings__row">
                <Button size="small" variant="danger" onClick={() => void run(() => api.prompts.forget()).then(() => setForgetting(false))}>
                  {text('prompts.forgetYes')}
                </Button>
                <Button size="small" variant="ghost" onClick={() => setForgetting(false)}>
                  {text('cancel')}
                </Button>
              </div>
            </Notice>
          ) : null}
          <div className="prompts__agents" role="group" aria-label={text('prompts.agents')}>
            {agents.map((agent) => (
              <button key={agent.agent} type="button" aria-pressed={agent === chosen} onClick={() => setPicked(agent.agent)}>
                {text(`agentName.${agent.agent as 'architect'}`)}
                <AgentMark agent={agent} />
              </button>
            ))}
          </div>
          {chosen ? <AgentPanel key={chosen.agent} agent={chosen} isLearning={prompts.isLearning} isBusy={isBusy} run={run} /> : null}
        </>
      ) : failure ? null : (
        <Spinner label={text('loading')} />
      )}
    </Section>
  );
}

/** What is going on with an agent, beside its name. */
function AgentMark({ agent }: { agent: AgentPrompts }) {
  const text = useText();
  if (agent.proposed) return <Badge tone="success">{text('prompts.waits')}</Badge>;
  if (agent.trial) return <Badge tone="accent">{text('prompts.onTrial')}</Badge>;
  const inUse = agent.variants.find(({ id }) => id === agent.inUse);
  return inUse && inUse.origin !== 'builtIn' ? <Badge>{text('prompts.own')}</Badge> : null;
}
