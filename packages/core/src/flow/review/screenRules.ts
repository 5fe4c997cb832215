/** Rules of what a person meets: error paths, states of a screen, ways back. */
import { byCodeUnit, reachableFrom, reaching } from '../graph.ts';
import { orderAfterAll, orderBetween } from '../order.ts';
import type { Edge, Node, VariantType } from '../schema.ts';
import { errorTarget, fixOf, screenBefore } from './fixOps.ts';
import type { Draft } from './finding.ts';
import { named, type ReviewContext } from './reviewContext.ts';
import { namesList, saysBack, saysError } from './wording.ts';

export function* missingErrorPath(context: ReviewContext): Iterable<Draft> {
  for (const node of context.steps) {
    if (node.type !== 'apiCall' || !context.waysOut(node.id).length) continue;
    const ways = context.waysOut(node.id);
    if (ways.some((way) => isErrorWay(context, way.edge, way.nodeId) || isQuestion(context, way.nodeId))) continue;
    yield {
      nodeIds: [node.id],
      params: named(node),
      fix: fixOf(context, 'ADD_ERROR_PATH', (writer) => writer.connect(node.id, errorTarget(context, writer, node, 'failed'), { label: writer.word('error'), trigger: 'onError', kind: 'error' })),
    };
  }
}

export function* apiCallWithoutUrl(context: ReviewContext): Iterable<Draft> {
  for (const node of context.steps) if (node.type === 'apiCall' && !node.data.url?.trim()) yield { nodeIds: [node.id], params: named(node) };
}

export function* missingStates(context: ReviewContext): Iterable<Draft> {
  for (const node of context.steps) {
    if (node.type !== 'screen' || !showsList(node)) continue;
    const has = new Set(Object.values(node.variants ?? {}).map((variant) => variant.type));
    const missing = (['loading', 'empty', 'error'] as const).filter((state) => !has.has(state) && !isDrawn(context, node, state));
    if (missing.length) yield { nodeIds: [node.id], params: { ...named(node), states: missing }, fix: addVariants(context, node, missing) };
  }
}

export function* formWithoutError(context: ReviewContext): Iterable<Draft> {
  for (const node of context.steps) {
    if (node.type !== 'screen' && node.type !== 'popup') continue;
    const hasInput = Object.values(node.elements ?? {}).some((element) => element.type === 'input' || element.type === 'select');
    const ways = context.waysOut(node.id);
    if (!hasInput || !ways.length || Object.values(node.variants ?? {}).some((variant) => variant.type === 'error')) continue;
    const isHandled = ways.some((way) => {
      const next = context.view.node.get(way.nodeId)!;
      return isErrorWay(context, way.edge, way.nodeId) || isQuestion(context, way.nodeId) || next.type === 'apiCall' || context.waysOut(next.id).some((after) => isQuestion(context, after.nodeId) || isErrorWay(context, after.edge, after.nodeId));
    });
    if (!isHandled) yield { nodeIds: [node.id], params: named(node), fix: addVariants(context, node, ['error']) };
  }
}

/**
 * Screens behind other screens from which nobody comes back. Told once a flow: where a whole wizard runs forwards, the thought
 * is one. The last screen of a way is a result, not a trap; a button that says "Back" is enough.
 */
export function* noWayBack(context: ReviewContext): Iterable<Draft> {
  const { graph } = context;
  const screens = context.steps.filter((node) => node.type === 'screen');
  const behindScreens = reachableFrom(graph, screens.flatMap((node) => context.waysOut(node.id).filter((way) => way.nodeId !== node.id).map((way) => way.nodeId)));
  const beforeScreens = reaching(graph, screens.flatMap((node) => context.waysIn(node.id).filter((way) => way.nodeId !== node.id).map((way) => way.nodeId)));
  const inLoop = new Set(context.loops.filter((loop) => loop.length > 1).flat());
  const trapped = screens.filter(
    (node) =>
      context.reached.has(node.id) &&
      behindScreens.has(node.id) &&
      !inLoop.has(node.id) &&
      beforeScreens.has(node.id) &&
      !Object.values(node.elements ?? {}).some((element) => saysBack(element.label)) &&
      !context.waysOut(node.id).some((way) => saysBack(way.edge.data.label)),
  );
  if (!trapped.length) return;
  yield {
    nodeIds: trapped.map((node) => node.id),
    params: { ...named(trapped[0]!), count: trapped.length },
    fix: fixOf(context, 'ADD_WAY_BACK', (writer) => {
      for (const node of trapped) {
        const before = screenBefore(context, node);
        if (before) writer.connect(node.id, before.id, { label: writer.word('back'), kind: 'loop' });
      }
    }),
  };
}

export function* openComment(context: ReviewContext): Iterable<Draft> {
  const threads = new Map<string, { nodeIds: string[]; edgeIds: string[]; params: Record<string, string | number> }>();
  for (const comment of [...context.view.comment.values()].sort((a, b) => byCodeUnit(a.id, b.id))) {
    if (comment.resolved || comment.replyToId) continue;
    const key = comment.nodeId ?? comment.edgeId ?? comment.frameId ?? '';
    const thread = threads.get(key) ?? { nodeIds: comment.nodeId ? [comment.nodeId] : [], edgeIds: comment.edgeId ? [comment.edgeId] : [], params: { count: 0, ...(comment.frameId ? { frameId: comment.frameId } : {}) } };
    thread.params.count = Number(thread.params.count) + 1;
    threads.set(key, thread);
  }
  yield* threads.values();
}

function isErrorWay(context: ReviewContext, edge: Edge, targetId: string): boolean {
  const { trigger, kind, label, condition } = edge.data;
  if (trigger === 'onError' || trigger === 'onTimeout' || kind === 'error' || saysError(label) || saysError(condition)) return true;
  const target = context.view.node.get(targetId)!;
  return (target.type === 'popup' || target.type === 'screen') && saysError(target.data.title);
}

function isQuestion(context: ReviewContext, id: string): boolean {
  const { type } = context.view.node.get(id)!;
  return type === 'decision' || type === 'condition';
}

function showsList(node: Node): boolean {
  return namesList(node.data.title) || Object.values(node.elements ?? {}).some((element) => element.type === 'list');
}

/** A state may be a node of its own instead of a variant: "No results", a spinner, an error popup right after the screen. */
function isDrawn(context: ReviewContext, node: Node, state: VariantType): boolean {
  const around = [...context.waysOut(node.id), ...context.waysIn(node.id)];
  return around.some((way) => {
    const near = context.view.node.get(way.nodeId)!;
    const texts = [near.data.title, way.edge.data.label ?? ''].join(' ');
    if (state === 'error') return isErrorWay(context, way.edge, way.nodeId);
    if (state === 'empty') return /\b(no|none|nothing|empty|keine?|nichts|leer)\b/i.test(texts) && near.type !== 'decision';
    return /\b(loading|spinner|skeleton|wait|wird geladen|lade|warten)/i.test(texts);
  });
}

function addVariants(context: ReviewContext, node: Node, states: readonly ('loading' | 'empty' | 'error')[]) {
  return fixOf(context, 'ADD_STATES', (writer) => {
    let order = orderAfterAll(node.variants);
    for (const state of states) {
      writer.push({ op: 'set', kind: 'node', id: node.id, field: `variants.${writer.newId('variant')}`, to: { order, type: state, name: writer.word(state) } });
      order = orderBetween(order, null);
    }
  });
}
