/** What a cognitive turn stores and shows: the rows of the store and the messages of the contract are these shapes. */
import { z } from 'zod';
import { idSchema } from '../flow/fieldKind.ts';
import { opSchema } from '../flow/transaction.ts';

export const AGENT_NAMES = ['classifier', 'manager', 'planner', 'architect', 'validator', 'synthesizer', 'uxExpert', 'visualInterpreter', 'analyst', 'promptOptimizer'] as const;
export const agentNameSchema = z.enum(AGENT_NAMES);

/** Engine text: a code with parameters, said by the screen in its language. */
export const textCodeSchema = z.object({ code: z.string(), params: z.record(z.string(), z.unknown()) });
export const errorInfoSchema = z.object({ code: z.string(), message: z.string(), params: z.record(z.string(), z.unknown()) });

/** `done`, `cancelled`, `failed` and `superseded` are final. */
export const TURN_STATUSES = ['queued', 'running', 'awaitingClarification', 'awaitingApproval', 'proposed', 'done', 'cancelled', 'failed', 'superseded'] as const;

export const planStepSchema = z.object({ id: z.string(), task: z.string().min(1), reasoning: z.string() });
export const planSchema = z.object({
  steps: z.array(planStepSchema),
  /** What the planner took for granted; shown with the plan. */
  assumptions: z.array(z.string()),
});

/** Who outside of the app proposed something: the name that an MCP client gives itself. Absent where the app's own agents did. */
export const originSchema = z.object({ kind: z.literal('mcp'), client: z.string() });

export const clarificationSchema = z.object({ question: z.string(), quickReplies: z.array(z.string()), answer: z.string().optional() });

/** A picture that came with a message; its bytes are an asset of the data folder. */
export const turnImageSchema = z.object({
  /** SHA-256 of the bytes, lower-case hex. */
  assetId: z.string().regex(/^[0-9a-f]{64}$/),
  mediaType: z.enum(['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/svg+xml']),
  /** px */
  width: z.number(),
  height: z.number(),
  /** As its file was called. */
  name: z.string().max(200).optional(),
});

export const turnSchema = z.object({
  id: idSchema,
  conversationId: idSchema,
  flowId: idSchema,
  status: z.enum(TURN_STATUSES),
  /** The agent at work while `running`. */
  step: agentNameSchema.optional(),
  message: z.string(),
  image: turnImageSchema.optional(),
  language: z.enum(['en', 'de']),
  /** Which mind was asked for: `rules` or `provider:model`. */
  model: z.string(),
  /** The mode that it runs in, whatever is chosen meanwhile; absent in turns of earlier versions. */
  quality: z.enum(['standard', 'pro']).optional(),
  /** True for a turn that was asked again: no kept answer is good enough. */
  bypassCache: z.boolean().optional(),
  /** Number of the flow's last entry when the turn read it. */
  head: z.number().int(),
  clarification: clarificationSchema.optional(),
  plan: planSchema.optional(),
  /** The person's words about an earlier plan of this turn. */
  feedback: z.array(z.string()).default([]),
  proposalId: idSchema.optional(),
  origin: originSchema.optional(),
  /** Prose for the person, in the language of the message. */
  reply: z.string().optional(),
  error: errorInfoSchema.optional(),
  /** Agents whose model failed and whose rules answered instead: shown, never hidden. */
  fallbacks: z.array(z.object({ agent: agentNameSchema, error: errorInfoSchema })).default([]),
  /** Seed of everything random in this turn; a resumed step runs with it again. */
  seed: z.number().int(),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
});

/** A call of a model that came to an answer. */
export const agentCallSchema = z.object({
  /** Id of the model that answered. */
  model: z.string(),
  ms: z.number(),
  inputTokens: z.number().optional(),
  outputTokens: z.number().optional(),
  /** US dollars; absent where unknown. */
  costUsd: z.number().optional(),
  /** Set when the answer came from the cache: when it was given first, and to which question where that was worded differently. */
  cached: z.object({ kind: z.enum(['exact', 'similar']), at: z.number(), question: z.string().optional() }).optional(),
  /** Models that were asked before and failed. */
  failedBefore: z.array(z.object({ model: z.string(), error: errorInfoSchema })).optional(),
});

/** One agent's run inside a turn, stored so that a turn can go on after a crash. */
export const turnStepSchema = z.object({
  turnId: idSchema,
  n: z.number().int(),
  agent: agentNameSchema,
  status: z.enum(['running', 'done', 'failed', 'cancelled']),
  mind: z.enum(['rules', 'model']),
  input: z.unknown(),
  output: z.unknown(),
  /** Ids that this step handed out, in order; a second run of the step hands out the same. */
  ids: z.array(z.string()),
  startedAt: z.number().int(),
  ms: z.number().optional(),
  call: agentCallSchema.optional(),
  error: errorInfoSchema.optional(),
});

/** One thing to accept or reject: its ops share the card's id as their `group`. */
export const cardSchema = z.object({
  id: z.string(),
  title: z.string(),
  /** Why the agents propose it, in the language of the message. */
  reason: z.string(),
  ops: z.array(opSchema),
  status: z.enum(['open', 'accepted', 'rejected']),
  /** How it fits the flow as it is now: `held` names why it cannot be accepted. */
  fit: z.enum(['fits', 'changed', 'held']),
  held: textCodeSchema.optional(),
  /** Ids of the cards that this one cannot do without. */
  needs: z.array(z.string()),
  /** True once the person has edited its ghosts. */
  edited: z.boolean().default(false),
});

export const proposalSchema = z.object({
  id: idSchema,
  turnId: idSchema,
  flowId: idSchema,
  /** Ids of the entries that accepting writes: the k-th acceptance uses `${entryId}:${k}`; fixed before anyone accepts. */
  entryId: idSchema,
  acceptances: z.number().int().default(0),
  /** Number of the flow's last entry that the cards were last tried on. */
  head: z.number().int(),
  cards: z.array(cardSchema),
  status: z.enum(['open', 'done', 'superseded']),
  createdAt: z.number().int(),
  origin: originSchema.optional(),
});

export const conversationSchema = z.object({ id: idSchema, flowId: idSchema, createdAt: z.number().int() });

/** One line of a conversation. What a turn shows beside it (plan, proposal, error) hangs on `turnId`. */
export const chatMessageSchema = z.object({
  id: idSchema,
  conversationId: idSchema,
  turnId: idSchema.optional(),
  role: z.enum(['person', 'assistant']),
  text: z.string(),
  at: z.number().int(),
});

export type AgentCall = z.infer<typeof agentCallSchema>;
export type AgentName = z.infer<typeof agentNameSchema>;
export type TextCode = z.infer<typeof textCodeSchema>;
export type TurnImage = z.infer<typeof turnImageSchema>;
export type TurnStatus = (typeof TURN_STATUSES)[number];
export type PlanStep = z.infer<typeof planStepSchema>;
export type Plan = z.infer<typeof planSchema>;
export type Turn = z.infer<typeof turnSchema>;
export type TurnStep = z.infer<typeof turnStepSchema>;
export type Card = z.infer<typeof cardSchema>;
export type Proposal = z.infer<typeof proposalSchema>;
export type Conversation = z.infer<typeof conversationSchema>;
export type ChatMessage = z.infer<typeof chatMessageSchema>;

/** Where turns live. Writes are durable when the call returns, unless they are made softly; `acceptProposal` of the engine joins one with the flow's entry. */
export interface TurnStore {
  /** What `work` returns, once everything that it wrote here is durable: all of it or nothing. `work` must not be async. */
  together<T>(work: () => T): T;
  /** The same for what a turn can do again: it outlives the end of the process, and not surely a power cut. */
  togetherSoft<T>(work: () => T): T;
  conversationOf(flowId: string): Conversation | undefined;
  saveConversation(conversation: Conversation): void;
  addMessage(message: ChatMessage): void;
  saveTurn(turn: Turn): void;
  findTurn(id: string): Turn | undefined;
  turnsOf(conversationId: string): Turn[];
  /** Turns that stand so, oldest first: of one conversation, or of all. */
  turnsWith(statuses: readonly TurnStatus[], conversationId?: string): Turn[];
  saveStep(step: TurnStep): void;
  stepsOf(turnId: string): TurnStep[];
  saveProposal(proposal: Proposal): void;
  findProposal(id: string): Proposal | undefined;
  proposalsOf(flowId: string): Proposal[];
}
