import type { NodeType } from '../flow/schema.ts';
import type { NewNode } from './instructionCommand.ts';
import { TYPE_WORDS, typeIn } from './instructionTarget.ts';
import { writeOut, type PreparedText } from './instructionText.ts';
import type { ReadLanguage } from './reading.ts';
import { wordTable } from './wordTable.ts';

/** The node that a phrase like `a "Budget check" api call` or "a screen where they pick a language" asks for; undefined when it names nothing. */
export function newNodeOf(phrase: string, prepared: PreparedText, ref: string, fallback: NodeType = 'screen'): NewNode | undefined {
  let text = phrase.trim().replace(/,?\s+at the (?:very )?(?:end|start|beginning)\b/iu, '').replace(/^[,:\s]+|[,:\s]+$/g, '');
  let description: string | undefined;
  const inBrackets = typeIn(/\(([^()]*)\)$/u.exec(text.replace(/«\d+»/g, ' '))?.[1] ?? '');
  const type = inBrackets ?? typeIn(text.replace(/«\d+»/g, ' ').replace(/\b(?:that|which|where|with|for|der|die|das|in dem|mit|für|wo)\b.*$/iu, ' ')) ?? typeIn(text.replace(/«\d+»/g, ' '));
  // "the e-mail address, on its own screen", "a captcha as a popup": how it is shown, and not what it is.
  const shown = /^(.+?),?\s+(?:as|on|in|via|through|als|auf|in)\s+(?:an?|its|their|one|eine[nrm]?|einem|einer|eigene[rnms]?)\s+(?:(?:own|separate|new|full|little|small|simple|extra|eigene[nrms]?|neue[nrms]?|kleine[nrms]?)\s+)*([\p{L}-]+)(?:\s+of its own)?$/iu.exec(text);
  if (shown && TYPE_WORDS[shown[2]!.toLowerCase()] && !/«\d+»\s*$/.test(text)) text = shown[1]!;
  const aside = /^(.+?)\s*\((?:an?\s+|eine?n?\s+|as an?\s+)?([\p{L}-]+(?:[\s-]call)?)(?:\s*[,;:]\s*([^()«]+))?\)$/iu.exec(text);
  if (aside && typeIn(aside[2]!)) {
    text = aside[1]!;
    if (aside[3]) description = capital(aside[3].trim());
  }
  const marks = [...text.matchAll(/«(\d+)»/g)].map((match) => prepared.marks[Number(match[1])]!);
  const quoted = marks.find((mark) => mark.quoted) ?? (/^(?:(?:a|an|the|new|ein|eine|einen|neue[nrs]?)\s+)*«\d+»(?:\s+\p{L}+)?$/iu.test(text) ? marks[0] : undefined);
  if (quoted) return { ref, type: type ?? guessType(quoted.text, fallback), title: quoted.text };
  text = writeOut(text, prepared);
  const called = /^(.*?)\s+(?:called|named|titled|labell?ed|namens|mit (?:dem )?(?:titel|namen))\s+(.+)$/iu.exec(text);
  if (called) return { ref, type: type ?? guessType(called[2]!, fallback), title: capital(called[2]!.trim()) };
  const apposed = /^(.+?)\s*:\s*(.+)$/u.exec(text);
  if (apposed && typeIn(apposed[1]!)) return { ref, type: type ?? fallback, title: capital(apposed[2]!) };
  text = text.replace(/^(?:(?:a|an|the|another|one|some|any|new|extra|additional|separate|their|his|her|its|ein|eine|einen|einem|einer|noch|neue|neuen|neues|neuer|weitere[nrs]?|zusätzliche[nrs]?|der|die|das|den|dem)\s+)+/iu, '');
  const relative = /^(.*?),?\s+(?:that|which|where|in which|for|to|with|saying|der|die|das|in dem|in der|wo|für|zum|zur|mit)\s+(.+)$/iu.exec(text);
  let head = relative ? relative[1]! : text;
  const bare = withoutTypeWord(head);
  if (relative && !bare) head = verbPhrase(relative[2]!.replace(/^(?:(?:the|a)\s+)?(?:users?|people|they|customers?|man|der nutzer|die nutzer)\s+(?:can|may|should|kann|können)?\s*/iu, ''));
  else if (relative) {
    head = bare;
    const rest = relative[2]!.trim();
    // "a screen for the address": the rest tells what it is; "a rating popup with five stars": it tells more about it.
    if (/\b(?:for|für)\b/iu.test(text) || rest.split(' ').length > 1) description = capital(rest);
  } else head = bare || capital(head);
  const title = capital(head.replace(/[.,;]+$/, '').trim());
  if (!title || /^(?:something|etwas|it|es)$/iu.test(title)) return undefined;
  return { ref, type: type ?? guessType(title, fallback), title, ...(description ? { description } : {}) };
}

/** The title of a decision that asks this: "the firmware is outdated" -> "Firmware outdated?". */
export function questionOf(condition: string, prepared: PreparedText, language: ReadLanguage): string {
  let text = writeOut(condition, prepared).trim().replace(/[?,;.]+$/, '');
  if (language === 'de') {
    text = text.replace(/^(?:der|die|das|den|dem|ein|eine)\s+/iu, '').replace(/\s+(?:ist|sind|wird|werden|wurde|hat|haben)$/iu, '').replace(/\s+(?:ist|sind)\s+/iu, ' ');
  } else {
    text = text.replace(/^(?:the|a|an|their|there is|there are|it is|it's)\s+/iu, '').replace(/\s+(?:is|are|was|were|has been|have been|gets)\s+(?!not\b)/iu, ' ').replace(/\s+(?:a|an|the)\s+/giu, ' ');
  }
  return `${capital(text)}?`;
}

/** "run a firmware update" -> "Run firmware update"; "asks for a rating" -> "Ask for rating". */
export function verbPhrase(text: string): string {
  const words = text.trim().replace(/^(?:please|then|also|to|we|they|it|the system|the app)\s+/iu, '').split(/\s+/);
  const first = words[0] ?? '';
  if (/^(?:asks|shows|checks|sends|explains|lists|offers|lets|displays|runs|tells|verifies|calls|creates|confirms|says|saves|requests|notifies)$/iu.test(first)) words[0] = first.replace(/s$/i, '');
  return capital(words.filter((word, index) => index === 0 || !/^(?:a|an|the|their|ein|eine|einen|der|die|das|den|dem)$/iu.test(word)).join(' '));
}

/** "a receipt should be sent" -> "send a receipt", "soll eine Mail verschickt werden" -> "eine Mail verschicken"; undefined where nothing is done to anything. */
export function activeOf(phrase: string, german: boolean): string | undefined {
  if (german) {
    const match = /^(?:(?:soll(?:en|te|ten)?|muss|müssen|wird|werden)\s+)?(?:(?:noch|auch|erst|zuerst|dann|bitte|automatisch|vorher)\s+)*(.+?)\s+(\p{L}+t|\p{L}+en)\s+(?:werden|wird)(?:\s+(?:soll|sollen|muss))?$/iu.exec(phrase.trim());
    if (!match || /^(?:angezeigt|gezeigt|eingefügt|eingeblendet|ergänzt|hinzugefügt|eingebaut|geöffnet)$/iu.test(match[2]!)) return undefined;
    return `${match[1]} ${infinitiveOf(match[2]!)}`;
  }
  const match = /^(.+?)\s+(?:should|must|needs? to|has to|have to|ought to|is to|are to)\s+(?:also\s+|first\s+|automatically\s+)*(?:be|get)\s+(\p{L}+(?:ed|en)|sent|shown|made|run|put|told|paid|done|kept|built|read|written|set)((?:\s+(?:to|from|for|by|with)\s+.+)?)$/iu.exec(phrase.trim());
  if (!match || /^(?:shown|displayed|opened|inserted|added|placed|put|done|given)$/iu.test(match[2]!)) return undefined;
  const verb = match[2]!.toLowerCase();
  if (verb === 'asked') return match[3] ? `ask ${match[1]}${match[3]}` : undefined;
  return `${baseOf(verb)} ${match[1]}${match[3] ?? ''}`;
}

const BASES: Record<string, string> = wordTable<string>({ sent: 'send', made: 'make', run: 'run', told: 'tell', paid: 'pay', kept: 'keep', built: 'build', read: 'read', written: 'write', set: 'set', taken: 'take', given: 'give', chosen: 'choose', asked: 'ask' });

/** "verified" -> "verify", "created" -> "create", "logged" -> "log". */
function baseOf(participle: string): string {
  if (BASES[participle]) return BASES[participle];
  if (participle.endsWith('ied')) return `${participle.slice(0, -3)}y`;
  const stem = participle.replace(/ed$/, '');
  if (/([bdgmnprt])\1$/.test(stem)) return stem.slice(0, -1);
  return /(?:at|it(?<!\w{2}dit|mit)|iz|is|os|us|as|v|c|dg|rg|ng(?<!ng$)|ar(?<!ear)|ir|ur|in(?<!ain|oin)|iv|id|ed|yz|ik|ak|ok|ov|ul|pl|bl|tl|dl|gl)$/.test(stem) ? `${stem}e` : stem;
}

/** "verschickt" -> "verschicken", "geprüft" -> "prüfen", "abgeschlossen" stays. */
function infinitiveOf(participle: string): string {
  if (/iert$/u.test(participle)) return participle.replace(/t$/u, 'en');
  const bare = participle.replace(/^ge(?=\p{L}{3})/u, '').replace(/^(an|ab|auf|aus|ein|vor|zu|mit|nach|weiter|zurück|hoch|fest|frei)ge/u, '$1');
  return /t$/u.test(bare) ? bare.replace(/e?t$/u, 'en') : participle === 'gesendet' ? 'senden' : bare;
}

/** The text with a capital first letter. */
export const capital = (text: string): string => (text ? text[0]!.toUpperCase() + text.slice(1) : text);

/** The type that a title suggests when nobody names one. */
export function guessType(title: string, fallback: NodeType): NodeType {
  if (/\?$/.test(title)) return 'decision';
  if (/^(?:send|notify|fetch|call|trigger|sync|post|submit to|request from|load|store|log(?! ?(?:in|out|on|off)\b))\b/i.test(title) || /(?:\s|^)(?:senden|verschicken|abrufen|benachrichtigen|auslösen|laden|speichern)$/iu.test(title)) return fallback === 'screen' ? 'action' : fallback;
  if (/\b(?:error|failed|warning|fehler|fehlgeschlagen|warnung|blocked|gesperrt|denied)\b/iu.test(title) && fallback === 'screen') return 'popup';
  return fallback;
}

function withoutTypeWord(text: string): string {
  let words = text.trim().replace(/\bapi[\s-]?(?:call|request|aufruf)\b/iu, '').trim().split(/\s+/);
  const droppable = (word: string | undefined) => word !== undefined && TYPE_WORDS[word.toLowerCase()] !== undefined && !/^(?:message|notice|note|form|formular|hinweis|meldung|fehlermeldung|warnung|anfrage|question|start|end|ende|call|alert)$/iu.test(word);
  if (words.length && droppable(words.at(-1))) words = words.slice(0, -1);
  if (words.length > 1 && droppable(words[0])) words = words.slice(1);
  return words.join(' ').trim();
}
