import { z } from 'zod';
import { flowPart, type Agent } from './agent.ts';
import { designSchema } from './architect.ts';
import { findingText, review, type LogState } from '../flow/index.ts';
import type { ReadLanguage } from '../language/reading.ts';
import type { CardDraft } from './editCards.ts';
import { ghostView, makeProposal } from './proposal.ts';

/** What a dry run said: `issues` stop a design, `findings` are new weaknesses that the person should know of. */
export const verdictSchema = z.object({ status: z.enum(['ok', 'error']), issues: z.array(z.string()), findings: z.array(z.object({ code: z.string(), severity: z.string(), text: z.string() })) });
export type Verdict = z.infer<typeof verdictSchema>;

/** Commits cards to a copy of the flow and reviews the copy: what cannot be written, and which errors and warnings are new. */
export function validateCards(cards: readonly CardDraft[], state: LogState, language: ReadLanguage): Verdict {
  const proposal = makeProposal(state, cards, { id: 'proposal_dry', turnId: 'turn_dry', flowId: state.flow.id, entryId: 'entry_dry', createdAt: 0 });
  const hasFitting = proposal.cards.some((card) => card.fit !== 'held');
  // A card that agents may not propose is shown as such beside those that fit; a design of nothing else is no design.
  const issues = proposal.cards.filter((card) => card.fit === 'held' && !(hasFitting && card.held?.code.startsWith('AGENT_'))).map((card) => `Card "${card.title}" cannot be written: ${card.held?.code} ${JSON.stringify(card.held?.params ?? {})}`);
  if (cards.length && !proposal.cards.length) issues.push('The design changes nothing.');
  if (!cards.length) issues.push('The design is empty.');
  const key = (finding: { code: string; nodeIds: readonly string[]; edgeIds: readonly string[] }) => `${finding.code} ${finding.nodeIds.join()} ${finding.edgeIds.join()}`;
  const before = new Set(review(state).map(key));
  const fresh = review(ghostView(state, proposal).view).filter((finding) => finding.severity !== 'info' && !before.has(key(finding)));
  return { status: issues.length ? 'error' : 'ok', issues, findings: fresh.map((finding) => ({ code: finding.code, severity: finding.severity, text: findingText(finding, language) })) };
}

export const validatorInput = z.object({ task: z.string(), cards: designSchema.shape.cards });
const opinionSchema = z.object({ issues: z.array(z.string()).max(20) });

/**
 * Says whether a design can be written and does what it should. In a turn its rules alone judge, for they are exact; its model adds
 * what only a reader can see, where somebody asks for that.
 */
export const validator: Agent<z.infer<typeof validatorInput>, Verdict, z.infer<typeof opinionSchema>> = {
  name: 'validator',
  input: validatorInput,
  output: verdictSchema,
  answer: opinionSchema,
  instructions: {
    version: '1',
    text: 'You check a proposed change of a UX flow against what was asked for. "issues": what was asked for and is missing, what was not asked for and is there, what leads to the wrong place; one sentence each, in {{language}}, naming titles. No matters of taste, no praise; an empty list when the design does what it should.',
  },
  variables: (_, { language }) => ({ language: language === 'de' ? 'German' : 'English' }),
  parts: ({ task, cards }, { state }) => [flowPart(state), { name: 'task', text: task, trust: 'person' }, { name: 'design', text: JSON.stringify(cards), trust: 'data' }],
  adapt: ({ issues }, { cards }, { state, language }) => {
    const verdict = validateCards(cards, state, language);
    const all = [...verdict.issues, ...issues.filter((issue) => issue.trim())];
    return { ...verdict, status: all.length ? 'error' : 'ok', issues: all };
  },
  rules: ({ cards }, { state, language }) => validateCards(cards, state, language),
};
