/** Arranges nodes around anchors: pinned and locked nodes, which never move. */
import type { FlowView, Node, Point } from '../flow/schema.ts';
import { membersRect, nodeRect } from './drawn.ts';
import type { FreeSpace } from './freeSpace.ts';
import { boundsOf, compareText, gapBetween, overlaps, rectAt, toGrid, type Rect } from './geometry.ts';
import { nodeSize } from './nodeSize.ts';

/** Space that arranged nodes keep from each other, px. */
const SETTLE_GAP = 32;

/** True for nodes that no layout may move. */
export function isAnchor(node: Node): boolean {
  return node.pinned === true || node.locked === true;
}

/**
 * Places for the nodes of one component that holds anchors. `ideal`: where the layout would put them, in its own coordinates;
 * it is moved so that it fits the anchors best. What then collides goes to the nearest free place. `space` holds what is
 * placed already, all anchors of the view included; the component's own nodes and frames are added to it. `shift` is how far the
 * ideal places were moved: nodes that kept them are `ideal + shift`.
 */
export function settleAroundAnchors(view: FlowView, nodes: readonly Node[], ideal: ReadonlyMap<string, Point>, space: FreeSpace, least: Point): { positions: Map<string, Point>; shift: Point } {
  const shift = bestShift(nodes, ideal, least);
  const wanted = new Map<string, Point>();
  for (const node of nodes) {
    const point = ideal.get(node.id) ?? node.position;
    wanted.set(node.id, { x: point.x + shift.x, y: point.y + shift.y });
  }
  const out = new Map<string, Point>();
  for (const node of nodes) if (isAnchor(node)) out.set(node.id, node.position);
  const blocks = blocksOf(view, nodes, wanted);
  for (const block of blocks.filter((one) => one.anchored)) growFrame(block, wanted, out, space, least);
  // What fits where it is wanted stays there; only then the rest looks for a place.
  const loose = blocks.filter((one) => !one.anchored);
  const displaced: Block[] = [];
  for (const block of loose) {
    const inside = block.rect.x >= least.x && block.rect.y >= least.y;
    if (inside && space.isFree(block.rect, SETTLE_GAP)) settle(block, { x: 0, y: 0 }, wanted, out, space);
    else displaced.push(block);
  }
  for (const block of displaced) {
    const at = { x: toGrid(block.rect.x), y: toGrid(block.rect.y) };
    const place = space.nearest({ wanted: at, size: block.rect, gap: SETTLE_GAP, least })!;
    settle(block, { x: place.position.x - block.rect.x, y: place.position.y - block.rect.y }, wanted, out, space);
  }
  return { positions: out, shift };
}

/** Adds every anchor of the view to the space, with the frames that hold anchors; ids of pairs that already overlap. */
export function addAnchors(view: FlowView, space: FreeSpace): [string, string][] {
  const anchors = [...view.node.values()].filter(isAnchor).sort((a, b) => compareText(a.id, b.id));
  const clashes: [string, string][] = [];
  for (const node of anchors) {
    const rect = nodeRect(node);
    for (const [id, other] of space.within(rect)) if (overlaps(rect, other)) clashes.push([id, node.id]);
    space.add(node.id, rect);
  }
  return clashes;
}

interface Block {
  id: string;
  nodes: Node[];
  rect: Rect;
  anchored: boolean;
}

/** Frames move as one piece, other nodes alone; anchors outside of frames are no blocks. */
function blocksOf(view: FlowView, nodes: readonly Node[], wanted: ReadonlyMap<string, Point>): Block[] {
  const framed = new Map<string, Node[]>();
  const blocks: Block[] = [];
  for (const node of nodes) {
    if (node.frameId !== undefined && view.frame.has(node.frameId)) framed.set(node.frameId, [...(framed.get(node.frameId) ?? []), node]);
    else if (!isAnchor(node)) blocks.push({ id: node.id, nodes: [node], rect: nodeRect(node, wanted.get(node.id)!), anchored: false });
  }
  for (const [id, members] of framed) {
    blocks.push({ id, nodes: members, rect: membersRect(members.map((node) => nodeRect(node, wanted.get(node.id)!)))!, anchored: members.some(isAnchor) });
  }
  return blocks.sort((a, b) => a.rect.x + a.rect.y - (b.rect.x + b.rect.y) || compareText(a.id, b.id));
}

/** Places the free members of a frame that also holds anchors, so that the frame grows over nothing foreign. */
function growFrame(block: Block, wanted: ReadonlyMap<string, Point>, out: Map<string, Point>, space: FreeSpace, least: Point): void {
  const members = block.nodes.filter(isAnchor).map((node) => nodeRect(node));
  const own = new Set(block.nodes.map((node) => node.id));
  const foreign = (rect: Rect) => space.within(rect).some(([id]) => !own.has(id));
  for (const node of block.nodes) {
    if (isAnchor(node)) continue;
    const point = wanted.get(node.id)!;
    const wish = { wanted: { x: toGrid(point.x), y: toGrid(point.y) }, size: nodeSize(node), gap: SETTLE_GAP, least };
    const accept = (rect: Rect) => !foreign(membersRect([...members, rect])!);
    // A frame that is walled in has no clean place: then the frame's drawn rectangle runs over its neighbours, its nodes do not.
    const place = searchNear(space, { ...wish, accept }, members) ?? space.nearest(wish)!.position;
    out.set(node.id, place);
    const rect = rectAt(place, nodeSize(node));
    members.push(rect);
    space.add(node.id, rect);
  }
  for (const node of block.nodes) space.remove(node.id);
  space.add(block.id, membersRect(members)!);
  for (const node of block.nodes) space.add(node.id, nodeRect(node, out.get(node.id)!));
}

function searchNear(space: FreeSpace, wish: Parameters<FreeSpace['nearest']>[0], members: readonly Rect[]): Point | undefined {
  const bounds = boundsOf(members);
  const place = space.nearest(wish);
  if (!place || !bounds) return place?.position;
  // Far away from the rest of its frame is no place of the frame any more.
  return gapBetween(bounds, rectAt(place.position, wish.size)) <= 2000 ? place.position : undefined;
}

function settle(block: Block, by: Point, wanted: ReadonlyMap<string, Point>, out: Map<string, Point>, space: FreeSpace): void {
  for (const node of block.nodes) {
    const point = wanted.get(node.id)!;
    out.set(node.id, { x: point.x + by.x, y: point.y + by.y });
  }
  space.add(block.id, { ...block.rect, x: block.rect.x + by.x, y: block.rect.y + by.y });
}

/** The shift that suits most anchors (the median), held back where it would push free nodes over the edge of the canvas. */
function bestShift(nodes: readonly Node[], ideal: ReadonlyMap<string, Point>, least: Point): Point {
  const anchors = nodes.filter((node) => isAnchor(node) && ideal.has(node.id));
  const free = nodes.filter((node) => !isAnchor(node) && ideal.has(node.id));
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
  const axis = (key: 'x' | 'y', room: number) => {
    const shift = Math.round(median(anchors.map((node) => node.position[key] - ideal.get(node.id)![key])));
    const lowest = Math.min(...free.map((node) => ideal.get(node.id)![key] - (node.frameId === undefined ? 0 : room)));
    return free.length > 0 && lowest + shift < least[key] ? Math.ceil(least[key] - lowest) : shift;
  };
  return { x: axis('x', 32), y: axis('y', 64) };
}
