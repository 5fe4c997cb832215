import type { ClauseRule } from './instructionClause.ts';
import type { InstructionContext } from './instructionContext.ts';
import { findEdge, idsOf, typeIn } from './instructionTarget.ts';

const REMOVE_EN = '(?:remove|delete|drop|get rid of|kill|cut(?: out)?|scrap|throw (?:away|out)|take (?:out|away|off)|eliminate|ditch|lose|loose|strip|erase|discard|leave out|omit|skip|bin|nuke|do away with|chuck(?: out)?|toss(?: out)?|axe|zap|yank|purge|trash|rip out|kick out|we (?:can |could |should )?(?:do|live) without)';
const REMOVE_DE = '(?:lösche?|entferne|streiche?|wirf|wirft|schmeiß(?:e)?|nimm|kille|lass(?:e)?(?=.*\\s(?:weg|raus|aus|fallen)$)|weg mit|raus mit|verzichte(?:n wir)? auf)';
const EDGE_WORD = /\b(?:arrow|edge|connection|link between|link from|line|path from|path between|way from|transition|loop)\b|(?:pfeil|kante|verbindung|übergang|linie)(?!\p{L})/iu;

/** Nodes and arrows that go. */
export const removalRules: ClauseRule[] = [
  {
    english: new RegExp(`^${REMOVE_EN}\\s+(?:everything|all(?: (?:the|of the|of it|nodes|steps|screens|of them))*(?: (?:nodes|steps|screens))?|the (?:whole|entire) (?:flow|thing|diagram)|the flow|it all)(?: and start over)?$|^(?:start over|clear (?:the )?(?:canvas|flow|everything|all))$`, 'iu'),
    german: new RegExp(`^${REMOVE_DE}\\s+(?:alles|alle (?:knoten|schritte|seiten)|den (?:ganzen|gesamten|kompletten) (?:ablauf|flow)|den ablauf)(?:\\s+(?:raus|weg|rein))?$|^alles (?:löschen|weg|entfernen)$`, 'iu'),
    run: (_, context) => {
      throw context.ask('REALLY_ALL', `That would delete all ${context.flow.node.size} steps of this flow. Which of them should go?`, `Das würde alle ${context.flow.node.size} Schritte dieses Ablaufs löschen. Welche davon sollen weg?`, [...context.flow.node.values()].filter((node) => node.type === 'screen').slice(0, 4).map((node) => node.data.title));
    },
  },
  {
    english: new RegExp(`^${REMOVE_EN}\\s+(.+)$`, 'iu'),
    german: new RegExp(`^${REMOVE_DE}\\s+(.+?)(?:\\s+(?:raus|weg|heraus|rein|aus dem ablauf))*$`, 'iu'),
    run: (match, context) => removeAll(match[1]!, context),
  },
  { english: /^(?:take|throw|cut|leave|rip|kick|toss|chuck|yank)\s+(.+?)\s+(?:out|away|off)(?:\s+(?:completely|entirely|again|here|of (?:here|it|the flow|this flow)))?$/iu, run: (match, context) => removeAll(match[1]!, context) },
  { german: /^(.+?)\s+(?:löschen|entfernen|streichen|rauswerfen|rausnehmen|weglassen|rausschmeißen)$/iu, run: (match, context) => removeAll(match[1]!, context) },
  {
    english: /^(?:we |i |people |users )?(?:(?:do not|don't|dont|no longer|won't)\s+(?:need|want|use)|(?:can|could) do without)\s+(.+?)(?:\s+(?:any ?more|any longer|here|after all))*$/iu,
    german: /^(.+?)\s+(?:brauchen|benötigen|wollen)\s+wir\s+(?:hier\s+)?(?:nicht(?: mehr)?|nicht länger)$|^wir\s+(?:brauchen|benötigen|wollen)\s+(.+?)\s+nicht(?: mehr| länger)?$/iu,
    run: (match, context) => removeAll(match[1] ?? match[2]!, context),
  },
  {
    english: /^(.+?)\s+(?:can|should|must|may|has to|needs to|could)\s+(?:just\s+)?(?:go(?: away)?|be (?:removed|deleted|dropped|cut|gone|left out|skipped|scrapped|omitted|killed|binned|eliminated|discarded|ditched|(?:thrown|taken|kicked|ripped|tossed|chucked|cut|left) (?:out|away|off))|disappear|leave|die)(?:\s+(?:entirely|completely|now|please))?$/iu,
    german: /^(.+?)\s+(?:kann|können|soll|sollen|muss|müssen|darf|fällt|fallen|entfällt)(?:\s+(?:ganz|komplett|bitte|wieder))*(?:\s+(?:weg|raus|entfallen|(?:gelöscht|entfernt|gestrichen|rausgeworfen|rausgenommen|weggelassen|rausgeschmissen) werden|verschwinden|wegfallen|rausfliegen|rauskommen))?$/iu,
    run: (match, context) => (/^(?:.*\b(?:muss|soll|kann)\b.*)$/iu.test(match[0]) && !/(?:weg|raus|entfallen|(?:gelöscht|entfernt|gestrichen|rausgeworfen|rausgenommen|weggelassen|rausgeschmissen) werden|verschwinden|wegfallen|rausfliegen|rauskommen)$/iu.test(match[0]) ? false : removeAll(match[1]!, context)),
  },
  {
    english: /^(.+?)\s+(?:is|are)\s+(?:no longer|not)\s+(?:needed|necessary|required|used|wanted)(?:\s+any ?more)?$|^(.+?)\s+(?:is|are)\s+(?:superfluous|redundant|obsolete|unnecessary|useless)$/iu,
    german: /^(.+?)\s+(?:ist|sind|wird|werden)\s+(?:nicht(?: mehr)?\s+(?:nötig|notwendig|gebraucht|benötigt|erforderlich)|überflüssig|unnötig)$/iu,
    run: (match, context) => removeAll(match[1] ?? match[2]!, context),
  },
];

/** A phrase without the reason that people add: ", nobody uses it". */
function withoutReason(phrase: string): string {
  return phrase.replace(/\s*(?:,|\s[-–]|\()\s*(?:because|since|as|nobody|no one|it's|it is|that's|they|we|users|it|which|weil|da|denn|den|die|das|niemand|keiner|wir|braucht|der)(?!\p{L}).*$/iu, '').replace(/\s+(?:because|weil)\s.*$/iu, '');
}

function removeAll(phrase: string, context: InstructionContext): boolean | void {
  let what = phrase.replace(/\s+(?:completely|entirely|altogether|again|from (?:the|this) flow|from here|ganz|komplett|bitte|wieder)$/iu, '');
  const label = /^(?:the\s+|die\s+|das\s+)?(?:label|beschriftung)\s+(?:of|on|from|von|vom|am|des|der|an)\s+(.+)$/iu.exec(what);
  if (label) {
    const edge = findEdge(label[1]!, context.flow, context.prepared);
    if (edge.kind === 'one') return void context.commands.push({ kind: 'label', edgeId: edge.edge.id, label: '' });
  }
  const text = /^(?:the\s+|die\s+)?(?:description|note|beschreibung|notiz)\s+(?:of|on|from|von|vom|der|des|bei)\s+(.+)$/iu.exec(what);
  if (text) return void context.commands.push({ kind: 'describe', node: context.need(text[1]!), text: '' });
  if (/\b(?:link|button)\s+(?:on|in|from|at|of)\s|(?:link|knopf|button)\s+(?:auf|in|im|von|bei)\s/iu.test(what)) {
    const edge = findEdge(what, context.flow, context.prepared);
    if (edge.kind === 'one') return void context.commands.push({ kind: 'disconnect', edgeId: edge.edge.id });
  }
  if (EDGE_WORD.test(what)) {
    const edge = findEdge(what, context.flow, context.prepared);
    if (edge.kind === 'one') return void context.commands.push({ kind: 'disconnect', edgeId: edge.edge.id });
    if (edge.kind === 'many') throw context.whichNode(what, edge.edges.map((item) => item.target));
    if (/\b(?:from|between|von|zwischen)\b/iu.test(what)) throw context.unknown(what);
  }
  // "remove X so that Y leads straight to Z", "remove X and go straight to Z": where the ways in go.
  const onward = /\s*(?:,\s*(?:so(?: that)?\s+|and\s+|und\s+|damit\s+|so dass\s+|sodass\s+)?|\s(?:so(?: that)?|and|und|damit|so dass|sodass)\s+|\s[-–]\s*)(?=\S)(?:(?!,).*?\b(?:go(?:es)?|leads?|continues?|moves?|connect(?:s)?|jumps?|geht|gehen|führt|führen|springt)\b.*?\b(?:to|with|into|zu|zum|zur|nach|mit)\s+(.+?)(?:\s+(?:instead|directly|straight away|geht|führt|weiter))*)$/iu.exec(what);
  let to: string | undefined;
  if (onward) {
    const target = context.look(onward[1]!);
    if (target.kind !== 'none') {
      what = what.slice(0, onward.index);
      to = context.need(onward[1]!);
    }
  }
  what = withoutReason(what);
  const whole = context.look(what);
  const joined = what.split(/\s*,\s*(?:and\s+|und\s+)?|\s+(?:and|as well as|und|sowie|&)\s+(?:also\s+|auch\s+)?/iu).filter(Boolean);
  // "the receipt and the confirmation" are two, though one of them is named exactly; a title may hold an "and" of its own.
  const isOne = whole.kind === 'one' && whole.score >= 0.95 && (joined.length === 1 || /\b(?:and|und|&)\b|&/iu.test(context.title(whole.id)));
  const parts = isOne ? [what] : joined;
  const plural = /^(?:(?:all|both|alle|beide)\s+(?:of\s+)?(?:the\s+|die\s+)?)(.+)$/iu.exec(what);
  if (plural) {
    const type = typeIn(plural[1]!);
    const found = context.look(plural[1]!);
    const ids = idsOf(found);
    if (ids.length && (type || ids.length > 1)) {
      for (const node of ids) context.commands.push({ kind: 'remove', node });
      return;
    }
  }
  const targets = parts.length > 1 && parts.every((part) => context.look(part).kind !== 'none') ? parts : [what];
  if (targets.length === 1 && whole.kind === 'none') {
    const edge = findEdge(what, context.flow, context.prepared);
    if (edge.kind === 'one') return void context.commands.push({ kind: 'disconnect', edgeId: edge.edge.id });
  }
  for (const target of targets) context.commands.push({ kind: 'remove', node: context.need(target), ...(to ? { to } : {}) });
}
