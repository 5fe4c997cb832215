import { textOf, type XmlElement } from './xml.ts';

interface Point {
  x: number;
  y: number;
}
/** A closed form, as the rectangle around it; px of the drawing. */
export interface SvgShape extends Point {
  form: 'box' | 'round' | 'diamond' | 'ellipse' | 'note';
  width: number;
  height: number;
}
/** A line with its two ends; `isBackward` when its only arrow head is at its beginning. */
export interface SvgLine {
  from: Point;
  to: Point;
  points: Point[];
  isBackward: boolean;
}
/** Words and the middle of where they stand. */
export interface SvgText extends Point {
  text: string;
}
export interface SvgScene {
  shapes: SvgShape[];
  lines: SvgLine[];
  texts: SvgText[];
}

/** What an SVG draws, with every transform worked in. What is only defined (symbols, markers, masks) is left out. */
export function collectShapes(root: XmlElement): SvgScene {
  const scene: SvgScene = { shapes: [], lines: [], texts: [] };
  visit(root, IDENTITY, 16, scene);
  return scene;
}

type Matrix = readonly [number, number, number, number, number, number];
const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];
const HIDDEN = new Set(['defs', 'marker', 'symbol', 'clipPath', 'mask', 'pattern', 'style', 'script', 'metadata', 'title', 'desc', 'linearGradient', 'radialGradient', 'filter']);

function visit(element: XmlElement, outer: Matrix, outerFont: number, scene: SvgScene): void {
  const { name, attributes } = element;
  if (HIDDEN.has(name) || styleOf(element, 'display') === 'none' || styleOf(element, 'visibility') === 'hidden') return;
  const matrix = times(outer, transformOf(attributes['transform']));
  const font = Number.parseFloat(styleOf(element, 'font-size') ?? '') || outerFont;
  const number = (key: string) => Number.parseFloat(attributes[key] ?? '') || 0;
  switch (name) {
    case 'rect': {
      const [width, height] = [number('width'), number('height')];
      const radius = Math.max(number('rx'), number('ry'));
      if (!/%/.test(attributes['width'] ?? '')) addShape(scene, matrix, radius > 0 && radius >= Math.min(width, height) * 0.35 ? 'round' : 'box', [{ x: number('x'), y: number('y') }, { x: number('x') + width, y: number('y') + height }]);
      return;
    }
    case 'circle':
    case 'ellipse': {
      const [rx, ry] = [number('r') || number('rx'), number('r') || number('ry')];
      addShape(scene, matrix, 'ellipse', [{ x: number('cx') - rx, y: number('cy') - ry }, { x: number('cx') + rx, y: number('cy') + ry }]);
      return;
    }
    case 'polygon':
      addClosed(scene, matrix, pointsOf(attributes['points']));
      return;
    case 'line':
      addLine(scene, matrix, element, [{ x: number('x1'), y: number('y1') }, { x: number('x2'), y: number('y2') }]);
      return;
    case 'polyline':
      addLine(scene, matrix, element, pointsOf(attributes['points']));
      return;
    case 'path': {
      const { points, isClosed } = pathPoints(attributes['d'] ?? '');
      if (isClosed) addClosed(scene, matrix, points);
      else addLine(scene, matrix, element, points);
      return;
    }
    case 'text':
      addText(scene, matrix, element, font);
      return;
    case 'foreignObject': {
      const words = textOf(element);
      if (words) scene.texts.push({ text: words, ...apply(matrix, { x: number('x') + number('width') / 2, y: number('y') + number('height') / 2 }) });
      return;
    }
    default: {
      // A nested picture has a place of its own.
      const inner = name === 'svg' && (attributes['x'] || attributes['y']) ? times(matrix, [1, 0, 0, 1, number('x'), number('y')]) : matrix;
      for (const child of element.children) visit(child, inner, font, scene);
    }
  }
}

function addShape(scene: SvgScene, matrix: Matrix, form: SvgShape['form'], corners: Point[]): void {
  const [a, b] = [corners[0]!, corners[1]!];
  const box = boundsOf([a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }].map((point) => apply(matrix, point)));
  // A square that stands on its corner is a diamond.
  const isTurned = form === 'box' && Math.abs(matrix[1]) > 0.5 && Math.abs(Math.abs(matrix[1]) - Math.abs(matrix[0])) < 0.1;
  if (box.width > 0 && box.height > 0) scene.shapes.push({ form: isTurned ? 'diamond' : form, ...box });
}

function addClosed(scene: SvgScene, matrix: Matrix, points: Point[]): void {
  const turned = points.map((point) => apply(matrix, point));
  const corners = turned.filter((point, index) => index === 0 || Math.hypot(point.x - turned[index - 1]!.x, point.y - turned[index - 1]!.y) > 0.5);
  if (corners.length > 1 && Math.hypot(corners[0]!.x - corners.at(-1)!.x, corners[0]!.y - corners.at(-1)!.y) <= 0.5) corners.pop();
  if (corners.length < 3) return;
  const box = boundsOf(corners);
  if (box.width <= 0 || box.height <= 0) return;
  // A diamond's corners stand at the middles of its sides.
  const isMiddle = ({ x, y }: Point) => Math.abs(x - box.x - box.width / 2) < box.width * 0.15 || Math.abs(y - box.y - box.height / 2) < box.height * 0.15;
  scene.shapes.push({ form: corners.length === 4 && corners.every(isMiddle) ? 'diamond' : corners.length > 8 && isRound(corners, box) ? 'ellipse' : 'box', ...box });
}

function addLine(scene: SvgScene, matrix: Matrix, element: XmlElement, points: Point[]): void {
  if (points.length < 2) return;
  const turned = points.map((point) => apply(matrix, point));
  const [from, to] = [turned[0]!, turned.at(-1)!];
  if (Math.hypot(from.x - to.x, from.y - to.y) < 6) return;
  const has = (key: string) => /url\(/.test(styleOf(element, key) ?? '');
  scene.lines.push({ from, to, points: turned, isBackward: has('marker-start') && !has('marker-end') });
}

function addText(scene: SvgScene, matrix: Matrix, element: XmlElement, font: number): void {
  const words = textOf(element);
  if (!words) return;
  const spans = element.children.filter(({ name }) => name === 'tspan');
  const first = spans.find(({ attributes }) => attributes['x'] !== undefined) ?? element;
  const read = (from: XmlElement, key: string) => Number.parseFloat(from.attributes[key] ?? '');
  const x = [read(element, 'x'), read(first, 'x')].find((value) => !Number.isNaN(value)) ?? 0;
  let y = [read(element, 'y'), read(first, 'y')].find((value) => !Number.isNaN(value)) ?? 0;
  const lengths = spans.length ? spans.map((span) => textOf(span).length) : [words.length];
  // Lines below the first one move the middle down.
  y += (Math.max(1, spans.filter(({ attributes }) => attributes['x'] !== undefined || attributes['dy'] !== undefined).length) - 1) * font * 0.6;
  const width = Math.max(...lengths) * font * 0.55;
  const anchor = styleOf(element, 'text-anchor') ?? styleOf(first, 'text-anchor');
  const middle = anchor === 'middle' ? x : anchor === 'end' ? x - width / 2 : x + width / 2;
  const isCentred = /middle|central/.test(styleOf(element, 'dominant-baseline') ?? styleOf(element, 'alignment-baseline') ?? '');
  scene.texts.push({ text: words, ...apply(matrix, { x: middle, y: isCentred ? y : y - font * 0.35 }) });
}

/** The corners that a path goes through; curves by their ends. */
function pathPoints(source: string): { points: Point[]; isClosed: boolean } {
  const points: Point[] = [];
  let [x, y, startX, startY] = [0, 0, 0, 0];
  let isClosed = false;
  for (const match of source.slice(0, 20_000).matchAll(/([MmLlHhVvCcSsQqTtAaZz])([^A-Za-z]*)/g)) {
    const command = match[1]!;
    const upper = command.toUpperCase();
    const values = (match[2]!.match(/[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi) ?? []).map(Number);
    if (upper === 'Z') {
      isClosed = true;
      [x, y] = [startX, startY];
      continue;
    }
    const size = SIZES[upper]!;
    for (let i = 0; i + size <= values.length; i += size) {
      const [baseX, baseY] = command === upper ? [0, 0] : [x, y];
      if (upper === 'H') x = baseX + values[i]!;
      else if (upper === 'V') y = baseY + values[i]!;
      else [x, y] = [baseX + values[i + size - 2]!, baseY + values[i + size - 1]!];
      if (upper === 'M' && i === 0) [startX, startY] = [x, y];
      points.push({ x, y });
    }
  }
  const [first, last] = [points[0], points.at(-1)];
  if (!isClosed && points.length > 3 && first && last && Math.hypot(first.x - last.x, first.y - last.y) < 0.5) isClosed = true;
  return { points, isClosed };
}

const SIZES: Readonly<Record<string, number>> = { M: 2, L: 2, H: 1, V: 1, C: 6, S: 4, Q: 4, T: 2, A: 7 };

function pointsOf(source = ''): Point[] {
  const values = (source.slice(0, 20_000).match(/[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi) ?? []).map(Number);
  return values.flatMap((x, index) => (index % 2 === 0 && index + 1 < values.length ? [{ x, y: values[index + 1]! }] : []));
}

function transformOf(source: string | undefined): Matrix {
  let matrix = IDENTITY;
  for (const match of (source ?? '').matchAll(/(matrix|translate|scale|rotate)\s*\(([^)]*)\)/g)) {
    const v = match[2]!.split(/[\s,]+/).filter(Boolean).map(Number);
    if (v.some((value) => !Number.isFinite(value))) continue;
    if (match[1] === 'matrix' && v.length === 6) matrix = times(matrix, v as unknown as Matrix);
    if (match[1] === 'translate') matrix = times(matrix, [1, 0, 0, 1, v[0] ?? 0, v[1] ?? 0]);
    if (match[1] === 'scale') matrix = times(matrix, [v[0] ?? 1, 0, 0, v[1] ?? v[0] ?? 1, 0, 0]);
    if (match[1] === 'rotate') {
      const angle = ((v[0] ?? 0) * Math.PI) / 180;
      const [cos, sin, cx, cy] = [Math.cos(angle), Math.sin(angle), v[1] ?? 0, v[2] ?? 0];
      matrix = times(times(times(matrix, [1, 0, 0, 1, cx, cy]), [cos, sin, -sin, cos, 0, 0]), [1, 0, 0, 1, -cx, -cy]);
    }
  }
  return matrix;
}

const times = (a: Matrix, b: Matrix): Matrix => [a[0] * b[0] + a[2] * b[1], a[1] * b[0] + a[3] * b[1], a[0] * b[2] + a[2] * b[3], a[1] * b[2] + a[3] * b[3], a[0] * b[4] + a[2] * b[5] + a[4], a[1] * b[4] + a[3] * b[5] + a[5]];
const apply = (m: Matrix, { x, y }: Point): Point => ({ x: m[0] * x + m[2] * y + m[4], y: m[1] * x + m[3] * y + m[5] });

function boundsOf(points: readonly Point[]): Point & { width: number; height: number } {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function isRound(corners: readonly Point[], box: Point & { width: number; height: number }): boolean {
  return corners.every(({ x, y }) => Math.abs(((x - box.x - box.width / 2) / (box.width / 2)) ** 2 + ((y - box.y - box.height / 2) / (box.height / 2)) ** 2 - 1) < 0.25);
}

/** An attribute of its own or from the style beside it. */
function styleOf(element: XmlElement, key: string): string | undefined {
  const inStyle = new RegExp(`(?:^|;)\\s*${key}\\s*:\\s*([^;]+)`).exec(element.attributes['style'] ?? '')?.[1];
  return inStyle?.trim() ?? element.attributes[key];
}
