/** How large a node is drawn: the one table that layout, canvas and export share. */
import type { Node, NodeType, Size } from '../flow/schema.ts';

/** px that the text of one line takes, and the rows that a card may hold. Widths and heights are multiples of 32, so that centres meet the 16 px grid. */
const LINE = 20;
const CHARACTER = 7.4;
const STEP = 32;

/** Height of the head of a `condition` node and of each of its rows, px. */
export const CONDITION_HEAD = 64;
export const CONDITION_ROW = 32;
/** Most rows of elements that a card shows before it says "+ n". */
export const ELEMENT_ROWS = 6;
/** px per row of elements. */
export const ELEMENT_ROW = 24;

/** Least size of every type, px. */
export const BASE_SIZES: Readonly<Record<NodeType, Size>> = {
  start: { width: 128, height: 64 },
  end: { width: 128, height: 64 },
  screen: { width: 256, height: 128 },
  popup: { width: 224, height: 128 },
  action: { width: 192, height: 64 },
  apiCall: { width: 224, height: 64 },
  decision: { width: 192, height: 128 },
  condition: { width: 224, height: 96 },
  subflow: { width: 224, height: 96 },
  note: { width: 192, height: 96 },
};

/** The size that a node is drawn at, px: its own `size` when it has one, else by type and content. */
export function nodeSize(node: Node): Size {
  if (node.size) return { width: node.size.width, height: node.size.height };
  const base = BASE_SIZES[node.type] ?? BASE_SIZES.screen;
  if (node.type === 'decision') return diamondSize(node.data.title);
  if (node.type === 'start' || node.type === 'end') return pillSize(node.data.title, base);
  if (node.type === 'condition') return { width: base.width, height: Math.max(base.height, CONDITION_HEAD + CONDITION_ROW * entries(node.conditions)) };
  let content = 24 + LINE * linesOf(node.data.title, base.width, 3);
  if (node.type === 'note') content += LINE * linesOf(node.data.description, base.width, 8);
  else content += LINE * linesOf(node.data.description, base.width, 3);
  if (node.type === 'apiCall' && (node.data.url || node.data.method)) content += LINE;
  if (node.type === 'screen' || node.type === 'popup') {
    const elements = entries(node.elements);
    content += 24 + ELEMENT_ROW * Math.min(elements, ELEMENT_ROWS) + (elements > ELEMENT_ROWS ? LINE : 0);
    if (entries(node.variants) > 0 || entries(node.checklist) > 0) content += 24;
  }
  return { width: base.width, height: Math.max(base.height, STEP * Math.ceil(content / STEP)) };
}

/** A diamond holds text only in its middle half, so it grows with its title in both directions. */
function diamondSize(title: string): Size {
  const length = title.length;
  if (length <= 44) return { width: 192, height: 128 };
  if (length <= 80) return { width: 256, height: 160 };
  return { width: 320, height: 192 };
}

function pillSize(title: string, base: Size): Size {
  const wanted = STEP * Math.ceil((title.length * CHARACTER + 48) / STEP);
  return { width: Math.min(256, Math.max(base.width, wanted)), height: base.height };
}

function linesOf(text: string | undefined, width: number, most: number): number {
  if (!text) return 0;
  const perLine = Math.floor((width - 32) / CHARACTER);
  let lines = 0;
  for (const paragraph of text.split('\n')) lines += Math.max(1, Math.ceil(paragraph.length / perLine));
  return Math.min(most, lines);
}

function entries(record: Readonly<Record<string, unknown>> | undefined): number {
  return record ? Object.keys(record).length : 0;
}
