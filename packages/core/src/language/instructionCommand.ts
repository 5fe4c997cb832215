import type { Device, EdgeKind, NodeType, Priority, Status } from './instructionValues.ts';
import type { ElementType, VariantType } from '../flow/schema.ts';
import type { ReadLanguage } from './reading.ts';

/** A node that a command speaks of: an id of the flow, or `new:0`, `new:1`, … for one that an earlier command makes. */
export type NodeRef = string;

/** A node to be made. */
export interface NewNode {
  ref: NodeRef;
  type: NodeType;
  title: string;
  description?: string;
}

/** Where something new goes: into one edge, behind a node, in front of a node. */
export type Place =
  | { at: 'edge'; edgeId: string }
  | { at: 'between'; after: NodeRef; before: NodeRef }
  /** `edgeIds`: the ways out of `node` that are to be led through; all where absent. */
  | { at: 'after'; node: NodeRef; edgeIds?: string[] }
  /** `edgeIds`: the ways into `node` that are to be led through. */
  | { at: 'before'; node: NodeRef; edgeIds?: string[] };

/** One way out of a decision. `steps` in their order; then on to `to`, or on as before, or nowhere. */
export interface Arm {
  label: string;
  kind?: EdgeKind;
  steps: NewNode[];
  then: { to: NodeRef; label?: string } | 'continue' | 'stop' | 'end';
}

/** One edit with its targets found. */
export type EditCommand =
  | { kind: 'rename'; node: NodeRef; title: string }
  | { kind: 'retype'; node: NodeRef; type: NodeType; title?: string; arms?: Arm[] }
  | { kind: 'insert'; node: NewNode; place: Place }
  | { kind: 'add'; node: NewNode }
  | { kind: 'branch'; from: NodeRef; steps: NewNode[]; label?: string; edgeKind?: EdgeKind; to?: { node: NodeRef; label?: string } }
  | { kind: 'decide'; decision: NewNode; place: Place; arms: Arm[] }
  | { kind: 'arms'; node: NodeRef; arms: Arm[] }
  | { kind: 'remove'; node: NodeRef; to?: NodeRef }
  | { kind: 'connect'; from: NodeRef; to: NodeRef; label?: string; edgeKind?: EdgeKind }
  /** The one way out of `from` leads to `to` from now on. */
  | { kind: 'lead'; from: NodeRef; to: NodeRef }
  | { kind: 'redirect'; edgeId: string; to: NodeRef; label?: string }
  | { kind: 'disconnect'; edgeId: string }
  | { kind: 'label'; edgeId: string; label: string }
  | { kind: 'note'; node: NodeRef; text: string }
  | { kind: 'describe'; node: NodeRef; text: string }
  | { kind: 'field'; node: NodeRef; field: 'data.url' | 'data.method' | 'data.actor' | 'status' | 'priority' | 'device'; value: Status | Priority | Device | string }
  | { kind: 'copy'; node: NodeRef; copy: NewNode; place?: Place }
  | { kind: 'move'; node: NodeRef; place: Place }
  | { kind: 'swap'; a: NodeRef; b: NodeRef }
  | { kind: 'element'; node: NodeRef; type: ElementType; label: string }
  | { kind: 'variant'; node: NodeRef; type: VariantType; name: string }
  | { kind: 'errorPath'; node: NodeRef; popup: NewNode; label: string; retry: string; retryTo?: NodeRef }
  | { kind: 'renameFlow'; name: string }
  | { kind: 'tidy' }
  | { kind: 'undo' };

/** What an instruction asks of a flow. `other`: it is no edit instruction (a question, or a text that tells of a flow). */
export type InstructionReading =
  | { kind: 'commands'; language: ReadLanguage; commands: EditCommand[] }
  | { kind: 'clarify'; language: ReadLanguage; code: ClarifyCode; question: string; quickReplies: string[] }
  | { kind: 'refuse'; language: ReadLanguage; code: RefuseCode; reason: string };

export type ClarifyCode = 'WHICH_NODE' | 'WHICH_WAY' | 'UNKNOWN_TARGET' | 'WHERE' | 'NEW_TITLE' | 'WHAT' | 'REALLY_ALL' | 'NOT_UNDERSTOOD';
export type RefuseCode = 'OUTSIDE' | 'NOTHING_SAID' | 'IMPOSSIBLE';

/** Thrown inside the reader when it has to ask or refuse; `readInstruction` turns it into a reading. */
export class InstructionStop extends Error {
  readonly stop: { kind: 'clarify'; code: ClarifyCode; question: string; quickReplies: string[] } | { kind: 'refuse'; code: RefuseCode; reason: string };

  constructor(stop: InstructionStop['stop']) {
    super(stop.code);
    this.stop = stop;
  }
}
