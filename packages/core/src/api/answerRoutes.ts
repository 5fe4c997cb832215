import { oc } from '@orpc/contract';
import { z } from 'zod';
import { errorInfoSchema } from '../agents/turnSchema.ts';
import { providerNames } from '../llm/providerTable.ts';

/** The answers that are kept, and the embedding model that finds them by meaning. */
export const answerRoutes = {
  size: oc.output(z.object({ answers: z.number().int(), bytes: z.number().int() })),
  /** Drops every kept answer. */
  clear: oc.output(z.object({})),
  /** Has the model embed one word; says exactly what failed. */
  tryEmbedding: oc
    .input(z.object({ provider: z.enum(providerNames), baseUrl: z.string(), model: z.string() }))
    .output(z.object({ ok: z.boolean(), ms: z.number(), dimensions: z.number().int().optional(), error: errorInfoSchema.optional() })),
};
