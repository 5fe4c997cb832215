/** Orthogonal routes by our own router: for edges that were added or whose nodes moved, where ELK is not asked. */
import type { Edge, FlowView, Point } from '../flow/schema.ts';
import { nodeRect, routeStands, sortedEdges, sortedNodes } from './drawn.ts';
import { boundsOf, compareText, inflate, outOf, overlaps, simplify, type Rect, type Side } from './geometry.ts';
import { FreeSpace } from './freeSpace.ts';
import { portPoints, stepPath, type EdgePorts } from './ports.ts';
import { findPath, type Obstacle, type UsedSegment } from './pathSearch.ts';
import { viewWithLayout } from './viewWithLayout.ts';

/** Length of the straight piece by which an edge leaves its node, px. */
const STUB = 16;
/** How far around the two nodes of an edge the router looks first, and then; px. */
const REACHES = [192, 768, 3072] as const;

/**
 * Routes for the named edges, or for every edge without a standing route. Routes of other edges are kept clear of where there is
 * room. Unknown ids are left out. Each route begins and ends at a port that no edge of the opposite direction has.
 */
export function routeEdges(view: FlowView, edgeIds?: Iterable<string>): Map<string, Point[]> {
  const wanted = new Set(edgeIds ?? sortedEdges(view).filter((edge) => !routeStands(view, edge)).map((edge) => edge.id));
  const bare = viewWithLayout(view, { routes: new Map([...wanted].map((id) => [id, undefined])) });
  const ports = portPoints(bare);
  const space = new FreeSpace();
  const rects = new Map<string, Rect>();
  for (const node of sortedNodes(view)) {
    const rect = nodeRect(node);
    rects.set(node.id, rect);
    space.add(node.id, rect);
  }
  const used: UsedSegment[] = [];
  for (const edge of sortedEdges(bare)) if (routeStands(bare, edge)) use(used, edge.route!);
  const order = sortedEdges(bare)
    .filter((edge) => wanted.has(edge.id))
    .map((edge) => ({ edge, length: distance(ports.get(edge.id)!) }))
    .sort((a, b) => a.length - b.length || compareText(a.edge.id, b.edge.id));
  const out = new Map<string, Point[]>();
  for (const { edge } of order) {
    const route = routeOf(edge, ports.get(edge.id)!, rects, space, used);
    use(used, route);
    out.set(edge.id, route);
  }
  return new Map([...out].sort(([a], [b]) => compareText(a, b)));
}

function routeOf(edge: Edge, ports: EdgePorts, rects: ReadonlyMap<string, Rect>, space: FreeSpace, used: readonly UsedSegment[]): Point[] {
  const from = stubOf(ports.source.point, ports.source.side, edge.source, space);
  const to = stubOf(ports.target.point, ports.target.side, edge.target, space);
  const ends = boundsOf([rects.get(edge.source)!, rects.get(edge.target)!])!;
  for (const reach of REACHES) {
    const region = inflate(ends, reach);
    const obstacles: Obstacle[] = space.within(inflate(region, 32)).map(([id, rect]) => ({ rect, own: id === edge.source || id === edge.target }));
    const near = used.filter((segment) => segment.x2 >= region.x && segment.x1 <= region.x + region.width && segment.y2 >= region.y && segment.y1 <= region.y + region.height);
    const path = findPath({ from, fromSide: ports.source.side, to, toSide: ports.target.side, region, obstacles, used: near });
    if (path) return simplify([ports.source.point, ...path, ports.target.point]);
  }
  return simplify(stepPath(ports));
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

function use(used: UsedSegment[], route: readonly Point[]): void {
  for (let index = 1; index < route.length; index++) {
    const [a, b] = [route[index - 1]!, route[index]!];
    used.push({ x1: Math.min(a.x, b.x), x2: Math.max(a.x, b.x), y1: Math.min(a.y, b.y), y2: Math.max(a.y, b.y) });
  }
}
