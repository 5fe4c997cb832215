/** Links to encrypted flows: loaded only for them, because the cipher is large. The secret of the address never leaves the page. */
import { AppError, type Deflater, type SyncCodec } from '@uxflow/core';
import { createSealedCodec, linkProof, openCipher, openLinks, readLinkFragment, type Cipher, type LinkKey, type LogKeys } from '@uxflow/core/keys';

export interface SealedLink {
  /** By log, the newest keys that the server has handed out; the codecs ask for them with every entry. */
  keys: ReadonlyMap<string, LogKeys>;
  codec(logId: string, deflater: Deflater): SyncCodec;
}

const NO_KEYS: LogKeys = { epoch: 0, logKey: () => undefined };

let ready: Promise<Cipher> | undefined;
const cipherOf = () => (ready ??= openCipher().then(oncePerPassword));

/** The keys of the link's flows, that of its own flow among them. Throws LINK_NOT_OPENED where the address or the password is not right. */
export async function openSealedLink(own: LinkKey, others: readonly LinkKey[], fragment: string, password: string | undefined): Promise<SealedLink> {
  const cipher = await cipherOf();
  const secret = readLinkFragment(fragment);
  const keys = secret ? openLinks(cipher, [own, ...others], secret, password) : undefined;
  if (!keys?.has(own.logId)) throw new AppError('LINK_NOT_OPENED', 'The key in the address does not open this flow. Copy the whole address.', {});
  const link: SealedLink = {
    keys,
    codec: (logId, deflater) => createSealedCodec({ cipher, logId, keys: () => link.keys.get(logId) ?? NO_KEYS, deflater }),
  };
  return link;
}

/** What the server is shown of a password. */
export async function proofOf(password: string, salt: string): Promise<string> {
  return linkProof(await cipherOf(), password, salt);
}

/** A link is opened again whenever it changes: what follows from its password, which takes its time on purpose, is made once. */
function oncePerPassword(cipher: Cipher): Cipher {
  let last: { password: string; salt: Uint8Array; derived: Uint8Array } | undefined;
  return {
    ...cipher,
    ofPassword(password, salt) {
      if (last?.password !== password || !cipher.isEqual(last.salt, salt)) last = { password, salt, derived: cipher.ofPassword(password, salt) };
      return last.derived;
    },
  };
}
