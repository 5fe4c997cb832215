import { type Edge, type FlowDocument, type NodeType } from '@uxflow/core';

/** A step for `flowFile`: its type, its title and where it stands. */
export type Step = readonly [type: NodeType, title: string, x: number, y: number, extra?: Record<string, unknown>];

/**
 * The text of a `.uxflow` file. Nodes are named `node_0`, `node_1`, … in the order of the steps; an arrow `[0, 1, 'label']` is the edge `edge_0` between them.
 * Everything else of the document can be given in `rest`.
 */
export function flowFile(name: string, steps: readonly Step[], arrows: readonly (readonly [number, number, string?])[], rest: Partial<FlowDocument> = {}): string {
  const nodes = Object.fromEntries(steps.map(([type, title, x, y, { data, ...extra } = {}], index) => [`node_${index}`, { id: `node_${index}`, type, position: { x, y }, data: { title, ...(data as object | undefined) }, ...extra }]));
  const edges = Object.fromEntries(arrows.map(([source, target, label], index): [string, Edge] => [`edge_${index}`, { id: `edge_${index}`, source: `node_${source}`, target: `node_${target}`, data: label ? { label } : {} }]));
  return JSON.stringify({ format: 'uxflow', version: 1, id: 'flow_file', name, nodes, edges, ...rest });
}

/** Three screens in a row, the first two connected. */
export const THREE_SCREENS = flowFile('Three screens', [['screen', 'Cart', 0, 0], ['screen', 'Address', 336, 0], ['screen', 'Payment', 672, 0]], [[0, 1, 'continue']]);

/** A flow of many screens in rows, each connected with the next. */
export function largeFlow(count: number): string {
  const steps = Array.from({ length: count }, (_, index): Step => ['screen', `Screen ${index}`, (index % 100) * 320, Math.floor(index / 100) * 240]);
  return flowFile('Large', steps, steps.slice(1).map((_, index) => [index, index + 1] as const));
}
