import { AppError, type Clock } from '../../base/index.ts';
import type { DataFolder } from '../../db/index.ts';
import { initialState } from '../../flow/index.ts';
import { Replica, type LogSnapshot, type SyncClient, type SyncCodec } from '../../sync/index.ts';
import { sha256, storedSnapshot } from './sharedLog.ts';

/** Time in which the server must have sent a flow, ms. */
const WITHIN_MS = 30_000;

/**
 * A flow of others, as it is on the server now, stored here as a shared log of its own. Throws SHARED_FLOW_NOT_FOUND, SHARED_FLOW_NOT_READY,
 * SHARED_FLOW_LATE, SHARED_FLOW_UNREADABLE, FLOW_ID_TAKEN; then nothing was stored.
 */
export async function fetchSharedFlow({ folder, client, logId, clock, codec }: { folder: DataFolder; client: SyncClient; logId: string; clock: Clock; codec: SyncCodec }): Promise<{ flowId: string; scope: 'edit' | 'comment' | null }> {
  let take: (snapshot: LogSnapshot) => void = () => {};
  let fail: (error: AppError) => void = () => {};
  const arrived = new Promise<LogSnapshot>((resolve, reject) => {
    take = resolve;
    fail = reject;
  });
  const replica = new Replica(initialState('flow_unknown'), { sha256 });
  const open = client.open({
    logId,
    replica,
    codec,
    // Only the start is wanted: the session that is opened on it fetches the rest.
    keeper: { confirmed: () => {}, settled: () => {}, replaced: (snapshot) => take(snapshot), denied: () => {}, ownConfirmed: () => [] },
  });
  let last: string | undefined;
  const look = () => {
    const { state, reason } = open.status();
    last = reason?.code;
    if (state === 'stopped') fail(reason?.code === 'LOG_NOT_FOUND' || reason?.code === 'ACCESS_REVOKED' ? notFound(logId) : unreadable(logId, reason?.code ?? ''));
    // Everything came and no snapshot among it: the log begins here with its first entry.
    else if (state === 'synced' && replica.confirmed.flow.id !== 'flow_unknown') take(replica.takeSnapshot());
  };
  const stop = client.subscribe(look);
  const timer = setTimeout(() => fail(last === 'LOG_NOT_READY' ? notReady(logId) : late(logId, last ?? '')), WITHIN_MS);
  try {
    look();
    const snapshot = await arrived;
    const flowId = snapshot.state.flow.id;
    const { scope } = open.status();
    if (folder.flows.findFlow(flowId)) throw new AppError('FLOW_ID_TAKEN', 'A flow of the same origin is in this data folder already. Nothing was changed; delete that one for ever first, or open it.', { flowId });
    const now = clock.now();
    const { name, description } = snapshot.state.flow;
    folder.withTransaction(() => {
      folder.flows.createFlow({
        flow: { id: flowId, name, ...(description ? { description } : {}), createdAt: now, updatedAt: now, nodeCount: Object.keys(snapshot.state.nodes).length, edgeCount: Object.keys(snapshot.state.edges).length, preview: [] },
        logId,
      });
      folder.flows.setShared(logId, true);
      folder.flows.replaceFromSnapshot(logId, storedSnapshot(snapshot));
    });
    return { flowId, scope };
  } finally {
    clearTimeout(timer);
    stop();
    open.close();
  }
}

function notFound(logId: string): AppError {
  return new AppError('SHARED_FLOW_NOT_FOUND', 'This flow is not shared with you (any more). Nothing was changed; ask whoever shared it.', { logId });
}

function notReady(logId: string): AppError {
  return new AppError('SHARED_FLOW_NOT_READY', 'Whoever shares this flow has not sent it whole yet. Nothing was changed; try again when they are online.', { logId });
}

function late(logId: string, reason: string): AppError {
  return new AppError('SHARED_FLOW_LATE', 'The server did not send this flow in time. Nothing was changed; try again.', { logId, reason });
}

function unreadable(logId: string, reason: string): AppError {
  return new AppError('SHARED_FLOW_UNREADABLE', 'This flow cannot be read here: it is encrypted, or a newer version of the app made it. Nothing was changed.', { logId, reason });
}
