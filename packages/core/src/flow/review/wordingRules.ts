/** Rules of titles and labels. Starts, ends and notes may be called as they like. */
import { byCodeUnit } from '../graph.ts';
import type { Node } from '../schema.ts';
import type { Draft } from './finding.ts';
import { named, type ReviewContext } from './reviewContext.ts';
import { isGeneric, sameForm } from './wording.ts';

/** Longest texts that stay readable on a canvas, in UTF-16 units; longer ones are kept. */
export const TEXT_LIMITS = { title: 100, label: 200, description: 2000 } as const;

export function* titleMissing(context: ReviewContext): Iterable<Draft> {
  for (const node of titled(context)) if (!node.data.title.trim()) yield { nodeIds: [node.id], params: named(node) };
}

export function* titleShort(context: ReviewContext): Iterable<Draft> {
  for (const node of titled(context)) {
    const title = node.data.title.trim();
    // Two characters can be a whole word in scripts other than Latin; "OK" and "2FA" are words too.
    const isShort = /^[\x20-\x7e]{1,2}$/.test(title) && !/^(ok|go|id|ai|ui|qr|tv|pc)$/i.test(title);
    if (isShort) yield { nodeIds: [node.id], params: named(node) };
  }
}

export function* titleGeneric(context: ReviewContext): Iterable<Draft> {
  for (const node of titled(context)) if (isGeneric(node.data.title)) yield { nodeIds: [node.id], params: named(node) };
}

export function* titleDuplicate(context: ReviewContext): Iterable<Draft> {
  const groups = new Map<string, Node[]>();
  for (const node of titled(context)) {
    const title = sameForm(node.data.title);
    if (!title || isGeneric(title)) continue;
    const key = `${node.type} ${title}`;
    const group = groups.get(key);
    if (group) group.push(node);
    else groups.set(key, [node]);
  }
  for (const nodes of groups.values()) if (nodes.length > 1) yield { nodeIds: nodes.map((node) => node.id), params: { ...named(nodes[0]!), count: nodes.length } };
}

export function* titleLong(context: ReviewContext): Iterable<Draft> {
  for (const node of context.view.node.values()) {
    if (node.data.title.length > TEXT_LIMITS.title) yield { nodeIds: [node.id], params: { ...named(node), title: `${node.data.title.slice(0, 40)}…`, count: node.data.title.length, maximum: TEXT_LIMITS.title } };
  }
}

export function* labelLong(context: ReviewContext): Iterable<Draft> {
  for (const edge of [...context.view.edge.values()].sort((a, b) => byCodeUnit(a.id, b.id))) {
    const length = edge.data.label?.length ?? 0;
    if (length > TEXT_LIMITS.label) yield { nodeIds: [edge.source], edgeIds: [edge.id], params: { label: `${edge.data.label!.slice(0, 40)}…`, count: length, maximum: TEXT_LIMITS.label } };
  }
}

export function* descriptionLong(context: ReviewContext): Iterable<Draft> {
  for (const node of context.view.node.values()) {
    const length = node.data.description?.length ?? 0;
    if (length > TEXT_LIMITS.description) yield { nodeIds: [node.id], params: { ...named(node), count: length, maximum: TEXT_LIMITS.description } };
  }
}

function titled(context: ReviewContext): Node[] {
  return context.steps.filter((node) => node.type !== 'start' && node.type !== 'end');
}
