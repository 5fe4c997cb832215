/** Whose keys were seen (rule 4): the first key of a person is kept, and another one is never taken silently. */
import { canonicalJson } from '../../base/canonical.ts';
import type { Cipher } from './cipher.ts';
import type { PublicKeys } from './keyMessages.ts';
import { isPublicKeys } from './accountKeys.ts';

/** A key that was seen. */
export interface Pin {
  box: string;
  sign: string;
  /** ms UTC. */
  seenAt: number;
  /** ms UTC at which two people compared fingerprints, or an invitation's secret vouched for it. */
  verifiedAt?: number;
}

/** Pins by account, as the device stores them. */
export type Pins = Readonly<Record<string, Pin>>;

/** What a person's keys are to this device. `changed`: others than the ones that were seen; `broken`: nobody vouches for both. */
export type Trust = 'new' | 'seen' | 'verified' | 'changed' | 'broken';

const GROUPS = 8;

/** What these keys are to who has these pins. */
export function trustOf(cipher: Cipher, pins: Pins, keys: PublicKeys): Trust {
  if (!isPublicKeys(cipher, keys)) return 'broken';
  const pin = Object.hasOwn(pins, keys.userId) ? pins[keys.userId] : undefined;
  if (!pin) return 'new';
  if (pin.box !== keys.box || pin.sign !== keys.sign) return 'changed';
  return pin.verifiedAt === undefined ? 'seen' : 'verified';
}

/**
 * The pins with these keys. Seeing a known key again changes nothing, verifying it adds that; a different key replaces the old one, so a
 * caller does that only after a person said so.
 */
export function withPin(pins: Pins, { userId, box, sign }: PublicKeys, at: number, isVerified = false): Pins {
  const old = Object.hasOwn(pins, userId) ? pins[userId] : undefined;
  const isSame = old?.box === box && old.sign === sign;
  if (isSame && (!isVerified || old.verifiedAt !== undefined)) return pins;
  return { ...pins, [userId]: { box, sign, seenAt: isSame ? old.seenAt : at, ...(isVerified ? { verifiedAt: at } : {}) } };
}

/** Eight groups of five digits that two people can read to each other: the same on both devices, or somebody stands between them. */
export function fingerprintOf(cipher: Cipher, { userId, box, sign }: Pick<PublicKeys, 'userId' | 'box' | 'sign'>): string {
  const bytes = cipher.hash(GROUPS * 5, new TextEncoder().encode(canonicalJson({ kind: 'uxflow.fingerprint', user: userId, box, sign })));
  const groups: string[] = [];
  for (let at = 0; at < bytes.length; at += 5) {
    let value = 0;
    for (let i = 0; i < 5; i++) value = value * 256 + bytes[at + i]!;
    groups.push(String(value % 100_000).padStart(5, '0'));
  }
  return groups.join(' ');
}
