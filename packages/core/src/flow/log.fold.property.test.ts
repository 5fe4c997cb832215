/** Rules 1, 2, 9, 10 and 12 (malformed entries) of the log, as properties over seeded histories. */
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { canonicalJson } from '../base/index.ts';
import { commit } from './commit.ts';
import { findField, fieldTable } from './fields.ts';
import { createChance, isQuietPath, stateProblem } from './fixtures/randomEdits.ts';
import { authorNumber, staleHistory, type HistoryStep } from './fixtures/staleHistory.ts';
import { canFold, fold, foldWithEffect } from './fold.ts';
import { isObject, type PlainRecord } from './place.ts';
import { mergeProse } from './prose.ts';
import { snapshotOf, stateOfSnapshot, stateText } from './snapshot.ts';
import { initialState, type LogState } from './state.ts';
import type { Transaction } from './transaction.ts';

const SEEDS = Array.from({ length: 30 }, (_, i) => i + 1);
const histories = new Map<number, HistoryStep[]>();
const historyOf = (seed: number): HistoryStep[] => {
  const known = histories.get(seed);
  if (known) return known;
  const made = staleHistory(seed, 80);
  histories.set(seed, made);
  return made;
};
const replay = (steps: readonly HistoryStep[], from: LogState = initialState('flow_test')): LogState => steps.reduce((state, step) => fold(state, step.entry), from);

describe('rule 1 log', () => {
  test('rule 1 log: folding changes no entry, and `at` decides nothing', () => {
    for (const seed of SEEDS) {
      const steps = historyOf(seed);
      const texts = steps.map((step) => JSON.stringify(step.entry));
      const frozen = steps.map((step) => ({ ...step, entry: deepFreeze(JSON.parse(JSON.stringify(step.entry)) as Transaction) }));
      const state = replay(frozen);
      expect(steps.map((step) => JSON.stringify(step.entry))).toEqual(texts);
      const shifted = steps.map((step, i) => ({ ...step, entry: { ...step.entry, at: 5_000_000 - i } }));
      expect(withoutTimes(replay(shifted)), `seed ${seed}`).toBe(withoutTimes(state));
    }
  });
});

describe('rule 2 fold', () => {
  afterEach(() => void vi.restoreAllMocks());

  test('rule 2 fold: any value is an entry; garbage raises `no` and does nothing else', () => {
    const base = replay(historyOf(1));
    const text = stateText({ ...base, no: 0 });
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true }), (garbage) => {
        const next = fold(base, garbage as Transaction);
        expect(next.no).toBe(base.no + 1);
        expect(canFold(base, garbage as Transaction)).toBe(true);
        expect(stateText({ ...next, no: 0 })).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  test('rule 2 fold: an entry with one part replaced by anything is folded or malformed, never thrown', () => {
    const parts = [null, 0, -0, 1e308, '', 'x', 'node', 'data', 'data.title', 'position.x', '__proto__', 'constructor', true, [], {}, [[]], { a: null }, { id: 'other' }, { order: 1 }, 'a'.repeat(101), { __proto__: 1 }, JSON.parse('{"__proto__":{"x":1}}')];
    let malformed = 0;
    for (const seed of SEEDS) {
      const chance = createChance(seed * 7);
      for (const step of historyOf(seed).slice(0, 25)) {
        const mutated = mutate(step.entry, chance, parts);
        const next = fold(step.before, mutated as Transaction);
        expect(next.no).toBe(step.before.no + 1);
        expect(stateProblem(next), `seed ${seed} ${JSON.stringify(mutated)}`).toBeNull();
        if (stateText({ ...next, no: 0 }) === stateText({ ...step.before, no: 0 })) malformed += 1;
      }
    }
    expect(malformed).toBeGreaterThan(100);
  });

  test('rule 2 fold: entries that only a getter, a cycle or a deep nesting could make are malformed', () => {
    const base = replay(historyOf(2));
    const cyclic: Record<string, unknown> = { ...historyOf(2)[0]!.entry };
    cyclic.self = cyclic;
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    const value = (wild: unknown) => ({ ...historyOf(2)[0]!.entry, ops: [{ op: 'set', kind: 'flow', id: 'flow_test', field: 'wild', from: null, to: wild }] }) as Transaction;
    const throwing = {
      get ops() {
        throw new Error('no');
      },
    };
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    for (const entry of [cyclic, value(deep), throwing, revoked.proxy]) {
      expect(stateText({ ...fold(base, entry as Transaction), no: 0 })).toBe(stateText({ ...base, no: 0 }));
    }
    expect(fold(base, value([[[1]]])).flow.wild).toEqual([[[1]]]);
  });

  test('rule 2 fold: is pure: the state before stays as it was, and the same entry gives the same bytes', () => {
    for (const seed of SEEDS) {
      const steps = historyOf(seed);
      for (const step of steps.slice(-6)) {
        const before = stateText(step.before);
        const again = fold(step.before, JSON.parse(JSON.stringify(step.entry)));
        expect(stateText(step.before)).toBe(before);
        expect(stateText(again), `seed ${seed}`).toBe(stateText(step.after));
      }
    }
  });

  test('rule 2 fold: sees no clock, no chance and no locale', () => {
    const steps = historyOf(3);
    const expected = stateText(steps.at(-1)!.after);
    const forbid = (name: string) => () => {
      throw new Error(`fold asked ${name}`);
    };
    vi.spyOn(Date, 'now').mockImplementation(forbid('Date.now'));
    vi.spyOn(Math, 'random').mockImplementation(forbid('Math.random'));
    vi.spyOn(String.prototype, 'localeCompare').mockImplementation(forbid('localeCompare'));
    vi.spyOn(String.prototype, 'normalize').mockImplementation(forbid('normalize'));
    vi.spyOn(Intl, 'Segmenter').mockImplementation(forbid('Intl') as never);
    const state = replay(steps);
    vi.restoreAllMocks();
    expect(stateText(state)).toBe(expected);
  });

  test('rule 2 fold: what an entry does not name stays ===', () => {
    for (const seed of SEEDS) {
      for (const { before, after, effect } of historyOf(seed)) {
        const changed = new Set(effect.changes.map((change) => `${change.kind}:${change.id}`));
        for (const kind of Object.keys(fieldTable) as (keyof typeof fieldTable)[]) {
          if (kind === 'flow') continue;
          for (const [id, record] of before[kind] as ReadonlyMap<string, unknown>) {
            if (!changed.has(`${kind}:${id}`)) expect(after[kind].get(id), `seed ${seed} ${kind} ${id}`).toBe(record);
          }
        }
      }
    }
  });

  test('rule 2 fold: a transaction of our own commit and its copy from the wire end alike', () => {
    for (const seed of SEEDS.slice(0, 20)) {
      for (const { entry, seen } of historyOf(seed)) {
        const own = commit(seen, { ops: entry.ops as never }, { ...entry, scope: 'edit' });
        expect(stateText(fold(seen, own))).toBe(stateText(fold(seen, JSON.parse(JSON.stringify(own)))));
      }
    }
  });

  test('rule 2 effect: names exactly the records and fields that differ, and the conflicts that came and went', () => {
    for (const seed of SEEDS) {
      for (const { before, after, effect } of historyOf(seed)) {
        let rebuilt = snapshotOf(before);
        rebuilt = JSON.parse(JSON.stringify(rebuilt));
        for (const change of effect.changes) applyChange(rebuilt as never, change);
        const { nodes, edges, frames, comments, personas, goals, versions, flow } = snapshotOf(after);
        const got = rebuilt as unknown as Record<string, unknown>;
        for (const [key, value] of Object.entries({ nodes, edges, frames, comments, personas, goals, versions, flow })) expect(canonicalJson(got[key]), `seed ${seed} ${key}`).toBe(canonicalJson(value));
        expect(effect.opened.every((id) => after.conflict.has(id) && !before.conflict.has(id))).toBe(true);
        expect(effect.closed.every((id) => !after.conflict.has(id) && before.conflict.has(id))).toBe(true);
        expect(after.conflict.size - before.conflict.size).toBe(effect.opened.length - effect.closed.length);
      }
    }
  });
});

describe('rule 9 invariants', () => {
  test('rule 9 invariants: ids, references, shapes and indexes hold after every fold', () => {
    for (const seed of SEEDS) for (const { after } of historyOf(seed)) expect(stateProblem(after), `seed ${seed} no ${after.no}`).toBeNull();
  });
});

describe('rule 10 conflicts', () => {
  test('rule 10 conflicts: have ids of entry, op and field, live in snapshots, and are closed by conflict.resolve', () => {
    let open = 0;
    for (const seed of SEEDS) {
      const last = historyOf(seed).at(-1)!.after;
      const reopened = stateOfSnapshot(JSON.parse(JSON.stringify(snapshotOf(last))));
      expect(stateText(reopened)).toBe(stateText(last));
      for (const conflict of last.conflict.values()) {
        open += 1;
        const expected = conflict.reason === 'group' ? `${conflict.entryId}:group:` : `${conflict.entryId}:${conflict.op}:${conflict.kind}:${conflict.recordId}:${conflict.field ?? ''}`;
        expect(conflict.id.startsWith(expected), conflict.id).toBe(true);
        const entry = commit(reopened, { ops: [{ op: 'conflict.resolve', id: conflict.id }] }, { id: 'tx_resolve', logId: 'log_test', author: authorNumber(1), at: 1 });
        const { state, effect } = foldWithEffect(reopened, entry);
        expect([state.conflict.has(conflict.id), effect.closed, effect.changes]).toEqual([false, [conflict.id], []]);
      }
    }
    expect(open).toBeGreaterThan(60);
  });

  test('rule 10 conflicts: nothing but quiet fields is replaced without one', () => {
    let replaced = 0;
    for (const seed of SEEDS) {
      for (const step of historyOf(seed)) {
        const fresh = [...step.after.conflict.values()].filter((conflict) => conflict.entryId === step.entry.id);
        for (const change of step.effect.changes) {
          if (change.before === null) continue;
          replaced += 1;
          for (const loss of lossesOf(change)) {
            const isKnown = wasSeen(step.entry, loss) || fresh.some((conflict) => canonicalJson(conflict.lost).includes(canonicalJson(loss.before)) || isCascade(conflict, loss));
            expect(isKnown || isMerged(step.entry, loss), `seed ${seed} no ${step.after.no}: ${JSON.stringify(loss)} by ${JSON.stringify(step.entry.ops)}`).toBe(true);
          }
        }
      }
    }
    expect(replaced).toBeGreaterThan(500);
  });
});

interface Loss {
  kind: string;
  id: string;
  field?: string;
  before: unknown;
  after: unknown;
}

/** What of a change was really lost: a field that is not quiet, or a whole record. */
function lossesOf(change: Loss): Loss[] {
  const kind = change.kind as Parameters<typeof findField>[0];
  if (change.field === undefined) return change.after === null ? [change] : [];
  if (isQuietPath(kind, change.field)) return [];
  const place = findField(kind, change.field);
  if (place.at !== 'entry' || place.spec.kind !== 'list' || !isObject(change.before) || !isObject(change.after)) return [change];
  const after = change.after as PlainRecord;
  return Object.entries(change.before)
    .filter(([key, value]) => place.spec.item!.get(key)?.kind !== 'quiet' && canonicalJson(value) !== canonicalJson(after[key]))
    .map(([key, value]) => ({ ...change, field: `${change.field}.${key}`, before: value, after: after[key] ?? null }));
}

/** True when an op of the entry carries the lost value as what its author saw. */
function wasSeen(entry: Transaction, loss: Loss): boolean {
  const lost = canonicalJson(loss.before);
  return entry.ops.some((op) => {
    if (!('kind' in op) || op.kind !== loss.kind || op.id !== loss.id || !('from' in op)) return false;
    return loss.field === undefined ? op.op === 'remove' && sameAsideQuiet(op.from, loss.before) : canonicalJson(op.from).includes(lost);
  });
}

function sameAsideQuiet(a: unknown, b: unknown): boolean {
  const strip = (value: unknown) => canonicalJson(JSON.parse(JSON.stringify(value), (key, item) => (['position', 'size', 'order', 'collapsed', 'route'].includes(key) ? undefined : item)));
  return strip(a) === strip(b);
}

function isCascade(conflict: { reason: string; kind?: string; recordId?: string; field?: string }, loss: Loss): boolean {
  return conflict.reason === 'cascade' && conflict.kind === loss.kind && conflict.recordId === loss.id && conflict.field === loss.field;
}

function isMerged(entry: Transaction, loss: Loss): boolean {
  return entry.ops.some((op) => {
    if (op.op !== 'set' || op.id !== loss.id || typeof loss.before !== 'string' || typeof loss.after !== 'string') return false;
    const from = isObject(op.from) ? op.from[loss.field!.split('.').at(-1)!] : op.from;
    const to = isObject(op.to) ? op.to[loss.field!.split('.').at(-1)!] : op.to;
    if (typeof from !== 'string' || typeof to !== 'string') return false;
    const merged = mergeProse(from, loss.before, to);
    return !merged.clash && merged.text === loss.after;
  });
}

function applyChange(snapshot: Record<string, unknown>, change: Loss): void {
  const key = change.kind === 'flow' ? 'flow' : `${change.kind}s`;
  const path = [...(change.kind === 'flow' ? [key] : [key, change.id]), ...(change.field?.split('.') ?? [])];
  const holders: Record<string, unknown>[] = [snapshot];
  for (const segment of path.slice(0, -1)) {
    const holder = holders.at(-1)!;
    holder[segment] ??= {};
    holders.push(holder[segment] as Record<string, unknown>);
  }
  if (change.after !== null) holders.at(-1)![path.at(-1)!] = change.after;
  else delete holders.at(-1)![path.at(-1)!];
  // Emptied lists, sets and optional groups are absent; maps of records and `data` stay.
  for (let i = path.length - 2; i > (change.kind === 'flow' ? 0 : 1); i--) {
    if (Object.keys(holders[i + 1]!).length === 0 && path[i] !== 'data') delete holders[i]![path[i]!];
  }
}

function mutate(entry: Transaction, chance: ReturnType<typeof createChance>, parts: readonly unknown[]): unknown {
  const copy = JSON.parse(JSON.stringify(entry)) as Record<string, unknown>;
  let holder: Record<string, unknown> = copy;
  for (let depth = 0; depth < 8; depth++) {
    const keys = Object.keys(holder);
    if (keys.length === 0) break;
    const key = chance.pick(keys);
    const inner = holder[key];
    if (typeof inner !== 'object' || inner === null || chance.below(4) === 0) {
      if (chance.below(5) === 0) delete holder[key];
      else holder[key] = chance.pick(parts);
      break;
    }
    holder = inner as Record<string, unknown>;
  }
  return copy;
}

function withoutTimes(state: LogState): string {
  return canonicalJson(JSON.parse(JSON.stringify(snapshotOf(state)), (key, value) => (key === 'at' ? undefined : value)));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
