import type { Point } from '@uxflow/core';

/** The SVG path along the points with rounded corners; `radius` in px, less where a leg is short. */
export function roundedPath(points: readonly Point[], radius = 8): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let path = `M${first.x},${first.y}`;
  for (let i = 0; i < rest.length; i++) {
    const corner = rest[i]!;
    const next = rest[i + 1];
    const before = points[i]!;
    if (!next) {
      path += `L${corner.x},${corner.y}`;
      break;
    }
    const inLength = Math.hypot(corner.x - before.x, corner.y - before.y);
    const outLength = Math.hypot(next.x - corner.x, next.y - corner.y);
    const cut = Math.min(radius, inLength / 2, outLength / 2);
    if (cut < 0.5) {
      path += `L${corner.x},${corner.y}`;
      continue;
    }
    const start = { x: corner.x - ((corner.x - before.x) / inLength) * cut, y: corner.y - ((corner.y - before.y) / inLength) * cut };
    const end = { x: corner.x + ((next.x - corner.x) / outLength) * cut, y: corner.y + ((next.y - corner.y) / outLength) * cut };
    path += `L${start.x},${start.y}Q${corner.x},${corner.y} ${end.x},${end.y}`;
  }
  return path;
}

/** A smooth curve from the first point to the last that leaves and enters like the polyline does. */
export function curvedPath(points: readonly Point[]): string {
  const [a, b] = [points[0]!, points.at(-1)!];
  const [afterA, beforeB] = [points[1] ?? b, points.at(-2) ?? a];
  const reach = Math.max(40, Math.hypot(b.x - a.x, b.y - a.y) * 0.4);
  const one = toward(a, afterA, reach);
  const two = toward(b, beforeB, reach);
  return `M${a.x},${a.y}C${one.x},${one.y} ${two.x},${two.y} ${b.x},${b.y}`;
}

/** Where a label stands: on the middle of the longest leg, legs that run flat preferred, because text is flat. */
export function labelPoint(points: readonly Point[]): Point {
  let best: Point = points[0] ?? { x: 0, y: 0 };
  let longest = -1;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1]!, points[i]!];
    const length = Math.hypot(b.x - a.x, b.y - a.y) * (Math.abs(b.y - a.y) < 1 ? 1.6 : 1);
    if (length > longest) {
      longest = length;
      best = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    }
  }
  return best;
}

/** The three corners of the arrow head at the end of the points, as an SVG polygon list. */
export function arrowHead(points: readonly Point[], size = 7): string {
  const tip = points.at(-1);
  const before = [...points].reverse().find((point) => tip && Math.hypot(point.x - tip.x, point.y - tip.y) > 0.5);
  if (!tip || !before) return '';
  const length = Math.hypot(tip.x - before.x, tip.y - before.y);
  const [ux, uy] = [(tip.x - before.x) / length, (tip.y - before.y) / length];
  const base = { x: tip.x - ux * size, y: tip.y - uy * size };
  const half = size * 0.55;
  return `${tip.x},${tip.y} ${base.x - uy * half},${base.y + ux * half} ${base.x + uy * half},${base.y - ux * half}`;
}

function toward(from: Point, to: Point, by: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return { x: from.x + ((to.x - from.x) / length) * by, y: from.y + ((to.y - from.y) / length) * by };
}
