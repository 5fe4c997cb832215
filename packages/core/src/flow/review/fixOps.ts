/** Pieces from which quick fixes are made: new nodes at free places, edges, and the words that they carry. */
import { byCodeUnit } from '../graph.ts';
import { orderAfterAll, orderBetween } from '../order.ts';
import type { Edge, Node, NodeType, Point } from '../schema.ts';
import type { IntentOp } from '../transaction.ts';
import type { Fix } from './finding.ts';
import { isNegative } from './wording.ts';
import type { ReviewContext, TextLanguage } from './reviewContext.ts';

/** Words that fixes write into a flow. */
const WORDS = {
  yes: { en: 'Yes', de: 'Ja' },
  no: { en: 'No', de: 'Nein' },
  end: { en: 'End', de: 'Ende' },
  start: { en: 'Start', de: 'Start' },
  error: { en: 'Error', de: 'Fehler' },
  failed: { en: 'Something went wrong', de: 'Etwas ist schiefgegangen' },
  check: { en: 'Please check your input', de: 'Bitte Eingaben prüfen' },
  retry: { en: 'Try again', de: 'Erneut versuchen' },
  back: { en: 'Back', de: 'Zurück' },
  leave: { en: 'Cancel', de: 'Abbrechen' },
  continue: { en: 'Continue', de: 'Weiter' },
  loading: { en: 'Loading', de: 'Wird geladen' },
  empty: { en: 'Empty', de: 'Leer' },
} as const satisfies Record<string, Record<TextLanguage, string>>;

/** Collects the ops of one fix; they stand or fall together, so half a fix is never left behind. */
export interface FixWriter {
  add(near: Node, type: NodeType, title: string, side?: 'before' | 'after'): Node;
  connect(source: string, target: string, data?: Edge['data'], sourcePort?: string): void;
  push(...ops: IntentOp[]): void;
  word(key: keyof typeof WORDS): string;
  newId(prefix: string): string;
}

/** A quick fix whose ops share a group. */
export function fixOf(context: ReviewContext, code: string, write: (writer: FixWriter) => void): Fix {
  return {
    code,
    ops: (newId) => {
      const ops: IntentOp[] = [];
      const taken: Point[] = [];
      write({
        add(near, type, title, side = 'after') {
          const position = context.place({ near, type, taken, side });
          taken.push(position);
          const id = newId('node');
          const node: Node = { id, type, position, data: { title }, ...(near.frameId && type !== 'end' ? { frameId: near.frameId } : {}) };
          ops.push({ op: 'add', kind: 'node', id, value: { ...node } });
          return node;
        },
        connect(source, target, data = {}, sourcePort) {
          const id = newId('edge');
          ops.push({ op: 'add', kind: 'edge', id, value: { id, source, target, data, ...(sourcePort ? { sourcePort } : {}) } });
        },
        push: (...more) => void ops.push(...more),
        word: (key) => WORDS[key][context.language],
        newId,
      });
      if (ops.length < 2) return ops;
      const group = newId('group');
      return ops.map((op) => ({ ...op, group }));
    },
  };
}

/** The end to lead to: the only one there is; where there are none or several, a new one (which of them is meant is not ours to guess). */
export function endFor(context: ReviewContext, writer: FixWriter, near: Node): string {
  const only = context.ends.length === 1 ? context.ends[0] : undefined;
  return only && only.id !== near.id ? only.id : writer.add(near, 'end', writer.word('end')).id;
}

// Whoever is further away is no place to go back to, and a review stays linear.
const STEPS_BACK = 400;

/** The nearest screen before a node that a person can go back to, or null. */
export function screenBefore(context: ReviewContext, node: Node): Node | null {
  const seen = new Set([node.id]);
  const queue = [node.id];
  for (let at = 0; at < Math.min(queue.length, STEPS_BACK); at++) {
    for (const way of context.waysIn(queue[at]!)) {
      if (seen.has(way.nodeId)) continue;
      seen.add(way.nodeId);
      const before = context.view.node.get(way.nodeId)!;
      if (before.type === 'screen') return before;
      queue.push(way.nodeId);
    }
  }
  return null;
}

/** Gives a decision or condition the arms that it lacks. */
export function addMissingArms(context: ReviewContext, writer: FixWriter, node: Node): void {
  const arms = context.waysOut(node.id);
  const isCondition = node.type === 'condition';
  const first = arms[0]?.edge.data.label ?? '';
  const missing: ('yes' | 'no')[] = arms.length === 0 ? ['yes', 'no'] : isNegative(first) ? ['yes'] : ['no'];
  const used = new Set(arms.map((way) => way.edge.sourcePort));
  const unused = Object.entries(node.conditions ?? {}).filter(([id]) => !used.has(id)).sort(([a], [b]) => byCodeUnit(a, b));
  let order = orderAfterAll(node.conditions);
  for (const which of missing) {
    const target = which === 'yes' ? endFor(context, writer, node) : errorTarget(context, writer, node, 'check');
    if (!isCondition) {
      writer.connect(node.id, target, { label: writer.word(which), kind: which });
      continue;
    }
    const free = unused.shift();
    const port = free?.[0] ?? writer.newId('condition');
    if (!free) writer.push({ op: 'set', kind: 'node', id: node.id, field: `conditions.${port}`, to: { order, label: writer.word(which) } });
    order = orderBetween(order, null);
    writer.connect(node.id, target, { label: free?.[1].label ?? writer.word(which) }, port);
  }
}

/** A new error popup that leads back to the screen before `node`; where there is none, an end. */
export function errorTarget(context: ReviewContext, writer: FixWriter, node: Node, title: 'failed' | 'check'): string {
  const back = screenBefore(context, node);
  if (!back && title === 'check') return endFor(context, writer, node);
  const popup = writer.add(node, 'popup', writer.word(title));
  writer.connect(popup.id, back?.id ?? node.id, { label: writer.word('retry'), kind: 'loop' });
  return popup.id;
}
