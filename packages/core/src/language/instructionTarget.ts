import type { Edge, FlowView, Node, NodeType } from '../flow/schema.ts';
import { editDistance, plainText, writeOut, type PreparedText } from './instructionText.ts';
import { wordTable } from './wordTable.ts';

/** Longest word that is compared, letters: the time of comparing grows with its square, and titles come from files and models, too. */
const LONGEST_WORD = 60;

/** What a phrase points to. `many` holds the equally likely ones, likeliest first. */
export type Target = { kind: 'one'; id: string; score: number } | { kind: 'many'; ids: string[] } | { kind: 'none' };

/** Words for the types of nodes, as people say them. */
export const TYPE_WORDS: Readonly<Record<string, NodeType>> = wordTable<NodeType>({
  screen: 'screen', screens: 'screen', page: 'screen', pages: 'screen', view: 'screen', form: 'screen', bildschirm: 'screen', seite: 'screen', ansicht: 'screen', maske: 'screen', formular: 'screen', fenster: 'screen',
  popup: 'popup', popups: 'popup', 'pop-up': 'popup', dialog: 'popup', dialogue: 'popup', modal: 'popup', overlay: 'popup', toast: 'popup', alert: 'popup', message: 'popup', notice: 'popup', hinweis: 'popup', meldung: 'popup', hinweisfenster: 'popup', warnung: 'popup', fehlermeldung: 'popup',
  action: 'action', step: 'action', task: 'action', aktion: 'action', schritt: 'action',
  api: 'apiCall', apicall: 'apiCall', 'api-call': 'apiCall', request: 'apiCall', webhook: 'apiCall', 'api-aufruf': 'apiCall', aufruf: 'apiCall', anfrage: 'apiCall', systemaufruf: 'apiCall',
  decision: 'decision', decisions: 'decision', question: 'decision', entscheidung: 'decision', abfrage: 'decision', verzweigung: 'decision', condition: 'condition', bedingung: 'condition',
  subflow: 'subflow', 'sub-flow': 'subflow', unterablauf: 'subflow', note: 'note', notiz: 'note', start: 'start', end: 'end', ende: 'end', endpunkt: 'end',
});
const EMPTY_WORDS = new Set('the a an of to in on at for by with and or is are be it its this that their your our my new step node box element item thing part bit where they people users user one they you we der die das ein eine einen einer eines den dem des zu zum zur im am auf von vom bei mit und oder wo man sie knoten schritt schritte element teil dort neue neuen neuer neues ist sind wird werden hat haben war auch noch was were has have been'.split(' '));
/** Words that mean the same in a flow; each line is one meaning. */
const SYNONYMS = ['login signin sign-in anmeldung anmelden einloggen logon', 'registration signup sign-up register registrieren registrierung', 'error failure failed fehler', 'basket cart warenkorb', 'start begin beginning anfang', 'end finish finished ende schluss', 'photo picture image foto bild', 'receipt beleg', 'homepage home startseite', 'delete remove löschen entfernen', 'wifi wi-fi wlan', 'mail email e-mail', 'purchase order bestellung', 'pick choose select wählen auswählen', 'show display anzeigen', 'confirm confirmation bestätigung bestätigen', 'refund erstattung', 'pickup abholung', 'reason grund', 'pay paying payment bezahlung zahlung bezahlen', 'address adresse anschrift', 'name naming benennen bezeichnen', 'device gerät', 'upload uploading hochladen', 'preview vorschau', 'amount betrag summe', 'shipping versand', 'delivery lieferung', 'share sharing teilen', 'file datei', 'account konto', 'settings einstellungen', 'send sending senden verschicken absenden', 'scan scanning scannen', 'approve approval genehmigen genehmigung freigabe', 'reject rejection ablehnen ablehnung', 'reset zurücksetzen', 'list liste', 'password passwort kennwort', 'profile profil', 'search suche suchen', 'result ergebnis', 'cancel abbrechen stornieren', 'save speichern', 'appointment termin', 'booking buchung buchen', 'seat sitzplatz', 'room zimmer raum', 'guest gast', 'date datum', 'help hilfe', 'message nachricht', 'notification benachrichtigung', 'form formular', 'contact kontakt', 'expense spesen', 'payout auszahlung', 'item artikel', 'return rückgabe retoure', 'forgot vergessen', 'dashboard übersicht', 'welcome willkommen', 'checklist checkliste', 'transfer überweisung überweisen', 'wrong falsch', 'document dokument nachweis', 'employee mitarbeiter', 'complete vollständig', 'ready bereit fertig', 'details angaben daten', 'voucher gutschein', 'card karte', 'tip tipp', 'schedule zeitplan', 'cloud wolke', 'team', 'offer angebot'].map((line) => line.split(' '));

/** Type words that titles use as nouns of their own. */
const OWN_TYPE_WORDS = new Set('form view message notice alert request call task formular maske ansicht hinweis meldung warnung fehlermeldung anfrage'.split(' '));
const TIE = 0.06;
const ENOUGH = 0.5;

/** The node that a phrase means. `among` narrows the choice; a type word in the phrase narrows it too. */
export function findNode(phrase: string, flow: FlowView, prepared: PreparedText, among?: (node: Node) => boolean): Target {
  const marked = [...phrase.matchAll(/«(\d+)»/g)].map((match) => prepared.marks[Number(match[1])]!);
  const nodes = [...flow.node.values()].filter((node) => !among || among(node));
  const exact = marked.flatMap((found) => found.nodeIds).filter((id) => nodes.some((node) => node.id === id));
  if (exact.length === 1) return { kind: 'one', id: exact[0]!, score: 1 };
  const place = ordinalOf(phrase);
  const text = writeOut(phrase, prepared);
  if (exact.length > 1) return byType(exact.map((id) => flow.node.get(id)!), typeIn(phrase), place);
  const words = contentWords(text);
  const same = nodes.filter((node) => plainText(node.data.title) === plainText(words.join('')) || plainText(node.data.title) === plainText(stripArticle(text)));
  if (same.length === 1) return { kind: 'one', id: same[0]!.id, score: 1 };
  const type = typeIn(text) ?? (/(?<!\p{L})(?:check|test|prüfung)$/iu.test(text.trim()) ? 'decision' : undefined);
  const scored = nodes.map((node) => ({ node, score: scoreOf(words, node, type) })).filter((item) => item.score >= ENOUGH).sort((a, b) => b.score - a.score);
  const top = scored[0];
  const named = words.filter((word) => !TYPE_WORDS[word] && !/^(?:check|test|prüfung)$/.test(word) && !ORDINALS[word] && !VAGUE.has(word));
  if (!top || !named.length) {
    // "the decision": nothing but its type tells which one.
    const startOrEnd = /^(?:the\s+|der\s+|dem\s+|den\s+|das\s+|zum\s+)?(?:very\s+)?(start|beginning|anfang|begin)$/i.test(text) ? 'start' : /^(?:the\s+|das\s+|dem\s+)?(?:very\s+)?(end|ende|schluss|finish)$/i.test(text) ? 'end' : undefined;
    // "the form" is the one step with that word in its title; "the screen" could be any.
    const titled = nodes.filter((node) => words.some((word) => OWN_TYPE_WORDS.has(word) && contentWords(node.data.title).some((other) => wordLikeness(word, other) >= 0.9)));
    if (titled.length === 1 && place === undefined && !named.length) return { kind: 'one', id: titled[0]!.id, score: 0.9 };
    const wanted = startOrEnd ?? type;
    if (wanted && named.length === 0) return byType(nodes.filter((node) => isOfType(node, wanted)), wanted, place);
    if (!top) return { kind: 'none' };
  }
  const tied = scored.filter((item) => top!.score - item.score < TIE).map((item) => item.node);
  return byType(tied, tied.length > 1 ? type : undefined, place, top!.score);
}

/** The edge that a phrase names: by its label (with a node beside it), or `from X to Y`. */
export function findEdge(phrase: string, flow: FlowView, prepared: PreparedText): { kind: 'one'; edge: Edge } | { kind: 'many'; edges: Edge[] } | { kind: 'none' } {
  const pair = /\b(?:from|between|von|zwischen)\s+(.+?)\s+(?:to|and|into|nach|zu|zum|zur|und|->|→)\s+(.+)$/iu.exec(phrase);
  const edges = [...flow.edge.values()];
  if (pair) {
    const [from, to] = findPair(pair[1]!, pair[2]!, flow, prepared);
    if (from.kind === 'one' && to.kind === 'one') {
      const found = edges.filter((edge) => edge.source === from.id && edge.target === to.id);
      return found.length === 1 ? { kind: 'one', edge: found[0]! } : found.length ? { kind: 'many', edges: found } : { kind: 'none' };
    }
  }
  const beside = /^(.*?)(?:\s+|^)(?:of|on|at|after|from|behind|under|in|von|vom|bei|beim|an|am|nach|hinter)\s+(.+)$/iu.exec(phrase);
  const near = beside ? findNode(beside[2]!, flow, prepared) : { kind: 'none' as const };
  const wanted = labelWords(beside && near.kind !== 'none' ? beside[1]! : phrase, prepared);
  let found = edges.filter((edge) => wanted.some((word) => labelsAlike(edge.data.label ?? '', word)));
  if (near.kind === 'one') found = found.filter((edge) => edge.source === near.id);
  else if (near.kind === 'many') found = found.filter((edge) => near.ids.includes(edge.source));
  return found.length === 1 ? { kind: 'one', edge: found[0]! } : found.length ? { kind: 'many', edges: found } : { kind: 'none' };
}

/** Two phrases that stand for neighbours: where one alone is unclear, the pair that an edge joins decides. */
export function findPair(a: string, b: string, flow: FlowView, prepared: PreparedText): [Target, Target] {
  const first = findNode(a, flow, prepared);
  const second = findNode(b, flow, prepared);
  const left = idsOf(first);
  const right = idsOf(second);
  if (left.length * right.length <= 1) return [first, second];
  const joined = [...flow.edge.values()].filter((edge) => left.includes(edge.source) && right.includes(edge.target));
  const pairs = new Set(joined.map((edge) => `${edge.source} ${edge.target}`));
  if (pairs.size !== 1) return [first, second];
  return [{ kind: 'one', id: joined[0]!.source, score: 1 }, { kind: 'one', id: joined[0]!.target, score: 1 }];
}

/** The ids of a target, likeliest first. */
export const idsOf = (target: Target): string[] => (target.kind === 'one' ? [target.id] : target.kind === 'many' ? target.ids : []);

/** The node type that a phrase names with one of its words, or undefined. */
export function typeIn(text: string): NodeType | undefined {
  const words = text.toLowerCase().match(/[\p{L}-]+/gu) ?? [];
  if (/\bapi[\s-]?(call|aufruf|request)\b|\bbackend[\s-]call\b/i.test(text)) return 'apiCall';
  for (let i = words.length - 1; i >= 0; i--) if (TYPE_WORDS[words[i]!]) return TYPE_WORDS[words[i]!];
  return undefined;
}

/** True when a label says the same: same letters, or a shared meaning of yes and no. */
export function labelsAlike(a: string, b: string): boolean {
  const x = plainText(a);
  const y = plainText(b);
  if (!x || !y) return false;
  if (x === y) return true;
  return [YES, NO].some((words) => words.has(x) && words.has(y));
}

/** How well two words mean the same: 1 equal, 0.9 same stem or meaning, 0.85 misspelt, 0 different. */
export function wordLikeness(first: string, second: string): number {
  const a = fold(first);
  const b = fold(second);
  if (a === b) return 1;
  if (stemOf(a) === stemOf(b)) return 0.97;
  const [left, right] = [stemOf(a), stemOf(b)];
  if (SYNONYMS.some((line) => line.includes(first) && line.includes(second)) || SYNONYM_STEMS.some((line) => line.has(left) && line.has(right))) return 0.9;
  const shorter = Math.min(a.length, b.length);
  const limit = shorter >= 8 ? 2 : shorter >= 4 ? 1 : 0;
  if (limit && editDistance(a, b, limit) <= limit && !OPPOSITES.some((pair) => pair.includes(a) && pair.includes(b))) return 0.88;
  let common = 0;
  while (common < shorter && a[common] === b[common]) common++;
  const endings = [a.slice(common), b.slice(common)];
  if (common >= 4 && common >= shorter * 0.6 && endings.every((ending) => ENDINGS.has(ending))) return 0.9;
  // "Abholung" and "Abholtermin": a compound begins with the stem of the noun.
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  const stem = short.replace(/(?:ung|en|e|n)$/, '');
  if (/ung$/.test(short) && stem.length >= 5 && long.startsWith(stem) && long.length >= stem.length + 4) return 0.86;
  if (shorter >= 5 && (a.endsWith(b) || b.endsWith(a) || (shorter >= 6 && (a.startsWith(b) || b.startsWith(a))))) return 0.8;
  return 0;
}

/** The words of a phrase that tell something. */
export function contentWords(text: string): string[] {
  const words = (text.toLowerCase().match(/[\p{L}\p{N}]+(?:[-'’][\p{L}\p{N}]+)*/gu) ?? []).map((word) => word.replace(/['’]s$/, '')).flatMap((word) => (/^\p{L}{4,}-\p{L}{4,}$/u.test(word) ? word.split('-') : [word])).map((word) => SHORT_WORDS[word] ?? word);
  const kept = words.filter((word) => !EMPTY_WORDS.has(word));
  return kept.length ? kept : words;
}

/** Short forms that people type for words of titles. */
const SHORT_WORDS: Record<string, string> = wordTable<string>({ pw: 'password', pwd: 'password', addr: 'address', conf: 'confirmation', notif: 'notification', notifs: 'notifications', acct: 'account', reg: 'registration', pic: 'picture', pics: 'pictures', docs: 'documents', doc: 'document', pmt: 'payment', bt: 'bluetooth', nr: 'nummer', mgr: 'manager', desc: 'description', creds: 'credentials', dl: 'download' });
const YES = new Set(['yes', 'ja', 'true', 'y', 'positive', 'wahr']);
const NO = new Set(['no', 'nein', 'false', 'n', 'negative', 'falsch']);
const OPPOSITES = [['yes', 'no'], ['approve', 'improve'], ['login', 'logout']];
const ENDINGS = new Set('|e|s|es|ed|d|er|ers|ing|al|ation|ations|ion|ions|ment|ments|ance|ally|ly|en|n|t|te|ten|ung|ungen|st|ive|or|ify|ication|y|ies|ied|tion|sion|ed|st|em|es|r'.split('|'));
const SYNONYM_STEMS = SYNONYMS.map((line) => new Set(line.map((word) => stemOf(fold(word)))));
const ORDINALS: Record<string, number> = wordTable<number>({ first: 0, '1st': 0, second: 1, '2nd': 1, third: 2, '3rd': 2, last: -1, final: -1, erste: 0, ersten: 0, erster: 0, zweite: 1, zweiten: 1, zweiter: 1, dritte: 2, dritten: 2, letzte: -1, letzten: -1, letzter: -1 });
const VAGUE = new Set('it that this thing stuff es dies das same'.split(' '));

function scoreOf(words: string[], node: Node, type: NodeType | undefined): number {
  const title = contentWords(node.data.title);
  if (!title.length) return 0;
  let told = 0;
  let hits = 0;
  const covered = new Set<number>();
  for (const word of words) {
    const isType = TYPE_WORDS[word] !== undefined || word === 'api' || /^(?:check|test|prüfung)$/.test(word) || ORDINALS[word] !== undefined;
    let best = 0;
    let at = -1;
    title.forEach((other, index) => {
      const likeness = wordLikeness(word, other);
      if (likeness > best) [best, at] = [likeness, index];
    });
    const parts = best < 0.95 ? partsOf(word, title) : [];
    if (parts.length) {
      for (const part of parts) covered.add(part);
      best = 0.97;
    }
    // A type word counts as a word of the title only where the title has it.
    if (isType && best < 0.9) continue;
    told++;
    hits += best;
    if (at >= 0) covered.add(at);
  }
  if (!told) return 0;
  const precision = hits / told;
  const recall = covered.size / title.length;
  const head = words.length && covered.has(title.length - 1) ? 0.07 : 0;
  const fits = type && isOfType(node, type) ? 0.05 : 0;
  // Half the words tell of something else: only a title that is named whole is meant then.
  if (precision < 0.6 && recall < 1) return 0;
  return precision < 0.5 ? 0 : Math.min(0.99, precision * 0.68 + recall * 0.22 + head + fits);
}

function isOfType(node: Node, type: NodeType): boolean {
  if (type === 'action') return node.type === 'action' || node.type === 'apiCall';
  if (type === 'decision') return node.type === 'decision' || node.type === 'condition';
  return node.type === type;
}

function byType(nodes: Node[], type: NodeType | undefined, place: number | undefined, score = 0.8): Target {
  const fitting = type ? nodes.filter((node) => isOfType(node, type)) : nodes;
  const kept = fitting.length ? fitting : nodes;
  if (!kept.length) return { kind: 'none' };
  const chosen = place === undefined || kept.length === 1 ? kept : [kept.at(place) ?? kept[0]!];
  return chosen.length === 1 ? { kind: 'one', id: chosen[0]!.id, score } : { kind: 'many', ids: chosen.map((node) => node.id) };
}

function ordinalOf(phrase: string): number | undefined {
  for (const word of phrase.toLowerCase().match(/[\p{L}\d]+/gu) ?? []) if (ORDINALS[word] !== undefined) return ORDINALS[word];
  return undefined;
}

function labelWords(phrase: string, prepared: PreparedText): string[] {
  const marked = [...phrase.matchAll(/«(\d+)»/g)].map((match) => prepared.marks[Number(match[1])]!.text);
  if (marked.length) return marked;
  const bare = stripArticle(phrase).replace(/\b(?:labell?ed|called|named|saying|with the (?:label|text|name)|mit (?:der|dem) (?:beschriftung|label|text|namen)|namens)(?!\p{L})/giu, '').replace(/\b(branch|arm|arrow|edge|path|connection|label|link|button|case|way|line|zweig|pfeil|verbindung|kante|beschriftung|weg|fall|knopf)s?\b/giu, '').trim().replace(/^(?:the|der|die|das|den)\s+/iu, '');
  return bare ? [bare, ...(bare.toLowerCase().match(/\b(yes|no|ja|nein)\b/gu) ?? [])] : [];
}

function fold(word: string): string {
  return word.slice(0, LONGEST_WORD).normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/ß/g, 'ss').replace(/ae/g, 'a').replace(/oe/g, 'o').replace(/ue/g, 'u');
}
/** "Terminauswahl" says "Termin" and "auswählen": the title words that a compound is made of, or none. */
function partsOf(word: string, title: string[]): number[] {
  const whole = fold(word);
  if (whole.length < 8) return [];
  for (const [i, part] of title.entries()) {
    const start = fold(part).replace(/(.{4,}?)(?:en|e|n|s)$/, '$1');
    if (start.length < 3 || !whole.startsWith(start)) continue;
    const rest = whole.slice(start.length).replace(/^(?:en|e|n|s|es)?-?(?=.{4,})/, '');
    const at = title.findIndex((other, j) => j !== i && rest.length >= 4 && [rest, whole.slice(start.length)].some((tail) => wordLikeness(tail, other) > 0.85));
    if (at >= 0) return [i, at];
  }
  return [];
}

const stripArticle = (text: string): string => text.replace(/^(?:the|a|an|der|die|das|den|dem|des|ein|eine|einen)\s+/iu, '').trim();
function stemOf(word: string): string {
  return fold(word).replace(/ies$/, 'y').replace(/(ss|sh|ch|x)es$/, '$1').replace(/([^s])s$/, '$1').replace(/(.{3,})ing$/, '$1').replace(/(.{3,})ed$/, '$1').replace(/(.{3,})(?:en|e)$/, '$1').replace(/(.{4,})n$/, '$1').replace(/([^l])\1$/, '$1');
}
