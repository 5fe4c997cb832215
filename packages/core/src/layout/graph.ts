/** The flow as a graph for layout: reading order, feedback edges, connected components. All orders hang on content only. */
import type { Edge, FlowView, Frame, Node } from '../flow/schema.ts';
import { nodeRect, sortedEdges, sortedFrames, sortedNodes } from './drawn.ts';
import { compareText } from './geometry.ts';

/** Main reading direction. */
export type Direction = 'right' | 'down';

/** Nodes that are connected, by edges or by standing in one frame. Empty frames are components of their own. */
export interface Component {
  nodes: Node[];
  edges: Edge[];
  frames: Frame[];
}

/**
 * Edges that lead back: found depth first from the starts, so that removing them leaves no cycle. Self loops are among them.
 * `nodes` and `edges` in reading order.
 */
export function feedbackEdges(nodes: readonly Node[], edges: readonly Edge[]): Set<string> {
  const outgoing = new Map<string, Edge[]>(nodes.map((node) => [node.id, []]));
  const incoming = new Map<string, number>();
  for (const edge of edges) {
    if (!outgoing.has(edge.source) || !outgoing.has(edge.target)) continue;
    outgoing.get(edge.source)!.push(edge);
    if (edge.source !== edge.target) incoming.set(edge.target, (incoming.get(edge.target) ?? 0) + 1);
  }
  const roots = [
    ...nodes.filter((node) => node.type === 'start'),
    ...nodes.filter((node) => node.type !== 'start' && !incoming.get(node.id)),
    ...nodes,
  ];
  const feedback = new Set<string>();
  const state = new Map<string, 'open' | 'done'>();
  for (const root of roots) {
    if (state.has(root.id)) continue;
    state.set(root.id, 'open');
    const stack = [{ id: root.id, at: 0 }];
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const edge = outgoing.get(top.id)![top.at++];
      if (!edge) {
        state.set(top.id, 'done');
        stack.pop();
      } else if (state.get(edge.target) === 'open') feedback.add(edge.id);
      else if (!state.has(edge.target)) {
        state.set(edge.target, 'open');
        stack.push({ id: edge.target, at: 0 });
      }
    }
  }
  return feedback;
}

/** Longest way from a root to every node, in edges. `forward` must hold no cycle; edges to other nodes are left out. */
export function longestRanks(nodes: readonly Node[], forward: readonly Edge[]): Map<string, number> {
  const ranks = new Map<string, number>(nodes.map((node) => [node.id, 0]));
  const outgoing = new Map<string, string[]>(nodes.map((node) => [node.id, []]));
  const waiting = new Map<string, number>();
  for (const edge of forward) {
    if (!ranks.has(edge.source) || !ranks.has(edge.target)) continue;
    outgoing.get(edge.source)!.push(edge.target);
    waiting.set(edge.target, (waiting.get(edge.target) ?? 0) + 1);
  }
  const ready = nodes.filter((node) => !waiting.get(node.id)).map((node) => node.id);
  for (let at = 0; at < ready.length; at++) {
    for (const target of outgoing.get(ready[at]!)!) {
      ranks.set(target, Math.max(ranks.get(target)!, ranks.get(ready[at]!)! + 1));
      waiting.set(target, waiting.get(target)! - 1);
      if (waiting.get(target) === 0) ready.push(target);
    }
  }
  return ranks;
}

/** Nodes in reading order: by where they stand when they stand apart, else by id; the second axis and the id break ties. */
export function readingOrder(nodes: readonly Node[], direction: Direction): Node[] {
  const places = new Set(nodes.map((node) => `${node.position.x} ${node.position.y}`));
  const placed = places.size > 1 && places.size >= nodes.length * 0.75;
  if (!placed) return [...nodes].sort((a, b) => compareText(a.id, b.id));
  // Across the direction first: that is the order inside a layer, the one thing that a person would miss.
  return [...nodes].sort((a, b) =>
    direction === 'right'
      ? a.position.y - b.position.y || a.position.x - b.position.x || compareText(a.id, b.id)
      : a.position.x - b.position.x || a.position.y - b.position.y || compareText(a.id, b.id),
  );
}

/** Notes with the node that each annotates: the other end of its first edge. Notes without an edge to another kind of node are not in it. */
export function annotatedNodes(view: FlowView): Map<string, string> {
  const out = new Map<string, string>();
  for (const edge of sortedEdges(view)) {
    const source = view.node.get(edge.source)!;
    const target = view.node.get(edge.target)!;
    if (source.type === 'note' && target.type !== 'note' && !out.has(source.id)) out.set(source.id, target.id);
    else if (target.type === 'note' && source.type !== 'note' && !out.has(target.id)) out.set(target.id, source.id);
  }
  return out;
}

/**
 * The direction in which a flow reads: its own setting, else that of the greater part of the way along its edges.
 * `ignored`: nodes that have no place yet.
 */
export function flowDirection(view: FlowView, ignored?: ReadonlySet<string>): Direction {
  const wished = view.flow.settings?.direction;
  if (wished) return wished;
  let [across, along] = [0, 0];
  for (const edge of view.edge.values()) {
    const [source, target] = [view.node.get(edge.source), view.node.get(edge.target)];
    if (!source || !target || source === target || ignored?.has(source.id) || ignored?.has(target.id)) continue;
    const [a, b] = [nodeRect(source), nodeRect(target)];
    // The free way between the two, not between their centres: wide nodes would else always run to the right.
    across += Math.max(0, b.x - (a.x + a.width));
    along += Math.max(0, b.y - (a.y + a.height));
  }
  return along > across ? 'down' : 'right';
}

/** Connected components, the one with most nodes first, ties by the smallest id. */
export function componentsOf(view: FlowView): Component[] {
  const parent = new Map<string, string>();
  const find = (id: string): string => {
    let root = id;
    while (parent.get(root) !== root) root = parent.get(root)!;
    for (let at = id; at !== root; ) {
      const next = parent.get(at)!;
      parent.set(at, root);
      at = next;
    }
    return root;
  };
  const join = (a: string, b: string) => {
    const [first, second] = [find(a), find(b)];
    if (first !== second) parent.set(compareText(first, second) < 0 ? second : first, compareText(first, second) < 0 ? first : second);
  };
  const nodes = sortedNodes(view);
  const edges = sortedEdges(view);
  const frames = sortedFrames(view);
  for (const node of nodes) parent.set(node.id, node.id);
  for (const frame of frames) parent.set(frame.id, frame.id);
  for (const edge of edges) join(edge.source, edge.target);
  for (const node of nodes) if (node.frameId && view.frame.has(node.frameId)) join(node.id, node.frameId);
  const byRoot = new Map<string, Component>();
  const of = (id: string): Component => {
    const root = find(id);
    let component = byRoot.get(root);
    if (!component) byRoot.set(root, (component = { nodes: [], edges: [], frames: [] }));
    return component;
  };
  for (const node of nodes) of(node.id).nodes.push(node);
  for (const edge of edges) of(edge.source).edges.push(edge);
  for (const frame of frames) of(frame.id).frames.push(frame);
  const firstId = (component: Component) => component.nodes[0]?.id ?? component.frames[0]!.id;
  return [...byRoot.values()].sort((a, b) => b.nodes.length - a.nodes.length || compareText(firstId(a), firstId(b)));
}
