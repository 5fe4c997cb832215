/** How good a layout is, in numbers: the gates of the layout tests and the figures of its bench. */
import type { FlowView, Point } from '../flow/schema.ts';
import { frameRects, nodeRect, routeStands, sortedEdges, sortedNodes } from './drawn.ts';
import { boundsOf, contains, gapBetween, inflate, overlaps, rectAt, segmentMeets, type Rect } from './geometry.ts';
import { labelRect } from './labels.ts';
import { portPoints, stepPath } from './ports.ts';

/** Figures of one drawn flow. */
export interface LayoutQuality {
  nodes: number;
  edges: number;
  /** Pairs of nodes that overlap, and pairs of a frame and a node (or frame) that is not in it and overlaps it. */
  overlaps: number;
  /** Points where two edges cross; edges that share a port are not counted there. */
  crossings: number;
  /** Pairs of an edge and a node that it does not belong to but runs through. */
  edgesThroughNodes: number;
  /** Pairs of an edge and a foreign node that it passes nearer than 15 px. */
  edgesTooNear: number;
  /** Slots that an incoming and an outgoing edge share. */
  sharedSlots: number;
  /** Share of frame members that stand inside the stored rectangle of their frame, 0 to 1; 1 without members. */
  childrenInFrames: number;
  /** px of nodes and frames together. */
  width: number;
  height: number;
  /** Area of the nodes by the area of their bounds, 0 to 1. */
  areaUse: number;
  /** Least space between two nodes, px; negative when they overlap, Infinity for fewer than two. */
  minGap: number;
  /** Nodes and frames that stand left of or above the origin. */
  negative: number;
  /** Labels of edges that lie on a node or on another label. */
  labelOverlaps: number;
  /** Corners of all edges together. */
  bends: number;
}

/** Measures the view as it is drawn: standing routes where there are, steps from port to port elsewhere. */
export function measureLayout(view: FlowView): LayoutQuality {
  const nodes = sortedNodes(view).map((node) => ({ node, rect: nodeRect(node) }));
  const frames = [...frameRects(view)];
  const paths = drawnPaths(view);
  let overlapping = 0;
  let minGap = Infinity;
  for (let i = 0; i < nodes.length; i++) {
    for (let j = i + 1; j < nodes.length; j++) {
      const gap = gapBetween(nodes[i]!.rect, nodes[j]!.rect);
      if (gap < 0) overlapping++;
      if (gap < minGap) minGap = gap;
    }
  }
  for (const [frameId, rect] of frames) {
    for (const { node, rect: other } of nodes) if (node.frameId !== frameId && overlaps(rect, other)) overlapping++;
    for (const [otherId, other] of frames) if (frameId < otherId && overlaps(rect, other)) overlapping++;
  }
  let through = 0;
  let near = 0;
  let bends = 0;
  for (const { edge, path } of paths) {
    bends += Math.max(0, path.length - 2);
    for (const { node, rect } of nodes) {
      if (node.id === edge.source || node.id === edge.target) continue;
      if (pathMeets(inflate(rect, -0.5), path)) through++;
      else if (pathMeets(inflate(rect, 14.5), path)) near++;
    }
  }
  const members = nodes.filter(({ node }) => node.frameId && view.frame.has(node.frameId));
  const inside = members.filter(({ node, rect }) => {
    const frame = view.frame.get(node.frameId!)!;
    return contains(rectAt(frame.position, frame.size), rect);
  });
  const bounds = boundsOf([...nodes.map(({ rect }) => rect), ...frames.map(([, rect]) => rect)]);
  const area = nodes.reduce((sum, { rect }) => sum + rect.width * rect.height, 0);
  return {
    nodes: nodes.length,
    edges: paths.length,
    overlaps: overlapping,
    crossings: countCrossings(paths.map(({ path }) => path)),
    edgesThroughNodes: through,
    edgesTooNear: near,
    sharedSlots: countSharedSlots(paths),
    childrenInFrames: members.length === 0 ? 1 : inside.length / members.length,
    width: bounds?.width ?? 0,
    height: bounds?.height ?? 0,
    areaUse: bounds ? area / (bounds.width * bounds.height) : 1,
    minGap,
    negative: nodes.filter(({ rect }) => rect.x < 0 || rect.y < 0).length + frames.filter(([, rect]) => rect.x < 0 || rect.y < 0).length,
    labelOverlaps: countLabelOverlaps(view, paths, nodes.map(({ rect }) => rect)),
    bends,
  };
}

/** Every edge with the way that it is drawn, by id of the edge. */
export function drawnPaths(view: FlowView): { edge: { id: string; source: string; target: string }; path: Point[] }[] {
  const ports = portPoints(view);
  return sortedEdges(view).map((edge) => ({ edge, path: routeStands(view, edge) ? edge.route! : stepPath(ports.get(edge.id)!) }));
}

/** True when any part of the path runs through the inside of the rectangle. */
export function pathMeets(rect: Rect, path: readonly Point[]): boolean {
  for (let index = 1; index < path.length; index++) if (segmentMeets(rect, path[index - 1]!, path[index]!)) return true;
  return false;
}

function countCrossings(paths: readonly Point[][]): number {
  const flat: { low: number; high: number; at: number; path: number }[] = [];
  const upright: typeof flat = [];
  paths.forEach((path, index) => {
    for (let i = 1; i < path.length; i++) {
      const [a, b] = [path[i - 1]!, path[i]!];
      if (a.y === b.y) flat.push({ low: Math.min(a.x, b.x), high: Math.max(a.x, b.x), at: a.y, path: index });
      else upright.push({ low: Math.min(a.y, b.y), high: Math.max(a.y, b.y), at: a.x, path: index });
    }
  });
  let count = 0;
  for (const h of flat) {
    for (const v of upright) {
      if (h.path !== v.path && v.at > h.low && v.at < h.high && h.at > v.low && h.at < v.high) count++;
    }
  }
  return count;
}

function countLabelOverlaps(view: FlowView, paths: ReturnType<typeof drawnPaths>, nodes: readonly Rect[]): number {
  const labels = paths.flatMap(({ edge, path }) => {
    const text = view.edge.get(edge.id)!.data.label;
    return text ? [labelRect(text, path)] : [];
  });
  return labels.filter((label, index) => nodes.some((node) => overlaps(node, label)) || labels.some((other, at) => at !== index && overlaps(other, label))).length;
}

function countSharedSlots(paths: ReturnType<typeof drawnPaths>): number {
  const slots = new Map<string, Set<'in' | 'out'>>();
  for (const { edge, path } of paths) {
    for (const [role, id, point] of [['out', edge.source, path[0]!], ['in', edge.target, path.at(-1)!]] as const) {
      const key = `${id} ${point.x} ${point.y}`;
      const roles = slots.get(key) ?? new Set();
      roles.add(role);
      slots.set(key, roles);
    }
  }
  return [...slots.values()].filter((roles) => roles.size > 1).length;
}
