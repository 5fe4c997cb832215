/** What a view looks like on the canvas: the rectangles of nodes and frames, in an order that does not hang on insertion. */
import type { Edge, FlowView, Frame, Node, Point } from '../flow/schema.ts';
import { boundsOf, compareText, rectAt, sideAt, type Rect } from './geometry.ts';
import { nodeSize } from './nodeSize.ts';

/** Space between a frame's border and its members, px; the top holds the title. */
export const FRAME_PADDING = { top: 64, right: 32, bottom: 32, left: 32 } as const;

/** The rectangle of a node, at its own position or at another. */
export function nodeRect(node: Node, position: Point = node.position): Rect {
  return rectAt(position, nodeSize(node));
}

/** The rectangle that a frame of these members is drawn as: the stored one, grown to hold every member with its padding. */
export function frameRect(frame: Frame, members: Iterable<Rect>): Rect {
  const stored = rectAt(frame.position, frame.size);
  const around = membersRect(members);
  return around ? boundsOf([stored, around])! : stored;
}

/** The rectangle around members with a frame's padding; undefined without members. */
export function membersRect(members: Iterable<Rect>): Rect | undefined {
  const bounds = boundsOf(members);
  if (!bounds) return undefined;
  return {
    x: bounds.x - FRAME_PADDING.left,
    y: bounds.y - FRAME_PADDING.top,
    width: bounds.width + FRAME_PADDING.left + FRAME_PADDING.right,
    height: bounds.height + FRAME_PADDING.top + FRAME_PADDING.bottom,
  };
}

/** The drawn rectangle of every frame of the view. */
export function frameRects(view: FlowView): Map<string, Rect> {
  const members = new Map<string, Rect[]>();
  for (const node of view.node.values()) {
    if (!node.frameId || !view.frame.has(node.frameId)) continue;
    const list = members.get(node.frameId);
    if (list) list.push(nodeRect(node));
    else members.set(node.frameId, [nodeRect(node)]);
  }
  return new Map(sortedFrames(view).map((frame) => [frame.id, frameRect(frame, members.get(frame.id) ?? [])]));
}

/** True when the stored route of an edge still begins at its source's border and ends at its target's: only then it is drawn. */
export function routeStands(view: FlowView, edge: Edge): boolean {
  const route = edge.route;
  if (!route || route.length < 2) return false;
  const source = view.node.get(edge.source);
  const target = view.node.get(edge.target);
  if (!source || !target) return false;
  return sideAt(nodeRect(source), route[0]!) !== undefined && sideAt(nodeRect(target), route.at(-1)!) !== undefined;
}

/** Nodes by id. */
export function sortedNodes(view: FlowView): Node[] {
  return [...view.node.values()].sort((a, b) => compareText(a.id, b.id));
}

/** Edges by id, those only whose both ends exist. */
export function sortedEdges(view: FlowView): Edge[] {
  return [...view.edge.values()].filter((edge) => view.node.has(edge.source) && view.node.has(edge.target)).sort((a, b) => compareText(a.id, b.id));
}

/** Frames by id. */
export function sortedFrames(view: FlowView): Frame[] {
  return [...view.frame.values()].sort((a, b) => compareText(a.id, b.id));
}
