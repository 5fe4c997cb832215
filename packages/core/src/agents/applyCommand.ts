import type { Arm, EditCommand, NewNode, NodeRef, Place } from '../language/instructionCommand.ts';
import type { Edge, Node } from '../flow/schema.ts';
import { orderAfterAll } from '../flow/order.ts';
import type { Draft } from './draft.ts';

/** Writes one command into the draft. `refs` maps `new:0` and its likes to the ids that they got. */
export function applyCommand(command: EditCommand, draft: Draft, refs: Map<NodeRef, string>): void {
  const id = (ref: NodeRef) => refs.get(ref) ?? ref;
  switch (command.kind) {
    case 'rename': return draft.setNode(id(command.node), 'data.title', command.title);
    case 'retype': return retype(command, draft, refs);
    case 'insert': return splice(makeNode(command.node, draft, refs), command.place, draft, refs);
    case 'add': return void makeNode(command.node, draft, refs);
    case 'branch': return branch(command, draft, refs);
    case 'decide': return decide(command, draft, refs);
    case 'arms': return addArms(id(command.node), command.arms, undefined, draft, refs);
    case 'remove': return remove(id(command.node), command.to === undefined ? undefined : id(command.to), draft);
    case 'connect': return void draft.addEdge(id(command.from), id(command.to), { label: command.label, kind: command.edgeKind });
    case 'lead': {
      const ways = draft.outOf(id(command.from));
      if (ways.length === 1) return draft.retarget(ways[0]!.id, id(command.to));
      return void draft.addEdge(id(command.from), id(command.to));
    }
    case 'redirect': {
      draft.retarget(command.edgeId, id(command.to));
      if (command.label) draft.setEdge(command.edgeId, 'data.label', command.label);
      return;
    }
    case 'disconnect': return draft.removeEdge(command.edgeId);
    case 'label': return draft.setEdge(command.edgeId, 'data.label', command.label || null);
    case 'note': {
      const before = draft.node.get(id(command.node))?.data.description;
      return draft.setNode(id(command.node), 'data.description', before ? `${before}\n${command.text}` : command.text);
    }
    case 'describe': return draft.setNode(id(command.node), 'data.description', command.text || null);
    case 'field': return draft.setNode(id(command.node), command.field, command.value);
    case 'copy': return copy(command, draft, refs);
    case 'move': return move(id(command.node), command.place, draft, refs);
    case 'swap': return swap(id(command.a), id(command.b), draft);
    case 'element': return addItem(id(command.node), 'elements', 'el', { type: command.type, label: command.label }, draft);
    case 'variant': return addItem(id(command.node), 'variants', 'var', { type: command.type, name: command.name }, draft);
    case 'errorPath': {
      const popup = makeNode(command.popup, draft, refs);
      draft.addEdge(id(command.node), popup, { label: command.label, kind: 'error' });
      return void draft.addEdge(popup, id(command.retryTo ?? command.node), { label: command.retry, kind: 'loop' });
    }
    case 'renameFlow': return void draft.ops.push({ op: 'set', kind: 'flow', id: draft.view.flow.id, field: 'name', to: command.name });
    case 'tidy':
    case 'undo': return;
  }
}

function makeNode(node: NewNode, draft: Draft, refs: Map<NodeRef, string>): string {
  const made = draft.addNode({ type: node.type, data: { title: node.title, ...(node.description ? { description: node.description } : {}) } } as Omit<Node, 'id' | 'position'>);
  refs.set(node.ref, made);
  return made;
}

/** The arrows that a place leads through, and where they lead on. */
function openPlace(place: Place, draft: Draft, refs: Map<NodeRef, string>, own?: string): { ways: Edge[]; from?: string; to?: string } {
  const id = (ref: NodeRef) => refs.get(ref) ?? ref;
  const alive = (ids: string[] | undefined, fallback: () => Edge[]) => {
    const kept = ids?.map((edge) => draft.edge.get(edge)).filter((edge) => edge !== undefined);
    return (kept?.length ? kept : fallback()).filter((edge) => edge.source !== own);
  };
  if (place.at === 'edge') {
    const edge = draft.edge.get(place.edgeId);
    return edge ? { ways: [edge], from: edge.source, to: edge.target } : { ways: [] };
  }
  if (place.at === 'between') {
    const [from, to] = [id(place.after), id(place.before)];
    const direct = draft.outOf(from).filter((edge) => edge.target === to);
    if (direct.length) return { ways: direct, from, to };
    return { ways: [], from, to };
  }
  if (place.at === 'after') {
    const from = id(place.node);
    const ways = alive(place.edgeIds?.filter((edge) => draft.edge.get(edge)?.source === from), () => draft.outOf(from)).slice(0, 1);
    return { ways, from, to: ways[0]?.target };
  }
  const to = id(place.node);
  return { ways: alive(place.edgeIds?.filter((edge) => draft.edge.get(edge)?.target === to), () => draft.into(to)), to };
}

/** Leads the ways of a place through a node: A -> B becomes A -> node -> B; the arrow out of A keeps its label. */
function splice(node: string, place: Place, draft: Draft, refs: Map<NodeRef, string>): void {
  const { ways, from, to } = openPlace(place, draft, refs, node);
  for (const way of ways) draft.retarget(way.id, node);
  if (!ways.length && from) draft.addEdge(from, node);
  if (to && to !== node) draft.addEdge(node, to);
}

function decide(command: Extract<EditCommand, { kind: 'decide' }>, draft: Draft, refs: Map<NodeRef, string>): void {
  const decision = makeNode(command.decision, draft, refs);
  const { ways, from, to } = openPlace(command.place, draft, refs, decision);
  for (const way of ways) draft.retarget(way.id, decision);
  if (!ways.length && from) draft.addEdge(from, decision);
  addArms(decision, command.arms, to, draft, refs);
}

function addArms(decision: string, arms: Arm[], next: string | undefined, draft: Draft, refs: Map<NodeRef, string>): void {
  for (const arm of arms) {
    const data = { label: arm.label, ...(arm.kind ? { kind: arm.kind } : {}) } as Edge['data'];
    const goal = arm.then === 'continue' ? next : arm.then === 'end' ? theEnd(draft) : arm.then === 'stop' ? undefined : (refs.get(arm.then.to) ?? arm.then.to);
    let last = decision;
    for (const step of arm.steps) {
      const node = makeNode(step, draft, refs);
      draft.addEdge(last, node, last === decision ? data : {});
      last = node;
    }
    if (!goal) continue;
    const existing = last === decision ? draft.outOf(decision).find((edge) => edge.target === goal && !draft.added.includes(decision)) : undefined;
    if (existing) draft.setEdge(existing.id, 'data.label', arm.label);
    else draft.addEdge(last, goal, last === decision ? data : typeof arm.then === 'object' && arm.then.label ? { label: arm.then.label } : {});
  }
}

function theEnd(draft: Draft): string {
  const ends = [...draft.node.values()].filter((node) => node.type === 'end');
  if (ends.length === 1) return ends[0]!.id;
  return draft.addNode({ type: 'end', data: { title: draft.view.flow.settings?.language === 'de' ? 'Ende' : 'End' } } as Omit<Node, 'id' | 'position'>);
}

function retype(command: Extract<EditCommand, { kind: 'retype' }>, draft: Draft, refs: Map<NodeRef, string>): void {
  const node = refs.get(command.node) ?? command.node;
  draft.setNode(node, 'type', command.type);
  if (command.title) draft.setNode(node, 'data.title', command.title);
  const ways = draft.outOf(node);
  addArms(node, command.arms ?? [], ways.length === 1 ? ways[0]!.target : undefined, draft, refs);
}

function branch(command: Extract<EditCommand, { kind: 'branch' }>, draft: Draft, refs: Map<NodeRef, string>): void {
  const from = refs.get(command.from) ?? command.from;
  const hasWays = draft.outOf(from).length > 0;
  let last = from;
  for (const step of command.steps) {
    const node = makeNode(step, draft, refs);
    // Beside other ways out, an arrow without a label says nothing.
    const label = last === from ? (command.label ?? (hasWays ? step.title : undefined)) : undefined;
    draft.addEdge(last, node, { label, kind: last === from ? command.edgeKind : undefined });
    last = node;
  }
  if (command.to) draft.addEdge(last, refs.get(command.to.node) ?? command.to.node, { label: command.to.label });
}

/** Takes a node out; what led to it leads on to `to`, or to the one way on that it had. */
function remove(node: string, to: string | undefined, draft: Draft): void {
  if (!draft.node.has(node)) return;
  heal(node, to ?? onlyWayOn(node, draft), draft, to !== undefined);
  draft.removeNode(node);
}

function heal(node: string, goal: string | undefined, draft: Draft, isTold: boolean): void {
  if (goal === undefined) return;
  for (const way of draft.into(node)) {
    if (way.source === node || way.source === goal) continue;
    if (draft.outOf(way.source).some((edge) => edge.target === goal) || (!isTold && isOneOption(way, goal, draft))) continue;
    draft.retarget(way.id, goal);
  }
}

/** One answer of several whose step goes: with the step the answer goes too, where others lead to the same goal by steps of their own. */
function isOneOption(way: Edge, goal: string, draft: Draft): boolean {
  const type = draft.node.get(way.source)?.type;
  const others = draft.outOf(way.source).filter((edge) => edge.id !== way.id);
  return (type === 'decision' || type === 'condition') && others.length >= 2 && others.some((edge) => draft.outOf(edge.target).some((next) => next.target === goal));
}

/** Where the flow goes on behind a node: its single target; of several, the one that leads to an end without coming back. */
function onlyWayOn(node: string, draft: Draft): string | undefined {
  const ways = draft.outOf(node).filter((edge) => edge.target !== node);
  const targets = [...new Set(ways.map((edge) => edge.target))];
  if (targets.length <= 1) return targets[0];
  const sources = draft.into(node).map((edge) => edge.source);
  const onward = targets.filter((target) => !sources.includes(target) && reachesEnd(target, node, draft));
  return onward.length === 1 ? onward[0] : undefined;
}

function reachesEnd(from: string, without: string, draft: Draft): boolean {
  const seen = new Set([from, without]);
  const open = [from];
  while (open.length) {
    const id = open.pop()!;
    const ways = draft.outOf(id);
    if (!ways.length) return true;
    for (const edge of ways) {
      if (seen.has(edge.target)) continue;
      seen.add(edge.target);
      open.push(edge.target);
    }
  }
  return false;
}

function move(node: string, place: Place, draft: Draft, refs: Map<NodeRef, string>): void {
  const goal = onlyWayOn(node, draft);
  const own = draft.outOf(node).find((edge) => edge.target === goal);
  const target = openPlace(place, draft, refs, node);
  // It already stands there.
  if (target.ways.some((way) => way.target === node) && target.ways.length === 1) return;
  for (const way of draft.into(node)) {
    // An arrow that leads back to the node still means the node.
    if (isWayBack(way, draft)) continue;
    if (goal === undefined) draft.removeEdge(way.id);
    else if (way.source !== goal && !draft.outOf(way.source).some((edge) => edge.target === goal)) draft.retarget(way.id, goal);
    else if (way.source === goal) draft.removeEdge(way.id);
    else draft.removeEdge(way.id);
  }
  const { ways, from, to } = openPlace(place, draft, refs, node);
  for (const way of ways) if (way.id !== own?.id) draft.retarget(way.id, node);
  if (!ways.length && from && from !== node) draft.addEdge(from, node);
  const next = to === node ? undefined : (to ?? undefined);
  if (own && next) draft.retarget(own.id, next);
  else if (own && !next) draft.removeEdge(own.id);
  else if (next) draft.addEdge(node, next);
}

/** Two nodes take each other's place in the order and on the canvas. */
function isWayBack(edge: Edge, draft: Draft): boolean {
  const depth = new Map<string, number>();
  let row = [...draft.node.values()].filter((node) => node.type === 'start' || draft.into(node.id).length === 0).map((node) => node.id);
  for (const id of row) depth.set(id, 0);
  for (let level = 1; row.length; level++) {
    const next = row.flatMap((id) => draft.outOf(id).map((way) => way.target)).filter((id) => !depth.has(id));
    for (const id of next) depth.set(id, level);
    row = [...new Set(next)];
  }
  return (depth.get(edge.source) ?? 0) > (depth.get(edge.target) ?? 0);
}

function swap(a: string, b: string, draft: Draft): void {
  const other = (id: string) => (id === a ? b : id === b ? a : id);
  const [atA, atB] = [draft.node.get(a)!.position, draft.node.get(b)!.position];
  for (const edge of [...draft.edge.values()]) {
    const source = other(edge.source);
    const target = other(edge.target);
    if (source !== edge.source) draft.setEdge(edge.id, 'source', source);
    if (target !== edge.target) draft.setEdge(edge.id, 'target', target);
  }
  draft.setNode(a, 'position', atB);
  draft.setNode(b, 'position', atA);
}

function copy(command: Extract<EditCommand, { kind: 'copy' }>, draft: Draft, refs: Map<NodeRef, string>): void {
  const { id: _, position: __, pinned: ___, ...rest } = draft.node.get(refs.get(command.node) ?? command.node)!;
  const made = draft.addNode({ ...rest, data: { ...rest.data, title: command.copy.title } } as Omit<Node, 'id' | 'position'>);
  refs.set(command.copy.ref, made);
  if (command.place) splice(made, command.place, draft, refs);
}

function addItem(node: string, list: 'elements' | 'variants', prefix: string, item: object, draft: Draft): void {
  const items = draft.node.get(node)?.[list];
  draft.setNode(node, `${list}.${draft.newId(prefix)}`, { ...item, order: orderAfterAll(items) });
}
