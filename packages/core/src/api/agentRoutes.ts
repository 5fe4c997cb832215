import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { agentCallSchema, agentNameSchema, errorInfoSchema } from '../agents/turnSchema.ts';
import { idSchema } from '../flow/fieldKind.ts';

/** What is told of an agent. */
export const agentInfoSchema = z.object({
  name: agentNameSchema,
  /** One English sentence. */
  description: z.string(),
  /** JSON schemas of what goes in and comes out. */
  input: z.record(z.string(), z.unknown()),
  output: z.record(z.string(), z.unknown()),
  example: z.unknown(),
  promptVersion: z.string(),
});

/** How a run of one agent goes: the prompt that its model gets, its words as they come, and what came of it. */
export const agentRunEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('prompt'), system: z.string(), message: z.string(), promptVersion: z.string() }),
  z.object({ type: z.literal('token'), text: z.string() }),
  z.object({ type: z.literal('done'), output: z.unknown(), mind: z.enum(['rules', 'model']), ms: z.number(), call: agentCallSchema.optional(), fallback: errorInfoSchema.optional() }),
]);

/** Agents one by one, outside of every conversation: nothing that they give is written into a flow. */
export const agentRoutes = {
  list: oc.output(z.array(agentInfoSchema)),
  /** Runs an agent on an input of its own; leaving the stream stops it. `flowId`: the flow that it sees, else an empty one. */
  run: oc
    .input(z.object({ name: agentNameSchema, input: z.unknown(), flowId: idSchema.optional(), mind: z.enum(['rules', 'model']), language: z.enum(['en', 'de']).default('en') }))
    .output(eventIterator(agentRunEventSchema)),
};
