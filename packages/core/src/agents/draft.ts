import type { IdSource } from '../base/index.ts';
import type { Edge, FlowView, Node, Point } from '../flow/schema.ts';
import type { IntentOp } from '../flow/transaction.ts';

/**
 * A flow on which edits are tried in memory: it reads like a FlowView and writes down the ops that made it so. Records are replaced,
 * never changed, so the view that it began with stays as it was.
 */
export class Draft {
  readonly node: Map<string, Node>;
  readonly edge: Map<string, Edge>;
  readonly added: string[] = [];
  readonly ops: IntentOp[] = [];
  /** Ops before this index belong to commands that are written already: only places may still change in them. */
  private sealed = 0;
  private readonly base: FlowView;
  private readonly ids: IdSource;

  constructor(base: FlowView, ids: IdSource) {
    this.base = base;
    this.ids = ids;
    this.node = new Map(base.node);
    this.edge = new Map(base.edge);
  }

  /** The flow as it stands now. */
  get view(): FlowView {
    return { ...this.base, flow: this.base.flow, node: this.node, edge: this.edge, frame: this.base.frame, comment: this.base.comment, persona: this.base.persona, goal: this.base.goal, version: this.base.version };
  }

  /** Ends a command: what a later one changes of its records becomes ops of that one, so that no card leans on a later card. */
  seal(): void {
    this.sealed = this.ops.length;
  }

  newId(prefix: string): string {
    return this.ids.newId(prefix);
  }

  outOf(id: string): Edge[] {
    return [...this.edge.values()].filter((edge) => edge.source === id);
  }

  into(id: string): Edge[] {
    return [...this.edge.values()].filter((edge) => edge.target === id);
  }

  /** Adds a node without a place; `placeAdded` gives it one. Returns its id. */
  addNode(value: Omit<Node, 'id' | 'position'> & { position?: Point }): string {
    const id = this.newId('node');
    const record = { ...value, id, position: value.position ?? { x: 0, y: 0 } } as Node;
    this.node.set(id, record);
    this.added.push(id);
    this.ops.push({ op: 'add', kind: 'node', id, value: record });
    return id;
  }

  /** Adds an arrow unless there is one between the two already; returns its id. */
  addEdge(source: string, target: string, data: Edge['data'] = {}): string {
    const there = this.outOf(source).find((edge) => edge.target === target && (data.label === undefined || edge.data.label === data.label));
    if (there) return there.id;
    const id = this.newId('edge');
    const record = { id, source, target, data: withoutAbsent(data) } as Edge;
    this.edge.set(id, record);
    this.ops.push({ op: 'add', kind: 'edge', id, value: record });
    return id;
  }

  setNode(id: string, field: string, to: unknown): void {
    const record = this.node.get(id)!;
    this.node.set(id, withField(record, field, to));
    this.set('node', id, field, to);
  }

  setEdge(id: string, field: string, to: unknown): void {
    const record = this.edge.get(id)!;
    this.edge.set(id, withField(record, field, to));
    this.set('edge', id, field, to);
  }

  /** Leads an arrow to another node; its port there no longer means anything. */
  retarget(id: string, target: string): void {
    const edge = this.edge.get(id)!;
    if (edge.target === target) return;
    this.setEdge(id, 'target', target);
    if (edge.targetPort !== undefined) this.setEdge(id, 'targetPort', null);
  }

  removeEdge(id: string): void {
    this.edge.delete(id);
    if (!this.dropAdded('edge', id)) this.ops.push({ op: 'remove', kind: 'edge', id });
  }

  removeNode(id: string): void {
    for (const edge of [...this.outOf(id), ...this.into(id)]) if (this.edge.has(edge.id)) this.removeEdge(edge.id);
    this.node.delete(id);
    const at = this.added.indexOf(id);
    if (at >= 0) this.added.splice(at, 1);
    if (!this.dropAdded('node', id)) this.ops.push({ op: 'remove', kind: 'node', id });
  }

  /** Writes the places that layout found into the added nodes. */
  placeAdded(positions: ReadonlyMap<string, Point>): void {
    for (const [id, position] of positions) if (this.node.has(id)) this.setNode(id, 'position', position);
  }

  /** Writes the ways that layout found into the added arrows; an arrow that was there before keeps its own. */
  routeAdded(routes: ReadonlyMap<string, readonly Point[]>): void {
    for (const [at, op] of this.ops.entries()) {
      const route = op.op === 'add' && op.kind === 'edge' ? routes.get(op.id) : undefined;
      const edge = this.edge.get(op.op === 'add' ? op.id : '');
      // A later command led this arrow elsewhere: its route belongs to that end and is drawn from the ports.
      if (!route || op.op !== 'add' || !edge || edge.target !== op.value['target']) continue;
      this.ops[at] = { ...op, value: { ...op.value, route: [...route] } };
    }
  }

  private set(kind: 'node' | 'edge', id: string, field: string, to: unknown): void {
    const at = this.ops.findIndex((op) => op.op === 'add' && op.kind === kind && op.id === id);
    const add = this.ops[at];
    if (add?.op === 'add' && (at >= this.sealed || field === 'position')) this.ops[at] = { ...add, value: withField(add.value, field, to) };
    else this.ops.push({ op: 'set', kind, id, field, to });
  }

  private dropAdded(kind: 'node' | 'edge', id: string): boolean {
    const at = this.ops.findIndex((op, index) => index >= this.sealed && op.op === 'add' && op.kind === kind && op.id === id);
    if (at < 0) return false;
    for (let index = this.ops.length - 1; index >= this.sealed; index--) {
      const op = this.ops[index]!;
      if ('kind' in op && op.kind === kind && op.id === id && (op.op === 'set' || (op.op === 'add' && index === at))) this.ops.splice(index, 1);
    }
    return true;
  }
}

/** The record with one field (dotted path) changed; null takes it away. */
export function withField<T extends object>(record: T, path: string, to: unknown): T {
  const [key, ...rest] = path.split('.') as [string, ...string[]];
  const copy = { ...record } as Record<string, unknown>;
  if (rest.length) {
    const inner = withField((copy[key] ?? {}) as object, rest.join('.'), to);
    if (Object.keys(inner).length || key === 'data') copy[key] = inner;
    else delete copy[key];
  } else if (to === null || to === undefined) delete copy[key];
  else copy[key] = to;
  return copy as T;
}

const withoutAbsent = <T extends object>(value: T): T => Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined && item !== '')) as T;
