/** Small pictures made byte by byte, for tests. */
import { crc32 } from './crc32.ts';

const latin = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const u32 = (value: number): Uint8Array => Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);

/** Bytes in zlib's form, without making them smaller. */
function zlibOf(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let at = 0; at === 0 || at < bytes.length; at += 65_535) {
    const block = bytes.subarray(at, at + 65_535);
    parts.push(Uint8Array.of(at + 65_535 >= bytes.length ? 1 : 0, block.length & 255, block.length >> 8, ~block.length & 255, (~block.length >> 8) & 255), block);
  }
  let [a, b] = [1, 0];
  for (const byte of bytes) [a, b] = [(a + byte) % 65_521, (a + byte + b) % 65_521];
  parts.push(u32(((b << 16) | a) >>> 0));
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const body = join(latin(type), data);
  return join(u32(data.length), body, u32(crc32(body)));
}

/** A grey PNG of this size with these chunks before its pixels. The pixels are real up to a hundred rows of a hundred. */
export function pngOf(width: number, height: number, ...chunks: Uint8Array[]): Uint8Array {
  const header = join(u32(width), u32(height), Uint8Array.of(8, 0, 0, 0, 0));
  const rows = new Uint8Array(Math.min(height, 100) * (Math.min(width, 100) + 1));
  return join(latin('\x89PNG\r\n\x1a\n'), pngChunk('IHDR', header), ...chunks, pngChunk('IDAT', zlibOf(rows)), pngChunk('IEND', new Uint8Array()));
}

export const textChunk = (keyword: string, text: string): Uint8Array => pngChunk('tEXt', latin(`${keyword}\0${text}`));
export const packedTextChunk = (keyword: string, text: string): Uint8Array => pngChunk('zTXt', join(latin(`${keyword}\0\0`), zlibOf(latin(text))));
export const internationalTextChunk = (keyword: string, text: string, isPacked: boolean): Uint8Array => {
  const bytes = new TextEncoder().encode(text);
  return pngChunk('iTXt', join(latin(`${keyword}\0${isPacked ? '\x01' : '\0'}\0\0\0`), isPacked ? zlibOf(bytes) : bytes));
};

/** A JPEG's frame: markers, sizes and an end, with no pixels that anybody could show. */
export function jpegOf(width: number, height: number): Uint8Array {
  const frame = Uint8Array.of(0xff, 0xc0, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0);
  return join(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0), frame, Uint8Array.of(0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 1, 2, 3, 0xff, 0xd9));
}

export function gifOf(width: number, height: number): Uint8Array {
  return join(latin('GIF89a'), Uint8Array.of(width & 255, width >> 8, height & 255, height >> 8, 0x80, 0, 0, 0, 0, 0, 255, 255, 255), Uint8Array.of(0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b));
}

export function webpOf(width: number, height: number): Uint8Array {
  const body = join(latin('WEBPVP8X'), Uint8Array.of(10, 0, 0, 0, 0, 0, 0, 0, (width - 1) & 255, ((width - 1) >> 8) & 255, 0, (height - 1) & 255, ((height - 1) >> 8) & 255, 0));
  return join(latin('RIFF'), Uint8Array.of(body.length, 0, 0, 0), body);
}

export const svgOf = (inner: string, attributes = 'viewBox="0 0 800 400"'): Uint8Array => new TextEncoder().encode(`<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${inner}</svg>`);

/** A login flow as somebody draws it: boxes, a diamond, arrows with words, one group moved by a transform. */
export const LOGIN_SVG = svgOf(`<defs><marker id="a"><path d="M0 0L10 5L0 10z"/></marker></defs>
<circle cx="30" cy="50" r="12"/><rect x="80" y="30" width="120" height="40"/><text x="140" y="54" text-anchor="middle">Login</text>
<polygon points="300,10 360,50 300,90 240,50"/><text x="300" y="54" text-anchor="middle">Password ok?</text>
<rect x="420" y="30" width="120" height="40"/><text x="480" y="54" text-anchor="middle">Dashboard</text>
<g transform="translate(240,150)"><rect width="120" height="40"/><text x="20" y="24">Error</text></g>
<line x1="42" y1="50" x2="80" y2="50" marker-end="url(#a)"/><path d="M200 50 L240 50" marker-end="url(#a)"/>
<line x1="360" y1="50" x2="420" y2="50" marker-end="url(#a)"/><text x="380" y="44">yes</text>
<path d="M300 90 L300 150" marker-end="url(#a)"/><text x="306" y="125">no</text><path d="M240 170 H140 V70" marker-end="url(#a)"/>`);

/** A draw.io page with a start, a screen, a question and an end. */
export const DRAWIO_MODEL = `<mxGraphModel dx="800" dy="600"><root><mxCell id="0"/><mxCell id="1" parent="0"/>
<mxCell id="s" value="" style="ellipse;fillColor=#000" vertex="1" parent="1"><mxGeometry width="30" height="30" as="geometry"/></mxCell>
<UserObject id="c" label="Shopping &lt;b&gt;cart&lt;/b&gt;"><mxCell style="rounded=1;whiteSpace=wrap;html=1;" vertex="1" parent="1"/></UserObject>
<mxCell id="d" value="Paid?" style="rhombus;whiteSpace=wrap;" vertex="1" parent="1"/>
<mxCell id="t" value="Thank you&lt;br&gt;page" style="rounded=0" vertex="1" parent="1"/>
<mxCell id="e1" edge="1" parent="1" source="s" target="c"/><mxCell id="e2" edge="1" parent="1" source="c" target="d"/>
<mxCell id="e3" edge="1" parent="1" source="d" target="t"/><mxCell id="l3" value="yes" style="edgeLabel;html=1" vertex="1" connectable="0" parent="e3"/>
<mxCell id="e4" value="no" edge="1" parent="1" source="d" target="c"/></root></mxGraphModel>`;
