/**
 * The agents: each with rules and a model behind one shape, the turn that runs them, and the proposals that they make. Everything
 * here is pure but for the store, the model and the clock that are handed in.
 */
export * from './turnSchema.ts';
export type { AgentToolbox, UsedTool } from './toolRounds.ts';
export { createTurnRunner, type TurnEvent, type TurnRunner, type TurnRunnerDependencies } from './turn.ts';
export { createMemoryTurnStore } from './memoryTurnStore.ts';
export { acceptance, ghostView, makeProposal, rebase, rejection, type Acceptance, type GhostView, type ProposalStart, type Rejection } from './proposal.ts';
export { allowedOps, findRefusedOp, MOST_CARDS, MOST_OPS_OF_A_CARD, type OpRefusal } from './allowedOps.ts';
export { readInjection, SIGNAL_THRESHOLD, type InjectionSignal } from './injectionSignal.ts';
export { INJECTION_FAMILIES, type InjectionFamily } from './injectionPatterns.ts';
export { editGhosts } from './proposalEdit.ts';
export { designEdit, editFlow, generateFlow, type DesignedEdit, type EditedFlow, type GeneratedFlow, type PipelineDependencies } from './pipeline.ts';
export { layWholeBy, placeCards, type LayWhole } from './placeCards.ts';
export type { CardDraft } from './editCards.ts';
export { validateCards, type Verdict } from './validator.ts';
export type { Agent, AgentContext } from './agent.ts';
export { placeholdersOf, renderPrompt, type PromptPart, type PromptTemplate } from './prompt.ts';
export * from './analysis.ts';
export { analyst, isCorrected } from './analyst.ts';
export { MAX_PROMPT_LENGTH, promptImprovementSchema, promptOptimizer, promptOptimizerInput, wordingProblems, type PromptImprovement, type PromptOptimizerInput, type WordingProblem } from './promptOptimizer.ts';
export { runAgent, type AgentRun, type AgentRunOptions } from './agent.ts';
export { agents, checkedInput, listAgents, promptOf, type AgentInfo } from './registry.ts';
export { correctionOf, type TurnRecord } from './correction.ts';
export { seededIds } from './editCards.ts';
export { IMAGE_TYPES, MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS, readImage, type ImageHeader, type ImageType } from './image/imageFile.ts';
export { fromBase64, toBase64 } from './image/base64.ts';
export { visualInterpreter } from './visualInterpreter.ts';
export { previewCalls, type PreviewedCall } from './previewCalls.ts';
export { generateFlowFromPicture } from './picturePipeline.ts';
export { figuresOf, fitnessReportSchema, verdictOf, type FitnessFigures, type FitnessGrade, type FitnessReport, type FitnessVerdict, type TaskOutcome } from './fitness/fitnessReport.ts';
export { runFitness, type FitnessOptions } from './fitness/runFitness.ts';
