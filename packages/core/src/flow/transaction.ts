/** A transaction is an entry of a log: the only way that a flow changes (DESIGN §3). */
import { z } from 'zod';
import { idSchema } from './fieldKind.ts';
import type { FlowKind } from './fields.ts';

/** Who made an entry. Agents and imports are named as such in history for ever. */
export const authorSchema = z.object({ kind: z.enum(['user', 'agent', 'import']), id: z.string(), name: z.string() });
export type Author = z.infer<typeof authorSchema>;

const kindSchema = z.enum(['node', 'edge', 'frame', 'comment', 'persona', 'goal', 'version', 'flow']);
const recordSchema = z.record(z.string(), z.unknown());
const group = z.string().min(1).optional();

/** Absence of a field is `null` in `from` and `to`; no field holds null as a value. */
export const opSchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('add'), kind: kindSchema, id: idSchema, value: recordSchema, group }),
  z.object({ op: z.literal('set'), kind: kindSchema, id: idSchema, field: z.string().min(1), from: z.unknown(), to: z.unknown(), group }),
  z.object({ op: z.literal('remove'), kind: kindSchema, id: idSchema, from: recordSchema, group }),
  z.object({ op: z.literal('version.add'), id: idSchema, name: z.string().min(1), description: z.string().optional(), group }),
  z.object({ op: z.literal('conflict.resolve'), id: z.string().min(1), group }),
  z.object({ op: z.literal('log.upgrade'), schema: z.number().int(), rules: z.number().int(), group }),
]);

export const transactionSchema = z.object({
  id: idSchema,
  logId: idSchema,
  author: authorSchema,
  /** Integer milliseconds UTC on the author's clock; decides nothing. */
  at: z.number().int(),
  /** Schema version that the ops were written in. */
  schema: z.number().int().min(1),
  message: z.string().optional(),
  /** What the author may change; ops outside have no effect. Absent means 'edit'. */
  scope: z.enum(['edit', 'comment']).optional(),
  ops: z.array(opSchema),
});

/** One change with what its author saw (`from`). `group`: stands or falls together with the ops of the same group. */
export type Op = z.infer<typeof opSchema>;
export type Transaction = z.infer<typeof transactionSchema>;

/**
 * What somebody wants, before `commit` makes a transaction of it: `from` may be left out (it is read from the view), a removed
 * node's edges are found by `commit`. Where `from` is given it must be the current value.
 */
export type IntentOp =
  | { op: 'add'; kind: Exclude<FlowKind, 'flow'>; id: string; value: Record<string, unknown>; group?: string }
  | { op: 'set'; kind: FlowKind; id: string; field: string; from?: unknown; to: unknown; group?: string }
  | { op: 'remove'; kind: Exclude<FlowKind, 'flow'>; id: string; from?: Record<string, unknown>; group?: string }
  | { op: 'version.add'; id: string; name: string; description?: string; group?: string }
  | { op: 'conflict.resolve'; id: string; group?: string }
  | { op: 'log.upgrade'; schema: number; rules: number; group?: string };

export interface Intent {
  ops: readonly IntentOp[];
  message?: string;
}
