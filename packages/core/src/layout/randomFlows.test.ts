/** The facts that hold for every layout of every flow, on random ones; each failure names its seed. */
import { describe, expect, it } from 'vitest';
import Elk, { type ElkNode } from 'elkjs/lib/elk.bundled.js';
import type { FlowView, Node } from '../flow/schema.ts';
import { routeStands } from './drawn.ts';
import { randomFlow, seeded, shuffled, viewOf } from './fixtures.ts';
import { layoutWhole } from './layoutWhole.ts';
import { layoutAdditions } from './placeAdditions.ts';
import { measureLayout } from './quality.ts';
import { viewWithLayout } from './viewWithLayout.ts';

const elk = new (Elk as unknown as new () => { layout: (graph: ElkNode) => Promise<ElkNode> })();
const runElk = (graph: ElkNode) => elk.layout(graph);

describe('random flows', () => {
  it('are laid out without a fault', async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const view = randomFlow(seeded(seed * 977));
      const result = await layoutWhole(view, { runElk });
      const after = viewWithLayout(view, result);
      const quality = measureLayout(after);
      expect(quality, `seed ${seed}`).toMatchObject({ overlaps: 0, edgesThroughNodes: 0, sharedSlots: 0, childrenInFrames: 1, negative: 0 });
      expect(quality.minGap, `seed ${seed}`).toBeGreaterThanOrEqual(20);
      expectSquare(after, seed);
      if (seed % 10 === 0) expect(await layoutWhole(shuffled(view, seeded(seed)), { runElk }), `seed ${seed}`).toEqual(result);
    }
  });

  it('take additions without moving anything and without a new fault', async () => {
    for (let seed = 1; seed <= 25; seed++) {
      const random = seeded(seed * 1543);
      const base = randomFlow(random);
      const laid = viewWithLayout(base, await layoutWhole(base, { runElk }));
      const donor = randomFlow(random);
      const node = new Map(laid.node);
      const edge = new Map(laid.edge);
      const added: string[] = [];
      const old = [...laid.node.keys()];
      for (const one of [...donor.node.values()].slice(0, 1 + Math.floor(random() * 6))) {
        const { frameId: _, ...rest } = one;
        const frameId = laid.frame.size > 0 && random() < 0.3 ? [...laid.frame.keys()][0] : undefined;
        const id = `node_more_${one.id}`;
        node.set(id, { ...rest, id, ...(frameId ? { frameId } : {}) } as Node);
        const other = added.length > 0 && random() < 0.4 ? added.at(-1)! : old[Math.floor(random() * old.length)]!;
        if (random() < 0.85) edge.set(`edge_more_${one.id}`, { id: `edge_more_${one.id}`, source: other, target: id, data: {} });
        added.push(id);
      }
      const view = viewOf(node, edge, laid.frame);
      const places = layoutAdditions(view, added);
      const after = viewWithLayout(view, places);
      for (const id of old) expect(after.node.get(id), `seed ${seed}`).toBe(laid.node.get(id));
      const quality = measureLayout(after);
      // A frame that others wall in may grow over them when a member is added; nodes never come to lie on nodes.
      expect(quality, `seed ${seed}`).toMatchObject({ sharedSlots: 0, childrenInFrames: 1 });
      expect(quality.minGap, `seed ${seed}`).toBeGreaterThanOrEqual(20);
      expect(quality.edgesThroughNodes, `seed ${seed}`).toBe(0);
      expectSquare(after, seed);
    }
  });
});

/** Every route stands and runs at right angles. */
function expectSquare(view: FlowView, seed: number): void {
  for (const edge of view.edge.values()) {
    expect(routeStands(view, edge), `seed ${seed}: ${edge.id}`).toBe(true);
    edge.route!.forEach((point, index) => {
      const before = edge.route![index - 1];
      if (before) expect(point.x === before.x || point.y === before.y, `seed ${seed}: ${edge.id} ${JSON.stringify(edge.route)}`).toBe(true);
    });
  }
}
