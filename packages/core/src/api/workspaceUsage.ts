/** How much of its plan a workspace uses. */
import { z } from 'zod';

/** What a plan limits. Bytes are those of flows, pictures and snapshots. */
export const METERS = ['members', 'projects', 'storageBytes', 'links', 'openInvitations'] as const;
export type MeterName = (typeof METERS)[number];

/** `limit` null: none. `warning`: how near the limit is, as the server sees it. */
export const meterSchema = z.object({ of: z.enum(METERS), used: z.number(), limit: z.number().nullable(), warning: z.enum(['near', 'critical', 'full']).nullable() });
export type UsageMeter = z.infer<typeof meterSchema>;

/** A plan by its name on the server, such as "free", and what it holds; null: as much as one likes. */
export const planOfferSchema = z.object({ plan: z.string(), limits: z.array(z.object({ of: z.enum(METERS), limit: z.number().nullable() })) });
export type PlanOffer = z.infer<typeof planOfferSchema>;

export const workspaceUsageSchema = z.object({
  plan: z.string(),
  meters: z.array(meterSchema),
  flows: z.number().int(),
  /** Of the members; null where the server does not say. */
  guests: z.number().int().nullable(),
  /** Plans that this account can take for its workspaces by itself, smallest first. */
  larger: z.array(planOfferSchema),
  /** When the server said so, ms UTC. */
  at: z.number().int(),
  /** True when the server cannot be reached now and this is what it said before. */
  isLastKnown: z.boolean(),
});
export type WorkspaceUsage = z.infer<typeof workspaceUsageSchema>;
