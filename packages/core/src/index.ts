/** The pure, browser-safe entry of core: what screens and files need. Agents, models, the store and the engine have entries of their own. */
export * from './base/index.ts';
export * from './flow/index.ts';
export * from './layout/index.ts';
export * from './exchange/index.ts';
export * from './sync/index.ts';
export * from './agents/turnSchema.ts';
export { acceptance, ghostView, makeProposal, rebase, rejection, type Acceptance, type GhostView, type Rejection } from './agents/proposal.ts';
export { figuresOf, verdictOf, type FitnessFigures, type FitnessGrade, type FitnessReport, type FitnessVerdict } from './agents/fitness/fitnessReport.ts';
export { editGhosts } from './agents/proposalEdit.ts';
export { IMAGE_TYPES, MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS, readImage, type ImageHeader, type ImageType } from './agents/image/imageFile.ts';
export { carriedDrawing } from './agents/image/carriedDrawing.ts';
export { fromBase64, toBase64 } from './agents/image/base64.ts';
export { findRefusal, isLoopback } from './llm/egressPolicy.ts';
export { modelError, modelErrorCodes, type ModelErrorCode } from './llm/modelError.ts';
export * from './llm/providerTable.ts';
