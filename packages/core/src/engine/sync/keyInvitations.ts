import { z } from 'zod';
import type { InvitationLink } from '../../api/keyRoutes.ts';
import { AppError, isAppError, type Clock } from '../../base/index.ts';
import { fromText, invitationKeySchema, newInvitationSecret, readInvitationFragment, sealInvitation, toText, writeInvitationFragment, type AccountKeys, type Cipher, type KeyApi, type Keyring } from '../../sync/keys/index.ts';
import type { SecretStore } from '../dependencies.ts';
import { keysNotHere } from './accountKeyBox.ts';
import type { KeyStore } from './keyMemory.ts';
import type { ServerApi } from './serverApi.ts';
import type { WorkspaceKeyring } from './workspaceKeyring.ts';

/** Invitations into encrypted workspaces: links with a secret that no server sees, on the side of who invites and of who comes. */
export interface KeyInvitations {
  invite(ring: WorkspaceKeyring, invitation: { email: string; role: string; language: string }): Promise<InvitationLink>;
  link(ring: WorkspaceKeyring, invitationId: string): Promise<InvitationLink>;
  /** Accepts, and takes the key. `find`: the ring of a workspace that this account is in now. */
  join(text: string, find: (workspaceId: string) => Promise<WorkspaceKeyring>): Promise<{ workspaceId: string; isOpen: boolean }>;
  /** Secrets of invitations that this device made, by invitation. */
  secretsOf(workspaceId: string): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Puts what is still open under the newest key, and forgets what is done. */
  renew(workspaceId: string, keyring: Keyring): Promise<void>;
}

export interface KeyInvitationsOptions {
  cipher: Cipher;
  api: KeyApi;
  http: ServerApi;
  server: string;
  account(): AccountKeys | undefined;
  secrets: SecretStore;
  memory: KeyStore;
  clock: Clock;
}

/** After this time a secret is forgotten, whatever became of its invitation. */
const KEPT_MS = 60 * 24 * 60 * 60_000;
const takenSchema = invitationKeySchema.extend({ workspaceId: z.string() });

export function createKeyInvitations({ cipher, api, http, server, account, secrets, memory, clock }: KeyInvitationsOptions): KeyInvitations {
  const secretName = (invitationId: string) => `invitation-secret:${server}:${invitationId}`;
  /** What the server has handed out, once: kept until it is in the keyring. */
  const takenName = (invitationId: string) => `invitation-key:${server}:${invitationId}`;
  const addressOf = (invitationId: string, secret: Uint8Array): InvitationLink => ({ invitationId, link: `${server}/invitation#${writeInvitationFragment(invitationId, secret)}` });
  const secretOf = async (invitationId: string) => {
    const text = await secrets.get(secretName(invitationId));
    return text === undefined ? undefined : fromText(text, 32);
  };
  const forget = async (invitationId: string) => {
    const { [invitationId]: _, ...left } = memory.get().invitations;
    memory.set({ invitations: left });
    await secrets.set(secretName(invitationId), null);
  };
  const demandAccount = () => {
    const keys = account();
    if (!keys) throw keysNotHere();
    return keys;
  };
  /** Leaves the newest key at the server, under the secret. */
  const put = async (workspaceId: string, invitationId: string, keyring: Keyring, secret: Uint8Array) => {
    const { newest } = keyring.keys!;
    await api.putInvitation(workspaceId, invitationId, sealInvitation(cipher, { workspaceId, invitationId }, newest, demandAccount(), secret));
    memory.set({ invitations: { ...memory.get().invitations, [invitationId]: { workspaceId, epoch: newest.epoch, at: clock.now() } } });
  };
  const putNewest = async (ring: WorkspaceKeyring, invitationId: string, secret: Uint8Array) => {
    await secrets.set(secretName(invitationId), toText(secret));
    const attempt = () => ring.run((keyring) => (demandKeys(ring), put(ring.workspaceId, invitationId, keyring, secret)));
    try {
      await attempt();
    } catch (error) {
      // The next key came in between; it is here now.
      if (!isAppError(error) || error.code !== 'EPOCH_CHANGED') throw error;
      await attempt();
    }
  };
  const demandKeys = (ring: WorkspaceKeyring) => {
    if (ring.keys) return;
    throw ring.refusal();
  };

  return {
    async invite(ring, invitation) {
      const { workspaceId } = ring;
      // An invitation without its link would be a mail that promises what nobody can open.
      if (!ring.keys) await ring.look();
      demandKeys(ring);
      const { id } = await http.send('POST', `/workspaces/${encodeURIComponent(workspaceId)}/invite`, invitation, z.looseObject({ id: z.string() }));
      const secret = newInvitationSecret(cipher);
      await putNewest(ring, id, secret);
      return addressOf(id, secret);
    },
    async link(ring, invitationId) {
      const secret = (await secretOf(invitationId)) ?? newInvitationSecret(cipher);
      await putNewest(ring, invitationId, secret);
      return addressOf(invitationId, secret);
    },
    async join(text, find) {
      const { invitationId, secret } = readLink(text, server);
      demandAccount();
      const isAccepted = await accept(http, invitationId);
      const kept = await secrets.get(takenName(invitationId));
      let taken: z.infer<typeof takenSchema>;
      try {
        taken = kept === undefined ? await api.takeInvitation(invitationId) : takenSchema.parse(JSON.parse(kept));
      } catch (error) {
        if (!isAppError(error) || error.code !== 'INVITATION_KEY_UNKNOWN') throw error;
        if (isAccepted === undefined) throw new AppError('INVITATION_NOT_FOUND', 'There is no such invitation for you. Nothing was changed; look whether it went to another address, or ask for a new one.', {});
        return { workspaceId: isAccepted, isOpen: (await find(isAccepted)).keys !== undefined };
      }
      // The server hands it out once: until it is in the keyring it must not get lost.
      await secrets.set(takenName(invitationId), JSON.stringify(taken));
      const { workspaceId, ...key } = taken;
      // The link is of an encrypted workspace: a server that says otherwise from now on is not believed.
      const { encrypted } = memory.get();
      if (!encrypted.includes(workspaceId)) memory.set({ encrypted: [...encrypted, workspaceId] });
      const ring = await find(workspaceId);
      await ring.run((keyring) => keyring.join({ workspaceId, invitationId }, key, secret));
      await secrets.set(takenName(invitationId), null);
      return { workspaceId, isOpen: ring.keys !== undefined };
    },
    async secretsOf(workspaceId) {
      const found = new Map<string, Uint8Array>();
      for (const [invitationId, kept] of Object.entries(memory.get().invitations)) {
        const secret = kept.workspaceId === workspaceId ? await secretOf(invitationId) : undefined;
        if (secret) found.set(invitationId, secret);
      }
      return found;
    },
    async renew(workspaceId, keyring) {
      for (const [invitationId, kept] of Object.entries(memory.get().invitations)) {
        if (kept.workspaceId !== workspaceId) continue;
        const joined = keyring.members.find((member) => member.joined?.invitationId === invitationId);
        const isDone = joined !== undefined && memory.get().pins[joined.userId]?.verifiedAt !== undefined;
        if (isDone || clock.now() - kept.at > KEPT_MS) {
          await forget(invitationId);
          continue;
        }
        const secret = kept.epoch < keyring.epoch ? await secretOf(invitationId) : undefined;
        if (!secret) continue;
        try {
          await put(workspaceId, invitationId, keyring, secret);
        } catch (error) {
          // Answered already: the secret still vouches for who came by it.
          if (!isAppError(error) || error.code !== 'INVITATION_NOT_FOUND') throw error;
          memory.set({ invitations: { ...memory.get().invitations, [invitationId]: { ...kept, epoch: keyring.epoch } } });
        }
      }
    },
  };
}

/** Invitation and secret of a pasted link. Throws INVITATION_LINK_INVALID, INVITATION_OTHER_SERVER. */
function readLink(text: string, server: string): { invitationId: string; secret: Uint8Array } {
  const url = URL.parse(text.trim());
  const parts = url && readInvitationFragment(url.hash);
  if (!parts) throw new AppError('INVITATION_LINK_INVALID', 'This is not the link of an invitation, or not the whole of it. Nothing was changed; copy it again, up to its end.', {});
  if (url.origin !== server) throw new AppError('INVITATION_OTHER_SERVER', `This invitation is for the server ${url.host}, and you are signed in to another one. Nothing was changed; sign in there first.`, { host: url.host });
  return parts;
}

/** The workspace; undefined where the invitation cannot be accepted (any more): it may have been accepted in a browser. */
async function accept(http: ServerApi, invitationId: string): Promise<string | undefined> {
  try {
    return (await http.send('POST', `/invitations/${encodeURIComponent(invitationId)}/accept`, {}, z.looseObject({ workspaceId: z.string() }))).workspaceId;
  } catch (error) {
    if (isAppError(error) && error.code === 'INVITATION_NOT_FOUND') return undefined;
    throw error;
  }
}
