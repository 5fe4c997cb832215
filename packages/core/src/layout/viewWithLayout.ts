/** A view as it looks with a layout, without a transaction. */
import type { Edge, FlowView, Frame, Node, Point, Size } from '../flow/schema.ts';

/** The places of a layout; what is not named stays. */
export interface Places {
  positions?: ReadonlyMap<string, Point>;
  frames?: ReadonlyMap<string, { position: Point; size: Size }>;
  routes?: ReadonlyMap<string, Point[] | undefined>;
}

/** The view with these places. Records that do not change stay ===. */
export function viewWithLayout(view: FlowView, places: Places): FlowView {
  const node = new Map<string, Node>(view.node);
  for (const [id, position] of places.positions ?? []) {
    const old = node.get(id);
    if (old && (old.position.x !== position.x || old.position.y !== position.y)) node.set(id, { ...old, position });
  }
  const frame = new Map<string, Frame>(view.frame);
  for (const [id, rect] of places.frames ?? []) {
    const old = frame.get(id);
    if (old) frame.set(id, { ...old, position: rect.position, size: rect.size });
  }
  const edge = new Map<string, Edge>(view.edge);
  for (const [id, route] of places.routes ?? []) {
    const old = edge.get(id);
    if (!old) continue;
    const { route: _, ...rest } = old;
    edge.set(id, (route ? { ...rest, route } : rest) as Edge);
  }
  return { ...view, node, frame, edge };
}
