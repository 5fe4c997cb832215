/** Links to encrypted flows: loaded only for them, because the cipher is large. The secret of the address never leaves the page. */
import { AppError, type Deflater, type SyncCodec } from '@uxflow/core';
import { createSealedCodec, linkProof, openCipher, openLink, readLinkFragment, type Cipher, type LinkKey, type LogKeys } from '@uxflow/core/keys';

export interface SealedLink {
  /** The newest keys that the server has handed out; the codec asks for them with every entry. */
  keys: LogKeys;
  codec(logId: string, deflater: Deflater): SyncCodec;
}

let ready: Promise<Cipher> | undefined;
const cipherOf = () => (ready ??= openCipher());

/** The keys of a flow. Throws LINK_NOT_OPENED where the address or the password is not right. */
export async function openSealedLink(key: LinkKey, fragment: string, password: string | undefined): Promise<SealedLink> {
  const cipher = await cipherOf();
  const secret = readLinkFragment(fragment);
  if (!secret) throw new AppError('LINK_NOT_OPENED', 'The key in the address is not whole. Copy the whole address.', {});
  const link: SealedLink = {
    keys: openLink(cipher, key, secret, password),
    codec: (logId, deflater) => createSealedCodec({ cipher, logId, keys: () => link.keys, deflater }),
  };
  return link;
}

/** What the server is shown of a password. */
export async function proofOf(password: string, salt: string): Promise<string> {
  return linkProof(await cipherOf(), password, salt);
}
