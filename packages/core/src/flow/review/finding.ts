import type { Node, NodeType, Point } from '../schema.ts';
import type { IntentOp } from '../transaction.ts';

/** error: the flow does not work as drawn. warning: very likely a mistake. info: worth a thought. */
export type Severity = 'error' | 'warning' | 'info';

/** Values for the sentence of a finding; a list holds keys that the sentence translates (`['empty', 'loading']`). */
export type FindingParams = Readonly<Record<string, string | number | readonly string[]>>;

/** One thing that a review found; the sentence comes from `findingText`. */
export interface Finding {
  code: string;
  severity: Severity;
  /** Nodes concerned, the one to look at first. Frames are named in `params.frameId`. */
  nodeIds: readonly string[];
  edgeIds: readonly string[];
  params: FindingParams;
  fix?: Fix;
}

/** A quick fix; its label comes from `fixText`. */
export interface Fix {
  code: string;
  /** The ops that make the finding vanish, for `commit`; worked out when asked for. `newId('node')` gives a fresh id. */
  ops: (newId: (prefix: string) => string) => IntentOp[];
}

/** What a rule says of one place; the table adds code and severity. */
export interface Draft {
  nodeIds?: readonly string[];
  edgeIds?: readonly string[];
  params?: FindingParams;
  fix?: Fix;
}

/**
 * Where a new node of a fix may stand: a free place after a node (or before it, in the reading direction); `taken` are the
 * places of other new nodes of the same fix. Px, y down.
 */
export type FindPlace = (request: { near: Node; type: NodeType; taken: readonly Point[]; side?: 'before' | 'after' }) => Point;

/** A name of a finding that stays while the flow changes elsewhere: for lists on a screen, and for findings that were put aside. */
export function findingKey(finding: Pick<Finding, 'code' | 'nodeIds' | 'edgeIds' | 'params'>): string {
  return [finding.code, finding.nodeIds[0] ?? '', finding.edgeIds[0] ?? '', finding.params.frameId ?? ''].join(' ').trim();
}
