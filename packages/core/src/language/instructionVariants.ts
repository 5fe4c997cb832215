import type { EditCommand } from './instructionCommand.ts';
import type { InstructionContext } from './instructionContext.ts';

/**
 * Other ways to cut one sentence into clauses, the likeliest first: without the reasons that people give, split where it goes on
 * about something else, with a relative clause as a sentence of its own. Each is a list of clauses; the sentence itself is not among them.
 */
export function clauseVariants(sentence: string): string[][] {
  const seen = new Set([sentence]);
  const out: string[][] = [];
  const add = (clauses: string[]) => {
    const kept = clauses.map((clause) => clause.trim().replace(/^[,:;\s]+|[,:;\s]+$/g, '')).filter(Boolean);
    const key = kept.join('\n');
    if (!kept.length || seen.has(key)) return;
    seen.add(key);
    out.push(kept);
  };
  const once = rewordings(sentence);
  for (const clauses of once) add(clauses);
  for (const clauses of once) {
    clauses.forEach((clause, index) => {
      for (const more of rewordings(clause)) add([...clauses.slice(0, index), ...more, ...clauses.slice(index + 1)]);
    });
  }
  return out.slice(0, 24);
}

/** How unlikely it is that commands were meant so, from their new titles: 0 for short noun or verb phrases and whatever was quoted. */
export function oddnessOf(commands: readonly EditCommand[], context: InstructionContext): number {
  const quoted = new Set(context.prepared.marks.map((mark) => mark.text));
  let odd = 0;
  const weigh = (title: string | undefined, isQuestion = false) => {
    if (!title || quoted.has(title)) return;
    const words = title.split(/\s+/);
    if (words.length > (isQuestion ? 9 : 6)) odd += 3;
    if (/[,;:()]/.test(title)) odd += 4;
    if (CLAUSE_WORD.test(title)) odd += 4;
    if (!isQuestion && PLACE_WORD.test(title)) odd += 4;
    if (LOOSE_END.test(title) && !PHRASAL_END.test(title)) odd += 4;
    if (/^(?!\p{L}+ (?:an?|the|eine?n?)\s)[^?]*(?<!(?:^| )(?:for|to|of|in|on|at|as|with|from|by|für|mit|auf|in|zu|von))\s(?:an?|the|eine|einen)\s/iu.test(title)) odd += 2;
  };
  for (const command of commands) {
    if (command.kind === 'rename') weigh(command.title);
    if (command.kind === 'insert' || command.kind === 'add') weigh(command.node.title);
    if (command.kind === 'insert' && /\b(?:before|after|between|nach|vor|bevor)\b/iu.test(command.node.description ?? '')) odd += 3;
    if (command.kind === 'branch') command.steps.forEach((step) => weigh(step.title));
    if (command.kind === 'copy') weigh(command.copy.title);
    if (command.kind === 'decide') weigh(command.decision.title, true);
    if (command.kind === 'decide' || command.kind === 'arms' || command.kind === 'retype') for (const arm of command.arms ?? []) arm.steps.forEach((step) => weigh(step.title));
    if (command.kind === 'label' && command.label.split(/\s+/).length > 6) odd += 3;
  }
  return odd;
}

const CLAUSE_WORD = /(?<!\p{L})(?:should|must|would|shall|they|them|it|we|you|he|she|that|which|because|otherwise|instead|please|there|soll|sollen|sollte|muss|müssen|wird|werden|bevor|damit|weil|dass|bitte|stattdessen|man|wir|sie|kommen|kommt)(?!\p{L})/iu;
const PLACE_WORD = /(?<!\p{L})(?:before|after|between|behind|bevor|nach|hinter|zwischen)\s/iu;
/** "Sign in", "Log in", "Check in": the last word belongs to the verb. */
const PHRASAL_END = /(?<!\p{L})(?:sign|log|check|opt|clock|plug|switch|turn|type|key|zoom|cash|trade|jump|hold|carry|move|try|put)(?:s|ed|ing|ging|ting|ning)?\s(?:in|on|for|with)$/iu;
const LOOSE_END = /(?<!\p{L})(?:and|or|the|a|an|to|of|for|with|in|on|at|und|oder|der|die|das|den|dem|ein|eine|einen|zu|mit|für|von|vom)$/iu;

const SUBJECT = "(?:rename|remove|delete|drop|add|insert|move|put|connect|link|swap|duplicate|copy|turn|change|label|redirect|show|send|open|lead|lösche|entferne|füge|benenne|verschiebe|verbinde|kopiere|ändere|mach|mache|setze|beschrifte|ergänze|nenne|zeige|it|this|that|they|people|users?|everyone|there|we|i|you|the|a|an|also|then|from|after|before|on|at|if|when|let|make|er|sie|es|man|wir|der|die|das|den|dem|dort|dann|danach|auch|von|vom|nach|vor|bei|wenn|falls|«\\d+»)";

function rewordings(clause: string): string[][] {
  const out: string[][] = [];
  const take = (pattern: RegExp, make: (match: RegExpExecArray) => string[]) => {
    const match = pattern.exec(clause);
    if (match) out.push(make(match));
  };
  // "…, i.e. add a link": said again and more exactly.
  take(/^.+?[,(]?\s*\b(?:i\.\s?e\.?|that is|in other words|meaning|d\.\s?h\.|das heißt|sprich|also)\s*[,:]?\s+(.+?)\)?$/iu, (match) => [match[1]!]);
  // What stands in brackets only explains, unless it names what is new.
  take(/^([^()]*)\s*\(([^()«]*)\)(.*)$/u, (match) => [`${match[1]} ${match[3]}`.replace(/\s+/g, ' ').replace(/\s+([,.;:])/g, '$1')]);
  // A relative clause about the place: "a page that comes before X".
  take(/^(.+?)\s*,?\s+(?:that|which|and(?: it)?|der|die|das|und)\s+(?:should\s+|must\s+|soll\s+)?(?:comes?|goes?|sits?|stands?|belongs?|is (?:shown|placed)|happens?|appears?)\s+((?:right |directly |just )?(?:before|after|between|behind)\s.+)$/iu, (match) => [match[1]!, `it should come ${match[2]}`]);
  // Two things at once.
  const joints = [...clause.matchAll(new RegExp(`\\s*(?:,\\s*(?:and|but|plus|und|aber|sowie)|;|\\s[-–]|\\s(?:and|plus|but|und|sowie))\\s+(?:also\\s+|then\\s+|please\\s+|auch\\s+|dann\\s+|bitte\\s+|noch\\s+|außerdem\\s+)*(?=${SUBJECT}\\s)`, 'giu'))];
  const others = [...clause.matchAll(/\s*,\s+(?=(?:it|they|this|that|people|users?|everyone|customers?|guests?|sie|er|es|das|die|der|man|nutzer)\s+(?:just\s+|simply\s+|then\s+|now\s+|dann\s+|einfach\s+)?(?:go|return|continue|jump|see|geh|should|must|goes?|leads?|comes?|opens?|shows?|needs?|is|soll|sollen|führt|geht|kommt|öffnet|zeigt)\s)/giu)];
  for (const joint of [...others, ...joints]) out.push([clause.slice(0, joint.index), clause.slice(joint.index + joint[0].length)]);
  // A reason first: "vouchers are gone, so …", "since …, …".
  take(/^(?:since|because|as|given that|now that|seeing that|because of|due to|for legal reasons|in order to|to|weil|da|damit|um|wegen|aus)\s[^,«]+,\s*(.+)$/iu, (match) => [match[1]!]);
  take(/^.+?(?:\s*[;:]|\s[-–]|,?\s(?:so|therefore|hence|thus|that's why|which is why|deshalb|daher|darum|deswegen|also))\s+(?!that\b|dass\b)(.+)$/iu, (match) => [match[1]!]);
  take(/^[^,«]+,\s*(.+)$/u, (match) => [match[1]!]);
  // A reason last.
  take(/^(.+?)\s*(?:,|\s[-–]|;)?\s+(?:because|since|so that|so (?:people|users|they|we|it|customers)|in order to|in case|to make sure|to avoid|otherwise we|as (?:we|it|people|users|they|there)|weil|denn|damit|sodass|so dass|da (?:wir|es|die|das|der|man)|um .+ zu)(?!\p{L}).*$/iu, (match) => [match[1]!]);
  take(/^(.+?)\s*(?:\s[-–]|;|,)\s+(?!(?:and|und|if|otherwise|else|sonst)\b)[^«]+$/u, (match) => [match[1]!]);
  return out;
}
