import { errorInfo, isAppError, type ErrorInfo } from '../base/index.ts';
import { commit, fold, type IntentOp, type LogState, type Op } from '../flow/index.ts';
import type { Card, TextCode } from './turnSchema.ts';

/** How a card's ops do on a state: as they are, with other values to begin from, or not at all. */
export type Tried = { fit: 'fits' | 'changed'; ops: Op[]; state: LogState } | { fit: 'held'; held: TextCode; error: ErrorInfo };

/** Who a dry run writes as; nothing of it is stored. */
const DRY_RUN = { id: 'entry_dry-run', logId: 'log_dry-run', author: { kind: 'agent', id: 'agents', name: 'Agents' }, at: 0 } as const;

/**
 * The ops of one card on a state, as the log would take them. Where what a `set` or `remove` began from has changed underneath, it
 * begins from what is there now (`changed`); what is missing or taken holds the card.
 */
export function tryCard(state: LogState, ops: readonly IntentOp[], group: string): Tried {
  const grouped = ops.map((op) => ({ ...op, group }) as IntentOp);
  try {
    return { fit: 'fits', ...written(state, grouped) };
  } catch (error) {
    if (!isAppError(error)) throw error;
    if (error.code === 'INTENT_EMPTY') return { fit: 'changed', ops: [], state };
    if (error.code !== 'OP_FIELD_CHANGED') return heldBy(error);
  }
  try {
    return { fit: 'changed', ...written(state, grouped.map(withoutFrom)) };
  } catch (error) {
    if (!isAppError(error)) throw error;
    if (error.code === 'INTENT_EMPTY') return { fit: 'changed', ops: [], state };
    return heldBy(error);
  }
}

/** The open cards one after the other, each on what the ones before it leave; a held card leaves the state as it was. */
export function tryCards(state: LogState, cards: readonly Card[]): { state: LogState; tried: Map<string, Tried> } {
  const tried = new Map<string, Tried>();
  let now = state;
  for (const card of cards) {
    if (card.status !== 'open') continue;
    // Held from the beginning, without ops that could be tried: no other flow underneath changes that.
    if (card.fit === 'held' && card.held && card.ops.length === 0) {
      tried.set(card.id, { fit: 'held', held: card.held, error: { code: card.held.code, message: 'This card cannot be accepted. Nothing was changed.', params: card.held.params } });
      continue;
    }
    const missing = card.needs.find((id) => tried.get(id)?.fit === 'held');
    const result: Tried = missing === undefined ? tryCard(now, asIntent(card.ops), card.id) : { fit: 'held', held: { code: 'NEEDED_CARD_HELD', params: { cardId: missing } }, error: errorInfo(undefined) };
    tried.set(card.id, result);
    if (result.fit !== 'held') now = result.state;
  }
  return { state: now, tried };
}

/** Stored ops as intent: a stored op is one whose `from` is known. */
export const asIntent = (ops: readonly Op[]): IntentOp[] => ops as readonly unknown[] as IntentOp[];

/** Which other cards each card cannot do without: those that add what it touches, or that set a field before it. */
export function withNeeds(cards: readonly Card[]): Card[] {
  const maker = new Map<string, string>();
  const setter = new Map<string, string>();
  return cards.map((card) => {
    if (card.status !== 'open') return card.needs.length ? { ...card, needs: [] } : card;
    const needs = new Set<string>();
    for (const op of card.ops) {
      for (const id of touchedIds(op)) {
        const made = maker.get(id);
        if (made && made !== card.id) needs.add(made);
      }
      if (op.op === 'set') {
        const before = setter.get(`${op.id} ${op.field}`);
        if (before && before !== card.id) needs.add(before);
      }
    }
    for (const op of card.ops) {
      if (op.op === 'add') maker.set(op.id, card.id);
      if (op.op === 'set') setter.set(`${op.id} ${op.field}`, card.id);
    }
    return { ...card, needs: [...needs] };
  });
}

/** Ids of the records that an op changes or refers to. */
export function touchedIds(op: IntentOp | Op): string[] {
  if (op.op === 'add') return [op.id, ...referencesIn(op.value)];
  if (op.op === 'set') return [op.id, ...(typeof op.to === 'string' && REFERENCE.test(op.field) ? [op.to] : [])];
  return op.op === 'remove' ? [op.id] : [];
}

const REFERENCE = /^(?:source|target|frameId|nodeId|edgeId|replyToId)$/;

function referencesIn(value: Record<string, unknown>): string[] {
  const found = Object.entries(value).filter(([key, item]) => REFERENCE.test(key) && typeof item === 'string').map(([, item]) => item as string);
  return [...found, ...Object.keys((value['personaIds'] as object | undefined) ?? {})];
}

function written(state: LogState, ops: IntentOp[]): { ops: Op[]; state: LogState } {
  const entry = commit(state, { ops }, DRY_RUN);
  return { ops: entry.ops, state: fold(state, entry) };
}

function withoutFrom(op: IntentOp): IntentOp {
  if (op.op !== 'set' && op.op !== 'remove') return op;
  const { from: _, ...rest } = op;
  return rest as IntentOp;
}

function heldBy(error: { code: string; params: Record<string, unknown> }): Tried {
  return { fit: 'held', held: { code: error.code, params: error.params }, error: errorInfo(error) };
}
