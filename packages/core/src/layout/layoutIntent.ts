/** A layout as intent: only what really changes. */
import type { FlowView, Point } from '../flow/schema.ts';
import type { IntentOp } from '../flow/transaction.ts';
import type { Places } from './viewWithLayout.ts';

/** `set` ops for every position, frame rectangle and route that differs from the view; ids that the view has not are left out. */
export function layoutIntent(view: FlowView, places: Places): IntentOp[] {
  const ops: IntentOp[] = [];
  for (const [id, position] of places.positions ?? []) {
    const node = view.node.get(id);
    if (node && !samePoint(node.position, position)) ops.push({ op: 'set', kind: 'node', id, field: 'position', from: node.position, to: position });
  }
  for (const [id, { position, size }] of places.frames ?? []) {
    const frame = view.frame.get(id);
    if (!frame) continue;
    if (!samePoint(frame.position, position)) ops.push({ op: 'set', kind: 'frame', id, field: 'position', from: frame.position, to: position });
    if (frame.size.width !== size.width || frame.size.height !== size.height) ops.push({ op: 'set', kind: 'frame', id, field: 'size', from: frame.size, to: size });
  }
  for (const [id, route] of places.routes ?? []) {
    const edge = view.edge.get(id);
    if (edge && !sameRoute(edge.route, route)) ops.push({ op: 'set', kind: 'edge', id, field: 'route', from: edge.route ?? null, to: route ?? null });
  }
  return ops;
}

function samePoint(a: Point, b: Point): boolean {
  return a.x === b.x && a.y === b.y;
}

function sameRoute(a: readonly Point[] | undefined, b: readonly Point[] | undefined): boolean {
  if (!a || !b) return a === b;
  return a.length === b.length && a.every((point, index) => samePoint(point, b[index]!));
}
