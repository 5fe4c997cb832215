import type { CardDraft, Proposal } from '../../agents/index.ts';
import type { FlowSummary } from '../../api/index.ts';
import type { Finding, LogState } from '../../flow/index.ts';

/** What became of an instruction in plain words. */
export type DesignedCards = { kind: 'cards'; cards: CardDraft[]; reply: string } | { kind: 'question'; question: string; quickReplies: string[] } | { kind: 'refused'; reason: string };

/** What the tools for other agents may do with flows: look, and put a proposal before the person. There is nothing here that changes a flow. */
export interface FlowPort {
  /** Flows outside of the bin, the last changed first; with words: those that have them in their names or titles. */
  list(search?: string): FlowSummary[];
  /** The flow as it is now; `no` is its revision. Throws MCP_FLOW_UNKNOWN. */
  read(flowId: string): LogState;
  /** What the review finds, the gravest first. Throws MCP_FLOW_UNKNOWN. */
  findings(flowId: string): Finding[];
  /** Proposals of a flow, oldest first; without an id the open ones of every flow. */
  proposals(flowId?: string): Proposal[];
  proposal(proposalId: string): Proposal | undefined;
  /** Cards for an instruction on a state, by the person's model or the rules. */
  design(state: LogState, instruction: string, signal: AbortSignal): Promise<DesignedCards>;
  /** The cards with places for what they add. */
  place(cards: readonly CardDraft[], state: LogState, signal: AbortSignal): Promise<CardDraft[]>;
  /** Stores a proposal and shows it; throws where nothing can be written. */
  propose(proposal: { flowId: string; client: string; message: string; reply: string; cards: readonly CardDraft[] }): Proposal;
  newId(prefix: string): string;
}
