import { inReadingOrder } from '../../exchange/index.ts';
import type { FlowView } from '../../flow/index.ts';

/** A flow as an agent reads it with few tokens: a line for every step in reading order, then one for every arrow, ids first. */
export function flowOutline(view: FlowView): string {
  const { flow } = view;
  const lines = [`# ${flow.name}`, ...(flow.description ? [flow.description] : []), '', 'Steps (id type "title" details):'];
  for (const node of inReadingOrder(view)) {
    const details = [
      node.data.description ? `description ${JSON.stringify(node.data.description)}` : '',
      node.data.condition ? `condition ${JSON.stringify(node.data.condition)}` : '',
      listed('elements', node.elements, ({ type, label }) => `${String(type)} ${JSON.stringify(label ?? '')}`),
      listed('states', node.variants, ({ type, name }) => String(name ?? type)),
      node.frameId ? `in ${node.frameId}` : '',
    ].filter(Boolean);
    lines.push([node.id, node.type, JSON.stringify(node.data.title), ...(details.length ? [`(${details.join('; ')})`] : [])].join(' '));
  }
  if (!view.node.size) lines.push('none yet');
  lines.push('', 'Arrows (id source -> target "label"):');
  for (const edge of view.edge.values()) {
    const words = [edge.data.label ? JSON.stringify(edge.data.label) : '', edge.data.trigger ?? ''].filter(Boolean);
    lines.push([edge.id, edge.source, '->', edge.target, ...words].join(' '));
  }
  if (!view.edge.size) lines.push('none yet');
  if (view.frame.size) lines.push('', 'Frames (id "title"):', ...[...view.frame.values()].map((frame) => `${frame.id} ${JSON.stringify(frame.title)}`));
  return `${lines.join('\n')}\n`;
}

function listed(name: string, items: object | undefined, say: (item: Record<string, unknown>) => string): string {
  const all = Object.values(items ?? {}) as Record<string, unknown>[];
  return all.length ? `${name}: ${all.map(say).join(', ')}` : '';
}
