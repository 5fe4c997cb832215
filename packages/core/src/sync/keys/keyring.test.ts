/** Devices of several people with a server that keeps what it is given, and one that lies. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AppError, createTestClock } from '../../base/index.ts';
import { newAccountKeys, publicKeysOf, type AccountKeys } from './accountKeys.ts';
import { openCipher, type Cipher } from './cipher.ts';
import { epochStep, firstEpoch } from './epochKeys.ts';
import { newInvitationSecret, sealInvitation } from './invitation.ts';
import type { EpochStep, KeyState, PublicKeys, Wrap } from './keyMessages.ts';
import { createKeyring, type KeyMemory, type Keyring, type KeyServer } from './keyring.ts';
import { makeWrap } from './wrap.ts';

let cipher: Cipher;
/** What a server holds; tests reach into it as a server that lies would. */
let server: { epochs: EpochStep[]; wraps: Wrap[]; keys: Map<string, PublicKeys>; members: string[]; proofs: Map<string, { invitationId: string; proof: string }>; isGone: boolean };

beforeAll(async () => {
  cipher = await openCipher();
});
beforeEach(() => {
  server = { epochs: [], wraps: [], keys: new Map(), members: [], proofs: new Map(), isGone: false };
});

const wrapOf = (userId: string) => server.wraps.filter(({ memberId }) => memberId === userId).at(-1);
const keyServer = (userId: string): KeyServer => ({
  async state(): Promise<KeyState | undefined> {
    const epoch = server.epochs.length;
    if (server.isGone) return undefined;
    const members = server.members.map((one) => ({ userId: one, name: one, role: 'member', keys: server.keys.get(one) ?? null, wrappedEpoch: wrapOf(one)?.epoch ?? null, joined: server.proofs.get(one) ?? null }));
    return { workspaceId: 'ws_1', epoch, isStale: server.wraps.some((wrap) => wrap.epoch === epoch && !server.members.includes(wrap.memberId)), epochs: [...server.epochs], wrap: wrapOf(userId) ?? null, members };
  },
  async addEpoch(_, { wraps, ...step }) {
    if (step.epoch !== server.epochs.length + 1) throw new AppError('EPOCH_CHANGED', 'Somebody was faster.', {});
    server.epochs.push(step);
    server.wraps.push(...wraps);
  },
  async addWraps(_, wraps) {
    if (wraps.some(({ epoch }) => epoch !== server.epochs.length)) throw new AppError('EPOCH_CHANGED', 'Somebody was faster.', {});
    server.wraps.push(...wraps);
  },
  async showProof(_, shown) {
    server.proofs.set(userId, shown);
  },
});

interface Device {
  account: AccountKeys;
  keyring: Keyring;
  memory: KeyMemory;
}
const newMemory = (): KeyMemory => ({ pins: {}, epochs: {} });

/** A device of an account; with `account` another one of the same person. */
function device(userId: string, { account = newAccountKeys(cipher, userId), memory = newMemory() } = {}): Device {
  server.keys.set(userId, publicKeysOf(cipher, account));
  if (!server.members.includes(userId)) server.members.push(userId);
  const self: Device = { account, memory, keyring: undefined as never };
  self.keyring = createKeyring({ cipher, workspaceId: 'ws_1', account, server: keyServer(userId), clock: createTestClock(), memory: () => self.memory, remember: (next) => void (self.memory = next) });
  return self;
}
const newest = ({ keyring }: Device) => keyring.keys && Buffer.from(keyring.keys.newest.key).toString('hex');
const codeOf = (promise: Promise<unknown>) => promise.then(() => 'DONE', (error: { code?: string }) => error.code);

describe('a workspace', () => {
  test('begins, is given to who waits, and every device of a member opens it', async () => {
    const [ann, bob] = [device('ann'), device('bob')];
    expect(await ann.keyring.refresh()).toMatchObject({ state: 'new', epoch: 0 });
    expect(await ann.keyring.begin()).toMatchObject({ state: 'ready', epoch: 1, waiting: [{ trust: 'new', member: { userId: 'bob' } }] });
    expect(await bob.keyring.refresh()).toMatchObject({ state: 'waiting', epoch: 0 });
    expect(await ann.keyring.give(['bob'])).toMatchObject({ waiting: [], alarms: [] });
    expect(await bob.keyring.refresh()).toMatchObject({ state: 'ready', epoch: 1 });
    const phone = device('bob', { account: bob.account });
    await phone.keyring.refresh();
    expect(newest(ann)).toBeDefined();
    expect([newest(bob), newest(phone)]).toEqual([newest(ann), newest(ann)]);
    expect(Object.keys(bob.memory.pins)).toEqual(['ann']);
  });

  test('after a removal the next key is known to those who stayed, with all history, and not to who left', async () => {
    const [ann, bob, cleo] = [device('ann'), device('bob'), device('cleo')];
    await ann.keyring.begin();
    await ann.keyring.give(['bob', 'cleo']);
    await bob.keyring.refresh();
    await cleo.keyring.refresh();
    server.members = ['ann', 'cleo'];
    expect(await ann.keyring.refresh()).toMatchObject({ isStale: true });
    expect(await ann.keyring.rotate()).toMatchObject({ isStale: false, epoch: 2, waiting: [] });
    await cleo.keyring.refresh();
    expect([newest(cleo), cleo.keyring.logKey('log_1', 1) !== undefined]).toEqual([newest(ann), true]);
    await bob.keyring.refresh();
    expect([bob.keyring.epoch, bob.keyring.logKey('log_1', 2)]).toEqual([1, undefined]);
    expect(server.wraps.filter(({ epoch, memberId }) => epoch === 2 && memberId === 'bob')).toEqual([]);
  });

  test('of two devices that rotate at once one wins, and both hold its key', async () => {
    const [ann, cleo] = [device('ann'), device('cleo')];
    await ann.keyring.begin();
    await ann.keyring.give(['cleo']);
    await cleo.keyring.refresh();
    await Promise.all([ann.keyring.rotate(), cleo.keyring.rotate()]);
    await Promise.all([ann.keyring.refresh(), cleo.keyring.refresh()]);
    expect([server.epochs.length, newest(ann)]).toEqual([2, newest(cleo)]);
  });
});

describe('an invitation', () => {
  test('brings the key, and both sides are verified by it', async () => {
    const ann = device('ann');
    await ann.keyring.begin();
    const secret = newInvitationSecret(cipher);
    const place = { workspaceId: 'ws_1', invitationId: 'invitation_1' };
    const message = sealInvitation(cipher, place, ann.keyring.keys!.newest, ann.account, secret);
    const bob = device('bob');
    expect(await bob.keyring.join(place, message, secret)).toMatchObject({ state: 'ready', epoch: 1 });
    expect([newest(bob), bob.memory.pins.ann?.verifiedAt !== undefined]).toEqual([newest(ann), true]);
    await ann.keyring.refresh();
    await ann.keyring.verifyJoined((id) => (id === 'invitation_1' ? secret : undefined));
    expect(ann.memory.pins.bob?.verifiedAt).toBeDefined();
  });

  test('that is older than the newest key verifies, and the key comes from a member', async () => {
    const ann = device('ann');
    await ann.keyring.begin();
    const secret = newInvitationSecret(cipher);
    const place = { workspaceId: 'ws_1', invitationId: 'invitation_1' };
    const message = sealInvitation(cipher, place, ann.keyring.keys!.newest, ann.account, secret);
    await ann.keyring.rotate();
    const bob = device('bob');
    expect(await bob.keyring.join(place, message, secret)).toMatchObject({ state: 'waiting' });
    await ann.keyring.refresh();
    expect(await ann.keyring.verifyJoined(() => secret)).toMatchObject({ waiting: [{ trust: 'verified', member: { userId: 'bob' } }] });
    await ann.keyring.give(['bob']);
    await bob.keyring.refresh();
    expect(newest(bob)).toBe(newest(ann));
  });

  test('whose newcomer was replaced by the server is not verified', async () => {
    const ann = device('ann');
    await ann.keyring.begin();
    const secret = newInvitationSecret(cipher);
    const place = { workspaceId: 'ws_1', invitationId: 'invitation_1' };
    const bob = device('bob');
    await bob.keyring.join(place, sealInvitation(cipher, place, ann.keyring.keys!.newest, ann.account, secret), secret);
    server.keys.set('bob', publicKeysOf(cipher, newAccountKeys(cipher, 'bob')));
    await ann.keyring.refresh();
    await ann.keyring.verifyJoined(() => secret);
    expect(ann.memory.pins.bob).toBeUndefined();
  });
});

describe('a server that lies', () => {
  test('about somebody\'s key gets nothing for it, until a person confirms the key', async () => {
    const [ann, bob] = [device('ann'), device('bob')];
    await ann.keyring.begin();
    await ann.keyring.give(['bob']);
    await bob.keyring.refresh();
    const before = server.wraps.length;
    const impostor = device('bob');
    expect(await ann.keyring.refresh()).toMatchObject({ alarms: [{ trust: 'changed', member: { userId: 'bob' } }], waiting: [] });
    expect(await codeOf(ann.keyring.give(['bob']))).toBe('KEY_CHANGED');
    expect(server.wraps.length).toBe(before);
    // Others do not wait for the alarm to be dealt with.
    await ann.keyring.rotate();
    expect(server.wraps.filter(({ epoch }) => epoch === 2).map(({ memberId }) => memberId)).toEqual(['ann']);
    await ann.keyring.confirm(publicKeysOf(cipher, impostor.account));
    await ann.keyring.give(['bob']);
    await impostor.keyring.refresh();
    expect([newest(impostor), ann.memory.pins.bob?.verifiedAt !== undefined]).toEqual([newest(ann), true]);
  });

  test('with keys that nobody vouches for raises an alarm', async () => {
    const [ann, bob] = [device('ann'), device('bob')];
    await ann.keyring.begin();
    server.keys.set('bob', { ...publicKeysOf(cipher, bob.account), box: publicKeysOf(cipher, ann.account).box });
    expect(await ann.keyring.refresh()).toMatchObject({ alarms: [{ trust: 'broken' }] });
    server.keys.set('bob', { ...publicKeysOf(cipher, newAccountKeys(cipher, 'carl')) });
    await ann.keyring.refresh();
    expect(await codeOf(ann.keyring.give(['bob']))).toBe('KEY_CHANGED');
  });

  test('with a key of its own in another\'s name is refused', async () => {
    const [ann, bob] = [device('ann'), device('bob')];
    await ann.keyring.begin();
    await ann.keyring.give(['bob']);
    await bob.keyring.refresh();
    const [before, forged, liar] = [newest(bob), firstEpoch(cipher), newAccountKeys(cipher, 'ann')];
    const next = { epoch: 2, key: forged.key };
    server.epochs.push(epochStep(cipher, 'ws_1', next, forged));
    server.wraps.push(makeWrap(cipher, 'ws_1', next, publicKeysOf(cipher, bob.account), liar));
    expect(await codeOf(bob.keyring.refresh())).toBe('KEY_CHANGED');
    expect(newest(bob)).toBe(before);
  });

  test('with another past is refused, whoever signed for it', async () => {
    const [ann, bob] = [device('ann'), device('bob')];
    await ann.keyring.begin();
    await ann.keyring.give(['bob']);
    await bob.keyring.refresh();
    const mallory = device('mallory');
    const own = firstEpoch(cipher);
    const next = { epoch: 2, key: cipher.random(32) };
    server.epochs = [epochStep(cipher, 'ws_1', own), epochStep(cipher, 'ws_1', next, own)];
    server.wraps = [makeWrap(cipher, 'ws_1', next, publicKeysOf(cipher, bob.account), mallory.account)];
    expect(await codeOf(bob.keyring.refresh())).toBe('KEY_HISTORY_BROKEN');
    const restarted = device('bob', { account: bob.account, memory: bob.memory });
    expect(await codeOf(restarted.keyring.refresh())).toBe('KEY_HISTORY_BROKEN');
  });

  test('that shows an older key, or forgets the encryption, is refused after a restart too', async () => {
    const ann = device('ann');
    await ann.keyring.begin();
    const [epochs, wraps] = [[...server.epochs], [...server.wraps]];
    await ann.keyring.rotate();
    Object.assign(server, { epochs, wraps });
    expect(await codeOf(ann.keyring.refresh())).toBe('KEY_EPOCH_BACK');
    const restarted = device('ann', { account: ann.account, memory: ann.memory });
    expect(await codeOf(restarted.keyring.refresh())).toBe('KEY_EPOCH_BACK');
    server.isGone = true;
    expect(await codeOf(restarted.keyring.refresh())).toBe('KEY_EPOCH_BACK');
  });
});
