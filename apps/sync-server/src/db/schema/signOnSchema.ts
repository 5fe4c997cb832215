/** Single sign-on of workspaces: connections to identity providers, the domains that they speak for, and who came by them. */
import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import { appUser } from './accountsSchema.ts';
import { workspace } from './workspaceSchema.ts';

const at = (name: string) => timestamp(name, { withTimezone: true });
const made = () => at('created_at').notNull().defaultNow();
const person = () => text('user_id').notNull().references(() => appUser.id, { onDelete: 'cascade' });
const connection = () => text('connection_id').notNull().references(() => signOnConnection.id, { onDelete: 'cascade' });

export const signOnConnection = pgTable(
  'sign_on_connection',
  {
    id: text('id').primaryKey(),
    workspaceId: text('workspace_id').notNull().references(() => workspace.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    kind: text('kind', { enum: ['saml', 'oidc'] }).notNull(),
    /** `required`: members with an address of its domains come into the workspace by it alone. */
    mode: text('mode', { enum: ['off', 'on', 'required'] }).notNull().default('off'),
    /** Role of who comes for the first time; null: only who is in a group of the map. */
    defaultRole: text('default_role', { enum: ['admin', 'member', 'commenter', 'viewer'] }),
    /** [{group, role}]: what the provider's groups become here. */
    roleMap: jsonb('role_map').notNull().default([]),
    /** Names of the attributes (SAML) or claims (OpenID Connect); null: the usual ones. */
    emailAttribute: text('email_attribute'),
    groupsAttribute: text('groups_attribute'),
    /** Days that a session lasts that came by it. */
    sessionDays: integer('session_days').notNull().default(7),
    /** SAML: whether the provider may begin. */
    allowUnsolicited: boolean('allow_unsolicited').notNull().default(false),
    idpEntityId: text('idp_entity_id'),
    idpSignInUrl: text('idp_sign_in_url'),
    idpSignInBinding: text('idp_sign_in_binding', { enum: ['redirect', 'post'] }).notNull().default('redirect'),
    idpSignOutUrl: text('idp_sign_out_url'),
    /** Where the provider's metadata were fetched from last; null: they came as text, or the values by hand. */
    idpMetadataUrl: text('idp_metadata_url'),
    /** PEM; several while the provider changes its key. */
    idpCertificates: text('idp_certificates').array().notNull().default(sql`'{}'::text[]`),
    /** Our own certificate, PEM, and its key, sealed. */
    ownCertificate: text('own_certificate'),
    ownKeySealed: text('own_key_sealed'),
    issuer: text('issuer'),
    clientId: text('client_id'),
    clientSecretSealed: text('client_secret_sealed'),
    /** OpenID Connect: take addresses of which the provider does not say whether they are confirmed. */
    trustAddresses: boolean('trust_addresses').notNull().default(false),
    /** OpenID Connect: who signs out here signs out there too, without being asked. */
    signOutThere: boolean('sign_out_there').notNull().default(false),
    testedAt: at('tested_at'),
    /** Why somebody was refused last, for who sets it up. */
    lastProblem: text('last_problem'),
    lastProblemAt: at('last_problem_at'),
    createdBy: text('created_by').notNull(),
    createdAt: made(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (table) => [index('sign_on_connection_workspace').on(table.workspaceId)],
);

/** Domains that a connection claims; it signs in addresses of the proven ones alone, and a domain is proven by one connection only. */
export const signOnDomain = pgTable(
  'sign_on_domain',
  {
    connectionId: connection(),
    /** Lower case, ASCII. */
    domain: text('domain').notNull(),
    /** What its holder publishes; no secret. */
    token: text('token').notNull(),
    provenAt: at('proven_at'),
    method: text('method', { enum: ['dns', 'file'] }),
    /** When its proof was looked for last. */
    checkedAt: at('checked_at'),
    /** Since when the proof is missing; null: it stands. */
    failingSince: at('failing_since'),
    /** It was missing too long: nobody of the domain is signed in until it is back. What the domain demands of members stays. */
    suspendedAt: at('suspended_at'),
    createdAt: made(),
  },
  (table) => [primaryKey({ columns: [table.connectionId, table.domain] }), uniqueIndex('sign_on_domain_proven').on(table.domain).where(sql`proven_at is not null`)],
);

/** Ways to a provider and back that are under way. */
export const signOnFlow = pgTable(
  'sign_on_flow',
  {
    id: text('id').primaryKey(),
    connectionId: connection(),
    purpose: text('purpose', { enum: ['signIn', 'test', 'signOut'] }).notNull(),
    /** SHA-256 of the secret in the browser's cookie, hex. */
    browserHash: text('browser_hash').notNull(),
    /** SAML: id of the request; OpenID Connect: SHA-256 of the state, hex. Null where the provider began. */
    requestId: text('request_id').unique(),
    /** OpenID Connect: {nonce, verifier}, sealed. */
    sealed: text('sealed'),
    /** Who tries it out. */
    userId: text('user_id'),
    next: text('next').notNull(),
    /** What came back, once it was found genuine. */
    claims: jsonb('claims'),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [index('sign_on_flow_browser').on(table.browserHash), index('sign_on_flow_expiry').on(table.expiresAt)],
);

/** Assertions that were taken: none works twice, on any instance. */
export const signOnUsed = pgTable(
  'sign_on_used',
  {
    /** SHA-256 of connection and id, hex. */
    idHash: text('id_hash').primaryKey(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [index('sign_on_used_expiry').on(table.expiresAt)],
);

/** Who somebody at a provider is here. */
export const signOnIdentity = pgTable(
  'sign_on_identity',
  { connectionId: connection(), subject: text('subject').notNull(), userId: person(), createdAt: made(), lastAt: at('last_at').notNull().defaultNow() },
  (table) => [primaryKey({ columns: [table.connectionId, table.subject] }), index('sign_on_identity_user').on(table.userId)],
);

/** One coming by a provider: sessions that go back to it end when it does. */
export const signOnArrival = pgTable(
  'sign_on_arrival',
  {
    id: text('id').primaryKey(),
    connectionId: connection(),
    userId: person(),
    subject: text('subject').notNull(),
    /** SAML: what a request to sign out must name. */
    nameId: jsonb('name_id'),
    sessionIndex: text('session_index'),
    /** OpenID Connect: the ID token that a request to sign out shows the issuer, sealed; null where the issuer takes none. */
    idTokenSealed: text('id_token_sealed'),
    /** SHA-256 of the name under which the sign-in waits for a second factor, hex: not of the challenge, which can be written in many ways. */
    challengeHash: text('challenge_hash'),
    /** When the provider last asked the person itself; null: it does not say. */
    authenticatedAt: at('authenticated_at'),
    createdAt: made(),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [index('sign_on_arrival_subject').on(table.connectionId, table.subject), index('sign_on_arrival_user').on(table.userId), index('sign_on_arrival_challenge').on(table.challengeHash).where(sql`challenge_hash is not null`), index('sign_on_arrival_expiry').on(table.expiresAt)],
);
