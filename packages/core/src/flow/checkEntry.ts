/** Whether an entry is well formed (rule 12): a malformed one has no effect, on every replica alike. */
import type { FlowKind } from './fields.ts';
import { fieldTable, groupTable } from './fields.ts';
import { isJson } from './json.ts';
import { isObject, isPlainKey, resolvePlace, type PlainRecord } from './place.ts';
import { recordSchemas } from './schema.ts';
import { transactionSchema, type Author, type Op, type Transaction } from './transaction.ts';

/** The entry as a transaction when its envelope and ops have the right shape; null otherwise. Never throws. */
export function readEntry(entry: unknown): Transaction | null {
  if (typeof entry !== 'object' || entry === null) return null;
  if (CommittedEntry.isOne(entry)) return entry;
  const known = shapes.get(entry);
  if (known !== undefined) return known ? (entry as Transaction) : null;
  let isRight = false;
  try {
    isRight = isJson(entry) && transactionSchema.safeParse(entry).success;
  } catch {
    // A value that is not plain JSON (a getter that throws, a cycle): no entry.
  }
  shapes.set(entry, isRight);
  return isRight ? (entry as Transaction) : null;
}

/** The path of what is wrong in the first op that breaks the field table, or null when all are right; remembered per list of ops. */
export function findOpProblem(ops: readonly Op[]): { opIndex: number; path: string } | null {
  const known = problems.get(ops);
  if (known !== undefined) return known;
  let problem: { opIndex: number; path: string } | null = null;
  for (let opIndex = 0; opIndex < ops.length && !problem; opIndex++) {
    const path = opProblem(ops[opIndex]!);
    if (path !== null) problem = { opIndex, path };
  }
  problems.set(ops, problem);
  return problem;
}

/**
 * A transaction that our own commit made in this process: right by construction, never checked again. A class, because a set of all
 * of them would cost more than a fold; its fields are those of any transaction, and a copy of it is an ordinary one.
 */
export class CommittedEntry implements Transaction {
  readonly #made = true;
  declare readonly id: string;
  declare readonly logId: string;
  declare readonly author: Author;
  declare readonly at: number;
  declare readonly schema: number;
  declare readonly message?: string;
  declare readonly scope?: 'edit' | 'comment';
  declare readonly ops: Op[];

  constructor(entry: Pick<Transaction, 'id' | 'logId' | 'author' | 'at' | 'scope'>, schema: number, message: string | undefined, ops: Op[]) {
    this.id = entry.id;
    this.logId = entry.logId;
    this.author = entry.author;
    this.at = entry.at;
    this.schema = schema;
    if (message !== undefined) this.message = message;
    if (entry.scope !== undefined) this.scope = entry.scope;
    this.ops = ops;
  }

  /** True for what this class made; asks no trap and no prototype, which an entry could have forged. */
  static isOne(entry: object): entry is CommittedEntry {
    return #made in entry;
  }
}

/** The path of what a record's value breaks in the schema of its kind, or null. */
export function valueProblem(kind: Exclude<FlowKind, 'flow'>, id: string, value: PlainRecord): string | null {
  const checked = recordSchemas[kind].safeParse(value.id === id ? value : { ...value, id });
  if (!checked.success) return checked.error.issues[0]!.path.join('.');
  for (const key of Object.keys(value)) {
    const part = value[key];
    if (!isPlainKey(key) || part === null) return key;
    if (groupTable[kind].has(key)) {
      if (isObject(part)) for (const inner of Object.keys(part)) if (!isPlainKey(inner) || part[inner] === null) return `${key}.${inner}`;
    } else if (isObject(part) && fieldTable[kind].get(key)?.kind === 'list') {
      const problem = itemsProblem(part);
      if (problem !== null) return `${key}.${problem}`;
    }
  }
  return null;
}

/** The path of what a `set` breaks, or null: where it may not write, or what may not stand there. */
export function setProblem(kind: FlowKind, path: string, to: unknown): string | null {
  if (kind === 'version' && path !== 'name' && path !== 'description') return path;
  const place = resolvePlace(kind, path);
  if (!place) return path;
  const { spec } = place;
  if (to === null || to === undefined) return place.at !== 'entry' && spec.required ? path : null;
  if (place.at === 'entry') {
    if (!spec.schema.safeParse({ [place.entryId]: to }).success) return path;
    return spec.kind === 'list' ? keysProblem(to as PlainRecord, path) : null;
  }
  if (!spec.schema.safeParse(to).success) return path;
  if (place.at === 'field' && spec.kind === 'list') {
    const problem = itemsProblem(to as PlainRecord);
    return problem === null ? null : `${path}.${problem}`;
  }
  return null;
}

const shapes = new WeakMap<object, boolean>();
const problems = new WeakMap<readonly Op[], { opIndex: number; path: string } | null>();

function opProblem(op: Op): string | null {
  if (op.op === 'set') return setProblem(op.kind, op.field, op.to);
  if (op.op !== 'add' && op.op !== 'remove') return null;
  if (op.kind === 'flow' || op.kind === 'version') return 'kind';
  if (op.op === 'remove') return null;
  if (Object.hasOwn(op.value, 'id') && op.value.id !== op.id) return 'id';
  return valueProblem(op.kind, op.id, op.value);
}

function itemsProblem(items: PlainRecord): string | null {
  for (const id of Object.keys(items)) {
    const problem = keysProblem(items[id] as PlainRecord, id);
    if (problem !== null) return problem;
  }
  return null;
}

function keysProblem(item: PlainRecord, path: string): string | null {
  for (const key of Object.keys(item)) if (!isPlainKey(key) || item[key] === null) return `${path}.${key}`;
  return null;
}
