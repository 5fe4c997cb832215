import { parseDocument, type FlowDocument } from '../../flow/index.ts';
import { MOST_DRAWN, type CarriedDrawing, type DrawnConnection, type DrawnElement } from './drawing.ts';
import { decodeUri, drawingOfDrawio } from './drawioDrawing.ts';
import { latin, pngChunks, svgText, type ImageType } from './imageFile.ts';
import { inflate } from './inflate.ts';
import { drawingOfSvg } from './svgDrawing.ts';
import { parseXml, type XmlElement } from './xml.ts';

/** The most that a text inside of a picture may come to, bytes. */
const MOST_TEXT = 20 * 1024 * 1024;

/**
 * The structure that a picture carries in itself: a flow of this app or a draw.io page in a PNG or SVG, else the boxes, arrows and
 * words of an SVG. Undefined where it carries none: then somebody has to look at it. The bytes must have passed `readImage`.
 */
export function carriedDrawing(bytes: Uint8Array, mediaType: ImageType): CarriedDrawing | undefined {
  if (mediaType === 'image/png') return ofPng(bytes);
  if (mediaType !== 'image/svg+xml') return undefined;
  const root = parseXml(svgText(bytes));
  if (!root) return undefined;
  return ofSvgTexts(root) ?? drawingOfSvg(root);
}

function ofPng(bytes: Uint8Array): CarriedDrawing | undefined {
  for (const { type, data } of pngChunks(bytes)) {
    const text = type === 'tEXt' || type === 'zTXt' || type === 'iTXt' ? pngText(type, data) : undefined;
    if (!text) continue;
    if (text.keyword === 'uxflow') return ofUxflow(text.value);
    if (text.keyword === 'mxfile' || text.keyword === 'mxGraphModel') return drawingOfDrawio(text.value.startsWith('%3C') ? decodeUri(text.value) : text.value);
  }
  return undefined;
}

/** Keyword and text of a text chunk; undefined where it is broken. */
function pngText(type: string, data: Uint8Array): { keyword: string; value: string } | undefined {
  const end = data.indexOf(0);
  if (end < 1 || end > 79) return undefined;
  const keyword = latin(data, 0, end);
  if (type === 'tEXt') return { keyword, value: new TextDecoder('latin1').decode(data.subarray(end + 1)) };
  let at = end + 2;
  let isPacked = true;
  if (type === 'iTXt') {
    isPacked = data[end + 1] === 1;
    at = data.indexOf(0, end + 3) + 1;
    at = at > 0 ? data.indexOf(0, at) + 1 : 0;
    if (at === 0) return undefined;
  }
  const body = isPacked ? inflate(data.subarray(at), MOST_TEXT, true) : data.subarray(at);
  return body && { keyword, value: new TextDecoder(type === 'zTXt' ? 'latin1' : 'utf-8').decode(body) };
}

function ofSvgTexts(root: XmlElement): CarriedDrawing | undefined {
  const content = root.attributes['content'];
  if (content && /<mx(?:file|GraphModel)/.test(content)) return drawingOfDrawio(content);
  const metadata = root.children.find(({ name }) => name === 'metadata');
  const own = metadata && [metadata, ...metadata.children].map(({ text }) => text.trim()).find((text) => text.startsWith('{') && text.includes('"uxflow"'));
  return own ? ofUxflow(own) : undefined;
}

function ofUxflow(text: string): CarriedDrawing | undefined {
  let document: FlowDocument;
  try {
    document = parseDocument(new TextEncoder().encode(text));
  } catch {
    // What stands in the picture is no flow any more; it can still be looked at.
    return undefined;
  }
  const nodes = Object.values(document.nodes).slice(0, MOST_DRAWN);
  const elements = nodes.flatMap((node): DrawnElement[] => [
    { id: node.id.slice(0, 100), type: node.type, text: node.data.title },
    ...Object.entries(node.elements ?? {}).map(([id, element]) => ({ id: id.slice(0, 100), type: element.type, text: element.label, within: node.id })),
  ]);
  const connections = Object.values(document.edges).map((edge): DrawnConnection => ({ from: edge.source, to: edge.target, ...(edge.data.label ? { label: edge.data.label } : {}) }));
  return elements.length ? { source: 'uxflow', elements: elements.slice(0, MOST_DRAWN), connections: connections.slice(0, 2 * MOST_DRAWN) } : undefined;
}
