import type { Edge } from '../flow/schema.ts';
import type { NodeRef } from './instructionCommand.ts';
import type { InstructionContext } from './instructionContext.ts';
import { labelsAlike, typeIn } from './instructionTarget.ts';

/**
 * Reads a sentence that no rule knows by its key words alone: what it names of the flow, what it quotes that is new, and one verb.
 * True when these leave a single meaning; the commands are written into the context then.
 */
export function readLoosely(sentence: string, context: InstructionContext): boolean {
  if (/\?$/.test(sentence) || /(?<!\p{L})(?:if|when|unless|otherwise|wenn|falls|sonst)(?!\p{L})/iu.test(sentence)) return false;
  const { nodes, fresh, labels } = mentionsOf(sentence, context);
  const isNegated = /(?<!\p{L})(?:not|never|no longer|don't|dont|nicht|kein\p{L}*|nie)(?!\p{L})/iu.test(sentence);
  const isGap = /(?<!\p{L})(?:there is no|there's no|has no|have no|missing|lacks?|can't|cannot|can not|fehlt|fehlen|es gibt keine?n?)(?!\p{L})/iu.test(sentence);
  if (isNegated && !isGap) return false;
  const one = nodes.length === 1 ? nodes[0]! : undefined;
  const arrow = EDGE.test(sentence);
  if (RENAME.test(sentence) && fresh.length === 1) {
    if (labels.length === 1 && (arrow || !one)) return push(context, { kind: 'label', edgeId: labels[0]!.id, label: fresh[0]! });
    if (one && !arrow) return push(context, { kind: 'rename', node: one.id, title: fresh[0]! });
    return false;
  }
  const side = nodes.filter((item) => item.role === 'after' || item.role === 'before');
  if (fresh.length === 1 && side.length === 1 && nodes.length === 1) {
    const type = typeIn(sentence.replace(/«\d+»/g, ' ')) ?? 'screen';
    const node = context.keep({ type, title: fresh[0]! });
    return push(context, { kind: 'insert', node, place: side[0]!.role === 'after' ? context.behind(side[0]!.id) : context.before(side[0]!.id) });
  }
  if (fresh.length) return false;
  const from = nodes.filter((item) => item.role === 'from' || item.role === 'at');
  const to = nodes.filter((item) => item.role === 'to');
  if (LINK.test(sentence) && !REMOVE.test(sentence) && nodes.length === 2 && from.length === 1 && to.length === 1 && from[0]!.id !== to[0]!.id) {
    if (context.outOf(from[0]!.id).some((edge) => edge.target === to[0]!.id)) return false;
    return push(context, { kind: 'connect', from: from[0]!.id, to: to[0]!.id });
  }
  if (REMOVE.test(sentence) && one && !arrow && nodes.length === 1 && labels.length === 0) return push(context, { kind: 'remove', node: one.id });
  return false;
}

/** The one node that a sentence names which is no edit itself ("nobody reads the tips"); undefined where it names several or none. */
export function spokenOf(sentence: string, context: InstructionContext): NodeRef | undefined {
  const { nodes } = mentionsOf(sentence, context);
  return nodes.length === 1 ? nodes[0]!.id : undefined;
}

interface Mention {
  id: NodeRef;
  /** What the word in front of it says about it. */
  role: 'from' | 'to' | 'after' | 'before' | 'at' | undefined;
}

const RENAME = /(?<!\p{L})(?:renam\p{L}*|call(?:ed)?|named?|titled?|re-?label(?:led)?|label(?:led)?|wording|change[ds]?|reads?|says?|umbenenn\p{L}*|umbenannt|hei(?:ß|ss)(?:en|t)|nenn\p{L}*|beschrift\p{L}*|bezeichn\p{L}*)(?!\p{L})/iu;
const REMOVE = /(?<!\p{L})(?:remov\p{L}*|delet\p{L}*|drop(?:ped)?|rid of|kill(?:ed)?|scrap(?:ped)?|superfluous|obsolete|redundant|unnecessary|useless|entfern\p{L}*|lösch\p{L}*|streich\p{L}*|raus|weg|überflüssig|unnötig|entfällt)(?!\p{L})/iu;
const LINK = /(?<!\p{L})(?:ways?|links?|linked|path|route|arrow|back|return|returns|go|goes|get|jump|button|leads?|connect(?:ed)?|connection|shortcut|zurück\p{L}*|weg|link|pfeil|führ\p{L}*|komm\p{L}*|spring\p{L}*|gelang\p{L}*|verbind\p{L}*|verbunden|knopf)(?!\p{L})/iu;
const EDGE = /(?<!\p{L})(?:arrow|edge|button|link|label|connection|branch|answer|pfeil|kante|knopf|button|beschriftung|verbindung|zweig|antwort)s?(?!\p{L})/iu;
const ROLES: [RegExp, Mention['role']][] = [
  [/^(?:from|of|out of|von|vom|aus)$/iu, 'from'],
  [/^(?:to|into|towards|zu|zum|zur)$/iu, 'to'],
  [/^(?:after|behind|following|once|nach|hinter)$/iu, 'after'],
  [/^(?:before|in front of|prior to|vor|bevor)$/iu, 'before'],
  [/^(?:on|at|in|auf|bei|beim|in|im|am|an)$/iu, 'at'],
];
const CUT = /(?<!\p{L})(from|out of|of|to|into|towards|after|behind|following|once|before|in front of|prior to|on|at|in|with|for|and|or|but|that|which|von|vom|aus|zu|zum|zur|nach|hinter|vor|bevor|auf|bei|beim|im|am|an|mit|für|und|oder|aber|die|der|das)(?!\p{L})|[,;:.()–]|\s-\s/giu;

/** The nodes, arrows and new names that a sentence speaks of, in their order. */
function mentionsOf(sentence: string, context: InstructionContext): { nodes: Mention[]; fresh: string[]; labels: Edge[] } {
  const nodes: Mention[] = [];
  const fresh: string[] = [];
  const labels: Edge[] = [];
  const role = (word: string | undefined) => ROLES.find(([pattern]) => word !== undefined && pattern.test(word))?.[1];
  const add = (id: NodeRef, word: string | undefined) => {
    if (!nodes.some((item) => item.id === id)) nodes.push({ id, role: role(word) });
  };
  let last: string | undefined;
  let start = 0;
  const read = (chunk: string, word: string | undefined) => {
    for (const found of chunk.matchAll(/«(\d+)»/g)) {
      const mark = context.prepared.marks[Number(found[1])]!;
      const ways = [...context.flow.edge.values()].filter((edge) => edge.data.label && labelsAlike(edge.data.label, mark.text));
      if (mark.nodeIds.length === 1) add(mark.nodeIds[0]!, word);
      else if (ways.length === 1) labels.push(ways[0]!);
      else if (mark.quoted && !mark.nodeIds.length) fresh.push(mark.text);
    }
    const words = chunk.replace(/«\d+»/g, ' ').trim().split(/\s+/).filter(Boolean);
    let best: { id: string; score: number; length: number } | undefined;
    for (let from = 0; from < words.length; from++) {
      for (let to = Math.min(words.length, from + 5); to > from; to--) {
        const target = context.look(words.slice(from, to).join(' '));
        if (target.kind === 'one' && target.score >= 0.79 && (!best || target.score > best.score + 0.02)) best = { id: target.id, score: target.score, length: to - from };
      }
    }
    if (best && !/«/.test(chunk)) add(best.id, word);
  };
  for (const match of sentence.matchAll(CUT)) {
    read(sentence.slice(start, match.index), last);
    start = match.index + match[0].length;
    // An article in German is no word that parts anything.
    if (match[1] && !/^(?:die|der|das)$/iu.test(match[1])) last = match[1];
    else if (!match[1]) last = undefined;
  }
  read(sentence.slice(start), last);
  return { nodes, fresh, labels };
}

function push(context: InstructionContext, command: InstructionContext['commands'][number]): true {
  context.commands.push(command);
  return true;
}
