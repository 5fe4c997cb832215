/** Keys of an account on devices whose server loses answers and whose people have typed something wrong. */
import { beforeEach, expect, test } from 'vitest';
import { AppError } from '../../base/index.ts';
import { openCipher, type Cipher, type DeviceCodeMessage, type KeyApi, type StoredAccountKeys } from '../../sync/keys/index.ts';
import { createAccountKeyBox, type AccountKeyBox } from './accountKeyBox.ts';

const cipher: Cipher = await openCipher();
let stored: StoredAccountKeys | undefined;
let codes: Map<string, string>;
/** What becomes of the next call that writes: it is done and its answer lost, or it never arrives. */
let fate: 'answered' | 'answerLost' | 'lost' = 'answered';

beforeEach(() => {
  stored = undefined;
  codes = new Map();
  fate = 'answered';
});

const unreachable = () => new AppError('SERVER_UNREACHABLE', 'No answer.', {});
const write = async (change: () => void) => {
  const now = fate;
  fate = 'answered';
  if (now === 'lost') throw unreachable();
  change();
  if (now === 'answerLost') throw unreachable();
};
const server = {
  accountKeys: async () => stored,
  createAccountKeys: (next: StoredAccountKeys) =>
    write(() => {
      if (stored) throw new AppError('KEYS_EXIST', 'There are some.', {});
      stored = next;
    }),
  replaceAccountKeys: (next: StoredAccountKeys) => write(() => void (stored = next)),
  putDeviceCode: ({ id, sealed }: DeviceCodeMessage) => write(() => void codes.set(id, sealed)),
  takeDeviceCode: async (id: string) => {
    const sealed = codes.get(id);
    codes.delete(id);
    if (!sealed) throw new AppError('DEVICE_CODE_UNKNOWN', 'No such code.', {});
    return sealed;
  },
} as unknown as KeyApi;

function device(disk = new Map<string, string>()): AccountKeyBox & { disk: Map<string, string> } {
  const secrets = { strength: 'session' as const, get: async (name: string) => disk.get(name), set: async (name: string, value: string | null) => void (value === null ? disk.delete(name) : disk.set(name, value)) };
  const box = createAccountKeyBox({ cipher, api: server, secrets, server: 'https://sync.example.com', userId: 'user_1', clock: { now: () => 1_000 } });
  return Object.defineProperties({ disk }, Object.getOwnPropertyDescriptors(box)) as AccountKeyBox & { disk: Map<string, string> };
}

test('the first device makes them, and has them after a start; nothing else lies in its store', async () => {
  const first = device();
  await first.look();
  expect(first.view()).toEqual({ state: 'none' });
  const kit = await first.setUp();
  expect(kit).toMatch(/^([0-9A-Z]{4}-){13}[0-9A-Z]{4}$/);
  const again = device(first.disk);
  expect(again.view().state).toBe('unknown');
  await again.look();
  expect(again.view()).toEqual({ state: 'here', version: 1, fingerprint: first.view().fingerprint });
  expect([...first.disk.keys()]).toEqual(['account-keys:https://sync.example.com:user_1']);
  expect(JSON.stringify(stored)).not.toContain(first.disk.get('account-keys:https://sync.example.com:user_1'));
});

test('keys that the server took while its answer was lost are this device\'s; keys that never arrived are nobody\'s', async () => {
  const one = device();
  fate = 'answerLost';
  await expect(one.setUp()).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
  await one.look();
  expect(one.view()).toMatchObject({ state: 'here', version: 1 });
  // The kit of that attempt was never shown: a new one opens them.
  const kit = await one.newKit();
  const other = device();
  await other.bringByKit(kit);
  expect(other.view()).toEqual(one.view());

  const before = one.view();
  fate = 'lost';
  await expect(one.beginAnew()).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
  await one.look();
  expect(one.view()).toEqual(before);
  fate = 'answerLost';
  await expect(one.beginAnew()).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
  const restarted = device(one.disk);
  await restarted.look();
  expect(restarted.view()).toMatchObject({ state: 'here', version: 2 });
  expect(restarted.view().fingerprint).not.toBe(before.fingerprint);
});

test('a device that was second brings the keys; one whose keys were replaced says so and uses them for nothing', async () => {
  const one = device();
  await one.setUp();
  const two = device();
  await expect(two.setUp()).rejects.toMatchObject({ code: 'KEYS_EXIST' });
  await two.look();
  expect([two.view().state, two.keys]).toEqual(['elsewhere', undefined]);
  const { code, until } = await one.showCode();
  expect(until).toBe(601_000);
  await two.bringByCode(code.toLowerCase().replaceAll('-', ''));
  expect(two.view()).toMatchObject({ state: 'here', fingerprint: one.view().fingerprint });
  await two.beginAnew();
  await one.look();
  expect([one.view().state, one.keys]).toEqual(['replaced', undefined]);
  await expect(one.showCode()).rejects.toMatchObject({ code: 'KEYS_NOT_HERE' });
  await expect(one.newKit()).rejects.toMatchObject({ code: 'KEYS_NOT_HERE' });
});

test('the same keys stay the same through every look: what was opened with them is held by them', async () => {
  const one = device();
  await one.setUp();
  const { keys } = one;
  await one.look();
  await one.look();
  expect(one.keys).toBe(keys);
});

test('a server that hands out another account\'s keys, or changed ones, is not believed', async () => {
  const one = device();
  const kit = await one.setUp();
  const right = stored!;
  stored = { ...right, keys: { ...right.keys, userId: 'user_2' } };
  await expect(device().look()).rejects.toMatchObject({ code: 'KEY_CHANGED' });
  const stranger = cipher.boxPair(cipher.random(32));
  stored = { ...right, keys: { ...right.keys, box: Buffer.from(stranger.publicKey).toString('base64url') } };
  await expect(device().bringByKit(kit)).rejects.toMatchObject({ code: 'KEYS_NOT_OPENED' });
  await one.look();
  expect(one.view().state).toBe('replaced');
});

test('slips are told by their kind, and what is forgotten here is gone from here alone', async () => {
  const one = device();
  const kit = await one.setUp();
  await expect(one.bringByKit(kit.slice(5))).rejects.toMatchObject({ code: 'KEY_TEXT_MISTYPED', params: { kind: 'kit', problem: 'LENGTH' } });
  await expect(one.bringByKit(kit.replace(/^./, 'U'))).rejects.toMatchObject({ params: { problem: 'LETTER' } });
  await expect(one.bringByCode(kit)).rejects.toMatchObject({ params: { kind: 'code', problem: 'LENGTH' } });
  await one.forgetHere();
  expect([one.view().state, one.disk.size]).toEqual(['elsewhere', 0]);
  await one.bringByKit(kit);
  expect(one.view().state).toBe('here');
});
