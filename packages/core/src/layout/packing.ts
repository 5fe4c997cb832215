/** Packs rectangles of several components into rows. */
import type { Point, Size } from '../flow/schema.ts';
import { toGrid } from './geometry.ts';

/** Space between packed components, px. */
export const COMPONENT_GAP = 64;

/** Top left corners, in the order given: rows as wide as the widest component or as a landscape page of the whole area needs. */
export function packRects(sizes: readonly Size[], origin: Point): Point[] {
  const area = sizes.reduce((sum, size) => sum + (size.width + COMPONENT_GAP) * (size.height + COMPONENT_GAP), 0);
  const limit = Math.max(...sizes.map((size) => size.width), Math.sqrt(area * 1.4), 0);
  const out: Point[] = [];
  let x = 0;
  let y = 0;
  let row = 0;
  for (const size of sizes) {
    if (x > 0 && x + size.width > limit) {
      x = 0;
      y += row + COMPONENT_GAP;
      row = 0;
    }
    out.push({ x: origin.x + toGrid(x), y: origin.y + toGrid(y) });
    // Rounded up to the grid, so that the rounding of the next corner never eats the gap.
    x = Math.ceil((x + size.width + COMPONENT_GAP) / 16) * 16;
    row = Math.max(row, Math.ceil(size.height / 16) * 16);
  }
  return out;
}
