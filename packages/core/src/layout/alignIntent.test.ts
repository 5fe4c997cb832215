import { describe, expect, it } from 'vitest';
import type { Point } from '../flow/schema.ts';
import { alignIntent, type Alignment } from './alignIntent.ts';
import { flowOf, type NodeExtra } from './fixtures.ts';

/** Three nodes of 128 x 64, 256 x 128 and 192 x 128. */
function three(extra: Record<string, NodeExtra> = {}) {
  const at: Record<string, Point> = { start: { x: 0, y: 0 }, a: { x: 300, y: 50 }, decision: { x: 700, y: 400 } };
  return flowOf('start\na\ndecision', Object.fromEntries(Object.entries(at).map(([name, position]) => [name, { position, ...extra[name] }])));
}
const all = ['node_start', 'node_a', 'node_decision'];
const places = (alignment: Alignment, view = three()) => Object.fromEntries(alignIntent(view, all, alignment).map((op) => (op.op === 'set' ? [op.id, op.to] : [])));

describe('alignIntent', () => {
  it('aligns borders and middles', () => {
    expect(places('left')).toEqual({ node_a: { x: 0, y: 50 }, node_decision: { x: 0, y: 400 } });
    expect(places('right')).toEqual({ node_start: { x: 764, y: 0 }, node_a: { x: 636, y: 50 } });
    expect(places('top')).toEqual({ node_a: { x: 300, y: 0 }, node_decision: { x: 700, y: 0 } });
    expect(places('bottom')).toEqual({ node_start: { x: 0, y: 464 }, node_a: { x: 300, y: 400 } });
    expect(places('center')).toEqual({ node_start: { x: 382, y: 0 }, node_a: { x: 318, y: 50 }, node_decision: { x: 350, y: 400 } });
    expect(places('middle')).toEqual({ node_start: { x: 0, y: 232 }, node_a: { x: 300, y: 200 }, node_decision: { x: 700, y: 200 } });
  });

  it('makes the gaps equal', () => {
    expect(places('distributeX')).toEqual({ node_a: { x: 286, y: 50 } });
    expect(places('distributeY')).toEqual({ node_a: { x: 300, y: 168 } });
  });

  it('moves nothing that is pinned or locked, and aligns the others to it', () => {
    expect(places('left', three({ a: { pinned: true } }))).toEqual({ node_start: { x: 300, y: 0 }, node_decision: { x: 300, y: 400 } });
    expect(places('distributeX', three({ a: { locked: true } }))).toEqual({});
  });

  it('gives nothing where there is nothing to align', () => {
    expect(alignIntent(three(), ['node_a', 'node_unknown'], 'left')).toEqual([]);
    expect(alignIntent(three(), ['node_a', 'node_start'], 'distributeX')).toEqual([]);
  });
});
