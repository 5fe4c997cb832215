/** The scene that additions are placed in. */
import type { Edge, FlowView, Node, Point, Size } from '../flow/schema.ts';
import { FRAME_PADDING, frameRect, membersRect, nodeRect, routeStands, sortedEdges, sortedFrames, sortedNodes } from './drawn.ts';
import { FreeSpace, type PlaceWish } from './freeSpace.ts';
import { EDGE_CLEARANCE, inflate, NODE_GAP, overlaps, toGrid, type Rect } from './geometry.ts';
import { flowDirection, type Direction } from './graph.ts';
import { ORIGIN } from './layoutWhole.ts';

/** Space that is preferred to every side of a new node, px. */
export const PREFERRED_GAP = 32;
/** A tighter place is taken when the roomy one is farther away by this many px. */
const TIGHT_GAIN = 160;
/** A place on an edge of somebody else costs as much as this many px of distance. */
const ON_EDGE = 320;
/** A neighbour that a frame grows over costs as much as this many px. */
const COVERED = 1000;

/** What stands where while additions are placed: nodes, frames as they are drawn, routes. */
export class PlacementScene {
  readonly view: FlowView;
  readonly direction: Direction;
  readonly placed = new Map<string, Point>();
  readonly space = new FreeSpace();
  readonly edges: Edge[];
  private readonly members = new Map<string, { id: string; rect: Rect }[]>();
  private readonly lines = new FreeSpace();
  private readonly added: ReadonlySet<string>;

  readonly newFrames: ReadonlySet<string>;

  constructor(view: FlowView, added: ReadonlySet<string>, fresh: ReadonlySet<string>) {
    this.view = view;
    this.newFrames = fresh;
    this.added = added;
    this.edges = sortedEdges(view);
    const standing = sortedNodes(view).filter((node) => !added.has(node.id));
    this.direction = flowDirection(view, added);
    for (const node of standing) this.addNode(node, node.position);
    for (const frame of sortedFrames(view)) if (!fresh.has(frame.id)) this.space.add(frame.id, this.frameOf(frame.id));
    for (const edge of this.edges) if (!added.has(edge.source) && !added.has(edge.target) && routeStands(view, edge)) this.addLine(edge);
  }

  rectOf(id: string): Rect | undefined {
    const node = this.view.node.get(id);
    if (!node) return undefined;
    const place = this.placed.get(id) ?? (this.added.has(id) ? undefined : node.position);
    return place && nodeRect(node, place);
  }

  /** The drawn rectangle of a frame with what stands in it. */
  frameOf(frameId: string, extra: readonly Rect[] = []): Rect {
    const members = [...(this.members.get(frameId) ?? []).map(({ rect }) => rect), ...extra];
    return (this.newFrames.has(frameId) ? membersRect(members) : undefined) ?? frameRect(this.view.frame.get(frameId)!, members);
  }

  place(node: Node, point: Point): void {
    this.placed.set(node.id, point);
    this.addNode(node, point);
    if (node.frameId !== undefined && this.view.frame.has(node.frameId)) this.space.add(node.frameId, this.frameOf(node.frameId));
  }

  /** What the place costs because it lies on drawn edges, px. */
  onEdges(rect: Rect): number {
    return ON_EDGE * Math.min(3, this.lines.within(inflate(rect, EDGE_CLEARANCE - 2)).length);
  }

  /** The cheapest place for a size; inside the frame when there is one. */
  find(wanted: Point, size: Size, frameId: string | undefined, back = 3): Point {
    const own = frameId !== undefined && this.view.frame.has(frameId) ? frameId : undefined;
    const weights = this.direction === 'right' ? { left: back, right: 1, up: 0.9, down: 0.7 } : { left: 0.9, right: 0.7, up: back, down: 1 };
    const least = { x: Math.min(ORIGIN.x, wanted.x < 0 ? toGrid(wanted.x) : ORIGIN.x), y: Math.min(ORIGIN.y, wanted.y < 0 ? toGrid(wanted.y) : ORIGIN.y) };
    const wish = { wanted: { x: toGrid(wanted.x), y: toGrid(wanted.y) }, size, least, weights, penalty: (rect: Rect) => this.onEdges(rect) };
    if (own !== undefined) return this.findInside(own, wish);
    const roomy = this.space.nearest({ ...wish, gap: PREFERRED_GAP })!;
    const tight = this.space.nearest({ ...wish, gap: NODE_GAP })!;
    return (tight.cost + TIGHT_GAIN < roomy.cost ? tight : roomy).position;
  }

  /** A place for a member: free of nodes, and the frame that grows around it must not run over what is not in it. */
  private findInside(frameId: string, wish: Omit<PlaceWish, 'gap'>): Point {
    const members = this.members.get(frameId) ?? [];
    const stored = this.frameOf(frameId);
    this.space.remove(frameId);
    const own = new Set(members.map(({ id }) => id));
    const clear = (rect: Rect): boolean => {
      const grown = this.frameOf(frameId, [rect]);
      if (grown.x === stored.x && grown.y === stored.y && grown.width === stored.width && grown.height === stored.height) return true;
      return this.space.within(inflate(grown, NODE_GAP)).every(([id, other]) => own.has(id) || overlaps(stored, other));
    };
    // Growing costs its px: a free place inside of the frame as it stands wins.
    const growth = (rect: Rect): number => {
      const grown = this.frameOf(frameId, [rect]);
      return 2 * (grown.width - stored.width + grown.height - stored.height) + this.onEdges(rect);
    };
    const inside = { ...wish, penalty: growth, padding: FRAME_PADDING };
    // A frame that is walled in grows over its neighbours, over as few as can be; its members still overlap nothing.
    const covered = (rect: Rect): number => growth(rect) + COVERED * this.space.within(this.frameOf(frameId, [rect])).filter(([id, other]) => !own.has(id) && !overlaps(stored, other)).length;
    const found =
      this.space.nearest({ ...inside, gap: PREFERRED_GAP, accept: clear }) ??
      this.space.nearest({ ...inside, gap: NODE_GAP, accept: clear }) ??
      this.space.nearest({ ...inside, gap: NODE_GAP, penalty: covered })!;
    this.space.add(frameId, stored);
    return found.position;
  }

  private addNode(node: Node, point: Point): void {
    const rect = nodeRect(node, point);
    this.space.add(node.id, rect);
    if (node.frameId === undefined || !this.view.frame.has(node.frameId)) return;
    const list = this.members.get(node.frameId);
    if (list) list.push({ id: node.id, rect });
    else this.members.set(node.frameId, [{ id: node.id, rect }]);
  }

  private addLine(edge: Edge): void {
    const route = edge.route!;
    for (let index = 1; index < route.length; index++) {
      const [a, b] = [route[index - 1]!, route[index]!];
      this.lines.add(`${edge.id} ${index}`, { x: Math.min(a.x, b.x) - 1, y: Math.min(a.y, b.y) - 1, width: Math.abs(a.x - b.x) + 2, height: Math.abs(a.y - b.y) + 2 });
    }
  }
}
