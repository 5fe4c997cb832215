import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { mcpConsentSchema, mcpToolNameSchema, type McpConsent, type McpToolName } from '../../api/index.ts';
import type { SettingStore } from '../../db/index.ts';
import { flowTools } from './flowTools.ts';

/** What is kept about the door for other agents. The token itself is kept nowhere, only its hash. */
const rowSchema = z.object({
  isOn: z.boolean().default(false),
  /** Absent until the door was open once. */
  port: z.number().int().optional(),
  tokenHash: z.string().optional(),
  tokenMadeAt: z.number().int().optional(),
  consent: z.partialRecord(mcpToolNameSchema, mcpConsentSchema).default({}),
});
export type AccessRow = z.infer<typeof rowSchema>;

const KEY = 'mcp';

/** The settings of the door: a row of the store, parsed with defaults so that a damaged one leaves the door shut. */
export interface AccessSettings {
  get(): AccessRow;
  change(part: Partial<AccessRow>): void;
  consentFor(tool: McpToolName): McpConsent;
  /** A new token of 256 random bits; the one before is forgotten. It is told here and never again. */
  newToken(at: number): string;
  /** True for the token of now; takes the same time for every wrong one. */
  isToken(candidate: string): boolean;
}

/** The settings on a store. */
export function createAccessSettings(store: Pick<SettingStore, 'get' | 'set'>): AccessSettings {
  let row = rowSchema.catch(() => rowSchema.parse({})).parse(store.get(KEY) ?? {});
  const change = (part: Partial<AccessRow>) => {
    const next = rowSchema.parse({ ...row, ...part });
    store.set(KEY, next);
    row = next;
  };
  return {
    get: () => row,
    change,
    // Looking is free unless the person says otherwise; what reaches into their work is asked about.
    consentFor: (tool) => row.consent[tool] ?? (flowTools[tool].effect === 'read' ? 'allow' : 'ask'),
    newToken(at) {
      const token = `uxf_${randomBytes(32).toString('base64url')}`;
      change({ tokenHash: hash(token), tokenMadeAt: at });
      return token;
    },
    isToken(candidate) {
      if (row.tokenHash === undefined) return false;
      const [a, b] = [Buffer.from(hash(candidate)), Buffer.from(row.tokenHash)];
      return a.length === b.length && timingSafeEqual(a, b);
    },
  };
}

// A plain hash is enough: the token is random, so there is nothing to guess from a list.
function hash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
