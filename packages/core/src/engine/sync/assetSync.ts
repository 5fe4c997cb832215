import { AppError, errorInfo, isAppError, type Clock, type Logger } from '../../base/index.ts';
import { readImage, type ImageType } from '../../agents/index.ts';
import type { DataFolder } from '../../db/index.ts';
import { assetIdsOf } from '../../flow/index.ts';
import { assetNames, openAsset, sealAsset } from '../../sync/keys/index.ts';
import type { FlowService } from '../flowService.ts';
import type { AccountService } from './accountService.ts';
import type { KeyService } from './keyService.ts';
import { listAssets, readAsset, storeAsset } from './serverAssets.ts';
import { sha256 } from './sharedLog.ts';
import { isShareOf, type Share, type Shares } from './shares.ts';

/** Pictures that flows name: kept once by their hash, sent to the server with a shared flow, and fetched from there when somebody looks. */
export interface AssetSync {
  /** Keeps a picture; a flow shows it once an entry names `assetId`. Throws IMAGE_TYPE_UNSUPPORTED, IMAGE_TOO_LARGE, IMAGE_UNREADABLE. */
  add(bytes: Uint8Array): { assetId: string; mediaType: ImageType; width: number; height: number };
  /** A picture that a flow names. Throws ASSET_NOT_NAMED, ASSET_NOT_HERE, and what keeps the server from giving it. */
  get(flowId: string, assetId: string): Promise<{ mediaType: string; bytes: Uint8Array }>;
  /** Something may be to send: the connection or the keys have come. */
  lookAgain(): void;
  close(): void;
}

export interface AssetSyncOptions {
  folder: DataFolder;
  flows: FlowService;
  account: AccountService;
  keys: KeyService;
  shares: Shares;
  clock: Clock;
  logger: Logger;
}

/** ms of rest after an entry before what it names is sent. */
const REST_MS = 1000;
/** ms after which what did not go is tried again. */
const AGAIN_MS = 60_000;

export function createAssetSync({ folder, flows, account, keys, shares, clock, logger }: AssetSyncOptions): AssetSync {
  /** What the server is known to have, by flow. */
  const sent = new Map<string, Set<string>>();
  /** ms UTC before which a flow whose pictures did not go is left alone. */
  const waits = new Map<string, number>();
  const dirty = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isClosed = false;

  const isReady = (share: Share | undefined): share is Share =>
    share?.phase === 'shared' && isShareOf(share, account.get()) && (!share.encrypted || keys.isOpen(share.workspaceId));

  const soon = (flowId: string, after = REST_MS) => {
    dirty.add(flowId);
    timer ??= setTimeout(run, after).unref();
  };
  const run = () => {
    timer = undefined;
    if (isClosed) return;
    if (running) return void (timer = setTimeout(run, REST_MS).unref());
    const ids = [...dirty];
    dirty.clear();
    running = (async () => {
      for (const flowId of ids) if (!isClosed) await send(flowId);
    })().finally(() => (running = undefined));
  };
  const send = async (flowId: string) => {
    const share = shares.get(flowId);
    const session = flows.sessions().find((one) => one.flowId === flowId);
    if (!session || !isReady(share) || share.scope !== 'edit' || clock.now() < (waits.get(flowId) ?? 0)) return;
    const known = sent.get(flowId) ?? new Set();
    const named = [...assetIdsOf(session.state)].filter((assetId) => !known.has(assetId));
    if (named.length === 0) return;
    try {
      const held = share.encrypted ? await keys.keysOf(share.workspaceId) : undefined;
      const there = new Set((await listAssets(account.api(), share)).map(({ name }) => name));
      for (const assetId of named) {
        const names = held ? assetNames(held.cipher, held.keys, share.logId, assetId) : [assetId];
        const kept = names.some((name) => there.has(name)) ? undefined : folder.assets.findAsset(assetId);
        if (kept) {
          const { name, bytes } = held ? sealAsset(held.cipher, held.keys, share.logId, assetId, kept.bytes) : { name: assetId, bytes: kept.bytes };
          await storeAsset(account.api(), share, name, bytes);
        } else if (!names.some((name) => there.has(name))) continue;
        known.add(assetId);
      }
      sent.set(flowId, known);
      waits.delete(flowId);
    } catch (error) {
      waits.set(flowId, clock.now() + AGAIN_MS);
      logger.info('pictures of a flow wait', { flowId, code: errorInfo(error).code });
      setTimeout(() => !isClosed && soon(flowId), AGAIN_MS).unref();
    }
  };

  flows.onEntry((flowId) => {
    if (shares.get(flowId)) soon(flowId);
  });

  return {
    add(bytes) {
      const { mediaType, width, height } = readImage(bytes);
      return { assetId: folder.assets.addAsset(bytes, mediaType), mediaType, width, height };
    },
    async get(flowId, assetId) {
      // A screen asks for what the flow shows: nobody reads the pictures of a chat by their hash.
      if (!assetIdsOf(flows.open(flowId).session.state).has(assetId)) throw new AppError('ASSET_NOT_NAMED', 'This flow does not show this picture (any more). Nothing was changed.', { assetId });
      const kept = folder.assets.findAsset(assetId);
      if (kept) return kept;
      const share = shares.get(flowId);
      if (!isReady(share)) throw notHere(assetId);
      const bytes = await fetchOne(share, assetId);
      if (sha256(bytes) !== assetId) throw damaged(assetId);
      const { mediaType } = readImage(bytes);
      if (!folder.readOnly) folder.assets.addAsset(bytes, mediaType);
      return { mediaType, bytes };
    },
    lookAgain() {
      waits.clear();
      for (const { flowId } of flows.sessions()) if (shares.get(flowId)) soon(flowId);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };

  async function fetchOne(share: Share, assetId: string): Promise<Uint8Array> {
    const held = share.encrypted ? await keys.keysOf(share.workspaceId) : undefined;
    const names = held ? assetNames(held.cipher, held.keys, share.logId, assetId) : [assetId];
    const there = new Set((await listAssets(account.api(), share)).map(({ name }) => name));
    const name = names.find((one) => there.has(one));
    if (name === undefined) throw notHere(assetId);
    const bytes = await readAsset(account.api(), share, name);
    if (!held) return bytes;
    try {
      return openAsset(held.cipher, held.keys, share.logId, assetId, bytes);
    } catch (error) {
      throw isAppError(error) && error.code === 'ENTRY_UNREADABLE' ? damaged(assetId) : error;
    }
  }
}

function damaged(assetId: string): AppError {
  return new AppError('ASSET_DAMAGED', 'A picture came from the server with another content than the flow names, so it is not shown. Nothing was changed; ask whoever runs the server.', { assetId });
}

function notHere(assetId: string): AppError {
  return new AppError('ASSET_NOT_HERE', 'This picture is not here yet. Nothing was lost; it comes when whoever put it into the flow is connected, and this app is.', { assetId });
}
