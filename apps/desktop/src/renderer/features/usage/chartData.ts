import type { UsageView } from '@uxflow/core/api';

export const MEASURES = ['costUsd', 'tokens', 'calls'] as const;
export type Measure = (typeof MEASURES)[number];

/** The value of a measure in sums. */
export function measured(sums: { costUsd: number; inputTokens: number; outputTokens: number; calls: number }, measure: Measure): number {
  return measure === 'tokens' ? sums.inputTokens + sums.outputTokens : sums[measure];
}

/** Models as series, the largest first; those beyond `most` together as one. `indexOf` gives a model's series. */
export function seriesOf(view: Pick<UsageView, 'byModel'>, measure: Measure, others: string, most = 7): { series: { key: string; label: string }[]; indexOf(model: string): number } {
  const models = [...view.byModel].sort((a, b) => measured(b, measure) - measured(a, measure)).map(({ model }) => model);
  const own = models.length > most + 1 ? models.slice(0, most) : models;
  const series = own.map((model) => ({ key: model, label: model }));
  if (own.length < models.length) series.push({ key: '', label: others });
  return { series, indexOf: (model) => (own.includes(model) ? own.indexOf(model) : own.length) };
}

/** The values of each day, one a series, and how many of its calls have no known cost. */
export function columnsOf(view: Pick<UsageView, 'days' | 'cells'>, measure: Measure, count: number, indexOf: (model: string) => number): { key: string; start: number; values: number[]; unknownCost: number }[] {
  const columns = view.days.map(({ key, start }) => ({ key, start, values: Array.from({ length: count }, () => 0), unknownCost: 0 }));
  for (const cell of view.cells) {
    const column = columns[cell.day]!;
    column.values[indexOf(cell.model)]! += measured(cell, measure);
    column.unknownCost += cell.unknownCost;
  }
  return columns;
}
