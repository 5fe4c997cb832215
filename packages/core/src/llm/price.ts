import { z } from 'zod';
import { isLoopback } from './egressPolicy.ts';
import type { TokenUsage } from './languageModel.ts';
import { providerTable, type ModelProvider } from './providerTable.ts';

const usdSchema = z.number().min(0).max(100_000);

/** What a model costs in US dollars per million tokens: with the day of the price and where it comes from. */
export const priceEntrySchema = z.object({
  /** `provider:model`; `*` stands for any characters. A date of a snapshot at the end of a model's name needs no mention. */
  pattern: z.string().trim().min(3).max(200),
  inputUsd: usdSchema,
  outputUsd: usdSchema,
  /** For input that the provider had in its own cache; like other input where absent. */
  cachedInputUsd: usdSchema.optional(),
  /** Other prices of requests with more input tokens than this. */
  long: z.object({ aboveTokens: z.number().int().positive(), inputUsd: usdSchema, outputUsd: usdSchema }).optional(),
  /** The day on which the price was seen: '2026-10-07'. */
  asOf: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  /** An address or words. */
  source: z.string().max(500),
});
export type PriceEntry = z.infer<typeof priceEntrySchema>;

/** What is known of a price: it is on a list, the model runs on this machine and nobody charges for it, or nobody knows. Unknown is never nothing. */
export type KnownPrice = { kind: 'priced'; entry: PriceEntry; isOwn: boolean } | { kind: 'local' } | { kind: 'unknown' };

/** Which model a price is asked for. */
export interface PricedModel {
  provider: ModelProvider;
  baseUrl: string;
  model: string;
}

/**
 * The price of a model at an address. What the person entered holds at every address and comes before the built-in list, which holds at
 * the vendor's own address only: a gateway has prices of its own. The longest pattern wins.
 */
export function priceOf(model: PricedModel, lists: { own: readonly PriceEntry[]; builtIn: readonly PriceEntry[] }): KnownPrice {
  if (runsHere(model.baseUrl)) return { kind: 'local' };
  const name = `${model.provider}:${model.model}`;
  const own = longestMatch(name, lists.own);
  if (own) return { kind: 'priced', entry: own, isOwn: true };
  const entry = isVendorsOwn(model) ? longestMatch(name, lists.builtIn) : undefined;
  return entry ? { kind: 'priced', entry, isOwn: false } : { kind: 'unknown' };
}

/** US dollars of a call; undefined where the price or the tokens are unknown. A model of this machine costs 0, whatever it read and wrote. */
export function costOfUsage(price: KnownPrice, usage: TokenUsage): number | undefined {
  if (price.kind === 'local') return 0;
  const { inputTokens, cachedInputTokens } = usage;
  if (price.kind === 'unknown' || inputTokens === undefined) return undefined;
  const { entry } = price;
  // Models that write nothing (embeddings) count no output, and charge none.
  const outputTokens = usage.outputTokens ?? (entry.outputUsd === 0 ? 0 : undefined);
  if (outputTokens === undefined) return undefined;
  const isLong = entry.long !== undefined && inputTokens > entry.long.aboveTokens;
  const inputUsd = isLong ? entry.long!.inputUsd : entry.inputUsd;
  const outputUsd = isLong ? entry.long!.outputUsd : entry.outputUsd;
  const cached = Math.min(inputTokens, cachedInputTokens ?? 0);
  const cachedUsd = isLong ? inputUsd : (entry.cachedInputUsd ?? inputUsd);
  return ((inputTokens - cached) * inputUsd + cached * cachedUsd + outputTokens * outputUsd) / 1_000_000;
}

/** True for an address of this machine. */
export function runsHere(baseUrl: string): boolean {
  try {
    return isLoopback(new URL(baseUrl).hostname);
  } catch {
    return false;
  }
}

/** True when the pattern names the model: the whole name, letter case aside; the date of a snapshot may be missing. */
export function matchesPattern(name: string, pattern: string): boolean {
  const expression = new RegExp(`^${pattern.trim().split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')).join('.*')}$`, 'i');
  return expression.test(name) || expression.test(name.replace(/-(?:\d{4}-\d{2}-\d{2}|\d{8})$/, ''));
}

function longestMatch(name: string, entries: readonly PriceEntry[]): PriceEntry | undefined {
  const fitting = entries.filter((entry) => matchesPattern(name, entry.pattern));
  return fitting.reduce<PriceEntry | undefined>((best, entry) => (best && best.pattern.length >= entry.pattern.length ? best : entry), undefined);
}

function isVendorsOwn({ provider, baseUrl }: PricedModel): boolean {
  try {
    return new URL(baseUrl).host === new URL(providerTable[provider].baseUrl).host;
  } catch {
    return false;
  }
}
