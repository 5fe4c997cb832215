/** Rules of sub-flows. They look across flows, so they are findings and never facts of a log; every walk has a visited set. */
import { byCodeUnit } from '../graph.ts';
import type { FlowView, Node } from '../schema.ts';
import type { Draft } from './finding.ts';
import { named, type ReviewContext } from './reviewContext.ts';

/** Levels of sub-flows below a flow that people can still follow. */
export const MAXIMUM_SUBFLOW_DEPTH = 5;

export function* subflowWithoutTarget(context: ReviewContext): Iterable<Draft> {
  for (const node of context.steps) if (node.type === 'subflow' && !node.data.subflowId) yield { nodeIds: [node.id], params: named(node) };
}

export function* subflowUnknown(context: ReviewContext): Iterable<Draft> {
  const flows = context.options.otherFlows;
  if (!flows) return;
  for (const [node, target] of links(context.view)) if (target !== context.view.flow.id && !flows.has(target)) yield { nodeIds: [node.id], params: { ...named(node), flowId: target } };
}

export function* subflowSelf(context: ReviewContext): Iterable<Draft> {
  for (const [node, target] of links(context.view)) if (target === context.view.flow.id) yield { nodeIds: [node.id], params: named(node) };
}

export function* subflowCycle(context: ReviewContext): Iterable<Draft> {
  const flows = context.options.otherFlows;
  if (!flows) return;
  const own = context.view.flow.id;
  for (const [node, target] of links(context.view)) {
    if (target === own) continue;
    const path = pathTo(flows, target, own);
    if (path) yield { nodeIds: [node.id], params: { ...named(node), flows: path.map((id) => flows.get(id)?.flow.name || id).join(' > ') } };
  }
}

export function* subflowTooDeep(context: ReviewContext): Iterable<Draft> {
  const flows = context.options.otherFlows;
  if (!flows) return;
  for (const [node, target] of links(context.view)) {
    if (target === context.view.flow.id) continue;
    const depth = depthOf(flows, target, context.view.flow.id);
    if (depth > MAXIMUM_SUBFLOW_DEPTH) yield { nodeIds: [node.id], params: { ...named(node), maximum: MAXIMUM_SUBFLOW_DEPTH } };
  }
}

function links(view: FlowView): [Node, string][] {
  const out: [Node, string][] = [];
  for (const node of view.node.values()) if (node.type === 'subflow' && node.data.subflowId) out.push([node, node.data.subflowId]);
  return out.sort(([a], [b]) => byCodeUnit(a.id, b.id));
}

function pathTo(flows: ReadonlyMap<string, FlowView>, from: string, to: string): string[] | null {
  const cameFrom = new Map<string, string | null>([[from, null]]);
  const queue = [from];
  for (let at = 0; at < queue.length; at++) {
    const view = flows.get(queue[at]!);
    if (!view) continue;
    for (const [, next] of links(view)) {
      if (next === to) {
        const path: string[] = [];
        for (let step: string | null = queue[at]!; step !== null; step = cameFrom.get(step)!) path.unshift(step);
        return path;
      }
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, queue[at]!);
      queue.push(next);
    }
  }
  return null;
}

/** Levels of flows from `id` down, counted to one more than is allowed; flows that go round below count as too deep. */
function depthOf(flows: ReadonlyMap<string, FlowView>, id: string, own: string): number {
  let level = new Set([id]);
  let depth = 0;
  while (level.size && depth <= MAXIMUM_SUBFLOW_DEPTH) {
    depth++;
    const next = new Set<string>();
    for (const flowId of level) for (const [, target] of flows.has(flowId) ? links(flows.get(flowId)!) : []) if (target !== own && target !== flowId) next.add(target);
    level = next;
  }
  return depth;
}
