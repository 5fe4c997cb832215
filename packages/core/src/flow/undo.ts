/** Rule 13: undo is a new entry made now, from what the undone entry really changed. Redo is the undo of the undo. */
import { isEqualJson } from '../base/index.ts';
import { commit } from './commit.ts';
import type { Change, Effect } from './effect.ts';
import { fieldTable, type FlowKind } from './fields.ts';
import { fold } from './fold.ts';
import type { RecordKind } from './fieldKind.ts';
import { equalAsideQuiet } from './quiet.ts';
import { isObject, readItem, readPlace, resolvePlace, type PlainRecord } from './place.ts';
import { placesOf } from './addRecord.ts';
import { mergeProse } from './prose.ts';
import { listReferrers, referenceFieldsByKind } from './references.ts';
import { findRecord, mapOf } from './run.ts';
import type { Conflict, LogState } from './state.ts';
import type { Intent, IntentOp } from './transaction.ts';

/** A record or field that stays as it is, because somebody has changed it since. */
export interface Kept {
  kind: FlowKind;
  id: string;
  field?: string;
}

/**
 * The intent that takes an effect back on the state of now, and what stays because it has changed since (to be named to the
 * person). The intent is null when nothing is left to take back; otherwise it commits on this state without error. Conflicts that the
 * entry opened are closed where undoing makes good what was lost; one that it closed stays closed.
 */
export function undoIntent(state: LogState, effect: Effect): { intent: Intent | null; kept: Kept[] } {
  const kept: Kept[] = [];
  const changes = effect.changes.flatMap(fieldByField);
  const returning = changes.filter((change) => change.field === undefined && change.after === null);
  const leaving = changes.filter((change) => change.field === undefined && change.before === null);
  const back = restore(state, returning, kept);
  const gone = removals(state, leaving, changes, kept);
  const thereAfter = (kind: RecordKind, id: string) => back.ids.has(`${kind}:${id}`) || (mapOf(state, kind).has(id) && !gone.ids.has(`${kind}:${id}`));
  const sets: IntentOp[] = [];
  for (const change of changes) if (change.field !== undefined) restoreField(state, change, change.field, thereAfter, gone.ids, sets, kept);
  const ops = [...back.ops, ...sets, ...gone.ops];
  if (ops.length === 0) return { intent: null, kept };
  return { intent: { ops: [...ops, ...settledConflicts(state, effect, ops)] }, kept };
}

/** Conflicts that the undone entry opened and whose loss the undo makes good: they have nothing left to say. */
function settledConflicts(state: LogState, effect: Effect, ops: readonly IntentOp[]): IntentOp[] {
  const open = effect.opened.flatMap((id) => state.conflict.get(id) ?? []);
  if (open.length === 0) return [];
  const after = fold(state, commit(state, { ops }, { id: 'undo', logId: 'undo', author: { kind: 'user', id: '', name: '' }, at: 0 }));
  const isBack = ({ kind, recordId, field, lost }: Conflict) => {
    const record = kind && recordId !== undefined ? findRecord(after, kind, recordId) : undefined;
    if (!kind || !record) return false;
    if (field === undefined) return kind !== 'flow' && isObject(lost) && equalAsideQuiet(fieldTable[kind], record, lost);
    const place = resolvePlace(kind, field);
    return place !== null && isEqualJson(readPlace(record, place), lost);
  };
  return open.filter(isBack).map((conflict) => ({ op: 'conflict.resolve', id: conflict.id }));
}

/** A record that was replaced as a whole (removed and added again in one entry), as its fields. */
function fieldByField(change: Change): Change[] {
  if (change.field !== undefined || change.before === null || change.after === null || change.kind === 'flow') return [change];
  const kind = change.kind;
  const before = new Map(placesOf(kind, change.before as PlainRecord).map(({ place, value }) => [place.path, value]));
  const after = new Map(placesOf(kind, change.after as PlainRecord).map(({ place, value }) => [place.path, value]));
  const out: Change[] = [];
  for (const field of new Set([...before.keys(), ...after.keys()])) {
    const left = before.get(field) ?? null;
    const right = after.get(field) ?? null;
    if (!isEqualJson(left, right)) out.push({ kind, id: change.id, field, before: left, after: right });
  }
  return out;
}

/** Removed records come back as they were, targets before those that refer to them; what they can no longer refer to is left out. */
function restore(state: LogState, changes: Change[], kept: Kept[]): { ops: IntentOp[]; ids: Set<string> } {
  const ids = new Set<string>();
  const ops: IntentOp[] = [];
  let waiting = changes.filter((change) => {
    const isFree = change.kind !== 'flow' && change.kind !== 'version' && !mapOf(state, change.kind).has(change.id);
    if (!isFree) kept.push({ kind: change.kind, id: change.id });
    return isFree;
  });
  // Rounds, because a comment may reply to one that comes back as well.
  for (let isStuck = false; waiting.length > 0; ) {
    const later: Change[] = [];
    const coming = new Set(waiting.map((change) => `${change.kind}:${change.id}`));
    for (const change of waiting) {
      const kind = change.kind as RecordKind;
      const isThere = (target: RecordKind, id: string) => ids.has(`${target}:${id}`) || mapOf(state, target).has(id);
      const value = withPresentReferences(kind, change.before as PlainRecord, isThere, (target, id) => !isStuck && coming.has(`${target}:${id}`) && !(target === kind && id === change.id));
      if (value === 'wait') later.push(change);
      else if (value === null) kept.push({ kind, id: change.id });
      else {
        ids.add(`${kind}:${change.id}`);
        ops.push({ op: 'add', kind, id: change.id, value });
      }
    }
    isStuck = later.length === waiting.length;
    waiting = later;
  }
  return { ops, ids };
}

function withPresentReferences(kind: RecordKind, record: PlainRecord, isThere: (kind: RecordKind, id: string) => boolean, isComing: (kind: RecordKind, id: string) => boolean): PlainRecord | 'wait' | null {
  let out = record;
  for (const { place, target, required, isSet } of referenceFieldsByKind[kind]) {
    const to = readPlace(out, place);
    const targets = isSet && isObject(to) ? Object.keys(to) : typeof to === 'string' ? [to] : [];
    const missing = targets.filter((id) => !isThere(target, id));
    if (missing.some((id) => isComing(target, id))) return 'wait';
    if (missing.length === 0) continue;
    if (required) return null;
    const rest = targets.filter((id) => !missing.includes(id));
    const value = isSet && rest.length ? Object.fromEntries(rest.map((id) => [id, true])) : undefined;
    const holder = place.group === '' ? out : (out[place.group] as PlainRecord);
    const { [place.key]: _, ...others } = holder;
    const next = value ? { ...others, [place.key]: value } : others;
    out = place.group === '' ? next : { ...out, [place.group]: next };
  }
  return out;
}

/** Added records go again, unless somebody has changed them since or now leans on them. */
function removals(state: LogState, changes: Change[], all: Change[], kept: Kept[]): { ops: IntentOp[]; ids: Set<string> } {
  const ids = new Set<string>();
  for (const change of changes) {
    if (change.kind === 'flow' || change.kind === 'version') {
      kept.push({ kind: change.kind, id: change.id });
      continue;
    }
    const current = mapOf(state, change.kind).get(change.id);
    if (!current) continue;
    if (equalAsideQuiet(fieldTable[change.kind], current, change.after as PlainRecord)) ids.add(`${change.kind}:${change.id}`);
    else kept.push({ kind: change.kind, id: change.id });
  }
  const isOwnField = (kind: RecordKind, id: string, field: string) => all.some((change) => change.kind === kind && change.id === id && change.field === field);
  // What stays keeps what it leans on; repeated, because each that stays may hold another.
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    for (const change of changes) {
      const key = `${change.kind}:${change.id}`;
      if (!ids.has(key)) continue;
      const holder = listReferrers(state.references, change.id, change.kind as RecordKind).find((referrer) => !ids.has(`${referrer.kind}:${referrer.id}`) && !isOwnField(referrer.kind, referrer.id, referrer.field));
      if (!holder) continue;
      ids.delete(key);
      kept.push({ kind: change.kind, id: change.id });
      isSettled = false;
    }
  }
  const ops = changes.filter((change) => ids.has(`${change.kind}:${change.id}`)).reverse();
  return { ops: ops.map((change): IntentOp => ({ op: 'remove', kind: change.kind as RecordKind, id: change.id })), ids };
}

function restoreField(state: LogState, change: Change, field: string, isThere: (kind: RecordKind, id: string) => boolean, gone: ReadonlySet<string>, ops: IntentOp[], kept: Kept[]): void {
  const { kind, id } = change;
  const keep = () => void kept.push({ kind, id, field });
  const record = findRecord(state, kind, id);
  const place = resolvePlace(kind, field);
  if (gone.has(`${kind}:${id}`)) return;
  if (!record || !place || (place.at === 'itemField' && !readItem(record, place))) return keep();
  const current = readPlace(record, place);
  if (isEqualJson(current, change.before)) return;
  let to = change.before;
  if (!isEqualJson(current, change.after)) {
    const texts = [change.after, current, change.before];
    if (place.kind !== 'prose' || !texts.every((text) => typeof text === 'string')) return keep();
    const merged = mergeProse(change.after as string, current as string, change.before as string);
    // Where somebody wrote over the same words, theirs stand.
    if (merged.clash) return keep();
    if (merged.text === current) return;
    to = merged.text;
  }
  const target = place.at === 'itemField' ? undefined : place.spec.reference?.kind;
  if (target && to !== null) {
    const targets = place.at === 'entry' ? [place.entryId] : typeof to === 'string' ? [to] : Object.keys(to as PlainRecord);
    if (!targets.every((targetId) => isThere(target, targetId))) return keep();
  }
  ops.push({ op: 'set', kind, id, field, to });
}
