/** Where edges meet nodes: the side and the point of every end, so that an edge that comes in never shares a slot with one that leaves. */
import type { Edge, FlowView, Node, Point } from '../flow/schema.ts';
import { nodeRect, routeStands, sortedEdges } from './drawn.ts';
import { centreOf, compareText, pointOnSide, sideAt, sideLength, SIDES, type Rect, type Side } from './geometry.ts';
import type { Direction } from './graph.ts';
import { CONDITION_HEAD, CONDITION_ROW } from './nodeSize.ts';

/** The sides of an edge's two ends. */
export interface EdgeSides {
  source: Side;
  target: Side;
}
/** One end of an edge on the canvas. */
export interface PortPoint {
  side: Side;
  point: Point;
}
/** Both ends of an edge on the canvas. */
export interface EdgePorts {
  source: PortPoint;
  target: PortPoint;
}

/** Two free slots of a side stand at least this far apart where the side is long enough, px. */
const SLOT_GAP = 16;

/** The side that edges come in by, the one that they leave by, and the two others in the order in which they are used. */
export function sidesOf(direction: Direction): { entry: Side; exit: Side; cross: [Side, Side] } {
  return direction === 'right' ? { entry: 'left', exit: 'right', cross: ['bottom', 'top'] } : { entry: 'top', exit: 'bottom', cross: ['right', 'left'] };
}

/** True for shapes that an edge can only touch at the middle of a side: diamonds and pills. */
export function hasSingleSlots(node: Node): boolean {
  return node.type === 'decision' || node.type === 'start' || node.type === 'end';
}

/** Offset of a condition's row on its node's right side, px from the top; undefined when the edge names no condition of the node. */
export function conditionOffset(node: Node, sourcePort: string | undefined): number | undefined {
  if (node.type !== 'condition' || !sourcePort || !node.conditions) return undefined;
  const ids = Object.entries(node.conditions)
    .sort(([idA, a], [idB, b]) => compareText(a.order, b.order) || compareText(idA, idB))
    .map(([id]) => id);
  const row = ids.indexOf(sourcePort);
  return row < 0 ? undefined : CONDITION_HEAD + CONDITION_ROW * row + CONDITION_ROW / 2;
}

/** The side that an edge asks for by name; undefined when it asks for none. */
export function namedSide(port: string | undefined): Side | undefined {
  return SIDES.find((side) => side === port);
}

/**
 * The two ends of every edge of the view. An edge whose stored route still stands keeps the route's ends; every other gets
 * sides by where its nodes stand (or the wished ones) and slots that no edge of the opposite direction has. Ends of a node hang
 * only on the node, its edges and their other nodes: a part of a view that holds these gives the same ends.
 */
export function portPoints(view: FlowView, wish: { direction?: Direction; sides?: ReadonlyMap<string, EdgeSides> } = {}): Map<string, EdgePorts> {
  const direction = wish.direction ?? view.flow.settings?.direction ?? 'right';
  const edges = sortedEdges(view);
  const rects = new Map<string, Rect>();
  const rectOf = (id: string): Rect => {
    let rect = rects.get(id);
    if (!rect) rects.set(id, (rect = nodeRect(view.node.get(id)!)));
    return rect;
  };
  const ends = new Map<string, End[]>();
  const out = new Map<string, EdgePorts>();
  for (const edge of edges) {
    const [from, to] = [rectOf(edge.source), rectOf(edge.target)];
    const stands = routeStands(view, edge);
    const sides = wish.sides?.get(edge.id) ?? wantedSides(edge, from, to, direction);
    for (const role of ['source', 'target'] as const) {
      const id = edge[role];
      const point = stands ? (role === 'source' ? edge.route![0]! : edge.route!.at(-1)!) : undefined;
      const other = view.node.get(role === 'source' ? edge.target : edge.source)!;
      const end: End = {
        edge,
        role,
        side: point ? sideAt(rectOf(id), point)! : sides[role],
        away: role === 'source' ? to : from,
        awayIsSingle: hasSingleSlots(other),
        note: other.type === 'note' || view.node.get(id)!.type === 'note',
        named: namedSide(role === 'source' ? edge.sourcePort : edge.targetPort) !== undefined,
      };
      if (point) end.point = point;
      const list = ends.get(id);
      if (list) list.push(end);
      else ends.set(id, [end]);
    }
  }
  for (const [id, list] of ends) {
    const node = view.node.get(id)!;
    if (hasSingleSlots(node)) separateSides(list, direction);
    placeSlots(node, rectOf(id), list);
  }
  for (const list of ends.values()) {
    for (const end of list) {
      const ports = out.get(end.edge.id) ?? ({} as EdgePorts);
      ports[end.role] = { side: end.side, point: end.point! };
      out.set(end.edge.id, ports);
    }
  }
  return out;
}

/** The way that an edge without a route is drawn: an orthogonal step from port to port that leaves and enters straight. */
export function stepPath(ports: EdgePorts): Point[] {
  const { source, target } = ports;
  const stub = 24;
  const a = source.point;
  const b = target.point;
  const start = shifted(source, stub);
  const end = shifted(target, stub);
  const sourceFlat = source.side === 'left' || source.side === 'right';
  const targetFlat = target.side === 'left' || target.side === 'right';
  const middle: Point[] = [];
  if (sourceFlat && targetFlat) {
    const forward = source.side === 'right' ? end.x >= start.x : end.x <= start.x;
    if (source.side !== target.side && forward) middle.push({ x: (a.x + b.x) / 2, y: a.y }, { x: (a.x + b.x) / 2, y: b.y });
    else if (source.side === target.side) {
      const x = source.side === 'right' ? Math.max(start.x, end.x) : Math.min(start.x, end.x);
      middle.push({ x, y: a.y }, { x, y: b.y });
    } else middle.push(start, { x: start.x, y: (a.y + b.y) / 2 }, { x: end.x, y: (a.y + b.y) / 2 }, end);
  } else if (!sourceFlat && !targetFlat) {
    const forward = source.side === 'bottom' ? end.y >= start.y : end.y <= start.y;
    if (source.side !== target.side && forward) middle.push({ x: a.x, y: (a.y + b.y) / 2 }, { x: b.x, y: (a.y + b.y) / 2 });
    else if (source.side === target.side) {
      const y = source.side === 'bottom' ? Math.max(start.y, end.y) : Math.min(start.y, end.y);
      middle.push({ x: a.x, y }, { x: b.x, y });
    } else middle.push(start, { x: (a.x + b.x) / 2, y: start.y }, { x: (a.x + b.x) / 2, y: end.y }, end);
  } else if (sourceFlat) middle.push(start, { x: start.x, y: end.y }, end);
  else middle.push(start, { x: end.x, y: start.y }, end);
  return [a, ...middle, b];
}

interface End {
  edge: Edge;
  role: 'source' | 'target';
  side: Side;
  /** The node at the edge's other end, and whether it can be met only at its middle. */
  away: Rect;
  awayIsSingle: boolean;
  /** One of the two nodes is a note: the line points, it does not flow. */
  note: boolean;
  /** The edge asks for this side by name. */
  named: boolean;
  point?: Point;
}

function shifted(port: PortPoint, by: number): Point {
  const { side, point } = port;
  return { x: point.x + (side === 'right' ? by : side === 'left' ? -by : 0), y: point.y + (side === 'bottom' ? by : side === 'top' ? -by : 0) };
}

/** Sides by the dominant direction between the two nodes; a named side and a condition's row come first. */
function wantedSides(edge: Edge, from: Rect, to: Rect, direction: Direction): EdgeSides {
  const sides = facingSides(edge, from, to, direction);
  return { source: namedSide(edge.sourcePort) ?? sides.source, target: namedSide(edge.targetPort) ?? sides.target };
}

function facingSides(edge: Edge, from: Rect, to: Rect, direction: Direction): EdgeSides {
  const { exit, cross } = sidesOf(direction);
  if (edge.source === edge.target) return { source: exit, target: cross[0] };
  const [a, b] = [centreOf(from), centreOf(to)];
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const apartX = to.x - (from.x + from.width) >= 16 || from.x - (to.x + to.width) >= 16;
  const apartY = to.y - (from.y + from.height) >= 16 || from.y - (to.y + to.height) >= 16;
  // What leads back runs along the cross side, clear of what leads forward between the same nodes.
  const back = direction === 'right' ? apartX && dx < 0 && -dx >= Math.abs(dy) : apartY && dy < 0 && -dy >= Math.abs(dx);
  if (back) return { source: cross[0], target: cross[0] };
  let flat: boolean;
  if (apartX !== apartY) flat = apartX;
  else if (direction === 'right') flat = dx > 0 || Math.abs(dx) >= Math.abs(dy);
  else flat = !(dy > 0 || Math.abs(dy) >= Math.abs(dx));
  if (flat) return dx >= 0 ? { source: 'right', target: 'left' } : { source: 'left', target: 'right' };
  return dy >= 0 ? { source: 'bottom', target: 'top' } : { source: 'top', target: 'bottom' };
}

/** On a shape with one slot a side: what comes in gets one side, what leaves the others. */
function separateSides(all: readonly End[], direction: Direction): void {
  const ends = all.filter((end) => !end.note || end.point);
  separateFlow(ends, direction);
  // A note's line takes the side that faces the note while nothing that flows the other way has it.
  const settled = [...ends];
  for (const end of all) {
    if (!end.note || end.point) continue;
    const clash = (side: Side) => settled.some((other) => other.side === side && other.role !== end.role);
    end.side = [end.side, 'top' as const, 'bottom' as const, 'left' as const, 'right' as const].find((side) => !clash(side)) ?? end.side;
    settled.push(end);
  }
}

function separateFlow(ends: readonly End[], direction: Direction): void {
  const incoming = ends.filter((end) => end.role === 'target');
  const outgoing = ends.filter((end) => end.role === 'source');
  if (incoming.length === 0 || outgoing.length === 0) return;
  const { entry, exit, cross } = sidesOf(direction);
  const taken = new Set(outgoing.filter((end) => end.point).map((end) => end.side));
  const votes = (side: Side) =>
    incoming.filter((end) => end.side === side).length +
    (incoming.some((end) => end.point && end.side === side) ? 100 : 0) +
    (outgoing.some((end) => end.named && end.side === side) ? -50 : 0) -
    (taken.has(side) ? 1000 : 0);
  const [front] = [entry, cross[1], cross[0], exit].map((side, rank) => ({ side, votes: votes(side), rank })).sort((x, y) => y.votes - x.votes || x.rank - y.rank);
  const into = front!.side;
  for (const end of incoming) if (!end.point) end.side = into;
  const held = new Set([into, ...incoming.filter((end) => end.point).map((end) => end.side)]);
  const used = new Set(taken);
  for (const end of outgoing) {
    if (end.point) continue;
    // Each arm its own side while sides last: first what it wants, then what points the same way.
    const free = [end.side, exit, cross[0], cross[1], entry].filter((side) => !held.has(side));
    end.side = free.find((side) => side === end.side && (end.named || !used.has(side))) ?? free.find((side) => !used.has(side)) ?? free[0] ?? exit;
    used.add(end.side);
  }
}

/** Gives every end of one node its point; ends with a standing route keep theirs. */
function placeSlots(node: Node, rect: Rect, ends: readonly End[]): void {
  for (const side of SIDES) {
    const here = ends.filter((end) => end.side === side);
    if (here.length === 0) continue;
    const flat = side === 'left' || side === 'right';
    const length = sideLength(rect, side);
    if (hasSingleSlots(node)) {
      for (const end of here) end.point ??= pointOnSide(rect, side, length / 2);
      continue;
    }
    const offsetOf = (point: Point) => (flat ? point.y - rect.y : point.x - rect.x);
    const taken = here.filter((end) => end.point).map((end) => offsetOf(end.point!));
    const free: End[] = [];
    for (const end of here) {
      if (end.point) continue;
      const row = end.role === 'source' && side === 'right' ? conditionOffset(node, end.edge.sourcePort) : undefined;
      if (row === undefined || row > length) free.push(end);
      else {
        end.point = pointOnSide(rect, side, row);
        taken.push(row);
      }
    }
    const middleOf = (other: Rect) => (flat ? other.y + other.height / 2 : other.x + other.width / 2);
    free.sort((a, b) => middleOf(a.away) - middleOf(b.away) || compareText(a.edge.id, b.edge.id) || compareText(a.role, b.role));
    const offsets = wishedOffsets(rect, flat, length, free);
    free.forEach((end, index) => {
      const offset = freeOffset(offsets[index]!, length, taken, free.length);
      taken.push(offset);
      end.point = pointOnSide(rect, side, offset);
    });
  }
}

/** Offsets in the order of the ends: where an edge can run straight there, else evenly spread. */
function wishedOffsets(rect: Rect, flat: boolean, length: number, ends: readonly End[]): number[] {
  const start = flat ? rect.y : rect.x;
  const even = ends.map((_, index) => (length * (index + 1)) / (ends.length + 1));
  const gap = Math.min(16, length / (ends.length + 1));
  const out: number[] = [];
  for (const [index, end] of ends.entries()) {
    const low = flat ? end.away.y : end.away.x;
    const high = low + (flat ? end.away.height : end.away.width);
    // Both ends of an edge see the same common stretch, so both choose the same line.
    const [from, to] = [Math.max(low, start), Math.min(high, start + length)];
    const straight = end.awayIsSingle ? (low + high) / 2 - start : (from + to) / 2 - start;
    const fits = to - from >= 16 && straight >= 8 && straight <= length - 8;
    out.push(Math.max(fits ? straight : even[index]!, (out[index - 1] ?? -Infinity) + gap));
  }
  return (out.at(-1) ?? 0) > length - Math.min(8, gap) ? even : out;
}

/** The offset nearest to the wanted one that no other end holds. */
function freeOffset(wanted: number, length: number, taken: readonly number[], count: number): number {
  const whole = Math.round(wanted);
  const gap = Math.min(SLOT_GAP, length / (count + taken.length + 1));
  for (let shift = 0; shift <= length; shift += 1) {
    for (const offset of shift === 0 ? [whole] : [whole + shift, whole - shift]) {
      if (offset > 0 && offset < length && taken.every((other) => Math.abs(other - offset) >= gap)) return offset;
    }
  }
  return wanted;
}
