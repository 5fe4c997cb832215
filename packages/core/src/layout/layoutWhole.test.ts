import { afterAll, describe, expect, it } from 'vitest';
import Elk, { type ElkNode } from 'elkjs/lib/elk.bundled.js';
import { createElkRunner } from '../engine/elkRunner.ts';
import type { FlowView, Node } from '../flow/schema.ts';
import { nodeRect } from './drawn.ts';
import { flowOf, grownFlow, layoutFixtures, seeded, shuffled, viewOf, withPositions } from './fixtures.ts';
import { gapBetween, overlaps, rectAt, sideAt } from './geometry.ts';
import { layoutIntent } from './layoutIntent.ts';
import { isAnchor } from './anchors.ts';
import { layoutWhole, type ElkRunner, type LayoutResult } from './layoutWhole.ts';
import { measureLayout } from './quality.ts';
import { viewWithLayout } from './viewWithLayout.ts';

const elk = new (Elk as unknown as new () => { layout: (graph: ElkNode) => Promise<ElkNode> })();
/** The real ELK on this thread: the worker has its own test. */
const runElk: ElkRunner = (graph) => elk.layout(graph);

const worker = createElkRunner();
afterAll(() => worker.close());

describe('layoutWhole', () => {
  for (const [name, make] of Object.entries(layoutFixtures)) {
    it(`meets every gate on: ${name}`, async () => {
      const before = make();
      const result = await layoutWhole(before, { runElk });
      const view = viewWithLayout(before, result);
      const quality = measureLayout(view);
      expect(quality.overlaps).toBe(0);
      expect(quality.minGap).toBeGreaterThanOrEqual(20);
      expect(quality.edgesThroughNodes).toBe(0);
      expect(quality.edgesTooNear).toBe(0);
      expect(quality.sharedSlots).toBe(0);
      expect(quality.childrenInFrames).toBe(1);
      expect(quality.negative).toBe(0);
      expect(quality.areaUse).toBeGreaterThan(0.2);
      expect(quality.width).toBeLessThan(1500);
      expect(quality.labelOverlaps).toBe(0);
      expect(quality.crossings).toBeLessThan(Math.max(1, quality.edges * 0.1));
      for (const node of view.node.values()) {
        if (isAnchor(node)) expect(node.position).toEqual(before.node.get(node.id)!.position);
        else expect(Math.min(node.position.x, node.position.y)).toBeGreaterThanOrEqual(50);
      }
      expectRoutes(view, result);
    });
  }

  it('gives the same layout whatever the order of insertion', async () => {
    for (const [name, make] of Object.entries(layoutFixtures)) {
      const view = make();
      const first = await layoutWhole(view, { runElk });
      for (const seed of [3]) expect(await layoutWhole(shuffled(view, seeded(seed)), { runElk }), `${name}, seed ${seed}`).toEqual(first);
    }
  });

  it('moves nothing that it has laid out itself', async () => {
    for (const view of [layoutFixtures.frames!(), layoutFixtures.complex!(), grownFlow(60, seeded(10))]) {
      const once = viewWithLayout(view, await layoutWhole(view, { runElk }));
      const twice = viewWithLayout(once, await layoutWhole(once, { runElk }));
      const again = await layoutWhole(twice, { runElk });
      expect(layoutIntent(twice, again)).toEqual([]);
    }
  });

  it('runs through the real worker with the same result', async () => {
    const view = layoutFixtures.complex!();
    expect(await layoutWhole(view, { runElk: worker })).toEqual(await layoutWhole(view, { runElk }));
  });

  it('follows a wished direction and the setting of the flow', async () => {
    const view = layoutFixtures.branching!();
    for (const direction of ['right', 'down'] as const) {
      const set: FlowView = { ...view, flow: { ...view.flow, settings: { direction } } };
      const [wished, bySetting] = [await layoutWhole(view, { runElk, direction }), await layoutWhole(set, { runElk })];
      expect(bySetting.positions).toEqual(wished.positions);
      const [start, end] = [wished.positions.get('node_start')!, wished.positions.get('node_end')!];
      const reach = { right: end.x - start.x, down: end.y - start.y };
      expect(reach[direction]).toBeGreaterThan(1000);
    }
  });

  it('takes wide flows down and shallow ones to the right when nobody chose', async () => {
    expect((await layoutWhole(layoutFixtures.linear!(), { runElk })).direction).toBe('down');
    expect((await layoutWhole(layoutFixtures.tree!(), { runElk })).direction).toBe('right');
  });

  it('names the edges that lead back', async () => {
    const result = await layoutWhole(layoutFixtures.cycles!(), { runElk });
    const pairs = result.warnings.map((warning) => (warning.code === 'LAYOUT_FEEDBACK_EDGE' ? `${warning.params.sourceId} ${warning.params.targetId}` : warning.code));
    expect(pairs.sort()).toEqual(['node_archive node_review', 'node_decision_fine node_edit', 'node_watch node_edit', 'node_watch node_watch']);
  });

  it('never moves an anchor and never lays a node over one, on random flows', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const random = seeded(seed);
      const loose = withPositions(grownFlow(18, random), random, 1600);
      const view = viewOf(new Map([...loose.node].map(([id, node]): [string, Node] => [id, random() < 0.25 ? { ...node, pinned: true } : node])), loose.edge);
      const result = await layoutWhole(view, { runElk });
      const after = viewWithLayout(view, result);
      const nodes = [...after.node.values()];
      for (const node of nodes) if (isAnchor(node)) expect(node.position, `seed ${seed}`).toEqual(view.node.get(node.id)!.position);
      for (const a of nodes) {
        for (const b of nodes) {
          if (a.id >= b.id || (isAnchor(a) && isAnchor(b))) continue;
          expect(overlaps(nodeRect(a), nodeRect(b)), `seed ${seed}: ${a.id} ${b.id}`).toBe(false);
        }
      }
      const clashes = nodes.filter((a, index) => isAnchor(a) && nodes.slice(index + 1).some((b) => isAnchor(b) && overlaps(nodeRect(a), nodeRect(b)))).length;
      expect(result.warnings.some((warning) => warning.code === 'LAYOUT_ANCHORS_OVERLAP'), `seed ${seed}`).toBe(clashes > 0);
      expect(measureLayout(after).sharedSlots, `seed ${seed}`).toBe(0);
    }
  });

  it('keeps anchored members inside of their frame and strangers out of it', async () => {
    const base = layoutFixtures.frames!();
    const node = new Map(base.node);
    node.set('node_lost', { ...node.get('node_lost')!, pinned: true, position: { x: 800, y: 900 } });
    const view = viewOf(node, base.edge, base.frame);
    const quality = measureLayout(viewWithLayout(view, await layoutWhole(view, { runElk })));
    expect(quality).toMatchObject({ overlaps: 0, childrenInFrames: 1, negative: 0 });
  });

  it('reads 40 to 60 grown nodes without overlap, near edges or lost routes', async () => {
    for (const seed of [5, 6, 7]) {
      const view = grownFlow(40 + seed, seeded(seed));
      const result = await layoutWhole(view, { runElk });
      const after = viewWithLayout(view, result);
      expect(measureLayout(after), `seed ${seed}`).toMatchObject({ overlaps: 0, edgesThroughNodes: 0, sharedSlots: 0, negative: 0 });
      expectRoutes(after, result);
    }
  });

  it('lays out nothing, one node and an empty frame', async () => {
    expect((await layoutWhole(flowOf(''), { runElk })).positions.size).toBe(0);
    const one = await layoutWhole(flowOf('start', {}, ['empty']), { runElk });
    expect(one.positions.get('node_start')).toEqual({ x: 64, y: 64 });
    expect(gapBetween(rectAt({ x: 64, y: 64 }, { width: 128, height: 64 }), rectAt(one.frames.get('frame_empty')!.position, { width: 320, height: 240 }))).toBeGreaterThanOrEqual(20);
  });

  it('stops at an aborted signal and passes on what ELK says', async () => {
    const gone = AbortSignal.abort(new Error('stopped by the test'));
    await expect(layoutWhole(layoutFixtures.tree!(), { runElk, signal: gone })).rejects.toThrow('stopped by the test');
    const refuse: ElkRunner = async () => Promise.reject(new Error('no room'));
    await expect(layoutWhole(layoutFixtures.tree!(), { runElk: refuse })).rejects.toThrow('no room');
  });

  it('gives ops only for what changes', async () => {
    const view = layoutFixtures.frames!();
    const result = await layoutWhole(view, { runElk });
    const ops = layoutIntent(view, result);
    expect(ops.filter((op) => op.op === 'set' && op.field === 'position' && op.kind === 'node')).toHaveLength(view.node.size);
    expect(layoutIntent(viewWithLayout(view, result), result)).toEqual([]);
  });
});

/** Every edge has an orthogonal route of integer points from its source's border to its target's. */
function expectRoutes(view: FlowView, result: LayoutResult): void {
  expect([...result.routes.keys()].sort()).toEqual([...view.edge.keys()].sort());
  for (const [id, route] of result.routes) {
    const edge = view.edge.get(id)!;
    expect(sideAt(nodeRect(view.node.get(edge.source)!), route[0]!), `${id} leaves its source`).toBeDefined();
    expect(sideAt(nodeRect(view.node.get(edge.target)!), route.at(-1)!), `${id} reaches its target`).toBeDefined();
    route.forEach((point, index) => {
      expect(Number.isInteger(point.x) && Number.isInteger(point.y), `${id} ${JSON.stringify(point)}`).toBe(true);
      const before = route[index - 1];
      if (before) expect(point.x === before.x || point.y === before.y, `${id} is orthogonal`).toBe(true);
    });
  }
}
