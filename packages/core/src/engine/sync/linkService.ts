import { z } from 'zod';
import { shareLinkSchema, shareLinksSchema, type ShareLink, type ShareLinks } from '../../api/linkRoutes.ts';
import { AppError, isAppError } from '../../base/index.ts';
import { linkKeySchema, linkProof, newLink, openName, renewLink, sealName, toText, writeLinkFragment, type Cipher, type WorkspaceKeys } from '../../sync/keys/index.ts';
import type { SecretStore } from '../dependencies.ts';
import type { FlowService } from '../flowService.ts';
import type { AccountService } from './accountService.ts';
import type { KeyService } from './keyService.ts';
import { linkPartsOf, type LinkPart } from './linkParts.ts';
import { isShareOf, type Share, type Shares } from './shares.ts';

/** Links to shared flows, on the account's server. Every call throws what the server refuses. */
export interface LinkService {
  list(flowId: string): Promise<ShareLinks>;
  create(flowId: string, wanted: { name: string; password?: string | undefined; mayComment: boolean; expiresAt: number | null; subflowIds?: readonly string[] | undefined }): Promise<ShareLink>;
  change(flowId: string, linkId: string, change: { name?: string | undefined; password?: string | null | undefined; mayComment?: boolean | undefined; expiresAt?: number | null | undefined; subflowIds?: readonly string[] | undefined }): Promise<void>;
  revoke(flowId: string, linkId: string): Promise<void>;
  allow(flowId: string, allowed: boolean): Promise<void>;
}

export interface LinkServiceOptions {
  account: Pick<AccountService, 'api' | 'get'>;
  keys: Pick<KeyService, 'keysOf'>;
  shares: Pick<Shares, 'get'>;
  flows: Pick<FlowService, 'viewOf' | 'list'>;
  /** Addresses are kept where sessions are: who has one reads the flow. */
  secrets: SecretStore;
}

type NewLinkWishes = Parameters<LinkService['create']>[1];

/** What the cipher of an encrypted workspace needs. */
interface Held {
  cipher: Cipher;
  keys: WorkspaceKeys;
}

const linkSchema = shareLinkSchema
  .omit({ address: true, subflows: true })
  .loose()
  .extend({ name: z.string().nullable(), sealed: z.string().nullable(), flows: z.array(z.object({ logId: z.string(), flowId: z.string() })), key: linkKeySchema.pick({ epoch: true, salt: true, forMembers: true }).nullable() });
const listSchema = shareLinksSchema.pick({ allowed: true, mayAllow: true, mostDays: true }).loose().extend({ links: z.array(linkSchema) });
const madeSchema = linkSchema.extend({ address: z.string() });
const TRIES = 3;
const AFTER_CIPHER_MS = 50;
const ID_BYTES = 16;

/** The link service of an engine. */
export function createLinkService({ account, keys, shares, flows, secrets }: LinkServiceOptions): LinkService {
  const shareOf = (flowId: string): Share => {
    const share = shares.get(flowId);
    if (share?.phase !== 'shared' || !isShareOf(share, account.get())) throw new AppError('FLOW_NOT_SHARED', 'This flow is not shared on the server where you are signed in, so there is nothing to link to. Nothing was changed; share it first.', { flowId });
    return share;
  };
  const pathOf = ({ workspaceId }: Share, linkId?: string) => `/workspaces/${encodeURIComponent(workspaceId)}/links${linkId === undefined ? '' : `/${encodeURIComponent(linkId)}`}`;
  const secretName = ({ server }: Share, linkId: string) => `link:${server}:${linkId}`;
  /** Undefined where the workspace is not encrypted; an encrypted one without its key makes nothing at all. */
  const heldFor = async ({ workspaceId, encrypted }: Share): Promise<Held | undefined> => {
    const held = await keys.keysOf(workspaceId);
    if (!held && encrypted) throw new AppError('LOG_KEY_MISSING', 'This flow is encrypted, and its key is not on this device. Nothing was lost; bring the key, then it goes on.', {});
    return held;
  };
  const viewOf = async (share: Share, held: Held | undefined, row: z.infer<typeof linkSchema>): Promise<ShareLink> => {
    const { id, name, sealed, hasPassword, mayComment, flows: parts, expiresAt, state, createdByName, createdAt, opened, lastOpenedAt, mayChange } = row;
    const address = await secrets.get(secretName(share, id)).catch(() => undefined);
    const names = new Map(parts.length === 0 ? [] : flows.list({}).map((flow) => [flow.id, flow.name]));
    return { id, name: name ?? nameIn(held, share, sealed), hasPassword, mayComment, subflows: parts.map(({ flowId }) => ({ id: flowId, name: names.get(flowId) ?? '' })), expiresAt, state, createdByName, createdAt, opened, lastOpenedAt, mayChange, ...(address === undefined ? {} : { address }) };
  };

  const partsOf = (flowId: string, share: Share) => linkPartsOf(flowId, share, { viewOf: flows.viewOf, shares, account: account.get() });

  const create = async (share: Share, wanted: NewLinkWishes, parts: readonly LinkPart[], tries: number): Promise<ShareLink> => {
    const { name, password, mayComment, expiresAt } = wanted;
    const held = await heldFor(share);
    const sealed = held && sealedLink(held, share, name, password, parts);
    const common = { logId: share.logId, mayComment, expiresAt, flows: parts.map(({ logId, flowId }, at) => ({ logId, flowId, ...(sealed ? { key: sealed.partKeys[at] } : {}) })) };
    // Argon2id held everything up: connections that the server closed meanwhile are heard of first, else the request would go out on one of them.
    if (sealed && password !== undefined) await new Promise((done) => setTimeout(done, AFTER_CIPHER_MS));
    try {
      const made = await account.api().send('POST', pathOf(share), sealed ? { ...common, ...sealed.body } : { ...common, name, ...(password === undefined ? {} : { password }) }, madeSchema);
      const address = sealed ? `${made.address}#${sealed.fragment}` : made.address;
      // Where it cannot be kept it is still told this once.
      await secrets.set(secretName(share, made.id), address).catch(() => undefined);
      return { ...(await viewOf(share, held, made)), address };
    } catch (error) {
      if (!isAppError(error)) throw error;
      // The key was replaced this moment: the next try takes the new one.
      if (error.code === 'EPOCH_CHANGED' && tries > 1) return create(share, wanted, parts, tries - 1);
      // A sub-flow that this account sees no more does not keep the others from being shown.
      const left = error.code === 'FLOW_NOT_FOUND' ? parts.filter(({ logId }) => logId !== error.params.logId) : parts;
      if (left.length < parts.length) return create(share, wanted, left, tries);
      throw error;
    }
  };

  const rowsOf = (share: Share) => account.api().get(`${pathOf(share)}?${new URLSearchParams({ logId: share.logId })}`, listSchema);
  /** The sub-flows that a link is to show, with the keys of those that it does not show yet. */
  const flowsFor = async (flowId: string, share: Share, held: Held | undefined, linkId: string, subflowIds: readonly string[]): Promise<unknown[]> => {
    const row = (await rowsOf(share)).links.find(({ id }) => id === linkId);
    const chosen = new Set(subflowIds);
    const kept = row?.flows.filter((flow) => chosen.delete(flow.flowId)) ?? [];
    const added = partsOf(flowId, share).parts.filter((part) => chosen.has(part.flowId));
    return [...kept, ...added.map(({ logId, flowId: id }) => ({ logId, flowId: id, ...(held && row?.key ? { key: keyFor(held, { ...row.key, linkId, logId }) } : {}) }))];
  };

  return {
    async list(flowId) {
      const share = shareOf(flowId);
      const { links, allowed, mayAllow, mostDays } = await rowsOf(share);
      // The list is worth seeing without the names, too.
      const held = share.encrypted ? await keys.keysOf(share.workspaceId).catch(() => undefined) : undefined;
      const { parts, others } = partsOf(flowId, share);
      const subflows = parts.map(({ flowId: id, name }) => ({ id, name }));
      return { links: await Promise.all(links.map((row) => viewOf(share, held, row))), allowed, mayAllow, mostDays, encrypted: share.encrypted, subflows, otherSubflows: others };
    },
    async create(flowId, wanted) {
      const share = shareOf(flowId);
      const chosen = new Set(wanted.subflowIds);
      // Only what is reached from here, whatever a screen that stood open for long believes.
      return create(share, wanted, chosen.size === 0 ? [] : partsOf(flowId, share).parts.filter((part) => chosen.has(part.flowId)), TRIES);
    },
    async change(flowId, linkId, { name, subflowIds, ...change }) {
      const share = shareOf(flowId);
      const held = name === undefined && subflowIds === undefined ? undefined : await heldFor(share);
      const named = name === undefined ? {} : held ? { sealed: sealName(held.cipher, held.keys, { logId: share.logId }, name) } : { name };
      await account.api().send('PATCH', pathOf(share, linkId), { ...change, ...named, ...(subflowIds ? { flows: await flowsFor(flowId, share, held, linkId, subflowIds) } : {}) }, z.unknown());
    },
    async revoke(flowId, linkId) {
      const share = shareOf(flowId);
      await account.api().send('DELETE', pathOf(share, linkId), undefined, z.unknown());
      await secrets.set(secretName(share, linkId), null).catch(() => undefined);
    },
    async allow(flowId, allowed) {
      const { workspaceId } = shareOf(flowId);
      await account.api().send('PATCH', `/workspaces/${encodeURIComponent(workspaceId)}`, { settings: { allowLinks: allowed } }, z.unknown());
    },
  };
}

/** What the server gets of a link to an encrypted flow and its sub-flows, and what stands behind the # of its address. */
function sealedLink({ cipher, keys }: Held, { logId }: Share, name: string, password: string | undefined, parts: readonly LinkPart[]): { body: Record<string, unknown>; partKeys: Record<string, unknown>[]; fragment: string } {
  // The key is bound to the id, so the id is made here.
  const id = `link_${toText(cipher.random(ID_BYTES))}`;
  const { stored, subflows, secret } = newLink(cipher, id, logId, keys, password, parts.map((part) => part.logId));
  const { epoch, salt, sealed, forMembers } = stored;
  const fragment = writeLinkFragment(secret);
  cipher.wipe(secret);
  return {
    body: {
      id,
      sealed: sealName(cipher, keys, { logId }, name),
      key: { epoch, sealed, forMembers, ...(salt === undefined ? {} : { salt }) },
      ...(password === undefined || salt === undefined ? {} : { password: linkProof(cipher, password, salt) }),
    },
    partKeys: subflows.map((part) => ({ epoch: part.epoch, sealed: part.sealed, forMembers: part.forMembers })),
    fragment,
  };
}

/** The keys of one more flow under the secret of a link, which any member's device opens. */
function keyFor({ cipher, keys }: Held, link: Parameters<typeof renewLink>[1]): Record<string, unknown> {
  const { epoch, sealed, forMembers } = renewLink(cipher, link, keys);
  return { epoch, sealed, forMembers };
}

function nameIn(held: Held | undefined, { logId }: Share, sealed: string | null): string {
  if (!held || sealed === null) return '';
  try {
    return openName(held.cipher, held.keys, { logId }, sealed) ?? '';
  } catch {
    return '';
  }
}
