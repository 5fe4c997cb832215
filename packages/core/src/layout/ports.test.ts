import { describe, expect, it } from 'vitest';
import type { FlowView, Point } from '../flow/schema.ts';
import { nodeRect } from './drawn.ts';
import { flowOf, seeded, shuffled, viewOf, grownFlow, withPositions } from './fixtures.ts';
import { sideAt } from './geometry.ts';
import { portPoints, stepPath } from './ports.ts';
import { viewWithLayout } from './viewWithLayout.ts';

function placed(lines: string, at: Record<string, Point>, direction: 'right' | 'down' = 'right'): FlowView {
  const base = flowOf(lines);
  const view = { ...base, flow: { ...base.flow, settings: { direction } } };
  return viewWithLayout(view, { positions: new Map(Object.entries(at).map(([name, point]) => [`node_${name}`, point])) });
}

const sidesOf = (view: FlowView) => [...portPoints(view).values()].map(({ source, target }) => `${source.side}-${target.side}`);

describe('portPoints', () => {
  it('leaves and enters by the sides that face each other', () => {
    expect(sidesOf(placed('a > b', { a: { x: 0, y: 0 }, b: { x: 500, y: 0 } }))).toEqual(['right-left']);
    expect(sidesOf(placed('a > b', { a: { x: 0, y: 0 }, b: { x: 0, y: 400 } }))).toEqual(['bottom-top']);
    expect(sidesOf(placed('a > b', { a: { x: 0, y: 0 }, b: { x: 500, y: 400 } }, 'down'))).toEqual(['bottom-top']);
  });

  it('leads back along the cross side', () => {
    expect(sidesOf(placed('a > b\nb > a', { a: { x: 0, y: 0 }, b: { x: 500, y: 0 } }))).toEqual(['right-left', 'bottom-bottom']);
    expect(sidesOf(placed('a > b\nb > a', { a: { x: 0, y: 0 }, b: { x: 0, y: 400 } }, 'down'))).toEqual(['bottom-top', 'right-right']);
  });

  it('takes a named side and the row of a condition', () => {
    const base = placed('condition > a\nb > c', { condition: { x: 0, y: 0 }, a: { x: 600, y: 0 }, b: { x: 0, y: 600 }, c: { x: 600, y: 600 } });
    const node = new Map(base.node);
    node.set('node_condition', { ...node.get('node_condition')!, conditions: { item_1: { order: 'a', label: 'one' }, item_2: { order: 'b', label: 'two' } } });
    const [first, second] = [...base.edge.values()];
    const edge = new Map([[first!.id, { ...first!, sourcePort: 'item_2' }], [second!.id, { ...second!, sourcePort: 'top', targetPort: 'bottom' }]]);
    const ports = portPoints({ ...base, node, edge });
    expect(ports.get(first!.id)!.source).toEqual({ side: 'right', point: { x: 224, y: 64 + 32 + 16 } });
    expect([ports.get(second!.id)!.source.side, ports.get(second!.id)!.target.side]).toEqual(['top', 'bottom']);
  });

  it('keeps the ends of a route that stands and drops those of one that does not', () => {
    const base = placed('a > b', { a: { x: 0, y: 0 }, b: { x: 500, y: 0 } });
    const [edge] = [...base.edge.values()];
    const withRoute = (route: Point[]) => viewOf(base.node, new Map([[edge!.id, { ...edge!, route }]]));
    expect(portPoints(withRoute([{ x: 256, y: 20 }, { x: 500, y: 20 }])).get(edge!.id)!.source.point).toEqual({ x: 256, y: 20 });
    expect(portPoints(withRoute([{ x: 300, y: 20 }, { x: 500, y: 20 }])).get(edge!.id)!.source.point).toEqual({ x: 256, y: 64 });
  });

  it('never gives a slot to edges of both directions, whatever stands where', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = seeded(seed * 101);
      const view = withPositions(grownFlow(10 + (seed % 30), random), random, 2500);
      const ports = portPoints(view);
      const slots = new Map<string, string>();
      for (const [id, { source, target }] of ports) {
        const edge = view.edge.get(id)!;
        for (const [role, nodeId, end] of [['out', edge.source, source], ['in', edge.target, target]] as const) {
          expect(sideAt(nodeRect(view.node.get(nodeId)!), end.point), `seed ${seed}: ${id}`).toBeDefined();
          const key = `${nodeId} ${end.point.x} ${end.point.y}`;
          expect(slots.get(key) ?? role, `seed ${seed}: ${key}`).toBe(role);
          slots.set(key, role);
        }
        const path = stepPath({ source, target });
        path.forEach((point, index) => {
          const before = path[index - 1];
          if (before) expect(point.x === before.x || point.y === before.y, `seed ${seed}: ${id}`).toBe(true);
        });
      }
      expect(new Map([...portPoints(shuffled(view, random))].sort()), `seed ${seed}`).toEqual(new Map([...ports].sort()));
    }
  });
});
