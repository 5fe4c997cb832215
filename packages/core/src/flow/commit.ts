/**
 * The strict side of the log (rule 2): what somebody wants, as a transaction that is right on the view that they see, or a typed
 * error with the index of the op that is not. Ops see the effect of the ones before them; `from` and cascades are written out
 * (rule 3), text is NFC, list items get their order keys (rule 8), and what changes nothing is left out.
 */
import { AppError, ID_PATTERN, isEqualJson, normalizeJson } from '../base/index.ts';
import { emptyAsNull } from './absence.ts';
import { CommittedEntry, setProblem, valueProblem } from './checkEntry.ts';
import type { FlowKind } from './fields.ts';
import type { RecordKind } from './fieldKind.ts';
import { foldOp } from './fold.ts';
import { withoutNulls, withOrders } from './intentValue.ts';
import { isJson } from './json.ts';
import { currentVersions, highestRules, highestSchema, type Versions } from './migrate.ts';
import { entryPlace, isObject, readItem, readPlace, resolvePlace, type Place, type PlainRecord } from './place.ts';
import { listReferrers, referenceFieldsByKind } from './references.ts';
import { findRecord, mapOf, startRun, type Run } from './run.ts';
import type { LogState } from './state.ts';
import { authorSchema, transactionSchema, type Author, type Intent, type IntentOp, type Op, type Transaction } from './transaction.ts';

/** Who commits, when and where. `at`: integer ms UTC. */
export interface CommitMeta {
  id: string;
  logId: string;
  author: Author;
  at: number;
  scope?: 'edit' | 'comment';
}

/**
 * The transaction of an intent on the state that its author sees. Throws AppError with `params.opIndex`: OP_RECORD_MISSING,
 * OP_ID_TAKEN, OP_FIELD_CHANGED, OP_FIELD_INVALID, OP_VALUE_INVALID, OP_REFERENCE_MISSING, OP_KIND_UNKNOWN, OP_OUT_OF_SCOPE; and
 * INTENT_EMPTY when nothing would change.
 */
export function commit(state: LogState, intent: Intent, meta: CommitMeta, versions: Versions = currentVersions): Transaction {
  if (!isMetaRight(meta) || !(intent.message === undefined || typeof intent.message === 'string')) {
    throw new AppError('ENTRY_INVALID', 'The envelope of this change is not right. Nothing was changed.', { id: meta.id, logId: meta.logId });
  }
  const ops = commitOps(state, intent.ops, meta, versions);
  if (ops.length === 0) {
    throw new AppError('INTENT_EMPTY', 'This change would leave everything as it is. Nothing was changed.', {});
  }
  return new CommittedEntry(meta, state.schema, intent.message, ops);
}

/**
 * Checks a transaction from outside (a file, a command line) against a state as `commit` would: throws the same errors, and
 * TRANSACTION_INVALID when it is no transaction at all.
 */
export function checkTransaction(state: LogState, entry: unknown, versions: Versions = currentVersions): Transaction {
  const read = transactionSchema.safeParse(entry);
  if (!read.success) {
    const issue = read.error.issues[0]!;
    const opIndex = issue.path[0] === 'ops' && typeof issue.path[1] === 'number' ? issue.path[1] : undefined;
    const path = issue.path.join('.');
    throw new AppError('TRANSACTION_INVALID', `This is no transaction: ${path || 'the whole'} is wrong (${issue.message}). Nothing was changed.`, { path, opIndex, problem: issue.message });
  }
  if (read.data.schema !== state.schema) {
    throw new AppError('TRANSACTION_SCHEMA', `The transaction is written in schema ${read.data.schema}, the flow in ${state.schema}. Nothing was changed.`, { schema: read.data.schema, flowSchema: state.schema });
  }
  commitOps(state, read.data.ops as IntentOp[], read.data, versions);
  return read.data;
}

interface Build {
  /** The state that the next op sees. */
  view: LogState;
  /** Makes that state; there from the first op on whose effect somebody has to see. */
  run: Run | null;
  meta: CommitMeta;
  versions: Versions;
  ops: Op[];
  index: number;
  scope: 'edit' | 'comment';
  /** Records that earlier ops of this intent have removed, by kind:id: removing them again is no mistake. */
  removed: Set<string> | null;
  /** True at the last op: nobody needs to see its effect. */
  isLast: boolean;
}

function commitOps(state: LogState, intent: readonly IntentOp[], meta: CommitMeta, versions: Versions): Op[] {
  const build: Build = { view: state, run: null, meta, versions, ops: [], index: 0, scope: meta.scope ?? 'edit', removed: null, isLast: false };
  for (build.index = 0; build.index < intent.length; build.index++) {
    build.isLast = build.index === intent.length - 1;
    const op = intent[build.index]!;
    if (!isObject(op)) fail(build, 'OP_KIND_UNKNOWN', 'This is no op.', {});
    if (op.group !== undefined && (typeof op.group !== 'string' || op.group === '')) fail(build, 'OP_VALUE_INVALID', 'The group of an op is a name.', { path: 'group' });
    if (build.scope === 'comment' && !isInScope(build, op)) {
      fail(build, 'OP_OUT_OF_SCOPE', 'This role may only comment.', { op: op.op });
    }
    commitOp(build, op);
  }
  return build.ops;
}

function commitOp(build: Build, op: IntentOp): void {
  switch (op.op) {
    case 'add':
      return commitAdd(build, op);
    case 'set':
      return commitSet(build, op);
    case 'remove':
      return commitRemove(build, op);
    case 'version.add':
      return commitVersion(build, op);
    case 'conflict.resolve':
      if (!build.view.conflict.has(op.id)) fail(build, 'OP_RECORD_MISSING', `There is no open conflict ${op.id}.`, { kind: 'conflict', id: op.id });
      return emit(build, { ...op });
    case 'log.upgrade':
      return commitUpgrade(build, op);
    default:
      fail(build, 'OP_KIND_UNKNOWN', `There is no op "${String((op as { op?: unknown }).op)}".`, { op: (op as { op?: unknown }).op });
  }
}

/** Takes an op into the transaction and, unless it is the last, lets the next ones see its effect. */
function emit(build: Build, op: Op, isSeen = !build.isLast): void {
  if (op.group === undefined && 'group' in op) delete op.group;
  build.ops.push(op);
  if (!isSeen) return;
  if (!build.run) {
    build.run = startRun(build.view, build.meta, build.versions, false);
    build.run.draft.no += 1;
    build.view = build.run.draft;
  }
  foldOp(build.run, op);
}

function commitAdd(build: Build, op: Extract<IntentOp, { op: 'add' }>): void {
  const { kind, id, group } = op;
  checkKind(build, kind);
  if (mapOf(build.view, kind).has(id)) fail(build, 'OP_ID_TAKEN', `There is already a ${kind} ${id}.`, { kind, id });
  if (!isObject(op.value) || !isJson(op.value)) fail(build, 'OP_VALUE_INVALID', `The value of the new ${kind} ${id} is not plain data.`, { kind, id, path: '' });
  const value = withOrders(kind, withoutNulls(kind, normalizeJson({ ...op.value, id: op.value.id ?? id })));
  const problem = value.id === id ? valueProblem(kind, id, value) : 'id';
  if (problem !== null) fail(build, 'OP_VALUE_INVALID', `The new ${kind} ${id} cannot have this ${problem || 'value'}.`, { kind, id, path: problem });
  for (const { place, target, isSet } of referenceFieldsByKind[kind]) {
    const to = readPlace(value, place);
    for (const targetId of isSet && isObject(to) ? Object.keys(to) : typeof to === 'string' ? [to] : []) {
      if (mapOf(build.view, target).has(targetId)) continue;
      missingReference(build, kind, id, place.path, target, targetId);
    }
  }
  emit(build, group === undefined ? { op: 'add', kind, id, value } : { op: 'add', kind, id, value, group });
}

function commitSet(build: Build, op: Extract<IntentOp, { op: 'set' }>): void {
  const { kind, id } = op;
  const field = typeof op.field === 'string' ? op.field.normalize('NFC') : '';
  if (kind !== 'flow' && !Object.hasOwn(referenceFieldsByKind, kind)) fail(build, 'OP_KIND_UNKNOWN', `There is no kind of record "${String(kind)}".`, { kind });
  const record = findRecord(build.view, kind, id);
  if (!record) fail(build, 'OP_RECORD_MISSING', `There is no ${kind} ${id}.`, { kind, id });
  const place = resolvePlace(kind, field);
  if (!place) fail(build, 'OP_FIELD_INVALID', `A ${kind} has no field "${String(op.field)}" to set.`, { kind, id, field });
  if (place.at === 'itemField' && !readItem(record, place)) fail(build, 'OP_RECORD_MISSING', `The ${kind} ${id} has no item at "${field}".`, { kind, id, field });
  const current = readPlace(record, place);
  const isMap = place.at === 'field' && (place.kind === 'list' || place.kind === 'set');
  if (op.from !== undefined && !isEqualJson(isMap ? emptyAsNull(op.from) : op.from, current)) {
    fail(build, 'OP_FIELD_CHANGED', `The ${field} of ${kind} ${id} has changed in the meantime.`, { kind, id, field, from: op.from, current });
  }
  if (op.to !== undefined && !isJson(op.to)) fail(build, 'OP_VALUE_INVALID', `The ${field} of ${kind} ${id} can hold plain data only.`, { kind, id, path: field });
  const to = normalizeJson(op.to ?? null);
  if (isMap) return commitEntries(build, op, place, isObject(current) ? current : {}, to);
  setOne(build, kind, id, place, current, to, op.group, !build.isLast);
}

/** A whole list or set, written entry by entry: two people who add an item each keep both. */
function commitEntries(build: Build, op: Extract<IntentOp, { op: 'set' }>, place: Place, current: PlainRecord, to: unknown): void {
  const problem = setProblem(op.kind, place.path, isObject(to) ? withOrders(op.kind as RecordKind, { [place.key]: to })[place.key] : to);
  if (problem !== null) fail(build, 'OP_VALUE_INVALID', `The ${op.kind} ${op.id} cannot have this ${problem}.`, { kind: op.kind, id: op.id, path: problem });
  const wanted = isObject(to) ? to : {};
  for (const entryId of new Set([...Object.keys(current), ...Object.keys(wanted)])) {
    const entry = Object.hasOwn(wanted, entryId) ? wanted[entryId] : null;
    setOne(build, op.kind, op.id, entryPlace(place, entryId), current[entryId] ?? null, entry, op.group, true);
  }
}

function setOne(build: Build, kind: FlowKind, id: string, place: Place, current: unknown, to: unknown, group: string | undefined, isSeen: boolean): void {
  if (place.at === 'entry' && place.spec.kind === 'list' && isObject(to)) to = withOrders(kind as RecordKind, to, place, findRecord(build.view, kind, id)!);
  if (isEqualJson(current, to)) return;
  const problem = setProblem(kind, place.path, to);
  if (problem !== null) fail(build, 'OP_VALUE_INVALID', `The ${problem} of ${kind} ${id} cannot have this value.`, { kind, id, path: problem, value: to });
  const target = place.at === 'itemField' ? undefined : place.spec.reference?.kind;
  if (target && to !== null) {
    const targetId = place.at === 'entry' ? place.entryId : (to as string);
    if (!mapOf(build.view, target).has(targetId)) missingReference(build, kind, id, place.path, target, targetId);
  }
  const op: Op = { op: 'set', kind, id, field: place.path, from: current, to };
  if (group !== undefined) op.group = group;
  emit(build, op, isSeen);
}

function commitRemove(build: Build, op: Extract<IntentOp, { op: 'remove' }>): void {
  const { kind, id } = op;
  checkKind(build, kind);
  const record = mapOf(build.view, kind).get(id);
  if (!record) {
    if (build.removed?.has(`${kind}:${id}`)) return;
    fail(build, 'OP_RECORD_MISSING', `There is no ${kind} ${id}.`, { kind, id });
  }
  if (op.from !== undefined && !isEqualJson({ ...op.from, id }, record)) {
    fail(build, 'OP_FIELD_CHANGED', `The ${kind} ${id} has changed in the meantime.`, { kind, id, from: op.from, current: record });
  }
  removeWithReferrers(build, kind, id, op.group);
}

/** Rule 3: the edges of a node (and every other cascade) as ops of their own, before the record goes. */
function removeWithReferrers(build: Build, kind: RecordKind, id: string, group: string | undefined): void {
  for (const referrer of listReferrers(build.view.references, id, kind)) {
    const record = mapOf(build.view, referrer.kind).get(referrer.id);
    if (!record) continue;
    if (referrer.required) removeWithReferrers(build, referrer.kind, referrer.id, group);
    else {
      const place = resolvePlace(referrer.kind, referrer.field)!;
      const current = readPlace(record, place);
      if (current !== null) emit(build, { op: 'set', kind: referrer.kind, id: referrer.id, field: referrer.field, from: current, to: null, group }, true);
    }
  }
  const from = mapOf(build.view, kind).get(id)!;
  (build.removed ??= new Set()).add(`${kind}:${id}`);
  emit(build, { op: 'remove', kind, id, from, group }, true);
}

function commitVersion(build: Build, op: Extract<IntentOp, { op: 'version.add' }>): void {
  const { id, name, description, group } = op;
  if (build.view.version.has(id)) fail(build, 'OP_ID_TAKEN', `There is already a version ${id}.`, { kind: 'version', id });
  const about = description === undefined ? { name } : { name, description };
  const problem = name === '' ? 'name' : valueProblem('version', id, { ...about, no: 0, at: 0 });
  if (problem !== null) fail(build, 'OP_VALUE_INVALID', `The version ${id} cannot have this ${problem}.`, { kind: 'version', id, path: problem });
  emit(build, { op: 'version.add', id, ...normalizeJson(about), ...(group === undefined ? {} : { group }) });
}

function commitUpgrade(build: Build, op: Extract<IntentOp, { op: 'log.upgrade' }>): void {
  const { view: draft, versions } = build;
  const isKnown = Number.isInteger(op.schema) && Number.isInteger(op.rules) && op.schema <= highestSchema(versions) && op.rules <= highestRules(versions);
  if (!isKnown) fail(build, 'OP_VALUE_INVALID', 'This program does not know the version to upgrade to.', { schema: op.schema, rules: op.rules });
  if (op.schema < draft.schema || op.rules < draft.rules) fail(build, 'OP_VALUE_INVALID', 'A flow is never taken back to an older version.', { schema: op.schema, rules: op.rules });
  if (op.schema > draft.schema || op.rules > draft.rules) emit(build, { ...op });
}

/** Cheap, because every edit pays it: what `transactionSchema` asks of an envelope. */
function isMetaRight({ id, logId, author, at, scope }: CommitMeta): boolean {
  const isAuthor = isObject(author) && AUTHOR_KINDS.has(author.kind as string) && typeof author.id === 'string' && typeof author.name === 'string';
  return ID_PATTERN.test(id) && ID_PATTERN.test(logId) && Number.isSafeInteger(at) && isAuthor && (scope === undefined || scope === 'edit' || scope === 'comment');
}

const AUTHOR_KINDS = new Set<string>(authorSchema.shape.kind.options);

function isInScope(build: Build, op: IntentOp): boolean {
  if (op.op === 'conflict.resolve') return build.view.conflict.get(op.id)?.kind === 'comment';
  return (op.op === 'add' || op.op === 'set' || op.op === 'remove') && op.kind === 'comment';
}

function checkKind(build: Build, kind: RecordKind): void {
  if (kind === 'version' || !Object.hasOwn(referenceFieldsByKind, kind)) {
    fail(build, 'OP_KIND_UNKNOWN', `Records of kind "${String(kind)}" cannot be added or removed.`, { kind });
  }
}

function missingReference(build: Build, kind: FlowKind, id: string, field: string, target: RecordKind, targetId: string): never {
  return fail(build, 'OP_REFERENCE_MISSING', `The ${field} of ${kind} ${id} names a ${target} ${targetId} that is not there.`, { kind, id, field, target, targetId });
}

function fail(build: Build, code: string, sentence: string, params: Record<string, unknown>): never {
  throw new AppError(code, `${sentence} Nothing was changed.`, { opIndex: build.index, ...params });
}
