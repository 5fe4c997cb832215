/**
 * The codec of encrypted workspaces (rule 6): deflated, then sealed under the log's own key, with the envelope as associated data. What
 * travels is `2, epoch, nonce, ciphertext and tag`. A form that is not sealed is refused: a server cannot talk a device into reading plain bytes.
 */
import { AppError } from '../base/index.ts';
import { ByteReader, ByteWriter, readText } from './bytes.ts';
import { createPlainCodec, FORM, type Deflater, type SyncCodec } from './codec.ts';
import { fromText, toText, type Cipher } from './keys/cipher.ts';
import type { LogKeys, WorkspaceKeys } from './keys/epochKeys.ts';

export interface SealedCodecOptions {
  cipher: Cipher;
  logId: string;
  /** Asked at every entry, so that what waits goes out under the newest key (rule 6). */
  keys: () => LogKeys;
  deflater: Deflater;
}

/** An asset as it travels; `name` tells who holds no key nothing of its content. */
export interface SealedAsset {
  name: string;
  bytes: Uint8Array;
}

/** Whose name is sealed. The server makes the ids of projects, so a name of a project is bound to the workspace alone. */
export type NameSubject = { logId: string } | { project: true };

const NAME_STEP = 32;
const encoder = new TextEncoder();

/** The codec of a log whose entries are sealed. `encode` throws LOG_KEY_MISSING while there is no key here. */
export function createSealedCodec({ cipher, logId, keys, deflater }: SealedCodecOptions): SyncCodec {
  const plainCodec = createPlainCodec(deflater);
  return {
    get epoch() {
      return keys().epoch;
    },
    get isLocked() {
      return keys().epoch === 0;
    },
    encode(plain, context) {
      const { epoch } = keys();
      const key = keyOrThrow(keys(), logId, epoch);
      if ((epochOf(context) ?? epoch) !== epoch) throw new AppError('REKEY', 'The key of the workspace was replaced while something was sealed. It waits and is sealed again.', { epoch });
      const head = headOf(epoch);
      const sealed = cipher.seal(key, plainCodec.encode(plain, context), joined(head, context));
      return joined(head, sealed);
    },
    decode(bytes, context, size) {
      if (bytes[0] !== FORM.sealed) throw unreadable('FORM');
      const { epoch, at } = readHead(bytes);
      // Who holds an old key cannot pass an entry off as one of a newer epoch.
      const claimed = epochOf(context);
      if (claimed !== undefined && claimed !== epoch) throw unreadable('EPOCH');
      const key = keyOrThrow(keys(), logId, epoch);
      const inner = cipher.open(key, bytes.subarray(at), joined(bytes.subarray(0, at), context));
      if (!inner || inner[0] === FORM.sealed) throw unreadable('SEAL');
      return plainCodec.decode(inner, context, size);
    },
  };
}

/** An asset under the newest key. `sha256`: hex, of the plain bytes, as the document names it. Throws LOG_KEY_MISSING. */
export function sealAsset(cipher: Cipher, keys: LogKeys, logId: string, sha256: string, plain: Uint8Array): SealedAsset {
  const { epoch } = keys;
  const key = keyOrThrow(keys, logId, epoch);
  const head = headOf(epoch);
  return { name: assetName(cipher, key, logId, sha256), bytes: joined(head, cipher.seal(key, plain, assetContext(head, logId, sha256))) };
}

/** Names under which an asset may lie on the server, the newest first: the name follows from the key that it was sealed with. */
export function assetNames(cipher: Cipher, keys: LogKeys, logId: string, sha256: string): string[] {
  const names: string[] = [];
  for (let { epoch } = keys; epoch >= 1; epoch--) {
    const key = keys.logKey(logId, epoch);
    if (key) names.push(assetName(cipher, key, logId, sha256));
  }
  return names;
}

/** The plain bytes of an asset. Throws ENTRY_UNREADABLE, LOG_KEY_MISSING. Callers compare the digest: it is the document's word for the content. */
export function openAsset(cipher: Cipher, keys: LogKeys, logId: string, sha256: string, bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== FORM.sealed) throw unreadable('FORM');
  const { epoch, at } = readHead(bytes);
  const plain = cipher.open(keyOrThrow(keys, logId, epoch), bytes.subarray(at), assetContext(bytes.subarray(0, at), logId, sha256));
  if (!plain) throw unreadable('SEAL');
  return plain;
}

/** A name that the server lists without reading it (base64url): of a project, or of a flow by its log. Its length shows in steps of 32 bytes. Throws LOG_KEY_MISSING. */
export function sealName(cipher: Cipher, keys: WorkspaceKeys, about: NameSubject, name: string): string {
  const plain = encoder.encode(JSON.stringify(name));
  const padded = new Uint8Array(Math.ceil(plain.length / NAME_STEP) * NAME_STEP).fill(0x20);
  padded.set(plain);
  const head = headOf(keys.epoch);
  return toText(joined(head, cipher.seal(nameKey(cipher, keys, keys.epoch), padded, nameContext(head, keys, about))));
}

/** The name; undefined where it is none of ours or was changed. Throws LOG_KEY_MISSING. */
export function openName(cipher: Cipher, keys: WorkspaceKeys, about: NameSubject, sealed: string): string | undefined {
  const bytes = fromText(sealed);
  if (bytes[0] !== FORM.sealed) return undefined;
  const { epoch, at } = readHead(bytes);
  const plain = cipher.open(nameKey(cipher, keys, epoch), bytes.subarray(at), nameContext(bytes.subarray(0, at), keys, about));
  return plain && (JSON.parse(readText(plain)) as string);
}

function nameKey(cipher: Cipher, keys: WorkspaceKeys, epoch: number): Uint8Array {
  const key = keys.keyOf(epoch);
  if (!key) throw keyMissing(epoch);
  return cipher.derive(key, { kind: 'uxflow.names' });
}

function nameContext(head: Uint8Array, { workspaceId }: WorkspaceKeys, about: NameSubject): Uint8Array {
  return joined(head, encoder.encode(JSON.stringify(['uxflow.name', workspaceId, ...('logId' in about ? ['flow', about.logId] : ['project'])])));
}

function headOf(epoch: number): Uint8Array {
  return new ByteWriter(8).byte(FORM.sealed).number(epoch).done().slice();
}

/** The epoch and where the nonce begins. A number that could be written shorter is none: one epoch has one form. */
function readHead(bytes: Uint8Array): { epoch: number; at: number } {
  const reader = new ByteReader(bytes, 1);
  let epoch: number;
  try {
    epoch = reader.number();
  } catch {
    throw unreadable('HEAD');
  }
  if (headOf(epoch).length !== reader.at) throw unreadable('HEAD');
  return { epoch, at: reader.at };
}

/** The epoch that an envelope claims; contexts of snapshots and presence claim none. */
function epochOf(context: Uint8Array): number | undefined {
  try {
    const value = JSON.parse(readText(context)) as { epoch?: unknown } | null;
    return typeof value?.epoch === 'number' ? value.epoch : undefined;
  } catch {
    return undefined;
  }
}

function keyOrThrow(keys: LogKeys, logId: string, epoch: number): Uint8Array {
  const key = keys.logKey(logId, epoch);
  if (!key) throw keyMissing(epoch);
  return key;
}

function keyMissing(epoch: number): AppError {
  return new AppError('LOG_KEY_MISSING', 'This flow is encrypted, and its key is not on this device. Nothing was lost; bring the key, then it goes on.', { epoch });
}

function assetName(cipher: Cipher, key: Uint8Array, log: string, sha256: string): string {
  return toText(cipher.derive(key, { kind: 'uxflow.asset-name', log, sha256 }));
}

function assetContext(head: Uint8Array, log: string, sha256: string): Uint8Array {
  return joined(head, encoder.encode(JSON.stringify(['uxflow.asset', log, sha256])));
}

function unreadable(reason: string): AppError {
  return new AppError('ENTRY_UNREADABLE', 'A change came in a form that cannot be read. It has no effect.', { reason });
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
