/** Links by which people without an account look at a flow and the sub-flows that go with it. Nothing here opens a link: addresses, passwords and tokens are hashed. */
import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { log } from './syncSchema.ts';
import { workspace } from './workspaceSchema.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true });

/** A link to a flow, which it shows first. It may no more than who made it may now. */
export const shareLink = pgTable(
  'share_link',
  {
    id: text('id').primaryKey(),
    workspaceId: text('workspace_id').notNull().references(() => workspace.id, { onDelete: 'cascade' }),
    logId: text('log_id').notNull().references(() => log.id, { onDelete: 'cascade' }),
    /** SHA-256 of the random part of the address, hex. */
    addressHash: text('address_hash').notNull().unique(),
    /** What its maker calls it; in an encrypted workspace null, and `sealed` carries it. */
    name: text('name'),
    sealed: text('sealed'),
    /** Argon2id in PHC form. Of an encrypted flow it is that of a proof that follows from the password: the password itself never comes here. */
    passwordHash: text('password_hash'),
    mayComment: boolean('may_comment').notNull().default(false),
    expiresAt: moment('expires_at'),
    createdBy: text('created_by').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
    revokedAt: moment('revoked_at'),
    /** How often somebody opened it. */
    opened: integer('opened').notNull().default(0),
    lastOpenedAt: moment('last_opened_at'),
  },
  (table) => [
    index('share_link_workspace').on(table.workspaceId, table.logId),
    index('share_link_log').on(table.logId),
    check('share_link_named', sql`(${table.name} is null) <> (${table.sealed} is null)`),
  ],
);

/** Sub-flows that a link shows besides its own flow, as whoever made it chose them then. */
export const shareLinkFlow = pgTable(
  'share_link_flow',
  {
    linkId: text('link_id').notNull().references(() => shareLink.id, { onDelete: 'cascade' }),
    logId: text('log_id').notNull().references(() => log.id, { onDelete: 'cascade' }),
    /** By which steps name it: the page knows from this which log to open. */
    flowId: text('flow_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.linkId, table.logId] }), index('share_link_flow_log').on(table.logId)],
);

/** Somebody who has opened a link: until it ends they read by its token, and what they write carries its id. */
export const linkVisit = pgTable(
  'link_visit',
  {
    id: text('id').primaryKey(),
    linkId: text('link_id').notNull().references(() => shareLink.id, { onDelete: 'cascade' }),
    /** SHA-256 of the token, hex. */
    tokenHash: text('token_hash').notNull().unique(),
    createdAt: moment('created_at').notNull().defaultNow(),
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [index('link_visit_link').on(table.linkId), index('link_visit_expiry').on(table.expiresAt)],
);
