import type { FlowView, Node, NodeType } from '../flow/schema.ts';
import { inReadingOrder } from './readingOrder.ts';

/** How each type is drawn in Mermaid: the brackets around the label. */
const SHAPES: Record<NodeType, [string, string]> = {
  start: ['([', '])'],
  end: ['([', '])'],
  screen: ['[', ']'],
  popup: ['(', ')'],
  action: ['[/', '/]'],
  apiCall: ['[[', ']]'],
  decision: ['{', '}'],
  condition: ['{{', '}}'],
  subflow: ['[(', ')]'],
  note: ['>', ']'],
};

/**
 * The flow as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html): frames as subgraphs, one class a type. Ids are
 * `n1`, `n2` … in reading order, so that the same flow always gives the same text.
 */
export function mermaidText(view: FlowView): string {
  const nodes = inReadingOrder(view);
  const names = new Map(nodes.map((node, index) => [node.id, `n${index + 1}`]));
  const lines = [`flowchart ${view.flow.settings?.direction === 'down' ? 'TD' : 'LR'}`];
  const line = (node: Node) => {
    const [open, close] = SHAPES[node.type];
    return `${names.get(node.id)}${open}"${escapeLabel(node.data.title)}"${close}:::${node.type === 'end' ? 'finish' : node.type}`;
  };

  for (const node of nodes) if (!node.frameId) lines.push(`  ${line(node)}`);
  const frames = [...view.frame.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const [index, frame] of frames.entries()) {
    lines.push(`  subgraph f${index + 1}["${escapeLabel(frame.title)}"]`);
    for (const node of nodes) if (node.frameId === frame.id) lines.push(`    ${line(node)}`);
    lines.push('  end');
  }
  const edges = [...view.edge.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const edge of edges) {
    const source = view.node.get(edge.source);
    const port = edge.sourcePort ? source?.conditions?.[edge.sourcePort]?.label : undefined;
    const label = [edge.data.label ?? port, edge.data.condition].filter(Boolean).join(': ');
    const arrow = edge.style?.bothWays ? '<-->' : edge.style?.dash === 'dashed' || edge.data.kind === 'error' ? '-.->' : '-->';
    lines.push(`  ${names.get(edge.source)} ${arrow}${label ? `|"${escapeLabel(label)}"|` : ''} ${names.get(edge.target)}`);
  }

  const used = new Set(nodes.map((node) => node.type));
  for (const [type, style] of Object.entries(CLASS_STYLES)) {
    if (used.has(type as NodeType)) lines.push(`  classDef ${type === 'end' ? 'finish' : type} ${style}`);
  }
  return `${lines.join('\n')}\n`;
}

const CLASS_STYLES: Record<NodeType, string> = {
  start: 'stroke:#10b981',
  end: 'stroke:#ef4444',
  screen: 'stroke:#3b82f6',
  popup: 'stroke:#3b82f6,stroke-dasharray:4 2',
  action: 'stroke:#8b5cf6',
  apiCall: 'stroke:#8b5cf6',
  decision: 'stroke:#f59e0b',
  condition: 'stroke:#f97316',
  subflow: 'stroke:#6366f1',
  note: 'stroke:#fbbf24,stroke-dasharray:4 2',
};

/** Mermaid reads `#name;` as an entity inside quotes; a bare quote would end the label. */
function escapeLabel(text: string): string {
  return text.replace(/#/g, '#35;').replace(/"/g, '#quot;').replace(/\s*\n\s*/g, '<br>');
}
