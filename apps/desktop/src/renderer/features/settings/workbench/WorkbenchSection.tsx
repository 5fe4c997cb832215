import type { AgentName } from '@uxflow/core';
import { choiceFor, type AgentInfo, type FlowSummary, type Settings } from '@uxflow/core/api';
import { Button, Segmented, SelectField, Spinner } from '@uxflow/ui';
import { Columns2, ImagePlus, Play, RotateCcw, Square } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useText } from '../../../i18n/TextContext.tsx';
import { prepareImage } from '../../../store/prepareImage.ts';
import { useFailureToast, useServices } from '../../../store/services.ts';
import { Section } from '../Section.tsx';
import { AgentForm, JsonField, type FieldSchema } from './AgentInput.tsx';
import { RunColumn } from './RunColumn.tsx';
import { useAgentRun, type ShownPrompt } from './useAgentRun.ts';
import './workbench.css';

/** Where each agent can be tried alone: by its rules, by the model, or by both side by side. Nothing of it is written into a flow. */
export function WorkbenchSection({ settings, from, onAsked }: { settings: Settings; from?: string | undefined; onAsked: () => void }) {
  const text = useText();
  const { agents, flows, failure } = useWorkbench();
  const [name, setName] = useState<AgentName>('uxExpert');
  const info = agents?.find((agent) => agent.name === name);
  return (
    <Section id="workbench" title={text('settings.workbench')} text={text('workbench.text')}>
      <FailureNotice failure={failure} />
      {!agents && !failure ? <Spinner label={text('loading')} /> : null}
      {agents && info ? (
        <>
          <SelectField label={text('workbench.agent')} hint={text(`workbench.about.${name}`)} value={name} choices={agents.map((agent) => ({ value: agent.name, label: text(`agentName.${agent.name}`) }))} onCommit={setName} />
          <Bench key={name} info={info} flows={flows} from={from} settings={settings} onAsked={onAsked} />
        </>
      ) : null}
    </Section>
  );
}

function Bench({ info, flows, from, settings, onAsked }: { info: AgentInfo; flows: readonly FlowSummary[]; from: string | undefined; settings: Settings; onAsked: () => void }) {
  const text = useText();
  const fail = useFailureToast();
  const [input, setInput] = useState(info.example);
  const [view, setView] = useState<'form' | 'json'>('form');
  const [flowId, setFlowId] = useState(from !== undefined && flows.some(({ id }) => id === from) ? from : '');
  const [prompt, setPrompt] = useState<ShownPrompt | null>(null);
  const byRules = useAgentRun('rules', setPrompt);
  const byModel = useAgentRun('model', setPrompt);
  const picker = useRef<HTMLInputElement>(null);
  const { choice } = choiceFor(info.name, settings);
  const hasModel = choice.provider !== 'rules';
  const model = choice.provider === 'rules' ? '' : choice.model;
  const isRunning = byRules.state.phase === 'running' || byModel.state.phase === 'running';
  const language = text('languageTag').startsWith('de') ? 'de' : 'en';
  const request = { name: info.name, input, language, ...(flowId ? { flowId } : {}) } as const;
  const start = (minds: readonly ('rules' | 'model')[]) => {
    if (!minds.includes('rules')) byRules.clear();
    if (!minds.includes('model')) byModel.clear();
    if (minds.includes('rules')) void byRules.run(request);
    if (minds.includes('model')) void byModel.run(request).finally(onAsked);
  };
  const takePicture = async (file: File) => {
    const { mediaType, base64 } = await prepareImage(file);
    setInput({ ...(input as object), image: { mediaType, base64 } });
  };

  return (
    <>
      {flows.length > 0 ? <SelectField label={text('workbench.flow')} hint={text('workbench.flowText')} value={flowId} choices={[{ value: '', label: text('workbench.noFlow') }, ...flows.map(({ id, name }) => ({ value: id, label: name }))]} onCommit={setFlowId} /> : null}
      <div className="workbench__bar">
        <Segmented label={text('workbench.input')} value={view} choices={[{ value: 'form', label: text('workbench.form') }, { value: 'json', label: 'JSON' }]} onCommit={setView} />
        <span className="workbench__space" />
        {info.name === 'visualInterpreter' ? (
          <>
            <input ref={picker} type="file" accept="image/*" hidden onChange={(event) => {
              const file = event.target.files?.[0];
              event.target.value = '';
              if (file) takePicture(file).catch(fail);
            }} />
            <Button size="small" icon={<ImagePlus />} onClick={() => picker.current?.click()}>
              {text('workbench.picture')}
            </Button>
          </>
        ) : null}
        <Button size="small" variant="ghost" icon={<RotateCcw />} disabled={JSON.stringify(input) === JSON.stringify(info.example)} onClick={() => setInput(info.example)}>
          {text('workbench.example')}
        </Button>
      </div>
      {view === 'form' ? <AgentForm schema={info.input as FieldSchema} value={(input ?? {}) as Record<string, unknown>} onChange={setInput} /> : <JsonField label={text('workbench.input')} value={input} rows={12} onChange={setInput} />}
      <div className="settings__row">
        <Button variant="primary" icon={<Play />} disabled={isRunning} data-testid="workbench-rules" onClick={() => start(['rules'])}>
          {text('workbench.runRules')}
        </Button>
        <Button icon={<Play />} disabled={isRunning || !hasModel} data-testid="workbench-model" onClick={() => start(['model'])}>
          {text('workbench.runModel')}
        </Button>
        <Button icon={<Columns2 />} disabled={isRunning || !hasModel} data-testid="workbench-both" onClick={() => start(['rules', 'model'])}>
          {text('workbench.runBoth')}
        </Button>
        {isRunning ? (
          <Button icon={<Square />} onClick={() => [byRules, byModel].forEach((run) => run.state.phase === 'running' && run.stop())}>
            {text('workbench.stop')}
          </Button>
        ) : null}
      </div>
      {hasModel ? null : <p className="settings__faint">{text('workbench.noModel')}</p>}
      <div className="workbench__runs" aria-live="polite">
        <RunColumn title={text('workbench.byRules')} state={byRules.state} />
        <RunColumn title={model || text('workbench.byModel')} state={byModel.state} />
      </div>
      {prompt ? (
        <details className="workbench__prompt" data-testid="workbench-prompt">
          <summary>{text('workbench.prompt', { version: prompt.promptVersion })}</summary>
          <h3>{text('workbench.system')}</h3>
          <pre>{prompt.system}</pre>
          <h3>{text('workbench.message')}</h3>
          <pre>{prompt.message || text('workbench.nothing')}</pre>
        </details>
      ) : null}
    </>
  );
}

/** The agents and the flows that they may look at. */
function useWorkbench(): { agents: readonly AgentInfo[] | null; flows: readonly FlowSummary[]; failure: unknown } {
  const { api } = useServices();
  const [state, setState] = useState<{ agents: readonly AgentInfo[] | null; flows: readonly FlowSummary[]; failure: unknown }>({ agents: null, flows: [], failure: null });
  useEffect(() => {
    let isLeft = false;
    Promise.all([api.agents.list(), api.flows.list({})]).then(
      ([agents, flows]) => !isLeft && setState({ agents, flows, failure: null }),
      (failure: unknown) => !isLeft && setState({ agents: null, flows: [], failure }),
    );
    return () => void (isLeft = true);
  }, [api]);
  return state;
}
