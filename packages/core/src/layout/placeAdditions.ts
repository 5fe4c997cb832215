/** Places what an edit adds, in the nearest free space; nothing that stands already moves. */
import type { FlowView, Node, Point, Size } from '../flow/schema.ts';
import { FRAME_PADDING, frameRect, frameRects, membersRect, nodeRect, routeStands, sortedEdges, sortedFrames, sortedNodes } from './drawn.ts';
import { boundsOf, centreOf, compareText, inflate, NODE_GAP, overlaps, rectAt, type Rect } from './geometry.ts';
import { annotatedNodes } from './graph.ts';
import { layBranch, type Branch } from './layBranch.ts';
import { ORIGIN } from './layoutWhole.ts';
import { nodeSize } from './nodeSize.ts';
import { PlacementScene, PREFERRED_GAP } from './placementScene.ts';
import { drawnPaths, pathMeets } from './quality.ts';
import { routeEdges } from './routeEdges.ts';
import { viewWithLayout, type Places } from './viewWithLayout.ts';

/** Space from a node to the next in reading direction, px; on the grid. */
const AHEAD = 80;
/** A block farther from its best place than this is given up for its nodes one by one, px. */
const BLOCK_REACH = 640;

/**
 * Places for the new nodes of a view that holds them already (their own positions do not count). Every other node keeps its
 * place. No new node overlaps anything or stands in a frame that it is not in: at least 20 px are kept. Chains keep order and
 * direction; what goes between two nodes is put there when it fits, else beside. A frame without old members counts as new where
 * `newFrameIds` names it or where its rectangle lies on something else: it comes to stand around its members.
 */
export function placeAdditions(view: FlowView, newNodeIds: Iterable<string>, newFrameIds: Iterable<string> = []): Map<string, Point> {
  const added = new Set([...newNodeIds].filter((id) => view.node.has(id)));
  if (added.size === 0) return new Map();
  const scene = new PlacementScene(view, added, newFrames(view, added, newFrameIds));
  const notes = new Map(
    [...annotatedNodes(view)].filter(([note, host]) => {
      const frameId = view.node.get(note)!.frameId;
      return added.has(note) && frameId === view.node.get(host)!.frameId && !scene.newFrames.has(frameId ?? '');
    }),
  );
  // Frames grow first: what is placed afterwards keeps out of them, and never walls them in.
  const groups = groupsOf(view, added, notes, scene.newFrames);
  const inFrame = (node: Node) => node.frameId !== undefined && view.frame.has(node.frameId);
  const noteIds = [...notes.keys()].sort(compareText);
  for (const framed of [true, false]) {
    for (const group of groups) if (inFrame(group[0]!) === framed) placeGroup(scene, group);
    for (const id of noteIds) if (inFrame(view.node.get(id)!) === framed) placeNote(scene, view.node.get(id)!, notes.get(id)!);
  }
  return new Map([...scene.placed].sort(([a], [b]) => compareText(a, b)));
}

/**
 * The whole layout of an edit: places of the new nodes, routes of their edges and of the edges that would now run through them,
 * and the rectangles of the frames that grew. `layoutIntent` makes ops of it.
 */
export function layoutAdditions(view: FlowView, newNodeIds: Iterable<string>, newFrameIds: Iterable<string> = []): Places & { positions: Map<string, Point>; routes: Map<string, Point[]> } {
  const added = new Set([...newNodeIds].filter((id) => view.node.has(id)));
  const fresh = newFrames(view, added, newFrameIds);
  const positions = placeAdditions(view, added, fresh);
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
    const rects = members.map((node) => nodeRect(node));
    const rect = fresh.has(frame.id) ? membersRect(rects)! : frameRect(frame, rects);
    frames.set(frame.id, { position: { x: rect.x, y: rect.y }, size: { width: rect.width, height: rect.height } });
  }
  return { positions, frames, routes: routeEdges(placed, affected) };
}

/** Frames that have no place yet: named ones, and those that lie on something that is not in them; none with old members. */
function newFrames(view: FlowView, added: ReadonlySet<string>, named: Iterable<string>): Set<string> {
  const wished = new Set(named);
  const standing = sortedNodes(view).filter((node) => !added.has(node.id));
  const rects = frameRects(view);
  const out = new Set<string>();
  for (const frame of sortedFrames(view)) {
    const filled = [...added].some((id) => view.node.get(id)!.frameId === frame.id);
    if (!filled || standing.some((node) => node.frameId === frame.id)) continue;
    const own = rectAt(frame.position, frame.size);
    const lies = standing.some((node) => overlaps(own, nodeRect(node))) || [...rects].some(([id, rect]) => id !== frame.id && overlaps(own, rect));
    if (wished.has(frame.id) || lies) out.add(frame.id);
  }
  return out;
}

/** New nodes that edges between them join, within one frame; the groups that hang on what stands come first. */
function groupsOf(view: FlowView, added: ReadonlySet<string>, notes: ReadonlyMap<string, string>, fresh: ReadonlySet<string>): Node[][] {
  const nodes = sortedNodes(view).filter((node) => added.has(node.id) && !notes.has(node.id));
  const groupOf = new Map<string, Node[]>(nodes.map((node) => [node.id, [node]]));
  const join = (first: string, second: string) => {
    const [a, b] = [groupOf.get(first), groupOf.get(second)];
    if (!a || !b || a === b) return;
    a.push(...b);
    for (const node of b) groupOf.set(node.id, a);
  };
  for (const edge of sortedEdges(view)) {
    if (view.node.get(edge.source)!.frameId === view.node.get(edge.target)!.frameId) join(edge.source, edge.target);
  }
  // A new frame is one piece, whatever its members have to do with each other.
  const firstIn = new Map<string, string>();
  for (const node of nodes) {
    if (node.frameId === undefined || !fresh.has(node.frameId)) continue;
    const first = firstIn.get(node.frameId);
    if (first === undefined) firstIn.set(node.frameId, node.id);
    else join(first, node.id);
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
function placeGroup(scene: PlacementScene, group: readonly Node[]): void {
  const ids = new Set(group.map((node) => node.id));
  const inner = scene.edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target));
  const ownFrame = group[0]!.frameId;
  const fresh = ownFrame !== undefined && scene.newFrames.has(ownFrame);
  const bare = layBranch(group, inner, scene.direction);
  const branch = fresh ? padded(bare) : bare;
  const frameId = fresh ? undefined : ownFrame;
  const wanted = wantedCorner(scene, branch, ids);
  const corner = scene.find(wanted, branch.size, frameId);
  const far = Math.abs(corner.x - wanted.x) + Math.abs(corner.y - wanted.y);
  if (group.length === 1 || fresh || far <= BLOCK_REACH) {
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

/** The block with a frame's padding around it. */
function padded(branch: Branch): Branch {
  const { left, top, right, bottom } = FRAME_PADDING;
  return {
    size: { width: branch.size.width + left + right, height: branch.size.height + top + bottom },
    order: branch.order,
    offsets: new Map([...branch.offsets].map(([id, point]) => [id, { x: point.x + left, y: point.y + top }])),
    rects: new Map([...branch.rects].map(([id, rect]) => [id, { ...rect, x: rect.x + left, y: rect.y + top }])),
  };
}

/** Where a group would stand best: after what leads to it, before what it leads to, between both when there is room. */
function wantedCorner(scene: PlacementScene, branch: Branch, ids: ReadonlySet<string>): Point {
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
    // No room between neighbours that stand in order: beside the gap, not somewhere behind what comes next.
    if (room >= 0) {
      const [ca, cb] = [centreOf(a), centreOf(b)];
      return right
        ? { x: (ca.x + cb.x) / 2 - size.width / 2, y: Math.max(a.y + a.height, b.y + b.height) + AHEAD }
        : { x: Math.max(a.x + a.width, b.x + b.width) + AHEAD, y: (ca.y + cb.y) / 2 - size.height / 2 };
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
function cornerWithoutNeighbours(scene: PlacementScene, ids: ReadonlySet<string>): Point {
  const frameId = scene.view.node.get([...ids][0]!)!.frameId;
  if (frameId !== undefined && scene.view.frame.has(frameId) && !scene.newFrames.has(frameId)) {
    const inside = scene.frameOf(frameId);
    return { x: inside.x + 32, y: inside.y + 64 };
  }
  const standing = boundsOf([...scene.view.node.keys()].flatMap((id) => scene.rectOf(id) ?? []));
  return standing ? { x: standing.x, y: standing.y + standing.height + AHEAD } : { ...ORIGIN };
}

function placeNote(scene: PlacementScene, note: Node, hostId: string): void {
  const host = scene.rectOf(hostId);
  const size = nodeSize(note);
  const wanted = host ? { x: host.x + host.width / 2 - size.width / 2, y: host.y - PREFERRED_GAP - size.height } : { ...ORIGIN };
  scene.place(note, scene.find(wanted, size, note.frameId, 1));
}
