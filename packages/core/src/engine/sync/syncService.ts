import type { FlowSummary, FlowSyncEvent, Shown } from '../../api/index.ts';
import { AppError, isAppError, type Clock, type Logger } from '../../base/index.ts';
import type { DataFolder } from '../../db/index.ts';
import type { OpenLog } from '../../sync/index.ts';
import type { FlowService } from '../flowService.ts';
import type { LogSession } from '../logSession.ts';
import type { AccountService } from './accountService.ts';
import type { Asides } from './asides.ts';
import { createFlowFeed } from './flowFeed.ts';
import { createFlowNames } from './flowNames.ts';
import { createFlowStatus } from './flowStatus.ts';
import { fetchSharedFlow } from './fetchSharedFlow.ts';
import type { KeyService } from './keyService.ts';
import { createKeyWatches } from './keyWatches.ts';
import { createRemote, type Remote } from './remote.ts';
import { createSettling, type Settling } from './settling.ts';
import { isShareOf, type Share, type Shares } from './shares.ts';
import { createSnapshotOffers } from './snapshotOffers.ts';
import { plainCodec, type SyncLine } from './syncLine.ts';

/** Flows that are shared: on their way to the server and back, and what a screen wants to know of it. */
export interface SyncService extends Settling {
  readonly remote: Remote;
  isShared(flowId: string): boolean;
  /** True when it is shared in an encrypted workspace. */
  isEncrypted(flowId: string): boolean;
  /**
   * Puts a flow into a workspace of the account's server. What is changed meanwhile waits. Throws FLOW_SHARED_ALREADY, where its key is missing
   * KEYS_NOT_HERE, LOG_KEY_MISSING or WORKSPACE_KEY_MISSING, and what the server refuses; then nothing has changed.
   */
  share(flowId: string, workspaceId: string, projectId?: string): Promise<void>;
  /** Ends the sharing on this device; what waits stays in the flow. */
  detach(flowId: string): void;
  /** Fetches a flow of others, or gives the one that is here. Throws what keeps it from coming. */
  open(logId: string, workspaceId: string): Promise<FlowSummary>;
  /** What a screen hears of a flow, until `signal` aborts. */
  watch(flowId: string, signal: AbortSignal | undefined): AsyncGenerator<FlowSyncEvent, void, void>;
  /** Shows something of the person to the others in a flow; null: nothing any more. */
  show(flowId: string, shown: Shown | null): void;
  retry(): void;
  /** Forgets what belongs to a flow that is gone for ever. */
  forget(flowId: string): void;
  close(): void;
}

export interface SyncServiceOptions {
  folder: DataFolder;
  flows: FlowService;
  account: AccountService;
  keys: KeyService;
  line: SyncLine;
  shares: Shares;
  asides: Asides;
  clock: Clock;
  logger: Logger;
}

/** ms until the server is asked again to take a flow whose sharing was cut off. */
const REGISTER_AGAIN_MS = 30_000;
const SIGNED_OUT = new Set(['SESSION_INVALID', 'SESSION_REVOKED', 'SESSION_EXPIRED']);

export function createSyncService(options: SyncServiceOptions): SyncService {
  const { folder, flows, account, keys, line, shares, asides, clock, logger } = options;
  const { client } = line;
  const attached = new Map<string, OpenLog>();
  const encoder = new TextEncoder();
  const remote = createRemote({ account, keys, flowOfLog: (logId) => [...shares.entries()].find(([, share]) => share.logId === logId)?.[0] });
  const names = createFlowNames({ folder, flows, shares, remote, clock, logger });
  let isStarted = false;
  let isClosed = false;
  let again: NodeJS.Timeout | undefined;
  let wasConnected = false;

  const isHere = (flowId: string) => {
    const share = shares.get(flowId);
    return share?.phase === 'shared' && isShareOf(share, account.get());
  };
  /** What is sealed takes part only while its key is here: without one it is not sent in any form. */
  const isLocked = ({ encrypted, workspaceId }: Pick<Share, 'encrypted' | 'workspaceId'>) => encrypted && !keys.isOpen(workspaceId);
  const codecFor = ({ encrypted, workspaceId, logId }: Pick<Share, 'encrypted' | 'workspaceId' | 'logId'>) => (encrypted ? keys.codecOf(workspaceId, logId) : plainCodec);
  const watches = createKeyWatches({ client, keys, logger, logsIn: (workspaceId) => [...attached].flatMap(([flowId, open]) => (shares.get(flowId)?.workspaceId === workspaceId ? [open] : [])) });

  /** Connects a session with the server, when it is shared there and somebody is signed in. */
  const attach = (session: LogSession) => {
    const { flowId, logId, shared } = session;
    if (!shared || attached.has(flowId) || !isHere(flowId)) return;
    const share = shares.get(flowId)!;
    session.setScope(share.scope);
    if (isLocked(share)) return;
    attached.set(flowId, client.open({ logId, replica: shared.replica, keeper: shared.keeper, codec: codecFor(share) }));
    if (share.encrypted) watches.watch(share.workspaceId);
    start();
  };
  /** Keys came, went or changed: what is locked leaves the connection, what is not comes (back). */
  const followKeys = () => {
    if (isClosed) return;
    let isNew = false;
    for (const [flowId, share] of shares.entries()) {
      if (!share.encrypted) continue;
      if (isLocked(share)) detach(flowId);
      else if (!attached.has(flowId)) isNew = true;
    }
    if (isNew) resume();
    // Who waits for a key hears of it by the connection, also before there is a flow that needs one.
    if (keys.hasWorkspaces()) start();
    feed.changed();
  };
  const detach = (flowId: string) => {
    attached.get(flowId)?.close();
    attached.delete(flowId);
  };
  const start = () => {
    if (isStarted) return;
    isStarted = true;
    client.start();
  };
  const stop = () => {
    isStarted = false;
    client.stop();
  };

  /** What the server said of a log goes into what the device keeps of it. */
  const follow = () => {
    account.setConnected(client.isConnected);
    if (client.isConnected && !wasConnected) keys.lookAgain();
    wasConnected = client.isConnected;
    // What was on its way when the line broke may not have arrived: it is offered again.
    if (!client.isConnected) offers.forget();
    for (const [flowId, open] of attached) {
      const { state, scope, reason } = open.status();
      if (reason && SIGNED_OUT.has(reason.code)) return account.ended();
      const share = shares.get(flowId);
      if (!share) continue;
      if (state === 'synced' || state === 'sending' || state === 'choosing') {
        if (share.scope !== scope) {
          shares.set(flowId, { ...share, scope });
          flows.open(flowId).session.setScope(scope);
        }
        if (share.isRenamed && state === 'synced') void names.tell(flowId);
        if (!share.hasSnapshot) offers.offer(flowId, open);
      }
    }
  };
  const offers = createSnapshotOffers((flowId, open) => {
    const share = shares.get(flowId);
    if (share && attached.get(flowId) === open) shares.set(flowId, { ...share, hasSnapshot: true });
  });

  const stopFollowing = client.subscribe(() => {
    try {
      follow();
    } catch (error) {
      logger.warn('the status of a shared flow was not kept', { error: String(error) });
    }
  });
  flows.onSession({ opened: attach, closed: ({ flowId }) => detach(flowId), mayClose: ({ flowId, shared }) => !attached.has(flowId) || shared?.replica.pending.length === 0 });

  /** Opens what waits to be sent, and registers what a crash left half registered. */
  const resume = () => {
    if (folder.readOnly || !account.get().user) return;
    for (const [flowId, share] of shares.entries()) {
      if (!isShareOf(share, account.get()) || !folder.flows.findFlow(flowId)) continue;
      if (share.phase === 'registering') {
        if (isLocked(share)) continue;
        void register(flowId).catch((error: unknown) => {
          logger.info('a flow waits to be shared', { flowId, error: String(error) });
          clearTimeout(again);
          if (!isClosed) again = setTimeout(resume, REGISTER_AGAIN_MS).unref();
        });
      }
      else if (!attached.has(flowId) && folder.flows.listPending(share.logId).length > 0) attach(flows.open(flowId).session);
    }
    for (const session of flows.sessions()) attach(session);
  };
  account.onSwitch(() => {
    for (const flowId of [...attached.keys()]) detach(flowId);
    watches.end();
    stop();
    resume();
    feed.changed();
  });

  const register = async (flowId: string) => {
    const share = shares.get(flowId)!;
    const { flows: store } = folder;
    const no = store.headOf(share.logId);
    const { name } = store.getFlow(flowId);
    await remote.register(share.workspaceId, { logId: share.logId, name, no, chain: store.chainOf(share.logId, no), ...(share.projectId === undefined ? {} : { projectId: share.projectId }) });
    shares.set(flowId, { ...share, phase: 'shared' });
    attach(flows.open(flowId).session);
    feed.changed();
  };

  const openLog = (flowId: string) => attached.get(flowId);
  const status = createFlowStatus({ flows, account, keys, shares, asides, isLocked, openLog });
  const feed = createFlowFeed({ flows, status, logOf: (flowId) => attached.get(flowId)?.log, onChange: (listener) => client.subscribe(listener) });

  keys.onChange(followKeys);
  resume();
  return {
    remote,
    isShared: (flowId) => shares.get(flowId) !== undefined,
    isEncrypted: (flowId) => shares.get(flowId)?.encrypted === true,
    async share(flowId, workspaceId, projectId) {
      if (shares.get(flowId)) throw new AppError('FLOW_SHARED_ALREADY', 'This flow is shared already. Nothing was changed.', { flowId });
      const workspace = (await remote.workspaces()).find(({ id }) => id === workspaceId);
      if (!workspace?.mayShare) throw new AppError('WORKSPACE_NOT_WRITABLE', 'You may not put flows into this workspace. Nothing was changed; choose another one, or ask its owner.', { workspaceId });
      // Throws where it is encrypted and its key is not here.
      if (workspace.encrypted) await keys.keysOf(workspaceId);
      const { session } = flows.open(flowId);
      const { server, user } = account.get();
      // First the log here: whatever is changed while the server answers has to wait for its number.
      folder.withTransaction(() => {
        shares.set(flowId, { logId: session.logId, server, userId: user!.id, workspaceId, workspaceName: workspace.name, encrypted: workspace.encrypted, ...(projectId === undefined ? {} : { projectId }), phase: 'registering', hasSnapshot: false, scope: 'edit' });
        session.share();
      });
      feed.changed();
      try {
        await register(flowId);
      } catch (error) {
        // Without an answer nobody knows whether the server has the log: it is asked again when it is back.
        if (isAppError(error) && ['SERVER_UNREACHABLE', 'SERVER_STRANGE', 'EGRESS_REFUSED', 'INTERNAL'].includes(error.code)) throw error;
        session.unshare();
        shares.remove(flowId);
        feed.changed();
        throw error;
      }
    },
    detach(flowId) {
      detach(flowId);
      const { session } = flows.open(flowId);
      folder.withTransaction(() => {
        session.unshare();
        shares.remove(flowId);
      });
      feed.changed();
    },
    async open(logId, workspaceId) {
      const known = [...shares.entries()].find(([, share]) => share.logId === logId)?.[0];
      if (known && folder.flows.findFlow(known)) {
        const [share, { user, server }] = [shares.get(known)!, account.get()];
        // Another account of this device left it here whole: whoever opens it now goes on with it. What waits stays for its author to send.
        if (user && share.server === server && !isShareOf(share, { server, user }) && folder.flows.listPending(logId).length === 0) {
          shares.set(known, { ...share, userId: user.id });
          attach(flows.open(known).session);
          feed.changed();
        }
        if (folder.flows.getFlow(known).deletedAt !== undefined) flows.restore(known);
        return flows.summaryOf(known);
      }
      if (!account.get().user) throw new AppError('SIGNED_OUT', 'Nobody is signed in to a server. Nothing was changed; sign in first.', {});
      const workspace = (await remote.workspaces()).find(({ id }) => id === workspaceId);
      const encrypted = workspace?.encrypted ?? false;
      // Throws where it is encrypted and its key is not here: there is nothing that could be read.
      if (encrypted) await keys.keysOf(workspaceId);
      const { server, user } = account.get();
      start();
      const { flowId, scope } = await fetchSharedFlow({ folder, client, logId, clock, codec: codecFor({ encrypted, workspaceId, logId }) });
      shares.set(flowId, { logId, server, userId: user!.id, workspaceId, workspaceName: workspace?.name ?? '', encrypted, phase: 'shared', hasSnapshot: true, scope });
      flows.changes.send({ type: 'changed' });
      flows.open(flowId);
      return flows.summaryOf(flowId);
    },
    watch: (flowId, signal) => feed.watch(flowId, signal),
    show(flowId, shown) {
      const user = account.get().user;
      attached.get(flowId)?.log.show(shown && user ? encoder.encode(JSON.stringify({ ...shown, name: user.name })) : new Uint8Array(0));
    },
    retry() {
      keys.lookAgain();
      resume();
      client.retryNow();
    },
    ...createSettling({ folder, flows, asides, openLog, onChange: feed.changed }),
    forget(flowId) {
      detach(flowId);
      shares.remove(flowId);
    },
    close() {
      isClosed = true;
      clearTimeout(again);
      stopFollowing();
      watches.end();
      stop();
      feed.close();
    },
  };
}
