import { afterAll, describe, expect, it } from 'vitest';
import { createElkRunner } from '../engine/elkRunner.ts';
import type { Edge, FlowView, Frame, Node, NodeType, Point } from '../flow/schema.ts';
import { frameRects, nodeRect } from './drawn.ts';
import { flowOf, layoutFixtures, seeded, shuffled, viewOf } from './fixtures.ts';
import { contains, gapBetween, rectAt } from './geometry.ts';
import { layoutWhole } from './layoutWhole.ts';
import { nodeSize } from './nodeSize.ts';
import { layoutAdditions, placeAdditions } from './placeAdditions.ts';
import { measureLayout } from './quality.ts';
import { viewWithLayout } from './viewWithLayout.ts';

const runElk = createElkRunner();
afterAll(() => runElk.close());

/** A fixture as it stands after a whole layout. */
async function laid(name: string): Promise<FlowView> {
  const view = layoutFixtures[name]!();
  return viewWithLayout(view, await layoutWhole(view, { runElk }));
}

interface Addition {
  type?: NodeType;
  frameId?: string;
}

/** The view with more nodes (at 0, 0) and edges `a > b`; removed edges make room for a splice. */
function grown(view: FlowView, nodes: Record<string, Addition>, edges: readonly string[], removed: readonly string[] = [], frames: readonly Frame[] = []): { view: FlowView; added: string[] } {
  const node = new Map<string, Node>(view.node);
  const edge = new Map<string, Edge>([...view.edge].filter(([, one]) => !removed.includes(`${one.source} > ${one.target}`.replaceAll('node_', ''))));
  for (const [name, { type = 'screen', frameId }] of Object.entries(nodes)) {
    node.set(`node_${name}`, { id: `node_${name}`, type, position: { x: 0, y: 0 }, data: { title: name }, ...(frameId ? { frameId } : {}) });
  }
  edges.forEach((text, index) => {
    const [source, target] = text.split(' > ');
    edge.set(`edge_more${index}`, { id: `edge_more${index}`, source: `node_${source}`, target: `node_${target}`, data: {} });
  });
  return { view: viewOf(node, edge, new Map([...view.frame, ...frames.map((frame): [string, Frame] => [frame.id, frame])])), added: Object.keys(nodes).map((name) => `node_${name}`) };
}

describe('placeAdditions', () => {
  it('moves nothing, keeps 20 px to everything and ends, on random dense canvases', () => {
    for (let seed = 1; seed <= 150; seed++) {
      const random = seeded(seed * 7919);
      const { view, added } = denseCanvas(random);
      const positions = placeAdditions(view, added);
      expect([...positions.keys()], `seed ${seed}`).toEqual([...added].sort());
      const after = viewWithLayout(view, { positions });
      for (const [id, node] of view.node) if (!added.includes(id)) expect(after.node.get(id), `seed ${seed}`).toBe(node);
      const frames = frameRects(after);
      for (const id of added) {
        const node = after.node.get(id)!;
        for (const other of after.node.values()) {
          if (other.id === id) continue;
          expect(gapBetween(nodeRect(node), nodeRect(other)), `seed ${seed}: ${id} and ${other.id}`).toBeGreaterThanOrEqual(20);
        }
        for (const [frameId, rect] of frames) {
          if (node.frameId === frameId) expect(contains(rect, nodeRect(node)), `seed ${seed}: ${id} in ${frameId}`).toBe(true);
          else expect(gapBetween(nodeRect(node), rect), `seed ${seed}: ${id} outside of ${frameId}`).toBeGreaterThanOrEqual(0);
        }
      }
      expect(placeAdditions(shuffled(view, random), [...added].reverse()), `seed ${seed}`).toEqual(positions);
    }
  });

  it('finds a place on a canvas with none near, and the nearest one', () => {
    const node = new Map<string, Node>();
    for (let row = 0; row < 15; row++) {
      for (let column = 0; column < 15; column++) {
        const id = `node_${row}_${column}`;
        // Rows and columns stand so close that no gap holds a node with its 20 px.
        node.set(id, { id, type: 'screen', position: { x: 64 + column * 288, y: 64 + row * 160 }, data: { title: id } });
      }
    }
    const edge = new Map<string, Edge>([['edge_1', { id: 'edge_1', source: 'node_7_12', target: 'node_new', data: {} }]]);
    node.set('node_new', { id: 'node_new', type: 'action', position: { x: 0, y: 0 }, data: { title: 'New' } });
    const place = placeAdditions(viewOf(node, edge), ['node_new']).get('node_new')!;
    const right = 64 + 14 * 288 + 256;
    expect(place.x).toBeGreaterThanOrEqual(right + 20);
    expect(place.x).toBeLessThanOrEqual(right + 64);
    // Level with the node that it follows, give or take the middle of both.
    expect(Math.abs(place.y - (64 + 7 * 160))).toBeLessThanOrEqual(48);
  });

  it('puts a chain behind what leads to it, in order and in one line', async () => {
    const view = await laid('tree');
    const { view: more, added } = grown(view, { one: {}, two: {}, three: {} }, ['contact > one', 'one > two', 'two > three']);
    const places = placeAdditions(more, added);
    const [host, one, two, three] = [view.node.get('node_contact')!.position, places.get('node_one')!, places.get('node_two')!, places.get('node_three')!];
    expect(one.x).toBeGreaterThanOrEqual(host.x + 256 + 20);
    expect(two.x).toBeGreaterThanOrEqual(one.x + 256 + 20);
    expect(three.x).toBeGreaterThanOrEqual(two.x + 256 + 20);
    expect(new Set([one.y, two.y, three.y]).size).toBe(1);
  });

  it('puts a splice between both ends when it fits, and beside them when it does not', async () => {
    const base = flowOf('start > a > b > end');
    const at: Record<string, Point> = { node_start: { x: 64, y: 96 }, node_a: { x: 256, y: 64 }, node_b: { x: 960, y: 64 }, node_end: { x: 1280, y: 96 } };
    const view = viewWithLayout(base, { positions: new Map(Object.entries(at)) });
    const wide = grown(view, { mid: {} }, ['a > mid', 'mid > b'], ['a > b']);
    const between = placeAdditions(wide.view, wide.added).get('node_mid')!;
    expect(between.x).toBeGreaterThanOrEqual(256 + 256 + 20);
    expect(between.x + 256).toBeLessThanOrEqual(960 - 20);
    expect(between.y).toBe(64);
    const narrow = grown(await laid('linear'), { mid: {} }, ['step4 > mid', 'mid > step5'], ['step4 > step5']);
    const after = viewWithLayout(narrow.view, layoutAdditions(narrow.view, narrow.added));
    expect(measureLayout(after)).toMatchObject({ overlaps: 0, edgesThroughNodes: 0, sharedSlots: 0 });
    expect(gapBetween(nodeRect(after.node.get('node_mid')!), nodeRect(after.node.get('node_step4')!))).toBeLessThan(200);
  });

  it('lays a branch like a tree and routes it without touching other routes', async () => {
    const view = await laid('hub');
    const { view: more, added } = grown(view, { b0: {}, b1: {}, b2: {}, b3: {} }, ['hub > b0', 'b0 > b1', 'b0 > b2', 'b1 > b3']);
    const places = layoutAdditions(more, added);
    const after = viewWithLayout(more, places);
    expect(measureLayout(after)).toMatchObject({ overlaps: 0, edgesThroughNodes: 0, sharedSlots: 0, negative: 0 });
    expect([...places.routes.keys()].sort()).toEqual(['edge_more0', 'edge_more1', 'edge_more2', 'edge_more3']);
    const x = (name: string) => places.positions.get(`node_${name}`)!.x;
    expect(x('b1')).toBe(x('b2'));
    expect(x('b1')).toBeGreaterThan(x('b0'));
    expect(x('b3')).toBeGreaterThan(x('b1'));
  });

  it('keeps members in their frame and others out of every frame', async () => {
    const view = await laid('frames');
    const { view: more, added } = grown(
      view,
      { inside: { frameId: 'frame_access' }, outside: {}, note_home: { type: 'note' } },
      ['login > inside', 'cart > outside', 'note_home > home'],
    );
    const places = layoutAdditions(more, added);
    const after = viewWithLayout(more, places);
    expect(measureLayout(after)).toMatchObject({ overlaps: 0, childrenInFrames: 1, edgesThroughNodes: 0 });
    expect([...places.frames!.keys()]).toEqual(['frame_access']);
    expect(gapBetween(nodeRect(after.node.get('node_note_home')!), nodeRect(after.node.get('node_home')!))).toBeLessThan(120);
  });

  it('puts a new frame with its members where nothing stands', async () => {
    const view = await laid('branching');
    const frame: Frame = { id: 'frame_new', title: 'New', position: { x: 0, y: 0 }, size: { width: 900, height: 900 } };
    const { view: more, added } = grown(view, { f1: { frameId: 'frame_new' }, f2: { frameId: 'frame_new' }, f3: { frameId: 'frame_new' } }, ['login > f1', 'f1 > f2'], [], [frame]);
    for (const named of [[], ['frame_new']]) {
      const places = layoutAdditions(more, added, named);
      const after = viewWithLayout(more, places);
      expect(measureLayout(after)).toMatchObject({ overlaps: 0, childrenInFrames: 1, negative: 0 });
      const drawn = places.frames!.get('frame_new')!;
      expect(gapBetween(rectAt(drawn.position, drawn.size), nodeRect(after.node.get('node_login')!))).toBeGreaterThanOrEqual(20);
    }
  });

  it('fills an empty frame that a person drew', () => {
    const base = flowOf('start > a', {}, []);
    const frame: Frame = { id: 'frame_own', title: 'Own', position: { x: 1000, y: 400 }, size: { width: 640, height: 400 } };
    const view = viewWithLayout(base, { positions: new Map([['node_start', { x: 64, y: 64 }], ['node_a', { x: 256, y: 64 }]]) });
    const { view: more, added } = grown(view, { member: { frameId: 'frame_own' } }, [], [], [frame]);
    const place = placeAdditions(more, added).get('node_member')!;
    expect(contains(rectAt(frame.position, frame.size), rectAt(place, nodeSize(more.node.get('node_member')!)))).toBe(true);
  });

  it('reroutes an old edge only where an addition had to be put on it', async () => {
    const view = await laid('linear');
    const { view: more, added } = grown(view, { extra: {} }, ['step2 > extra']);
    const after = viewWithLayout(more, layoutAdditions(more, added));
    for (const [id, edge] of view.edge) expect(after.edge.get(id)).toEqual(edge);
  });

  it('gives nothing for nothing, and starts at the origin on an empty canvas', () => {
    const view = flowOf('a > b');
    expect(placeAdditions(view, [])).toEqual(new Map());
    expect(placeAdditions(view, ['node_unknown'])).toEqual(new Map());
    expect(placeAdditions(view, ['node_a', 'node_b'])).toEqual(new Map([['node_a', { x: 64, y: 64 }], ['node_b', { x: 400, y: 64 }]]));
  });
});

/** A crowded canvas with frames, and additions that hang on random nodes, on each other or on nothing. */
function denseCanvas(random: () => number): { view: FlowView; added: string[] } {
  const node = new Map<string, Node>();
  const edge = new Map<string, Edge>();
  const frame = new Map<string, Frame>();
  const types: NodeType[] = ['screen', 'action', 'decision', 'note', 'popup'];
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const columns = 3 + Math.floor(random() * 8);
  // Cells of 320 by 192 with nodes anywhere in them: close, crooked, never overlapping.
  for (let index = 0; index < columns * columns; index++) {
    if (random() < 0.12) continue;
    const id = `node_${String(index).padStart(3, '0')}`;
    const [column, row] = [index % columns, Math.floor(index / columns)];
    const type = pick(types);
    const size = nodeSize({ id, type, position: { x: 0, y: 0 }, data: { title: id } });
    const position = { x: 64 + column * 300 + Math.floor(random() * (300 - 24 - size.width)), y: 64 + row * 160 + Math.floor(random() * (160 - 24 - size.height)) };
    node.set(id, { id, type, position, data: { title: id } });
  }
  // Two frames clear of the crowd, one with a member and one empty.
  const right = 64 + columns * 300 + 100;
  frame.set('frame_a', { id: 'frame_a', title: 'A', position: { x: right, y: 64 }, size: { width: 500, height: 400 } });
  frame.set('frame_b', { id: 'frame_b', title: 'B', position: { x: right, y: 700 }, size: { width: 400, height: 300 } });
  node.set('node_framed', { id: 'node_framed', type: 'screen', position: { x: right + 64, y: 160 }, data: { title: 'framed' }, frameId: 'frame_a' });
  const old = [...node.keys()];
  const added = Array.from({ length: 1 + Math.floor(random() * 8) }, (_, index) => `node_new${index}`);
  added.forEach((id, index) => {
    const frameId = random() < 0.2 ? pick(['frame_a', 'frame_b']) : undefined;
    node.set(id, { id, type: pick(types), position: { x: 0, y: 0 }, data: { title: id }, ...(frameId ? { frameId } : {}) });
    const links = Math.floor(random() * 3);
    for (let link = 0; link < links; link++) {
      const other = random() < 0.6 ? pick(old) : pick([...old, ...added.slice(0, index)]);
      const [source, target] = random() < 0.7 ? [other, id] : [id, other];
      edge.set(`edge_${id}_${link}`, { id: `edge_${id}_${link}`, source, target, data: {} });
    }
  });
  return { view: viewOf(node, edge, frame), added };
}
