import type { IdSource } from '../base/index.ts';
import { orderAfterAll, type Edge, type FlowView, type IntentOp, type Node } from '../flow/index.ts';
import { readInstruction } from '../language/instruction.ts';
import type { EditCommand, NodeRef } from '../language/instructionCommand.ts';
import { findNode } from '../language/instructionTarget.ts';
import { plainText, prepareText } from '../language/instructionText.ts';
import { newNodeOf } from '../language/instructionNode.ts';
import { readText } from '../language/readText.ts';
import type { ReadAssumption, ReadLanguage, ReadNode, TextReading } from '../language/reading.ts';
import { applyCommand } from './applyCommand.ts';
import { commandTitle } from './commandTitle.ts';
import { Draft } from './draft.ts';
import type { CardDraft } from './editCards.ts';
import { isAddendum, isBlank, stageAt, stagesOf, textOfPlan, type Stage } from './planText.ts';
import type { Plan } from './turnSchema.ts';

/** What a text and its plan come to on a flow: cards without places, and what each step of the plan brings. */
export interface ReadingCards {
  reading: TextReading;
  stages: Stage[];
  /** Per stage: the nodes that it brings, as they are called in the end. */
  brings: { type: string; title: string }[][];
  /** Per feedback: what it changes, or nothing where it was not understood. */
  answered: string[][];
  cards: CardDraft[];
  assumptions: ReadAssumption[];
}

/**
 * The cards of a text that tells of a flow: one a sentence, quoting it. On a flow that holds something the text is joined to it:
 * nodes of the same title are used again, the rest goes behind what the text names, or in front of the end.
 */
export function readingCards(text: string, plan: Plan | undefined, feedback: readonly string[], view: FlowView, ids: IdSource, language: ReadLanguage): ReadingCards {
  const whole = readText(text, { language });
  const planned = plan ? textOfPlan(text, whole, plan) : text;
  const reading = planned === text ? whole : readText(planned, { language });
  const stages = stagesOf(planned, reading);
  const draft = new Draft(view, ids);
  const stageOf = new Map<string, number>();
  const idOf = joinNodes(reading, planned, stages, draft, view, stageOf);
  for (const edge of reading.edges) {
    const [source, target] = [idOf.get(edge.from), idOf.get(edge.to)];
    if (source && target) addReadEdge(source, target, edge, draft);
  }
  if (!isBlank(view)) attach(reading, planned, idOf, draft, view, stages, stageOf);
  const wishes = plan?.steps.some(isAddendum) ? plan.steps.filter(isAddendum).map((step) => step.task) : feedback;
  const made = new Map<string, number>();
  const answered = wishes.map((wish, index) => applyWish(wish, draft, made, stages.length + index, language));
  const brings = stages.map((_, index) => reading.nodes.filter((node) => stageOf.get(idOf.get(node.key)!) === index && node.type !== 'start' && node.type !== 'end').flatMap((node) => {
    const record = draft.node.get(idOf.get(node.key)!);
    return record ? [{ type: record.type, title: record.data.title }] : [];
  }));
  const titles = [...stages.map((stage, index) => ({ title: brings[index]!.map((node) => node.title).join(', ') || stage.text, reason: stage.text })), ...wishes.map((wish, index) => ({ title: answered[index]!.join(', ') || wish, reason: wish }))];
  return { reading, stages, brings, answered, cards: cardsOf(draft, stageOf, made, titles), assumptions: reading.assumptions };
}

/** Takes every node of the reading into the draft, or finds the one that is there already. */
function joinNodes(reading: TextReading, text: string, stages: readonly Stage[], draft: Draft, view: FlowView, stageOf: Map<string, number>): Map<string, string> {
  const idOf = new Map<string, string>();
  const blank = isBlank(view);
  const ofType = (type: string) => [...view.node.values()].filter((node) => node.type === type);
  for (const node of reading.nodes) {
    const same = blank ? [] : [...view.node.values()].filter((item) => plainText(item.data.title) === plainText(node.title) && node.type !== 'start');
    const reused = node.type === 'start' ? ofType('start')[0] : (same.find((item) => item.type === node.type) ?? (same.length === 1 ? same[0] : undefined) ?? (node.type === 'end' && !blank && ofType('end').length === 1 ? ofType('end')[0] : undefined));
    if (reused) {
      idOf.set(node.key, reused.id);
      continue;
    }
    // On a flow that is there already, a text without a place of its own brings no second start.
    if (node.type === 'start' && !blank) continue;
    const id = draft.addNode(recordOf(node, draft));
    idOf.set(node.key, id);
    stageOf.set(id, node.type === 'start' ? 0 : node.type === 'end' ? Math.max(0, ...reading.edges.filter((edge) => edge.to === node.key).map((edge) => stageOf.get(idOf.get(edge.from) ?? '') ?? 0)) : stageAt(stages, Math.min(node.span[0], text.length)));
  }
  return idOf;
}

function recordOf(node: ReadNode, draft: Draft): Omit<Node, 'id' | 'position'> {
  const elements: Record<string, { order: string; type: string; label: string }> = {};
  for (const element of node.elements ?? []) elements[draft.newId('el')] = { order: orderAfterAll(elements), type: element.type, label: element.label };
  const data = { title: node.title, ...(node.description ? { description: node.description } : {}), ...(node.actor ? { actor: node.actor } : {}) };
  return { type: node.type, data, ...(Object.keys(elements).length ? { elements } : {}) } as Omit<Node, 'id' | 'position'>;
}

function addReadEdge(source: string, target: string, edge: TextReading['edges'][number], draft: Draft): void {
  const data = { ...(edge.label ? { label: edge.label } : {}), ...(edge.kind && edge.kind !== 'default' ? { kind: edge.kind } : {}) } as Edge['data'];
  const there = draft.outOf(source).some((item) => item.target === target && (item.data.label ?? '') === (edge.label ?? ''));
  if (!there) draft.addEdge(source, target, data);
}

/** Ties new nodes without a way in to the flow: behind the node that the text names, else in front of the end. */
function attach(reading: TextReading, text: string, idOf: ReadonlyMap<string, string>, draft: Draft, view: FlowView, stages: readonly Stage[], stageOf: Map<string, number>): void {
  const added = new Set(draft.added);
  const entry = reading.nodes.map((node) => idOf.get(node.key)).find((id) => id !== undefined && added.has(id) && !draft.into(id).some((edge) => edge.source !== id));
  if (entry === undefined) return;
  const named = anchorIn(stages[stageOf.get(entry) ?? 0]?.text ?? text, view);
  const ends = [...view.node.values()].filter((node) => node.type === 'end');
  const deadEnds = [...view.node.values()].filter((node) => node.type !== 'end' && node.type !== 'note' && ![...view.edge.values()].some((edge) => edge.source === node.id));
  if (named) {
    const hasWays = [...view.edge.values()].some((edge) => edge.source === named);
    draft.addEdge(named, entry, hasWays ? { label: draft.node.get(entry)!.data.title } : {});
  } else if (deadEnds.length) draft.addEdge(deadEnds[0]!.id, entry);
  else if (ends.length === 1) {
    const ways = draft.into(ends[0]!.id).filter((edge) => !added.has(edge.source));
    for (const way of ways) draft.retarget(way.id, entry);
  }
}

/** The node of the flow that a sentence starts from: "After Login, …", "From the dashboard …". */
function anchorIn(sentence: string, view: FlowView): string | undefined {
  const prepared = prepareText(sentence, view);
  const words = prepared.sentences.join(' ');
  const match = /\b(?:after|from|on|at|in|once|nach|von|auf|bei|in)\s+(?:the\s+|der\s+|dem\s+|den\s+)?(«\d+»|[\p{L}-]+(?:\s+(?!the\b|a\b|they\b|users?\b)[\p{L}-]+)?)/iu.exec(words);
  const target = match ? findNode(match[1]!, view, prepared) : undefined;
  return target?.kind === 'one' && target.score > 0.7 ? target.id : undefined;
}

/** A wish about a drafted flow ("without the tutorial", "also add password reset"), done in the draft; says what it did, nothing where it was not understood. */
export function applyWish(wish: string, draft: Draft, made: Map<string, number>, card: number, language: ReadLanguage): string[] {
  const text = wish.replace(/^(?:but |please |and |aber |bitte |und )+/iu, '').replace(/^(?:without|no|not|skip|leave out|ohne|keine?n?|lass(?:e)?)\s+(.+?)(?:\s+(?:weg|please|bitte))?$/iu, language === 'de' ? 'entferne $1' : 'remove $1');
  const reading = readInstruction(text, draft.view);
  const commands: EditCommand[] = reading.kind === 'commands' ? reading.commands : sideWish(text, draft.view);
  const refs = new Map<NodeRef, string>();
  const titles: string[] = [];
  for (const command of commands) {
    titles.push(commandTitle(command, draft.view, refs, language));
    const before = new Set([...draft.node.keys(), ...draft.edge.keys()]);
    applyCommand(command, draft, refs);
    for (const id of [...draft.node.keys(), ...draft.edge.keys()]) if (!before.has(id)) made.set(id, card);
  }
  if (commands.some((command) => command.kind === 'remove')) dropPointless(draft);
  return titles;
}

/** Takes out new decisions whose ways all lead to the same node now: they no longer decide anything. */
function dropPointless(draft: Draft): void {
  for (const id of [...draft.added]) {
    const type = draft.node.get(id)?.type;
    const targets = new Set(draft.outOf(id).map((edge) => edge.target));
    if ((type !== 'decision' && type !== 'condition') || targets.size > 1) continue;
    applyCommand({ kind: 'remove', node: id }, draft, new Map());
  }
}

/** "also add password reset": a side way at the screen that it has most in common with, else at the first one. */
function sideWish(text: string, view: FlowView): EditCommand[] {
  const add = /^(?:also\s+)?(?:add|include|there should (?:also )?be|we (?:also )?need|ergänze|füge|auch noch|noch)\s+(.+?)(?:\s+(?:too|as well|hinzu|ein))?$/iu.exec(text.replace(/^(?:also|auch)\s+/iu, ''));
  if (!add) return [];
  const prepared = prepareText(add[1]!, view);
  const node = newNodeOf(prepared.sentences.join(' '), prepared, 'new:0');
  if (!node) return [];
  const near = findNode(node.title, view, prepared, (item) => item.type === 'screen');
  const from = near.kind === 'one' ? near.id : near.kind === 'many' ? near.ids[0] : [...view.node.values()].find((item) => item.type === 'screen')?.id;
  return from === undefined ? [] : [{ kind: 'branch', from, steps: [node], to: { node: from } }];
}

/** The draft's ops as cards: a node goes with its stage, an arrow with the later of its two ends. */
function cardsOf(draft: Draft, stageOf: ReadonlyMap<string, number>, made: ReadonlyMap<string, number>, titles: readonly { title: string; reason: string }[]): CardDraft[] {
  const ops: IntentOp[][] = titles.map(() => []);
  const place = (id: string) => made.get(id) ?? stageOf.get(id) ?? -1;
  for (const op of draft.ops) {
    if (op.op === 'add' && op.kind === 'edge') {
      const { source, target } = op.value as { source: string; target: string };
      ops[Math.max(0, made.get(op.id) ?? -1, place(source), place(target))]!.push(op);
    } else if (op.op === 'set' && typeof op.to === 'string' && place(op.to) >= 0) ops[Math.max(place(op.to), made.get(op.id) ?? -1)]!.push(op);
    else if ('id' in op && place(op.id) >= 0) ops[place(op.id)]!.push(op);
    else ops.at(-1)!.push(op);
  }
  const isNode = (op: IntentOp) => op.op === 'add' && op.kind === 'node';
  return titles.map(({ title, reason }, index) => ({ title, reason, ops: [...ops[index]!.filter(isNode), ...ops[index]!.filter((op) => !isNode(op))] })).filter((card) => card.ops.length > 0);
}
