/** From a file's bytes to a document that may be stored, or a sentence that says exactly why not. */
import { AppError, ID_PATTERN } from '../base/index.ts';
import type { z } from 'zod';
import type { RecordKind } from './fieldKind.ts';
import { fieldTable, referencesOf, type FieldSpec, type FlowKind } from './fields.ts';
import { scanJson, type JsonScan } from './jsonScan.ts';
import { DOCUMENT_KEYS, documentSchema, RECORD_KINDS, recordSchemas, SCHEMA_VERSION, type FlowDocument } from './schema.ts';

/** One thing that keeps a document from being stored. */
export interface Problem {
  code:
    | 'DUPLICATE_ID'
    | 'DUPLICATE_KEY'
    | 'FIELD_INVALID'
    | 'FIELD_MISSING'
    | 'ID_INVALID'
    | 'ID_MISMATCH'
    | 'KEY_FORBIDDEN'
    | 'NESTED_TOO_DEEP'
    | 'REFERENCE_MISSING';
  /** Where it stands in the document: `nodes.node_1.data.title`. */
  path: string;
  /** Ids of the records concerned, the one at fault first. */
  ids: string[];
  /** English: what is expected there. */
  detail: string;
}

/** Deepest nesting of a document; deeper text is no flow, and would overflow whoever walks it. */
export const MAXIMUM_DEPTH = 64;
/** Longest text of a document, in UTF-16 units; the size of a flow has no other hard limit. */
export const MAXIMUM_DOCUMENT_LENGTH = 256 * 1024 * 1024;

const LISTED_PROBLEMS = 200;

/**
 * The document that a `.uxflow` file holds; unknown fields are kept.
 * @throws AppError DOCUMENT_NOT_TEXT, DOCUMENT_TRUNCATED {position, line, column, complete, records}, DOCUMENT_NOT_JSON
 * {line, column}, DOCUMENT_NOT_A_FLOW, DOCUMENT_VERSION_UNKNOWN {version, newest, newer}, DOCUMENT_TOO_LARGE,
 * DOCUMENT_INVALID {problems (the first 200), count}.
 */
export function parseDocument(source: string | Uint8Array): FlowDocument {
  const text = readText(source);
  if (text.length > MAXIMUM_DOCUMENT_LENGTH) {
    throw new AppError('DOCUMENT_TOO_LARGE', `The file has ${text.length} characters; ${MAXIMUM_DOCUMENT_LENGTH} are the most that can be opened. Nothing was changed. Split the flow into several.`, {
      length: text.length,
      maximum: MAXIMUM_DOCUMENT_LENGTH,
    });
  }
  const scan = scanJson(text);
  if (scan.end !== 'complete') throw brokenText(text, scan);
  // What JSON.parse cannot see in a whole text; a deep nesting would also overflow the checks below.
  const deep: Problem[] = scan.depth > MAXIMUM_DEPTH ? [{ code: 'NESTED_TOO_DEEP', path: '', ids: [], detail: `nested ${scan.depth} levels deep, ${MAXIMUM_DEPTH} are the most` }] : [];
  const value = parseJson(text);
  checkIsFlow(value);
  const problems = deep.length ? deep : [...scan.forbidden.map(forbiddenKey), ...scan.duplicates.map(duplicateKey), ...validateDocument(value)];
  if (problems.length) throw invalidDocument(problems);
  return value as FlowDocument;
}

/** What keeps a value from being a document, in the order of the document; empty when it may be stored. */
export function validateDocument(document: unknown): Problem[] {
  if (!isRecord(document)) return [{ code: 'FIELD_INVALID', path: '', ids: [], detail: 'a flow document is an object' }];
  const problems: Problem[] = [];
  const maps = new Map<RecordKind, Record<string, unknown>>();
  const head: Record<string, unknown> = { ...document };
  for (const kind of RECORD_KINDS) {
    const map = own(document, DOCUMENT_KEYS[kind]);
    head[DOCUMENT_KEYS[kind]] = kind === 'node' || kind === 'edge' ? {} : undefined;
    if (map === undefined && kind !== 'node' && kind !== 'edge') continue;
    if (isRecord(map)) maps.set(kind, map);
    else problems.push({ code: map === undefined ? 'FIELD_MISSING' : 'FIELD_INVALID', path: DOCUMENT_KEYS[kind], ids: [], detail: 'an object of records by id' });
  }
  checkSchema(documentSchema, head, '', [], problems);
  checkUnknownKeys('flow', head, '', [], problems);
  for (const [kind, map] of maps) for (const [id, record] of Object.entries(map)) checkRecord(kind, id, record, problems);
  for (const [kind, map] of maps) for (const [id, record] of Object.entries(map)) checkReferences(kind, id, record, maps, problems);
  return problems;
}

function checkRecord(kind: RecordKind, id: string, record: unknown, problems: Problem[]): void {
  const path = `${DOCUMENT_KEYS[kind]}.${id}`;
  const isIdValid = ID_PATTERN.test(id);
  if (!isIdValid) problems.push({ code: 'ID_INVALID', path, ids: [id], detail: 'an id has letters, digits, "_", "-" and ":", 1 to 100 of them' });
  if (!isRecord(record)) {
    problems.push({ code: 'FIELD_INVALID', path, ids: [id], detail: `a ${kind} is an object` });
    return;
  }
  const found: Problem[] = [];
  checkSchema(recordSchemas[kind], record, path, [id], found);
  // The key has said it already.
  problems.push(...found.filter((problem) => isIdValid || record.id !== id || problem.path !== `${path}.id`));
  if (typeof record.id === 'string' && record.id !== id) problems.push({ code: 'ID_MISMATCH', path: `${path}.id`, ids: [id, record.id], detail: `stands under "${id}" but calls itself "${record.id}"` });
  checkUnknownKeys(kind, record, path, [id], problems);
}

function checkSchema(schema: z.ZodType, value: unknown, path: string, ids: string[], problems: Problem[]): void {
  const result = schema.safeParse(value);
  if (result.success) return;
  for (const issue of result.error.issues) {
    const at = issue.path.map(String);
    const isMissing = issue.code === 'invalid_type' && valueAt(value, at) === undefined;
    problems.push({
      code: isMissing ? 'FIELD_MISSING' : issue.code === 'invalid_key' ? 'ID_INVALID' : 'FIELD_INVALID',
      path: [path, ...at].filter(Boolean).join('.'),
      ids,
      detail: issue.message,
    });
  }
}

/** Unknown fields are kept, but one that no path can name, or that holds null (which means absence), could never be changed. */
function checkUnknownKeys(kind: FlowKind, record: Record<string, unknown>, path: string, ids: string[], problems: Problem[]): void {
  const known = knownKeys[kind];
  for (const [key, value] of Object.entries(record)) {
    if (known.fields.has(key) || key === 'id') continue;
    const at = path ? `${path}.${key}` : key;
    if (known.groups.has(key)) {
      if (isRecord(value)) for (const [inner, item] of Object.entries(value)) if (!known.fields.has(`${key}.${inner}`)) checkUnknownKey(`${at}.${inner}`, inner, item, ids, problems);
    } else checkUnknownKey(at, key, value, ids, problems);
  }
  for (const spec of known.lists) {
    const items = own(record, spec.path);
    if (!isRecord(items)) continue;
    for (const [entryId, item] of Object.entries(items)) {
      if (isRecord(item)) for (const [key, value] of Object.entries(item)) if (!spec.item!.has(key)) checkUnknownKey(`${path}.${spec.path}.${entryId}.${key}`, key, value, ids, problems);
    }
  }
}

function checkUnknownKey(path: string, key: string, value: unknown, ids: string[], problems: Problem[]): void {
  if (key === '' || key.includes('.')) problems.push({ code: 'KEY_FORBIDDEN', path, ids, detail: 'a field name is not empty and has no dot' });
  else if (value === null) problems.push({ code: 'FIELD_INVALID', path, ids, detail: 'a field is left out rather than null' });
}

const knownKeys = Object.fromEntries(
  Object.entries(fieldTable).map(([kind, table]) => {
    const fields = new Set(table.keys());
    const groups = new Set([...fields].filter((path) => path.includes('.')).map((path) => path.slice(0, path.indexOf('.'))));
    if (kind === 'flow') groups.add('meta');
    return [kind, { fields, groups, lists: [...table.values()].filter((spec) => spec.item) }];
  }),
) as Record<FlowKind, { fields: Set<string>; groups: Set<string>; lists: FieldSpec[] }>;

function checkReferences(kind: RecordKind, id: string, record: unknown, maps: ReadonlyMap<RecordKind, Record<string, unknown>>, problems: Problem[]): void {
  for (const spec of referencesOf(kind)) {
    const value = valueAt(record, spec.path.split('.'));
    const targets = spec.kind === 'set' ? (isRecord(value) ? Object.keys(value) : []) : typeof value === 'string' ? [value] : [];
    for (const target of targets) {
      const map = maps.get(spec.reference!.kind);
      if (map && Object.hasOwn(map, target)) continue;
      const path = `${DOCUMENT_KEYS[kind]}.${id}.${spec.path}${spec.kind === 'set' ? `.${target}` : ''}`;
      problems.push({ code: 'REFERENCE_MISSING', path, ids: [id, target], detail: `names the ${spec.reference!.kind} "${target}", which does not exist` });
    }
  }
}

function readText(source: string | Uint8Array): string {
  const text = (typeof source === 'string' ? source : decode(source)).replace(/^\uFEFF/, '');
  // A power cut can leave a tail of zeros behind what was written; anything else with a NUL is no text.
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  const written = text.slice(0, end);
  if (written.includes('\0')) throw notText();
  return written;
}

function decode(bytes: Uint8Array): string {
  const isWide = bytes.length > 1 && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff));
  if (isWide) return new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
  // A file that was cut inside a character is truncated, not binary: up to three bytes may miss their partners.
  for (let cut = 0; cut <= 3 && cut <= bytes.length; cut++) {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(cut ? bytes.subarray(0, bytes.length - cut) : bytes);
    } catch {
      continue;
    }
  }
  throw notText();
}

function notText(): AppError {
  return new AppError('DOCUMENT_NOT_TEXT', 'This file is not text, so it is not a .uxflow document. Nothing was changed. Choose another file, or import it as an image.');
}

function brokenText(text: string, scan: JsonScan): AppError {
  const { line, column } = lineAndColumn(text, scan.position);
  // What does not even start like an object was never one: it did not break off.
  if (scan.end === 'truncated' && /^\s*(\{|$)/.test(text)) {
    const records = Object.fromEntries(RECORD_KINDS.map((kind) => [DOCUMENT_KEYS[kind], scan.complete[DOCUMENT_KEYS[kind]] ?? 0]));
    const complete = Object.values(records).reduce((sum, count) => sum + count, 0);
    const said = text.trim() ? `The file breaks off after ${text.length} characters (line ${line}, column ${column}); ${complete} records before that are whole.` : 'The file is empty.';
    return new AppError('DOCUMENT_TRUNCATED', `${said} The file was left as it is. Open a backup or an earlier version of it.`, { position: scan.position, line, column, complete, records });
  }
  return new AppError('DOCUMENT_NOT_JSON', `The file is no JSON: line ${line}, column ${column} cannot be read. It was left as it is. Correct that place, or choose another file.`, {
    position: scan.position,
    line,
    column,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The scan checks the structure; what is left are escapes inside strings.
    throw new AppError('DOCUMENT_NOT_JSON', `The file is no JSON (${(cause as Error).message}). It was left as it is. Correct that place, or choose another file.`, { reason: (cause as Error).message }, { cause });
  }
}

function checkIsFlow(value: unknown): void {
  if (!isRecord(value) || value.format !== 'uxflow') {
    const found = isRecord(value) && typeof value.format === 'string' ? value.format : null;
    throw new AppError('DOCUMENT_NOT_A_FLOW', 'The file is JSON but no UX flow: its "format" is not "uxflow". Nothing was changed. Choose a .uxflow file, or use the import for other formats.', { found });
  }
  const { version } = value;
  if (version === SCHEMA_VERSION) return;
  const newer = typeof version === 'number' && version > SCHEMA_VERSION;
  const said = newer
    ? `The file was written by a newer version of this program (format ${version}; this one knows ${SCHEMA_VERSION}). It was left as it is. Update the program to edit it.`
    : `The file's "version" is ${JSON.stringify(version) ?? 'missing'}; this program knows ${SCHEMA_VERSION}. The file was left as it is. Correct the version or choose another file.`;
  throw new AppError('DOCUMENT_VERSION_UNKNOWN', said, { version: version ?? null, newest: SCHEMA_VERSION, newer });
}

function invalidDocument(problems: readonly Problem[]): AppError {
  const first = problems[0]!;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new AppError('DOCUMENT_INVALID', `The flow cannot be opened: ${first.path ? `${first.path}: ` : ''}${first.detail}${more}. The file was left as it is. Correct the places listed and open it again.`, {
    problems: problems.slice(0, LISTED_PROBLEMS),
    count: problems.length,
  });
}

function forbiddenKey(path: string[]): Problem {
  return { code: 'KEY_FORBIDDEN', path: path.join('.'), ids: path.slice(1, 2), detail: `"${path.at(-1)}" cannot be the name of a field or record` };
}

function duplicateKey(path: string[]): Problem {
  const isRecordId = path.length === 2 && (Object.values(DOCUMENT_KEYS) as string[]).includes(path[0]!);
  return {
    code: isRecordId ? 'DUPLICATE_ID' : 'DUPLICATE_KEY',
    path: path.join('.'),
    ids: path.slice(1, 2),
    detail: isRecordId ? `two records of ${path[0]} have the id "${path[1]}"` : `"${path.at(-1)}" stands there twice`,
  };
}

function lineAndColumn(text: string, position: number): { line: number; column: number } {
  const before = text.slice(0, position).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = own(current as Record<string, unknown>, key);
  }
  return current;
}

function own(record: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
