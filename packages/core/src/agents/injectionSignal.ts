import { injectionPatterns, type InjectionFamily, type InjectionPattern } from './injectionPatterns.ts';

/** What looks like an attack in a text. It is a signal for people: nothing is refused because of it. */
export interface InjectionSignal {
  /** 0 to 100; from `SIGNAL_THRESHOLD` on it is worth a look. */
  score: number;
  /** What was found, the weightiest first; each family once. */
  families: { family: InjectionFamily; score: number; excerpt: string }[];
}

/** Scores below are ordinary text. */
export const SIGNAL_THRESHOLD = 30;
/** Longest excerpt, characters. */
export const EXCERPT_LENGTH = 300;

/**
 * How much a text looks like one that tells a model what to do. Pure; the time grows with the length of the text, of which the first
 * 150,000 and the last 50,000 characters are read.
 */
export function readInjection(text: string): InjectionSignal {
  const read = text.length > HEAD + TAIL ? `${text.slice(0, HEAD)}\n${text.slice(-TAIL)}` : text;
  const found = new Map<InjectionFamily, { score: number; excerpt: string }>();
  const note = (family: InjectionFamily, score: number, excerpt: string) => {
    if (score > (found.get(family)?.score ?? 0)) found.set(family, { score, excerpt: shown(excerpt) });
  };
  for (const { family, score, excerpt } of oddCharacters(read)) note(family, score, excerpt);
  const plain = withoutHidden(read);
  const inPlain = wordsFound(plain);
  for (const { family, score, excerpt } of inPlain) note(family, score, excerpt);
  for (const { family, hidden, source, bonus } of hiddenTexts(read, plain)) {
    // What the plain text says, too, was not hidden.
    const hits = wordsFound(hidden).filter((hit) => !inPlain.some((known) => known.family === hit.family));
    const most = hits.reduce((sum, hit) => sum + hit.score, 0);
    // A weak word may come about by chance where letters are exchanged; a strong one does not.
    if (hits.some((hit) => hit.score >= SIGNAL_THRESHOLD)) note(family, Math.min(100, most + bonus), `${source} = ${hits[0]!.excerpt}`);
  }
  const repeated = repetition(plain);
  if (repeated) note('repetition', 15, repeated);
  const families = [...found].map(([family, { score, excerpt }]) => ({ family, score, excerpt })).sort((a, b) => b.score - a.score);
  return { score: Math.min(100, families.reduce((sum, item) => sum + item.score, 0)), families };
}

const HEAD = 150_000;
const TAIL = 50_000;

interface Hit {
  family: InjectionFamily;
  score: number;
  excerpt: string;
}

function wordsFound(text: string): Hit[] {
  const hits: Hit[] = [];
  for (const { family, weight, pattern } of injectionPatterns) {
    const match = firstMatch(pattern, text);
    if (match) hits.push({ family, score: weight, excerpt: around(text, match.index, match[0].length) });
  }
  return hits;
}

function firstMatch(pattern: InjectionPattern['pattern'], text: string): RegExpExecArray | null {
  pattern.lastIndex = 0;
  return pattern.exec(text);
}

/** Characters that people do not see, or that look like others. */
function oddCharacters(text: string): Hit[] {
  const hits: Hit[] = [];
  const hidden = (weight: number, pattern: RegExp, subject = text) => {
    const at = subject.search(pattern);
    if (at >= 0) hits.push({ family: 'hidden', score: weight, excerpt: around(subject, at, 1) });
  };
  const withoutFlags = text.replace(/\u{1f3f4}[\u{e0020}-\u{e007f}]+/gu, '');
  hidden(45, /[\u{e0001}-\u{e007f}]/u, withoutFlags);
  hidden(35, /[\u202d\u202e]/u);
  hidden(30, /(?:\p{Script=Latin}[\u200b-\u200d\u2060-\u2064\ufeff]+){2,}\p{Script=Latin}|[\u200b\u2060-\u2064]{2,}/u);
  hidden(20, /\p{Script=Latin}[\u200b-\u200d\u2060-\u2064]+\p{Script=Latin}/u);
  hidden(20, /[\u0000-\u0008\u000e-\u001f\u007f\u009b]/u);
  const mixed = /(?<!\p{L})(?=\p{L}*\p{Script=Latin})(?=\p{L}*[\p{Script=Cyrillic}\p{Script=Greek}])[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]{4,40}(?!\p{L})/u.exec(text);
  if (mixed) hits.push({ family: 'homoglyph', score: 30, excerpt: around(text, mixed.index, mixed[0].length) });
  return hits;
}

/** The text in one form of letters, without what is not seen: lower case, full-width letters made narrow. */
function withoutHidden(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}|[\u202a-\u202e]/gu, '')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/gu, '')
    .replace(/[‘’ʼ]/gu, "'")
    .toLowerCase();
}

/** What the text says to somebody who decodes it. */
function* hiddenTexts(text: string, plain: string): Generator<{ family: InjectionFamily; hidden: string; source: string; bonus: number }> {
  const tags = [...text.matchAll(/[\u{e0020}-\u{e007e}]+/gu)].map((match) => [...match[0]].map((char) => String.fromCodePoint(char.codePointAt(0)! - 0xe0000)).join('')).join(' ');
  if (tags.length > 5) yield { family: 'hidden', hidden: tags.toLowerCase(), source: 'hidden characters', bonus: 20 };
  const latin = plain.replace(/[\p{Script=Cyrillic}\p{Script=Greek}]/gu, (char) => LOOK_ALIKES[char] ?? char);
  if (latin !== plain && /\p{Script=Latin}/u.test(plain)) yield { family: 'homoglyph', hidden: latin, source: 'look-alike letters', bonus: 10 };
  const joined = plain.replace(/(?<![\p{L}\p{N}])(?:\p{L}[ .\-_*|]){4,}\p{L}(?![\p{L}\p{N}])/gu, (run) => run.replace(/[ .\-_*|]/g, ''));
  if (joined !== plain) yield { family: 'encoded', hidden: `${joined}\n${plain.replace(/(?<=(?:^|[^\p{L}])\p{L})[ .\-_*|](?=\p{L}(?:[^\p{L}]|$))/gu, '').replace(/ {2,}/g, ' ')}`, source: 'spaced letters', bonus: 10 };
  const leet = plain.replace(/(?=[\p{L}\d@$!|]*\p{L})[\p{L}\d@$!|]{3,}/gu, (word) => (/[013457@$!|]/.test(word) ? word.replace(/[013457@$!|]/g, (char) => LEET[char]!) : word));
  if (leet !== plain) yield { family: 'encoded', hidden: leet, source: 'digits for letters', bonus: 10 };
  const some = plain.slice(0, DECODED);
  yield { family: 'encoded', hidden: some.replace(/[a-z]/g, (char) => String.fromCharCode(((char.charCodeAt(0) - 97 + 13) % 26) + 97)), source: 'ROT13', bonus: 20 };
  yield { family: 'encoded', hidden: [...some].reverse().join(''), source: 'reversed', bonus: 20 };
  if (/(?:%[0-9a-f]{2}[^%\s]{0,20}){3,}/i.test(text)) {
    const decoded = text.slice(0, DECODED).replace(/(?:%[0-9a-f]{2})+/gi, (run) => attempt(() => decodeURIComponent(run)) ?? run).replace(/\+/g, ' ');
    yield { family: 'encoded', hidden: withoutHidden(decoded), source: 'URL encoding', bonus: 20 };
  }
  if (/&#x?[0-9a-f]+;|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}/i.test(text)) {
    const code = (_: string, hex: string | undefined, decimal: string | undefined) => attempt(() => String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16))) ?? ' ';
    yield { family: 'encoded', hidden: withoutHidden(text.slice(0, DECODED).replace(/&#x([0-9a-f]{1,6});|&#(\d{1,7});/gi, code).replace(/\\u([0-9a-f]{4})|\\x([0-9a-f]{2})/gi, (_, wide: string | undefined, narrow: string | undefined) => String.fromCodePoint(Number.parseInt(wide ?? narrow!, 16)))), source: 'character codes', bonus: 20 };
  }
  let runs = 0;
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{24,}={0,2}/g)) {
    if (runs++ >= MOST_RUNS) break;
    const decoded = decodeBase64(run) ?? decodeHex(run);
    if (decoded) yield { family: 'encoded', hidden: withoutHidden(decoded), source: run.slice(0, 60), bonus: 30 };
  }
}

/** Every way to read a text that somebody who decodes everything would find, the plain one first. */
export function readingsOf(text: string): string[] {
  const plain = withoutHidden(text);
  return [plain, ...[...hiddenTexts(text, plain)].map(({ hidden }) => hidden)];
}

/** Characters that are tried in other readings. */
const DECODED = 50_000;
/** Runs of base64 or hex that are decoded. */
const MOST_RUNS = 200;
const LEET: Readonly<Record<string, string>> = { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'i', '|': 'l' };
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  а: 'a', в: 'b', е: 'e', к: 'k', м: 'm', н: 'h', о: 'o', р: 'p', с: 'c', т: 't', у: 'y', х: 'x', і: 'i', ј: 'j', ѕ: 's', ԁ: 'd', һ: 'h', ӏ: 'l', ԛ: 'q', ԝ: 'w', г: 'r', п: 'n', ѵ: 'v',
  α: 'a', β: 'b', ε: 'e', ι: 'i', κ: 'k', ν: 'v', ο: 'o', ρ: 'p', τ: 't', υ: 'u', χ: 'x', γ: 'y', η: 'n', ω: 'w', σ: 'o', ϲ: 'c', ϳ: 'j',
};

function decodeBase64(run: string): string | undefined {
  const standard = run.replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '').slice(0, 8000);
  const whole = standard.slice(0, standard.length - (standard.length % 4 === 1 ? 1 : 0));
  return attempt(() => readable(Uint8Array.from(atob(whole), (char) => char.charCodeAt(0))));
}

function decodeHex(run: string): string | undefined {
  if (!/^(?:[0-9a-f]{2})+$/i.test(run)) return undefined;
  return attempt(() => readable(Uint8Array.from(run.slice(0, 8000).match(/../g)!, (pair) => Number.parseInt(pair, 16))));
}

/** The bytes as text where they are text. */
function readable(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  return /^[\p{L}\p{N}\p{P}\p{S}\p{Zs}\r\n\t]+$/u.test(text) ? text : undefined;
}

/** The word that makes up more than three tenths of a long text. */
function repetition(text: string): string | undefined {
  const all = text.slice(0, DECODED).match(/\p{L}{3,}/gu) ?? [];
  if (all.length < 60) return undefined;
  const counts = new Map<string, number>();
  for (const word of all) counts.set(word, (counts.get(word) ?? 0) + 1);
  const [word, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
  return count / all.length > 0.3 ? `${word} × ${count}` : undefined;
}

function around(text: string, index: number, length: number): string {
  return text.slice(Math.max(0, index - 40), index + Math.min(length, 200) + 90);
}

/** An excerpt in one line, with what is not seen made visible as its code. */
function shown(excerpt: string): string {
  return excerpt
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu, (char) => `‹${char.codePointAt(0)!.toString(16)}›`)
    .trim()
    .slice(0, EXCERPT_LENGTH);
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
