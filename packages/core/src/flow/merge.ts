/** What a branch brings to its target (rule 15): a three-way diff, as one intent whose `from` are the target's values. */
import { isEqualJson } from '../base/index.ts';
import { differencesOf, diffViews } from './diff.ts';
import type { RecordKind } from './fieldKind.ts';
import { fieldTable, findField, referencesOf, type FlowKind } from './fields.ts';
import { byCodeUnit } from './graph.ts';
import { mergeProse } from './prose.ts';
import { RECORD_KINDS, type FlowRecord, type FlowView } from './schema.ts';
import type { Intent } from './transaction.ts';

/**
 * A place that both sides changed, each in its own way. Without `field` it is a whole record: null on the side that removed it.
 * The intent of the merge lets the branch stand, except where that needs something that the target removed.
 */
export interface MergeClash {
  kind: FlowKind;
  id: string;
  field?: string;
  target: unknown;
  branch: unknown;
}

type Plain = Record<string, unknown>;
type Records = { [K in RecordKind]: Map<string, Plain> };

/**
 * The intent that brings to `target` what `branch` changed since `base`, and the clashes, sorted by kind, id and field. Quiet
 * fields never clash (the branch stands); prose is merged word by word and clashes only where the same words were changed.
 * Merging again brings nothing. Named versions stay with the log that they were made in.
 */
export function mergeViews(base: FlowView, branch: FlowView, target: FlowView): { intent: Intent; clashes: MergeClash[] } {
  const merge = new Merge(base, branch, target);
  merge.run();
  return { intent: { ops: diffViews(target, merge.view()) }, clashes: merge.sortedClashes() };
}

class Merge {
  private readonly base: FlowView;
  private readonly branch: FlowView;
  private readonly target: FlowView;
  private readonly merged: Records;
  private flow: Plain;
  private readonly clashes = new Map<string, MergeClash>();

  constructor(base: FlowView, branch: FlowView, target: FlowView) {
    this.base = base;
    this.branch = branch;
    this.target = target;
    this.merged = Object.fromEntries(RECORD_KINDS.map((kind) => [kind, new Map(target[kind] as ReadonlyMap<string, unknown>)])) as Records;
    this.flow = target.flow as Plain;
  }

  run(): void {
    this.flow = this.mergeFields('flow', this.target.flow.id, this.base.flow, this.branch.flow as Plain, this.flow);
    for (const kind of RECORD_KINDS) {
      if (kind === 'version') continue;
      const ids = new Set([...this.base[kind].keys(), ...this.branch[kind].keys()]);
      for (const id of [...ids].sort(byCodeUnit)) this.mergeRecord(kind, id);
    }
    this.dropDangling();
  }

  view(): FlowView {
    return { flow: this.flow as FlowRecord, ...this.merged } as unknown as FlowView;
  }

  sortedClashes(): MergeClash[] {
    const order = (kind: FlowKind) => (kind === 'flow' ? -1 : RECORD_KINDS.indexOf(kind));
    return [...this.clashes.values()].sort((a, b) => order(a.kind) - order(b.kind) || byCodeUnit(a.id, b.id) || byCodeUnit(a.field ?? '', b.field ?? ''));
  }

  private clash(kind: FlowKind, id: string, field: string | undefined, target: unknown, branch: unknown): void {
    this.clashes.set(`${kind} ${id} ${field ?? ''}`, { kind, id, ...(field === undefined ? {} : { field }), target: target ?? null, branch: branch ?? null });
  }

  private mergeRecord(kind: RecordKind, id: string): void {
    const [before, theirs, ours] = [this.base, this.branch, this.target].map((view) => view[kind].get(id) as Plain | undefined) as [Plain | undefined, Plain | undefined, Plain | undefined];
    if (theirs && ours) this.merged[kind].set(id, this.mergeFields(kind, id, before ?? { id }, theirs, ours));
    else if (theirs && !before) this.merged[kind].set(id, theirs);
    else if (theirs && before) {
      if (hasLoudDifference(kind, before, theirs)) this.clash(kind, id, undefined, null, theirs);
    } else if (before && ours) {
      if (hasLoudDifference(kind, before, ours)) this.clash(kind, id, undefined, ours, null);
      this.merged[kind].delete(id);
    }
  }

  private mergeFields(kind: FlowKind, id: string, before: Plain, theirs: Plain, ours: Plain): Plain {
    if (theirs === before || theirs === ours) return ours;
    let result = ours;
    const oursBy = new Map(differencesOf(kind, before, ours).map((difference) => [difference.path, difference]));
    for (const { path, from, to } of differencesOf(kind, before, theirs)) {
      const current = valueAt(ours, path);
      if (isEqualJson(current, to)) continue;
      const item = itemPathOf(kind, path);
      if (item && valueAt(ours, item) === null) {
        // The branch changed a field of an item that the target took away.
        if (!isQuiet(kind, path)) this.clash(kind, id, item, null, valueAt(theirs, item));
        continue;
      }
      if (item === null && isItem(kind, path) && to !== null && current !== null) {
        result = this.mergeItem(kind, id, path, before, theirs, result);
        continue;
      }
      if (item === null && isItem(kind, path) && to === null) {
        if (hasLoudDifference(kind, withOnly(path, from), withOnly(path, current))) this.clash(kind, id, path, current, null);
        result = withField(kind, result, path, null);
        continue;
      }
      const isDouble = oursBy.has(path);
      result = withField(kind, result, path, isDouble ? this.mergeValue(kind, id, path, from, to, current) : to);
    }
    return result;
  }

  /** Both have made an item of one id, or one of them replaced it: field by field. */
  private mergeItem(kind: FlowKind, id: string, path: string, before: Plain, theirs: Plain, ours: Plain): Plain {
    let result = ours;
    const item = valueAt(theirs, path) as Plain;
    for (const key of Object.keys(item).sort(byCodeUnit)) {
      const inner = `${path}.${key}`;
      const [from, to, current] = [valueAt(before, inner), valueAt(theirs, inner), valueAt(ours, inner)];
      if (isEqualJson(to, current) || isEqualJson(to, from)) continue;
      result = withField(kind, result, inner, isEqualJson(current, from) ? to : this.mergeValue(kind, id, inner, from, to, current));
    }
    return result;
  }

  private mergeValue(kind: FlowKind, id: string, path: string, from: unknown, theirs: unknown, ours: unknown): unknown {
    const place = findField(kind, path);
    const fieldKind = place.at === 'entry' ? 'register' : place.spec.kind;
    if (fieldKind === 'quiet') return theirs;
    if (fieldKind === 'prose' && typeof from === 'string' && typeof theirs === 'string' && typeof ours === 'string') {
      const { text, clash } = mergeProse(from, ours, theirs);
      if (!clash) return text;
    }
    this.clash(kind, id, path, ours, theirs);
    return theirs;
  }

  /** What refers to a record that is not there after all goes the way of a fold: edges fall, other references are cleared. */
  private dropDangling(): void {
    // Edges first: their fall may leave comments behind. Nothing that a later kind loses takes an earlier kind along.
    for (const kind of ['edge', 'node', 'frame', 'comment', 'persona', 'goal'] as const) {
      for (const [id, record] of [...this.merged[kind]].sort(([a], [b]) => byCodeUnit(a, b))) {
        const dangling = this.danglingPaths(kind, record);
        if (!dangling.length) continue;
        if (dangling.some((path) => fieldTable[kind].get(path)?.reference?.required)) this.dropRecord(kind, id);
        else {
          let result = record;
          for (const path of dangling) {
            result = withField(kind, result, path, null);
            if (this.isChanged(kind, id, path)) this.clash(kind, id, path, valueAt(this.target[kind].get(id), path), valueAt(this.branch[kind].get(id), path));
          }
          this.merged[kind].set(id, result);
        }
      }
    }
  }

  private dropRecord(kind: RecordKind, id: string): void {
    const [before, theirs, ours] = [this.base, this.branch, this.target].map((view) => view[kind].get(id) as Plain | undefined);
    const isOurs = ours && (!before || hasLoudDifference(kind, before, ours));
    const isTheirs = theirs && (!before || hasLoudDifference(kind, before, theirs));
    // A record that neither side touched falls with the node that one of them removed, as it would on that side alone.
    if (isOurs || isTheirs) this.clash(kind, id, undefined, ours ?? null, theirs ?? null);
    for (const key of [...this.clashes.keys()]) if (key.startsWith(`${kind} ${id} `) && key !== `${kind} ${id} `) this.clashes.delete(key);
    this.merged[kind].delete(id);
  }

  private danglingPaths(kind: RecordKind, record: Plain): string[] {
    const out: string[] = [];
    for (const spec of referencesOf(kind)) {
      const value = valueAt(record, spec.path);
      const known = this.merged[spec.reference!.kind];
      if (spec.kind === 'set') for (const id of Object.keys((value ?? {}) as Plain)) out.push(...(known.has(id) ? [] : [`${spec.path}.${id}`]));
      else if (typeof value === 'string' && !known.has(value)) out.push(spec.path);
    }
    return out.sort(byCodeUnit);
  }

  private isChanged(kind: RecordKind, id: string, path: string): boolean {
    const before = valueAt(this.base[kind].get(id), path);
    return [this.branch, this.target].some((view) => view[kind].has(id) && valueAt(view[kind].get(id), path) !== null && !isEqualJson(valueAt(view[kind].get(id), path), before));
  }
}

function hasLoudDifference(kind: FlowKind, before: Plain, after: Plain): boolean {
  return differencesOf(kind, before, after).some((difference) => !isQuiet(kind, difference.path));
}

function isQuiet(kind: FlowKind, path: string): boolean {
  const place = findField(kind, path);
  return place.at !== 'entry' && place.spec.kind === 'quiet';
}

/** Path of the list item that a path leads into, or null for any other place. */
function itemPathOf(kind: FlowKind, path: string): string | null {
  const place = findField(kind, path);
  return place.at === 'itemField' ? path.slice(0, path.length - place.itemPath.length - 1) : null;
}

function isItem(kind: FlowKind, path: string): boolean {
  const place = findField(kind, path);
  return place.at === 'entry' && place.spec.kind === 'list';
}

/** A record that has nothing but one list entry, for comparing two of them field by field. */
function withOnly(path: string, item: unknown): Plain {
  const [list, id] = path.split('.') as [string, string];
  return { [list]: item === null ? {} : { [id]: item } };
}

function valueAt(record: unknown, path: string): unknown {
  let value = record;
  for (const key of path.split('.')) value = typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Plain)[key] : undefined;
  return value ?? null;
}

/** A copy of a record with one field set, or taken away by null; emptied maps and optional groups go with their last entry. */
function withField(kind: FlowKind, record: Plain, path: string, value: unknown): Plain {
  return (withKeys(record, path.split('.'), value, (kind === 'node' || kind === 'edge') && path.startsWith('data.')) ?? record) as Plain;
}

function withKeys(owner: Plain, keys: readonly string[], value: unknown, isKept: boolean): Plain | undefined {
  const [key, ...rest] = keys as [string, ...string[]];
  const inner = rest.length ? withKeys((Object.hasOwn(owner, key) ? owner[key] : {}) as Plain, rest, value, false) : value;
  const { [key]: _old, ...others } = owner;
  if (inner !== null && inner !== undefined) return { ...others, [key]: inner };
  if (isKept) return { ...others, [key]: {} };
  return Object.keys(others).length ? others : undefined;
}
