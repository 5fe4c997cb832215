import type { ModelCallOutcome } from '../llm/callLedger.ts';
import type { Database } from './database.ts';

/** Sums over calls of models. A cost of undefined tokens or an unknown price is not in `costUsd`; the calls without one are counted in `unknownCost`. */
export interface UsageSums {
  calls: number;
  /** Ended without an answer, refused ones aside. */
  failures: number;
  /** Answered from the cache: nobody was asked. */
  cached: number;
  /** Kept from being made by the budget. */
  refused: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
  unknownCost: number;
}

/** Sums with how long calls took: `p50Ms` half of those that came to an answer, `p95Ms` 95 of 100; absent where none did. */
export interface UsageGroup extends UsageSums {
  p50Ms?: number;
  p95Ms?: number;
}

/** One cell of day, agent and model; `day` is the index of the given span. */
export interface UsageCell extends UsageSums {
  day: number;
  agent: string;
  model: string;
}

/** Everything about a time. */
export interface UsageSummary {
  total: UsageGroup;
  cells: UsageCell[];
  byAgent: ({ agent: string } & UsageGroup)[];
  byModel: ({ model: string } & UsageGroup)[];
}

/** Part of a time: from `start` to before `end`, ms UTC. */
export interface UsageSpan {
  start: number;
  end: number;
}

/** The sums of calls that began in one of these spans (in order, without gaps). */
export function queryUsage(database: Database, spans: readonly UsageSpan[]): UsageSummary {
  // One pass: a span at a time keeps the rows that SQLite sorts few; outcomes are told apart by group, not by row; durations come along as
  // a list, for percentiles cannot be added up.
  const rows = database.read(() => {
    const statement = database.statement(
      `select ? as day, agent, model, outcome, count(*) as calls, count(cost_usd) as knownCost, coalesce(sum(cost_usd), 0) as costUsd, coalesce(sum(input_tokens), 0) as inputTokens,
         coalesce(sum(output_tokens), 0) as outputTokens, json_group_array(cast(ms as integer)) as times
       from model_call where started_at >= ? and started_at < ? group by agent, model, outcome order by agent, model`,
    );
    return spans.flatMap(({ start, end }, day) => statement.all(day, start, end) as UsageRow[]);
  });
  const cells = rows.map(cellOf);
  const groupOf = (group: readonly TimedCell[]): UsageGroup => ({ ...sumOf(group.map(({ cell }) => cell)), ...percentiles(group.map(({ times }) => times)) });
  const groupsBy = <Key extends 'agent' | 'model'>(key: Key) =>
    [...Map.groupBy(cells, ({ cell }) => cell[key])].map(([name, group]) => ({ [key]: name, ...groupOf(group) }) as Record<Key, string> & UsageGroup).sort((a, b) => b.calls - a.calls);
  const byPlace = Map.groupBy(cells, ({ cell }) => `${cell.day}\n${cell.agent}\n${cell.model}`);
  return {
    total: groupOf(cells),
    cells: [...byPlace.values()].map((group) => ({ ...group[0]!.cell, ...sumOf(group.map(({ cell }) => cell)) })),
    byAgent: groupsBy('agent'),
    byModel: groupsBy('model'),
  };
}

/** What was spent since a time (ms UTC), and how many calls of that time have no known cost. */
export function querySpent(database: Database, since: number): { costUsd: number; unknownCost: number } {
  return database.read(
    () => database.statement(`select coalesce(sum(cost_usd), 0) as costUsd, ${UNKNOWN} as unknownCost from model_call where started_at >= ?`).get(since) as { costUsd: number; unknownCost: number },
  );
}

/** The middle one of the numbers of output tokens that a model lately gave an agent, and of how many calls; undefined without any. */
export function queryTypicalOutput(database: Database, agent: string, model: string, most = 50): { outputTokens: number; calls: number } | undefined {
  const tokens = database.read(
    () =>
      database
        .statement(`select output_tokens from model_call where agent = ? and model = ? and outcome in ('ok', 'repaired') and output_tokens is not null order by started_at desc limit ?`)
        .pluck()
        .all(agent, model, most) as number[],
  );
  if (!tokens.length) return undefined;
  return { outputTokens: tokens.sort((a, b) => a - b)[Math.floor(tokens.length / 2)]!, calls: tokens.length };
}

/** A call without known cost that may have cost something: an answer or a part of one came, or nobody saw its end. */
const UNKNOWN = `coalesce(sum(cost_usd is null and outcome not in ('cached', 'refused')), 0)`;

type UsageRow = Omit<UsageCell, 'failures' | 'cached' | 'refused' | 'unknownCost'> & { outcome: ModelCallOutcome; knownCost: number; times: string };
interface TimedCell {
  cell: UsageCell;
  times: number[];
}

function cellOf({ outcome, knownCost, times, ...rest }: UsageRow): TimedCell {
  const { calls } = rest;
  const isAnswer = outcome === 'ok' || outcome === 'repaired';
  const isFree = outcome === 'cached' || outcome === 'refused';
  return {
    cell: { ...rest, failures: outcome === 'failed' || outcome === 'cancelled' ? calls : 0, cached: outcome === 'cached' ? calls : 0, refused: outcome === 'refused' ? calls : 0, unknownCost: isFree ? 0 : calls - knownCost },
    times: isAnswer ? (JSON.parse(times) as (number | null)[]).filter((ms) => ms !== null) : [],
  };
}

function percentiles(lists: readonly (readonly number[])[]): { p50Ms?: number; p95Ms?: number } {
  const sorted = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
  if (!sorted.length) return {};
  let filled = 0;
  for (const list of lists) {
    sorted.set(list, filled);
    filled += list.length;
  }
  sorted.sort();
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1]!;
  return { p50Ms: at(0.5), p95Ms: at(0.95) };
}

function sumOf(cells: readonly UsageSums[]): UsageSums {
  const sum: UsageSums = { calls: 0, failures: 0, cached: 0, refused: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, unknownCost: 0 };
  for (const cell of cells) for (const key of Object.keys(sum) as (keyof UsageSums)[]) sum[key] += cell[key];
  return sum;
}
