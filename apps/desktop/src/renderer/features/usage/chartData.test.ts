import type { UsageView } from '@uxflow/core/api';
import { expect, it } from 'vitest';
import { columnsOf, seriesOf } from './chartData.ts';

const sums = (calls: number, costUsd: number) => ({ calls, failures: 0, cached: 0, refused: 0, inputTokens: calls * 10, outputTokens: calls, costUsd, unknownCost: 0 });

it('makes a series a model, the largest first, and the small ones one', () => {
  const byModel = Array.from({ length: 10 }, (_, index) => ({ model: `m${index}`, ...sums(10 - index, index) }));
  const byCalls = seriesOf({ byModel }, 'calls', 'Others', 3);
  expect(byCalls.series.map(({ label }) => label)).toEqual(['m0', 'm1', 'm2', 'Others']);
  expect(['m0', 'm2', 'm3', 'm9'].map((model) => byCalls.indexOf(model))).toEqual([0, 2, 3, 3]);
  expect(seriesOf({ byModel }, 'costUsd', 'Others', 3).series[0]!.label).toBe('m9');
  expect(seriesOf({ byModel: byModel.slice(0, 4) }, 'calls', 'Others', 3).series).toHaveLength(4);
});

it('adds the cells of a day to its column', () => {
  const view: Pick<UsageView, 'days' | 'cells'> = {
    days: [{ key: 'a', start: 0 }, { key: 'b', start: 1 }],
    cells: [{ day: 1, agent: 'x', model: 'm0', ...sums(2, 1) }, { day: 1, agent: 'y', model: 'm0', ...sums(1, 2), unknownCost: 1 }, { day: 1, agent: 'y', model: 'm1', ...sums(1, 4) }],
  };
  expect(columnsOf(view, 'costUsd', 2, (model) => (model === 'm0' ? 0 : 1))).toEqual([{ key: 'a', start: 0, values: [0, 0], unknownCost: 0 }, { key: 'b', start: 1, values: [3, 4], unknownCost: 1 }]);
  expect(columnsOf(view, 'tokens', 2, (model) => (model === 'm0' ? 0 : 1))[1]!.values).toEqual([33, 11]);
});
