import { z } from 'zod';
import { proposalSchema, type Proposal } from '../../agents/index.ts';
import { MCP_TOOL_NAMES, type McpToolListing, type McpToolName } from '../../api/index.ts';
import { AppError } from '../../base/index.ts';
import { documentText, findingText, toDocument, type LogState } from '../../flow/index.ts';
import { idSchema } from '../../flow/fieldKind.ts';
import { exportFlow } from '../../exchange/index.ts';
import type { FlowPort } from './flowPort.ts';
import { flowOutline } from './flowOutline.ts';
import { checkProposedChanges, proposeChanges, proposeChangesInput, proposeChangesOutput, showProposedChanges } from './proposeChanges.ts';

/** Who calls a tool, and how it is called off. */
export interface ToolCaller {
  /** The name that the client gives itself, fit to be shown. */
  client: string;
  signal: AbortSignal;
}

/** A tool for other agents. */
export interface FlowTool<Input = unknown, Output extends Record<string, unknown> = Record<string, unknown>> {
  title: string;
  /** What a model reads before it chooses the tool. */
  description: string;
  effect: 'read' | 'propose';
  input: z.ZodType<Input>;
  output: z.ZodType<Output>;
  /** Throws what is wrong with a call before anybody is asked for consent. */
  check?(input: Input, port: FlowPort): void;
  /** The call as a person reads it before saying yes; the JSON of the arguments unless told. */
  show?(input: Input): string;
  /** The answer as a text; the JSON of it unless told. */
  say?(output: Output): string;
  run(input: Input, port: FlowPort, caller: ToolCaller): Output | Promise<Output>;
}

/** Most characters of one answer: more than that floods the window of the model that asked. */
export const MAX_TEXT = 200_000;

const flowId = idSchema.describe('Id of a flow, from list_flows or search_flows.');
const page = { limit: z.number().int().min(1).max(200).default(50), offset: z.number().int().min(0).max(1_000_000).default(0) };
const listedFlow = z.object({ flow_id: z.string(), name: z.string(), description: z.string().optional(), updated_at: z.string(), steps: z.number().int(), arrows: z.number().int() });
const flowPage = z.object({ flows: z.array(listedFlow), total: z.number().int() });
const cardSummary = z.object({ card_id: z.string(), title: z.string(), reason: z.string(), status: z.string(), fit: z.string(), changes: z.number().int() });
const proposalSummary = z.object({ proposal_id: z.string(), flow_id: z.string(), status: z.string(), from: z.string(), made_at: z.string(), cards: z.array(cardSummary) });

/** Every tool that other agents are offered, by its name. */
export const flowTools: Record<McpToolName, FlowTool> = {
  list_flows: tool({
    title: 'List flows',
    description: 'Lists the UX flows of this machine, the last changed first. Start here to find a flow_id.',
    effect: 'read',
    input: z.object(page),
    output: flowPage,
    run: ({ limit, offset }, port) => pageOf(port.list(), limit, offset),
  }),
  search_flows: tool({
    title: 'Search flows',
    description: 'Finds flows by words in their names, descriptions and the titles of their steps.',
    effect: 'read',
    input: z.object({ query: z.string().trim().min(1).max(300).describe('Words to look for.'), ...page }),
    output: flowPage,
    run: ({ query, limit, offset }, port) => pageOf(port.list(query), limit, offset),
  }),
  read_flow: tool({
    title: 'Read a flow',
    description: 'Reads one flow. outline: every step and arrow with its id, compact; markdown: for people; mermaid: a diagram; document: the whole .uxflow JSON. The answer has the revision that propose_changes demands.',
    effect: 'read',
    input: z.object({ flow_id: flowId, format: z.enum(['outline', 'markdown', 'mermaid', 'document']).default('outline') }),
    output: z.object({ flow_id: z.string(), name: z.string(), revision: z.number().int(), format: z.string(), text: z.string() }),
    say: ({ flow_id, name, revision, text }) => `flow_id: ${flow_id}\nname: ${JSON.stringify(name)}\nrevision: ${revision}\n\n${text}`,
    run({ flow_id, format }, port) {
      const state = port.read(flow_id);
      return { flow_id, name: state.flow.name, revision: state.no, format, text: withinLimit(textOf(state, format), format) };
    },
  }),
  validate_flow: tool({
    title: 'Check a flow',
    description: 'Reviews a flow: dead ends, steps that nobody reaches, decisions without labelled ways, missing error paths and more. Errors first.',
    effect: 'read',
    input: z.object({ flow_id: flowId, language: z.enum(['en', 'de']).default('en'), limit: z.number().int().min(1).max(500).default(200) }),
    output: z.object({
      flow_id: z.string(),
      revision: z.number().int(),
      total: z.number().int(),
      findings: z.array(z.object({ code: z.string(), severity: z.enum(['error', 'warning', 'info']), text: z.string(), node_ids: z.array(z.string()), edge_ids: z.array(z.string()) })),
    }),
    run({ flow_id, language, limit }, port) {
      const { no } = port.read(flow_id);
      const all = port.findings(flow_id);
      const findings = all.slice(0, limit).map((finding) => ({ code: finding.code, severity: finding.severity, text: findingText(finding, language), node_ids: finding.nodeIds.slice(0, 50), edge_ids: finding.edgeIds.slice(0, 50) }));
      return { flow_id, revision: no, total: all.length, findings };
    },
  }),
  list_proposals: tool({
    title: 'List proposals',
    description: 'Lists proposals: of one flow with all that were ever made, or (without flow_id) the open ones of every flow. A proposal is in no flow until a person accepts its cards.',
    effect: 'read',
    input: z.object({ flow_id: flowId.optional(), limit: z.number().int().min(1).max(100).default(20) }),
    output: z.object({ proposals: z.array(proposalSummary), total: z.number().int() }),
    run({ flow_id, limit }, port) {
      if (flow_id !== undefined) port.read(flow_id);
      const all = port.proposals(flow_id).sort((a, b) => b.createdAt - a.createdAt);
      return { proposals: all.slice(0, limit).map(summaryOf), total: all.length };
    },
  }),
  read_proposal: tool({
    title: 'Read a proposal',
    description: 'Reads one proposal: its cards with every change, and whether a person has accepted or rejected them.',
    effect: 'read',
    input: z.object({ proposal_id: idSchema.describe('From propose_changes or list_proposals.') }),
    output: z.object({ proposal: proposalSummary, cards: z.array(proposalSchema.shape.cards.element.pick({ id: true, ops: true, needs: true, edited: true }).extend({ held: z.string().optional() })) }),
    run({ proposal_id }, port) {
      const proposal = port.proposal(proposal_id);
      if (!proposal) throw new AppError('MCP_PROPOSAL_UNKNOWN', `There is no proposal ${proposal_id}. Call list_proposals for the ids.`, { proposalId: proposal_id });
      const answer = { proposal: summaryOf(proposal), cards: proposal.cards.map(({ id, ops, needs, edited, held }) => ({ id, ops, needs, edited, ...(held ? { held: held.code } : {}) })) };
      withinLimit(JSON.stringify(answer), 'proposal');
      return answer;
    },
  }),
  propose_changes: tool({
    title: 'Propose changes',
    description:
      'Puts a proposal before the person who owns the flow; it changes nothing by itself. Give either `cards` (exact changes) or `instruction` (plain words that the app turns into cards), and the `revision` that read_flow gave: when the flow has changed since, the call is refused with the revision of now. The person sees the cards on the canvas and accepts or rejects each; look with read_proposal.',
    effect: 'propose',
    input: proposeChangesInput,
    output: proposeChangesOutput,
    check: checkProposedChanges,
    show: showProposedChanges,
    run: proposeChanges,
  }),
};

/** What agents are told of every tool, in the order of the table. */
export function toolListings(): McpToolListing[] {
  return MCP_TOOL_NAMES.map((name) => {
    const { title, description, effect, input, output } = flowTools[name];
    return { name, title, description, effect, inputSchema: jsonSchema(input, 'input'), outputSchema: jsonSchema(output, 'output') };
  });
}

/** True for the name of a tool in the table. */
export function isFlowTool(name: string): name is McpToolName {
  return Object.hasOwn(flowTools, name);
}

function tool<Input, Output extends Record<string, unknown>>(definition: FlowTool<Input, Output>): FlowTool {
  return definition as unknown as FlowTool;
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-7' }) as Record<string, unknown>;
}

function pageOf(flows: ReturnType<FlowPort['list']>, limit: number, offset: number): z.infer<typeof flowPage> {
  return {
    total: flows.length,
    flows: flows.slice(offset, offset + limit).map((flow) => ({
      flow_id: flow.id, name: flow.name, ...(flow.description ? { description: flow.description.slice(0, 500) } : {}), updated_at: new Date(flow.updatedAt).toISOString(), steps: flow.nodeCount, arrows: flow.edgeCount,
    })),
  };
}

function textOf(state: LogState, format: 'outline' | 'markdown' | 'mermaid' | 'document'): string {
  if (format === 'outline') return flowOutline(state);
  return format === 'document' ? documentText(toDocument(state)) : exportFlow(state, format).text;
}

function withinLimit(text: string, format: string): string {
  if (text.length <= MAX_TEXT) return text;
  const advice = format === 'outline' ? 'Ask the person to export the flow as a file.' : format === 'proposal' ? 'Read its cards in the app.' : 'Read it with format "outline".';
  throw new AppError('MCP_RESULT_TOO_LARGE', `The ${format} has ${text.length} characters; one answer holds at most ${MAX_TEXT}. ${advice}`, { length: text.length, limit: MAX_TEXT });
}

function summaryOf(proposal: Proposal): z.infer<typeof proposalSummary> {
  return {
    proposal_id: proposal.id,
    flow_id: proposal.flowId,
    status: proposal.status,
    from: proposal.origin?.client ?? 'UX Flow Engine',
    made_at: new Date(proposal.createdAt).toISOString(),
    cards: proposal.cards.map(({ id, title, reason, status, fit, ops }) => ({ card_id: id, title, reason, status, fit, changes: ops.length })),
  };
}
