/**
 * The oracle of the fold: a second fold, written from the rules of the log alone, on plain objects, copying everything at every
 * step. For tests only; whoever changes a rule changes it here and in `fold.ts`, from the rule and not from one another.
 */
import type { RecordKind } from './fieldKind.ts';
import type { FlowKind } from './fields.ts';
import { flat, has, isEmptyObject, isMalformedOp, isPlain, loud, namesProto, own, placeOf, read, references, same, withoutEmpties, withoutKeys, write, type NaivePlace, type Plain } from './naiveFields.ts';
import { naiveMerge } from './naiveMerge.ts';
import { DOCUMENT_KEYS, RECORD_KINDS, RULES_VERSION, SCHEMA_VERSION } from './schema.ts';
import { transactionSchema, type Op, type Transaction } from './transaction.ts';

type PlainRecords = Record<string, Plain>;

/** The state as canonical JSON holds it. */
export interface NaiveState {
  no: number;
  schema: number;
  rules: number;
  flow: Plain;
  nodes: PlainRecords;
  edges: PlainRecords;
  frames: PlainRecords;
  comments: PlainRecords;
  personas: PlainRecords;
  goals: PlainRecords;
  versions: PlainRecords;
  conflicts: PlainRecords;
  trash: Plain[];
}

/** The state of a log before its first entry. */
export function naiveInitialState(flowId: string): NaiveState {
  return { no: 0, schema: 1, rules: 1, flow: { id: flowId, name: '' }, nodes: {}, edges: {}, frames: {}, comments: {}, personas: {}, goals: {}, versions: {}, conflicts: {}, trash: [] };
}

/** The state after an entry; the state before stays as it was. */
export function naiveFold(before: NaiveState, entry: unknown): NaiveState {
  let state = copyOf(before);
  state.no += 1;
  if (isMalformedEntry(state, entry)) return state;
  const transaction = entry as Transaction;
  const ops = transaction.ops.map((op, index) => ({ op, index })).filter(({ op }) => transaction.scope !== 'comment' || isCommentOp(state, op));
  const done = new Set<string>();
  for (const { op, index } of ops) {
    if (op.group === undefined) {
      new Run(state, transaction).apply(op, index);
      continue;
    }
    if (done.has(op.group)) continue;
    done.add(op.group);
    const members = ops.filter((other) => other.op.group === op.group);
    const copy = copyOf(state);
    const run = new Run(copy, transaction);
    let isHeld = members.some(({ op: member }) => member.op === 'remove' && !has(records(state, member.kind as RecordKind), member.id));
    if (!isHeld) {
      for (const member of members) run.apply(member.op, member.index);
      isHeld = run.opened.some((conflict) => conflict.reason === 'removed' || conflict.reason === 'missing');
    }
    if (!isHeld) state = copy;
    else {
      const id = `${transaction.id}:group:${op.group}`;
      state.conflicts[id] = structuredClone({ id, entryId: transaction.id, op: index, reason: 'group', lost: members.map((member) => member.op), author: transaction.author, at: transaction.at });
    }
  }
  return state;
}

/** Applies ops one after the other to a state that is its own. */
class Run {
  readonly opened: Plain[] = [];
  private readonly state: NaiveState;
  private readonly entry: Transaction;

  constructor(state: NaiveState, entry: Transaction) {
    this.state = state;
    this.entry = entry;
  }

  apply(op: Op, index: number): void {
    if (op.op === 'add') this.add(index, op.kind as RecordKind, op.id, op.value);
    else if (op.op === 'set') this.set(index, op.kind, op.id, op.field, op.from ?? null, op.to ?? null);
    else if (op.op === 'remove') this.remove(index, op.kind as RecordKind, op.id, op.from);
    else if (op.op === 'version.add') {
      if (has(this.state.versions, op.id)) return;
      this.state.versions[op.id] = { id: op.id, name: op.name, ...(op.description === undefined ? {} : { description: op.description }), no: this.state.no, at: this.entry.at };
    } else if (op.op === 'conflict.resolve') delete this.state.conflicts[op.id];
    else if (op.schema >= this.state.schema && op.rules >= this.state.rules && op.schema <= SCHEMA_VERSION && op.rules <= RULES_VERSION) {
      // There is one version of both so far: nothing to migrate.
      this.state.schema = op.schema;
      this.state.rules = op.rules;
    }
  }

  private say(op: number, reason: string, what: { kind: FlowKind; recordId: string; field?: string }, lost: unknown): void {
    const id = `${this.entry.id}:${op}:${what.kind}:${what.recordId}:${what.field ?? ''}`;
    const conflict = structuredClone({ id, entryId: this.entry.id, op, reason, ...what, lost: lost ?? null, author: this.entry.author, at: this.entry.at });
    this.state.conflicts[id] = conflict;
    this.opened.push(conflict);
  }

  private add(op: number, kind: RecordKind, id: string, value: Plain): void {
    const all = records(this.state, kind);
    const tidy = withoutEmpties(kind, value);
    if (has(all, id)) {
      for (const [path, item] of flat(kind, tidy).sort(([a], [b]) => (a < b ? -1 : 1))) this.set(op, kind, id, path, null, item);
      return;
    }
    for (const spec of references(kind)) {
      if (spec.reference!.required && !has(records(this.state, spec.reference!.kind), read(tidy, spec.path.split('.')) as string)) {
        this.say(op, 'missing', { kind, recordId: id }, value);
        return;
      }
    }
    const record: Plain = structuredClone({ ...tidy, id });
    for (const spec of references(kind)) {
      const keys = spec.path.split('.');
      const targets = read(record, keys) ?? null;
      const known = records(this.state, spec.reference!.kind);
      if (spec.kind === 'set') {
        for (const target of Object.keys((targets ?? {}) as Plain)) {
          if (has(known, target)) continue;
          this.say(op, 'missing', { kind, recordId: id, field: `${spec.path}.${target}` }, true);
          write(record, [...keys, target], null);
        }
      } else if (targets !== null && !has(known, targets as string)) {
        this.say(op, 'missing', { kind, recordId: id, field: spec.path }, targets);
        write(record, keys, null);
      }
    }
    all[id] = withoutEmpties(kind, record);
  }

  private set(op: number, kind: FlowKind, id: string, path: string, from: unknown, to: unknown): void {
    const record = kind === 'flow' ? (this.state.flow.id === id ? this.state.flow : undefined) : has(records(this.state, kind), id) ? records(this.state, kind)[id] : undefined;
    const place = placeOf(kind, path)!;
    const what = { kind, recordId: id, field: path };
    // 1: nothing there to set it on.
    if (!record || (place.at === 'itemField' && read(record, place.keys.slice(0, -1)) === undefined)) return this.say(op, 'removed', what, to);
    const isMap = place.at === 'field' && (place.spec?.kind === 'list' || place.spec?.kind === 'set');
    if (isMap && isEmptyObject(to)) to = null;
    if (isMap && isEmptyObject(from)) from = null;
    const current = read(record, place.keys) ?? null;
    // 2: it is so already.
    if (same(current, to)) return;
    // 3: points to what is not there.
    const target = place.at === 'itemField' ? undefined : place.spec?.reference;
    if (target && to !== null) {
      const targets = place.at === 'entry' ? [place.keys.at(-1)!] : place.spec!.kind === 'set' ? Object.keys(to as Plain) : [to as string];
      if (targets.some((one) => !has(records(this.state, target.kind), one))) return this.say(op, 'missing', what, to);
    }
    if (place.at === 'entry' && place.spec.kind === 'list') return this.setItem(op, record, kind, id, path, place, current, from, to);
    // 4: just what the author saw.
    if (!same(current, from)) {
      // 5: by the field's kind.
      if (place.spec?.kind === 'prose' && typeof current === 'string' && typeof from === 'string' && typeof to === 'string') {
        const merged = naiveMerge(from, current, to);
        if (merged.clash) this.say(op, 'text', what, current);
        to = merged.text;
      } else if (place.spec?.kind !== 'quiet') this.say(op, 'field', what, current);
    }
    write(record, place.keys, to);
    this.tidy(kind, record);
  }

  private setItem(op: number, record: Plain, kind: FlowKind, id: string, path: string, place: NaivePlace, current: unknown, from: unknown, to: unknown): void {
    const what = { kind, recordId: id, field: path };
    if (current === null) {
      if (from === null) write(record, place.keys, to);
      else if (to !== null) this.say(op, 'removed', what, to);
      return;
    }
    if (to === null) {
      const quiet = [...place.spec!.item!.values()].filter((spec) => spec.kind === 'quiet').map((spec) => spec.path);
      if (!same(withoutKeys(current, quiet), withoutKeys(from, quiet))) this.say(op, 'unseen', what, current);
      write(record, place.keys, null);
      this.tidy(kind, record);
      return;
    }
    const seen = isPlain(from) ? from : null;
    const keys = new Set([...Object.keys(seen ?? {}), ...Object.keys(to as Plain)]);
    for (const key of [...keys].sort()) {
      if (!placeOf(kind, `${path}.${key}`)) continue;
      this.set(op, kind, id, `${path}.${key}`, own(seen ?? {}, key) ?? null, own(to as Plain, key) ?? null);
    }
  }

  private remove(op: number, kind: RecordKind, id: string, from: Plain): void {
    const record = records(this.state, kind)[id];
    if (!has(records(this.state, kind), id) || !record) return;
    if (!same(loud(kind, record), loud(kind, from))) this.say(op, 'unseen', { kind, recordId: id }, record);
    this.drop(op, kind, id);
  }

  private drop(op: number, kind: RecordKind, id: string): void {
    for (const found of this.referrers(kind, id)) {
      const other = records(this.state, found.kind)[found.id];
      if (!other) continue;
      const keys = found.path.split('.');
      const value = read(other, keys);
      if (value === undefined) continue;
      if (found.required) {
        this.say(op, 'cascade', { kind: found.kind, recordId: found.id }, other);
        this.drop(op, found.kind, found.id);
      } else {
        this.say(op, 'cascade', { kind: found.kind, recordId: found.id, field: found.path }, value);
        write(other, keys, null);
        this.tidy(found.kind, other);
      }
    }
    const all = records(this.state, kind);
    this.state.trash.push({ kind, id, record: all[id], no: this.state.no });
    if (this.state.trash.length > 2000) this.state.trash.shift();
    delete all[id];
  }

  private referrers(kind: RecordKind, id: string): { kind: RecordKind; id: string; path: string; required: boolean }[] {
    const out: { kind: RecordKind; id: string; path: string; required: boolean }[] = [];
    for (const other of RECORD_KINDS) {
      for (const otherId of Object.keys(records(this.state, other)).sort()) {
        const found: { path: string; required: boolean }[] = [];
        for (const spec of references(other)) {
          if (spec.reference!.kind !== kind) continue;
          const value = read(records(this.state, other)[otherId]!, spec.path.split('.'));
          if (spec.kind === 'set' ? isPlain(value) && has(value, id) : value === id) found.push({ path: spec.kind === 'set' ? `${spec.path}.${id}` : spec.path, required: spec.reference!.required });
        }
        found.sort((a, b) => (a.path < b.path ? -1 : 1));
        for (const one of found) out.push({ kind: other, id: otherId, ...one });
      }
    }
    return out;
  }

  /** Emptied lists, sets and optional groups are absent. */
  private tidy(kind: FlowKind, record: Plain): void {
    const tidied = withoutEmpties(kind, record);
    for (const key of Object.keys(record)) delete record[key];
    Object.assign(record, tidied);
  }
}

/** True for an entry that raises the number and has no other effect. */
export function isMalformedEntry(state: NaiveState, entry: unknown): boolean {
  if (!transactionSchema.safeParse(entry).success || namesProto(entry)) return true;
  const transaction = entry as Transaction;
  return transaction.schema < 1 || transaction.schema > state.schema || transaction.ops.some(isMalformedOp);
}

function isCommentOp(state: NaiveState, op: Op): boolean {
  if (op.op === 'conflict.resolve') return has(state.conflicts, op.id) && state.conflicts[op.id]!.kind === 'comment';
  return (op.op === 'add' || op.op === 'set' || op.op === 'remove') && op.kind === 'comment';
}

function records(state: NaiveState, kind: RecordKind): PlainRecords {
  return state[DOCUMENT_KEYS[kind]];
}

/** States are JSON, and JSON is the quickest way to copy one. What is in conflicts and trash is never changed there. */
function copyOf({ conflicts, trash, ...document }: NaiveState): NaiveState {
  return { ...(JSON.parse(JSON.stringify(document)) as Omit<NaiveState, 'conflicts' | 'trash'>), conflicts: { ...conflicts }, trash: [...trash] };
}
