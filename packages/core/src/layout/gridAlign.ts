/** Moves a component's nodes onto the grid without bending a straight edge. */
import type { Point } from '../flow/schema.ts';
import type { ComponentLayout } from './elkGraph.ts';
import { compareText, simplify, toGrid } from './geometry.ts';

/**
 * The same layout with nodes on the grid. Nodes that a straight edge joins (or `together`, pairs of ids) move as one, so
 * some may stand off the grid; all coordinates are integers.
 */
export function alignToGrid(layout: ComponentLayout, ends: ReadonlyMap<string, { source: string; target: string }>, together: Iterable<readonly [string, string]>): ComponentLayout {
  const ids = [...layout.positions.keys()].sort(compareText);
  const groups = { x: new Groups(ids), y: new Groups(ids) };
  for (const [a, b] of together) {
    groups.x.join(a, b);
    groups.y.join(a, b);
  }
  for (const [edgeId, route] of layout.routes) {
    const pair = ends.get(edgeId);
    if (!pair || route.length !== 2) continue;
    if (route[0]!.y === route[1]!.y) groups.y.join(pair.source, pair.target);
    else groups.x.join(pair.source, pair.target);
  }
  const shiftX = shifts(ids, groups.x, (id) => layout.positions.get(id)!.x);
  const shiftY = shifts(ids, groups.y, (id) => layout.positions.get(id)!.y);
  const positions = new Map<string, Point>();
  for (const [id, point] of layout.positions) positions.set(id, { x: Math.round(point.x + shiftX.get(id)!), y: Math.round(point.y + shiftY.get(id)!) });
  // Ends move by what their node really moved, rounding included, so that they stay on its border.
  const moved = (id: string): Point => ({ x: positions.get(id)!.x - layout.positions.get(id)!.x, y: positions.get(id)!.y - layout.positions.get(id)!.y });
  const routes = new Map<string, Point[]>();
  for (const [edgeId, route] of layout.routes) {
    const pair = ends.get(edgeId);
    if (pair && positions.has(pair.source) && positions.has(pair.target)) routes.set(edgeId, bend(route, moved(pair.source), moved(pair.target)));
  }
  return { positions, routes };
}

/** The route with its first end moved by `from` and its last by `to`; the segments next to an end follow it. */
function bend(route: readonly Point[], from: Point, to: Point): Point[] {
  const points = route.map((point) => ({ ...point }));
  const last = points.length - 1;
  const firstFlat = route[0]!.y === route[1]!.y;
  const lastFlat = route[last]!.y === route[last - 1]!.y;
  points[0]!.x += from.x;
  points[0]!.y += from.y;
  points[last]!.x += to.x;
  points[last]!.y += to.y;
  if (last === 1) {
    if (firstFlat) points[1]!.y = points[0]!.y;
    else points[1]!.x = points[0]!.x;
  } else {
    if (firstFlat) points[1]!.y = points[0]!.y;
    else points[1]!.x = points[0]!.x;
    if (lastFlat) points[last - 1]!.y = points[last]!.y;
    else points[last - 1]!.x = points[last]!.x;
  }
  return simplify(points.map((point) => ({ x: Math.round(point.x), y: Math.round(point.y) })));
}

function shifts(ids: readonly string[], groups: Groups, valueOf: (id: string) => number): Map<string, number> {
  const byRoot = new Map<string, number>();
  const out = new Map<string, number>();
  for (const id of ids) {
    const root = groups.find(id);
    let shift = byRoot.get(root);
    if (shift === undefined) byRoot.set(root, (shift = toGrid(valueOf(id)) - valueOf(id)));
    out.set(id, shift);
  }
  return out;
}

class Groups {
  private readonly parent: Map<string, string>;

  constructor(ids: readonly string[]) {
    this.parent = new Map(ids.map((id) => [id, id]));
  }

  find(id: string): string {
    let root = id;
    while (this.parent.get(root) !== root) root = this.parent.get(root)!;
    this.parent.set(id, root);
    return root;
  }

  join(a: string, b: string): void {
    if (!this.parent.has(a) || !this.parent.has(b)) return;
    const [first, second] = [this.find(a), this.find(b)];
    if (first !== second) this.parent.set(second, first);
  }
}
