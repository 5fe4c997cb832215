import { errorInfo, type ErrorInfo } from '@uxflow/core';
import type { AgentPrompts, PromptProblem } from '@uxflow/core/api';
import { Button, Dialog, Field } from '@uxflow/ui';
import { useEffect, useState } from 'react';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { codeText, useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { DiffText } from './DiffText.tsx';

/** As the engine counts; longer ones are refused there. */
const LIMIT = 8000;
const CHECK_AFTER_MS = 200;

/** Writing a wording by hand: begins with the one in use, shows what changes, and says at once why it could not be kept. */
export function WordingEditor({ agent, isLearning, onClose }: { agent: AgentPrompts; isLearning: boolean; onClose: () => void }) {
  const text = useText();
  const { api } = useServices();
  const inUse = agent.variants.find((variant) => variant.id === agent.inUse)?.text ?? '';
  const [wording, setWording] = useState(inUse);
  const [reason, setReason] = useState('');
  const [problems, setProblems] = useState<readonly PromptProblem[] | null>(null);
  const [failure, setFailure] = useState<ErrorInfo | null>(null);
  const isSame = wording.trim() === inUse.trim();
  useEffect(() => {
    setProblems(null);
    let isCurrent = true;
    const timer = setTimeout(() => {
      api.prompts.check({ agent: agent.agent, text: wording }).then((found) => isCurrent && setProblems(found), (error: unknown) => isCurrent && setFailure(errorInfo(error)));
    }, CHECK_AFTER_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [api, agent.agent, wording]);
  const save = async (isTried: boolean) => {
    setFailure(null);
    try {
      const { variantId } = await api.prompts.add({ agent: agent.agent, text: wording, reason });
      if (isTried) await api.prompts.try({ variantId });
      onClose();
    } catch (error) {
      setFailure(errorInfo(error));
    }
  };
  const canSave = !isSame && problems?.length === 0;
  const shown = isSame ? [] : (problems ?? []);
  return (
    <Dialog
      title={text('prompts.editor', { agent: text(`agentName.${agent.agent as 'architect'}`) })}
      closeLabel={text('close')}
      isWide
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{text('cancel')}</Button>
          <Button disabled={!canSave} onClick={() => void save(false)}>
            {text('prompts.save')}
          </Button>
          {agent.isMeasured && isLearning ? (
            <Button variant="primary" disabled={!canSave} onClick={() => void save(true)}>
              {text('prompts.saveAndTry')}
            </Button>
          ) : null}
        </>
      }
    >
      <div className="prompts__editor">
        <p className="settings__muted">{text('prompts.editorText')}</p>
        <FailureNotice failure={failure} />
        <Field
          label={text('prompts.wording')}
          isError={shown.length > 0}
          hint={
            <>
              {shown.map((problem, index) => (
                <div key={index}>{codeText(text, 'prompts.problem', problem.code, problem.params)}</div>
              ))}
              <div className="settings__faint">
                {text('prompts.length', { length: wording.trim().length, limit: LIMIT })}
                {agent.placeholders.length ? ` · ${text('prompts.placeholders', { names: agent.placeholders.map((name) => `{{${name}}}`).join(', ') })}` : ''}
              </div>
            </>
          }
        >
          {(id) => <textarea id={id} className="input" rows={9} value={wording} spellCheck aria-invalid={shown.length > 0} onChange={(event) => setWording(event.target.value)} />}
        </Field>
        <Field label={text('prompts.reason')}>{(id) => <input id={id} className="input" maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />}</Field>
        <div>
          <h4>{text('prompts.changes')}</h4>
          {isSame ? <p className="settings__muted">{text('prompts.noChanges')}</p> : <DiffText before={inUse} after={wording} />}
        </div>
      </div>
    </Dialog>
  );
}
