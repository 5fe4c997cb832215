/** The cheapest orthogonal path between two points around obstacles: A* on the lines that the obstacles' borders draw. */
import type { Point } from '../flow/schema.ts';
import { EDGE_CLEARANCE, type Rect, type Side } from './geometry.ts';

/** A node in the way; `own` ones belong to the edge and are passed close by without cost. */
export interface Obstacle {
  rect: Rect;
  own: boolean;
}
/** A straight piece of a route that is already drawn: x1 <= x2, y1 <= y2. */
export interface UsedSegment {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}
/** One search: from stub end to stub end, inside a region. */
export interface PathQuestion {
  from: Point;
  fromSide: Side;
  to: Point;
  toSide: Side;
  region: Rect;
  obstacles: readonly Obstacle[];
  used: readonly UsedSegment[];
  /** A path that costs more than this is not looked for. */
  limit?: number;
}

/** What a path pays beside its length, px of detour that it would rather take. */
const BEND = 48;
const CROSSING = 64;
/** Factor on the length of pieces that pass a foreign node closer than the clearance. */
const TOO_NEAR = 4;
/** Factor on the length of pieces that lie in the lane of another edge, and the width of a lane. */
const SAME_LANE = 6;
const LANE = 8;
const LANE_STEP = 12;
/** Most lines of one axis; beyond it lanes beside drawn edges are left out. */
const MOST_LINES = 110;
const BLOCKED = Number.POSITIVE_INFINITY;

/** Points of the cheapest path, both ends included; undefined when the region holds none. */
export function findPath(question: PathQuestion): Point[] | undefined {
  const xs = linesOf(question, 'x');
  const ys = linesOf(question, 'y');
  const costs = stepCosts(question, xs, ys);
  const start = ys.indexOf(question.from.y) * xs.length + xs.indexOf(question.from.x);
  const goal = ys.indexOf(question.to.y) * xs.length + xs.indexOf(question.to.x);
  return search({ xs, ys, costs, start, goal, startAxis: isFlat(question.fromSide) ? 0 : 1, goalAxis: isFlat(question.toSide) ? 0 : 1, limit: question.limit ?? BLOCKED });
}

function isFlat(side: Side): boolean {
  return side === 'left' || side === 'right';
}

function linesOf(question: PathQuestion, axis: 'x' | 'y'): number[] {
  const { region, obstacles, used, from, to } = question;
  const length = axis === 'x' ? 'width' : 'height';
  const [low, high] = [region[axis], region[axis] + region[length]];
  const lines = new Set<number>();
  const add = (value: number) => {
    if (value >= low && value <= high) lines.add(value);
  };
  for (const { rect } of obstacles) {
    add(rect[axis] - EDGE_CLEARANCE);
    add(rect[axis] + rect[length] + EDGE_CLEARANCE);
  }
  add(Math.round((from[axis] + to[axis]) / 2));
  const lanes: number[] = [];
  for (const segment of used) {
    const along = axis === 'x' ? segment.x1 === segment.x2 : segment.y1 === segment.y2;
    if (!along) continue;
    const at = axis === 'x' ? segment.x1 : segment.y1;
    lanes.push(at - LANE_STEP, at + LANE_STEP);
  }
  if (lines.size + lanes.length <= MOST_LINES) lanes.forEach(add);
  // Half way between neighbouring borders runs the lane that keeps most clear of both; it matters where they stand close.
  const borders = obstacles.flatMap(({ rect }) => [rect[axis], rect[axis] + rect[length]]).sort((a, b) => a - b);
  for (let index = 1; index < borders.length && lines.size < MOST_LINES; index++) {
    const gap = borders[index]! - borders[index - 1]!;
    if (gap >= 8 && gap <= 2 * EDGE_CLEARANCE) add(Math.round((borders[index]! + borders[index - 1]!) / 2));
  }
  // The two ends always have their lines, also where the region is cut close.
  lines.add(from[axis]);
  lines.add(to[axis]);
  return [...lines].sort((a, b) => a - b);
}

/** Cost of the step from every crossing to its right (`flat`) and lower (`upright`) neighbour. */
function stepCosts(question: PathQuestion, xs: readonly number[], ys: readonly number[]): { flat: Float64Array; upright: Float64Array } {
  const columns = xs.length;
  const flat = new Float64Array(columns * ys.length);
  const upright = new Float64Array(columns * ys.length);
  for (let row = 0; row < ys.length; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      flat[at] = column + 1 < columns ? xs[column + 1]! - xs[column]! : BLOCKED;
      upright[at] = row + 1 < ys.length ? ys[row + 1]! - ys[row]! : BLOCKED;
    }
  }
  const mark = (rect: Rect, factor: number) => {
    const [left, right, top, bottom] = [rect.x, rect.x + rect.width, rect.y, rect.y + rect.height];
    const [firstColumn, firstRow] = [firstAfter(xs, left), firstAfter(ys, top)];
    for (let row = firstRow; row < ys.length && ys[row]! < bottom; row++) {
      for (let column = Math.max(0, firstColumn - 1); column + 1 < columns && xs[column]! < right; column++) {
        if (xs[column + 1]! > left) flat[row * columns + column]! *= factor;
      }
    }
    for (let column = firstColumn; column < columns && xs[column]! < right; column++) {
      for (let row = Math.max(0, firstRow - 1); row + 1 < ys.length && ys[row]! < bottom; row++) {
        if (ys[row + 1]! > top) upright[row * columns + column]! *= factor;
      }
    }
  };
  for (const { rect, own } of question.obstacles) {
    mark(rect, BLOCKED);
    const near = EDGE_CLEARANCE - 1;
    if (!own) mark({ x: rect.x - near, y: rect.y - near, width: rect.width + 2 * near, height: rect.height + 2 * near }, TOO_NEAR);
  }
  for (const segment of question.used) {
    if (segment.y1 === segment.y2) {
      markSegment(segment.x1, segment.x2, segment.y1, xs, ys, (row, column) => (flat[row * columns + column]! *= SAME_LANE), (row, column) => (upright[row * columns + column]! += CROSSING));
    } else {
      markSegment(segment.y1, segment.y2, segment.x1, ys, xs, (column, row) => (upright[row * columns + column]! *= SAME_LANE), (column, row) => (flat[row * columns + column]! += CROSSING));
    }
  }
  return { flat, upright };
}

/** Visits what a drawn segment touches: steps in its own lane, and steps across it. `along` are the lines across the segment. */
function markSegment(low: number, high: number, at: number, along: readonly number[], across: readonly number[], lane: (line: number, step: number) => void, cross: (line: number, step: number) => void): void {
  const first = firstAfter(across, at - LANE);
  for (let line = first; line < across.length && across[line]! < at + LANE; line++) {
    for (let step = Math.max(0, firstAfter(along, low) - 1); step + 1 < along.length && along[step]! < high; step++) if (along[step + 1]! > low) lane(line, step);
  }
  // The step that begins above the segment and ends on or below it crosses it.
  const over = firstAfter(across, at - 1e-6) - 1;
  if (over < 0 || over + 1 >= across.length) return;
  for (let step = firstAfter(along, low); step < along.length && along[step]! < high; step++) cross(over, step);
}

/** Index of the first line that lies after the value. */
function firstAfter(lines: readonly number[], value: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

interface Search {
  xs: readonly number[];
  ys: readonly number[];
  costs: { flat: Float64Array; upright: Float64Array };
  start: number;
  goal: number;
  startAxis: 0 | 1;
  goalAxis: 0 | 1;
  limit: number;
}

function search({ xs, ys, costs, start, goal, startAxis, goalAxis, limit }: Search): Point[] | undefined {
  const columns = xs.length;
  // A state is a crossing and the axis by which it was entered.
  const states = columns * ys.length * 2;
  const best = new Float64Array(states).fill(BLOCKED);
  const before = new Int32Array(states).fill(-1);
  const closed = new Uint8Array(states);
  const heap = new Heap();
  const [goalX, goalY] = [xs[goal % columns]!, ys[Math.floor(goal / columns)]!];
  const open = (state: number, cost: number, from: number) => {
    if (cost >= best[state]!) return;
    const at = state >> 1;
    const dx = Math.abs(xs[at % columns]! - goalX);
    const dy = Math.abs(ys[(at / columns) | 0]! - goalY);
    // Bends that must still come: one when both axes are off, two when the way runs beside the goal's line.
    const axis = state & 1;
    const turns = dx > 0 && dy > 0 ? (axis === goalAxis ? 2 : 1) : dx > 0 ? (axis === 0 ? 0 : 1) + (goalAxis === 0 ? 0 : 1) : dy > 0 ? (axis === 1 ? 0 : 1) + (goalAxis === 1 ? 0 : 1) : axis === goalAxis ? 0 : 1;
    const whole = cost + dx + dy + BEND * turns;
    if (whole > limit) return;
    best[state] = cost;
    before[state] = from;
    heap.push(state, whole);
  };
  open(start * 2 + startAxis, 0, -1);
  for (let state = heap.pop(); state !== undefined; state = heap.pop()) {
    if (closed[state]) continue;
    closed[state] = 1;
    const at = state >> 1;
    const axis = state & 1;
    if (at === goal && (axis === goalAxis || goal === start)) return pathTo(state, before, xs, ys);
    const column = at % columns;
    const cost = best[state]!;
    if (at === goal) open(at * 2 + goalAxis, cost + BEND, state);
    const bendFlat = axis === 0 ? 0 : BEND;
    const bendUpright = axis === 1 ? 0 : BEND;
    if (column + 1 < columns) open((at + 1) * 2, cost + bendFlat + costs.flat[at]!, state);
    if (column > 0) open((at - 1) * 2, cost + bendFlat + costs.flat[at - 1]!, state);
    if (at + columns < columns * ys.length) open((at + columns) * 2 + 1, cost + bendUpright + costs.upright[at]!, state);
    if (at >= columns) open((at - columns) * 2 + 1, cost + bendUpright + costs.upright[at - columns]!, state);
  }
  return undefined;
}

function pathTo(state: number, before: Int32Array, xs: readonly number[], ys: readonly number[]): Point[] {
  const out: Point[] = [];
  for (let at = state; at >= 0; at = before[at]!) out.push({ x: xs[(at >> 1) % xs.length]!, y: ys[Math.floor((at >> 1) / xs.length)]! });
  return out.reverse();
}

/** A binary heap of states; equal costs leave in the order of their states, so that paths do not hang on insertion. */
class Heap {
  private states = new Int32Array(1024);
  private keys = new Float64Array(1024);
  private size = 0;

  push(state: number, key: number): void {
    if (this.size === this.states.length) this.grow();
    let at = this.size++;
    // Parents are moved down until the new one fits: half the writes of swapping.
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!less(key, state, this.keys[parent]!, this.states[parent]!)) break;
      this.states[at] = this.states[parent]!;
      this.keys[at] = this.keys[parent]!;
      at = parent;
    }
    this.states[at] = state;
    this.keys[at] = key;
  }

  pop(): number | undefined {
    if (this.size === 0) return undefined;
    const top = this.states[0]!;
    this.size--;
    const state = this.states[this.size]!;
    const key = this.keys[this.size]!;
    let at = 0;
    for (let child = 1; child < this.size; child = 2 * at + 1) {
      if (child + 1 < this.size && less(this.keys[child + 1]!, this.states[child + 1]!, this.keys[child]!, this.states[child]!)) child++;
      if (!less(this.keys[child]!, this.states[child]!, key, state)) break;
      this.states[at] = this.states[child]!;
      this.keys[at] = this.keys[child]!;
      at = child;
    }
    this.states[at] = state;
    this.keys[at] = key;
    return top;
  }

  private grow(): void {
    const [states, keys] = [new Int32Array(this.size * 2), new Float64Array(this.size * 2)];
    states.set(this.states);
    keys.set(this.keys);
    this.states = states;
    this.keys = keys;
  }
}

function less(keyA: number, stateA: number, keyB: number, stateB: number): boolean {
  return keyA < keyB || (keyA === keyB && stateA < stateB);
}
