import { drawnType } from './drawnType.ts';
import { MOST_DRAWN, type CarriedDrawing, type DrawnConnection, type DrawnElement } from './drawing.ts';
import { collectShapes, type SvgLine, type SvgScene, type SvgShape, type SvgText } from './svgShapes.ts';
import type { XmlElement } from './xml.ts';

/** The boxes, arrows and words of an SVG as a drawing; undefined where it holds none (a photo, an icon, a chart). */
export function drawingOfSvg(root: XmlElement): CarriedDrawing | undefined {
  const scene = collectShapes(root);
  const page = Math.max(1, ...scene.shapes.map(area));
  const boxes = scene.shapes.filter((shape) => shape.width >= 8 && shape.height >= 8);
  const texts = new Map<SvgShape, SvgText[]>();
  const loose: SvgText[] = [];
  for (const text of scene.texts) {
    const at = boxes.filter((shape) => contains(shape, text)).sort((a, b) => area(a) - area(b))[0];
    if (at && !isBackdrop(at, boxes, page, scene)) texts.set(at, [...(texts.get(at) ?? []), text]);
    else loose.push(text);
  }
  const labelled = boxes.filter((shape) => texts.has(shape) || (isTerminal(shape) && touches(shape, scene)));
  if (!labelled.length || labelled.length > MOST_DRAWN) return undefined;
  const links = scene.lines.flatMap((line) => linkOf(line, labelled));
  if (labelled.length === 1 && !links.length && !texts.get(labelled[0]!)?.length) return undefined;
  const linked = new Set(links.flatMap(({ from, to }) => [from, to]));
  const outerOf = (shape: SvgShape) => labelled.filter((other) => other !== shape && area(other) > area(shape) && encloses(other, shape)).sort((a, b) => area(a) - area(b))[0];
  const names = new Map(labelled.map((shape, index) => [shape, `e${index + 1}`]));
  const elements: DrawnElement[] = [];
  for (const shape of labelled) {
    const inner = labelled.filter((other) => other !== shape && outerOf(other) === shape);
    // A box around boxes that are joined is a group and no step of its own.
    if (inner.length && !linked.has(shape) && inner.some((other) => linked.has(other))) continue;
    const text = wordsOf(texts.get(shape) ?? []);
    const outer = outerOf(shape);
    const within = outer && !linked.has(shape) && (linked.has(outer) || !inner.length) && !labelled.some((other) => linked.has(other) && outerOf(other) === outer) ? names.get(outer) : undefined;
    if (within) {
      elements.push({ id: names.get(shape)!, type: fieldType(text, shape), text, within });
      continue;
    }
    const ways = { in: links.filter(({ to }) => to === shape).length, out: links.filter(({ from }) => from === shape).length };
    elements.push({ id: names.get(shape)!, type: drawnType(shape.form, text, ways), text });
  }
  const known = new Set(elements.map(({ id }) => id));
  const labels = labelsOf(links, loose);
  const connections = links.flatMap(({ from, to }, index): DrawnConnection[] => {
    const [a, b] = [names.get(from)!, names.get(to)!];
    const label = labels.get(index);
    return known.has(a) && known.has(b) ? [{ from: a, to: b, ...(label ? { label } : {}) }] : [];
  });
  // Words in boxes that nothing joins and that are no screen with fields are a chart or a poster as likely as a flow.
  if (!connections.length && !elements.some(({ within }) => within) && elements.length < 2) return undefined;
  return { source: 'svg', elements, connections };
}

interface Link {
  line: SvgLine;
  from: SvgShape;
  to: SvgShape;
}

/** What a line joins: the shapes nearest to its two ends, in the direction of its arrow head. */
function linkOf(line: SvgLine, shapes: readonly SvgShape[]): Link[] {
  const a = nearest(line.from, shapes);
  const b = nearest(line.to, shapes);
  if (!a || !b || a === b) return [];
  return line.isBackward ? [{ line, from: b, to: a }] : [{ line, from: a, to: b }];
}

/** The farthest that the end of a line may stay away from its box, px. */
const REACH = 24;

function nearest(point: { x: number; y: number }, shapes: readonly SvgShape[]): SvgShape | undefined {
  let best: SvgShape | undefined;
  let least = Infinity;
  for (const shape of shapes) {
    const dx = Math.max(shape.x - point.x, 0, point.x - shape.x - shape.width);
    const dy = Math.max(shape.y - point.y, 0, point.y - shape.y - shape.height);
    // Deep inside of a large box is farther away than at the edge of a small one.
    const inside = dx === 0 && dy === 0 ? Math.min(point.x - shape.x, shape.x + shape.width - point.x, point.y - shape.y, shape.y + shape.height - point.y) / 100 : 0;
    const distance = Math.hypot(dx, dy) + inside;
    if (distance < least) [best, least] = [shape, distance];
  }
  return least <= REACH ? best : undefined;
}

/** Words outside of every box, each at the line whose middle it is nearest to. */
function labelsOf(links: readonly Link[], loose: readonly SvgText[]): Map<number, string> {
  const out = new Map<number, string>();
  for (const text of loose) {
    let best = -1;
    let least = 60;
    links.forEach(({ line }, index) => {
      const distance = Math.min(...segmentsOf(line.points).map(([a, b]) => toSegment(text, a, b)));
      if (distance < least) [best, least] = [index, distance];
    });
    if (best >= 0) out.set(best, out.has(best) ? `${out.get(best)} ${text.text}` : text.text);
  }
  return out;
}

const segmentsOf = (points: SvgLine['points']): [SvgLine['from'], SvgLine['from']][] => points.slice(1).map((point, index) => [points[index]!, point]);

function toSegment(p: { x: number; y: number }, a: { x: number; y: number }, b: { x: number; y: number }): number {
  const length = (b.x - a.x) ** 2 + (b.y - a.y) ** 2;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((p.x - a.x) * (b.x - a.x) + (p.y - a.y) * (b.y - a.y)) / length));
  return Math.hypot(p.x - a.x - t * (b.x - a.x), p.y - a.y - t * (b.y - a.y));
}

/** Lines of one box, top to bottom. */
const wordsOf = (texts: readonly SvgText[]): string => [...texts].sort((a, b) => a.y - b.y || a.x - b.x).map(({ text }) => text).join(' ').replace(/\s+/g, ' ').slice(0, 500);
const area = (shape: SvgShape): number => shape.width * shape.height;
const isTerminal = (shape: SvgShape): boolean => shape.form === 'ellipse' && shape.width <= 80 && shape.height <= 80;
const contains = (shape: SvgShape, { x, y }: { x: number; y: number }): boolean => x >= shape.x && x <= shape.x + shape.width && y >= shape.y && y <= shape.y + shape.height;
const encloses = (outer: SvgShape, inner: SvgShape): boolean => contains(outer, inner) && contains(outer, { x: inner.x + inner.width, y: inner.y + inner.height });
const touches = (shape: SvgShape, scene: SvgScene): boolean => scene.lines.some((line) => nearest(line.from, [shape]) || nearest(line.to, [shape]));
/** The sheet that everything stands on: the largest box, around nearly all others, which are joined or hold boxes themselves. */
function isBackdrop(shape: SvgShape, all: readonly SvgShape[], page: number, scene: SvgScene): boolean {
  if (area(shape) !== page) return false;
  const inner = all.filter((other) => other !== shape && encloses(shape, other));
  return inner.length > Math.max(2, all.length * 0.6) && (scene.lines.length > 0 || inner.some((one) => inner.some((other) => other !== one && encloses(one, other))));
}

function fieldType(text: string, shape: SvgShape): DrawnElement['type'] {
  if (shape.form === 'round' || BUTTON.test(text)) return 'button';
  return 'input';
}
const BUTTON = /^(?:ok|cancel|save|send|submit|next|back|continue|log ?in|sign (?:in|up)|register|buy|pay|add|delete|weiter|zurück|speichern|senden|abbrechen|anmelden|registrieren|kaufen|bezahlen|löschen)\b/iu;
