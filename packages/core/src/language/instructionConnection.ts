import type { Edge } from '../flow/schema.ts';
import type { NodeRef } from './instructionCommand.ts';
import type { ClauseRule } from './instructionClause.ts';
import type { InstructionContext } from './instructionContext.ts';
import { armOf } from './instructionPlace.ts';
import { capital } from './instructionNode.ts';
import { contentWords, findEdge, findPair, wordLikeness } from './instructionTarget.ts';

const INSTEAD = /\b(?:instead|rather than|no longer|not to|straight|directly|now|from now on)\b|(?:stattdessen|statt|nicht mehr|direkt|jetzt|künftig|gleich)(?!\p{L})/iu;
const ALSO = /\b(?:also|too|as well|additionally|back|return|able|can|could|option|possible|allow|let|may|again)\b|(?:auch|zusätzlich|zurück|können|kann|wieder|möglich)(?!\p{L})/iu;
const LED_EN = '(?:(?:straight|directly|back|right|always|on|also|again|over|immediately|now|simply|just)\\s+)*';
const LED_DE = '(?:(?:direkt|gleich|auch|noch|wieder|zurück|jetzt|immer|sofort|nun|künftig|weiter)\\s+)*';

/** Arrows: new ones, other targets, no longer there. */
export const connectionRules: ClauseRule[] = [
  {
    english: /^(?:disconnect|unlink|separate|detach)\s+(.+?)\s+(?:from|and)\s+(.+)$/iu,
    german: /^(?:trenne|löse)\s+(.+?)\s+(?:von|und)\s+(.+)$/iu,
    run: (match, context) => disconnect(match[1]!, match[2]!, context),
  },
  {
    english: /^(.+?)\s+(?:should|must|does|do|shall|may)\s*(?:not|n't|no longer)\s+(?:lead|go|link|connect|point|jump|return|continue)s?\s+(?:back\s+|straight\s+|directly\s+)*(?:to|into)\s+(.+?)\s*,?\s+but\s+(?:rather\s+|instead\s+)?(?:straight\s+|directly\s+|back\s+)*(?:to|into)\s+(.+)$/iu,
    german: /^(?:von\s+)?(.+?)\s+(?:soll|darf|sollte)\s+(?:man\s+|es\s+)?(?:nicht mehr|nicht)\s+(?:direkt\s+|zurück\s+)*(?:zu|zum|zur|nach|auf|in)\s+(.+?)\s*(?:führen|gehen|kommen|springen)?\s*,?\s+sondern\s+(?:direkt\s+|zurück\s+)*(?:zu|zum|zur|nach|auf|in)\s+(.+?)(?:\s+(?:führen|gehen|kommen|springen))?$/iu,
    run: (match, context) => connect(match[1]!, `${match[3]} instead of ${match[2]}`, context, 'instead'),
  },
  {
    english: /^(.+?)\s+(?:should|must|may|shall|can)\s*(?:no longer|not|never|n't)\s+(?:lead|go|link|connect|point|jump|continue)s?\s+(?:back\s+|straight\s+|directly\s+)*(?:to|into)\s+(.+?)(?:\s+any ?more)?$/iu,
    german: /^(?:von\s+)?(.+?)\s+(?:soll|darf|sollte|kann)\s+(?:man\s+|es\s+)?(?:nicht mehr|nicht|nie)\s+(?:direkt\s+|zurück\s+)*(?:zu|zum|zur|nach|auf|in)\s+(.+?)\s+(?:führen|gehen|kommen|springen)$/iu,
    run: (match, context) => disconnect(match[1]!, match[2]!, context),
  },
  {
    english: /^(?:connect|link|wire|join|hook up|attach)\s+(.+?)\s+(?:back\s+|up\s+|directly\s+|straight\s+)*(?:to|with|and|into)\s+(.+?)(?:\s*,?\s+(?:(?:with (?:the |a )?)?(?:label|caption):?|labell?ed(?: as)?|saying|called|with|and (?:label|call|name) (?:it|the (?:arrow|edge|connection)))\s+(.+))?$/iu,
    german: /^(?:verbinde|verknüpfe|verlinke)\s+(.+?)\s+(?:mit|und|zu)\s+(.+?)(?:\s*,?\s+(?:(?:mit (?:der |dem )?)?(?:beschriftung|label|text):?|beschriftet(?: mit)?|und (?:nenne|beschrifte) (?:es|ihn|sie|den pfeil|die verbindung)(?: mit)?)\s+(.+))?$/iu,
    run: (match, context) => connect(match[1]!, match[2]!, context, 'also', match[3]),
  },
  {
    english: /^(?:draw|add|create|make|insert|put|include|there (?:should|must) be|we need|i want|i need)\s+(?:an?|another|the)\s+(?:(?:new|direct|extra|«\d+»)\s+)*(?:arrow|edge|connection|link|line|path|way|route|transition|shortcut|loop)\s+(?:(«\d+»)\s+)?(?:back\s+|leading\s+|going\s+)*from\s+(.+?)\s+(?:back\s+|straight\s+|directly\s+|over\s+)*(?:to|into)\s+(.+?)(?:\s*,?\s+(?:with (?:the |a )?label|labell?ed(?: as)?|saying|called|named|with)\s+(.+))?$/iu,
    german: /^(?:füge|zeichne|mach(?:e)?|ergänze|setze|es fehlt|erstelle|ziehe)\s+(?:noch\s+)?(?:eine?n?)\s+(?:(?:neue[nr]?|direkte[nr]?|«\d+»)\s+)*(?:pfeil|kante|verbindung|weg|link|abkürzung|übergang|linie)\s+(?:zurück\s+)?(?:von|vom)\s+(.+?)\s+(?:zurück\s+|direkt\s+)*(?:zu|zum|zur|nach|auf)\s+(.+?)(?:\s+(?:mit (?:der |dem )?(?:beschriftung|label|text)|beschriftet mit)\s+(.+?))?(?:\s+(?:hinzu|ein|an))?$/iu,
    run: (match, context) => (match.length > 4 ? connect(match[2]!, match[3]!, context, 'also', match[4] ?? match[1]) : connect(match[1]!, match[2]!, context, 'also', match[3])),
  },
  {
    // "add a way back from X to Y", "add a back link from X", "a Back button on X that leads to Y".
    english: new RegExp(`^(?:add|put|include|insert|give|there should be|we need)\\s+(?:an?|the)\\s+(?:(«\\d+»|[\\p{L} ]+?)\\s+)?(?:button|link|option|way back|way|back button|arrow)\\s*(?:called\\s+|labell?ed\\s+|named\\s+)?(«\\d+»)?\\s*(?:on|to|in|at|from|for)\\s+(.+?)\\s+(?:that|which|and|to|,)\\s*(?:it\\s+)?(?:leads?|goes|go|takes?|brings?|returns?|get|sends?|links?|back)\\s*(?:you|users?|people|them|the user|the customer)?\\s*${LED_EN}(?:to|into)\\s+(.+)$`, 'iu'),
    german: /^(?:füge|setze|ergänze|baue)\s+(?:(?:in|auf|bei|zu|zur|zum)\s+(.+?)\s+)?(?:eine?n?)\s+(?:(«\d+»|[\p{L}]+?)[-\s])?(?:button|knopf|link|schaltfläche)\s*(«\d+»)?\s*(?:(?:in|auf|bei|zu|zur|zum)\s+(.+?)\s*)?(?:hinzu|ein)?\s*,?\s*(?:der|die|das)\s+(?:zurück\s+)?(?:zu|zum|zur|nach|auf)\s+(.+?)\s+(?:führt|geht|leitet)$/iu,
    run: (match, context) => {
      const isGerman = match.length === 6;
      const [label, on, to] = isGerman ? [match[3] ?? match[2], match[1] ?? match[4], match[5]] : [match[2] ?? match[1], match[3], match[4]];
      if (!on || !to) return false;
      const target = context.look(to);
      if (target.kind === 'none') return false;
      return connect(on, to, context, 'also', label && !/^way|^arrow/iu.test(label) ? label : undefined);
    },
  },
  {
    english: new RegExp(`^(?:from|on|at)\\s+(.+?)\\s*,?\\s+(?:we |you |one |it |there |people |users? |customers? |the users? |everyone |they |i |shoppers? )*(?:should|must|can|could|may|want to|need to|need|has to|have to)\\s*(?:also |be able to |be possible to |have (?:a|the) (?:way|option|possibility) to |still |always )*(?:to )?(?:get|go|return|jump|come|navigate|move|lead|be (?:taken|sent|led)|switch|continue|proceed)\\s+${LED_EN}(?:to|into)\\s+(.+)$`, 'iu'),
    german: new RegExp(`^(?:von|vom|aus|auf|bei|beim|in|im)\\s+(.+?)\\s+(?:aus\\s+)?(?:soll(?:te|en)?|muss|müssen|kann|können|möchte)\\s+(?:man|der nutzer|die nutzerin|die nutzer|nutzer|es|kunden|die kunden|der kunde|leute)?\\s*${LED_DE}(?:zu|zum|zur|nach|auf|in|ins)\\s+(.+?)\\s+${LED_DE}(?:gehen|kommen|gelangen|springen|führen|wechseln|kehren|zurückkehren|zurückgehen|zurückkommen|können|gehen können|kommen können|gelangen können|weitergehen|zurück können)(?:\\s+können)?$`, 'iu'),
    run: (match, context) => connect(match[1]!, match[2]!, context, modeOf(match[0])),
  },
  {
    english: new RegExp(`^(?:let|allow|enable|permit)\\s+(?:the\\s+)?(?:users?|people|customers?|guests?|visitors?|employees?|members?|applicants?|patients?|clients?|them|us|everyone|shoppers?|me)?\\s*(?:to\\s+)?(?:also\\s+)?(?:go|get|return|jump|come|going|getting|returning|jumping|navigate|move|switch|cancel)\\s+${LED_EN}(?:from\\s+(.+?)\\s+${LED_EN}(?:to|into)\\s+(.+)|(?:to|into)\\s+(.+?)\\s+(?:from|on|at)\\s+(.+))$`, 'iu'),
    german: /^(?:lass|erlaube|ermögliche)\s+(?:die\s+|den\s+|es\s+)?(?:nutzer[n]?|leute[n]?|kunden)?\s*,?\s*(?:von|vom)\s+(.+?)\s+(?:zurück\s+|direkt\s+)*(?:zu|zum|zur|nach)\s+(.+?)\s*(?:zu\s+)?(?:gehen|kommen|zurückgehen|zurückzugehen|gelangen|zu gehen)?$/iu,
    run: (match, context) => connect(match[1] ?? match[4]!, match[2] ?? match[3]!, context, 'also'),
  },
  {
    english: /^(?:from|on|at|in)\s+(.+?)\s*,?\s+(?:there (?:should|must|needs to|has to) (?:also )?be|we (?:also )?need|add|people need|users need|i want|put|give (?:them|users|people))\s+(?:an?|the|another)\s+(?:(?:direct|quick|clear|new)\s+)*(?:way|option|link|button|path|possibility|arrow|connection|shortcut|exit|route)\s+(?:back|out|over|on|straight)?\s*(?:to\s+(?:go|get|return|jump|come)\s+(?:back\s+|straight\s+|directly\s+)*)?(?:to|into)\s+(.+)$/iu,
    german: /^(?:von|vom|auf|bei|beim|aus|in|im)\s+(.+?)\s+(?:aus\s+)?(?:soll|muss|sollte|braucht|fehlt|brauchen wir)\s+(?:es\s+|man\s+)?(?:auch\s+|noch\s+)?(?:einen|eine|ein)\s+(?:weg|link|knopf|button|pfeil|verbindung|möglichkeit)\s+(?:zurück\s+)?(?:zu|zum|zur|nach)\s+(.+?)(?:\s+(?:geben|haben|zurück))*$/iu,
    run: (match, context) => connect(match[1]!, match[2]!, context, 'also'),
  },
  {
    // "let users choose another file from the preview": what they do is a step that is there.
    english: /^(?:let|allow|enable)\s+(?:the\s+)?(?:users?|people|customers?|guests?|visitors?|employees?|members?|applicants?|patients?|clients?|them|everyone|shoppers?|him|her)\s+(?:to\s+)?(.+?)\s+(?:from|on|at)\s+(.+)$/iu,
    german: /^(?:von|vom|auf|bei|beim|in|im)\s+(.+?)\s+(?:aus\s+)?(?:soll|muss|sollte|kann)\s+man\s+(?:auch\s+|wieder\s+|noch\s+(?:mal\s+)?)*(?!.*\b(?:zu|zum|zur|nach)\b)(.+?)\s+können$/iu,
    run: (match, context) => {
      const isGerman = /^(?:von|vom|auf|bei|beim|in|im)\s/iu.test(match[0]!);
      const [what, on] = isGerman ? [match[2]!, match[1]!] : [match[1]!, match[2]!];
      const target = context.look(what.replace(/\b(?:another|a different|again|anderen?s?|erneut)\b/giu, ' '));
      if (target.kind !== 'one' || target.score < 0.7) return false;
      const from = context.need(on);
      context.commands.push({ kind: 'connect', from, to: target.id });
    },
  },
  {
    english: new RegExp(`^it (?:should|must) be possible to\\s+(?:go|get|return|jump|come)\\s+${LED_EN}(?:from\\s+(.+?)\\s+${LED_EN}to\\s+(.+)|to\\s+(.+?)\\s+from\\s+(.+))$`, 'iu'),
    german: /^man (?:soll|sollte|muss|kann)\s+(?:auch\s+|direkt\s+|wieder\s+)*(?:von|vom|aus)\s+(.+?)\s+(?:aus\s+)?(?:auch\s+|direkt\s+|zurück\s+|wieder\s+)*(?:zu|zum|zur|nach|auf|in)\s+(.+?)\s+(?:zurück\s*)?(?:gehen|kommen|gelangen|springen|zurückgehen|zurückkommen|wechseln)?(?:\s*können)?$/iu,
    run: (match, context) => connect(match[1] ?? match[4]!, match[2] ?? match[3]!, context, 'also'),
  },
  {
    // "take the arrow that goes from A to B and let it end at C".
    english: /^(?:take|move|bend|change|grab|pull|drag|switch|swing|have|let|make)\s+(the\s+(?:(?:«\d+»|\p{L}+)\s+)?(?:arrow|edge|connection|link|line|path)\b.*?)\s*,?\s+(?:(?:and|so that it|so it|to)\s+)?(?:(?:let|make|have|lead|point|send)\s+it\s+)?(?:end|ends|go|goes|lead|leads|point|points|land|lands|stop)\s+(?:up\s+)?(?:at|to|in|on|into)\s+(.+)$/iu,
    german: /^(?:nimm|lass|lasse|biege|ändere|zieh|ziehe)\s+(den\s+(?:(?:«\d+»|\p{L}+)[-\s])?pfeil.*?)\s*,?\s+(?:und\s+(?:lass|lasse)\s+ihn\s+)?(?:stattdessen\s+|lieber\s+)?(?:auf|zu|zum|zur|bei|beim|in|nach)\s+(.+?)\s+(?:enden|führen|zeigen|gehen|um)$/iu,
    run: (match, context) => connect(match[1]!.replace(/\b(?:that|which)\s+(?:goes|leads|runs|points)\s+|\b(?:going|leading|running)\s+(?=from)/iu, ''), match[2]!, context, 'instead'),
  },
  {
    english: new RegExp(`^(?:re-?connect|re-?route|redirect|repoint|point|send|route|lead|retarget)\\s+(.+?)\\s+${LED_EN}(?:to|into|towards|at)\\s+(.+?)(?:\\s+(?:instead(?: of .+)?|rather than .+|not .+))?$`, 'iu'),
    german: new RegExp(`^(?:leite|lenke|führe|schicke|biege)\\s+(.+?)\\s+${LED_DE}(?:zu|zum|zur|nach|auf)\\s+(.+?)(?:\\s+(?:um|weiter|statt .+|anstatt .+))?$`, 'iu'),
    run: (match, context) => connect(match[1]!, match[2]!, context, 'instead'),
  },
  {
    // "there is no way back from A to B": it is missing.
    english: /^(?:there(?:'s| is| isn't| is not)(?: still)?(?: no| any| a)?|(?:we(?:'re| are)|i'm) missing (?:a|the)|(?:a|the)|(?:people|users|you|they|one) (?:can't|cannot|can not|have no)(?: get| go| return)?)\s*(?:way|link|path|arrow|connection|route)?\s*(?:back|yet)?\s*from\s+(.+?)\s+(?:back\s+|over\s+)?(?:to|into)\s+(.+?)(?:\s+(?:is missing|yet))?(?:,?\s*(?:and\s+|so\s+)?(?:please\s+)?(?:add|fix|create|make|draw)\s+(?:one|it|that|this)(?:\s+please)?)?$/iu,
    german: /^(?:es gibt (?:noch )?keine?n?|es fehlt (?:noch )?(?:ein|eine|der|die)|mir fehlt (?:ein|eine|der|die))\s+(?:weg|pfeil|link|verbindung|rückweg)\s+(?:zurück\s+)?(?:von|vom|aus)\s+(.+?)\s+(?:zurück\s+)?(?:zu|zum|zur|nach|auf)\s+(.+?)(?:,?\s*(?:bitte\s+)?(?:ergänze|füge|ergänzen|einfügen|hinzufügen).*)?$/iu,
    run: (match, context) => connect(match[1]!, match[2]!, context, 'also'),
  },
  {
    // "the button should bring people to the cart, not to the payment".
    english: new RegExp(`^(.+?)\\s+(?:should|must|shall|needs to|has to|can|could|will)?\\s*(?:also\\s+|instead\\s+|now\\s+|rather\\s+)*(?:brings?|takes?|sends?|leads?|returns?|directs?|forwards?|moves?|lets?)\\s+(?:the\\s+)?(?:people|users?|them|guests?|customers?|you|everyone|visitors?|employees?|him|her|us|shoppers?)\\s+(?:go\\s+|get\\s+)?${LED_EN}(?:to|into)\\s+(.+?)(?:\\s*,?\\s+(?:instead(?: of .+)?|rather than .+|(?:and )?not (?:to )?.+|again|too|as well))?$`, 'iu'),
    run: (match, context) => (/^(?:let|allow|have|where|what|how|why)\b/iu.test(match[1]!) ? false : connect(match[1]!, match[2]!, context, modeOf(match[0]))),
  },
  {
    english: new RegExp(`^(.+?)\\s+(?:(?:should|must|shall|can|could|may|need to|needs to|has to|have to|ought to|will)\\s+)?(?:also\\s+|be able to\\s+|instead\\s+|now\\s+|skip .+? and\\s+)*(?:go|goes|lead|leads|return|returns|jump|jumps|continue|continues|proceed|point|points|link|links|be (?:sent|taken|led|redirected)|get|move|loop|loops|skip|come)\\s+${LED_EN}(?:to|into|at)\\s+(.+?)(?:\\s*,?\\s+(?:instead(?: of .+)?|rather than .+|not to .+|and not .+|again|too|as well|from now on))?$`, 'iu'),
    german: new RegExp(`^(?:von\\s+)?(.+?)\\s+(?:soll(?:en|te)?|muss|müssen|kann|können|darf)\\s+(?:man\\s+)?(?:auch\\s+)?${LED_DE}(?:(?:zu|zum|zur|nach|auf|in|ins)\\s+(.+?))\\s+${LED_DE}(?:statt\\s+.+?\\s+)?(?:führen|gehen|springen|kommen|weitergehen|zurückführen|zurückgehen|gelangen|leiten|weiterleiten|laufen)(?:\\s+(?:statt|anstatt|nicht)\\s.+)?$|^(.+?)\\s+(?:geht|gehen|führt|führen|springt|kommen|kommt|läuft|laufen)\\s+${LED_DE}(?:zu|zum|zur|nach|auf|in)\\s+(.+?)(?:\\s+(?:weiter|zurück|statt .+))?$`, 'iu'),
    run: (match, context) => {
      const from = (match[1] ?? match[3])!;
      if (/^(?:where|what|how|why|wo|was|wie|warum|add|insert|put|take|remove|drop|delete|throw|cut|kill|scrap|rename|get rid|please add|füge|entferne|lösche|benenne)\b/iu.test(from)) return false;
      return connect(from, (match[2] ?? match[4])!, context, modeOf(match[0]));
    },
  },
  {
    english: /^(.+?)\s+(?:needs?|gets?|(?:should|must|could|can) (?:have|get|offer|include|contain|show|provide|give (?:people|users|them)))\s+(?:a|an|another)\s+(?:(?:second|third|new|direct|additional|other|quick|clear)\s+)*(?:way|link|path|arrow|connection|route|button|exit|option|branch)(?:\s+(?:out|back|on))?\s*[:,]?\s+(?:(?:that|which)\s+(?:goes|leads)\s+)?(?:back\s+|on\s+|straight\s+|directly\s+)*(?:to|into)\s+(.+?)(?:\s*,?\s+(?:labell?ed(?: as)?|called|named|with the label|saying)\s+(.+))?$/iu,
    german: /^(.+?)\s+(?:braucht|bekommt|soll)\s+(?:einen|eine|ein)\s+(?:weg|link|pfeil|verbindung|knopf|button)\s+(?:zurück\s+)?(?:zu|zum|zur|nach)\s+(.+?)(?:\s+(?:bekommen|haben))?$/iu,
    run: (match, context) => connect(match[1]!, match[2]!, context, 'also', match[3]),
  },
  {
    english: /^(.+?)\s*(?:->|→|=>|-->)\s*(.+)$/u,
    run: (match, context) => {
      const left = context.look(match[1]!);
      if (left.kind === 'none') return false;
      // "amount over 500 -> should be amount over 800": a new name for the same step.
      const name = match[2]!.replace(/^(?:should (?:be|read|say)|becomes|is now|to|soll(?:te)? (?:heißen|sein)|wird)\s+/iu, '');
      const right = context.look(name);
      if (left.kind === 'one' && (name !== match[2] || (right.kind === 'one' && right.id === left.id)) && !(right.kind === 'one' && right.score >= 1)) return void context.commands.push({ kind: 'rename', node: left.id, title: capital(context.text(name)) });
      const mark = /^«(\d+)»$/.exec(match[2]!.trim());
      const quoted = mark && context.prepared.marks[Number(mark[1])]!;
      // A quoted title that no step has is a new name.
      if (quoted?.quoted && !quoted.nodeIds.length) return void context.commands.push({ kind: 'rename', node: context.need(match[1]!), title: quoted.text });
      return connect(match[1]!, match[2]!, context, 'also');
    },
  },
];

const modeOf = (clause: string): 'also' | 'instead' | 'open' => {
  if (/\b(?:also|too|as well|able|can|could|possible|option|allow|let)\b|(?:auch|zusätzlich|können|kann|möglich)(?!\p{L})/iu.test(clause)) return 'also';
  return INSTEAD.test(clause) ? 'instead' : ALSO.test(clause) ? 'also' : 'open';
};

function connect(from: string, goal: string, context: InstructionContext, mode: 'also' | 'instead' | 'open', named?: string): boolean | void {
  const labelled = named === undefined ? /\s*,?\s+(?:labell?ed(?: as)?|called|named|with (?:the |a )?label|saying|(?:and\s+)?(?:label|call|name) it(?: as)?|beschriftet(?: mit)?|mit (?:der |dem )?(?:beschriftung|label|text)|namens)\s+(«\d+»|[^,]{1,40})$/iu.exec(goal) : null;
  const to = labelled && !/^(?:an?|eine?[nrm]?)\s/iu.test(goal) ? goal.slice(0, labelled.index) : goal;
  const label = named ?? (to === goal ? undefined : labelled![1]!);
  if (/:\s/.test(from)) return false;
  if (/,\s/.test(from)) context.strained++;
  // Something new in front of the verb: it is to be added, and no arrow alone.
  if (/(?:^|\s)(?:an?|another|eine?n?)\s+(?:(?:new|separate|extra|additional|neue[nrs]?|weitere[nrs]?)\s|\p{L}*\s*(?:screen|page|popup|dialog|step|action)?\s*«)/iu.test(from) && /\p{L}\s/u.test(from) && !/^(?:the|der|die|das)\s/iu.test(from) && (from.split(' ').length > 4 || context.look(from).kind !== 'one')) return false;
  const insteadOf = /\s+(?:instead of|rather than|statt|anstatt)\s+(.+)$/iu.exec(to);
  const cleanTo = (insteadOf ? to.slice(0, insteadOf.index) : to).replace(/\s+(?:instead|again|too|as well|please|stattdessen|wieder)$/iu, '').replace(/^(?:where|the (?:page|screen|step|place) where)\s+/iu, '');
  const text = label === undefined ? undefined : capital(context.text(label).replace(/^(?:saying|as)\s+/iu, ''));
  const isNew = /^(?:an?|eine?[nrm]?)\s+(?:new\s|neue[nrsm]?\s|.*\b(?:screen|page|popup|dialog)\b)/iu.test(cleanTo);
  const removal = context.commands.at(-1);
  const source = sourceOf(from, context);
  const target = context.look(cleanTo);
  if (isNew || (target.kind === 'none' && source && /^(?:an?|eine?[nrm]?)\s|«/iu.test(cleanTo))) {
    if (!source || 'ids' in source) return false;
    const made = context.make(cleanTo);
    if (!made) return false;
    if ('edge' in source) context.commands.push({ kind: 'insert', node: made, place: { at: 'edge', edgeId: source.edge.id } });
    else context.commands.push({ kind: 'branch', from: source.node, steps: [made], ...(text ? { label: text } : {}) });
    return;
  }
  if (!source || 'ids' in source) {
    // "Get rid of X. Small amounts go straight to Y": the second sentence says where the ways into X go.
    if (removal?.kind === 'remove') {
      removal.to = pickAfter(removal.node, cleanTo, context);
      return;
    }
    if (source) throw context.whichNode(from, source.ids);
    throw context.unknown(from);
  }
  if ('node' in source && removal?.kind === 'remove' && (source.node === removal.node || context.outOf(source.node).some((edge) => edge.target === removal.node))) {
    removal.to = pickAfter(removal.node, cleanTo, context);
    return;
  }
  if ('edge' in source) {
    if (removal?.kind === 'remove' && (source.edge.target === removal.node || source.edge.source === removal.node)) {
      removal.to = pickAfter(removal.node, cleanTo, context);
      return;
    }
    const node = context.need(cleanTo);
    return void context.commands.push({ kind: 'redirect', edgeId: source.edge.id, to: node, ...(text ? { label: text } : {}) });
  }
  const [a, b] = findPair(from, cleanTo, context.flow, context.prepared);
  const toRef = b.kind === 'one' && a.kind === 'one' ? b.id : context.need(cleanTo);
  const ways = context.outOf(source.node);
  const gone = insteadOf ? ways.find((edge) => edge.target === idOf(insteadOf[1]!, context)) : undefined;
  if (gone) return void context.commands.push({ kind: 'redirect', edgeId: gone.id, to: toRef });
  const isDecision = ['decision', 'condition'].includes(context.flow.node.get(source.node)?.type ?? '');
  if (ways.some((edge) => edge.target === toRef)) {
    if (mode !== 'instead' || ways.length === 1) {
      const existing = ways.find((edge) => edge.target === toRef)!;
      if (text) context.commands.push({ kind: 'label', edgeId: existing.id, label: text });
      else context.commands.push({ kind: 'connect', from: source.node, to: toRef });
      return;
    }
  }
  const shouldLead = mode === 'instead' || (mode === 'open' && !isDecision && ways.length === 1 && !context.reaches(toRef, source.node));
  if (shouldLead && ways.length === 1) return void context.commands.push({ kind: 'redirect', edgeId: ways[0]!.id, to: toRef, ...(text ? { label: text } : {}) });
  if (isDecision && ways.length > 1 && (mode === 'instead' || mode === 'open')) {
    // "correct credentials go straight to …" speaks of one answer of the decision.
    const arm = armOf(source.node, from, context);
    if (arm) return void context.commands.push({ kind: 'redirect', edgeId: arm.id, to: toRef });
  }
  if (mode === 'instead' && ways.length > 1) {
    const place = context.behind(source.node);
    const edgeId = place.at === 'after' ? place.edgeIds?.[0] : undefined;
    if (edgeId) return void context.commands.push({ kind: 'redirect', edgeId, to: toRef });
  }
  const back = !text && /\b(?:back|return)\b|zurück/iu.test(context.prepared.sentences.join(' ')) ? undefined : text;
  context.commands.push({ kind: 'connect', from: source.node, to: toRef, ...(back ? { label: back } : {}) });
  context.last = source.node;
}

/** A phrase as where an arrow starts: an arrow itself ("the No branch of X", a quoted label, "small amounts"), or a node. */
export function sourceOf(phrase: string, context: InstructionContext): { node: NodeRef } | { edge: Edge } | { ids: string[] } | undefined {
  const bare = phrase.replace(/^(?:the\s+)?(?:people|users?|customers?|everyone|leute|nutzer|kunden)\s+(?:on|at|in|from|after|auf|bei|in|nach)\s+/iu, '').replace(/^(?:after|nach)\s+/iu, '').replace(/^(?:let|have|make|lass|lasse)\s+/iu, '').trim();
  const speaksOfArrow = /\b(?:branch|arm|arrow|edge|path|connection|button|answer|option|case)\b|(?:zweig|pfeil|kante|verbindung|knopf|antwort|fall)(?!\p{L})/iu.test(bare);
  if (speaksOfArrow || /^(?:the\s+)?(?:«\d+»|yes|no|ja|nein)(?:\s|$)/iu.test(bare)) {
    const mark = /^(?:the\s+|der\s+|die\s+|das\s+)?«(\d+)»$/iu.exec(bare);
    if (!mark || !context.prepared.marks[Number(mark[1])]!.nodeIds.length) {
      const edge = findEdge(bare, context.flow, context.prepared);
      if (edge.kind === 'one') return { edge: edge.edge };
      if (edge.kind === 'many') return { ids: edge.edges.map((item) => item.source) };
    }
  }
  const removal = context.commands.at(-1);
  const target = context.look(bare);
  if (target.kind === 'one' && target.score >= 0.7) return { node: target.id };
  // The words may tell an answer of a decision: "small amounts", "rejected expenses".
  const words = contentWords(context.text(bare));
  for (const edge of context.flow.edge.values()) {
    const label = contentWords(edge.data.label ?? '');
    const isDecision = ['decision', 'condition'].includes(context.flow.node.get(edge.source)?.type ?? '');
    if (edge.data.label && isDecision && label.length && label.every((word) => words.some((other) => wordLikeness(word, other) > 0.85))) return { edge };
  }
  if (removal?.kind !== 'remove') {
    const asked = [...context.flow.node.values()].filter((node) => node.type === 'decision' && contentWords(node.data.title).some((word) => words.some((other) => wordLikeness(word, other) > 0.85)));
    if (asked.length === 1) {
      const arm = armOf(asked[0]!.id, bare, context);
      if (arm) return { edge: arm };
    }
  }
  if (target.kind === 'one') return { node: target.id };
  return target.kind === 'many' ? { ids: target.ids } : undefined;
}

/** The node behind a removed one that a phrase means: what came after it is likelier than anything else. */
function pickAfter(removed: NodeRef, phrase: string, context: InstructionContext): NodeRef {
  const next = context.outOf(removed).map((edge) => edge.target);
  const target = context.look(phrase);
  const ids = target.kind === 'many' ? target.ids : target.kind === 'one' ? [target.id] : [];
  const near = ids.find((id) => next.includes(id)) ?? (target.kind === 'one' ? target.id : undefined);
  return near ?? context.need(phrase);
}

function disconnect(from: string, to: string, context: InstructionContext): boolean | void {
  const [a, b] = findPair(from, to, context.flow, context.prepared);
  const source = a.kind === 'one' ? a.id : context.need(from);
  const target = b.kind === 'one' ? b.id : context.need(to);
  const edges = context.outOf(source).filter((edge) => edge.target === target);
  const found = edges.length ? edges : context.outOf(target).filter((edge) => edge.target === source);
  if (!found.length) throw context.unknown(`${from} -> ${to}`);
  for (const edge of found) context.commands.push({ kind: 'disconnect', edgeId: edge.id });
}

function idOf(phrase: string, context: InstructionContext): NodeRef | undefined {
  const target = context.look(phrase);
  return target.kind === 'one' ? target.id : undefined;
}
