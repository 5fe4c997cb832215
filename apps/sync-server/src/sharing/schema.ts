/** What the routes of links take and give. Times are ms UTC. */
import { z } from '@hono/zod-openapi';
import { linkKeySchema } from '@uxflow/core/keyMessages';
import { nextSchema } from '../workspaces/paging.ts';
import { idSchema } from '../workspaces/schema.ts';

const time = z.number().int();
const name = z.string().trim().min(1).max(100).regex(/^[^\p{Cc}]*$/u, 'must be one line');
const sealed = z.string().regex(/^[A-Za-z0-9_-]+$/).max(8192);
const password = z.string().min(8).max(200);
const end = time.positive().max(8_640_000_000_000_000).nullable();
/** The random part of an address: 24 bytes, base64url. */
const addressSchema = z.string().regex(/^[A-Za-z0-9_-]{32}$/);

export const linkSchema = z
  .object({
    id: z.string(),
    logId: z.string(),
    name: z.string().nullable(),
    sealed: z.string().nullable(),
    hasPassword: z.boolean(),
    mayComment: z.boolean(),
    /** Sub-flows that it shows besides: the log of each, and the id by which steps name it. */
    flows: z.array(z.object({ logId: z.string(), flowId: z.string() })),
    /** What a member's device gives it the keys of more flows with; null where nothing is encrypted. */
    key: linkKeySchema.pick({ epoch: true, salt: true, forMembers: true }).nullable(),
    expiresAt: time.nullable(),
    /** `open`: it works; `expired`; `held`: who made it may not share the flow any more, or the workspace forbids links. */
    state: z.enum(['open', 'expired', 'held']),
    createdBy: z.string(),
    createdByName: z.string(),
    createdAt: time,
    opened: z.number().int(),
    lastOpenedAt: time.nullable(),
    /** Whether the asker may change and revoke it. */
    mayChange: z.boolean(),
  })
  .openapi('ShareLink');
export type LinkView = z.infer<typeof linkSchema>;

/** With what the asker may do about links at all. `mostDays`: after which a new one ends at the latest. */
export const linkListSchema = z.object({ links: z.array(linkSchema), next: nextSchema, allowed: z.boolean(), mayAllow: z.boolean(), mostDays: z.number().nullable() });
export type LinkList = z.infer<typeof linkListSchema>;

const sealedKey = linkKeySchema.pick({ epoch: true, sealed: true, forMembers: true });
/** Sub-flows of a link. */
const MOST_FLOWS = 100;

const flows = z.array(z.object({ logId: idSchema, flowId: idSchema, key: sealedKey.optional() })).max(MOST_FLOWS);

export const newLinkSchema = z.object({
  logId: idSchema,
  flows: flows.default([]).openapi({ description: 'Sub-flows that it shows besides: flows of this workspace that you see. `flowId`: by which steps name it.' }),
  /** `link_` and random characters; needed with `key`, which is bound to it. */
  id: z.string().regex(/^link_[A-Za-z0-9_-]{16,80}$/).optional(),
  name: name.optional(),
  sealed: sealed.optional(),
  password: password.optional().openapi({ description: 'Of an encrypted flow: the proof that follows from the password.' }),
  mayComment: z.boolean().default(false),
  expiresAt: end.default(null),
  key: sealedKey.extend({ salt: linkKeySchema.shape.salt }).optional(),
});
export type NewShareLink = z.output<typeof newLinkSchema>;

export const linkChangeSchema = z.object({
  name: name.optional(),
  sealed: sealed.optional(),
  password: password.nullable().optional().openapi({ description: 'Null takes it away. Whoever looks by the link has to open it again.' }),
  mayComment: z.boolean().optional(),
  expiresAt: end.optional(),
  flows: flows.optional().openapi({ description: 'All its sub-flows from now on. `key`: of those that it did not have.' }),
});
export type LinkChange = z.output<typeof linkChangeSchema>;

export const madeLinkSchema = linkSchema.extend({
  /** What to send. It is shown this once: the server keeps only its hash. */
  address: z.string(),
});
export type MadeLink = z.infer<typeof madeLinkSchema>;

export const openLinkSchema = z.object({ address: addressSchema, password: z.string().max(200).optional() });
export type OpenLinkRequest = z.output<typeof openLinkSchema>;

export const openedLinkSchema = z
  .object({
    /** Bearer of the socket; for the flows of this link. */
    token: z.string(),
    expiresAt: time,
    /** Id in whose name comments are written. */
    visitorId: z.string(),
    linkId: z.string(),
    logId: z.string(),
    /** Null where it is sealed. */
    name: z.string().nullable(),
    mayComment: z.boolean(),
    /** The flow's keys, sealed under the secret of the address; null where nothing is encrypted. */
    key: linkKeySchema.nullable(),
    /** Sub-flows that it shows, as far as it may now. */
    flows: z.array(z.object({ logId: z.string(), flowId: z.string(), name: z.string().nullable(), key: linkKeySchema.nullable() })),
  })
  .openapi('OpenedLink');
export type OpenedLink = z.infer<typeof openedLinkSchema>;

/** What whoever opens a link with a password is told beside the refusal. */
export interface PasswordParams {
  /** Of an encrypted flow: what the proof is made with. */
  salt?: string;
}
