import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../base/index.ts';
import { newAccountKeys, newDeviceCode, newRecoveryKit, isPublicKeys, openAccountKeys, publicKeysOf, readAccountKeys, readDeviceCode, readRecoveryKit, sealAccountKeys, writeAccountKeys, type AccountKeys } from './accountKeys.ts';
import { fromText, openCipher, SEAL_BYTES, toText, type Cipher } from './cipher.ts';
import { epochStep, firstEpoch, logKeyOf, nextEpoch, openHistory } from './epochKeys.ts';
import { isJoinProof, joinProof, newInvitationSecret, openInvitation, readInvitationFragment, sealInvitation, writeInvitationFragment } from './invitation.ts';
import { accountKeysSchema, deviceCodeSchema, epochSchema, invitationKeySchema, linkKeySchema, publicKeysSchema, wrapSchema } from './keyMessages.ts';
import { newLink, openLink, openLinks, readLinkFragment, renewLink, writeLinkFragment } from './linkKey.ts';
import { fingerprintOf, trustOf, withPin } from './pins.ts';
import { isSignedWrap, makeWrap, openWrap } from './wrap.ts';

let cipher: Cipher;
let [ann, bob]: [AccountKeys, AccountKeys] = [] as never;
const place = { workspaceId: 'ws_1', invitationId: 'invitation_1' };

beforeAll(async () => {
  cipher = await openCipher();
  [ann, bob] = [newAccountKeys(cipher, 'user_ann'), newAccountKeys(cipher, 'user_bob')];
});

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
/** The text with one bit of one of its bytes turned. */
const flipped = (sealed: string, at: number): string => {
  const bytes = fromText(sealed);
  bytes[Math.floor(at / 8) % bytes.length]! ^= 1 << at % 8;
  return toText(bytes);
};
const keysUpTo = (last: number) => {
  let newest = firstEpoch(cipher);
  const steps = [epochStep(cipher, 'ws_1', newest)];
  const all = [newest];
  while (newest.epoch < last) {
    const next = nextEpoch(cipher, newest);
    steps.push(epochStep(cipher, 'ws_1', next, newest));
    all.push((newest = next));
  }
  return { all, steps, newest, keys: openHistory(cipher, 'ws_1', newest, steps) };
};

describe('the cipher', () => {
  test('fixed vectors: what was sealed once opens for ever', async () => {
    const fixed = await openCipher(seededRandom(7));
    const account = readAccountKeys(fixed, 'user_1', toText(new Uint8Array(64).map((_, at) => at)));
    const key = new Uint8Array(32).fill(9);
    expect({
      sealed: text(fixed.seal(key, new TextEncoder().encode('flow'), { kind: 'uxflow.test', log: 'log_1' })),
      derived: text(fixed.derive(key, { kind: 'uxflow.log', log: 'log_1' })),
      logKey: text(logKeyOf(fixed, key, 'log_1')),
      publicKeys: publicKeysOf(fixed, account),
      fingerprint: fingerprintOf(fixed, publicKeysOf(fixed, account)),
      kit: newRecoveryKit(fixed).text,
    }).toMatchInlineSnapshot(`
      {
        "derived": "488cc0d21c6a7c8565fe06735f4dd62b9dceb49562cbe8c10f27e9c35c77f12e",
        "fingerprint": "02614 53389 67650 54060 08439 61265 77559 87057",
        "kit": "6J0Z-8HB6-D55B-7B4P-X8NT-AYNA-3A8T-E1JX-MEAR-2TB1-RXWW-1Y6J-3AFA-TAJ7",
        "logKey": "488cc0d21c6a7c8565fe06735f4dd62b9dceb49562cbe8c10f27e9c35c77f12e",
        "publicKeys": {
          "box": "RwHQhIhFH1RaQJ-1iuPlhYHKQKw_fxFGmM1x3qxzygE",
          "proof": "YZA8Ryp2-FmMK3SZ24qBqGrhg8G7cGljr6o27A4BD9WCimLEWnw0NP4XHejK3jz5m_lGCV3USeg5DHwUFCe5Dg",
          "sign": "Kay64UG8yvCyLhqU000LxzYeUm0L_hLIl5S8kyKWbdc",
          "userId": "user_1",
        },
        "sealed": "2898b0a73cc88e678aa753f71d5ddbf3f6dd76a558d36745acdf7b6506964ddf849ea0b5417ca0e66dc749ab",
      }
    `);
  });

  test('XChaCha20-Poly1305 of the draft (draft-irtf-cfrg-xchacha-03, A.3.1)', async () => {
    const nonce = Uint8Array.from({ length: 24 }, (_, at) => 0x40 + at);
    const fixed = await openCipher(() => nonce);
    const key = Uint8Array.from({ length: 32 }, (_, at) => 0x80 + at);
    const context = Uint8Array.from(Buffer.from('50515253c0c1c2c3c4c5c6c7', 'hex'));
    const plain = new TextEncoder().encode("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.");
    expect(text(fixed.seal(key, plain, context)).slice(48)).toBe(
      'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49',
    );
  });

  test('whatever differs (key, context, any bit, any cut) opens nothing', () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    const key32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(key32, key32, bytes, bytes, bytes, fc.nat(), fc.nat(), (key, otherKey, plain, context, otherContext, bit, cut) => {
        const sealed = cipher.seal(key, plain, context);
        expect(sealed.length).toBe(plain.length + SEAL_BYTES);
        expect(text(cipher.open(key, sealed, context)!)).toBe(text(plain));
        if (text(key) !== text(otherKey)) expect(cipher.open(otherKey, sealed, context)).toBeUndefined();
        if (text(context) !== text(otherContext)) expect(cipher.open(key, sealed, otherContext)).toBeUndefined();
        expect(cipher.open(key, sealed.subarray(0, cut % sealed.length), context)).toBeUndefined();
        sealed[Math.floor(bit / 8) % sealed.length]! ^= 1 << bit % 8;
        expect(cipher.open(key, sealed, context)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test('no nonce comes twice, and two seals of the same bytes share nothing', () => {
    const [key, plain] = [cipher.random(32), new Uint8Array(16)];
    const nonces = new Set(Array.from({ length: 50_000 }, () => text(cipher.seal(key, plain, { kind: 'uxflow.test' }).subarray(0, 24))));
    expect(nonces.size).toBe(50_000);
  });

  test('text of bytes goes there and back, and nothing else is taken', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 99 }), (bytes) => void expect(text(fromText(toText(bytes)))).toBe(text(bytes))));
    for (const wrong of ['a', 'a+b=', '☃', 'AA AA']) expect(() => fromText(wrong)).toThrow(expect.objectContaining({ code: 'KEY_TEXT_INVALID' }));
    expect(() => fromText('AAAA', 4)).toThrow(expect.objectContaining({ code: 'KEY_TEXT_INVALID' }));
  });
});

describe('account keys', () => {
  test('the kit that is shown opens them, however it is typed', () => {
    const kit = newRecoveryKit(cipher);
    expect(kit.text).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){13}[0-9A-HJKMNP-TV-Z]{4}$/);
    const stored = accountKeysSchema.parse(sealAccountKeys(cipher, ann, kit.secret));
    for (const typed of [kit.text, kit.text.toLowerCase().replaceAll('-', ' '), kit.text.replaceAll('0', 'o').replaceAll('1', 'l')]) {
      const secret = readRecoveryKit(cipher, typed);
      if (typeof secret === 'string') throw new Error(secret);
      expect(text(openAccountKeys(cipher, stored, secret).seeds)).toBe(text(ann.seeds));
    }
    expect(text(readAccountKeys(cipher, 'user_ann', writeAccountKeys(ann)).sign.privateKey)).toBe(text(ann.sign.privateKey));
  });

  test('a slip of one letter, or two letters that changed places, is told', () => {
    const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    fc.assert(
      fc.property(fc.nat(55), fc.nat(31), (at, letter) => {
        const plain = newRecoveryKit(cipher).text.replaceAll('-', '');
        const wrong = plain.slice(0, at) + letters[letter] + plain.slice(at + 1);
        if (wrong !== plain) expect(readRecoveryKit(cipher, wrong)).toBe('CHECKSUM');
        const swapped = plain.slice(0, at) + plain.slice(at + 1, at + 2) + plain.slice(at, at + 1) + plain.slice(at + 2);
        if (swapped !== plain) expect(readRecoveryKit(cipher, swapped)).toBe('CHECKSUM');
      }),
    );
    expect(readRecoveryKit(cipher, 'ABCD')).toBe('LENGTH');
    expect(readRecoveryKit(cipher, `${newRecoveryKit(cipher).text}U`)).toBe('LETTER');
    expect(readRecoveryKit(cipher, newDeviceCode(cipher, ann).text)).toBe('LENGTH');
  });

  test('another kit, another account or any turned bit opens nothing', () => {
    const kit = newRecoveryKit(cipher);
    const stored = sealAccountKeys(cipher, ann, kit.secret);
    const refused = expect.objectContaining({ code: 'KEYS_NOT_OPENED' });
    expect(() => openAccountKeys(cipher, stored, newRecoveryKit(cipher).secret)).toThrow(refused);
    expect(() => openAccountKeys(cipher, { ...stored, keys: publicKeysOf(cipher, bob) }, kit.secret)).toThrow(refused);
    expect(() => openAccountKeys(cipher, { ...stored, keys: { ...stored.keys, userId: 'user_bob' } }, kit.secret)).toThrow(refused);
    fc.assert(fc.property(fc.nat(104 * 8 - 1), (bit) => void expect(() => openAccountKeys(cipher, { ...stored, sealed: flipped(stored.sealed, bit) }, kit.secret)).toThrow(refused)));
  });

  test('a code of an old device brings them to a new one, and its id does not tell the code', () => {
    const code = newDeviceCode(cipher, ann);
    expect(code.text.split('-')).toHaveLength(8);
    deviceCodeSchema.parse(code.message);
    const read = readDeviceCode(cipher, code.text.toLowerCase());
    if (typeof read === 'string') throw new Error(read);
    expect(read.id).toBe(code.message.id);
    expect(text(read.open(publicKeysOf(cipher, ann), code.message.sealed).seeds)).toBe(text(ann.seeds));
    expect(() => read.open(publicKeysOf(cipher, bob), code.message.sealed)).toThrow(expect.objectContaining({ code: 'KEYS_NOT_OPENED' }));
    expect(readDeviceCode(cipher, `${code.text.slice(0, -1)}${code.text.endsWith('A') ? 'B' : 'A'}`)).toBe('CHECKSUM');
  });

  test('both public keys belong together, and to the account', () => {
    const keys = publicKeysSchema.parse(publicKeysOf(cipher, ann));
    expect(isPublicKeys(cipher, keys)).toBe(true);
    expect(isPublicKeys(cipher, { ...keys, userId: 'user_bob' })).toBe(false);
    expect(isPublicKeys(cipher, { ...keys, box: publicKeysOf(cipher, bob).box })).toBe(false);
    expect(isPublicKeys(cipher, { ...keys, sign: publicKeysOf(cipher, bob).sign })).toBe(false);
  });
});

describe('pins', () => {
  test('the first key is kept, another one is a change, and only a person replaces it', () => {
    const [first, second] = [publicKeysOf(cipher, ann), publicKeysOf(cipher, newAccountKeys(cipher, 'user_ann'))];
    expect(trustOf(cipher, {}, first)).toBe('new');
    const pins = withPin({}, first, 1);
    expect([trustOf(cipher, pins, first), trustOf(cipher, pins, second)]).toEqual(['seen', 'changed']);
    expect(withPin(pins, first, 2)).toBe(pins);
    const verified = withPin(pins, first, 3, true);
    expect([trustOf(cipher, verified, first), verified.user_ann]).toEqual(['verified', { box: first.box, sign: first.sign, seenAt: 1, verifiedAt: 3 }]);
    expect(trustOf(cipher, withPin(verified, second, 4), second)).toBe('seen');
    expect(trustOf(cipher, {}, { ...first, proof: second.proof })).toBe('broken');
  });

  test('fingerprints can be read aloud and differ with every part', () => {
    const keys = publicKeysOf(cipher, ann);
    expect(fingerprintOf(cipher, keys)).toMatch(/^(\d{5} ){7}\d{5}$/);
    const other = publicKeysOf(cipher, bob);
    expect(new Set([keys, { ...keys, userId: 'user_bob' }, { ...keys, box: other.box }, { ...keys, sign: other.sign }].map((one) => fingerprintOf(cipher, one))).size).toBe(4);
  });
});

describe('wraps', () => {
  test('open for the member they are for', () => {
    const key = firstEpoch(cipher);
    const wrap = wrapSchema.parse(makeWrap(cipher, 'ws_1', key, publicKeysOf(cipher, bob), ann));
    expect(openWrap(cipher, wrap, 'ws_1', bob)).toEqual(key);
    expect(() => openWrap(cipher, wrap, 'ws_1', ann)).toThrow(expect.objectContaining({ params: expect.objectContaining({ reason: 'MEMBER' }) }));
    expect(() => openWrap(cipher, wrap, 'ws_2', bob)).toThrow(expect.objectContaining({ params: expect.objectContaining({ reason: 'WORKSPACE' }) }));
  });

  test('nothing of them can be changed without its maker', () => {
    const key = firstEpoch(cipher);
    const wrap = makeWrap(cipher, 'ws_1', key, publicKeysOf(cipher, bob), ann);
    const other = makeWrap(cipher, 'ws_1', nextEpoch(cipher, key), publicKeysOf(cipher, bob), bob);
    for (const field of ['epoch', 'sealed', 'commitment', 'makerId', 'makerSign', 'signature'] as const) {
      const mixed = { ...wrap, [field]: other[field] };
      expect(isSignedWrap(cipher, mixed), field).toBe(false);
      expect(() => openWrap(cipher, mixed, 'ws_1', bob), field).toThrow(expect.objectContaining({ code: 'WRAP_REFUSED' }));
    }
    fc.assert(fc.property(fc.constantFrom('sealed', 'commitment', 'makerSign', 'signature'), fc.nat(255), (field, bit) => void expect(() => openWrap(cipher, { ...wrap, [field]: flipped(wrap[field as 'sealed'], bit) }, 'ws_1', bob)).toThrow()));
  });

  test('a key other than the one that its commitment tells of is refused', () => {
    const [key, other] = [firstEpoch(cipher), firstEpoch(cipher)];
    const wrap = makeWrap(cipher, 'ws_1', key, publicKeysOf(cipher, bob), ann);
    const { sealed } = makeWrap(cipher, 'ws_1', other, publicKeysOf(cipher, bob), ann);
    const lie = { ...wrap, sealed };
    const { signature: _, ...unsigned } = lie;
    const { workspaceId, memberId, makerId, makerSign, ...rest } = unsigned;
    const signature = toText(cipher.sign(ann.sign.privateKey, { kind: 'uxflow.wrap', ...rest, workspace: workspaceId, member: memberId, maker: makerId, sign: makerSign }));
    expect(() => openWrap(cipher, { ...lie, signature }, 'ws_1', bob)).toThrow(expect.objectContaining({ params: expect.objectContaining({ reason: 'COMMITMENT' }) }));
  });
});

describe('epochs', () => {
  test('the newest key opens every one before it, and none opens the one after it', () => {
    const { all, steps, keys } = keysUpTo(5);
    for (const step of steps) epochSchema.parse(step);
    expect(all.map(({ epoch }) => text(keys.keyOf(epoch)!))).toEqual(all.map(({ key }) => text(key)));
    const third = openHistory(cipher, 'ws_1', all[2]!, steps);
    expect([third.epoch, third.keyOf(3) !== undefined, third.keyOf(4), third.logKey('log_1', 4)]).toEqual([3, true, undefined, undefined]);
  });

  test('a past that does not fit is refused', () => {
    const { newest, steps } = keysUpTo(3);
    const other = keysUpTo(3);
    const refused = expect.objectContaining({ code: 'KEY_HISTORY_BROKEN' });
    expect(() => openHistory(cipher, 'ws_2', newest, steps)).toThrow(refused);
    expect(() => openHistory(cipher, 'ws_1', newest, steps.slice(1))).toThrow(refused);
    expect(() => openHistory(cipher, 'ws_1', newest, [steps[0]!, other.steps[1]!, steps[2]!])).toThrow(refused);
    expect(() => openHistory(cipher, 'ws_1', newest, [other.steps[0]!, steps[1]!, steps[2]!])).toThrow(refused);
    expect(() => openHistory(cipher, 'ws_1', newest, [steps[0]!, steps[1]!, { ...steps[2]!, link: steps[1]!.link }])).toThrow(refused);
    expect(() => openHistory(cipher, 'ws_1', newest, [steps[0]!, steps[1]!, { ...steps[2]!, link: flipped(steps[2]!.link!, 77) }])).toThrow(refused);
  });

  test('every log has a key of its own in every epoch', () => {
    const { keys } = keysUpTo(3);
    const made = [1, 2, 3].flatMap((epoch) => ['log_1', 'log_2'].map((log) => text(keys.logKey(log, epoch)!)));
    expect(new Set([...made, ...[1, 2, 3].map((epoch) => text(keys.keyOf(epoch)!))]).size).toBe(9);
  });
});

describe('invitations', () => {
  test('the secret of the link opens the key and vouches for the inviter', () => {
    const [key, secret] = [firstEpoch(cipher), newInvitationSecret(cipher)];
    const message = invitationKeySchema.parse(sealInvitation(cipher, place, key, ann, secret));
    const fragment = readInvitationFragment(`#${writeInvitationFragment('invitation_1', secret)}`);
    expect(fragment?.invitationId).toBe('invitation_1');
    expect(openInvitation(cipher, place, message, fragment!.secret)).toEqual({ epochKey: key, maker: publicKeysOf(cipher, ann) });
    const refused = expect.objectContaining({ code: 'INVITATION_NOT_OPENED' });
    expect(() => openInvitation(cipher, place, message, newInvitationSecret(cipher))).toThrow(refused);
    expect(() => openInvitation(cipher, { ...place, workspaceId: 'ws_2' }, message, secret)).toThrow(refused);
    expect(() => openInvitation(cipher, { ...place, invitationId: 'invitation_2' }, message, secret)).toThrow(refused);
    expect(() => openInvitation(cipher, place, { ...message, epoch: 2 }, secret)).toThrow(refused);
    fc.assert(fc.property(fc.nat(300 * 8), (bit) => void expect(() => openInvitation(cipher, place, { ...message, sealed: flipped(message.sealed, bit) }, secret)).toThrow(refused)));
    for (const wrong of ['', '#', 'invitation=a&secret=b', `${writeInvitationFragment('i', secret)}x`]) expect(readInvitationFragment(wrong)).toBeUndefined();
  });

  test('a proof holds for these keys, this invitation and this secret alone', () => {
    const [secret, keys] = [newInvitationSecret(cipher), publicKeysOf(cipher, bob)];
    const proof = joinProof(cipher, place, keys, secret);
    expect(isJoinProof(cipher, place, keys, secret, proof)).toBe(true);
    expect(isJoinProof(cipher, place, publicKeysOf(cipher, newAccountKeys(cipher, 'user_bob')), secret, proof)).toBe(false);
    expect(isJoinProof(cipher, { ...place, invitationId: 'invitation_2' }, keys, secret, proof)).toBe(false);
    expect(isJoinProof(cipher, place, keys, newInvitationSecret(cipher), proof)).toBe(false);
  });
});

describe('links', () => {
  test('open one flow through all epochs, and no other', () => {
    const { keys } = keysUpTo(2);
    const { stored, secret } = newLink(cipher, 'link_1', 'log_1', keys);
    linkKeySchema.parse(stored);
    const opened = openLink(cipher, stored, readLinkFragment(`#${writeLinkFragment(secret)}`)!);
    expect([opened.epoch, text(opened.logKey('log_1', 1)!), text(opened.logKey('log_1', 2)!), opened.logKey('log_2', 2)]).toEqual([2, text(keys.logKey('log_1', 1)!), text(keys.logKey('log_1', 2)!), undefined]);
    const refused = expect.objectContaining({ code: 'LINK_NOT_OPENED' });
    expect(() => openLink(cipher, stored, cipher.random(32))).toThrow(refused);
    expect(() => openLink(cipher, { ...stored, logId: 'log_2' }, secret)).toThrow(refused);
    expect(() => openLink(cipher, { ...stored, linkId: 'link_2' }, secret)).toThrow(refused);
    expect(readLinkFragment('key=short')).toBeUndefined();
  });

  test('any member brings a link to the newest epoch, with the same address', () => {
    const { all, steps, newest } = keysUpTo(2);
    const { stored, secret } = newLink(cipher, 'link_1', 'log_1', openHistory(cipher, 'ws_1', all[0]!, steps.slice(0, 1)));
    expect(openLink(cipher, stored, secret).logKey('log_1', 2)).toBeUndefined();
    const renewed = renewLink(cipher, stored, openHistory(cipher, 'ws_1', newest, steps));
    expect(openLink(cipher, renewed, secret).logKey('log_1', 2)).toBeDefined();
    expect(() => renewLink(cipher, { ...stored, linkId: 'link_2' }, keysUpTo(2).keys)).toThrow(expect.objectContaining({ code: 'LINK_NOT_OPENED' }));
  });

  test('open each of their flows with its own key, under one password, and none that was exchanged', () => {
    const { keys } = keysUpTo(2);
    const { stored, subflows, secret } = newLink(cipher, 'link_1', 'log_1', keys, 'Grünes Haus', ['log_2', 'log_3']);
    expect(subflows.map((one) => linkKeySchema.parse(one))).toEqual([expect.objectContaining({ linkId: 'link_1', logId: 'log_2', salt: stored.salt }), expect.objectContaining({ logId: 'log_3', salt: stored.salt })]);
    const opened = openLinks(cipher, [stored, ...subflows], secret, 'Grünes Haus');
    for (const log of ['log_1', 'log_2', 'log_3']) expect([log, text(opened.get(log)!.logKey(log, 2)!)]).toEqual([log, text(keys.logKey(log, 2)!)]);
    expect(opened.get('log_2')!.logKey('log_1', 2)).toBeUndefined();
    const [second, third] = subflows as [typeof stored, typeof stored];
    expect([...openLinks(cipher, [stored, { ...second, sealed: third.sealed }], secret, 'Grünes Haus').keys()]).toEqual(['log_1']);
    expect(openLinks(cipher, [stored, ...subflows], secret, 'grünes haus').size).toBe(0);
    // Each is renewed by itself, by whoever sees it.
    const { all, steps, newest } = keysUpTo(3);
    const early = newLink(cipher, 'link_2', 'log_1', openHistory(cipher, 'ws_1', all[1]!, steps.slice(0, 2)), undefined, ['log_2']);
    const renewed = renewLink(cipher, early.subflows[0]!, openHistory(cipher, 'ws_1', newest, steps));
    const mixed = openLinks(cipher, [early.stored, renewed], early.secret);
    expect([mixed.get('log_1')!.epoch, mixed.get('log_2')!.epoch]).toEqual([2, 3]);
  });

  test('a password is needed beside the address', () => {
    const { stored, secret } = newLink(cipher, 'link_1', 'log_1', keysUpTo(1).keys, 'Grünes Haus');
    expect(openLink(cipher, stored, secret, 'Gru\u0308nes Haus').logKey('log_1', 1)).toBeDefined();
    for (const password of [undefined, 'grünes haus']) expect(() => openLink(cipher, stored, secret, password)).toThrow(expect.objectContaining({ code: 'LINK_NOT_OPENED' }));
    const { salt: _, ...withoutSalt } = stored;
    expect(() => openLink(cipher, withoutSalt, secret)).toThrow(expect.objectContaining({ code: 'LINK_NOT_OPENED' }));
  });
});
