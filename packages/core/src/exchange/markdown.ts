import { isSafeLink } from '../flow/safeLink.ts';
import type { Edge, FlowView, Node, NodeType } from '../flow/schema.ts';
import { inReadingOrder } from './readingOrder.ts';

const TYPE_NAMES: Record<NodeType, string> = {
  start: 'Start',
  end: 'End',
  screen: 'Screen',
  popup: 'Popup',
  action: 'Action',
  apiCall: 'API call',
  decision: 'Decision',
  condition: 'Condition',
  subflow: 'Sub-flow',
  note: 'Note',
};

/** The flow as a specification that people read: every node in reading order with what is on it and where it leads. */
export function markdownText(view: FlowView): string {
  const nodes = inReadingOrder(view).filter((node) => node.type !== 'note');
  const numbers = new Map(nodes.map((node, index) => [node.id, index + 1]));
  const edges = [...view.edge.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const parts = [`# ${text(view.flow.name || 'Flow')}`];
  if (view.flow.description) parts.push(withoutImages(view.flow.description));
  const personas = [...view.persona.values()];
  if (personas.length) parts.push(`## Personas\n\n${personas.map((p) => `- **${text(p.name)}**${p.description ? `: ${text(p.description)}` : ''}`).join('\n')}`);
  const goals = [...view.goal.values()];
  if (goals.length) parts.push(`## Goals\n\n${goals.map((g) => `- **${text(g.name)}**${g.description ? `: ${text(g.description)}` : ''}`).join('\n')}`);
  parts.push('## Steps');
  for (const node of nodes) parts.push(section(view, node, numbers, edges));
  const notes = [...view.node.values()].filter((node) => node.type === 'note');
  if (notes.length) parts.push(`## Notes\n\n${notes.map((n) => `- ${text([n.data.title, n.data.description].filter(Boolean).join(': '))}`).join('\n')}`);
  return `${parts.join('\n\n')}\n`;
}

function section(view: FlowView, node: Node, numbers: ReadonlyMap<string, number>, edges: readonly Edge[]): string {
  const frame = node.frameId ? view.frame.get(node.frameId) : undefined;
  const facts = [TYPE_NAMES[node.type], node.data.actor, frame && `in ${frame.title}`, node.device, node.priority].filter(Boolean).join(', ');
  const lines = [`### ${numbers.get(node.id)}. ${text(node.data.title)}`, '', `*${text(facts)}*`];
  if (node.data.description) lines.push('', withoutImages(node.data.description));
  if (node.data.url) lines.push('', `\`${node.data.method ?? 'GET'} ${node.data.url}\``);
  if (node.data.condition) lines.push('', `Condition: ${text(node.data.condition)}`);
  for (const [title, items] of [
    ['On the screen', ordered(node.elements).map((e) => `${text(e.label)} (${e.type}${e.required ? ', required' : ''})`)],
    ['States', ordered(node.variants).map((v) => `${text(v.name)} (${v.type})`)],
    ['Checklist', ordered(node.checklist).map((c) => `[${c.done ? 'x' : ' '}] ${text(c.label)}`)],
    ['Links', ordered(node.links).map((l) => (isSafeLink(l.url) ? `[${text(l.label ?? l.url)}](<${l.url.replace(/[<>]/g, encodeURIComponent)}>)` : text(`${l.label ?? ''} ${l.url}`.trim())))],
    ['Sources', ordered(node.citations).map((c) => `${text(c.title)}${c.page ? `, page ${c.page}` : ''}`)],
  ] as const) {
    if (items.length) lines.push('', `${title}:`, '', ...items.map((item) => `- ${item}`));
  }
  const ways = edges.filter((edge) => edge.source === node.id);
  if (ways.length) lines.push('', 'Leads to:', '', ...ways.map((edge) => `- ${way(view, node, edge, numbers)}`));
  return lines.join('\n');
}

function way(view: FlowView, node: Node, edge: Edge, numbers: ReadonlyMap<string, number>): string {
  const port = edge.sourcePort ? node.conditions?.[edge.sourcePort]?.label : undefined;
  const when = edge.data.label ?? port ?? edge.data.condition ?? edge.data.trigger;
  const target = view.node.get(edge.target);
  return `${when ? `**${text(when)}**: ` : ''}${numbers.get(edge.target) ?? '-'}. ${text(target?.data.title ?? '')}`;
}

function ordered<T extends { order: string }>(items: Record<string, T> | undefined): T[] {
  return Object.entries(items ?? {})
    .sort(([a, x], [b, y]) => (x.order < y.order ? -1 : x.order > y.order ? 1 : a < b ? -1 : 1))
    .map(([, item]) => item);
}

/** Prose whose images are not loaded by whoever opens the file: an address inside could tell that it was read. */
function withoutImages(prose: string): string {
  return prose.replace(/!\[/g, '!\\[').replace(/<(?=\/?[a-z!])/gi, '\\<');
}

/** One line of text that Markdown does not read as markup. */
function text(value: string): string {
  return value.replace(/\s*\n\s*/g, ' ').replace(/([\\`*_{}[\]<>#|])/g, '\\$1');
}
