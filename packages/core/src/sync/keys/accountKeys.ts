/** The keys of an account (rule 2): made on its first device, kept in the host's secret store, on the server only under the recovery kit. */
import { AppError } from '../../base/error.ts';
import { fromText, KEY_BYTES, toText, type Cipher, type KeyPair, type Statement } from './cipher.ts';
import type { DeviceCodeMessage, PublicKeys, StoredAccountKeys } from './keyMessages.ts';
import { readSecretText, writeSecretText, type SecretTextProblem } from './secretText.ts';

/** Both pairs, with the 64 bytes that they are made of. */
export interface AccountKeys {
  userId: string;
  /** Seed of `box`, then seed of `sign`. The only thing that needs to be kept. */
  seeds: Uint8Array;
  /** X25519: what is wrapped for this account. */
  box: KeyPair;
  /** Ed25519: its word for what it wraps. */
  sign: KeyPair;
}

/** A secret with the text that a person is shown, once. */
export interface ShownSecret {
  secret: Uint8Array;
  text: string;
}

/** A code on an old device, and what goes to the server for it. */
export interface DeviceCode {
  text: string;
  message: DeviceCodeMessage;
}

type Under = 'kit' | 'code';

const KIT = 'uxflow-kit';
const KIT_CHECK_BYTES = 3;
const CODE = 'uxflow-code';
const CODE_BYTES = 16;
const CODE_CHECK_BYTES = 4;

/** New keys of an account. */
export function newAccountKeys(cipher: Cipher, userId: string): AccountKeys {
  return accountKeysOf(cipher, userId, cipher.random(2 * KEY_BYTES));
}

/** The keys of their seeds, as the host's secret store gives them back. Throws KEY_TEXT_INVALID. */
export function readAccountKeys(cipher: Cipher, userId: string, text: string): AccountKeys {
  return accountKeysOf(cipher, userId, fromText(text, 2 * KEY_BYTES));
}

/** The text for the host's secret store, and for nothing else. */
export function writeAccountKeys({ seeds }: AccountKeys): string {
  return toText(seeds);
}

/** What others get to see. */
export function publicKeysOf(cipher: Cipher, { userId, box, sign }: AccountKeys): PublicKeys {
  const [boxText, signText] = [toText(box.publicKey), toText(sign.publicKey)];
  return { userId, box: boxText, sign: signText, proof: toText(cipher.sign(sign.privateKey, accountStatement(userId, boxText, signText))) };
}

/** True when one person holds both keys and means them for this account. */
export function isPublicKeys(cipher: Cipher, { userId, box, sign, proof }: PublicKeys): boolean {
  return cipher.isSigned(fromText(sign, 32), accountStatement(userId, box, sign), fromText(proof, 64));
}

/** A recovery kit: 32 bytes as 14 groups of four letters. Shown once, stored nowhere. */
export function newRecoveryKit(cipher: Cipher): ShownSecret {
  const secret = cipher.random(KEY_BYTES);
  return { secret, text: writeSecretText(cipher, KIT, secret, KIT_CHECK_BYTES) };
}

/** The kit that a person typed, or what is wrong with it. */
export function readRecoveryKit(cipher: Cipher, text: string): Uint8Array | SecretTextProblem {
  return readSecretText(cipher, KIT, text, KEY_BYTES, KIT_CHECK_BYTES);
}

/** The keys as the server stores them. `version` is one more than the last. */
export function sealAccountKeys(cipher: Cipher, keys: AccountKeys, kit: Uint8Array, version = 1): StoredAccountKeys {
  const open = publicKeysOf(cipher, keys);
  return { keys: open, sealed: sealUnder(cipher, keys, open, kit, 'kit'), version };
}

/** The keys that a kit opens. Throws KEYS_NOT_OPENED: another account's kit, an older one, or the server changed something. */
export function openAccountKeys(cipher: Cipher, stored: StoredAccountKeys, kit: Uint8Array): AccountKeys {
  return openUnder(cipher, stored.keys, stored.sealed, kit, 'kit');
}

/** A code of eight groups that brings the keys to another device of the account. */
export function newDeviceCode(cipher: Cipher, keys: AccountKeys): DeviceCode {
  const secret = cipher.random(CODE_BYTES);
  const { id, key } = codeKeys(cipher, secret);
  return { text: writeSecretText(cipher, CODE, secret, CODE_CHECK_BYTES), message: { id, sealed: sealUnder(cipher, keys, publicKeysOf(cipher, keys), key, 'code') } };
}

/** The id under which the keys for a typed code lie on the server, and what opens them there; or what is wrong with the code. */
export function readDeviceCode(cipher: Cipher, text: string): { id: string; open(keys: PublicKeys, sealed: string): AccountKeys } | SecretTextProblem {
  const secret = readSecretText(cipher, CODE, text, CODE_BYTES, CODE_CHECK_BYTES);
  if (typeof secret === 'string') return secret;
  const { id, key } = codeKeys(cipher, secret);
  return { id, open: (keys, sealed) => openUnder(cipher, keys, sealed, key, 'code') };
}

function accountKeysOf(cipher: Cipher, userId: string, seeds: Uint8Array): AccountKeys {
  return { userId, seeds, box: cipher.boxPair(seeds.slice(0, KEY_BYTES)), sign: cipher.signPair(seeds.slice(KEY_BYTES)) };
}

function accountStatement(user: string, box: string, sign: string): Statement {
  return { kind: 'uxflow.account', user, box, sign };
}

function codeKeys(cipher: Cipher, secret: Uint8Array): { id: string; key: Uint8Array } {
  return { id: toText(cipher.derive(secret, { kind: 'uxflow.code-id' })), key: cipher.derive(secret, { kind: 'uxflow.code-key' }) };
}

function sealUnder(cipher: Cipher, keys: AccountKeys, { userId, box, sign }: PublicKeys, secret: Uint8Array, under: Under): string {
  return toText(cipher.seal(secret, keys.seeds, { kind: 'uxflow.account-keys', under, user: userId, box, sign }));
}

function openUnder(cipher: Cipher, { userId, box, sign }: PublicKeys, sealed: string, secret: Uint8Array, under: Under): AccountKeys {
  const seeds = cipher.open(secret, fromText(sealed), { kind: 'uxflow.account-keys', under, user: userId, box, sign });
  const keys = seeds?.length === 2 * KEY_BYTES ? accountKeysOf(cipher, userId, seeds) : undefined;
  if (!keys || toText(keys.box.publicKey) !== box || toText(keys.sign.publicKey) !== sign) {
    throw new AppError('KEYS_NOT_OPENED', 'This does not open the keys of the account. Nothing was changed; look whether the recovery kit or code is the newest one of this account.', { under });
  }
  return keys;
}
