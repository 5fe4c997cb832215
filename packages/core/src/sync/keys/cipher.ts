/**
 * Everything that is taken from libsodium, in one file: no other file of the product touches a cipher, and none is made up here.
 * Sealed bytes are always a random 24-byte nonce followed by what XChaCha20-Poly1305 made of it.
 */
import { AppError } from '../../base/error.ts';
import { canonicalJson } from '../../base/canonical.ts';
import { systemRandom, type RandomBytes } from '../../base/id.ts';

/** A pair of X25519 (32 and 32 bytes) or Ed25519 (32 and 64 bytes). */
export interface KeyPair {
  publicKey: Uint8Array;
  privateKey: Uint8Array;
}

/** What a seal vouches for beside its content: a `kind` that no other use has, and names. Canonical JSON of it is authenticated. */
export type Statement = { kind: `uxflow.${string}` } & Record<string, string | number>;

export interface Cipher {
  /** Secret random bytes. */
  random(length: number): Uint8Array;
  /** The X25519 pair of a 32-byte seed. */
  boxPair(seed: Uint8Array): KeyPair;
  /** The Ed25519 pair of a 32-byte seed. */
  signPair(seed: Uint8Array): KeyPair;
  /** Nonce and ciphertext. `key`: 32 bytes; `context` must be the same at `open`. */
  seal(key: Uint8Array, plain: Uint8Array, context: Uint8Array | Statement): Uint8Array;
  /** The plain bytes; undefined when anything at all differs. */
  open(key: Uint8Array, sealed: Uint8Array, context: Uint8Array | Statement): Uint8Array | undefined;
  /** Bytes that only the holder of the X25519 pair reads; nobody learns who sealed them. */
  sealTo(publicKey: Uint8Array, plain: Uint8Array): Uint8Array;
  openSealed(pair: KeyPair, sealed: Uint8Array): Uint8Array | undefined;
  /** 64 bytes. */
  sign(privateKey: Uint8Array, statement: Statement): Uint8Array;
  isSigned(publicKey: Uint8Array, statement: Statement, signature: Uint8Array): boolean;
  /** 32 bytes that follow from a key (16 to 64 bytes) and a statement, and tell nothing about the key: keyed BLAKE2b. */
  derive(key: Uint8Array, statement: Statement): Uint8Array;
  /** BLAKE2b of bytes; `length` from 16 to 64. */
  hash(length: number, bytes: Uint8Array): Uint8Array;
  /** 32 bytes of a password by Argon2id (3 passes, 64 MiB). `salt`: 16 bytes. */
  ofPassword(password: string, salt: Uint8Array): Uint8Array;
  /** Compares in a time that does not depend on where they differ. */
  isEqual(a: Uint8Array, b: Uint8Array): boolean;
  /** Overwrites a secret that is not needed any more. */
  wipe(secret: Uint8Array): void;
}

/** Bytes that sealing adds: nonce and tag. */
export const SEAL_BYTES = 24 + 16;
/** Bytes of every symmetric key. */
export const KEY_BYTES = 32;
/** Bytes of the salt of a password. */
export const SALT_BYTES = 16;
const NONCE_BYTES = 24;
const PASSWORD_PASSES = 3;
const PASSWORD_BYTES = 64 * 1024 * 1024;

const encoder = new TextEncoder();

/** The cipher, when libsodium is ready. `random`: only tests with fixed vectors hand in another source. */
export async function openCipher(random: RandomBytes = systemRandom): Promise<Cipher> {
  const { default: sodium } = await import('libsodium-wrappers-sumo');
  await sodium.ready;
  return {
    random,
    boxPair: (seed) => pairOf(sodium.crypto_box_seed_keypair(seed)),
    signPair: (seed) => pairOf(sodium.crypto_sign_seed_keypair(seed)),
    seal(key, plain, context) {
      const nonce = random(NONCE_BYTES);
      const sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, bytesOf(context), null, nonce, key);
      const out = new Uint8Array(NONCE_BYTES + sealed.length);
      out.set(nonce);
      out.set(sealed, NONCE_BYTES);
      return out;
    },
    open(key, sealed, context) {
      if (sealed.length < SEAL_BYTES) return undefined;
      return attempt(() => sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed.subarray(NONCE_BYTES), bytesOf(context), sealed.subarray(0, NONCE_BYTES), key));
    },
    sealTo: (publicKey, plain) => sodium.crypto_box_seal(plain, publicKey),
    openSealed: (pair, sealed) => attempt(() => sodium.crypto_box_seal_open(sealed, pair.publicKey, pair.privateKey)),
    sign: (privateKey, statement) => sodium.crypto_sign_detached(bytesOf(statement), privateKey),
    isSigned: (publicKey, statement, signature) => attempt(() => sodium.crypto_sign_verify_detached(signature, bytesOf(statement), publicKey)) ?? false,
    derive: (key, statement) => sodium.crypto_generichash(KEY_BYTES, bytesOf(statement), key),
    hash: (length, bytes) => sodium.crypto_generichash(length, bytes, null),
    ofPassword: (password, salt) => sodium.crypto_pwhash(KEY_BYTES, password.normalize('NFKC'), salt, PASSWORD_PASSES, PASSWORD_BYTES, sodium.crypto_pwhash_ALG_ARGON2ID13),
    isEqual: (a, b) => a.length === b.length && sodium.memcmp(a, b),
    wipe: (secret) => sodium.memzero(secret),
  };
}

/** Base64url without padding. */
export function toText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The bytes of base64url; throws KEY_TEXT_INVALID for anything else, and where `length` is given for another length. */
export function fromText(text: string, length?: number): Uint8Array {
  let bytes: Uint8Array | undefined;
  if (/^[A-Za-z0-9_-]*$/.test(text) && text.length % 4 !== 1) bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
  if (!bytes || (length !== undefined && bytes.length !== length)) throw new AppError('KEY_TEXT_INVALID', 'A key came in a form that cannot be read. Nothing was changed.', { length: text.length });
  return bytes;
}

function bytesOf(context: Uint8Array | Statement): Uint8Array {
  return context instanceof Uint8Array ? context : encoder.encode(canonicalJson(context));
}

function pairOf({ publicKey, privateKey }: KeyPair): KeyPair {
  return { publicKey, privateKey };
}

/** libsodium throws where bytes are no ciphertext of this key, or have a wrong length. */
function attempt<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch {
    return undefined;
  }
}
