/**
 * Links to flows of an encrypted workspace (rule 9): the fragment holds a random L, the server the keys of each flow of the link under L (with
 * a password: under L and Argon2id of it). Never the workspace's key, and of no other flow.
 */
import { canonicalJson } from '../../base/canonical.ts';
import { AppError } from '../../base/error.ts';
import { fromText, KEY_BYTES, SALT_BYTES, toText, type Cipher, type Statement } from './cipher.ts';
import type { LogKeys, WorkspaceKeys } from './epochKeys.ts';
import type { LinkKey } from './keyMessages.ts';

/** A new link: what the server gets of its flow and of each sub-flow, and L for the fragment. */
export interface NewLink {
  stored: LinkKey;
  /** In the order in which they were asked for. */
  subflows: LinkKey[];
  secret: Uint8Array;
}

/** A link to a flow as it is now, and to sub-flows by their logs. Argon2id takes about half a second where there is a password. */
export function newLink(cipher: Cipher, linkId: string, logId: string, keys: WorkspaceKeys, password?: string, subflows: readonly string[] = []): NewLink {
  const secret = cipher.random(KEY_BYTES);
  const salt = password === undefined ? undefined : cipher.random(SALT_BYTES);
  const key = linkKeyOf(cipher, secret, salt, password);
  const of = (log: string) => storedLink(cipher, { linkId, logId: log, ...(salt ? { salt: toText(salt) } : {}) }, keys, key);
  return { secret, stored: of(logId), subflows: subflows.map(of) };
}

/** One of a link's flows, or one that joins them, with the keys of all epochs up to now; any member can do that, and nobody needs a new address. Throws LINK_NOT_OPENED. */
export function renewLink(cipher: Cipher, { linkId, logId, salt, epoch, forMembers }: Omit<LinkKey, 'sealed'>, keys: WorkspaceKeys): LinkKey {
  const key = cipher.open(memberKey(cipher, keys, epoch), fromText(forMembers), memberStatement(linkId));
  if (!key) throw notOpened();
  return storedLink(cipher, { linkId, logId, ...(salt ? { salt } : {}) }, keys, key);
}

/** The fragment of the link, without `#`. */
export function writeLinkFragment(secret: Uint8Array): string {
  return `key=${toText(secret)}`;
}

/** L of a fragment, with or without `#`; undefined when it is none. */
export function readLinkFragment(fragment: string): Uint8Array | undefined {
  const parts = /^#?key=([A-Za-z0-9_-]{43})$/.exec(fragment);
  return parts ? fromText(parts[1]!, KEY_BYTES) : undefined;
}

/**
 * What the server is shown of a link's password instead of the password, so that wrong ones are counted before anything is handed out: it
 * tells nothing of what the password adds to L. `salt`: that of the link.
 */
export function linkProof(cipher: Cipher, password: string, salt: string): string {
  return toText(cipher.derive(cipher.ofPassword(password, fromText(salt, SALT_BYTES)), { kind: 'uxflow.link-proof' }));
}

/** The flow's keys that a link opens, for a codec. Throws LINK_NOT_OPENED: a wrong address, a wrong password, or the server changed something. */
export function openLink(cipher: Cipher, link: LinkKey, secret: Uint8Array, password?: string): LogKeys {
  const keys = openLinks(cipher, [link], secret, password).get(link.logId);
  if (!keys) throw notOpened();
  return keys;
}

/** The keys of each flow that a link opens, by log, as openLink does; what does not open is not among them. Argon2id is asked once. */
export function openLinks(cipher: Cipher, links: readonly LinkKey[], secret: Uint8Array, password?: string): Map<string, LogKeys> {
  const underSalt = new Map<string | undefined, Uint8Array>();
  const opened = new Map<string, LogKeys>();
  for (const { linkId, logId, salt, epoch, sealed } of links) {
    const key = underSalt.get(salt) ?? linkKeyOf(cipher, secret, salt === undefined ? undefined : fromText(salt, SALT_BYTES), password);
    underSalt.set(salt, key);
    const plain = cipher.open(key, fromText(sealed), linkStatement(linkId, logId, epoch));
    if (!plain) continue;
    const keys = new Map(Object.entries(JSON.parse(new TextDecoder().decode(plain)) as Record<string, string>).map(([one, text]) => [Number(one), fromText(text, KEY_BYTES)]));
    opened.set(logId, { epoch, logKey: (log, one) => (log === logId ? keys.get(one) : undefined) });
  }
  return opened;
}

function storedLink(cipher: Cipher, head: Pick<LinkKey, 'linkId' | 'logId' | 'salt'>, keys: WorkspaceKeys, key: Uint8Array): LinkKey {
  const logKeys: Record<string, string> = {};
  for (let epoch = 1; epoch <= keys.epoch; epoch++) logKeys[epoch] = toText(keys.logKey(head.logId, epoch)!);
  return {
    ...head,
    epoch: keys.epoch,
    sealed: toText(cipher.seal(key, new TextEncoder().encode(canonicalJson(logKeys)), linkStatement(head.linkId, head.logId, keys.epoch))),
    forMembers: toText(cipher.seal(memberKey(cipher, keys, keys.epoch), key, memberStatement(head.linkId))),
  };
}

function linkKeyOf(cipher: Cipher, secret: Uint8Array, salt: Uint8Array | undefined, password: string | undefined): Uint8Array {
  if (!salt) return cipher.derive(secret, { kind: 'uxflow.link-key' });
  return cipher.derive(secret, { kind: 'uxflow.link-key', password: toText(cipher.ofPassword(password ?? '', salt)) });
}

function memberKey(cipher: Cipher, keys: WorkspaceKeys, epoch: number): Uint8Array {
  const key = keys.keyOf(epoch);
  if (!key) throw notOpened();
  return cipher.derive(key, { kind: 'uxflow.link-members' });
}

function linkStatement(link: string, log: string, epoch: number): Statement {
  return { kind: 'uxflow.link', link, log, epoch };
}

function memberStatement(link: string): Statement {
  return { kind: 'uxflow.link-member', link };
}

function notOpened(): AppError {
  return new AppError('LINK_NOT_OPENED', 'This link does not open the flow. Look whether the whole address was copied, and whether the password is right.', {});
}
