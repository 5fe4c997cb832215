import type { IdSource } from '../base/index.ts';
import { orderAfterAll, type Edge, type FlowView, type IntentOp, type Node, type NodeType } from '../flow/index.ts';
import { ELEMENT_TYPES, NODE_TYPES } from '../flow/schema.ts';
import { plainText } from '../language/instructionText.ts';
import { fieldValueOf } from '../language/instructionValues.ts';
import type { ReadLanguage } from '../language/reading.ts';
import { Draft } from './draft.ts';
import type { CardDraft } from './editCards.ts';
import type { DrawnElement, Drawing } from './image/drawing.ts';
import { isBlank } from './planText.ts';
import { applyWish } from './readingCards.ts';

type Seen = Extract<Drawing, { status: 'success' }>;
/** Longest title that is taken from a picture, characters; the rest goes into the description. */
const MAX_TITLE = 120;

/**
 * The cards of a drawing, without places: one for each screen with what follows it up to the next. On a flow that holds something,
 * steps of the same title are used again. `wish` is what the person wrote beside the picture: a device goes to the screens, an edit is
 * done on what was drawn.
 */
export function drawingCards(drawing: Seen, wish: string, view: FlowView, ids: IdSource, language: ReadLanguage): CardDraft[] {
  const draft = new Draft(view, ids);
  const cardOf = new Map<string, number>();
  const idOf = new Map<string, string>();
  const steps = inReadingOrder(drawing);
  let card = -1;
  for (const step of steps) {
    const same = sameNode(step, view);
    if (same) {
      idOf.set(step.id, same);
      continue;
    }
    if (card < 0 || ((nodeType(step) === 'screen' || nodeType(step) === 'popup') && hasStep(draft, cardOf, card))) card++;
    const id = draft.addNode(recordOf(step, drawing, draft, language));
    idOf.set(step.id, id);
    cardOf.set(id, card);
  }
  for (const { from, to, label } of drawing.connections) {
    const [source, target] = [idOf.get(from), idOf.get(to)];
    if (source && target && source !== target) draft.addEdge(source, target, edgeData(label));
  }
  addEnds(draft, view, cardOf, language);
  const made = applyWishes(wish, draft, cardOf, card, language);
  return cardsOf(draft, cardOf, Math.max(card, made), wish.trim().slice(0, 500) || (language === 'de' ? 'Aus dem Bild' : 'From the picture'), language);
}

/** Steps from the entries on, breadth first; what nothing leads to comes in the order of the picture. */
function inReadingOrder({ elements, connections }: Seen): DrawnElement[] {
  const steps = elements.filter(({ within }) => within === undefined);
  const entered = new Set(connections.map(({ to }) => to));
  const out: DrawnElement[] = [];
  const seen = new Set<string>();
  const byId = new Map(steps.map((step) => [step.id, step]));
  for (const first of [...steps.filter(({ id, type }) => type === 'start' || !entered.has(id)), ...steps]) {
    const queue = [first];
    for (let step = queue.shift(); step; step = queue.shift()) {
      if (seen.has(step.id)) continue;
      seen.add(step.id);
      out.push(step);
      for (const { from, to } of connections) if (from === step.id && byId.has(to)) queue.push(byId.get(to)!);
    }
  }
  return out;
}

function sameNode(step: DrawnElement, view: FlowView): string | undefined {
  if (isBlank(view)) return undefined;
  const nodes = [...view.node.values()];
  if (step.type === 'start') return nodes.find(({ type }) => type === 'start')?.id;
  const same = nodes.filter((node) => plainText(node.data.title) === plainText(step.text));
  return (same.find(({ type }) => type === nodeType(step)) ?? (same.length === 1 ? same[0] : undefined))?.id;
}

/** A field that stands on no screen becomes the screen that it stands for. */
const nodeType = ({ type }: DrawnElement): NodeType => ((NODE_TYPES as readonly string[]).includes(type) ? (type as NodeType) : 'screen');

function recordOf(step: DrawnElement, drawing: Seen, draft: Draft, language: ReadLanguage): Omit<Node, 'id' | 'position'> {
  const type = nodeType(step);
  const words = step.text.replace(/\s+/g, ' ').trim() || NAMELESS[type]?.[language] || (language === 'de' ? 'Ohne Titel' : 'Untitled');
  const title = words.length <= MAX_TITLE ? words : `${words.slice(0, MAX_TITLE).replace(/\s+\S*$/, '')}…`;
  const elements: Record<string, { order: string; type: (typeof ELEMENT_TYPES)[number]; label: string }> = {};
  for (const inner of drawing.elements) {
    if (inner.within !== step.id) continue;
    const kind = (ELEMENT_TYPES as readonly string[]).includes(inner.type) ? (inner.type as (typeof ELEMENT_TYPES)[number]) : 'text';
    elements[draft.newId('el')] = { order: orderAfterAll(elements), type: kind, label: inner.text.slice(0, 200) };
  }
  return { type, data: { title, ...(title === words ? {} : { description: words }) }, ...(Object.keys(elements).length ? { elements } : {}) } as Omit<Node, 'id' | 'position'>;
}

const NAMELESS: Partial<Record<NodeType, Record<ReadLanguage, string>>> = { start: { en: 'Start', de: 'Start' }, end: { en: 'End', de: 'Ende' }, decision: { en: 'Which way?', de: 'Welcher Weg?' } };

function edgeData(label: string | undefined): Edge['data'] {
  const words = label?.replace(/\s+/g, ' ').trim().slice(0, 120);
  if (!words) return {};
  const kind = /^(?:yes|ok|ja|success)$/iu.test(words) ? 'yes' : /^(?:no|nein)$/iu.test(words) ? 'no' : /\b(?:error|fail|fehler|wrong|invalid)/iu.test(words) ? 'error' : undefined;
  return { label: words, ...(kind ? { kind } : {}) };
}

/** A flow of its own gets a start before its first step and an end behind what leads nowhere, where the picture has none. */
function addEnds(draft: Draft, view: FlowView, cardOf: Map<string, number>, language: ReadLanguage): void {
  if (!isBlank(view) || !draft.added.length) return;
  const nodes = draft.added.map((id) => draft.node.get(id)!).filter(({ type }) => type !== 'note');
  const first = nodes.find(({ id }) => !draft.into(id).length) ?? nodes[0];
  const add = (type: 'start' | 'end', near: string) => {
    const id = draft.addNode({ type, data: { title: NAMELESS[type]![language] } } as Omit<Node, 'id' | 'position'>);
    cardOf.set(id, cardOf.get(near) ?? 0);
    return id;
  };
  if (first && !nodes.some(({ type }) => type === 'start')) {
    const start = [...view.node.values()].find(({ type }) => type === 'start')?.id ?? add('start', first.id);
    draft.addEdge(start, first.id);
  }
  const loose = nodes.filter(({ id, type }) => type !== 'end' && type !== 'decision' && type !== 'start' && !draft.outOf(id).length);
  if (!loose.length || !nodes.some(({ id }) => draft.outOf(id).length)) {
    if (loose.length !== 1) return;
  }
  const end = nodes.find(({ type }) => type === 'end')?.id ?? add('end', loose.at(-1)!.id);
  for (const { id } of loose) draft.addEdge(id, end);
}

/** What the person wrote beside the picture, done on the draft; gives the number of the last card that it made. */
function applyWishes(wish: string, draft: Draft, cardOf: Map<string, number>, last: number, language: ReadLanguage): number {
  const device = fieldValueOf(wish.toLowerCase());
  if (device?.field === 'device') {
    for (const id of draft.added) {
      const { type } = draft.node.get(id)!;
      if (type === 'screen' || type === 'popup') draft.setNode(id, 'device', device.value);
    }
  }
  if (!wish.trim() || ONLY_MAKE.test(wish)) return last;
  const before = draft.added.length;
  const done = applyWish(wish, draft, cardOf, last + 1, language);
  return done.length && draft.added.length > before ? last + 1 : last;
}

/** Asks for nothing but the flow itself. */
const ONLY_MAKE = /^(?:please |bitte )?(?:(?:make|create|build|draw|turn|convert|read|import|use)\b.{0,60}|(?:mach|erstell|bau|zeichne|lies|importier|nimm)\p{L}*.{0,60})$/iu;

/** Whether a card holds a screen or popup already. */
const hasStep = (draft: Draft, cardOf: ReadonlyMap<string, number>, card: number): boolean => draft.added.some((id) => cardOf.get(id) === card && ['screen', 'popup'].includes(draft.node.get(id)!.type));

/** The draft's ops by card: an arrow goes with the later of its two ends. */
function cardsOf(draft: Draft, cardOf: ReadonlyMap<string, number>, last: number, reason: string, language: ReadLanguage): CardDraft[] {
  const count = Math.max(1, last + 1);
  const nodes: IntentOp[][] = Array.from({ length: count }, () => []);
  const others: IntentOp[][] = Array.from({ length: count }, () => []);
  const place = (id: string) => Math.min(count - 1, cardOf.get(id) ?? 0);
  for (const op of draft.ops) {
    if (op.op === 'add' && op.kind === 'node') nodes[place(op.id)]!.push(op);
    else if (op.op === 'add' && op.kind === 'edge') others[Math.max(place(String(op.value['source'])), place(String(op.value['target'])))]!.push(op);
    else others['id' in op ? Math.max(place(op.id), op.op === 'set' && typeof op.to === 'string' ? place(op.to) : 0) : count - 1]!.push(op);
  }
  return nodes.map((added, index) => {
    const titles = added.flatMap((op) => (op.op === 'add' ? [(op.value['data'] as { title: string }).title] : []));
    const title = titles.length > 4 ? `${titles.slice(0, 3).join(', ')} …` : titles.join(', ');
    return { title: title || (language === 'de' ? 'Verbindungen' : 'Connections'), reason, ops: [...added, ...others[index]!] };
  }).filter((card) => card.ops.length > 0);
}
