/** Lays a whole flow out: ELK for every connected component, then own code for anchors, notes, packing and the grid. */
import type { ElkNode } from 'elkjs/lib/elk-api.js';
import type { FlowView, Point, Size } from '../flow/schema.ts';
import { addAnchors, isAnchor, settleAroundAnchors } from './anchors.ts';
import { membersRect, nodeRect, routeStands } from './drawn.ts';
import { elkComponent, type ComponentLayout, type ElkVariant } from './elkGraph.ts';
import { FreeSpace } from './freeSpace.ts';
import { boundsOf, compareText, EDGE_CLEARANCE, inflate, NODE_GAP, rectAt, type Rect } from './geometry.ts';
import { annotatedNodes, componentsOf, feedbackEdges, flowDirection, longestRanks, readingOrder, type Component, type Direction } from './graph.ts';
import { alignToGrid } from './gridAlign.ts';
import { nodeSize } from './nodeSize.ts';
import { COMPONENT_GAP, packRects } from './packing.ts';
import { measureLayout, pathMeets, type LayoutQuality } from './quality.ts';
import { routeEdges } from './routeEdges.ts';
import { viewWithLayout } from './viewWithLayout.ts';

/** Runs one ELK graph; the engine's `createElkRunner` does it on a worker. */
export type ElkRunner = (graph: ElkNode, signal?: AbortSignal) => Promise<ElkNode>;

/** Something that the person should know of a layout; the screen says it in its language. */
export type LayoutWarning =
  | { code: 'LAYOUT_FEEDBACK_EDGE'; params: { edgeId: string; sourceId: string; targetId: string } }
  | { code: 'LAYOUT_ANCHORS_OVERLAP'; params: { nodeId: string; otherId: string } };

/** A whole layout: a place for every node (anchors: their own), a rectangle for every frame, a route for every edge. */
export interface LayoutResult {
  direction: Direction;
  positions: Map<string, Point>;
  frames: Map<string, { position: Point; size: Size }>;
  routes: Map<string, Point[]>;
  warnings: LayoutWarning[];
}

export interface LayoutOptions {
  /** Main reading direction; without it the flow's own setting counts, and without that the structure decides. */
  direction?: Direction;
  runElk: ElkRunner;
  signal?: AbortSignal;
}

/** Smallest x and y that a layout gives to what it may move, px. */
export const ORIGIN: Readonly<Point> = { x: 64, y: 64 };
/** Up to this many nodes several ways are tried and the best one is kept. */
const TRIAL_LIMIT = 40;
/** What is tried there, until one is free of faults. */
const TRIALS: readonly (readonly [Direction, ElkVariant])[] = [
  ['right', {}],
  ['down', {}],
  ['right', { oneSide: true }],
  ['down', { oneSide: true }],
  ['right', { noLabels: true }],
  ['down', { noLabels: true }],
];
/** Width that a flow of 15 nodes should stay under, px. */
const WIDTH_LIMIT = 1500;

/**
 * Arranges the whole view; a view that is laid out already, and no worse, stays as it is. The same view gives the same layout, in whatever order its records were inserted. Rejects with what
 * `runElk` rejects with, and with the signal's reason when it is aborted; nothing has changed then.
 */
export async function layoutWhole(view: FlowView, options: LayoutOptions): Promise<LayoutResult> {
  const notes = attachableNotes(view);
  const components = componentsOf(view);
  const direction = options.direction ?? view.flow.settings?.direction;
  const laid = await layComponents(view, components, notes, direction, options);
  const warnings = laid.layouts.flatMap(({ feedback }) => feedback).sort((a, b) => compareText(a.params.edgeId, b.params.edgeId));
  const positions = new Map<string, Point>();
  const frames = new Map<string, { position: Point; size: Size }>();
  const routes = new Map<string, Point[]>();
  const space = new FreeSpace();
  const clashes: LayoutWarning[] = addAnchors(view, space).map(([otherId, nodeId]) => ({ code: 'LAYOUT_ANCHORS_OVERLAP', params: { nodeId, otherId } }));
  const held = components.map((component) => component.nodes.some(isAnchor));
  const shifts = new Map<Component, Point>();
  components.forEach((component, index) => {
    if (!held[index]) return;
    const layout = laid.layouts[index]!.layout;
    const settled = settleAroundAnchors(view, component.nodes, layout.positions, space, ORIGIN);
    for (const [id, point] of settled.positions) positions.set(id, point);
    shifts.set(component, settled.shift);
  });
  const free = components.map((component, index) => ({ component, layout: laid.layouts[index]!.layout })).filter((_, index) => !held[index]);
  const boxes = free.map(({ component, layout }) => boxOf(component, layout));
  const corners = held.some(Boolean) ? cornersAround(boxes, space) : packRects(boxes, ORIGIN);
  free.forEach(({ layout }, index) => {
    const [box, corner] = [boxes[index]!, corners[index]!];
    const by = { x: corner.x - box.x, y: corner.y - box.y };
    for (const [id, point] of layout.positions) positions.set(id, { x: point.x + by.x, y: point.y + by.y });
    for (const [id, route] of layout.routes) routes.set(id, route.map((point) => ({ x: point.x + by.x, y: point.y + by.y })));
    for (const frame of free[index]!.component.frames) if (free[index]!.component.nodes.length === 0) frames.set(frame.id, { position: corner, size: frame.size });
  });
  for (const frame of view.frame.values()) {
    const members = [...view.node.values()].filter((node) => node.frameId === frame.id).map((node) => nodeRect(node, positions.get(node.id)!));
    const rect = membersRect(members);
    if (rect) frames.set(frame.id, { position: { x: rect.x, y: rect.y }, size: { width: rect.width, height: rect.height } });
  }
  components.forEach((component, index) => {
    const shift = shifts.get(component);
    if (shift) keepRoutes(view, component, laid.layouts[index]!.layout, shift, positions, routes);
  });
  const stripped = new Map<string, Point[] | undefined>([...view.edge.keys()].map((id) => [id, routes.get(id)]));
  const placed = viewWithLayout(view, { positions, frames, routes: stripped });
  const drawn = { ...placed, flow: { ...placed.flow, settings: { ...placed.flow.settings, direction: laid.direction } } };
  for (const [id, route] of routeEdges(drawn)) routes.set(id, route);
  const result = { direction: laid.direction, positions: sorted(positions), frames: sorted(frames), routes: sorted(routes), warnings: [...warnings, ...clashes] };
  return isAsGood(view, viewWithLayout(view, result)) && flowDirection(view) === laid.direction ? asItStands(view, result) : result;
}

/** True when the view is laid out already, without a fault, and the new layout is no better: then nothing should move. */
function isAsGood(view: FlowView, laid: FlowView): boolean {
  if (![...view.edge.values()].every((edge) => routeStands(view, edge))) return false;
  const [now, then] = [measureLayout(view), measureLayout(laid)];
  if (now.overlaps + now.negative + now.sharedSlots + now.edgesThroughNodes > 0 || now.minGap < NODE_GAP || now.childrenInFrames < 1) return false;
  const limit = widthLimit(now.nodes);
  return costOf(now, now, limit) <= costOf(then, then, limit);
}

function asItStands(view: FlowView, result: LayoutResult): LayoutResult {
  return {
    ...result,
    positions: new Map([...result.positions.keys()].map((id) => [id, view.node.get(id)!.position])),
    frames: new Map([...result.frames.keys()].map((id) => [id, { position: view.frame.get(id)!.position, size: view.frame.get(id)!.size }])),
    routes: new Map([...result.routes.keys()].map((id) => [id, view.edge.get(id)!.route!])),
  };
}

interface LaidComponent {
  layout: ComponentLayout;
  feedback: Extract<LayoutWarning, { code: 'LAYOUT_FEEDBACK_EDGE' }>[];
}

/** Every component by ELK. Where no direction is given, the largest component decides for all: one flow reads one way. */
async function layComponents(view: FlowView, components: readonly Component[], notes: ReadonlyMap<string, string>, wished: Direction | undefined, options: LayoutOptions) {
  const main = components[0];
  let direction: Direction = wished ?? 'right';
  const layouts: LaidComponent[] = [];
  if (main && main.nodes.length > 1) {
    const limit = widthLimit(main.nodes.length);
    const sides = wished ? [wished] : directionsOf(main, notes, limit);
    direction = sides[0]!;
    let best: { laid: LaidComponent; cost: number } | undefined;
    for (const [side, variant] of main.nodes.length > TRIAL_LIMIT ? [[direction, {}] as const] : TRIALS.filter(([one]) => sides.includes(one))) {
      const laid = await layComponent(main, side, notes, options, variant);
      const [quality, box] = [partQuality(view, main, laid.layout), boxOf(main, laid.layout)];
      const cost = costOf(quality, box, limit);
      if (!best || cost < best.cost) {
        best = { laid, cost };
        direction = side;
      }
      if (quality.crossings + quality.labelOverlaps === 0 && quality.areaUse > 0.2 && (wished || box.width <= limit)) break;
    }
    layouts.push(best!.laid);
  }
  for (const component of components.slice(layouts.length)) layouts.push(await layComponent(component, direction, notes, options));
  return { direction, layouts };
}

async function layComponent(component: Component, direction: Direction, notes: ReadonlyMap<string, string>, options: LayoutOptions, variant: ElkVariant = {}): Promise<LaidComponent> {
  options.signal?.throwIfAborted();
  const [only] = component.nodes;
  if (!only || (component.nodes.length === 1 && component.edges.length === 0)) {
    return { layout: { positions: new Map(only ? [[only.id, { x: 0, y: 0 }]] : []), routes: new Map() }, feedback: [] };
  }
  const { graph, feedback, read } = elkComponent(component, direction, notes, variant);
  const layout = read(await options.runElk(graph, options.signal));
  const ends = new Map(component.edges.map((edge) => [edge.id, { source: edge.source, target: edge.target }]));
  const together = component.nodes.filter((node) => notes.has(node.id)).map((node) => [notes.get(node.id)!, node.id] as const);
  return {
    layout: alignToGrid(layout, ends, together),
    feedback: component.edges.filter((edge) => feedback.has(edge.id)).map((edge) => ({ code: 'LAYOUT_FEEDBACK_EDGE', params: { edgeId: edge.id, sourceId: edge.source, targetId: edge.target } })),
  };
}

/** Notes that get their place beside the node that they annotate: those that may move and stand in the same frame. */
function attachableNotes(view: FlowView): Map<string, string> {
  return new Map([...annotatedNodes(view)].filter(([noteId, hostId]) => {
    const note = view.node.get(noteId)!;
    return !isAnchor(note) && note.frameId === view.node.get(hostId)!.frameId;
  }));
}

/** The rectangle that a component takes with its frames and routes; an empty frame takes its own size. */
function boxOf(component: Component, layout: ComponentLayout): Rect {
  if (component.nodes.length === 0) return rectAt({ x: 0, y: 0 }, component.frames[0]!.size);
  const rects: Rect[] = [];
  const framed = new Map<string, Rect[]>();
  for (const node of component.nodes) {
    const rect = nodeRect(node, layout.positions.get(node.id)!);
    rects.push(rect);
    if (node.frameId !== undefined) framed.set(node.frameId, [...(framed.get(node.frameId) ?? []), rect]);
  }
  for (const frame of component.frames) {
    const rect = membersRect(framed.get(frame.id) ?? []);
    if (rect) rects.push(rect);
  }
  const lines = [...layout.routes.values()].flat().map((point) => rectAt(point, { width: 0, height: 0 }));
  const box = boundsOf([...rects, ...lines])!;
  // On the grid, so that packing does not take the nodes off it.
  const [x, y] = [Math.floor(box.x / 16) * 16, Math.floor(box.y / 16) * 16];
  return { x, y, width: box.x + box.width - x, height: box.y + box.height - y };
}

/** Keeps ELK's routes between nodes that stand where ELK wanted them, unless another node came in their way. */
function keepRoutes(view: FlowView, component: Component, layout: ComponentLayout, shift: Point, positions: ReadonlyMap<string, Point>, routes: Map<string, Point[]>): void {
  const kept = (id: string): boolean => {
    const [ideal, real] = [layout.positions.get(id), positions.get(id)];
    return ideal !== undefined && real !== undefined && real.x === ideal.x + shift.x && real.y === ideal.y + shift.y;
  };
  const rects = [...view.node.values()].map((node) => ({ id: node.id, rect: inflate(nodeRect(node, positions.get(node.id)!), EDGE_CLEARANCE - 2) }));
  for (const edge of component.edges) {
    const route = layout.routes.get(edge.id)?.map((point) => ({ x: point.x + shift.x, y: point.y + shift.y }));
    if (!route || !kept(edge.source) || !kept(edge.target)) continue;
    if (rects.every(({ id, rect }) => id === edge.source || id === edge.target || !pathMeets(rect, route))) routes.set(edge.id, route);
  }
}

/** Corners for whole components beside what stands already. */
function cornersAround(boxes: readonly Rect[], space: FreeSpace): Point[] {
  return boxes.map((box, index) => {
    const place = space.nearest({ wanted: { ...ORIGIN }, size: box, gap: COMPONENT_GAP, least: ORIGIN, weights: { left: 1, right: 1.4, up: 1, down: 1 } })!;
    space.add(`component ${index}`, rectAt(place.position, box));
    return place.position;
  });
}

/** Directions worth trying, the likelier first: one alone where the ranks leave no doubt. */
function directionsOf(component: Component, notes: ReadonlyMap<string, string>, limit: number): Direction[] {
  const [right, down] = [estimate(component, notes, 'right'), estimate(component, notes, 'down')];
  if (right.width > limit && down.width < right.width) return right.width > 1.5 * limit && down.width <= limit ? ['down'] : ['down', 'right'];
  return ['right', 'down'];
}

/** About how large a component becomes in a direction, from its ranks alone, px. */
function estimate(component: Component, notes: ReadonlyMap<string, string>, direction: Direction): Size {
  const nodes = readingOrder(component.nodes.filter((node) => !notes.has(node.id)), direction);
  const feedback = feedbackEdges(nodes, component.edges);
  const ranks = longestRanks(nodes, component.edges.filter((edge) => !feedback.has(edge.id)));
  const rows: { along: number; across: number }[] = [];
  for (const node of nodes) {
    const size = nodeSize(node);
    const row = (rows[ranks.get(node.id)!] ??= { along: 0, across: 0 });
    row.along = Math.max(row.along, (direction === 'right' ? size.width : size.height) + 64);
    row.across += (direction === 'right' ? size.height : size.width) + 48;
  }
  const along = rows.reduce((sum, row) => sum + (row?.along ?? 0), 0);
  const across = Math.max(0, ...rows.map((row) => row?.across ?? 0));
  return direction === 'right' ? { width: along, height: across } : { width: across, height: along };
}

function widthLimit(count: number): number {
  return count <= 15 ? WIDTH_LIMIT : WIDTH_LIMIT * Math.sqrt(count / 15);
}

/** What a component's layout costs the reader: width over the limit first, then crossings, hidden labels, empty area and bends. */
function costOf(quality: LayoutQuality, box: Size, limit: number): number {
  const faults = quality.crossings * 120 + quality.labelOverlaps * 160 + quality.edgesThroughNodes * 1000 + (quality.areaUse < 0.2 ? 1000 : 0);
  return Math.max(0, box.width - limit) * 4 + faults + quality.bends * 8 + box.height * 0.25 + box.width * 0.1;
}

function partQuality(view: FlowView, component: Component, layout: ComponentLayout): LayoutQuality {
  const part: FlowView = {
    ...view,
    node: new Map(component.nodes.map((node) => [node.id, node])),
    edge: new Map(component.edges.map((edge) => [edge.id, edge])),
    frame: new Map(),
  };
  return measureLayout(viewWithLayout(part, { positions: layout.positions, routes: layout.routes }));
}

function sorted<T>(map: Map<string, T>): Map<string, T> {
  return new Map([...map].sort(([a], [b]) => compareText(a, b)));
}
