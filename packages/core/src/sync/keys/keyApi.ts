/** The key routes of the server as a device calls them. The host hands in how a request is sent (through the egress gate, with its session). */
import { z } from 'zod';
import { isAppError } from '../../base/error.ts';
import { accountKeysSchema, invitationKeySchema, keyStateSchema, linkKeySchema, type DeviceCodeMessage, type InvitationKey, type LinkKey, type StoredAccountKeys } from './keyMessages.ts';
import type { KeyServer } from './keyring.ts';

/** Sends JSON to a path below the server's address and gives back the JSON of its answer (undefined where there is none). Throws its errors as AppErrors with their codes. */
export type KeyRequest = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) => Promise<unknown>;

export interface KeyApi extends KeyServer {
  /** Undefined while the account has none. */
  accountKeys(): Promise<StoredAccountKeys | undefined>;
  /** KEYS_EXIST when another device was first. */
  createAccountKeys(stored: StoredAccountKeys): Promise<void>;
  /** The same keys under a new kit, or new keys with the next `version`; SIGN_IN_AGAIN when the session is older than 15 minutes. */
  replaceAccountKeys(stored: StoredAccountKeys): Promise<void>;
  putDeviceCode(message: DeviceCodeMessage): Promise<void>;
  takeDeviceCode(id: string): Promise<string>;
  putInvitation(workspaceId: string, invitationId: string, key: InvitationKey): Promise<void>;
  takeInvitation(invitationId: string): Promise<InvitationKey & { workspaceId: string }>;
  putLink(workspaceId: string, link: LinkKey): Promise<void>;
  oldLinks(workspaceId: string): Promise<LinkKey[]>;
}

const ACCOUNT = '/api/v1/users/me/keys';
const takenSchema = invitationKeySchema.extend({ workspaceId: z.string() });

/** The key routes over `request`; what comes back is checked. */
export function createKeyApi(request: KeyRequest): KeyApi {
  const base = (workspaceId: string) => `/api/v1/workspaces/${encodeURIComponent(workspaceId)}`;
  const send = async (...given: Parameters<KeyRequest>) => void (await request(...given));
  return {
    async state(workspaceId) {
      const answer = await unless('WORKSPACE_NOT_ENCRYPTED', request('GET', `${base(workspaceId)}/keys`));
      return answer === undefined ? undefined : keyStateSchema.parse(answer);
    },
    addEpoch: (workspaceId, next) => send('POST', `${base(workspaceId)}/keys/epochs`, next),
    addWraps: (workspaceId, wraps) => send('POST', `${base(workspaceId)}/keys/wraps`, { wraps }),
    showProof: (workspaceId, shown) => send('POST', `${base(workspaceId)}/keys/proof`, shown),
    async accountKeys() {
      const answer = await unless('KEYS_NOT_SET', request('GET', ACCOUNT));
      return answer === undefined ? undefined : accountKeysSchema.parse(answer);
    },
    createAccountKeys: (stored) => send('POST', ACCOUNT, stored),
    replaceAccountKeys: (stored) => send('PUT', ACCOUNT, stored),
    putDeviceCode: (message) => send('POST', `${ACCOUNT}/codes`, message),
    takeDeviceCode: async (id) => accountKeysSchema.pick({ sealed: true }).parse(await request('POST', `${ACCOUNT}/codes/${id}/take`)).sealed,
    putInvitation: (workspaceId, invitationId, key) => send('PUT', `${base(workspaceId)}/invitations/${encodeURIComponent(invitationId)}/key`, key),
    takeInvitation: async (invitationId) => takenSchema.parse(await request('POST', `/api/v1/invitations/${encodeURIComponent(invitationId)}/key/take`)),
    putLink: (workspaceId, { linkId, ...link }) => send('PUT', `${base(workspaceId)}/keys/links/${encodeURIComponent(linkId)}`, link),
    oldLinks: async (workspaceId) => z.object({ links: z.array(linkKeySchema) }).parse(await request('GET', `${base(workspaceId)}/keys/links`)).links,
  };
}

/** Undefined where the server refuses with this code. */
async function unless(code: string, answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (isAppError(error) && error.code === code) return undefined;
    throw error;
  }
}
