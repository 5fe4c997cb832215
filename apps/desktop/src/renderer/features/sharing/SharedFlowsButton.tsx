import type { RemoteFlow } from '@uxflow/core/api';
import { Button, Dialog, EmptyState, IconButton, Notice, Spinner } from '@uxflow/ui';
import { Users } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { errorText, useText } from '../../i18n/TextContext.tsx';
import { whenText } from '../../i18n/when.ts';
import { goTo } from '../../store/route.ts';
import { useNow, useServices } from '../../store/services.ts';
import { SignInForm } from './SignInForm.tsx';
import './sharing.css';

/** The way to what others share: a button, and the list behind it. */
export function SharedFlowsButton() {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  const { account } = useServices();
  const user = useStore(account, (state) => state.account?.user);
  return (
    <>
      <IconButton label={text('sync.flows')} icon={<Users />} onClick={() => setOpen(true)} />
      {isOpen ? (
        <Dialog title={text('sync.flows')} closeLabel={text('close')} onClose={() => setOpen(false)} foot={<Button onClick={() => setOpen(false)}>{text('close')}</Button>}>
          <div className="share" data-testid="shared-flows">
            {user ? (
              <SharedFlows />
            ) : (
              <>
                <p>{text('sync.flowsSignIn')}</p>
                <SignInForm />
              </>
            )}
          </div>
        </Dialog>
      ) : null}
    </>
  );
}

function SharedFlows() {
  const text = useText();
  const { api } = useServices();
  const now = useNow(30_000);
  const [flows, setFlows] = useState<RemoteFlow[] | null>(null);
  const [opening, setOpening] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    let isGone = false;
    api.sync.flows().then((all) => !isGone && setFlows(all.sort((a, b) => b.updatedAt - a.updatedAt)), (error: unknown) => !isGone && setFailure(error));
    return () => void (isGone = true);
  }, [api]);
  const openFlow = ({ logId, workspaceId }: RemoteFlow) => {
    setOpening(logId);
    setFailure(null);
    void api.sync
      .open({ logId, workspaceId })
      .then(({ id }) => goTo({ page: 'flow', flowId: id }))
      .catch(setFailure)
      .finally(() => setOpening(null));
  };
  return (
    <>
      {failure ? <Notice tone="error">{errorText(text, failure)}</Notice> : null}
      {flows === null && !failure ? <Spinner label={text('loading')} /> : null}
      {flows?.length === 0 ? (
        <EmptyState icon={<Users />} title={text('sync.flowsNone')}>
          {text('sync.flowsNoneText')}
        </EmptyState>
      ) : null}
      <ul className="share__flows">
        {flows?.map((flow) => (
          <li key={flow.logId}>
            <div>
              <strong>{flow.name}</strong>
              <span>
                {flow.workspaceName} · {text('list.changed', { when: whenText(text, flow.updatedAt, now) })}
                {flow.scope === 'edit' ? '' : ` · ${text(`sync.role.${flow.scope === 'read' ? 'viewer' : 'commenter'}`)}`}
              </span>
            </div>
            <Button size="small" disabled={opening !== null} onClick={() => openFlow(flow)}>
              {text(opening === flow.logId ? 'sync.opening' : 'sync.openFlow')}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
