/** Where the labels of edges stand and how much room they take. */
import type { Point, Size } from '../flow/schema.ts';
import type { Rect } from './geometry.ts';

/** Room that an edge's label takes, px. */
export function labelSize(text: string): Size {
  return { width: Math.min(176, 16 + 6.5 * text.length), height: 20 };
}

/** Middle of the label of a drawn way: on its longest leg, legs that run flat preferred, because text is flat. */
export function labelPoint(path: readonly Point[]): Point {
  let best: Point = path[0] ?? { x: 0, y: 0 };
  let longest = -1;
  for (let index = 1; index < path.length; index++) {
    const [a, b] = [path[index - 1]!, path[index]!];
    const length = Math.hypot(b.x - a.x, b.y - a.y) * (Math.abs(b.y - a.y) < 1 ? 1.6 : 1);
    if (length <= longest) continue;
    longest = length;
    best = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  }
  return best;
}

/** The rectangle of a label on a drawn way. */
export function labelRect(text: string, path: readonly Point[]): Rect {
  const [at, size] = [labelPoint(path), labelSize(text)];
  return { x: at.x - size.width / 2, y: at.y - size.height / 2, ...size };
}
