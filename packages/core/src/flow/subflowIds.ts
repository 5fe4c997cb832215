import type { FlowView } from './schema.ts';

/** The flows that steps of a flow open, each once, in the order of the steps' ids; the flow itself is none of them. */
export function subflowIdsOf(view: Pick<FlowView, 'node' | 'flow'>): string[] {
  const ids = new Set<string>();
  for (const id of [...view.node.keys()].sort()) {
    const { type, data } = view.node.get(id)!;
    if (type === 'subflow' && data.subflowId && data.subflowId !== view.flow.id) ids.add(data.subflowId);
  }
  return [...ids];
}
