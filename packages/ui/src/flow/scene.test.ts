import { type Edge, type FlowView, type Node, seededRandom } from '@uxflow/core';
import { describe, expect, it } from 'vitest';
import { edgeWays } from './edgeWays.ts';
import { nextScene, type SceneInput } from './scene.ts';

const node = (id: string, x: number, y: number): Node => ({ id, type: 'screen', position: { x, y }, data: { title: id } });
const edge = (id: string, source: string, target: string): Edge => ({ id, source, target, data: {} });
const view = (nodes: Node[], edges: Edge[]): FlowView => ({
  flow: { id: 'flow_1', name: 'Test' },
  node: new Map(nodes.map((each) => [each.id, each])),
  edge: new Map(edges.map((each) => [each.id, each])),
  frame: new Map(),
  comment: new Map(),
  persona: new Map(),
  goal: new Map(),
  version: new Map(),
});
const nodeName = (each: Node) => each.data.title;
const edgeName = (each: Edge) => each.id;
const input = (over: Partial<SceneInput>): SceneInput => ({
  view: view([], []),
  positions: new Map(),
  ghosts: new Map(),
  findings: new Map(),
  comments: new Map(),
  editing: null,
  selected: new Set(),
  shown: null,
  found: new Set(),
  isReadOnly: false,
  nodeName,
  edgeName,
  ...over,
});

describe('nextScene', () => {
  it('keeps every object whose record did not change', () => {
    const nodes = [node('a', 0, 0), node('b', 400, 0), node('c', 800, 0), node('d', 1200, 0)];
    const edges = [edge('ab', 'a', 'b'), edge('bc', 'b', 'c'), edge('cd', 'c', 'd')];
    const first = nextScene(null, input({ view: view(nodes, edges) }));
    const moved = nextScene(first, input({ view: view([...nodes.slice(0, 3), node('d', 1200, 500)], edges) }));
    expect(moved.nodes[0]).toBe(first.nodes[0]);
    expect(moved.nodes[3]).not.toBe(first.nodes[3]);
    expect(moved.edges.find(({ id }) => id === 'ab')).toBe(first.edges.find(({ id }) => id === 'ab'));
    expect(moved.edges.find(({ id }) => id === 'cd')).not.toBe(first.edges.find(({ id }) => id === 'cd'));
    expect(nextScene(moved, input({ view: view([...nodes.slice(0, 3), moved.standing.get('d')!], edges) })).nodes).toBe(moved.nodes);
  });

  it('moves a node under the hand with its edges and leaves the record alone', () => {
    const nodes = [node('a', 0, 0), node('b', 400, 0)];
    const flow = view(nodes, [edge('ab', 'a', 'b')]);
    const first = nextScene(null, input({ view: flow }));
    const held = nextScene(first, input({ view: flow, positions: new Map([['b', { x: 400, y: 300 }]]) }));
    expect(held.nodes[1]!.position).toEqual({ x: 400, y: 300 });
    expect(flow.node.get('b')!.position).toEqual({ x: 400, y: 0 });
    expect(held.edges[0]!.data!.points).not.toEqual(first.edges[0]!.data!.points);
    expect(held.edges[0]!.data!.points.at(-1)!.y).toBeGreaterThan(250);
  });

  it('lets the ends of the one chosen edge be caught where they are drawn', () => {
    const flow = view([node('a', 0, 0), node('b', 400, 300), node('c', 400, 0)], [edge('ab', 'a', 'b'), edge('ac', 'a', 'c')]);
    const first = nextScene(null, input({ view: flow }));
    const chosen = nextScene(first, input({ view: flow, selected: new Set(['ac']) }));
    const grip = chosen.nodes.find(({ id }) => id === 'a')!.handles!.find(({ id }) => id === 'grip:ac:source')!;
    const ac = chosen.edges.find(({ id }) => id === 'ac')!;
    expect({ x: grip.x, y: grip.y }).toEqual(ac.data!.points[0]);
    expect([ac.reconnectable, chosen.edges.find(({ id }) => id === 'ab')!.reconnectable]).toEqual([true, false]);
    const two = nextScene(chosen, input({ view: flow, selected: new Set(['ac', 'ab']) }));
    expect(two.nodes.find(({ id }) => id === 'a')!.handles).toHaveLength(4);
    expect(two.edges.some((each) => each.reconnectable)).toBe(false);
  });

  it('draws an edge only while both its ends exist', () => {
    const flow = view([node('a', 0, 0)], [edge('ab', 'a', 'b')]);
    expect(nextScene(null, input({ view: flow })).edges).toEqual([]);
  });
});

describe('edgeWays', () => {
  it('gives the same ways step by step as from nothing', () => {
    const random = seededRandom(7);
    const below = (n: number) => random(1)[0]! % n;
    let nodes = Array.from({ length: 24 }, (_, i) => node(`n${i}`, (i % 6) * 400, Math.floor(i / 6) * 300));
    let edges = Array.from({ length: 30 }, (_, i) => edge(`e${i}`, `n${below(24)}`, `n${below(24)}`));
    let ways = edgeWays(view(nodes, edges), null);
    for (let round = 0; round < 60; round++) {
      if (below(3) > 0) {
        const at = below(nodes.length);
        nodes = nodes.map((each, i) => (i === at ? node(each.id, below(200) * 16, below(100) * 16) : each));
      } else if (below(2) > 0) edges = [...edges.slice(1), edge(`x${round}`, `n${below(24)}`, `n${below(24)}`)];
      else edges = edges.slice(1);
      const flow = view(nodes, edges);
      ways = edgeWays(flow, ways);
      const fresh = edgeWays(flow, null);
      expect([...ways.ways.keys()].sort()).toEqual([...fresh.ways.keys()].sort());
      for (const [id, way] of fresh.ways) expect({ id, points: ways.ways.get(id)!.points }, `round ${round}`).toEqual({ id, points: way.points });
    }
  });
});
