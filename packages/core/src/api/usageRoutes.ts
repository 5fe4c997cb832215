import { oc } from '@orpc/contract';
import { z } from 'zod';
import { idSchema } from '../flow/fieldKind.ts';
import { priceEntrySchema } from '../llm/price.ts';
import { qualitySchema } from './settingsRoutes.ts';

const sums = {
  calls: z.number(), failures: z.number(), cached: z.number(), refused: z.number(), inputTokens: z.number(), outputTokens: z.number(),
  /** US dollars of the calls whose cost is known. */
  costUsd: z.number(),
  /** Calls whose cost nobody knows: not in `costUsd`. */
  unknownCost: z.number(),
};
const group = { ...sums, p50Ms: z.number().optional(), p95Ms: z.number().optional() };

/** From this time to before that one, ms UTC. */
const periodSchema = z.object({ from: z.number().int(), to: z.number().int() });

const usageViewSchema = z.object({
  /** Days of the person's calendar, in order; `cells` name them by index. */
  days: z.array(z.object({ key: z.string(), start: z.number() })),
  total: z.object(group),
  cells: z.array(z.object({ day: z.number(), agent: z.string(), model: z.string(), ...sums })),
  byAgent: z.array(z.object({ agent: z.string(), ...group })),
  byModel: z.array(z.object({ model: z.string(), ...group })),
});

const outcomeSchema = z.enum(['open', 'ok', 'repaired', 'failed', 'cancelled', 'cached', 'refused']);
const usageCallSchema = z.object({
  id: z.string(), agent: z.string(), model: z.string(), promptVersion: z.string(), turnId: z.string().optional(), flowId: z.string().optional(), variantId: z.string().optional(), quality: z.string().optional(),
  operation: z.string(), cached: z.string().optional(), inputTokens: z.number().optional(), outputTokens: z.number().optional(), costUsd: z.number().optional(), ms: z.number(), firstTokenMs: z.number().optional(),
  outcome: outcomeSchema, errorCode: z.string().optional(), startedAt: z.number(), accepted: z.boolean().optional(),
});

/** How a day or month stands against its budget. */
export const budgetPeriodSchema = z.object({
  period: z.enum(['day', 'month']), limitUsd: z.number().nullable(), usedUsd: z.number(), reservedUsd: z.number(), unknownCalls: z.number(), until: z.number(),
});

const estimateSchema = z.object({
  quality: qualitySchema,
  /** The model that the mode is known by, as the ledger names it; 'rules' when nobody is asked. */
  model: z.string(),
  /** `none`: the rules answer, nobody is asked. `local`: only models of this machine. `known`: `usd` is about what it costs. `unknown`: some of it nobody knows. */
  kind: z.enum(['none', 'local', 'known', 'unknown']),
  /** US dollars of what is known. */
  usd: z.number(),
  /** Calls of models that it takes, the usual case. */
  calls: z.number(),
  /** True where the length of an answer is assumed, for the ledger has none of that agent and model yet. */
  isAssumed: z.boolean(),
  /** The oldest day of the prices that were used. */
  asOf: z.string().optional(),
  unknownModels: z.array(z.string()),
});

const knownPriceSchema = z.discriminatedUnion('kind', [z.object({ kind: z.literal('priced'), entry: priceEntrySchema, isOwn: z.boolean() }), z.object({ kind: z.literal('local') }), z.object({ kind: z.literal('unknown') })]);
const priceListSchema = z.object({
  entries: z.array(z.object({ entry: priceEntrySchema, isOwn: z.boolean() })),
  /** Built-in entries that the person has removed. */
  removed: z.array(z.string()),
  /** The models of the settings with what is known of their prices. */
  inUse: z.array(z.object({ model: z.string(), baseUrl: z.string(), price: knownPriceSchema })),
});

/** What models have cost, may cost and cost at most. */
export const usageRoutes = {
  /** Sums of the days that the period touches; at most 400 of them, the last ones. */
  summary: oc.input(periodSchema).output(usageViewSchema),
  /** Calls of a period, newest first. */
  calls: oc
    .input(periodSchema.extend({ agent: z.string().optional(), model: z.string().optional(), outcome: outcomeSchema.optional(), limit: z.number().int().min(1).max(1_000).default(100) }))
    .output(z.array(usageCallSchema)),
  budget: oc.output(z.object({ periods: z.array(budgetPeriodSchema) })),
  /** About what a message would cost in each mode, before it is sent. Asks nobody. */
  estimate: oc.input(z.object({ flowId: idSchema, text: z.string().max(200_000), hasImage: z.boolean().optional() })).output(z.array(estimateSchema)),
  prices: oc.output(priceListSchema),
  /** Enters a price of the person's own: it replaces every other of that pattern. Its day and source are set here. */
  setPrice: oc.input(priceEntrySchema.pick({ pattern: true, inputUsd: true, outputUsd: true, cachedInputUsd: true })).output(priceListSchema),
  /** Removes a price; a removed built-in one is unknown from then on. */
  removePrice: oc.input(z.object({ pattern: z.string() })).output(priceListSchema),
  /** Brings the built-in prices back that were removed. */
  restorePrices: oc.output(priceListSchema),
  /** The calls of a period as a file, named by the GenAI conventions of OpenTelemetry. */
  export: oc.input(periodSchema.extend({ format: z.enum(['csv', 'otlp']) })).output(z.object({ fileName: z.string(), mediaType: z.string(), text: z.string() })),
  /** Sends the calls of a period to the endpoint of the settings, by OTLP over HTTP. */
  push: oc.input(periodSchema).output(z.object({ spans: z.number(), rejected: z.number(), message: z.string().optional() })),
};

export type UsageView = z.infer<typeof usageViewSchema>;
export type UsageCall = z.infer<typeof usageCallSchema>;
export type BudgetView = z.infer<typeof budgetPeriodSchema>;
export type CostEstimate = z.infer<typeof estimateSchema>;
export type PriceListView = z.infer<typeof priceListSchema>;
