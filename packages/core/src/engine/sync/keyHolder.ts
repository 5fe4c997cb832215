import { AppError, type Clock, type Logger } from '../../base/index.ts';
import type { DataFolder } from '../../db/index.ts';
import { createKeyApi, type Cipher, type KeyApi } from '../../sync/keys/index.ts';
import type { SecretStore } from '../dependencies.ts';
import { createAccountKeyBox, type AccountKeyBox } from './accountKeyBox.ts';
import { createKeyInvitations, type KeyInvitations } from './keyInvitations.ts';
import { openKeyMemory, type KeyStore } from './keyMemory.ts';
import { requestOf, type ServerApi } from './serverApi.ts';
import { createWorkspaceKeyring, type WorkspaceKeyring } from './workspaceKeyring.ts';
import { listMembers, listWorkspaces, makeWorkspace, type ListedWorkspace, type WorkspacePerson } from './workspaceList.ts';

/** Everything of keys that belongs to one account at one server. */
export interface KeyHolder {
  readonly cipher: Cipher;
  readonly box: AccountKeyBox;
  readonly memory: KeyStore;
  readonly api: KeyApi;
  readonly invitations: KeyInvitations;
  /** By workspace; those that are encrypted, as the list was last. */
  readonly rings: ReadonlyMap<string, WorkspaceKeyring>;
  /** The workspaces, with what this device knows better than the server; `rings` follow. */
  list(): Promise<ListedWorkspace[]>;
  /** Throws WORKSPACE_NOT_ENCRYPTED. */
  find(workspaceId: string): Promise<WorkspaceKeyring>;
  make(name: string, encrypted: boolean): Promise<ListedWorkspace>;
  members(workspaceId: string): Promise<WorkspacePerson[]>;
  /** True when the workspace was encrypted once, as far as this device has seen. */
  wasEncrypted(workspaceId: string): boolean;
}

export interface KeyHolderOptions {
  cipher: Cipher;
  folder: Pick<DataFolder, 'settings'>;
  secrets: SecretStore;
  http: ServerApi;
  server: string;
  userId: string;
  newId(prefix: string): string;
  clock: Clock;
  logger: Logger;
  onChange(): void;
}

/** The holder of an account; it asks nothing by itself. Throws what its memory does not parse to. */
export function createKeyHolder({ cipher, folder, secrets, http, server, userId, newId, clock, logger, onChange }: KeyHolderOptions): KeyHolder {
  const api = createKeyApi(requestOf(http));
  const memory = openKeyMemory(folder, server, userId);
  const box = createAccountKeyBox({ cipher, api, secrets, server, userId, clock });
  const invitations = createKeyInvitations({ cipher, api, http, server, account: () => box.keys, secrets, memory, clock });
  const rings = new Map<string, WorkspaceKeyring>();
  let turn: Promise<unknown> = Promise.resolve();

  const wasEncrypted = (workspaceId: string) => {
    const { encrypted, epochs } = memory.get();
    return encrypted.includes(workspaceId) || Object.hasOwn(epochs, workspaceId);
  };
  const listNow = async (): Promise<ListedWorkspace[]> => {
    const all = (await listWorkspaces(http)).map((said) => ({ said, workspace: { ...said, encrypted: said.encrypted || wasEncrypted(said.id) } }));
    const fresh = all.filter(({ workspace: { id, encrypted } }) => encrypted && !memory.get().encrypted.includes(id)).map(({ said: { id } }) => id);
    if (fresh.length > 0) memory.set({ encrypted: [...memory.get().encrypted, ...fresh] });
    for (const { said, workspace } of all) {
      if (!workspace.encrypted) continue;
      const ring = rings.get(said.id);
      // The ring hears what the server said: that it was plain is what it raises the alarm for.
      if (ring) ring.list(said);
      else rings.set(said.id, ringOf(said));
    }
    for (const id of [...rings.keys()]) if (!all.some(({ said }) => said.id === id)) rings.delete(id);
    return all.map(({ workspace }) => workspace);
  };
  /** One after the other: an older list must not take away what a newer one has brought. */
  const list = () => {
    const mine = turn.then(listNow, listNow);
    turn = mine.catch(() => undefined);
    return mine;
  };
  const ringOf = (workspace: ListedWorkspace) =>
    createWorkspaceKeyring({ cipher, workspace, account: () => box.keys, api, memory, secretsOf: invitations.secretsOf, renewInvitations: invitations.renew, newId, clock, logger, onChange });

  return {
    cipher,
    box,
    memory,
    api,
    invitations,
    rings,
    list,
    async find(workspaceId) {
      if (!rings.has(workspaceId)) {
        if (!box.keys) await box.look();
        await list();
      }
      const ring = rings.get(workspaceId);
      if (!ring && wasEncrypted(workspaceId)) throw new AppError('WORKSPACE_NOT_FOUND', 'There is no such workspace, or you are no member of it. Nothing was changed; check the address or ask to be invited.', { workspaceId });
      if (!ring) throw new AppError('WORKSPACE_NOT_ENCRYPTED', 'This workspace is not encrypted. Nothing was changed; make an encrypted one and move the flows there.', { workspaceId });
      return ring;
    },
    make: (name, encrypted) => makeWorkspace(http, name, encrypted),
    members: (workspaceId) => listMembers(http, workspaceId),
    wasEncrypted,
  };
}
