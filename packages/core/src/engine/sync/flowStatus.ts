import type { FlowSyncStatus } from '../../api/index.ts';
import type { OpenLog } from '../../sync/index.ts';
import type { FlowService } from '../flowService.ts';
import type { AccountService } from './accountService.ts';
import type { Asides } from './asides.ts';
import type { KeyService } from './keyService.ts';
import { isShareOf, type Share, type Shares } from './shares.ts';

export interface FlowStatusOptions {
  flows: Pick<FlowService, 'sessions'>;
  account: Pick<AccountService, 'get'>;
  keys: Pick<KeyService, 'whyLocked'>;
  shares: Pick<Shares, 'get'>;
  asides: Pick<Asides, 'list'>;
  isLocked(share: Share): boolean;
  /** The flow's log while it takes part. */
  openLog(flowId: string): OpenLog | undefined;
}

/** Where a flow stands with its server, asked anew each time. */
export function createFlowStatus({ flows, account, keys, shares, asides, isLocked, openLog }: FlowStatusOptions): (flowId: string) => FlowSyncStatus {
  return (flowId) => {
    const share = shares.get(flowId);
    const session = flows.sessions().find((one) => one.flowId === flowId);
    const waiting = session?.shared?.replica.pending.length ?? 0;
    const common = { asides: asides.list(flowId).length, scope: share ? share.scope : 'edit', ...(share ? { workspace: { id: share.workspaceId, name: share.workspaceName, encrypted: share.encrypted } } : {}) } as const;
    if (!share) return { ...common, scope: 'edit', state: 'local', waiting: 0 };
    if (!isShareOf(share, account.get())) {
      const { user, server } = account.get();
      return { ...common, state: 'signedOut', waiting, reason: { code: !user ? 'SIGNED_OUT' : server === share.server ? 'OTHER_ACCOUNT' : 'OTHER_SERVER', params: { host: new URL(share.server).host } } };
    }
    if (isLocked(share)) return { ...common, ...lockedStatus(share), waiting };
    if (share.phase === 'registering') return { ...common, state: 'sharing', waiting };
    const open = openLog(flowId);
    if (!open) return { ...common, state: 'connecting', waiting };
    const { mayWrite: _, backlog, scope: __, ...rest } = open.status();
    return { ...common, ...rest, ...(backlog ? { backlog: { entries: backlog.entries, conflicts: backlog.conflicts } } : {}) };
  };

  /** Where a flow stands whose key is not here. */
  function lockedStatus({ workspaceId, server }: Share): Pick<FlowSyncStatus, 'state' | 'reason'> {
    const why = keys.whyLocked(workspaceId);
    if (!why) return { state: 'connecting' };
    const { code, params } = why;
    return code === 'SERVER_UNREACHABLE' ? { state: 'offline', reason: { code, params: { host: new URL(server).host } } } : { state: 'stopped', reason: { code, params } };
  }
}
