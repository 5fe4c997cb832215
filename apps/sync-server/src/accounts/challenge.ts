/** A sign-in that waits for a second factor. */
import { createHmac, randomBytes } from 'node:crypto';
import { hashSecret } from '../access/principal.ts';
import type { Auth } from './auth.ts';
import type { Challenge } from './signIn.ts';

/** What a challenge says, in whichever way it is written. */
export interface ReadChallenge {
  /** The cookies of a browser in which the sign-in waits, and no others. */
  cookies: string;
  /** SHA-256 of the name under which it waits, hex: the same for every way of writing the same challenge. */
  key: string;
}

const CHALLENGE_SECONDS = 600;

/** A challenge as better-auth makes it after a password, for the ways after which it would ask for none; `key` is that of readChallenge. */
export async function makeChallenge(auth: Auth, userId: string): Promise<Challenge & { key: string }> {
  const context = await auth.$context;
  const identifier = `2fa-${randomBytes(15).toString('base64url')}`;
  const expiresAt = new Date(Date.now() + CHALLENGE_SECONDS * 1000);
  await context.internalAdapter.createVerificationValue({ value: userId, identifier, expiresAt });
  await context.internalAdapter.createVerificationValue({ value: '0', identifier: `2fa-attempts-${identifier}`, expiresAt });
  const signature = createHmac('sha256', context.secret).update(identifier).digest('base64');
  const cookie = `${context.createAuthCookie('two_factor').name}=${encodeURIComponent(`${identifier}.${signature}`)}`;
  return { status: 'secondFactor', challenge: Buffer.from(cookie).toString('base64url'), methods: ['totp', 'backup'], key: hashSecret(identifier) };
}

/** Reads a challenge that somebody sent; undefined when it was not made here. Its signature is for better-auth to look at. */
export async function readChallenge(auth: Auth, challenge: string): Promise<ReadChallenge | undefined> {
  const context = await auth.$context;
  // Only these, each once and written in one way: what better-auth reads is what is read here, and a session among them would take the place of the sign-in that waits.
  const [waiting, forgetful] = [context.createAuthCookie('two_factor').name, context.authCookies.dontRememberToken.name];
  const values = new Map<string, string>();
  for (const pair of Buffer.from(challenge, 'base64url').toString('latin1').split(';')) {
    const [name, value] = [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1).trim()];
    if (name === waiting || name === forgetful) values.set(name, value);
  }
  try {
    const signed = decodeURIComponent(values.get(waiting) ?? '');
    const identifier = signed.slice(0, signed.lastIndexOf('.'));
    if (!identifier) return undefined;
    return { cookies: [...values].map(([name, value]) => `${name}=${encodeURIComponent(decodeURIComponent(value))}`).join('; '), key: hashSecret(identifier) };
  } catch {
    return undefined;
  }
}
