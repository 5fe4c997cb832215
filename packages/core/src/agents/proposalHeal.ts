import type { Edge, IntentOp, LogState, Op } from '../flow/index.ts';
import { asIntent, tryCards } from './proposalTry.ts';
import type { Card } from './turnSchema.ts';

/** Cards after some of their nodes are gone; `fallen` names cards that are left without footing. */
export interface Healed {
  cards: Card[];
  fallen: string[];
}

/**
 * The cards without the rejected ones and without the nodes `gone`. Where the flow led through what goes and on to one target, it
 * leads there directly: an arrow of the document goes back to what it was, or to the ghost behind. The ops of the other cards are
 * rewritten for that.
 */
export function withoutNodes(state: LogState, cards: readonly Card[], rejected: ReadonlySet<string>, gone: ReadonlySet<string>): Healed {
  const open = cards.filter((card) => card.status === 'open');
  const { state: ghost } = tryCards(state, open);
  const lost = new Set(gone);
  const lostEdges = new Set<string>();
  for (const card of open) {
    for (const op of card.ops) {
      if (op.op !== 'add' || !rejected.has(card.id)) continue;
      if (op.kind === 'node') lost.add(op.id);
      if (op.kind === 'edge') lostEdges.add(op.id);
    }
  }
  for (const card of open) for (const op of card.ops) if (op.op === 'add' && op.kind === 'edge' && lost.has(op.value['source'] as string)) lostEdges.add(op.id);
  const goal = goalBehind(ghost.edge.values(), lost);
  const keptNodes = new Map<string, string>();
  for (const card of open) for (const op of card.ops) if (op.op === 'add' && op.kind === 'node' && !rejected.has(card.id) && !lost.has(op.id)) keptNodes.set(op.id, card.id);
  const owner = goal === undefined ? undefined : keptNodes.get(goal);
  // A card cannot lead to a ghost that a later card adds: there the later card does it.
  const first = open.findIndex((card) => card.id === owner);
  const silent = new Set(open.filter((card, index) => rejected.has(card.id) || index < first).map((card) => card.id));
  const rewritten = new Map(open.filter((card) => !rejected.has(card.id)).map((card) => [card.id, card.ops.flatMap((op) => rewrite(op, lost, lostEdges, silent.has(card.id) ? undefined : goal))]));
  if (goal !== undefined && owner !== undefined) rewritten.get(owner)!.push(...leadOn(state, ghost, open, rejected, silent, lost, goal));
  const out = cards.map((card) => {
    const ops = rewritten.get(card.id);
    return ops ? { ...card, ops: ops as Op[] } : card;
  });
  return { cards: out, fallen: fallenCards(state, ghost, out, rejected, rewritten) };
}

/** Where the way goes on behind the lost nodes: one target outside them, loops back to where the way came from not counted. */
function goalBehind(edges: Iterable<Edge>, lost: ReadonlySet<string>): string | undefined {
  const targets = new Set<string>();
  const sources = new Set<string>();
  for (const edge of edges) {
    if (lost.has(edge.source) && !lost.has(edge.target)) targets.add(edge.target);
    if (lost.has(edge.target) && !lost.has(edge.source)) sources.add(edge.source);
  }
  const onward = targets.size > 1 ? [...targets].filter((id) => !sources.has(id)) : [...targets].filter((id) => !sources.has(id) || sources.size > 1);
  return onward.length === 1 ? onward[0] : undefined;
}

/** One op without the lost nodes: gone, or pointing to what is behind them. */
function rewrite(op: Op, lost: ReadonlySet<string>, lostEdges: ReadonlySet<string>, goal: string | undefined): IntentOp[] {
  if ('kind' in op && (lost.has(op.id) || lostEdges.has(op.id))) return [];
  if (op.op === 'add' && op.kind === 'edge') {
    const { source, target } = op.value as { source: string; target: string };
    if (lost.has(source)) return [];
    if (!lost.has(target)) return asIntent([op]);
    return goal === undefined || goal === source ? [] : asIntent([{ ...op, value: { ...op.value, target: goal } }]);
  }
  if (op.op === 'set' && typeof op.to === 'string' && lost.has(op.to)) {
    return op.field === 'target' && goal !== undefined ? [withoutFrom({ ...op, to: goal })] : [];
  }
  if (op.op === 'set' && typeof op.from === 'string' && lost.has(op.from)) return [withoutFrom(op)];
  return asIntent([op]);
}

/** Ops that lead what came to the lost nodes on to the ghost behind them. */
function leadOn(state: LogState, ghost: LogState, open: readonly Card[], rejected: ReadonlySet<string>, silent: ReadonlySet<string>, lost: ReadonlySet<string>, goal: string): IntentOp[] {
  const ops: IntentOp[] = [];
  const freed = new Set<string>();
  for (const edge of ghost.edge.values()) {
    if (!lost.has(edge.target) || lost.has(edge.source)) continue;
    const adder = open.find((card) => card.ops.some((op) => op.op === 'add' && op.id === edge.id));
    if (state.edge.has(edge.id)) {
      // Led away by a card that no longer does it; any other card's own op was rewritten already.
      const setters = open.filter((card) => card.ops.some((op) => op.op === 'set' && op.id === edge.id && op.field === 'target' && lost.has(op.to as string)));
      if (setters.length > 0 && setters.every((card) => silent.has(card.id))) ops.push({ op: 'set', kind: 'edge', id: edge.id, field: 'target', to: goal });
      continue;
    }
    if (!adder || !silent.has(adder.id) || edge.source === goal) continue;
    const added = adder.ops.find((op) => op.op === 'add' && op.id === edge.id);
    if (added?.op === 'add' && !rejected.has(adder.id) && !lost.has(added.value['target'] as string)) {
      // Its card stays and adds it as it first was; only the rejected card had led it away.
      ops.push({ op: 'set', kind: 'edge', id: edge.id, field: 'target', to: goal });
      continue;
    }
    // The arrow that the rejected card had replaced by its own.
    const replaced = adder.ops.find((op) => op.op === 'remove' && op.kind === 'edge' && (op.from as { source?: string }).source === edge.source && !freed.has(op.id));
    if (replaced?.op === 'remove') {
      freed.add(replaced.id);
      ops.push({ op: 'set', kind: 'edge', id: replaced.id, field: 'target', to: goal });
    } else ops.push({ op: 'add', kind: 'edge', id: edge.id, value: { ...edge, target: goal } as unknown as Record<string, unknown> });
  }
  return ops;
}

/** Cards that are empty now, cannot be written any more, or whose nodes have no way in although they had one. */
function fallenCards(state: LogState, before: LogState, cards: readonly Card[], rejected: ReadonlySet<string>, rewritten: ReadonlyMap<string, IntentOp[]>): string[] {
  const remaining = cards.filter((card) => card.status === 'open' && !rejected.has(card.id)).map((card) => ({ ...card, needs: [] }));
  const { state: after, tried } = tryCards(state, remaining);
  return remaining
    .filter((card) => {
      const ops = rewritten.get(card.id) ?? [];
      const result = tried.get(card.id);
      if (ops.length === 0 || !result || (result.fit === 'held' && card.fit !== 'held') || (result.fit !== 'held' && result.ops.length === 0)) return true;
      const nodes = ops.filter((op) => op.op === 'add' && op.kind === 'node').map((op) => (op as { id: string }).id);
      return isFed(nodes, before) && !isFed(nodes, after);
    })
    .map((card) => card.id);
}

/** True when an arrow from outside leads to one of the nodes, or one of them is a start. */
function isFed(nodes: readonly string[], flow: LogState): boolean {
  return nodes.some((id) => flow.node.get(id)?.type === 'start') || [...flow.edge.values()].some((edge) => nodes.includes(edge.target) && !nodes.includes(edge.source));
}

function withoutFrom(op: Extract<Op, { op: 'set' }>): IntentOp {
  const { from: _, ...rest } = op;
  return rest as IntentOp;
}
