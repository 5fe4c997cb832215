import type { NodeType } from '../flow/schema.ts'
import type { ElementType, VariantType } from '../flow/schema.ts';
import type { ClauseRule } from './instructionClause.ts';
import type { Place } from './instructionCommand.ts';
import { readArms } from './instructionCondition.ts';
import { errorPath } from './instructionFailure.ts';
import type { InstructionContext } from './instructionContext.ts';
import { sourceOf } from './instructionConnection.ts';
import { activeOf, capital, questionOf, verbPhrase } from './instructionNode.ts';
import { takePlace } from './instructionPlace.ts';

const ADD_EN = '(?:add|insert|include|create|introduce|squeeze in|squeeze|slip in|slip|put in|put|place|build|make|have|show|display|ask for|ask|we (?:also )?need|i (?:also )?(?:need|want|would like|\'d like)|there (?:should|must|has to|needs to) be|there is|bring in|append|give us|throw in|plug in|stick|let\'s have|let\'s add)';
const ADD_DE = '(?:füge|ergänze|baue?|setze?|erstelle|lege?|zeige?|schiebe?|stecke|mach(?:e)?|wir brauchen|ich (?:brauche|möchte|hätte gern(?:e)?)|es (?:soll|fehlt|braucht|fehlen)|packe?|nimm|frage?)';

/** What is new: steps, decisions, branches, error paths, elements, states. */
export const additionRules: ClauseRule[] = [
  {
    english: /^(?:what (?:happens?|should happen|if|about when|do we do|then)|what about|and what if|cover the case (?:that|where|when)|handle (?:the case (?:that|where|when))?|think about|consider|add (?:an?|the) (?:error|failure|fallback) (?:path|case|branch|handling|flow|state|screen|popup|message)? ?(?:for|when|if|to|in case|at|on|after)(?: the case (?:that|where|when))?)\s*(?:if|when|in case|while)?\s*(.+?)(?:\s+(?:while|at that point))?\??$/iu,
    german: /^(?:was (?:passiert|geschieht|ist|machen wir|soll passieren)\s*,?\s*(?:wenn|falls|bei)|und wenn|behandle den fall\s*,?\s*dass|(?:füge|ergänze) (?:einen?|eine|den) (?:fehler(?:pfad|fall|behandlung|zweig|meldung)) (?:für|bei|an|nach|zu|zum|zur|wenn))\s+(.+?)(?:\s+(?:hinzu|ein))?\??$/iu,
    run: errorPath,
  },
  { english: /^(.+?)\s+(?:can|could|might|may)\s+(?:also\s+)?(?:fail|go wrong|time out|break|be declined|be rejected)\b.*$/iu, german: /^(.+?)\s+(?:kann|könnte)\s+(?:auch\s+)?(?:fehlschlagen|schiefgehen|abgelehnt werden|scheitern|ausfallen)$/iu, run: errorPath },
  { english: /^(?:add|handle|include|show)\s+(?:proper\s+|some\s+|an?\s+)?(?:error handling|errors?|failure handling|error state)\s+(?:to|for|in|of|at|on|from)\s+(.+)$/iu, german: /^(?:füge|ergänze|baue)\s+(?:eine\s+)?(?:fehlerbehandlung|fehlermeldung)\s+(?:zu|zum|zur|für|bei|in|an)\s+(.+?)(?:\s+(?:hinzu|ein))?$/iu, run: errorPath },
  { english: /^(?:add|give|include|show)\s+(?:an?\s+|the\s+)?(loading|empty|error|success)\s+(?:state|variant|version)\s+(?:to|for|in|of|at|on)\s+(.+)$/iu, german: /^(?:füge|ergänze|gib|zeige)\s+(?:einen\s+|eine\s+)?(lade|leer|fehler|erfolgs)[-\s]?(?:zustand|variante|ansicht)\s+(?:zu|zum|zur|für|bei|in|auf)\s+(.+?)(?:\s+(?:hinzu|ein|an))?$/iu, run: (match, context) => variant(match[2]!, match[1]!, context) },
  { english: /^(.+?)\s+(?:needs|should have|gets|has)\s+(?:an?\s+)(loading|empty|error|success)\s+(?:state|variant|version)$/iu, german: /^(.+?)\s+(?:braucht|bekommt|soll)\s+(?:einen|eine)\s+(lade|leer|fehler|erfolgs)[-\s]?(?:zustand|variante)(?:\s+(?:bekommen|haben))?$/iu, run: (match, context) => variant(match[1]!, match[2]!, context) },
  {
    // "Add a third way out of the check: "Low" leads to …": more arms for a decision that is there.
    english: /^(?:add|give|insert|create)?\s*(?:an?|another|the)?\s*(?:(?:new|second|third|fourth|additional|extra|further)\s+)?(?:way out|way|arm|branch|option|answer|exit|outcome|path|case)?\s*(?:of|to|for|from|at|on|after)?\s*(.+?)\s*[:,]\s+(.+)$/iu,
    german: /^(?:füge|gib|ergänze)?\s*(?:bei|an|zu|zum|zur|der|dem)?\s*(.+?)\s*(?:(?:noch\s+)?(?:einen|eine)\s+(?:(?:neuen?|weiteren?|dritten?|zweiten?)\s+)?(?:ausgang|antwort|zweig|weg|möglichkeit))?(?:\s+(?:hinzu|ein))?\s*[:,]\s+(.+)$/iu,
    run: (match, context) => {
      const isDecision = (id: string) => ['decision', 'condition'].includes(context.flow.node.get(id)?.type ?? '');
      if (/^(?:after|before|between|nach|vor|zwischen|if|when|wenn|from|von)\s/iu.test(match[0]!) || /\b(?:after|before|between)\b/iu.test(match[1]!)) return false;
      const what = match[1]!.replace(/^.*\b(?:option|way out|way|answer|branch|choice|exit|outcome|path|possibility)\s+(?:in|of|to|for|from|at|on|after)\s+/iu, '').replace(/^.*(?:ausgang|antwort|zweig|weg|möglichkeit|option)\s+(?:bei|beim|an|zu|zum|zur|in|nach)\s+/iu, '');
      const decisions = context.look(what, (node) => isDecision(node.id));
      const target = what !== match[1] || decisions.kind !== 'one' ? (decisions.kind === 'one' ? decisions : context.look(what)) : context.look(what);
      if (target.kind !== 'one' || !isDecision(target.id)) return false;
      const created = context.created.length;
      const arms = readArms(match[2]!, context, target.id);
      if (!arms.length) {
        context.created.length = created;
        return false;
      }
      context.commands.push({ kind: 'arms', node: target.id, arms });
      context.last = target.id;
      return true;
    },
  },
  // Elements on a screen.
  {
    english: /^(?:add|put|place|include|insert|show)\s+(?:an?|the|another|two|some)?\s*(«\d+»|[^,]*?)\s*\b(checkbox|check box|tick box|button|(?:input |text |search |number )?field|input|dropdown|drop-down|select(?: box)?|toggle|switch|link|list|image|picture|logo|text|headline|search bar|search box|icon)\b\s*(?:called\s+|labell?ed\s+|named\s+|saying\s+|for\s+)?(«\d+»|(?:the )?[\p{L} ]+?)?\s+(?:to|on|in|onto|at|into|below|under)\s+(.+)$/iu,
    german: /^(?:füge|setze|ergänze|baue|packe|mach(?:e)?|leg(?:e)?)\s+(?:in|auf|bei|beim|zu|zum|zur|im|an|am)?\s*(.+?)\s+(?:eine?n?|das|den|die|noch eine?n?)\s+(«\d+»|[\p{L}-]*?)?[\s-]*(checkbox|button|knopf|eingabefeld|suchfeld|textfeld|feld|auswahl|dropdown|schalter|link|liste|bild|logo|text|kästchen|häkchen)\s*(«\d+»|für [\p{L} ]+?)?(?:\s+(?:hinzu|ein|dazu|an))?$/iu,
    run: addElement,
  },
  // Decisions with arms.
  {
    // "a size check before the upload: "Too large?" - yes leads to …": the question itself is quoted behind.
    english: new RegExp(`^${ADD_EN}\\s+((?:an?|another|the)\\s.*?\\b(?:check|decision|question|gateway)\\b[^«]*?)\\s*[:,-]\\s*(«\\d+»)\\s*(?:[-–:,(]\\s*)?(.*)$`, 'iu'),
    german: new RegExp(`^${ADD_DE}\\s+((?:.*?)(?:eine|einen)\\s.*?(?:prüfung|entscheidung|abfrage|frage)[^«]*?)\\s*[:,-]\\s*(«\\d+»)\\s*(?:[-–:,(]\\s*)?(.*)$`, 'iu'),
    run: (match, context) => {
      const title = context.text(match[2]!);
      const found = title.endsWith('?') ? takePlace(match[1]!, context) : undefined;
      if (!found) return false;
      const place = found.place();
      const decision = context.keep({ type: 'decision', title });
      const told = match[3] ? readArms(match[3], context, found.node) : [];
      context.commands.push({ kind: 'decide', decision, place, arms: told.length ? told : [{ label: context.say('Yes', 'Ja'), kind: 'yes', steps: [], then: 'continue' }] });
      context.last = decision.ref;
      return true;
    },
  },
  {
    english: new RegExp(`^(?:${ADD_EN}\\s+)?(?:an?|another|the)?\\s*(?:new\\s+)?(?:decision|check|question|yes[/-]no (?:question|decision)|condition|gateway)\\b\\s*(.+)$`, 'iu'),
    german: new RegExp(`^(?:${ADD_DE}\\s+)?(.*?)(?:eine|einen|die)\\s+(?:neue\\s+)?(?:entscheidung|abfrage|prüfung|verzweigung|frage|bedingung)(?!\\p{L})\\s*(.+)$`, 'iu'),
    run: addDecision,
  },
  // Branches: a side way that does not come between anything.
  {
    english: new RegExp(`^${ADD_EN}\\s+(?:an?|another|the)?\\s*(.+?)\\s+(?:branch|path|side flow|detour|alternative|option|route|sub-branch|exit)\\s*(«\\d+»)?\\s*(?:after|at|from|to|on|for|off|out of|in|behind)\\s+(.+)$`, 'iu'),
    german: new RegExp(`^${ADD_DE}\\s+(?:(?:nach|bei|von|an|hinter|ab|zu)\\s+(.+?)\\s+)?(?:eine?n?)\\s+(?:(?:neue[nr]?|weitere[nr]?)\\s+)?(?:(«\\d+»|[\\p{L} -]+?)[-\\s]*)(?:zweig|pfad|abzweigung|alternative|option|weg|ast)\\s*(«\\d+»)?(?:\\s*(?:nach|bei|von|an|hinter|ab|zu|für)\\s+(.+?))?(?:\\s+(?:hinzu|ein|an))?$`, 'iu'),
    run: addBranch,
  },
  {
    // "a new Help screen that is reachable from the cart", "from X users should be able to open a new Y".
    english: /^(?:from|on|at|in)\s+(.+?)\s*,?\s+(?:we |you |one |it |there |people |users? |customers? |the users? |everyone |they |i )*(?:should|must|can|could|may|want to|need to)\s*(?:also\s+)?(?:be able to\s+)?(?:open|reach|see|view|access|choose|pick|visit)\s+((?:an?|another|«).+?)(?:\s*,?\s+(?:which|that|and)\s+(?:then\s+)?(?:leads?|goes|returns?|comes)\s+(?:back\s+)?(?:to\s+)?(.+))?$/iu,
    german: /^(?:von|aus|auf|bei|in)\s+(.+?)\s+(?:aus\s+)?(?:soll|kann|muss|sollte)\s+(?:man|der nutzer|es)\s+(?:auch\s+)?((?:eine?n?|«).+?)\s+(?:öffnen|aufrufen|erreichen|wählen)(?:\s+können)?(?:\s*,\s*(?:die|der|das|und)\s+(?:wieder\s+|zurück\s+)*(?:zu|zum|zur)\s+(.+?)\s+(?:führt|zurückführt|geht))?$/iu,
    run: (match, context) => sideBranch(match[2]!, match[1]!, match[3], context),
  },
  {
    english: new RegExp(`^${ADD_EN}\\s+((?:an?|another|«).+?)\\s*,?\\s+(?:that|which)\\s+(?:(?:people|users?|they|you|customers?|one|we|everyone)\\s+)?(?:can be|is|should be able to|should be|can|may|could)\\s*(?:reached|reachable|opened|open|reach|accessible|accessed|access|linked|get to|go to|see|visit|choose)\\s+(?:from|by|off|via|on|at)\\s+(.+?)(?:\\s+and\\s+(?:then\\s+)?(?:leads?|goes|returns?|comes)\\s+(?:back\\s+)?(?:to\\s+)?(.+))?$`, 'iu'),
    german: /^(?:füge|ergänze|erstelle)\s+((?:eine?n?|«).+?)\s+(?:hinzu\s*)?,\s+(?:die|der|das)\s+(?:man\s+)?(?:von|aus|über)\s+(.+?)\s+(?:aus\s+)?(?:erreichbar ist|geöffnet wird|erreicht|erreichen kann|öffnen kann)(?:\s+und\s+(?:wieder\s+|zurück\s+)*(?:zu|zum|zur)\s+(.+?)\s+(?:führt|zurückführt))?$/iu,
    run: (match, context) => sideBranch(match[1]!, match[2]!, match[3], context),
  },
  {
    // "As a fourth return way there should be "Drop off in store"": one more answer of a decision.
    english: /^as\s+(?:an?|another|the)\s+(?:(?:new|second|third|fourth|fifth|additional|further|extra|other)\s+)*(.+?)\s*,?\s+(?:there (?:should|must) be|add|offer|we (?:need|want)|show|include|i want)\s+(.+)$/iu,
    german: /^als\s+(?:(?:ein|eine|einen)\s+)?(?:(?:neue|weitere|zweite|dritte|vierte|fünfte|zusätzliche|andere)[nrsm]?\s+)+(.+?)\s*,?\s+(?:soll(?:te)?|muss|gibt|brauchen|möchte|füge|ergänze|biete)\s+(?:es\s+|wir\s+|ich\s+|man\s+)?(?:auch\s+|noch\s+)?(.+?)(?:\s+(?:geben|haben|können|hinzu|ein|an|angeboten werden))*$/iu,
    run: (match, context) => {
      const target = context.look(match[1]!);
      if (target.kind !== 'one' || !['decision', 'condition'].includes(context.flow.node.get(target.id)?.type ?? '')) return false;
      const made = context.make(match[2]!);
      if (!made) return false;
      context.commands.push({ kind: 'arms', node: target.id, arms: [{ label: made.title, steps: [made], then: 'stop' }] });
      return true;
    },
  },
  {
    // "add X as an alternative on Y": a side way out of Y.
    english: new RegExp(`^${ADD_EN}\\s+(.+?)\\s+as\\s+(?:an?|another|one more)\\s+(?:(?:new|second|further)\\s+)?(?:alternative|option|choice|possibility|way|side way|path)\\s+(?:on|to|at|for|from|in|after|of)\\s+(.+)$`, 'iu'),
    german: new RegExp(`^${ADD_DE}\\s+(.+?)\\s+als\\s+(?:alternative|option|weitere möglichkeit|zweite möglichkeit)\\s+(?:zu|zum|zur|bei|beim|auf|in|im|an|von)\\s+(.+?)(?:\\s+(?:ein|hinzu))?$`, 'iu'),
    run: (match, context) => {
      const source = context.look(match[2]!);
      if (source.kind !== 'one' || context.isDecision(source.id)) return false;
      return sideBranch(match[1]!, match[2]!, undefined, context);
    },
  },
  {
    // "X should also offer a new screen Y that leads to Z": a side way out of X.
    english: /^(.+?)\s+(?:should|must|could|can|needs to|has to)\s+(?:also\s+|then\s+)*(?:offer|have|open|provide|get|include|link to|lead to)\s+((?:an?|another)\s+(?:(?:new|separate|extra|second|additional)\s+)*(?:«\d+»\s+)?(?:\p{L}+\s+)?(?:screen|page|popup|pop-up|dialog|modal|step|action)\b.*?)(?:\s*,?\s+(?:that|which|and|leading)\s*(?:then\s+)?(?:leads?|goes|returns?|continues?)?\s+(?:back\s+|on\s+)?(?:to|into)\s+(.+?))?(?:\s+(?:as well|too))?$/iu,
    run: (match, context) => (context.look(match[1]!).kind === 'one' ? sideBranch(match[2]!, match[1]!, match[3], context) : false),
  },
  {
    // "People paying by card should be asked for their ZIP code afterwards": a step on the way of those people.
    english: /^(?:people|users?|customers?|those|guests?|visitors?|anyone|anybody|everyone|shoppers?|employees?|patients?)\s+(?:(?:who|that)\s+)?(.+?)\s+(?:should|must|need to|have to|can)\s+(?:also\s+|first\s+|then\s+)*(?:be\s+(?:asked\s+(?:for|about)|shown|sent|given|offered)|see|get|receive|enter|fill in|confirm|pick|choose)\s+(.+?)(?:\s+(afterwards|after that|next|first|before that|beforehand))?$/iu,
    german: /^(?:wer|(?:nutzer|leute|kunden|kundinnen|gäste|alle|die|personen)\s*,?\s*(?:die\s+)?)\s*(.+?)\s*,\s*(?:soll|sollen|muss|müssen)\s+(?:noch\s+|auch\s+|erst\s+)*((?:danach\s+|anschließend\s+|vorher\s+)?.+?)\s+(sehen|eingeben|angeben|bekommen|angezeigt bekommen|gezeigt bekommen|bestätigen|auswählen)$/iu,
    run: (match, context) => {
      const source = sourceOf(match[1]!, context);
      if (!source || 'ids' in source) return false;
      const isLater = /^(?:afterwards|after that|next)$/iu.test(match[3] ?? '') || /^(?:danach|anschließend)\s/iu.test(match[2]!);
      const made = context.make(match[2]!.replace(/^(?:danach|anschließend|vorher)\s+/iu, '').replace(/^(?:noch|auch)\s+/iu, ''));
      if (!made) return false;
      const place: Place = 'node' in source ? context.behind(source.node) : isLater ? context.behind(source.edge.target) : { at: 'edge', edgeId: source.edge.id };
      context.commands.push({ kind: 'insert', node: made, place });
      context.last = made.ref;
      return true;
    },
  },
  // "X should be followed by Y".
  { english: /^(.+?)\s+(?:should|must|needs to)\s+be\s+(followed|preceded)\s+by\s+(.+)$/iu, run: (match, context) => {
    const node = context.need(match[1]!);
    const place = match[2]!.toLowerCase() === 'followed' ? context.behind(node) : context.before(node);
    const made = context.make(match[3]!);
    if (!made) return false;
    context.commands.push({ kind: 'insert', node: made, place });
    return true;
  } },
  { english: new RegExp(`^(?:${ADD_EN}\\b)?\\s*(.+)$`, 'iu'), german: new RegExp(`^(?:${ADD_DE}(?!\\p{L}))?\\s*(.+?)$`, 'iu'), run: insert },
];

/** A new step somewhere in the way. The last rule: it wants a verb of adding or a place, else it knows nothing. */
function insert(match: RegExpExecArray, context: InstructionContext): boolean {
  const clause = match[0]!;
  const hasVerb = new RegExp(`^${context.german ? ADD_DE : ADD_EN}(?!\\p{L})`, 'iu').test(clause) || /(?:einfügen|hinzufügen|ergänzen|einbauen|anzeigen)$|\b(?:should (?:be|come|appear|show up|go)|comes?|goes|needs to (?:be|come)|soll|fehlt|kommt|brauchen wir)\b/iu.test(clause) || /^(?:after|before|between|nach|vor|zwischen)\s/iu.test(clause) || (/^(?:on|in|at|from|along|auf|im|am|bei)\s/iu.test(clause) && new RegExp(`(?:^|[,\\s])${context.german ? ADD_DE : ADD_EN}\\s`, 'iu').test(clause));
  const found = hasVerb ? takePlace(clause, context) : placeQuietly(clause, context);
  if (!hasVerb && !found?.rest) return false;
  // "Send the receipt before the confirmation": a step that is there changes its place.
  const moved = found && !/^(?:an?|another|new|eine?[nrm]?|noch)\s|\b(?:an?|another|new|eine?[nrm]?|neue[nrs]?)\s/iu.test(found.rest) ? context.look(stripAdding(found.rest, context.german).replace(/\s+(?:is|are|gets?)\s+(?:shown|sent|done)$/iu, '')) : undefined;
  if (found && moved?.kind === 'one' && moved.score >= 0.9 && moved.id !== found.node) {
    context.commands.push({ kind: 'move', node: moved.id, place: found.place() });
    context.last = moved.id;
    return true;
  }
  const node = context.last;
  let phrase = (found?.rest ?? clause).replace(/^[,\s]+/, '');
  const done = doneBy(phrase);
  phrase = done ?? stripAdding(activeOf(phrase, context.german) ?? phrase, context.german);
  const onward = /\s*,?\s+(?:that|which|and)\s+(?:then\s+)?(?:leads?|goes|returns?|continues?)\s+(?:back\s+|on\s+|straight\s+|directly\s+)*(?:to|into)\s+(.+)$/iu.exec(phrase);
  const to = onward ? context.look(onward[1]!) : undefined;
  if (onward && to?.kind === 'one') phrase = phrase.slice(0, onward.index);
  const many = phrase.split(/\s*,\s*(?:and (?:then )?|und (?:dann )?|then )?(?=(?:an?|another|«\d+»|ein|eine|einen)(?:\s|$))|\s+(?:and then|and|und dann|und|followed by)\s+(?=(?:an?|another|«\d+»|ein|eine|einen)(?:\s|$))/iu).filter(Boolean);
  const made = many.map((part) => (hasVerb ? context.make(part, /^(?:sende|send|call|run|trigger|notify)/iu.test(part) ? 'action' : 'screen') : didSomething(part, context))).filter((item) => item !== undefined);
  // "Insert a step before the preview": which one?
  if (made.length === 1 && !/«/.test(phrase) && GENERIC.test(made[0]!.title)) throw context.ask('WHAT', 'What should be added there? Give it a name.', 'Was soll dort eingefügt werden? Gib ihm einen Namen.');
  if (!made.length) {
    if (found) throw context.ask('WHAT', 'What should be added there?', 'Was soll dort eingefügt werden?');
    return false;
  }
  if (!found) {
    if (node && /\b(?:there|here|dort|da)\b/iu.test(clause)) return chain(made, context.behind(node), context);
    if (node && context.commands.length && /\b(?:then|after that|danach|dann)\b/iu.test(clause)) return chain(made, context.behind(node), context);
    // Without a place it must at least sound like a step, not like small talk.
    if (!/\b(?:screen|page|step|popup|dialog|modal|decision|node|action|api|call|form|message|notice|note|end|view)\b|«|(?:seite|bildschirm|schritt|dialog|hinweis|meldung|aktion|entscheidung|ansicht|maske|formular)(?!\p{L})/iu.test(clause)) return false;
    throw context.ask('WHERE', `Where should "${made[0]!.title}" go? Name the step that it follows.`, `Wohin soll „${made[0]!.title}“? Nenne den Schritt, auf den es folgt.`, placesOf(context));
  }
  const place = found.place();
  if (to?.kind === 'one' && found.side !== 'between') {
    context.commands.push({ kind: 'branch', from: found.node, steps: made, to: { node: to.id } });
    return true;
  }
  return chain(made, place, context);
}

function placeQuietly(clause: string, context: InstructionContext): ReturnType<typeof takePlace> {
  const { last } = context;
  try {
    return takePlace(clause, context);
  } catch {
    // Without a verb of adding, words like "after" need not speak of a place at all.
    context.last = last;
    return undefined;
  }
}

/** "send a summary email": a step of its own, named by what is done. */
function didSomething(part: string, context: InstructionContext): ReturnType<InstructionContext['make']> {
  const made = context.make(part, 'action');
  if (made && !/«/.test(part)) made.title = verbPhrase(made.title);
  return made;
}

function chain(made: { ref: string; type: NodeType; title: string }[], place: Place, context: InstructionContext): boolean {
  let at = place;
  for (const node of made) {
    context.commands.push({ kind: 'insert', node, place: at });
    at = { at: 'after', node: node.ref };
  }
  context.last = made.at(-1)!.ref;
  return true;
}

const GENERIC = /^(?:(?:another|extra|new|neue[rs]?|weitere[rs]?)\s+)?(?:step|screen|page|popup|pop-up|node|action|dialog|modal|box|element|thing|schritt|seite|bildschirm|knoten|aktion|dialog|kasten)$/iu;

/** "users have to accept the terms" -> "accept the terms"; undefined where nobody does anything of their own. */
function doneBy(phrase: string): string | undefined {
  const asked = /^(?:please\s+)?(?:ask|invite|remind|tell|force|make|let|have)\s+(?:the\s+)?(?:users?|people|them|customers?|guests?|visitors?|employees?|members?|shoppers?|everyone)\s+(?:to\s+)?(?!about\b|for\b|that\b|if\b|whether\b|see\b|go\b)(\p{L}+\s+.+)$/iu.exec(phrase.trim());
  if (asked) return asked[1]!.replace(/^(\p{L}+)\s+(?:an?|the|their|his|her)\s+/iu, '$1 ');
  const match = /^(?:the\s+)?(?:users?|people|they|customers?|guests?|visitors?|employees?|members?|shoppers?|everyone|one|the (?:system|app))\s+(?:should|must|have to|has to|needs? to|can|will|(?:are|is|should be) asked to|want to)\s+(?:first\s+|also\s+|then\s+|always\s+)*(?!be\s|see\s|get\s|go\s|have\s|come\s|find\s|land\s|visit\s|open\s)(\p{L}+\s+.+)$/iu.exec(phrase.trim());
  return match ? match[1]!.replace(/^(\p{L}+)\s+(?:an?|the|their|his|her)\s+/iu, '$1 ') : undefined;
}

function stripAdding(phrase: string, german: boolean): string {
  if (german) {
    return phrase
      .replace(new RegExp(`^${ADD_DE}(?!\\p{L})\\s*`, 'iu'), '')
      .replace(/^lass(?:e)?\s+(?:die\s+|den\s+)?(?:nutzer(?:in)?(?:nen)?|leute|kunden|user|menschen)\s+/iu, '')
      .replace(/^(?:(?:soll(?:en|te)?|muss|müssen|kommt|kommen|fehlt|noch|bitte|auch|dort|da|direkt|gleich|zuerst|erst|brauchen wir|brauche ich|möchte ich|hätte ich gern(?:e)?|wird|erscheint|gibt es|wir|man|ich|der nutzer|nutzer)\s+)+/iu, '')
      .replace(/(?:\s+(?:ein|hinzu|einfügen|hinzufügen|ergänzen|einbauen|anzeigen|an|kommen|erscheinen|stehen|angezeigt|eingefügt|gezeigt|werden|ergänzt|rein|dazu|haben|dazwischen|bitte|sein|geben|zeigen|brauchen wir|fehlt|kommt))+$/iu, '')
      .trim();
  }
  return phrase
    .replace(/^(?:have|let|make)\s+(?:them|people|users?|customers?|guests?|the user|everyone)\s+/iu, '')
    .replace(new RegExp(`^${ADD_EN}(?!\\p{L})\\s*`, 'iu'), '')
    .replace(/^(?:(?:we|i|you|they|users?|people|the user|customers?|there|it|please|also|then|first|next|let(?:'s)?|should|must|would|could|need(?:s)? to|needs?|want(?: to)?|like(?: to)?|can|have to|has to|be|is|comes?|goes|see|get|show(?:n)?|add|insert|the app|the system|put|asked for|ask(?: (?:them|people|users|guests|customers))? for|ask)\s+)+(?=(?:an?|another|the|some|«\d+»|one)(?:\s|$))/iu, '')
    .replace(/\s+(?:in there|there|please|should (?:come|be|appear|go|be shown|show up|be inserted|be added)|comes?|goes|is (?:shown|missing|needed)|appears?|in|too|as well|needs to (?:be|come|go)|must (?:come|be|appear|go))$/iu, '')
    .trim();
}

function addDecision(match: RegExpExecArray, context: InstructionContext): boolean {
  const clause = match.length > 2 ? `${match[1] ?? ''} ${match[2] ?? ''}`.trim() : match[1]!;
  const colon = /^(.*?)\s*(?::|\s-\s|,\s*(?=(?:if|with|«\d+»|yes|no|ja|nein|bei|wenn)\s)|\bwith\s+(?=«|yes|no))\s*(.+)$/iu.exec(clause);
  const head = colon && /->|→|\b(?:goes|leads?|opens?|shows?|to|geht|führt|öffnet|zeigt|yes|no|ja|nein)\b/iu.test(colon[2]!) ? colon[1]! : clause;
  const found = takePlace(head, context);
  const rest = (found?.rest ?? head).replace(/(?:\s+(?:ein|hinzu))+$/iu, '').replace(/^(?:node|called|named|titled|asking|for|of|if|whether|that checks (?:if|whether)|which checks (?:if|whether)|to check (?:if|whether)|ob|namens|mit dem titel|,|:)+\s*/iu, '').trim();
  if (!found) {
    if (!rest) throw context.ask('WHERE', 'Where should the decision go, and what does it ask?', 'Wohin soll die Entscheidung, und was fragt sie?', placesOf(context));
    throw context.ask('WHERE', `Where should the decision "${context.text(rest)}" go?`, `Wohin soll die Entscheidung „${context.text(rest)}“?`, placesOf(context));
  }
  const place = found.place();
  const mark = /«\d+»/.exec(rest);
  const title = mark ? context.text(mark[0]) : rest ? questionOf(rest.replace(/^(?:the\s+)?(?:user\s+)?/iu, ''), context.prepared, context.prepared.language) : '';
  if (!title || title === '?') throw context.ask('WHAT', 'What should the decision ask?', 'Was soll die Entscheidung fragen?');
  const decision = context.keep({ type: 'decision', title });
  const told = head !== clause ? readArms(colon![2]!, context, found.node) : [];
  const arms = told.length ? told : [
    { label: context.say('Yes', 'Ja'), kind: 'yes' as const, steps: [], then: 'continue' as const },
  ];
  context.commands.push({ kind: 'decide', decision, place, arms });
  context.last = decision.ref;
  return true;
}

function addBranch(match: RegExpExecArray, context: InstructionContext): boolean {
  const isGerman = match.length > 4;
  const [what, quoted, from] = isGerman ? [match[2]!, match[3], match[1] ?? match[4]] : [match[1]!, match[2], match[3]];
  if (!from) throw context.ask('WHERE', 'Where should the branch start?', 'Wo soll der Zweig beginnen?', placesOf(context));
  const onward = /^(.+?)\s*,?\s+(?:that|which|and)?\s*(?:leads?|leading|goes|going|ends?|returning|returns?|comes)\s+(?:back\s+)?(?:to|at|in)\s+(.+)$/iu.exec(from);
  return sideBranch(quoted ?? what, onward?.[1] ?? from, onward?.[2], context);
}

function sideBranch(what: string, from: string, to: string | undefined, context: InstructionContext): boolean {
  const node = context.need(from);
  const made = context.make(what);
  if (!made) return false;
  const goal = to && !/^(?:it|there|dort|zurück)$/iu.test(to) ? context.need(to) : to ? node : undefined;
  context.commands.push({ kind: 'branch', from: node, steps: [made], ...(goal ? { to: { node: goal } } : {}) });
  context.last = made.ref;
  return true;
}

function variant(what: string, name: string, context: InstructionContext): boolean {
  const type = ({ loading: 'loading', empty: 'empty', error: 'error', success: 'success', lade: 'loading', leer: 'empty', fehler: 'error', erfolgs: 'success' } as Record<string, VariantType>)[name.toLowerCase()]!;
  const names: Record<string, [string, string]> = { loading: ['Loading', 'Lädt'], empty: ['Empty', 'Leer'], error: ['Error', 'Fehler'], success: ['Success', 'Erfolg'] };
  context.commands.push({ kind: 'variant', node: context.need(what), type, name: context.say(...names[type]!) });
  return true;
}

function addElement(match: RegExpExecArray, context: InstructionContext): boolean {
  const isGerman = context.german && /^(?:füge|setze|ergänze|baue|packe|mach|leg)/iu.test(match[0]!);
  const [label, kind, after, on] = isGerman ? [match[2], match[3]!, match[4]?.replace(/^für\s+/iu, ''), match[1]!] : [match[1], match[2]!, match[3], match[4]!];
  const target = context.look(on);
  if (target.kind === 'none') return false;
  const node = context.need(on);
  const name = context.text((after && (/«/.test(after) || !label) ? after : label) || '').replace(/^(?:an?|the|ein|eine|einen)\s+/iu, '').trim();
  const types: [RegExp, ElementType][] = [[/check|tick|toggle|switch|schalter|kästchen|häkchen/iu, 'toggle'], [/button|knopf/iu, 'button'], [/dropdown|drop-down|select|auswahl/iu, 'select'], [/link/iu, 'link'], [/list/iu, 'list'], [/image|picture|logo|bild|icon/iu, 'image'], [/field|input|search|feld/iu, 'input'], [/./u, 'text']];
  context.commands.push({ kind: 'element', node, type: types.find(([pattern]) => pattern.test(kind))![1], label: capital(name || kind) });
  return true;
}

const placesOf = (context: InstructionContext): string[] => [...context.flow.node.values()].filter((node) => node.type !== 'end' && node.type !== 'note').slice(0, 4).map((node) => context.say(`After ${node.data.title}`, `Nach ${node.data.title}`));
