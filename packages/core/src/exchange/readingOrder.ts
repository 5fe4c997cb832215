import type { FlowView, Node } from '../flow/schema.ts';

/**
 * Nodes as one would read them: from the starts along the edges (breadth first, edges by id), then what is not reached, by id.
 * The same flow always gives the same order.
 */
export function inReadingOrder(view: FlowView): Node[] {
  const outgoing = new Map<string, string[]>();
  const incoming = new Set<string>();
  for (const edge of [...view.edge.values()].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    outgoing.set(edge.source, [...(outgoing.get(edge.source) ?? []), edge.target]);
    if (edge.source !== edge.target) incoming.add(edge.target);
  }
  const byId = [...view.node.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const roots = [...byId.filter((node) => node.type === 'start'), ...byId.filter((node) => !incoming.has(node.id)), ...byId];
  const seen = new Set<string>();
  const order: Node[] = [];
  for (const root of roots) {
    if (seen.has(root.id)) continue;
    seen.add(root.id);
    const queue = [root];
    for (let node = queue.shift(); node; node = queue.shift()) {
      order.push(node);
      for (const id of outgoing.get(node.id) ?? []) {
        const next = view.node.get(id);
        if (!next || seen.has(id)) continue;
        seen.add(id);
        queue.push(next);
      }
    }
  }
  return order;
}
