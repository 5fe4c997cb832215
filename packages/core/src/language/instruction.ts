import type { FlowView } from '../flow/schema.ts';
import { readClause } from './instructionClause.ts';
import { InstructionStop, type InstructionReading } from './instructionCommand.ts';
import { readCondition } from './instructionCondition.ts';
import { InstructionContext } from './instructionContext.ts';
import { readLoosely, spokenOf } from './instructionLoose.ts';
import { contentWords, findNode, typeIn } from './instructionTarget.ts';
import { prepareText } from './instructionText.ts';
import { clauseVariants, oddnessOf } from './instructionVariants.ts';
import { wordTable } from './wordTable.ts';

/**
 * What an instruction in plain words (English or German, typos welcome) asks of a flow: commands with their targets found, one
 * question back, or a refusal. Pure; the flow is read, never changed. `hint`: the person's answer to an earlier question about it.
 */
export function readInstruction(text: string, flow: FlowView, options: { hint?: string } = {}): InstructionReading {
  const prepared = prepareText(text.length > INSTRUCTION_LIMIT.text ? text.slice(0, 200) : text, flow);
  const context = new InstructionContext(flow, prepared, options.hint);
  const { language } = prepared;
  try {
    const sentences = joinSentences(prepared.sentences.flatMap(splitInfinitives).map((sentence) => withoutCourtesy(sentence)).filter(Boolean));
    if (!sentences.length) throw context.refuse('NOTHING_SAID', 'There is nothing to do: the instruction is empty.', 'Es gibt nichts zu tun: Die Anweisung ist leer.');
    if (text.length > INSTRUCTION_LIMIT.text || sentences.some((sentence) => sentence.length > INSTRUCTION_LIMIT.sentence)) throw notUnderstood(text.slice(0, 200), context);
    if (isOutside(prepared.sentences.join('. '), context)) throw outside(context);
    let unread: InstructionStop | undefined;
    const joined = joinAnswers(sentences, context);
    for (const [index, sentence] of joined.entries()) {
      try {
        readLikeliest(sentence, context);
      } catch (error) {
        // Beside an instruction people give reasons; what begins like a command or asks for something is never passed over.
        if (!(error instanceof InstructionStop) || sentences.length === 1 || (LIKE_A_COMMAND.test(sentence) && !isReasonFor(sentence, joined[index + 1]))) throw error;
        unread ??= error;
        context.last = spokenOf(sentence, context) ?? context.last;
      }
    }
    if (!context.commands.length) throw unread ?? notUnderstood(text, context);
    return { kind: 'commands', language, commands: context.commands };
  } catch (error) {
    if (error instanceof InstructionStop) return { ...error.stop, language };
    throw error;
  }
}

/** What is longer is no instruction, and matching it against hundreds of patterns would take long; characters. */
export const INSTRUCTION_LIMIT = { text: 3000, sentence: 400 };

/** "We need to compress the file first. Put an API call "Compress file" …": what the next sentence orders. */
function isReasonFor(sentence: string, next: string | undefined): boolean {
  const order = new RegExp(`^${COMMAND}\\b`, 'iu');
  if (!next || order.test(sentence) || !order.test(next)) return false;
  return /^(?:we|i|people|users?|they|it|there|customers?|guests?|wir|ich|man|es|nutzer|kunden)(?!\p{L})/iu.test(sentence);
}

/** Reads a sentence as it stands; where that gives strange titles or nothing at all, as the least strange of its other cuts. */
function readLikeliest(sentence: string, context: InstructionContext): void {
  const start = snapshot(context);
  const attempt = (clauses: string[]) => {
    const { strained } = context;
    for (const clause of clauses) readSentence(withoutCourtesy(clause), context);
    return oddnessOf(context.commands.slice(start.commands), context) + (context.strained - strained) * 3;
  };
  let stop: unknown;
  let best = { clauses: [sentence], odd: Infinity };
  try {
    best.odd = attempt([sentence]);
    if (best.odd === 0) return;
  } catch (error) {
    if (!(error instanceof InstructionStop) || (!RETHINK.has(error.stop.code) && behindColon(sentence) === undefined)) throw error;
    stop = error;
  }
  for (const clauses of clauseVariants(sentence)) {
    restore(start, context);
    try {
      const odd = attempt(clauses);
      // What could not be read as it stands is cut only where nothing strange comes out.
      if (context.commands.length === start.commands || (stop !== undefined && odd > 0) || odd >= best.odd) continue;
      best = { clauses, odd };
      if (odd === 0) return;
    } catch (error) {
      if (!(error instanceof InstructionStop)) throw error;
    }
  }
  restore(start, context);
  if ((best.odd === Infinity || best.odd >= 4) && !isOutside(sentence, context)) {
    try {
      if (readLoosely(sentence, context)) return;
    } catch (error) {
      if (!(error instanceof InstructionStop)) throw error;
    }
    restore(start, context);
  }
  if (best.odd === Infinity) throw stop;
  // Half a sentence as a title is worse than a question.
  if (best.odd >= 4) throw notUnderstood(sentence, context);
  attempt(best.clauses);
}

/** Stops that say that the words were not made out; what is truly unclear ("which popup?") is asked at once. */
const RETHINK = new Set<string>(['UNKNOWN_TARGET', 'NOT_UNDERSTOOD', 'WHERE', 'WHAT', 'OUTSIDE']);

const snapshot = (context: InstructionContext) => ({ commands: context.commands.length, last: context.last, before: structuredClone({ commands: context.commands, created: context.created }) });

function restore(to: ReturnType<typeof snapshot>, context: InstructionContext): void {
  // A later sentence may have changed an earlier command ("… small amounts go straight to the payout").
  const { commands, created } = structuredClone(to.before);
  context.commands.splice(0, context.commands.length, ...commands);
  context.created.splice(0, context.created.length, ...created);
  context.last = to.last;
}

function readSentence(told: string, context: InstructionContext): void {
  const said = told.replace(/^((?:from|on|at|in)\s[^,]+?),?\s+(?:the\s+)?(?:guests?|customers?|visitors?|employees?|members?|applicants?|patients?|clients?|shoppers?|buyers?|drivers?)\s+(?=(?:should|must|can|could|may|needs? to|have to|want to)\s)/iu, '$1 people ');
  // '"Take a photo": a new screen that …' is a new screen "Take a photo".
  const sentence = said.replace(/(«\d+»)\s*[:,(]\s*((?:an?|eine?n?)\s+(?:new\s+|neue[nrs]?\s+)?(?:screen|page|popup|pop-up|dialog|modal|action|step|seite|bildschirm|aktion|schritt))(?!\p{L})/iu, '$2 $1');
  if (refinesErrorPath(sentence, context) || refinesType(sentence, context)) return;
  if (QUESTION.test(sentence)) throw notUnderstood(sentence, context);
  const exact = exactPart(sentence);
  if (exact !== undefined) {
    // "… from the confirmation: add a screen there": the reason says where.
    const where = /\b(?:there|here|dort)\b/iu.test(exact) ? /^.*(?<!\p{L})(?:from|on|at|in|after|behind|von|auf|bei|beim|nach|hinter)\s+([^:]+?)\s*(?::|,|\s[-–])/iu.exec(sentence) : null;
    const target = where ? context.look(where[1]!) : undefined;
    if (target?.kind === 'one') context.last = target.id;
    if (readsQuietly(exact, context)) return;
  }
  for (const clause of splitCommands(sentence).flatMap((part) => splitAside(part, context))) {
    const before = context.commands.length;
    const made = context.created.length;
    if (isConditional(clause) && readCondition(clause, context)) continue;
    context.commands.length = before;
    context.created.length = made;
    if (isIdle(clause)) continue;
    try {
      if (readClause(clause, context)) continue;
    } catch (error) {
      const rest = behindColon(clause);
      context.commands.length = before;
      context.created.length = made;
      if (!(error instanceof InstructionStop) || rest === undefined || !readsQuietly(rest, context)) throw error;
      continue;
    }
    const rest = behindColon(clause);
    if (rest !== undefined && readsQuietly(rest, context)) continue;
    throw notUnderstood(clause, context);
  }
}

/** A question asks for an answer, not for an edit; "what happens if …?" asks for an error path. */
const QUESTION = /^(?!what (?:happens|should happen|if|about|do we do)\b|was (?:passiert|geschieht|machen wir)\b)(?:what|which|who|where|why|how|is|are|does|do|has|was|welche[rsn]?|wer|wo|wohin|warum|wieso|wie|ist|sind|gibt|hat)(?!\p{L}).*\?$/iu;
/** "…, send a mail first: put an API call after X": what follows the colon or comma is the command itself, the rest its reason. */
function exactPart(sentence: string): string | undefined {
  if (new RegExp(`^${COMMAND}\\b`, 'iu').test(sentence) || /\b(?:everyone else|everybody else|everything else|all others|the others)\b|alle anderen/iu.test(sentence)) return undefined;
  const so = new RegExp(`^[^«»]*?[,;]\\s*(?:so|therefore|hence|deshalb|daher|also|darum)\\s+(?:please\\s+|bitte\\s+)?(${COMMAND}\\s.+)$`, 'iu').exec(sentence);
  if (so) return so[1];
  const match = new RegExp(`^[^:]*(?::|\\s[-–])\\s*(?:please\\s+|bitte\\s+)?((?:${COMMAND}|after|before|between|nach|vor|zwischen)\\s.+)$`, 'iu').exec(sentence) ?? new RegExp(`^(?!.*\\b(?:if|when|after|before|between|once|from|on|unless|wenn|falls|nach|vor|zwischen|von)\\b.*,)[^,«»]*,\\s*(?:so\\s+|please\\s+|bitte\\s+|also\\s+)?((?:${COMMAND}|nimm|wirf|schmeiß)\\s.+)$`, 'iu').exec(sentence);
  return match?.[1];
}

const behindColon = (clause: string): string | undefined => /^[^:«»]+(?::|\s[-–])\s+(.+)$/u.exec(clause)?.[1];

/** "drop X, if a device is found go to Y": a command, then a condition about something else. */
function splitAside(clause: string, context: InstructionContext): string[] {
  const match = new RegExp(`^(${COMMAND}\\s[^,]+),\\s*((?:if|when|wenn|falls)\\s.+)$`, 'iu').exec(clause);
  if (!match) return [clause];
  const [commands, created, { last }] = [context.commands.length, context.created.length, context];
  const isWhole = readsQuietly(match[1]!, context) && context.commands.slice(commands).every((command) => command.kind === 'remove' || command.kind === 'rename' || command.kind === 'disconnect');
  context.commands.length = commands;
  context.created.length = created;
  context.last = last;
  return isWhole ? [match[1]!, match[2]!] : [clause];
}

function readsQuietly(clause: string, context: InstructionContext): boolean {
  const [commands, created, { last }] = [context.commands.length, context.created.length, context];
  try {
    for (const part of splitCommands(clause)) if (!(isConditional(part) && readCondition(part, context)) && !readClause(part, context)) throw notUnderstood(part, context);
    return true;
  } catch (error) {
    if (!(error instanceof InstructionStop)) throw error;
    context.commands.length = commands;
    context.created.length = created;
    context.last = last;
    return false;
  }
}

/** "Show a message with a retry": says how the error path that was asked for just before should look. */
function refinesErrorPath(sentence: string, context: InstructionContext): boolean {
  const path = context.commands.at(-1);
  if (path?.kind !== 'errorPath' || !/^(?:then\s+)?(?:show|display|open|present|offer|give|let|we should|there should|they should|users should|zeige?|dann|biete|öffne|es soll|add (?:an?|some) (?:error|message|popup|screen|retry|«))/iu.test(sentence)) return false;
  if (/\b(?:after|before|between|nach|vor|zwischen)\s/iu.test(sentence)) return false;
  const quoted = /«\d+»/.exec(sentence);
  if (quoted) path.popup.title = context.text(quoted[0]);
  const type = typeIn(sentence.replace(/«\d+»/g, ' '));
  if (type === 'screen' || type === 'popup') path.popup.type = type;
  const back = /\b(?:back|return)\b.*?\bto\s+(.+)$|zurück\s+(?:zu|zum|zur)\s+(.+)$/iu.exec(sentence);
  const target = back ? context.look(back[1] ?? back[2]!) : undefined;
  if (target?.kind === 'one') path.retryTo = target.id;
  return true;
}

/** "New screen please." says of what type the step just made is. */
function refinesType(sentence: string, context: InstructionContext): boolean {
  const made = context.created.find((node) => node.ref === context.last);
  const match = made && /^(?:(?:as|make (?:it|that|this)|it(?:'s| is| should be)|this (?:is|should be)|that should be|als|mach(?:e)? (?:es|das|daraus)|das (?:soll|ist))\s+)?(?:an?\s+|eine?n?\s+)?(?:(?:new|own|separate|full|simple|small|neue[rs]?|neuen|eigene[rs]?|eigenen)\s+)*(\p{L}[\p{L} -]*?)(?:\s+(?:please|bitte|sein|werden))?$/iu.exec(sentence);
  const type = match && typeIn(match[1]!);
  if (!made || !match || !type || match[1]!.split(/[\s-]/).some((word) => typeIn(word) === undefined && !/^(?:api|pop|up)$/iu.test(word))) return false;
  made.type = type;
  return true;
}

const isConditional = (clause: string): boolean =>
  /\b(?:if|when|whenever|unless|whether|in case|otherwise|or else|everyone else|everybody else|everything else|all others?)\b|alle anderen|^after (?:\d|two |three |four |five |ten )|(?:wenn|falls|sofern|sobald|sonst|andernfalls|ob)(?!\p{L})|^(?:nach|ab) (?:\d|zwei |drei |vier |fünf )/iu.test(clause) && !/^(?:what|was)\s/iu.test(clause) && !/^(?:and )?what (?:if|happens)/iu.test(clause) && !/\b(?:error|failure) (?:path|branch|handling|case|state) (?:if|when)/iu.test(clause);

const COPY = /^(?:duplicate|copy|clone|(?:make|create|add) (?:an?|another|one) (?:copy|duplicate|clone)|dupliziere|kopiere|mach(?:e)? (?:eine|noch eine) kopie)\b/iu;
const COMMAND = '(?:rename|remove|delete|drop|add|insert|move|put|connect|link|disconnect|swap|duplicate|copy|clone|turn|convert|change|make|set|mark|label|redirect|reconnect|get rid of|create|tidy|place|replace|retitle|undo|leave|lösche|entferne|streiche|füge|benenne|verschiebe|verbinde|trenne|vertausche|tausche|dupliziere|kopiere|ändere|mach|mache|setze|markiere|ergänze|wandle|schreib|schreibe|räum|räume|nenne|ersetze|baue|bau|beschrifte|bezeichne|stell|stelle|häng|hänge|pack|packe|schieb|schiebe|leg|lege|streich|leite|lenke|führe|biege|erstelle|kürze|vermerke|notiere|relabel|reroute|repoint|attach|kill|scrap|ditch|wire|unlink|retype|convert|call|name)';

/** "rename A to B and delete C" -> two clauses. What belongs to a copy or a new step ("and call it …") stays with it. */
function splitCommands(sentence: string): string[] {
  const pattern = new RegExp(`\\s*(?:,\\s*(?:and|und|then|dann)?|;|\\b(?:and|und)\\b)\\s*(?:then\\s+|also\\s+|dann\\s+|auch\\s+|please\\s+|bitte\\s+)*(?=${COMMAND}\\s)`, 'giu');
  if (!new RegExp(`^(?:please\\s+|first\\s+)?${COMMAND}\\b`, 'iu').test(sentence)) return [sentence];
  const parts = sentence.split(pattern).map((part) => part.trim()).filter(Boolean);
  if (COPY.test(sentence)) {
    // "copy X, and put it behind Y" is one command.
    return parts.reduce<string[]>((out, part) => (out.length && /^(?:put|place|insert|add|rename|call|name|move|setze|stelle|hänge|packe|lege|schiebe|füge|nenne|benenne|verschiebe)\b/iu.test(part) && /\b(?:it|copy|duplicate|new one|second one|sie|ihn|kopie|duplikat)\b/iu.test(part) ? [...out.slice(0, -1), `${out.at(-1)} and ${part}`] : [...out, part]), []);
  }
  return parts.map((part) => withoutCourtesy(part));
}

/** A sentence that only goes on with the one before ("Otherwise continue.") is joined to it. */
function joinSentences(sentences: string[]): string[] {
  return sentences.reduce<string[]>((out, sentence) => {
    if (out.length && /^(?:otherwise|else|or else|if not|if no|everyone else|everybody else|all others?|the others|the rest (?!stays|should stay|remains)|alle anderen|die anderen|der rest (?!bleibt|soll)|sonst|andernfalls|ansonsten|wenn nicht)(?!\p{L})/iu.test(sentence)) return [...out.slice(0, -1), `${out.at(-1)!.replace(/[.?!]$/, '')}, ${sentence}`];
    if (out.length && /^(?:if (?:yes|so|it is|they are|it does|true|not|no)|wenn (?:ja|so|das so ist|nein))\b/iu.test(sentence) && /\b(?:if|whether|ob)(?!\p{L})/iu.test(out.at(-1)!)) return [...out.slice(0, -1), `${out.at(-1)!.replace(/[.?!]$/, '')}: ${sentence}`];
    if (out.length && /^(?:call it|name it|put it|place it|nenne (?:sie|ihn|es)|it should (?:be|come|go)|it (?:comes|goes|sits|belongs))\b/iu.test(sentence) && COPY.test(out.at(-1)!)) return [...out.slice(0, -1), `${out.at(-1)} and ${sentence}`];
    return [...out, sentence];
  }, []);
}

/** "What happens if the code is wrong three times? Lock the account." is one condition, unless the question alone tells an error path. */
function joinAnswers(sentences: string[], context: InstructionContext): string[] {
  return sentences.reduce<string[]>((out, sentence) => {
    const asked = WHAT_IF.exec(out.at(-1) ?? '');
    if (!asked || isConditional(sentence) || isIdle(sentence)) return [...out, sentence];
    const start = snapshot(context);
    const isRead = readsQuietly(out.at(-1)!, context);
    restore(start, context);
    if (isRead) return [...out, sentence];
    return [...out.slice(0, -1), `${context.german ? 'wenn' : 'if'} ${asked[1]!}, ${sentence[0]!.toLowerCase()}${sentence.slice(1)}`];
  }, []);
}

const WHAT_IF = /^(?:(?:and|und) )?(?:what (?:happens |should happen |do we do )?(?:if|when)|was (?:passiert|geschieht|ist|machen wir|soll passieren)?,? ?(?:wenn|falls)) (.+?)\?$/iu;

function withoutCourtesy(sentence: string): string {
  let text = sentence.trim();
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replace(/(?<=[\p{L}»])\s+(?:please|pls|bitte)(?=\s+\S)/gu, '');
    text = text.replace(INVERTED, (_, subject: string, verb: string, rest: string) => `${subject} should ${verb}${rest}`);
    const isPolite = POLITE.test(text);
    text = (isPolite ? text.replace(/\s*\?$/, '') : text)
      .replace(/^(?:(?:please|kindly|hey|hi|hello|ok(?:ay)?|so|well|um|now|also|and|then|next|first|finally|actually|just|oh|yo|btw|one more thing|bitte|hallo|also|und|dann|jetzt|nun|noch|außerdem|zuerst|zuletzt|ach ja|mal)[\s,:!]+)/iu, '')
      .replace(/^(?:(?:can|could|would|will) (?:you|u|we) (?:please |also |maybe |just )*|i(?:'d| would) (?:like|love) (?:you )?to |i (?:want|need) (?:you )?to |we (?:should|need to|want to|have to|must|could|can|also need to) (?:also )?(?=(?:add|rename|remove|delete|insert|move|connect|put|make|turn|change|drop|get|show|swap|copy|duplicate|ask|link|let|allow|check|split|replace|send|go)\b)|(?:i |we )?(?:don't|dont|do not) think (?:that )?(?=we need\b)|let(?:'s| us) (?!call|have|add|people|users)|go ahead and |make sure (?:that )?(?:to )?|would you mind |how about (?:we |you )?|(?:is|would|wäre|ist) (?:it|es) (?:be )?(?:possible|ok|okay|möglich),? (?:to |for us to |that we |if we |dass (?:wir|man) )|(?:any|is there a) chance (?:that )?(?:we|you) (?:can|could)(?: please)? |do you think (?:we|you) (?:can|could) |could we |can we |may we |shall we |können wir (?:bitte |auch |noch )*|könnten wir (?:bitte |auch |noch )*|maybe (?:we )?(?:could |can )?|you (?:should|can|could|need to) |kannst du (?:bitte |mir |mal )*|könntest du (?:bitte |mir |mal )*|würdest du (?:bitte )?)/iu, '')
      .replace(/^(\p{L}+)\s+(?:(?:mal|doch|bitte|einfach|halt|eben|gerne)\s+)+/iu, (_, verb: string) => `${verb} `)
      .replace(/[\s,]+(?:please|bitte|thanks|thank you|thx|danke|asap|for me|would you|will you|ok|okay|mate|mal|bitte mal|or so)[!.]*$/iu, '')
      .replace(/^we need\b/iu, (found) => (/(?:don't|dont|do not) think (?:that )?we need\b/iu.test(before) ? 'we do not need' : found))
      .replace(/,\s*(?:(?:the |its )?label stays|and keep (?:the|its) label|die beschriftung bleibt|keep the rest|(?:the )?rest stays(?: as (?:it )?is)?|der rest bleibt)(?: the same| as (?:it )?is| so| wie es ist)?$/iu, '')
      .replace(/[!.]+$/, '')
      .trim();
  }
  return imperativeOf(text);
}

/** "die Abholung hinter X schieben" -> "schiebe die Abholung hinter X": German says what to do at the end. */
function imperativeOf(text: string): string {
  const match = /^(?!(?:nach|vor|hinter|zwischen|wenn|falls|auf|bei|in|im|von|vom|aus)\s)((?:(?!\s(?:soll|sollen|sollte|muss|müssen|kann|können|wird|werden)\s).)+?)\s+(\p{L}+)$/iu.exec(text);
  const [verb, particle] = (match && INFINITIVES[match[2]!.toLowerCase()]) ?? [];
  if (!match || !verb || new RegExp(`^${COMMAND}\\b`, 'iu').test(text)) return text;
  return `${verb} ${match[1]}${particle ? ` ${particle}` : ''}`;
}

/** "A in B umbenennen und C rausnehmen" -> two sentences. */
function splitInfinitives(sentence: string): string[] {
  const words = Object.keys(INFINITIVES).concat('löschen', 'entfernen', 'streichen', 'weglassen', 'einfügen', 'hinzufügen', 'ergänzen', 'einbauen').join('|');
  if (!new RegExp(`(?<!\\p{L})(?:${words})$`, 'iu').test(sentence)) return [sentence];
  return sentence.split(new RegExp(`(?<=(?<!\\p{L})(?:${words}))\\s*(?:,\\s*(?:und\\s+)?|\\s+und\\s+)(?:dann\\s+|auch\\s+)?`, 'iu'));
}

const INFINITIVES: Record<string, [string, string?]> = wordTable<[string, string?]>({ umbenennen: ['benenne', 'um'], nennen: ['nenne'], verschieben: ['verschiebe'], schieben: ['schiebe'], stellen: ['stelle'], verbinden: ['verbinde'], verknüpfen: ['verknüpfe'], tauschen: ['tausche'], vertauschen: ['vertausche'], umwandeln: ['wandle', 'um'], verwandeln: ['verwandle'], beschriften: ['beschrifte'], ersetzen: ['ersetze'], ändern: ['ändere'], umleiten: ['leite', 'um'], machen: ['mache'], trennen: ['trenne'], rausnehmen: ['nimm', 'raus'], rauswerfen: ['wirf', 'raus'] });

/** "Could the payment error be a page?" wishes for it. */
const INVERTED = /^(?:could|can|should|would|may|might|shouldn't|couldn't|can't)\s+((?!you\b|u\b|we\b|i\b|it be possible)(?:(?!\s(?:be|become|come|go|lead|have|get|happen|appear|move)\s).)+?)\s+(be|become|come|go|lead|have|get|happen|appear|move)(\s.+?)\s*\?$/iu;
const POLITE = /^(?:(?:please |so |and |hey )?(?:can|could|would|will|may|shall) (?:you|u|we)|how about|(?:is|would) it (?:be )?(?:possible|ok)|any chance|do you think (?:we|you)|kannst du|könntest du|würdest du|können wir|könnten wir|(?:ist|wäre) es möglich)(?!\p{L})/iu;

const isIdle = (clause: string): boolean => new RegExp(`^${COMMAND}\\s.*\\snicht$`, 'iu').test(clause) || /^(?:(?:don't|do not|dont|never) (?!need|want).*|thanks?(?: you)?|thx|cheers|great|nice|cool|perfect|danke(?: schön)?|super|the rest (?:stays|should stay|remains).*|everything else (?:stays|should stay|remains).*|(?:leave|keep) (?:the rest|everything else|all else).*|(?:der rest|alles andere|sonst) (?:bleibt|soll).*|nothing else.*|(?:please\s+)?(?:add|handle|show|cover|do|design|include)\s+(?:something|a (?:path|way|branch|case|flow|screen|step) for (?:that|it|this case|that case)|that|it|this)(?: (?:too|for that|for it|as well|in that case))?|(?:ergänze|füge|baue) (?:das|etwas dafür|dafür etwas|einen (?:weg|pfad|zweig) dafür)(?: (?:hinzu|ein|bitte))?|that's (?:it|all)|das war'?s|no other changes.*)$/iu.test(clause);

/** Things that are no edit of a flow: done in the world, not on the canvas. */
function isOutside(text: string, context: InstructionContext): boolean {
  const first = withoutCourtesy(text.split(/[.!?\n]/)[0] ?? '');
  return OUTSIDE.some((pattern) => pattern.test(first)) && !new RegExp(`^${COMMAND}\\b.*\\b(?:after|before|between|nach|vor|zwischen)\\b`, 'iu').test(context.text(first));
}

const LIKE_A_COMMAND = new RegExp(`^${COMMAND}\\b|(?<!\\p{L})(?:should|must|needs? to|has to|soll|sollen|sollte|muss|müssen)(?!\\p{L})`, 'iu');
const OUTSIDE = [
  /^(?:deploy|publish|ship|release|launch|roll out|push|merge|commit|compile|install|host|run the (?:tests|app|code|build))\b(?!.*\b(?:button|screen|step|node|popup)\b)/iu,
  /^(?:send|email|e-mail|mail|text|message|call|phone|ping|tell|remind|notify|invite|slack|dm)\s+(?:me|us|him|her|my|our|everyone|the team|the client|the boss|an? (?:e-?mail|message|text|invite|invitation|reminder|slack message) to|all customers|this to|it to|the flow to|«\d+»? ?to)\b/iu,
  /^(?:book|buy|order|reserve|purchase|schedule|pay|transfer|refund)\s+(?:me|us|my|a|an|the|some|all)\b/iu,
  /^(?:write|generate|implement|code|program|build|create|give me|export|draft|design)\s+(?:me\s+)?(?:the\s+|some\s+|an?\s+)?(?:.*?\b)?(?:code|react|html|css|backend|frontend|test cases|unit tests|sql|poem|song|story|essay|blog post|newsletter|press release|email|e-mail|letter|app|website|database|logo|invoice|report|presentation|slides?)\b(?!.*\b(?:after|before|between|screen|step|node|popup)\b)/iu,
  /^(?:find|get|fetch|bring|show|recommend|suggest|give|lend|fix|check)\s+(?:me|us|my)\s+(?!(?:an?|the|one)\s+(?:(?:new|extra|second|further)\s+)?(?:«\d+»|\w+\s+)?(?:screen|step|page|popup|node|decision|branch|link|arrow|way)\b)/iu,
  new RegExp(`^(?!${COMMAND}|let|allow|enable|ask|give|show|tell|offer|remind|notify)\\p{L}+ (?:(?:up|in|out|off|for) )?(?:my|me|us|him|our (?!users|customers|guests|people|visitors|clients|members))(?!\\p{L})(?!.*\\b(?:screen|step|page|popup|node|decision|after|before|between)\\b)`, 'iu'),
  /^(?:(?:turn|switch|dim|crank|put)\s+(?:on|off|up|down)\s+(?!«)|(?:turn|switch)\s+(?:the\s+|my\s+)?[\p{L} ]+?\s+(?:on|off|up|down)(?!\p{L}))/iu,
  /^(?:transfer|wire|pay|send|order|approve|sign|file|print|charge|refund|cancel|submit|ship|mail|deliver|invoice)\s+(?!.*\b(?:screen|step|page|popup|node|decision|branch|after|before|between)\b).*(?:\b(?:to|for|from|with)\s+(?:my|me|us|mum|mom)\b|[€$£]|\b(?:euros?|dollars?|pounds?|bucks)\b)/iu,
  /^(?:schreib|schreibe|schick|schicke|sende|sag|sage|antworte|teile?|ruf|rufe)\s+(?:unsere[mnr]?|meine[mnr]?|dem kunden|der kundin|den kunden|allen|jedem)(?!\p{L})/iu,
  /^\p{L}+\s+(?:für (?:mich|uns)|mir|uns)\s+(?:eine?n?|den|die|das|mein\p{L}*)\s(?!.*(?:screen|seite|schritt|popup|knoten|entscheidung|zweig|link|pfeil|hinweis|notiz|(?:nach|vor|hinter|zwischen)\s))/iu,
  /^(?:send|email|e-mail|mail|text|call|notify|ring|phone|message|tell|schick|schicke|sende|ruf|rufe)\s+(?!.*\b(?:screen|step|page|popup|node|after|before|between)\b).*(?:right now|immediately|at once|asap|today|tonight|tomorrow|this (?:week|morning|afternoon|evening)|sofort|heute|morgen|gleich jetzt)$/iu,
  /^(?:order|book|buy|reserve|rent)\s+(?:\d+|an?|one|two|three|four|five|some)\s+(?!.*(?:«|\b(?:screen|step|page|popup|node|decision|action|api|after|before|between)\b))/iu,
  /^(?:translate|summari[sz]e|calculate|compute|google|search (?:the web|for)|look up|play|sing|joke|tell me (?:a|about)|who is|what(?:'s| is) the (?:weather|time|capital|score|price)|what time|how (?:is the weather|old|far)|hack|crack|steal)\b/iu,
  /^(?:veröffentliche|deploye|installiere|rufe?|schick(?:e)? (?:mir|uns|ihm|ihr|das|den|die|eine?n? (?:e-?mail|nachricht))|sende (?:mir|uns|eine?n? (?:e-?mail|nachricht))|buche|bestelle|kaufe|reserviere|überweise|erinnere|übersetze|programmiere|schreibe? (?:mir |uns )?(?:eine?n? )?(?:e-?mail|mail|gedicht|brief|code|bericht|programm)|erzähl|bezahle|wie (?:ist|wird) das wetter|lade .*\bein\b(?!.*\bscreen)|ruf )(?!\p{L})/iu,
];

const outside = (context: InstructionContext): InstructionStop => context.refuse('OUTSIDE', 'I can only change this flow: its steps, decisions, arrows and notes. Nothing was changed.', 'Ich kann nur diesen Ablauf ändern: seine Schritte, Entscheidungen, Pfeile und Notizen. Es wurde nichts geändert.');

function notUnderstood(clause: string, context: InstructionContext): InstructionStop {
  const text = context.text(clause);
  const words = contentWords(text);
  const speaksOfFlow = /\b(?:flow|step|screen|page|node|arrow|edge|branch|decision|popup|path|layout|title|label|change|edit|add|remove|rename|delete|move|connect|improve|better|nicer|fix|thing|something|somewhere|stuff|put|make|set|this|that one|simplify|shorter|faster)\b|(?:ablauf|schritt|seite|knoten|pfeil|zweig|entscheidung|ändere|änder|lösch|verbesser|besser|schöner|kürzer|einfacher|mach)/iu.test(text);
  const mentions = words.some((word) => word.length > 3 && findNode(word, context.flow, context.prepared).kind !== 'none');
  if (!speaksOfFlow && !mentions) return outside(context);
  const titles = [...context.flow.node.values()].filter((node) => node.type === 'screen').slice(0, 3).map((node) => node.data.title);
  return context.ask('NOT_UNDERSTOOD', 'What exactly should change? For example: rename a step, add one after another, remove one, or connect two.', 'Was genau soll sich ändern? Zum Beispiel: einen Schritt umbenennen, einen nach einem anderen einfügen, einen entfernen oder zwei verbinden.', titles.map((title) => context.say(`Add a step after "${title}"`, `Schritt nach „${title}“ einfügen`)));
}
