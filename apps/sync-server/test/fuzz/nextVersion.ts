/**
 * A made-up schema 2, and version 2 of the rules, for histories with an upgrade in the middle: what a node called `data.future` is called
 * `data.later`, and the flow says what made it. Once as the program would have it, once as the oracle reads the same rule.
 */
import { currentVersions, type Op, type Transaction, type Versions } from '@uxflow/core';
import { naiveFold, type NaiveState } from '../../../../packages/core/src/flow/naiveFold.ts';
import { transactionSchema } from '../../../../packages/core/src/flow/transaction.ts';

type Plain = Record<string, unknown>;

/** What an updated program knows. */
export const nextVersions: Versions = {
  rules: new Set([...currentVersions.rules, 2]),
  schemas: new Map([[2, { record: (kind, record) => (kind === 'node' ? renamed(record) : record), flow: (flow) => ({ ...flow, madeWith: 2 }), op: (op: Op) => [upcast(op)] }]]),
};

/** The oracle's fold through the upgrades. */
export function naiveStep(state: NaiveState, entry: unknown): NaiveState {
  const next = naiveFold(state, state.schema === 2 ? naiveEntry(state, entry) : entry);
  const rise = riseOf(state, entry);
  if (!rise) return next;
  if (rise.schema === state.schema) return { ...next, rules: rise.rules };
  for (const node of Object.values(next.nodes)) rename(node);
  for (const item of next.trash) if (item.kind === 'node') rename(item.record as Plain);
  return { ...next, ...rise, flow: { ...next.flow, madeWith: 2 } };
}

/** The versions that an entry lifts the log to, if it does: the schema and the rules, or the rules alone. */
export function riseOf(state: NaiveState, entry: unknown): { schema: number; rules: number } | undefined {
  const read = transactionSchema.safeParse(entry);
  if (!read.success || read.data.schema > state.schema || read.data.scope === 'comment') return undefined;
  for (const op of read.data.ops) {
    if (op.op === 'log.upgrade' && op.rules === 2 && (op.schema === 1 || op.schema === 2) && op.schema >= state.schema && (op.schema > state.schema || state.rules < 2)) return { schema: op.schema, rules: 2 };
  }
  return undefined;
}

/** The entry as the oracle folds it into a state of schema 2. */
export function naiveEntry(state: NaiveState, entry: unknown): unknown {
  if (state.schema !== 2 || !transactionSchema.safeParse(entry).success || (entry as Transaction).schema !== 1) return entry;
  const copy = structuredClone(entry) as Transaction;
  for (const op of copy.ops) {
    if (!('kind' in op) || op.kind !== 'node') continue;
    if (op.op === 'set' && (op.field === 'data.future' || op.field.startsWith('data.future.'))) op.field = op.field.replace('future', 'later');
    if (op.op === 'add') rename(op.value);
    if (op.op === 'remove') rename(op.from);
  }
  return { ...copy, schema: 2 };
}

function rename(node: Plain): void {
  const data = node.data as Plain | undefined;
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, 'future')) return;
  data.later = data.future;
  delete data.future;
}

function renamed(record: Plain): Plain {
  const data = record.data as Plain | undefined;
  if (data?.future === undefined) return record;
  const { future, ...rest } = data;
  return { ...record, data: { ...rest, later: future } };
}

function upcast(op: Op): Op {
  if (op.op === 'set' && op.kind === 'node' && /^data\.future(\.|$)/.test(op.field)) return { ...op, field: `data.later${op.field.slice('data.future'.length)}` };
  if (op.op === 'add' && op.kind === 'node') return { ...op, value: renamed(op.value) };
  if (op.op === 'remove' && op.kind === 'node') return { ...op, from: renamed(op.from) };
  return op;
}
