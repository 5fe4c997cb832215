/**
 * The keys of one workspace on one device: fetched, checked and opened; made, handed out and replaced. Pure: server, store and clock are
 * handed in. Nothing the server says is believed that a signature, a pin or an earlier answer contradicts.
 */
import { AppError, isAppError } from '../../base/error.ts';
import type { Clock } from '../../base/clock.ts';
import type { AccountKeys } from './accountKeys.ts';
import { publicKeysOf } from './accountKeys.ts';
import type { Cipher } from './cipher.ts';
import { epochStep, firstEpoch, historyBroken, nextEpoch, openHistory, type LogKeys, type WorkspaceKeys } from './epochKeys.ts';
import { isJoinProof, joinProof, openInvitation, type InvitationPlace } from './invitation.ts';
import type { EpochStep, InvitationKey, KeyMember, KeyState, NewEpoch, PublicKeys, Wrap } from './keyMessages.ts';
import { trustOf, withPin, type Pins, type Trust } from './pins.ts';
import { commitmentOf, isSignedWrap, makeWrap, openWrap, type EpochKey } from './wrap.ts';

/** The key routes of the server. Calls throw what the server refuses, as AppErrors with its codes. */
export interface KeyServer {
  /** Undefined where the workspace is not encrypted. */
  state(workspaceId: string): Promise<KeyState | undefined>;
  /** EPOCH_CHANGED when somebody was faster. */
  addEpoch(workspaceId: string, next: NewEpoch): Promise<void>;
  /** EPOCH_CHANGED when the wraps are of an older key. */
  addWraps(workspaceId: string, wraps: readonly Wrap[]): Promise<void>;
  /** Shows by which invitation one came. */
  showProof(workspaceId: string, shown: { invitationId: string; proof: string }): Promise<void>;
}

/** What the device remembers between runs. */
export interface KeyMemory {
  pins: Pins;
  /** Newest key that was opened, by workspace (its commitment, never the key): a server that shows an older one, or another past, is refused. */
  epochs: Readonly<Record<string, EpochStep>>;
}

export interface KeyringOptions {
  cipher: Cipher;
  workspaceId: string;
  account: AccountKeys;
  server: KeyServer;
  clock: Clock;
  memory(): KeyMemory;
  /** Stores it before it is relied on. */
  remember(memory: KeyMemory): Promise<void> | void;
}

/** What the keys of a workspace are to this device. */
export interface KeyStatus {
  /** ready: everything opens; waiting: no member has given the key to this account yet; new: there is no key yet; none: the workspace is not encrypted. */
  state: 'ready' | 'waiting' | 'new' | 'none';
  epoch: number;
  /** A former member still holds the key. */
  isStale: boolean;
  /** Members without the newest key, whom a person here may give it to. `trust` says what is known of their keys. */
  waiting: { member: KeyMember; trust: Trust }[];
  /** Members whose keys are others than before, or vouch for nothing: shown loudly, and given nothing. */
  alarms: { member: KeyMember; trust: Trust }[];
}

export interface Keyring extends LogKeys {
  /** Asks the server and opens what is there. Throws WRAP_REFUSED, KEY_CHANGED, KEY_EPOCH_BACK, KEY_HISTORY_BROKEN: then nothing was taken. */
  refresh(): Promise<KeyStatus>;
  /** Makes the first key: the workspace is encrypted from now on. */
  begin(): Promise<KeyStatus>;
  /** Gives the newest key to these members; `waiting` of the status says who lacks it. Throws KEY_CHANGED where a pin says no. */
  give(userIds: readonly string[]): Promise<KeyStatus>;
  /**
   * Makes the next key and gives it to all present members who had the last one. When another device was faster, its key is taken and `isOurs` is
   * false. `onlyIfStale`: does nothing where another device has made it meanwhile.
   */
  rotate(options?: { onlyIfStale?: boolean }): Promise<KeyStatus & { isOurs: boolean }>;
  /** Takes the key of an invitation, and leaves it at the server for the account's other devices. */
  join(place: InvitationPlace, key: InvitationKey, secret: Uint8Array): Promise<KeyStatus>;
  /** Pins who joined by an invitation whose secret is here, as verified. */
  verifyJoined(secretOf: (invitationId: string) => Uint8Array | undefined): Promise<KeyStatus>;
  /** A person says that this is the right key of somebody: fingerprints were compared. */
  confirm(keys: PublicKeys): Promise<KeyStatus>;
  /** The keys; undefined while there are none. */
  readonly keys: WorkspaceKeys | undefined;
  /** Who is in the workspace, guests aside, as the server said last. */
  readonly members: readonly KeyMember[];
}

/** The keyring of a workspace; it holds nothing until `refresh`, `begin` or `join`. */
export function createKeyring({ cipher, workspaceId, account, server, clock, memory, remember }: KeyringOptions): Keyring {
  let keys: WorkspaceKeys | undefined;
  let members: readonly KeyMember[] = [];
  let isStale = false;
  let shown: number | undefined;

  const seenEpoch = () => memory().epochs[workspaceId]?.epoch ?? 0;
  const pin = async (person: PublicKeys, isVerified = false) => {
    const pins = withPin(memory().pins, person, clock.now(), isVerified);
    if (pins !== memory().pins) await remember({ ...memory(), pins });
  };
  const take = async (opened: WorkspaceKeys) => {
    const { epoch } = opened;
    if (epoch > seenEpoch()) await remember({ ...memory(), epochs: { ...memory().epochs, [workspaceId]: { epoch, commitment: commitmentOf(cipher, workspaceId, opened.newest) } } });
    keys = opened;
  };

  const status = (): KeyStatus => {
    const lacking = members
      .filter((member) => member.keys && member.userId !== account.userId)
      .map((member) => ({ member, trust: trustOf(cipher, memory().pins, member.keys!) }));
    const isAlarm = ({ trust }: { trust: Trust }) => trust === 'changed' || trust === 'broken';
    return {
      state: keys ? 'ready' : shown === undefined ? 'none' : shown === 0 ? 'new' : 'waiting',
      epoch: keys?.epoch ?? 0,
      isStale,
      waiting: lacking.filter((one) => !isAlarm(one) && one.member.wrappedEpoch !== keys?.epoch),
      alarms: lacking.filter(isAlarm),
    };
  };

  /** Whoever made the wrap must be who was pinned under that name. A maker who is new here is pinned: the first key seen. */
  const checkMaker = async (wrap: Wrap, state: KeyState) => {
    const isOwn = wrap.makerId === account.userId;
    const maker = isOwn ? publicKeysOf(cipher, account) : state.members.find(({ userId }) => userId === wrap.makerId)?.keys;
    const known = memory().pins[wrap.makerId]?.sign ?? (isOwn ? maker!.sign : undefined);
    if ((known ?? wrap.makerSign) !== wrap.makerSign || (isOwn && maker!.sign !== wrap.makerSign)) throw changed(wrap.makerId);
    if (known === undefined) {
      if (!maker || trustOf(cipher, memory().pins, maker) !== 'new' || maker.sign !== wrap.makerSign || !isSignedWrap(cipher, wrap)) throw changed(wrap.makerId);
      await pin(maker);
    }
  };

  const accept = async (state: KeyState): Promise<void> => {
    const highest = Math.max(seenEpoch(), keys?.epoch ?? 0);
    if (state.workspaceId !== workspaceId || state.epoch < highest) {
      throw new AppError('KEY_EPOCH_BACK', 'The server shows an older key of this workspace than this device has seen, so nothing is sent under it. Nothing was lost; ask whoever runs the server whether it was restored from a backup.', { epoch: state.epoch, highest });
    }
    members = state.members;
    isStale = state.isStale;
    if (keys?.epoch === state.epoch) return;
    if (state.wrap?.epoch !== state.epoch) return;
    // A past that is not the one that this device knows is that of another key, whoever made it.
    const seen = memory().epochs[workspaceId];
    if (seen && state.epochs.find(({ epoch }) => epoch === seen.epoch)?.commitment !== seen.commitment) throw historyBroken(seen.epoch);
    await checkMaker(state.wrap, state);
    await take(openHistory(cipher, workspaceId, openWrap(cipher, state.wrap, workspaceId, account), state.epochs));
  };

  const refresh = async (): Promise<KeyStatus> => {
    const state = await server.state(workspaceId);
    shown = state?.epoch;
    if (state) await accept(state);
    // A server that forgets that a workspace is encrypted must not get it in plain.
    else if (keys || seenEpoch() > 0) throw new AppError('KEY_EPOCH_BACK', 'The server says that this workspace is not encrypted, but it was. Nothing is sent. Ask whoever runs the server what happened to it.', { epoch: 0 });
    return status();
  };

  const held = (): WorkspaceKeys => {
    if (!keys) throw new AppError('LOG_KEY_MISSING', 'This flow is encrypted, and its key is not on this device. Nothing was lost; bring the key, then it goes on.', { epoch: 0 });
    return keys;
  };

  /** Wraps for people whose keys are what they were; who is new is pinned by that. */
  const wrapsFor = async (epochKey: EpochKey, people: readonly KeyMember[]): Promise<Wrap[]> => {
    const wraps: Wrap[] = [];
    for (const { userId, keys: theirs } of people) {
      if (userId === account.userId || !theirs) continue;
      const trust = theirs.userId === userId ? trustOf(cipher, memory().pins, theirs) : 'broken';
      if (trust === 'changed' || trust === 'broken') throw changed(userId);
      await pin(theirs);
      wraps.push(makeWrap(cipher, workspaceId, epochKey, theirs, account));
    }
    wraps.push(makeWrap(cipher, workspaceId, epochKey, publicKeysOf(cipher, account), account));
    return wraps;
  };

  return {
    get epoch() {
      return keys?.epoch ?? 0;
    },
    get keys() {
      return keys;
    },
    get members() {
      return members;
    },
    logKey: (logId, epoch) => keys?.logKey(logId, epoch),
    refresh,
    async begin() {
      const first = firstEpoch(cipher);
      await server.addEpoch(workspaceId, { ...epochStep(cipher, workspaceId, first), wraps: await wrapsFor(first, []) });
      return refresh();
    },
    async give(userIds) {
      const { newest } = held();
      await server.addWraps(workspaceId, (await wrapsFor(newest, members.filter(({ userId }) => userIds.includes(userId)))).filter(({ memberId }) => memberId !== account.userId));
      return refresh();
    },
    async rotate({ onlyIfStale = false } = {}) {
      const before = await refresh();
      const { newest } = held();
      if (onlyIfStale && !before.isStale) return { ...before, isOurs: false };
      // Whoever stands in an alarm gets no key until a person has looked; the others must not wait for that.
      const had = members.filter((member) => member.wrappedEpoch === newest.epoch && !status().alarms.some((one) => one.member === member));
      const next = nextEpoch(cipher, newest);
      let isOurs = true;
      try {
        await server.addEpoch(workspaceId, { ...epochStep(cipher, workspaceId, next, newest), wraps: await wrapsFor(next, had) });
      } catch (error) {
        if (!isEpochChanged(error)) throw error;
        isOurs = false;
      }
      return { ...(await refresh()), isOurs };
    },
    async join(place, key, secret) {
      const { epochKey, maker } = openInvitation(cipher, place, key, secret);
      if (trustOf(cipher, memory().pins, maker) === 'changed') throw changed(maker.userId);
      await pin(maker, true);
      const own = publicKeysOf(cipher, account);
      await server.showProof(workspaceId, { invitationId: place.invitationId, proof: joinProof(cipher, place, own, secret) });
      // After a rotation the invitation's key opens only the past; the newest one then comes from a member's device.
      const isNewest = (await server.state(workspaceId))?.epoch === epochKey.epoch;
      try {
        if (isNewest) await server.addWraps(workspaceId, [makeWrap(cipher, workspaceId, epochKey, own, account)]);
      } catch (error) {
        if (!isEpochChanged(error)) throw error;
      }
      return refresh();
    },
    async verifyJoined(secretOf) {
      for (const { userId, keys: theirs, joined } of members) {
        const secret = joined && theirs && secretOf(joined.invitationId);
        if (!secret || theirs.userId !== userId || trustOf(cipher, memory().pins, theirs) === 'changed') continue;
        if (isJoinProof(cipher, { workspaceId, invitationId: joined.invitationId }, theirs, secret, joined.proof)) await pin(theirs, true);
      }
      return status();
    },
    async confirm(theirs) {
      if (trustOf(cipher, memory().pins, theirs) === 'broken') throw changed(theirs.userId);
      await pin(theirs, true);
      return status();
    },
  };
}

function isEpochChanged(error: unknown): boolean {
  return isAppError(error) && error.code === 'EPOCH_CHANGED';
}

function changed(userId: string): AppError {
  return new AppError('KEY_CHANGED', 'The keys of this person are not the ones that this device has seen before, so nothing is given to them or taken from them. Compare fingerprints with them; when they began anew, confirm their new key.', { userId });
}
