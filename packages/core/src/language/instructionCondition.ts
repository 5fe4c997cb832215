import type { Arm, NewNode, NodeRef, Place } from './instructionCommand.ts';
import type { InstructionContext } from './instructionContext.ts';
import { capital, questionOf, verbPhrase } from './instructionNode.ts';
import { armOf, NEGATIVE, takePlace, type FoundPlace } from './instructionPlace.ts';
import { contentWords, findEdge, idsOf, wordLikeness } from './instructionTarget.ts';

/** What a condition leads to: new steps in their order, then where the way goes. */
export interface Consequence {
  steps: NewNode[];
  then: Arm['then'];
  /** True when the words said where it goes on (or that it stops), so nothing has to be guessed. */
  isTold: boolean;
}

/** Reads "if … then …, otherwise …" and its likes into commands; false when the sentence is no condition. */
export function readCondition(sentence: string, context: InstructionContext): boolean {
  const parts = splitCondition(sentence, context);
  if (!parts) return false;
  let { condition } = parts;
  const { then, otherwise } = parts;
  let place: FoundPlace | undefined = parts.before ? takePlace(parts.before, context) : undefined;
  let thenText = then;
  if (!place) {
    const inCondition = takePlaceQuietly(condition, context);
    if (inCondition && inCondition.rest) {
      place = inCondition;
      condition = inCondition.rest;
    }
  }
  if (!place) {
    const inThen = takePlaceQuietly(then, context);
    if (inThen && inThen.rest) {
      place = inThen;
      thenText = inThen.rest;
    }
  }
  // "show X instead of Y": it is asked in front of Y, and Y is not reached then.
  const instead = place ? null : /\s+(?:instead of|rather than|in place of|statt|anstatt|anstelle von)\s+(?:show(?:ing)?\s+|going to\s+)?(?!\p{L}+ing\s)(.+)$/iu.exec(thenText);
  const avoided = instead ? context.look(instead[1]!) : undefined;
  if (instead && avoided?.kind === 'one' && avoided.score >= 0.7 && existingDecision(condition, context) === undefined) {
    thenText = thenText.slice(0, instead.index);
    const ref = avoided.id;
    place = { place: () => context.before(ref), node: ref, side: 'before', rest: condition };
  }
  const isAvoided = place !== undefined && instead !== null;
  // "…, before they leave a message: where it goes is what the answer leads to already.
  const asked = existingDecision(condition, context);
  const isThere = asked !== undefined && (!place || (place.node === asked && place.side === 'after') || (place.side === 'before' && context.outOf(asked).some((edge) => edge.target === place!.node)));
  const decision = isThere ? asked : undefined;
  if (decision && !otherwise) return onExistingArm(decision, condition, thenText, context);
  const where = place?.place() ?? inferPlace(condition, context);
  const node = place?.node ?? (where.at === 'after' || where.at === 'before' ? where.node : undefined);
  const question = context.keep({ type: 'decision', title: parts.title ?? questionOf(condition.replace(/^.*\b(?:but|aber)\s+/iu, ''), context.prepared, context.prepared.language) });
  const yes = readConsequence(thenText, context, node);
  const no = otherwise ? readConsequence(otherwise, context, node) : undefined;
  const arms: Arm[] = [
    { label: context.say('Yes', 'Ja'), kind: 'yes', steps: yes.steps, then: isAvoided && !yes.isTold ? 'stop' : settled(yes, no !== undefined) },
    { label: context.say('No', 'Nein'), kind: 'no', steps: no?.steps ?? [], then: no ? settled(no, false) : 'continue' },
  ];
  if (parts.isUnless) [arms[0]!.steps, arms[1]!.steps, arms[0]!.then, arms[1]!.then] = [arms[1]!.steps, arms[0]!.steps, arms[1]!.then, arms[0]!.then];
  context.commands.push({ kind: 'decide', decision: question, place: where, arms });
  context.last = question.ref;
  return true;
}

/** Arms as a list: `"clean" goes on to the preview, "infected" opens a new popup`. Empty when the text lists none. */
export function readArms(text: string, context: InstructionContext, node: NodeRef | undefined): Arm[] {
  const arms: Arm[] = [];
  const pieces = text.split(/\s*[,;]\s*(?:and\s+|und\s+|but\s+)?(?=(?:if |when |on |for |wenn |bei )?(?:«\d+»|[\p{L}]+)\s*(?:->|→|=>|:|\b(?:goes|go|leads?|opens?|continues?|shows?|to|geht|führt|öffnet|zeigt|zu|zum|zur|means)\b))|\s+(?:and|und)\s+(?=(?:if |when |on |for |wenn |bei )?(?:«\d+»|yes|no|ja|nein)\s)/iu);
  for (const piece of pieces) {
    const match = /^(?:if |when |on |for |in case of |wenn |bei |falls )?(«\d+»|[\p{L}][\p{L} ]{0,30}?)\s*(?:->|→|=>|:|,)?\s*((?:(?:goes|go|leads?|opens?|continues?|shows?|returns?|jumps?|ends?|stops?|geht|führt|öffnet|zeigt|endet|weiter|means)\b|->|→|=>|:|(?=to |zu |zum |zur |back |zurück )).*)$/iu.exec(piece.trim());
    if (!match) continue;
    const label = context.text(match[1]!);
    if (!label || label.split(' ').length > 4) continue;
    const told = readConsequence(match[2]!.replace(/^(?:->|→|=>|:)\s*/, ''), context, node);
    arms.push({ label: capitalIfBare(label, match[1]!), kind: kindOf(label), steps: told.steps, then: told.then });
  }
  return arms;
}

/** Reads one consequence: steps, and where the way goes after them. `node` is where it began, for "try again". */
export function readConsequence(said: string, context: InstructionContext, node?: NodeRef): Consequence {
  // "lock the account: show a screen": what comes behind the colon tells it exactly.
  const text = said.replace(/^[^:«]+:\s*(?=(?:show|open|display|add|put|zeige|öffne|füge)\b)/iu, '').replace(/\s+before\s+(?:people|they|users?|it|we|the user|he|she)\s+[^«,]*(?:«\d+»)?[^«,]*$/iu, '');
  const steps: NewNode[] = [];
  let then: Arm['then'] | undefined;
  for (const piece of piecesOf(text)) {
    const bare = piece.replace(/^(?:please|then|just|simply|also|only|first|we (?:should|need to|want to)|they (?:should|can|must|have to)|(?:the )?(?:users?|people|customers?|it|system|app) (?:should|must|can|has to|have to|needs? to)|should|must|let's|dann|bitte|einfach|nur|zuerst|erst)\s+/giu, '').trim();
    if (!bare) continue;
    if (/^(?:(?:it|they|we|everything|users?)\s+)?(?:retry|try again|tries again|let (?:them|users|people|him|her) (?:retry|try (?:it )?again)|can (?:retry|try again)|erneut versuchen|noch ?mal versuchen|wiederholen)/iu.test(bare) && node) {
      then = { to: lastScreen(node, context), label: context.say('Try again', 'Erneut versuchen') };
      continue;
    }
    const goal = goalOf(bare, context);
    if (goal) {
      then = goal;
      continue;
    }
    const step = readStep(bare, context);
    if (!step) continue;
    if ('existing' in step) then = { to: step.existing };
    else steps.push(step.made);
  }
  return { steps, then: then ?? 'stop', isTold: then !== undefined };
}

function settled(told: Consequence, isContrasted: boolean): Arm['then'] {
  if (told.isTold) return told.then;
  if (!told.steps.length) return 'continue';
  // A notice that tells of a dead end stops; a step that is done on the way goes on.
  const last = told.steps.at(-1)!;
  if (/\b(?:error|blocked|denied|too many|not|locked|lock|rejected|closed|declined|failed|fehlgeschlagen|ungültig|expired|cancell?ed|sorry|unavailable|forbidden|nicht|kein|keine|abgelehnt|gesperrt|sperren|fehler|abgebrochen|abgelaufen)\b/iu.test(last.title)) return 'stop';
  // "show a hint, otherwise continue": the hint is where it does not continue.
  return last.type === 'popup' && isContrasted ? 'stop' : 'continue';
}

interface ConditionParts {
  before?: string;
  condition: string;
  then: string;
  otherwise?: string;
  title?: string;
  isUnless?: boolean;
}

function splitCondition(sentence: string, context: InstructionContext): ConditionParts | undefined {
  const otherwise = context.german ? '(?:sonst|andernfalls|ansonsten|wenn nicht|falls nicht|wenn nein|bei nein|im anderen fall)' : '(?:otherwise|or else|else|if not|if it (?:is not|isn\'t|doesn\'t)|if they (?:are not|aren\'t|don\'t|do not)|if no|in all other cases|for everyone else|everyone else|all others)';
  if (context.german) {
    const check = new RegExp(`^(.*?)(?:prüfe?n?|geprüft werden|überprüfe?n?|(?:nach|ab)?fragen?|gefragt werden|checken?|checke)\\b\\s*(.*?),?\\s*ob\\s+(.+?)\\s*[:;,.–-]+\\s*(?:wenn|falls)\\s+(?:ja|das so ist|dem so ist|so|(nicht|nein))\\s*,?\\s*(.+?)(?:\\s*[,;.]\\s*(?:und\\s+)?${otherwise}\\s*,?\\s*(.+))?$`, 'iu').exec(sentence);
    if (check) return { before: `${check[1]} ${check[2]}`.trim(), condition: check[3]!, then: check[5]!, otherwise: check[6], isUnless: check[4] !== undefined };
    const when = new RegExp(`^(.*?)(?:^|[\\s,])(?:wenn|falls|sofern|sobald)\\s+(.+?)\\s*,\\s*(?:dann\\s+)?(.+?)(?:\\s*[,;.–-]+\\s*(?:und\\s+)?${otherwise}\\s*,?\\s*(.+))?$`, 'iu').exec(sentence);
    if (when && !when[1]!.trim()) return { condition: when[2]!, then: when[3]!, otherwise: when[4] };
    if (when && when[1]!.trim() && takePlaceQuietly(when[1]!, context)?.rest === '') return { before: when[1]!, condition: when[2]!, then: when[3]!, otherwise: when[4] };
    const limit = /^(?:nach|ab)\s+(\d+|zwei|drei|vier|fünf)\s+(.+?)\s+(?=soll|muss|wird|zeige|sperre|kommt|erscheint)(.+)$/iu.exec(sentence);
    if (limit) return { condition: `${limit[1]} ${limit[2]}`, then: limit[3]! };
    const trailing = /^(.+?),?\s+(?:wenn|falls|sofern)\s+(.+?)(?:\s*[,;]\s*(?:sonst|andernfalls|ansonsten)\s*,?\s*(.+))?$/iu.exec(sentence);
    if (trailing && !/^(?:was|warum|wie)(?!\p{L})/iu.test(trailing[1]!)) return { condition: trailing[2]!, then: trailing[1]!, otherwise: trailing[3] };
    return undefined;
  }
  const some = /^(?:(after\s+[^,]+),\s*)?(?:only\s+)?([^,]+?)\s+(?:should|must|have to|need to|can|get to|will)\s+(?:first\s+)?((?:see|get|go|pass|visit|open|land|be shown|be sent|do|fill|enter|confirm)\b.+?)\s*[,;]\s*(?:and\s+|but\s+|while\s+)?(?:everyone else|everybody else|all others?|the others|the rest|others)\s+(.+)$/iu.exec(sentence);
  if (some) return { condition: some[2]!, then: some[3]!.replace(/^(?:see|get|visit|be shown|go through|land on)\s+/iu, 'show '), otherwise: some[4], title: `${capital(context.text(some[2]!).replace(/^(?:the|a|an)\s+/iu, ''))}?` };
  const sorted = /^(.*?)\b(?:check|ask|verify|decide|find out)\s+(?:if|whether)\s+(.+?)\s*[:;,]\s*(?!if\b|yes\b|no\b)(.+?)\s*[,;]\s*(?:and\s+|but\s+|while\s+)?(?:everything else|everyone else|everybody else|all (?:the )?others?|the others|the rest|others)\s+(.+)$/iu.exec(sentence);
  if (sorted) {
    // "videos are converted by an API call X first": the step itself, or what is done with them.
    const named = /^.*?\b((?:an?|the)\s+[^«]*«\d+».*?)(?:\s+first)?$/iu.exec(sorted[3]!);
    const done = /^(?:the\s+|those\s+|these\s+)?\p{L}+\s+((?:skips?|go(?:es)?|sees?|gets?|jumps?|continues?|lands?)\b.+)$/iu.exec(sorted[3]!);
    return { before: sorted[1]!.trim().replace(/[,\s]+$/, '') || undefined, condition: sorted[2]!, then: named ? `show ${named[1]}` : (done?.[1] ?? sorted[3]!), otherwise: sorted[4] };
  }
  const group = /^(?:only\s+)?for\s+([^,:]+?)(?:\s+only)?\s*[:,]\s*(.+?)\s*[,;]\s*(?:and\s+|but\s+|while\s+)?(?:everyone else|everybody else|all others?|the others|the rest|others)\s+(.+)$/iu.exec(sentence);
  if (group) return { condition: group[1]!, then: group[2]!, otherwise: group[3], title: `${capital(context.text(group[1]!).replace(/^(?:the|a|an)\s+/iu, ''))}?` };
  const check = new RegExp(`^(.*?)(?:\\b(?:check|verify|ask|test|decide|determine|find out|see|look)\\b)\\s*(.*?)\\s*(?:if|whether)\\s+(.+?)\\s*(?:[:;,.–]|\\s-)+\\s*(?:and\\s+)?(?:if\\s+(?:it|they|that|the answer)?\\s*(?:is|are|so|yes|do|does|has|have|it is)(?:\\s+(?:so|yes|the case))?|if yes|yes|when (?:it is|so|yes)|(if not|if (?:it|they|he|she) (?:is not|isn't|are not|aren't|doesn't|do not|don't|has not|hasn't)|if no))\\s*[,:]?\\s*(.+?)(?:\\s*[,;.]\\s*(?:and\\s+|but\\s+)?${otherwise}\\s*,?\\s*(.+))?$`, 'iu').exec(sentence);
  if (check) return { before: `${check[1]} ${check[2]}`.replace(/\b(?:we|i|you|should|must|need to|please|add a|the app|the system)\b/giu, ' ').trim() || undefined, condition: check[3]!, then: check[5]!, otherwise: check[6], isUnless: check[4] !== undefined };
  const when = new RegExp(`^(.*?)(?:^|[\\s,])(if|when|whenever|in case|unless|should)\\s+(.+?)\\s*(?:,|\\bthen\\b|(?=\\s(?:skip|show|open|send them|ask|lead|jump|return|go straight|go directly|go back|let them|lock|continue)\\b))\\s*(?:then\\s+)?(.+?)(?:\\s*[,;.–]\\s*(?:and\\s+|but\\s+)?${otherwise}\\s*,?\\s*(.+))?$`, 'iu').exec(sentence);
  if (when && (!when[1]!.trim() || (/\b(?:after|before|between|on|at)\b/iu.test(when[1]!) && takePlaceQuietly(when[1]!, context)?.rest === ''))) {
    return { before: when[1]!.trim() || undefined, condition: when[3]!, then: when[4]!, otherwise: when[5], isUnless: /unless/i.test(when[2]!) };
  }
  const limit = /^after\s+(\d+|two|three|four|five|ten)\s+(.+?)\s*(?:,|(?=\b(?:lock|show|block|send|stop|ask|open)\b))\s*(.+)$/iu.exec(sentence);
  if (limit) return { condition: `${limit[1]} ${limit[2]}`, then: limit[3]! };
  const trailing = new RegExp(`^(.+?),?\\s+(only if|if|when|unless|in case)\\s+(.+?)(?:\\s*[,;]\\s*${otherwise}\\s*,?\\s*(.+))?$`, 'iu').exec(sentence);
  if (trailing && !/^(?:what|why|how|check|see)\b/iu.test(trailing[1]!) && !/^(?:it is|possible|needed|necessary|you can)\b/iu.test(trailing[3]!)) {
    return { condition: trailing[3]!, then: trailing[1]!.replace(/^(?:add|insert|include|put)\s+/iu, 'show '), otherwise: trailing[4], isUnless: /unless/i.test(trailing[2]!) };
  }
  return undefined;
}

/** The decision of the flow that already asks this, or undefined. */
export function existingDecision(condition: string, context: InstructionContext): NodeRef | undefined {
  const isDecision = (type: string) => type === 'decision' || type === 'condition';
  const words = contentWords(context.text(condition)).filter((word) => !NEGATIVE.test(word));
  if (LIMIT.test(condition)) return undefined;
  let best: NodeRef | undefined;
  let bestScore = 0;
  for (const node of context.flow.node.values()) {
    if (!isDecision(node.type)) continue;
    const title = contentWords(node.data.title);
    const labels = context.outOf(node.id).flatMap((edge) => contentWords(edge.data.label ?? ''));
    const told = [...title, ...labels];
    const covered = title.filter((word) => words.some((other) => wordLikeness(word, other) > 0.85)).length / title.length;
    const used = words.filter((word) => told.some((other) => wordLikeness(word, other) > 0.85)).length / Math.max(1, words.length);
    const score = covered * 0.5 + used * 0.5;
    if (score > bestScore) [best, bestScore] = [node.id, score];
  }
  return bestScore >= 0.6 ? best : undefined;
}

function onExistingArm(decision: NodeRef, condition: string, text: string, context: InstructionContext): boolean {
  const edge = armOf(decision, condition, context);
  const told = readConsequence(text, context, decision);
  if (!edge) {
    context.commands.push({ kind: 'arms', node: decision, arms: [{ label: capital(context.text(condition)), steps: told.steps, then: told.then === 'continue' ? 'stop' : told.then }] });
    return true;
  }
  if (!told.steps.length && typeof told.then === 'object') {
    // "… should also be able to go to X": a further way, from where the answer leads to.
    if (/\b(?:also|too|as well)\b|(?<!\p{L})(?:auch|zusätzlich)(?!\p{L})/iu.test(text)) {
      context.commands.push({ kind: 'connect', from: context.isDecision(edge.target) ? decision : edge.target, to: told.then.to });
      return true;
    }
    context.commands.push({ kind: 'redirect', edgeId: edge.id, to: told.then.to });
    return true;
  }
  if (!told.steps.length) return false;
  let place: Place = { at: 'edge', edgeId: edge.id };
  for (const step of told.steps) {
    context.commands.push({ kind: 'insert', node: step, place });
    place = { at: 'after', node: step.ref };
  }
  const last = told.steps.at(-1)!;
  if (typeof told.then === 'object' && told.then.to !== edge.target) context.commands.push({ kind: 'lead', from: last.ref, to: told.then.to });
  return true;
}

/** "3 wrong codes", "wrong three times": a limit is a decision of its own. */
export const LIMIT = /^(?:\d+|two|three|four|five|ten|zwei|drei|vier|fünf)\s|\b(?:\d+|two|three|four|five|ten)\s+times\b|(?:\d+|zwei|drei|vier|fünf)\s*mal(?!\p{L})/iu;

/** Where a condition without a place belongs: on the arm that it limits, or behind the node that it speaks of. */
function inferPlace(condition: string, context: InstructionContext): Place {
  const words = contentWords(context.text(condition)).filter((word) => !/^\d+$|^(?:two|three|four|five|zwei|drei|vier|fünf|user|users|people|times|attempts?|versuche\p{L}*)$/iu.test(word));
  const isLimit = LIMIT.test(condition);
  const scored = [...context.flow.node.values()]
    .filter((node) => node.type !== 'start' && node.type !== 'end')
    .map((node) => {
      const title = contentWords(node.data.title);
      const hits = words.filter((word) => title.some((other) => wordLikeness(word, other) > 0.85)).length;
      return { node, score: hits / Math.max(1, words.length) + (hits / Math.max(1, title.length)) * 0.5 + (node.type === 'decision' && NEGATIVE.test(condition) && hits ? 0.3 : 0) };
    })
    .filter((item) => item.score > 0.4)
    .sort((a, b) => b.score - a.score);
  const top = scored[0];
  if (!top) throw context.ask('WHERE', `Where in the flow is it checked whether ${context.text(condition)}?`, `An welcher Stelle im Ablauf soll geprüft werden, ob ${context.text(condition)}?`, [...context.flow.node.values()].filter((node) => node.type === 'screen').slice(0, 4).map((node) => node.data.title));
  if (top.node.type === 'decision' || top.node.type === 'condition') {
    const arm = armOf(top.node.id, condition, context);
    if (arm) return { at: 'edge', edgeId: arm.id };
  }
  // A limit sits behind the test that it limits, before what is shown when the test fails.
  const test = isLimit ? context.into(top.node.id).find((edge) => ['decision', 'condition'].includes(context.flow.node.get(edge.source)?.type ?? '')) : undefined;
  if (test) return { at: 'edge', edgeId: test.id };
  const tied = scored.filter((item) => top.score - item.score < 0.05);
  if (tied.length > 1) throw context.whichNode(condition, tied.map((item) => item.node.id));
  return context.behind(top.node.id);
}

function goalOf(said: string, context: InstructionContext): Arm['then'] | undefined {
  const landed = /^(?:(?:soll|sollen|sollte|muss|müssen|kann|können|darf|geht|gehen|kommt|kommen|landet|landen)\s+)?(?:(?:man|er|sie|es|der nutzer|die nutzer|der kunde|die leute)\s+)?(?:(?:auch|direkt|gleich|wieder|zurück|sofort|weiter)\s+)*((?:zu|zum|zur|nach|auf|bei|beim|in|ins)\s+.+?)(?:\s+(?:zurück|wieder|landen|gehen|kommen|springen|gelangen|weitergehen|weiter|zurückgehen|zurückkommen|geleitet|geführt|geschickt|werden|können|kann|soll))*$/iu.exec(said);
  if (/^(?:(?:ganz\s+)?normal|einfach|regulär)\s+(?:weiter|wie (?:bisher|gehabt))(?:\s*(?:gehen|machen))?$/iu.test(said)) return 'continue';
  const text = context.german && landed && /(?:landen|gehen|kommen|springen|gelangen|geleitet|geführt|geschickt|landet|geht|kommt)(?!\p{L})/iu.test(said) ? `zurück ${landed[1]!.replace(/^(?:bei|beim)\s+/iu, 'zu ')}` : said;
  if (/^(?:(?:it|this|that|the flow|everything|they|we|users?|people)\s+)?(?:(?:then|just|simply|can|should)\s+)*(?:ends?|stops?|finish(?:es)?|aborts?|quits?|is over|endet|ist (?:der ablauf )?zu ende|abbrechen|beenden|stoppt?|ende)(?:\s+(?:the flow|there|here|der ablauf|es|dort|hier))?$/iu.test(text)) return 'end';
  if (/^(?:endet der ablauf|ist schluss)$/iu.test(text)) return 'end';
  const away = /^(?:(?:it|they|we|users?|people|the user|them|sie|es|man|nutzer)\s+)?(?:(?:then|just|simply|can|should|must|may|soll|sollen|kann|wird)\s+)*(?:go(?:es)?|get|return(?:s)?|leads?|(?:send|take|bring|move|let)\s+(?:them|people|the user|users|it|him|her|everyone|back|straight|directly|on(?= to))(?:\s+(?:go|continue|get))?|jumps?|skips?|redirects?|continues?|proceeds?|heads?|moves?|falls?|back|straight|directly|on|to|geht?|gehe|führt?|leite\p{L}*|zurück|weiter|direkt|springt?|komm[te]?n?)\b(.*)$/iu.exec(text);
  if (!away && !/^(?:as (?:before|usual|now)|nothing\b.*|wie bisher|nichts\b.*|alles wie bisher|alles bleibt\b.*|carry on|keep going)/iu.test(text)) return undefined;
  const rest = (away ? away[0]! : '');
  const to = /(?:^|\s)(?:to|into|onto|with|zu|zum|zur|nach|auf|in die|ins|mit)\s+(?!continue|go\b)(.+?)(?:\s+(?:geleitet|gehen|führen|springen|zurück|weiter|kommen|gelangen|instead|again|directly|as (?:before|usual|now|it is|normal)|wie (?:bisher|gehabt|vorher)))*$/iu.exec(rest);
  if (to) {
    const target = context.look(to[1]!);
    if (target.kind === 'one') return { to: target.id };
    if (target.kind === 'many') throw context.whichNode(to[1]!, target.ids);
    const ends = /^(?:the\s+)?(?:end|ende)$/iu.test(to[1]!);
    if (ends) return 'end';
    if (/^(?:a|an|ein|eine|einen|einem|einer|neue[nrms]?)\s/iu.test(to[1]!)) return undefined;
    throw context.unknown(to[1]!);
  }
  const skipTo = /^(?:(?:they|we|users?|it)\s+)?(?:(?:can|should|may)\s+)?skips?\s+(?:the\s+)?(.+?)(?:\s+(?:and|entirely|completely|altogether)\b.*)?$/iu.exec(text);
  if (skipTo && !/^(?:it|this|that)$/iu.test(skipTo[1]!)) {
    const target = context.look(skipTo[1]!);
    if (target.kind === 'one') {
      const next = context.outOf(target.id)[0];
      if (next) return { to: next.target };
    }
  }
  return 'continue';
}

function readStep(said: string, context: InstructionContext): { existing: NodeRef } | { made: NewNode } | undefined {
  const text = said.replace(/(?<=\p{L}en)\s+lassen$/iu, '');
  const german = /^(?:(?:soll|sollen|sollte|muss|wird|werden|kommt|kommen|erscheint|erscheinen|öffnet sich|öffnet|öffne|zeigt|zeige|zeigen wir|folgt|gibt es|füge|ergänze|blende)\s+)(?:(?:man|der nutzer|die nutzerin|es|dort|hier|auch|noch|zuerst|erst)\s+)*(.+?)(?:\s+(?:kommen|erscheinen|angezeigt werden|gezeigt werden|geöffnet werden|anzeigen|zeigen|öffnen|folgen|ein|an|werden|auf|hinzu|einfügen))*$/iu.exec(text);
  if (context.german && german) {
    const isShown = !/\b(?:wird|werden|muss)\b/iu.test(text.split(' ')[0]!) || /(?:angezeigt|gezeigt|geöffnet)\s+werden$/iu.test(text);
    return context.stepOf(german[1]!, isShown ? 'screen' : 'action');
  }
  const shown = /^(?:(?:it|they|we|users?|people|the user|the app|the system)\s+)?(?:(?:should|can|must)\s+)?(?:shows?|opens?|displays?|presents?|brings? up|pops? up|gets?|sees?|see|lands? on|adds?|insert|there (?:should be|is|comes)|comes?|reach(?:es)?|means)\s+(?:them |people |the user |users )?(.+?)(?:\s+(?:come|appear|first|instead|up|comes up))*$/iu.exec(text);
  if (shown) return context.stepOf(shown[1]!, 'screen');
  const appears = /^(.+?)\s+(?:should (?:come|appear|be shown|show up|open|pop up)|appears?|comes up|pops up|is shown|opens|is displayed|erscheint|kommt|wird angezeigt)$/iu.exec(text);
  if (appears) return context.stepOf(appears[1]!, 'screen');
  if (/^(?:(?:a|an|the|another|ein|eine|einen|einem|der|die|das|den)\s|«\d+»$)/iu.test(text)) return context.stepOf(text, 'screen');
  const target = context.look(text);
  if (target.kind === 'one' && target.score >= 0.95) return { existing: target.id };
  const made = context.make(text, 'action');
  if (!made) return undefined;
  if (made.title === capital(context.text(text)) || !/«/.test(text)) made.title = verbPhrase(made.title);
  return { made };
}

/** The node where somebody is asked again: the node itself, or the nearest screen in front of a check. */
function lastScreen(ref: NodeRef, context: InstructionContext): NodeRef {
  let id = ref;
  for (let step = 0; step < 4; step++) {
    const type = context.flow.node.get(id)?.type;
    if (!type || type === 'screen' || type === 'popup') return id;
    const before = context.into(id)[0];
    if (!before) return ref;
    id = before.source;
  }
  return ref;
}

const piecesOf = (text: string): string[] => text.split(/\s*(?:,\s*(?:and\s+|und\s+)?(?:then\s+|dann\s+)|;\s*|\b(?:and|und)\s+(?:then|dann|danach|afterwards)\b|\bthen\b(?=\s)|,\s*(?:and|und)\s+|\s(?:and|und)\s+(?=(?:let|go|goes|return|continue|send|show|open|then|ask|retry|try|lead|back|end|stop|leads|zeige|gehe|geht|weiter|zurück|danach|dann|sende|kehre)\b)|,\s+(?=(?:then|dann|danach)\b))\s*/iu).map((piece) => piece.trim()).filter(Boolean);

function takePlaceQuietly(text: string, context: InstructionContext): FoundPlace | undefined {
  const last = context.last;
  try {
    return takePlace(text, context);
  } catch {
    // "after 30 days" names no step; a place that really is unclear is asked for further on.
    context.last = last;
    return undefined;
  }
}

const kindOf = (label: string): Arm['kind'] => (/^(?:yes|ja)$/i.test(label) ? 'yes' : /^(?:no|nein)$/i.test(label) ? 'no' : /\b(?:error|fail|failed|fehler|infected|rejected|declined)\b/i.test(label) ? 'error' : undefined);
const capitalIfBare = (label: string, slot: string): string => (/^«\d+»$/.test(slot.trim()) ? label : capital(label));
export { findEdge, idsOf };
