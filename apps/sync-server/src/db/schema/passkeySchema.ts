/** Passkeys, and what is asked of an authenticator while it is at it. */
import { bigint, boolean, customType, index, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { appUser } from './accountsSchema.ts';

const at = (name: string) => timestamp(name, { withTimezone: true });
const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

export const passkey = pgTable(
  'passkey',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => appUser.id, { onDelete: 'cascade' }),
    /** As the authenticator names it, base64url. */
    credentialId: text('credential_id').notNull().unique(),
    /** COSE. */
    publicKey: bytes('public_key').notNull(),
    /** How often the authenticator says that it signed; 0 for ever where it does not count. */
    counter: bigint('counter', { mode: 'number' }).notNull(),
    transports: text('transports').array().notNull(),
    /** True when its maker copies it to other devices of the person. */
    synced: boolean('synced').notNull(),
    /** Model of the authenticator. */
    aaguid: text('aaguid').notNull(),
    name: text('name').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    lastUsedAt: at('last_used_at'),
  },
  (table) => [index('passkey_user').on(table.userId)],
);

/** Challenges that wait for their answer: each is taken once, within minutes. */
export const passkeyChallenge = pgTable(
  'passkey_challenge',
  {
    /** SHA-256 of the challenge, hex. */
    challengeHash: text('challenge_hash').primaryKey(),
    purpose: text('purpose', { enum: ['register', 'signIn', 'confirm'] }).notNull(),
    /** Whose it is; null for a sign-in: who comes is not known yet. */
    userId: text('user_id').references(() => appUser.id, { onDelete: 'cascade' }),
    /** The session that asked; null for a sign-in. */
    sessionId: text('session_id'),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [index('passkey_challenge_expiry').on(table.expiresAt)],
);
