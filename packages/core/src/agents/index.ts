/** The agents: their turn, their proposals, and the pure pipeline of the command line. */
export * from './turnSchema.ts';
export * from './proposal.ts';
export * from './pipeline.ts';
export { editGhosts } from './proposalEdit.ts';
export { createTurnRunner, type TurnEvent, type TurnRunner, type TurnRunnerDependencies } from './turn.ts';
