import { describe, expect, it } from 'vitest';
import type { FlowView, Point } from '../flow/schema.ts';
import { flowOf, viewOf } from './fixtures.ts';
import { measureLayout } from './quality.ts';
import { viewWithLayout } from './viewWithLayout.ts';

function drawn(lines: string, at: Record<string, Point>, routes: Record<string, Point[]> = {}, view: FlowView = flowOf(lines)): FlowView {
  return viewWithLayout(view, { positions: new Map(Object.entries(at).map(([name, point]) => [`node_${name}`, point])), routes: new Map(Object.entries(routes)) });
}

describe('measureLayout', () => {
  it('counts overlaps, gaps and what stands beyond the origin', () => {
    const view = drawn('a\nb\nc', { a: { x: -10, y: 0 }, b: { x: 200, y: 100 }, c: { x: 700, y: 0 } });
    expect(measureLayout(view)).toMatchObject({ overlaps: 1, minGap: -28, negative: 1, width: 966, height: 228 });
  });

  it('counts crossings, edges through nodes and edges too near', () => {
    const view = drawn(
      'a > b\nc > d\ne',
      { a: { x: 0, y: 200 }, b: { x: 900, y: 200 }, c: { x: 450, y: 0 }, d: { x: 450, y: 600 }, e: { x: 590, y: 380 } },
      { edge_0000: [{ x: 256, y: 264 }, { x: 900, y: 264 }], edge_0001: [{ x: 580, y: 128 }, { x: 580, y: 600 }] },
    );
    expect(measureLayout(view)).toMatchObject({ crossings: 1, edgesThroughNodes: 0, edgesTooNear: 1, bends: 0 });
    expect(measureLayout(viewWithLayout(view, { positions: new Map([['node_e', { x: 400, y: 380 }]]) }))).toMatchObject({ edgesThroughNodes: 1 });
  });

  it('sees a slot that both directions share', () => {
    const ends: Point[] = [{ x: 256, y: 64 }, { x: 600, y: 64 }];
    const view = drawn('a > b\nb > a', { a: { x: 0, y: 0 }, b: { x: 600, y: 0 } }, { edge_0000: ends, edge_0001: [...ends].reverse() });
    expect(measureLayout(view).sharedSlots).toBe(2);
  });

  it('sees members outside of their frame and strangers inside', () => {
    const base = flowOf('a\nb', { a: { frameId: 'frame_f' } }, ['f']);
    const view = drawn('', { a: { x: 100, y: 100 }, b: { x: 150, y: 250 } }, {}, base);
    expect(measureLayout(view)).toMatchObject({ overlaps: 1, childrenInFrames: 0 });
    const wide = viewWithLayout(view, {
      positions: new Map([['node_b', { x: 150, y: 300 }]]),
      frames: new Map([['frame_f', { position: { x: 0, y: 0 }, size: { width: 400, height: 280 } }]]),
    });
    expect(measureLayout(wide)).toMatchObject({ overlaps: 0, childrenInFrames: 1 });
  });

  it('measures an empty flow', () => {
    expect(measureLayout(viewOf(new Map(), new Map()))).toMatchObject({ nodes: 0, overlaps: 0, minGap: Infinity, areaUse: 1 });
  });
});
