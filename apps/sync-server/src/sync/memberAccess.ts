/** SyncAccess on principals and the tables of workspaces. */
import type { Principals } from '../access/principal.ts';
import type { ServerDatabase } from '../db/database.ts';
import type { Revocation, SyncAccess } from './access.ts';
import { isVisitor } from '@uxflow/core/protocol';
import { visitScopesOf } from '../sharing/linkScope.ts';
import { scopesOf, type FlowScope } from '../workspaces/flowScope.ts';
import type { PlanName } from '../workspaces/plans.ts';
import type { Queryable } from '../db/database.ts';
import type { Bus } from './bus.ts';

const CHANNEL = 'revoked';

/** The access, and `revoke`, which tells every instance after rows of these tables have changed. `standardPlan`: of who pays for none. */
export function createMemberAccess({ pool }: ServerDatabase, bus: Bus, principals: Principals, standardPlan: PlanName): SyncAccess & { revoke(revocation: Revocation): Promise<void> } {
  const rolesIn = async (sql: Queryable, pairs: readonly { userId: string; logId: string; sessionId?: string | undefined }[]): Promise<(FlowScope | undefined)[]> => {
    const visitors = pairs.filter(({ userId }) => isVisitor(userId));
    if (visitors.length === 0) return scopesOf(sql, pairs);
    // Sent at once: the committer's queries stand behind one another.
    const [members, ofVisitors] = await Promise.all([scopesOf(sql, pairs), visitScopesOf(sql, visitors, standardPlan)]);
    return pairs.map((pair, at) => (isVisitor(pair.userId) ? ofVisitors[visitors.indexOf(pair)] : members[at]));
  };
  return {
    async authorize(token) {
      const principal = await principals.ofSecret(token);
      if (principal?.link) return { userId: principal.link.visitorId, link: principal.link, expiresAt: principal.expiresAt };
      // Keys speak HTTP only; a socket belongs to a person on a device.
      if (!principal?.sessionId || !principal.emailVerified || principal.closing || principal.lacksFactor) return undefined;
      return { userId: principal.userId, sessionId: principal.sessionId, expiresAt: principal.expiresAt };
    },
    async roleOf({ userId, sessionId }, logId) {
      return (await rolesIn(pool, [{ userId, logId, sessionId }]))[0];
    },
    rolesIn,
    onRevoked: (listener) => bus.subscribe(CHANNEL, (text) => listener(JSON.parse(text) as Revocation)),
    revoke: (revocation) => principals.revoke(revocation),
  };
}
