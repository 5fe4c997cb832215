/** Graph questions over a flow: who follows whom, what can be reached, where it goes round. All linear in nodes and edges. */
import type { Edge, FlowView } from './schema.ts';

/** One way from a node: the edge and the node at its other side. */
export interface Way {
  edge: Edge;
  nodeId: string;
}

/** Ways by node. An edge that is drawn both ways is a way out and a way in at both of its ends. */
export interface Graph {
  readonly nodeIds: readonly string[];
  readonly outgoing: ReadonlyMap<string, readonly Way[]>;
  readonly incoming: ReadonlyMap<string, readonly Way[]>;
}

/**
 * The graph of a flow. Notes are no steps and are left out with their edges unless `withNotes`; edges whose ends are missing
 * are left out. Lists are in the order of the ids, so everything computed from them is repeatable.
 */
export function graphOf(view: Pick<FlowView, 'node' | 'edge'>, options: { withNotes?: boolean } = {}): Graph {
  const outgoing = new Map<string, Way[]>();
  const incoming = new Map<string, Way[]>();
  const nodeIds = [...view.node.values()].filter((node) => options.withNotes || node.type !== 'note').map((node) => node.id);
  nodeIds.sort(byCodeUnit);
  for (const id of nodeIds) {
    outgoing.set(id, []);
    incoming.set(id, []);
  }
  const edges = [...view.edge.values()].sort((a, b) => byCodeUnit(a.id, b.id));
  for (const edge of edges) {
    const from = outgoing.get(edge.source);
    const into = incoming.get(edge.target);
    if (!from || !into) continue;
    from.push({ edge, nodeId: edge.target });
    into.push({ edge, nodeId: edge.source });
    if (edge.style?.bothWays && edge.source !== edge.target) {
      outgoing.get(edge.target)!.push({ edge, nodeId: edge.source });
      incoming.get(edge.source)!.push({ edge, nodeId: edge.target });
    }
  }
  return { nodeIds, outgoing, incoming };
}

/** Every node that can be reached from `starts`, the starts included, with its distance in edges. */
export function reachableFrom(graph: Graph, starts: Iterable<string>): Map<string, number> {
  return walk(graph.outgoing, starts);
}

/** Every node from which one of `targets` can be reached, the targets included, with its distance in edges. */
export function reaching(graph: Graph, targets: Iterable<string>): Map<string, number> {
  return walk(graph.incoming, targets);
}

/** A shortest way from one node to another as a list of edges, or null; an empty list when they are the same. */
export function shortestPath(graph: Graph, from: string, to: string): Edge[] | null {
  const distance = walk(graph.outgoing, [from]);
  if (!distance.has(to)) return null;
  const path: Edge[] = [];
  let at = to;
  while (at !== from) {
    const step = graph.incoming.get(at)!.find((way) => distance.get(way.nodeId) === distance.get(at)! - 1)!;
    path.unshift(step.edge);
    at = step.nodeId;
  }
  return path;
}

/**
 * Strongly connected components: nodes that can all reach each other. Every node is in exactly one; a component of one node is
 * a loop only when the node has an edge to itself. Tarjan's algorithm without recursion, so depth is no limit.
 */
export function stronglyConnected(graph: Graph): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const isOpen = new Set<string>();
  const open: string[] = [];
  const components: string[][] = [];
  for (const root of graph.nodeIds) {
    if (index.has(root)) continue;
    const work: { id: string; next: number }[] = [{ id: root, next: 0 }];
    while (work.length) {
      const frame = work.at(-1)!;
      const { id } = frame;
      if (frame.next === 0) {
        index.set(id, index.size);
        low.set(id, index.get(id)!);
        open.push(id);
        isOpen.add(id);
      }
      const way = graph.outgoing.get(id)![frame.next++];
      if (way) {
        if (!index.has(way.nodeId)) work.push({ id: way.nodeId, next: 0 });
        else if (isOpen.has(way.nodeId)) low.set(id, Math.min(low.get(id)!, index.get(way.nodeId)!));
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent) low.set(parent.id, Math.min(low.get(parent.id)!, low.get(id)!));
      if (low.get(id) !== index.get(id)) continue;
      const component: string[] = [];
      for (;;) {
        const member = open.pop()!;
        isOpen.delete(member);
        component.push(member);
        if (member === id) break;
      }
      components.push(component.sort(byCodeUnit));
    }
  }
  return components.sort((a, b) => byCodeUnit(a[0]!, b[0]!));
}

/** The components in which a walk can go round: more than one node, or a node with an edge to itself. */
export function loopsOf(graph: Graph): string[][] {
  return stronglyConnected(graph).filter((nodes) => nodes.length > 1 || graph.outgoing.get(nodes[0]!)!.some((way) => way.nodeId === nodes[0]));
}

/**
 * Ids of the edges that lead back in a depth-first walk from `starts` (then from every node not yet seen, in order of ids):
 * without them the graph has no loop.
 */
export function backEdges(graph: Graph, starts: Iterable<string>): Set<string> {
  const back = new Set<string>();
  const done = new Set<string>();
  const active = new Set<string>();
  for (const root of [...starts, ...graph.nodeIds]) {
    if (done.has(root) || !graph.outgoing.has(root)) continue;
    const work: { id: string; next: number }[] = [{ id: root, next: 0 }];
    active.add(root);
    while (work.length) {
      const frame = work.at(-1)!;
      const way = graph.outgoing.get(frame.id)![frame.next++];
      if (!way) {
        active.delete(frame.id);
        done.add(frame.id);
        work.pop();
      } else if (active.has(way.nodeId)) back.add(way.edge.id);
      else if (!done.has(way.nodeId)) {
        active.add(way.nodeId);
        work.push({ id: way.nodeId, next: 0 });
      }
    }
  }
  return back;
}

/** Groups of nodes that hang together when directions are ignored, each sorted, the groups by their first id. */
export function connectedParts(graph: Graph): string[][] {
  const seen = new Set<string>();
  const parts: string[][] = [];
  for (const root of graph.nodeIds) {
    if (seen.has(root)) continue;
    const part = [root];
    seen.add(root);
    for (let at = 0; at < part.length; at++) {
      const id = part[at]!;
      for (const way of [...graph.outgoing.get(id)!, ...graph.incoming.get(id)!]) {
        if (seen.has(way.nodeId)) continue;
        seen.add(way.nodeId);
        part.push(way.nodeId);
      }
    }
    parts.push(part.sort(byCodeUnit));
  }
  return parts;
}

/** Nodes in an order in which every edge but the back edges leads forwards; starts first, ties in order of ids. */
export function topologicalOrder(graph: Graph, starts: Iterable<string>): string[] {
  const first = [...starts];
  const back = backEdges(graph, first);
  const waiting = new Map(graph.nodeIds.map((id) => [id, graph.incoming.get(id)!.filter((way) => !back.has(way.edge.id)).length]));
  const isStart = new Set(first);
  const ready = graph.nodeIds.filter((id) => waiting.get(id) === 0);
  const order = [...ready.filter((id) => isStart.has(id)), ...ready.filter((id) => !isStart.has(id))];
  for (let at = 0; at < order.length; at++) {
    for (const way of graph.outgoing.get(order[at]!)!) {
      if (back.has(way.edge.id)) continue;
      const left = waiting.get(way.nodeId)! - 1;
      waiting.set(way.nodeId, left);
      if (left === 0) order.push(way.nodeId);
    }
  }
  return order;
}

/** Compares two strings by code unit, the only order that is the same in every runtime. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function walk(ways: ReadonlyMap<string, readonly Way[]>, starts: Iterable<string>): Map<string, number> {
  const distance = new Map<string, number>();
  for (const id of starts) if (ways.has(id)) distance.set(id, 0);
  const queue = [...distance.keys()];
  for (let at = 0; at < queue.length; at++) {
    const next = distance.get(queue[at]!)! + 1;
    for (const way of ways.get(queue[at]!)!) {
      if (distance.has(way.nodeId)) continue;
      distance.set(way.nodeId, next);
      queue.push(way.nodeId);
    }
  }
  return distance;
}
