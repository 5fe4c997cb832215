import type { Edge } from '../flow/schema.ts';
import type { NodeRef, Place } from './instructionCommand.ts';
import type { InstructionContext } from './instructionContext.ts';
import { contentWords, findEdge, findPair, idsOf, typeIn } from './instructionTarget.ts';

/** A place that was found in a clause, and the clause without it. `node` is the node that was named first. */
export interface FoundPlace {
  place: () => Place;
  node: NodeRef;
  side: 'after' | 'before' | 'between' | 'edge';
  rest: string;
}

/** The place that a clause names (`after X`, `between X and Y`, `on the No branch of X`), or undefined. */
export function takePlace(clause: string, context: InstructionContext): FoundPlace | undefined {
  const pointed = context.last ? clause.replace(/\bdavor\b/giu, 'vor ihm').replace(/\bdanach\b/giu, 'nach ihm') : clause;
  const noPlace = pointed.replace(/\bafter that\b|\bnach dem(?=\s*(?:,|$))/giu, (found) => (context.last ? found : ' '));
  return takeBetween(noPlace, context) ?? takeArm(noPlace, context) ?? takeSide(noPlace, context) ?? takeEnds(noPlace, context);
}

/** The edge of a decision that a condition speaks of: by its label, or by yes and no. */
export function armOf(ref: NodeRef, condition: string, context: InstructionContext): Edge | undefined {
  const ways = context.outOf(ref);
  const words = context.text(condition).toLowerCase();
  const byLabel = ways.filter((edge) => edge.data.label && new RegExp(`(?<![\\p{L}])${edge.data.label.toLowerCase().replace(/[^\p{L}\p{N} ]/gu, '.')}(?![\\p{L}])`, 'u').test(words));
  if (byLabel.length === 1) return byLabel[0];
  const yes = ways.find((edge) => /^(yes|ja|true)$/i.test(edge.data.label ?? '') || edge.data.kind === 'yes');
  const no = ways.find((edge) => /^(no|nein|false)$/i.test(edge.data.label ?? '') || edge.data.kind === 'no' || edge.data.kind === 'error');
  const titleIsNegative = NEGATIVE.test(context.title(ref).toLowerCase());
  const isNegative = NEGATIVE.test(words);
  return isNegative === titleIsNegative ? yes : no;
}

/** Words by which a condition says that something is not so. */
export const NEGATIVE = /\b(?:not|isn't|isnt|doesn't|don't|didn't|no|wrong|incorrect|invalid|fails?|failed|failing|declined?|denied|rejected|rejects|refused|unsuccessful|missing|off|under|below|less|smaller|small|empty|expired|broken|too many|unknown|nicht|kein|keine|keinen|falsch|falsche[nrms]?|ungültig\p{L}*|fehlgeschlagen|fehlschlägt|abgelehnt|abgelaufen|leer|unter|weniger|unbekannt)(?!\p{L})/iu;

function takeBetween(clause: string, context: InstructionContext): FoundPlace | undefined {
  const pattern = context.german
    ? new RegExp(`\\b(?:direkt |genau )?zwischen\\s+(.+?)\\s+und\\s+(${PHRASE_DE})`, 'iu')
    : new RegExp(`\\b(?:right |directly |exactly |somewhere )?(?:in )?between\\s+(.+?)\\s+(?:and|&)\\s+(${PHRASE_EN})`, 'iu');
  const match = pattern.exec(clause);
  if (!match) return undefined;
  const [a, b] = findPair(match[1]!, match[2]!, context.flow, context.prepared);
  const left = a.kind === 'none' ? context.need(match[1]!) : a.kind === 'one' ? a.id : undefined;
  const right = b.kind === 'none' ? context.need(match[2]!) : b.kind === 'one' ? b.id : undefined;
  if (left === undefined) throw context.whichNode(match[1]!, idsOf(a));
  if (right === undefined) throw context.whichNode(match[2]!, idsOf(b));
  const isTurned = !context.outOf(left).some((edge) => edge.target === right) && context.outOf(right).some((edge) => edge.target === left);
  context.last = left;
  const rest = cut(clause, match);
  // "between A and C, right after A": the second place says where among the steps between them.
  const isApart = ![...context.outOf(left), ...context.outOf(right)].some((edge) => edge.target === left || edge.target === right);
  const exact = isApart ? takeSide(rest, context) : undefined;
  if (exact && (exact.node === left || exact.node === right)) return exact;
  return { place: () => (isTurned ? context.between(right, left) : context.between(left, right)), node: isTurned ? right : left, side: 'between', rest: cut(clause, match) };
}

function takeArm(clause: string, context: InstructionContext): FoundPlace | undefined {
  const pattern = context.german
    ? new RegExp(`\\b(?:auf|in|im|nach|am|an|bei)\\s+(?:dem|den|der|das)?\\s*((?:«\\d+»|[\\p{L}-]+)[-\\s]*(?:zweig|pfad|ast|pfeil|weg|fall|verbindung|kante)\\s+(?:von|nach|hinter|der|des|bei|aus)\\s+${PHRASE_DE})`, 'iu')
    : new RegExp(`\\b(?:on|in|along|at|into|to|after|for|down)\\s+the\\s+((?:«\\d+»|[\\p{L}' ]+?)[-\\s]*(?:branch|arm|path|arrow|side|way|case|edge|connection|route|line)\\s+(?:of|after|from|at|out of|for|behind|between)\\s+${PHRASE_EN})`, 'iu');
  const match = pattern.exec(clause);
  if (!match) return undefined;
  const found = findEdge(match[1]!.replace(/(zweig|pfad|ast|pfeil|weg|fall)\b/iu, ' $1'), context.flow, context.prepared);
  if (found.kind !== 'one') return undefined;
  context.last = found.edge.source;
  return { place: () => ({ at: 'edge', edgeId: found.edge.id }), node: found.edge.source, side: 'edge', rest: cut(clause, match) };
}

function takeSide(said: string, context: InstructionContext): FoundPlace | undefined {
  // "…, not after Y" says where it does not go.
  const clause = said.replace(/\s*,?\s+(?:and\s+|und\s+)?(?:not|instead of|rather than|nicht|statt|anstatt)\s+(?:erst\s+|only\s+)?(?:directly\s+|right\s+)?(?:after|before|behind|nach|vor|hinter|bevor)\s+.+$/iu, '');
  const pattern = context.german
    ? new RegExp(`\\b(?:(?:direkt|gleich|unmittelbar|noch)\\s+)*(nach|vor|hinter|im anschluss an|bevor)\\s+(?!\\d)(${PHRASE_DE})`, 'giu')
    : new RegExp(`\\b(?:(?:right|directly|immediately|just|straight|shortly|once)\\s+)*(after|before|behind|following|in front of|prior to|ahead of|once)\\s+(?!\\d|(?:two|three|four|five|ten) )(${PHRASE_EN})`, 'giu');
  let failed: string | undefined;
  const found: SideFound[] = [];
  for (const match of clause.matchAll(pattern)) {
    const one = readSide(match, clause, context);
    if (one === undefined) failed ??= match[2]!;
    else found.push(one);
  }
  const first = found[0];
  if (!first) {
    if (failed) throw context.unknown(failed);
    return undefined;
  }
  // "after X …, before Y is shown": between the two, where Y comes next behind X.
  const other = found.find((item) => item.side !== first.side && item.ref !== first.ref);
  if (other) {
    const [after, before] = first.side === 'after' ? [first, other] : [other, first];
    if (isNext(after.ref, before.ref, context)) {
      const [early, late] = after.from < before.from ? [after, before] : [before, after];
      const rest = tidied(`${clause.slice(0, early.from)} ${clause.slice(early.to, late.from)} ${clause.slice(late.to)}`);
      context.last = after.ref;
      return { place: () => context.between(after.ref, before.ref), node: after.ref, side: 'between', rest };
    }
  }
  const { ref, side, edge } = first;
  context.last = ref;
  if (edge) return { place: () => ({ at: 'edge', edgeId: edge.id }), node: ref, side: 'edge', rest: tidied(`${clause.slice(0, first.from)} ${clause.slice(first.to)}`) };
  const place = () => (side === 'after' ? (first.isDone ? context.behindDone(ref) : context.behind(ref)) : context.before(ref));
  return { place, node: ref, side, rest: tidied(`${clause.slice(0, first.from)} ${clause.slice(first.to)}`) };
}

interface SideFound {
  ref: NodeRef;
  /** The arrow itself where the words are its label. */
  edge?: Edge;
  side: 'after' | 'before';
  /** What is cut out of the clause: character positions. */
  from: number;
  to: number;
  /** True where the words tell of something that is done ("after the payment") and not of a node by its title. */
  isDone: boolean;
}

/** The node behind "after" or "before"; undefined where the words name none. */
function readSide(match: RegExpExecArray | RegExpMatchArray, clause: string, context: InstructionContext): SideFound | undefined {
  const side = /^(before|in front of|prior to|ahead of|vor|bevor)$/.test(match[1]!.toLowerCase()) ? 'before' : 'after';
  const from = match.index!;
  const start = from + match[0].length - match[2]!.length;
  let phrase = match[2]!;
  // "once the address is entered": the verb belongs to the place.
  const verb = /^\s*\b(?:is|are|was|were|has been|have been|gets?|wird|werden|ist|sind)(?:\s+(?:shown|angezeigt|\p{L}+))?(?=\s*(?:,|$)|\s)/u.exec(clause.slice(from + match[0].length))?.[0] ?? '';
  // Nothing comes behind an end or in front of a start, where the words fit something else as well.
  const look = (words: string) => {
    const possible = context.look(words, (node) => node.type !== (side === 'after' ? 'end' : 'start'));
    return possible.kind === 'one' && possible.score >= 0.6 ? possible : context.look(words);
  };
  let target = look(phrase);
  let tail = target.kind === 'one' ? verb : '';
  // "once the file is uploaded": what is done tells more than the thing alone.
  if (verb && (target.kind !== 'one' || target.score < 0.9)) {
    const done = context.look(`${phrase}${verb}`);
    if (done.kind === 'one' && done.score >= 0.75) [target, tail] = [done, verb];
  }
  // "Before the ticket is closed, …": the whole clause tells more than its subject.
  const whole = /^[^,:;]+(?=[,:;])/u.exec(clause.slice(start))?.[0];
  if (whole && whole !== phrase && target.kind !== 'one') {
    const better = context.look(whole);
    if (better.kind === 'one') [target, phrase, tail] = [better, whole, ''];
  }
  // People go on without a comma: the beginning that names a node best is the place.
  if (target.kind === 'none') {
    const words = (whole ?? phrase).split(/(?=\s)/u);
    for (let length = words.length - 1; length > 0; length--) {
      const shorter = words.slice(0, length).join('');
      const one = context.look(shorter);
      if (one.kind !== 'one' || one.score < 0.7 || (target.kind === 'one' && one.score <= target.score)) continue;
      [target, phrase, tail] = [one, shorter, ''];
    }
  }
  if (target.kind === 'none') {
    // "after Pay now": the label of an arrow tells where as well.
    const edge = side === 'after' ? findEdge(phrase, context.flow, context.prepared) : { kind: 'none' as const };
    if (edge.kind !== 'one') return undefined;
    return { ref: edge.edge.source, edge: edge.edge, side, from, to: start + phrase.length, isDone: false };
  }
  if (target.kind === 'many') {
    // "nach der Auswahl der Artikel": the words behind tell which.
    const rest = clause.slice(start).split(/(?=\s)/u);
    for (let length = phrase.trim().split(/\s+/).length + 1; length <= Math.min(rest.length, 6); length++) {
      const longer = rest.slice(0, length).join('');
      const one = /[,:;]/.test(longer) ? target : context.look(longer);
      if (one.kind !== 'one' || one.score < 0.8) continue;
      [target, phrase, tail] = [one, longer, ''];
      break;
    }
  }
  if (target.kind === 'one' && side === 'after' && context.isDecision(target.id) && SUCCESS.test(phrase) && !/«/.test(phrase) && phrase.trim().split(/\s+/).length > contentWords(context.title(target.id)).length + 1) {
    const passed = context.passedBehind(target.id);
    if (passed) return { ref: target.id, edge: passed, side, from, to: start + phrase.length, isDone: true };
  }
  if (target.kind === 'many') {
    // "after the payment": the step, its check and its error message are one thing.
    const whole = oneThing(target.ids, side, context);
    if (!whole) throw context.whichNode(phrase, target.ids);
    return { ...whole, side, from, to: start + phrase.length, isDone: false };
  }
  const isTitle = /«/.test(phrase) || !/^\s*(?:the|der|die|das|den|dem)\s/iu.test(phrase) ? tail === '' && !/\p{L}+(?:ing|ung|en)$/iu.test(phrase) : false;
  // "after the login was successful", "after a successful login": where the check says yes.
  const passed = side === 'after' && SUCCESS.test(`${phrase}${tail}`) ? context.passedBehind(target.id) : undefined;
  if (passed) return { ref: target.id, edge: passed, side, from, to: start + phrase.length + tail.length, isDone: true };
  return { ref: target.id, side, from, to: start + phrase.length + tail.length, isDone: !isTitle && typeIn(phrase) === undefined };
}

/** Several nodes that are one thing to people: a step, the check behind it, the message when it fails. In front of it is the step, behind it the passed check. */
function oneThing(ids: string[], side: 'after' | 'before', context: InstructionContext): Pick<SideFound, 'ref' | 'edge'> | undefined {
  const check = ids.filter((id) => context.isDecision(id));
  if (check.length !== 1) return undefined;
  const passed = context.passedWay(check[0]!);
  const steps = ids.filter((id) => context.outOf(id).some((edge) => edge.target === check[0]) && context.outOf(id).length === 1);
  const messages = context.outOf(check[0]!).filter((edge) => edge.id !== passed?.id).map((edge) => edge.target);
  const first = steps.filter((id) => !messages.includes(id));
  if (!passed || first.length > 1 || ids.some((id) => id !== check[0] && !first.includes(id) && !messages.includes(id))) return undefined;
  return side === 'before' ? { ref: first[0] ?? check[0]! } : { ref: check[0]!, edge: passed };
}

/** True where one follows the other, at most a decision between them. */
const isNext = (a: NodeRef, b: NodeRef, context: InstructionContext): boolean =>
  context.outOf(a).some((edge) => edge.target === b || (['decision', 'condition'].includes(context.flow.node.get(edge.target)?.type ?? '') && context.outOf(edge.target).some((next) => next.target === b)));

const SUCCESS = /(?<!\p{L})(?:successful(?:ly)?|succeed(?:s|ed)|works|worked|went through|goes through|accepted|passed|correct|valid|complete|approved|confirmed|erfolgreiche[nmrs]?|erfolgreich|geklappt|bestätigt|bestanden|korrekt|gültig)(?!\p{L})/iu;

const tidied = (text: string): string => text.replace(/\s+/g, ' ').replace(/\s+,/g, ',').replace(/^[\s,:;]+|[\s,;]+$/g, '').trim();

function takeEnds(clause: string, context: InstructionContext): FoundPlace | undefined {
  const first = /\b(?:at the (?:very )?(?:start|beginning)|as the (?:very )?first (?:step|screen)|am anfang|ganz am anfang|zu beginn|als erste[nrs]? \p{L}+)(?!\p{L})/iu.exec(clause);
  const last = /\b(?:at the (?:very )?end|as the (?:very )?last (?:step|screen)|am (?:ende|schluss)|zum schluss|als letzte[nrs]? \p{L}+)(?!\p{L})/iu.exec(clause);
  const match = first ?? last;
  if (!match) return undefined;
  const wanted = first ? 'start' : 'end';
  const nodes = [...context.flow.node.values()].filter((node) => node.type === wanted);
  if (!nodes.length) return undefined;
  if (nodes.length > 1) throw context.whichNode(match[0], nodes.map((node) => node.id));
  const ref = nodes[0]!.id;
  return { place: () => (first ? context.behind(ref) : context.before(ref)), node: ref, side: first ? 'after' : 'before', rest: cut(clause, match) };
}

const cut = (clause: string, match: RegExpExecArray | RegExpMatchArray): string =>
  `${clause.slice(0, match.index)} ${clause.slice(match.index! + match[0].length)}`.replace(/\s+/g, ' ').replace(/^[\s,:;]+|[\s,;]+$/g, '').trim();

/** A noun phrase up to where the clause goes on: a mark with its type word, else words up to a comma or a word that starts something new. */
const TYPE_TAIL = '(?:\\s+(?:screen|page|popup|pop-up|dialog|step|form|view|modal|decision|node|action|call|api call|check))?';
const PHRASE_EN = `(?:(?:(?:the|a|an|our)\\s+)?«\\d+»${TYPE_TAIL}|(?:(?![,:;]|\\b(?:add|insert|show|put|place|ask|have|display|include|there|we|i|you|users?|people|let|lets|called|named|that|which|with|(?:and|but) (?:right |directly |just )?(?:before|after|in front of)|and (?:call|name|connect|then|link|label|make|let|have|put|add)|if|check|so|should|must|needs?|comes?|goes|is|are|insert|please|shows?|open|send|instead|offer|(?:trigger|run|call|execute|start)(?= an? | the )|i\\.e)\\b).)+)`;
const PHRASE_DE = `(?:(?:(?:der|die|das|den|dem|des)\\s+)?«\\d+»|(?:der|die|das|den|dem|des)?\\s*(?:(?![,:;]|\\s(?:ein|eine|einen|einem|einer|noch|soll|sollen|sollte|muss|füge|kommt|kommen|fehlt|zeige|erscheint|brauchen|möchte|bitte|hinzu|einfügen|ergänzen|anzeigen|hinzufügen|einbauen|und|der|die|das|den|wird|ist|prüfe|prüfen|öffnet|direkt|verschieben|setzen|stellen|gibt)(?=\\s|$)|\\s«).)+)`;
