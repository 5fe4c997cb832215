/** Free space on the canvas: what stands where, and the nearest place that a rectangle fits at. */
import type { Point, Size } from '../flow/schema.ts';
import { GRID, inflate, overlaps, rectAt, type Rect } from './geometry.ts';

/** How a place is chosen. */
export interface PlaceWish {
  /** Top left corner that would be best, px. */
  wanted: Point;
  size: Size;
  /** Least free space to every obstacle, px. */
  gap: number;
  /** Smallest x and y that may be given. */
  least: Point;
  /** What a px away from the wanted place costs, by direction; 1 each when left out. */
  weights?: { left: number; right: number; up: number; down: number };
  /** What stands around the rectangle by its own right, px: places that keep it clear of obstacles are tried as well. */
  padding?: { top: number; right: number; bottom: number; left: number };
  /** Extra cost of a place, 0 or more. */
  penalty?: (rect: Rect) => number;
  /** False for places that are free but may not be taken. */
  accept?: (rect: Rect) => boolean;
}

/** A found place and what it cost. */
export interface Place {
  position: Point;
  cost: number;
}

const CELL = 256;
const NO_PADDING = { top: 0, right: 0, bottom: 0, left: 0 };
const EVEN = { left: 1, right: 1, up: 1, down: 1 };

/** Rectangles by id, found by region through a hash of cells. */
export class FreeSpace {
  private readonly rects = new Map<string, Rect>();
  private readonly cells = new Map<string, Set<string>>();

  /** Makes a rectangle an obstacle; an earlier one of the same id is replaced. */
  add(id: string, rect: Rect): void {
    this.remove(id);
    this.rects.set(id, rect);
    for (const key of cellsOf(rect)) {
      const cell = this.cells.get(key);
      if (cell) cell.add(id);
      else this.cells.set(key, new Set([id]));
    }
  }

  /** Takes an obstacle away; an unknown id changes nothing. */
  remove(id: string): void {
    const rect = this.rects.get(id);
    if (!rect) return;
    this.rects.delete(id);
    for (const key of cellsOf(rect)) this.cells.get(key)?.delete(id);
  }

  /** Ids and rectangles of the obstacles that meet a region, in order of insertion. */
  within(region: Rect): [string, Rect][] {
    const found = new Set<string>();
    const columns = (region.width / CELL + 2) * (region.height / CELL + 2);
    if (columns > this.cells.size) {
      for (const [id, rect] of this.rects) if (overlaps(rect, region)) found.add(id);
    } else {
      for (const key of cellsOf(region)) {
        for (const id of this.cells.get(key) ?? []) if (overlaps(this.rects.get(id)!, region)) found.add(id);
      }
    }
    return [...found].map((id) => [id, this.rects.get(id)!]);
  }

  /** True when the rectangle stands at least `gap` px from every obstacle. */
  isFree(rect: Rect, gap: number): boolean {
    return this.within(inflate(rect, gap)).length === 0;
  }

  /**
   * The cheapest free place on the grid; undefined only when `accept` refuses every place. Free places nearest to a point lie on
   * the borders of obstacles, so only those are tried, in a window that grows until nothing outside of it can be cheaper.
   */
  nearest(wish: PlaceWish): Place | undefined {
    const { size, gap, least } = wish;
    const weights = wish.weights ?? EVEN;
    const wanted = { x: Math.max(wish.wanted.x, least.x), y: Math.max(wish.wanted.y, least.y) };
    const cheapest = Math.min(weights.left, weights.right, weights.up, weights.down);
    let best: Place | undefined;
    for (let radius = 512; ; radius *= 2) {
      const window = inflate(rectAt(wanted, size), radius + gap);
      const near = this.within(window).map(([, rect]) => rect);
      // With every obstacle in sight the places beyond the last of them are tried as well: then the search is complete.
      const all = near.length === this.rects.size;
      const reach = all ? Infinity : radius;
      const pads = wish.padding ? [NO_PADDING, wish.padding] : [NO_PADDING];
      const besideX = near.flatMap((rect) => pads.flatMap((pad) => [down(rect.x - gap - pad.right - size.width), up(rect.x + rect.width + gap + pad.left)]));
      const besideY = near.flatMap((rect) => pads.flatMap((pad) => [down(rect.y - gap - pad.bottom - size.height), up(rect.y + rect.height + gap + pad.top)]));
      const xs = candidates(wanted.x, besideX, least.x, reach, weights.left, weights.right);
      const ys = candidates(wanted.y, besideY, least.y, reach, weights.up, weights.down);
      for (const x of xs) {
        if (best && x.cost >= best.cost) break;
        for (const y of ys) {
          const cost = x.cost + y.cost;
          if (best && cost >= best.cost) break;
          const rect = rectAt({ x: x.at, y: y.at }, size);
          const wide = inflate(rect, gap);
          if (near.some((other) => overlaps(other, wide))) continue;
          const full = cost + (wish.penalty?.(rect) ?? 0);
          if ((best && full >= best.cost) || (wish.accept && !wish.accept(rect))) continue;
          best = { position: { x: x.at, y: y.at }, cost: full };
        }
      }
      if (all || (best && best.cost <= radius * cheapest)) return best;
    }
  }
}

function candidates(wanted: number, borders: readonly number[], least: number, radius: number, before: number, after: number): { at: number; cost: number }[] {
  const unique = new Set<number>([wanted]);
  for (const border of borders) if (border >= least && Math.abs(border - wanted) <= radius) unique.add(border);
  return [...unique]
    .map((at) => ({ at, cost: at < wanted ? (wanted - at) * before : (at - wanted) * after }))
    .sort((a, b) => a.cost - b.cost || a.at - b.at);
}

function down(value: number): number {
  return Math.floor(value / GRID) * GRID;
}

function up(value: number): number {
  return Math.ceil(value / GRID) * GRID;
}

function* cellsOf(rect: Rect): Generator<string> {
  const right = Math.floor((rect.x + rect.width) / CELL);
  const bottom = Math.floor((rect.y + rect.height) / CELL);
  for (let x = Math.floor(rect.x / CELL); x <= right; x++) {
    for (let y = Math.floor(rect.y / CELL); y <= bottom; y++) yield `${x},${y}`;
  }
}
