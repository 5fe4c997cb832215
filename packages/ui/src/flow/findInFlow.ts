import type { FlowView } from '@uxflow/core';

/** Ids of what holds the words, in reading order (top to bottom, then left to right). */
export function findInFlow(view: FlowView, query: string): string[] {
  const words = query.trim().toLowerCase();
  if (!words) return [];
  const holds = (...texts: (string | undefined)[]) => texts.some((each) => each?.toLowerCase().includes(words));
  const items = (list: Readonly<Record<string, object>> | undefined) => Object.values(list ?? {}).flatMap((item) => Object.entries(item).flatMap(([key, value]) => (key !== 'order' && key !== 'type' && typeof value === 'string' ? [value] : [])));
  const nodes = [...view.node.values()]
    .filter((node) => holds(node.data.title, node.data.description, node.data.url, node.data.condition, ...items(node.elements), ...items(node.variants), ...items(node.checklist), ...items(node.conditions), ...items(node.links)))
    .sort((a, b) => a.position.y - b.position.y || a.position.x - b.position.x);
  const edges = [...view.edge.values()].filter((edge) => holds(edge.data.label, edge.data.condition));
  const frames = [...view.frame.values()].filter((frame) => holds(frame.title, frame.description));
  return [...nodes, ...frames, ...edges].map(({ id }) => id);
}
