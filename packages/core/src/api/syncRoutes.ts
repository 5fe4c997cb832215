import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { textCodeSchema } from '../agents/turnSchema.ts';
import { idSchema } from '../flow/fieldKind.ts';
import { authorSchema } from '../flow/transaction.ts';
import { flowSummarySchema } from './flowRoutes.ts';
import { projectRoleSchema } from './workspaceRoutes.ts';

/** Who this app is on which server, and whether it is connected. */
export const accountSchema = z.object({
  /** Origin of the server that is used or was used last; '' before the first. */
  server: z.string(),
  user: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
  /** True while a browser is open for signing in; `address` is what it was to open. */
  signingIn: z.object({ address: z.string(), until: z.number().int() }).nullable(),
  /** Why the last attempt in the browser failed. */
  failure: textCodeSchema.nullable(),
  isConnected: z.boolean(),
});
export type AccountView = z.infer<typeof accountSchema>;

/** Where a flow stands with its server. `local`: it is shared with nobody. */
export const syncStatusSchema = z.object({
  state: z.enum(['local', 'signedOut', 'sharing', 'offline', 'connecting', 'catchingUp', 'sending', 'synced', 'choosing', 'stopped']),
  /** Own changes that the server has not confirmed. */
  waiting: z.number().int(),
  /** ms UTC of the last word from the server when nothing was missing on either side. */
  syncedAt: z.number().int().optional(),
  /** Why it is not synced. */
  reason: textCodeSchema.optional(),
  /** ms UTC of the next attempt to connect. */
  retryAt: z.number().int().optional(),
  /** What this account may write; null: nothing. */
  scope: z.enum(['edit', 'comment']).nullable(),
  /** What a push of a long backlog would do, where the person has to choose. */
  backlog: z.object({ entries: z.number().int(), conflicts: z.number().int() }).optional(),
  workspace: z.object({ id: z.string(), name: z.string(), encrypted: z.boolean() }).optional(),
  /** Own changes that the server refused, kept aside. */
  asides: z.number().int(),
});
export type FlowSyncStatus = z.infer<typeof syncStatusSchema>;

const point = z.object({ x: z.number(), y: z.number() });
/** What somebody shows of themselves in a flow; nothing of it is stored. Canvas px. */
export const shownSchema = z.object({
  cursor: point.nullable(),
  selection: z.array(idSchema).max(40),
  /** The part of the canvas on their screen. */
  viewport: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }).nullable(),
});
export type Shown = z.infer<typeof shownSchema>;

/** Somebody else in the same flow, by connection. */
export const peerSchema = shownSchema.extend({ peer: z.string(), userId: z.string(), name: z.string() });
export type PeerView = z.infer<typeof peerSchema>;

/** What a screen hears of a flow's sync. */
export const flowSyncEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('status'), status: syncStatusSchema }),
  z.object({ type: z.literal('peers'), peers: z.array(peerSchema) }),
  /** A colleague or an agent has just changed these nodes, edges, frames and comments. */
  z.object({ type: z.literal('touched'), author: authorSchema, ids: z.array(z.string()) }),
]);
export type FlowSyncEvent = z.infer<typeof flowSyncEventSchema>;

/** `mayShare`: by the role; into an encrypted one only while `keys.get` says `isOpen` for it (share throws WORKSPACE_KEY_MISSING). */
export const remoteWorkspaceSchema = z.object({ id: z.string(), name: z.string(), role: z.string(), encrypted: z.boolean(), mayShare: z.boolean() });
export type RemoteWorkspace = z.infer<typeof remoteWorkspaceSchema>;
export const remoteMemberSchema = z.object({ userId: z.string(), name: z.string(), email: z.string(), role: z.string() });
export type RemoteMember = z.infer<typeof remoteMemberSchema>;
/**
 * A project of a workspace. `name` is '' where it is sealed and its key is not here (`isLocked`). `scope`: what this account may do with its flows.
 * `mayChange`: name and who sees it; `mayRemove`: delete it and bring it back. `purgeAt`: of one that is deleted, when it is gone for good, ms UTC.
 */
export const remoteProjectSchema = z.object({ id: z.string(), workspaceId: z.string(), name: z.string(), encrypted: z.boolean(), isLocked: z.boolean(), visibility: z.enum(['private', 'team']), scope: z.enum(['edit', 'comment', 'read']), flows: z.number().int(), mayChange: z.boolean(), mayRemove: z.boolean(), purgeAt: z.number().int().nullable() });
export type RemoteProject = z.infer<typeof remoteProjectSchema>;
export const remoteFlowSchema = z.object({
  logId: z.string(),
  /** '' where it is sealed and its key is not here (`isLocked`). */
  name: z.string(),
  encrypted: z.boolean(),
  isLocked: z.boolean(),
  workspaceId: z.string(),
  workspaceName: z.string(),
  projectId: z.string().optional(),
  updatedAt: z.number().int(),
  scope: z.enum(['edit', 'comment', 'read']),
  /** The flow of this data folder, where it was opened here already. */
  flowId: z.string().optional(),
});
export type RemoteFlow = z.infer<typeof remoteFlowSchema>;

/** Own changes that a server refused. */
export const asideSchema = z.object({ id: z.string(), code: z.string(), params: z.record(z.string(), z.unknown()), at: z.number().int(), entries: z.number().int() });
export type Aside = z.infer<typeof asideSchema>;

const nothing = z.object({});
const byFlow = z.object({ flowId: idSchema });
const ofProject = z.object({ workspaceId: z.string(), projectId: z.string() });
const server = z.string().trim().min(1).max(300);

export const accountRoutes = {
  get: oc.output(accountSchema),
  watch: oc.output(eventIterator(accountSchema)),
  /** `code`: of the second factor, where SECOND_FACTOR_NEEDED asked for one. */
  signIn: oc.input(z.object({ server, email: z.string().trim().min(1).max(320), password: z.string().min(1).max(1000), code: z.string().trim().max(40).optional() })).output(accountSchema),
  /** The address to open in a browser; the answer comes by `watch`. */
  signInByBrowser: oc.input(z.object({ server })).output(z.object({ address: z.string() })),
  cancelSignIn: oc.output(nothing),
  /** Ends the session there, too, where the server can be reached. Shared flows stay here with all that waits. */
  signOut: oc.output(nothing),
};

export const syncRoutes = {
  workspaces: oc.output(z.array(remoteWorkspaceSchema)),
  /** Whether it is encrypted is chosen now and never changes; then its first key is made, too. Throws KEYS_NOT_HERE before anything was made. */
  createWorkspace: oc.input(z.object({ name: z.string().trim().min(1).max(100), encrypted: z.boolean().default(false) })).output(remoteWorkspaceSchema),
  members: oc.input(z.object({ workspaceId: z.string() })).output(z.array(remoteMemberSchema)),
  /** `projectId`: they are put into it with `projectRole` when they come; a guest needs one. Throws GUESTS_NOT_ALLOWED, ALREADY_INVITED, SEATS_FULL. */
  invite: oc
    .input(z.object({ workspaceId: z.string(), email: z.email(), role: z.enum(['admin', 'member', 'commenter', 'viewer', 'guest']), projectId: z.string().optional(), projectRole: projectRoleSchema.optional(), language: z.enum(['en', 'de']) }))
    .output(nothing),
  /** Those that this account sees; with `deleted` those that wait for their end and that it may bring back. */
  projects: oc.input(z.object({ workspaceId: z.string(), deleted: z.boolean().optional() })).output(z.array(remoteProjectSchema)),
  createProject: oc.input(z.object({ workspaceId: z.string(), name: z.string().trim().min(1).max(100), visibility: z.enum(['private', 'team']).optional() })).output(remoteProjectSchema),
  /** Throws PROJECT_NOT_FOUND, PERMISSION_MISSING; in an encrypted workspace WORKSPACE_KEY_MISSING and the like. */
  changeProject: oc.input(ofProject.extend({ name: z.string().trim().min(1).max(100).optional(), visibility: z.enum(['private', 'team']).optional() })).output(nothing),
  /** It and its flows close for everybody at once; until `purgeAt` (ms UTC) it can be brought back. What lies on devices stays there. */
  removeProject: oc.input(ofProject).output(z.object({ purgeAt: z.number().int() })),
  /** Throws PROJECT_LIMIT. */
  restoreProject: oc.input(ofProject).output(nothing),
  /** Flows of all workspaces that this account may open. */
  flows: oc.output(z.array(remoteFlowSchema)),
  /** Without `projectId` it belongs to the workspace as a whole. */
  share: oc.input(byFlow.extend({ workspaceId: z.string(), projectId: z.string().optional() })).output(nothing),
  /** Ends the sharing on this device: the flow stays here as it is, and on the server. */
  detach: oc.input(byFlow).output(nothing),
  /** Fetches a flow that others share. */
  open: oc.input(z.object({ logId: z.string(), workspaceId: z.string() })).output(flowSummarySchema),
  watchFlow: oc.input(byFlow).output(eventIterator(flowSyncEventSchema)),
  show: oc.input(byFlow.extend({ shown: shownSchema.nullable() })).output(nothing),
  /** Tries to connect at once. */
  retry: oc.output(nothing),
  /** What becomes of a long backlog: all of it is pushed, or it becomes a flow of its own here. */
  chooseBacklog: oc.input(byFlow.extend({ choice: z.enum(['push', 'copy']), name: z.string().max(300) })).output(z.object({ copyId: z.string().optional() })),
  asides: oc.input(byFlow).output(z.array(asideSchema)),
  /** What becomes of refused changes: tried once more, kept as a flow of its own, or thrown away. */
  settleAside: oc.input(byFlow.extend({ asideId: z.string(), how: z.enum(['retry', 'copy', 'discard']), name: z.string().max(300) })).output(z.object({ copyId: z.string().optional() })),
};
