/** Rules of decisions, conditions, triggers and ports. */
import { byCodeUnit } from '../graph.ts';
import { orderAfterAll } from '../order.ts';
import type { Edge, Node, Trigger } from '../schema.ts';
import { addMissingArms, endFor, fixOf } from './fixOps.ts';
import type { Draft } from './finding.ts';
import { named, type ReviewContext } from './reviewContext.ts';
import { isNegative, sameForm } from './wording.ts';

const SIDES = new Set(['top', 'right', 'bottom', 'left']);
const CLICKABLE = new Set(['button', 'link', 'list', 'image', 'toggle', 'select']);

export function* tooFewArms(context: ReviewContext): Iterable<Draft> {
  for (const node of branching(context)) {
    const arms = context.waysOut(node.id);
    // A decision that hangs on nothing at all is an orphan, told by its own rule.
    if (arms.length >= 2 || (!arms.length && !context.waysIn(node.id).length)) continue;
    yield { nodeIds: [node.id], edgeIds: arms.map((way) => way.edge.id), params: { ...named(node), count: arms.length }, fix: fixOf(context, 'ADD_MISSING_ARM', (writer) => addMissingArms(context, writer, node)) };
  }
}

export function* unlabelledBranch(context: ReviewContext): Iterable<Draft> {
  for (const node of branching(context)) {
    const arms = context.waysOut(node.id).map((way) => way.edge);
    if (arms.length < 2) continue;
    const bare = arms.filter((edge) => !armName(node, edge) && edge.data.kind !== 'parallel');
    if (!bare.length) continue;
    yield { nodeIds: [node.id], edgeIds: bare.map((edge) => edge.id), params: { ...named(node), count: bare.length }, ...labelFix(context, arms, bare, node) };
  }
}

export function* duplicateBranchLabel(context: ReviewContext): Iterable<Draft> {
  for (const node of branching(context)) {
    const arms = context.waysOut(node.id).map((way) => way.edge);
    const groups = new Map<string, Edge[]>();
    for (const edge of arms) {
      const name = sameForm(armName(node, edge));
      if (name) groups.set(name, [...(groups.get(name) ?? []), edge]);
    }
    for (const edges of groups.values()) {
      if (edges.length < 2 || isParallelArm(edges)) continue;
      yield { nodeIds: [node.id], edgeIds: edges.map((edge) => edge.id), params: { ...named(node), label: armName(node, edges[0]!) }, ...labelFix(context, arms, edges.slice(1), node) };
    }
  }
}

/** Edges that are marked as the same arm of a yes-no question: what they lead to happens side by side. */
function isParallelArm(edges: readonly Edge[]): boolean {
  const kind = edges[0]?.data.kind;
  return (kind === 'yes' || kind === 'no') && edges.every((edge) => edge.data.kind === kind);
}

export function* branchesMeet(context: ReviewContext): Iterable<Draft> {
  for (const node of branching(context)) {
    const arms = context.waysOut(node.id);
    if (arms.length >= 2 && new Set(arms.map((way) => way.nodeId)).size === 1) yield { nodeIds: [node.id, arms[0]!.nodeId], edgeIds: arms.map((way) => way.edge.id), params: named(node) };
  }
}

export function* conditionWithoutEdge(context: ReviewContext): Iterable<Draft> {
  for (const node of context.steps) {
    if (node.type !== 'condition' || !context.waysOut(node.id).length) continue;
    const used = new Set(context.waysOut(node.id).map((way) => way.edge.sourcePort));
    // With a single way out the missing arm is told (and mended) by TOO_FEW_ARMS.
    if (context.waysOut(node.id).length < 2) continue;
    const open = Object.entries(node.conditions ?? {}).filter(([id]) => !used.has(id)).sort(([a], [b]) => byCodeUnit(a, b));
    if (!open.length) continue;
    yield {
      nodeIds: [node.id],
      params: { ...named(node), label: open.map(([, item]) => item.label).join(', '), count: open.length },
      fix: fixOf(context, 'CONNECT_CONDITION', (writer) => {
        const end = endFor(context, writer, node);
        for (const [id, item] of open) writer.connect(node.id, end, { label: item.label }, id);
      }),
    };
  }
}

export function* portUnknown(context: ReviewContext): Iterable<Draft> {
  for (const edge of [...context.view.edge.values()].sort((a, b) => byCodeUnit(a.id, b.id))) {
    const source = context.view.node.get(edge.source);
    const target = context.view.node.get(edge.target);
    if (!source || !target) continue;
    const isSourceWrong = edge.sourcePort !== undefined && !SIDES.has(edge.sourcePort) && !Object.hasOwn(source.conditions ?? {}, edge.sourcePort);
    const isTargetWrong = edge.targetPort !== undefined && !SIDES.has(edge.targetPort);
    if (!isSourceWrong && !isTargetWrong) continue;
    yield {
      nodeIds: [source.id],
      edgeIds: [edge.id],
      params: { ...named(source), port: (isSourceWrong ? edge.sourcePort : edge.targetPort)! },
      fix: fixOf(context, 'CLEAR_PORT', (writer) => {
        if (isSourceWrong) writer.push({ op: 'set', kind: 'edge', id: edge.id, field: 'sourcePort', to: null });
        if (isTargetWrong) writer.push({ op: 'set', kind: 'edge', id: edge.id, field: 'targetPort', to: null });
      }),
    };
  }
}

export function* ambiguousWays(context: ReviewContext): Iterable<Draft> {
  for (const node of context.steps) {
    if (node.type === 'decision' || node.type === 'condition' || node.type === 'end') continue;
    const edges = context.waysOut(node.id).map((way) => way.edge);
    const bare = edges.filter((edge) => !armName(node, edge) && !edge.data.trigger && edge.data.kind !== 'parallel');
    if (bare.length >= 2) yield { nodeIds: [node.id], edgeIds: bare.map((edge) => edge.id), params: { ...named(node), count: bare.length } };
  }
}

export function* misplacedTrigger(context: ReviewContext): Iterable<Draft> {
  for (const [node, edge, trigger] of triggers(context)) {
    const isQuestion = node.type === 'decision' || node.type === 'condition';
    const isWrong = isQuestion ? isByHand(trigger) : trigger === 'ifTrue' || trigger === 'ifFalse' || (node.type === 'apiCall' && isByHand(trigger));
    if (!isWrong) continue;
    yield { nodeIds: [node.id], edgeIds: [edge.id], params: { ...named(node), trigger }, fix: fixOf(context, 'CLEAR_TRIGGER', (writer) => writer.push({ op: 'set', kind: 'edge', id: edge.id, field: 'data.trigger', to: null })) };
  }
}

export function* triggerWithoutElement(context: ReviewContext): Iterable<Draft> {
  for (const [node, edge, trigger] of triggers(context)) {
    if ((node.type !== 'screen' && node.type !== 'popup') || (trigger !== 'onClick' && trigger !== 'onSubmit')) continue;
    const elements = Object.values(node.elements ?? {});
    if (elements.some((element) => CLICKABLE.has(element.type))) continue;
    yield {
      nodeIds: [node.id],
      edgeIds: [edge.id],
      params: { ...named(node), trigger },
      fix: fixOf(context, 'ADD_BUTTON', (writer) => writer.push({ op: 'set', kind: 'node', id: node.id, field: `elements.${writer.newId('element')}`, to: { order: orderAfterAll(node.elements), type: 'button', label: edge.data.label?.trim() || writer.word('continue') } })),
    };
  }
}

/** What an arm is called: its label, its condition, its port's label, or what its trigger or kind says. */
function armName(node: Node, edge: Edge): string {
  const { label, condition, trigger, kind } = edge.data;
  const port = edge.sourcePort !== undefined && Object.hasOwn(node.conditions ?? {}, edge.sourcePort) ? node.conditions![edge.sourcePort]!.label : '';
  const said = trigger === 'ifTrue' || kind === 'yes' ? 'Yes' : trigger === 'ifFalse' || kind === 'no' ? 'No' : trigger === 'onError' || kind === 'error' ? 'Error' : trigger === 'onTimeout' ? 'Timeout' : '';
  return label?.trim() || condition?.trim() || port.trim() || said;
}

/** Yes and No for the arms in `change`, where there are just two arms and the other one leaves no doubt. */
function labelFix(context: ReviewContext, arms: readonly Edge[], change: readonly Edge[], node: Node): Pick<Draft, 'fix'> {
  if (arms.length !== 2 || arms[0]!.source !== node.id || arms[1]!.source !== node.id) return {};
  const fix = fixOf(context, 'LABEL_BRANCHES', (writer) => {
    const other = arms.find((edge) => !change.includes(edge));
    // Which of two bare arms is the good one: the one that is not drawn as an error or as a way back.
    const isBad = (edge: Edge) => edge.data.kind === 'error' || edge.data.kind === 'loop' || context.view.node.get(edge.target)?.type === 'popup';
    const labels: ('yes' | 'no')[] = other ? [isNegative(armName(node, other)) ? 'yes' : 'no'] : isBad(arms[0]!) && !isBad(arms[1]!) ? ['no', 'yes'] : ['yes', 'no'];
    change.forEach((edge, index) => {
      writer.push({ op: 'set', kind: 'edge', id: edge.id, field: 'data.label', to: writer.word(labels[index]!) });
    });
  });
  return { fix };
}

function isByHand(trigger: Trigger): boolean {
  return trigger === 'onClick' || trigger === 'onSubmit' || trigger === 'onSwipe' || trigger === 'onHover';
}

function branching(context: ReviewContext): Node[] {
  return context.steps.filter((node) => node.type === 'decision' || node.type === 'condition');
}

function* triggers(context: ReviewContext): Iterable<[Node, Edge, Trigger]> {
  for (const node of context.steps) for (const { edge } of context.waysOut(node.id)) if (edge.source === node.id && edge.data.trigger) yield [node, edge, edge.data.trigger];
}
