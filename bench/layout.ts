/**
 * Speed of layout: whole layouts through the real ELK worker and additions by own code.
 * Prints one JSON line a figure: {bench, peer, n, metric, value, unit}. Run: npx node bench/layout.ts
 */
import Elk from 'elkjs/lib/elk.bundled.js';
import { createElkRunner } from '../packages/core/src/engine/elkRunner.ts';
import { elkComponent } from '../packages/core/src/layout/elkGraph.ts';
import { grownFlow, seeded, viewOf } from '../packages/core/src/layout/fixtures.ts';
import { componentsOf, layoutAdditions, layoutWhole, measureLayout, placeAdditions, portPoints, viewWithLayout } from '../packages/core/src/layout/index.ts';
import type { Edge, Node } from '../packages/core/src/flow/schema.ts';

const RUNS = 5;
const runElk = createElkRunner();
const elk = new (Elk as unknown as new () => { layout: (graph: object) => Promise<unknown> })();

const cold = performance.now();
await layoutWhole(grownFlow(15, seeded(1)), { runElk });
report(15, 'whole, worker start included', performance.now() - cold);

for (const n of [15, 100, 200, 500]) {
  const view = grownFlow(n, seeded(n));
  const component = componentsOf(view)[0]!;
  await elk.layout(elkComponent(component, 'right', new Map()).graph);
  const peer = await median(async () => elk.layout(elkComponent(component, 'right', new Map()).graph));
  console.log(JSON.stringify({ bench: 'layout', peer: 'elkjs in process', n, metric: 'whole', value: round(peer), unit: 'ms' }));
  const result = await layoutWhole(view, { runElk });
  report(n, 'whole', await median(async () => layoutWhole(view, { runElk })));
  report(n, 'whole per 100 nodes', ((await median(async () => layoutWhole(view, { runElk }))) / n) * 100);
  const laid = viewWithLayout(view, result);
  const quality = measureLayout(laid);
  report(n, 'crossings per 100 edges', (quality.crossings / quality.edges) * 100, 'count');
  report(n, 'overlaps', quality.overlaps, 'count');
  const { grown, added } = withBranch(laid, n);
  report(n, 'place 6 additions', await median(async () => placeAdditions(grown, added)));
  report(n, 'place and route 6 additions', await median(async () => layoutAdditions(grown, added)));
  report(n, 'ports of all edges', await median(async () => portPoints(laid)));
}
await runElk.close();

/** The view with a branch of six screens behind a node in its middle. */
function withBranch(view: ReturnType<typeof grownFlow>, n: number) {
  const node = new Map<string, Node>(view.node);
  const edge = new Map<string, Edge>(view.edge);
  const host = [...view.node.keys()][Math.floor(n / 2)]!;
  const added = Array.from({ length: 6 }, (_, index) => `node_new${index}`);
  added.forEach((id, index) => {
    node.set(id, { id, type: 'screen', position: { x: 0, y: 0 }, data: { title: id } });
    edge.set(`edge_new${index}`, { id: `edge_new${index}`, source: index === 0 ? host : added[Math.floor((index - 1) / 2)]!, target: id, data: {} });
  });
  return { grown: viewOf(node, edge, view.frame), added };
}

async function median(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < RUNS; index++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)]!;
}

function report(n: number, metric: string, value: number, unit = 'ms'): void {
  console.log(JSON.stringify({ bench: 'layout', peer: 'ours', n, metric, value: round(value), unit }));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
