import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson } from '../base/index.ts';
import { createPlainCodec, type Deflater, type SyncCodec } from './codec.ts';
import { openCipher, type Cipher } from './keys/cipher.ts';
import { epochStep, firstEpoch, nextEpoch, openHistory, type WorkspaceKeys } from './keys/epochKeys.ts';
import { PROTOCOL, writeEnvelope } from './protocol.ts';
import { assetNames, createSealedCodec, openAsset, openName, sealAsset, sealName } from './seal.ts';

const deflater: Deflater = { deflate: (bytes) => deflateRawSync(bytes), inflate: (bytes, size) => inflateRawSync(bytes, { maxOutputLength: Math.max(size, 1) }) };
const encoder = new TextEncoder();
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const digest = (bytes: Uint8Array) => bytesToHex(sha256(bytes));
const envelope = (more: Partial<Parameters<typeof writeEnvelope>[0]> = {}) => writeEnvelope({ protocol: PROTOCOL, log: 'log_1', id: 'tx_1', author: 'user_1', scope: 'edit', epoch: 1, schema: 1, size: 5, ...more });
const snapshotContext = (no: number) => encoder.encode(canonicalJson({ log: 'log_1', no, chain: 'ab' }));

let cipher: Cipher;
let first: WorkspaceKeys;
let second: WorkspaceKeys;
let codec: SyncCodec;

beforeAll(async () => {
  cipher = await openCipher();
  const one = firstEpoch(cipher);
  const two = nextEpoch(cipher, one);
  const steps = [epochStep(cipher, 'ws_1', one), epochStep(cipher, 'ws_1', two, one)];
  first = openHistory(cipher, 'ws_1', one, steps);
  second = openHistory(cipher, 'ws_1', two, steps);
  codec = codecOf(first);
});

const codecOf = (keys: WorkspaceKeys, logId = 'log_1') => createSealedCodec({ cipher, logId, keys: () => keys, deflater });
const codeOf = (open: () => unknown): string => {
  try {
    open();
    return 'OPENED';
  } catch (error) {
    return (error as { code?: string }).code ?? 'NO_CODE';
  }
};

describe('a sealed entry', () => {
  test('comes back, small or deflated, and shows nothing of itself', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.boolean(), (bytes, isRepeated) => {
        const plain = isRepeated ? new Uint8Array(4000).fill(bytes[0] ?? 1) : bytes;
        const context = envelope({ size: plain.length });
        const sealed = codec.encode(plain, context);
        expect(hex(codec.decode(sealed, context, plain.length))).toBe(hex(plain));
        if (isRepeated) expect(sealed.length).toBeLessThan(200);
      }),
    );
    const text = 'Reset password, canary-7351';
    expect(Buffer.from(codec.encode(encoder.encode(text), envelope())).includes('canary')).toBe(false);
  });

  test('opens under no other envelope, log, epoch, key or workspace, and with no bit turned or byte cut off', () => {
    const plain = encoder.encode('{"id":"tx_1"}');
    const context = envelope();
    const sealed = codec.encode(plain, context);
    for (const other of [{ id: 'tx_2' }, { author: 'user_2' }, { scope: 'comment' as const }, { epoch: 2 }, { log: 'log_2' }, { schema: 2 }, { size: 6 }]) {
      expect(codeOf(() => codecOf(second).decode(sealed, envelope(other), 100)), JSON.stringify(other)).toBe('ENTRY_UNREADABLE');
    }
    expect(codeOf(() => codecOf(first, 'log_2').decode(sealed, context, 100))).toBe('ENTRY_UNREADABLE');
    const strange = openHistory(cipher, 'ws_2', firstEpochOf('ws_2').key, firstEpochOf('ws_2').steps);
    expect(codeOf(() => codecOf(strange).decode(sealed, context, 100))).toBe('ENTRY_UNREADABLE');
    fc.assert(
      fc.property(fc.nat(sealed.length * 8 - 1), fc.nat(sealed.length - 1), (bit, cut) => {
        const turned = sealed.slice();
        turned[bit >> 3]! ^= 1 << (bit & 7);
        // A turned bit of the epoch may name a key that is not here; nothing else may come of it.
        expect(['ENTRY_UNREADABLE', 'LOG_KEY_MISSING']).toContain(codeOf(() => codecOf(second).decode(turned, context, 100)));
        expect(['ENTRY_UNREADABLE', 'LOG_KEY_MISSING']).toContain(codeOf(() => codec.decode(sealed.subarray(0, cut), context, 100)));
      }),
    );
    expect(codeOf(() => codec.decode(sealed, context, 100))).toBe('OPENED');
  });

  const firstEpochOf = (() => {
    const made = new Map<string, { key: ReturnType<typeof firstEpoch>; steps: ReturnType<typeof epochStep>[] }>();
    return (workspaceId: string) => {
      if (!made.has(workspaceId)) {
        const key = firstEpoch(cipher);
        made.set(workspaceId, { key, steps: [epochStep(cipher, workspaceId, key)] });
      }
      return made.get(workspaceId)!;
    };
  })();

  test('is the only form that is read: plain bytes from a server are refused', () => {
    const plain = createPlainCodec(deflater);
    for (const size of [10, 1000]) expect(codeOf(() => codec.decode(plain.encode(new Uint8Array(size), envelope()), envelope(), 5000))).toBe('ENTRY_UNREADABLE');
    expect(codeOf(() => codec.decode(new Uint8Array(0), envelope(), 100))).toBe('ENTRY_UNREADABLE');
    expect(codeOf(() => plain.decode(codec.encode(new Uint8Array(3), envelope()), envelope(), 100))).toBe('LOG_KEY_MISSING');
  });

  test('inflates to no more than its envelope says', () => {
    const context = envelope({ size: 100 });
    const bomb = codec.encode(new Uint8Array(1_000_000), context);
    expect(() => codec.decode(bomb, context, 100)).toThrow();
  });

  test('never uses a nonce twice', () => {
    const nonces = new Set(Array.from({ length: 20_000 }, () => hex(codec.encode(new Uint8Array(1), envelope()).subarray(2, 26))));
    expect(nonces.size).toBe(20_000);
  });
});

describe('epochs', () => {
  test('what waited goes out under the newest key, and both ages open', () => {
    let keys = first;
    const moving = createSealedCodec({ cipher, logId: 'log_1', keys: () => keys, deflater });
    const plain = encoder.encode('waited');
    const old = moving.encode(plain, envelope());
    keys = second;
    expect(moving.epoch).toBe(2);
    const fresh = moving.encode(plain, envelope({ epoch: 2 }));
    expect([hex(moving.decode(old, envelope(), 10)), hex(moving.decode(fresh, envelope({ epoch: 2 }), 10))]).toEqual([hex(plain), hex(plain)]);
    expect(codeOf(() => codec.decode(fresh, envelope({ epoch: 2 }), 10))).toBe('LOG_KEY_MISSING');
    expect(codeOf(() => moving.encode(plain, envelope()))).toBe('REKEY');
  });

  test('who has only an old key cannot pass an entry off as a new one', () => {
    const forged = codec.encode(encoder.encode('forged'), envelope());
    expect(codeOf(() => codecOf(second).decode(forged, envelope({ epoch: 2 }), 10))).toBe('ENTRY_UNREADABLE');
    // A program of their own can seal under the old key what the envelope calls new.
    const [head, context] = [Uint8Array.of(2, 1), envelope({ epoch: 2 })];
    const inner = createPlainCodec(deflater).encode(encoder.encode('forged'), context);
    const made = Uint8Array.of(...head, ...cipher.seal(first.logKey('log_1', 1)!, inner, Uint8Array.of(...head, ...context)));
    expect(codeOf(() => codecOf(second).decode(made, context, 10))).toBe('ENTRY_UNREADABLE');
  });
});

test('an entry, a snapshot and presence never stand for one another', () => {
  const contexts = [envelope(), snapshotContext(1), snapshotContext(2), encoder.encode(canonicalJson({ log: 'log_1', presence: true }))];
  for (const [made, context] of contexts.entries()) {
    const sealed = codec.encode(encoder.encode('x'), context);
    for (const [read, other] of contexts.entries()) expect(codeOf(() => codec.decode(sealed, other, 10))).toBe(made === read ? 'OPENED' : 'ENTRY_UNREADABLE');
  }
});

describe('a name', () => {
  test('opens for what it was given to, also after a rotation', () => {
    const [flow, project] = [sealName(cipher, first, { logId: 'log_1' }, 'Über uns'), sealName(cipher, first, { project: true }, 'Shop')];
    expect([openName(cipher, second, { logId: 'log_1' }, flow), openName(cipher, second, { project: true }, project)]).toEqual(['Über uns', 'Shop']);
    expect([openName(cipher, first, { logId: 'log_2' }, flow), openName(cipher, first, { project: true }, flow), openName(cipher, first, { logId: 'log_1' }, 'AAAA')]).toEqual([undefined, undefined, undefined]);
    expect(codeOf(() => openName(cipher, first, { project: true }, sealName(cipher, second, { project: true }, 'New')))).toBe('LOG_KEY_MISSING');
  });

  test('shows its length in steps alone', () => {
    const lengths = ['', 'a', 'Sign in', 'Sign in and reset password'].map((name) => sealName(cipher, first, { project: true }, name).length);
    expect(new Set(lengths).size).toBe(1);
  });
});

describe('an asset', () => {
  const bytes = encoder.encode('a picture');

  test('opens with its digest, also after a rotation, under a name that tells nothing', () => {
    const sealed = sealAsset(cipher, first, 'log_1', digest(bytes), bytes);
    expect(hex(openAsset(cipher, second, 'log_1', digest(bytes), sealed.bytes))).toBe(hex(bytes));
    expect(assetNames(cipher, second, 'log_1', digest(bytes))).toEqual([sealAsset(cipher, second, 'log_1', digest(bytes), bytes).name, sealed.name]);
    expect(sealed.name).not.toContain(digest(bytes).slice(0, 8));
    expect(assetNames(cipher, second, 'log_2', digest(bytes))).not.toContain(sealed.name);
  });

  test('stands for no other asset, and for no other flow', () => {
    const sealed = sealAsset(cipher, first, 'log_1', digest(bytes), bytes);
    expect(codeOf(() => openAsset(cipher, first, 'log_1', digest(encoder.encode('another')), sealed.bytes))).toBe('ENTRY_UNREADABLE');
    expect(codeOf(() => openAsset(cipher, first, 'log_2', digest(bytes), sealed.bytes))).toBe('ENTRY_UNREADABLE');
    fc.assert(
      fc.property(fc.nat(sealed.bytes.length * 8 - 1), (bit) => {
        const turned = sealed.bytes.slice();
        turned[bit >> 3]! ^= 1 << (bit & 7);
        expect(codeOf(() => openAsset(cipher, first, 'log_1', digest(bytes), turned))).not.toBe('OPENED');
      }),
    );
  });
});
