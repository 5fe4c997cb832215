import { canonicalJson } from '../../base/canonical.ts';
import type { IntentOp, Op } from '../../flow/index.ts';
import type { Decision } from './reward.ts';
import type { Plan, Proposal } from '../turnSchema.ts';

/** A ghost that was only moved is hardly an edit: places come from the layout, never from a wording. */
const MOVED = 0.05;

/**
 * What a person did with a proposal, once every card is decided: undefined before. `designed` are the ops as the agents designed them. Cards
 * weigh by their ops; a rejected card counts as edited whole.
 */
export function decisionOn(proposal: Pick<Proposal, 'cards'>, designed: readonly IntentOp[]): Decision | undefined {
  const { cards } = proposal;
  if (!cards.length || cards.some((card) => card.status === 'open')) return undefined;
  if (cards.every((card) => card.status === 'rejected')) return { kind: 'rejected' };
  const original = new Map(designed.map((op) => [keyOf(op), op]));
  let changed = 0;
  let all = 0;
  for (const card of cards) {
    const weight = Math.max(1, card.ops.length);
    all += weight;
    if (card.status === 'rejected') changed += weight;
    else if (card.edited) changed += card.ops.length ? card.ops.reduce((sum, op) => sum + changeOf(original.get(keyOf(op)), op as Op), 0) : weight;
  }
  // What was taken out of a card is missing from it: it counts by what the design had more.
  const kept = cards.reduce((sum, card) => sum + card.ops.length, 0);
  const gone = cards.some((card) => card.edited) ? Math.max(0, original.size - kept) : 0;
  return changed + gone > 0 ? { kind: 'acceptedEdited', share: Math.min(1, (changed + gone) / (all + gone)) } : { kind: 'accepted' };
}

/** What a person did with a plan that they approved: steps that are as they were, in their order, are no edit. */
export function decisionOnPlan(made: Plan, approved: Plan): Decision {
  const before = made.steps.map((step) => step.task.trim());
  const after = approved.steps.map((step) => step.task.trim());
  if (before.join('\n') === after.join('\n')) return { kind: 'accepted' };
  const kept = longestCommon(before, after);
  return { kind: 'acceptedEdited', share: 1 - kept / Math.max(1, before.length, after.length) };
}

function changeOf(designed: IntentOp | undefined, op: Op): number {
  if (!designed) return 1;
  if (designed.op === 'add' && op.op === 'add') {
    const [{ position: was, ...before }, { position: is, ...after }] = [{ position: null, ...(designed.value as object) }, { position: null, ...(op.value as object) }];
    if (canonicalJson(before) !== canonicalJson(after)) return 1;
    return canonicalJson(was) === canonicalJson(is) ? 0 : MOVED;
  }
  if (designed.op === 'set' && op.op === 'set') return canonicalJson(designed.to) === canonicalJson(op.to) ? 0 : op.field === 'position' ? MOVED : 1;
  return 0;
}

function keyOf(op: object): string {
  const { op: name, kind, id, field } = op as { op: string; kind?: string; id?: string; field?: string };
  return `${name} ${kind ?? ''} ${id ?? ''} ${field ?? ''}`;
}

/** Length of the longest common subsequence. */
function longestCommon(one: readonly string[], other: readonly string[]): number {
  let row = new Array<number>(other.length + 1).fill(0);
  for (const item of one) {
    const next = [0];
    other.forEach((word, index) => next.push(word === item ? row[index]! + 1 : Math.max(row[index + 1]!, next[index]!)));
    row = next;
  }
  return row[other.length]!;
}
