import { z } from 'zod';
import { keyNoteSchema, type KeyNote } from '../../api/keyRoutes.ts';
import type { DataFolder } from '../../db/index.ts';
import type { KeyMemory } from '../../sync/keys/index.ts';

/** An invitation whose secret lies in the host's secret store. */
export interface KeptInvitation {
  workspaceId: string;
  /** Number of the key that lies at the server under the secret. */
  epoch: number;
  /** ms UTC. */
  at: number;
}

/** What this device remembers of keys for one account: nothing of it is secret, and none of it may be forgotten. */
export interface KeptKeys extends KeyMemory {
  /** Workspaces that were encrypted once: whoever says later that one is not, is not believed. */
  encrypted: readonly string[];
  invitations: Readonly<Record<string, KeptInvitation>>;
  /** By workspace. */
  notes: Readonly<Record<string, KeyNote[]>>;
}

/** The memory of an account, in the settings of the data folder. */
export interface KeyStore {
  get(): KeptKeys;
  /** Durable when it returns. */
  set(change: Partial<KeptKeys>): void;
}

const MAX_NOTES = 20;
const pin = z.object({ box: z.string(), sign: z.string(), seenAt: z.number(), verifiedAt: z.number().optional() });
const step = z.object({ epoch: z.number().int(), commitment: z.string(), link: z.string().optional() });
const keptSchema = z.object({
  pins: z.record(z.string(), pin),
  epochs: z.record(z.string(), step),
  encrypted: z.array(z.string()).default([]),
  invitations: z.record(z.string(), z.object({ workspaceId: z.string(), epoch: z.number().int(), at: z.number() })).default({}),
  notes: z.record(z.string(), z.array(keyNoteSchema)).default({}),
});

/** The memory of this account at this server. Throws what a damaged one does not parse to: pins that are lost silently would be pins that anybody can change. */
export function openKeyMemory({ settings }: Pick<DataFolder, 'settings'>, server: string, userId: string): KeyStore {
  const key = `key-memory:${server}:${userId}`;
  const stored = settings.get(key);
  let kept: KeptKeys = stored === undefined ? { pins: {}, epochs: {}, encrypted: [], invitations: {}, notes: {} } : (keptSchema.parse(stored) as KeptKeys);
  return {
    get: () => kept,
    set(change) {
      const next = { ...kept, ...change, notes: lastOf(change.notes ?? kept.notes) };
      settings.set(key, next);
      kept = next;
    },
  };
}

function lastOf(notes: KeptKeys['notes']): KeptKeys['notes'] {
  return Object.fromEntries(Object.entries(notes).flatMap(([id, list]) => (list.length > 0 ? [[id, list.slice(-MAX_NOTES)]] : [])));
}
