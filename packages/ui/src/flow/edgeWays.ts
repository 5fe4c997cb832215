import { type Edge, type EdgePorts, type FlowView, type Node, type Point, portPoints, routeStands, type Side, stepPath } from '@uxflow/core';

/** How one edge runs over the canvas. */
export interface EdgeWay {
  ports: EdgePorts;
  /** From port to port, px: the stored route while it stands, else an orthogonal step. */
  points: readonly Point[];
  sourceSide: Side;
  targetSide: Side;
}

/** The ways of all edges, and what they were made from, so that the next ones touch only what changed. */
export interface EdgeWays {
  ways: ReadonlyMap<string, EdgeWay>;
  nodes: ReadonlyMap<string, Node>;
  edges: ReadonlyMap<string, Edge>;
  incident: ReadonlyMap<string, readonly Edge[]>;
  direction: string | undefined;
}

/**
 * The ways of the view's edges. With the ways of an earlier view only edges at changed nodes and at their neighbours are made
 * anew (a moved node changes slots one node further); every other way stays ===.
 */
export function edgeWays(view: FlowView, previous: EdgeWays | null): EdgeWays {
  const direction = view.flow.settings?.direction;
  const nodes = view.node;
  const edges = view.edge;
  const incident = previous && previous.edges === edges ? previous.incident : incidentEdges(edges);
  const base = { nodes, edges, incident, direction };
  if (!previous || previous.direction !== direction) return { ...base, ways: allWays(view, edges, null) };

  const touched = new Set<string>();
  for (const [id, node] of nodes) if (previous.nodes.get(id) !== node) touched.add(id);
  if (nodes.size - touched.size < previous.nodes.size) for (const id of previous.nodes.keys()) if (!nodes.has(id)) touched.add(id);
  if (previous.edges !== edges) {
    for (const [id, edge] of edges) if (previous.edges.get(id) !== edge) touch(touched, edge, previous.edges.get(id));
    for (const [id, edge] of previous.edges) if (!edges.has(id)) touch(touched, edge);
  }
  if (touched.size === 0) return { ...base, ways: previous.ways };
  if (touched.size > nodes.size / 3) return { ...base, ways: allWays(view, edges, previous.ways) };

  const near = new Set(touched);
  for (const id of touched) for (const edge of incident.get(id) ?? []) near.add(edge.source).add(edge.target);
  const partNodes = new Map<string, Node>();
  const partEdges = new Map<string, Edge>();
  for (const id of near) {
    for (const edge of incident.get(id) ?? []) {
      const [source, target] = [nodes.get(edge.source), nodes.get(edge.target)];
      if (!source || !target) continue;
      partEdges.set(edge.id, edge);
      partNodes.set(source.id, source).set(target.id, target);
    }
  }
  const ways = new Map(previous.ways);
  for (const [id, edge] of previous.edges) if (!edges.has(id) || !nodes.has(edge.source) || !nodes.has(edge.target)) ways.delete(id);
  const part: FlowView = { ...view, node: partNodes, edge: partEdges };
  for (const [id, ports] of portPoints(part)) {
    const edge = partEdges.get(id)!;
    const old = previous.ways.get(id);
    // A node two steps away sees only some of its edges here: its end stays where it was.
    const source = near.has(edge.source) || !old ? ports.source : old.ports.source;
    const target = near.has(edge.target) || !old ? ports.target : old.ports.target;
    ways.set(id, keepSame(old, wayOf(part, edge, { source, target })));
  }
  return { ...base, ways };
}

function allWays(view: FlowView, edges: ReadonlyMap<string, Edge>, old: ReadonlyMap<string, EdgeWay> | null): ReadonlyMap<string, EdgeWay> {
  const out = new Map<string, EdgeWay>();
  for (const [id, ports] of portPoints(view)) out.set(id, keepSame(old?.get(id), wayOf(view, edges.get(id)!, ports)));
  return out;
}

function wayOf(view: FlowView, edge: Edge, ports: EdgePorts): EdgeWay {
  return { ports, points: routeStands(view, edge) ? edge.route! : stepPath(ports), sourceSide: ports.source.side, targetSide: ports.target.side };
}

function keepSame(old: EdgeWay | undefined, next: EdgeWay): EdgeWay {
  if (!old || old.sourceSide !== next.sourceSide || old.targetSide !== next.targetSide || old.points.length !== next.points.length) return next;
  return old.points.every((point, index) => point.x === next.points[index]!.x && point.y === next.points[index]!.y) ? old : next;
}

function touch(touched: Set<string>, ...edges: (Edge | undefined)[]): void {
  for (const edge of edges) if (edge) touched.add(edge.source).add(edge.target);
}

function incidentEdges(edges: ReadonlyMap<string, Edge>): Map<string, Edge[]> {
  const out = new Map<string, Edge[]>();
  for (const edge of edges.values()) {
    for (const id of edge.source === edge.target ? [edge.source] : [edge.source, edge.target]) {
      const list = out.get(id);
      if (list) list.push(edge);
      else out.set(id, [edge]);
    }
  }
  return out;
}
