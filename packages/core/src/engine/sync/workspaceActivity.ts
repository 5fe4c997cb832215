import { z } from 'zod';
import type { ActivityLine, ActivityPage, ActivityQuery } from '../../api/workspaceActivity.ts';
import type { AccountService } from './accountService.ts';
import type { Remote } from './remote.ts';

/** What happened in the workspaces of the account. */
export interface WorkspaceActivity {
  /** A page, newest first. Throws what the server refuses; a name that cannot be had is left out. */
  list(query: ActivityQuery): Promise<ActivityPage>;
}

const lineSchema = z.looseObject({ id: z.number().int(), at: z.number().int(), actorId: z.string().nullable(), actorName: z.string().nullable(), code: z.string(), params: z.record(z.string(), z.unknown()).default({}) });
const pageSchema = z.looseObject({ activity: z.array(lineSchema), names: z.record(z.string(), z.string()).default({}) });
type Names = ReadonlyMap<string, string>;

export function createWorkspaceActivity({ account, remote }: { account: Pick<AccountService, 'api' | 'onSwitch'>; remote: Pick<Remote, 'names'> }): WorkspaceActivity {
  /** Of the workspace whose list was begun last: earlier pages mostly tell of the same. */
  let known: { workspaceId: string; names: Promise<Names> } | undefined;
  account.onSwitch(() => (known = undefined));
  const namesIn = (workspaceId: string, isFirst: boolean): Promise<Names> => {
    if (isFirst || known?.workspaceId !== workspaceId) known = { workspaceId, names: remote.names(workspaceId).catch(() => new Map()) };
    return known.names;
  };
  return {
    async list({ workspaceId, before, limit, actorId, codes }) {
      const query = new URLSearchParams({ limit: String(limit + 1), ...(before === undefined ? {} : { before: String(before) }), ...(actorId === undefined ? {} : { actorId }), ...(codes === undefined ? {} : { codes: codes.join(',') }) });
      const { activity, names } = await account.api().get(`/workspaces/${encodeURIComponent(workspaceId)}/activity?${query}`, pageSchema);
      const rows = activity.slice(0, limit);
      const tellsOfMore = rows.some(({ params }) => 'projectId' in params || 'logId' in params);
      const things = tellsOfMore ? await namesIn(workspaceId, before === undefined) : new Map<string, string>();
      return { lines: rows.map((row) => lineOf(row, new Map([...things, ...Object.entries(names)]))), hasMore: activity.length > limit };
    },
  };
}

function lineOf({ id, at, actorId, actorName, code, params }: z.infer<typeof lineSchema>, names: Names): ActivityLine {
  const nameOf = (value: unknown) => (typeof value === 'string' ? names.get(value) : undefined);
  const people = Array.isArray(params.userIds) ? params.userIds.flatMap((userId) => nameOf(userId) ?? []) : [];
  const found = {
    person: nameOf(code === 'OWNERSHIP_TRANSFERRED' ? params.to : params.userId),
    email: nameOf(params.invitationId),
    inviter: nameOf(params.invitedBy),
    project: nameOf(params.projectId),
    flow: nameOf(params.logId),
  };
  const given = Object.fromEntries(Object.entries(found).filter(([, name]) => name !== undefined)) as { [name in keyof typeof found]?: string };
  return { id, at, actorId, actorName: actorName ?? '', code, params, names: { ...given, ...(people.length > 0 ? { people } : {}) } };
}
