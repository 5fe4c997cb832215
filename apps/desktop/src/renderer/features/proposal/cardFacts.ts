import type { Card } from '@uxflow/core';

/** How many records of a kind cards add, change or take away. */
export interface CardFact {
  change: 'add' | 'set' | 'remove';
  kind: string;
  count: number;
}

const CHANGES = ['add', 'set', 'remove'] as const;
const KINDS = ['node', 'edge', 'frame'];

/** What cards do, counted: additions first, then changes, then removals, steps before connections. A route is layout's business and counts as nothing. */
export function cardFacts(cards: readonly Pick<Card, 'ops'>[]): CardFact[] {
  const changes = new Map<string, { change: CardFact['change']; kind: string }>();
  for (const { ops } of cards) {
    for (const op of ops) {
      if (op.op !== 'add' && op.op !== 'set' && op.op !== 'remove') continue;
      if (op.op === 'set' && op.field === 'route') continue;
      const known = changes.get(op.id);
      // What is added stays new however it is changed later; what is taken away in the end is gone.
      if (!known || (known.change === 'set' && op.op === 'remove')) changes.set(op.id, { change: op.op, kind: op.kind });
    }
  }
  const counts = new Map<string, CardFact>();
  for (const { change, kind } of changes.values()) {
    const key = `${change} ${kind}`;
    counts.set(key, { change, kind, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const rank = ({ kind }: CardFact) => (KINDS.includes(kind) ? KINDS.indexOf(kind) : KINDS.length);
  return CHANGES.flatMap((change) => [...counts.values()].filter((fact) => fact.change === change).sort((a, b) => rank(a) - rank(b)));
}
