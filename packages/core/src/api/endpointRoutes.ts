import { oc } from '@orpc/contract';
import { z } from 'zod';

/** How an endpoint is reached beside its address and key, as the settings keep it: what is secret lies with the host's secrets. */
export const endpointSettingsSchema = z.object({
  /** PEM certificates of authorities that this machine does not know by itself. */
  ca: z.string().max(200_000).optional(),
  /** The address without name and password; the password is a secret. */
  proxy: z.object({ url: z.string().max(500), user: z.string().max(200).optional() }).optional(),
  /** Names of further headers; their values are secrets. */
  headerNames: z.array(z.string().max(100)).max(20).default([]),
  /** Azure's version of its protocol: '2024-10-21'. */
  apiVersion: z.string().max(40).optional(),
});
export type EndpointSettings = z.infer<typeof endpointSettingsSchema>;

/** How the breaker of an endpoint stands; see `BreakerState`. */
export const endpointHealthSchema = z.object({
  phase: z.enum(['closed', 'open', 'halfOpen']),
  failures: z.number().int(),
  retryAt: z.number().optional(),
  errorCode: z.string().optional(),
});
export type EndpointHealth = z.infer<typeof endpointHealthSchema>;

/** What a screen may know of an endpoint: no value of a header, no password. */
export const endpointViewSchema = z.object({
  certificates: z.array(z.object({ name: z.string(), /** ms UTC. */ validTo: z.number() })),
  proxy: z.object({ url: z.string(), user: z.string().optional(), hasPassword: z.boolean() }).optional(),
  headerNames: z.array(z.string()),
  apiVersion: z.string().optional(),
  health: endpointHealthSchema,
});
export type EndpointView = z.infer<typeof endpointViewSchema>;

const baseUrl = z.string().max(500);

/** A change of a connection: null takes away, what is absent stays. */
export const endpointChangeSchema = z.object({
  ca: z.string().max(200_000).nullable().optional(),
  /** A name and password inside the address are taken out of it and kept where they belong. */
  proxy: z.object({ url: z.string().max(500), user: z.string().max(200).optional(), password: z.string().max(500).nullable().optional() }).nullable().optional(),
  header: z.object({ name: z.string().max(100), value: z.string().max(4_000).nullable() }).optional(),
  apiVersion: z.string().max(40).nullable().optional(),
});
export type EndpointChange = z.infer<typeof endpointChangeSchema>;

export const endpointRoutes = {
  get: oc.input(z.object({ baseUrl })).output(endpointViewSchema),
  /** Changes what is given; the answer is the whole. Throws ENDPOINT_CA_INVALID, ENDPOINT_HEADER_INVALID, ENDPOINT_PROXY_INVALID; then nothing was changed. */
  set: oc.input(z.object({ baseUrl, change: endpointChangeSchema })).output(endpointViewSchema),
};
