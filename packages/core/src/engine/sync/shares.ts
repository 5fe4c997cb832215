import { z } from 'zod';
import type { DataFolder } from '../../db/index.ts';

const shareSchema = z.object({
  logId: z.string(),
  server: z.string(),
  /** Account that shared or opened it: what waits is theirs to send. Missing where an older version of the app wrote it. */
  userId: z.string().optional(),
  workspaceId: z.string(),
  workspaceName: z.string(),
  /** Whether what travels is sealed: said when it was shared, and never taken back. */
  encrypted: z.boolean().default(false),
  projectId: z.string().optional(),
  /** True while the server has not heard of the name that was given here. */
  isRenamed: z.boolean().optional(),
  /** `registering`: the server has not answered yet that it took the log. */
  phase: z.enum(['registering', 'shared']),
  /** True once the server has had time to take the snapshot that others start from. */
  hasSnapshot: z.boolean(),
  /** What the account might write when the server said so last; null: nothing. */
  scope: z.enum(['edit', 'comment']).nullable(),
});

/** With which server a flow is shared. */
export type Share = z.infer<typeof shareSchema>;

/** True where the flow belongs to this server and, as far as is known, to this account on it. */
export function isShareOf({ server, userId }: Share, account: { server: string; user: { id: string } | null }): boolean {
  return account.user !== null && server === account.server && (userId === undefined || userId === account.user.id);
}

/** The shared flows of a data folder, in memory and in its settings. */
export interface Shares {
  get(flowId: string): Share | undefined;
  set(flowId: string, share: Share): void;
  remove(flowId: string): void;
  entries(): IterableIterator<[string, Share]>;
}

const PREFIX = 'share:';

/** Reads all; what is damaged counts as local and keeps its log. */
export function createShares({ settings }: Pick<DataFolder, 'settings'>): Shares {
  const all = new Map<string, Share>();
  for (const [key, value] of Object.entries(settings.all())) {
    const share = key.startsWith(PREFIX) ? shareSchema.safeParse(value) : undefined;
    if (share?.success) all.set(key.slice(PREFIX.length), share.data);
  }
  return {
    get: (flowId) => all.get(flowId),
    set(flowId, share) {
      settings.set(PREFIX + flowId, share);
      all.set(flowId, share);
    },
    remove(flowId) {
      settings.remove(PREFIX + flowId);
      all.delete(flowId);
    },
    entries: () => all.entries(),
  };
}
