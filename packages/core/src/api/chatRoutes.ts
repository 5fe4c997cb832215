import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { agentCallSchema, agentNameSchema, chatMessageSchema, planSchema, proposalSchema, turnImageSchema, turnSchema } from '../agents/turnSchema.ts';
import { idSchema } from '../flow/fieldKind.ts';
import { opSchema } from '../flow/transaction.ts';

/** A stretch of a conversation. `earlier`: the turn before which there is more. */
export const conversationPageSchema = z.object({ messages: z.array(chatMessageSchema), turns: z.array(turnSchema), proposals: z.array(proposalSchema), earlier: idSchema.optional() });

/**
 * What a conversation sends: first its end (the last turns with what was said in them, and whatever still waits for the person or is at
 * work), then what happens. Later states replace earlier ones by id.
 */
export const chatEventSchema = z.discriminatedUnion('type', [
  conversationPageSchema.extend({ type: z.literal('past') }),
  z.object({ type: z.literal('message'), message: chatMessageSchema }),
  z.object({ type: z.literal('turn'), turn: turnSchema }),
  z.object({ type: z.literal('step'), turnId: idSchema, agent: agentNameSchema, status: z.enum(['running', 'done', 'failed', 'cancelled']), mind: z.enum(['rules', 'model']), ms: z.number().optional(), call: agentCallSchema.optional() }),
  z.object({ type: z.literal('token'), turnId: idSchema, agent: agentNameSchema, text: z.string(), /** What was streamed before is taken back. */ isAnew: z.literal(true).optional() }),
  z.object({ type: z.literal('proposal'), proposal: proposalSchema }),
]);

const turn = z.object({ turnId: idSchema });

/** The conversation about one flow. */
export const chatRoutes = {
  open: oc.input(z.object({ flowId: idSchema })).output(eventIterator(chatEventSchema)),
  /** What was said before a turn, a page at a time. */
  earlier: oc.input(z.object({ flowId: idSchema, before: idSchema })).output(conversationPageSchema),
  /** A message; with a picture (base64 of the file's bytes) the text may be empty. */
  send: oc.input(z.object({ flowId: idSchema, text: z.string(), image: z.object({ base64: z.string().max(28_000_000), name: z.string().optional() }).optional() })).output(turnSchema),
  /** The picture of a message, to be shown. */
  image: oc.input(z.object({ assetId: turnImageSchema.shape.assetId })).output(z.object({ mediaType: turnImageSchema.shape.mediaType, base64: z.string() })),
  answer: oc.input(turn.extend({ text: z.string() })).output(turnSchema),
  /** Approves a plan; with `plan` as the person edited it. */
  approvePlan: oc.input(turn.extend({ plan: planSchema.optional() })).output(turnSchema),
  giveFeedback: oc.input(turn.extend({ text: z.string() })).output(turnSchema),
  rejectPlan: oc.input(turn).output(turnSchema),
  cancel: oc.input(turn).output(turnSchema),
  /** Sends the message of a turn again; what is kept from before is no answer to it. What is still open of its proposal is rejected. */
  askAgain: oc.input(turn).output(turnSchema),
  /** Runs a failed turn again from the step that failed. */
  retry: oc.input(turn).output(turnSchema),
};

/** Proposals: ghosts on the canvas until somebody accepts or rejects them. */
export const proposalRoutes = {
  /** Accepts these cards and what they need; the answer names every card that was taken along. */
  accept: oc
    .input(z.object({ proposalId: idSchema, cardIds: z.array(z.string()) }))
    .output(z.object({ proposal: proposalSchema, accepted: z.array(z.string()), entryId: z.string().optional(), held: z.array(z.string()) })),
  /** Rejects these cards and what needs them. */
  reject: oc.input(z.object({ proposalId: idSchema, cardIds: z.array(z.string()) })).output(z.object({ proposal: proposalSchema, rejected: z.array(z.string()) })),
  /** Changes ghosts (move, rename, connect, delete): ops against the flow with the open cards applied. */
  edit: oc.input(z.object({ proposalId: idSchema, ops: z.array(opSchema) })).output(proposalSchema),
};
