/** What happened in a workspace, line by line. */
import { z } from 'zod';

/** Names of what a line tells of, as far as they are known and this account may read them. */
export const activityNamesSchema = z.object({
  /** Who something was done to. */
  person: z.string().optional(),
  /** The same, where they are several. */
  people: z.array(z.string()).optional(),
  /** The address that was invited. */
  email: z.string().optional(),
  /** Who had invited the one who came. */
  inviter: z.string().optional(),
  project: z.string().optional(),
  flow: z.string().optional(),
});
export type ActivityNames = z.infer<typeof activityNamesSchema>;

/** `actorId` null: the server itself. `actorName` is '' where the account is gone. `code` and `params` are the server's own (apps/sync-server/src/workspaces/activityCodes.ts). */
export const activityLineSchema = z.object({ id: z.number().int(), at: z.number().int(), actorId: z.string().nullable(), actorName: z.string(), code: z.string(), params: z.record(z.string(), z.unknown()), names: activityNamesSchema });
export type ActivityLine = z.infer<typeof activityLineSchema>;

/** `before`: id of the last line that is there already. `codes`: of these kinds alone. */
export const activityQuerySchema = z.object({ workspaceId: z.string(), before: z.number().int().positive().optional(), limit: z.number().int().min(1).max(100).default(30), actorId: z.string().optional(), codes: z.array(z.string().regex(/^[A-Z_]+$/)).min(1).max(100).optional() });
export type ActivityQuery = z.infer<typeof activityQuerySchema>;

export const activityPageSchema = z.object({ lines: z.array(activityLineSchema), hasMore: z.boolean() });
export type ActivityPage = z.infer<typeof activityPageSchema>;
