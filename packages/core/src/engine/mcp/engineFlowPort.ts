import { designEdit, placeCards, type LayWhole } from '../../agents/index.ts';
import { AppError, type Clock } from '../../base/index.ts';
import type { DataFolder } from '../../db/index.ts';
import type { LanguageModel } from '../../llm/index.ts';
import type { ChatService } from '../chatService.ts';
import type { FlowService } from '../flowService.ts';
import type { FlowPort } from './flowPort.ts';

export interface EngineFlowPortOptions {
  folder: DataFolder;
  flows: FlowService;
  chat: ChatService;
  layWhole: LayWhole;
  /** The mind that the person chose; undefined for the rules. */
  model(): Promise<LanguageModel | undefined>;
  clock: Clock;
  newSeed(): number;
  /** Looks through what another agent wrote; refuses nothing. */
  inspect?(text: string, flowId: string): void;
}

/** The port on a running engine. Flows of the bin are not there for other agents. */
export function createEngineFlowPort(options: EngineFlowPortOptions): FlowPort {
  const { folder, flows, chat, layWhole, model, clock, newSeed, inspect } = options;
  const open = (flowId: string) => {
    const row = folder.flows.findFlow(flowId);
    if (!row || row.deletedAt !== undefined) throw new AppError('MCP_FLOW_UNKNOWN', `There is no flow ${flowId}. Call list_flows or search_flows for the ids.`, { flowId });
    return flows.open(flowId);
  };
  return {
    list: (search) => flows.list(search === undefined ? {} : { search }),
    read: (flowId) => open(flowId).session.state,
    findings: (flowId) => open(flowId).findings.all(),
    proposals(flowId) {
      if (flowId !== undefined) return folder.turns.proposalsOf(flowId);
      return flows.list({}).flatMap((flow) => folder.turns.openProposalsOf(flow.id));
    },
    proposal(proposalId) {
      const proposal = folder.turns.findProposal(proposalId);
      const row = proposal && folder.flows.findFlow(proposal.flowId);
      return row && row.deletedAt === undefined ? proposal : undefined;
    },
    async design(state, instruction, signal) {
      // A model that cannot be reached leaves the work to the rules, as in the app's own conversations.
      const chosen = await model().catch(() => undefined);
      const edit = await designEdit(state, instruction, { clock, seed: newSeed(), layWhole, signal, ...(chosen ? { model: chosen } : {}) });
      if (edit.kind === 'cards') return edit;
      return edit.kind === 'clarify' ? { kind: 'question', question: edit.question, quickReplies: edit.quickReplies } : { kind: 'refused', reason: edit.reason };
    },
    place: (cards, state, signal) => placeCards(cards, state, layWhole, signal),
    propose({ flowId, client, message, reply, cards }) {
      const { session } = open(flowId);
      if (session.readOnly) throw new AppError('MCP_FLOW_READ_ONLY', 'This flow can only be read here: a newer version of the app made it. Nothing was proposed.', { flowId });
      inspect?.([message, reply, ...cards.flatMap((card) => [card.title, card.reason, JSON.stringify(card.ops)])].join('\n'), flowId);
      return chat.addProposal({ flowId, client, message, reply, cards });
    },
    newId: (prefix) => flows.newId(prefix),
  };
}
