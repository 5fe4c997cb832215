import type { FindingView } from '@uxflow/core/api';

export type Severity = FindingView['severity'];
const ORDER: readonly Severity[] = ['error', 'warning', 'info'];

/** Findings by severity, the gravest first; each group keeps the order of review, and empty ones are left out. */
export function groupFindings(findings: readonly FindingView[]): { severity: Severity; items: FindingView[] }[] {
  return ORDER.map((severity) => ({ severity, items: findings.filter((finding) => finding.severity === severity) })).filter(({ items }) => items.length > 0);
}

/** The findings that speak of one of these records. */
export function findingsAbout(findings: readonly FindingView[], ids: ReadonlySet<string>): FindingView[] {
  return findings.filter(({ nodeIds, edgeIds }) => [...nodeIds, ...edgeIds].some((id) => ids.has(id)));
}
