import type { FlowView } from '../flow/schema.ts';
import type { ReadLanguage } from './reading.ts';
import { wordTable } from './wordTable.ts';

/** An instruction made ready for patterns: quoted words and titles stand as marks, misspelt command words are mended. */
export interface PreparedText {
  language: ReadLanguage;
  /** One string a sentence; a mark looks like `«3»`. */
  sentences: string[];
  /** What stands behind each mark. */
  marks: { text: string; quoted: boolean; nodeIds: string[] }[];
}

/** The instruction with marks for quotes and titles, mended spelling, split into sentences. */
export function prepareText(text: string, flow: FlowView): PreparedText {
  const marks: PreparedText['marks'] = [];
  const mark = (words: string, quoted: boolean) => `«${marks.push({ text: words, quoted, nodeIds: nodesTitled(words, flow) }) - 1}»`;
  let out = text.normalize('NFC').replace(/[«»]/g, '"').replace(/\s+/g, (space) => (space.includes('\n') ? '\n' : ' ')).trim();
  out = out.replace(/[“„"]([^“”„"\n]{1,200})[”“"]|(?<=^|[\s(:,])['‘‚`]([^'’‘`\n]{1,120})['’‘`](?=$|[\s).,:;!?])/gu, (_, a?: string, b?: string) => mark((a ?? b ?? '').trim(), true));
  for (const title of titlesToProtect(flow)) {
    out = out.replace(new RegExp(`(?<![\\p{L}\\p{N}«])${escapePattern(title)}(?![\\p{L}\\p{N}])`, 'giu'), (found) => (/^\d+$/.test(found) ? found : mark(found, false)));
  }
  out = out.replace(/(?<![\p{L}\p{N}])w\/o(?=\s)/giu, 'without').replace(/(?<![\p{L}\p{N}])w\/\s*/giu, 'with ').replace(/(?<=[\p{L}»]\s)2(?=\s+«)/gu, 'to').replace(/(?<![\p{L}\p{N}])4(?=\s+(?:the|an?|ppl|users|people|all)\b)/giu, 'for');
  const language = languageOf(out);
  if (language === 'en') out = out.replace(/(?<=[\p{L}»]\s)n(?=\s[\p{L}«])/gu, 'and');
  // Words of titles are no misspelt commands.
  const own = new Set([...flow.node.values()].flatMap((node) => node.data.title.toLowerCase().match(/\p{L}+/gu) ?? []));
  out = out.replace(/[\p{L}][\p{L}'’]*/gu, (word) => (own.has(word.toLowerCase()) ? word : mendWord(word, language)));
  const sentences = out
    .replace(/\n\s*(?:[-*•]|\d+[.)])?\s*/g, '\n')
    .split(/\n+|(?<=[.!?;])\s+(?=[\p{L}«])/u)
    .map((sentence) => sentence.trim().replace(/[.!;]+$/, '').trim())
    .filter(Boolean);
  return { language, sentences, marks };
}

/** The text of a slot with its marks written out again. */
export function writeOut(slot: string, prepared: PreparedText): string {
  return slot.replace(/«(\d+)»/g, (_, n: string) => prepared.marks[Number(n)]?.text ?? '').trim();
}

/** Letters and digits in lower case: what two titles have in common when they differ in case and punctuation only. */
export const plainText = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');

/** Damerau-Levenshtein distance (neighbours swapped count one), or `limit + 1` when it is above the limit. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1);
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}

const ENGLISH_CUES = 'rename retitle relabel change convert transform switch replace remove delete insert include create introduce duplicate clone connect disconnect reconnect redirect between before after behind front following followed instead otherwise decision question screen popup dialog message button label arrow connection branch continue directly straight description comment annotation layout arrange priority should could would please without already called named titled people users again return returns either whether'.split(' ');
const GERMAN_CUES = 'benenne umbenennen ändere lösche löschen entferne entfernen streiche füge einfügen ergänze ergänzen hinzu zwischen nach hinter danach davor direkt anschließend dupliziere kopiere verbinde verbinden trenne verschiebe vertausche tausche wandle entscheidung abfrage bildschirm seite hinweis meldung knopf beschriftung beschrifte pfeil verbindung zweig notiz kommentar beschreibung sonst andernfalls ansonsten wenn falls weiter bisher zurück bitte heißen führen anzeigen erscheinen'.split(' ');
/** Words that look like a misspelt cue and are none. */
const REAL_WORDS = new Set('form later alter letter batter better chance changes changed range charge charged place placed create created screens queen peoples label labels table button buttons bottom rename named name games called recalled added layer delete deleted complete completed remote removed inserted connect connected collect correct connects branches return returned retry users user using fuse again against gain either neither weather leather whether would world could cloud should shoulder please pleased front from font before after afters behind following followed hallowed question questions decision decisions description comment comments content contents convert covert convent copy clone close alone duplicate replaced replace redirect direct directed straight people purple popup popups message messages massage arrow arrows narrow narrows borrow include included exclude conclude switch switched switches stitch priority continue continued continues contain dialog dialogs already nach nacht noch macht seite seiten weite heißen weißen beißen führen fühlen rühren wählen weiter heiter leiter reiter zurück wenn wann denn sonst sonn danach danke falls alles fall bitte mitte sitte bisher direkt hinter winter hinweis hinweise hinzu titled untitled titles transfer transfers transferred transport arrange orange strange range introduce'.split(' '));
const GERMAN_SLANG: Record<string, string> = wordTable<string>({ füg: 'füge', fueg: 'füge', fuege: 'füge', änder: 'ändere', aendere: 'ändere', aender: 'ändere', lösch: 'lösche', loesche: 'lösche', loesch: 'lösche', benenn: 'benenne', tausch: 'tausche', setz: 'setze', stell: 'stelle', nenn: 'nenne', wandel: 'wandle', ergänz: 'ergänze', ersetz: 'ersetze', dreh: 'drehe', zeig: 'zeige', häng: 'hänge', schieb: 'schiebe', verschieb: 'verschiebe', verbind: 'verbinde', kopier: 'kopiere', vertausch: 'vertausche', raeume: 'räume', raeum: 'räum', zurueck: 'zurück', naemlich: 'nämlich', fuer: 'für', ueber: 'über', waehle: 'wähle', moechte: 'möchte', koennen: 'können', koennte: 'könnte', bevor: 'bevor', zwichen: 'zwischen', zwischn: 'zwischen', hinzufuegen: 'hinzufügen', einfuegen: 'einfügen', ergaenze: 'ergänze', nich: 'nicht', umbennen: 'umbenennen', bennene: 'benenne' });
const SLANG: Record<string, string> = wordTable<string>({ bevor: 'before', befor: 'before', wen: 'when', arow: 'arrow', removve: 'remove', remvoe: 'remove', rmeove: 'remove', btn: 'button', pg: 'page', msg: 'message', afer: 'after', aftr: 'after', adn: 'and', screeen: 'screen', dialoge: 'dialog', pls: 'please', plz: 'please', u: 'you', wanna: 'want to', gonna: 'going to', ppl: 'people', btw: 'between', b4: 'before', thru: 'through', chg: 'change', del: 'delete', rm: 'remove', dup: 'duplicate', shud: 'should', shld: 'should', shoud: 'should', cud: 'could', wud: 'would', tht: 'that', rmv: 'remove', mv: 'move', cpy: 'copy', chnge: 'change', wht: 'what', dont: 'don\'t', doesnt: 'doesn\'t', shouldnt: 'shouldn\'t', abt: 'about', decsion: 'decision', desicion: 'decision', conect: 'connect', inbetween: 'between', ad: 'add', teh: 'the', scren: 'screen', pop: 'pop', nod: 'node', stp: 'step' });

function mendWord(word: string, language: ReadLanguage): string {
  const lower = word.toLowerCase();
  const known = (language === 'en' ? SLANG : GERMAN_SLANG)[lower];
  if (known) return /^\p{Lu}/u.test(word) ? known[0]!.toUpperCase() + known.slice(1) : known;
  if (lower.length < 5 || REAL_WORDS.has(lower)) return word;
  const cues = language === 'de' ? GERMAN_CUES : ENGLISH_CUES;
  if (cues.includes(lower)) return word;
  const limit = lower.length >= 7 ? 2 : 1;
  let best: string | undefined;
  let distance = limit + 1;
  for (const cue of cues) {
    // A misspelt word keeps its first letter nearly always; without this "later" would turn into "after".
    if (cue[0] !== lower[0] || cue.length < 5) continue;
    if (cue.startsWith(lower) || (lower.startsWith(cue) && lower.length - cue.length <= 3)) continue;
    const found = editDistance(lower, cue, limit);
    const letters = [...lower].sort().join('') === [...cue].sort().join('');
    if (found < distance && (found <= 1 || letters || lower.length >= 8)) {
      best = cue;
      distance = found;
    }
  }
  if (!best) return word;
  return /^\p{Lu}/u.test(word) ? best[0]!.toUpperCase() + best.slice(1) : best;
}

const GERMAN_WORDS = new Set('der die das den dem des ein eine einen einem einer und oder nach vor zwischen zu zum zur von vom mit soll sollen sollte bitte füge lösche entferne benenne ändere nenne mach mache wenn falls sonst nicht noch auf aus bei im ins ist wird weg raus hinzu ein um kopiere dupliziere verbinde verschiebe tausche vertausche schreib schreibe ergänze danach direkt wir man es was passiert wandle fueg fueg fuege loesche loesch aendere fueg notiz statt stattdessen auch räum ordne'.split(' '));
const ENGLISH_WORDS = new Set('the a an and or to of in on after before between with should please add insert remove delete rename change make turn if when otherwise not is be it what put move swap copy duplicate connect from into then that so we need get'.split(' '));

/** The language of an instruction, by its small words; English when nothing tells. */
export function languageOf(text: string): ReadLanguage {
  let german = 0;
  let english = 0;
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
    if (GERMAN_WORDS.has(word)) german++;
    if (ENGLISH_WORDS.has(word)) english++;
    if (/[äöüß]/.test(word)) german += 0.5;
  }
  return german > english ? 'de' : 'en';
}

function nodesTitled(words: string, flow: FlowView): string[] {
  const wanted = plainText(words);
  return wanted ? [...flow.node.values()].filter((node) => plainText(node.data.title) === wanted).map((node) => node.id) : [];
}

/** Titles of several words or with a question mark: only these are safe to find inside a sentence as they stand. */
function titlesToProtect(flow: FlowView): string[] {
  const titles = new Set([...flow.node.values()].map((node) => node.data.title.normalize('NFC').trim()));
  return [...titles].filter((title) => /[\s?-]/.test(title) && title.length >= 5).sort((a, b) => b.length - a.length);
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
