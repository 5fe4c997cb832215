/** A workspace's key for one member (rule 4): sealed to the member, with its maker's signature. */
import { AppError } from '../../base/error.ts';
import type { AccountKeys } from './accountKeys.ts';
import { fromText, KEY_BYTES, toText, type Cipher, type Statement } from './cipher.ts';
import type { PublicKeys, Wrap } from './keyMessages.ts';

/** A workspace's key and its number, from 1. */
export interface EpochKey {
  epoch: number;
  key: Uint8Array;
}

/** What everybody who holds a key can compute of it, and which tells nothing about it. */
export function commitmentOf(cipher: Cipher, workspaceId: string, { epoch, key }: EpochKey): string {
  return toText(cipher.derive(key, { kind: 'uxflow.commitment', workspace: workspaceId, epoch }));
}

/** The key for a member. */
export function makeWrap(cipher: Cipher, workspaceId: string, epochKey: EpochKey, member: Pick<PublicKeys, 'userId' | 'box'>, maker: AccountKeys): Wrap {
  const unsigned = {
    workspaceId,
    epoch: epochKey.epoch,
    memberId: member.userId,
    box: member.box,
    sealed: toText(cipher.sealTo(fromText(member.box, 32), epochKey.key)),
    commitment: commitmentOf(cipher, workspaceId, epochKey),
    makerId: maker.userId,
    makerSign: toText(maker.sign.publicKey),
  };
  return { ...unsigned, signature: toText(cipher.sign(maker.sign.privateKey, statementOf(unsigned))) };
}

/** True when the wrap is what the holder of its `makerSign` signed. Whether that is who it says is a question for the pins. */
export function isSignedWrap(cipher: Cipher, wrap: Wrap): boolean {
  return cipher.isSigned(fromText(wrap.makerSign, 32), statementOf(wrap), fromText(wrap.signature, 64));
}

/** The key of a wrap. Throws WRAP_REFUSED with a `reason`: WORKSPACE, MEMBER, SIGNATURE, SEAL or COMMITMENT. */
export function openWrap(cipher: Cipher, wrap: Wrap, workspaceId: string, account: AccountKeys): EpochKey {
  if (wrap.workspaceId !== workspaceId) throw refused('WORKSPACE', wrap);
  if (wrap.memberId !== account.userId || wrap.box !== toText(account.box.publicKey)) throw refused('MEMBER', wrap);
  if (!isSignedWrap(cipher, wrap)) throw refused('SIGNATURE', wrap);
  const key = cipher.openSealed(account.box, fromText(wrap.sealed));
  if (key?.length !== KEY_BYTES) throw refused('SEAL', wrap);
  const epochKey = { epoch: wrap.epoch, key };
  if (commitmentOf(cipher, workspaceId, epochKey) !== wrap.commitment) throw refused('COMMITMENT', wrap);
  return epochKey;
}

function statementOf({ workspaceId, epoch, memberId, box, sealed, commitment, makerId, makerSign }: Omit<Wrap, 'signature'>): Statement {
  return { kind: 'uxflow.wrap', workspace: workspaceId, epoch, member: memberId, box, sealed, commitment, maker: makerId, sign: makerSign };
}

function refused(reason: string, { epoch, makerId }: Wrap): AppError {
  return new AppError('WRAP_REFUSED', 'The key of this workspace came in a way that this device does not trust, so it was not taken. Nothing was lost; ask an admin of the workspace to give it to you again.', { reason, epoch, makerId });
}
