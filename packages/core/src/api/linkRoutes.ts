/** Links by which people without an account look at a shared flow. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { idSchema } from '../flow/fieldKind.ts';

const time = z.number().int();
/** Sub-flows that a link shows besides its own flow. */
const MOST_SUBFLOWS = 100;

export const shareLinkSchema = z.object({
  id: z.string(),
  /** '' where it is sealed and its key is not here. */
  name: z.string(),
  hasPassword: z.boolean(),
  mayComment: z.boolean(),
  /** Sub-flows that it shows besides, as they were chosen. `name`: '' where the flow is not on this device. */
  subflows: z.array(z.object({ id: z.string(), name: z.string() })),
  /** ms UTC; null: it does not end by itself. */
  expiresAt: time.nullable(),
  /** `held`: who made it may not share the flow any more, or the workspace forbids links. */
  state: z.enum(['open', 'expired', 'held']),
  createdByName: z.string(),
  createdAt: time,
  opened: z.number().int(),
  lastOpenedAt: time.nullable(),
  /** Whether this account may change and revoke it. */
  mayChange: z.boolean(),
  /** What to send; only the device that made the link has it. */
  address: z.string().optional(),
});
export type ShareLink = z.infer<typeof shareLinkSchema>;

/** The links to a flow, and what this account may do about them. */
export const shareLinksSchema = z.object({
  links: z.array(shareLinkSchema),
  /** Whether the workspace lets its flows be shared by links. */
  allowed: z.boolean(),
  /** Whether this account may change that. */
  mayAllow: z.boolean(),
  /** Days after which a new link ends at the latest, by the workspace's plan; null: none. */
  mostDays: z.number().nullable(),
  /** True where the flow is encrypted: the key is part of the address, and a password cannot be changed. */
  encrypted: z.boolean(),
  /** Sub-flows that this flow leads to and that can go with a new link, nearest first. */
  subflows: z.array(z.object({ id: z.string(), name: z.string() })),
  /** How many more it leads to that cannot: they are not shared in this workspace, or not on this device. */
  otherSubflows: z.number().int(),
});
export type ShareLinks = z.infer<typeof shareLinksSchema>;

const nothing = z.object({});
const ofFlow = z.object({ flowId: idSchema });
const ofLink = ofFlow.extend({ linkId: z.string().min(1).max(100) });
const name = z.string().trim().min(1).max(100);
const password = z.string().min(8).max(200);

export const linkRoutes = {
  /** Throws FLOW_NOT_SHARED, PERMISSION_MISSING. */
  list: oc.input(ofFlow).output(shareLinksSchema),
  /** `subflowIds`: which of `subflows` go with it; one that is gone by now does not. Throws LINKS_NOT_ALLOWED, LINK_LIMIT, LINK_EXPIRY…, and for an encrypted flow what keeps its key away; then nothing was made. */
  create: oc.input(ofFlow.extend({ name, password: password.optional(), mayComment: z.boolean(), expiresAt: time.nullable(), subflowIds: z.array(idSchema).max(MOST_SUBFLOWS).optional() })).output(shareLinkSchema),
  /** `subflowIds`: all that it shows from now on, of those that it shows already and of `subflows`. */
  change: oc.input(ofLink.extend({ name: name.optional(), password: password.nullable().optional(), mayComment: z.boolean().optional(), expiresAt: time.nullable().optional(), subflowIds: z.array(idSchema).max(MOST_SUBFLOWS).optional() })).output(nothing),
  /** Whoever looks by it is cut at once. */
  revoke: oc.input(ofLink).output(nothing),
  /** Whether flows of the workspace may be shared by links. */
  allow: oc.input(ofFlow.extend({ allowed: z.boolean() })).output(nothing),
};
