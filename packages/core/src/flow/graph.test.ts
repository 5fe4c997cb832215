import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sketchView } from './fixtures/sketchFlow.ts';
import { backEdges, connectedParts, graphOf, loopsOf, reachableFrom, reaching, shortestPath, stronglyConnected, topologicalOrder } from './graph.ts';
import type { Edge, FlowView, Node } from './schema.ts';

const flow = sketchView(`
  a:start
  b:screen
  c:decision
  d:screen
  e:end
  lone:screen
  remark:note
  a -> b
  b -> c
  c -> d No
  d -> b
  c -> e Yes`);

describe('graph', () => {
  const graph = graphOf(flow);

  it('leaves notes out unless asked', () => {
    expect(graph.nodeIds).toEqual(['a', 'b', 'c', 'd', 'e', 'lone']);
    expect(graphOf(flow, { withNotes: true }).nodeIds).toContain('remark');
  });

  it('tells what is reached, and from where', () => {
    expect([...reachableFrom(graph, ['a'])]).toEqual([['a', 0], ['b', 1], ['c', 2], ['d', 3], ['e', 3]]);
    expect([...reaching(graph, ['e']).keys()].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(reachableFrom(graph, ['nowhere']).size).toBe(0);
  });

  it('finds a shortest path', () => {
    expect(shortestPath(graph, 'a', 'e')!.map((edge) => edge.id)).toEqual(['a-b', 'b-c', 'c-e']);
    expect(shortestPath(graph, 'e', 'a')).toBeNull();
    expect(shortestPath(graph, 'a', 'a')).toEqual([]);
  });

  it('finds loops, back edges, parts and an order', () => {
    expect(loopsOf(graph)).toEqual([['b', 'c', 'd']]);
    expect([...backEdges(graph, ['a'])]).toEqual(['d-b']);
    expect(connectedParts(graph)).toEqual([['a', 'b', 'c', 'd', 'e'], ['lone']]);
    expect(topologicalOrder(graph, ['a'])).toEqual(['a', 'lone', 'b', 'c', 'd', 'e']);
  });

  it('walks an edge that is drawn both ways in both directions', () => {
    const both = sketchView('a:screen\nb:screen\na -> b');
    (both.edge.get('a-b') as Edge).style = { bothWays: true };
    expect([...reachableFrom(graphOf(both), ['b']).keys()]).toEqual(['b', 'a']);
  });

  it('agrees with the definition of strong connection on random graphs, and is acyclic without its back edges', () => {
    const arbitrary = fc.record({ count: fc.integer({ min: 1, max: 9 }), pairs: fc.array(fc.tuple(fc.nat(8), fc.nat(8)), { maxLength: 20 }) });
    fc.assert(
      fc.property(arbitrary, ({ count, pairs }) => {
        const node = new Map<string, Node>();
        for (let i = 0; i < count; i++) node.set(`n${i}`, { id: `n${i}`, type: 'screen', position: { x: 0, y: 0 }, data: { title: '' } });
        const edge = new Map<string, Edge>();
        pairs.forEach(([from, to], i) => edge.set(`e${i}`, { id: `e${i}`, source: `n${from % count}`, target: `n${to % count}`, data: {} }));
        const some = graphOf({ node, edge } as unknown as FlowView);
        const componentOf = new Map(stronglyConnected(some).flatMap((ids, index) => ids.map((id) => [id, index] as const)));
        expect(componentOf.size).toBe(count);
        for (const a of some.nodeIds) {
          const from = reachableFrom(some, [a]);
          for (const b of some.nodeIds) expect(componentOf.get(a) === componentOf.get(b)).toBe(from.has(b) && reachableFrom(some, [b]).has(a));
        }
        const back = backEdges(some, []);
        const forward = new Map([...edge].filter(([id]) => !back.has(id)));
        expect(loopsOf(graphOf({ node, edge: forward } as unknown as FlowView))).toEqual([]);
        expect(topologicalOrder(some, []).sort()).toEqual([...some.nodeIds]);
      }),
    );
  });

  it('walks a chain of 100,000 nodes', () => {
    const node = new Map<string, Node>();
    const edge = new Map<string, Edge>();
    for (let i = 0; i < 100_000; i++) {
      node.set(`n${i}`, { id: `n${i}`, type: 'screen', position: { x: 0, y: 0 }, data: { title: '' } });
      edge.set(`e${i}`, { id: `e${i}`, source: `n${i}`, target: `n${(i + 1) % 100_000}`, data: {} });
    }
    const ring = graphOf({ node, edge });
    expect(loopsOf(ring)[0]).toHaveLength(100_000);
    expect(backEdges(ring, ['n0'])).toEqual(new Set(['e99999']));
  });
});
