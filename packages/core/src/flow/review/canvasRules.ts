/** Rules of the canvas and of size: frames, overlaps, limits. */
import { byCodeUnit } from '../graph.ts';
import type { Frame, Node } from '../schema.ts';
import { fixOf } from './fixOps.ts';
import type { Draft } from './finding.ts';
import { boxOf, overlappingNodes } from './freePlaces.ts';
import { named, type ReviewContext } from './reviewContext.ts';

/** Sizes from which a flow is better split; nothing is refused beyond them. */
export const FLOW_LIMITS = { nodes: 1000, edges: 2000, nodesInFrame: 500, cyclomatic: 20 } as const;

const FRAME_PADDING = 24;

export function* frameEmpty(context: ReviewContext): Iterable<Draft> {
  const members = membersOf(context);
  for (const frame of frames(context)) {
    if (!members.has(frame.id)) yield { params: { title: frame.title.trim(), type: 'frame', frameId: frame.id }, fix: fixOf(context, 'REMOVE_FRAME', (writer) => writer.push({ op: 'remove', kind: 'frame', id: frame.id })) };
  }
}

export function* nodeOutsideFrame(context: ReviewContext): Iterable<Draft> {
  const members = membersOf(context);
  for (const frame of frames(context)) {
    const nodes = members.get(frame.id) ?? [];
    const outside = frame.collapsed ? [] : nodes.filter((node) => !isInside(node, frame));
    if (!outside.length) continue;
    yield {
      nodeIds: outside.map((node) => node.id),
      params: { title: frame.title.trim(), type: 'frame', frameId: frame.id, count: outside.length },
      fix: fixOf(context, 'FIT_FRAME', (writer) => {
        const boxes = [{ ...frame.position, ...frame.size }, ...nodes.map(padded)];
        const x = Math.min(...boxes.map((box) => box.x));
        const y = Math.min(...boxes.map((box) => box.y));
        const width = Math.max(...boxes.map((box) => box.x + box.width)) - x;
        const height = Math.max(...boxes.map((box) => box.y + box.height)) - y;
        if (x !== frame.position.x || y !== frame.position.y) writer.push({ op: 'set', kind: 'frame', id: frame.id, field: 'position', to: { x, y } });
        if (width !== frame.size.width || height !== frame.size.height) writer.push({ op: 'set', kind: 'frame', id: frame.id, field: 'size', to: { width, height } });
      }),
    };
  }
}

export function* nodesOverlap(context: ReviewContext): Iterable<Draft> {
  const nodes = [...context.view.node.values()].sort((a, b) => byCodeUnit(a.id, b.id));
  for (const [node, on] of overlappingNodes(nodes)) {
    const moved = node.pinned || node.locked ? on : node;
    const mayMove = !moved.pinned && !moved.locked;
    yield {
      nodeIds: [node.id, on.id],
      params: { ...named(node), other: on.data.title.trim() },
      ...(mayMove && { fix: fixOf(context, 'MOVE_APART', (writer) => writer.push({ op: 'set', kind: 'node', id: moved.id, field: 'position', to: context.place({ near: moved, type: moved.type, taken: [] }) })) }),
    };
  }
}

export function* tooManyNodes(context: ReviewContext): Iterable<Draft> {
  if (context.view.node.size > FLOW_LIMITS.nodes) yield { params: { count: context.view.node.size, maximum: FLOW_LIMITS.nodes } };
}

export function* tooManyEdges(context: ReviewContext): Iterable<Draft> {
  if (context.view.edge.size > FLOW_LIMITS.edges) yield { params: { count: context.view.edge.size, maximum: FLOW_LIMITS.edges } };
}

export function* frameFull(context: ReviewContext): Iterable<Draft> {
  const members = membersOf(context);
  for (const frame of frames(context)) {
    const count = members.get(frame.id)?.length ?? 0;
    if (count > FLOW_LIMITS.nodesInFrame) yield { params: { title: frame.title.trim(), type: 'frame', frameId: frame.id, count, maximum: FLOW_LIMITS.nodesInFrame } };
  }
}

/** Independent ways through the flow (edges - nodes + 2): past twenty, nobody keeps them all in mind. */
export function* tooComplex(context: ReviewContext): Iterable<Draft> {
  let edges = 0;
  for (const ways of context.graph.outgoing.values()) edges += ways.length;
  const count = edges - context.steps.length + 2;
  if (count > FLOW_LIMITS.cyclomatic) yield { params: { count, maximum: FLOW_LIMITS.cyclomatic } };
}

function frames(context: ReviewContext): Frame[] {
  return [...context.view.frame.values()].sort((a, b) => byCodeUnit(a.id, b.id));
}

function membersOf(context: ReviewContext): Map<string, Node[]> {
  const members = new Map<string, Node[]>();
  for (const node of context.view.node.values()) {
    if (!node.frameId) continue;
    const list = members.get(node.frameId);
    if (list) list.push(node);
    else members.set(node.frameId, [node]);
  }
  return members;
}

function isInside(node: Node, frame: Frame): boolean {
  const box = boxOf(node);
  const { x, y } = frame.position;
  return box.x >= x && box.y >= y && box.x + box.width <= x + frame.size.width && box.y + box.height <= y + frame.size.height;
}

function padded(node: Node) {
  const box = boxOf(node);
  return { x: box.x - FRAME_PADDING, y: box.y - FRAME_PADDING, width: box.width + 2 * FRAME_PADDING, height: box.height + 2 * FRAME_PADDING };
}
