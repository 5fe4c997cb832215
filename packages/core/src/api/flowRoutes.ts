import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { textCodeSchema } from '../agents/turnSchema.ts';
import { idSchema } from '../flow/fieldKind.ts';
import { flowSchema } from '../flow/schema.ts';
import { authorSchema, transactionSchema } from '../flow/transaction.ts';

/** One row of the list of flows. */
export const flowSummarySchema = z.object({
  id: idSchema,
  name: z.string(),
  description: z.string().optional(),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
  deletedAt: z.number().int().optional(),
  nodeCount: z.number().int(),
  edgeCount: z.number().int(),
  /** True when it is shared through a server. */
  isShared: z.boolean().optional(),
  /** True when that server cannot read it. */
  isEncrypted: z.boolean().optional(),
  /** Boxes of the nodes, [x, y, width, height, index into NODE_TYPES] each, for a small picture. */
  preview: z.array(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()])),
});

/** Kinds that a view carries: the records of the flow and the open conflicts of its log. */
export const viewKindSchema = z.enum(['node', 'edge', 'frame', 'comment', 'persona', 'goal', 'version', 'conflict']);
const viewRecordSchema = z.object({ kind: viewKindSchema, record: z.looseObject({ id: z.string() }) });

/** A finding of review as the screen gets it; `key` names it for `applyFix`. */
export const findingSchema = z.object({
  key: z.string(),
  code: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  nodeIds: z.array(z.string()),
  edgeIds: z.array(z.string()),
  params: z.record(z.string(), z.unknown()),
  fix: z.object({ code: z.string() }).optional(),
});

/**
 * What an open flow sends: chunks (records in view first, at most 256 KB each), `ready`, then patches as state changes.
 * Patches are state: put replaces a record whole, and they may be merged. A gap in `rev` means: subscribe anew.
 */
export const viewEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('chunk'), flow: flowSchema.optional(), put: z.array(viewRecordSchema) }),
  z.object({ type: z.literal('ready'), rev: z.number().int(), no: z.number().int(), logId: idSchema, readOnly: textCodeSchema.optional() }),
  z.object({
    type: z.literal('patch'),
    rev: z.number().int(),
    no: z.number().int(),
    flow: flowSchema.optional(),
    put: z.array(viewRecordSchema),
    gone: z.array(z.object({ kind: viewKindSchema, id: z.string() })),
    /** Ids of the entries that this state contains: the screen drops its own copies of them. */
    includes: z.array(z.string()),
  }),
  z.object({ type: z.literal('findings'), rev: z.number().int(), findings: z.array(findingSchema) }),
  z.object({ type: z.literal('saved'), no: z.number().int(), at: z.number().int() }),
]);

/** One entry of a flow's history. */
export const historyEntrySchema = z.object({
  no: z.number().int(),
  id: z.string(),
  author: authorSchema,
  at: z.number().int(),
  message: z.string().optional(),
  /** What changed, by kind: [added, changed, removed]. */
  counts: z.record(z.string(), z.tuple([z.number(), z.number(), z.number()])),
});

const byId = z.object({ flowId: idSchema });
const committed = z.object({ entryId: z.string(), no: z.number().int() });

/** The list of flows and what happens to a flow as a whole. */
export const flowsRoutes = {
  list: oc.input(z.object({ search: z.string().optional(), deleted: z.boolean().optional() })).output(z.array(flowSummarySchema)),
  /** Tells whenever the list may look different. */
  watch: oc.output(eventIterator(z.object({ type: z.literal('changed') }))),
  create: oc.input(z.object({ name: z.string().min(1), template: z.string().optional() })).output(flowSummarySchema),
  rename: oc.input(byId.extend({ name: z.string().min(1) })).output(flowSummarySchema),
  duplicate: oc.input(byId.extend({ name: z.string().min(1) })).output(flowSummarySchema),
  /** Moves a flow to the bin; `restore` brings it back whole. */
  delete: oc.input(byId).output(z.object({})),
  restore: oc.input(byId).output(flowSummarySchema),
  /** Deletes a flow of the bin for ever. */
  purge: oc.input(byId).output(z.object({})),
  /** Makes a flow of a `.uxflow` text; refuses what is not one, with every problem named. */
  import: oc.input(z.object({ text: z.string(), fileName: z.string() })).output(flowSummarySchema),
};

/** One open flow. */
export const flowRoutes = {
  open: oc.input(byId.extend({ view: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }).optional() })).output(eventIterator(viewEventSchema)),
  /** Commits an entry that the screen made; the same id twice is the same entry. */
  commit: oc.input(byId.extend({ transaction: transactionSchema })).output(committed),
  /** Takes one own entry back as far as nobody changed what it left; names what stays. An undo is undone the same way. */
  undo: oc
    .input(byId.extend({ entryId: z.string() }))
    .output(z.object({ entryId: z.string().optional(), kept: z.array(z.object({ kind: z.string(), id: z.string(), field: z.string().optional() })) })),
  /** Lays the whole flow out; pinned and locked nodes stay. */
  layout: oc.input(byId.extend({ direction: z.enum(['right', 'down']).optional() })).output(committed.partial()),
  applyFix: oc.input(byId.extend({ findingKey: z.string() })).output(committed),
  history: oc.input(byId.extend({ before: z.number().int().optional(), limit: z.number().int().max(200).default(50) })).output(z.array(historyEntrySchema)),
  /** Makes the flow what it was after entry `no`; an ordinary entry that can be undone. */
  restoreVersion: oc.input(byId.extend({ no: z.number().int() })).output(committed.partial()),
  export: oc.input(byId.extend({ format: z.enum(['json', 'mermaid', 'markdown']) })).output(z.object({ fileName: z.string(), mediaType: z.string(), text: z.string() })),
};
