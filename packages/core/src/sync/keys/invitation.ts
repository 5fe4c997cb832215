/**
 * Inviting into an encrypted workspace (rule 7): a secret travels in the fragment of a link, which the inviter sends by their own means and
 * no server sees. It opens the key, and vouches for both sides: for the inviter's keys by what it seals, for the newcomer's by a proof.
 */
import { canonicalJson } from '../../base/canonical.ts';
import { AppError } from '../../base/error.ts';
import { publicKeysOf, isPublicKeys, type AccountKeys } from './accountKeys.ts';
import { fromText, KEY_BYTES, toText, type Cipher, type Statement } from './cipher.ts';
import { publicKeysSchema, type InvitationKey, type PublicKeys } from './keyMessages.ts';
import type { EpochKey } from './wrap.ts';

/** Where an invitation leads. */
export interface InvitationPlace {
  workspaceId: string;
  invitationId: string;
}

/** What an invitation opens: the key, and the keys of who made it, which are verified by that. */
export interface OpenedInvitation {
  epochKey: EpochKey;
  maker: PublicKeys;
}

/** A secret for an invitation's link. The inviter's device keeps it until the invitation is done. */
export function newInvitationSecret(cipher: Cipher): Uint8Array {
  return cipher.random(KEY_BYTES);
}

/** The fragment of the link, without `#`. */
export function writeInvitationFragment(invitationId: string, secret: Uint8Array): string {
  return `invitation=${invitationId}&secret=${toText(secret)}`;
}

/** Invitation and secret of a fragment, with or without `#`; undefined when it is none. */
export function readInvitationFragment(fragment: string): { invitationId: string; secret: Uint8Array } | undefined {
  const parts = /^#?invitation=([A-Za-z0-9_:-]{1,100})&secret=([A-Za-z0-9_-]{43})$/.exec(fragment);
  return parts ? { invitationId: parts[1]!, secret: fromText(parts[2]!, KEY_BYTES) } : undefined;
}

/** The key under the secret, for the server to hand to the invited address, once. */
export function sealInvitation(cipher: Cipher, place: InvitationPlace, epochKey: EpochKey, maker: AccountKeys, secret: Uint8Array): InvitationKey {
  const plain = new TextEncoder().encode(canonicalJson({ key: toText(epochKey.key), maker: publicKeysOf(cipher, maker) }));
  return { epoch: epochKey.epoch, sealed: toText(cipher.seal(sealKey(cipher, secret), plain, statementOf(place, epochKey.epoch))) };
}

/** What the secret opens. Throws INVITATION_NOT_OPENED: another link's secret, or the server changed something. */
export function openInvitation(cipher: Cipher, place: InvitationPlace, { epoch, sealed }: InvitationKey, secret: Uint8Array): OpenedInvitation {
  try {
    const plain = cipher.open(sealKey(cipher, secret), fromText(sealed), statementOf(place, epoch));
    const content = JSON.parse(new TextDecoder().decode(plain)) as { key: string; maker: unknown };
    const maker = publicKeysSchema.parse(content.maker);
    if (isPublicKeys(cipher, maker)) return { epochKey: { epoch, key: fromText(content.key, KEY_BYTES) }, maker };
  } catch {
    // Whatever does not open: one answer.
  }
  throw new AppError('INVITATION_NOT_OPENED', 'This link does not open the key of the workspace. You can still join; an admin of it then gives the key to your device. Or ask for a new link.', { epoch });
}

/** What a newcomer shows to be who was given the link: others who know the secret can check it, the server cannot make it. */
export function joinProof(cipher: Cipher, place: InvitationPlace, { userId, box, sign }: PublicKeys, secret: Uint8Array): string {
  return toText(cipher.derive(cipher.derive(secret, { kind: 'uxflow.join-key' }), { kind: 'uxflow.join', workspace: place.workspaceId, invitation: place.invitationId, user: userId, box, sign }));
}

/** True when these keys were shown by who held the secret. */
export function isJoinProof(cipher: Cipher, place: InvitationPlace, keys: PublicKeys, secret: Uint8Array, proof: string): boolean {
  return cipher.isEqual(fromText(joinProof(cipher, place, keys, secret)), fromText(proof));
}

function sealKey(cipher: Cipher, secret: Uint8Array): Uint8Array {
  return cipher.derive(secret, { kind: 'uxflow.invitation-key' });
}

function statementOf({ workspaceId, invitationId }: InvitationPlace, epoch: number): Statement {
  return { kind: 'uxflow.invitation', workspace: workspaceId, invitation: invitationId, epoch };
}
