export * from './finding.ts';
export { countFindings, review, reviewRules, type FindingCode, type ReviewRule } from './review.ts';
export { findingSentences, findingText, fixSentences, fixText } from './messages.ts';
export type { ReviewOptions, TextLanguage } from './reviewContext.ts';
export { FLOW_LIMITS } from './canvasRules.ts';
export { TEXT_LIMITS } from './wordingRules.ts';
export { MAXIMUM_SUBFLOW_DEPTH } from './subflowRules.ts';
