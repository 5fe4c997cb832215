import { resolvePlace, type Conflict, type FlowKind, type LogState, type PlainRecord, type RecordKind } from '@uxflow/core';
import { isTextKey, type Translate } from '../../i18n/translate.ts';
import { isObject } from './plainObject.ts';

/** The name of a record for people: its title, its words, or the two ends of a connection. */
export function recordName(text: Translate, view: LogState, kind: FlowKind, record: PlainRecord | undefined): string {
  if (!record) return text('conflict.unknownRecord');
  if (kind === 'edge') {
    const end = (id: unknown) => recordName(text, view, 'node', recordOf(view, 'node', String(id)));
    const label = fieldOf(record.data, 'label');
    return label || text('conflict.edgeName', { source: end(record.source), target: end(record.target) });
  }
  if (kind === 'node') return fieldOf(record.data, 'title') || text(`node.${String(record.type)}` as 'node.screen');
  const name = fieldOf(record, 'title') || fieldOf(record, 'name') || fieldOf(record, 'body');
  return name ? shortened(name) : text(`kindName.${kind}`);
}

/** The name of the record that a conflict is about, also when it is gone. */
export function conflictName(text: Translate, view: LogState, conflict: Conflict): string {
  if (!conflict.kind || conflict.recordId === undefined) return '';
  if (conflict.kind === 'flow') return view.flow.name;
  const standing = view[conflict.kind].get(conflict.recordId) as PlainRecord | undefined;
  const lost = conflict.field === undefined && isObject(conflict.lost) ? conflict.lost : undefined;
  return recordName(text, view, conflict.kind, standing ?? lost);
}

/** What a field is called: `Title`, `Label of “E-mail”`, `Element: “E-mail”`. `item`: the list's item where the path leads into one. */
export function fieldName(text: Translate, kind: FlowKind, path: string, item: PlainRecord | undefined): string {
  const place = resolvePlace(kind, path);
  const list = word(text, place ? place.key : path.slice(path.lastIndexOf('.') + 1));
  if (!place || place.at === 'field' || place.spec.kind === 'set') return list;
  const named = itemName(item) || text('conflict.itemUnnamed');
  if (place.at === 'entry') return text('conflict.item', { list, item: named });
  return text('conflict.itemField', { field: word(text, place.itemKey), item: named });
}

/** The list item that a path leads into, as the view has it. */
export function itemAt(record: PlainRecord | undefined, kind: FlowKind, path: string): PlainRecord | undefined {
  const place = resolvePlace(kind, path);
  if (!record || !place || place.at === 'field') return undefined;
  const holder = place.group ? record[place.group] : record;
  const list = isObject(holder) ? holder[place.key] : undefined;
  const item = isObject(list) ? list[place.entryId] : undefined;
  return isObject(item) ? item : undefined;
}

/** A value for people: choices by their names, references by the names of what they lead to. */
export function valueText(text: Translate, view: LogState, kind: FlowKind, path: string | undefined, value: unknown): string {
  if (value === null || value === undefined || value === '') return text('conflict.nothing');
  if (isObject(value)) return path === undefined ? recordName(text, view, kind, value) : itemName(value) || text('conflict.itemUnnamed');
  if (Array.isArray(value)) return String(value.length);
  const place = path === undefined ? null : resolvePlace(kind, path);
  const target = place?.spec.reference?.kind;
  if (typeof value === 'boolean' && !(target && place.at === 'entry')) return text(value ? 'conflict.yes' : 'conflict.no');
  if (target) return recordName(text, view, target, recordOf(view, target, place.at === 'entry' ? place.entryId : String(value)));
  if (typeof value !== 'string') return String(value);
  const key = place?.at === 'itemField' ? place.itemKey : place?.key;
  const prefix = key === 'type' ? TYPE_WORDS[place?.at === 'itemField' ? place.key : kind] : CHOICE_WORDS[key ?? ''];
  const name = prefix && `${prefix}.${value}`;
  return name && isTextKey(name) ? text(name) : value;
}

/** A record as it stands or, when it is gone, as an open conflict has kept it. */
function recordOf(view: LogState, kind: RecordKind, id: string): PlainRecord | undefined {
  const standing = view[kind].get(id) as PlainRecord | undefined;
  if (standing) return standing;
  for (const conflict of view.conflict.values()) if (conflict.kind === kind && conflict.recordId === id && conflict.field === undefined && isObject(conflict.lost)) return conflict.lost;
  return undefined;
}

/** Which texts name the values of a choice. */
const CHOICE_WORDS: Readonly<Record<string, string>> = { status: 'status', priority: 'priority', device: 'device', trigger: 'trigger', kind: 'kind', line: 'line', dash: 'dash', sourcePort: 'side', targetPort: 'side', direction: 'direction' };
const TYPE_WORDS: Readonly<Record<string, string>> = { node: 'node', elements: 'element', variants: 'variant' };

function itemName(item: PlainRecord | undefined): string {
  if (!item) return '';
  return shortened(fieldOf(item, 'label') || fieldOf(item, 'name') || fieldOf(item, 'title') || fieldOf(item, 'text') || fieldOf(item, 'url'));
}

function word(text: Translate, key: string): string {
  const name = `what.${key}`;
  return isTextKey(name) ? text(name) : key;
}

function fieldOf(holder: unknown, key: string): string {
  const value = isObject(holder) ? holder[key] : undefined;
  return typeof value === 'string' ? value.trim() : '';
}

function shortened(words: string): string {
  return words.length > 60 ? `${words.slice(0, 59)}…` : words;
}
