import { type Edge, type FlowView, type Frame, frameRect, type Node, nodeSize, type Point, type Rect, rectAt } from '@uxflow/core';
import { Position, type NodeHandle } from '@xyflow/react';
import { edgeWays, type EdgeWays } from './edgeWays.ts';
import type { FlowCanvasEdge } from './FlowEdge.tsx';
import type { FlowCanvasNode, Ghost } from './FlowNode.tsx';
import type { FrameCanvasNode } from './FrameNode.tsx';

export type SceneNode = FlowCanvasNode | FrameCanvasNode;

/** Everything that decides what the canvas shows. */
export interface SceneInput {
  /** The flow with what open proposals add and change. */
  view: FlowView;
  /** Where nodes and frames under the hand stand now. */
  positions: ReadonlyMap<string, Point>;
  ghosts: ReadonlyMap<string, Ghost>;
  findings: ReadonlyMap<string, { severity: 'error' | 'warning' | 'info'; count: number }>;
  /** Number of open comments by the id of what they stand on. */
  comments: ReadonlyMap<string, number>;
  editing: { id: string; field: 'title' | 'description' | 'label' } | null;
  selected: ReadonlySet<string>;
  /** Nodes that a filter lets through; null when nothing is filtered. */
  shown: ReadonlySet<string> | null;
  found: ReadonlySet<string>;
  isReadOnly: boolean;
  /** What assistive software says of a node. */
  nodeName: (node: Node) => string;
  edgeName: (edge: Edge, view: FlowView) => string;
}

/** Nodes and edges for the canvas; whatever looks the same as before is the same object. */
export interface Scene {
  nodes: readonly SceneNode[];
  edges: readonly FlowCanvasEdge[];
  ways: EdgeWays;
  nodeCache: ReadonlyMap<string, Cached<FlowCanvasNode>>;
  frameCache: ReadonlyMap<string, Cached<FrameCanvasNode>>;
  edgeCache: ReadonlyMap<string, Cached<FlowCanvasEdge>>;
  /** Nodes as they stand now, the ones under the hand moved. */
  standing: ReadonlyMap<string, Node>;
  input: SceneInput;
}

interface Cached<T> {
  parts: readonly unknown[];
  value: T;
}

/** The scene of an input; `previous` makes it cost what changed. */
export function nextScene(previous: Scene | null, input: SceneInput): Scene {
  const { view } = input;
  const standing = standingNodes(previous, view.node, input.positions);
  const ways = edgeWays({ ...view, node: standing }, previous?.ways ?? null);

  const nodes: SceneNode[] = [];
  const frameCache = new Map<string, Cached<FrameCanvasNode>>();
  const members = membersByFrame(view, standing, input.positions);
  for (const frame of view.frame.values()) {
    const position = input.positions.get(frame.id);
    const list = members.get(frame.id) ?? [];
    const rect = frameRect(position ? { ...frame, position } : frame, list);
    const isEditing = input.editing?.id === frame.id;
    const parts = [frame, input.comments.get(frame.id), rect.x, rect.y, rect.width, rect.height, list.length, input.selected.has(frame.id), isEditing, input.ghosts.get(frame.id), input.isReadOnly];
    frameCache.set(frame.id, cached(previous?.frameCache.get(frame.id), parts, () => frameNode(frame, rect, list.length, isEditing, input)));
    nodes.push(frameCache.get(frame.id)!.value);
  }

  const grips = gripsOf(input, ways, standing);
  const nodeCache = new Map<string, Cached<FlowCanvasNode>>();
  const isCalm = previous !== null && isSameInput(previous.input, input);
  for (const node of standing.values()) {
    if (isCalm && previous.standing.get(node.id) === node && !grips.has(node.id)) {
      const kept = previous.nodeCache.get(node.id)!;
      nodeCache.set(node.id, kept);
      nodes.push(kept.value);
      continue;
    }
    const finding = input.findings.get(node.id);
    const field = input.editing?.id === node.id && input.editing.field !== 'label' ? input.editing.field : undefined;
    const isDimmed = input.shown !== null && !input.shown.has(node.id);
    const parts = [node, input.ghosts.get(node.id), finding?.severity, finding?.count, input.comments.get(node.id), field, input.selected.has(node.id), isDimmed, input.found.has(node.id), node.personaIds ? view.persona : null, input.isReadOnly, input.nodeName, grips.get(node.id)?.key];
    const entry = cached(previous?.nodeCache.get(node.id), parts, () => flowNode(node, field, isDimmed, input, grips.get(node.id)?.handles));
    nodeCache.set(node.id, entry);
    nodes.push(entry.value);
  }

  const edges: FlowCanvasEdge[] = [];
  const edgeCache = new Map<string, Cached<FlowCanvasEdge>>();
  for (const [id, way] of ways.ways) {
    const edge = view.edge.get(id)!;
    const isEditing = input.editing?.id === id;
    const isGripped = !input.isReadOnly && input.selected.size === 1 && input.selected.has(id);
    const isDimmed = input.shown !== null && !(input.shown.has(edge.source) && input.shown.has(edge.target));
    const parts = [edge, way, isGripped, input.comments.get(id), input.ghosts.get(id), isEditing, input.selected.has(id), isDimmed, input.isReadOnly, input.edgeName, view.node.get(edge.source)!.data.title, view.node.get(edge.target)!.data.title];
    const entry = cached(previous?.edgeCache.get(id), parts, () => ({
      id,
      type: 'flow' as const,
      source: edge.source,
      target: edge.target,
      sourceHandle: isGripped ? `${GRIP}${id}:source` : way.sourceSide,
      targetHandle: isGripped ? `${GRIP}${id}:target` : way.targetSide,
      selected: input.selected.has(id),
      reconnectable: isGripped,
      interactionWidth: 0,
      ariaLabel: input.edgeName(edge, view),
      zIndex: input.selected.has(id) ? 2 : 0,
      data: { edge, points: way.points, ghost: input.ghosts.get(id), isEditing, commentCount: input.comments.get(id) ?? 0, isDimmed },
    }));
    edgeCache.set(id, entry);
    edges.push(entry.value);
  }
  return {
    nodes: sameList(previous?.nodes, nodes),
    edges: sameList(previous?.edges, edges),
    ways,
    nodeCache,
    frameCache,
    edgeCache,
    standing,
    input,
  };
}

/** Prefix of the ids under which the ends of the one chosen edge dock, exactly where it is drawn, so that they can be caught there. */
export const GRIP = 'grip:';

function gripsOf({ selected, isReadOnly }: SceneInput, { ways, edges }: EdgeWays, standing: ReadonlyMap<string, Node>): Map<string, { key: string; handles: NodeHandle[] }> {
  const out = new Map<string, { key: string; handles: NodeHandle[] }>();
  const [id] = selected;
  const way = selected.size === 1 && id !== undefined && !isReadOnly ? ways.get(id) : undefined;
  if (!way) return out;
  const edge = edges.get(id!)!;
  for (const role of ['source', 'target'] as const) {
    const node = standing.get(edge[role])!;
    const point = role === 'source' ? way.points[0]! : way.points.at(-1)!;
    const handle: NodeHandle = { id: `${GRIP}${id}:${role}`, type: 'source', position: POSITIONS[way.ports[role].side], x: point.x - node.position.x, y: point.y - node.position.y, width: 0, height: 0 };
    const known = out.get(node.id);
    out.set(node.id, { key: `${known?.key ?? ''}${id}:${role}:${handle.position}:${handle.x}:${handle.y};`, handles: [...(known?.handles ?? []), handle] });
  }
  return out;
}

const NO_GRIPS: readonly NodeHandle[] = [];
const POSITIONS = { top: Position.Top, right: Position.Right, bottom: Position.Bottom, left: Position.Left } as const;

/** True when nothing but records and places can have changed: then a node that is === looks the same. */
function isSameInput(a: SceneInput, b: SceneInput): boolean {
  return (
    a.ghosts === b.ghosts && a.findings === b.findings && a.comments === b.comments && a.editing === b.editing && a.selected === b.selected && a.shown === b.shown && a.found === b.found && a.isReadOnly === b.isReadOnly && a.nodeName === b.nodeName && a.view.persona === b.view.persona
  );
}

function flowNode(node: Node, field: 'title' | 'description' | undefined, isDimmed: boolean, input: SceneInput, grips: readonly NodeHandle[] = NO_GRIPS): FlowCanvasNode {
  const size = nodeSize(node);
  const finding = input.findings.get(node.id);
  return {
    id: node.id,
    type: 'flow',
    position: node.position,
    width: size.width,
    height: size.height,
    measured: size,
    handles: [...handlesOf(size.width, size.height), ...grips],
    selected: input.selected.has(node.id),
    draggable: !input.isReadOnly && !node.locked && !field,
    connectable: !input.isReadOnly,
    zIndex: input.selected.has(node.id) || field ? 3 : 1,
    ariaLabel: input.nodeName(node),
    data: {
      node,
      editing: field,
      ghost: input.ghosts.get(node.id),
      severity: finding?.severity,
      findingCount: finding?.count ?? 0,
      commentCount: input.comments.get(node.id) ?? 0,
      personaColors: Object.keys(node.personaIds ?? {}).map((id) => input.view.persona.get(id)?.color ?? 'var(--text-faint)'),
      isDimmed,
      isFound: input.found.has(node.id),
      grips: grips.map(({ id, position, x, y }) => ({ id: id!, position, x, y })),
    },
  };
}

function frameNode(frame: Frame, rect: Rect, memberCount: number, isEditing: boolean, input: SceneInput): FrameCanvasNode {
  return {
    id: frame.id,
    type: 'frame',
    position: { x: rect.x, y: rect.y },
    width: rect.width,
    height: rect.height,
    measured: { width: rect.width, height: rect.height },
    handles: [],
    selected: input.selected.has(frame.id),
    draggable: !input.isReadOnly && !isEditing,
    dragHandle: '.frame-drag',
    connectable: false,
    zIndex: -1,
    ariaLabel: frame.title,
    data: { frame, memberCount, commentCount: input.comments.get(frame.id) ?? 0, isEditing, ghost: input.ghosts.get(frame.id) },
  };
}

function standingNodes(previous: Scene | null, nodes: ReadonlyMap<string, Node>, positions: ReadonlyMap<string, Point>): ReadonlyMap<string, Node> {
  if (positions.size === 0) return nodes;
  const out = new Map<string, Node>();
  for (const [id, node] of nodes) {
    const position = positions.get(id);
    if (!position || (position.x === node.position.x && position.y === node.position.y)) {
      out.set(id, node);
      continue;
    }
    const before = previous?.standing.get(id);
    const isSame = before && before.data === node.data && before.position.x === position.x && before.position.y === position.y && before.type === node.type;
    out.set(id, isSame ? before : { ...node, position });
  }
  return out;
}

/** Rectangles of members by frame; a member that is dragged out on its own does not stretch its frame. */
function membersByFrame(view: FlowView, standing: ReadonlyMap<string, Node>, positions: ReadonlyMap<string, Point>): Map<string, Rect[]> {
  const out = new Map<string, Rect[]>();
  if (view.frame.size === 0) return out;
  for (const node of standing.values()) {
    if (!node.frameId || (positions.has(node.id) && !positions.has(node.frameId))) continue;
    const rect = rectAt(node.position, nodeSize(node));
    const list = out.get(node.frameId);
    if (list) list.push(rect);
    else out.set(node.frameId, [rect]);
  }
  return out;
}

/** Where edges may dock, given to the canvas so that it need not measure anything. */
function handlesOf(width: number, height: number): NodeHandle[] {
  const handle = (id: string, position: Position, x: number, y: number): NodeHandle => ({ id, type: 'source', position, x, y, width: 1, height: 1 });
  return [handle('top', Position.Top, width / 2, 0), handle('right', Position.Right, width - 1, height / 2), handle('bottom', Position.Bottom, width / 2, height - 1), handle('left', Position.Left, 0, height / 2)];
}

function cached<T>(before: Cached<T> | undefined, parts: readonly unknown[], make: () => T): Cached<T> {
  return before && before.parts.length === parts.length && before.parts.every((part, index) => part === parts[index]) ? before : { parts, value: make() };
}

function sameList<T>(before: readonly T[] | undefined, after: readonly T[]): readonly T[] {
  return before && before.length === after.length && after.every((item, index) => item === before[index]) ? before : after;
}
