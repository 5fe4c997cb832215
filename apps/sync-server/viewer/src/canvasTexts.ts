import { DEVICES, NODE_TYPES, PRIORITIES, STATUSES, type Edge, type FlowView, type Node } from '@uxflow/core';
import type { CanvasTexts } from '@uxflow/ui';
import type { Translate } from './texts.ts';

/** What nodes and edges say in a language; what only editors read is empty. */
export function canvasTexts(text: Translate): CanvasTexts {
  const table = <K extends string>(keys: readonly K[], say: (key: K) => string) => Object.fromEntries(keys.map((key) => [key, say(key)])) as Record<K, string>;
  return {
    nodeType: table(NODE_TYPES, (type) => text(`node.${type}`)),
    untitled: text('untitled'),
    moreElements: (count) => text('moreElements', { count }),
    variants: (count) => text('variantCount', { count }),
    checklist: (done, all) => text('checklistState', { done, all }),
    status: table(STATUSES, (status) => text(`status.${status}`)),
    priority: table(PRIORITIES, (priority) => text(`priority.${priority}`)),
    device: table(DEVICES, (device) => text(`device.${device}`)),
    edgeLabel: (edge) => edgeLabel(text, edge),
    findings: (count) => text('findingCount', { count }),
    comments: (count) => text('commentCount', { count }),
    pinned: text('pinned'),
    locked: text('locked'),
    acceptGhost: () => '',
    rejectGhost: () => '',
    editTitle: '',
    editDescription: '',
    editLabel: '',
    describe: '',
    members: (count) => text('members', { count }),
    openSubflow: text('openSubflow'),
  };
}

/** The words on an edge: its label, else its condition, else what its kind or trigger says. */
export function edgeLabel(text: Translate, edge: Edge): string {
  const { label, condition, kind, trigger } = edge.data;
  if (label) return label;
  if (condition) return condition;
  if (kind === 'yes') return text('yes');
  if (kind === 'no') return text('no');
  return trigger ? text(`trigger.${trigger}`) : '';
}

/** The name of a node for assistive software. */
export function nodeName(text: Translate): (node: Node) => string {
  return (node) => `${text(`node.${node.type}`)}: ${node.data.title || text('untitled')}`;
}

/** The name of an edge for assistive software. */
export function edgeName(text: Translate): (edge: Edge, view: FlowView) => string {
  return (edge, view) => {
    const title = (id: string) => view.node.get(id)?.data.title || text('untitled');
    const label = edgeLabel(text, edge);
    return text('edgeName', { source: title(edge.source), target: title(edge.target) }) + (label ? `: ${label}` : '');
  };
}
