/** What lies between two flows: as the ops that lead from one to the other, or as a list for the eye. */
import { isEqualJson } from '../base/index.ts';
import type { RecordKind } from './fieldKind.ts';
import { findField, referencesOf, type FlowKind } from './fields.ts';
import { flattenRecord } from './flatten.ts';
import { byCodeUnit } from './graph.ts';
import { RECORD_KINDS, type FlowView } from './schema.ts';
import type { IntentOp } from './transaction.ts';

/** One field that differs; absence is null. */
export interface FieldDifference {
  path: string;
  from: unknown;
  to: unknown;
}

/** What a list of changes shows. `fields` are dotted paths, sorted; kind 'flow' is the flow's own name, description, settings. */
export interface ViewComparison {
  added: { kind: RecordKind; id: string }[];
  removed: { kind: RecordKind; id: string }[];
  changed: { kind: FlowKind; id: string; fields: string[] }[];
}

// What others point to comes first, and goes last.
const ADD_ORDER = ['frame', 'persona', 'goal', 'node', 'edge', 'comment'] as const satisfies readonly RecordKind[];

/**
 * The ops that make `from` into `to`, each with the value that it expects (`from`), in an order that `commit` accepts: adds,
 * sets, removes. Lists and sets entry by entry, items field by field. Named versions are facts of a log and are neither made
 * nor removed (their names are). `diffViews(a, a)` is empty.
 */
export function diffViews(from: FlowView, to: FlowView): IntentOp[] {
  const adds: IntentOp[] = [];
  const sets: IntentOp[] = [];
  const removes: IntentOp[] = [];
  for (const kind of ADD_ORDER) {
    const added = idsOf(to, kind).filter((id) => !from[kind].has(id));
    // A record added before the one that it points to gets the reference by a set afterwards.
    const present = new Set<string>();
    for (const id of kind === 'comment' ? repliesLast(added, to) : added) {
      const { value, later } = withoutForwardReferences(kind, id, to, (other, target) => other !== kind || from[kind].has(target) || present.has(target));
      adds.push({ op: 'add', kind, id, value });
      sets.push(...later);
      present.add(id);
    }
  }
  for (const difference of differencesOf('flow', from.flow, to.flow)) sets.push(setOp('flow', from.flow.id, difference));
  for (const kind of RECORD_KINDS) {
    for (const id of idsOf(to, kind)) {
      const before = from[kind].get(id);
      if (!before) continue;
      for (const difference of differencesOf(kind, before, to[kind].get(id)!)) {
        if (kind === 'version' && difference.path !== 'name' && difference.path !== 'description') continue;
        sets.push(setOp(kind, id, difference));
      }
    }
  }
  for (const kind of [...ADD_ORDER].reverse()) {
    for (const id of idsOf(from, kind)) if (!to[kind].has(id)) removes.push({ op: 'remove', kind, id, from: { ...from[kind].get(id)! } });
  }
  return [...adds, ...sets, ...removes];
}

/** What differs between two flows, by record and field, sorted by kind and id. */
export function compareViews(before: FlowView, after: FlowView): ViewComparison {
  const comparison: ViewComparison = { added: [], removed: [], changed: [] };
  const flowFields = differencesOf('flow', before.flow, after.flow).map((difference) => difference.path);
  if (flowFields.length) comparison.changed.push({ kind: 'flow', id: after.flow.id, fields: flowFields });
  for (const kind of RECORD_KINDS) {
    for (const id of idsOf(after, kind)) {
      const old = before[kind].get(id);
      if (!old) {
        comparison.added.push({ kind, id });
        continue;
      }
      const fields = differencesOf(kind, old, after[kind].get(id)!).map((difference) => difference.path);
      if (fields.length) comparison.changed.push({ kind, id, fields });
    }
    for (const id of idsOf(before, kind)) if (!after[kind].has(id)) comparison.removed.push({ kind, id });
  }
  return comparison;
}

/** The fields in which two records of one kind differ, sorted by path: list entries that both have are told field by field. */
export function differencesOf(kind: FlowKind, before: object, after: object): FieldDifference[] {
  if (before === after) return [];
  const old = flattenRecord(kind, before);
  const now = flattenRecord(kind, after);
  const out: FieldDifference[] = [];
  for (const path of new Set([...old.keys(), ...now.keys()])) {
    const from = old.get(path) ?? null;
    const to = now.get(path) ?? null;
    if (isEqualJson(from, to)) continue;
    const place = findField(kind, path);
    const isItem = place.at === 'entry' && place.spec.kind === 'list' && from !== null && to !== null;
    if (!isItem) {
      out.push({ path, from, to });
      continue;
    }
    const oldItem = from as Record<string, unknown>;
    const newItem = to as Record<string, unknown>;
    for (const key of new Set([...Object.keys(oldItem), ...Object.keys(newItem)])) {
      const difference = { path: `${path}.${key}`, from: own(oldItem, key), to: own(newItem, key) };
      if (!isEqualJson(difference.from, difference.to)) out.push(difference);
    }
  }
  return out.sort((a, b) => byCodeUnit(a.path, b.path));
}

function setOp(kind: FlowKind, id: string, difference: FieldDifference): IntentOp {
  return { op: 'set', kind, id, field: difference.path, from: difference.from, to: difference.to };
}

function idsOf(view: FlowView, kind: RecordKind): string[] {
  return [...view[kind].keys()].sort(byCodeUnit);
}

/** Comments after the comments that they answer, as far as that is possible. */
function repliesLast(ids: string[], view: FlowView): string[] {
  const added = new Set(ids);
  const out = new Set<string>();
  for (const id of ids) {
    const chain: string[] = [];
    for (let at: string | undefined = id; at !== undefined && added.has(at) && !out.has(at) && !chain.includes(at); at = view.comment.get(at)!.replyToId) chain.push(at);
    for (const member of chain.reverse()) out.add(member);
  }
  return [...out];
}

function withoutForwardReferences(kind: RecordKind, id: string, view: FlowView, exists: (kind: RecordKind, target: string) => boolean): { value: Record<string, unknown>; later: IntentOp[] } {
  const record = view[kind].get(id)! as unknown as Record<string, unknown>;
  const value = { ...record };
  const later: IntentOp[] = [];
  // Only a kind's references to itself can point forward, and those are single fields at the top of the record.
  for (const spec of referencesOf(kind)) {
    const target = value[spec.path];
    if (typeof target !== 'string' || exists(spec.reference!.kind, target)) continue;
    delete value[spec.path];
    later.push({ op: 'set', kind, id, field: spec.path, from: null, to: target });
  }
  return { value, later };
}

function own(record: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(record, key) ? (record[key] ?? null) : null;
}
