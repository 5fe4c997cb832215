import type { Op } from '../flow/index.ts';
import type { Correction, CorrectionChange } from './analysis.ts';
import type { Plan, Proposal, Turn, TurnStep } from './turnSchema.ts';

/** Changes that are told one by one; more of them say nothing new. */
const MOST_CHANGES = 40;

/** What a turn's record needs so that it can be said how it was corrected. */
export interface TurnRecord {
  turn: Turn;
  steps: readonly TurnStep[];
  /** As it is when everything in it is decided. */
  proposal?: Proposal;
  /** The message after it, where that sets something right. */
  followUp?: string;
}

/**
 * How a settled turn was corrected: the plan and the cards that the agents made (as their steps were stored) beside what the person
 * approved and accepted.
 */
export function correctionOf({ turn, steps, proposal, followUp }: TurnRecord): Correction {
  const planned = steps.findLast((step) => step.agent === 'planner' && step.status === 'done')?.output as Plan | undefined;
  const first = steps.find((step) => step.agent === 'validator' && step.status === 'done' && hasOps(step.output))?.output as { cards: DraftCard[] } | undefined;
  const changes: CorrectionChange[] = [];
  if (planned && turn.plan) changes.push(...planChanges(planned, turn.plan));
  if (proposal && first) changes.push(...cardChanges(first.cards, proposal));
  return {
    message: turn.message.slice(0, 4000),
    plan: (planned?.steps ?? []).map(({ task }) => task),
    feedback: turn.feedback,
    proposed: (proposal?.cards ?? []).map(({ title }) => title),
    accepted: (proposal?.cards ?? []).filter(({ status }) => status === 'accepted').map(({ title }) => title),
    changes: changes.slice(0, MOST_CHANGES),
    fallbacks: turn.fallbacks.map(({ agent, error }) => ({ agent, code: error.code })),
    hasImage: turn.image !== undefined,
    ...(followUp === undefined ? {} : { followUp: followUp.slice(0, 2000) }),
  };
}

interface DraftCard {
  title: string;
  ops: Op[];
}

function hasOps(output: unknown): boolean {
  const cards = (output as { cards?: unknown } | null)?.cards;
  return Array.isArray(cards) && cards.some((card: Partial<DraftCard>) => Array.isArray(card.ops));
}

function planChanges(planned: Plan, approved: Plan): CorrectionChange[] {
  const after = new Map(approved.steps.map((step) => [step.id, step.task]));
  const before = new Set(planned.steps.map(({ id }) => id));
  return [
    ...planned.steps.flatMap(({ id, task }): CorrectionChange[] => {
      const now = after.get(id);
      if (now === undefined) return [{ kind: 'planDropped', before: task, after: '' }];
      return now === task ? [] : [{ kind: 'planChanged', before: task, after: now }];
    }),
    ...approved.steps.filter(({ id }) => !before.has(id)).map(({ task }): CorrectionChange => ({ kind: 'planAdded', before: '', after: task })),
  ];
}

type Added = Extract<Op, { op: 'add' }>;
interface Fields {
  type?: string;
  source?: string;
  target?: string;
  data?: { title?: string; label?: string; description?: string };
}

/** What the accepted cards hold beside what the agents drafted; a rejected card counts whole. */
function cardChanges(drafts: readonly DraftCard[], proposal: Proposal): CorrectionChange[] {
  const out: CorrectionChange[] = proposal.cards.filter(({ status, ops, title }) => status === 'rejected' && (ops.length > 0 || drafts.some((draft) => draft.title === title))).map(({ title }) => ({ kind: 'rejected', before: title, after: '' }));
  const rejected = new Set(proposal.cards.filter(({ status }) => status === 'rejected').flatMap(({ ops }) => ops.flatMap((op) => ('id' in op ? [op.id] : []))));
  const drafted = addsOf(drafts.flatMap(({ ops }) => ops));
  const accepted = proposal.cards.filter(({ status }) => status === 'accepted');
  if (!accepted.length) return out;
  const taken = addsOf(accepted.flatMap(({ ops }) => ops));
  const titles = new Map<string, string>();
  for (const op of [...drafted.values(), ...taken.values()]) if (op.kind === 'node') titles.set(op.id, fields(op).data?.title ?? '');
  const way = ({ source, target, data }: Fields) => `${titles.get(source ?? '') ?? '…'} -> ${titles.get(target ?? '') ?? '…'}${data?.label ? ` (${data.label})` : ''}`;
  for (const [id, op] of drafted) {
    if (rejected.has(id)) continue;
    const now = taken.get(id);
    const before = fields(op);
    if (!now) {
      out.push(op.kind === 'node' ? { kind: 'removed', before: before.data?.title ?? '', after: '' } : { kind: 'disconnected', before: way(before), after: '' });
      continue;
    }
    const after = fields(now);
    if (op.kind === 'node') {
      if (before.data?.title !== after.data?.title) out.push({ kind: 'renamed', before: before.data?.title ?? '', after: after.data?.title ?? '' });
      if (before.type !== after.type) out.push({ kind: 'retyped', before: `${before.data?.title}: ${before.type}`, after: after.type ?? '' });
      if ((before.data?.description ?? '') !== (after.data?.description ?? '')) out.push({ kind: 'reworded', before: before.data?.description ?? '', after: after.data?.description ?? '' });
    } else if (before.target !== after.target || before.source !== after.source) out.push({ kind: 'connected', before: way(before), after: way(after) });
    else if ((before.data?.label ?? '') !== (after.data?.label ?? '')) out.push({ kind: 'renamed', before: before.data?.label ?? '', after: after.data?.label ?? '' });
  }
  for (const [id, op] of taken) {
    if (drafted.has(id)) continue;
    out.push(op.kind === 'node' ? { kind: 'added', before: '', after: fields(op).data?.title ?? '' } : { kind: 'connected', before: '', after: way(fields(op)) });
  }
  return out;
}

/** Nodes and arrows that ops add, by id. */
function addsOf(ops: readonly Op[]): Map<string, Added> {
  return new Map(ops.flatMap((op) => (op.op === 'add' && (op.kind === 'node' || op.kind === 'edge') ? [[op.id, op] as const] : [])));
}

const fields = (op: Added): Fields => op.value as Fields;
