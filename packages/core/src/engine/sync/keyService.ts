import type { AccountKeysView, InvitationLink, KeyMemberView, KeysView, WorkspaceKeysView } from '../../api/keyRoutes.ts';
import { AppError, errorInfo, type Clock, type ErrorInfo, type Logger } from '../../base/index.ts';
import type { DataFolder } from '../../db/index.ts';
import { createKeyApi, makeWrap, openCipher, publicKeysOf, readDeviceCode, readRecoveryKit, type Cipher, type KeyApi, type SecretTextProblem, type WorkspaceKeys } from '../../sync/keys/index.ts';
import { createBroadcast } from '../broadcast.ts';
import type { SecretStore } from '../dependencies.ts';
import { keysNotHere } from './accountKeyBox.ts';
import type { AccountService } from './accountService.ts';
import { createKeyHolder, type KeyHolder } from './keyHolder.ts';
import { createKeyLooks } from './keyLooks.ts';
import { createOpenKeys, type OpenKeys } from './openKeys.ts';
import { requestOf } from './serverApi.ts';
import { notEncrypted } from './workspaceKeyring.ts';
import type { ListedWorkspace } from './workspaceList.ts';

/** Keys of the account that is signed in, and of its encrypted workspaces. */
export interface KeyService extends OpenKeys {
  view(): KeysView;
  watch(signal: AbortSignal | undefined): AsyncGenerator<KeysView, void, void>;
  /** Asks the server, of one workspace or of all. What it says that cannot be believed is in the view. */
  refresh(workspaceId?: string): Promise<KeysView>;
  setUp(): Promise<string>;
  checkTyped(kind: 'kit' | 'code', text: string): Promise<SecretTextProblem | null>;
  bringByKit(text: string): Promise<AccountKeysView>;
  bringByCode(text: string): Promise<AccountKeysView>;
  showCode(): Promise<{ code: string; until: number }>;
  newKit(): Promise<string>;
  beginAnew(): Promise<string>;
  forgetHere(): Promise<void>;
  begin(workspaceId: string): Promise<WorkspaceKeysView>;
  members(workspaceId: string): Promise<KeyMemberView[]>;
  confirm(workspaceId: string, userId: string, fingerprint: string): Promise<KeyMemberView[]>;
  give(workspaceId: string, userIds: readonly string[]): Promise<KeyMemberView[]>;
  rotate(workspaceId: string): Promise<WorkspaceKeysView>;
  dismissNote(workspaceId: string, noteId: string): void;
  invite(workspaceId: string, invitation: { email: string; role: string; language: string }): Promise<InvitationLink>;
  invitationLink(workspaceId: string, invitationId: string): Promise<InvitationLink>;
  join(link: string): Promise<{ workspaceId: string; isOpen: boolean }>;
  /** Makes a workspace; an encrypted one with its first key. */
  createWorkspace(name: string, encrypted: boolean): Promise<ListedWorkspace>;

  /** The workspaces as the server lists them; one that was encrypted stays so, whatever it says. */
  workspaces(): Promise<ListedWorkspace[]>;
  /**
   * The keys of a workspace for links and names; undefined where it is not encrypted. Throws KEYS_NOT_HERE, LOG_KEY_MISSING,
   * WORKSPACE_KEY_MISSING, KEY_EPOCH_BACK…: then nothing may be sent.
   */
  keysOf(workspaceId: string): Promise<{ cipher: Cipher; keys: WorkspaceKeys } | undefined>;
  /** The key routes of the account's server. Throws SIGNED_OUT. */
  api(): KeyApi;
  /** Why it is not open; undefined while that is being asked. */
  whyLocked(workspaceId: string): ErrorInfo | undefined;
  /** The first look of this account is over. */
  ready(): Promise<void>;
  /** Calls back when a workspace's keys may have come, gone or changed. */
  onChange(listener: () => void): void;
  /** Asks anew, in the background: the connection stands again, or members have changed. */
  lookAgain(): void;
  /** The server says that the keys of a workspace may have changed: asks of that one, in the background. */
  hear(workspaceId: string): void;
  /** True while the account has encrypted workspaces, as far as is known. */
  hasWorkspaces(): boolean;
  close(): void;
}

export interface KeyServiceOptions {
  folder: DataFolder;
  account: AccountService;
  secrets: SecretStore;
  newId(prefix: string): string;
  clock: Clock;
  logger: Logger;
}

export function createKeyService({ folder, account, secrets, newId, clock, logger }: KeyServiceOptions): KeyService {
  const changes = createBroadcast<true>(() => true);
  const listeners: (() => void)[] = [];
  let cipher: Promise<Cipher> | undefined;
  let holder: Promise<KeyHolder | undefined> = Promise.resolve(undefined);
  let held: KeyHolder | undefined;
  let generation = 0;
  let isClosed = false;
  let firstLook: Promise<void> = Promise.resolve();

  const changed = () => {
    changes.send(true);
    for (const listener of listeners) listener();
  };
  const hold = async (): Promise<KeyHolder | undefined> => {
    const { server, user } = account.get();
    if (!user) return undefined;
    const http = account.api();
    return createKeyHolder({ cipher: await (cipher ??= openCipher()), folder, secrets, http, server, userId: user.id, newId, clock, logger, onChange: changed });
  };
  const demand = async (): Promise<KeyHolder> => {
    const mine = await holder;
    if (!mine) throw new AppError('SIGNED_OUT', 'Nobody is signed in to a server. Nothing was changed; sign in first.', {});
    return mine;
  };

  const findRing = async (workspaceId: string) => (await demand()).find(workspaceId);

  const looks = createKeyLooks({ holder: async () => (folder.readOnly ? undefined : holder), held: () => held, onSignedOut: () => account.ended(), onChange: changed, logger });
  const { look } = looks;
  const begin = () => {
    const mine = ++generation;
    held = undefined;
    looks.reset();
    holder = hold().catch((error: unknown) => {
      logger.error('what this device remembers of keys cannot be read', { error: String(error) });
      return undefined;
    });
    firstLook = holder.then(async (next) => {
      if (mine !== generation || isClosed) return;
      held = next;
      if (next) await look();
    });
    changed();
  };
  account.onSwitch(begin);
  begin();

  const view = (): KeysView => ({
    account: { ...(held ? held.box.view() : { state: account.get().user ? ('unknown' as const) : ('signedOut' as const) }), strength: secrets.strength },
    workspaces: [...(held?.rings.values() ?? [])].map((ring) => ring.view()).sort((a, b) => a.name.localeCompare(b.name) || (a.workspaceId < b.workspaceId ? -1 : 1)),
  });
  /** After the keys of the account came, went or changed. */
  const accountChanged = async () => {
    changed();
    await look();
    return view().account;
  };
  const people = async (workspaceId: string) => (await findRing(workspaceId)).members(await (await demand()).members(workspaceId));

  return {
    view,
    async *watch(signal) {
      const stream = changes.subscribe(signal);
      let last = '';
      const next = () => {
        const now = view();
        const text = JSON.stringify(now);
        const isNews = text !== last;
        last = text;
        return isNews ? now : undefined;
      };
      yield next()!;
      for await (const _ of stream) {
        const now = next();
        if (now) yield now;
      }
    },
    async refresh(workspaceId) {
      const mine = await holder;
      if (workspaceId !== undefined && mine?.rings.has(workspaceId)) {
        await mine.list();
        await mine.rings.get(workspaceId)?.look();
      } else await look();
      return view();
    },
    async setUp() {
      const kit = await (await demand()).box.setUp();
      await accountChanged();
      return kit;
    },
    async checkTyped(kind, text) {
      const ready = await (cipher ??= openCipher());
      const read = kind === 'kit' ? readRecoveryKit(ready, text) : readDeviceCode(ready, text);
      return typeof read === 'string' ? read : null;
    },
    async bringByKit(text) {
      await (await demand()).box.bringByKit(text);
      return accountChanged();
    },
    async bringByCode(text) {
      await (await demand()).box.bringByCode(text);
      return accountChanged();
    },
    showCode: async () => (await demand()).box.showCode(),
    newKit: async () => (await demand()).box.newKit(),
    async beginAnew() {
      const mine = await demand();
      // What is open here stays open: nobody else may hold the key of a workspace of one.
      const open = [...mine.rings.values()].flatMap(({ workspaceId, keys }) => (keys ? [{ workspaceId, newest: keys.newest }] : []));
      const kit = await mine.box.beginAnew();
      const own = mine.box.keys!;
      for (const { workspaceId, newest } of open) {
        await mine.api.addWraps(workspaceId, [makeWrap(mine.cipher, workspaceId, newest, publicKeysOf(mine.cipher, own), own)]).catch((error: unknown) => logger.warn('a key was not taken along to new keys', { workspaceId, code: errorInfo(error).code }));
      }
      await accountChanged();
      return kit;
    },
    async forgetHere() {
      await (await demand()).box.forgetHere();
      await accountChanged();
    },
    async begin(workspaceId) {
      const ring = await findRing(workspaceId);
      await ring.begin();
      return ring.view();
    },
    members: people,
    async confirm(workspaceId, userId, fingerprint) {
      await (await findRing(workspaceId)).confirm(userId, fingerprint);
      return people(workspaceId);
    },
    async give(workspaceId, userIds) {
      await (await findRing(workspaceId)).give(userIds);
      return people(workspaceId);
    },
    async rotate(workspaceId) {
      const ring = await findRing(workspaceId);
      await ring.rotate();
      return ring.view();
    },
    dismissNote(workspaceId, noteId) {
      if (!held) return;
      const { notes } = held.memory.get();
      held.memory.set({ notes: { ...notes, [workspaceId]: (notes[workspaceId] ?? []).filter(({ id }) => id !== noteId) } });
      changed();
    },
    invite: async (workspaceId, invitation) => (await demand()).invitations.invite(await findRing(workspaceId), invitation),
    invitationLink: async (workspaceId, invitationId) => (await demand()).invitations.link(await findRing(workspaceId), invitationId),
    async join(link) {
      const mine = await demand();
      if (!mine.box.keys) await mine.box.look();
      const joined = await mine.invitations.join(link, findRing);
      changed();
      return joined;
    },
    async createWorkspace(name, encrypted) {
      const mine = await demand();
      if (!encrypted) return mine.make(name, false);
      if (!mine.box.keys) await mine.box.look();
      if (!mine.box.keys) throw keysNotHere();
      const made = await mine.make(name, true);
      // A server that made a plain one instead must not get anything in it as if it were sealed.
      if (!made.encrypted) throw notEncrypted();
      // Its first key is made by the look of its owner's device; where that is cut off, by the next one.
      await mine.list();
      await mine.rings.get(made.id)?.look();
      return made;
    },

    async workspaces() {
      const mine = await demand();
      const all = await mine.list();
      // One that has just come into the list is looked at now, not at the next turn.
      if ([...mine.rings.values()].some((ring) => ring.view().state === 'unknown')) void look();
      return all;
    },
    async keysOf(workspaceId) {
      const mine = await demand();
      const isSealed = mine.wasEncrypted(workspaceId) || (await mine.list()).some(({ id, encrypted }) => id === workspaceId && encrypted);
      if (!isSealed) return undefined;
      const ring = await findRing(workspaceId);
      await ring.look();
      if (!ring.keys) throw ring.refusal();
      return { cipher: mine.cipher, keys: ring.keys };
    },
    api: () => createKeyApi(requestOf(account.api())),
    ...createOpenKeys(() => held),
    whyLocked(workspaceId) {
      const ring = held?.rings.get(workspaceId);
      if (ring) return ring.reason();
      if (!held || !looks.isLooked) return looks.failure;
      return errorInfo(held.box.keys ? new AppError('WORKSPACE_NOT_FOUND', 'There is no such workspace, or you are no member of it. Nothing was changed; check the address or ask to be invited.', { workspaceId }) : keysNotHere());
    },
    ready: () => firstLook,
    onChange: (listener) => void listeners.push(listener),
    lookAgain: () => void look(),
    hear: looks.hear,
    hasWorkspaces: () => (held?.rings.size ?? 0) > 0,
    close() {
      isClosed = true;
      generation += 1;
      looks.close();
      changes.close();
    },
  };
}
