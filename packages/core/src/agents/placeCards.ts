import type { FlowView, IntentOp, LogState, Point } from '../flow/index.ts';
import { layoutAdditions, layoutWhole, placeAdditions, type ElkRunner, type Places } from '../layout/index.ts';
import type { CardDraft } from './editCards.ts';
import { isBlank } from './planText.ts';
import { makeProposal } from './proposal.ts';
import { ghostView } from './proposal.ts';

/** Lays a whole flow out; the engine does it with ELK off the main thread. */
export type LayWhole = (view: FlowView, signal?: AbortSignal) => Promise<Places>;

/** The layout of a whole flow by this runner of ELK. */
export function layWholeBy(runElk: ElkRunner): LayWhole {
  return (view, signal) => layoutWhole(view, { runElk, ...(signal ? { signal } : {}) });
}

/** The cards with places for the nodes that they add: a whole layout where the flow was blank, else the nearest free space. */
export async function placeCards(cards: readonly CardDraft[], state: LogState, layWhole: LayWhole | undefined, signal?: AbortSignal): Promise<CardDraft[]> {
  const added = cards.flatMap((card) => card.ops.flatMap((op) => (op.op === 'add' && op.kind === 'node' ? [op.id] : [])));
  if (!added.length) return [...cards];
  const { view } = ghostView(state, makeProposal(state, cards, { id: 'proposal_dry', turnId: 'turn_dry', flowId: state.flow.id, entryId: 'entry_dry', createdAt: 0 }));
  const laid: Places = isBlank(state) && layWhole ? await layWhole(view, signal) : layoutAdditions(view, added);
  return cards.map((card) => ({ ...card, ops: card.ops.map((op) => placed(op, laid)) }));
}

/** Where everything goes when the person asks for a tidy layout, as one card; undefined where it stands right already. */
export async function tidyCard(state: LogState, layWhole: LayWhole | undefined, title: string, reason: string, signal?: AbortSignal): Promise<CardDraft | undefined> {
  const laid: Places = layWhole ? await layWhole(state, signal) : { positions: placeAdditions(state, [...state.node.values()].filter((node) => !node.pinned).map((node) => node.id)) };
  const ops: IntentOp[] = [];
  for (const [id, position] of laid.positions ?? []) {
    const node = state.node.get(id);
    if (node && !node.pinned && !samePoint(node.position, position)) ops.push({ op: 'set', kind: 'node', id, field: 'position', to: position });
  }
  for (const [id, frame] of laid.frames ?? []) {
    const before = state.frame.get(id);
    if (!before) continue;
    if (!samePoint(before.position, frame.position)) ops.push({ op: 'set', kind: 'frame', id, field: 'position', to: frame.position });
    if (before.size.width !== frame.size.width || before.size.height !== frame.size.height) ops.push({ op: 'set', kind: 'frame', id, field: 'size', to: frame.size });
  }
  return ops.length ? { title, reason, ops } : undefined;
}

function placed(op: IntentOp, laid: Places): IntentOp {
  if (op.op !== 'add') return op;
  const position = op.kind === 'node' ? laid.positions?.get(op.id) : undefined;
  const route = op.kind === 'edge' ? laid.routes?.get(op.id) : undefined;
  return position || route ? { ...op, value: { ...op.value, ...(position ? { position } : {}), ...(route ? { route } : {}) } } : op;
}

const samePoint = (a: Point, b: Point): boolean => a.x === b.x && a.y === b.y;
