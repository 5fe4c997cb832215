/**
 * The state of a log after one more entry (rule 2): total, pure, and no dearer than the entry is long. `commit` is the strict side;
 * here everything has an outcome, and what cannot be done as it was meant becomes a conflict.
 */
import type { RecordKind } from './fieldKind.ts';
import { addRecord, insertRecord } from './addRecord.ts';
import { CommittedEntry, findOpProblem, readEntry } from './checkEntry.ts';
import { effectOf, type Effect } from './effect.ts';
import { currentVersions, highestRules, highestSchema, isSchemaKnown, migrateFlow, migrateRecord, upcastOps, type Versions } from './migrate.ts';
import type { PlainRecord } from './place.ts';
import { RecordMap } from './recordMap.ts';
import { buildReferences } from './references.ts';
import { removeRecord } from './removeRecord.ts';
import { addConflict, mapOf, setMap, startRun, touch, type Draft, type Run } from './run.ts';
import { RECORD_KINDS } from './schema.ts';
import { setField } from './setField.ts';
import type { LogState } from './state.ts';
import type { Op, Transaction } from './transaction.ts';
import { Trash } from './trash.ts';

/** The state after an entry. Never throws; a malformed entry raises `no` and does nothing else. */
export function fold(state: LogState, entry: Transaction, versions: Versions = currentVersions): LogState {
  return run(state, entry, versions, false).draft;
}

/** The state after an entry, and what the entry really changed. */
export function foldWithEffect(state: LogState, entry: Transaction, versions: Versions = currentVersions): { state: LogState; effect: Effect } {
  const done = run(state, entry, versions, true);
  return { state: done.draft, effect: effectOf(state, done) };
}

/**
 * False when the entry leads to a schema or rules version that this code does not know: the replica stops before it, read-only,
 * with its pending entries kept (rule 12).
 */
export function canFold(state: LogState, entry: Transaction, versions: Versions = currentVersions): boolean {
  if (!isSchemaKnown(versions, state.schema) || !versions.rules.has(state.rules)) return false;
  const read = readEntry(entry);
  if (!read || read.scope === 'comment' || read.schema > state.schema) return true;
  for (const op of read.ops) {
    if (op.op === 'log.upgrade' && isRise(state, op) && (op.schema > highestSchema(versions) || op.rules > highestRules(versions))) return false;
  }
  return true;
}

/** Folds one op of an entry into a run; exported for `commit`, whose ops see the effect of those before them. */
export function foldOp(run: Run, op: Op): void {
  switch (op.op) {
    case 'set':
      return setField(run, op.kind, op.id, op.field, op.from, op.to);
    case 'add':
      return addRecord(run, op.kind as RecordKind, op.id, op.value);
    case 'remove':
      return removeRecord(run, op.kind as RecordKind, op.id, op.from);
    case 'version.add':
      return addVersion(run, op);
    case 'conflict.resolve':
      run.draft.conflict = run.draft.conflict.without(op.id);
      run.touchedConflicts.push(op.id);
      return;
    case 'log.upgrade':
      if (isRise(run.draft, op)) upgrade(run, op.schema, op.rules);
  }
}

function run(state: LogState, entry: Transaction, versions: Versions, wantsEffect: boolean): Run {
  const read = readEntry(entry);
  const started = startRun(state, read ?? NOBODY, versions, wantsEffect);
  started.draft.no = state.no + 1;
  if (!read || read.schema > state.schema) return started;
  const ops = read.schema < state.schema ? upcastOps(read.ops, read.schema, state.schema, versions) : read.ops;
  if (!(ops === read.ops && CommittedEntry.isOne(read)) && findOpProblem(ops) !== null) return started;
  foldOps(started, ops, read.scope === 'comment');
  return started;
}

/** Author of an entry that nobody can read; it opens no conflict that could carry this name. */
const NOBODY: Pick<Transaction, 'id' | 'author' | 'at'> = { id: '', author: { kind: 'import', id: '', name: '' }, at: 0 };

function foldOps(run: Run, ops: readonly Op[], commentsOnly: boolean): void {
  const isOutside = commentsOnly ? ops.map((op) => !isInCommentScope(run.draft, op)) : null;
  let groups: Map<string, number[]> | null = null;
  for (let i = 0; i < ops.length; i++) {
    const group = ops[i]!.group;
    if (group === undefined || isOutside?.[i]) continue;
    groups ??= new Map();
    const members = groups.get(group);
    if (members) members.push(i);
    else groups.set(group, [i]);
  }
  for (let i = 0; i < ops.length; i++) {
    const op = ops[i]!;
    if (isOutside?.[i]) continue;
    if (op.group !== undefined) {
      const members = groups!.get(op.group)!;
      if (members[0] === i) foldGroup(run, ops, members, op.group);
    } else {
      run.op = i;
      foldOp(run, op);
    }
  }
}

/** Rule 7: the ops of a group stand or fall together. */
function foldGroup(run: Run, ops: readonly Op[], members: number[], group: string): void {
  const before: Draft = { ...run.draft };
  const isHopeless = members.some((i) => {
    const op = ops[i]!;
    return op.op === 'remove' && !before[op.kind as RecordKind].has(op.id);
  });
  const holding = run.holding;
  if (!isHopeless) {
    for (const i of members) {
      run.op = i;
      foldOp(run, ops[i]!);
    }
    if (run.holding === holding) return;
  }
  Object.assign(run.draft, before);
  run.holding = holding;
  run.op = members[0]!;
  const { id: entryId, author, at } = run.entry;
  const lost = members.map((i) => ops[i]!);
  addConflict(run, { id: `${entryId}:group:${group}`, entryId, op: run.op, reason: 'group', lost, author, at });
}

/** Rule 16: what a commenter's entry may touch; the rest is as if it were not in the entry. */
function isInCommentScope(state: LogState, op: Op): boolean {
  if (op.op === 'conflict.resolve') return state.conflict.get(op.id)?.kind === 'comment';
  return (op.op === 'add' || op.op === 'set' || op.op === 'remove') && op.kind === 'comment';
}

function addVersion(run: Run, op: Extract<Op, { op: 'version.add' }>): void {
  if (run.draft.version.has(op.id)) return;
  const about = op.description === undefined ? { name: op.name } : { name: op.name, description: op.description };
  insertRecord(run, 'version', op.id, { id: op.id, ...about, no: run.draft.no, at: run.entry.at });
}

function isRise(state: LogState, op: { schema: number; rules: number }): boolean {
  return op.schema >= state.schema && op.rules >= state.rules && (op.schema > state.schema || op.rules > state.rules);
}

/** Rule 12: the whole state in a newer version. Lost values of conflicts stay as they were lost. */
function upgrade(run: Run, schema: number, rules: number): void {
  const { draft, versions } = run;
  if (!isSchemaKnown(versions, schema) || !versions.rules.has(rules)) return;
  const from = draft.schema;
  draft.schema = schema;
  draft.rules = rules;
  if (schema === from) return;
  const migrate = (kind: RecordKind, record: PlainRecord) => migrateRecord(kind, record, from, schema, versions);
  const flow = migrateFlow(draft.flow, from, schema, versions) as Draft['flow'];
  if (flow !== draft.flow) {
    for (const key of new Set([...Object.keys(draft.flow), ...Object.keys(flow)])) touch(run, 'flow', flow.id, key);
    draft.flow = flow;
  }
  for (const kind of RECORD_KINDS) {
    const entries: [string, PlainRecord][] = [];
    for (const [id, record] of mapOf(draft, kind)) {
      const migrated = migrate(kind, record);
      if (migrated !== record) touch(run, kind, id, null);
      entries.push([id, migrated]);
    }
    setMap(draft, kind, RecordMap.from(entries));
  }
  draft.trash = Trash.from([...draft.trash].map((item) => ({ ...item, record: migrate(item.kind, item.record) })));
  draft.references = buildReferences(draft);
}
