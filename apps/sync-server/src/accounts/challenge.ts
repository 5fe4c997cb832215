/** A sign-in that waits for a second factor. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Auth } from './auth.ts';
import type { Challenge } from './signIn.ts';

const CHALLENGE_SECONDS = 600;

/** A challenge as better-auth makes it after a password, for the ways after which it would ask for none. */
export async function makeChallenge(auth: Auth, userId: string): Promise<Challenge> {
  const context = await auth.$context;
  const identifier = `2fa-${randomBytes(15).toString('base64url')}`;
  const expiresAt = new Date(Date.now() + CHALLENGE_SECONDS * 1000);
  await context.internalAdapter.createVerificationValue({ value: userId, identifier, expiresAt });
  await context.internalAdapter.createVerificationValue({ value: '0', identifier: `2fa-attempts-${identifier}`, expiresAt });
  const signature = createHmac('sha256', context.secret).update(identifier).digest('base64');
  const cookie = `${context.createAuthCookie('two_factor').name}=${encodeURIComponent(`${identifier}.${signature}`)}`;
  return { status: 'secondFactor', challenge: Buffer.from(cookie).toString('base64url'), methods: ['totp', 'backup'] };
}
