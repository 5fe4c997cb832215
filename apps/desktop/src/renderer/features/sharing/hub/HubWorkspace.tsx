import type { RemoteFlow, RemoteWorkspace } from '@uxflow/core/api';
import { Badge, Button, IconButton } from '@uxflow/ui';
import { FileLock2, Lock, UsersRound } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useBusy } from '../../../forms/useBusy.ts';
import { useText } from '../../../i18n/TextContext.tsx';
import { whenText } from '../../../i18n/when.ts';
import { goTo } from '../../../store/route.ts';
import { useNow, useServices } from '../../../store/services.ts';
import { roleText } from '../roleText.ts';

/** A workspace of the person with the flows that are shared in it. */
export function HubWorkspace({ workspace, flows, onManage }: { workspace: RemoteWorkspace; flows: readonly RemoteFlow[]; onManage: (tab?: 'people' | 'keys') => void }) {
  const text = useText();
  const { api, keys } = useServices();
  const now = useNow(30_000);
  const standing = useStore(keys, (state) => state.keys?.workspaces.find(({ workspaceId }) => workspaceId === workspace.id));
  const [opening, setOpening] = useState<string | null>(null);
  const { isBusy, failure, run } = useBusy();
  const openFlow = ({ logId, workspaceId }: RemoteFlow) => {
    setOpening(logId);
    run(async () => goTo({ page: 'flow', flowId: (await api.sync.open({ logId, workspaceId })).id }));
  };
  const state = standing?.state;
  return (
    <section className="hub-workspace" data-testid="hub-workspace">
      <header>
        {workspace.encrypted ? <Lock className="hub-workspace__lock" role="img" aria-label={text('workspace.encrypted')} data-tip={text('workspace.encrypted')} /> : null}
        <h3>{workspace.name}</h3>
        <span className="share__role-note">{roleText(text, workspace.role)}</span>
        {workspace.encrypted && state && state !== 'ok' ? (
          <button type="button" className="hub-workspace__state" onClick={() => onManage('keys')}>
            <Badge tone={state === 'alarm' ? 'error' : 'warning'}>{text(`workspaceKeys.short.${state}`)}</Badge>
          </button>
        ) : null}
        {workspace.encrypted && standing?.isOpen && standing.lacking > 0 && standing.mayGive ? (
          <button type="button" className="hub-workspace__state" onClick={() => onManage('keys')}>
            <Badge tone="info">{text('workspaceKeys.lacking', { count: standing.lacking })}</Badge>
          </button>
        ) : null}
        <span className="page__space" />
        <IconButton size="small" label={text('hub.peopleOf', { workspace: workspace.name })} icon={<UsersRound />} onClick={() => onManage()} />
      </header>
      <FailureNotice failure={failure} />
      {flows.length === 0 ? <p className="share__quiet">{text('hub.noFlows')}</p> : null}
      <ul className="share__flows">
        {flows.map((flow) => (
          <li key={flow.logId}>
            {flow.isLocked ? <FileLock2 aria-hidden className="hub-workspace__lock" /> : null}
            <div>
              <strong className={flow.isLocked ? 'hub-workspace__locked' : undefined}>{flow.isLocked ? text('hub.lockedName') : flow.name}</strong>
              <span>
                {text('list.changed', { when: whenText(text, flow.updatedAt, now) })}
                {flow.scope === 'edit' ? '' : ` · ${roleText(text, flow.scope === 'read' ? 'viewer' : 'commenter')}`}
              </span>
            </div>
            <Button size="small" disabled={isBusy || flow.isLocked} onClick={() => openFlow(flow)}>
              {text(isBusy && opening === flow.logId ? 'sync.opening' : 'sync.openFlow')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
