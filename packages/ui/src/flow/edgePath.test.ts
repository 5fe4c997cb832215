import { describe, expect, it } from 'vitest';
import { arrowHead, curvedPath, labelPoint, roundedPath } from './edgePath.ts';

const corner = [
  { x: 0, y: 0 },
  { x: 100, y: 0 },
  { x: 100, y: 60 },
];

describe('edge paths', () => {
  it('rounds a corner by the radius and ends at the last point', () => {
    expect(roundedPath(corner, 8)).toBe('M0,0L92,0Q100,0 100,8L100,60');
  });

  it('takes a smaller radius on a short leg', () => {
    expect(roundedPath([{ x: 0, y: 0 }, { x: 6, y: 0 }, { x: 6, y: 50 }], 8)).toBe('M0,0L3,0Q6,0 6,3L6,50');
  });

  it('keeps repeated points from breaking the path', () => {
    expect(roundedPath([{ x: 0, y: 0 }, { x: 0, y: 0 }, { x: 10, y: 0 }])).not.toContain('NaN');
    expect(arrowHead([{ x: 5, y: 5 }, { x: 5, y: 5 }])).toBe('');
  });

  it('puts the label on the flat leg when legs are about equally long', () => {
    expect(labelPoint([{ x: 0, y: 0 }, { x: 0, y: 100 }, { x: 80, y: 100 }])).toEqual({ x: 40, y: 100 });
  });

  it('points the arrow along the last leg', () => {
    const [tip, left, right] = arrowHead(corner).split(' ').map((pair) => pair.split(',').map(Number));
    expect(tip).toEqual([100, 60]);
    expect(left![1]).toBe(53);
    expect(right![1]).toBe(53);
    expect(left![0]! + right![0]!).toBeCloseTo(200);
  });

  it('leaves a curve the way the polyline leaves', () => {
    expect(curvedPath(corner)).toMatch(/^M0,0C[\d.]+,0 100,/);
  });
});
