/** Aligns or spreads several nodes. */
import type { FlowView, Point } from '../flow/schema.ts';
import type { IntentOp } from '../flow/transaction.ts';
import { isAnchor } from './anchors.ts';
import { nodeRect } from './drawn.ts';
import { boundsOf, centreOf, compareText, type Rect } from './geometry.ts';
import { layoutIntent } from './layoutIntent.ts';

/** `center` puts the middles on one vertical line, `middle` on one horizontal line; `distribute…` makes the gaps equal. */
export type Alignment = 'left' | 'right' | 'top' | 'bottom' | 'center' | 'middle' | 'distributeX' | 'distributeY';

/**
 * `set` ops for the positions that change. Pinned and locked nodes never move; where there are some, the others are aligned
 * to them. Fewer than two known nodes (three to distribute) give no ops.
 */
export function alignIntent(view: FlowView, nodeIds: Iterable<string>, alignment: Alignment): IntentOp[] {
  const nodes = [...new Set(nodeIds)].sort(compareText).flatMap((id) => view.node.get(id) ?? []);
  const boxes = nodes.map((node) => ({ id: node.id, rect: nodeRect(node), fixed: isAnchor(node) }));
  const spread = alignment === 'distributeX' || alignment === 'distributeY';
  if (boxes.length < (spread ? 3 : 2)) return [];
  const positions = spread ? distributed(boxes, alignment === 'distributeX' ? 'x' : 'y') : aligned(boxes, alignment);
  return layoutIntent(view, { positions });
}

interface Box {
  id: string;
  rect: Rect;
  fixed: boolean;
}

function aligned(boxes: readonly Box[], alignment: Exclude<Alignment, 'distributeX' | 'distributeY'>): Map<string, Point> {
  const fixed = boxes.filter((box) => box.fixed);
  const bounds = boundsOf((fixed.length > 0 ? fixed : boxes).map((box) => box.rect))!;
  const middle = centreOf(bounds);
  const out = new Map<string, Point>();
  for (const { id, rect, fixed: held } of boxes) {
    if (held) continue;
    const point = { x: rect.x, y: rect.y };
    if (alignment === 'left') point.x = bounds.x;
    if (alignment === 'right') point.x = bounds.x + bounds.width - rect.width;
    if (alignment === 'center') point.x = Math.round(middle.x - rect.width / 2);
    if (alignment === 'top') point.y = bounds.y;
    if (alignment === 'bottom') point.y = bounds.y + bounds.height - rect.height;
    if (alignment === 'middle') point.y = Math.round(middle.y - rect.height / 2);
    out.set(id, point);
  }
  return out;
}

/** Equal gaps between the first and the last node, which stay; the order is that of the middles. */
function distributed(boxes: readonly Box[], axis: 'x' | 'y'): Map<string, Point> {
  const length = axis === 'x' ? 'width' : 'height';
  const order = [...boxes].sort((a, b) => centreOf(a.rect)[axis] - centreOf(b.rect)[axis] || compareText(a.id, b.id));
  const first = order[0]!.rect;
  const last = order.at(-1)!.rect;
  const taken = order.slice(1, -1).reduce((sum, box) => sum + box.rect[length], 0);
  const gap = (last[axis] - (first[axis] + first[length]) - taken) / (order.length - 1);
  const out = new Map<string, Point>();
  let at = first[axis] + first[length] + gap;
  for (const box of order.slice(1, -1)) {
    if (!box.fixed) out.set(box.id, { ...{ x: box.rect.x, y: box.rect.y }, [axis]: Math.round(at) });
    at += box.rect[length] + gap;
  }
  return out;
}
