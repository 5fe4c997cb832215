import { describe, expect, it } from 'vitest';
import type { Edge, FlowView, Node, Point } from '../flow/schema.ts';
import { nodeRect, routeStands } from './drawn.ts';
import { flowOf, seeded, shuffled, viewOf } from './fixtures.ts';
import { sideAt } from './geometry.ts';
import { measureLayout } from './quality.ts';
import { routeEdges } from './routeEdges.ts';
import { viewWithLayout } from './viewWithLayout.ts';

function placed(lines: string, at: Record<string, Point>): FlowView {
  return viewWithLayout(flowOf(lines), { positions: new Map(Object.entries(at).map(([name, point]) => [`node_${name}`, point])) });
}

function routed(view: FlowView): FlowView {
  return viewWithLayout(view, { routes: routeEdges(view) });
}

/** Nodes in loose cells and random edges between them. */
function scattered(random: () => number, columns: number, edges: number): FlowView {
  const node = new Map<string, Node>();
  for (let index = 0; index < columns * columns; index++) {
    const id = `node_${String(index).padStart(3, '0')}`;
    const type = random() < 0.25 ? 'decision' : random() < 0.1 ? 'end' : 'screen';
    const position = { x: 64 + (index % columns) * 400 + Math.floor(random() * 80), y: 64 + Math.floor(index / columns) * 280 + Math.floor(random() * 80) };
    node.set(id, { id, type, position, data: { title: id } });
  }
  const ids = [...node.keys()];
  const edge = new Map<string, Edge>();
  for (let index = 0; index < edges; index++) {
    const id = `edge_${String(index).padStart(3, '0')}`;
    edge.set(id, { id, source: ids[Math.floor(random() * ids.length)]!, target: ids[Math.floor(random() * ids.length)]!, data: {} });
  }
  return viewOf(node, edge);
}

describe('routeEdges', () => {
  it('runs straight between nodes that face each other', () => {
    const view = placed('a > b', { a: { x: 64, y: 64 }, b: { x: 480, y: 96 } });
    const [route] = routeEdges(view).values();
    expect(route).toHaveLength(2);
    expect(route![0]!.y).toBe(route![1]!.y);
  });

  it('goes around a node in the way and keeps 15 px from it', () => {
    const view = routed(placed('a > c\nb', { a: { x: 64, y: 300 }, b: { x: 480, y: 300 }, c: { x: 900, y: 300 } }));
    expect(measureLayout(view)).toMatchObject({ edgesThroughNodes: 0, edgesTooNear: 0 });
    expect([...view.edge.values()][0]!.route!.length).toBeGreaterThan(2);
  });

  it('gives parallel edges lanes and slots of their own', () => {
    const view = routed(placed('a > b\na > b\nb > a\na > b', { a: { x: 64, y: 64 }, b: { x: 640, y: 400 } }));
    const ends = [...view.edge.values()].flatMap(({ route }) => [route![0]!, route!.at(-1)!]).map(({ x, y }) => `${x} ${y}`);
    expect(new Set(ends).size).toBe(8);
    const upright = [...view.edge.values()].flatMap(({ route }) => route!.slice(1).flatMap((b, index) => (route![index]!.x === b.x && Math.abs(route![index]!.y - b.y) > 60 ? [b.x] : [])));
    expect(new Set(upright).size).toBe(upright.length);
  });

  it('leaves a decision by one side an arm', () => {
    const view = routed(placed('in > decision\ndecision > a\ndecision > b\ndecision > c', { in: { x: 64, y: 400 }, decision: { x: 480, y: 400 }, a: { x: 900, y: 64 }, b: { x: 900, y: 400 }, c: { x: 900, y: 800 } }));
    const rect = nodeRect(view.node.get('node_decision')!);
    const sides = [...view.edge.values()].map((edge) => (edge.source === 'node_decision' ? sideAt(rect, edge.route![0]!) : sideAt(rect, edge.route!.at(-1)!)));
    expect(sides[0]).toBe('left');
    expect(new Set(sides).size).toBe(4);
  });

  it('keeps every end on its node, orthogonal, clear of foreign nodes and of shared slots, on random canvases', () => {
    for (let seed = 1; seed <= 15; seed++) {
      const view = scattered(seeded(seed * 31), 3 + (seed % 4), 6 + seed);
      const after = routed(view);
      for (const edge of after.edge.values()) {
        expect(routeStands(after, edge), `seed ${seed}: ${edge.id}`).toBe(true);
        edge.route!.forEach((point, index) => {
          const before = edge.route![index - 1];
          if (before) expect(point.x === before.x || point.y === before.y, `seed ${seed}: ${edge.id}`).toBe(true);
        });
      }
      const quality = measureLayout(after);
      expect(quality.edgesThroughNodes, `seed ${seed}`).toBe(0);
      expect(quality.sharedSlots, `seed ${seed}`).toBe(0);
      expect(routeEdges(shuffled(view, seeded(seed))), `seed ${seed}`).toEqual(routeEdges(view));
    }
  });

  it('routes what it is asked for and nothing else', () => {
    const view = routed(placed('a > b\nb > c\nc > a', { a: { x: 64, y: 64 }, b: { x: 480, y: 64 }, c: { x: 480, y: 400 } }));
    const [first] = [...view.edge.keys()];
    expect([...routeEdges(view, [first!, 'edge_unknown']).keys()]).toEqual([first]);
    expect(routeEdges(view).size).toBe(0);
    const moved = viewWithLayout(view, { positions: new Map([['node_c', { x: 900, y: 400 }]]) });
    expect([...routeEdges(moved).keys()].sort()).toEqual([...view.edge.keys()].slice(1).sort());
  });

  it('still draws something between nodes that lie on each other', () => {
    const view = placed('a > b', { a: { x: 64, y: 64 }, b: { x: 96, y: 80 } });
    const [route] = routeEdges(view).values();
    expect(route!.length).toBeGreaterThanOrEqual(2);
    expect(route!.every((point) => Number.isFinite(point.x) && Number.isFinite(point.y))).toBe(true);
  });
});
