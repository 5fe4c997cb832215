import { BASE_SIZES, boundsOf, CONDITION_ROW, conditionOffset, type Edge, type FlowView, FRAME_PADDING, inflate, type Intent, type IntentOp, isEqualJson, membersRect, type Node, NODE_GAP, nodeRect, type NodeType, overlaps, type Point, type Rect } from '@uxflow/core';

export type NewId = (prefix: string) => string;
export const ALIGNMENTS = ['left', 'center', 'right', 'top', 'middle', 'bottom', 'spreadAcross', 'spreadDown'] as const;
export type Alignment = (typeof ALIGNMENTS)[number];
/** One end of an edge under the hand. */
export interface Docking {
  nodeId: string;
  port?: string | undefined;
}

/** A new node whose middle is at the point. */
export function addNode(id: string, type: NodeType, middle: Point, title: string, extra: Partial<Node> = {}, isSnapped = true): IntentOp {
  const size = BASE_SIZES[type];
  const position = snap({ x: middle.x - size.width / 2, y: middle.y - size.height / 2 }, isSnapped);
  return { op: 'add', kind: 'node', id, value: { type, position, data: { title }, ...extra } };
}

/** The point nearest to the wanted one where a new node has room, in rings of growing distance; the wanted point itself when all is full. */
export function freeMiddle(view: FlowView, type: NodeType, wanted: Point): Point {
  const size = BASE_SIZES[type];
  const taken = [...view.node.values()].map((node) => inflate(nodeRect(node), NODE_GAP));
  const isFree = ({ x, y }: Point) => {
    const rect = { x: x - size.width / 2, y: y - size.height / 2, ...size };
    return !taken.some((other) => overlaps(other, rect));
  };
  for (let ring = 0; ring <= 12; ring++) {
    for (const [dx, dy] of ring === 0 ? [[0, 0] as const] : ringOf(ring)) {
      const point = { x: wanted.x + dx * 96, y: wanted.y + dy * 96 };
      if (isFree(point)) return point;
    }
  }
  return wanted;
}

/** An edge between two nodes, in the direction of the drag; arms of a decision become yes, then no. */
export function connect(view: FlowView, id: string, from: Docking, to: Docking): IntentOp {
  const source = view.node.get(from.nodeId);
  const arms = [...view.edge.values()].filter((edge) => edge.source === from.nodeId);
  const kind = source?.type === 'decision' && arms.length < 2 ? (arms.some((edge) => edge.data.kind === 'yes') ? 'no' : arms.length === 0 ? 'yes' : undefined) : undefined;
  return {
    op: 'add',
    kind: 'edge',
    id,
    value: { source: from.nodeId, target: to.nodeId, ...(from.port ? { sourcePort: from.port } : {}), ...(to.port ? { targetPort: to.port } : {}), data: kind ? { kind } : {} },
  };
}

/** Hangs one end of an edge somewhere else; the old route no longer stands. */
export function reconnect(edge: Edge, source: Docking, target: Docking): IntentOp[] {
  const ops: IntentOp[] = [];
  const set = (field: keyof Edge, to: unknown) => {
    if (!isEqualJson(edge[field] ?? null, to ?? null)) ops.push({ op: 'set', kind: 'edge', id: edge.id, field, to: to ?? null });
  };
  set('source', source.nodeId);
  set('target', target.nodeId);
  set('sourcePort', source.port);
  set('targetPort', target.port);
  if (ops.length > 0) set('route', null);
  return ops;
}

/** The port that a drag from a side stands for: on a condition's right side the row under the pointer, else the side. */
export function portAt(node: Node | undefined, side: string | undefined, offsetY: number): string | undefined {
  if (node?.type === 'condition' && side === 'right') {
    for (const id of Object.keys(node.conditions ?? {})) {
      const offset = conditionOffset(node, id);
      if (offset !== undefined && Math.abs(offset - offsetY) <= CONDITION_ROW / 2) return id;
    }
  }
  return side;
}

/** Moves nodes and frames. A node that is dropped with its middle in a frame joins it, one dropped outside leaves; members of a moved frame stay. */
export function move(view: FlowView, positions: ReadonlyMap<string, Point>, canJoin = true): Intent {
  const ops: IntentOp[] = [];
  const frames = canJoin ? restingFrames(view, positions) : [];
  for (const [id, to] of positions) {
    const node = view.node.get(id);
    const kind = node ? 'node' : view.frame.has(id) ? 'frame' : null;
    if (!kind) continue;
    ops.push({ op: 'set', kind, id, field: 'position', to });
    if (!node || !canJoin || (node.frameId && positions.has(node.frameId))) continue;
    const rect = nodeRect(node, to);
    const home = frames.find(({ rect: frame }) => holdsMiddle(frame, rect))?.id ?? null;
    if (home !== (node.frameId ?? null)) ops.push({ op: 'set', kind: 'node', id, field: 'frameId', to: home });
  }
  return { ops };
}

/** Removes records; a frame's members stay on the canvas. */
export function remove(view: FlowView, ids: Iterable<string>): Intent {
  const chosen = new Set(ids);
  const ops: IntentOp[] = [];
  for (const id of chosen) {
    const edge = view.edge.get(id);
    // Edges of removed nodes go with them.
    if (edge && !chosen.has(edge.source) && !chosen.has(edge.target)) ops.push({ op: 'remove', kind: 'edge', id });
  }
  for (const id of chosen) if (view.node.has(id)) ops.push({ op: 'remove', kind: 'node', id });
  for (const id of chosen) if (view.frame.has(id)) ops.push({ op: 'remove', kind: 'frame', id });
  return { ops };
}

/** A frame around nodes. */
export function frameAround(view: FlowView, nodeIds: readonly string[], frameId: string, title: string): Intent | null {
  const nodes = nodeIds.flatMap((id) => view.node.get(id) ?? []);
  const rect = membersRect(nodes.map((node) => nodeRect(node)));
  if (!rect) return null;
  return {
    ops: [
      { op: 'add', kind: 'frame', id: frameId, value: { title, position: { x: rect.x, y: rect.y }, size: { width: rect.width, height: rect.height } } },
      ...nodes.map((node): IntentOp => ({ op: 'set', kind: 'node', id: node.id, field: 'frameId', to: frameId })),
    ],
  };
}

/** Lines nodes up, or spreads them with even gaps. Locked nodes stay. Null when nothing would move. */
export function align(view: FlowView, ids: Iterable<string>, alignment: Alignment): Intent | null {
  const all = [...ids].flatMap((id) => view.node.get(id) ?? []).map((node) => ({ node, rect: nodeRect(node) }));
  if (all.length < 2) return null;
  const bounds = boundsOf(all.map(({ rect }) => rect))!;
  const places = alignment === 'spreadAcross' || alignment === 'spreadDown' ? spread(all, alignment === 'spreadAcross') : all.map(({ node, rect }) => ({ node, to: lineUp(rect, bounds, alignment) }));
  const ops = places.filter(({ node, to }) => !node.locked && !isEqualJson(node.position, to)).map(({ node, to }): IntentOp => ({ op: 'set', kind: 'node', id: node.id, field: 'position', to }));
  return ops.length > 0 ? { ops } : null;
}

/** The point on the 16 px grid nearest to the given one; the rounded point itself when snapping is off. */
export function snap(point: Point, isSnapped: boolean): Point {
  const step = isSnapped ? 16 : 1;
  return { x: Math.round(point.x / step) * step + 0, y: Math.round(point.y / step) * step + 0 };
}

/** What a frame that is resized to a rectangle becomes: never smaller than its members with their padding. */
export function resizeFrame(id: string, rect: Rect): Intent {
  return {
    ops: [
      { op: 'set', kind: 'frame', id, field: 'position', to: { x: Math.round(rect.x), y: Math.round(rect.y) } },
      { op: 'set', kind: 'frame', id, field: 'size', to: { width: Math.round(rect.width), height: Math.round(rect.height) } },
    ],
  };
}

/** An empty frame whose middle is at the point. */
export function addFrame(id: string, middle: Point, title: string, isSnapped: boolean): IntentOp {
  const size = { width: 480, height: 320 + FRAME_PADDING.top };
  return { op: 'add', kind: 'frame', id, value: { title, position: snap({ x: middle.x - size.width / 2, y: middle.y - size.height / 2 }, isSnapped), size } };
}

/** Steps of a square ring, the ones to the right and below first: there reading goes on. */
function ringOf(ring: number): (readonly [number, number])[] {
  const steps: (readonly [number, number])[] = [];
  for (let x = -ring; x <= ring; x++) for (let y = -ring; y <= ring; y++) if (Math.max(Math.abs(x), Math.abs(y)) === ring) steps.push([x, y]);
  return steps.sort(([ax, ay], [bx, by]) => Math.hypot(ax, ay) - Math.hypot(bx, by) || bx - ax || by - ay);
}

function restingFrames(view: FlowView, positions: ReadonlyMap<string, Point>): { id: string; rect: Rect }[] {
  return [...view.frame.values()].map((frame) => {
    const stored = { ...(positions.get(frame.id) ?? frame.position), width: frame.size.width, height: frame.size.height };
    const resting = [...view.node.values()].filter((node) => node.frameId === frame.id && !positions.has(node.id)).map((node) => nodeRect(node));
    const around = membersRect(resting);
    return { id: frame.id, rect: around ? boundsOf([stored, around])! : stored };
  });
}

function holdsMiddle(frame: Rect, rect: Rect): boolean {
  const [x, y] = [rect.x + rect.width / 2, rect.y + rect.height / 2];
  return x >= frame.x && x <= frame.x + frame.width && y >= frame.y && y <= frame.y + frame.height;
}

function lineUp(rect: Rect, bounds: Rect, alignment: Alignment): Point {
  const { x, y } = rect;
  switch (alignment) {
    case 'left':
      return { x: bounds.x, y };
    case 'center':
      return { x: Math.round(bounds.x + (bounds.width - rect.width) / 2), y };
    case 'right':
      return { x: bounds.x + bounds.width - rect.width, y };
    case 'top':
      return { x, y: bounds.y };
    case 'middle':
      return { x, y: Math.round(bounds.y + (bounds.height - rect.height) / 2) };
    default:
      return { x, y: bounds.y + bounds.height - rect.height };
  }
}

function spread(all: readonly { node: Node; rect: Rect }[], isAcross: boolean): { node: Node; to: Point }[] {
  const key = isAcross ? 'x' : 'y';
  const length = isAcross ? 'width' : 'height';
  const sorted = [...all].sort((a, b) => a.rect[key] - b.rect[key]);
  const [first, last] = [sorted[0]!.rect, sorted.at(-1)!.rect];
  const room = last[key] + last[length] - first[key] - sorted.reduce((sum, { rect }) => sum + rect[length], 0);
  const gap = room / (sorted.length - 1);
  let at = first[key];
  return sorted.map(({ node, rect }) => {
    const to = { ...node.position, [key]: Math.round(at) };
    at += rect[length] + gap;
    return { node, to };
  });
}
