import { z } from 'zod';
import type { ConnectedChoice, PriceListView, Settings } from '../api/index.ts';
import type { Clock } from '../base/index.ts';
import { AppError } from '../base/index.ts';
import type { DataFolder } from '../db/index.ts';
import { budgetedModel, builtInPrices, costOfUsage, createBudgetMeter, priceEntrySchema, priceOf, type BudgetMeter, type CallLedger, type KnownPrice, type LanguageModel, type PriceEntry, type RecordingOptions } from '../llm/index.ts';

/** What calls cost, and how much they may. */
export interface Spending {
  /** The ledger; every row that passes counts. */
  calls: CallLedger;
  meter: BudgetMeter;
  priceOf(choice: ConnectedChoice): KnownPrice;
  /** Counts what calls of a choice cost. */
  costOf(choice: ConnectedChoice): NonNullable<RecordingOptions['costOf']>;
  /** The model with the budget before it. */
  held(model: LanguageModel, choice: ConnectedChoice): LanguageModel;
  /** Every price that holds, the person's own first. */
  prices(): Pick<PriceListView, 'entries' | 'removed'>;
  setPrice(price: Pick<PriceEntry, 'pattern' | 'inputUsd' | 'outputUsd' | 'cachedInputUsd'>): void;
  removePrice(pattern: string): void;
  restorePrices(): void;
}

const KEY = 'prices';
/** What the person has made of the price list: a row of its own. */
const keptSchema = z.object({ own: z.array(priceEntrySchema).default([]), removed: z.array(z.string()).default([]) });
/** Whose price it is: the screen says it in its language. */
const OWN_SOURCE = 'entered';

/** Spending on a data folder. `timeZone`: whose days and months the budget counts. */
export function createSpending(options: { folder: DataFolder; clock: Clock; timeZone(): string; settings(): Pick<Settings, 'budget'> }): Spending {
  const { folder, clock, timeZone, settings } = options;
  let kept = keptSchema.catch({ own: [], removed: [] }).parse(folder.settings.get(KEY) ?? {});
  const keep = (next: typeof kept) => {
    folder.settings.set(KEY, next);
    kept = next;
  };
  const isSame = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();
  const builtIn = () => builtInPrices.filter(({ pattern }) => !kept.removed.some((removed) => isSame(removed, pattern)));
  const meter = createBudgetMeter({ limits: () => settings().budget, spentSince: (since) => folder.ledger.spentSince(since), clock, timeZone });
  const calls = meter.counting(folder.ledger.calls);
  const find = (choice: ConnectedChoice) => priceOf(choice, { own: kept.own, builtIn: builtIn() });
  return {
    calls,
    meter,
    priceOf: find,
    costOf: (choice) => (_, usage) => costOfUsage(find(choice), usage),
    held: (model, choice) => budgetedModel(model, { meter, price: () => find(choice), ledger: calls, clock }),
    prices: () => ({
      entries: [
        ...kept.own.map((entry) => ({ entry, isOwn: true })),
        ...builtIn().filter(({ pattern }) => !kept.own.some((own) => isSame(own.pattern, pattern))).map((entry) => ({ entry, isOwn: false })),
      ],
      removed: kept.removed,
    }),
    setPrice(price) {
      if (!/^[a-z*]+:.+/i.test(price.pattern.trim())) throw new AppError('PRICE_PATTERN_INVALID', `"${price.pattern}" names no model. Nothing was changed; write the provider, a colon and the model's name, like openai:gpt-5.4 or openai:*.`, { pattern: price.pattern });
      const entry: PriceEntry = { ...price, asOf: new Date(clock.now()).toISOString().slice(0, 10), source: OWN_SOURCE };
      keep({ ...kept, own: [entry, ...kept.own.filter(({ pattern }) => !isSame(pattern, price.pattern))] });
    },
    removePrice(pattern) {
      const own = kept.own.filter((entry) => !isSame(entry.pattern, pattern));
      // Removing an own price brings the built-in one back; a built-in one that is removed is unknown from then on.
      const isBuiltIn = own.length === kept.own.length && builtIn().some((entry) => isSame(entry.pattern, pattern));
      keep({ own, removed: isBuiltIn ? [...kept.removed, pattern] : kept.removed });
    },
    restorePrices: () => keep({ ...kept, removed: [] }),
  };
}
