import { z } from 'zod';
import { METERS, meterSchema, type WorkspaceUsage } from '../../api/workspaceUsage.ts';
import { isAppError, type Clock } from '../../base/index.ts';
import type { AccountService } from './accountService.ts';

/** How much of its plan a workspace uses, and larger plans. */
export interface WorkspaceUsages {
  /** As of now, or what was said last in this run while the server cannot be reached. Throws what the server refuses. */
  get(workspaceId: string): Promise<WorkspaceUsage>;
  /** Takes a larger plan for the account. Throws PLAN_BY_OPERATOR, PLAN_NOT_HIGHER, SIGN_IN_AGAIN. */
  takePlan(plan: string): Promise<void>;
}

const serverMeter = meterSchema.omit({ of: true });
const limits = z.record(z.string(), z.unknown());
const usageSchema = z.looseObject({ plan: z.string(), flows: z.number().int().default(0), guests: z.number().int().nullable().default(null), larger: z.array(z.looseObject({ plan: z.string(), limits })).default([]) });

export function createWorkspaceUsages({ account, clock }: { account: Pick<AccountService, 'api' | 'onSwitch'>; clock: Clock }): WorkspaceUsages {
  const known = new Map<string, WorkspaceUsage>();
  account.onSwitch(() => known.clear());
  return {
    async get(workspaceId) {
      try {
        const answer = await account.api().get(`/workspaces/${encodeURIComponent(workspaceId)}/usage`, usageSchema);
        const usage = readUsage(answer, clock.now());
        known.set(workspaceId, usage);
        return usage;
      } catch (error) {
        const last = isAppError(error) && error.code === 'SERVER_UNREACHABLE' ? known.get(workspaceId) : undefined;
        if (!last) throw error;
        // What can be taken is asked of the server, so it is not offered without it.
        return { ...last, larger: [], isLastKnown: true };
      }
    },
    async takePlan(plan) {
      await account.api().send('POST', '/subscriptions/upgrade', { plan }, z.unknown());
    },
  };
}

/** What an older server does not count is left out. */
function readUsage(answer: z.infer<typeof usageSchema>, at: number): WorkspaceUsage {
  const { plan, flows, guests, larger } = answer;
  const meters = METERS.flatMap((of) => {
    const read = serverMeter.safeParse(answer[of]);
    return read.success ? [{ of, ...read.data }] : [];
  });
  const offers = larger.map((offer) => ({
    plan: offer.plan,
    limits: METERS.flatMap((of) => {
      const limit = z.number().nullable().safeParse(offer.limits[of]);
      return limit.success ? [{ of, limit: limit.data }] : [];
    }),
  }));
  return { plan, meters, flows, guests, larger: offers, at, isLastKnown: false };
}
