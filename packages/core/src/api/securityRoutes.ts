import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { idSchema } from '../flow/fieldKind.ts';

/** A text that looks like an attack on prompts: something to look at, nothing that stops anybody. */
export const securitySignalSchema = z.object({
  id: z.string(),
  at: z.number().int(),
  source: z.enum(['message', 'flow', 'import', 'tool', 'image', 'other']),
  family: z.string(),
  turnId: idSchema.optional(),
  flowId: idSchema.optional(),
  score: z.number().int(),
  excerpt: z.string(),
  dismissedAt: z.number().int().optional(),
});
export type SecuritySignal = z.infer<typeof securitySignalSchema>;

export const securityRoutes = {
  /** Newest first; of one flow where named. */
  signals: oc.input(z.object({ flowId: idSchema.optional(), limit: z.number().int().min(1).max(500).default(100) })).output(z.array(securitySignalSchema)),
  /** The person calls it harmless: the same words are no signal any more. */
  dismiss: oc.input(z.object({ id: z.string() })).output(z.object({})),
  clear: oc.output(z.object({})),
  /** Tells that the list has changed. */
  watch: oc.output(eventIterator(z.object({ type: z.literal('changed') }))),
};
