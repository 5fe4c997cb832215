/** What the server keeps for end-to-end encryption (docs/keys.md): public keys, and sealed bytes that nothing here opens. Binary is base64url. */
import { index, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { appUser } from './accountsSchema.ts';
import { log } from './syncSchema.ts';
import { invitation, workspace } from './workspaceSchema.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true });
const madeAt = () => moment('made_at').notNull().defaultNow();
const ofUser = () => text('user_id').notNull().references(() => appUser.id, { onDelete: 'cascade' });
const ofWorkspace = () => text('workspace_id').notNull().references(() => workspace.id, { onDelete: 'cascade' });

/** An account's keys; the private half lies under its recovery kit. */
export const accountKey = pgTable('account_key', {
  userId: ofUser().primaryKey(),
  box: text('box').notNull(),
  sign: text('sign').notNull(),
  proof: text('proof').notNull(),
  sealed: text('sealed').notNull(),
  /** How often the account began with new keys. */
  version: integer('version').notNull(),
  madeAt: madeAt(),
});

/** Account keys on their way to another device, under a code that is shown on the old one. */
export const deviceCode = pgTable(
  'device_code',
  { id: text('id').primaryKey(), userId: ofUser(), sealed: text('sealed').notNull(), expiresAt: moment('expires_at').notNull() },
  (table) => [index('device_code_user').on(table.userId), index('device_code_expiry').on(table.expiresAt)],
);

/** The keys that a workspace had, each with the one before it sealed under it. */
export const workspaceEpoch = pgTable(
  'workspace_epoch',
  { workspaceId: ofWorkspace(), epoch: integer('epoch').notNull(), commitment: text('commitment').notNull(), link: text('link'), makerId: text('maker_id').notNull(), madeAt: madeAt() },
  (table) => [primaryKey({ columns: [table.workspaceId, table.epoch] })],
);

/** The newest key that each member was given. Rows of former members stay until the next key is made: they tell that it is needed. */
export const keyWrap = pgTable(
  'key_wrap',
  {
    workspaceId: ofWorkspace(),
    memberId: text('member_id').notNull(),
    epoch: integer('epoch').notNull(),
    box: text('box').notNull(),
    sealed: text('sealed').notNull(),
    commitment: text('commitment').notNull(),
    makerId: text('maker_id').notNull(),
    makerSign: text('maker_sign').notNull(),
    signature: text('signature').notNull(),
    madeAt: madeAt(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.memberId] })],
);

/** The key for who comes by an invitation, under the secret of its link; handed out once. */
export const invitationKey = pgTable('invitation_key', {
  invitationId: text('invitation_id')
    .primaryKey()
    .references(() => invitation.id, { onDelete: 'cascade' }),
  workspaceId: ofWorkspace(),
  epoch: integer('epoch').notNull(),
  sealed: text('sealed').notNull(),
  makerId: text('maker_id').notNull(),
  madeAt: madeAt(),
  takenBy: text('taken_by'),
  takenAt: moment('taken_at'),
  /** What the newcomer showed: whoever knows the secret can check it. */
  proof: text('proof'),
});

/** The keys of each flow of a link, under the secret of its address. */
export const linkKey = pgTable(
  'link_key',
  {
    linkId: text('link_id').notNull(),
    workspaceId: ofWorkspace(),
    logId: text('log_id').notNull().references(() => log.id, { onDelete: 'cascade' }),
    epoch: integer('epoch').notNull(),
    salt: text('salt'),
    sealed: text('sealed').notNull(),
    forMembers: text('for_members').notNull(),
    madeAt: madeAt(),
  },
  (table) => [primaryKey({ columns: [table.linkId, table.logId] }), index('link_key_workspace').on(table.workspaceId)],
);
