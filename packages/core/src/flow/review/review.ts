/** The soft rules: what a careful colleague would say of a flow. One rule is one row of the table. */
import type { FlowView } from '../schema.ts';
import * as branch from './branchRules.ts';
import * as canvas from './canvasRules.ts';
import type { Draft, Finding, Severity } from './finding.ts';
import { createReviewContext, type ReviewContext, type ReviewOptions } from './reviewContext.ts';
import * as screen from './screenRules.ts';
import * as structure from './structureRules.ts';
import * as subflow from './subflowRules.ts';
import * as wording from './wordingRules.ts';

/** A rule: what it is called, how bad it is, and how it finds its places. */
export interface ReviewRule {
  code: string;
  severity: Severity;
  check: (context: ReviewContext) => Iterable<Draft>;
}

/** Every rule, in the order in which findings of one severity are listed. */
export const reviewRules = [
  { code: 'NO_START', severity: 'error', check: structure.noStart },
  { code: 'TOO_FEW_ARMS', severity: 'error', check: branch.tooFewArms },
  { code: 'LOOP_WITHOUT_EXIT', severity: 'error', check: structure.loopWithoutExit },
  { code: 'PORT_UNKNOWN', severity: 'error', check: branch.portUnknown },
  { code: 'SUBFLOW_UNKNOWN', severity: 'error', check: subflow.subflowUnknown },
  { code: 'SUBFLOW_SELF', severity: 'error', check: subflow.subflowSelf },
  { code: 'SUBFLOW_CYCLE', severity: 'error', check: subflow.subflowCycle },
  { code: 'SEVERAL_STARTS', severity: 'warning', check: structure.severalStarts },
  { code: 'NO_END', severity: 'warning', check: structure.noEnd },
  { code: 'UNREACHABLE', severity: 'warning', check: structure.unreachable },
  { code: 'DEAD_END', severity: 'warning', check: structure.deadEnd },
  { code: 'ORPHAN_NODE', severity: 'warning', check: structure.orphanNode },
  { code: 'START_WITH_INCOMING', severity: 'warning', check: structure.startWithIncoming },
  { code: 'END_WITH_OUTGOING', severity: 'warning', check: structure.endWithOutgoing },
  { code: 'SELF_LOOP', severity: 'warning', check: structure.selfLoop },
  { code: 'BRANCH_UNLABELLED', severity: 'warning', check: branch.unlabelledBranch },
  { code: 'BRANCH_LABEL_DUPLICATE', severity: 'warning', check: branch.duplicateBranchLabel },
  { code: 'BRANCHES_MEET', severity: 'warning', check: branch.branchesMeet },
  { code: 'CONDITION_WITHOUT_EDGE', severity: 'warning', check: branch.conditionWithoutEdge },
  { code: 'TRIGGER_MISPLACED', severity: 'warning', check: branch.misplacedTrigger },
  { code: 'MISSING_ERROR_PATH', severity: 'warning', check: screen.missingErrorPath },
  { code: 'SUBFLOW_WITHOUT_TARGET', severity: 'warning', check: subflow.subflowWithoutTarget },
  { code: 'SUBFLOW_TOO_DEEP', severity: 'warning', check: subflow.subflowTooDeep },
  { code: 'TITLE_MISSING', severity: 'warning', check: wording.titleMissing },
  { code: 'TOO_MANY_NODES', severity: 'warning', check: canvas.tooManyNodes },
  { code: 'TOO_MANY_EDGES', severity: 'warning', check: canvas.tooManyEdges },
  { code: 'EMPTY_FLOW', severity: 'info', check: structure.emptyFlow },
  { code: 'DUPLICATE_EDGE', severity: 'info', check: structure.duplicateEdge },
  { code: 'AMBIGUOUS_WAYS', severity: 'info', check: branch.ambiguousWays },
  { code: 'TRIGGER_WITHOUT_ELEMENT', severity: 'info', check: branch.triggerWithoutElement },
  { code: 'API_WITHOUT_URL', severity: 'info', check: screen.apiCallWithoutUrl },
  { code: 'MISSING_STATES', severity: 'info', check: screen.missingStates },
  { code: 'FORM_WITHOUT_ERROR', severity: 'info', check: screen.formWithoutError },
  { code: 'NO_WAY_BACK', severity: 'info', check: screen.noWayBack },
  { code: 'TITLE_SHORT', severity: 'info', check: wording.titleShort },
  { code: 'TITLE_GENERIC', severity: 'info', check: wording.titleGeneric },
  { code: 'TITLE_DUPLICATE', severity: 'info', check: wording.titleDuplicate },
  { code: 'TITLE_LONG', severity: 'info', check: wording.titleLong },
  { code: 'LABEL_LONG', severity: 'info', check: wording.labelLong },
  { code: 'DESCRIPTION_LONG', severity: 'info', check: wording.descriptionLong },
  { code: 'FRAME_EMPTY', severity: 'info', check: canvas.frameEmpty },
  { code: 'FRAME_FULL', severity: 'info', check: canvas.frameFull },
  { code: 'NODE_OUTSIDE_FRAME', severity: 'info', check: canvas.nodeOutsideFrame },
  { code: 'NODES_OVERLAP', severity: 'info', check: canvas.nodesOverlap },
  { code: 'FLOW_COMPLEX', severity: 'info', check: canvas.tooComplex },
  { code: 'COMMENT_OPEN', severity: 'info', check: screen.openComment },
] as const satisfies readonly ReviewRule[];

/** The code of a finding. */
export type FindingCode = (typeof reviewRules)[number]['code'];

/**
 * What is wrong or doubtful in a flow: errors first, then warnings, then infos, each in the order of the table and of the ids;
 * the same flow always gives the same list. Near-linear in the size of the flow. It changes nothing: fixes are ops for `commit`.
 */
export function review(view: FlowView, options: ReviewOptions = {}): Finding[] {
  const context = createReviewContext(view, options);
  const findings: Finding[] = [];
  // The table stands in the order of severity already.
  for (const { code, severity, check } of reviewRules) {
    for (const draft of check(context)) findings.push({ code, severity, nodeIds: draft.nodeIds ?? [], edgeIds: draft.edgeIds ?? [], params: draft.params ?? {}, ...(draft.fix && { fix: draft.fix }) });
  }
  return findings;
}

/** How many findings there are of each severity. */
export function countFindings(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const finding of findings) counts[finding.severity]++;
  return counts;
}
