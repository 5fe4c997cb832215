import { z } from 'zod';
import type { CardDraft } from '../../agents/index.ts';
import { ELEMENT_TYPES, NODE_TYPES, opSchema, TRIGGERS, type IntentOp, type LogState } from '../../flow/index.ts';

const [addOp, setOp, removeOp] = opSchema.options;
/** Kinds that another agent may propose on: not the person's comments, and not the named versions. */
const RECORD_KINDS = ['node', 'edge', 'frame', 'persona', 'goal'] as const;
const recordKind = z.enum(RECORD_KINDS);

/**
 * The ops that another agent may propose: those of the log without `from` (it is read from the flow) and without the ones that do
 * more than change content (versions, conflicts, upgrades).
 */
export const proposedOpSchema = z.discriminatedUnion('op', [
  addOp.omit({ group: true }).extend({
    // A frame needs a rectangle, and places never come from an agent.
    kind: recordKind.exclude(['frame']),
    id: addOp.shape.id.describe('Any name that is new in this call, for example "new_1"; other ops of the call refer to the record by it. The app gives it an id of its own.'),
    value: addOp.shape.value.describe(
      `node: {"type": ${NODE_TYPES.join(' | ')}, "data": {"title": "…", "description"?: "…"}}; elements of a screen: "elements": {"el_1": {"type": ${ELEMENT_TYPES.join(' | ')}, "label": "…"}}. edge: {"source": node id, "target": node id, "data": {"label"?: "…", "trigger"?: ${TRIGGERS.join(' | ')}}}. Leave positions out: the app places what is new.`,
    ),
  }),
  setOp.omit({ group: true, from: true }).extend({
    kind: z.enum([...RECORD_KINDS, 'flow']),
    field: setOp.shape.field.max(300).describe('Path of the field, for example "data.title", "type", "data.label", "target". Of the flow itself: "name", "description".'),
    to: z.unknown().describe('The new value; null takes the field away.'),
  }),
  removeOp.omit({ group: true, from: true }).extend({ kind: recordKind }),
]);

/** One card of a proposal as another agent writes it. */
export const proposedCardSchema = z.object({
  title: z.string().trim().min(1).max(200).describe('What the card does, as a person reads it: "Add a confirmation screen".'),
  reason: z.string().trim().max(1000).default('').describe('Why, in a sentence.'),
  ops: z.array(proposedOpSchema).min(1).max(200).describe('Changes that are accepted or rejected together, in order.'),
});
export type ProposedCard = z.infer<typeof proposedCardSchema>;

/**
 * The cards with ids of ours for everything that they add, and which id each of the agent's names became. A name that the flow has
 * already is left as it is, so that the dry run can say so.
 */
export function readProposedCards(cards: readonly ProposedCard[], state: LogState, newId: (prefix: string) => string): { drafts: CardDraft[]; ids: Record<string, string> } {
  const ids = new Map<string, string>();
  for (const op of cards.flatMap((card) => card.ops)) {
    if (op.op === 'add' && !ids.has(op.id) && !state[op.kind].has(op.id)) ids.set(op.id, newId(op.kind));
  }
  const drafts = cards.map(({ title, reason, ops }) => ({ title, reason: reason || title, ops: ops.map((op) => toIntent(op, ids)) }));
  return { drafts, ids: Object.fromEntries(ids) };
}

function toIntent(op: z.infer<typeof proposedOpSchema>, ids: ReadonlyMap<string, string>): IntentOp {
  const own = (id: string) => ids.get(id) ?? id;
  if (op.op === 'remove') return { op: 'remove', kind: op.kind, id: own(op.id) };
  if (op.op === 'set') return { op: 'set', kind: op.kind, id: own(op.id), field: op.field, to: renamed(op.to ?? null, op.field, ids) };
  const value = renamed(op.value, '', ids) as Record<string, unknown>;
  // Places come from the layout; this one only makes the record whole until then.
  return { op: 'add', kind: op.kind, id: own(op.id), value: { ...(op.kind === 'edge' ? { data: {} } : {}), ...value, id: own(op.id), ...(op.kind === 'node' ? { position: { x: 0, y: 0 } } : {}) } };
}

/** Fields that hold an id of another record, by the last part of their path. */
const REFERENCE = /(?:^|\.)(?:source|target|frameId|nodeId|edgeId)$/;
const REFERENCE_MAP = /(?:^|\.)(?:personaIds|goalIds)$/;

/** The value with the agent's names for new records replaced where a field refers to a record. */
function renamed(value: unknown, path: string, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return REFERENCE.test(path) ? (ids.get(value) ?? value) : value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [REFERENCE_MAP.test(path) ? (ids.get(key) ?? key) : key, renamed(part, path ? `${path}.${key}` : key, ids)]));
}
