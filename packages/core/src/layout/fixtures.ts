/** Flows for the layout tests and the layout bench: built from short lines, in code, so that each shows its structure. */
import type { Edge, FlowView, Frame, Node, NodeType, Point } from '../flow/schema.ts';

/** What may be said of a node beside its title. */
export type NodeExtra = Partial<Omit<Node, 'id' | 'type' | 'data'>> & { description?: string };

/**
 * A view from lines: `a > b > c` chains, `a > b: label` labels an edge. A node's type is read from its id's first letters
 * (`start`, `end`, `decision`, `api`, `note`, `popup`, `condition`), else it is a screen. Positions are all 0.
 */
export function flowOf(lines: string, extra: Record<string, NodeExtra> = {}, frames: readonly string[] = []): FlowView {
  const nodes = new Map<string, Node>();
  const edges = new Map<string, Edge>();
  const touch = (name: string): string => {
    const id = `node_${name}`;
    if (!nodes.has(id)) {
      const { description, ...rest } = extra[name] ?? {};
      nodes.set(id, { id, type: typeOf(name), position: { x: 0, y: 0 }, data: { title: titleOf(name), ...(description ? { description } : {}) }, ...rest });
    }
    return id;
  };
  for (const line of lines.split('\n').map((text) => text.trim()).filter(Boolean)) {
    const [chain, label] = line.split(':').map((text) => text.trim());
    const names = chain!.split('>').map((text) => text.trim());
    names.forEach((name, index) => {
      const id = touch(name);
      if (index === 0) return;
      const edgeId = `edge_${String(edges.size).padStart(4, '0')}`;
      edges.set(edgeId, { id: edgeId, source: `node_${names[index - 1]}`, target: id, data: label ? { label } : {} });
    });
  }
  return viewOf(nodes, edges, new Map(frames.map((name): [string, Frame] => [`frame_${name}`, { id: `frame_${name}`, title: name, position: { x: 0, y: 0 }, size: { width: 320, height: 240 } }])));
}

/** A view of these maps alone. */
export function viewOf(node: ReadonlyMap<string, Node>, edge: ReadonlyMap<string, Edge>, frame: ReadonlyMap<string, Frame> = new Map()): FlowView {
  const none = new Map<string, never>();
  return { flow: { id: 'flow_layout', name: 'Layout' }, node, edge, frame, comment: none, persona: none, goal: none, version: none };
}

/** The same view with its records inserted in another order; `random` gives numbers from 0 to 1. */
export function shuffled(view: FlowView, random: () => number): FlowView {
  const mix = <T>(map: ReadonlyMap<string, T>): Map<string, T> => {
    const list = [...map];
    for (let index = list.length - 1; index > 0; index--) {
      const other = Math.floor(random() * (index + 1));
      [list[index], list[other]] = [list[other]!, list[index]!];
    }
    return new Map(list);
  };
  return viewOf(mix(view.node), mix(view.edge), mix(view.frame));
}

/** A flow as they grow: a trunk with decisions, arms that join again, loops back and side exits. `random` from 0 to 1. */
export function grownFlow(count: number, random: () => number): FlowView {
  const lines: string[] = ['start > s1'];
  const names = ['s1'];
  while (names.length < count - 2) {
    const name = `${random() < 0.25 ? 'decision' : random() < 0.2 ? 'api' : 's'}${names.length + 1}`;
    const recent = names.slice(-6);
    lines.push(`${recent[Math.floor(random() * recent.length)]} > ${name}`);
    if (random() < 0.15) lines.push(`${names[Math.max(0, names.length - 2 - Math.floor(random() * 4))]} > ${name}`);
    if (random() < 0.06) lines.push(`${name} > ${names[Math.max(0, names.length - 1 - Math.floor(random() * 6))]}`);
    names.push(name);
  }
  lines.push(`${names.at(-1)} > end`);
  return flowOf(lines.join('\n'));
}

/**
 * Any flow at all: every type, frames, notes, conditions, odd sizes, named sides, loops, self loops and lonely nodes; with
 * positions in two of five. `random` from 0 to 1.
 */
export function randomFlow(random: () => number): FlowView {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const types: NodeType[] = ['screen', 'screen', 'screen', 'action', 'apiCall', 'decision', 'decision', 'condition', 'popup', 'subflow', 'note', 'end'];
  const sides = ['top', 'right', 'bottom', 'left'];
  const count = 3 + Math.floor(random() * 28);
  const frames = random() < 0.5 ? Math.floor(random() * 4) : 0;
  const placed = random() < 0.4;
  const node = new Map<string, Node>();
  const edge = new Map<string, Edge>();
  const frame = new Map<string, Frame>();
  for (let index = 0; index < frames; index++) frame.set(`frame_${index}`, { id: `frame_${index}`, title: 'Frame', position: { x: 0, y: 0 }, size: { width: 200, height: 150 } });
  for (let index = 0; index < count; index++) {
    const id = `node_${String(index).padStart(2, '0')}`;
    const type = index === 0 ? 'start' : pick(types);
    node.set(id, {
      id,
      type,
      position: placed ? { x: Math.floor(random() * 3000), y: Math.floor(random() * 2000) } : { x: 0, y: 0 },
      data: { title: 'T'.repeat(3 + Math.floor(random() * 50)) },
      ...(type === 'condition' ? { conditions: { item_a: { order: 'a', label: 'x' }, item_b: { order: 'b', label: 'y' } } } : {}),
      ...(frames > 0 && random() < 0.5 ? { frameId: `frame_${Math.floor((index * frames) / count)}` } : {}),
      ...(random() < 0.1 ? { size: { width: 50 + Math.floor(random() * 400), height: 40 + Math.floor(random() * 300) } } : {}),
    });
  }
  const ids = [...node.keys()];
  const join = (source: string, target: string) => {
    const id = `edge_${String(edge.size).padStart(3, '0')}`;
    const item = node.get(source)!.type === 'condition' && random() < 0.8;
    const sourcePort = item ? pick(['item_a', 'item_b', 'item_gone']) : random() < 0.05 ? pick(sides) : undefined;
    const targetPort = random() < 0.05 ? pick(sides) : undefined;
    const data = random() < 0.3 ? { label: 'x'.repeat(2 + Math.floor(random() * 20)) } : {};
    edge.set(id, { id, source, target, data, ...(sourcePort ? { sourcePort } : {}), ...(targetPort ? { targetPort } : {}) });
  };
  for (let index = 1; index < count; index++) if (random() < 0.9) join(ids[Math.max(0, index - 1 - Math.floor(random() * 4))]!, ids[index]!);
  for (let more = Math.floor(random() * count * 0.3); more > 0; more--) join(pick(ids), pick(ids));
  return viewOf(node, edge, frame);
}

/** Numbers from 0 to 1 that a seed fixes. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 4294967296;
  };
}

/** The structures that a layout must handle, by name. */
export const layoutFixtures: Readonly<Record<string, () => FlowView>> = {
  linear: () => flowOf(`start > ${Array.from({ length: 13 }, (_, index) => `step${index + 1}`).join(' > ')} > end`),
  branching: () =>
    flowOf(`start > login > api_auth > decision_ok
      decision_ok > dashboard: yes
      decision_ok > error: no
      error > login: retry
      dashboard > decision_first
      decision_first > tutorial: first time
      decision_first > home: otherwise
      tutorial > home
      home > end`),
  complex: () =>
    flowOf(`start > landing > decision_user
      decision_user > login: has account
      decision_user > register: new
      register > api_create > verify > login
      login > api_login > decision_login
      decision_login > home: ok
      decision_login > login_error: wrong
      login_error > login: retry
      login_error > reset
      reset > mail_sent > login
      home > search > results > product
      home > product
      product > cart > decision_cart
      decision_cart > checkout: not empty
      decision_cart > search: empty
      checkout > api_pay > decision_paid
      decision_paid > thanks: paid
      decision_paid > pay_error: failed
      pay_error > checkout: retry
      thanks > end`),
  tree: () =>
    flowOf(`start > menu
      menu > account > profile
      account > security
      account > billing
      menu > content > posts
      content > pages
      content > media
      menu > help > faq
      help > contact
      help > chat`),
  messy: () =>
    withPositions(
      flowOf(`start > a > decision_b
        decision_b > c: yes
        decision_b > d: no
        c > e > end
        d > e
        d > f > a
        a > g
        g > e`),
      seeded(7),
    ),
  hub: () =>
    flowOf(`start > hub
      ${Array.from({ length: 5 }, (_, index) => `in${index} > hub`).join('\n')}
      ${Array.from({ length: 6 }, (_, index) => `hub > out${index}`).join('\n')}
      out0 > end`),
  frames: () =>
    flowOf(
      `start > login > api_auth > decision_ok
      decision_ok > home: yes
      decision_ok > lost: no
      lost > mail > login
      home > cart > pay > decision_paid
      decision_paid > thanks: yes
      decision_paid > failed: no
      thanks > end`,
      Object.fromEntries([
        ...['login', 'api_auth', 'decision_ok', 'lost', 'mail'].map((name) => [name, { frameId: 'frame_access' }]),
        ...['cart', 'pay', 'decision_paid', 'failed', 'thanks'].map((name) => [name, { frameId: 'frame_checkout' }]),
      ]),
      ['access', 'checkout'],
    ),
  cycles: () =>
    flowOf(`start > edit > review > decision_fine
      decision_fine > publish: fine
      decision_fine > edit: changes
      publish > watch > edit
      watch > watch
      watch > archive > end
      archive > review`),
  disconnected: () =>
    flowOf(`start > a > b > end
      x1 > x2 > x3
      x1 > x4
      y1 > y2
      lonely
      note_alone`),
  notes: () =>
    flowOf(`start > form > decision_valid
      decision_valid > saved: yes
      decision_valid > form_error: no
      form_error > form
      note_form > form
      note_valid > decision_valid
      note_saved > saved
      note_saved2 > saved
      saved > end`),
  conditions: () => {
    const view = flowOf(
      `start > load > condition_role
      condition_role > viewer > end
      condition_role > editor > end
      condition_role > admin > end`,
      { condition_role: { conditions: { item_a: { order: 'a', label: 'viewer' }, item_b: { order: 'b', label: 'editor' }, item_c: { order: 'c', label: 'admin' } } } },
    );
    const items = ['item_a', 'item_b', 'item_c'];
    const edge = new Map([...view.edge].map(([id, one]) => [id, one.source === 'node_condition_role' ? { ...one, sourcePort: items.shift()! } : one]));
    return viewOf(view.node, edge);
  },
  pinned: () =>
    flowOf(
      `start > login > decision_ok
      decision_ok > home: yes
      decision_ok > error: no
      error > login
      home > profile > end
      home > settings > end`,
      { error: { pinned: true, position: { x: 700, y: 640 } }, login: { locked: true, position: { x: 300, y: 304 } } },
    ),
  pinnedInTheWay: () =>
    flowOf(
      `start > login > decision_ok
      decision_ok > home: yes
      decision_ok > error: no
      error > login
      home > profile > end
      home > settings > end`,
      { home: { pinned: true, position: { x: 640, y: 480 } }, error: { locked: true, position: { x: 200, y: 900 } } },
    ),
};

/** The view with every node somewhere in a square, overlapping others. */
export function withPositions(view: FlowView, random: () => number, extent = 700): FlowView {
  const at = (): Point => ({ x: Math.floor(random() * extent), y: Math.floor(random() * extent) });
  return viewOf(new Map([...view.node].map(([id, node]) => [id, { ...node, position: at() }])), view.edge, view.frame);
}

function typeOf(name: string): NodeType {
  if (name.startsWith('start')) return 'start';
  if (name === 'end' || name.startsWith('end_')) return 'end';
  if (name.startsWith('decision')) return 'decision';
  if (name.startsWith('condition')) return 'condition';
  if (name.startsWith('api')) return 'apiCall';
  if (name.startsWith('note')) return 'note';
  if (name.startsWith('popup')) return 'popup';
  return 'screen';
}

function titleOf(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words[0]!.toUpperCase() + words.slice(1);
}
