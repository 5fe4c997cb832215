/** Lays a few connected nodes out like a small tree, without ELK: the block that a new branch is placed as. */
import type { Edge, Node, Point, Size } from '../flow/schema.ts';
import { boundsOf, rectAt, type Rect } from './geometry.ts';
import { feedbackEdges, longestRanks, type Direction } from './graph.ts';
import { nodeSize } from './nodeSize.ts';

/** A laid out block; offsets and rectangles count from its top left corner. */
export interface Branch {
  size: Size;
  /** Nodes in reading order. */
  order: Node[];
  offsets: Map<string, Point>;
  rects: Map<string, Rect>;
}

/** Space between two ranks and between two nodes of one rank, px; on the grid. */
const RANK_GAP = 80;
const ROW_GAP = 48;

/** The block of these nodes; `edges` are those between them. Ranks by the longest way from a root, rows in reading order. */
export function layBranch(nodes: readonly Node[], edges: readonly Edge[], direction: Direction): Branch {
  const feedback = feedbackEdges(nodes, edges);
  const forward = edges.filter((edge) => !feedback.has(edge.id));
  const ranks = longestRanks(nodes, forward);
  const order = readingOrderOf(nodes, forward, ranks);
  const across = new Map<string, number>();
  const rows: Node[][] = [];
  for (const node of order) (rows[ranks.get(node.id)!] ??= []).push(node);
  const thickness = (node: Node) => (direction === 'right' ? nodeSize(node).height : nodeSize(node).width);
  const depth = (node: Node) => (direction === 'right' ? nodeSize(node).width : nodeSize(node).height);
  // From the last rank to the first: a node stands at the middle of what it leads to, pushed on by its neighbour.
  for (let rank = rows.length - 1; rank >= 0; rank--) {
    let free = -Infinity;
    for (const node of rows[rank]!) {
      const targets = forward.filter((edge) => edge.source === node.id && across.has(edge.target)).map((edge) => across.get(edge.target)!);
      const wish = targets.length > 0 ? (Math.min(...targets) + Math.max(...targets)) / 2 : free === -Infinity ? 0 : free + thickness(node) / 2;
      const middle = Math.max(wish, free === -Infinity ? wish : free + thickness(node) / 2);
      across.set(node.id, middle);
      free = middle + thickness(node) / 2 + ROW_GAP;
    }
  }
  const rects = new Map<string, Rect>();
  let along = 0;
  for (const row of rows) {
    const deepest = Math.max(...row.map(depth));
    for (const node of row) {
      const start = across.get(node.id)! - thickness(node) / 2;
      rects.set(node.id, rectAt(direction === 'right' ? { x: along, y: start } : { x: start, y: along }, nodeSize(node)));
    }
    along += deepest + RANK_GAP;
  }
  const bounds = boundsOf(rects.values())!;
  const offsets = new Map<string, Point>();
  for (const [id, rect] of rects) {
    const moved = { ...rect, x: Math.round(rect.x - bounds.x), y: Math.round(rect.y - bounds.y) };
    rects.set(id, moved);
    offsets.set(id, { x: moved.x, y: moved.y });
  }
  return { size: { width: Math.ceil(bounds.width), height: Math.ceil(bounds.height) }, order, offsets, rects };
}

/** Depth first from the roots, so that the arms of one node stand next to each other in every rank. */
function readingOrderOf(nodes: readonly Node[], forward: readonly Edge[], ranks: ReadonlyMap<string, number>): Node[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const seen = new Set<string>();
  const out: Node[] = [];
  const roots = nodes.filter((node) => ranks.get(node.id) === 0);
  const stack = roots.map((node) => node.id).reverse();
  while (stack.length > 0) {
    const id = stack.pop()!;
    if (seen.has(id)) continue;
    seen.add(id);
    out.push(byId.get(id)!);
    const targets = forward.filter((edge) => edge.source === id && byId.has(edge.target)).map((edge) => edge.target);
    stack.push(...targets.reverse());
  }
  return out.sort((a, b) => ranks.get(a.id)! - ranks.get(b.id)!);
}
