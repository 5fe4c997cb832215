import { DEVICES, NODE_TYPES, PRIORITIES, STATUSES, type Edge, type FlowView, type Node } from '@uxflow/core';
import type { CanvasTexts } from '@uxflow/ui';
import type { Translate } from '../../i18n/translate.ts';

/** What nodes and edges say in a language. */
export function canvasTexts(text: Translate): CanvasTexts {
  const table = <K extends string>(keys: readonly K[], say: (key: K) => string) => Object.fromEntries(keys.map((key) => [key, say(key)])) as Record<K, string>;
  return {
    nodeType: table(NODE_TYPES, (type) => text(`node.${type}`)),
    untitled: text('node.untitled'),
    moreElements: (count) => text('node.moreElements', { count }),
    variants: (count) => text('node.variantCount', { count }),
    checklist: (done, all) => text('node.checklistState', { done, all }),
    status: table(STATUSES, (status) => text(`status.${status}`)),
    priority: table(PRIORITIES, (priority) => text(`priority.${priority}`)),
    device: table(DEVICES, (device) => text(`device.${device}`)),
    edgeLabel: (edge) => edgeLabel(text, edge),
    findings: (count) => text('node.findingCount', { count }),
    comments: (count) => text('node.commentCount', { count }),
    pinned: text('node.pinned'),
    locked: text('node.locked'),
    acceptGhost: (title) => text('ghost.accept', { title }),
    rejectGhost: (title) => text('ghost.reject', { title }),
    editTitle: text('field.title'),
    editDescription: text('field.description'),
    editLabel: text('field.label'),
    describe: text('field.description'),
    members: (count) => text('frame.members', { count }),
    openSubflow: text('node.openSubflow'),
  };
}

/** The words on an edge: its label, else its condition, else what its kind or trigger says. */
export function edgeLabel(text: Translate, edge: Edge): string {
  const { label, condition, kind, trigger } = edge.data;
  if (label) return label;
  if (condition) return condition;
  if (kind === 'yes') return text('edge.yes');
  if (kind === 'no') return text('edge.no');
  if (trigger) return text(`trigger.${trigger}`);
  return '';
}

/** The name of a node for assistive software. */
export function nodeName(text: Translate): (node: Node) => string {
  return (node) => `${text(`node.${node.type}`)}: ${node.data.title || text('node.untitled')}`;
}

/** The name of an edge for assistive software. */
export function edgeName(text: Translate): (edge: Edge, view: FlowView) => string {
  return (edge, view) => {
    const title = (id: string) => view.node.get(id)?.data.title || text('node.untitled');
    const label = edgeLabel(text, edge);
    return text('edge.name', { source: title(edge.source), target: title(edge.target) }) + (label ? `: ${label}` : '');
  };
}
