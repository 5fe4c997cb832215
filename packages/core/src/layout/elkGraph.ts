/** One connected component as an ELK graph, and ELK's answer as positions and routes. */
import type { ElkExtendedEdge, ElkNode, ElkPort } from 'elkjs/lib/elk-api.js';
import type { Edge, Node, Point } from '../flow/schema.ts';
import { FRAME_PADDING } from './drawn.ts';
import { simplify, type Side } from './geometry.ts';
import { feedbackEdges, longestRanks, readingOrder, type Component, type Direction } from './graph.ts';
import { labelSize } from './labels.ts';
import { CONDITION_HEAD, nodeSize } from './nodeSize.ts';
import { conditionOffset, hasSingleSlots, namedSide, sidesOf } from './ports.ts';

/** Where a component's nodes and routes come to stand, in the component's own coordinates. */
export interface ComponentLayout {
  positions: Map<string, Point>;
  routes: Map<string, Point[]>;
}

/** A component ready for ELK: the graph to run, and how to read its answer. */
export interface ElkComponent {
  graph: ElkNode;
  /** Ids of the edges that lead back. */
  feedback: ReadonlySet<string>;
  read(answer: ElkNode): ComponentLayout;
}

/** Choices that suit some flows and not others; the layout tries them on small ones. */
export interface ElkVariant {
  /** Keeps no room for the labels of edges. */
  noLabels?: boolean;
  /** Everything that leads back runs along one side. */
  oneSide?: boolean;
}

const NODE_SPACING = 48;
const LAYER_SPACING: Readonly<Record<Direction, number>> = { right: 64, down: 48 };
const NOTE_GAP = 24;
const ELK_SIDES: Readonly<Record<Side, string>> = { top: 'NORTH', right: 'EAST', bottom: 'SOUTH', left: 'WEST' };
const LABEL_PLACES: Readonly<Record<Side, string>> = { top: 'OUTSIDE H_CENTER V_TOP', right: 'OUTSIDE H_RIGHT V_CENTER', bottom: 'OUTSIDE H_CENTER V_BOTTOM', left: 'OUTSIDE H_LEFT V_CENTER' };
/** Above this many nodes the slower node placement, which draws more edges straight, costs more than it gives. */
const FINE_PLACEMENT_LIMIT = 32;

/** A component for ELK. `notes`: note id -> node that it annotates; room is kept for them above or below that node. */
export function elkComponent(component: Component, direction: Direction, notes: ReadonlyMap<string, string>, variant: ElkVariant = {}): ElkComponent {
  const bare = prepare(component, direction, notes, variant);
  const noteSides = freeNoteSides(bare.ports, notes, direction);
  // A note whose host has edges on every side is laid out like any other node.
  const attachedIds = new Map([...notes].filter(([, host]) => noteSides.has(host)));
  const { nodes, edges, feedback, ports, ends } = attachedIds.size === notes.size ? bare : prepare(component, direction, attachedIds, variant);
  const children = new Map<string | undefined, ElkNode[]>([[undefined, []]]);
  const frames = component.frames.map((frame): ElkNode => {
    const inside: ElkNode[] = [];
    children.set(frame.id, inside);
    const { top, left, bottom, right } = FRAME_PADDING;
    // Spacings are not inherited: every level needs its own.
    return { id: frame.id, children: inside, layoutOptions: { ...spacingOptions(direction), 'elk.padding': `[top=${top},left=${left},bottom=${bottom},right=${right}]` } };
  });
  const attached = attachedNotes(component.nodes, attachedIds);
  for (const node of nodes) {
    const owner = node.frameId !== undefined && children.has(node.frameId) ? node.frameId : undefined;
    children.get(owner)!.push(elkNode(node, ports.get(node.id)!, attached.get(node.id) ?? [], noteSides.get(node.id)));
  }
  const graph: ElkNode = {
    id: 'root',
    layoutOptions: rootOptions(direction, nodes.length, frames.length > 0),
    children: [...children.get(undefined)!, ...frames.filter((frame) => frame.children!.length > 0)],
    edges: edges.map((edge) => elkEdge(edge, ends.get(edge.id)!, feedback.has(edge.id), variant)),
  };
  return { graph, feedback, read: (answer) => readAnswer(answer, feedback) };
}

function rootOptions(direction: Direction, count: number, nested: boolean): Record<string, string> {
  return {
    'elk.algorithm': 'layered',
    'elk.direction': direction === 'right' ? 'RIGHT' : 'DOWN',
    'elk.edgeRouting': 'ORTHOGONAL',
    'elk.hierarchyHandling': nested ? 'INCLUDE_CHILDREN' : 'SEPARATE_CHILDREN',
    'elk.separateConnectedComponents': 'false',
    'elk.randomSeed': '1',
    'elk.json.edgeCoords': 'ROOT',
    'elk.json.shapeCoords': 'ROOT',
    'elk.padding': '[top=0,left=0,bottom=0,right=0]',
    ...spacingOptions(direction),
    'elk.layered.nodePlacement.strategy': count <= FINE_PLACEMENT_LIMIT ? 'NETWORK_SIMPLEX' : 'BRANDES_KOEPF',
    'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
    'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
    'elk.layered.crossingMinimization.forceNodeModelOrder': 'false',
  };
}

function spacingOptions(direction: Direction): Record<string, string> {
  return {
    'elk.spacing.nodeNode': String(NODE_SPACING),
    'elk.spacing.edgeNode': '28',
    'elk.spacing.edgeEdge': '16',
    'elk.spacing.portPort': '16',
    'elk.spacing.labelNode': '0',
    'elk.spacing.edgeLabel': '4',
    'elk.layered.spacing.nodeNodeBetweenLayers': String(LAYER_SPACING[direction]),
    'elk.layered.spacing.edgeNodeBetweenLayers': '28',
    'elk.layered.spacing.edgeEdgeBetweenLayers': '16',
  };
}

function elkNode(node: Node, ports: ElkPort[], notes: readonly Node[], noteSide: Side | undefined): ElkNode {
  const fixed = hasSingleSlots(node) || node.type === 'condition';
  const out: ElkNode = { id: node.id, ...nodeSize(node), ports, layoutOptions: { 'elk.portConstraints': fixed ? 'FIXED_POS' : 'FIXED_SIDE' } };
  if (noteSide && notes.length > 0) {
    const flat = noteSide === 'left' || noteSide === 'right';
    // A label outside of the node keeps room for the note in the layout.
    out.labels = notes.map((note) => {
      const { width, height } = nodeSize(note);
      const room = flat ? { width: width + NOTE_GAP, height: height + NOTE_GAP } : { width, height: height + NOTE_GAP };
      return { id: note.id, text: ' ', ...room, layoutOptions: { 'elk.nodeLabels.placement': LABEL_PLACES[noteSide] } };
    });
  }
  return out;
}

/** The side of every annotated node that no edge uses; nodes without one are not in it. */
function freeNoteSides(ports: ReadonlyMap<string, readonly ElkPort[]>, notes: ReadonlyMap<string, string>, direction: Direction): Map<string, Side> {
  const order: readonly Side[] = direction === 'right' ? ['top', 'bottom', 'right', 'left'] : ['right', 'left', 'top', 'bottom'];
  const out = new Map<string, Side>();
  for (const host of notes.values()) {
    const used = new Set((ports.get(host) ?? []).map((port) => port.layoutOptions!['elk.port.side']));
    const side = order.find((one) => !used.has(ELK_SIDES[one]));
    if (side && ports.has(host)) out.set(host, side);
  }
  return out;
}

/** Nodes and edges in the order that ELK sees, what leads back, and the ports. */
function prepare(component: Component, direction: Direction, notes: ReadonlyMap<string, string>, variant: ElkVariant) {
  const nodes = readingOrder(component.nodes.filter((node) => !notes.has(node.id)), direction);
  const rank = new Map(nodes.map((node, index) => [node.id, index]));
  const edges = component.edges
    .filter((edge) => rank.has(edge.source) && rank.has(edge.target))
    .map((edge, index) => ({ edge, index }))
    .sort((a, b) => rank.get(a.edge.source)! - rank.get(b.edge.source)! || a.index - b.index)
    .map(({ edge }) => edge);
  const feedback = feedbackEdges(nodes, edges);
  return { nodes, edges, feedback, ...portsOf(nodes, edges, feedback, direction, variant) };
}

/** Ports of every node, and the port ids of every edge. Shapes with single slots have one port a side that edges of one direction share. */
function portsOf(nodes: readonly Node[], edges: readonly Edge[], feedback: ReadonlySet<string>, direction: Direction, variant: ElkVariant) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ports = new Map<string, ElkPort[]>(nodes.map((node) => [node.id, []]));
  const ends = new Map<string, { source: string; target: string }>();
  const sides = sidesByStructure(byId, edges, feedback, direction, variant);
  const portFor = (node: Node, edge: Edge, role: 'source' | 'target', side: Side): string => {
    const list = ports.get(node.id)!;
    const size = nodeSize(node);
    const row = role === 'source' && side === 'right' ? conditionOffset(node, edge.sourcePort) : undefined;
    let at: Point | undefined;
    let id = `${edge.id}:${role}`;
    if (hasSingleSlots(node)) {
      id = `${node.id}:${side}`;
      at = { x: side === 'left' ? 0 : side === 'right' ? size.width : size.width / 2, y: side === 'top' ? 0 : side === 'bottom' ? size.height : size.height / 2 };
    } else if (node.type === 'condition') {
      id = `${node.id}:${role}:${side}:${row ?? ''}`;
      // In and out have slots of their own on every side; the usual ones meet the middle of the head.
      const usual = role === 'source' ? side === 'right' : side === 'left';
      const offset = row ?? (side === 'left' || side === 'right' ? CONDITION_HEAD / (usual ? 2 : 4) : size.width / (role === 'source' ? 3 : 1.5));
      at = { x: side === 'left' ? 0 : side === 'right' ? size.width : offset, y: side === 'top' ? 0 : side === 'bottom' ? size.height : offset };
    }
    if (!list.some((port) => port.id === id)) list.push({ id, width: 0, height: 0, ...at, layoutOptions: { 'elk.port.side': ELK_SIDES[side] } });
    return id;
  };
  for (const edge of edges) {
    const { source, target } = sides.get(edge.id)!;
    ends.set(edge.id, { source: portFor(byId.get(edge.source)!, edge, 'source', source), target: portFor(byId.get(edge.target)!, edge, 'target', target) });
  }
  return { ports, ends };
}

/** Sides before anything has a place: in by the entry, out by the exit; arms of a diamond one a side; what leads back along the cross side. */
function sidesByStructure(nodes: ReadonlyMap<string, Node>, edges: readonly Edge[], feedback: ReadonlySet<string>, direction: Direction, variant: ElkVariant) {
  const { entry, exit, cross } = sidesOf(direction);
  const used = new Map<string, Set<Side>>();
  const backSides = sidesOfFeedback(nodes, edges, feedback, cross, variant.oneSide === true);
  const out = new Map<string, { source: Side; target: Side }>();
  // What leads forward takes the exit first; what leads back never does while another side is free.
  const ordered = [...edges.filter((edge) => !feedback.has(edge.id)), ...edges.filter((edge) => feedback.has(edge.id))];
  for (const edge of ordered) {
    const source = nodes.get(edge.source)!;
    const target = nodes.get(edge.target)!;
    const back = feedback.has(edge.id);
    let from: Side = namedSide(edge.sourcePort) ?? (back ? backSides.get(edge.id)! : exit);
    if (conditionOffset(source, edge.sourcePort) !== undefined) from = 'right';
    else if (hasSingleSlots(source)) {
      const taken = used.get(source.id) ?? new Set<Side>();
      used.set(source.id, taken);
      const wanted = from === entry ? exit : from;
      from = [wanted, ...(back ? [...cross, exit] : [exit, ...cross])].find((side) => !taken.has(side)) ?? wanted;
      taken.add(from);
    }
    let to: Side = namedSide(edge.targetPort) ?? (back && target.type !== 'condition' ? backSides.get(edge.id)! : entry);
    if (hasSingleSlots(target)) to = entry;
    out.set(edge.id, { source: from, target: to });
  }
  return out;
}

/** What leads back runs along the first cross side; where two ways back would have to cross there, one takes the other side. */
function sidesOfFeedback(nodes: ReadonlyMap<string, Node>, edges: readonly Edge[], feedback: ReadonlySet<string>, cross: readonly [Side, Side], oneSide: boolean): Map<string, Side> {
  const ranks = longestRanks([...nodes.values()], edges.filter((edge) => !feedback.has(edge.id)));
  const spans = edges
    .filter((edge) => feedback.has(edge.id))
    .map((edge, index) => ({ id: edge.id, low: ranks.get(edge.target)!, high: ranks.get(edge.source)!, index, movable: !hasSingleSlots(nodes.get(edge.source)!) && !hasSingleSlots(nodes.get(edge.target)!) }))
    .sort((a, b) => Number(a.movable) - Number(b.movable) || a.high - a.low - (b.high - b.low) || a.index - b.index);
  const out = new Map<string, Side>();
  const held: Record<0 | 1, typeof spans> = { 0: [], 1: [] };
  for (const span of spans) {
    const clashes = (side: 0 | 1) => held[side].filter((other) => (other.low < span.low && span.low < other.high && other.high < span.high) || (span.low < other.low && other.low < span.high && span.high < other.high)).length;
    const side = !oneSide && span.movable && clashes(1) < clashes(0) ? 1 : 0;
    held[side].push(span);
    out.set(span.id, cross[side]);
  }
  return out;
}

function attachedNotes(nodes: readonly Node[], notes: ReadonlyMap<string, string>): Map<string, Node[]> {
  const out = new Map<string, Node[]>();
  for (const node of nodes) {
    const host = notes.get(node.id);
    if (host === undefined) continue;
    const list = out.get(host);
    if (list) list.push(node);
    else out.set(host, [node]);
  }
  return out;
}

function elkEdge(edge: Edge, ports: { source: string; target: string }, reversed: boolean, variant: ElkVariant): ElkExtendedEdge {
  const text = edge.data.label ?? '';
  const { source, target } = ports;
  return {
    id: edge.id,
    // What leads back goes to ELK the other way round: the cycles are then broken where we say, not where ELK finds it cheap.
    sources: [reversed ? target : source],
    targets: [reversed ? source : target],
    ...(text && !variant.noLabels ? { labels: [{ text, ...labelSize(text), layoutOptions: { 'elk.edgeLabels.inline': 'true' } }] } : {}),
  };
}

/** Without the noise of sums of fractions, which would make one line of two. */
function rounded(point: Point): Point {
  return { x: Math.round(point.x * 1000) / 1000, y: Math.round(point.y * 1000) / 1000 };
}

function readAnswer(answer: ElkNode, feedback: ReadonlySet<string>): ComponentLayout {
  const positions = new Map<string, Point>();
  const routes = new Map<string, Point[]>();
  const visit = (parent: ElkNode): void => {
    for (const edge of parent.edges ?? []) {
      const section = edge.sections?.[0];
      if (!section) continue;
      const points = simplify([section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map(rounded));
      // What ELK did not draw at right angles is left to our own router.
      const square = points.length > 1 && points.every((point, index) => index === 0 || point.x === points[index - 1]!.x || point.y === points[index - 1]!.y);
      if (square) routes.set(edge.id, feedback.has(edge.id) ? points.reverse() : points);
    }
    for (const child of parent.children ?? []) {
      if (child.children && child.children.length > 0) {
        visit(child);
        continue;
      }
      const at = { x: child.x ?? 0, y: child.y ?? 0 };
      positions.set(child.id, at);
      for (const label of child.labels ?? []) {
        // The label is larger than the note by the gap, on the side of the node; with these options it counts from the root.
        const [x, y] = [label.x ?? 0, label.y ?? 0];
        const [right, below] = [x >= at.x + (child.width ?? 0), y >= at.y + (child.height ?? 0)];
        positions.set(label.id!, { x: x + (right ? NOTE_GAP : 0), y: y + (below ? NOTE_GAP : 0) });
      }
    }
  };
  visit(answer);
  return { positions, routes };
}
