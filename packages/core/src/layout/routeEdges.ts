/** Orthogonal routes by our own router: for edges that were added or whose nodes moved, where ELK is not asked. */
import type { Edge, FlowView, Point } from '../flow/schema.ts';
import { nodeRect, routeStands, sortedEdges, sortedNodes } from './drawn.ts';
import { boundsOf, compareText, inflate, outOf, overlaps, simplify, type Rect, type Side } from './geometry.ts';
import { flowDirection, type Direction } from './graph.ts';
import { FreeSpace } from './freeSpace.ts';
import { portPoints, sidesOf, stepPath, type EdgePorts, type EdgeSides } from './ports.ts';
import { findPath, type Obstacle, type UsedSegment } from './pathSearch.ts';
import { viewWithLayout } from './viewWithLayout.ts';

/** Length of the straight piece by which an edge leaves its node, px. */
const STUB = 16;
/** A crossed edge is tried again by other sides; a crossing counts as this many px, and so many edges are tried. */
const CROSSED = 400;
const MOST_SECOND_TRIES = 24;
/** How far around the two nodes of an edge the router looks first, and then; px. */
const REACHES = [192, 768, 3072] as const;

/**
 * Routes for the named edges, or for every edge without a standing route. Routes of other edges are kept clear of where there is
 * room. Unknown ids are left out. Each route begins and ends at a port that no edge of the opposite direction has.
 */
export function routeEdges(view: FlowView, edgeIds?: Iterable<string>): Map<string, Point[]> {
  const wanted = new Set(edgeIds ?? sortedEdges(view).filter((edge) => !routeStands(view, edge)).map((edge) => edge.id));
  const bare = viewWithLayout(view, { routes: new Map([...wanted].map((id) => [id, undefined])) });
  const direction = flowDirection(view);
  const ports = portPoints(bare, { direction });
  const space = new FreeSpace();
  const rects = new Map<string, Rect>();
  for (const node of sortedNodes(view)) {
    const rect = nodeRect(node);
    rects.set(node.id, rect);
    space.add(node.id, rect);
  }
  const standing = sortedEdges(bare).filter((edge) => routeStands(bare, edge)).map((edge) => edge.route!);
  const order = sortedEdges(bare)
    .filter((edge) => wanted.has(edge.id))
    .map((edge) => ({ edge, length: distance(ports.get(edge.id)!) }))
    .sort((a, b) => a.length - b.length || compareText(a.edge.id, b.edge.id));
  const out = new Map<string, Point[]>();
  const used = standing.flatMap(segmentsOf);
  for (const { edge } of order) {
    const route = routeOf(edge, ports.get(edge.id)!, rects, space, used)!;
    used.push(...segmentsOf(route));
    out.set(edge.id, route);
  }
  const crossed = order.map(({ edge }) => edge).filter((edge) => crossingsOf(out.get(edge.id)!, used) > 0);
  for (const edge of crossed.slice(0, MOST_SECOND_TRIES)) {
    const others = [...standing, ...[...out].filter(([id]) => id !== edge.id).map(([, route]) => route)].flatMap(segmentsOf);
    let best = { route: out.get(edge.id)!, cost: costOf(out.get(edge.id)!, others) };
    const around = viewWithLayout(bare, { routes: new Map([...out, [edge.id, undefined]]) });
    for (const sides of otherSides(edge, direction)) {
      const route = routeOf(edge, portPoints(around, { direction, sides: new Map([[edge.id, sides]]) }).get(edge.id)!, rects, space, others, best.cost);
      const cost = route ? costOf(route, others) : Infinity;
      if (route && cost < best.cost) best = { route, cost };
    }
    out.set(edge.id, best.route);
  }
  return new Map([...out].sort(([a], [b]) => compareText(a, b)));
}

/** Pairs of sides that a crossed edge is tried with once more; none where the edge itself names a side or a condition. */
function otherSides(edge: Edge, direction: Direction): EdgeSides[] {
  if (edge.sourcePort !== undefined || edge.targetPort !== undefined || edge.source === edge.target) return [];
  const { entry, exit, cross } = sidesOf(direction);
  return [
    { source: exit, target: entry },
    { source: cross[0], target: cross[0] },
    { source: cross[1], target: cross[1] },
    { source: cross[0], target: entry },
    { source: cross[1], target: entry },
    { source: exit, target: cross[0] },
    { source: exit, target: cross[1] },
  ];
}

function costOf(route: readonly Point[], others: readonly UsedSegment[]): number {
  let length = 0;
  for (let index = 1; index < route.length; index++) length += Math.abs(route[index]!.x - route[index - 1]!.x) + Math.abs(route[index]!.y - route[index - 1]!.y);
  return length + 48 * route.length + CROSSED * crossingsOf(route, others);
}

function crossingsOf(route: readonly Point[], others: readonly UsedSegment[]): number {
  let count = 0;
  for (const { x1, y1, x2, y2 } of segmentsOf(route)) {
    for (const other of others) {
      if (y1 === y2 && other.x1 === other.x2 && other.x1 > x1 && other.x1 < x2 && y1 > other.y1 && y1 < other.y2) count++;
      else if (x1 === x2 && other.y1 === other.y2 && other.y1 > y1 && other.y1 < y2 && x1 > other.x1 && x1 < other.x2) count++;
    }
  }
  return count;
}

/** The route; with a `limit` none where it would cost more or leave the near region. */
function routeOf(edge: Edge, ports: EdgePorts, rects: ReadonlyMap<string, Rect>, space: FreeSpace, used: readonly UsedSegment[], limit?: number): Point[] | undefined {
  const from = stubOf(ports.source.point, ports.source.side, edge.source, space);
  const to = stubOf(ports.target.point, ports.target.side, edge.target, space);
  const ends = boundsOf([rects.get(edge.source)!, rects.get(edge.target)!])!;
  for (const reach of REACHES) {
    const region = inflate(ends, reach);
    const obstacles: Obstacle[] = space.within(inflate(region, 32)).map(([id, rect]) => ({ rect, own: id === edge.source || id === edge.target }));
    const near = used.filter((segment) => segment.x2 >= region.x && segment.x1 <= region.x + region.width && segment.y2 >= region.y && segment.y1 <= region.y + region.height);
    const path = findPath({ from, fromSide: ports.source.side, to, toSide: ports.target.side, region, obstacles, used: near, ...(limit === undefined ? {} : { limit }) });
    if (path) return simplify([ports.source.point, ...path, ports.target.point]);
    if (limit !== undefined) break;
  }
  return limit === undefined ? simplify(stepPath(ports)) : undefined;
}

/** The end of the straight piece out of a port; shorter where another node stands close. */
function stubOf(point: Point, side: Side, ownId: string, space: FreeSpace): Point {
  for (const length of [STUB, STUB / 2, STUB / 4]) {
    const end = outOf(point, side, length);
    const line: Rect = { x: Math.min(point.x, end.x) - 1, y: Math.min(point.y, end.y) - 1, width: Math.abs(point.x - end.x) + 2, height: Math.abs(point.y - end.y) + 2 };
    if (space.within(line).every(([id, rect]) => id === ownId || !overlaps(rect, line))) return end;
  }
  return point;
}

function distance(ports: EdgePorts): number {
  return Math.abs(ports.source.point.x - ports.target.point.x) + Math.abs(ports.source.point.y - ports.target.point.y);
}

function segmentsOf(route: readonly Point[]): UsedSegment[] {
  return route.slice(1).map((b, index) => {
    const a = route[index]!;
    return { x1: Math.min(a.x, b.x), x2: Math.max(a.x, b.x), y1: Math.min(a.y, b.y), y2: Math.max(a.y, b.y) };
  });
}
