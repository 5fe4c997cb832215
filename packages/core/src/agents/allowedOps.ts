import { ID_PATTERN } from '../base/index.ts';
import { findField, groupTable, isSafeLink, MOST_LINK_LENGTH, type FlowKind, type IntentOp } from '../flow/index.ts';
import type { CardDraft } from './editCards.ts';
import type { TextCode } from './turnSchema.ts';

/** Why the ops of a card may not be proposed by an agent; each has a sentence in the screen's languages. */
export type OpRefusal = 'AGENT_OP_REFUSED' | 'AGENT_FIELD_REFUSED' | 'AGENT_LINK_REFUSED' | 'AGENT_TEXT_TOO_LONG' | 'AGENT_TEXT_HIDDEN' | 'AGENT_TOO_MANY';

/** What one field may hold when an agent proposes it; what the document's own schema says holds besides. */
type FieldRule =
  /** A number, an enum, a flag, a place, an id: small by its schema. */
  | { kind: 'plain' }
  | { kind: 'text'; most: number }
  /** Something that a person can click: a whole web or mail address. */
  | { kind: 'link' }
  /** An address that is only shown: a path, a template, or a web address. */
  | { kind: 'address' }
  | { kind: 'entries'; most: number; item?: Readonly<Record<string, FieldRule>> };

const plain: FieldRule = { kind: 'plain' };
const text = (most: number): FieldRule => ({ kind: 'text', most });
const link: FieldRule = { kind: 'link' };
const entries = (item?: Readonly<Record<string, FieldRule>>): FieldRule => ({ kind: 'entries', most: 500, ...(item ? { item } : {}) });

const TITLE = 2000;
const PROSE = 50_000;
const NAME = 300;

/**
 * Everything that the cards of an agent may change, whichever mind thought them up and also where another program proposes: kinds of
 * records with their fields. What is not here (settings, meta, versions, comments, locks, the log itself) belongs to people.
 */
export const allowedOps: Readonly<Partial<Record<FlowKind, Readonly<Record<string, FieldRule>>>>> = {
  node: {
    type: plain, position: plain, size: plain, status: plain, priority: plain, device: plain, color: text(NAME), frameId: text(NAME),
    'data.title': text(TITLE), 'data.description': text(PROSE), 'data.url': { kind: 'address' }, 'data.method': text(NAME), 'data.condition': text(TITLE), 'data.subflowId': text(NAME), 'data.actor': text(NAME),
    personaIds: entries(),
    elements: entries({ order: text(NAME), type: plain, label: text(TITLE), required: plain, note: text(PROSE) }),
    variants: entries({ order: text(NAME), type: plain, name: text(TITLE), description: text(PROSE), assetId: text(NAME) }),
    checklist: entries({ order: text(NAME), label: text(TITLE), done: plain }),
    annotations: entries({ order: text(NAME), type: plain, position: plain, size: plain, text: text(PROSE), color: text(NAME) }),
    links: entries({ order: text(NAME), url: link, label: text(TITLE) }),
    citations: entries({ order: text(NAME), documentId: text(NAME), title: text(TITLE), quote: text(PROSE), page: plain }),
    conditions: entries({ order: text(NAME), label: text(TITLE) }),
  },
  edge: {
    source: text(NAME), target: text(NAME), sourcePort: text(NAME), targetPort: text(NAME), route: { kind: 'entries', most: 2000 },
    'data.label': text(TITLE), 'data.trigger': plain, 'data.condition': text(TITLE), 'data.kind': plain, 'data.goalIds': entries(),
    'style.line': plain, 'style.dash': plain, 'style.color': text(NAME), 'style.bothWays': plain,
  },
  frame: { title: text(TITLE), description: text(PROSE), position: plain, size: plain, color: text(NAME), collapsed: plain },
  persona: { name: text(TITLE), description: text(PROSE), color: text(NAME) },
  goal: { name: text(TITLE), description: text(PROSE), color: text(NAME) },
  flow: { name: text(TITLE), description: text(PROSE) },
};

/** Ops of one card at most. */
export const MOST_OPS_OF_A_CARD = 20_000;
/** Cards of one proposal at most. */
export const MOST_CARDS = 2000;

/** Why this card may not be proposed, or undefined when it may: the first refusal of its ops. */
export function findRefusedOp(ops: readonly IntentOp[]): TextCode | undefined {
  if (ops.length > MOST_OPS_OF_A_CARD) return refused('AGENT_TOO_MANY', { what: 'ops', count: ops.length, most: MOST_OPS_OF_A_CARD });
  for (const op of ops) {
    const reason = refusalOfOp(op);
    if (reason) return reason;
  }
  return undefined;
}

/** A card's own words cut to what a screen can show. */
export function cutCardText(draft: CardDraft): Pick<CardDraft, 'title' | 'reason'> {
  const cut = (words: string, most: number) => (words.length > most ? `${words.slice(0, most - 1)}…` : words);
  return { title: cut(draft.title, NAME), reason: cut(draft.reason, 5000) };
}

function refusalOfOp(op: IntentOp): TextCode | undefined {
  const kind = 'kind' in op ? op.kind : undefined;
  const fields = kind !== undefined && Object.hasOwn(allowedOps, kind) ? allowedOps[kind] : undefined;
  if (!fields || kind === undefined || (op.op !== 'add' && op.op !== 'set' && op.op !== 'remove')) return refused('AGENT_OP_REFUSED', { op: op.op, ...(kind ? { kind } : {}) });
  // The flow's own record is neither made nor taken away.
  if (op.op !== 'set' && (kind as FlowKind) === 'flow') return refused('AGENT_OP_REFUSED', { op: op.op, kind });
  if (op.op === 'remove') return undefined;
  if (op.op === 'add') return refusalOfRecord(op.kind, op.value, fields);
  return refusalOfField(op.kind, op.field, op.to, fields);
}

function refusalOfRecord(kind: FlowKind, value: Record<string, unknown>, fields: Readonly<Record<string, FieldRule>>): TextCode | undefined {
  for (const [key, item] of Object.entries(value)) {
    if (key === 'id' || item === undefined) continue;
    const isGroup = groupTable[kind].has(key) && isObject(item);
    for (const [path, part] of isGroup ? Object.entries(item).map(([inner, own]) => [`${key}.${inner}`, own] as const) : [[key, item] as const]) {
      if (part === undefined) continue;
      const rule = Object.hasOwn(fields, path) ? fields[path] : undefined;
      const reason = rule ? refusalOfValue(kind, path, part, rule) : refused('AGENT_FIELD_REFUSED', { kind, field: short(path) });
      if (reason) return reason;
    }
  }
  return undefined;
}

function refusalOfField(kind: FlowKind, field: string, to: unknown, fields: Readonly<Record<string, FieldRule>>): TextCode | undefined {
  // A whole group (`data`, `style`) has no place of its own: its fields are set one by one.
  const place = findField(kind, field);
  const owner = place.at === 'field' ? place.spec : place.at === 'entry' ? place.spec : place.list;
  const rule = Object.hasOwn(fields, owner.path) ? fields[owner.path] : undefined;
  const notAllowed = refused('AGENT_FIELD_REFUSED', { kind, field: short(field) });
  if (!rule) return notAllowed;
  if (to === null || to === undefined) return undefined;
  if (place.at === 'field') return refusalOfValue(kind, field, to, rule);
  if (rule.kind !== 'entries' || !ID_PATTERN.test(place.entryId)) return notAllowed;
  if (place.at === 'entry') return rule.item ? refusalOfItem(kind, field, to, rule.item) : undefined;
  const itemRule = rule.item && Object.hasOwn(rule.item, place.itemPath) ? rule.item[place.itemPath] : undefined;
  return itemRule ? refusalOfValue(kind, field, to, itemRule) : notAllowed;
}

function refusalOfValue(kind: FlowKind, field: string, value: unknown, rule: FieldRule): TextCode | undefined {
  if (value === null) return undefined;
  if (rule.kind === 'entries') {
    const count = isObject(value) || Array.isArray(value) ? Object.keys(value).length : 0;
    if (count > rule.most) return refused('AGENT_TOO_MANY', { what: 'entries', field: short(field), count, most: rule.most });
    if (!rule.item || !isObject(value)) return undefined;
    for (const item of Object.values(value)) {
      const reason = refusalOfItem(kind, field, item, rule.item);
      if (reason) return reason;
    }
    return undefined;
  }
  // What is no text, or too much of it for a plain field, the document's schema refuses.
  if (typeof value !== 'string') return undefined;
  const most = rule.kind === 'text' ? rule.most : rule.kind === 'plain' ? NAME : MOST_LINK_LENGTH;
  if (value.length > most) return refused('AGENT_TEXT_TOO_LONG', { field: short(field), length: value.length, most });
  if (hasHiddenText(value)) return refused('AGENT_TEXT_HIDDEN', { field: short(field) });
  const isRefused = rule.kind === 'link' ? !isSafeLink(value) : rule.kind === 'address' && !isShownAddress(value);
  return isRefused ? refused('AGENT_LINK_REFUSED', { field: short(field), address: value.slice(0, 100) }) : undefined;
}

function refusalOfItem(kind: FlowKind, field: string, item: unknown, rules: Readonly<Record<string, FieldRule>>): TextCode | undefined {
  if (!isObject(item)) return undefined;
  for (const [key, value] of Object.entries(item)) {
    if (value === undefined) continue;
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    const reason = rule ? refusalOfValue(kind, field, value, rule) : refused('AGENT_FIELD_REFUSED', { kind, field: short(`${field}.${key}`) });
    if (reason) return reason;
  }
  return undefined;
}

/** An address that nothing opens: with a scheme it must be http or https, without one it is a path or a template. */
function isShownAddress(address: string): boolean {
  const bare = address.replace(/[\u0000-\u0020\u007f-\u00a0\u200b-\u200f\u2028-\u202f\u2066-\u2069\ufeff]/gu, '');
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(bare)?.[1]?.toLowerCase();
  return scheme === undefined || scheme === 'http' || scheme === 'https' || /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+):\d/i.test(bare);
}

/** Characters that a person does not see and that turn around or hide what stands beside them; the tags of flags are not meant. */
function hasHiddenText(value: string): boolean {
  return /[\u202a-\u202e\u2066-\u2069]|[\u{e0000}-\u{e007f}]/u.test(value.replace(/\u{1f3f4}[\u{e0020}-\u{e007f}]+/gu, ''));
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const short = (field: string) => field.slice(0, 100);
const refused = (code: OpRefusal, params: Record<string, unknown>): TextCode => ({ code, params });
