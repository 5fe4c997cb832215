/** One element of an XML text. Names are without their prefix; `text` is what stands directly in it. */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
}

/** Elements that are read at most. */
const MOST_ELEMENTS = 50_000;
/** Depth to which elements are read. */
const DEEPEST = 200;

/** The root element of an XML text, or undefined where it is not well formed or too large. Entities of its own are not expanded. */
export function parseXml(source: string): XmlElement | undefined {
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open: XmlElement[] = [root];
  let count = 0;
  let at = source.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < source.length) {
    const next = source.indexOf('<', at);
    const text = source.slice(at, next < 0 ? source.length : next);
    if (text.trim()) open.at(-1)!.text += decodeEntities(text);
    if (next < 0) break;
    if (source.startsWith('<!--', next)) {
      at = endOf(source, '-->', next + 4);
    } else if (source.startsWith('<![CDATA[', next)) {
      at = endOf(source, ']]>', next + 9);
      if (at > 0) open.at(-1)!.text += source.slice(next + 9, at - 3);
    } else if (source.startsWith('<?', next)) {
      at = endOf(source, '?>', next + 2);
    } else if (source.startsWith('<!', next)) {
      const subset = /[[>]/g;
      subset.lastIndex = next;
      const found = subset.exec(source);
      at = found?.[0] === '[' ? endOf(source, ']>', found.index) : endOf(source, '>', next);
    } else if (source[next + 1] === '/') {
      at = endOf(source, '>', next);
      if (at > 0) {
        const name = localName(source.slice(next + 2, at - 1).trim());
        if (open.length < 2 || open.pop()!.name !== name) return undefined;
      }
    } else {
      TAG.lastIndex = next;
      const tag = TAG.exec(source);
      if (!tag || ++count > MOST_ELEMENTS || open.length > DEEPEST) return undefined;
      const element: XmlElement = { name: localName(tag[1]!), attributes: attributesOf(tag[2]!), children: [], text: '' };
      open.at(-1)!.children.push(element);
      if (!tag[3]) open.push(element);
      at = TAG.lastIndex;
    }
    if (at <= 0) return undefined;
  }
  return open.length === 1 && root.children.length === 1 && !root.text.trim() ? root.children[0] : undefined;
}

/** Text with XML's own entities and numbered characters written out; others stay as they are. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos|nbsp));/gi, (whole, hex: string | undefined, decimal: string | undefined, name: string | undefined) => {
    if (name) return ENTITIES[name.toLowerCase()]!;
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}

/** All text of an element and what it holds, in reading order, as one line. */
export function textOf(element: XmlElement): string {
  return [element.text, ...element.children.filter(({ name }) => name !== 'title' && name !== 'desc' && name !== 'style').map(textOf)].join(' ').replace(/\s+/g, ' ').trim();
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: ' ' };
const TAG = /<([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/)?>/gy;
const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

function endOf(source: string, mark: string, from: number): number {
  const found = source.indexOf(mark, from);
  return found < 0 ? -1 : found + mark.length;
}

function attributesOf(text: string): Record<string, string> {
  const out: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const match of text.matchAll(/([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) out[localName(match[1]!)] = decodeEntities(match[2] ?? match[3] ?? '');
  return out;
}
