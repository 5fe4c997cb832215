import type { NodeType } from '../flow/schema.ts';
import type { ClauseRule } from './instructionClause.ts';
import { readArms } from './instructionCondition.ts';
import type { InstructionContext } from './instructionContext.ts';
import { capital } from './instructionNode.ts';
import { takePlace } from './instructionPlace.ts';
import { findEdge, findPair, idsOf, TYPE_WORDS, typeIn } from './instructionTarget.ts';
import { fieldValueOf } from './instructionValues.ts';

/** Titles, types, labels, notes, fields, copies and order: edits of what is there. */
export const changeRules: ClauseRule[] = [
  {
    english: /^(?:tidy|clean|neaten|straighten)(?: up)?(?: the| this)?(?: (?:layout|flow|canvas|diagram|chart|everything|it|mess|arrangement|nodes|whole thing))?(?: up)?(?: a bit)?(?: please)?$|^(?:auto[- ]?layout|re-?arrange|arrange|align|re-?layout|organi[sz]e|redo the layout|make it (?:neat|tidy))\b(?: (?:the |all )?(?:layout|flow|canvas|nodes|everything|it|boxes|steps))?.*$/iu,
    german: /^(?:räum|räume|ordne|sortiere|richte)(?: bitte)?(?: mal)?(?: das| den| die| alles)?(?: (?:layout|ablauf|diagramm|knoten|kästchen))?(?: (?:neu|ordentlich|sauber))?(?: (?:auf|an|aus))?(?: bitte)?$|\b(?:layout|ablauf)\s+(?:aufräumen|ordnen|neu anordnen|ausrichten)$/iu,
    run: (_, context) => void context.commands.push({ kind: 'tidy' }),
  },
  {
    english: /^(?:undo|revert|roll back|take back)(?: (?:that|this|it|the last (?:change|edit|step|one)|my last (?:change|edit)))?$/iu,
    german: /^(?:rückgängig(?: machen)?|mach(?:e)? (?:das|es|die letzte änderung)(?: wieder)? rückgängig|nimm (?:das|die letzte änderung) zurück)$/iu,
    run: (_, context) => void context.commands.push({ kind: 'undo' }),
  },
  {
    english: /^(?:rename|retitle|call)\s+(?:the\s+|this\s+)?(?:whole\s+)?(?:flow|diagram|document|project)\s+(?:to|as|into)?\s*(.+)$/iu,
    german: /^(?:benenne|nenne)\s+(?:den\s+|diesen\s+)?(?:ganzen\s+)?(?:ablauf|flow|das diagramm)\s+(?:in|zu)?\s*(.+?)(?:\s+um)?$/iu,
    run: (match, context) => void context.commands.push({ kind: 'renameFlow', name: context.text(match[1]!) }),
  },
  {
    english: /^(?:label|call|name|title)\s+(?:it|the (?:arrow|edge|connection|link|path))\s+(?:as\s+|with\s+)?(.+)$/iu,
    german: /^(?:beschrifte|nenne|bezeichne)\s+(?:ihn|sie|es|den pfeil|die verbindung)\s+(?:mit\s+|als\s+)?(.+)$/iu,
    run: (match, context) => {
      const before = context.commands.at(-1);
      if (before?.kind !== 'connect' && before?.kind !== 'redirect' && before?.kind !== 'branch') return false;
      before.label = newName(match[1]!, context);
      return true;
    },
  },
  // Swaps and copies stand before renames: "swap X with Y", "copy X and call it Y".
  {
    english: /^(?:swap|switch|exchange|flip|reverse)\s+(?:the order of\s+|the positions? of\s+)?(.+?)\s+(?:and|with|for)\s+(.+?)(?:\s+around)?$/iu,
    german: /^(?:vertausche|tausche|wechsle|drehe?)\s+(?:die reihenfolge (?:von|der)\s+)?(?:den\s+|die\s+)?(.+?)\s+(?:und|mit|gegen)\s+(.+?)(?:\s+(?:aus|miteinander|um|herum))?$/iu,
    run: (match, context) => {
      const [a, b] = findPair(match[1]!, match[2]!, context.flow, context.prepared);
      context.commands.push({ kind: 'swap', a: a.kind === 'one' ? a.id : context.need(match[1]!), b: b.kind === 'one' ? b.id : context.need(match[2]!) });
    },
  },
  { english: /^(.+?)\s+and\s+(.+?)\s*(?::|,|\s[-–])\s*(?:please\s+)?(?:swap|switch|exchange|flip)\s+(?:them|these|those|both|the two|places)(?:\s+around)?$|^(?!(?:add|insert|rename|remove)\b)(.+?)\s+(?:and|with)\s+(.+?)\s*,?\s+(?:swap|switch|exchange|flip)(?:\s+(?:them|places|please))*$/iu, german: /^(.+?)\s+und\s+(.+?)\s*(?::|,|\s[-–])\s*(?:bitte\s+)?(?:vertausche|tausche)\s+(?:sie|die beiden|beide)(?:\s+aus)?$/iu, run: (match, context) => void context.commands.push({ kind: 'swap', a: context.need((match[1] ?? match[3])!), b: context.need((match[2] ?? match[4])!) }) },
  { english: /^(.+?)\s+(?:and|with)\s+(.+?)\s+(?:should|must|need to|have to|can)\s+(?:swap|switch|trade|exchange|change)(?:\s+(?:places?|positions?|order|around))?$/iu, german: /^(.+?)\s+(?:und|mit)\s+(.+?)\s+(?:sollen|sollten|müssen|können)\s+(?:die\s+)?(?:plätze?|reihenfolge|positionen?)?\s*(?:tauschen|vertauscht werden|getauscht werden|wechseln)$/iu, run: (match, context) => {
    const [a, b] = findPair(match[1]!, match[2]!, context.flow, context.prepared);
    context.commands.push({ kind: 'swap', a: a.kind === 'one' ? a.id : context.need(match[1]!), b: b.kind === 'one' ? b.id : context.need(match[2]!) });
  } },
  { english: /^(?:duplicate|copy|clone|make (?:a|another) (?:copy|duplicate|clone) of|create (?:a|another) (?:copy|duplicate|clone) of|add (?:a|another) (?:copy|duplicate) of|i (?:need|want) (?:a|another) (?:copy|duplicate) of)\s+(.+)$/iu, german: /^(?:dupliziere|kopiere|klone|mach(?:e)? (?:eine|noch eine) kopie (?:von|der|des)|erstelle (?:eine|noch eine) kopie (?:von|der|des))\s+(.+)$/iu, run: readCopy },
  { german: /^(.+?)\s+(?:duplizieren|kopieren|verdoppeln)(.*)$/iu, run: (match, context) => readCopy(['', `${match[1]}${match[2] ? ` ${match[2]}` : ''}`] as unknown as RegExpExecArray, context) },
  {
    english: /^(?:move|shift|bring|pull|push|reorder|relocate)\s+(.+)$/iu,
    german: /^(?:verschiebe|schiebe?|ziehe?|verlege|rücke)\s+(.+)$/iu,
    run: readMove,
  },
  { english: /^(?:put|place|set)\s+(?=.*\b(?:after|before|between|behind|in front of)\b)(.+)$/iu, german: /^(?:setze?|stelle?|packe?)\s+(?=.*\b(?:nach|vor|hinter|zwischen)(?!\p{L}))(.+)$/iu, run: readMove },
  { english: /^(.+?)\s+(?:should|must|needs? to|has to|have to|ought to)\s+(?:really\s+|rather\s+|already\s+|only\s+)*(?:come|be(?:\s+(?:\p{L}+ed|sent|shown|done|made|run|put))?|get(?:\s+(?:\p{L}+ed|sent|shown|done|made))?|happen|go|sit|appear|stand|run|start|take place)\s+((?:right |directly |just |already |only )?(?:before|after|between|in front of|behind)\s+.+)$/iu, german: /^(.+?)\s+(?:soll|sollen|muss|müssen|sollte|sollten)\s+(?:schon\s+|bereits\s+|lieber\s+|besser\s+)*((?:direkt |gleich |erst )?(?:vor|nach|hinter|zwischen)\s+.+?)\s+(?:kommen|stehen|passieren|sein|laufen|erfolgen|stattfinden|(?:\p{L}+(?:t|en)\s+werden))$/iu, run: (match, context) => {
    const target = context.look(match[1]!);
    if (target.kind === 'none' || /^(?:a|an|ein|eine|einen)\s|\bthere$/iu.test(match[1]!)) return false;
    return readMove(['', `${match[1]} ${match[2]}`] as unknown as RegExpExecArray, context);
  } },
  { english: /^(.+?)\s+(?:really\s+|rather\s+|actually\s+)?(?:belongs?|comes?|goes)\s+((?:right |directly |just )?(?:before|after|between|in front of|behind)\s+.+)$/iu, german: /^(.+?)\s+(?:gehört|gehören|kommt|kommen)\s+(?:eigentlich\s+|besser\s+|doch\s+)*((?:direkt |gleich |erst )?(?:vor|nach|hinter|zwischen)\s+.+)$/iu, run: (match, context) => {
    const target = context.look(match[1]!);
    if (target.kind !== 'one' || target.score < 0.7 || target.id.startsWith('new:') || /^(?:an?|another|eine?n?|noch|make|turn|convert|add|insert|mach|mache)\s|\b(?:that|which|and|it|die|der|das|und)$/iu.test(match[1]!)) return false;
    return readMove(['', `${match[1]} ${match[2]}`] as unknown as RegExpExecArray, context);
  } },
  // "first X, then Y": an order of two that are there.
  { english: /^(?:first\s+(.+?)|(.+?)\s+first)\s*,?\s+(?:and\s+)?(?:only\s+)?(?:then|afterwards)\s+(.+)$/iu, german: /^(?:zuerst|erst)\s+(.+?)\s*,?\s+(?:und\s+)?(?:erst\s+)?(?:dann|danach)\s+(.+)$/iu, run: (match, context) => {
    const isGerman = match.length === 3;
    const a = context.look((match[1] ?? match[2])!);
    const b = context.look((isGerman ? match[2] : match[3])!);
    if (a.kind !== 'one' || b.kind !== 'one' || a.id === b.id || a.score < 0.7 || b.score < 0.7) return false;
    context.commands.push({ kind: 'move', node: a.id, place: context.before(b.id) });
    context.last = a.id;
    return true;
  } },
  { english: /^(?:turn|convert|transform|switch|change|make)\s+(.+?)\s+(?:into|to|in to|as|be)\s+(?:be\s+)?(?:an?|the)?\s*([^:]+?)(?:\s*(?::|,? (?:with|where|so that|such that|and))\s*(.+))?$/iu, german: /^(?:wandle|verwandle|ändere|mach(?:e)?)\s+(.+?)\s+(?:in|zu|zum|zur)\s+(?:einem|einer|einen|eine|ein)?\s*([^:]+?)(?:\s+um)?(?:\s*[:,]\s*(.+))?$/iu, run: (match, context) => retype(match[1]!, match[2]!, match[3], context) },
  { english: /^(?:make)\s+(.+?)\s+((?:an?)\s+[^:]+?)(?:\s+(?:instead|rather than .+|instead of .+))?(?:\s*[:,]\s*(.+))?$/iu, german: /^mach(?:e)?\s+aus\s+(.+?)\s+((?:eine?[nrm]?)\s+[^:]+?)(?:\s*[:,]\s*(.+))?$/iu, run: (match, context) => retype(match[1]!, match[2]!.replace(/^(?:an?|eine?[nrm]?)\s+/iu, ''), match[3], context) },
  { english: /^(.+?)\s+(?:should|must|needs to|has to|is|ought to)\s+(?:really\s+|actually\s+|rather\s+|now\s+)*(?:be(?:come)?\s+)?(?:an?)\s+([^:]+?)(?:,?\s+(?:instead|not|rather than|and not)\b.*)?(?:\s*[:]\s*(.+))?$/iu, german: /^(?:aus\s+)?(.+?)\s+(?:soll|sollte|ist|muss|wird)\s+(?:eigentlich\s+|lieber\s+|besser\s+)*(?:eine?[nrm]?)\s+([^:]+?)(?:,?\s+(?:statt|nicht|und nicht|anstatt|kein|keine)\s.*?)?(?:\s+(?:sein|werden))?(?:\s*[:,]\s*(.+))?$/iu, run: (match, context) => (/^(?:there|it should|es)$/iu.test(match[1]!) ? false : retype(match[1]!, match[2]!, match[3], context)) },
  { english: /^(?:change|set|switch)\s+the\s+(?:node )?type\s+of\s+(.+?)\s+(?:to|into)\s+(?:an?\s+)?(.+)$/iu, german: /^(?:ändere|setze?)\s+den\s+typ\s+(?:von|der|des)\s+(.+?)\s+(?:auf|zu|in)\s+(.+)$/iu, run: (match, context) => retype(match[1]!, match[2]!, undefined, context) },
  // Labels of arrows.
  { english: /^(?:label|caption|name)\s+(.*?\b(?:arrow|edge|connection|branch|link|line|path|arm)\b.*?)\s+(?:as|with|to)?\s*((?:«\d+»)|\S+)$/iu, german: /^(?:beschrifte|bezeichne|benenne)\s+(.*?(?:pfeil|kante|verbindung|zweig|weg|linie).*?)\s+(?:als|mit|in)\s+(.+?)(?:\s+um)?$/iu, run: relabel },
  { english: /^(?:change|rename|set|update|edit|reword|relabel)\s+(?:the\s+)?(?:label|text|wording|caption|name)\s+(?:of|on|for|from)\s+(.*?\b(?:arrow|edge|connection|branch|line|path|arm|from .+ to)\b.*?)\s+(?:to|into|as)\s+(.+)$/iu, german: /^(?:ändere|setze?|benenne)\s+(?:die\s+beschriftung|das\s+label|den\s+text)\s+(?:von|vom|des|der|am|an)\s+(.+?)\s+(?:in|zu|auf|nach)\s+(.+?)(?:\s+um)?$/iu, run: relabel },
  { english: /^(.*\b(?:arrow|edge|connection|branch|line|path)\b.*?)\s+(?:should|must)\s+(?:say|read|be (?:called|labelled|labeled|named))\s+(.+)$/iu, german: /^(.*(?:pfeil|kante|verbindung|zweig).*?)\s+(?:soll|sollte)\s+(?:mit\s+)?(.+?)\s+(?:heißen|beschriftet sein|beschriftet werden)$/iu, run: relabel },
  {
    // "the popup should be called A, and its retry button B".
    english: /^(.+?)\s+(?:should|must)\s+be\s+(?:called|named)\s+(«\d+»)\s*,?\s+and\s+(?:its|the|their)\s+(.*?\b(?:button|arrow|label|link|answer|option|branch)\b.*?)\s+(?:should\s+(?:be\s+(?:called|named)|say|read)\s+|to\s+)?(«\d+»)$/iu,
    run: (match, context) => {
      const node = context.need(match[1]!);
      const ways = context.outOf(node);
      const words = context.text(match[3]!).toLowerCase();
      const named = ways.filter((edge) => edge.data.label && words.includes(edge.data.label.toLowerCase()));
      const edge = named[0] ?? (ways.length === 1 ? ways[0] : undefined);
      if (!edge) return false;
      context.commands.push({ kind: 'rename', node, title: context.text(match[2]!) }, { kind: 'label', edgeId: edge.id, label: context.text(match[4]!) });
      return true;
    },
  },
  // "rename A to B and C to D (at P)".
  {
    english: /^(?:rename|change|relabel|retitle)\s+(.+?\s+to\s+.+?\s*(?:,\s*and\s|,|\sand\s)\s*.+?\s+to\s+.+)$/iu,
    german: /^(?:benenne|ändere)\s+(.+?\s+(?:in|zu)\s+.+?\s*(?:,|\sund\s)\s*.+?\s+(?:in|zu)\s+.+?)(?:\s+um)?$/iu,
    run: (match, context) => {
      const parts = match[1]!.split(/\s*(?:,\s*(?:and|und)\s|,|\s(?:and|und)\s)\s*/iu).map((part) => /^(?:(?:rename|change|benenne)\s+)?(.+?)\s+(?:to|in|zu)\s+(«\d+»|\p{L}+)(?:\s+um)?(?:\s+((?:at|on|of|in|behind|after|bei|beim|an|am|nach)\s+.+))?$/iu.exec(part));
      if (parts.length < 2 || parts.some((part) => part === null)) return false;
      const at = parts.at(-1)![3];
      for (const part of parts) if (rename(['', at ? `${part![1]} ${at}` : part![1]!, part![2]!] as unknown as RegExpExecArray, context) === false) return false;
      return true;
    },
  },
  // Titles.
  { english: /^(?:it\s+(?:should|must)(?:n't| not)\s+(?:be (?:called|named)|say|read)|(?:the\s+)?(?:name|title|label)\s+(?:should|must)(?:n't| not)\s+be|not)\s+(.+?)\s*,?\s+but\s+(?:rather\s+)?(.+?)(?:\s+(?:should|must|is|as)\b.*)?$/iu, german: /^(?:(?:das|es|der name|der titel|der screen|die seite)\s+(?:soll|sollte|darf|muss|heißt)\s+)?nicht(?:\s+mehr|\s+länger)?\s+(.+?)\s*,?\s+sondern\s+(.+?)(?:\s+(?:soll|sollte|muss|heißt|ist)(?!\p{L}).*|\s+heißen)?$/iu, run: contrast },
  { english: /^(.+?)\s+(?:should|must)(?:n't| not)\s+(?:be (?:called|named|titled)|say|read)\s+(.+?)\s*,?\s+but\s+(?:rather\s+)?(.+)$/iu, german: /^(.+?)\s+(?:soll|sollte|heißt|darf)\s+(?:künftig\s+|jetzt\s+|ab jetzt\s+)*nicht(?:\s+mehr|\s+länger)?\s+(.+?)\s*,?\s+sondern\s+(.+?)(?:\s+heißen)?$/iu, run: (match, context) => (context.look(match[1]!).kind === 'one' ? rename(['', match[1]!, match[3]!] as unknown as RegExpExecArray, context) : contrast(['', match[2]!, match[3]!] as unknown as RegExpExecArray, context)) },
  { english: /^(?:call|name|title)\s+(?:it\s+)?(.+?)\s*,?\s+(?:not|instead of|rather than)\s+(.+)$/iu, german: /^(?:nenne|bezeichne)\s+(?:es\s+|ihn\s+|sie\s+)?(.+?)\s*,?\s+(?:nicht|statt|anstatt)\s+(.+?)(?:\s+(?:mehr|um))?$/iu, run: (match, context) => (context.look(match[1]!).kind === 'one' ? false : contrast(['', match[2]!, match[1]!] as unknown as RegExpExecArray, context)) },
  { english: /^(?:change|set|update|edit)\s+(?:the\s+)?(?:title|name|heading|label|wording)\s+(?:of|on|for)\s+(.+?)\s+(?:to|into|from .+ to)\s+(.+)$/iu, german: /^(?:ändere|setze?|passe)\s+(?:den\s+|die\s+)?(?:titel|namen|überschrift|bezeichnung)\s+(?:von|vom|der|des)\s+(.+?)\s+(?:in|zu|auf)\s+(.+?)(?:\s+(?:um|ab|an))?$/iu, run: rename },
  { english: /^(?:rename|retitle|relabel|reword|change the name of|renaming)\s+(.+?)\s+(?:to|into|as|in|→|->|=>)\s+(.+)$/iu, german: /^(?:benenne|nenne|taufe)\s+(.+?)\s+(?:in|zu|nach|um in|um zu|als)\s+(.+?)(?:\s+um)?$/iu, run: rename },
  { english: /^(?:rename|retitle)\s+(.+)$/iu, german: /^(?:benenne)\s+(.+?)(?:\s+um)?$/iu, run: (match, context) => renameBare(match[1]!, context) },
  { english: /^(?:let's |we )?(?:call|name)\s+.+?\s+(«\d+»)\s+(?:instead of|rather than|not)\s+(.+)$/iu, german: /^nenne\s+.+?\s+(«\d+»)\s+(?:statt|anstatt|anstelle von)\s+(.+?)(?:\s+um)?$/iu, run: (match, context) => rename(['', match[2]!, match[1]!] as unknown as RegExpExecArray, context) },
  { english: /^(?:[Ll]et's |[Ww]e )?[Cc]all\s+(.+?)\s+(«\d+»|\p{Lu}[^,]*)(?:\s+instead(?: of .+)?|\s+from now on)?$/u, german: /^nenne\s+(.+?)\s+(«\d+»|\p{Lu}[^,]*?)(?:\s+um)?$/iu, run: rename },
  { german: /^(.+?)\s+(?:in|zu)\s+(.+?)\s+umbenennen$/iu, run: rename },
  { english: /^(.+?)\s+(?:should|must|shall|needs to|is to)\s+(?:now\s+|rather\s+)?(?:be\s+(?:called|named|titled|renamed(?: to)?|labelled)|(?:say|read)(?!\s+(?:that|why|how|what|when|where|which|whether)\b))\s+(.+?)(?:\s+instead(?: of .+)?|\s+from now on|,? not .+)?$/iu, german: /^(.+?)\s+(?:soll|sollte|muss)\s+(?:jetzt\s+|künftig\s+|lieber\s+|besser\s+|stattdessen\s+|ab jetzt\s+|nun\s+)*(.+?)\s+(?:heißen|genannt werden)$/iu, run: rename },
  { english: /^(.+?)\s+is\s+(?:now\s+)?(?:called|named)\s+(.+?)(?:\s+now)?$/iu, german: /^(.+?)\s+hei(?:ß|ss)t\s+(?:jetzt|künftig|nun|ab jetzt|ab sofort)\s+(.+)$/iu, run: rename },
  { english: /^(?:give)\s+(.+?)\s+(?:the|a)\s+(?:new\s+)?(?:name|title)\s+(.+)$/iu, german: /^(?:gib|gebe)\s+(.+?)\s+(?:den|einen)\s+(?:neuen\s+)?(?:namen|titel)\s+(.+)$/iu, run: rename },
  // "Nobody reads the tips. Show a popup X in their place."
  { english: /^(?:(?:please\s+)?(?:show|put|use|add|have|display|insert|make it|take|we (?:need|want))\s+)?((?:an?\s|«).+?)\s+(?:in (?:its|their|that|this) (?:place|stead)|instead)$/iu, german: /^(?:(?:zeige?|nimm|füge|setze?|mach(?:e)?|bau(?:e)?)\s+)?(?:stattdessen|dafür|an (?:seiner|ihrer|deren|dessen) stelle)\s+((?:eine?n?\s|«).+?)(?:\s+(?:ein|hin))?$/iu, run: (match, context) => (context.last && !context.last.startsWith('new:') && context.commands.length === 0 ? replace(['', context.title(context.last), match[1]!] as unknown as RegExpExecArray, context) : false) },
  { english: /^(?:replace)\s+(.+?)\s+(?:with|by)\s+(.+)$/iu, german: /^(?:ersetze)\s+(.+?)\s+durch\s+(.+)$/iu, run: replace },
  { english: /^(?:instead of)\s+(.+?)\s*,?\s+(?:say|write|use|call it|it should say|it should be called)\s+(.+)$/iu, german: /^(?:statt|anstatt|anstelle von)\s+(.+?)\s+(?:soll\s+(?:da|dort)\s+|schreib(?:e)?\s+)(.+?)(?:\s+stehen)?$/iu, run: rename },
  // Notes and descriptions.
  { english: /^(?:add|leave|put|attach|write|stick|pin|drop|make|place|append|insert|jot)\s+(?:down\s+)?(?:a|an|the|another|this)?\s*(?:short |little |quick |sticky )?(?:note|comment|remark|annotation|reminder|memo)\s+(?:to|on|at|for|next to|onto|by|in|about|near|under|beside|below|regarding)\s+(.+?)\s*(?::|,|\b(?:saying|that says|which says|says|reading|that|with the text|stating|to say|telling (?:people|users|us) that)\b)\s*:?\s*(.+)$/iu, german: /^(?:füge|schreib(?:e)?|mach(?:e)?|hänge?|setze?|hinterlasse|ergänze|notiere|vermerke)\s+(?:bitte\s+)?(?:(?:an|zu|zum|zur|bei|beim|am|auf|in|unter)\s+)(.+?)\s+(?:(?:eine|die|den|einen|folgende|folgenden)\s+)?(?:(?:kurze|kleine)\s+)?(?:notiz|kommentar|anmerkung|vermerk|bemerkung|hinweis)?\s*(?:hinzu|an|dazu)?\s*(?::|,\s*dass|(?=«))\s*(.+?)(?:\s+(?:hinzu|an|dazu|ein))?$/iu, run: note },
  { english: /^(?:add|leave|put|attach|write|stick|pin|drop)\s+(?:a|an|the)?\s*(?:note|comment|remark|annotation|reminder)\s*(?:saying|that says|with the text|:|reading)?\s*(«\d+»|.+?)\s+(?:to|on|at|for|next to|by)\s+(.+)$/iu, german: /^(?:füge|schreib(?:e)?|hänge?|setze?|ergänze)\s+(?:die|eine|den|einen)?\s*(?:notiz|kommentar|anmerkung|vermerk|bemerkung)\s*:?\s*(«\d+»|.+?)\s+(?:an|zu|zum|zur|bei|beim|am|auf)\s+(.+?)(?:\s+(?:hinzu|an|dazu|ein))?$/iu, run: (match, context) => note(['', match[2]!, match[1]!] as unknown as RegExpExecArray, context) },
  { english: /^(?:note|comment|remark)\s+(?:on|for|at|to|about)\s+(.+?)\s*(?::|,|\bthat\b|(?=«))\s*(.+)$/iu, german: /^(?:notiz|kommentar|anmerkung|vermerk)\s+(?:an|zu|zum|zur|bei|beim|am|für)\s+(.+?)\s*(?::|,\s*dass|(?=«))\s*(.+)$/iu, run: note },
  { english: /^(?:note|mention|write(?: down)?|remark|state|point out|remind (?:us|people|me))\s+(?:on|at|in|for|next to|by|under)\s+(.+?)\s*,?\s*(?:that|:|(?=«))\s*(.+)$/iu, german: /^(?:vermerke|notiere|erwähne|schreib(?:e)?)\s+(?:(?:an|zu|zum|zur|bei|beim|am|auf|in)\s+)(.+?)\s*(?::|,?\s*dass|(?=«))\s*(.+?)(?:\s+(?:hin|dazu|auf))?$/iu, run: note },
  { english: /^(.+?)\s+(?:should|must|needs to)\s+(?:also\s+|clearly\s+)*(?:mention|state|note|explain|point out|make clear|say(?=\s+(?:that|why|how|what|when|where|which|whether)\b)|tell (?:people|users|them|guests|customers))\s*(?:that\b|:)?\s*(.+)$/iu, german: /^(?:bei|beim|an|am|auf|in|im|zu|zum|zur)\s+(.+?)\s+(?:soll|sollte|muss)\s+(?:zusätzlich\s+|auch\s+|noch\s+|da\s+)*(?:stehen|drinstehen|dabeistehen|vermerkt (?:werden|sein)|erwähnt werden)\s*(?::|,\s*dass|(?=«))\s*(.+)$/iu, run: (match, context) => (context.look(match[1]!).kind === 'none' ? false : note(match, context)) },
  { english: /^(?:on|at|in)\s+(.+?)\s*,?\s+(?:it should (?:also )?(?:say|read|state)|we should (?:mention|note|say)|(?:please )?(?:mention|note|say|write|state))\s*(?:that\b|:)?\s*(.+)$/iu, run: (match, context) => (context.look(match[1]!).kind !== 'one' ? false : note(match, context)) },
  { english: /^(.+?)\s+(?:needs|gets|should (?:have|get|carry))\s+(?:a|an)\s+(?:note|comment|remark|annotation)\s*(?::|,|saying|that says|that)?\s*(.+)$/iu, german: /^(.+?)\s+(?:braucht|bekommt|soll)\s+(?:eine|einen|die|den)\s+(?:notiz|kommentar|anmerkung|vermerk)\s*(?::|,?\s*dass|mit)?\s*(.+?)(?:\s+(?:bekommen|haben|tragen))?$/iu, run: note },
  { english: /^(?:describe)\s+(.+?)\s+(?:as|with|:)\s+(.+)$|^(?:set|change|update|add|write)\s+(?:the|a)?\s*description\s+(?:of|for|to|on)\s+(.+?)\s*(?:to|:|as|saying|(?=«))\s*(.+)$/iu, german: /^(?:beschreibe)\s+(.+?)\s+(?:als|mit)\s+(.+)$|^(?:setze?|ändere|ergänze)\s+die\s+beschreibung\s+(?:von|der|des|bei|für)\s+(.+?)\s+(?:auf|in|zu|um|mit|:)\s*(.+)$/iu, run: (match, context) => {
    const node = context.need(match[1] ?? match[3]!);
    context.commands.push({ kind: 'describe', node, text: context.text(match[2] ?? match[4]!) });
  } },
  // Fields.
  { english: /^(?:set|change|use|put|make)\s+(?:the\s+)?(url|endpoint|address|method|status|priority|device|actor)\s+(?:of|for|on)\s+(.+?)\s+(?:to|as|:)\s+(.+)$/iu, german: /^(?:setze?|ändere|stelle)\s+(?:die\s+|den\s+|das\s+)?(url|endpunkt|adresse|methode|status|priorität|gerät|akteur)\s+(?:von|der|des|bei|für)\s+(.+?)\s+(?:auf|zu|in)\s+(.+)$/iu, run: setField },
  { english: /^(?:mark|flag|set)\s+(.+?)\s+(?:as|to)\s+(.+)$/iu, german: /^(?:markiere|setze?|kennzeichne)\s+(.+?)\s+(?:als|auf)\s+(.+)$/iu, run: (match, context) => setValue(match[1]!, match[2]!, context) },
  { english: /^(.+?)\s+is\s+(?:already\s+)?(done|finished|in progress|critical|important|to ?do)$/iu, german: /^(.+?)\s+ist\s+(?:schon\s+|bereits\s+)?(erledigt|fertig|in arbeit|kritisch|wichtig)$/iu, run: (match, context) => setValue(match[1]!, match[2]!, context) },
  // "change X to Y" comes last: X may be a node, a label, or Y a type.
  { english: /^(?:change|switch|update|turn)\s+(.+?)\s+(?:to|into)\s+(.+)$/iu, german: /^(?:ändere)\s+(.+?)\s+(?:in|zu|auf)\s+(.+?)(?:\s+(?:um|ab))?$/iu, run: rename },
  { english: /^(.+?)\s*(?:->|→|=>)\s*(?:rename(?:d)? to\s+)(.+)$/iu, run: rename },
];

function rename(match: RegExpExecArray, context: InstructionContext): boolean | void {
  const [, what, name] = match as unknown as [string, string, string];
  const title = newName(name, context);
  if (!title) throw context.ask('NEW_TITLE', `What should "${context.text(what)}" be called?`, `Wie soll „${context.text(what)}“ heißen?`);
  if (context.created.length && context.last?.startsWith('new:') && context.isPronoun(what)) {
    context.created.find((node) => node.ref === context.last)!.title = title;
    return true;
  }
  const quoted = /^(?:the\s+|den\s+|das\s+|die\s+)?«(\d+)»/iu.exec(what.trim());
  const isTitle = quoted && context.prepared.marks[Number(quoted[1])]!.nodeIds.length > 0;
  const speaksOfEdge = /\b(?:arrow|edge|branch|label|button|link|connection|arm|answer|option|path)\b|(?:pfeil|zweig|beschriftung|verbindung|kante|antwort|knopf|button|label)(?!\p{L})/iu.test(what);
  if (!isTitle && (quoted || speaksOfEdge)) {
    const edge = findEdge(what.replace(/^(?:the\s+)?(?:label|button|link|beschriftung|das label|den knopf)\s+/iu, ''), context.flow, context.prepared);
    if (edge.kind === 'one') return void context.commands.push({ kind: 'label', edgeId: edge.edge.id, label: title });
    if (edge.kind === 'many') throw context.whichNode(what, edge.edges.map((item) => item.source));
    const near = /\b(?:arrow|edge)\b|(?:pfeil|kante)(?!\p{L})/iu.test(what) ? edgeOf(what, context) : edge;
    if (near.kind === 'one') return void context.commands.push({ kind: 'label', edgeId: near.edge.id, label: title });
  }
  if (!quoted && !speaksOfEdge && /^(?:the\s+)?(?:yes|no|ja|nein)\b/iu.test(what)) {
    const edge = findEdge(what, context.flow, context.prepared);
    if (edge.kind === 'one') return void context.commands.push({ kind: 'label', edgeId: edge.edge.id, label: title });
  }
  const target = context.look(what.replace(/\s+(?:title|name)$/iu, '').replace(/['’]s$/u, ''));
  if (target.kind === 'none') {
    const edge = findEdge(what, context.flow, context.prepared);
    if (edge.kind === 'one') return void context.commands.push({ kind: 'label', edgeId: edge.edge.id, label: title });
  }
  context.commands.push({ kind: 'rename', node: context.need(what.replace(/\s+(?:title|name)$/iu, '')), title });
}

/** "Not A but B": a title or a label that is there, and what it should be. */
function contrast(match: RegExpExecArray, context: InstructionContext): boolean | void {
  const [, from, to] = match as unknown as [string, string, string];
  if (/(?<!\p{L})(?:to|zu|zum|zur|nach|after|before|vor)\s/iu.test(from) || /^(?:an?|eine?n?|to|zu|zum|zur|nach|after|before|vor)\s/iu.test(to)) return false;
  if (/\s«\d+»|«\d+»\s/u.test(to.trim()) && !/^(?:the\s+|den\s+|die\s+|das\s+)?«\d+»(?:\s+\p{L}+)?$/iu.test(to.trim())) return false;
  const target = context.look(from);
  const edge = target.kind === 'one' && target.score >= 0.7 ? undefined : findEdge(from, context.flow, context.prepared);
  if (target.kind === 'none' && edge?.kind !== 'one') return false;
  return rename(['', from, to] as unknown as RegExpExecArray, context);
}

function renameBare(what: string, context: InstructionContext): boolean {
  const pair = /^(.+?)\s+(«\d+»)$/u.exec(what);
  if (pair) {
    context.commands.push({ kind: 'rename', node: context.need(pair[1]!), title: context.text(pair[2]!) });
    return true;
  }
  const node = context.need(what);
  throw context.ask('NEW_TITLE', `What should "${context.title(node)}" be called?`, `Wie soll „${context.title(node)}“ heißen?`);
}

function replace(match: RegExpExecArray, context: InstructionContext): void {
  const node = context.last !== undefined && context.title(context.last) === match[1] ? context.last : context.need(match[1]!);
  const wanted = context.make(match[2]!, context.flow.node.get(node)?.type);
  if (!wanted) throw context.ask('NEW_TITLE', `What should "${context.title(node)}" be replaced with?`, `Wodurch soll „${context.title(node)}“ ersetzt werden?`);
  context.created.pop();
  const type = typeIn(match[2]!.replace(/«\d+»/g, ' '));
  context.last = node;
  context.commands.push({ kind: 'rename', node, title: wanted.title });
  if (type && type !== context.flow.node.get(node)?.type) context.commands.push({ kind: 'retype', node, type });
}

function retype(what: string, said: string, arms: string | undefined, context: InstructionContext): boolean {
  const naming = /^(.+?)\s*,?\s+(?:called|named|titled|labell?ed|namens|mit (?:dem )?(?:titel|namen))\s+(.+)$/iu.exec(said);
  const into = naming ? naming[1]! : said;
  const type = typeOf(into);
  if (!type) return false;
  const fresh = context.last?.startsWith('new:') && context.isPronoun(what) ? context.created.find((made) => made.ref === context.last) : undefined;
  if (fresh) {
    fresh.type = type;
    return true;
  }
  const node = context.need(what, context.prepared.marks.length ? undefined : (item) => item.type !== type || true);
  const read = arms && (type === 'decision' || type === 'condition') ? readArms(arms, context, node) : [];
  const named = arms && !read.length ? /\b(?:called|named|titled|namens)\s+(.+)$/iu.exec(arms)?.[1] : undefined;
  const title = naming ? newName(naming[2]!, context) : named ? context.text(named) : undefined;
  context.commands.push({ kind: 'retype', node, type, ...(title ? { title } : {}), ...(read.length ? { arms: read } : {}) });
  context.last = node;
  return true;
}

/** The type that the words name and nothing else: "full screen", "proper popup"; undefined for "Home screen". */
function typeOf(words: string): NodeType | undefined {
  const rest = words.toLowerCase().replace(/\b(?:full|own|whole|proper|real|separate|normal|regular|simple|node|page instead|type|instead|rather|new|please|eigene[nrs]?|richtige[nrs]?|einfache[nrs]?|echte[nrs]?|bitte|statt(?:dessen)?|knoten|vollwertige[nrs]?|ganze[nrs]?)\b/gu, ' ').replace(/\b(?:instead of|rather than|not|statt)\b.*$/u, ' ').replace(/[?.!,]/g, ' ').trim();
  if (/^api[\s-]?(?:call|request|aufruf)$/.test(rest)) return 'apiCall';
  const parts = rest.split(/\s+/).filter(Boolean);
  if (parts.length === 1 && TYPE_WORDS[parts[0]!]) return TYPE_WORDS[parts[0]!];
  if (parts.length === 2 && /^(?:yes\/no|yes-no|ja\/nein|ja-nein|system|backend|modal|popup|dialog)$/.test(parts[0]!) && TYPE_WORDS[parts[1]!]) return /modal|popup|dialog/.test(parts[0]!) ? 'popup' : TYPE_WORDS[parts[1]!];
  if (rest === 'dialog box' || rest === 'pop up') return 'popup';
  if (rest === 'fullscreen') return 'screen';
  return undefined;
}

function relabel(match: RegExpExecArray, context: InstructionContext): boolean | void {
  const found = edgeOf(match[1]!, context);
  if (found.kind === 'none') return false;
  if (found.kind === 'many') throw context.whichNode(match[1]!, found.edges.map((edge) => edge.source));
  context.commands.push({ kind: 'label', edgeId: found.edge.id, label: newName(match[2]!, context) });
}

/** An arrow by its label or its ends; "the arrow back to X" starts where was spoken of last, or is the one way back to X. */
function edgeOf(phrase: string, context: InstructionContext): ReturnType<typeof findEdge> {
  const found = findEdge(phrase, context.flow, context.prepared);
  if (found.kind === 'one') return found;
  const to = /(?:\b(?:to|into)|(?<!\p{L})(?:zu|zum|zur|nach))\s+(.+)$/iu.exec(phrase);
  const source = /(?<!\p{L})(?:from|out of|von|vom|aus|hinter|behind|after)\s+(.+?)(?:\s+(?:back|zurück|to|zu|zum|zur|nach)\s.*)?$/iu.exec(phrase);
  const sources = source ? idsOf(context.look(source[1]!)) : [];
  const only = sources.length === 1 ? context.outOf(sources[0]!) : [];
  if (only.length === 1) return { kind: 'one', edge: only[0]! };
  const goals = to ? idsOf(context.look(to[1]!)) : [];
  const ways = goals.flatMap((id) => context.into(id));
  const from = ways.filter((edge) => edge.source === context.last);
  const back = /\bback\b|zurück/iu.test(phrase) ? ways.filter((edge) => context.isWayBack(edge)) : [];
  const chosen = [from, back, ways].find((edges) => edges.length === 1);
  return chosen ? { kind: 'one', edge: chosen[0]! } : found;
}

function readCopy(match: RegExpExecArray, context: InstructionContext): void {
  let rest = match[1]!;
  let name: string | undefined;
  const called = /(?:\s*,\s*|\s+)(?:(?:and|und)\s+)?(?:(?:then\s+)?(?:call|name|title|rename)\s+(?:it|the (?:copy|new one|duplicate|second one))(?:\s+to)?|(?:nenne|benenne)\s+(?:sie|ihn|es|die kopie|das duplikat|den neuen)|as|als|named|called|titled|namens|with the (?:name|title)|mit dem (?:namen|titel))\s+(«\d+»|.+?)(?=\s*(?:,|\s(?:and|und)\s|\s(?:right |directly |just |direkt )?(?:after|before|between|nach|vor|hinter|zwischen)\s|\s+um\b|$))(?:\s+um\b)?/iu.exec(rest);
  if (called) {
    name = newName(called[1]!, context);
    rest = `${rest.slice(0, called.index)} ${rest.slice(called.index + called[0].length)}`.trim();
  }
  const sourcePhrase = /^(.+?)(?:\s*,|\s+(?:and|und)\s+(?:put|place|insert|add|setze?|stelle?|hänge?|packe?|lege?|schiebe?|füge)|\s+(?:right |directly |just |direkt |gleich )?(?=(?:after|before|between|behind|nach|vor|hinter|zwischen)\s)|$)(.*)$/iu.exec(rest.trim())!;
  const node = context.need(sourcePhrase[1]!);
  const source = context.flow.node.get(node);
  const original = context.title(node);
  const isAtOwnPlace = /(?:dahinter|danach|daneben)(?!\p{L})|\b(?:after|behind|next to|nach|hinter|neben)\s+(?:it|the original|itself|that|dem original|das original|der?s?m?\s*original)/iu.test(sourcePhrase[2]!);
  const copy = context.keep({ type: source?.type ?? 'screen', title: name ?? context.say(`${original} (copy)`, `${original} (Kopie)`) });
  const ref = copy.ref;
  const found = isAtOwnPlace ? undefined : sourcePhrase[2]!.trim() ? takePlace(sourcePhrase[2]!, context) : undefined;
  const place = isAtOwnPlace ? context.behind(node) : found?.place();
  context.last = ref;
  context.commands.push({ kind: 'copy', node, copy, ...(place ? { place } : {}) });
}

function readMove(match: RegExpExecArray, context: InstructionContext): boolean {
  const clause = match[1]!;
  const what = /^(.+?)\s*,?\s+(?:so (?:that )?(?:it|they) (?:comes?|is|happens?|sits?)\s+|to (?:come |be |go )?|up |down |back |further )*(?:right |directly |just |immediately |straight |only |direkt |gleich |unmittelbar |noch |erst |schon )*(?=(?:after|before|between|behind|in between|in front of|ahead of|nach|vor|hinter|zwischen|am (?:ende|anfang)|to the (?:end|start|beginning)|at the)(?!\p{L}))(.+)$/iu.exec(clause);
  if (!what) return false;
  const isNew = /^(?:an?|another|new|ein|eine|einen|noch)\s/iu.test(what[1]!);
  const target = context.look(what[1]!);
  const isMove = /^(?:move|shift|bring|pull|push|reorder|relocate|verschiebe|schiebe?|verlege|rücke)\s/iu.test(match[0]!);
  if (isNew || (target.kind === 'none' && !isMove)) return false;
  const node = context.need(what[1]!);
  const found = takePlace(what[2]!.replace(/\bto the (start|end|beginning)/iu, 'at the $1').replace(/\bthe end\b(?! of)/iu, 'the end'), context);
  if (!found) return false;
  context.commands.push({ kind: 'move', node, place: found.place() });
  context.last = node;
  return true;
}

function note(match: RegExpExecArray, context: InstructionContext): void {
  const text = context.text(match[2]!).replace(/^(?:that|dass)\s+/iu, '').trim();
  const node = context.need(match[1]!);
  if (!text) throw context.ask('WHAT', `What should the note on "${context.title(node)}" say?`, `Was soll in der Notiz zu „${context.title(node)}“ stehen?`);
  context.commands.push({ kind: 'note', node, text: capital(text) });
}

function setField(match: RegExpExecArray, context: InstructionContext): boolean | void {
  const field = { url: 'data.url', endpoint: 'data.url', endpunkt: 'data.url', address: 'data.url', adresse: 'data.url', method: 'data.method', methode: 'data.method', actor: 'data.actor', akteur: 'data.actor' }[match[1]!.toLowerCase()] as 'data.url' | 'data.method' | 'data.actor' | undefined;
  const value = context.text(match[3]!);
  if (field) return void context.commands.push({ kind: 'field', node: context.need(match[2]!), field, value: field === 'data.method' ? value.toUpperCase() : value });
  return setValue(match[2]!, match[3]!, context);
}

function setValue(what: string, value: string, context: InstructionContext): boolean {
  const found = fieldValueOf(context.text(value));
  if (!found) return false;
  context.commands.push({ kind: 'field', node: context.need(what), field: found.field, value: found.value || context.text(value).toUpperCase().replace(/^(?:AN? )/, '').replace(/ REQUEST$/, '') });
  return true;
}

function newName(slot: string, context: InstructionContext): string {
  const mark = /«\d+»/.exec(slot);
  const isWhole = mark && /^(?:the\s+|a\s+)?«\d+»(?:\s+\p{L}+)?$/iu.test(slot.trim()) && context.prepared.marks[Number(mark[0].slice(1, -1))]!.quoted;
  const text = context.text(isWhole ? mark[0] : slot).replace(/(?:,?\s+(?:please|bitte|thanks|thank you|danke|instead|stattdessen|from now on|everywhere|would you|will you|ok|okay))+$/iu, '').replace(/^(?:say|read|be called)\s+/iu, '').trim();
  return isWhole ? text : capital(text);
}
