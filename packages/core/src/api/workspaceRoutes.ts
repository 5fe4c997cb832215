/** Workspaces of the account's server as their members see them: who is in them, who is invited, and what waits for this person. */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { idSchema } from '../flow/fieldKind.ts';
import { activityPageSchema, activityQuerySchema } from './workspaceActivity.ts';
import { workspaceUsageSchema } from './workspaceUsage.ts';

const givenRole = z.enum(['admin', 'member', 'commenter', 'viewer', 'guest']);
const time = z.number().int();

/** What a project gives somebody who was put into it. */
export const projectRoleSchema = z.enum(['editor', 'commenter', 'viewer']);
export type ProjectRole = z.infer<typeof projectRoleSchema>;

export const workspaceMemberSchema = z.object({
  userId: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.string(),
  joinedAt: time,
  lastActiveAt: time.nullable(),
  /** What they were given beyond the role. */
  permissions: z.array(z.string()).default([]),
  /** What this account could give them beyond the role, given or not. */
  grantable: z.array(z.string()).default([]),
  /** The projects that they were put into, of those that this account sees. */
  projects: z.array(z.object({ projectId: z.string(), role: projectRoleSchema })).default([]),
});
export type WorkspaceMember = z.infer<typeof workspaceMemberSchema>;

/** An invitation that nobody has answered. Times are ms UTC. */
export const openInvitationSchema = z.object({ id: z.string(), email: z.string(), role: z.string(), projectId: z.string().nullable().default(null), inviterName: z.string(), sentAt: time, expiresAt: time, isExpired: z.boolean() });
export type OpenInvitation = z.infer<typeof openInvitationSchema>;

export const workspaceDetailSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  ownerId: z.string(),
  encrypted: z.boolean(),
  /** Whether guests see the projects that they were put into, and more can be invited. */
  takesGuests: z.boolean(),
  /** Who sees a project that somebody makes without saying so: everybody in the workspace, or who is put into it. */
  projectVisibility: z.enum(['team', 'private']),
  /** The role of this account, and what it may. */
  role: z.string(),
  permissions: z.array(z.string()),
  /** Empty where the role does not show them. */
  members: z.array(workspaceMemberSchema),
  invitations: z.array(openInvitationSchema),
});
export type WorkspaceDetail = z.infer<typeof workspaceDetailSchema>;

/** An invitation of this account. `encrypted` is not known before it is accepted; the link of the inviter brings the key. */
export const ownInvitationSchema = z.object({ id: z.string(), workspaceId: z.string(), workspaceName: z.string(), role: z.string(), inviterName: z.string(), note: z.string(), expiresAt: time });
export type OwnInvitation = z.infer<typeof ownInvitationSchema>;

/** A comment in which somebody mentions this person. `on`: the step, connection or frame that it stands at. */
export const mentionSchema = z.object({ id: z.string(), flowId: z.string(), flowName: z.string(), by: z.string(), text: z.string(), at: time, on: z.string().optional(), isRead: z.boolean() });
export type MentionView = z.infer<typeof mentionSchema>;

/** What waits for this person: invitations as of a minute ago at most, and mentions of the flows on this device, newest first. */
export const inboxSchema = z.object({ invitations: z.array(ownInvitationSchema), mentions: z.array(mentionSchema) });
export type Inbox = z.infer<typeof inboxSchema>;

const nothing = z.object({});
const inWorkspace = z.object({ workspaceId: z.string() });
const ofMember = inWorkspace.extend({ userId: z.string() });
const ofInvitation = inWorkspace.extend({ invitationId: z.string() });
const ofMine = z.object({ invitationId: z.string() });
const ofProjectMember = ofMember.extend({ projectId: z.string() });

export const workspaceRoutes = {
  get: oc.input(inWorkspace).output(workspaceDetailSchema),
  change: oc.input(inWorkspace.extend({ name: z.string().trim().min(1).max(100).optional(), description: z.string().trim().max(2000).optional(), takesGuests: z.boolean().optional(), projectVisibility: z.enum(['team', 'private']).optional() })).output(nothing),
  /** Nobody gets in any more; `purgeAt` (ms UTC): until then its owner can bring it back. */
  remove: oc.input(inWorkspace).output(z.object({ purgeAt: time })),
  /** `permissions`: all that they have beyond the role from now on. Who becomes a guest loses them. Throws ROLE_TOO_HIGH, OWNER_STAYS, GUESTS_NOT_ALLOWED. */
  changeMember: oc.input(ofMember.extend({ role: givenRole.optional(), permissions: z.array(z.string()).max(100).optional() })).output(nothing),
  /** Takes somebody out; the own id leaves. */
  removeMember: oc.input(ofMember).output(nothing),
  /** Puts a member or guest into a project, or gives them another role there. */
  putInProject: oc.input(ofProjectMember.extend({ role: projectRoleSchema })).output(nothing),
  takeOutOfProject: oc.input(ofProjectMember).output(nothing),
  /** Hands the workspace to another member; this account becomes an admin. */
  transfer: oc.input(ofMember).output(nothing),
  /** Sends the mail of an invitation again, for seven more days. */
  resend: oc.input(ofInvitation).output(nothing),
  revoke: oc.input(ofInvitation).output(nothing),
  /** For who has the permission view_usage. */
  usage: oc.input(inWorkspace).output(workspaceUsageSchema),
  /** Takes a larger plan for this account, and so for the workspaces that it owns. Throws PLAN_BY_OPERATOR, PLAN_NOT_HIGHER, SIGN_IN_AGAIN. */
  takePlan: oc.input(z.object({ plan: z.string().max(100) })).output(nothing),
  /** For who has the permission view_activity. */
  activity: oc.input(activityQuerySchema).output(activityPageSchema),
};

export const inboxRoutes = {
  watch: oc.output(eventIterator(inboxSchema)),
  /** Asks the server at once. */
  refresh: oc.output(inboxSchema),
  accept: oc.input(ofMine).output(z.object({ workspaceId: z.string() })),
  decline: oc.input(ofMine).output(nothing),
  /** Marks a mention as read; without an id, all of them. */
  read: oc.input(z.object({ mentionId: idSchema.optional() })).output(nothing),
};
