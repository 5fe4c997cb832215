import { createIdSource, seededRandom, type IdSource } from '../base/index.ts';
import type { FlowView } from '../flow/schema.ts';
import type { IntentOp } from '../flow/transaction.ts';
import type { EditCommand, NodeRef } from '../language/instructionCommand.ts';
import type { ReadLanguage } from '../language/reading.ts';
import { layoutAdditions } from '../layout/placeAdditions.ts';
import { applyCommand } from './applyCommand.ts';
import { commandTitle } from './commandTitle.ts';
import { Draft } from './draft.ts';

/** What one card of a proposal is made of before it is dry-run: ops that stand or fall together. */
export interface CardDraft {
  title: string;
  reason: string;
  ops: IntentOp[];
}

/** A source of ids that gives the same ids for the same seed and time (integer ms UTC). */
export function seededIds(seed: number, at: number): IdSource {
  return createIdSource({ now: () => at }, seededRandom(seed));
}

/**
 * The cards of an edit: one a command, in order, each written on what the ones before it leave. New nodes get their places here;
 * nothing that stands already is moved. Commands that change nothing give no card.
 */
export function editCards(commands: readonly EditCommand[], view: FlowView, ids: IdSource, language: ReadLanguage, message: string): CardDraft[] {
  const draft = new Draft(view, ids);
  const refs = new Map<NodeRef, string>();
  const cards: { title: string; from: number; to: number }[] = [];
  const touched: IntentOp[][] = [];
  for (const command of commands) {
    const title = commandTitle(command, draft.view, refs, language);
    const before = [...draft.ops];
    applyCommand(command, draft, refs);
    draft.seal();
    if (sameOps(before, draft.ops)) continue;
    const fresh = draft.ops.filter((op) => !before.includes(op) && !before.some((old) => sameAdd(old, op)));
    touched.push(fresh);
    cards.push({ title, from: 0, to: 0 });
  }
  const { positions, routes } = layoutAdditions(draft.view, draft.added);
  draft.placeAdded(positions);
  draft.routeAdded(routes);
  return cards
    .map((card, index) => ({ title: card.title, reason: message, ops: touched[index]!.map((op) => draft.ops.find((now) => now === op || sameAdd(op, now))).filter((op) => op !== undefined) }))
    .filter((card) => card.ops.length > 0);
}

const sameAdd = (a: IntentOp, b: IntentOp): boolean => a.op === 'add' && b.op === 'add' && a.kind === b.kind && a.id === b.id;
const sameOps = (a: IntentOp[], b: IntentOp[]): boolean => a.length === b.length && a.every((op, index) => op === b[index]);
