import { errorInfo, type Clock, type Logger } from '../../base/index.ts';
import type { DataFolder } from '../../db/index.ts';
import type { FlowService } from '../flowService.ts';
import type { Remote } from './remote.ts';
import type { Shares } from './shares.ts';

/** Names of shared flows on their way to the lists of colleagues. */
export interface FlowNames {
  /** Tells the server the name that was given here; one that it does not take is told again later. Never throws. */
  tell(flowId: string): Promise<void>;
}

export interface FlowNamesOptions {
  folder: DataFolder;
  flows: FlowService;
  shares: Shares;
  remote: Pick<Remote, 'rename'>;
  clock: Clock;
  logger: Logger;
}

/** ms for which a name that was not taken is not told again. */
const AGAIN_MS = 30_000;

/** Notes from now on when the name of a shared flow is changed here, connected or not. */
export function createFlowNames({ folder, flows, shares, remote, clock, logger }: FlowNamesOptions): FlowNames {
  const onTheWay = new Set<string>();
  /** ms UTC before which a flow's name is not told again. */
  const waits = new Map<string, number>();
  flows.onEntry((flowId) => {
    const share = shares.get(flowId);
    if (!share || share.isRenamed) return;
    const own = flows.sessions().find((session) => session.flowId === flowId)?.shared?.replica.pending ?? [];
    if (own.some(({ ops }) => ops?.some((op) => op.op === 'set' && op.kind === 'flow' && op.field === 'name'))) shares.set(flowId, { ...share, isRenamed: true });
  });
  const done = (flowId: string) => {
    const share = shares.get(flowId);
    if (share) shares.set(flowId, { ...share, isRenamed: false });
    waits.delete(flowId);
  };
  return {
    async tell(flowId) {
      const share = shares.get(flowId);
      if (!share || onTheWay.has(flowId) || clock.now() < (waits.get(flowId) ?? 0)) return;
      onTheWay.add(flowId);
      waits.set(flowId, clock.now() + AGAIN_MS);
      const { name } = folder.flows.getFlow(flowId);
      try {
        await remote.rename(share.workspaceId, share.logId, name);
        if (folder.flows.findFlow(flowId)?.name === name) done(flowId);
      } catch (error) {
        const { code } = errorInfo(error);
        logger.info('a name was not told', { flowId, code });
        // Who may not name it is not asked again.
        if (code === 'PERMISSION_MISSING') done(flowId);
      } finally {
        onTheWay.delete(flowId);
      }
    },
  };
}
