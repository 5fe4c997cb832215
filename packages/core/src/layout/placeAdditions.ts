/** Places what an edit adds, in the nearest free space; nothing that stands already moves. */
import type { Edge, FlowView, Node, Point, Size } from '../flow/schema.ts';
import { drawnPaths, pathMeets } from './quality.ts';
import { frameRect, nodeRect, routeStands, sortedEdges, sortedFrames, sortedNodes } from './drawn.ts';
import { FreeSpace } from './freeSpace.ts';
import { boundsOf, centreOf, compareText, inflate, NODE_GAP, overlaps, toGrid, type Rect } from './geometry.ts';
import { annotatedNodes, type Direction } from './graph.ts';
import { layBranch, type Branch } from './layBranch.ts';
import { ORIGIN } from './layoutWhole.ts';
import { nodeSize } from './nodeSize.ts';
import { routeEdges } from './routeEdges.ts';
import { viewWithLayout, type Places } from './viewWithLayout.ts';

/** Space from a node to the next in reading direction, and the space that is preferred to every other side; px. */
const AHEAD = 80;
const PREFERRED_GAP = 32;
/** A tighter place is taken when the roomy one is farther away by this many px. */
const TIGHT_GAIN = 160;
/** A place on an edge of somebody else costs as much as this many px of distance. */
const ON_EDGE = 320;

/**
 * Places for the new nodes of a view that holds them already (their own positions do not count). Every other node keeps its
 * place. No new node overlaps anything or stands in a frame that it is not in: at least 20 px are kept. Chains keep order and
 * direction; what goes between two nodes is put there when it fits, else beside.
 */
export function placeAdditions(view: FlowView, newNodeIds: Iterable<string>): Map<string, Point> {
  const added = new Set([...newNodeIds].filter((id) => view.node.has(id)));
  if (added.size === 0) return new Map();
  const scene = new Scene(view, added);
  const notes = new Map([...annotatedNodes(view)].filter(([note]) => added.has(note)));
  for (const group of groupsOf(view, added, notes)) placeGroup(scene, group);
  for (const [note, host] of [...notes].sort(([a], [b]) => compareText(a, b))) placeNote(scene, view.node.get(note)!, host);
  return new Map([...scene.placed].sort(([a], [b]) => compareText(a, b)));
}

/**
 * The whole layout of an edit: places of the new nodes, routes of their edges and of the edges that would now run through them,
 * and the rectangles of the frames that grew. `layoutIntent` makes ops of it.
 */
export function layoutAdditions(view: FlowView, newNodeIds: Iterable<string>): Places & { positions: Map<string, Point>; routes: Map<string, Point[]> } {
  const added = new Set([...newNodeIds].filter((id) => view.node.has(id)));
  const positions = placeAdditions(view, added);
  const placed = viewWithLayout(view, { positions });
  const rects = [...added].map((id) => ({ id, rect: nodeRect(placed.node.get(id)!) }));
  const affected = drawnPaths(placed)
    .filter(({ edge, path }) => {
      if (added.has(edge.source) || added.has(edge.target) || !routeStands(placed, placed.edge.get(edge.id)!)) return true;
      return rects.some(({ rect }) => pathMeets(inflate(rect, 4), path));
    })
    .map(({ edge }) => edge.id);
  const frames = new Map<string, { position: Point; size: Size }>();
  for (const frame of sortedFrames(placed)) {
    const members = sortedNodes(placed).filter((node) => node.frameId === frame.id);
    if (!members.some((node) => added.has(node.id))) continue;
    const rect = frameRect(frame, members.map((node) => nodeRect(node)));
    frames.set(frame.id, { position: { x: rect.x, y: rect.y }, size: { width: rect.width, height: rect.height } });
  }
  return { positions, frames, routes: routeEdges(placed, affected) };
}

/** What stands where while additions are placed. */
class Scene {
  readonly view: FlowView;
  readonly direction: Direction;
  readonly placed = new Map<string, Point>();
  readonly space = new FreeSpace();
  readonly edges: Edge[];
  private readonly members = new Map<string, { id: string; rect: Rect }[]>();
  private readonly lines = new FreeSpace();
  private readonly added: ReadonlySet<string>;

  constructor(view: FlowView, added: ReadonlySet<string>) {
    this.view = view;
    this.added = added;
    this.edges = sortedEdges(view);
    const standing = sortedNodes(view).filter((node) => !added.has(node.id));
    this.direction = view.flow.settings?.direction ?? directionOf(view, this.edges, added);
    for (const node of standing) this.addNode(node, node.position);
    for (const frame of sortedFrames(view)) this.space.add(frame.id, this.frameOf(frame.id));
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
    const members = (this.members.get(frameId) ?? []).map(({ rect }) => rect);
    return frameRect(this.view.frame.get(frameId)!, [...members, ...extra]);
  }

  place(node: Node, point: Point): void {
    this.placed.set(node.id, point);
    this.addNode(node, point);
    if (node.frameId !== undefined && this.view.frame.has(node.frameId)) this.space.add(node.frameId, this.frameOf(node.frameId));
  }

  /** What the place costs because it lies on drawn edges, px. */
  onEdges(rect: Rect): number {
    return ON_EDGE * Math.min(3, this.lines.within(inflate(rect, 4)).length);
  }

  /** The cheapest place for a size; inside the frame when there is one. */
  find(wanted: Point, size: Size, frameId: string | undefined, back = 3): Point {
    const own = frameId !== undefined && this.view.frame.has(frameId) ? frameId : undefined;
    const weights = this.direction === 'right' ? { left: back, right: 1, up: 1.2, down: 1 } : { left: 1.2, right: 1, up: back, down: 1 };
    const least = { x: Math.min(ORIGIN.x, wanted.x < 0 ? toGrid(wanted.x) : ORIGIN.x), y: Math.min(ORIGIN.y, wanted.y < 0 ? toGrid(wanted.y) : ORIGIN.y) };
    const wish = { wanted: { x: toGrid(wanted.x), y: toGrid(wanted.y) }, size, least, weights, penalty: (rect: Rect) => this.onEdges(rect) };
    if (own !== undefined) return this.findInside(own, wish);
    const roomy = this.space.nearest({ ...wish, gap: PREFERRED_GAP })!;
    const tight = this.space.nearest({ ...wish, gap: NODE_GAP })!;
    return (tight.cost + TIGHT_GAIN < roomy.cost ? tight : roomy).position;
  }

  /** A place for a member: free of nodes, and the frame that grows around it must not run over what is not in it. */
  private findInside(frameId: string, wish: Omit<Parameters<FreeSpace['nearest']>[0], 'gap'>): Point {
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
    const inside = { ...wish, penalty: growth };
    const found = this.space.nearest({ ...inside, gap: PREFERRED_GAP, accept: clear }) ?? this.space.nearest({ ...inside, gap: NODE_GAP, accept: clear }) ?? this.space.nearest({ ...inside, gap: NODE_GAP })!;
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

/** New nodes that edges between them join, within one frame; the groups that hang on what stands come first. */
function groupsOf(view: FlowView, added: ReadonlySet<string>, notes: ReadonlyMap<string, string>): Node[][] {
  const nodes = sortedNodes(view).filter((node) => added.has(node.id) && !notes.has(node.id));
  const groupOf = new Map<string, Node[]>(nodes.map((node) => [node.id, [node]]));
  for (const edge of sortedEdges(view)) {
    const [a, b] = [groupOf.get(edge.source), groupOf.get(edge.target)];
    if (!a || !b || a === b || view.node.get(edge.source)!.frameId !== view.node.get(edge.target)!.frameId) continue;
    a.push(...b);
    for (const node of b) groupOf.set(node.id, a);
  }
  const groups = [...new Set(groupOf.values())].map((group) => group.sort((a, b) => compareText(a.id, b.id)));
  const rank = (group: readonly Node[]): number => {
    const ids = new Set(group.map((node) => node.id));
    const links = sortedEdges(view).filter((edge) => ids.has(edge.source) !== ids.has(edge.target));
    if (links.some((edge) => ids.has(edge.target) && !added.has(edge.source))) return 0;
    return links.some((edge) => !added.has(edge.target) || !added.has(edge.source)) ? 1 : 2;
  };
  const ranked = groups.map((group) => ({ group, rank: rank(group) }));
  return ranked.sort((a, b) => a.rank - b.rank || compareText(a.group[0]!.id, b.group[0]!.id)).map(({ group }) => group);
}

/** A group as one piece where that is near; node by node where only that keeps it near. */
function placeGroup(scene: Scene, group: readonly Node[]): void {
  const ids = new Set(group.map((node) => node.id));
  const inner = scene.edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target));
  const branch = layBranch(group, inner, scene.direction);
  const frameId = group[0]!.frameId;
  const wanted = wantedCorner(scene, branch, ids);
  const corner = scene.find(wanted, branch.size, frameId);
  const far = Math.abs(corner.x - wanted.x) + Math.abs(corner.y - wanted.y);
  if (group.length === 1 || far <= 640) {
    for (const node of branch.order) {
      const offset = branch.offsets.get(node.id)!;
      scene.place(node, { x: corner.x + offset.x, y: corner.y + offset.y });
    }
    return;
  }
  for (const node of branch.order) {
    const single = layBranch([node], [], scene.direction);
    scene.place(node, scene.find(wantedCorner(scene, single, new Set([node.id])), single.size, node.frameId));
  }
}

/** Where a group would stand best: after what leads to it, before what it leads to, between both when there is room. */
function wantedCorner(scene: Scene, branch: Branch, ids: ReadonlySet<string>): Point {
  const right = scene.direction === 'right';
  const { size } = branch;
  const entries: { from: Rect; at: Rect }[] = [];
  const exits: { to: Rect; at: Rect }[] = [];
  for (const edge of scene.edges) {
    if (ids.has(edge.source) === ids.has(edge.target)) continue;
    const other = scene.rectOf(ids.has(edge.source) ? edge.target : edge.source);
    if (!other) continue;
    if (ids.has(edge.target)) entries.push({ from: other, at: branch.rects.get(edge.target)! });
    else exits.push({ to: other, at: branch.rects.get(edge.source)! });
  }
  const [entry] = entries;
  const [exit] = exits;
  if (entry && exit) {
    const [a, b] = [entry.from, exit.to];
    const room = right ? b.x - (a.x + a.width) : b.y - (a.y + a.height);
    const needed = (right ? size.width : size.height) + 2 * NODE_GAP;
    if (room >= needed) {
      const middle = room / 2 - (right ? size.width : size.height) / 2;
      const [ca, cb] = [centreOf(a), centreOf(b)];
      return right ? { x: a.x + a.width + middle, y: (ca.y + cb.y) / 2 - size.height / 2 } : { x: (ca.x + cb.x) / 2 - size.width / 2, y: a.y + a.height + middle };
    }
  }
  if (entry) {
    const lead = centreOf(entry.from);
    const mine = centreOf(entry.at);
    return right ? { x: entry.from.x + entry.from.width + AHEAD, y: lead.y - mine.y } : { x: lead.x - mine.x, y: entry.from.y + entry.from.height + AHEAD };
  }
  if (exit) {
    const next = centreOf(exit.to);
    const mine = centreOf(exit.at);
    return right ? { x: exit.to.x - AHEAD - size.width, y: next.y - mine.y } : { x: next.x - mine.x, y: exit.to.y - AHEAD - size.height };
  }
  return cornerWithoutNeighbours(scene, ids);
}

/** Nothing leads to it: into its frame, else below everything that stands. */
function cornerWithoutNeighbours(scene: Scene, ids: ReadonlySet<string>): Point {
  const frameId = scene.view.node.get([...ids][0]!)!.frameId;
  if (frameId !== undefined && scene.view.frame.has(frameId)) {
    const inside = scene.frameOf(frameId);
    return { x: inside.x + 32, y: inside.y + 64 };
  }
  const standing = boundsOf([...scene.view.node.keys()].flatMap((id) => scene.rectOf(id) ?? []));
  return standing ? { x: standing.x, y: standing.y + standing.height + AHEAD } : { ...ORIGIN };
}

function placeNote(scene: Scene, note: Node, hostId: string): void {
  const host = scene.rectOf(hostId);
  const size = nodeSize(note);
  const wanted = host ? { x: host.x + host.width / 2 - size.width / 2, y: host.y - PREFERRED_GAP - size.height } : { ...ORIGIN };
  scene.place(note, scene.find(wanted, size, note.frameId, 1));
}

/** The direction in which the standing flow runs: that of the greater part of the way along its edges. */
function directionOf(view: FlowView, edges: readonly Edge[], added: ReadonlySet<string>): Direction {
  let [across, along] = [0, 0];
  for (const edge of edges) {
    if (added.has(edge.source) || added.has(edge.target) || edge.source === edge.target) continue;
    const [a, b] = [nodeRect(view.node.get(edge.source)!), nodeRect(view.node.get(edge.target)!)];
    // The free way between the two, not between their centres: wide nodes would else always run to the right.
    across += Math.max(0, b.x - (a.x + a.width));
    along += Math.max(0, b.y - (a.y + a.height));
  }
  return along > across ? 'down' : 'right';
}
