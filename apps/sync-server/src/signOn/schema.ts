/** What goes in and out of the routes of single sign-on. */
import { z } from '@hono/zod-openapi';
import { nameSchema } from '../accounts/schema.ts';
import { MOST_CERTIFICATES } from './samlMetadata.ts';

export const joinRoleSchema = z.enum(['admin', 'member', 'commenter', 'viewer']);
const attribute = z.string().trim().min(1).max(300).nullable();
const address = z.url().max(1000);

/** Changes; what is left out stays. */
export const connectionChangeSchema = z
  .strictObject({
    name: nameSchema,
    mode: z.enum(['off', 'on', 'required']),
    /** null: only who is in a group of the map comes in. */
    defaultRole: joinRoleSchema.nullable(),
    roleMap: z.array(z.strictObject({ group: z.string().trim().min(1).max(300), role: joinRoleSchema })).max(50),
    emailAttribute: attribute,
    groupsAttribute: attribute,
    sessionDays: z.number().int().min(1).max(30),
    allowUnsolicited: z.boolean(),
    /** SAML: the provider's metadata as XML; in place of the four that follow. */
    metadata: z.string().max(512 * 1024),
    /** SAML: where the provider publishes them; they are fetched now, and again whenever this is sent. */
    metadataUrl: address,
    idpEntityId: z.string().trim().min(1).max(1000),
    idpSignInUrl: address,
    idpSignOutUrl: address.nullable(),
    /** PEM or base64; several while the provider changes its key. */
    certificates: z.array(z.string().max(20_000)).min(1).max(MOST_CERTIFICATES),
    issuer: address,
    clientId: z.string().trim().min(1).max(500),
    /** Never shown again; empty takes it away. */
    clientSecret: z.string().max(2000),
    trustAddresses: z.boolean(),
    /** OpenID Connect: who signs out here signs out there too, without being asked. */
    signOutThere: z.boolean(),
  })
  .partial()
  .openapi('SignOnConnectionChange');
export type ConnectionChange = z.output<typeof connectionChangeSchema>;

export const newConnectionSchema = z.strictObject({ kind: z.enum(['saml', 'oidc']), name: nameSchema });

export const domainSchema = z
  .object({
    domain: z.string(),
    /** ms UTC; null: not proved yet. */
    provenAt: z.number().int().nullable(),
    method: z.enum(['dns', 'file']).nullable(),
    /** ms UTC; since when the proof of a proved domain is not found any more. */
    failingSince: z.number().int().nullable(),
    /** ms UTC; since when nobody of the domain is signed in because of that. */
    suspendedAt: z.number().int().nullable(),
    /** Either of the two proves it. */
    record: z.object({ name: z.string(), type: z.literal('TXT'), value: z.string() }),
    file: z.object({ url: z.string(), content: z.string() }),
  })
  .openapi('SignOnDomain');
export type DomainView = z.output<typeof domainSchema>;

/** A domain as people write it, in the form in which it is compared. */
export const domainNameSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^[^\s/@:?#[\]\\]+$/)
  .transform((text) => (URL.canParse(`http://${text}/`) ? new URL(`http://${text}/`).hostname : ''))
  .pipe(z.string().regex(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/));

export const connectionSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['saml', 'oidc']),
    name: z.string(),
    mode: z.enum(['off', 'on', 'required']),
    defaultRole: joinRoleSchema.nullable(),
    roleMap: z.array(z.object({ group: z.string(), role: joinRoleSchema })),
    emailAttribute: z.string().nullable(),
    groupsAttribute: z.string().nullable(),
    sessionDays: z.number().int(),
    allowUnsolicited: z.boolean(),
    idpEntityId: z.string().nullable(),
    idpSignInUrl: z.string().nullable(),
    idpSignOutUrl: z.string().nullable(),
    /** Where the metadata came from last; null: they were given as text, or the values by hand. */
    idpMetadataUrl: z.string().nullable(),
    certificates: z.array(z.object({ subject: z.string(), fingerprint: z.string(), validTo: z.number().int(), pem: z.string() })),
    issuer: z.string().nullable(),
    clientId: z.string().nullable(),
    hasClientSecret: z.boolean(),
    trustAddresses: z.boolean(),
    signOutThere: z.boolean(),
    domains: z.array(domainSchema),
    testedAt: z.number().int().nullable(),
    lastProblem: z.object({ code: z.string(), at: z.number().int() }).nullable(),
    /** What the provider must be told. */
    ours: z.object({ entityId: z.string().optional(), acs: z.string().optional(), slo: z.string().optional(), callback: z.string().optional(), signedOut: z.string().optional(), link: z.string() }),
    /** What is missing before it can be switched on. */
    missing: z.array(z.string()),
  })
  .openapi('SignOnConnection');
export type ConnectionView = z.output<typeof connectionSchema>;
