/** What goes in and out of the routes of accounts. */
import { z } from '@hono/zod-openapi';
import { PERMISSIONS } from '../access/permissions.ts';
import { PASSWORD_LENGTH } from './passwordPolicy.ts';

/** An address; it is trimmed and made lower case. */
export const emailSchema = z.string().trim().toLowerCase().max(254).pipe(z.email());
/** A password as it is typed; whether it does is a question for the policy. */
export const passwordSchema = z.string().min(1).max(PASSWORD_LENGTH.max * 4);
export const nameSchema = z.string().trim().min(1).max(100).regex(/^[^\p{Cc}]*$/u);
export const languageSchema = z.enum(['en', 'de']);
/** A secret out of a link or a code. */
export const tokenSchema = z.string().trim().min(16).max(2000);
/** `bearer`: the secret is in the answer, for apps; `cookie`: it is in a cookie that no script can read, for pages of this server. */
export const sessionFormSchema = z.enum(['bearer', 'cookie']).default('bearer');
export const deviceNameSchema = z.string().trim().min(1).max(100).optional();

export const preferencesSchema = z
  .object({
    language: languageSchema.default('en'),
    theme: z.enum(['system', 'light', 'dark']).default('system'),
    timezone: z.string().max(64).regex(/^[A-Za-z0-9_+\-/]+$/).default('UTC'),
    notifications: z
      .object({ mentions: z.boolean().default(true), invitations: z.boolean().default(true), signIns: z.boolean().default(true), productNews: z.boolean().default(false) })
      .prefault({}),
  })
  .openapi('Preferences');
export type Preferences = z.output<typeof preferencesSchema>;

/** Changes of preferences: what is left out stays. No defaults here: they would overwrite. */
export const preferencesChangeSchema = z.strictObject({
  language: languageSchema.optional(),
  theme: z.enum(['system', 'light', 'dark']).optional(),
  timezone: z.string().max(64).regex(/^[A-Za-z0-9_+\-/]+$/).optional(),
  notifications: z.strictObject({ mentions: z.boolean(), invitations: z.boolean(), signIns: z.boolean(), productNews: z.boolean() }).partial().optional(),
});
export type PreferencesChange = z.output<typeof preferencesChangeSchema>;

export const registerSchema = z.strictObject({ email: emailSchema, password: passwordSchema, name: nameSchema, language: languageSchema.default('en') }).openapi('Register');
export const loginSchema = z.strictObject({ email: emailSchema, password: passwordSchema, remember: z.boolean().default(true), deviceName: deviceNameSchema, as: sessionFormSchema }).openapi('Login');
export const secondFactorSchema = z.strictObject({ challenge: tokenSchema, code: z.string().trim().min(6).max(32), kind: z.enum(['totp', 'backup']).default('totp'), deviceName: deviceNameSchema, as: sessionFormSchema });

export const meSchema = z
  .object({
    id: z.string(),
    email: z.string(),
    emailVerified: z.boolean(),
    name: z.string(),
    role: z.enum(['user', 'admin', 'super_admin']),
    twoFactor: z.boolean(),
    passkeys: z.number().int(),
    hasPassword: z.boolean(),
    providers: z.array(z.string()),
    preferences: preferencesSchema,
    createdAt: z.number().int(),
    /** ms UTC; null: nobody asked for it. */
    deleteAt: z.number().int().nullable(),
  })
  .openapi('Me');
export type Me = z.output<typeof meSchema>;

export const signedInSchema = z
    .object({ status: z.literal('signedIn'), token: z.string().optional(), expiresAt: z.number().int(), user: meSchema })
  .openapi('SignedIn');
export const challengeSchema = z.object({ status: z.literal('secondFactor'), challenge: z.string(), methods: z.array(z.string()) }).openapi('Challenge');

export const sessionSchema = z
  .object({ id: z.string(), kind: z.enum(['web', 'desktop']), deviceName: z.string().nullable(), userAgent: z.string().nullable(), address: z.string().nullable(), createdAt: z.number().int(), lastSeenAt: z.number().int(), expiresAt: z.number().int(), current: z.boolean() })
  .openapi('Session');

/** Scopes of keys are the permissions in workspaces that do not belong to persons alone. */
export const API_SCOPES = PERMISSIONS.filter((one) => !['delete_workspace', 'transfer_ownership', 'manage_billing', 'manage_keys', 'manage_sign_on'].includes(one));
export const newKeySchema = z.strictObject({
  name: nameSchema,
  scopes: z.array(z.enum(API_SCOPES as [string, ...string[]])).min(1).max(30),
  workspaceId: z.string().max(100).optional(),
  expiresInDays: z.number().int().min(1).max(365).default(90),
});
export const keySchema = z
  .object({ id: z.string(), name: z.string(), start: z.string(), scopes: z.array(z.string()), workspaceId: z.string().nullable(), createdAt: z.number().int(), expiresAt: z.number().int().nullable(), lastUsedAt: z.number().int().nullable(), uses: z.number().int() })
  .openapi('ApiKey');
