/** A `.uxflow` document and a state of a log, one from the other. */
import type { RecordKind } from './fieldKind.ts';
import { withoutEmptyMaps } from './absence.ts';
import type { PlainRecord } from './place.ts';
import { RecordMap } from './recordMap.ts';
import { buildReferences } from './references.ts';
import { DOCUMENT_KEYS, RECORD_KINDS, SCHEMA_VERSION, type FlowDocument, type FlowRecord, type FlowView, type RecordOf } from './schema.ts';
import { initialState, type LogState } from './state.ts';

/** The state of a log that starts with this document: no 0, nothing in conflict or trash. The document must be valid (`parseDocument`). */
export function openDocument(document: FlowDocument): LogState {
  const records = Object.fromEntries(
    RECORD_KINDS.map((kind) => [kind, RecordMap.fromObject<unknown>(withoutEmpties(kind, recordsOf(document, kind)))]),
  ) as unknown as { [K in RecordKind]: RecordMap<RecordOf[K]> };
  return { ...initialState(document.id), schema: SCHEMA_VERSION, ...records, flow: flowOf(document), references: buildReferences(records) };
}

/** A document for reading only; cheaper than a state, because nothing is indexed. */
export function viewOfDocument(document: FlowDocument): FlowView {
  const maps = Object.fromEntries(RECORD_KINDS.map((kind) => [kind, new Map(Object.entries(recordsOf(document, kind)))]));
  return { flow: flowOf(document), ...maps } as unknown as FlowView;
}

/** The document of a view. Nodes and edges are always there, other kinds only where there are any; records are shared. */
export function toDocument(view: FlowView): FlowDocument {
  const out: Record<string, unknown> = { format: 'uxflow', version: SCHEMA_VERSION, ...view.flow };
  for (const kind of RECORD_KINDS) {
    const map: ReadonlyMap<string, unknown> = view[kind];
    if (map.size > 0 || kind === 'node' || kind === 'edge') out[DOCUMENT_KEYS[kind]] = Object.fromEntries(map);
  }
  return out as unknown as FlowDocument;
}

/** The text of a document as it stands on disk: keys sorted by code unit, two spaces, one newline at the end. */
export function documentText(document: FlowDocument): string {
  return `${indented(document, '')}\n`;
}

function recordsOf(document: FlowDocument, kind: RecordKind): Record<string, unknown> {
  const records: Record<string, { id: string }> = document[DOCUMENT_KEYS[kind]] ?? {};
  return records;
}

/** The records of a kind, empty maps in them left out; the very same objects where there are none. */
function withoutEmpties(kind: RecordKind, records: Record<string, unknown>): Record<string, unknown> {
  let out = records;
  for (const id of Object.keys(records)) {
    const record = records[id] as PlainRecord;
    const kept = withoutEmptyMaps(kind, record);
    if (kept === record) continue;
    if (out === records) out = { ...records };
    out[id] = kept;
  }
  return out;
}

function flowOf(document: FlowDocument): FlowRecord {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(document)) if (!OWN_KEYS.has(key)) out[key] = value;
  return withoutEmptyMaps('flow', out) as FlowRecord;
}

const OWN_KEYS = new Set<string>(['format', 'version', ...Object.values(DOCUMENT_KEYS)]);

function indented(value: unknown, indent: string): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value === 0 ? 0 : value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item) => inner + indented(item ?? null, inner)).join(',\n')}\n${indent}]`;
  }
  const object = value as Record<string, unknown>;
  const keys = Object.keys(object).filter((key) => object[key] !== undefined).sort();
  if (keys.length === 0) return '{}';
  return `{\n${keys.map((key) => `${inner}${JSON.stringify(key)}: ${indented(object[key], inner)}`).join(',\n')}\n${indent}}`;
}
