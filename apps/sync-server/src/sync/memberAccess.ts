/** SyncAccess on principals and the tables of workspaces. */
import type { Principals } from '../access/principal.ts';
import type { ServerDatabase } from '../db/database.ts';
import type { Revocation, SyncAccess } from './access.ts';
import { scopesOf } from '../workspaces/flowScope.ts';
import type { Bus } from './bus.ts';

const CHANNEL = 'revoked';

/** The access, and `revoke`, which tells every instance after rows of these tables have changed. */
export function createMemberAccess({ pool }: ServerDatabase, bus: Bus, principals: Principals): SyncAccess & { revoke(revocation: Revocation): Promise<void> } {
  return {
    async authorize(token) {
      const principal = await principals.ofSecret(token);
      // Keys speak HTTP only; a socket belongs to a person on a device.
      if (!principal?.sessionId || !principal.emailVerified || principal.closing) return undefined;
      return { userId: principal.userId, sessionId: principal.sessionId, expiresAt: principal.expiresAt };
    },
    async roleOf({ userId }, logId) {
      return (await scopesOf(pool, [{ userId, logId }]))[0];
    },
    rolesIn: scopesOf,
    onRevoked: (listener) => bus.subscribe(CHANNEL, (text) => listener(JSON.parse(text) as Revocation)),
    revoke: (revocation) => principals.revoke(revocation),
  };
}
