/** Rectangles, orthogonal segments and the grid: the plane that layout works in (px, y down). */
import type { Point, Size } from '../flow/schema.ts';

/** A rectangle by its top left corner, px. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A side of a node or frame. */
export type Side = 'top' | 'right' | 'bottom' | 'left';

/** The four sides, clockwise from the top. */
export const SIDES = ['top', 'right', 'bottom', 'left'] as const satisfies readonly Side[];

/** Grid of the canvas, px. */
export const GRID = 16;
/** Least free space between two nodes, px. */
export const NODE_GAP = 20;
/** Space that a route keeps from nodes that it does not belong to, where there is room, px. */
export const EDGE_CLEARANCE = 16;

/** The rectangle of a size standing at a point. */
export function rectAt(position: Point, size: Size): Rect {
  return { x: position.x, y: position.y, width: size.width, height: size.height };
}

/** The rectangle grown by `by` px on every side. */
export function inflate(rect: Rect, by: number): Rect {
  return { x: rect.x - by, y: rect.y - by, width: rect.width + 2 * by, height: rect.height + 2 * by };
}

/** The smallest rectangle around all; undefined when there are none. */
export function boundsOf(rects: Iterable<Rect>): Rect | undefined {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (const rect of rects) {
    left = Math.min(left, rect.x);
    top = Math.min(top, rect.y);
    right = Math.max(right, rect.x + rect.width);
    bottom = Math.max(bottom, rect.y + rect.height);
  }
  return left === Infinity ? undefined : { x: left, y: top, width: right - left, height: bottom - top };
}

/** True when the insides of both rectangles meet; touching borders do not. */
export function overlaps(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** True when `inner` lies within `outer`, borders included. */
export function contains(outer: Rect, inner: Rect): boolean {
  return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height;
}

/** Free space between two rectangles, px: the larger of the horizontal and the vertical one; negative when they overlap. */
export function gapBetween(a: Rect, b: Rect): number {
  const horizontal = Math.max(b.x - (a.x + a.width), a.x - (b.x + b.width));
  const vertical = Math.max(b.y - (a.y + a.height), a.y - (b.y + b.height));
  return Math.max(horizontal, vertical);
}

/** The middle of a rectangle. */
export function centreOf(rect: Rect): Point {
  return { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
}

/** True when the segment runs through the inside of the rectangle. Exact for orthogonal segments; others by clipping. */
export function segmentMeets(rect: Rect, a: Point, b: Point): boolean {
  let enter = 0;
  let leave = 1;
  for (const [from, to, low, high] of [
    [a.x, b.x, rect.x, rect.x + rect.width],
    [a.y, b.y, rect.y, rect.y + rect.height],
  ] as const) {
    const delta = to - from;
    if (delta === 0) {
      if (from <= low || from >= high) return false;
      continue;
    }
    const first = (low - from) / delta;
    const second = (high - from) / delta;
    enter = Math.max(enter, Math.min(first, second));
    leave = Math.min(leave, Math.max(first, second));
  }
  return enter < leave;
}

/** The side of the rectangle on whose border the point lies (within half a pixel); undefined when it lies on none. */
export function sideAt(rect: Rect, point: Point): Side | undefined {
  const right = rect.x + rect.width;
  const bottom = rect.y + rect.height;
  const near = (a: number, b: number) => Math.abs(a - b) <= 0.5;
  const inX = point.x >= rect.x - 0.5 && point.x <= right + 0.5;
  const inY = point.y >= rect.y - 0.5 && point.y <= bottom + 0.5;
  if (inY && near(point.x, right)) return 'right';
  if (inY && near(point.x, rect.x)) return 'left';
  if (inX && near(point.y, bottom)) return 'bottom';
  if (inX && near(point.y, rect.y)) return 'top';
  return undefined;
}

/** The point on a side, `offset` px from the side's start (its left or top end). */
export function pointOnSide(rect: Rect, side: Side, offset: number): Point {
  if (side === 'left') return { x: rect.x, y: rect.y + offset };
  if (side === 'right') return { x: rect.x + rect.width, y: rect.y + offset };
  if (side === 'top') return { x: rect.x + offset, y: rect.y };
  return { x: rect.x + offset, y: rect.y + rect.height };
}

/** Length of a side, px. */
export function sideLength(size: Size, side: Side): number {
  return side === 'left' || side === 'right' ? size.height : size.width;
}

/** The point moved `by` px away from the node, straight out of the side. */
export function outOf(point: Point, side: Side, by: number): Point {
  if (side === 'left') return { x: point.x - by, y: point.y };
  if (side === 'right') return { x: point.x + by, y: point.y };
  if (side === 'top') return { x: point.x, y: point.y - by };
  return { x: point.x, y: point.y + by };
}

/** The nearest multiple of the grid. */
export function toGrid(value: number): number {
  // + 0 turns -0 into 0, which JSON and deep equality tell apart.
  return Math.round(value / GRID) * GRID + 0;
}

/** The polyline without repeated points and without points in the middle of a straight run. */
export function simplify(points: readonly Point[]): Point[] {
  const out: Point[] = [];
  for (const point of points) {
    const last = out.at(-1);
    if (last && last.x === point.x && last.y === point.y) continue;
    const before = out.at(-2);
    if (last && before && ((before.x === last.x && last.x === point.x) || (before.y === last.y && last.y === point.y))) out.pop();
    out.push({ x: point.x, y: point.y });
  }
  return out;
}

/** Compares two strings by code unit: the same order on every machine and in every language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
