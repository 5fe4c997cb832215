import { z } from 'zod';
import { validateCards, type CardDraft } from '../../agents/index.ts';
import { AppError } from '../../base/index.ts';
import { idSchema } from '../../flow/fieldKind.ts';
import type { LogState } from '../../flow/index.ts';
import type { FlowPort } from './flowPort.ts';
import type { ToolCaller } from './flowTools.ts';
import { proposedCardSchema, readProposedCards, type ProposedCard } from './proposedOps.ts';
import { shownLine } from './shownText.ts';

/** Open proposals of other agents on one flow: more than this nobody looks through. */
const MOST_OPEN = 5;

export const proposeChangesInput = z.object({
  flow_id: idSchema.describe('Id of the flow.'),
  revision: z.number().int().min(0).describe('The revision that read_flow or validate_flow gave.'),
  summary: z.string().trim().max(500).default('').describe('What the proposal is about, as the person reads it first.'),
  cards: z.array(proposedCardSchema).min(1).max(50).optional().describe('Exact changes, in cards that the person decides on one by one.'),
  instruction: z.string().trim().min(1).max(20_000).optional().describe('Or plain words, for example: "After Login add a two-factor screen".'),
});

const proposedCard = z.object({ card_id: z.string(), title: z.string(), changes: z.number().int() });

export const proposeChangesOutput = z.object({
  /** What became of it: a proposal that waits for the person, a question back, or a refusal. */
  status: z.enum(['proposed', 'question', 'refused']),
  message: z.string(),
  proposal_id: z.string().optional(),
  cards: z.array(proposedCard).optional(),
  /** Which id each name of an added record became. */
  ids: z.record(z.string(), z.string()).optional(),
  /** What the review would find that it does not find now. */
  new_findings: z.array(z.string()).optional(),
  quick_replies: z.array(z.string()).optional(),
});

/** What can be said before a person is asked. Throws MCP_CARDS_OR_WORDS, MCP_REVISION_STALE, MCP_TOO_MANY_PROPOSALS, MCP_CARD_UNFIT, MCP_NOTHING_TO_CHANGE. */
export function checkProposedChanges(input: z.infer<typeof proposeChangesInput>, port: FlowPort): void {
  if ((input.cards === undefined) === (input.instruction === undefined)) {
    throw new AppError('MCP_CARDS_OR_WORDS', 'Give exactly one of `cards` and `instruction`. Nothing was proposed.', {});
  }
  const state = port.read(input.flow_id);
  demandRevision(state, input);
  const open = port.proposals(input.flow_id).filter((proposal) => proposal.status === 'open' && proposal.origin !== undefined);
  if (open.length >= MOST_OPEN) {
    throw new AppError('MCP_TOO_MANY_PROPOSALS', `${open.length} proposals of other agents wait on this flow already. Nothing was proposed; wait until the person has decided on some of them (list_proposals tells).`, { open: open.length, limit: MOST_OPEN });
  }
  if (input.cards) demandFit(readProposedCards(input.cards, state, port.newId).drafts, state);
}

/** The proposal in words: its summary, then each card with its reason and what it does. */
export function showProposedChanges({ summary, cards, instruction }: z.infer<typeof proposeChangesInput>): string {
  const said = summary ? [summary, ''] : [];
  if (instruction !== undefined) return [...said, instruction].join('\n');
  const does = (op: ProposedCard['ops'][number]) => {
    const what = op.op === 'add' ? JSON.stringify(op.value) : op.op === 'set' ? `${op.field} = ${JSON.stringify(op.to ?? null)}` : '';
    return `   ${{ add: '+', set: '~', remove: '-' }[op.op]} ${op.kind} ${op.id} ${what}`.trimEnd();
  };
  return [...said, ...(cards ?? []).flatMap(({ title, reason, ops }, index) => [`${index + 1}. ${title}${reason ? ` (${reason})` : ''}`, ...ops.map(does)])].join('\n');
}

/** Puts a proposal before the person. Throws what `checkProposedChanges` throws; then nothing is stored. */
export async function proposeChanges(input: z.infer<typeof proposeChangesInput>, port: FlowPort, caller: ToolCaller): Promise<z.infer<typeof proposeChangesOutput>> {
  checkProposedChanges(input, port);
  const state = port.read(input.flow_id);
  const designed: Designed | z.infer<typeof proposeChangesOutput> = input.cards ? readProposedCards(input.cards, state, port.newId) : await byWords(input.instruction!, state, port, caller);
  if ('status' in designed) return designed;
  const cards = input.cards ? await port.place(designed.drafts, state, caller.signal) : designed.drafts;
  if (caller.signal.aborted) throw new AppError('MCP_CALL_CANCELLED', 'The call was cancelled. Nothing was proposed.', {});
  // The flow may have moved while the cards were made.
  demandRevision(port.read(input.flow_id), input);
  const { findings } = validateCards(cards, state, 'en');
  const summary = shownLine(input.summary, 500);
  const message = summary || input.instruction || cards.map((card) => card.title).join('; ');
  const proposal = port.propose({ flowId: input.flow_id, client: caller.client, message: message.slice(0, 2000), reply: summary || designed.reply || message.slice(0, 2000), cards });
  return {
    status: 'proposed',
    message: 'The proposal waits in the app until the person accepts or rejects its cards. Nothing in the flow has changed. Look with read_proposal.',
    proposal_id: proposal.id,
    cards: proposal.cards.map(({ id, title, ops }) => ({ card_id: id, title, changes: ops.length })),
    ...(Object.keys(designed.ids).length ? { ids: designed.ids } : {}),
    ...(findings.length ? { new_findings: findings.slice(0, 20).map((finding) => `${finding.severity}: ${finding.text}`) } : {}),
  };
}

type Designed = { drafts: CardDraft[]; ids: Record<string, string>; reply?: string };

async function byWords(instruction: string, state: LogState, port: FlowPort, caller: ToolCaller): Promise<Designed | z.infer<typeof proposeChangesOutput>> {
  const designed = await port.design(state, instruction, caller.signal);
  if (designed.kind === 'question') return { status: 'question', message: designed.question, ...(designed.quickReplies.length ? { quick_replies: designed.quickReplies } : {}) };
  if (designed.kind === 'refused') return { status: 'refused', message: designed.reason };
  if (!designed.cards.length) throw nothingToChange();
  return { drafts: designed.cards, ids: {}, reply: designed.reply };
}

/** Each card must be one that the flow takes: an agent that made a mistake is told, the person is not bothered. */
function demandFit(drafts: readonly CardDraft[], state: LogState): void {
  const { issues } = validateCards(drafts, state, 'en');
  const unfit = issues.filter((issue) => issue.startsWith('Card '));
  if (unfit.length) throw new AppError('MCP_CARD_UNFIT', `The flow cannot take these cards: ${unfit.slice(0, 5).join('; ').slice(0, 2000)}. Nothing was proposed; correct them and call again.`, { issues: unfit.slice(0, 5) });
  if (issues.length) throw nothingToChange();
}

function demandRevision(state: LogState, { flow_id, revision }: { flow_id: string; revision: number }): void {
  if (state.no === revision) return;
  throw new AppError('MCP_REVISION_STALE', `The flow has changed: its revision is ${state.no} now, and this call was made for ${revision}. Nothing was proposed. Call read_flow again and propose on revision ${state.no}.`, { flowId: flow_id, revision: state.no, given: revision });
}

function nothingToChange(): AppError {
  return new AppError('MCP_NOTHING_TO_CHANGE', 'These changes would leave the flow as it is. Nothing was proposed.', {});
}
