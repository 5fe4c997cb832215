/** Workspaces: who belongs where, what is shared there, and what happened. Ids are prefixed UUIDv7. */
import { sql } from 'drizzle-orm';
import { bigint, bigserial, boolean, check, date, foreignKey, index, integer, jsonb, pgTable, primaryKey, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import { log } from './syncSchema.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true });
const madeAt = () => moment('created_at').notNull().defaultNow();

/** A team and its rules. Everything that changes its members, projects or limits locks this row first. */
export const workspace = pgTable(
  'workspace',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    ownerId: text('owner_id').notNull(),
    allowGuests: boolean('allow_guests').notNull().default(false),
    defaultVisibility: text('default_visibility', { enum: ['private', 'team'] }).notNull().default('team'),
    /** Whether flows may be shared by links; null: as the plan says. */
    allowLinks: boolean('allow_links'),
    /** Chosen when it is made, never changed: names and contents of flows come sealed. */
    encrypted: boolean('encrypted').notNull().default(false),
    /** Number of the key that is in use; 0 where nothing is encrypted. */
    epoch: integer('epoch').notNull().default(0),
    /** Somebody who knew the key is gone: the next device that may, makes another one. */
    rotationWantedAt: moment('rotation_wanted_at'),
    createdAt: madeAt(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
    deletedAt: moment('deleted_at'),
    /** When what was deleted is really gone. */
    purgeAt: moment('purge_at'),
  },
  (table) => [index('workspace_owner').on(table.ownerId), index('workspace_purge').on(table.purgeAt).where(sql`purge_at is not null`)],
);

export const member = pgTable(
  'member',
  {
    workspaceId: text('workspace_id').notNull().references(() => workspace.id, { onDelete: 'cascade' }),
    userId: text('user_id').notNull(),
    role: text('role', { enum: ['owner', 'admin', 'member', 'commenter', 'viewer', 'guest'] }).notNull(),
    /** What this member may beyond the role. */
    permissions: text('permissions').array().notNull().default(sql`'{}'::text[]`),
    invitedBy: text('invited_by'),
    joinedAt: moment('joined_at').notNull().defaultNow(),
    lastActiveAt: moment('last_active_at'),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.userId] }),
    index('member_user').on(table.userId),
    uniqueIndex('member_one_owner').on(table.workspaceId).where(sql`role = 'owner'`),
  ],
);

/** An invitation by mail; it can be accepted by whoever has proved that the address is theirs. */
export const invitation = pgTable(
  'invitation',
  {
    id: text('id').primaryKey(),
    workspaceId: text('workspace_id').notNull().references(() => workspace.id, { onDelete: 'cascade' }),
    /** Lower case; empty once it was forgotten. */
    email: text('email').notNull(),
    role: text('role', { enum: ['admin', 'member', 'commenter', 'viewer', 'guest'] }).notNull(),
    /** The project that it opens; a guest needs one. */
    projectId: text('project_id'),
    projectRole: text('project_role', { enum: ['editor', 'commenter', 'viewer'] }),
    /** SHA-256 of the secret in the mail, hex. */
    tokenHash: text('token_hash').notNull().unique(),
    note: text('note').notNull().default(''),
    language: text('language', { enum: ['en', 'de'] }).notNull().default('en'),
    invitedBy: text('invited_by').notNull(),
    createdAt: madeAt(),
    sentAt: moment('sent_at').notNull().defaultNow(),
    /** Mails that were sent for it. */
    sent: integer('sent').notNull().default(1),
    expiresAt: moment('expires_at').notNull(),
    state: text('state', { enum: ['open', 'accepted', 'declined', 'revoked'] }).notNull().default('open'),
    endedAt: moment('ended_at'),
  },
  (table) => [uniqueIndex('invitation_open').on(table.workspaceId, table.email).where(sql`state = 'open'`), index('invitation_email').on(table.email)],
);

/** Flows that belong together. In an encrypted workspace `name` is null and `sealed` carries what only members can read. */
export const project = pgTable(
  'project',
  {
    id: text('id').primaryKey(),
    workspaceId: text('workspace_id').notNull().references(() => workspace.id, { onDelete: 'cascade' }),
    name: text('name'),
    description: text('description').notNull().default(''),
    sealed: text('sealed'),
    visibility: text('visibility', { enum: ['private', 'team'] }).notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: madeAt(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
    deletedAt: moment('deleted_at'),
    purgeAt: moment('purge_at'),
  },
  (table) => [index('project_workspace').on(table.workspaceId), check('project_named', sql`(${table.name} is null) <> (${table.sealed} is null)`)],
);

/** Who is in a private project, and what guests and members may do there beyond their role. */
export const projectMember = pgTable(
  'project_member',
  {
    projectId: text('project_id').notNull().references(() => project.id, { onDelete: 'cascade' }),
    userId: text('user_id').notNull(),
    role: text('role', { enum: ['editor', 'commenter', 'viewer'] }).notNull(),
    addedBy: text('added_by').notNull(),
    addedAt: moment('added_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.projectId, table.userId] }), index('project_member_user').on(table.userId)],
);

/** A log that people share: in which project it is, and how it is called. */
export const sharedLog = pgTable(
  'shared_log',
  {
    logId: text('log_id').primaryKey(),
    workspaceId: text('workspace_id').notNull().references(() => workspace.id, { onDelete: 'cascade' }),
    /** Null: it lies in no project, and everybody in the workspace but guests sees it. */
    projectId: text('project_id').references(() => project.id, { onDelete: 'set null' }),
    name: text('name'),
    sealed: text('sealed'),
    /** `project`: as its project; `private`: who made it, the owner and admins. */
    visibility: text('visibility', { enum: ['project', 'private'] }).notNull().default('project'),
    createdBy: text('created_by').notNull(),
    createdAt: madeAt(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
    deletedAt: moment('deleted_at'),
    purgeAt: moment('purge_at'),
  },
  (table) => [
    foreignKey({ columns: [table.logId], foreignColumns: [log.id] }).onDelete('cascade'),
    index('shared_log_workspace').on(table.workspaceId),
    index('shared_log_project').on(table.projectId),
    check('shared_log_named', sql`(${table.name} is null) <> (${table.sealed} is null)`),
  ],
);

/** What happened in a workspace, for its people to read. No names of flows or projects: ids only. */
export const activity = pgTable(
  'activity',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    workspaceId: text('workspace_id').notNull().references(() => workspace.id, { onDelete: 'cascade' }),
    /** Null: the server itself. */
    actorId: text('actor_id'),
    code: text('code').notNull(),
    params: jsonb('params').notNull(),
    at: moment('at').notNull().defaultNow(),
  },
  (table) => [index('activity_workspace').on(table.workspaceId, table.id)],
);

/** Things done in a workspace, counted by day. */
export const usageDay = pgTable(
  'usage_day',
  {
    workspaceId: text('workspace_id').notNull().references(() => workspace.id, { onDelete: 'cascade' }),
    day: date('day').notNull(),
    code: text('code').notNull(),
    count: bigint('count', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.day, table.code] })],
);

/** The bytes of a workspace as they were measured last. */
export const workspaceStorage = pgTable('workspace_storage', {
  workspaceId: text('workspace_id').primaryKey().references(() => workspace.id, { onDelete: 'cascade' }),
  bytes: bigint('bytes', { mode: 'number' }).notNull(),
  measuredAt: moment('measured_at').notNull().defaultNow(),
});

/** What somebody pays for; who has no row has the plan of the server's config. The plan of a workspace is that of its owner. */
export const subscription = pgTable('subscription', {
  userId: text('user_id').primaryKey(),
  plan: text('plan', { enum: ['free', 'pro', 'team', 'enterprise'] }).notNull(),
  status: text('status', { enum: ['active', 'past_due', 'cancelled'] }).notNull().default('active'),
  currentPeriodEnd: moment('current_period_end'),
  updatedAt: moment('updated_at').notNull().defaultNow(),
});
