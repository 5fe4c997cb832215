import type { FlowSummary } from '@uxflow/core/api';
import { Button, Checkbox, Dialog, Notice, Spinner } from '@uxflow/ui';
import { Check, CircleAlert, Users } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { ActionForm } from '../../forms/ActionForm.tsx';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { errorText, useText } from '../../i18n/TextContext.tsx';
import { useServices } from '../../store/services.ts';
import { NewWorkspaceForm } from './hub/NewWorkspaceForm.tsx';
import { NOWHERE, PlacePicker, settlePlace, usePlaceIsReady, useShareableWorkspaces, type SharePlace } from './PlacePicker.tsx';
import { shareMany, type ShareProgress } from './shareMany.ts';
import { useBusy } from '../../forms/useBusy.ts';

/** Shares several flows of this device together: chosen ones, into a workspace and a project, with progress; it can be stopped and taken up again. */
export function ShareManyDialog({ onBack, onClose }: { onBack: () => void; onClose: () => void }) {
  const text = useText();
  const { api } = useServices();
  const { workspaces, failure: unheard, add } = useShareableWorkspaces();
  const [flows, setFlows] = useState<FlowSummary[] | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [place, setPlace] = useState<SharePlace | null>(null);
  const [standing, setStanding] = useState<ReadonlyMap<string, ShareProgress>>(new Map());
  const [isStopped, setStopped] = useState(false);
  const stop = useRef<AbortController | null>(null);
  const busy = useBusy();
  const { isBusy, failure, run } = busy;
  useEffect(() => void api.flows.list({}).then((all) => setFlows(all.filter(({ isShared }) => !isShared)), () => setFlows([])), [api]);
  useEffect(() => () => stop.current?.abort(), []);
  const at = place ?? { ...NOWHERE, workspaceId: workspaces?.[0]?.id ?? '' };
  const isReady = usePlaceIsReady(workspaces ?? [], at);
  const done = [...standing.values()].filter(({ state }) => state === 'shared').length;
  const hasBegun = standing.size > 0;
  const begin = async (flowIds: readonly string[]) => {
    const settled = await settlePlace(api, at);
    // A project that was made is there when the rest is tried again.
    setPlace({ ...NOWHERE, workspaceId: settled.workspaceId, projectId: settled.projectId ?? '' });
    setStopped(false);
    stop.current = new AbortController();
    await shareMany(flowIds, (flowId) => api.sync.share({ flowId, ...settled }), (flowId, progress) => setStanding((before) => new Map(before).set(flowId, progress)), stop.current.signal);
  };
  const rest = [...standing].filter(([, { state }]) => state !== 'shared').map(([flowId]) => flowId);
  const isOver = hasBegun && !isBusy;
  return (
    <Dialog
      isWide
      title={text('many.title')}
      closeLabel={text('close')}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onBack}>{text('hub.back')}</Button>
          <Button onClick={onClose}>{text('close')}</Button>
        </>
      }
    >
      <div className="share" data-testid="share-many">
        <FailureNotice failure={unheard} />
        {!hasBegun ? <p>{text('many.text')}</p> : null}
        {(!workspaces && !unheard) || !flows ? <Spinner label={text('loading')} /> : null}
        {flows?.length === 0 ? <Notice>{text('many.none')}</Notice> : null}
        {workspaces && flows && flows.length > 0 && !hasBegun ? (
          <>
            <FlowChoice flows={flows} chosen={chosen} onChange={setChosen} />
            {at.workspaceId ? (
              <ActionForm
                busy={busy}
                className="share__form"
                onSubmit={() => begin(flows.filter(({ id }) => chosen.has(id)).map(({ id }) => id))}
                foot={
                  <Button type="submit" variant="primary" icon={<Users />} disabled={isBusy || !isReady || chosen.size === 0}>
                    {text('many.share', { count: chosen.size })}
                  </Button>
                }
              >
                <PlacePicker workspaces={workspaces} place={at} onChange={setPlace} />
              </ActionForm>
            ) : (
              <>
                <PlacePicker workspaces={workspaces} place={at} onChange={setPlace} />
                <NewWorkspaceForm onMade={(made) => (add(made), setPlace({ ...NOWHERE, workspaceId: made.id }))} />
              </>
            )}
          </>
        ) : null}
        {hasBegun ? (
          <>
            <FailureNotice failure={failure} />
            <progress className="share__progress" max={standing.size} value={done} aria-label={text('many.progress', { done, count: standing.size })} />
            <p role="status">{text('many.progress', { done, count: standing.size })}</p>
            <ul className="share__steps" data-testid="share-steps">
              {[...standing].map(([flowId, progress]) => (
                <li key={flowId} data-state={progress.state}>
                  {progress.state === 'shared' ? <Check aria-hidden /> : progress.state === 'failed' ? <CircleAlert aria-hidden /> : progress.state === 'sharing' ? <Spinner label={text('many.sharing')} /> : <span className="share__dot" aria-hidden />}
                  <strong>{flows?.find(({ id }) => id === flowId)?.name ?? ''}</strong>
                  <span>{progress.state === 'failed' ? text('many.failed', { reason: errorText(text, progress.error) }) : text(progress.state === 'waiting' && isOver ? 'many.kept' : `many.${progress.state}`)}</span>
                </li>
              ))}
            </ul>
            {isBusy ? (
              <Button className="share__start" disabled={isStopped} onClick={() => (setStopped(true), stop.current?.abort())}>
                {text('many.cancel')}
              </Button>
            ) : (
              <>
                <Notice tone={rest.length === 0 ? 'success' : 'warning'}>{text(rest.length === 0 ? (done === 1 ? 'many.doneOne' : 'many.done') : isStopped ? 'many.cancelled' : 'many.partly', { done, count: standing.size })}</Notice>
                {rest.length > 0 ? (
                  <Button className="share__start" variant="primary" onClick={() => run(() => begin(rest))}>
                    {text('many.retry')}
                  </Button>
                ) : null}
              </>
            )}
          </>
        ) : null}
      </div>
    </Dialog>
  );
}

function FlowChoice({ flows, chosen, onChange }: { flows: readonly FlowSummary[]; chosen: ReadonlySet<string>; onChange: (chosen: ReadonlySet<string>) => void }) {
  const text = useText();
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const shown = flows.filter(({ name }) => name.toLowerCase().includes(wanted));
  const change = (ids: readonly string[], isChosen: boolean) => {
    const next = new Set(chosen);
    for (const id of ids) {
      if (isChosen) next.add(id);
      else next.delete(id);
    }
    onChange(next);
  };
  return (
    <fieldset className="flow-choice">
      <legend className="field__label">{text('many.flows')}</legend>
      {flows.length > 8 ? <input className="input" type="search" aria-label={text('many.search')} placeholder={text('many.search')} value={search} onChange={(event) => setSearch(event.target.value)} /> : null}
      <Checkbox label={text('many.all')} checked={shown.length > 0 && shown.every(({ id }) => chosen.has(id))} onCommit={(isChosen) => change(shown.map(({ id }) => id), isChosen)} />
      <div className="flow-choice__list">
        {shown.map(({ id, name }) => (
          <Checkbox key={id} label={name} checked={chosen.has(id)} onCommit={(isChosen) => change([id], isChosen)} />
        ))}
      </div>
    </fieldset>
  );
}
