import type { NodeRef } from './instructionCommand.ts';
import { existingDecision, LIMIT } from './instructionCondition.ts';
import type { InstructionContext } from './instructionContext.ts';
import { capital } from './instructionNode.ts';
import { armOf, NEGATIVE } from './instructionPlace.ts';
import { contentWords, idsOf, wordLikeness } from './instructionTarget.ts';

const FAILS_EN = /\b(?:fails?|failed|goes wrong|go wrong|times? out|timed out|breaks?|crashe?s?|errors?(?: out)?|is (?:declined|rejected|down|unavailable|offline|not available|refused)|does ?n['o]t work|does not work|doesn't (?:go through|respond|answer)|cannot be reached|can't be reached|(?:can ?not|can't|could not|couldn't|cannot) (?:be )?\p{L}+|(?:isn't|is not|was not|wasn't) (?:sent|saved|delivered|found|loaded|possible|successful|accepted|created|reachable)|goes down|is lost|is unreachable|gets (?:declined|rejected))(?!\p{L})/iu;
const FAILS_DE = /(?<!\p{L})(?:fehlschlägt|schiefgeht|schief geht|abgelehnt wird|nicht klappt|nicht funktioniert|nicht geht|scheitert|ausfällt|abbricht|nicht erreichbar(?: ist)?|nicht (?:gesendet|gespeichert|geladen|verschickt|gefunden|durchgeführt|gebucht|ausgeführt) werden kann)(?!\p{L})/giu;
/** What is said of an input that is not accepted: it becomes the second half of the title of the message. */
const REFUSED_EN = /\s+(?:is|are|was|were|turns out(?: to be)?|has|have)\s+((?:not |already |too |no longer )?(?:invalid|wrong|incorrect|missing|empty|expired|unreadable|valid|correct|recognized|recognised|readable|complete|incomplete|taken|used|full|damaged|large|big|long|short|old|broken|unknown|found|filled(?: in)?|available|locked|blocked|sold out|booked|late))\s*$/iu;
const REFUSED_DE = /\s+((?:nicht |schon |bereits |zu |nicht mehr )?(?:ungültig|falsch|leer|abgelaufen|unleserlich|unvollständig|vollständig|lesbar|gültig|korrekt|richtig|vergeben|belegt|voll|beschädigt|groß|lang|kurz|alt|kaputt|unbekannt|bekannt|gefunden|ausgefüllt|verfügbar|gesperrt|ausverkauft|ausgebucht))\s+(?:ist|sind|war|waren|wird|werden)\s*$/iu;

/** Reads "what happens if X fails?" into an error path at X; asks where the flow has it already or has no X. */
export function errorPath(match: RegExpExecArray, context: InstructionContext): boolean {
  const subject = match[1]!.replace(/[?!.]+$/, '');
  const isQuestion = /^(?:what|and what|was|und was|und wenn)(?!\p{L})/iu.test(match[0]!);
  const refused = REFUSED_EN.exec(subject) ?? REFUSED_DE.exec(subject);
  FAILS_DE.lastIndex = 0;
  const isFailure = FAILS_EN.test(subject) || FAILS_DE.test(subject) || /fehler/iu.test(subject) || /\b(?:fail|error|go wrong|time out|declined|rejected)\b|fehler|fehlschlagen|schiefgehen|scheitern/iu.test(match[0]!) || refused !== null;
  if (!isFailure && !isQuestion) return false;
  const asked = existingDecision(subject, context);
  if (isQuestion && LIMIT.test(subject)) throw context.ask('WHAT', `What should happen if ${context.text(subject)}?`, `Was soll passieren, wenn ${context.text(subject)}?`, context.german ? ['Eine Meldung zeigen', 'Den Zugang sperren'] : ['Show a message', 'Lock the access']);
  if (asked) throw isThere(asked, subject, context);
  if (!isFailure) throw whichStep(subject, context);
  const bare = (refused ? subject.slice(0, refused.index) : subject).replace(FAILS_EN, ' ').replace(/\b(?:failing|failures?|errors?|erroring|going wrong|timing out|being declined)\b/giu, ' ').replace(FAILS_DE, ' ').replace(/\s+/g, ' ').trim();
  const target = context.look(bare);
  if (target.kind === 'none') throw whichStep(subject, context);
  const ids = idsOf(target);
  const known = ids.map((id) => ownCheck(id, context)).find((id) => id !== undefined);
  if (known) throw isThere(known, subject, context);
  // A thing that fails is a call or an action before it is a screen; what is refused was entered on a screen.
  const active = ids.filter((id) => (refused ? ['screen', 'popup'] : ['apiCall', 'action']).includes(context.flow.node.get(id)?.type ?? ''));
  const chosen = ids.length === 1 ? ids[0]! : active.length === 1 ? active[0]! : undefined;
  if (!chosen) throw context.whichNode(bare, ids);
  const reason = refused ? refused[1]! : /\btimes? out|timed out|timing out\b/iu.test(subject) ? context.say('timed out', 'Zeitüberschreitung') : /declin|abgelehnt|reject|refus/iu.test(subject) ? context.say('declined', 'abgelehnt') : context.say('failed', 'fehlgeschlagen');
  const noun = capital(context.text(bare).replace(/^(?:the|a|an|their|your|der|die|das|den|dem)\s+/iu, '').replace(/\s+(?:screen|page|popup|step|node|call|api call)$/iu, ''));
  const node = /^(?:to|zu)\s|^$/.test(noun) || noun.split(' ').length > 4 ? context.title(chosen) : noun;
  const popup = context.keep({ type: 'popup', title: `${node} ${reason}` });
  context.last = chosen;
  context.commands.push({ kind: 'errorPath', node: chosen, popup, label: context.say('Error', 'Fehler'), retry: context.say('Try again', 'Erneut versuchen') });
  return true;
}

/** The decision right behind a node (or the node itself) that asks whether it went well and has a way for "no" already. */
function ownCheck(id: NodeRef, context: InstructionContext): NodeRef | undefined {
  const words = contentWords(context.title(id));
  const isOwn = (ref: NodeRef) => context.isDecision(ref) && (ref === id || contentWords(context.title(ref)).some((word) => words.some((other) => wordLikeness(word, other) > 0.85)));
  const next = [id, ...context.outOf(id).map((edge) => edge.target)].find(isOwn);
  if (next !== undefined && context.outOf(next).length > 1) return next;
  // The message about it is in the flow: the decision that leads there.
  return NEGATIVE.test(context.title(id)) || /(?:error|fehler)/iu.test(context.title(id)) ? context.into(id).map((edge) => edge.source).find((ref) => context.isDecision(ref)) : undefined;
}

function isThere(decision: NodeRef, subject: string, context: InstructionContext): Error {
  const edge = armOf(decision, NEGATIVE.test(context.text(subject)) || FAILS_EN.test(subject) ? 'not' : subject, context);
  const goal = edge ? context.title(edge.target) : '';
  const label = edge?.data.label ?? '';
  return context.ask(
    'WHAT',
    `The flow has this already: "${context.title(decision)}"${goal ? ` leads to "${goal}"${label ? ` on "${label}"` : ''}` : ''}. What should happen there instead?`,
    `Das gibt es schon: „${context.title(decision)}“${goal ? ` führt${label ? ` bei „${label}“` : ''} zu „${goal}“` : ''}. Was soll dort stattdessen passieren?`,
    context.german ? ['Vorher einen Hinweis zeigen', 'Den Ablauf beenden', 'So lassen'] : ['Show a message first', 'End the flow there', 'Leave it as it is'],
  );
}

function whichStep(subject: string, context: InstructionContext): Error {
  const steps = [...context.flow.node.values()].filter((node) => node.type === 'apiCall' || node.type === 'action');
  const shown = [...steps, ...[...context.flow.node.values()].filter((node) => node.type === 'screen')].slice(0, 4);
  return context.ask('WHERE', `At which step can it happen that ${context.text(subject)}?`, `Bei welchem Schritt kann es passieren, dass ${context.text(subject)}?`, shown.map((node) => node.data.title));
}
