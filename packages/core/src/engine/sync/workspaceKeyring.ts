import type { KeyMemberView, KeyNote, WorkspaceKeysView } from '../../api/keyRoutes.ts';
import { AppError, errorInfo, isAppError, type Clock, type ErrorInfo, type Logger } from '../../base/index.ts';
import { createKeyring, fingerprintOf, renewLink, trustOf, type AccountKeys, type Cipher, type KeyApi, type KeyMember, type Keyring, type KeyStatus, type PublicKeys, type WorkspaceKeys } from '../../sync/keys/index.ts';
import { keysNotHere } from './accountKeyBox.ts';
import type { KeyStore } from './keyMemory.ts';
import type { ListedWorkspace } from './workspaceList.ts';

/** One encrypted workspace as this device holds it: its keyring, and what is done with it by itself. */
export interface WorkspaceKeyring {
  readonly workspaceId: string;
  /** The keys, while everything fits: nothing is sealed or opened beside them. */
  readonly keys: WorkspaceKeys | undefined;
  readonly keyring: Keyring | undefined;
  view(): WorkspaceKeysView;
  /** Why there are no keys; undefined while the server has not been asked. */
  reason(): ErrorInfo | undefined;
  /** The same as an error to throw. */
  refusal(): AppError;
  /** What the server lists has changed: name, role. */
  list(workspace: ListedWorkspace): void;
  /** Asks the server, and does what needs nobody's decision. Never throws: what was wrong is `reason`. */
  look(): Promise<void>;
  begin(): Promise<void>;
  give(userIds: readonly string[]): Promise<void>;
  rotate(): Promise<void>;
  confirm(userId: string, fingerprint: string): Promise<void>;
  members(everybody: readonly { userId: string; name: string; email: string; role: string }[]): KeyMemberView[];
  /** Runs a step when the ones before it are done, on the keyring; looks afterwards. Throws KEYS_NOT_HERE, and what the step throws. */
  run(step: (keyring: Keyring) => Promise<unknown>): Promise<void>;
}

export interface WorkspaceKeyringOptions {
  cipher: Cipher;
  workspace: ListedWorkspace;
  /** The keys of the account, while they are here. */
  account(): AccountKeys | undefined;
  api: KeyApi;
  memory: KeyStore;
  /** The secret of an invitation that this device made. */
  secretsOf(workspaceId: string): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Puts open invitations under the newest key, and forgets those that are done. */
  renewInvitations(workspaceId: string, keyring: Keyring): Promise<void>;
  newId(prefix: string): string;
  clock: Clock;
  logger: Logger;
  onChange(): void;
}

/** A server that never has enough of renewed links is left alone. */
const LINK_ROUNDS = 50;
/** What a server cannot be believed in; with any of these nothing is sealed or opened. */
const ALARMS = new Set(['KEY_CHANGED', 'WRAP_REFUSED', 'KEY_EPOCH_BACK', 'KEY_HISTORY_BROKEN', 'KEY_TEXT_INVALID', 'INVITATION_NOT_OPENED']);

export function createWorkspaceKeyring(options: WorkspaceKeyringOptions): WorkspaceKeyring {
  const { cipher, api, memory, clock, logger, newId, onChange } = options;
  let { workspace } = options;
  const workspaceId = workspace.id;
  let keyring: Keyring | undefined;
  let owner: AccountKeys | undefined;
  let status: KeyStatus | undefined;
  let problem: ErrorInfo | undefined;
  let isKnown = false;
  /** Who came by an invitation with the newest key in it, and was left to take it by themselves once. */
  const left = new Set<string>();
  /** Epoch up to which links were looked after in this run. */
  let linksAt = 0;
  let queue: Promise<unknown> = Promise.resolve();

  const may = (permission: string) => workspace.permissions.includes(permission);
  const isAlarm = () => problem !== undefined && ALARMS.has(problem.code);
  const keys = () => (isAlarm() ? undefined : keyring?.keys);

  /** The keyring of the account's keys as they are now; other keys begin with an empty one. */
  const ringOf = (): Keyring => {
    const account = options.account();
    if (!account) throw keysNotHere();
    if (!keyring || owner !== account) {
      owner = account;
      status = undefined;
      keyring = createKeyring({ cipher, workspaceId, account, server: api, clock, memory: () => memory.get(), remember: ({ pins, epochs }) => memory.set({ pins, epochs }) });
    }
    return keyring;
  };
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const mine = queue.then(task, task);
    queue = mine.catch(() => undefined);
    return mine;
  };
  const note = (code: KeyNote['code'], params: Record<string, unknown>) => {
    const { notes } = memory.get();
    memory.set({ notes: { ...notes, [workspaceId]: [...(notes[workspaceId] ?? []), { id: newId('note'), code, params, at: clock.now() }] } });
  };

  const look = async () => {
    try {
      if (!workspace.encrypted) throw notEncrypted();
      if (workspace.role === 'guest') {
        // Guests are given flows by links, never the key of the workspace.
        isKnown = true;
        keyring = status = problem = undefined;
        return onChange();
      }
      const ring = ringOf();
      status = await ring.refresh();
      isKnown = true;
      problem = undefined;
      const secrets = await options.secretsOf(workspaceId);
      if (secrets.size > 0) status = await ring.verifyJoined((invitationId) => secrets.get(invitationId));
      await upkeep(ring);
    } catch (error) {
      problem = errorInfo(error);
      if (!options.account()) {
        keyring = undefined;
        status = undefined;
      }
      if (ALARMS.has(problem.code)) {
        isKnown = true;
        logger.warn('the key of a workspace was refused', { workspaceId, code: problem.code });
      } else if (problem.code !== 'KEYS_NOT_HERE') logger.info('the key of a workspace was not looked after', { workspaceId, code: problem.code });
    }
    onChange();
  };

  /** What the next device of the right role does by itself. */
  const upkeep = async (ring: Keyring) => {
    // Only its owner: a server that calls an old workspace new is told by what devices have seen before.
    if (status!.state === 'new' && workspace.role === 'owner') status = await ring.begin();
    if (status!.state !== 'ready') return;
    if (status!.isStale && may('manage_members')) {
      const rotated = await ring.rotate({ onlyIfStale: true });
      status = rotated;
      if (rotated.isOurs) note('KEY_ROTATED', { epoch: ring.epoch });
    }
    const verified = may('manage_keys') ? status!.waiting.filter(({ trust, member }) => trust === 'verified' && !isTakingIt(member, ring.epoch)).map(({ member }) => member) : [];
    if (verified.length > 0) {
      status = await ring.give(verified.map(({ userId }) => userId));
      note('KEY_GIVEN', { userIds: verified.map(({ userId }) => userId), names: verified.map(({ name }) => name) });
    }
    await options.renewInvitations(workspaceId, ring);
    if (linksAt === ring.epoch || !may('share_links')) return;
    await renewLinks(ring);
    linksAt = ring.epoch;
  };

  /** True once for who has shown by which invitation they came and is about to make the wrap of its key: this may look in between. */
  const isTakingIt = ({ userId, joined }: KeyMember, epoch: number) => {
    if (!joined || left.has(userId) || memory.get().invitations[joined.invitationId]?.epoch !== epoch) return false;
    left.add(userId);
    return true;
  };

  /** Puts the newest key under the secrets of links, so that their addresses stay what they are. The server names some at a time. */
  const renewLinks = async (ring: Keyring) => {
    for (let round = 0, renewed = 1; renewed > 0 && round < LINK_ROUNDS; round++) {
      renewed = 0;
      for (const link of await api.oldLinks(workspaceId)) {
        try {
          await api.putLink(workspaceId, renewLink(cipher, link, ring.keys!));
          renewed += 1;
        } catch (error) {
          // One link that nobody can open must not keep the others from theirs.
          if (!isAppError(error) || !['LINK_NOT_OPENED', 'LINK_KEY_UNKNOWN'].includes(error.code)) throw error;
          logger.warn('a link was not renewed', { workspaceId, linkId: link.linkId, code: error.code });
        }
      }
    }
  };

  const run = (step: (keyring: Keyring) => Promise<unknown>) =>
    inTurn(async () => {
      const ring = ringOf();
      if (!isKnown || !ring.keys) await look();
      try {
        await step(ring);
      } finally {
        await look();
      }
    });
  const reason = () => {
    if (problem || !isKnown) return problem;
    return status?.state === 'new' ? errorInfo(noKeyYet(workspaceId)) : errorInfo(keyMissing());
  };
  const keysOf = (userId: string): PublicKeys | undefined => keyring?.members.find((member) => member.userId === userId)?.keys ?? undefined;

  return {
    workspaceId,
    get keys() {
      return keys();
    },
    get keyring() {
      return isAlarm() ? undefined : keyring;
    },
    reason,
    refusal() {
      const { code, message, params } = reason() ?? errorInfo(keyMissing());
      return new AppError(code, message, params);
    },
    view() {
      const isOpen = keys() !== undefined;
      const alarms = status?.alarms.length ?? 0;
      const isLocked = !options.account();
      const state = isAlarm() || alarms > 0 ? 'alarm' : isLocked && problem?.code === 'KEYS_NOT_HERE' ? 'locked' : workspace.role === 'guest' ? 'waiting' : !status ? 'unknown' : status.state === 'new' ? 'new' : !isOpen ? 'waiting' : status.isStale ? 'stale' : 'ok';
      return {
        workspaceId,
        name: workspace.name,
        state,
        isOpen,
        epoch: keys()?.epoch ?? 0,
        isStale: status?.isStale ?? false,
        ...(problem && problem.code !== 'KEYS_NOT_HERE' ? { reason: { code: problem.code, params: problem.params } } : {}),
        lacking: isOpen ? (status?.waiting.length ?? 0) : 0,
        alarms,
        mayGive: may('manage_keys'),
        mayRotate: may('manage_members'),
        mayInvite: may('invite_members'),
        notes: [...(memory.get().notes[workspaceId] ?? [])],
      };
    },
    list(next) {
      workspace = next;
    },
    look: () => inTurn(look),
    run,
    begin: () => run((ring) => ring.begin()),
    give: (userIds) =>
      run(async (ring) => {
        const without = userIds.find((userId) => !keysOf(userId));
        if (without !== undefined) throw new AppError('KEY_MEMBER_WITHOUT_KEYS', 'This person has not set encryption up yet, so there is no key to seal to. Nothing was given; they do that in their app, then try again.', { userId: without });
        await ring.give(userIds);
      }),
    rotate: () => run((ring) => ring.rotate()),
    confirm: (userId, fingerprint) =>
      run(async (ring) => {
        const theirs = keysOf(userId);
        // What was compared is what is confirmed: the keys may be others since the screen was drawn.
        if (!theirs || fingerprintOf(cipher, theirs) !== fingerprint) throw new AppError('KEY_CHANGED', 'The keys of this person are not the ones that this device has seen before, so nothing is given to them or taken from them. Compare fingerprints with them; when they began anew, confirm their new key.', { userId });
        await ring.confirm(theirs);
      }),
    members: (everybody) => everybody.map((person) => memberView(cipher, person, keyring?.members.find(({ userId }) => userId === person.userId), { epoch: keys()?.epoch ?? newestWrapped(keyring?.members ?? []), own: options.account()?.userId, pins: memory.get().pins })),
  };
}

function memberView(cipher: Cipher, person: { userId: string; name: string; email: string; role: string }, member: KeyMember | undefined, held: { epoch: number; own: string | undefined; pins: ReturnType<KeyStore['get']>['pins'] }): KeyMemberView {
  const theirs = member?.keys ?? undefined;
  const { userId } = person;
  const pin = Object.hasOwn(held.pins, userId) ? held.pins[userId] : undefined;
  const known = theirs && (theirs.userId === userId ? trustOf(cipher, held.pins, theirs) : 'broken');
  const trust = userId === held.own ? 'own' : !known ? 'none' : known === 'seen' ? 'pinned' : known;
  return {
    userId,
    name: person.name,
    email: person.email,
    role: person.role,
    trust,
    ...(theirs ? { fingerprint: fingerprintOf(cipher, theirs) } : {}),
    ...(trust === 'changed' && pin ? { earlierFingerprint: fingerprintOf(cipher, { userId, box: pin.box, sign: pin.sign }) } : {}),
    hasKey: member !== undefined && member.wrappedEpoch === held.epoch,
    isGuest: person.role === 'guest',
    ...(pin ? { seenAt: pin.seenAt, ...(pin.verifiedAt === undefined ? {} : { verifiedAt: pin.verifiedAt }) } : {}),
  };
}

/** Who waits for the key sees by the others which one is the newest. */
function newestWrapped(members: readonly KeyMember[]): number {
  return Math.max(1, ...members.map(({ wrappedEpoch }) => wrappedEpoch ?? 0));
}

/** The error of a server that forgets that a workspace is encrypted. */
export function notEncrypted(): AppError {
  return new AppError('KEY_EPOCH_BACK', 'The server says that this workspace is not encrypted, but it was. Nothing is sent. Ask whoever runs the server what happened to it.', { epoch: 0 });
}

function keyMissing(): AppError {
  return new AppError('LOG_KEY_MISSING', 'This flow is encrypted, and its key is not on this device. Nothing was lost; bring the key, then it goes on.', { epoch: 0 });
}

function noKeyYet(workspaceId: string): AppError {
  return new AppError('WORKSPACE_KEY_MISSING', 'This workspace is encrypted and has no key yet, so nothing can be shared in it. Nothing was changed; open it on a device of its owner first.', { workspaceId });
}
