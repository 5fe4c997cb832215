import { IGNORED, INFLECTIONS, MOVABLE, NEGATIONS, NUMBER_WORDS, PHRASES, PREPOSITIONS, questionLanguage, SAME_WORDS } from './questionWords.ts';

/** What two questions are compared with. */
export interface SameQuestionOptions {
  /** Titles of the material: they are taken whole, and no word inside them counts as another. */
  names?: readonly string[];
}

/** A word of a question that says something. */
interface Word {
  text: string;
  /** 'firm': must stand in both, in the same order. 'loose': a word of a closed list for which others may stand; must be there as often. */
  kind: 'firm' | 'loose';
  /** True where no other form of the word will do: names, what stands in quotes, numbers. */
  isExact: boolean;
  /** As it was written, for a word of a group. */
  own?: string;
}

/**
 * True only when two questions ask the same, judged by their words alone. It is built to refuse: whatever is not in a short list of words
 * that say nothing, or of words that stand for each other, must be in both questions, in the same order. So a negation, a number with its
 * unit, a name, a comparative, a direction, a quantifier, a tense or another question word that one of them has alone keeps them apart.
 */
export function isSameQuestion(a: string, b: string, options: SameQuestionOptions = {}): boolean {
  const language = questionLanguage(a);
  if (questionLanguage(b) !== language) return false;
  const names = [...new Set((options.names ?? []).map((name) => fold(name).trim()).filter(Boolean))].sort((x, y) => y.length - x.length);
  const [left, right] = [wordsOf(a, names, language), wordsOf(b, names, language)];
  if (!left.words.length || left.words.length !== right.words.length) return false;
  // Two lists of quotes must be the same lists; quotes around a name that the other leaves bare say nothing.
  if (left.quotes.length && right.quotes.length && left.quotes.join('\u0000') !== right.quotes.join('\u0000')) return false;
  // What a negation reaches is a matter of order, and so is which clause a verb belongs to where there are two: then nothing may move.
  const isFixed = [left.words, right.words].some((words) => words.some((word) => NEGATIONS.test(word.text)) || hasTwice(words.filter((word) => word.kind === 'loose')));
  if (isFixed) return isSameSequence(left.words, right.words, language);
  const firm = (words: readonly Word[]) => words.filter((word) => word.kind === 'firm');
  const loose = (words: readonly Word[]) => words.filter((word) => word.kind === 'loose').map((word) => word.text).sort().join(' ');
  return isSameSequence(firm(left.words), firm(right.words), language) && loose(left.words) === loose(right.words);
}

function hasTwice(words: readonly Word[]): boolean {
  return new Set(words.map((word) => word.text)).size < words.length;
}

function isSameSequence(a: readonly Word[], b: readonly Word[], language: 'en' | 'de'): boolean {
  return a.length === b.length && a.every((word, index) => isSameWord(word, b[index]!, language));
}

function isSameWord(a: Word, b: Word, language: 'en' | 'de'): boolean {
  if (a.kind !== b.kind) return false;
  if (a.text === b.text) return true;
  if (a.kind === 'loose' || a.isExact || b.isExact) return false;
  // One is the other with an ending: never two words that share a stem only.
  const [short, long] = a.text.length < b.text.length ? [a.text, b.text] : [b.text, a.text];
  return short.length >= 4 && long.startsWith(short) && INFLECTIONS[language].includes(long.slice(short.length));
}

function wordsOf(question: string, names: readonly string[], language: 'en' | 'de'): { words: Word[]; quotes: string[] } {
  const quotes: string[] = [];
  const words: Word[] = [];
  let rest = ` ${fold(question).replace(/\s+/g, ' ').trim()} `;
  const kept: string[] = [];
  // What stands in quotes and whole names are set aside before any phrase is looked for.
  const aside = (text: string): string => ` \uE000${kept.push(text.trim().toLowerCase()) - 1}\uE001 `;
  rest = rest.replace(/(["'„“”»«‚‘’`])([^"„“”»«]+?)(["'”“«»’‘`])(?=[\s?.!,;:)]|$)/gu, (whole: string, open: string, inner: string, close: string, at: number, all: string) => {
    // An apostrophe inside a word opens nothing.
    if (/[\p{L}\p{N}]/u.test(all[at - 1] ?? ' ') || !isPair(open, close)) return whole;
    quotes.push(inner.trim().toLowerCase());
    return aside(inner);
  });
  for (const name of names) {
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}\uE000])${escape(name)}(?![\\p{L}\\p{N}\uE001])`, 'giu');
    rest = rest.replace(pattern, (found) => aside(found));
  }
  for (const [pattern, replacement] of PHRASES) rest = rest.replace(pattern, replacement);
  const tokens = rest.match(/\uE000\d+\uE001|(?<=[\s(])[-−+]?\p{N}+(?:[.,:]\p{N}+)*|\p{N}+(?:[.,:]\p{N}+)*|\p{L}[\p{L}\p{M}]*|[^\s\p{L}\p{N}.,;:!?()"'’‘“”„»«…–—‐-]/gu) ?? [];
  for (const [index, token] of tokens.entries()) {
    const held = /^\uE000(\d+)\uE001$/.exec(token);
    if (held) {
      // A name counts word by word, so that quotes around it make no difference.
      for (const part of kept[Number(held[1])]!.match(/[\p{L}\p{M}\p{N}]+|[^\s]/gu) ?? []) words.push({ text: part, kind: 'firm', isExact: true });
      continue;
    }
    const word = readWord(token, index, tokens, language);
    if (word) words.push(word);
  }
  // "Do I see what you see": with two of them it matters who is who.
  const persons = words.filter((word) => word.text === 'person' || word.text === 'own');
  if (persons.length > 1) for (const word of persons) word.text = word.own ?? word.text;
  return { words, quotes };
}

/** A token as a word; undefined for one that says nothing. */
function readWord(token: string, index: number, tokens: readonly string[], language: 'en' | 'de'): Word | undefined {
  const text = token.toLowerCase();
  const before = tokens[index - 1]?.toLowerCase() ?? '';
  if (!/^\p{L}/u.test(token)) return { text, kind: 'firm', isExact: true };
  const number = NUMBER_WORDS[text];
  if (number !== undefined) return { text: number, kind: 'firm', isExact: true };
  // "variant A" is no article, "step I" no person.
  if (index > 0 && /^\p{Lu}$/u.test(token) && !(token === 'I' && isBesideVerb(before, tokens[index + 1]?.toLowerCase() ?? ''))) return { text, kind: 'firm', isExact: true };
  // An article in the accusative or dative says who does it to whom, unless a preposition asks for it.
  if (language === 'de' && /^(?:den|dem|einen|einem)$/.test(text)) return PREPOSITIONS.has(before) ? undefined : { text, kind: 'firm', isExact: true };
  // "Lädt er sie ein": no article, but half of the verb.
  const isPrefix = text === 'ein' && /^(?:und|oder|)$/.test(tokens[index + 1]?.toLowerCase() ?? '');
  if (IGNORED[language].has(text) && !isPrefix) return undefined;
  const same = SAME_WORDS[language][text];
  // A capital inside an English sentence makes a name; German writes every noun with one, and lists its words so.
  const isName = index > 0 && /^\p{Lu}/u.test(token) && text !== 'i' && !GERMAN_LISTED.has(text);
  // "After what comes the login" asks for the other side of "what comes after the login".
  const isMovable = same !== undefined && MOVABLE.has(same) && !(same === 'what' && PREPOSITIONS.has(before));
  if (same !== undefined && !isName) return { text: same, kind: isMovable ? 'loose' : 'firm', isExact: true, own: text };
  return { text, kind: 'firm', isExact: isName && language === 'en' };
}

/** Nouns of the lists, which German writes with a capital. */
const GERMAN_LISTED = new Set(['problem', 'probleme']);

function isBesideVerb(before: string, after: string): boolean {
  const verb = /^(?:do|did|can|could|should|must|may|might|will|would|shall|am|was|have|had|where|when|how|what|why|if|once|after|before|get|go|see|need|want)$/;
  return verb.test(before) || verb.test(after);
}

function isPair(open: string, close: string): boolean {
  const pairs: Record<string, string> = { '"': '"', "'": "'", '`': '`', '„': '“”', '“': '”', '”': '”', '»': '«', '«': '»', '‚': '‘’', '‘': '’', '’': '’' };
  return (pairs[open] ?? '').includes(close);
}

/** Contracted negations written out, one kind of apostrophe, composed letters. */
function fold(text: string): string {
  return text
    .normalize('NFC')
    .replace(/(?<=\p{L})[’‘`´](?=\p{L})/gu, "'")
    .replace(/\bcan't\b|\bcannot\b|\bcant\b/giu, 'can not')
    .replace(/\bwon't\b|\bwont\b/giu, 'will not')
    .replace(/\bshan't\b/giu, 'shall not')
    .replace(/\b(do|does|did|is|are|was|were|has|have|had|would|should|could|must|might|need|ought)n'?t\b/giu, '$1 not')
    .replace(/\b(what|where|who|how|there|that|it|when)'s\b/giu, '$1 is')
    .replace(/'s\b/giu, ' ’s ');
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
