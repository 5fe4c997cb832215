import type { ShareLinks } from '@uxflow/core/api';
import { Button, Notice, Spinner } from '@uxflow/ui';
import { Link2, Plus } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { useText } from '../../i18n/TextContext.tsx';
import { useFlow } from '../../store/flowServices.ts';
import { useNow, useServices } from '../../store/services.ts';
import { Confirm } from './Confirm.tsx';
import { LinkRow } from './links/LinkRow.tsx';
import { NewLinkForm } from './links/NewLinkForm.tsx';
import { useBusy } from '../../forms/useBusy.ts';
import './links.css';

/** Links by which people without an account look at this flow: made, copied, changed, revoked. */
export function LinksPanel() {
  const text = useText();
  const { api } = useServices();
  const { flowId } = useFlow();
  const [state, setState] = useState<ShareLinks | null>(null);
  const [unheard, setUnheard] = useState<unknown>(null);
  const [isNew, setNew] = useState(false);
  const [asksForbid, setAsksForbid] = useState(false);
  const [madeId, setMadeId] = useState<string | null>(null);
  const { isBusy, failure, run } = useBusy();
  const now = useNow(30_000);
  const load = useCallback(async () => {
    setState(await api.links.list({ flowId }));
    setUnheard(null);
  }, [api, flowId]);
  useEffect(() => {
    let isGone = false;
    api.links.list({ flowId }).then(
      (all) => !isGone && setState(all),
      (error: unknown) => !isGone && setUnheard(error),
    );
    return () => void (isGone = true);
  }, [api, flowId]);
  const allow = (allowed: boolean) =>
    run(async () => {
      await api.links.allow({ flowId, allowed });
      setAsksForbid(false);
      setNew(false);
      await load();
    });
  return (
    <section className="share__section links" data-testid="links" aria-labelledby="links-title">
      <h3 id="links-title">
        <Link2 aria-hidden /> {text('links.title')}
      </h3>
      <p className="share__quiet">{text('links.text')}</p>
      <FailureNotice failure={unheard} />
      {!state && !unheard ? <Spinner label={text('loading')} /> : null}
      {state?.encrypted ? <p className="share__quiet">{text('links.sealedText')}</p> : null}
      {state && !state.allowed ? (
        <Notice tone="warning">
          <p>
            {text('links.notAllowed')} {state.mayAllow ? '' : text('links.askAdmin')}
          </p>
          {state.mayAllow ? (
            <Button size="small" disabled={isBusy} onClick={() => allow(true)}>
              {text('links.allow')}
            </Button>
          ) : null}
        </Notice>
      ) : null}
      {state?.allowed && isNew ? (
        <NewLinkForm
          flowId={flowId}
          rules={state}
          onCancel={() => setNew(false)}
          onMade={async ({ id }) => {
            setNew(false);
            setMadeId(id);
            await load();
          }}
        />
      ) : null}
      {state?.allowed && !isNew ? (
        <Button className="share__start" icon={<Plus />} onClick={() => setNew(true)}>
          {text('links.new')}
        </Button>
      ) : null}
      <FailureNotice failure={failure} />
      {state && state.links.length === 0 && state.allowed && !isNew ? <p className="share__quiet">{text('links.none')}</p> : null}
      {state && state.links.length > 0 ? (
        <ul className="share__cards" aria-label={text('links.list')}>
          {state.links.map((link) => (
            <LinkRow key={link.id} link={link} flowId={flowId} now={now} isNew={link.id === madeId} isSealed={state.encrypted} subflows={state.subflows} onChanged={load} />
          ))}
        </ul>
      ) : null}
      {state?.allowed && state.mayAllow ? (
        asksForbid ? (
          <Confirm action={text('links.forbid')} isBusy={isBusy} onCancel={() => setAsksForbid(false)} onConfirm={() => allow(false)}>
            {text('links.forbidText')}
          </Confirm>
        ) : (
          <Button className="share__start" size="small" variant="ghost" onClick={() => setAsksForbid(true)}>
            {text('links.forbid')}
          </Button>
        )
      ) : null}
    </section>
  );
}
