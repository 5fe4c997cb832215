import type { FlowDocument, Edge, Node } from '../flow/index.ts';
import type { EditedFlow } from './pipeline.ts';

/** A flow in short: nodes as [type, title, description?] by key, edges as [from, to, label?]. */
export interface ShortFlow {
  name: string;
  nodes: Record<string, [string, string, string?]>;
  edges: [string, string, string?][];
}

/** What an instruction must come to. Titles name nodes; an edge may run through new decisions. */
export interface Expectation {
  clarify?: true;
  refuse?: true;
  added?: { titleLike: string | string[]; type?: string | string[]; afterTitle?: string; beforeTitle?: string; copyOf?: string }[];
  mayAdd?: { type?: string | string[] }[];
  removed?: string[];
  renamed?: [string, string][];
  mayRename?: string[];
  retyped?: [string, string][];
  edges?: [string, string, string?][];
  noEdges?: [string, string][];
  note?: { on: string; like: string };
  mentions?: string[];
  anyOf?: Expectation[];
}

export interface EditCase {
  id: string;
  flow: string;
  instruction: string;
  expect: Expectation;
}

/** The document of a short flow. */
export function documentOf(flow: ShortFlow, id: string): FlowDocument {
  const nodes = Object.entries(flow.nodes).map(([key, [type, title, description]], index) => {
    const data = { title, ...(description ? { description } : {}) };
    return [`node_${key}`, { id: `node_${key}`, type, position: { x: 64 + (index % 6) * 240, y: 64 + Math.floor(index / 6) * 160 }, data }];
  });
  const edges = flow.edges.map(([from, to, label]) => [`edge_${from}-${to}`, { id: `edge_${from}-${to}`, source: `node_${from}`, target: `node_${to}`, data: label ? { label } : {} }]);
  return { format: 'uxflow', version: 1, id: `flow_${id}`, name: flow.name, nodes: Object.fromEntries(nodes), edges: Object.fromEntries(edges) } as FlowDocument;
}

/** What is wrong with the outcome of an edit; empty when it is as expected. */
export function checkEdit(before: FlowDocument, result: EditedFlow, expect: Expectation): string[] {
  if (expect.clarify) return result.kind === 'clarify' && result.question ? [] : [`should clarify, but ${result.kind}`];
  if (expect.refuse) return result.kind === 'refuse' && result.reason ? [] : [`should refuse, but ${result.kind}`];
  if (result.kind !== 'document') return [`should edit, but ${result.kind}: ${result.kind === 'clarify' ? result.question : result.reason}`];
  const { anyOf, ...rest } = expect;
  const tried = (anyOf ?? [{}]).map((one) => compare(before, result.document, { ...rest, ...one }));
  return tried.sort((a, b) => a.length - b.length)[0]!;
}

function compare(before: FlowDocument, after: FlowDocument, expect: Expectation): string[] {
  const wrong: string[] = [];
  const old = new Map(Object.entries(before.nodes));
  const now = new Map(Object.entries(after.nodes));
  const idOf = (title: string) => [...old.values()].find((node) => node.data.title === title)?.id;
  const fresh = [...now.values()].filter((node) => !old.has(node.id));
  const made = new Map<string, Node>();
  for (const wanted of expect.added ?? []) {
    const names = [wanted.titleLike].flat();
    const node = fresh.find((item) => ![...made.values()].includes(item) && names.some((name) => like(item.data.title, name) >= 0.5) && isType(item.type, wanted.type));
    if (!node) wrong.push(`no new "${names[0]}" (but ${fresh.map((item) => `${item.type} "${item.data.title}"`).join(', ') || 'nothing'})`);
    else for (const name of names) made.set(name, node);
    if (node && wanted.copyOf && JSON.stringify({ ...node.data, title: '' }) !== JSON.stringify({ ...old.get(idOf(wanted.copyOf)!)!.data, title: '' })) wrong.push('the copy differs from its original');
  }
  const helpers = fresh.filter((node) => ![...made.values()].includes(node));
  for (const node of helpers) if (!(expect.mayAdd ?? []).some((allowed) => isType(node.type, allowed.type))) wrong.push(`unexpected new ${node.type} "${node.data.title}"`);
  const removed = new Set((expect.removed ?? []).map(idOf));
  for (const node of old.values()) if (removed.has(node.id) === now.has(node.id)) wrong.push(`"${node.data.title}" is ${now.has(node.id) ? 'still there' : 'gone'}`);
  const renamed = new Map((expect.renamed ?? []).map(([from, to]) => [idOf(from), to]));
  const retyped = new Map((expect.retyped ?? []).map(([title, type]) => [idOf(title), type]));
  const noted = expect.note && idOf(expect.note.on);
  for (const node of old.values()) {
    const kept = now.get(node.id);
    if (!kept) continue;
    const title = renamed.get(node.id) ?? ((expect.mayRename ?? []).includes(node.data.title) ? kept.data.title : node.data.title);
    const data = noted === node.id ? kept.data : { ...node.data, title };
    const wanted = { ...node, type: retyped.get(node.id) ?? node.type, data: { ...data, title }, position: kept.position };
    if (JSON.stringify(sorted(wanted)) !== JSON.stringify(sorted(kept))) wrong.push(`"${node.data.title}" became ${JSON.stringify(kept)}`);
    // Nothing that stands already is moved, but for the two of a swap.
    const isSwap = (expect.noEdges ?? []).length >= 3;
    if (!isSwap && JSON.stringify(node.position) !== JSON.stringify(kept.position)) wrong.push(`"${node.data.title}" was moved`);
  }
  const isHelper = (id: string) => helpers.some((node) => node.id === id);
  const ways = (from: string, seen: string[] = []): { to: string; path: Edge[] }[] =>
    Object.values(after.edges).filter((edge) => edge.source === from).flatMap((edge) => (!isHelper(edge.target) || seen.includes(edge.target) ? [{ to: edge.target, path: [edge] }] : ways(edge.target, [...seen, edge.target]).map((way) => ({ to: way.to, path: [edge, ...way.path] }))));
  const ref = (title: string) => made.get(title)?.id ?? idOf(title) ?? [...renamed].find(([, to]) => to === title)?.[0] ?? title;
  const must: [string, string, string?][] = [...(expect.edges ?? [])];
  const gone = [...(expect.noEdges ?? [])];
  for (const wanted of expect.added ?? []) {
    const name = [wanted.titleLike].flat()[0]!;
    if (wanted.afterTitle) must.push([wanted.afterTitle, name]);
    if (wanted.beforeTitle) must.push([name, wanted.beforeTitle]);
    if (wanted.afterTitle && wanted.beforeTitle && !(expect.edges ?? []).some(([a, b]) => a === wanted.afterTitle && b === wanted.beforeTitle) && idOf(wanted.afterTitle)) gone.push([wanted.afterTitle, wanted.beforeTitle]);
  }
  for (const [from, to, label] of must) {
    const found = ways(ref(from)).filter((way) => way.to === ref(to));
    if (!found.length) wrong.push(`no way "${from}" -> "${to}"`);
    else if (label && !found.some((way) => way.path.some((edge) => plain(edge.data.label ?? '').includes(plain(label))))) wrong.push(`the way "${from}" -> "${to}" does not say "${label}"`);
  }
  for (const [from, to] of gone) {
    const listed = must.some(([a, b]) => ref(a) === ref(from) && ref(b) === ref(to));
    if (!listed && ways(ref(from)).some((way) => way.to === ref(to))) wrong.push(`the way "${from}" -> "${to}" is still there`);
  }
  for (const edge of Object.values(before.edges)) {
    if (removed.has(edge.source) || removed.has(edge.target) || gone.some(([a, b]) => ref(a) === edge.source && ref(b) === edge.target)) continue;
    if (!ways(edge.source).some((way) => way.to === edge.target)) wrong.push(`the way "${old.get(edge.source)!.data.title}" -> "${old.get(edge.target)!.data.title}" is gone`);
  }
  if (expect.note && !plain(now.get(noted!)?.data.description ?? '').includes(plain(expect.note.like))) wrong.push(`no note "${expect.note.like}"`);
  if (expect.mentions && !expect.mentions.some((word) => fresh.some((node) => node.data.title.toLowerCase().includes(word.toLowerCase())))) wrong.push(`"${expect.mentions[0]}" is not mentioned`);
  return wrong;
}

const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
const isType = (type: string, wanted: string | string[] | undefined): boolean => wanted === undefined || [wanted].flat().includes(type);
const sorted = (value: unknown): unknown => (typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)])) : value);

/** Likeness of two titles, 0 to 1, by the beginnings of their words. */
function like(a: string, b: string): number {
  if (plain(a) === plain(b)) return 1;
  const starts = (text: string) => new Set((text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []).map((word) => word.slice(0, 5)));
  const [x, y] = [starts(a), starts(b)];
  return (2 * [...x].filter((word) => y.has(word)).length) / Math.max(1, x.size + y.size);
}
