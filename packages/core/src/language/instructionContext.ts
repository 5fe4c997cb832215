import type { Edge, FlowView, Node, NodeType } from '../flow/schema.ts';
import { InstructionStop, type EditCommand, type NewNode, type NodeRef, type Place } from './instructionCommand.ts';
import { newNodeOf } from './instructionNode.ts';
import { contentWords, findNode, idsOf, typeIn, wordLikeness, type Target } from './instructionTarget.ts';
import { plainText, writeOut, type PreparedText } from './instructionText.ts';

/** What the reader knows while it goes through an instruction. */
export class InstructionContext {
  readonly flow: FlowView;
  readonly prepared: PreparedText;
  readonly commands: EditCommand[] = [];
  readonly created: NewNode[] = [];
  /** What "it" means: the node that was spoken of last. */
  last: NodeRef | undefined;
  /** How often a phrase was taken for a node though it went on with a clause of its own: such readings lose to others. */
  strained = 0;
  private readonly found = new Map<string, Target>();
  private readonly outgoing = new Map<string, Edge[]>();
  private readonly incoming = new Map<string, Edge[]>();

  private readonly hint: string | undefined;

  constructor(flow: FlowView, prepared: PreparedText, hint?: string) {
    this.hint = hint;
    this.flow = flow;
    this.prepared = prepared;
    for (const edge of flow.edge.values()) {
      this.outgoing.set(edge.source, [...(this.outgoing.get(edge.source) ?? []), edge]);
      this.incoming.set(edge.target, [...(this.incoming.get(edge.target) ?? []), edge]);
    }
  }

  get german(): boolean {
    return this.prepared.language === 'de';
  }

  /** The sentence in the language of the instruction. */
  say(english: string, german: string): string {
    return this.german ? german : english;
  }

  title(ref: NodeRef): string {
    return this.created.find((node) => node.ref === ref)?.title ?? this.flow.node.get(ref)?.data.title ?? ref;
  }

  text(slot: string): string {
    return writeOut(slot, this.prepared);
  }

  outOf(ref: NodeRef): Edge[] {
    return this.outgoing.get(ref) ?? [];
  }

  into(ref: NodeRef): Edge[] {
    return this.incoming.get(ref) ?? [];
  }

  isPronoun(phrase: string): boolean {
    return /^(?:it|this|that|them|there|this one|that one|the new (?:one|step|screen|node|popup|page)|the copy|es|das|diese[nmrs]?|dies|ihn|sie|ihm|dort|dahin|die kopie|der neue .*|die neue .*)$/iu.test(phrase.trim());
  }

  /** The node that a phrase means, made or existing; `undefined` where it is none. Ambiguity is a result too. */
  look(phrase: string, among?: (node: Node) => boolean): Target {
    const cleaned = phrase.trim();
    if (this.last && this.isPronoun(cleaned)) return { kind: 'one', id: this.last, score: 1 };
    const wanted = plainText(this.text(cleaned).replace(/^(?:the|a|an|der|die|das|den|dem)\s+/iu, ''));
    const made = this.created.find((node) => plainText(node.title) === wanted);
    if (made) return { kind: 'one', id: made.ref, score: 1 };
    // One phrase is looked up again and again while a sentence is cut in several ways.
    const known = among ? undefined : this.found.get(cleaned);
    const found = known ?? findNode(cleaned, this.flow, this.prepared, among);
    if (!among) this.found.set(cleaned, found);
    if (found.kind === 'many' && this.hint) {
      const hinted = this.hinted(found.ids);
      if (hinted) return { kind: 'one', id: hinted, score: 1 };
    }
    if (found.kind === 'none' && this.created.length) {
      const words = contentWords(this.text(cleaned));
      const near = this.created.filter((node) => words.some((word) => contentWords(node.title).some((other) => wordLikeness(word, other) > 0.85)));
      if (near.length === 1) return { kind: 'one', id: near[0]!.ref, score: 0.8 };
    }
    return found;
  }

  /** The one node that a phrase means; asks when it could be several or none. */
  need(phrase: string, among?: (node: Node) => boolean): NodeRef {
    const target = this.look(phrase, among);
    if (/,\s*(?:it|they|this|that|which|and|but|so|people|users?|es|sie|er|das|die|der|und|aber)\s+\S+\s/iu.test(phrase)) this.strained++;
    if (target.kind === 'one') return (this.last = target.id);
    if (target.kind === 'many') throw this.whichNode(phrase, target.ids);
    const hinted = this.hinted([...this.flow.node.keys()]);
    if (hinted) return (this.last = hinted);
    throw this.unknown(phrase);
  }

  /** The one among some nodes that the person's answer names. */
  private hinted(ids: string[]): string | undefined {
    if (!this.hint) return undefined;
    const wanted = plainText(this.hint);
    const same = ids.filter((id) => plainText(this.title(id)) === wanted);
    if (same.length === 1) return same[0];
    const found = findNode(this.hint, this.flow, { ...this.prepared, marks: [] }, (node) => ids.includes(node.id));
    return found.kind === 'one' ? found.id : undefined;
  }

  whichNode(phrase: string, ids: string[]): InstructionStop {
    const titles = [...new Set(ids.map((id) => this.title(id)))].slice(0, 4);
    const text = this.text(phrase);
    const joined = titles.map((title) => `"${title}"`).join(this.say(' or ', ' oder '));
    return new InstructionStop({ kind: 'clarify', code: 'WHICH_NODE', question: this.say(`Which one do you mean by "${text}": ${joined}?`, `Was meinst du mit „${text}“: ${joined}?`), quickReplies: titles });
  }

  unknown(phrase: string): InstructionStop {
    const text = this.text(phrase);
    const words = contentWords(text);
    const near = [...this.flow.node.values()]
      .map((node) => ({ title: node.data.title, score: Math.max(0, ...words.flatMap((word) => contentWords(node.data.title).map((other) => wordLikeness(word, other)))) }))
      .filter((item) => item.score > 0.7)
      .slice(0, 4)
      .map((item) => item.title);
    const replies = near.length ? near : [...this.flow.node.values()].filter((node) => node.type !== 'start' && node.type !== 'end').slice(0, 4).map((node) => node.data.title);
    return new InstructionStop({ kind: 'clarify', code: 'UNKNOWN_TARGET', question: this.say(`I cannot find "${text}" in this flow. Which step do you mean?`, `„${text}“ finde ich in diesem Ablauf nicht. Welchen Schritt meinst du?`), quickReplies: replies });
  }

  ask(code: 'WHERE' | 'NEW_TITLE' | 'WHAT' | 'REALLY_ALL' | 'NOT_UNDERSTOOD', english: string, german: string, quickReplies: string[] = []): InstructionStop {
    return new InstructionStop({ kind: 'clarify', code, question: this.say(english, german), quickReplies });
  }

  refuse(code: 'OUTSIDE' | 'NOTHING_SAID' | 'IMPOSSIBLE', english: string, german: string): InstructionStop {
    return new InstructionStop({ kind: 'refuse', code, reason: this.say(english, german) });
  }

  /** A new node from a phrase; undefined where the phrase names nothing. */
  make(phrase: string, fallback: NodeType = 'screen'): NewNode | undefined {
    const node = newNodeOf(phrase, this.prepared, `new:${this.created.length}`, fallback);
    if (!node) return undefined;
    return this.keep(node);
  }

  keep(node: Omit<NewNode, 'ref'>): NewNode {
    const kept = { ...node, ref: `new:${this.created.length}` };
    this.created.push(kept);
    this.last = kept.ref;
    return kept;
  }

  /** A step that a phrase names: the existing node where it clearly is one, else a new node. */
  stepOf(phrase: string, fallback: NodeType = 'screen'): { existing: NodeRef } | { made: NewNode } | undefined {
    const quoted = [...phrase.matchAll(/«(\d+)»/g)].map((match) => this.prepared.marks[Number(match[1])]!).find((mark) => mark.quoted);
    if (quoted && !quoted.nodeIds.length) {
      const made = this.make(phrase, fallback);
      return made && { made };
    }
    const isNew = /^(?:(?:a|an|another|ein|eine|einen|neue[nrs]?)\s|.*\b(?:new|neue[nrsm]?)\b)/iu.test(phrase.trim());
    const target = this.look(phrase);
    if (target.kind === 'one' && (target.score >= 1 || (!isNew && target.score >= 0.75))) return { existing: target.id };
    if (target.kind === 'many' && !isNew && /^(?:the|der|die|das|den|dem)\s/iu.test(phrase.trim())) throw this.whichNode(phrase, target.ids);
    const made = this.make(phrase, fallback);
    return made && { made };
  }

  /** The place behind a node: into its one way on; asks where a decision has several. */
  behind(ref: NodeRef): Place {
    const ways = this.outOf(ref);
    if (ways.length <= 1) return { at: 'after', node: ref };
    const node = this.flow.node.get(ref);
    const main = node && node.type !== 'decision' && node.type !== 'condition' ? this.mainWays(ref) : ways;
    const answer = this.hint === undefined ? undefined : plainText(this.hint);
    const chosen = main.length === 1 ? main : main.filter((edge) => plainText(edge.data.label ?? '') === answer || plainText(this.title(edge.target)) === answer);
    if (chosen.length === 1) return { at: 'after', node: ref, edgeIds: [chosen[0]!.id] };
    const replies = main.map((edge) => edge.data.label || this.title(edge.target));
    throw new InstructionStop({ kind: 'clarify', code: 'WHICH_WAY', question: this.say(`"${this.title(ref)}" has several ways out. On which one: ${replies.map((reply) => `"${reply}"`).join(' or ')}?`, `„${this.title(ref)}“ hat mehrere Ausgänge. Auf welchem: ${replies.map((reply) => `„${reply}“`).join(' oder ')}?`), quickReplies: replies });
  }

  /** The place behind something that is done: its check belongs to it, so where the check was passed. */
  behindDone(ref: NodeRef): Place {
    const ways = this.outOf(ref);
    const check = ways.length === 1 ? this.flow.node.get(ways[0]!.target) : undefined;
    if (!check || (check.type !== 'decision' && check.type !== 'condition') || !PASSED.test(check.data.title)) return this.behind(ref);
    const isOwn = contentWords(check.data.title).some((word) => contentWords(this.title(ref)).some((other) => wordLikeness(word, other) > 0.85));
    const passed = this.passedWay(check.id);
    return isOwn && passed ? { at: 'edge', edgeId: passed.id } : this.behind(ref);
  }

  /** The way on where a check says yes; undefined where the decision is no such check. */
  passedWay(ref: NodeRef): Edge | undefined {
    if (!this.isDecision(ref) || !PASSED.test(this.title(ref))) return undefined;
    return this.outOf(ref).find((edge) => /^(?:yes|ja|true)$/iu.test(edge.data.label ?? '') || edge.data.kind === 'yes');
  }

  /** The way on where the check of a node, or the node itself, says yes. */
  passedBehind(ref: NodeRef): Edge | undefined {
    return [ref, ...this.outOf(ref).map((edge) => edge.target)].map((id) => this.passedWay(id)).find((edge) => edge !== undefined);
  }

  /** The place between two nodes: into the arrow that joins them; where a decision of the first stands between, into its way to the second. */
  between(after: NodeRef, before: NodeRef): Place {
    if (this.outOf(after).some((edge) => edge.target === before)) return { at: 'between', after, before };
    const way = this.wayBetween(after, before);
    if (!way) return { at: 'between', after, before };
    if (way.length === 2 && this.isDecision(way[1]!.source)) return { at: 'edge', edgeId: way[1]!.id };
    if (way.length === 2 && this.isDecision(before)) return { at: 'edge', edgeId: way[0]!.id };
    const replies = way.slice(0, 4).map((edge) => this.say(`After "${this.title(edge.source)}"`, `Nach „${this.title(edge.source)}“`));
    throw new InstructionStop({ kind: 'clarify', code: 'WHERE', question: this.say(`Between "${this.title(after)}" and "${this.title(before)}" there are other steps. Where exactly should it go?`, `Zwischen „${this.title(after)}“ und „${this.title(before)}“ liegen andere Schritte. Wohin genau?`), quickReplies: replies });
  }

  isDecision(ref: NodeRef): boolean {
    return ['decision', 'condition'].includes(this.flow.node.get(ref)?.type ?? '');
  }

  /** The shortest way from one node to another, as its arrows; undefined where there is none. */
  private wayBetween(from: NodeRef, to: NodeRef): Edge[] | undefined {
    const seen = new Set([from]);
    let row: Edge[][] = this.outOf(from).map((edge) => [edge]);
    while (row.length) {
      const done = row.find((way) => way.at(-1)!.target === to);
      if (done) return done;
      row = row.flatMap((way) => {
        const { target } = way.at(-1)!;
        if (seen.has(target)) return [];
        seen.add(target);
        return this.outOf(target).map((edge) => [...way, edge]);
      });
    }
    return undefined;
  }

  /** The place in front of a node: into its ways in, loops back left alone. */
  before(ref: NodeRef): Place {
    const ways = this.into(ref).filter((edge) => !this.isWayBack(edge));
    const used = ways.length ? ways : this.into(ref);
    return { at: 'before', node: ref, edgeIds: used.map((edge) => edge.id) };
  }

  /** True for an edge that leads back to a node which every way from the start passes earlier. */
  isWayBack(edge: Edge): boolean {
    const depth = this.depths();
    return (depth.get(edge.source) ?? 0) >= (depth.get(edge.target) ?? 0) && this.reaches(edge.target, edge.source);
  }

  reaches(from: string, to: string, without?: string): boolean {
    const seen = new Set([from]);
    const open = [from];
    while (open.length) {
      const id = open.pop()!;
      if (id === to) return true;
      for (const edge of this.outOf(id)) {
        if (edge.target === without || seen.has(edge.target)) continue;
        seen.add(edge.target);
        open.push(edge.target);
      }
    }
    return false;
  }

  /** The ways out that lead on to an end without coming back through the node itself. */
  private mainWays(ref: NodeRef): Edge[] {
    const ways = this.outOf(ref);
    const ends = [...this.flow.node.values()].filter((node) => this.outOf(node.id).length === 0).map((node) => node.id);
    const onward = ways.filter((edge) => ends.some((end) => this.reaches(edge.target, end, ref)));
    return onward.length ? onward : ways;
  }

  private depthCache: Map<string, number> | undefined;
  private depths(): Map<string, number> {
    if (this.depthCache) return this.depthCache;
    const depth = new Map<string, number>();
    const roots = [...this.flow.node.values()].filter((node) => node.type === 'start' || this.into(node.id).length === 0).map((node) => node.id);
    let row = roots;
    for (const id of roots) depth.set(id, 0);
    while (row.length) {
      const next: string[] = [];
      for (const id of row) {
        for (const edge of this.outOf(id)) {
          if (depth.has(edge.target)) continue;
          depth.set(edge.target, depth.get(id)! + 1);
          next.push(edge.target);
        }
      }
      row = next;
    }
    return (this.depthCache = depth);
  }
}

/** A check that says whether what came before it went well. */
const PASSED = /(?<!\p{L})(?:accepted|successful|succeeded|success|correct|valid|ok|okay|approved|passed|complete|completed|confirmed|worked|erfolgreich|erfolgt|gültig|korrekt|richtig|bestätigt|akzeptiert|angenommen|vollständig|geklappt|genehmigt)(?!\p{L})/iu;

/** Ids of a target, for callers that only need candidates. */
export const candidatesOf = idsOf;
export { typeIn };
