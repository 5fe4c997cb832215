/** Rules of the skeleton: starts, ends, what is reached, what leads nowhere. */
import { byCodeUnit, connectedParts } from '../graph.ts';
import type { Node } from '../schema.ts';
import { endFor, fixOf, screenBefore } from './fixOps.ts';
import type { Draft } from './finding.ts';
import { named, type ReviewContext } from './reviewContext.ts';
import { saysError } from './wording.ts';

/** Nothing but a start, or nothing at all. */
const isEmpty = (context: ReviewContext) => context.steps.every((node) => node.type === 'start' || node.type === 'end') && context.steps.length <= 1;

export function* emptyFlow(context: ReviewContext): Iterable<Draft> {
  if (isEmpty(context)) yield { nodeIds: context.steps.map((node) => node.id) };
}

export function* noStart(context: ReviewContext): Iterable<Draft> {
  if (context.starts.length || isEmpty(context)) return;
  const roots = context.steps.filter((node) => !context.waysIn(node.id).some((way) => way.nodeId !== node.id) && context.waysOut(node.id).length > 0);
  const first = firstOnCanvas(roots.length ? roots : context.steps.filter((node) => node.type !== 'end'));
  if (!first) {
    yield {};
    return;
  }
  yield {
    nodeIds: [first.id],
    fix: fixOf(context, 'ADD_START', (writer) => {
      const start = writer.add(first, 'start', writer.word('start'), 'before');
      writer.connect(start.id, first.id);
    }),
  };
}

export function* severalStarts(context: ReviewContext): Iterable<Draft> {
  if (context.starts.length < 2) return;
  const kept = firstOnCanvas(context.starts.filter((node) => context.waysOut(node.id).length) ) ?? firstOnCanvas(context.starts)!;
  const others = context.starts.filter((node) => node !== kept);
  yield {
    nodeIds: [kept.id, ...others.map((node) => node.id)],
    params: { count: context.starts.length },
    fix: fixOf(context, 'MERGE_STARTS', (writer) => {
      const gone = new Set(others.map((node) => node.id));
      const targets = new Set(context.waysOut(kept.id).map((way) => way.nodeId));
      for (const start of others) {
        for (const { edge } of [...context.waysOut(start.id), ...context.waysIn(start.id)]) {
          if (edge.source !== start.id || gone.has(edge.target) || edge.target === kept.id || targets.has(edge.target)) continue;
          targets.add(edge.target);
          writer.push({ op: 'set', kind: 'edge', id: edge.id, field: 'source', to: kept.id });
        }
        writer.push({ op: 'remove', kind: 'node', id: start.id });
      }
    }),
  };
}

export function* noEnd(context: ReviewContext): Iterable<Draft> {
  if (context.ends.length || context.steps.length <= 1) return;
  const last = deadEnds(context);
  yield {
    nodeIds: last.map((node) => node.id),
    ...(last.length && {
      fix: fixOf(context, 'ADD_END', (writer) => {
        const end = writer.add(last[0]!, 'end', writer.word('end'));
        for (const node of last) writer.connect(node.id, end.id);
      }),
    }),
  };
}

export function* orphanNode(context: ReviewContext): Iterable<Draft> {
  if (context.steps.length <= 1) return;
  for (const node of context.steps) {
    if (!isOrphan(context, node)) continue;
    // The only start is what the flow hangs on; taking it away would make things worse.
    const isOnlyStart = node.type === 'start' && context.starts.length === 1;
    yield { nodeIds: [node.id], params: named(node), ...(!isOnlyStart && { fix: fixOf(context, 'REMOVE_NODE', (writer) => writer.push({ op: 'remove', kind: 'node', id: node.id })) }) };
  }
}

export function* unreachable(context: ReviewContext): Iterable<Draft> {
  if (!context.starts.length) return;
  const { graph, reached } = context;
  const isLost = (id: string) => !reached.has(id) && !isOrphan(context, context.view.node.get(id)!);
  const lost = graph.nodeIds.filter(isLost);
  if (!lost.length) return;
  const only = (ways: ReviewContext['graph']['outgoing']) => new Map(lost.map((id) => [id, ways.get(id)!.filter((way) => isLost(way.nodeId))]));
  // One missing edge loses a whole part: it is told once, its entrance first.
  for (const part of connectedParts({ nodeIds: lost, outgoing: only(graph.outgoing), incoming: only(graph.incoming) })) {
    const entrance = part.find((id) => !context.waysIn(id).length) ?? part[0]!;
    const first = context.view.node.get(entrance)!;
    yield { nodeIds: [entrance, ...part.filter((id) => id !== entrance)], params: { ...named(first), count: part.length } };
  }
}

export function* deadEnd(context: ReviewContext): Iterable<Draft> {
  if (context.steps.length <= 1) return;
  for (const node of deadEnds(context)) {
    // A message is closed and people are back where they were, if that place leads on without it.
    const back = node.type === 'popup' ? screenBefore(context, node) : null;
    yield {
      nodeIds: [node.id],
      params: named(node),
      fix:
        back && context.finishing.has(back.id)
          ? fixOf(context, 'ADD_WAY_BACK', (writer) => writer.connect(node.id, back.id, { label: writer.word(saysError(node.data.title) ? 'retry' : 'back'), kind: 'loop' }))
          : fixOf(context, 'CONNECT_TO_END', (writer) => writer.connect(node.id, endFor(context, writer, node))),
    };
  }
}

export function* loopWithoutExit(context: ReviewContext): Iterable<Draft> {
  for (const loop of context.loops) {
    const members = new Set(loop);
    const isClosed = loop.every((id) => context.view.node.get(id)!.type !== 'end' && context.waysOut(id).every((way) => members.has(way.nodeId)));
    if (!isClosed) continue;
    const nodes = loop.map((id) => context.view.node.get(id)!);
    const exit = nodes.find((node) => node.type === 'decision') ?? nodes.find((node) => node.type === 'screen') ?? nodes.find((node) => node.type !== 'condition' && node.type !== 'start') ?? nodes[0]!;
    yield {
      nodeIds: [exit.id, ...loop.filter((id) => id !== exit.id)],
      params: { ...named(exit), count: loop.length },
      fix: fixOf(context, 'ADD_EXIT', (writer) => writer.connect(exit.id, endFor(context, writer, exit), { label: writer.word('leave') })),
    };
  }
}

export function* startWithIncoming(context: ReviewContext): Iterable<Draft> {
  for (const start of context.starts) {
    const edges = context.waysIn(start.id).map((way) => way.edge).filter((edge) => edge.target === start.id);
    if (!edges.length) continue;
    const next = [...new Set(context.waysOut(start.id).map((way) => way.nodeId))].filter((id) => id !== start.id);
    const successor = next.length === 1 ? next[0]! : null;
    yield {
      nodeIds: [start.id],
      edgeIds: edges.map((edge) => edge.id),
      params: named(start),
      ...(successor && {
        fix: fixOf(context, 'LEAD_PAST_START', (writer) => {
          for (const edge of edges) {
            const isLoop = edge.source === start.id || edge.source === successor;
            if (isLoop) writer.push({ op: 'remove', kind: 'edge', id: edge.id });
            else writer.push({ op: 'set', kind: 'edge', id: edge.id, field: 'target', to: successor });
          }
        }),
      }),
    };
  }
}

export function* endWithOutgoing(context: ReviewContext): Iterable<Draft> {
  for (const end of context.ends) {
    const edges = context.waysOut(end.id).map((way) => way.edge).filter((edge) => edge.source === end.id);
    if (!edges.length) continue;
    yield { nodeIds: [end.id], edgeIds: edges.map((edge) => edge.id), params: named(end), fix: removeEdges(context, edges.map((edge) => edge.id)) };
  }
}

export function* selfLoop(context: ReviewContext): Iterable<Draft> {
  for (const node of context.steps) {
    const edges = context.waysOut(node.id).filter((way) => way.nodeId === node.id).map((way) => way.edge.id);
    if (!edges.length) continue;
    const left = context.waysOut(node.id).length - edges.length;
    const needed = node.type === 'decision' || node.type === 'condition' ? 2 : 1;
    yield { nodeIds: [node.id], edgeIds: edges, params: named(node), ...(left >= needed && { fix: removeEdges(context, edges) }) };
  }
}

export function* duplicateEdge(context: ReviewContext): Iterable<Draft> {
  for (const node of context.steps) {
    const seen = new Map<string, string>();
    for (const { edge } of context.waysOut(node.id)) {
      if (edge.source !== node.id) continue;
      const key = JSON.stringify([edge.target, edge.sourcePort ?? '', edge.data.label ?? '', edge.data.trigger ?? '', edge.data.condition ?? '']);
      const first = seen.get(key);
      if (first) yield { nodeIds: [node.id, edge.target], edgeIds: [edge.id, first], params: named(node), ...(node.type !== 'decision' && node.type !== 'condition' && { fix: removeEdges(context, [edge.id]) }) };
      else seen.set(key, edge.id);
    }
  }
}

function removeEdges(context: ReviewContext, ids: readonly string[]) {
  return fixOf(context, 'REMOVE_EDGE', (writer) => writer.push(...ids.map((id) => ({ op: 'remove', kind: 'edge', id }) as const)));
}

/** Steps that are entered (or start the flow) and never left; decisions have a rule of their own. */
function deadEnds(context: ReviewContext): Node[] {
  return context.steps.filter((node) => node.type !== 'end' && node.type !== 'decision' && node.type !== 'condition' && !context.waysOut(node.id).length && !isOrphan(context, node));
}

function isOrphan(context: ReviewContext, node: Node): boolean {
  return !context.waysOut(node.id).length && !context.waysIn(node.id).length;
}

/** The node that is read first: top left. */
function firstOnCanvas(nodes: readonly Node[]): Node | undefined {
  return [...nodes].sort((a, b) => a.position.x + a.position.y - (b.position.x + b.position.y) || byCodeUnit(a.id, b.id))[0];
}
