import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/index.ts';
import { carriedDrawing } from './carriedDrawing.ts';
import type { CarriedDrawing } from './drawing.ts';
import { DRAWIO_MODEL, internationalTextChunk, LOGIN_SVG, packedTextChunk, pngOf, svgOf, textChunk } from './imageFixtures.ts';
import { parseXml } from './xml.ts';

const svg = (inner: string, attributes?: string) => carriedDrawing(svgOf(inner, attributes), 'image/svg+xml');
const ways = (drawing: CarriedDrawing | undefined) => {
  const words = new Map(drawing?.elements.map(({ id, text, type }) => [id, text || type]));
  return drawing?.connections.map(({ from, to, label }) => `${words.get(from)}>${words.get(to)}${label ? ` (${label})` : ''}`).sort();
};
const kinds = (drawing: CarriedDrawing | undefined) => Object.fromEntries(drawing?.elements.map(({ text, type }) => [text || type, type]) ?? []);

describe('drawings in SVG', () => {
  it('reads boxes, arrows, their words and their kinds', () => {
    const drawing = carriedDrawing(LOGIN_SVG, 'image/svg+xml');
    expect(ways(drawing)).toEqual(['Error>Login', 'Login>Password ok?', 'Password ok?>Dashboard (yes)', 'Password ok?>Error (no)', 'start>Login']);
    expect(kinds(drawing)).toEqual({ start: 'start', Login: 'screen', 'Password ok?': 'decision', Dashboard: 'screen', Error: 'screen' });
  });

  it('reads what Mermaid draws: groups moved by transforms, words in HTML, curved arrows', () => {
    const node = (x: number, y: number, shape: string, words: string) => `<g class="node" transform="translate(${x}, ${y})">${shape}<g class="label" transform="translate(-30, -12)"><foreignObject width="60" height="24"><div xmlns="http://www.w3.org/1999/xhtml"><span class="nodeLabel"><p>${words}</p></span></div></foreignObject></g></g>`;
    const drawing = svg(`<style>.node{fill:#fff}</style><g><marker id="m"><path d="M 0 0 L 10 5 L 0 10 z"/></marker><g class="edgePaths">
<path d="M100,70L100,90C100,100,100,110,100,130" class="flowchart-link" marker-end="url(#m)" style="fill:none"/></g>
<g class="edgeLabels"><g class="edgeLabel" transform="translate(100, 100)"><g class="label" transform="translate(-10, -10)"><foreignObject width="20" height="20"><div>next</div></foreignObject></g></g></g>
<g class="nodes">${node(100, 50, '<rect x="-50" y="-20" width="100" height="40"/>', 'Cart')}${node(100, 180, '<polygon points="50,0 100,-50 50,-100 0,-50" transform="translate(-50,50)"/>', 'Paid')}</g></g>`);
    expect(ways(drawing)).toEqual(['Cart>Paid (next)']);
    expect(kinds(drawing)).toEqual({ Cart: 'screen', Paid: 'decision' });
  });

  it('turns an arrow whose head is at its beginning', () => {
    const drawing = svg('<rect x="0" y="0" width="80" height="40"/><text x="10" y="25">A one</text><rect x="200" y="0" width="80" height="40"/><text x="210" y="25">B two</text><line x1="80" y1="20" x2="200" y2="20" marker-start="url(#h)"/>');
    expect(ways(drawing)).toEqual(['B two>A one']);
  });

  it('takes a box around joined boxes for a group, and boxes on a screen for its fields', () => {
    const group = svg('<rect x="0" y="0" width="400" height="120"/><text x="10" y="15">Checkout area</text><rect x="20" y="40" width="100" height="40"/><text x="30" y="64">Cart</text><rect x="220" y="40" width="100" height="40"/><text x="230" y="64">Pay</text><line x1="120" y1="60" x2="220" y2="60"/>');
    expect(group?.elements.map(({ text }) => text)).toEqual(['Cart', 'Pay']);
    const screen = svg('<rect x="0" y="0" width="300" height="400"/><text x="100" y="30">Sign up page</text><rect x="20" y="60" width="260" height="40"/><text x="30" y="85">Email address</text><rect x="20" y="120" width="260" height="40"/><text x="30" y="145">Your name</text><rect x="20" y="200" width="260" height="44" rx="22"/><text x="120" y="226">Register</text>');
    expect(screen?.elements.map(({ text, type, within }) => [text, type, within !== undefined])).toEqual([['Sign up page', 'screen', false], ['Email address', 'input', true], ['Your name', 'input', true], ['Register', 'button', true]]);
  });

  it.each([
    ['an icon', '<path d="M3 12l9-9 9 9M5 10v10h14V10"/>'],
    ['a photo in a frame', '<image href="data:image/png;base64,AA==" width="800" height="400"/>'],
    ['one word', '<rect width="800" height="400"/><text x="300" y="200">Hello there</text>'],
    ['nothing', ''],
    ['words that are hidden', '<defs><rect width="90" height="40"/><text x="5" y="20">A</text></defs><g display="none"><rect width="90" height="40"/><text x="5" y="20">B</text></g>'],
  ])('sees no flow in %s', (_, inner) => {
    expect(svg(inner)).toBeUndefined();
  });
});

describe('files that carry their diagram', () => {
  const expected = ['Paid?>Shopping cart (no)', 'Paid?>Thank you page (yes)', 'Shopping cart>Paid?', 'start>Shopping cart'];
  const file = `<mxfile host="app"><diagram id="p" name="Page-1">${DRAWIO_MODEL}</diagram></mxfile>`;
  const packed = `<mxfile><diagram>${deflateRawSync(encodeURIComponent(DRAWIO_MODEL)).toString('base64')}</diagram></mxfile>`;
  const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;').replace(/\n/g, '&#10;');

  it.each([
    ['a PNG', () => carriedDrawing(pngOf(10, 10, textChunk('mxfile', encodeURIComponent(file))), 'image/png')],
    ['a PNG with a packed text', () => carriedDrawing(pngOf(10, 10, textChunk('Software', 'x'), packedTextChunk('mxGraphModel', DRAWIO_MODEL)), 'image/png')],
    ['a PNG with a packed page', () => carriedDrawing(pngOf(10, 10, textChunk('mxfile', encodeURIComponent(packed))), 'image/png')],
    ['an SVG', () => svg('<rect width="20" height="20"/>', `content="${escaped(file)}"`)],
  ])('reads draw.io in %s', (_, read) => {
    const drawing = read();
    expect(drawing?.source).toBe('drawio');
    expect(ways(drawing)).toEqual(expected);
    expect(kinds(drawing)).toMatchObject({ start: 'start', 'Paid?': 'decision', 'Shopping cart': 'screen' });
  });

  it.each([false, true])('reads a flow of this app out of a PNG (packed: %s) and an SVG', (isPacked) => {
    const flow = JSON.stringify({ format: 'uxflow', version: 1, id: 'flow_1', name: 'Größe', nodes: { n_a: { id: 'n_a', type: 'start', position: { x: 0, y: 0 }, data: { title: 'Start' } }, n_b: { id: 'n_b', type: 'screen', position: { x: 0, y: 90 }, data: { title: 'Übersicht' }, elements: { el_a: { order: 'a0', type: 'button', label: 'Go' } } } }, edges: { e_a: { id: 'e_a', source: 'n_a', target: 'n_b', data: { label: 'los' } } } });
    const drawing = carriedDrawing(pngOf(10, 10, internationalTextChunk('uxflow', flow, isPacked)), 'image/png');
    expect(drawing?.source).toBe('uxflow');
    expect(ways(drawing)).toEqual(['Start>Übersicht (los)']);
    expect(drawing?.elements.at(-1)).toEqual({ id: 'el_a', type: 'button', text: 'Go', within: 'n_b' });
    expect(svg(`<metadata><![CDATA[${flow}]]></metadata>`)).toEqual(drawing);
  });

  it('finds nothing in an ordinary PNG or in one whose text is broken', () => {
    expect(carriedDrawing(pngOf(10, 10), 'image/png')).toBeUndefined();
    expect(carriedDrawing(pngOf(10, 10, textChunk('mxfile', '<mxfile><diagram>@@@</diagram></mxfile>')), 'image/png')).toBeUndefined();
    expect(carriedDrawing(pngOf(10, 10, textChunk('uxflow', '{"format":"uxflow"')), 'image/png')).toBeUndefined();
  });
});

describe('XML', () => {
  it('refuses what is not well formed and never expands entities of its own', () => {
    for (const broken of ['', '<a>', '<a></b>', '<a/><b/>', 'words', '<a', '<a b=c/>', '<a>&']) expect(parseXml(broken) === undefined || broken === '<a>&', broken).toBe(true);
    const bomb = parseXml('<!DOCTYPE a [<!ENTITY x "xxxxxxxx"><!ENTITY y "&x;&x;">]><a>&y;&y;</a>');
    expect(bomb?.text).toBe('&y;&y;');
  });
  it('ends on whatever comes', () => {
    const random = seededRandom(5);
    const alphabet = '<>/"\'= abc![]-&;?';
    for (let round = 0; round < 500; round++) {
      const text = [...random(120)].map((value) => alphabet[value % alphabet.length]).join('');
      expect(() => parseXml(text)).not.toThrow();
    }
    expect(parseXml('<a>'.repeat(100_000))).toBeUndefined();
  });
});
