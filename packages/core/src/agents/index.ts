/**
 * The agents: each with rules and a model behind one shape, the turn that runs them, and the proposals that they make. Everything
 * here is pure but for the store, the model and the clock that are handed in.
 */
export * from './turnSchema.ts';
export { createTurnRunner, type TurnEvent, type TurnRunner, type TurnRunnerDependencies } from './turn.ts';
export { createMemoryTurnStore } from './memoryTurnStore.ts';
export { acceptance, ghostView, makeProposal, rebase, rejection, type Acceptance, type GhostView, type ProposalStart, type Rejection } from './proposal.ts';
export { editGhosts } from './proposalEdit.ts';
export { editFlow, generateFlow, type EditedFlow, type GeneratedFlow, type PipelineDependencies } from './pipeline.ts';
export type { LayWhole } from './placeCards.ts';
export type { CardDraft } from './editCards.ts';
export type { Agent, AgentContext } from './agent.ts';
export { placeholdersOf, renderPrompt, type PromptPart, type PromptTemplate } from './prompt.ts';
