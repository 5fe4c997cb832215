import type { Card } from '@uxflow/core';

/** Ids of the nodes, edges and frames that cards touch: what the canvas shows when they are looked at. */
export function idsOfCards(cards: readonly Card[]): string[] {
  const ids = new Set<string>();
  for (const card of cards) for (const op of card.ops) if ((op.op === 'add' || op.op === 'set' || op.op === 'remove') && (op.kind === 'node' || op.kind === 'frame' || op.kind === 'edge')) ids.add(op.id);
  return [...ids];
}
