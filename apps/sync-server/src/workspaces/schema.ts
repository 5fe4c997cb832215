/** What the routes of workspaces take and give. Times are ms UTC. */
import { z } from '@hono/zod-openapi';
import { PERMISSIONS, WORKSPACE_ROLES } from '../access/permissions.ts';
import { PLAN_NAMES } from './plans.ts';

const time = z.number().int();
const line = (max: number) => z.string().trim().min(1).max(max).regex(/^[^\p{Cc}]*$/u, 'must be one line');
export const idSchema = z.string().regex(/^[A-Za-z0-9_:-]{1,100}$/);
const visibility = z.enum(['private', 'team']);
const projectRole = z.enum(['editor', 'commenter', 'viewer']);
export const givenRole = z.enum(['admin', 'member', 'commenter', 'viewer', 'guest']);
const permissions = z.array(z.enum(PERMISSIONS)).max(PERMISSIONS.length);
/** What only members can read: base64url of sealed bytes. */
const sealed = z.string().regex(/^[A-Za-z0-9_-]+$/).max(8192);
const named = { name: line(100).optional(), sealed: sealed.optional() };
/** `allowLinks`: whether flows may be shared by links; null: as the plan says, and not where the workspace is encrypted. */
const settings = z.object({ allowGuestAccess: z.boolean(), defaultProjectVisibility: visibility, allowLinks: z.boolean().nullable() });
const limits = z.object({ workspaces: z.number().nullable(), members: z.number().nullable(), projects: z.number().nullable(), storageBytes: z.number().nullable() });

export const workspaceSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    ownerId: z.string(),
    role: z.enum(WORKSPACE_ROLES),
    permissions: z.array(z.string()),
    encrypted: z.boolean(),
    epoch: z.number().int(),
    rotationWanted: z.boolean(),
    settings,
    /** Whether flows may be shared by links now. */
    linksAllowed: z.boolean(),
    subscription: z.object({ plan: z.enum(PLAN_NAMES), limits }),
    members: z.number().int(),
    createdAt: time,
    updatedAt: time,
    deletedAt: time.nullable(),
    purgeAt: time.nullable(),
  })
  .openapi('Workspace');
export type WorkspaceView = z.infer<typeof workspaceSchema>;

export const newWorkspaceSchema = z.object({ name: line(100), description: z.string().trim().max(2000).default(''), encrypted: z.boolean().default(false), settings: settings.partial().default({}) });
export type NewWorkspace = z.output<typeof newWorkspaceSchema>;
export const workspaceChangeSchema = z.object({ name: line(100).optional(), description: z.string().trim().max(2000).optional(), settings: settings.partial().optional() });
export type WorkspaceChange = z.output<typeof workspaceChangeSchema>;
export const transferSchema = z.object({ userId: idSchema });

export const memberSchema = z
  .object({
    userId: z.string(),
    name: z.string(),
    email: z.string(),
    role: z.enum(WORKSPACE_ROLES),
    /** Given beyond the role. */
    permissions: z.array(z.string()),
    /** What the asker could give beyond the role, given or not. */
    grantable: z.array(z.string()),
    /** Those that they were put into, of those that the asker sees. */
    projects: z.array(z.object({ projectId: z.string(), role: projectRole })),
    joinedAt: time,
    invitedBy: z.string().nullable(),
    lastActiveAt: time.nullable(),
  })
  .openapi('Member');
export type MemberView = z.infer<typeof memberSchema>;
export const memberChangeSchema = z.object({ role: givenRole.optional(), permissions: permissions.optional() });
export type MemberChange = z.output<typeof memberChangeSchema>;

export const inviteSchema = z.object({
  email: z.email().max(254).toLowerCase(),
  role: givenRole.default('member'),
  projectId: idSchema.optional(),
  projectRole: projectRole.optional(),
  note: z.string().trim().max(1000).default(''),
  language: z.enum(['en', 'de']).default('en'),
});
export type Invite = z.output<typeof inviteSchema>;
export const invitationSchema = z
  .object({
    id: z.string(),
    workspaceId: z.string(),
    workspaceName: z.string(),
    email: z.string(),
    role: givenRole,
    projectId: z.string().nullable(),
    projectRole: projectRole.nullable(),
    note: z.string(),
    invitedBy: z.string(),
    inviterName: z.string(),
    createdAt: time,
    sentAt: time,
    sent: z.number().int(),
    expiresAt: time,
    isExpired: z.boolean(),
  })
  .openapi('Invitation');
export type InvitationView = z.infer<typeof invitationSchema>;
export const acceptSchema = z.object({ token: z.string().min(1).max(200) });

export const projectSchema = z
  .object({
    id: z.string(),
    workspaceId: z.string(),
    name: z.string().nullable(),
    description: z.string(),
    sealed: z.string().nullable(),
    visibility,
    /** What the asker may do with its flows. */
    scope: z.enum(['edit', 'comment', 'read']),
    flows: z.number().int(),
    createdBy: z.string(),
    createdAt: time,
    updatedAt: time,
    deletedAt: time.nullable(),
    purgeAt: time.nullable(),
  })
  .openapi('Project');
export type ProjectView = z.infer<typeof projectSchema>;
export const newProjectSchema = z.object({ ...named, description: z.string().trim().max(2000).default(''), visibility: visibility.optional() });
export type NewProject = z.output<typeof newProjectSchema>;
export const projectChangeSchema = z.object({ ...named, description: z.string().trim().max(2000).optional(), visibility: visibility.optional() });
export type ProjectChange = z.output<typeof projectChangeSchema>;
export const projectMemberSchema = z.object({ userId: z.string(), name: z.string(), role: projectRole }).openapi('ProjectMember');
export const projectRoleSchema = z.object({ role: projectRole });

const flowVisibility = z.enum(['project', 'private']);
export const flowSchema = z
  .object({
    logId: z.string(),
    workspaceId: z.string(),
    projectId: z.string().nullable(),
    name: z.string().nullable(),
    sealed: z.string().nullable(),
    kind: z.enum(['main', 'branch', 'catalogue']),
    visibility: flowVisibility,
    scope: z.enum(['edit', 'comment', 'read']),
    /** Number of the newest entry. */
    no: z.number().int(),
    createdBy: z.string(),
    createdByName: z.string(),
    createdAt: time,
    updatedAt: time,
    deletedAt: time.nullable(),
    purgeAt: time.nullable(),
  })
  .openapi('SharedFlow');
export type FlowView = z.infer<typeof flowSchema>;
export const newFlowSchema = z.object({
  logId: idSchema,
  ...named,
  projectId: idSchema.nullable().default(null),
  visibility: flowVisibility.default('project'),
  kind: z.enum(['main', 'branch', 'catalogue']).default('main'),
  no: z.number().int().min(0).default(0),
  chain: z.string().regex(/^([0-9a-f]{64})?$/).default(''),
});
export type NewFlow = z.output<typeof newFlowSchema>;
export const flowChangeSchema = z.object({ ...named, projectId: idSchema.nullable().optional(), visibility: flowVisibility.optional() });
export type FlowChange = z.output<typeof flowChangeSchema>;

export const activitySchema = z.object({ id: z.number().int(), at: time, actorId: z.string().nullable(), actorName: z.string().nullable(), code: z.string(), params: z.record(z.string(), z.unknown()) }).openapi('Activity');
export type ActivityView = z.infer<typeof activitySchema>;
const meter = z.object({ used: z.number(), limit: z.number().nullable(), warning: z.enum(['near', 'critical', 'full']).nullable() });
export const usageSchema = z
  .object({
    plan: z.enum(PLAN_NAMES),
    members: meter,
    projects: meter,
    storageBytes: meter,
    openInvitations: meter,
    /** Links that have not ended. */
    links: meter,
    flows: z.number().int(),
    /** Of the members. */
    guests: z.number().int(),
    days: z.array(z.object({ day: z.string(), code: z.string(), count: z.number() })),
    /** Plans that the asker can take for it by themselves, smallest first. */
    larger: z.array(z.object({ plan: z.enum(PLAN_NAMES), limits: limits.omit({ workspaces: true }).extend({ openInvitations: z.number(), links: z.number().nullable() }) })),
  })
  .openapi('Usage');
export type UsageView = z.infer<typeof usageSchema>;
/** One line a workspace: how much of its plan it uses. */
export const usageLineSchema = z.object({ workspaceId: z.string(), name: z.string(), plan: z.enum(PLAN_NAMES), members: meter, projects: meter, storageBytes: meter }).openapi('UsageLine');
export type UsageLine = z.infer<typeof usageLineSchema>;
export const subscriptionSchema = z
  .object({ plan: z.enum(PLAN_NAMES), status: z.enum(['active', 'past_due', 'cancelled']), currentPeriodEnd: time.nullable(), limits: limits.extend({ apiKeys: z.number().nullable() }), workspaces: meter })
  .openapi('Subscription');
export type SubscriptionView = z.infer<typeof subscriptionSchema>;
