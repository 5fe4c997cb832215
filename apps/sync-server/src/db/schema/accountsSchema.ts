/** People, how they prove who they are, and what was done to accounts. `user` is a reserved word of SQL, hence `app_user`. */
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';

const at = (name: string) => timestamp(name, { withTimezone: true });
const created = () => at('created_at').notNull().defaultNow();
const updated = () => at('updated_at').notNull().defaultNow();
const owner = () =>
  text('user_id')
    .notNull()
    .references(() => appUser.id, { onDelete: 'cascade' });

export const appUser = pgTable(
  'app_user',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    /** Lower case. */
    email: text('email').notNull().unique(),
    emailVerified: boolean('email_verified').notNull().default(false),
    image: text('image'),
    role: text('role', { enum: ['user', 'admin', 'super_admin'] }).notNull().default('user'),
    status: text('status', { enum: ['active', 'suspended'] }).notNull().default('active'),
    /** {language, theme, timezone, notifications}; accounts/schema.ts says what may stand here. */
    preferences: jsonb('preferences').notNull().default({}),
    twoFactorEnabled: boolean('two_factor_enabled').notNull().default(false),
    passwordChangedAt: at('password_changed_at'),
    /** Set while the account waits for its deletion; a job deletes it from then on. */
    deleteAt: at('delete_at'),
    createdAt: created(),
    updatedAt: updated(),
  },
  (table) => [index('app_user_delete').on(table.deleteAt)],
);

/** One way to sign in: a password (provider `credential`) or an account with an identity provider. */
export const credential = pgTable(
  'credential',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    userId: owner(),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: at('access_token_expires_at'),
    refreshTokenExpiresAt: at('refresh_token_expires_at'),
    scope: text('scope'),
    /** Argon2id in PHC form. */
    password: text('password'),
    createdAt: created(),
    updatedAt: updated(),
  },
  (table) => [index('credential_user').on(table.userId), uniqueIndex('credential_account').on(table.providerId, table.accountId)],
);

/** Passwords that an account had before; none of them may come back. */
export const formerPassword = pgTable('former_password', { id: text('id').primaryKey(), userId: owner(), hash: text('hash').notNull(), createdAt: created() }, (table) => [index('former_password_user').on(table.userId)]);

/** Short-lived facts of sign-in (states, challenges, links); identifiers of links are hashed. */
export const verification = pgTable(
  'verification',
  { id: text('id').primaryKey(), identifier: text('identifier').notNull(), value: text('value').notNull(), expiresAt: at('expires_at').notNull(), createdAt: created(), updatedAt: updated() },
  (table) => [index('verification_identifier').on(table.identifier), index('verification_expiry').on(table.expiresAt)],
);

/** Secrets of second factors, encrypted by the server's secret. */
export const twoFactor = pgTable(
  'two_factor',
  {
    id: text('id').primaryKey(),
    secret: text('secret').notNull(),
    backupCodes: text('backup_codes').notNull(),
    userId: owner(),
    verified: boolean('verified').default(true),
    failedVerificationCount: integer('failed_verification_count').default(0),
    lockedUntil: at('locked_until'),
  },
  (table) => [index('two_factor_user').on(table.userId)],
);

/** Codes of second factors that were used: none works twice. */
export const usedCode = pgTable('used_code', { userId: owner(), codeHash: text('code_hash').notNull(), usedAt: at('used_at').notNull().defaultNow() }, (table) => [primaryKey({ columns: [table.userId, table.codeHash] })]);

export const apiKey = pgTable(
  'api_key',
  {
    id: text('id').primaryKey(),
    /** Null for a key of a service. */
    userId: text('user_id').references(() => appUser.id, { onDelete: 'cascade' }),
    /** The only workspace that it may touch; null: all of its person. */
    workspaceId: text('workspace_id'),
    name: text('name').notNull(),
    /** First characters, to tell keys apart. */
    start: text('start').notNull(),
    /** SHA-256 of the key, hex. */
    secretHash: text('secret_hash').notNull().unique(),
    scopes: text('scopes').array().notNull(),
    expiresAt: at('expires_at'),
    revokedAt: at('revoked_at'),
    lastUsedAt: at('last_used_at'),
    uses: integer('uses').notNull().default(0),
    createdAt: created(),
  },
  (table) => [index('api_key_user').on(table.userId)],
);

/** Failed sign-ins; `subject` is a hash of the account's address or the network address, so that no list of addresses stands here. */
export const failedSignIn = pgTable(
  'failed_sign_in',
  { id: text('id').primaryKey(), accountHash: text('account_hash').notNull(), addressHash: text('address_hash').notNull(), at: at('at').notNull().defaultNow() },
  (table) => [index('failed_sign_in_account').on(table.accountHash, table.at), index('failed_sign_in_address').on(table.addressHash, table.at)],
);

/** Accounts and network addresses that may not try for a while. */
export const signInLock = pgTable('sign_in_lock', { subject: text('subject').primaryKey(), until: at('until').notNull(), failures: integer('failures').notNull() });

/** One-time codes by which a browser that has signed in hands a session to the desktop. */
export const signInCode = pgTable(
  'sign_in_code',
  {
    /** SHA-256 of the code, hex. */
    codeHash: text('code_hash').primaryKey(),
    userId: owner(),
    challenge: text('challenge').notNull(),
    redirectUri: text('redirect_uri').notNull(),
    deviceName: text('device_name').notNull(),
    /** That of the session that approved it. */
    method: text('method'),
    /** That of the session that approved it, where it came by single sign-on. */
    arrivalId: text('arrival_id'),
    expiresAt: at('expires_at').notNull(),
    usedAt: at('used_at'),
    /** Session that it became, to end it when the code comes a second time. */
    sessionId: text('session_id'),
  },
  (table) => [index('sign_in_code_expiry').on(table.expiresAt)],
);

/** What was done to accounts: kept when the account is gone, then without a name. */
export const auditEvent = pgTable(
  'audit_event',
  {
    id: text('id').primaryKey(),
    at: at('at').notNull().defaultNow(),
    /** AUTH_…, ACCOUNT_…, TWO_FACTOR_…, SESSION_…, API_KEY_…, SECURITY_…, WORKSPACE_…, PERMISSION_…, DATA_… */
    kind: text('kind').notNull(),
    userId: text('user_id'),
    workspaceId: text('workspace_id'),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    data: jsonb('data').notNull().default({}),
  },
  (table) => [index('audit_event_user').on(table.userId, table.at), index('audit_event_workspace').on(table.workspaceId, table.at)],
);

/** Values that all instances share, such as the secret that they make when none is configured. */
export const serverSetting = pgTable('server_setting', { name: text('name').primaryKey(), value: text('value').notNull(), createdAt: created() });
