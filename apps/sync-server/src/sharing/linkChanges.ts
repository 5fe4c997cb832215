/** Which lines of a workspace's activity list mean that its links may show other flows than before. */
import type { LinksChanged } from '../sync/linkNotices.ts';

type Params = Readonly<Record<string, unknown>>;

/** Of each line that is listed: whether it may change what links show, and of which one. */
const CHANGES: Readonly<Record<string, (params: Params) => { linkId?: string } | undefined>> = {
  LINK_CHANGED: ({ linkId }) => ({ linkId: linkId as string }),
  FLOW_CHANGED: ({ fields }) => (touches(fields, 'projectId', 'visibility') ? {} : undefined),
  FLOW_DELETED: () => ({}),
  FLOW_RESTORED: () => ({}),
  PROJECT_CHANGED: ({ fields }) => (touches(fields, 'visibility') ? {} : undefined),
  PROJECT_DELETED: () => ({}),
  PROJECT_RESTORED: () => ({}),
  PROJECT_MEMBER_SET: () => ({}),
  PROJECT_MEMBER_REMOVED: () => ({}),
  MEMBER_CHANGED: () => ({}),
};

/** Whose pages are to look again after such a line; undefined for most. */
export function linksChangedBy(workspaceId: string, code: string, params: Params): LinksChanged | undefined {
  const changed = CHANGES[code]?.(params);
  return changed && { workspaceId, ...changed };
}

function touches(fields: unknown, ...which: string[]): boolean {
  return Array.isArray(fields) && fields.some((field) => which.includes(field as string));
}
