import type { FlowView, Node, Point } from '../schema.ts';
import type { FindPlace } from './finding.ts';

/** Size in px that a node is taken to have when nobody measured it: small, so that an overlap that is told is one. */
export const ASSUMED_SIZE = { width: 140, height: 56 };

const CELL = 256;
const STEP = { x: 256, y: 160 };
const MARGIN = 32;
const RINGS = 40;

/** Finds places: it looks one step on in the reading direction (or back), then beside that, further and further; else under the whole flow. */
export function createFreePlaces(view: FlowView): FindPlace {
  const cells = new Map<string, Box[]>();
  let bottom = 0;
  for (const node of view.node.values()) {
    const box = boxOf(node);
    bottom = Math.max(bottom, box.y + box.height);
    for (const key of cellsOf(box)) {
      const list = cells.get(key);
      if (list) list.push(box);
      else cells.set(key, [box]);
    }
  }
  const isFree = (at: Point, taken: readonly Point[]): boolean => {
    const wanted = grown({ ...at, ...ASSUMED_SIZE });
    if (taken.some((other) => overlap(wanted, { ...other, ...ASSUMED_SIZE }))) return false;
    return cellsOf(wanted).every((key) => !(cells.get(key) ?? []).some((box) => overlap(wanted, box)));
  };
  const isDown = view.flow.settings?.direction === 'down';
  return ({ near, taken, side }) => {
    const sign = side === 'before' ? -1 : 1;
    for (let ring = 0; ring < RINGS; ring++) {
      for (const row of [0, 1, -1, 2, -2]) {
        const [along, across] = [sign * (ring + 1), row];
        const at = { x: near.position.x + STEP.x * (isDown ? across : along), y: near.position.y + STEP.y * (isDown ? along : across) };
        // Never further out than zero, where a canvas begins, unless the flow stands there already.
        if (at.x >= Math.min(0, near.position.x) && at.y >= Math.min(0, near.position.y) && isFree(at, taken)) return at;
      }
    }
    return { x: near.position.x, y: bottom + STEP.y * (taken.length + 1) };
  };
}

/** Nodes that lie on an earlier one (in order of ids), each with the first that it lies on. Near-linear: a grid of cells. */
export function overlappingNodes(nodes: readonly Node[]): [node: Node, on: Node][] {
  const cells = new Map<string, { box: Box; node: Node }[]>();
  const out: [Node, Node][] = [];
  for (const node of nodes) {
    const box = boxOf(node);
    const keys = cellsOf(box);
    let on: Node | undefined;
    for (const key of keys) on ??= cells.get(key)?.find((other) => overlap(box, other.box))?.node;
    // A node on top of another adds nothing to what later ones could lie on, and a heap of thousands stays cheap.
    if (on) out.push([node, on]);
    else
      for (const key of keys) {
        const list = cells.get(key);
        if (list) list.push({ box, node });
        else cells.set(key, [{ box, node }]);
      }
  }
  return out;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The rectangle of a node, px. */
export function boxOf(node: Node): Box {
  return { x: node.position.x, y: node.position.y, ...(node.size ?? ASSUMED_SIZE) };
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function grown(box: Box): Box {
  return { x: box.x - MARGIN, y: box.y - MARGIN, width: box.width + 2 * MARGIN, height: box.height + 2 * MARGIN };
}

function cellsOf(box: Box): string[] {
  const keys: string[] = [];
  // A node of absurd size may not fill a million cells: it then counts where it begins.
  const right = Math.min(Math.floor((box.x + box.width) / CELL), Math.floor(box.x / CELL) + 40);
  const low = Math.min(Math.floor((box.y + box.height) / CELL), Math.floor(box.y / CELL) + 40);
  for (let x = Math.floor(box.x / CELL); x <= right; x++) for (let y = Math.floor(box.y / CELL); y <= low; y++) keys.push(`${x},${y}`);
  return keys;
}
