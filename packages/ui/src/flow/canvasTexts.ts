import { DEVICES, NODE_TYPES, PRIORITIES, STATUSES, type Edge, type FlowView, type Node } from '@uxflow/core';
import type { CanvasTexts } from './canvasContext.ts';
import type { SayLabel } from './flowLabels.ts';

/** What only those read who edit. */
export type EditingTexts = Pick<CanvasTexts, 'acceptGhost' | 'rejectGhost' | 'editTitle' | 'editDescription' | 'editLabel' | 'describe'>;

const NO_EDITING: EditingTexts = { acceptGhost: () => '', rejectGhost: () => '', editTitle: '', editDescription: '', editLabel: '', describe: '' };

/** What nodes and edges say in a language. `editing`: left out where nothing is edited. */
export function canvasTexts(say: SayLabel, editing: EditingTexts = NO_EDITING): CanvasTexts {
  const table = <K extends string>(keys: readonly K[], label: (key: K) => string) => Object.fromEntries(keys.map((key) => [key, label(key)])) as Record<K, string>;
  return {
    ...editing,
    nodeType: table(NODE_TYPES, (type) => say(`node.${type}`)),
    untitled: say('node.untitled'),
    moreElements: (count) => say('node.moreElements', { count }),
    variants: (count) => say('node.variantCount', { count }),
    checklist: (done, all) => say('node.checklistState', { done, all }),
    status: table(STATUSES, (status) => say(`status.${status}`)),
    priority: table(PRIORITIES, (priority) => say(`priority.${priority}`)),
    device: table(DEVICES, (device) => say(`device.${device}`)),
    edgeLabel: (edge) => edgeLabel(say, edge),
    findings: (count) => say('node.findingCount', { count }),
    comments: (count) => say('node.commentCount', { count }),
    pinned: say('node.pinned'),
    locked: say('node.locked'),
    members: (count) => say('frame.members', { count }),
    openSubflow: say('node.openSubflow'),
  };
}

/** The words on an edge: its label, else its condition, else what its kind or trigger says. */
export function edgeLabel(say: SayLabel, edge: Edge): string {
  const { label, condition, kind, trigger } = edge.data;
  if (label) return label;
  if (condition) return condition;
  if (kind === 'yes') return say('edge.yes');
  if (kind === 'no') return say('edge.no');
  return trigger ? say(`trigger.${trigger}`) : '';
}

/** The name of a node for assistive software. */
export function nodeName(say: SayLabel): (node: Node) => string {
  return (node) => `${say(`node.${node.type}`)}: ${node.data.title || say('node.untitled')}`;
}

/** The name of an edge for assistive software. */
export function edgeName(say: SayLabel): (edge: Edge, view: FlowView) => string {
  return (edge, view) => {
    const title = (id: string) => view.node.get(id)?.data.title || say('node.untitled');
    const label = edgeLabel(say, edge);
    return say('edge.name', { source: title(edge.source), target: title(edge.target) }) + (label ? `: ${label}` : '');
  };
}
