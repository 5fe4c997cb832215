import { fromBase64 } from './base64.ts';
import { MOST_DRAWN, type CarriedDrawing, type DrawnConnection, type DrawnElement } from './drawing.ts';
import { drawnType } from './drawnType.ts';
import { inflate } from './inflate.ts';
import { decodeEntities, parseXml, type XmlElement } from './xml.ts';

/** The most that a packed page may come to, bytes. */
const MOST_BYTES = 20 * 1024 * 1024;

/** The first page of a draw.io file (`<mxfile>` or `<mxGraphModel>`) as a drawing; undefined where it is none or holds no box. */
export function drawingOfDrawio(source: string): CarriedDrawing | undefined {
  const root = parseXml(source);
  const model = root && modelOf(root);
  const holder = model?.children.find(({ name }) => name === 'root');
  if (!holder) return undefined;
  const cells = holder.children.flatMap(cellOf);
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  const edges = cells.filter(({ isEdge, source: from, target: to }) => isEdge && byId.has(from) && byId.has(to) && from !== to);
  const labelOf = (edge: Cell) => edge.text || cells.filter((cell) => cell.parent === edge.id).map(({ text }) => text).join(' ');
  const isBox = (cell: Cell) => cell.isVertex && !byId.get(cell.parent)?.isEdge && !/(?:^|;)(?:edgeLabel|text|group|swimlane)(?:;|$)/.test(cell.style);
  const joined = new Set(edges.flatMap((edge) => [edge.source, edge.target]));
  const boxes = cells.filter((cell) => (isBox(cell) || joined.has(cell.id)) && (cell.text || joined.has(cell.id)));
  if (!boxes.length || boxes.length > MOST_DRAWN) return undefined;
  const known = new Set(boxes.map(({ id }) => id));
  const elements = boxes.map((cell): DrawnElement => {
    const ways = { in: edges.filter(({ target }) => target === cell.id).length, out: edges.filter(({ source: from }) => from === cell.id).length };
    const inside = !joined.has(cell.id) && known.has(cell.parent) ? cell.parent : undefined;
    if (inside) return { id: cell.id, type: /rounded=1|button/.test(cell.style) ? 'button' : 'input', text: cell.text, within: inside };
    return { id: cell.id, type: drawnType(formOf(cell.style), cell.text, ways), text: cell.text };
  });
  const connections = edges.filter(({ source: from, target }) => known.has(from) && known.has(target)).map((edge): DrawnConnection => {
    const label = labelOf(edge);
    const isBackward = /startArrow=(?!none)/.test(edge.style) && /endArrow=none/.test(edge.style);
    return { from: isBackward ? edge.target : edge.source, to: isBackward ? edge.source : edge.target, ...(label ? { label: label.slice(0, 300) } : {}) };
  });
  return { source: 'drawio', elements, connections };
}

interface Cell {
  id: string;
  text: string;
  style: string;
  parent: string;
  source: string;
  target: string;
  isVertex: boolean;
  isEdge: boolean;
}

function cellOf(element: XmlElement): Cell[] {
  // Cells with data of their own stand in a wrapper that has the id and the label.
  const cell = element.name === 'mxCell' ? element : element.children.find(({ name }) => name === 'mxCell');
  if (!cell) return [];
  const { attributes } = cell;
  const id = element.attributes['id'] ?? attributes['id'] ?? '';
  const text = plain(element.attributes['label'] ?? attributes['value'] ?? '');
  return id ? [{ id: id.slice(0, 100), text, style: attributes['style'] ?? '', parent: attributes['parent'] ?? '', source: attributes['source'] ?? '', target: attributes['target'] ?? '', isVertex: attributes['vertex'] === '1', isEdge: attributes['edge'] === '1' }] : [];
}

function modelOf(root: XmlElement): XmlElement | undefined {
  if (root.name === 'mxGraphModel') return root;
  if (root.name !== 'mxfile') return undefined;
  const page = root.children.find(({ name }) => name === 'diagram');
  const open = page?.children.find(({ name }) => name === 'mxGraphModel');
  if (open) return open;
  const packed = page?.text.trim();
  const bytes = packed ? inflate(fromBase64(packed), MOST_BYTES) : undefined;
  if (!bytes) return undefined;
  const unpacked = parseXml(decodeUri(new TextDecoder().decode(bytes)));
  return unpacked?.name === 'mxGraphModel' ? unpacked : undefined;
}

/** The text with its percent signs written out; as it stands where they are broken. */
export function decodeUri(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A label without its markup, on one line. */
const plain = (html: string): string => decodeEntities(html.replace(/<(?:br|\/p|\/div|\/li)\b[^>]*>/gi, ' ').replace(/<[^>]*>/g, '')).replace(/\s+/g, ' ').trim().slice(0, 500);

function formOf(style: string): 'box' | 'round' | 'diamond' | 'ellipse' | 'note' {
  if (/(?:^|;)(?:shape=)?rhombus/.test(style) || /shape=mxgraph\.flowchart\.decision/.test(style)) return 'diamond';
  if (/(?:^|;)(?:shape=)?ellipse/.test(style) || /shape=mxgraph\.flowchart\.(?:terminator|start)/.test(style)) return 'ellipse';
  if (/shape=note/.test(style)) return 'note';
  return /rounded=1/.test(style) && /arcSize=(?:[4-9]\d|100)/.test(style) ? 'round' : 'box';
}
