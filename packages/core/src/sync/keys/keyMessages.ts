/** What travels between devices and the key routes of the server; binary is base64url. The server stores it and understands none of it. */
import { z } from 'zod';
import { FORM } from '../codec.ts';

const id = z.string().regex(/^[A-Za-z0-9_:-]{1,100}$/);
const epoch = z.number().int().min(1).max(1_000_000);
/** Base64url of exactly so many bytes. */
const binary = (bytes: number) => z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 8) / 6)}}$`));
const sealed = (bytes: number) => z.string().regex(new RegExp(`^[A-Za-z0-9_-]{54,${Math.ceil((bytes * 8) / 6)}}$`));

/** True for bytes in the form of sealed ones; whether they open is for who holds the key. */
export function isSealedForm(bytes: Uint8Array): boolean {
  return bytes[0] === FORM.sealed;
}

/** The public half of an account's keys. `proof`: the signing key's word for the other one and the account. */
export const publicKeysSchema = z.object({ userId: id, box: binary(32), sign: binary(32), proof: binary(64) });
export type PublicKeys = z.infer<typeof publicKeysSchema>;

/** An account's keys as they lie on the server: the private half is sealed under the recovery kit. */
export const accountKeysSchema = z.object({
  keys: publicKeysSchema,
  sealed: sealed(200),
  /** Counts how often the account began with new keys; 1 at first. */
  version: z.number().int().min(1),
});
export type StoredAccountKeys = z.infer<typeof accountKeysSchema>;

/** Account keys on their way to another device: taken once, for a few minutes. `id` follows from the code and does not tell it. */
export const deviceCodeSchema = z.object({ id: binary(32), sealed: sealed(200) });
export type DeviceCodeMessage = z.infer<typeof deviceCodeSchema>;

/** A workspace's key for one member, and its maker's word for it (rule 4 of keys). */
export const wrapSchema = z.object({
  workspaceId: id,
  epoch,
  memberId: id,
  /** X25519 key of the member that it is sealed to. */
  box: binary(32),
  sealed: binary(32 + 48),
  /** What everybody who has the key can compute of it: all wraps of an epoch hold the same key, or it shows. */
  commitment: binary(32),
  makerId: id,
  makerSign: binary(32),
  signature: binary(64),
});
export type Wrap = z.infer<typeof wrapSchema>;

/** An epoch; `link`: the key before it, sealed under this one's (absent at epoch 1). */
export const epochSchema = z.object({ epoch, commitment: binary(32), link: binary(32 + 40).optional() });
export type EpochStep = z.infer<typeof epochSchema>;

/** A new epoch with its wraps; taken only while the workspace stands at `epoch - 1`. */
export const newEpochSchema = epochSchema.extend({ wraps: z.array(wrapSchema).min(1).max(2000) });
export type NewEpoch = z.infer<typeof newEpochSchema>;

/** A member as who makes wraps sees them. */
export const keyMemberSchema = z.object({
  userId: id,
  name: z.string(),
  role: z.string(),
  keys: publicKeysSchema.nullable(),
  /** Epoch of the wrap that lies here for them; null: none. */
  wrappedEpoch: epoch.nullable(),
  /** What they showed when they joined by an invitation, and which. */
  joined: z.object({ invitationId: id, proof: binary(32) }).nullable(),
});
export type KeyMember = z.infer<typeof keyMemberSchema>;

/** Where a workspace's keys stand, for one member of it. */
export const keyStateSchema = z.object({
  workspaceId: id,
  /** 0: it is to be encrypted, and has no key yet. */
  epoch: z.number().int().min(0),
  /** True while somebody holds the key who is no member any more: an admin's device makes the next one. */
  isStale: z.boolean(),
  epochs: z.array(epochSchema),
  wrap: wrapSchema.nullable(),
  members: z.array(keyMemberSchema),
});
export type KeyState = z.infer<typeof keyStateSchema>;

/** The key for who comes by an invitation, sealed under the secret of its link. */
export const invitationKeySchema = z.object({ epoch, sealed: sealed(700) });
export type InvitationKey = z.infer<typeof invitationKeySchema>;

/** The keys of one of a link's flows for who comes by it. `salt`: there is a password. `forMembers`: the link's key, so that they can add a new epoch. */
export const linkKeySchema = z.object({ linkId: id, logId: id, epoch, salt: binary(16).optional(), sealed: sealed(100_000), forMembers: binary(32 + 40) });
export type LinkKey = z.infer<typeof linkKeySchema>;
